//! Lifecycle policies that mean the same: the order of rules and of the tags in them does not matter.

use serde_json::Value as Json;

pub fn same(a: &str, b: &str) -> bool {
    match (canonical(a), canonical(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

fn canonical(text: &str) -> Option<Json> {
    let mut policy: Json = serde_json::from_str(text).ok()?;
    let rules = policy.get_mut("rules")?.as_array_mut()?;
    rules.sort_by_key(|rule| rule["rulePriority"].as_i64());
    for rule in rules {
        for tags in ["tagPrefixList", "tagPatternList"] {
            if let Some(list) = rule.pointer_mut(&format!("/selection/{tags}")).and_then(Json::as_array_mut) {
                list.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
            }
        }
    }
    Some(policy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_matter() {
        let one = r#"{"rules":[{"rulePriority":1,"selection":{"tagPrefixList":["a","b"]}},{"rulePriority":2}]}"#;
        let other = r#"{"rules":[{"rulePriority":2},{"selection":{"tagPrefixList":["b","a"]},"rulePriority":1}]}"#;
        assert!(same(one, other));
        assert!(!same(one, r#"{"rules":[]}"#) && !same("x", "y"));
    }
}
