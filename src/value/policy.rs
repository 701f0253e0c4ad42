//! Meaning of IAM policy documents: when two texts say the same.
//!
//! Knows nothing of AWS calls; a document is text.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

/// Whether two policy documents mean the same, however they are spelled.
///
/// No difference: a text instead of a list of one, the order of statements, actions, resources, principals and condition
/// values, an account's id instead of its root ARN as a principal, `"*"` instead of `{"AWS": "*"}` as a principal,
/// numbers and booleans as texts in conditions, a missing `Version` instead of AWS's default. Texts that are not JSON
/// objects mean the same only where they are equal.
pub fn same_policy(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    match (parse(a), parse(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a.trim().is_empty() && b.trim().is_empty(),
    }
}

#[derive(PartialEq, Eq)]
struct Document {
    version: String,
    id: String,
    /// Sorted.
    statements: Vec<Statement>,
    other: BTreeMap<String, String>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Statement {
    sid: String,
    effect: String,
    words: BTreeMap<String, BTreeSet<String>>,
    principals: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    conditions: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    other: BTreeMap<String, String>,
}

fn parse(text: &str) -> Option<Document> {
    let Ok(Json::Object(top)) = serde_json::from_str(text) else { return None };
    let mut document = Document {
        version: String::from("2008-10-17"),
        id: String::new(),
        statements: Vec::new(),
        other: BTreeMap::new(),
    };
    for (key, value) in top {
        match key.as_str() {
            "Version" => document.version = scalar(&value),
            "Id" => document.id = scalar(&value),
            "Statement" => {
                let items = match value {
                    Json::Array(items) => items,
                    one => vec![one],
                };
                for item in items {
                    let Json::Object(fields) = item else { return None };
                    document.statements.push(statement(&fields));
                }
            }
            _ => drop(document.other.insert(key, value.to_string())),
        }
    }
    document.statements.sort();
    Some(document)
}

fn statement(fields: &Map<String, Json>) -> Statement {
    let mut out = Statement {
        sid: String::new(),
        effect: String::new(),
        words: BTreeMap::new(),
        principals: BTreeMap::new(),
        conditions: BTreeMap::new(),
        other: BTreeMap::new(),
    };
    for (key, value) in fields {
        match key.as_str() {
            "Sid" => out.sid = scalar(value),
            "Effect" => out.effect = scalar(value).to_ascii_lowercase(),
            // Actions are compared by IAM whatever their case.
            "Action" | "NotAction" => {
                let words = texts(value).into_iter().map(|w| w.to_ascii_lowercase()).collect();
                out.words.insert(key.clone(), words);
            }
            "Resource" | "NotResource" => drop(out.words.insert(key.clone(), texts(value))),
            "Principal" | "NotPrincipal" => drop(out.principals.insert(key.clone(), principals(value))),
            "Condition" => out.conditions = conditions(value),
            _ => drop(out.other.insert(key.clone(), value.to_string())),
        }
    }
    out.words.retain(|_, words| !words.is_empty());
    out.principals.retain(|_, kinds| !kinds.is_empty());
    out
}

fn principals(value: &Json) -> BTreeMap<String, BTreeSet<String>> {
    match value {
        Json::Object(kinds) => {
            let mut out = BTreeMap::new();
            for (kind, names) in kinds {
                let names: BTreeSet<String> = texts(names);
                let names = if kind == "AWS" { names.iter().map(|n| account(n)).collect() } else { names };
                if !names.is_empty() {
                    out.insert(kind.clone(), names);
                }
            }
            out
        }
        everyone => BTreeMap::from([("AWS".to_owned(), texts(everyone))]),
    }
}

/// The root ARN of an account means the account, as its number does.
fn account(name: &str) -> String {
    let root = name.strip_prefix("arn:").and_then(|rest| {
        let (partition, rest) = rest.split_once(":iam::")?;
        let number = rest.strip_suffix(":root")?;
        (!partition.contains(':')).then_some(number)
    });
    match root {
        Some(number) if number.len() == 12 && number.bytes().all(|b| b.is_ascii_digit()) => number.to_owned(),
        _ => name.to_owned(),
    }
}

fn conditions(value: &Json) -> BTreeMap<String, BTreeMap<String, BTreeSet<String>>> {
    let mut out = BTreeMap::new();
    for (test, variables) in value.as_object().into_iter().flatten() {
        let mut by_name: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (name, values) in variables.as_object().into_iter().flatten() {
            // Names of condition keys are not case-sensitive.
            by_name.entry(name.to_ascii_lowercase()).or_default().extend(texts(values));
        }
        if !by_name.is_empty() {
            out.insert(test.clone(), by_name);
        }
    }
    out
}

fn texts(value: &Json) -> BTreeSet<String> {
    match value {
        Json::Array(items) => items.iter().map(scalar).collect(),
        Json::Null => BTreeSet::new(),
        one => BTreeSet::from([scalar(one)]),
    }
}

fn scalar(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"*",
         "Principal":{"AWS":["arn:aws:iam::123456789012:root","arn:aws:iam::1:user/x"]},
         "Condition":{"Bool":{"aws:SecureTransport":"true"},"NumericLessThan":{"s3:max-keys":["10"]}}},
        {"Sid":"Two","Effect":"Deny","NotAction":"iam:*","NotResource":["b","a"]}]}"#;

    fn check(other: &str, same: bool) {
        assert_eq!(same_policy(BASE, other), same, "{other}");
        assert_eq!(same_policy(other, BASE), same, "{other}");
    }

    #[test]
    fn spelling_does_not_matter() {
        check(
            r#"{"Statement":[
                {"NotResource":["a","b"],"NotAction":["iam:*"],"Effect":"Deny","Sid":"Two"},
                {"Effect":"Allow","Action":["s3:PutObject","s3:getobject"],"Resource":["*"],
                 "Principal":{"AWS":["arn:aws:iam::1:user/x","123456789012"]},
                 "Condition":{"Bool":{"aws:securetransport":[true]},"NumericLessThan":{"s3:max-keys":10}}}],
               "Version":"2012-10-17"}"#,
            true,
        );
    }

    #[test]
    fn meaning_matters() {
        for (from, to) in [
            ("s3:PutObject", "s3:PutObjectAcl"),
            ("\"Resource\":\"*\"", "\"Resource\":\"A\""),
            ("Allow", "Deny"),
            ("Two", "Three"),
            ("2012-10-17", "2008-10-17"),
            ("\"true\"", "\"false\""),
            ("NotAction", "Action"),
            ("123456789012", "123456789013"),
            ("[\"b\",\"a\"]", "[\"b\"]"),
        ] {
            let other = BASE.replacen(from, to, 1);
            assert_ne!(other, BASE, "{from}");
            check(&other, false);
        }
    }

    #[test]
    fn single_statements_defaults_and_everyone() {
        assert!(same_policy(
            r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"x"}}"#,
            r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["x"]}]}"#
        ));
        assert!(same_policy("", " "));
        assert!(!same_policy("not json", "{}"));
        assert!(!same_policy("[1]", "[1 ]"));
    }
}
