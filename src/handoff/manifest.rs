//! Objects of Kubernetes as documents, and texts that hold several.
//!
//! Knows nothing of a cluster.

use serde_json::{Map, Value as Json};

pub use crate::state::ClusterObject as Id;

/// Kinds of the manifests and of ours that stand in no namespace.
const CLUSTER_KINDS: [&str; 4] = ["ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Namespace"];

/// One object as it is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest(pub Json);

impl Manifest {
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.0.pointer(pointer).and_then(Json::as_str)
    }

    pub fn kind(&self) -> &str {
        self.text("/kind").unwrap_or_default()
    }

    pub fn name(&self) -> &str {
        self.text("/metadata/name").unwrap_or_default()
    }

    pub fn is_namespaced(&self) -> bool {
        !CLUSTER_KINDS.contains(&self.kind())
    }

    pub fn id(&self) -> Id {
        Id::new(
            self.text("/apiVersion").unwrap_or_default(),
            self.kind(),
            self.text("/metadata/namespace"),
            self.name(),
        )
    }

    /// The object at a path of keys, made where there was none; what stands in the way is replaced.
    pub fn map_at(&mut self, path: &[&str]) -> &mut Map<String, Json> {
        let mut at = &mut self.0;
        for key in path {
            at = as_map(at).entry(*key).or_insert(Json::Null);
        }
        as_map(at)
    }

    /// The list at a path of keys, made where there was none.
    pub fn list_at(&mut self, path: &[&str]) -> &mut Vec<Json> {
        let Some((last, outer)) = path.split_last() else { return as_list(&mut self.0) };
        as_list(self.map_at(outer).entry(*last).or_insert(Json::Null))
    }
}

fn as_map(json: &mut Json) -> &mut Map<String, Json> {
    if !json.is_object() {
        *json = Json::Object(Map::new());
    }
    match json {
        Json::Object(map) => map,
        // Made an object above.
        _ => unreachable!("an object"),
    }
}

fn as_list(json: &mut Json) -> &mut Vec<Json> {
    if !json.is_array() {
        *json = Json::Array(Vec::new());
    }
    match json {
        Json::Array(list) => list,
        // Made a list above.
        _ => unreachable!("a list"),
    }
}

/// The objects of a text with YAML documents; empty documents are none. The error says which document is none.
pub fn parse(text: &str) -> Result<Vec<Manifest>, String> {
    // "on" and "n" are words here, as in YAML 1.2, and 0644 is a mode, as Kubernetes reads it.
    let options = serde_saphyr::options! { strict_booleans: true, legacy_octal_numbers: true };
    let documents: Vec<Json> = serde_saphyr::from_multiple_with_options(text, options).map_err(|e| e.to_string())?;
    let mut found = Vec::new();
    for (i, document) in documents.into_iter().enumerate().filter(|(_, d)| !d.is_null()) {
        let object = Manifest(document);
        let missing = ["/apiVersion", "/kind", "/metadata/name"].into_iter().find(|at| object.text(at).is_none());
        if let Some(at) = missing {
            let field = at.trim_start_matches('/').replace('/', ".");
            return Err(format!("document {} has no {field}", i + 1));
        }
        found.push(object);
    }
    Ok(found)
}

/// A document, or a value of one, as YAML.
pub fn to_yaml(json: &Json) -> String {
    serde_saphyr::to_string(json).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_hold_several_objects() {
        let text = "---\n# nothing\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: n\ndata:\n  on: \"yes\"\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n";
        let found = parse(text).expect("objects");
        let ids: Vec<String> = found.iter().map(|m| m.id().to_string()).collect();
        assert_eq!(ids, ["ConfigMap n/a", "Namespace n"]);
        assert_eq!(found.iter().map(Manifest::is_namespaced).collect::<Vec<_>>(), [true, false]);
        assert_eq!(parse("kind: X\n").expect_err("no object"), "document 1 has no apiVersion");
        let texts =
            parse("{apiVersion: v1, kind: X, metadata: {name: a}, data: ['', \"\", ~, null, 'null', \"~\", 010, '1']}");
        let data = texts.expect("object").remove(0).0["data"].take();
        assert_eq!(data, json!(["", "", null, null, "null", "~", 8, "1"]));
        assert!(parse("a: [").is_err());
    }

    #[test]
    fn paths_are_made_on_the_way() {
        let mut object = Manifest(json!({ "a": { "b": 1 } }));
        object.map_at(&["a", "c"]).insert("d".into(), json!(2));
        object.list_at(&["a", "b"]).push(json!(3));
        assert_eq!(object.0, json!({ "a": { "b": [3], "c": { "d": 2 } } }));
    }
}
