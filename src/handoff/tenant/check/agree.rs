//! What the stack and a tenant's folder both say has to be the same.

use std::collections::{BTreeMap, BTreeSet};

use super::super::yaml::Node;
use super::super::{ADMIN_SECRET, Tenant};
use super::Stack;
use super::facts::FROM_FACTS;
use super::files::{Folder, name_of};
use crate::diag::{Diagnostic, Diagnostics, Span, did_you_mean};

/// The service account that the role of a tenant's agents trusts (`modules/tenant`).
const AGENT: &str = "agent";

pub fn check(stack: &Stack<'_>, tenant: &Tenant, folder: &Folder, found: &mut Diagnostics) {
    let mut agree = Agree { stack, tenant, folder, found };
    agree.applications();
    agree.namespaces();
    agree.domains();
    agree.secrets();
    agree.storage();
    agree.accounts();
    agree.values();
    agree.agents();
    agree.administrators();
}

/// Hosts that two tenants have.
pub fn hosts(folder: &Folder, seen: &mut BTreeMap<String, String>, found: &mut Diagnostics) {
    for (host, span) in ingress_hosts(folder) {
        let first = seen.entry(host.to_owned()).or_insert_with(|| folder.name.clone());
        if *first != folder.name {
            let detail = format!("The tenant \"{first}\" has {host} as well.");
            found.push(Diagnostic::error("Domain of two tenants", detail).at(span));
        }
    }
}

fn ingress_hosts(folder: &Folder) -> Vec<(&str, Span)> {
    let rules = folder.objects_of("Ingress").filter_map(|i| i.at(&["spec", "rules"])).flat_map(Node::items);
    rules.filter_map(|r| r.text_at(&["host"])).collect()
}

struct Agree<'a, 'f> {
    stack: &'a Stack<'a>,
    tenant: &'a Tenant,
    folder: &'a Folder,
    found: &'f mut Diagnostics,
}

impl Agree<'_, '_> {
    /// Both places are named, and that of the repository is underlined.
    fn differs(&mut self, what: &str, says: &str, argument: &str, expected: &str, span: Span) {
        let name = &self.tenant.name;
        let detail = format!("The stack says {expected} ({argument} of the tenant \"{name}\"), and this says {says}.");
        let mut problem = Diagnostic::error(format!("{what} does not agree with the stack"), detail).at(span);
        problem.context = self.stack.written(name, argument).filter(|c| c.source == span.source);
        self.found.push(problem);
    }

    fn missing(&mut self, detail: String) {
        let mut problem = Diagnostic::error("Missing object", detail);
        problem.span = self.folder.span;
        self.found.push(problem);
    }

    fn applications(&mut self) {
        for application in &self.folder.applications {
            let spec = application.at(&["spec", "template", "spec"]).or_else(|| application.get("spec"));
            let Some(spec) = spec else { continue };
            self.is(spec, &["destination", "namespace"], &self.tenant.namespace(), "Namespace");
            self.is(spec, &["project"], "jenkins", "Project");
            for source in spec.get("sources").map(Node::items).unwrap_or_default() {
                if source.get("chart").is_some() {
                    self.is(source, &["helm", "releaseName"], "jenkins", "Release");
                }
            }
            self.environments(application);
        }
    }

    /// A text that can only be one thing.
    fn is(&mut self, node: &Node, path: &[&str], expected: &str, what: &str) {
        match node.text_at(path) {
            Some((text, span)) if text != expected => {
                let detail = format!("Of the tenant \"{}\" this is \"{expected}\".", self.tenant.name);
                self.found.push(Diagnostic::error(format!("{what} of something else"), detail).at(span));
            }
            Some(_) => {}
            None => {
                let detail = format!("\"{}\" is missing; it is \"{expected}\".", path.join("."));
                self.found.push(Diagnostic::error("Missing field", detail).at(node.span));
            }
        }
    }

    /// Clusters that have the tenant against the overlays that there are.
    fn environments(&mut self, application: &Node) {
        let generators = application.at(&["spec", "generators"]).map(Node::items).unwrap_or_default();
        let expressions = generators.iter().filter_map(|g| g.at(&["clusters", "selector", "matchExpressions"]));
        let own = |e: &&Node| e.text_at(&["key"]).is_some_and(|(key, _)| key == "kiban.dev/environment");
        for values in expressions.flat_map(Node::items).filter(own).filter_map(|e| e.get("values")) {
            let named: BTreeSet<&str> = values.items().iter().filter_map(Node::text).collect();
            for value in values.items() {
                let Some(name) = value.text().filter(|n| !self.folder.environments.contains(*n)) else { continue };
                let detail = format!("The tenant has no folder overlays/{name}.");
                let near = did_you_mean(name, self.folder.environments.iter().map(String::as_str));
                self.found.push(Diagnostic::error("Environment without overlay", detail).at(value.span).meant(near));
            }
            for name in self.folder.environments.iter().filter(|e| !named.contains(e.as_str())) {
                let detail = format!("There is a folder overlays/{name}, and no cluster of that environment takes it.");
                self.found.push(Diagnostic::error("Overlay without environment", detail).at(values.span));
            }
        }
    }

    fn namespaces(&mut self) {
        let namespace = self.tenant.namespace();
        if self.folder.object("Namespace", &namespace).is_none() {
            self.missing(format!("Nothing makes the namespace \"{namespace}\"."));
        }
        for object in &self.folder.objects {
            if let Some((text, span)) = object.text_at(&["metadata", "namespace"]).filter(|(t, _)| *t != namespace) {
                let detail = format!("An object in \"{text}\" is not this tenant's: its namespace is \"{namespace}\".");
                self.found.push(Diagnostic::error("Namespace of something else", detail).at(span));
            }
        }
    }

    fn domains(&mut self) {
        let platform = self.stack.platform;
        let (domain, resources) = (self.tenant.domain(platform), self.tenant.resources_domain(platform));
        let hosts: Vec<(String, Span)> =
            ingress_hosts(self.folder).into_iter().map(|(h, s)| (h.to_owned(), s)).collect();
        for expected in [&domain, &resources] {
            if !hosts.iter().any(|(h, _)| h == expected) && hosts.len() < 2 {
                self.missing(format!("No Ingress has the host \"{expected}\", which Route 53 has a record of."));
            }
        }
        for (host, span) in &hosts {
            if *host != domain && *host != resources {
                let expected = format!("{domain} and {resources}");
                self.differs("Domain", host, "domain", &expected, *span);
            }
        }
        let Some(names) = self.folder.object("ConfigMap", "tenant") else { return };
        for (key, expected) in [("JENKINS_DOMAIN", domain), ("RESOURCES_DOMAIN", resources)] {
            if let Some((text, span)) = names.text_at(&["data", key]).filter(|(t, _)| *t != expected) {
                let text = text.to_owned();
                self.differs("Domain", &text, "domain", &expected, span);
            }
        }
    }

    /// A tenant reads its own secrets and no other's; the one that the stack makes has to be among them.
    fn secrets(&mut self) {
        let own = self.stack.platform.secrets_of(&self.tenant.name);
        let admin = format!("{own}{ADMIN_SECRET}");
        let mut read = false;
        for secret in self.folder.objects_of("ExternalSecret").collect::<Vec<_>>() {
            let data = secret.at(&["spec", "data"]).map(Node::items).unwrap_or_default();
            let from = secret.at(&["spec", "dataFrom"]).map(Node::items).unwrap_or_default();
            let keys = data.iter().filter_map(|d| d.text_at(&["remoteRef", "key"]));
            for (key, span) in keys.chain(from.iter().filter_map(|d| d.text_at(&["extract", "key"]))) {
                read |= key == admin || key == FROM_FACTS;
                if key != FROM_FACTS && !key.starts_with(&own) {
                    let detail = format!("The secrets of the tenant \"{}\" begin with {own}.", self.tenant.name);
                    let near = did_you_mean(key, [admin.as_str()]);
                    self.found.push(Diagnostic::error("Secret of something else", detail).at(span).meant(near));
                }
            }
        }
        if !read {
            self.missing(format!("No ExternalSecret reads {admin}, which the stack makes for this tenant."));
        }
    }

    fn storage(&mut self) {
        let size = format!("{}Gi", self.tenant.storage_gib);
        let mut volumes = 0;
        for (kind, path) in [
            ("PersistentVolume", ["spec", "capacity", "storage"].as_slice()),
            ("PersistentVolumeClaim", ["spec", "resources", "requests", "storage"].as_slice()),
        ] {
            for object in self.folder.objects_of(kind).collect::<Vec<_>>() {
                let driver = object.text_at(&["spec", "csi", "driver"]).map(|(driver, _)| driver);
                volumes += usize::from(driver == Some("efs.csi.aws.com"));
                // Claims of other volumes than that of the access point have sizes of their own.
                let of_efs = driver == Some("efs.csi.aws.com")
                    || object.text_at(&["spec", "volumeName"]).is_some_and(|(name, _)| name == self.tenant.namespace());
                if let Some((text, span)) = object.text_at(path).filter(|(t, _)| of_efs && *t != size) {
                    let text = text.to_owned();
                    self.differs("Storage", &text, "storage_gib", &size, span);
                }
                if let Some((name, span)) = object.text_at(&["spec", "volumeName"])
                    && self.folder.object("PersistentVolume", name).is_none()
                {
                    let detail = format!("The tenant has no PersistentVolume \"{name}\".");
                    self.found.push(Diagnostic::error("Unknown volume", detail).at(span));
                }
            }
        }
        if volumes == 0 {
            self.missing("No PersistentVolume stands for the tenant's access point.".to_owned());
        }
    }

    fn accounts(&mut self) {
        if self.folder.object("ServiceAccount", AGENT).is_none() {
            self.missing(format!("There is no ServiceAccount \"{AGENT}\", which the tenant's role in AWS trusts."));
        }
        if self.folder.objects_of("SecurityGroupPolicy").next().is_none() {
            self.missing("No SecurityGroupPolicy gives the tenant's pods its security group.".to_owned());
        }
    }

    /// What the values of the chart refer to.
    fn values(&mut self) {
        let claims: Vec<&str> = self.folder.objects_of("PersistentVolumeClaim").filter_map(name_of).collect();
        let secret = |s: &'_ Node| {
            s.text_at(&["spec", "target", "name"]).map(|(n, _)| n.to_owned()).or_else(|| name_of(s).map(str::to_owned))
        };
        let secrets: Vec<String> = self.folder.objects_of("ExternalSecret").filter_map(secret).collect();
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let maps: Vec<&str> = self.folder.objects_of("ConfigMap").filter_map(name_of).collect();
        let mut unknown = |what: &str, node: Option<(&str, Span)>, known: &[&str]| {
            let Some((name, span)) = node.filter(|(name, _)| !known.contains(name)) else { return };
            let detail = format!("The tenant has no {what} \"{name}\".");
            let near = did_you_mean(name, known.iter().copied());
            self.found.push(Diagnostic::error(format!("Unknown {what}"), detail).at(span).meant(near));
        };
        let mut admin = false;
        for values in &self.folder.values {
            unknown("claim", values.text_at(&["persistence", "existingClaim"]), &claims);
            let existing = values.text_at(&["controller", "admin", "existingSecret"]);
            admin |= existing.is_some();
            unknown("secret", existing, &secrets);
            for from in values.at(&["controller", "containerEnvFrom"]).map(Node::items).unwrap_or_default() {
                unknown("ConfigMap", from.text_at(&["configMapRef", "name"]), &maps);
                unknown("secret", from.text_at(&["secretRef", "name"]), &secrets);
            }
        }
        if let Some(values) = self.folder.values.first().filter(|_| !admin) {
            let detail = "Without \"controller.admin.existingSecret\" the chart draws a new password at each render.";
            self.found.push(Diagnostic::error("No administrator's secret", detail).at(values.span));
        }
    }

    fn agents(&mut self) {
        let clouds =
            self.folder.configuration.iter().filter_map(|c| c.at(&["jenkins", "clouds"])).flat_map(Node::items);
        let clouds: Vec<&Node> = clouds.filter_map(|c| c.get("kubernetes")).collect();
        for cloud in clouds {
            self.is(cloud, &["namespace"], &self.tenant.namespace(), "Namespace");
            let executors = self.tenant.executors.to_string();
            if let Some((text, span)) = cloud.text_at(&["containerCapStr"]).filter(|(t, _)| *t != executors) {
                let text = text.to_owned();
                self.differs("Number of agents", &text, "executors", &executors, span);
            }
            let templates = cloud.get("templates").map(Node::items).unwrap_or_default();
            let names: Vec<&str> = templates.iter().filter_map(|t| t.text_at(&["name"])).map(|(n, _)| n).collect();
            for template in templates {
                self.template(template, &names);
            }
        }
    }

    fn template(&mut self, template: &Node, names: &[&str]) {
        if let Some((parents, span)) = template.text_at(&["inheritFrom"]) {
            for parent in parents.split_whitespace().filter(|p| !names.contains(p)) {
                let detail = format!("There is no pod template \"{parent}\".");
                let near = did_you_mean(parent, names.iter().copied());
                self.found.push(Diagnostic::error("Unknown pod template", detail).at(span).meant(near));
            }
        }
        let Some((selector, span)) = template.text_at(&["nodeSelector"]) else { return };
        let selected: BTreeMap<&str, &str> = selector.split(',').filter_map(|s| s.trim().split_once('=')).collect();
        for (label, known) in [("arch", ["x86_64", "arm64"].as_slice()), ("capacity", &["on-demand", "spot"])] {
            if let Some(value) = selected.get(label).filter(|v| !known.contains(v)) {
                let detail = format!("No node group has {label}={value}.");
                let near = did_you_mean(value, known.iter().copied());
                self.found.push(Diagnostic::error("Unknown node group", detail).at(span).meant(near));
            }
        }
        let own = template.text_at(&["nodeUsageMode"]).is_some_and(|(mode, _)| mode == "NORMAL");
        for (argument, expected) in [("arch", self.tenant.arch.as_str()), ("capacity", self.tenant.capacity.as_str())] {
            if let Some(value) = selected.get(argument).filter(|v| own && **v != expected) {
                let value = (*value).to_owned();
                self.differs("Machines of builds that ask for none", &value, argument, expected, span);
            }
        }
    }

    /// Administrators by name. The one of the chart is not one of the team.
    fn administrators(&mut self) {
        let mut named: BTreeMap<&str, Span> = BTreeMap::new();
        let mut matrix = None;
        for strategy in self.folder.configuration.iter().filter_map(|c| c.at(&["jenkins", "authorizationStrategy"])) {
            let Some(entries) = strategy.entries().first().and_then(|(_, s)| s.get("entries")) else { continue };
            matrix = Some(entries.span);
            for user in entries.items().iter().filter_map(|e| e.get("user")) {
                let administers = |p: &Node| p.text() == Some("Overall/Administer");
                let permissions = user.get("permissions").map(Node::items).unwrap_or_default();
                if let Some((name, span)) = user.text_at(&["name"]).filter(|(n, _)| !n.starts_with("${"))
                    && permissions.iter().any(administers)
                {
                    named.insert(name, span);
                }
            }
        }
        let Some(matrix) = matrix else { return };
        let (name, admins) = (&self.tenant.name, &self.tenant.admins);
        for admin in admins.iter().filter(|a| !named.contains_key(a.as_str())) {
            let detail =
                format!("The stack names {admin} among the admins of \"{name}\", and the security matrix does not.");
            self.found.push(Diagnostic::error("Administrators do not agree with the stack", detail).at(matrix));
        }
        for (admin, span) in named.iter().filter(|(n, _)| !admins.iter().any(|a| a == *n)) {
            let detail = format!("The stack does not name {admin} among the admins of the tenant \"{name}\".");
            self.found.push(Diagnostic::error("Administrators do not agree with the stack", detail).at(*span));
        }
    }
}
