//! Override files: their blocks replace arguments of the blocks they name.

use crate::diag::{Diagnostic, Diagnostics};
use crate::hcl::ast::{Block, Body};

/// Merges overriding blocks into the ones they override. One that overrides nothing is an error.
pub(super) fn merge(blocks: &mut Vec<Block>, overriding: Vec<Block>, found: &mut Diagnostics) {
    for block in overriding {
        let kind = &*block.kind.name;
        if let Some(why) = super::blocks::history_only(kind) {
            found.push(Diagnostic::error(format!("Cannot override '{kind}' blocks"), why).at(block.header));
            continue;
        }
        // These have no name to tell which one is meant: they are added.
        if matches!(kind, "locals" | "terraform") {
            merge_unnamed(blocks, block);
            continue;
        }
        let same = |b: &&mut Block| {
            b.kind.name == block.kind.name && b.labels.iter().map(|l| &l.name).eq(block.labels.iter().map(|l| &l.name))
        };
        match blocks.iter_mut().find(same) {
            Some(base) => merge_body(&mut base.body, block.body),
            None => found.push(
                Diagnostic::error(
                    "Missing base block to override",
                    format!("There is no {kind} block that this one could override."),
                )
                .at(block.header),
            ),
        }
    }
}

fn merge_unnamed(blocks: &mut Vec<Block>, block: Block) {
    for base in blocks.iter_mut().filter(|b| b.kind.name == block.kind.name) {
        base.body.attributes.retain(|a| block.body.attribute(&a.name.name).is_none());
        base.body.blocks.retain(|b| block.body.blocks(&b.kind.name).next().is_none());
    }
    blocks.push(block);
}

fn merge_body(base: &mut Body, body: Body) {
    for attribute in &body.attributes {
        base.attributes.retain(|a| a.name.name != attribute.name.name);
        base.attributes.push(attribute.clone());
    }
    // Nested blocks of one kind are replaced together; of `lifecycle` each argument is.
    let is_lifecycle = |block: &Block| &*block.kind.name == "lifecycle";
    base.blocks.retain(|b| is_lifecycle(b) || body.blocks(&b.kind.name).next().is_none());
    for block in body.blocks {
        match base.blocks.iter_mut().find(|b| is_lifecycle(b)).filter(|_| is_lifecycle(&block)) {
            Some(old) => merge_body(&mut old.body, block.body),
            None => base.blocks.push(block),
        }
    }
}
