//! Provisioners: commands that run when an object is made, or before it goes.

use crate::addr::Mode;
use crate::config::{Moment, Provisioner, Reference, Target};
use crate::diag::Diagnostic;
use crate::hcl::ast::{Block, Body};

use super::Reader;

/// The only kind that runs: it needs no connection to anything.
const LOCAL_EXEC: &str = "local-exec";

impl Reader<'_> {
    /// The provisioners of a resource. All but `local-exec`, and connections, are refused.
    pub(super) fn provisioners(&mut self, resource: &Block, mode: Mode) -> Vec<Provisioner> {
        let mut out = Vec::new();
        for block in &resource.body.blocks {
            let kind = block.labels.first().map(|label| &*label.name);
            match (&*block.kind.name, kind) {
                ("provisioner", Some(LOCAL_EXEC)) if mode == Mode::Managed => out.extend(self.provisioner(block)),
                ("provisioner" | "connection", _) => self.found.push(
                    Diagnostic::error(
                        "Provisioners are not run",
                        format!("kiban does not run {} blocks.", told(block)),
                    )
                    .at(block.header)
                    .hint("Let the image, user data or the cluster's own tools do it, and take the block away."),
                ),
                _ => {}
            }
        }
        out
    }

    fn provisioner(&mut self, block: &Block) -> Option<Provisioner> {
        let mut body = block.body.clone();
        let moment = match self.word(&body, "when", &["create", "destroy"])? {
            Some("destroy") => Moment::Destroy,
            _ => Moment::Create,
        };
        let goes_on = self.word(&body, "on_failure", &["fail", "continue"])? == Some("continue");
        body.attributes.retain(|a| !matches!(&*a.name.name, "when" | "on_failure"));
        for connection in body.blocks.iter().filter(|b| &*b.kind.name == "connection") {
            self.found.push(
                Diagnostic::error("Provisioners are not run", "kiban does not run connection blocks.")
                    .at(connection.header)
                    .hint("local-exec needs no connection: take the block away."),
            );
        }
        body.blocks.retain(|b| &*b.kind.name != "connection");
        if moment == Moment::Destroy {
            self.only_itself(&body);
        }
        Some(Provisioner { moment, goes_on, body, header: block.header, opening: super::opening(block) })
    }

    /// One of some words that stand there without quotes. `None` after an error.
    fn word<'w>(&mut self, body: &Body, name: &str, words: &[&'w str]) -> Option<Option<&'w str>> {
        let Some(attribute) = body.attribute(name) else { return Some(None) };
        let given = attribute.expr.as_str().or_else(|| {
            let (root, steps) = attribute.expr.as_traversal()?;
            steps.is_empty().then_some(&*root.name)
        });
        let word = words.iter().find(|word| Some(**word) == given);
        if word.is_none() {
            let choice = words.join(" or ");
            let detail = format!("The \"{name}\" argument requires one of the following keywords: {choice}.");
            self.found.push(Diagnostic::error(format!("Invalid \"{name}\" keyword"), detail).at(attribute.expr.span));
        }
        word.map(|word| Some(*word))
    }

    /// When an object goes, others may be gone already.
    fn only_itself(&mut self, body: &Body) {
        for reference in Reference::of_body(body) {
            if !matches!(reference.target, Target::Context(_)) {
                self.found.push(
                    Diagnostic::error(
                        "Invalid reference from destroy provisioner",
                        "Destroy-time provisioners and their connection configurations may only reference attributes of \
                         the related resource, via 'self', 'count.index', or 'each.key'.\n\nReferences to other resources \
                         during the destroy phase can cause dependency cycles and interact poorly with \
                         create_before_destroy.",
                    )
                    .at(reference.span),
                );
            }
        }
    }
}

fn told(block: &Block) -> String {
    let label = block.labels.first().map(|label| format!(" \"{}\"", label.name)).unwrap_or_default();
    format!("{}{label}", block.kind.name)
}
