//! The `bootstrap` block of `kiban.hcl`: what is installed on the cluster, and what it is pointed at.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::addr::{Name, Path, Step};
use crate::diag::{Diagnostic, Diagnostics, Span, did_you_mean};
use crate::eval::{Scope, decode_body, evaluate};
use crate::hcl::ast::{Block, Body};
use crate::provider::{Object, parse_duration};
use crate::schema::{self, Attribute, boolean, list_block, list_of, number, single_block, string};
use crate::value::json::to_json;
use crate::value::{Type, Value};

use super::plugin;

/// What stands for a value that only an apply makes known.
pub const AFTER_APPLY: &str = "(known after apply)";

/// How long one wait may take where nothing is said.
const TIMEOUT: Duration = Duration::from_secs(900);

/// Who runs Argo CD.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Argo CD's own manifests, in the cluster.
    #[default]
    Manifests,
    /// AWS, as a capability of the EKS cluster
    /// (<https://docs.aws.amazon.com/eks/latest/userguide/argocd.html>).
    EksCapability,
}

/// A `bootstrap` block with its values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// The block's label.
    pub name: String,
    /// Whether anything is delivered; what is switched off is taken away.
    pub enabled: bool,
    /// The cluster's name; `None` while it is not known.
    pub cluster: Option<String>,
    pub mode: Mode,
    pub version: String,
    /// Another file or https URL than the one of the version.
    pub source: Option<String>,
    /// Digest that the manifests must have; needed with a `source`.
    pub sha256: Option<String>,
    pub high_availability: bool,
    pub namespace: String,
    pub parallelism_limit: Option<i64>,
    pub plugins: Vec<Plugin>,
    pub projects: Vec<Project>,
    pub repositories: Vec<Repository>,
    pub root: Option<Root>,
    /// What the stack tells the GitOps side, by name.
    pub facts: BTreeMap<String, String>,
    /// How long a wait may take.
    pub timeout: Duration,
    /// IAM role of the capability that AWS runs.
    pub role_arn: Option<String>,
    /// ARN of the IAM Identity Center instance of the capability.
    pub identity_center: Option<String>,
    /// What an Argo CD that runs outside of the cluster calls the cluster by; no setting: whoever reaches it knows.
    pub server: Option<String>,
    /// Some value is known only after apply; [`AFTER_APPLY`] stands for it.
    pub incomplete: bool,
}

/// A config management plugin that runs beside the repo server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plugin {
    pub name: String,
    /// The image of Argo CD itself where none is given.
    pub image: Option<String>,
    /// Command and arguments before `generate`.
    pub init: Vec<String>,
    /// Command and arguments that print manifests; kiban's own for the plugins that it knows.
    pub generate: Vec<String>,
}

/// An Argo CD project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Project {
    pub name: String,
    pub description: Option<String>,
    /// Where its Applications may come from; everywhere where nothing is said.
    pub source_repositories: Vec<String>,
    /// Namespaces of the cluster that its Applications may change; all where nothing is said.
    pub namespaces: Vec<String>,
    /// Whether its Applications may have objects outside of namespaces.
    pub cluster_resources: bool,
}

/// A repository with what opens it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repository {
    pub url: String,
    /// ARN or name of a secret in Secrets Manager.
    pub credentials: Option<String>,
    /// Project that alone may use it.
    pub project: Option<String>,
}

/// The root Application, from which all others come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Root {
    pub path: String,
    pub revision: String,
    /// The first repository where none is given.
    pub repository: Option<String>,
    pub project: String,
}

impl Settings {
    /// Evaluates a block. Values that are not known yet are no error.
    pub fn read(block: &Block, scope: &dyn Scope) -> Result<Self, Diagnostics> {
        let mut found = Diagnostics::new();
        let [label] = block.labels.as_slice() else {
            let detail = "A bootstrap block has one label: what it installs.";
            let found = Diagnostic::error("Missing name for bootstrap", detail).at(block.header);
            return Err(found.hint("For example: bootstrap \"argocd\" { … }").into());
        };
        if &*label.name != "argocd" {
            let detail = format!("kiban installs \"argocd\", and has no \"{}\".", label.name);
            found.push(Diagnostic::error("Unsupported bootstrap", detail).at(label.span));
        }
        // What is switched off may leave everything else open.
        let enabled = block.body.attribute("enabled").and_then(|a| evaluate(&a.expr, scope).ok());
        if enabled.is_some_and(|value| value.as_bool() == Some(false)) {
            return found.or(Self { name: label.name.to_string(), ..Self::default() });
        }
        let mut values = Evaluated { scope, found, incomplete: false };
        let (labelled, plain): (Vec<_>, Vec<_>) =
            block.body.blocks.iter().cloned().partition(|b| matches!(&*b.kind.name, "plugin" | "project"));
        let body = Body { blocks: plain, ..block.body.clone() };
        let object = values.object(&body, &block_schema(), block.header);
        let mut settings = values.settings(&label.name, &object, block);
        for inner in &labelled {
            let Some(name) = values.label(inner) else { continue };
            match &*inner.kind.name {
                "plugin" => {
                    let plugin = values.plugin(name, inner);
                    settings.plugins.extend(plugin);
                }
                _ => {
                    let project = values.project(name, inner);
                    settings.projects.push(project);
                }
            }
        }
        settings.incomplete = values.incomplete;
        values.found.extend(settings.contradictions(block));
        values.found.or(settings)
    }

    /// How long one wait may take; a block that is gone from the file has none of its own.
    pub fn wait(&self) -> Duration {
        if self.timeout.is_zero() { TIMEOUT } else { self.timeout }
    }

    /// The address in messages.
    pub fn address(&self) -> String {
        format!("bootstrap.{}", self.name)
    }

    /// What the settings say against each other.
    fn contradictions(&self, block: &Block) -> Diagnostics {
        let mut found = Diagnostics::new();
        let at = |name: &str| {
            let attribute = block.body.attribute(name).map(|a| a.name.span);
            attribute.or_else(|| block.body.blocks(name).next().map(|b| b.header)).unwrap_or(block.header)
        };
        if self.source.is_some() && self.sha256.is_none() {
            let detail =
                "A \"source\" of one's own needs the \"sha256\" of the file, so that nothing else is installed.";
            found.push(
                Diagnostic::error("Missing required argument", detail)
                    .at(at("source"))
                    .hint("`sha256sum FILE` prints it."),
            );
        }
        if self.root.is_some() && self.repositories.is_empty() {
            let detail = "The root Application comes from a repository, and there is no \"repository\" block.";
            found.push(Diagnostic::error("Missing required block", detail).at(at("root")));
        }
        let capability = self.mode == Mode::EksCapability;
        if capability && self.role_arn.is_none() {
            let detail = "The capability that AWS runs needs \"role_arn\", a role that it may assume.";
            found.push(Diagnostic::error("Missing required argument", detail).at(at("mode")));
        }
        if capability && self.identity_center.is_none() {
            let detail = "The capability that AWS runs needs \"identity_center\", the ARN of the IAM Identity Center instance \
                          whose users it knows: it has none of its own.";
            found.push(Diagnostic::error("Missing required argument", detail).at(at("mode")));
        }
        let lost = ["version", "source", "sha256", "high_availability", "repo_server", "plugin"];
        let mut said = |names: &[&str], why: &str| {
            for name in names {
                let given = block.body.attribute(name).is_some() || block.body.blocks(name).next().is_some();
                if given {
                    let detail = format!("\"{name}\" has no meaning in mode \"{}\": {why}.", self.mode.name());
                    found.push(Diagnostic::error("Argument not possible in this mode", detail).at(at(name)));
                }
            }
        };
        match capability {
            true => said(&lost, "AWS chooses the release and runs the repo server"),
            false => said(&["identity_center", "role_arn"], "they are of the capability that AWS runs"),
        }
        found
    }
}

impl Mode {
    pub fn name(self) -> &'static str {
        match self {
            Self::Manifests => "manifests",
            Self::EksCapability => "eks-capability",
        }
    }
}

/// Reads values and collects what is wrong with them.
struct Evaluated<'a> {
    scope: &'a dyn Scope,
    found: Diagnostics,
    incomplete: bool,
}

impl Evaluated<'_> {
    fn object(&mut self, body: &Body, schema: &schema::Block, header: Span) -> Object {
        let (value, found) = decode_body(body, schema, self.scope);
        self.found.extend(found.into_iter().map(|d| Diagnostic { span: d.span.or(Some(header)), ..d }));
        if value.is_sensitive_deep() {
            self.sensitive(body, &value, header);
        }
        self.incomplete |= !value.is_wholly_known();
        Object::from_value(&value.unmark_deep().0)
    }

    /// Everything here is written where everybody who may look at the cluster reads it.
    fn sensitive(&mut self, body: &Body, value: &Value, header: Span) {
        let told = |name: &Name| value.at(&Path(vec![Step::Attr(name.clone())])).is_some_and(|v| v.is_sensitive_deep());
        let spans = body.attributes.iter().filter(|a| told(&a.name.name)).map(|a| a.expr.span);
        let spans: Vec<Span> = spans.collect();
        for span in if spans.is_empty() { vec![header] } else { spans } {
            let detail = "The value is sensitive, and would be readable by everybody who may look at the cluster.";
            self.found.push(
                Diagnostic::error("Sensitive value in bootstrap", detail)
                    .at(span)
                    .hint("Leave it in Secrets Manager and hand on its ARN: `credentials` of a repository takes one."),
            );
        }
    }

    fn label<'b>(&mut self, block: &'b Block) -> Option<&'b str> {
        match block.labels.as_slice() {
            [label] => Some(&label.name),
            _ => {
                let detail = format!("A {} block has one label: its name.", block.kind.name);
                let summary = format!("Missing name for {}", block.kind.name);
                self.found.push(Diagnostic::error(summary, detail).at(block.header));
                None
            }
        }
    }

    fn settings(&mut self, name: &str, object: &Object, block: &Block) -> Settings {
        let repo_server = object.object("repo_server").unwrap_or_default();
        let timeout = object.str("timeout").and_then(parse_duration);
        Settings {
            name: name.to_owned(),
            enabled: true,
            cluster: object.string("cluster"),
            mode: match object.str("mode") {
                Some("eks-capability") => Mode::EksCapability,
                _ => Mode::Manifests,
            },
            version: object.string("version").unwrap_or_else(|| super::release::LATEST.to_owned()),
            source: object.string("source"),
            sha256: object.string("sha256").map(|s| s.to_lowercase()),
            high_availability: object.bool("high_availability").unwrap_or_default(),
            namespace: object.string("namespace").unwrap_or_else(|| "argocd".to_owned()),
            parallelism_limit: repo_server.i64("parallelism_limit"),
            repositories: object.objects("repository").iter().map(repository).collect(),
            root: object.object("root").map(|root| Root {
                path: text(&root, "path").unwrap_or_default(),
                revision: text(&root, "revision").unwrap_or_else(|| "HEAD".to_owned()),
                repository: text(&root, "repository"),
                project: text(&root, "project").unwrap_or_else(|| "default".to_owned()),
            }),
            facts: self.facts(object, block),
            timeout: timeout.unwrap_or(TIMEOUT),
            role_arn: text(object, "role_arn"),
            identity_center: text(object, "identity_center"),
            ..Settings::default()
        }
    }

    /// Strings as they are, everything else as JSON.
    fn facts(&mut self, object: &Object, block: &Block) -> BTreeMap<String, String> {
        let Some(given) = object.get("facts").filter(|v| v.is_known() && !v.is_null()) else {
            return BTreeMap::new();
        };
        let span = block.body.attribute("facts").map_or(block.header, |a| a.expr.span);
        let Some(entries) = given.as_map() else {
            let detail = "\"facts\" are values by name.";
            self.found.push(Diagnostic::error("Unsuitable value type", detail).at(span));
            return BTreeMap::new();
        };
        let mut out = BTreeMap::new();
        for (name, value) in entries.iter().filter(|(_, v)| !v.is_null()) {
            if !is_label(name) {
                let detail = format!(
                    "\"{name}\" cannot name an annotation: letters, digits, \".\", \"_\" and \"-\", 63 at most."
                );
                self.found.push(Diagnostic::error("Invalid name of a fact", detail).at(span));
            }
            let text = match value.as_str() {
                Some(text) => text.to_owned(),
                None if value.is_wholly_known() => to_json(value).to_string(),
                None => AFTER_APPLY.to_owned(),
            };
            out.insert(name.to_string(), text);
        }
        out
    }

    fn plugin(&mut self, name: &str, block: &Block) -> Option<Plugin> {
        let object = self.object(&block.body, &plugin_schema(), block.header);
        let generate = object.strings("generate");
        if generate.is_empty() && !plugin::KNOWN.contains(&name) {
            let detail = format!("kiban has no plugin \"{name}\" of its own: one of yours needs \"generate\".");
            let found = Diagnostic::error("Unknown plugin", detail).at(block.header);
            let near = did_you_mean(name, plugin::KNOWN);
            let known = format!("It has \"{}\".", plugin::KNOWN.join("\" and \""));
            self.found.push(match near {
                Some(near) => found.hint(format!("Did you mean \"{near}\"?")),
                None => found.hint(known),
            });
            return None;
        }
        Some(Plugin { name: name.to_owned(), image: object.string("image"), init: object.strings("init"), generate })
    }

    fn project(&mut self, name: &str, block: &Block) -> Project {
        let object = self.object(&block.body, &project_schema(), block.header);
        Project {
            name: name.to_owned(),
            description: text(&object, "description"),
            source_repositories: object.strings("source_repositories"),
            namespaces: object.strings("namespaces"),
            cluster_resources: object.bool("cluster_resources").unwrap_or(true),
        }
    }
}

fn repository(object: &Object) -> Repository {
    Repository {
        url: text(object, "url").unwrap_or_default(),
        credentials: text(object, "credentials"),
        project: text(object, "project"),
    }
}

/// A text, also one that is known only after apply.
fn text(object: &Object, name: &str) -> Option<String> {
    if object.is_unknown(name) { Some(AFTER_APPLY.to_owned()) } else { object.string(name) }
}

/// Arguments of the block itself.
pub(super) fn block_schema() -> schema::Block {
    let repo_server = schema::Block::new().attr("parallelism_limit", number().optional().check(positive));
    let repository = schema::Block::new()
        .attr("url", string().required())
        .attr("credentials", string().optional())
        .attr("project", string().optional());
    let root = schema::Block::new()
        .attr("path", string().required())
        .attr("revision", string().optional())
        .attr("repository", string().optional())
        .attr("project", string().optional().check(dns_label));
    schema::Block::new()
        .attr("cluster", string().required())
        .attr("enabled", boolean().optional())
        .attr("mode", string().optional().check(mode))
        .attr("version", string().optional().check(version))
        .attr("source", string().optional().check(source))
        .attr("sha256", string().optional().check(digest))
        .attr("high_availability", boolean().optional())
        .attr("namespace", string().optional().check(dns_label))
        .attr("facts", Attribute::new(Type::Dynamic).optional())
        .attr("timeout", string().optional().check(duration))
        .attr("role_arn", string().optional())
        .attr("identity_center", string().optional())
        .block("repo_server", single_block(repo_server))
        .block("repository", list_block(repository))
        .block("root", single_block(root))
}

fn plugin_schema() -> schema::Block {
    let words = || list_of(Type::String).optional();
    schema::Block::new().attr("image", string().optional()).attr("init", words()).attr("generate", words())
}

fn project_schema() -> schema::Block {
    schema::Block::new()
        .attr("description", string().optional())
        .attr("source_repositories", list_of(Type::String).optional())
        .attr("namespaces", list_of(Type::String).optional())
        .attr("cluster_resources", boolean().optional())
}

fn judged(value: &Value, fits: impl Fn(&str) -> bool, what: &str) -> Result<(), String> {
    match value.as_str() {
        Some(text) if !fits(text) => Err(format!("\"{text}\" is {what}.")),
        _ => Ok(()),
    }
}

/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names>
fn dns_label(value: &Value) -> Result<(), String> {
    let letter = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let fits = |text: &str| {
        let bytes = text.as_bytes();
        let ends = bytes.first().is_some_and(|c| letter(*c)) && bytes.last().is_some_and(|c| letter(*c));
        ends && bytes.len() <= 63 && bytes.iter().all(|c| letter(*c) || *c == b'-')
    };
    judged(value, fits, "no DNS label: at most 63 lower-case letters, digits and hyphens, with no hyphen at the ends")
}

/// The part of an annotation's name behind the slash
/// (<https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/#syntax-and-character-set>).
fn is_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = |c: Option<&u8>| c.is_some_and(u8::is_ascii_alphanumeric);
    let inside = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.');
    bytes.len() <= 63 && ends(bytes.first()) && ends(bytes.last()) && bytes.iter().all(inside)
}

fn mode(value: &Value) -> Result<(), String> {
    let modes = [Mode::Manifests.name(), Mode::EksCapability.name()];
    judged(value, |text| modes.contains(&text), "no mode: there are \"manifests\" and \"eks-capability\"")
}

fn version(value: &Value) -> Result<(), String> {
    let fits = |text: &str| semver::Version::parse(text).is_ok();
    judged(value, fits, "no release of Argo CD: write it as in \"3.5.1\", without a \"v\"")
}

fn source(value: &Value) -> Result<(), String> {
    judged(value, |text| !text.starts_with("http://"), "not protected on its way: take a file or an https URL")
}

fn digest(value: &Value) -> Result<(), String> {
    let fits = |text: &str| text.len() == 64 && text.bytes().all(|c| c.is_ascii_hexdigit());
    judged(value, fits, "no SHA-256: it has 64 hexadecimal digits")
}

fn duration(value: &Value) -> Result<(), String> {
    judged(value, |text| parse_duration(text).is_some(), "no duration: write one as in \"15m\"")
}

fn positive(value: &Value) -> Result<(), String> {
    match value.as_i64() {
        Some(n) if n < 1 => Err(format!("{n} is too few: at least one manifest is rendered at a time.")),
        _ => Ok(()),
    }
}
