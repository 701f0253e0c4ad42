//! What Applications fill in: facts that the stack gives, in places that wait for them, and no ids anywhere else.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::super::yaml::{Kind, Node, read};
use super::Stack;
use super::files::{Folder, kind_of, name_of};
use crate::diag::{Diagnostic, Diagnostics, Sources, Span, did_you_mean};

/// What stands where a fact is filled in.
pub const FROM_FACTS: &str = "from-facts";

#[expect(clippy::unwrap_used, reason = "constant expressions, which a test compiles")]
static FACT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#""kiban\.dev/([A-Za-z0-9_.-]+)""#).unwrap());

/// `(index (fromJson (index .metadata.annotations "kiban.dev/tenants")) "payments").domain`
#[expect(clippy::unwrap_used, reason = "constant expressions, which a test compiles")]
static TENANT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#""kiban\.dev/tenants"\)\)\s*"([^"]+)"\)(?:\.([A-Za-z0-9_]+))?"#).unwrap());

/// Ids that AWS chooses, and ARNs with an account in them.
#[expect(clippy::unwrap_used, reason = "constant expressions, which a test compiles")]
static ID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:(?:fs|fsap|sg|vpc|subnet|eni|i|vol)-[0-9a-f]{8,17}\b|arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:\d{12}:\S+)",
    )
    .unwrap()
});

pub fn check(stack: &Stack<'_>, folder: &Folder, sources: &Sources, found: &mut Diagnostics) {
    for application in &folder.applications {
        application
            .texts("", &mut |_, text, span| used(stack, folder, text, &|wanted| part(sources, span, wanted), found));
        filled(folder, application, found);
    }
    let all = folder.applications.iter().chain(&folder.objects).chain(&folder.configuration).chain(&folder.values);
    for node in all {
        node.texts("", &mut |_, text, span| {
            if let Some(id) = ID.find(text) {
                let detail = format!("\"{}\" is chosen by AWS, and differs from one cluster to the next.", id.as_str());
                let hint =
                    format!("Write {FROM_FACTS}, and let the Application fill it in from the facts of the stack.");
                found.push(
                    Diagnostic::error("Id in the repository", detail).at(part(sources, span, id.as_str())).hint(hint),
                );
            }
        });
    }
}

/// Facts that a text names.
fn used(stack: &Stack<'_>, folder: &Folder, text: &str, part: &dyn Fn(&str) -> Span, found: &mut Diagnostics) {
    for fact in FACT.captures_iter(text).filter_map(|c| c.get(1)) {
        let Some(facts) = stack.facts.filter(|f| !f.contains(fact.as_str())) else { continue };
        let detail = format!("The bootstrap of the stack hands over no fact \"{}\".", fact.as_str());
        let near = did_you_mean(fact.as_str(), facts.iter().map(String::as_str));
        let problem = Diagnostic::error("Unknown fact", detail).at(part(fact.as_str()));
        found.push(match near {
            Some(_) => problem.meant(near),
            None => problem.hint("Add it to `facts` in kiban.hcl."),
        });
    }
    for captures in TENANT.captures_iter(text) {
        let Some(tenant) = captures.get(1).filter(|t| t.as_str() != folder.name) else {
            let Some(attribute) = captures.get(2) else { continue };
            if let Some(attributes) = stack.attributes.filter(|a| !a.contains(attribute.as_str())) {
                let detail =
                    format!("A tenant has no \"{}\" in the output \"tenants\" of the stack.", attribute.as_str());
                let near = did_you_mean(attribute.as_str(), attributes.iter().map(String::as_str));
                let at = part(attribute.as_str());
                found.push(Diagnostic::error("Unknown attribute of a tenant", detail).at(at).meant(near));
            }
            continue;
        };
        let detail =
            format!("This is the folder of \"{}\", and what is filled in here is of another tenant.", folder.name);
        let at = part(tenant.as_str());
        found.push(Diagnostic::error("Fact of another tenant", detail).at(at).meant(Some(&folder.name)));
    }
}

/// The part of a scalar that is meant, where it stands in the source as it is.
fn part(sources: &Sources, span: Span, wanted: &str) -> Span {
    let Some(at) = sources.snippet(span).find(wanted) else { return span };
    let start = span.range().start + at;
    Span::new(span.source, start..start + wanted.len())
}

/// One place in an object: its kind, its name, and a JSON pointer.
type Place = (String, String, String);

/// Places that wait for a fact against those that an Application fills in.
fn filled(folder: &Folder, application: &Node, found: &mut Diagnostics) {
    let (patched, broken) = patches(application);
    found.extend(broken);
    let places: BTreeSet<&Place> = patched.iter().map(|(place, _)| place).collect();
    let name = name_of(application).unwrap_or_default();
    for object in &folder.objects {
        let (Some(kind), Some(of)) = (kind_of(object), name_of(object)) else { continue };
        object.texts("", &mut |pointer, text, span| {
            // A list may be filled in as a whole.
            let whole = pointer.rsplit_once('/').map_or("", |(list, _)| list);
            let filled = [pointer, whole].iter().any(|p| places.contains(&(kind.into(), of.into(), (*p).to_owned())));
            if text == FROM_FACTS && !filled {
                let detail = format!("No patch of {name} fills in {pointer} of {kind} {of}.");
                found.push(Diagnostic::error("Nothing is filled in", detail).at(span));
            }
        });
    }
    for ((kind, of, pointer), span) in &patched {
        let Some(object) = folder.object(kind, of) else {
            let detail = format!("The tenant has no {kind} \"{of}\".");
            let names: Vec<&str> =
                folder.objects.iter().filter(|o| kind_of(o) == Some(kind)).filter_map(name_of).collect();
            found.push(Diagnostic::error("Patch of nothing", detail).at(*span).meant(did_you_mean(of, names)));
            continue;
        };
        let steps: Vec<String> = pointer.split('/').skip(1).map(|s| s.replace("~1", "/").replace("~0", "~")).collect();
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        if object.at(&steps).is_none() {
            let detail = format!("{kind} \"{of}\" has nothing at {pointer} that could be replaced.");
            found.push(Diagnostic::error("Patch of nothing", detail).at(*span));
        }
    }
}

/// What the patches of an Application replace, wherever they are written in it.
fn patches(application: &Node) -> (Vec<(Place, Span)>, Vec<Diagnostic>) {
    let mut out = Vec::new();
    let mut broken = Vec::new();
    let spec = application.at(&["spec", "template", "spec"]).or_else(|| application.get("spec"));
    let single = spec.and_then(|s| s.get("source"));
    let sources = spec.and_then(|s| s.get("sources")).map(Node::items).unwrap_or_default();
    for source in sources.iter().chain(single) {
        let direct = source.at(&["kustomize", "patches"]).map(Node::items).unwrap_or_default();
        out.extend(direct.iter().flat_map(|p| replaced(p, None)));
        for variable in source.at(&["plugin", "env"]).map(Node::items).unwrap_or_default() {
            let Some((text, span)) = variable.text_at(&["value"]) else { continue };
            if variable.get("name").and_then(Node::text) != Some("PATCHES") {
                continue;
            }
            match read(Sources::default().add("", text), text) {
                Ok(documents) => {
                    let all = documents.first().map(Node::items).unwrap_or_default();
                    out.extend(all.iter().flat_map(|p| replaced(p, Some(span))));
                }
                Err(problem) => broken.push(Diagnostic { span: Some(span), ..problem }),
            }
        }
    }
    (out, broken)
}

/// Pointers of one patch. Its text is a template, so it is read line by line.
fn replaced(patch: &Node, within: Option<Span>) -> Vec<(Place, Span)> {
    let target = |key: &str| patch.text_at(&["target", key]).map(|(text, _)| text.to_owned());
    let (Some(kind), Some(name)) = (target("kind"), target("name")) else { return Vec::new() };
    let Some(Node { kind: Kind::Text(text), span }) = patch.get("patch") else { return Vec::new() };
    let at = within.or_else(|| patch.at(&["target", "name"]).map(|n| n.span)).unwrap_or(*span);
    let pointers = text.lines().filter_map(|l| l.trim().trim_start_matches("- ").strip_prefix("path:"));
    let place = |pointer: &str| (kind.clone(), name.clone(), pointer.trim().trim_matches(['"', '\'']).to_owned());
    pointers.map(|pointer| (place(pointer), at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_tenants_and_ids_are_recognised() {
        let text =
            r#"{{ (index (fromJson (index .metadata.annotations "kiban.dev/tenants")) "payments").volume_handle }}"#;
        assert_eq!(FACT.captures(text).expect("fact").get(1).expect("name").as_str(), "tenants");
        let captures = TENANT.captures(text).expect("tenant");
        assert_eq!((&captures[1], &captures[2]), ("payments", "volume_handle"));
        for (text, id) in [
            ("fs-0123456789abcdef0::fsap-0123456789abcdef0", true),
            ("arn:aws:iam::111122223333:role/x", true),
            ("sg-jenkins", false),
            ("{{ index .x \"kiban.dev/y\" }}-load-balancer", false),
        ] {
            assert_eq!(ID.is_match(text), id, "{text}");
        }
    }
}
