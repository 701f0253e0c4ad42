//! `mock_provider` blocks, and the files of mocks that they may name.

use std::collections::BTreeMap;

use crate::addr::Name;
use crate::diag::Span;
use crate::hcl::ast::{Block, Body};
use crate::hcl::is_identifier;
use crate::value::Value;

use super::blocks::{Checker, NAME_RULE};
use super::{MockProvider, Mocked, Phase};

/// Blocks that mocks consist of.
pub(super) const KINDS: &[&str] = &["mock_resource", "mock_data", "override_resource", "override_data"];

impl Checker<'_> {
    /// A `mock_provider` block, and the folder with more mocks that it names.
    pub fn mock_provider(&mut self, block: &Block) -> Option<(MockProvider, Option<(String, Span)>)> {
        if !self.labels(block, &["name"]) {
            return None;
        }
        let name = block.labels.first()?.clone();
        self.only(&block.body, Some(block.header), &["alias", "source", "override_during"], KINDS);
        let alias = self.text(&block.body, "alias", block.header);
        if alias.as_ref().is_some_and(|a| !is_identifier(a)) {
            let span = block.body.attribute("alias").map_or(block.header, |a| a.expr.span);
            let detail = format!("An alias must be a valid name. {NAME_RULE}");
            self.error("Invalid provider configuration alias", detail, span, block.header);
        }
        let source = self.text(&block.body, "source", block.header);
        let source = source.and_then(|text| Some((text, block.body.attribute("source")?.expr.span)));
        let mut mock = MockProvider {
            name,
            alias: alias.map(Name::from),
            resources: BTreeMap::new(),
            data: BTreeMap::new(),
            overrides: Vec::new(),
            header: block.header,
        };
        self.mocks(&block.body, &mut mock);
        Some((mock, source))
    }

    /// Adds the mocks of a body; what is there already stays.
    pub fn mocks(&mut self, body: &Body, mock: &mut MockProvider) {
        let default = self.phase(body, mock.header).unwrap_or_default();
        let resources = self.mocked(body, "mock_resource", default);
        let data = self.mocked(body, "mock_data", default);
        for (kind, mocked) in resources {
            mock.resources.entry(kind).or_insert(mocked);
        }
        for (kind, mocked) in data {
            mock.data.entry(kind).or_insert(mocked);
        }
        for new in self.overrides(body, &["override_resource", "override_data"], default) {
            if !mock.overrides.iter().any(|old| old.target == new.target) {
                mock.overrides.push(new);
            }
        }
    }

    fn mocked(&mut self, body: &Body, kind: &str, default: Phase) -> BTreeMap<Name, Mocked> {
        let mut out: BTreeMap<Name, Mocked> = BTreeMap::new();
        for block in body.blocks(kind) {
            if !self.labels(block, &["type"]) {
                continue;
            }
            let Some(label) = block.labels.first() else { continue };
            self.only(&block.body, Some(block.header), &["defaults", "override_during"], &[]);
            let values = match block.body.attribute("defaults") {
                Some(attribute) => {
                    let value = self.constant(&attribute.expr).filter(|v| v.as_map().is_some());
                    if value.is_none() {
                        let detail = format!("{kind} blocks must specify a defaults attribute that is an object.");
                        self.error("Invalid defaults attribute", detail, attribute.expr.span, block.header);
                    }
                    value
                }
                None => None,
            };
            if let Some(old) = out.get(&label.name) {
                let detail = format!(
                    "A {kind} block for {} has already been defined at {}.",
                    label.name,
                    self.place(old.header)
                );
                self.error(&format!("Duplicate {kind} block"), detail, block.header, block.header);
                continue;
            }
            let values = values.unwrap_or_else(|| Value::object(BTreeMap::new()));
            let during = self.phase(&block.body, block.header).unwrap_or(default);
            let defaults = block.body.attribute("defaults").map(|a| a.name.span.to(a.expr.span));
            let written = defaults.unwrap_or(block.header);
            out.insert(label.name.clone(), Mocked { values, during, header: block.header, written });
        }
        out
    }
}
