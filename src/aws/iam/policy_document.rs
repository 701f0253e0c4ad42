//! `data "aws_iam_policy_document"`: no call, a pure function of its configuration.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::document::{Condition, Document, Principal, Statement, Words};
use crate::aws::Client;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Block, Schema, list_block, list_of, set_block, set_of, string};
use crate::value::{Type, Value};

pub struct PolicyDocument;

impl DataSource for PolicyDocument {
    type Client = Client;
    const NAME: &'static str = "aws_iam_policy_document";
    const ACTIONS: &'static [&'static str] = &[];

    fn schema() -> Schema {
        let principals = || {
            set_block(
                Block::new().attr("identifiers", set_of(Type::String).required()).attr("type", string().required()),
            )
        };
        let condition = Block::new()
            .attr("test", string().required())
            .attr("values", list_of(Type::String).required())
            .attr("variable", string().required());
        let statement = Block::new()
            .attr("actions", set_of(Type::String).optional())
            .attr("effect", string().optional().default("Allow").check(effect))
            .attr("not_actions", set_of(Type::String).optional())
            .attr("not_resources", set_of(Type::String).optional())
            .attr("resources", set_of(Type::String).optional())
            .attr("sid", string().optional())
            .block("condition", set_block(condition))
            .block("not_principals", principals())
            .block("principals", principals());
        Schema::new(0)
            .attr("id", string().optional().computed())
            .attr("json", string().computed())
            .attr("minified_json", string().computed())
            .attr("override_json", string().optional().check(retired).deprecated(RETIRED))
            .attr("override_policy_documents", list_of(Type::String).optional())
            .attr("policy_id", string().optional())
            .attr("source_json", string().optional().check(retired).deprecated(RETIRED))
            .attr("source_policy_documents", list_of(Type::String).optional())
            .attr("version", string().optional().default("2012-10-17").check(version))
            .block("statement", list_block(statement))
    }

    async fn read(_client: &Client, config: &Object) -> Result<Object> {
        read(config).map_err(Error::other)
    }
}

const RETIRED: &str = "Use source_policy_documents or override_policy_documents.";

fn retired(value: &Value) -> Result<(), String> {
    if value.is_zero() { Ok(()) } else { Err("source_json and override_json must be empty. ".to_owned() + RETIRED) }
}

fn effect(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some("Allow" | "Deny") => Ok(()),
        _ => Err("effect must be \"Allow\" or \"Deny\".".into()),
    }
}

fn version(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some("2008-10-17" | "2012-10-17") => Ok(()),
        _ => Err("version must be \"2012-10-17\" or \"2008-10-17\".".into()),
    }
}

fn read(config: &Object) -> Result<Object, String> {
    let mut merged = Document::default();
    let mut sids = BTreeSet::new();
    for (i, text) in documents(config, "source_policy_documents") {
        let document = Document::parse(&text).map_err(|why| format!("source_policy_documents[{i}]: {why}."))?;
        for statement in document.statements.iter().filter(|s| !s.sid.is_empty()) {
            if !sids.insert(statement.sid.clone()) {
                return Err(format!(
                    "source_policy_documents[{i}]: the sid \"{}\" stands twice in the source documents. Remove it or \
                     make the sids unique.",
                    statement.sid
                ));
            }
        }
        merged.merge(document);
    }
    let version = config.string("version").unwrap_or_else(|| "2012-10-17".into());
    let blocks = config.objects("statement");
    let statements = blocks.iter().map(|s| statement(s, &version)).collect::<Result<Vec<_>, _>>()?;
    let own = Document { id: config.string("policy_id").unwrap_or_default(), version: version.clone(), statements };
    let named = own.statements.iter().filter(|s| !s.sid.is_empty()).count();
    if own.sids().len() != named {
        return Err("two statements have the same sid. Remove one or make the sids unique.".into());
    }
    merged.merge(own);
    for (i, text) in documents(config, "override_policy_documents") {
        merged.merge(Document::parse(&text).map_err(|why| format!("override_policy_documents[{i}]: {why}."))?);
    }
    let json = merged.to_json();
    Ok(config
        .clone()
        .with("id", hash(&json).to_string())
        .with("minified_json", merged.to_minified_json())
        .with("json", json)
        .with("version", version)
        .with("statement", blocks.into_iter().map(stored).collect::<Vec<_>>()))
}

/// Documents with their places; an empty text is none.
fn documents(config: &Object, name: &str) -> Vec<(usize, String)> {
    config.strings(name).into_iter().enumerate().filter(|(_, text)| !text.is_empty()).collect()
}

/// A statement as it stands in state: empty, not null.
fn stored(mut block: Object) -> Object {
    for name in ["actions", "not_actions", "resources", "not_resources"] {
        if !block.has(name) {
            block.set(name, Value::set(Type::String, Vec::new()));
        }
    }
    let (effect, sid) = (block.string("effect"), block.string("sid"));
    block.with("effect", effect.unwrap_or_else(|| "Allow".into())).with("sid", sid.unwrap_or_default())
}

fn statement(block: &Object, version: &str) -> Result<Statement, String> {
    Ok(Statement {
        sid: block.string("sid").unwrap_or_default(),
        effect: block.string("effect").unwrap_or_else(|| "Allow".into()),
        action: words(block.strings("actions")),
        not_action: words(block.strings("not_actions")),
        resource: words(variables(block.strings("resources"), version)?),
        not_resource: words(variables(block.strings("not_resources"), version)?),
        principals: principals(block, "principals", version)?,
        not_principals: principals(block, "not_principals", version)?,
        conditions: conditions(block, version)?,
    })
}

fn words(texts: Vec<String>) -> Option<Json> {
    let mut texts = texts;
    match texts.as_slice() {
        [] => None,
        [only] => Some(Json::String(only.clone())),
        _ => {
            texts.sort_by(|a, b| b.cmp(a));
            Some(Json::Array(texts.into_iter().map(Json::String).collect()))
        }
    }
}

/// `&{…}` stands for IAM's own `${…}`, which the language would take for a template.
fn variables(texts: Vec<String>, version: &str) -> Result<Vec<String>, String> {
    if version == "2008-10-17"
        && let Some(text) = texts.iter().find(|t| t.contains("&{"))
    {
        return Err(format!("policy variables such as in \"{text}\" need version \"2012-10-17\"."));
    }
    Ok(texts.into_iter().map(|t| t.replace("&{", "${")).collect())
}

fn principals(block: &Object, name: &str, version: &str) -> Result<Vec<Principal>, String> {
    let sorted = in_hash_order(block.objects(name), |p| {
        let mut identifiers: Vec<(String, String)> =
            p.strings("identifiers").into_iter().map(|i| (hash(&format!("{i};")).to_string(), i)).collect();
        identifiers.sort();
        let identifiers: String = identifiers.into_iter().map(|(_, i)| i + ";").collect();
        format!("identifiers:{{{identifiers}}};type:{};", p.string("type").unwrap_or_default())
    });
    let principal = |p: Object| {
        let mut names = p.strings("identifiers");
        let identifiers = match names.pop() {
            Some(only) if names.is_empty() => Words::One(variables(vec![only], version)?.pop().unwrap_or_default()),
            last => {
                names.extend(last);
                Words::Many(variables(names, version)?)
            }
        };
        Ok(Principal { kind: p.string("type").unwrap_or_default(), identifiers })
    };
    sorted.into_iter().map(principal).collect()
}

fn conditions(block: &Object, version: &str) -> Result<Vec<Condition>, String> {
    let sorted = in_hash_order(block.objects("condition"), |c| {
        let values: String = c.strings("values").into_iter().map(|v| v + ";").collect();
        let (test, variable) = (c.string("test").unwrap_or_default(), c.string("variable").unwrap_or_default());
        format!("test:{test};values:({values});variable:{variable};")
    });
    let condition = |c: Object| {
        Ok(Condition {
            test: c.string("test").unwrap_or_default(),
            variable: c.string("variable").unwrap_or_default(),
            values: variables(c.strings("values"), version)?,
        })
    };
    sorted.into_iter().map(condition).collect()
}

/// Elements of sets in the order that plugins written with Terraform's SDK see them in: that of their hashes as texts.
fn in_hash_order(blocks: Vec<Object>, serialise: impl Fn(&Object) -> String) -> Vec<Object> {
    let mut keyed: Vec<(String, Object)> = blocks.into_iter().map(|b| (hash(&serialise(&b)).to_string(), b)).collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    keyed.into_iter().map(|(_, b)| b).collect()
}

fn hash(text: &str) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(text.as_bytes());
    crc.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json::from_json;

    /// Configurations with what hashicorp/aws 5.100.0 makes of them.
    const CASES: &str = include_str!("policy_document_cases.json");

    #[test]
    fn documents_are_those_of_the_provider_byte_for_byte() {
        let cases: Vec<Json> = serde_json::from_str(CASES).expect("is JSON");
        for case in cases {
            let config = Object::from_value(&from_json(&case));
            let made = read(&config).expect("makes a document");
            for key in ["json", "minified_json", "id"] {
                assert_eq!(made.str(key), case[key].as_str());
            }
        }
    }

    #[test]
    fn contradictions_are_errors() {
        let twice = vec![Object::new().with("sid", "A"), Object::new().with("sid", "A")];
        assert!(read(&Object::new().with("statement", twice)).is_err());
        let variable = vec![Object::new().with("resources", vec!["&{aws:username}"])];
        let old = Object::new().with("version", "2008-10-17").with("statement", variable);
        assert!(read(&old).is_err());
        let number = r#"{"Statement":[{"Condition":{"NumericEquals":{"k":5}}}]}"#;
        assert!(read(&Object::new().with("source_policy_documents", vec![number])).is_err());
    }
}
