//! Where the blocks of a text are, and what they are called.

use std::ops::Range;

use crate::diag::{Diagnostics, Sources};

use super::json;
use super::parse::{parse_body, without_mark};

/// The named parts of one text, outer before inner: blocks of native syntax by their headers (`resource "type" "name"`),
/// values of JSON by their paths (`resource.type.name`).
#[derive(Clone, Debug, Default)]
pub struct Outline(Vec<(Range<usize>, String)>);

impl Outline {
    /// Reads a text; `name` tells its syntax. What cannot be read is left out.
    pub fn of(name: &str, text: &str) -> Self {
        let id = Sources::default().add(name, "");
        if name.ends_with(".json") {
            let (text, base) = without_mark(text);
            let mut parts = Vec::new();
            if let Some(root) = json::read(id, text, base, &mut Diagnostics::new()) {
                json::paths(&root, "", &mut parts);
            }
            return Self(parts);
        }
        let header = |block: super::ast::Block| {
            let labels: String = block.labels.iter().map(|l| format!(" {:?}", &*l.name)).collect();
            (block.span.range(), format!("{}{labels}", block.kind.name))
        };
        Self(parse_body(id, text).0.blocks.into_iter().map(header).collect())
    }

    /// The innermost part around what begins at a byte; none where the part itself begins there.
    pub fn around(&self, byte: usize) -> Option<&str> {
        let before = byte.checked_sub(1)?;
        self.0.iter().rev().find(|(range, _)| range.contains(&before)).map(|(_, header)| header.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_values_are_found_around_a_place() {
        let native = "locals {\n  a = 1\n}\nresource \"x\" \"y\" {\n  b {\n    c = [\n  }\n}\n";
        let json = r#"{"output": {"a": [{"value": 1}]}}"#;
        for (name, text, at, expect) in [
            ("a.tf", native, "a = 1", Some("locals")),
            ("a.tf", native, "\"x\"", Some("resource \"x\" \"y\"")),
            ("a.tf", native, "c = [", Some("resource \"x\" \"y\"")),
            ("a.tf", native, "resource", None),
            ("a.tf.json", json, "1", Some("output.a[0]")),
            ("a.tf.json", json, "\"output", None),
            ("a.tf.json", "{", "{", None),
        ] {
            let byte = text.find(at).expect("in the text");
            assert_eq!(Outline::of(name, text).around(byte), expect, "{at} in {text}");
        }
    }
}
