//! What an object would be after an apply, told without the cluster's help: for whoever may read there and not write. Pure.
//!
//! Follows the record of ownership that the cluster keeps
//! (<https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management>): what is ours and not wanted any
//! more goes, what is wanted comes, and the rest stays.

use serde_json::{Map, Value as Json};

use super::cluster::MANAGER;

/// The cluster's record of what we have applied to an object.
pub fn ours(live: &Json) -> Option<&Json> {
    let mut managers = live.pointer("/metadata/managedFields").and_then(Json::as_array).into_iter().flatten();
    managers.find(|m| m["manager"] == MANAGER && m["operation"] == "Apply")
}

/// The live object with the wanted one applied to it.
pub fn applied(live: &Json, wanted: &Json) -> Json {
    merged(Some(live), wanted, ours(live).map_or(&Json::Null, |m| &m["fieldsV1"]))
}

/// `fields` says which parts of `live` are ours, as `f:NAME` for what a map holds and `k:KEYS` for the items of a list.
fn merged(live: Option<&Json>, wanted: &Json, fields: &Json) -> Json {
    match (live, wanted) {
        (Some(Json::Object(live)), Json::Object(wanted)) => {
            let ours = |name: &str| fields.get(format!("f:{name}"));
            let left = live.iter().filter(|(name, _)| !wanted.contains_key(*name));
            let left = left.filter_map(|(name, value)| Some((name.clone(), without(value, ours(name))?)));
            // What is empty and not there is left out by the cluster.
            let counts = |(name, value): &(&String, &Json)| live.contains_key(*name) || !is_nothing(value);
            let come = wanted
                .iter()
                .filter(counts)
                .map(|(name, value)| (name.clone(), merged(live.get(name), value, ours(name).unwrap_or(&Json::Null))));
            Json::Object(left.chain(come).collect())
        }
        (Some(Json::Array(live)), Json::Array(wanted)) => list(live, wanted, fields),
        (Some(live), wanted) if is_same(live, wanted) => live.clone(),
        (_, wanted) => wanted.clone(),
    }
}

fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(entries) => entries.is_empty(),
        _ => false,
    }
}

/// What is left of a value when its parts that are ours go.
fn without(live: &Json, fields: Option<&Json>) -> Option<Json> {
    let Some(parts) = fields.and_then(Json::as_object) else { return Some(live.clone()) };
    let Json::Object(live) = live else { return None };
    let left = |(name, value): (&String, &Json)| Some((name.clone(), without(value, parts.get(&format!("f:{name}")))?));
    let left: Map<String, Json> = live.iter().filter(|_| !parts.is_empty()).filter_map(left).collect();
    (!left.is_empty()).then_some(Json::Object(left))
}

fn list(live: &[Json], wanted: &[Json], fields: &Json) -> Json {
    let owned: Vec<(Json, &Json)> = fields
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(key, fields)| Some((serde_json::from_str(key.strip_prefix("k:")?).ok()?, fields)))
        .collect();
    if owned.is_empty() {
        // A list that is owned as a whole. What is left out of its items was filled in by the cluster.
        let filled = |(n, item): (usize, &Json)| merged(live.get(n), item, &Json::Null);
        return wanted.iter().enumerate().map(filled).collect();
    }
    let bears = |item: &Json, keys: &Json| keys.as_object().is_some_and(|k| k.iter().all(|(k, v)| item[k] == *v));
    // The keys of a kind of list are the same for all its items.
    let names: Vec<&String> = owned.iter().filter_map(|(keys, _)| keys.as_object()).flat_map(Map::keys).collect();
    let same = |a: &Json, b: &Json| names.iter().all(|n| a[*n] == b[*n] || a[*n].is_null() || b[*n].is_null());
    let fields_of = |item: &Json| owned.iter().find(|(keys, _)| bears(item, keys)).map_or(&Json::Null, |(_, f)| *f);
    let mut result: Vec<Json> = Vec::new();
    for item in live {
        match wanted.iter().find(|w| same(w, item)) {
            Some(w) => result.push(merged(Some(item), w, fields_of(item))),
            None if fields_of(item).is_null() => result.push(item.clone()),
            None => {}
        }
    }
    result.extend(wanted.iter().filter(|w| !live.iter().any(|l| same(w, l))).cloned());
    Json::Array(result)
}

/// Whether the cluster would take both for one value: it writes numbers of quantities in its own way
/// (<https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>).
fn is_same(live: &Json, wanted: &Json) -> bool {
    let number = |value: &Json| match value {
        Json::String(text) => quantity(text),
        Json::Number(number) => number.as_f64(),
        _ => None,
    };
    live == wanted || number(live).zip(number(wanted)).is_some_and(|(a, b)| a == b)
}

/// `"500m"` is 0.5, `"1Gi"` is 2^30.
fn quantity(text: &str) -> Option<f64> {
    let digits = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '+' | '-')).unwrap_or(text.len());
    let scale = match &text[digits..] {
        "" => 1.0,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "Ki" => 1024f64,
        "Mi" => 1024f64.powi(2),
        "Gi" => 1024f64.powi(3),
        "Ti" => 1024f64.powi(4),
        _ => return None,
    };
    text[..digits].parse::<f64>().ok().map(|n| n * scale)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn live(spec: Json, fields: Json) -> Json {
        json!({
            "kind": "X", "metadata": { "name": "x", "managedFields": [
                { "manager": "kiban", "operation": "Apply", "fieldsV1": { "f:spec": fields } },
                { "manager": "kubectl-edit", "operation": "Update", "fieldsV1": { "f:spec": { "f:other": {} } } },
            ] },
            "spec": spec,
        })
    }

    fn spec(live: &Json, wanted: Json) -> Json {
        applied(live, &json!({ "kind": "X", "metadata": { "name": "x" }, "spec": wanted }))["spec"].clone()
    }

    #[test]
    fn what_others_wrote_stays_and_what_was_ours_goes() {
        let live = live(json!({ "a": 1, "gone": 2, "other": 3 }), json!({ "f:a": {}, "f:gone": {} }));
        assert_eq!(spec(&live, json!({ "a": 1 })), json!({ "a": 1, "other": 3 }));
        assert_eq!(spec(&live, json!({ "a": 5, "b": 6, "gone": 2 })), json!({ "a": 5, "b": 6, "gone": 2, "other": 3 }));
        let shared =
            self::live(json!({ "map": { "ours": 1, "theirs": 2 } }), json!({ "f:map": { ".": {}, "f:ours": {} } }));
        assert_eq!(spec(&shared, json!({})), json!({ "map": { "theirs": 2 } }));
    }

    #[test]
    fn items_are_known_by_their_keys() {
        let image = json!({ ".": {}, "f:image": {}, "f:name": {} });
        let fields = json!({ "f:containers": { "k:{\"name\":\"a\"}": image, "k:{\"name\":\"b\"}": image } });
        let container = |name: &str, image: &str| json!({ "name": name, "image": image, "pullPolicy": "Always" });
        let live = live(
            json!({ "containers": [container("injected", "i"), container("a", "1"), container("b", "1")] }),
            fields,
        );
        let wanted = json!({ "containers": [{ "name": "a", "image": "1" }, { "name": "c", "image": "1" }] });
        let expected =
            json!({ "containers": [container("injected", "i"), container("a", "1"), { "name": "c", "image": "1" }] });
        assert_eq!(spec(&live, wanted), expected);
    }

    #[test]
    fn what_the_cluster_fills_in_is_no_difference() {
        let filled =
            json!({ "ports": [{ "port": 80, "protocol": "TCP" }], "cpu": "500m", "memory": "1Gi", "limit": "1" });
        let live = live(filled.clone(), json!({ "f:ports": {}, "f:cpu": {}, "f:memory": {}, "f:limit": {} }));
        let wanted = json!({ "ports": [{ "port": 80 }], "cpu": "0.5", "memory": "1024Mi", "limit": 1 });
        assert_eq!(spec(&live, wanted), filled);
        assert_ne!(
            spec(&live, json!({ "ports": [{ "port": 81 }], "cpu": "0.5", "memory": "1Gi", "limit": "1" })),
            filled
        );
        assert_eq!(quantity("1E"), None);
        assert_eq!(quantity(""), None);
    }
}
