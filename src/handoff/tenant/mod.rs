//! A product team's Jenkins in the GitOps repository: its folder, and its entry in the stack that goes with it.
//!
//! Texts in, texts and findings out. Knows nothing of files, and nothing of what is live.

pub mod check;
mod entry;
mod fill;
mod folder;
mod schema;
mod yaml;

pub use entry::{Entries, TENANTS, begun, next_uid};
pub use folder::{folder, listed};

use std::fmt;

use crate::diag::Diagnostic;
use crate::value::Value;

/// The folder below a tenant's with one folder for each environment.
pub const OVERLAYS: &str = "overlays";

/// File that kustomize begins with.
pub const KUSTOMIZATION: &str = "kustomization.yaml";

/// What a tenant's first secret is called below its own prefix, as `modules/tenant` names it.
pub const ADMIN_SECRET: &str = "admin";

/// Machines of a node group (`modules/node-groups`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arch {
    X86_64,
    Arm64,
}

/// How the machines of a node group are paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    OnDemand,
    Spot,
}

impl Arch {
    pub const ALL: [Self; 2] = [Self::X86_64, Self::Arm64];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.as_str() == text)
    }
}

impl Capacity {
    pub const ALL: [Self; 2] = [Self::OnDemand, Self::Spot];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnDemand => "on-demand",
            Self::Spot => "spot",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == text)
    }
}

/// A kind of cluster that a tenant has a Jenkins on, as the fact `environment` names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Environment(String);

impl Environment {
    /// `prod` is short for production.
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        let name = if text == "prod" { "production" } else { text };
        let fits = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if fits {
            return Ok(Self(name.to_owned()));
        }
        let detail = format!("\"{text}\" is no name of an environment: lower-case letters, digits and hyphens.");
        Err(Diagnostic::error("Invalid environment", detail).hint("For example: -env=production -env=staging"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What all tenants have in common: variables of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// `var.name`
    pub name: String,
    /// `var.zone_name`
    pub zone: String,
}

impl Platform {
    /// Start of the names of a tenant's secrets.
    pub fn secrets_of(&self, tenant: &str) -> String {
        format!("{}/jenkins/{tenant}/", self.name)
    }
}

/// One entry of the stack's `tenants` map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    pub name: String,
    pub contact: String,
    pub arch: Arch,
    pub capacity: Capacity,
    pub storage_gib: i64,
    pub executors: i64,
    pub admins: Vec<String>,
    /// Another domain than the tenant's name in the zone.
    pub domain: Option<String>,
}

impl Tenant {
    /// The entry with the defaults of `stacks/platform`.
    pub fn new(name: &str, contact: &str) -> Self {
        Self {
            name: name.to_owned(),
            contact: contact.to_owned(),
            arch: Arch::X86_64,
            capacity: Capacity::Spot,
            storage_gib: 50,
            executors: 10,
            admins: Vec::new(),
            domain: None,
        }
    }

    /// The entry of an evaluated `tenants` map; what cannot be used of it is left at its default.
    pub fn read(name: &str, value: &Value) -> Self {
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let number = |key: &str| value.get(key).and_then(Value::as_i64);
        let mut tenant = Self::new(name, text("contact").unwrap_or_default());
        tenant.arch = text("arch").and_then(Arch::parse).unwrap_or(tenant.arch);
        tenant.capacity = text("capacity").and_then(Capacity::parse).unwrap_or(tenant.capacity);
        tenant.storage_gib = number("storage_gib").unwrap_or(tenant.storage_gib);
        tenant.executors = number("executors").unwrap_or(tenant.executors);
        let admins = value.get("admins").and_then(Value::as_slice).unwrap_or_default();
        tenant.admins = admins.iter().filter_map(|a| a.as_str().map(str::to_owned)).collect();
        tenant.domain = text("domain").map(str::to_owned);
        tenant
    }

    pub fn namespace(&self) -> String {
        format!("jenkins-{}", self.name)
    }

    pub fn domain(&self, platform: &Platform) -> String {
        self.domain.clone().unwrap_or_else(|| format!("{}.{}", self.name, platform.zone))
    }

    /// The second name, as `modules/tenant` makes it of the first.
    pub fn resources_domain(&self, platform: &Platform) -> String {
        let domain = self.domain(platform);
        match domain.split_once('.') {
            Some((host, rest)) => format!("{host}-resources.{rest}"),
            None => domain,
        }
    }

    /// What is wrong with what somebody has typed.
    pub fn problems(&self, platform: &Platform) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if !is_name(&self.name) {
            let detail = format!(
                "\"{}\" cannot be a tenant: its name has 3 to 20 lower-case letters, digits and hyphens, starts with a \
                 letter and does not end in a hyphen.",
                self.name
            );
            found.push(Diagnostic::error("Invalid name of a tenant", detail));
        }
        if !is_mail(&self.contact) {
            let detail = format!("\"{}\" is no mail address.", self.contact);
            found.push(Diagnostic::error("Invalid contact", detail).hint("For example: -contact=payments@example.com"));
        }
        for admin in self.admins.iter().filter(|a| a.trim().is_empty()) {
            found.push(Diagnostic::error("Invalid administrator", format!("\"{admin}\" names nobody.")));
        }
        let domain = self.domain(platform);
        if !is_domain(&domain) || !domain.ends_with(&format!(".{}", platform.zone)) {
            let detail = format!("\"{domain}\" is no name in the zone {}.", platform.zone);
            let hint = format!("For example: -domain={}.{}", self.name, platform.zone);
            found.push(Diagnostic::error("Invalid domain", detail).hint(hint));
        }
        if !(10..=2000).contains(&self.storage_gib) {
            let detail = format!("{} GiB do not lie between 10 and 2000.", self.storage_gib);
            found.push(Diagnostic::error("Invalid storage", detail));
        }
        if self.executors < 1 {
            found.push(Diagnostic::error("Invalid executors", "A tenant has at least one executor."));
        }
        found
    }
}

/// Words that YAML takes for something else than text.
const YAML_WORDS: [&str; 7] = ["null", "true", "false", "yes", "no", "off", "on"];

fn is_name(text: &str) -> bool {
    (3..=20).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !YAML_WORDS.contains(&text)
}

fn is_mail(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._%+-".contains(c);
    text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty()
            && user.chars().all(plain)
            && is_domain(host)
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
    })
}

fn is_domain(text: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform() -> Platform {
        Platform { name: "ci-platform".into(), zone: "ci.example.com".into() }
    }

    #[test]
    fn names_follow_from_the_entry() {
        let mut tenant = Tenant::new("payments", "payments@example.com");
        assert_eq!(tenant.namespace(), "jenkins-payments");
        assert_eq!(tenant.domain(&platform()), "payments.ci.example.com");
        assert_eq!(tenant.resources_domain(&platform()), "payments-resources.ci.example.com");
        tenant.domain = Some("build.ci.example.com".into());
        assert_eq!(tenant.resources_domain(&platform()), "build-resources.ci.example.com");
        assert!(tenant.problems(&platform()).is_empty());
    }

    #[test]
    fn what_cannot_be_is_told_together() {
        let mut tenant = Tenant::new("Pay", "nobody");
        tenant.domain = Some("elsewhere.example.com".into());
        tenant.storage_gib = 5;
        tenant.executors = 0;
        assert_eq!(tenant.problems(&platform()).len(), 5);
        for name in ["ab", "1ab", "true", "ends-", "a-name-that-is-longer-than-twenty"] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn environments_have_names() {
        assert_eq!(Environment::parse("prod").expect("name").as_str(), "production");
        assert!(Environment::parse("../x").is_err() && Environment::parse("").is_err());
    }
}
