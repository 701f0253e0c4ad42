//! A tenant's folder, from templates.

use std::collections::BTreeMap;

use super::fill::{Unfilled, fill};
use super::{ADMIN_SECRET, Arch, Capacity, Environment, KUSTOMIZATION, OVERLAYS, Platform, Tenant};
use crate::diag::Diagnostic;

/// Version of the chart that the values are written for (<https://github.com/jenkinsci/helm-charts>).
const CHART_VERSION: &str = "5.9.63";

macro_rules! template {
    ($path:literal) => {
        ($path, include_str!(concat!("template/", $path)))
    };
}

/// Files of a tenant, whatever its environments.
const FILES: &[(&str, &str)] = &[
    template!("application-plugin.yaml"),
    template!("application.yaml"),
    template!("base/casc/agents.yaml"),
    template!("base/casc/jenkins.yaml"),
    template!("base/casc/jobs.yaml"),
    template!("base/casc/security.yaml"),
    template!("base/external-secret.yaml"),
    template!("base/ingress.yaml"),
    template!("base/jobs/smoke-test.groovy"),
    template!("base/kustomization.yaml"),
    template!("base/namespace.yaml"),
    template!("base/network-policy.yaml"),
    template!("base/security-group-policy.yaml"),
    template!("base/service-account.yaml"),
    template!("base/storage.yaml"),
    template!("base/tenant.yaml"),
    template!("base/values.yaml"),
    template!("kustomization.yaml"),
];

/// Files of each environment.
const OF_ENVIRONMENT: &[(&str, &str)] = &[
    ("environment.yaml", include_str!("template/overlays/environment.yaml")),
    (KUSTOMIZATION, include_str!("template/overlays/kustomization.yaml")),
    ("values.yaml", include_str!("template/overlays/values.yaml")),
];

const PATCHES: &str = include_str!("template/patches.yaml");
const POLICY: &str = include_str!("template/policy.yaml");
const POOL: &str = include_str!("template/base/casc/pool.yaml");

/// The files of a tenant by their paths below its folder, which is given as seen from the root of the repository.
pub fn folder(
    tenant: &Tenant,
    platform: &Platform,
    path: &str,
    environments: &[Environment],
) -> Result<BTreeMap<String, String>, Diagnostic> {
    render(tenant, platform, path, environments).map_err(|Unfilled(place)| {
        Diagnostic::error("Incomplete template", format!("Nothing fills {place} in the files of a tenant."))
    })
}

fn render(
    tenant: &Tenant,
    platform: &Platform,
    path: &str,
    environments: &[Environment],
) -> Result<BTreeMap<String, String>, Unfilled> {
    let (namespace, domain, resources) =
        (tenant.namespace(), tenant.domain(platform), tenant.resources_domain(platform));
    let (secrets, storage) = (platform.secrets_of(&tenant.name), format!("{}Gi", tenant.storage_gib));
    let (admin_secret, executors) = (format!("{secrets}{ADMIN_SECRET}"), tenant.executors.to_string());
    let names: Vec<&str> = environments.iter().map(Environment::as_str).collect();
    let (names, admins, pools) = (names.join(", "), admins(tenant), pools(tenant)?);
    let mut values = vec![
        ("admin_secret", admin_secret.as_str()),
        ("admins", &admins),
        ("arch", tenant.arch.as_str()),
        ("capacity", tenant.capacity.as_str()),
        ("chart_version", CHART_VERSION),
        ("contact", &tenant.contact),
        ("domain", &domain),
        ("environments", &names),
        ("executors", &executors),
        ("folder", path),
        ("namespace", &namespace),
        ("pools", &pools),
        ("resources_domain", &resources),
        ("secrets", &secrets),
        ("storage", &storage),
        ("team", &tenant.name),
    ];
    let (patches, policy) = (fill(PATCHES, &values)?, fill(POLICY, &values)?);
    values.extend([("patches", patches.as_str()), ("policy", &policy)]);
    let mut files = BTreeMap::new();
    for (name, template) in FILES {
        files.insert((*name).to_owned(), fill(template, &values)?);
    }
    for environment in environments {
        let (cpu, memory) = if environment.as_str() == "production" { ("1", "4Gi") } else { ("500m", "2Gi") };
        let mut values = values.clone();
        values.extend([("environment", environment.as_str()), ("cpu", cpu), ("memory", memory)]);
        for (name, template) in OF_ENVIRONMENT {
            files.insert(format!("{OVERLAYS}/{environment}/{name}"), fill(template, &values)?);
        }
    }
    Ok(files)
}

/// Entries of the security matrix. JSON's text is YAML's as well.
fn admins(tenant: &Tenant) -> String {
    let entry = |name: &String| {
        let name = serde_json::Value::from(name.as_str());
        format!("- user:\n    name: {name}\n    permissions:\n      - Overall/Administer\n")
    };
    tenant.admins.iter().map(entry).collect()
}

/// The pod templates of all node groups; the tenant's own takes builds that ask for nothing.
fn pools(tenant: &Tenant) -> Result<String, Unfilled> {
    let mut out = String::new();
    for arch in Arch::ALL {
        for capacity in Capacity::ALL {
            let own = (arch, capacity) == (tenant.arch, tenant.capacity);
            let (arch, capacity) = (arch.as_str(), capacity.as_str());
            let pool = format!("{arch}-{capacity}");
            let labels = format!("{pool} {arch} {capacity} linux docker");
            out.push_str(&fill(
                POOL,
                &[
                    ("arch", arch),
                    ("capacity", capacity),
                    ("pool", &pool),
                    ("labels", &labels),
                    ("usage", if own { "NORMAL" } else { "EXCLUSIVE" }),
                    ("tolerations", &tolerations(arch, capacity)),
                ],
            )?);
        }
    }
    Ok(out)
}

/// What the taints of `modules/node-groups` need.
fn tolerations(arch: &str, capacity: &str) -> String {
    let mut out = String::new();
    for (key, value, tainted) in [("arch", arch, arch == "arm64"), ("capacity", capacity, capacity == "spot")] {
        if tainted {
            out.push_str(&format!("      - {{ key: {key}, operator: Equal, value: {value}, effect: NoSchedule }}\n"));
        }
    }
    if out.is_empty() { out } else { format!("yaml: |\n  spec:\n    tolerations:\n{out}") }
}

/// The kustomization of all tenants with one more of them. `None` where it is listed already.
pub fn listed(text: Option<&str>, tenant: &str) -> Option<String> {
    const HEAD: &str = "\
# The tenants. `kiban tenant new` adds its line here.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
";
    let text = text.unwrap_or(HEAD);
    let item = |line: &str| line.trim().strip_prefix("- ").map(|t| t.trim().trim_matches(['"', '\'']).to_owned());
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.iter().any(|l| item(l).is_some_and(|i| i == tenant)) {
        return None;
    }
    let Some(key) = lines.iter().position(|l| l.trim_end() == "resources:" || l.trim() == "resources: []") else {
        return Some(format!("{}\nresources:\n  - {tenant}\n", text.trim_end()));
    };
    let belongs = |line: &&str| line.trim().is_empty() || line.trim().starts_with('#') || item(line).is_some();
    let following = lines.iter().skip(key + 1).take_while(|l| belongs(l));
    let items: Vec<(usize, &str)> =
        following.enumerate().filter(|(_, l)| item(l).is_some()).map(|(i, l)| (key + 1 + i, *l)).collect();
    let indent = items.last().map_or("  ", |(_, l)| &l[..l.len() - l.trim_start().len()]);
    let line = format!("{indent}- {tenant}");
    lines[key] = "resources:";
    lines.insert(items.last().map_or(key, |(at, _)| *at) + 1, &line);
    Some(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_says_which_environments_it_is_for() {
        let tenant = Tenant { admins: vec!["o'neill \"x\"".into()], ..Tenant::new("payments", "a@example.com") };
        let platform = Platform { name: "ci".into(), zone: "ci.example.com".into() };
        let environments = [Environment::parse("prod").expect("name"), Environment::parse("staging").expect("name")];
        let files = folder(&tenant, &platform, "tenants/payments", &environments).expect("files");
        assert!(files["application.yaml"].contains("values: [production, staging]"));
        assert!(files["base/casc/security.yaml"].contains(r#"name: "o'neill \"x\"""#));
        assert_eq!(files.keys().filter(|k| k.starts_with("overlays/")).count(), 6);
        for (path, text) in &files {
            assert!(text.starts_with("# ") || text.starts_with("// "), "{path} does not say what it is");
            assert!(!text.contains("<<") && text.lines().all(|l| l.trim_end() == l), "{path}:\n{text}");
        }
    }

    #[test]
    fn a_tenant_is_listed_once_behind_the_others() {
        let first = listed(None, "payments").expect("text");
        assert!(first.ends_with("resources:\n  - payments\n"), "{first}");
        assert_eq!(listed(Some(&first), "payments"), None);
        let text = "resources:\n- a # first\n\n- b\nlabels: []\n";
        assert_eq!(listed(Some(text), "c").expect("text"), "resources:\n- a # first\n\n- b\n- c\nlabels: []\n");
        assert_eq!(listed(Some("kind: X\n"), "c").expect("text"), "kind: X\nresources:\n  - c\n");
    }
}
