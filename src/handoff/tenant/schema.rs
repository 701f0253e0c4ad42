//! What objects, the configuration of Jenkins and the values of its chart may hold: a small dialect of JSON Schema.
//!
//! | key | meaning |
//! |---|---|
//! | `type` | `object`, `array`, `string`, `integer`, `number`, `boolean`, `int-or-string`; without it anything |
//! | `required`, `enum`, `pattern`, `items` | as in JSON Schema |
//! | `properties` | what an object has; nothing else, unless it is `open` |
//! | `known` | names of properties that may hold anything |
//! | `values` | what any other property holds |
//! | `$ref` | the definition of this name |

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value as Json};

use super::yaml::{Kind, Node};
use crate::diag::{Diagnostic, Diagnostics, Span, did_you_mean};

/// What one file of schemas holds.
pub struct Schemas {
    definitions: Map<String, Json>,
    kinds: Map<String, Json>,
}

/// Kinds that are built into Kubernetes, and those of the controllers of the platform, as far as kiban writes them.
pub static KUBERNETES: LazyLock<Schemas> = LazyLock::new(|| Schemas::parse(include_str!("schema/kubernetes.json")));

/// Argo CD's own kinds, made by `schema/compact-crds`.
pub static ARGOCD: LazyLock<Schemas> = LazyLock::new(|| Schemas::parse(include_str!("schema/argocd.json")));

/// Configuration as Code, and the values of the chart.
pub static JENKINS: LazyLock<Schemas> = LazyLock::new(|| Schemas::parse(include_str!("schema/jenkins.json")));

/// Definitions that all files may refer to.
static COMMON: LazyLock<Map<String, Json>> = LazyLock::new(|| KUBERNETES.definitions.clone());

impl Schemas {
    fn parse(text: &str) -> Self {
        let mut all: Map<String, Json> = serde_json::from_str(text).unwrap_or_default();
        let mut part = |name: &str| match all.remove(name) {
            Some(Json::Object(part)) => part,
            _ => Map::new(),
        };
        Self { definitions: part("definitions"), kinds: part("kinds") }
    }

    pub fn has(&self, kind: &str) -> bool {
        self.kinds.contains_key(kind)
    }

    /// What of a document is not as the kind has it.
    pub fn check(&self, kind: &str, node: &Node) -> Diagnostics {
        let mut found = Diagnostics::new();
        if let Some(schema) = self.kinds.get(kind) {
            self.visit(schema, node, node.span, "", &mut found);
        }
        found
    }

    fn visit(&self, schema: &Json, node: &Node, key: Span, path: &str, found: &mut Diagnostics) {
        if let Some(name) = schema["$ref"].as_str() {
            if let Some(definition) = self.definitions.get(name).or_else(|| COMMON.get(name)) {
                self.visit(definition, node, key, path, found);
            }
            return;
        }
        // Nothing is as good as what is not there.
        if node.kind == Kind::Null {
            return;
        }
        if let Some(problem) = misfit(schema, node, path) {
            let collection = matches!(node.kind, Kind::List(_) | Kind::Map(_));
            return found.push(problem.at(if collection { key } else { node.span }));
        }
        match &node.kind {
            Kind::List(items) => {
                for item in items {
                    self.visit(&schema["items"], item, item.span, &format!("{path}[]"), found);
                }
            }
            Kind::Map(entries) => {
                for name in schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str) {
                    if node.get(name).is_none() {
                        let detail = format!("{} needs \"{name}\".", or_document(path));
                        found.push(Diagnostic::error("Missing field", detail).at(key));
                    }
                }
                for (name, value) in entries {
                    let below = if path.is_empty() { name.name.clone() } else { format!("{path}.{}", name.name) };
                    match self.property(schema, &name.name) {
                        Property::Of(inner) => self.visit(inner, value, name.span, &below, found),
                        Property::Anything => {}
                        Property::Unknown(known) => {
                            let detail = format!("{} has no field \"{}\".", or_document(path), name.name);
                            let near = did_you_mean(&name.name, known.iter().copied());
                            found.push(Diagnostic::error("Unknown field", detail).at(name.span).meant(near));
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn property<'s>(&self, schema: &'s Json, name: &str) -> Property<'s> {
        if let Some(inner) = schema["properties"].get(name) {
            return Property::Of(inner);
        }
        let known: Vec<&str> = schema["known"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        if known.contains(&name) || schema["open"] == true {
            return Property::Anything;
        }
        if let Some(inner) = schema.get("values") {
            return Property::Of(inner);
        }
        let Some(properties) = schema["properties"].as_object() else { return Property::Anything };
        Property::Unknown(properties.keys().map(String::as_str).chain(known).collect())
    }
}

enum Property<'s> {
    Of(&'s Json),
    Anything,
    /// With the names that there are.
    Unknown(Vec<&'s str>),
}

fn or_document(path: &str) -> String {
    if path.is_empty() { "This".to_owned() } else { format!("\"{path}\"") }
}

fn misfit(schema: &Json, node: &Node, path: &str) -> Option<Diagnostic> {
    let wanted = schema["type"].as_str().unwrap_or_default();
    let (fits, article) = match wanted {
        "object" => (matches!(node.kind, Kind::Map(_)), "a mapping"),
        "array" => (matches!(node.kind, Kind::List(_)), "a list"),
        "string" => (matches!(node.kind, Kind::Text(_)), "text"),
        "integer" => (matches!(node.kind, Kind::Integer), "a whole number"),
        "number" => (matches!(node.kind, Kind::Integer | Kind::Float), "a number"),
        "boolean" => (matches!(node.kind, Kind::Bool), "true or false"),
        "int-or-string" => (matches!(node.kind, Kind::Integer | Kind::Text(_)), "a whole number or text"),
        _ => (true, ""),
    };
    if !fits {
        let problem = Diagnostic::error("Wrong type", format!("{} is {article}.", or_document(path)));
        let quotes = wanted == "string" && !matches!(node.kind, Kind::List(_) | Kind::Map(_));
        return Some(if quotes { problem.hint("Put it in quotes.") } else { problem });
    }
    let text = node.text()?;
    if let Some(all) = schema["enum"].as_array() {
        let all: Vec<&str> = all.iter().filter_map(Json::as_str).collect();
        if !all.contains(&text) {
            let detail = format!("{} is one of {}.", or_document(path), all.join(", "));
            let near = did_you_mean(text, all.iter().copied());
            return Some(Diagnostic::error("Invalid value", detail).meant(near));
        }
    }
    let pattern = Regex::new(schema["pattern"].as_str()?).ok()?;
    (!pattern.is_match(text)).then(|| {
        let detail = format!("{} does not have the form {}.", or_document(path), pattern.as_str());
        Diagnostic::error("Invalid value", detail)
    })
}

#[cfg(test)]
mod tests {
    use super::super::yaml::read;
    use super::*;
    use crate::diag::Sources;

    fn check(schemas: &Schemas, kind: &str, text: &str, expected: &[&str]) {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", text);
        let documents = read(id, text).expect("YAML");
        let found = schemas.check(kind, &documents[0]);
        let shown = |d: &Diagnostic| format!("{} {}", sources.snippet(d.span.expect("span")), d.detail);
        assert_eq!(found.iter().map(shown).collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn all_files_of_schemas_can_be_read() {
        assert!(KUBERNETES.has("v1/Namespace") && ARGOCD.has("argoproj.io/v1alpha1/ApplicationSet"));
        assert!(JENKINS.has("casc") && JENKINS.has("chart"));
    }

    #[test]
    fn fields_are_known_typed_and_there() {
        let kind = "v1/PersistentVolumeClaim";
        let head = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\n";
        check(
            &KUBERNETES,
            kind,
            &format!("{head}spec:\n  acessModes: [ReadWriteMany]\n  volumeName: 5\n  resources: {{}}\n"),
            &[
                "spec \"spec\" needs \"accessModes\".",
                "acessModes \"spec\" has no field \"acessModes\".",
                "5 \"spec.volumeName\" is text.",
            ],
        );
        check(
            &KUBERNETES,
            kind,
            "apiVersion: v1\nkind: PersistentVolumeClaim\nspec: []\n",
            &["apiVersion This needs \"metadata\".", "spec \"spec\" is a mapping."],
        );
    }

    #[test]
    fn applications_are_argo_cds() {
        let text = "metadata: {name: a}\nspec:\n  project: jenkins\n  destination: {}\n  sources:\n    - repoURL: x\n      helm:\n        \
                    valueFile: []\n";
        let kind = "argoproj.io/v1alpha1/Application";
        let expected = ["valueFile \"spec.sources[].helm\" has no field \"valueFile\"."];
        check(&ARGOCD, kind, &format!("apiVersion: argoproj.io/v1alpha1\nkind: Application\n{text}"), &expected);
    }

    #[test]
    fn a_setting_of_jenkins_in_the_wrong_place_is_unknown() {
        let expected = ["containerCap2 \"jenkins.clouds[].kubernetes\" has no field \"containerCap2\"."];
        check(
            &JENKINS,
            "casc",
            "jenkins:\n  clouds:\n    - kubernetes:\n        name: x\n        containerCap2: x\n",
            &expected,
        );
        check(&JENKINS, "casc", "jenkin:\n  x: 1\n", &["jenkin This has no field \"jenkin\"."]);
        check(
            &JENKINS,
            "chart",
            "controller:\n  persistence: {}\n",
            &["persistence \"controller\" has no field \"persistence\"."],
        );
    }
}
