//! Schemas as `providers schema -json` shows them: format version 1.0 of Terraform
//! (<https://developer.hashicorp.com/terraform/cli/commands/providers/schema>).

use serde_json::{Map, Value as Json, json};

use super::{Attribute, Block, NestedBlock, Nesting, Schema};
use crate::value::json::type_to_json;

/// A schema with its version.
pub fn schema(schema: &Schema) -> Json {
    json!({ "version": schema.version, "block": block(&schema.block) })
}

/// The content of a block.
pub fn block(block: &Block) -> Json {
    let mut out = Map::new();
    if !block.attributes.is_empty() {
        let attributes = block.attributes.iter().map(|(name, a)| (name.to_string(), attribute(a)));
        out.insert("attributes".into(), Json::Object(attributes.collect()));
    }
    if !block.blocks.is_empty() {
        let blocks = block.blocks.iter().map(|(name, b)| (name.to_string(), nested(b)));
        out.insert("block_types".into(), Json::Object(blocks.collect()));
    }
    out.insert("description_kind".into(), "plain".into());
    Json::Object(out)
}

fn attribute(attribute: &Attribute) -> Json {
    let mut out = Map::new();
    out.insert("type".into(), type_to_json(&attribute.ty));
    out.insert("description_kind".into(), "plain".into());
    let flags = [
        ("deprecated", attribute.deprecated.is_some()),
        ("required", attribute.required),
        ("optional", attribute.optional),
        ("computed", attribute.computed),
        ("sensitive", attribute.sensitive),
        ("write_only", attribute.write_only),
    ];
    out.extend(flags.into_iter().filter(|(_, set)| *set).map(|(name, set)| (name.to_owned(), set.into())));
    Json::Object(out)
}

fn nested(nested: &NestedBlock) -> Json {
    let mode = match nested.nesting {
        Nesting::Single => "single",
        Nesting::List => "list",
        Nesting::Set => "set",
    };
    let mut out = Map::new();
    out.insert("nesting_mode".into(), mode.into());
    let mut inner = block(&nested.block);
    if nested.deprecated.is_some() {
        inner["deprecated"] = true.into();
    }
    out.insert("block".into(), inner);
    let bounds = [("min_items", nested.min_items), ("max_items", nested.max_items)];
    out.extend(bounds.into_iter().filter(|(_, n)| *n > 0).map(|(name, n)| (name.to_owned(), n.into())));
    Json::Object(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{list_block, list_of, string};
    use crate::value::Type;

    #[test]
    fn a_schema_shows_what_it_says() {
        let inner = Block::new().attr("secret", string().optional().sensitive());
        let made = Schema::new(3)
            .attr("name", string().required())
            .attr("items", list_of(Type::String).optional().computed())
            .block("part", list_block(inner).max(2));
        let shown = schema(&made);
        let expect = json!({
            "version": 3,
            "block": {
                "description_kind": "plain",
                "attributes": {
                    "name": { "type": "string", "description_kind": "plain", "required": true },
                    "items": { "type": ["list", "string"], "description_kind": "plain", "optional": true, "computed": true },
                },
                "block_types": {
                    "part": {
                        "nesting_mode": "list",
                        "max_items": 2,
                        "block": {
                            "description_kind": "plain",
                            "attributes": {
                                "secret": { "type": "string", "description_kind": "plain", "optional": true, "sensitive": true },
                            },
                        },
                    },
                },
            },
        });
        assert_eq!(shown, expect);
    }
}
