//! Drift as text and as JSON.
//!
//! The JSON form: `{"format_version": "1.0", "drift": [{"address", "deposed"?, "type", "name", "module"?, "action":
//! "update" | "delete", "changes": [{"path", "before", "after"}]}], "summary": {"changed", "deleted"}}`. `before` is the
//! value in state, `after` the live one; `path` is written as in the language. Sensitive values are the text
//! `(sensitive value)`. Where objects in a cluster differ there is also `bootstraps`, in the form of `bootstrap plan -json`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::{Colour, Palette, Schemas, plan};
use crate::addr::{Path, Step};
use crate::plan::Drift;
use crate::value::json::to_json as plain;
use crate::value::{Kind, Marks, Value};

const MASK: &str = "(sensitive value)";

/// Each object that differs, attribute by attribute (state -> live), and how many there are.
pub fn render(drift: &[Drift], schemas: Schemas<'_>, palette: Palette) -> String {
    let blocks: Vec<(bool, String)> =
        drift.iter().filter_map(|d| Some((d.after.is_some(), plan::drifted(d, schemas, palette)?))).collect();
    if blocks.is_empty() {
        return format!("{} Every object is as kiban left it.\n", palette.paint(Colour::Add, "No drift."));
    }
    let mut out = format!("{}\n\n", palette.bold("These objects differ from the state (state -> live):"));
    for (_, text) in &blocks {
        let _ = writeln!(out, "{text}");
    }
    let changed = blocks.iter().filter(|(alive, _)| *alive).count();
    let _ = writeln!(out, "{} {changed} changed, {} deleted.", palette.bold("Drift:"), blocks.len() - changed);
    out
}

/// The documented JSON form.
pub fn to_json(drift: &[Drift]) -> Json {
    let list: Vec<Json> = drift
        .iter()
        .map(|d| {
            let resource = &d.key.addr.resource;
            let mut entry = json!({
                "address": d.key.addr.to_string(),
                "type": &*resource.resource.kind,
                "name": &*resource.resource.name,
                "action": if d.after.is_some() { "update" } else { "delete" },
                "changes": changes(&d.before, d.after.as_ref()),
            });
            if !resource.module.is_root() {
                entry["module"] = resource.module.to_string().into();
            }
            if let Some(key) = &d.key.deposed {
                entry["deposed"] = key.clone().into();
            }
            entry
        })
        .collect();
    let changed = drift.iter().filter(|d| d.after.is_some()).count();
    json!({
        "format_version": "1.0",
        "drift": list,
        "summary": { "changed": changed, "deleted": drift.len() - changed },
    })
}

fn changes(before: &Value, after: Option<&Value>) -> Vec<Json> {
    let Some(after) = after else { return Vec::new() };
    let mut found = Vec::new();
    differences(Some(before), Some(after), &Path::root(), &mut found);
    found
}

fn differences(before: Option<&Value>, after: Option<&Value>, at: &Path, found: &mut Vec<Json>) {
    if let (Some(a), Some(b)) = (before, after) {
        if a.same_content(b) {
            return;
        }
        let secret = (a.marks | b.marks).contains(Marks::SENSITIVE);
        let (left, right) = (a.as_map(), b.as_map());
        if let (Some(left), Some(right), false) = (left, right, secret) {
            let object = matches!(a.kind, Kind::Object(_));
            for name in left.keys().chain(right.keys()).collect::<BTreeSet<_>>() {
                let step = if object { Step::Attr(name.clone()) } else { Step::Key(name.clone()) };
                differences(left.get(name), right.get(name), &at.then(step), found);
            }
            return;
        }
        let ordered = |v: &Value| matches!(v.kind, Kind::List(..) | Kind::Tuple(_));
        if let (Some(left), Some(right), true) = (a.as_slice(), b.as_slice(), !secret && ordered(a) && ordered(b))
            && left.len() == right.len()
        {
            for (i, (a, b)) in left.iter().zip(right).enumerate() {
                differences(Some(a), Some(b), &at.then(Step::Index(i as u64)), found);
            }
            return;
        }
    }
    let side = |v: Option<&Value>| v.map_or(Json::Null, masked);
    found.push(json!({ "path": at.to_string(), "before": side(before), "after": side(after) }));
}

/// JSON of a value in which sensitive parts are a fixed text.
fn masked(value: &Value) -> Json {
    let hidden = value.clone().map_deep(&mut |v| {
        if v.marks.contains(Marks::SENSITIVE) { Value::from(MASK) } else { v }
    });
    plain(&hidden)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addr::{AbsInstance, ProviderAddr};
    use crate::plan::ChangeKey;
    use crate::value::json::from_json;

    fn drift() -> Vec<Drift> {
        let key = |text: &str| ChangeKey::current(AbsInstance::parse(text).expect("address"));
        let provider = ProviderAddr::root("registry.terraform.io/hashicorp/aws");
        let object = |json: Json, secret: &str| {
            let mut map = from_json(&json).as_map().expect("object").clone();
            map.insert("password".into(), Value::from(secret).sensitive());
            Value::object(map)
        };
        let before = json!({"id": "t-1", "size": 1, "list": [{"a": 1}, {"a": 2}], "tags": {"x": "1"}});
        let after = json!({"id": "t-1", "size": 2, "list": [{"a": 1}, {"a": 3}], "tags": {"y": "1"}});
        vec![
            Drift {
                key: key("module.m.aws_thing.a[0]"),
                provider: provider.clone(),
                before: object(before.clone(), "hunter2"),
                after: Some(object(after, "hunter3")),
            },
            Drift { key: key("aws_thing.b"), provider, before: object(before, "hunter2"), after: None },
        ]
    }

    #[test]
    fn drift_as_text() {
        insta::assert_snapshot!(render(&drift(), &crate::cli::render::no_schemas, Palette::PLAIN));
    }

    #[test]
    fn drift_as_json() {
        let text = format!("{:#}", to_json(&drift()));
        assert!(!text.contains("hunter"));
        insta::assert_snapshot!(text);
    }
}
