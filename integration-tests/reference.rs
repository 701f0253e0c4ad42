//! A page for every AWS type, from its schema, its code and its fixture: docs/resources, docs/data-sources and
//! docs/ephemeral-resources. `KIBAN_BLESS=1` writes them anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use kiban::aws::AwsPlugin;
use kiban::diag::Sources;
use kiban::hcl::format;
use kiban::provider::{AnyTypes, Plugin};
use kiban::schema::{Attribute, Block, NestedBlock, Nesting, Schema};
use libtest_mimic::Trial;

use crate::programs::root;
use crate::trial;
use crate::types;

pub fn trials() -> Vec<Trial> {
    vec![trial("reference::pages_are_current", pages)]
}

const HEAD: &str = "<!-- Written by the test `reference::pages_are_current` with KIBAN_BLESS=1. -->\n";

fn pages() {
    let plugin = AwsPlugin::default();
    let types = plugin.types();
    let mut pages = BTreeMap::new();
    for kind in types.resources() {
        let schema = types.resource_schema(kind).expect("schema");
        pages.insert(format!("docs/resources/{kind}.md"), resource(&plugin, types, kind, &schema));
    }
    for kind in types.data_sources() {
        let schema = types.data_schema(kind).expect("schema");
        pages.insert(format!("docs/data-sources/{kind}.md"), read_only(kind, &schema, types.data_actions(kind)));
    }
    for kind in types.ephemeral() {
        let schema = types.ephemeral_schema(kind).expect("schema");
        let text = read_only(kind, &schema, types.ephemeral_actions(kind));
        pages.insert(format!("docs/ephemeral-resources/{kind}.md"), text);
    }
    let mut outdated = Vec::new();
    let bless = std::env::var_os("KIBAN_BLESS").is_some();
    for (path, text) in &pages {
        let path = root().join(path);
        if fs::read_to_string(&path).unwrap_or_default() == *text {
            continue;
        }
        if bless {
            fs::create_dir_all(path.parent().expect("folder")).expect("folder");
            fs::write(&path, text).expect("written");
        } else {
            outdated.push(path.display().to_string());
        }
    }
    for folder in ["docs/resources", "docs/data-sources", "docs/ephemeral-resources"] {
        for entry in fs::read_dir(root().join(folder)).expect("pages").map(|e| e.expect("entry")) {
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if !pages.contains_key(&name) {
                outdated.push(format!("{name}, whose type is gone"));
            }
        }
    }
    assert!(outdated.is_empty(), "not current, run again with KIBAN_BLESS=1:\n{}", outdated.join("\n"));
}

fn resource(plugin: &AwsPlugin, types: &dyn AnyTypes, kind: &str, schema: &Schema) -> String {
    let mut text = format!("{HEAD}# {kind}\n");
    let fixture = types::fixture_of(kind);
    if let Some((_, fixture)) = &fixture {
        let example = fixture.example();
        let id = Sources::default().add("example", example.as_str());
        let example = format(id, &example).unwrap_or(example);
        let _ = write!(text, "\n```hcl\n{}\n```\n", example.trim());
    }
    describe(&mut text, &schema.block);
    let import = fixture.as_ref().map_or("${id}", |(_, f)| f.import());
    let _ = write!(text, "\n## Import\n\nBy `{import}`");
    let names: Vec<&str> = import.split("${").skip(1).filter_map(|p| p.split('}').next()).collect();
    let attributes = names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    let _ = writeln!(text, ", made of the attributes {attributes}.");
    let own = types.actions(kind);
    text.push_str("\n## IAM actions\n\n| to | actions |\n|---|---|\n");
    let planning = plugin.planning_actions(kind);
    for (verb, actions) in [
        ("read", own.read),
        ("plan", &planning),
        ("create", own.create),
        ("update", own.update),
        ("delete", own.delete),
    ] {
        if !actions.is_empty() {
            let _ = writeln!(text, "| {verb} | {} |", codes(actions));
        }
    }
    if let Some((service, _)) = fixture {
        let _ = writeln!(text, "\nWhat was compared with the public provider: [{service}](../fidelity/{service}.md).");
    }
    text
}

fn read_only(kind: &str, schema: &Schema, actions: &[&str]) -> String {
    let mut text = format!("{HEAD}# {kind}\n");
    describe(&mut text, &schema.block);
    if !actions.is_empty() {
        let _ = writeln!(text, "\n## IAM actions\n\n{}", codes(actions));
    }
    text
}

fn codes(names: &[&str]) -> String {
    names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}

fn describe(text: &mut String, block: &Block) {
    let arguments = block.attributes.iter().filter(|(_, a)| a.configurable());
    table(text, "\n## Arguments\n", arguments);
    for (name, nested) in &block.blocks {
        nest(text, &format!("{name}"), nested, 3);
    }
    table(text, "\n## Attributes\n", block.attributes.iter().filter(|(_, a)| !a.configurable()));
}

fn table<'a>(text: &mut String, title: &str, attributes: impl Iterator<Item = (impl AsRef<str>, &'a Attribute)>) {
    let rows: Vec<String> = attributes.map(|(name, a)| row(name.as_ref(), a)).collect();
    if !rows.is_empty() {
        let _ = write!(text, "{title}\n| name | type | |\n|---|---|---|\n{}", rows.concat());
    }
}

fn row(name: &str, attribute: &Attribute) -> String {
    let flags = [
        (attribute.required, "required"),
        (attribute.optional, "optional"),
        (attribute.computed && attribute.optional, "AWS chooses where it is not set"),
        (attribute.force_new, "a change makes a new object"),
        (attribute.sensitive, "sensitive"),
        (attribute.write_only, "stored nowhere"),
        (attribute.deprecated.is_some(), "deprecated"),
    ];
    let mut told: Vec<String> = flags.into_iter().filter(|(on, _)| *on).map(|(_, word)| word.to_owned()).collect();
    told.extend(attribute.default.as_ref().map(|value| format!("default `{}`", kiban::value::json::to_json(value))));
    format!("| `{name}` | {} | {} |\n", attribute.ty.to_string().replace('|', "\\|"), told.join(", "))
}

fn nest(text: &mut String, path: &str, nested: &NestedBlock, level: usize) {
    let mut told = vec![match (nested.nesting, nested.max_items) {
        (Nesting::Single, _) | (_, 1) => "one at most".to_owned(),
        (Nesting::List, 0) => "any number, in order".to_owned(),
        (Nesting::Set, 0) => "any number".to_owned(),
        (_, most) => format!("{most} at most"),
    }];
    if nested.min_items > 0 {
        told.push(format!("at least {}", nested.min_items));
    }
    if nested.force_new {
        told.push("a change makes a new object".into());
    }
    if nested.deprecated.is_some() {
        told.push("deprecated".into());
    }
    let _ = write!(text, "\n{} Block `{path}`\n\n{}.\n", "#".repeat(level), capital(&told.join("; ")));
    table(text, "", nested.block.attributes.iter());
    for (name, inner) in &nested.block.blocks {
        nest(text, &format!("{path}.{name}"), inner, (level + 1).min(6));
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
