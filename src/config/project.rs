//! `kiban.hcl`: what a stack tells kiban beyond the Terraform language.
//!
//! Knows nothing of what the settings do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::addr::{Mode, Name};
use crate::diag::{Diagnostic, Diagnostics, Sources, Span, did_you_mean};
use crate::hcl::ast::{Block, ExprKind};
use crate::hcl::parse_body;

use super::Module;
use super::blocks::attribute_path;
use super::load::literal;
use super::source::{DEFAULT_REGISTRY, RegistryModule};

/// The file's name, in the folder of the root module.
pub const FILE: &str = "kiban.hcl";

/// The settings of a stack; without the file, those that fit most.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Folder with copies of registry modules, `NAMESPACE/NAME/PROVIDER[/VERSION]`, relative to the root module.
    pub vendor: Option<PathBuf>,
    /// Repositories that registry modules are fetched from, the first that fits.
    pub mirrors: Vec<Mirror>,
    /// Attributes that are left as they are in all objects of a type, as if each block ignored their changes.
    pub ignore_changes: BTreeMap<Name, Vec<(crate::addr::Path, Span)>>,
    /// What is installed on a finished cluster; its values are evaluated where it is used.
    pub bootstrap: Vec<Block>,
    /// The GitOps repository of the stack's cluster.
    pub gitops: Option<Gitops>,
}

/// Where the GitOps repository is on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gitops {
    /// A checkout, relative to the root module.
    pub path: PathBuf,
    /// Folder of the tenants in it.
    pub tenants: String,
}

impl Gitops {
    /// The checkout with the folder that tenants have where nothing is said.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), tenants: "tenants".to_owned() }
    }
}

/// Which modules of a registry come from which repositories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    /// `NAMESPACE/NAME/PROVIDER`, with a host before it where it is not the public registry; `*` is any.
    pub pattern: String,
    /// A git source, with `{host}`, `{namespace}`, `{name}` and `{provider}` filled in.
    pub source: String,
}

impl Project {
    /// Reads the file in a folder. No file is no settings.
    pub fn read(dir: &Path, sources: &mut Sources) -> (Self, Diagnostics) {
        let mut project = Self::default();
        let mut found = Diagnostics::new();
        let text = match std::fs::read_to_string(dir.join(FILE)) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return (project, found),
            Err(e) => {
                let detail = format!("{FILE} cannot be read: {}.", crate::diag::reason(&e));
                found.push(Diagnostic::error("Failed to read file", detail));
                return (project, found);
            }
        };
        let id = sources.add(FILE, text.as_str());
        let (body, errors) = parse_body(id, &text);
        found.extend(errors);
        for attribute in &body.attributes {
            found.push(unexpected("argument", &attribute.name.name, &BLOCKS).at(attribute.name.span));
        }
        for block in &body.blocks {
            match &*block.kind.name {
                "bootstrap" => project.bootstrap(block, &mut found),
                "gitops" => project.gitops = gitops(block, &mut found),
                "modules" => project.modules(block, &mut found),
                "ignore_changes" => project.ignore(block, &mut found),
                other => found.push(unexpected("block type", other, &BLOCKS).at(block.kind.span)),
            }
        }
        (project, found)
    }

    /// The git source of a registry module. The public registry takes modules only from repositories on GitHub that are
    /// named `terraform-PROVIDER-NAME`, so these need no setting
    /// (<https://developer.hashicorp.com/terraform/registry/modules/publish#requirements>).
    pub fn repository(&self, module: &RegistryModule) -> Option<String> {
        let public = || {
            (module.host == DEFAULT_REGISTRY)
                .then_some("git::https://github.com/{namespace}/terraform-{provider}-{name}.git")
        };
        let configured = self.mirrors.iter().find(|m| m.covers(module)).map(|m| m.source.as_str());
        let template = configured.or_else(public)?;
        let filled = template
            .replace("{host}", &module.host)
            .replace("{namespace}", &module.namespace)
            .replace("{name}", &module.name)
            .replace("{provider}", &module.provider);
        Some(filled)
    }

    fn bootstrap(&mut self, block: &Block, found: &mut Diagnostics) {
        let same = |other: &&Block| other.labels.first().map(|l| &l.name) == block.labels.first().map(|l| &l.name);
        match self.bootstrap.iter().find(same) {
            Some(_) => {
                let detail = format!("{FILE} has a bootstrap block of this name already.");
                found.push(Diagnostic::error("Duplicate bootstrap", detail).at(block.header));
            }
            None => self.bootstrap.push(block.clone()),
        }
    }

    /// `aws_eks_node_group = [scaling_config[0].desired_size]`
    fn ignore(&mut self, block: &Block, found: &mut Diagnostics) {
        let wrong = |what: &str, span| {
            let detail = format!("{what} lists attributes of a resource type.");
            Diagnostic::error("Invalid expression", detail)
                .at(span)
                .hint("For example: aws_eks_node_group = [scaling_config[0].desired_size]")
        };
        for inner in &block.body.blocks {
            found.push(wrong("Each argument of ignore_changes", inner.kind.span));
        }
        for attribute in &block.body.attributes {
            let ExprKind::Tuple(items) = &attribute.expr.kind else {
                found.push(wrong(&format!("\"{}\"", attribute.name.name), attribute.expr.span));
                continue;
            };
            let paths = self.ignore_changes.entry(attribute.name.name.clone()).or_default();
            for item in items {
                match attribute_path(item) {
                    Some(path) => paths.push((path, item.span)),
                    None => found.push(wrong(&format!("\"{}\"", attribute.name.name), item.span)),
                }
            }
        }
    }

    /// Lets every block of a type ignore what the stack leaves to others.
    pub fn spread(&self, module: &mut Module) {
        for (addr, resource) in &mut module.resources {
            if addr.mode == Mode::Managed
                && let Some(paths) = self.ignore_changes.get(&*addr.kind)
            {
                resource.lifecycle.ignore_changes.add(paths);
            }
        }
        module.calls.values_mut().for_each(|call| self.spread(&mut call.module));
    }

    fn modules(&mut self, block: &Block, found: &mut Diagnostics) {
        for attribute in &block.body.attributes {
            match (&*attribute.name.name, literal(&attribute.expr)) {
                ("vendor", Some(path)) => self.vendor = Some(path.into()),
                ("vendor", None) => found.push(
                    Diagnostic::error("Unsuitable value type", "\"vendor\" must be a path, written out.")
                        .at(attribute.expr.span),
                ),
                (name, _) => found.push(unexpected("argument", name, &["vendor"]).at(attribute.name.span)),
            }
        }
        for inner in &block.body.blocks {
            match (&*inner.kind.name, inner.labels.as_slice()) {
                ("mirror", [pattern]) => {
                    let source = inner.body.attribute("source").and_then(|a| literal(&a.expr));
                    match source {
                        Some(source) => self
                            .mirrors
                            .push(Mirror { pattern: pattern.name.to_string(), source: source.to_owned() }),
                        None => found.push(
                            Diagnostic::error("Missing required argument", "A mirror needs a \"source\", a git source.")
                                .at(inner.header)
                                .hint("For example: source = \"git::https://git.example.com/{namespace}/terraform-{provider}-{name}.git\""),
                        ),
                    }
                }
                ("mirror", _) => found.push(
                    Diagnostic::error(
                        "Missing pattern for mirror",
                        "A mirror block has one label: which modules it is for.",
                    )
                    .at(inner.header)
                    .hint("For example: mirror \"terraform-aws-modules/*/aws\" { … }"),
                ),
                (other, _) => found.push(unexpected("block type", other, &["mirror"]).at(inner.kind.span)),
            }
        }
    }
}

impl Mirror {
    fn covers(&self, module: &RegistryModule) -> bool {
        let parts: Vec<&str> = self.pattern.split('/').collect();
        let (host, parts) = match parts.as_slice() {
            [host, rest @ ..] if rest.len() == 3 => (*host, rest),
            all => (DEFAULT_REGISTRY, all),
        };
        let whole = [&module.namespace, &module.name, &module.provider];
        let fits = |pattern: &str, text: &str| pattern == "*" || pattern == text;
        fits(host, &module.host) && parts.len() == 3 && parts.iter().zip(whole).all(|(p, text)| fits(p, text))
    }
}

const BLOCKS: [&str; 4] = ["bootstrap", "gitops", "ignore_changes", "modules"];

/// `gitops { path = "../gitops" }`
fn gitops(block: &Block, found: &mut Diagnostics) -> Option<Gitops> {
    for inner in &block.body.blocks {
        found.push(unexpected("block type", &inner.kind.name, &[]).at(inner.kind.span));
    }
    let (mut path, mut tenants) = (None, None);
    for attribute in &block.body.attributes {
        let name = &*attribute.name.name;
        let place = match name {
            "path" => &mut path,
            "tenants" => &mut tenants,
            _ => {
                found.push(unexpected("argument", name, &["path", "tenants"]).at(attribute.name.span));
                continue;
            }
        };
        *place = literal(&attribute.expr);
        if place.is_none() {
            let detail = format!("\"{name}\" must be a path, written out.");
            found.push(Diagnostic::error("Unsuitable value type", detail).at(attribute.expr.span));
        }
    }
    if block.body.attribute("path").is_none() {
        let missing = Diagnostic::error("Missing required argument", "gitops needs a \"path\", that of a checkout.");
        found.push(missing.at(block.header).hint("For example: path = \"../gitops\""));
    }
    let gitops = Gitops::at(path?);
    Some(tenants.map_or(gitops.clone(), |tenants| Gitops { tenants: tenants.trim_matches('/').to_owned(), ..gitops }))
}

fn unexpected(what: &str, name: &str, known: &[&str]) -> Diagnostic {
    let summary = format!("Unsupported {what}");
    let found = Diagnostic::error(summary, format!("{FILE} has no {what} \"{name}\" here."));
    match did_you_mean(name, known.iter().copied()) {
        Some(near) => found.hint(format!("Did you mean \"{near}\"?")),
        None if known.is_empty() => found,
        None => found.hint(format!("It may have \"{}\".", known.join("\" and \""))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ModuleSource;

    fn read(text: &str) -> (Project, Diagnostics) {
        let dir = tempfile::tempdir().expect("folder");
        std::fs::write(dir.path().join(FILE), text).expect("file");
        Project::read(dir.path(), &mut Sources::default())
    }

    fn repository(project: &Project, source: &str) -> Option<String> {
        let Ok(ModuleSource::Registry(module)) = ModuleSource::parse(source) else { panic!("{source}") };
        project.repository(&module)
    }

    #[test]
    fn mirrors_are_tried_in_order_and_the_public_registry_needs_none() {
        let (project, found) = read(
            "modules {\n  vendor = \"vendor\"\n  mirror \"team/*/aws\" {\n    source = \"git::ssh://git@e.com/{name}.git\"\n  }\n}\n",
        );
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(project.vendor.as_deref(), Some(Path::new("vendor")));
        assert_eq!(repository(&project, "team/vpc/aws").as_deref(), Some("git::ssh://git@e.com/vpc.git"));
        let public = "git::https://github.com/other/terraform-aws-vpc.git";
        assert_eq!(repository(&project, "other/vpc/aws").as_deref(), Some(public));
        assert_eq!(repository(&project, "registry.e.com/team/vpc/aws"), None);
    }

    #[test]
    fn a_type_may_leave_attributes_to_others() {
        let (project, found) =
            read("ignore_changes {\n  aws_eks_node_group = [scaling_config[0].desired_size, version]\n}\n");
        assert!(found.is_empty(), "{found:?}");
        let paths = project.ignore_changes.get("aws_eks_node_group").expect("type").iter();
        let paths: Vec<String> = paths.map(|(path, _)| path.to_string()).collect();
        assert_eq!(paths, ["scaling_config[0].desired_size", "version"]);
        let (_, found) = read("ignore_changes {\n  aws_vpc = tags\n  aws_subnet = [f(1)]\n  x {\n  }\n}\n");
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn the_gitops_repository_is_a_checkout() {
        let (project, found) = read("gitops {\n  path = \"../gitops\"\n  tenants = \"teams/\"\n}\n");
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(project.gitops, Some(Gitops { path: "../gitops".into(), tenants: "teams".into() }));
        let (project, found) = read("gitops {\n  tenant = \"x\"\n  x {\n  }\n}\n");
        assert!(project.gitops.is_none() && found.len() == 3, "{found:?}");
    }

    #[test]
    fn all_that_is_wrong_is_told() {
        let (_, found) = read("x = 1\nmodule {\n}\nmodules {\n  vendr = \"\"\n  mirror \"a/b/c\" {\n  }\n}\n");
        assert_eq!(found.len(), 4, "{found:?}");
    }
}
