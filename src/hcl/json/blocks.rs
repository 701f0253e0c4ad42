//! Which properties of a configuration are blocks, and how their strings are read.
//!
//! Facts from the "JSON Configuration Syntax" page of the Terraform language.

use crate::diag::Diagnostics;

use super::super::ast::{Attribute, Block, Body, Expr, ExprKind, Ident};
use super::read::{Node, NodeKind, Text};
use super::{Converter, Strings};

/// A kind of block that the language defines.
struct Kind {
    name: &'static str,
    labels: usize,
    /// Blocks within it.
    blocks: &'static [Kind],
    /// Arguments that native syntax writes without quotes.
    expressions: &'static [&'static str],
    /// Arguments that are never evaluated.
    literals: Literals,
    /// Whether a schema decides on the other properties.
    schema: bool,
}

enum Literals {
    All,
    These(&'static [&'static str]),
}

const PLAIN: Kind =
    Kind { name: "", labels: 0, blocks: &[], expressions: &[], literals: Literals::These(&[]), schema: false };
const LITERAL: Kind = Kind { literals: Literals::All, ..PLAIN };
const PRECONDITION: Kind = Kind { name: "precondition", ..PLAIN };
const POSTCONDITION: Kind = Kind { name: "postcondition", ..PLAIN };
const CONNECTION: Kind = Kind { name: "connection", schema: true, ..PLAIN };

const LIFECYCLE: Kind = Kind {
    name: "lifecycle",
    blocks: &[PRECONDITION, POSTCONDITION],
    expressions: &["ignore_changes", "replace_triggered_by"],
    ..PLAIN
};
const PROVISIONER: Kind = Kind {
    name: "provisioner",
    labels: 1,
    blocks: &[CONNECTION],
    expressions: &["when", "on_failure"],
    schema: true,
    ..PLAIN
};
const RESOURCE: Kind = Kind {
    name: "resource",
    labels: 2,
    blocks: &[LIFECYCLE, CONNECTION, PROVISIONER],
    expressions: &["depends_on", "provider"],
    schema: true,
    ..PLAIN
};
const DATA: Kind = Kind { name: "data", blocks: &[LIFECYCLE], ..RESOURCE };

const TOP_LEVEL: [Kind; 13] = [
    Kind {
        name: "terraform",
        blocks: &[
            Kind { name: "backend", labels: 1, schema: true, ..LITERAL },
            Kind { name: "required_providers", ..LITERAL },
            Kind { name: "provider_meta", labels: 1, schema: true, ..PLAIN },
            Kind { name: "cloud", blocks: &[Kind { name: "workspaces", ..LITERAL }], ..LITERAL },
        ],
        ..LITERAL
    },
    Kind { name: "provider", labels: 1, literals: Literals::These(&["alias", "version"]), schema: true, ..PLAIN },
    Kind {
        name: "variable",
        labels: 1,
        blocks: &[Kind { name: "validation", ..PLAIN }],
        expressions: &["type"],
        ..LITERAL
    },
    Kind { name: "locals", ..PLAIN },
    Kind {
        name: "output",
        labels: 1,
        blocks: &[PRECONDITION],
        expressions: &["depends_on"],
        literals: Literals::These(&["description"]),
        ..PLAIN
    },
    Kind {
        name: "module",
        labels: 1,
        expressions: &["depends_on", "providers"],
        literals: Literals::These(&["source", "version"]),
        ..PLAIN
    },
    RESOURCE,
    DATA,
    Kind { name: "ephemeral", ..DATA },
    Kind { name: "moved", expressions: &["from", "to"], ..PLAIN },
    Kind { name: "removed", blocks: &[LIFECYCLE, CONNECTION, PROVISIONER], expressions: &["from"], ..PLAIN },
    Kind { name: "import", expressions: &["to", "provider"], ..PLAIN },
    Kind { name: "check", labels: 1, blocks: &[DATA, Kind { name: "assert", ..PLAIN }], ..PLAIN },
];

const MOCKED: Kind = Kind { labels: 1, expressions: &["override_during"], ..PLAIN };
const OVERRIDE: Kind = Kind { expressions: &["target", "override_during"], ..PLAIN };
const OVERRIDE_RESOURCE: Kind = Kind { name: "override_resource", ..OVERRIDE };
const OVERRIDE_DATA: Kind = Kind { name: "override_data", ..OVERRIDE };
const OVERRIDE_MODULE: Kind = Kind { name: "override_module", ..OVERRIDE };
const MOCK_RESOURCE: Kind = Kind { name: "mock_resource", ..MOCKED };
const MOCK_DATA: Kind = Kind { name: "mock_data", ..MOCKED };
const VARIABLES: Kind = Kind { name: "variables", ..PLAIN };

/// Blocks of test files, and of the files of mocks that they name.
const TESTS: [Kind; 10] = [
    Kind {
        name: "run",
        labels: 1,
        blocks: &[
            Kind { name: "plan_options", expressions: &["mode", "replace", "target"], ..PLAIN },
            Kind { name: "assert", ..PLAIN },
            VARIABLES,
            Kind { name: "module", ..LITERAL },
            OVERRIDE_RESOURCE,
            OVERRIDE_DATA,
            OVERRIDE_MODULE,
        ],
        expressions: &["command", "expect_failures", "providers"],
        ..PLAIN
    },
    VARIABLES,
    Kind { name: "provider", labels: 1, literals: Literals::These(&["alias", "version"]), schema: true, ..PLAIN },
    Kind {
        name: "mock_provider",
        labels: 1,
        blocks: &[MOCK_RESOURCE, MOCK_DATA, OVERRIDE_RESOURCE, OVERRIDE_DATA],
        expressions: &["override_during"],
        ..PLAIN
    },
    MOCK_RESOURCE,
    MOCK_DATA,
    OVERRIDE_RESOURCE,
    OVERRIDE_DATA,
    OVERRIDE_MODULE,
    Kind { name: "test", ..PLAIN },
];

impl Converter {
    /// The body of a file of configuration.
    pub(super) fn file(self, root: Option<Node>) -> (Body, Diagnostics) {
        self.of_kinds(root, &TOP_LEVEL)
    }

    /// The body of a file of tests or mocks.
    pub(super) fn tests(self, root: Option<Node>) -> (Body, Diagnostics) {
        self.of_kinds(root, &TESTS)
    }

    fn of_kinds(mut self, root: Option<Node>, kinds: &[Kind]) -> (Body, Diagnostics) {
        let mut body = self.empty(0..self.length);
        let properties = root.as_ref().map(|root| self.properties(root, "The file")).unwrap_or_default();
        for (key, node) in properties {
            match kinds.iter().find(|kind| kind.name == key.value) {
                Some(kind) => self.blocks(kind, key, node, &mut body.blocks),
                // Not for this module to judge: a misspelt kind is told by who knows the kinds.
                None => body.attributes.push(self.attribute(key, node, Strings::Template)),
            }
        }
        (body, self.found)
    }

    fn blocks(&mut self, kind: &Kind, key: &Text, node: &Node, out: &mut Vec<Block>) {
        let mut found = vec![(Vec::new(), node)];
        for _ in 0..kind.labels {
            found = found
                .into_iter()
                .flat_map(|(labels, node)| {
                    let what = format!("The value of \"{}\"", key.value);
                    let inner = self.properties(node, &what);
                    inner.into_iter().map(move |(label, node)| ([labels.as_slice(), &[label]].concat(), node))
                })
                .collect();
        }
        for (labels, node) in found {
            match &node.kind {
                NodeKind::Null => {}
                NodeKind::Array(items) => {
                    items.iter().for_each(|item| out.extend(self.block(kind, key, &labels, item)))
                }
                _ => out.extend(self.block(kind, key, &labels, node)),
            }
        }
    }

    fn block(&mut self, kind: &Kind, key: &Text, labels: &[&Text], node: &Node) -> Option<Block> {
        let NodeKind::Object(_) = &node.kind else {
            self.wrong_kind(node, &format!("The value of \"{}\"", labels.last().unwrap_or(&key).value));
            return None;
        };
        let labels: Vec<Ident> = labels.iter().map(|l| self.ident(l)).collect();
        let kind_ident = self.ident(key);
        let span = self.span(node.range.clone());
        // Blocks of one kind share its name: the last label is what tells them apart.
        let header = labels.last().map_or(kind_ident.span, |l| l.span);
        let body = self.body(kind, node);
        Some(Block { kind: kind_ident, labels, body, header, span: header.to(span) })
    }

    fn body(&mut self, kind: &Kind, node: &Node) -> Body {
        let mut body = self.empty(node.range.clone());
        for (key, value) in self.properties(node, "A block") {
            if let Some(inner) = kind.blocks.iter().find(|b| b.name == key.value) {
                self.blocks(inner, key, value, &mut body.blocks);
                continue;
            }
            let name = key.value.as_str();
            let strings = if kind.expressions.contains(&name) {
                Strings::Expression
            } else if matches!(kind.literals, Literals::All)
                || matches!(kind.literals, Literals::These(these) if these.contains(&name))
            {
                Strings::Literal
            } else {
                Strings::Template
            };
            let attribute = if kind.name == "required_providers" {
                self.required_provider(key, value)
            } else {
                self.attribute(key, value, strings)
            };
            body.attributes.push(attribute);
        }
        if !kind.schema {
            self.find_duplicates(&mut body);
        }
        body
    }

    /// Source and version are never evaluated, but aliases refer to configurations of the provider.
    fn required_provider(&mut self, key: &Text, node: &Node) -> Attribute {
        let NodeKind::Object(items) = &node.kind else { return self.attribute(key, node, Strings::Literal) };
        let items = items
            .iter()
            .map(|(key, value)| {
                let aliases = key.value == "configuration_aliases";
                let strings = if aliases { Strings::Expression } else { Strings::Literal };
                (self.key(key, Strings::Literal), self.expr(value, strings))
            })
            .collect();
        let name = self.ident(key);
        let expr = Expr { kind: ExprKind::Object(items), span: self.span(node.range.clone()) };
        Attribute { span: name.span.to(expr.span), name, expr }
    }
}
