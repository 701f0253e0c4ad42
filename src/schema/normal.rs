//! Spellings that mean the same.

use serde_json::Value as Json;

use super::Block;
use crate::value::policy::same_policy;
use crate::value::{Kind, Value};

/// How a live value is told from a configured one that means the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Normal {
    /// Same means equal; null, and what is empty or zero, are alike.
    #[default]
    Exact,
    /// Same means equal, and null is a value of its own: for types that tell null from what is empty or zero.
    Verbatim,
    /// JSON documents with equal content.
    Json,
    /// IAM policy documents with equal meaning: order of elements, one-element lists, account ids as principals.
    Policy,
    /// Text that differs in case only.
    CaseInsensitive,
    /// DNS names: case, a trailing dot and octal escapes do not matter.
    DnsName,
}

/// Whether two values mean the same to the provider.
pub fn equivalent(normal: Normal, a: &Value, b: &Value) -> bool {
    if !a.is_wholly_known() || !b.is_wholly_known() {
        return false;
    }
    if a.same_content(b) {
        return true;
    }
    if normal == Normal::Verbatim {
        return false;
    }
    if a.is_zero() && b.is_zero() {
        return true;
    }
    match (&a.kind, &b.kind) {
        (Kind::String(a), Kind::String(b)) => match normal {
            Normal::Exact | Normal::Verbatim => false,
            Normal::Json => same_json(a, b),
            Normal::Policy => same_policy(a, b),
            Normal::CaseInsensitive => a.eq_ignore_ascii_case(b),
            Normal::DnsName => dns_name(a) == dns_name(b),
        },
        (Kind::List(_, a) | Kind::Tuple(a), Kind::List(_, b) | Kind::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equivalent(normal, a, b))
        }
        (Kind::Set(_, a), Kind::Set(_, b)) => {
            a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| equivalent(normal, a, b)))
        }
        (Kind::Object(a), Kind::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, a)| b.get(k).is_some_and(|b| equivalent(normal, a, b)))
        }
        _ => false,
    }
}

fn same_json(a: &str, b: &str) -> bool {
    match (serde_json::from_str::<Json>(a), serde_json::from_str::<Json>(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

/// A DNS name without trailing dot, in lower case, with octal escapes resolved.
fn dns_name(name: &str) -> String {
    name.trim_end_matches('.').replace("\\052", "*").to_ascii_lowercase()
}

impl Block {
    /// Whether two objects of this block mean the same.
    pub fn same(&self, a: &Value, b: &Value) -> bool {
        let attributes = self.attributes.iter().all(|(name, attribute)| match (a.get(name), b.get(name)) {
            (Some(a), Some(b)) => equivalent(attribute.normal, a, b),
            _ => true,
        });
        attributes
            && self.blocks.iter().all(|(name, nested)| match (a.get(name), b.get(name)) {
                (Some(a), Some(b)) => {
                    let (a, b) = (a.as_slice().unwrap_or_default(), b.as_slice().unwrap_or_default());
                    a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| nested.block.same(a, b)))
                }
                _ => true,
            })
    }
}
