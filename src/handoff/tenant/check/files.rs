//! The files of a tenant: what kustomize puts together, and whether each is of its kind.

use std::collections::{BTreeMap, BTreeSet};

use super::super::schema::{ARGOCD, JENKINS, KUBERNETES, Schemas};
use super::super::yaml::{Node, read};
use super::super::{KUSTOMIZATION, OVERLAYS};
use super::Checkout;
use crate::diag::{Diagnostic, Diagnostics, Sources, Span};

/// Label of what the sidecar of Jenkins loads. The release is always called jenkins.
const RELOADED: &str = "jenkins-jenkins-config";

/// Where the sidecar puts what it loads.
const LOADED: &str = "/var/jenkins_home/casc_configs/";

/// What a tenant's folder comes to.
#[derive(Default)]
pub struct Folder {
    pub name: String,
    /// Where to say something of the whole folder.
    pub span: Option<Span>,
    /// ApplicationSets and Applications, whether they are used or stand by.
    pub applications: Vec<Node>,
    /// Objects that kustomize makes of files.
    pub objects: Vec<Node>,
    /// Configuration as Code.
    pub configuration: Vec<Node>,
    /// Values of the chart: of all environments, then of each.
    pub values: Vec<Node>,
    pub environments: BTreeSet<String>,
}

impl Folder {
    /// Objects of a kind.
    pub fn objects_of(&self, kind: &'static str) -> impl Iterator<Item = &Node> {
        self.objects.iter().filter(move |o| kind_of(o) == Some(kind))
    }

    /// The object of this kind and name.
    pub fn object(&self, kind: &str, name: &str) -> Option<&Node> {
        self.objects.iter().find(|o| kind_of(o) == Some(kind) && name_of(o) == Some(name))
    }
}

pub fn kind_of(object: &Node) -> Option<&str> {
    object.get("kind").and_then(Node::text)
}

pub fn name_of(object: &Node) -> Option<&str> {
    object.text_at(&["metadata", "name"]).map(|(name, _)| name)
}

/// Files that are read once.
pub struct Files<'a> {
    checkout: &'a Checkout<'a>,
    pub sources: &'a mut Sources,
    documents: BTreeMap<String, Vec<Node>>,
    pub found: Diagnostics,
}

impl<'a> Files<'a> {
    pub fn new(checkout: &'a Checkout<'a>, sources: &'a mut Sources) -> Self {
        Self { checkout, sources, documents: BTreeMap::new(), found: Diagnostics::new() }
    }

    fn exists(&self, path: &str) -> bool {
        self.checkout.files.contains_key(path)
    }

    /// The documents of a file, none where it cannot be read.
    fn read(&mut self, path: &str) -> Vec<Node> {
        if let Some(known) = self.documents.get(path) {
            return known.clone();
        }
        let text = self.checkout.files.get(path).map(String::as_str).unwrap_or_default();
        let source = self.sources.add(format!("{}{path}", self.checkout.shown), text);
        let documents = self.found.take(read(source, text).map_err(Into::into)).unwrap_or_default();
        self.documents.insert(path.to_owned(), documents.clone());
        documents
    }

    /// The only document of a file, checked against a kind.
    fn document(&mut self, path: &str, schemas: &Schemas, kind: &str) -> Option<Node> {
        let documents = self.read(path);
        if let Some(second) = documents.get(1) {
            let detail = "This file holds one document.";
            self.found.push(Diagnostic::error("Unexpected document", detail).at(second.span));
        }
        let document = documents.into_iter().next()?;
        self.found.extend(schemas.check(kind, &document));
        Some(document)
    }

    pub fn kustomization(&mut self, path: &str) -> Option<Node> {
        self.document(path, &KUBERNETES, "kustomize.config.k8s.io/v1beta1/Kustomization")
    }

    /// Everything in a tenant's folder.
    pub fn folder(&mut self, path: &str, name: &str) -> Folder {
        let mut walk = Walk {
            files: self,
            folder: Folder { name: name.to_owned(), ..Folder::default() },
            used: BTreeSet::new(),
            jobs: BTreeMap::new(),
        };
        let root = format!("{path}/{KUSTOMIZATION}");
        if walk.files.exists(&root) {
            let text = walk.files.checkout.files.get(&root).map(String::as_str).unwrap_or_default();
            walk.kustomization(path);
            let first = walk.files.read(&root).first().map(|n| n.span);
            walk.folder.span = first.or_else(|| walk.files.whole(&root, text));
        } else {
            let detail =
                format!("There is no {}{root}: Argo CD finds nothing of this tenant.", walk.files.checkout.shown);
            walk.files.found.push(Diagnostic::error("Missing file", detail));
        }
        walk.applications(path);
        walk.overlays(path);
        walk.jobs(path);
        walk.unused(path);
        walk.folder
    }

    /// The first line of a file.
    fn whole(&mut self, path: &str, text: &str) -> Option<Span> {
        let source = self.sources.add(format!("{}{path}", self.checkout.shown), text);
        Some(Span::new(source, 0..text.lines().next().map_or(0, str::len)))
    }
}

struct Walk<'w, 'a> {
    files: &'w mut Files<'a>,
    folder: Folder,
    used: BTreeSet<String>,
    /// Files that Jenkins gets beside its configuration, by their names there.
    jobs: BTreeMap<String, Span>,
}

impl Walk<'_, '_> {
    fn kustomization(&mut self, folder: &str) {
        let path = format!("{folder}/{KUSTOMIZATION}");
        if !self.used.insert(path.clone()) {
            return;
        }
        let Some(document) = self.files.kustomization(&path) else { return };
        for resource in document.get("resources").map(Node::items).unwrap_or_default() {
            let Some(text) = resource.text() else { continue };
            let target = joined(folder, text);
            if self.files.exists(&format!("{target}/{KUSTOMIZATION}")) {
                self.kustomization(&target);
            } else if self.files.exists(&target) {
                self.objects(&target);
            } else {
                self.missing(&target, resource.span);
            }
        }
        for patch in document.get("patches").map(Node::items).unwrap_or_default() {
            if let Some((text, span)) = patch.text_at(&["path"]) {
                let target = joined(folder, text);
                if !self.files.exists(&target) {
                    self.missing(&target, span);
                }
                self.used.insert(target);
            }
        }
        let general = document.at(&["generatorOptions", "labels", RELOADED]).and_then(Node::text);
        for generator in document.get("configMapGenerator").map(Node::items).unwrap_or_default() {
            let own = generator.at(&["options", "labels", RELOADED]).and_then(Node::text);
            let reloaded = own.or(general) == Some("true");
            for file in generator.get("files").map(Node::items).unwrap_or_default() {
                let Some(text) = file.text() else { continue };
                let (key, source) = text.split_once('=').unwrap_or((text.rsplit('/').next().unwrap_or(text), text));
                let target = joined(folder, source);
                if !self.files.exists(&target) {
                    self.missing(&target, file.span);
                    continue;
                }
                self.used.insert(target.clone());
                if reloaded && (key.ends_with(".yaml") || key.ends_with(".yml")) {
                    let document = self.files.document(&target, &JENKINS, "casc");
                    self.folder.configuration.extend(document);
                } else if reloaded {
                    self.jobs.insert(key.to_owned(), file.span);
                }
            }
        }
    }

    fn missing(&mut self, target: &str, span: Span) {
        let detail = format!("There is no {}{target}.", self.files.checkout.shown);
        let folder = target.rsplit_once('/').map_or("", |(folder, _)| folder);
        let siblings =
            self.files.checkout.files.keys().filter(|f| f.rsplit_once('/').is_some_and(|(d, _)| d == folder));
        let near = crate::diag::did_you_mean(target, siblings.map(String::as_str));
        let near = near.and_then(|n| n.rsplit('/').next());
        self.files.found.push(Diagnostic::error("Missing file", detail).at(span).meant(near));
    }

    fn objects(&mut self, path: &str) {
        if !self.used.insert(path.to_owned()) {
            return;
        }
        for object in self.files.read(path) {
            let (version, kind) = (object.get("apiVersion").and_then(Node::text), kind_of(&object));
            let (Some(version), Some(kind)) = (version, kind) else {
                let detail = "This is no object of Kubernetes: it needs \"apiVersion\" and \"kind\".";
                self.files.found.push(Diagnostic::error("Missing field", detail).at(object.span));
                continue;
            };
            let known = format!("{version}/{kind}");
            let schemas: &Schemas = if ARGOCD.has(&known) { &ARGOCD } else { &KUBERNETES };
            self.files.found.extend(schemas.check(&known, &object));
            if !schemas.has(&known) && name_of(&object).is_none() {
                let detail = "An object needs a name (\"metadata.name\").";
                self.files.found.push(Diagnostic::error("Missing field", detail).at(object.span));
            }
            if schemas.has(&known) && version.starts_with("argoproj.io/") {
                self.folder.applications.push(object);
            } else {
                self.folder.objects.push(object);
            }
        }
    }

    /// Also the way of rendering that is not in use is kept right.
    fn applications(&mut self, path: &str) {
        let both = ["application.yaml", "application-plugin.yaml"].map(|name| format!("{path}/{name}"));
        if both.iter().all(|f| self.used.contains(f)) {
            let detail = "Both ways of rendering are listed, and make the same objects twice.";
            let mut problem = Diagnostic::error("Rendered twice", detail).hint("List one of them.");
            problem.span = self.folder.span;
            self.files.found.push(problem);
        }
        for path in both.iter().filter(|p| self.files.exists(p)).cloned().collect::<Vec<_>>() {
            self.objects(&path);
        }
        if self.folder.applications.is_empty() {
            let detail = format!("Nothing in the folder of \"{}\" is an Application.", self.folder.name);
            let mut problem = Diagnostic::error("No Application", detail);
            problem.span = self.folder.span;
            self.files.found.push(problem);
        }
    }

    fn overlays(&mut self, path: &str) {
        let overlays = format!("{path}/{OVERLAYS}/");
        let name = |file: &String| file.strip_prefix(&overlays)?.split_once('/').map(|(name, _)| name.to_owned());
        self.folder.environments = self.files.checkout.files.keys().filter_map(name).collect();
        let mut values = vec![format!("{path}/base/values.yaml")];
        for environment in self.folder.environments.clone() {
            let folder = format!("{overlays}{environment}");
            if self.files.exists(&format!("{folder}/{KUSTOMIZATION}")) {
                self.kustomization(&folder);
            } else {
                let detail = format!("There is no {}{folder}/{KUSTOMIZATION}.", self.files.checkout.shown);
                self.files.found.push(Diagnostic::error("Missing file", detail));
            }
            values.push(format!("{folder}/values.yaml"));
        }
        for path in values {
            if self.files.exists(&path) {
                self.used.insert(path.clone());
                let document = self.files.document(&path, &JENKINS, "chart");
                self.folder.values.extend(document);
            } else {
                let detail =
                    format!("There is no {}{path}, which the chart is rendered with.", self.files.checkout.shown);
                self.files.found.push(Diagnostic::error("Missing file", detail));
            }
        }
    }

    /// Job files that Jenkins gets against those that its configuration names.
    fn jobs(&mut self, path: &str) {
        let mut named = BTreeSet::new();
        for configuration in &self.folder.configuration {
            for job in configuration.get("jobs").map(Node::items).unwrap_or_default() {
                let Some((file, span)) = job.text_at(&["file"]) else { continue };
                let Some(name) = file.strip_prefix(LOADED) else { continue };
                named.insert(name.to_owned());
                if !self.jobs.contains_key(name) {
                    let detail = format!("No configMapGenerator of the tenant puts \"{name}\" there.");
                    let near = crate::diag::did_you_mean(name, self.jobs.keys().map(String::as_str));
                    let problem = Diagnostic::error("Missing job file", detail).at(span).meant(near);
                    self.files.found.push(problem);
                }
            }
        }
        for (name, span) in self.jobs.iter().filter(|(name, _)| name.ends_with(".groovy") && !named.contains(*name)) {
            let detail = format!("Jenkins gets \"{name}\" and does nothing with it.");
            let hint = format!("Name it in {path}/base/casc/jobs.yaml: - file: {LOADED}{name}");
            self.files.found.push(Diagnostic::error("Job file not named", detail).at(*span).hint(hint));
        }
    }

    fn unused(&mut self, path: &str) {
        let below = format!("{path}/");
        let unused = self.files.checkout.files.keys().filter(|f| f.starts_with(&below) && !self.used.contains(*f));
        for file in unused.filter(|f| !f.ends_with(".md")) {
            let detail = format!("{}{file} is used by no kustomization.", self.files.checkout.shown);
            self.files.found.push(Diagnostic::warning("File is not used", detail));
        }
    }
}

/// A path as a kustomization in a folder means it.
fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
