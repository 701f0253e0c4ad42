//! `kiban tenant` on a copy of the platform stack: new tenants, what is said of wrong ones, and both ways of rendering.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Trial;

use crate::folder::Folder;
use crate::programs::{copy, output, root, skip};
use crate::trial;

/// Tenants of the example, which are in the stack as well.
const EXAMPLES: [&str; 3] = ["games", "payments", "search"];
const ENVIRONMENTS: [&str; 2] = ["production", "staging"];

pub fn trials() -> Vec<Trial> {
    vec![
        trial("tenant::the_example_is_what_the_command_writes", the_example_is_what_the_command_writes),
        trial("tenant::a_fourth_tenant", a_fourth_tenant),
        trial("tenant::edits_are_left_alone", edits_are_left_alone),
        trial("tenant::an_environment_more", an_environment_more),
        trial("tenant::mistakes_are_told_where_they_are", mistakes_are_told_where_they_are),
        trial("tenant::facts_are_those_of_the_bootstrap", facts_are_those_of_the_bootstrap),
        trial("tenant::every_overlay_renders", every_overlay_renders),
        trial("tenant::both_ways_render_the_same", both_ways_render_the_same),
    ]
}

/// The stack and its modules, with a checkout that has no tenants yet.
fn stack() -> Folder {
    let folder = Folder::new();
    copy(&root().join("modules"), &folder.path("modules"));
    copy(&root().join("stacks/platform"), &folder.path("stacks/platform"));
    folder.write("stacks/platform/kiban.hcl", "gitops {\n  path = \"../../gitops\"\n}\n");
    fs::create_dir_all(folder.path("gitops")).expect("folder");
    folder
}

/// The same with the tenants of the example.
fn example() -> Folder {
    let folder = stack();
    copy(&root().join("examples/gitops/tenants"), &folder.path("gitops/tenants"));
    folder
}

fn tenant(folder: &Folder, line: &str, code: i32) -> String {
    let args: Vec<&str> = ["-chdir=stacks/platform", "tenant"].into_iter().chain(line.split_whitespace()).collect();
    folder.expect(&args, code)
}

/// Whether a text says something, however its lines are broken.
fn says(text: &str, part: &str) -> bool {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    words(text).contains(&words(part))
}

/// Files below a folder with their texts.
fn texts(dir: &Path) -> BTreeMap<PathBuf, String> {
    let mut out = BTreeMap::new();
    for entry in fs::read_dir(dir).into_iter().flatten().map(|e| e.expect("entry").path()) {
        if entry.is_dir() {
            let name = PathBuf::from(entry.file_name().expect("name"));
            out.extend(texts(&entry).into_iter().map(|(path, text)| (name.join(path), text)));
        } else {
            out.insert(entry.file_name().expect("name").into(), fs::read_to_string(&entry).expect("text"));
        }
    }
    out
}

fn the_example_is_what_the_command_writes() {
    let folder = stack();
    for team in EXAMPLES {
        tenant(&folder, &format!("new {team} -env=prod -env=staging -auto-approve"), 0);
    }
    let (made, committed) = (folder.path("gitops/tenants"), root().join("examples/gitops/tenants"));
    if std::env::var("KIBAN_BLESS").is_ok() {
        for team in EXAMPLES {
            let _ = fs::remove_dir_all(committed.join(team));
        }
        copy(&made, &committed);
    }
    let (made, committed) = (texts(&made), texts(&committed));
    let names = |all: &BTreeMap<PathBuf, String>| all.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&made), names(&committed), "KIBAN_BLESS=1 writes the example anew");
    for (path, text) in &made {
        assert_eq!(text, &committed[path], "{}: KIBAN_BLESS=1 writes the example anew", path.display());
    }
    let text = tenant(&folder, "check", 0);
    assert!(says(&text, "3 tenants are sound") && says(&text, "Tenants without folder"), "{text}");
    assert!(!says(&text, "Error"), "{text}");
}

fn a_fourth_tenant() {
    let folder = example();
    let before = texts(folder.dir.path());
    let line =
        "new checkout -env=prod -arch=arm64 -capacity=on-demand -contact=checkout@example.com -admin=ayu@example.com";
    let text = tenant(&folder, line, 1);
    assert!(says(&text, "Nobody can approve") && says(&text, "+  - checkout"), "{text}");
    assert_eq!(texts(folder.dir.path()), before, "nothing is written without being asked for");
    let text = tenant(&folder, &format!("{line} -auto-approve"), 0);
    assert!(says(&text, "Written: 21 new files and changes of 2 files."), "{text}");
    let after = texts(folder.dir.path());
    for (path, text) in &before {
        let grown = path.ends_with("terraform.tfvars") || path.ends_with("tenants/kustomization.yaml");
        assert!(grown || after[path] == *text, "{}", path.display());
    }
    let tfvars = folder.read("stacks/platform/terraform.tfvars");
    let original = fs::read_to_string(root().join("stacks/platform/terraform.tfvars")).expect("text");
    let entry = "\n  checkout = {\n    contact  = \"checkout@example.com\"\n    uid      = 10011\n    arch     = \"arm64\"\n    capacity = \"on-demand\"\n    admins   = [\"ayu@example.com\"]\n  }\n}\n";
    assert_eq!(tfvars, format!("{}{entry}", original.strip_suffix("}\n").expect("a map at the end")));
    folder.expect(&["-chdir=stacks/platform", "fmt", "-check"], 0);
    let text = tenant(&folder, "check", 0);
    assert!(says(&text, "4 tenants are sound"), "{text}");
    // Again, with and without what was said of it.
    for line in [line, "new checkout"] {
        let text = tenant(&folder, line, 0);
        assert!(says(&text, "nothing to do"), "{text}");
    }
    assert_eq!(texts(folder.dir.path()), after);
    let text = tenant(&folder, "new checkout -arch=x86_64", 1);
    assert!(says(&text, "Tenant exists") && says(&text, "terraform.tfvars"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&tenant(&folder, "list -json", 0)).expect("JSON");
    let listed = json["tenants"].as_array().expect("list").iter().find(|t| t["name"] == "checkout").expect("tenant");
    assert_eq!((&listed["arch"], &listed["environments"][0]), (&"arm64".into(), &"production".into()));
    let text = tenant(&folder, "new Bad_Name -env=prod -contact=nobody", 1);
    assert!(says(&text, "Invalid name of a tenant") && says(&text, "Invalid contact"), "{text}");
}

fn edits_are_left_alone() {
    let folder = example();
    let path = "gitops/tenants/payments/base/values.yaml";
    folder.write(path, &folder.read(path).replace("=60", "=70"));
    fs::remove_file(folder.path("gitops/tenants/payments/base/ingress.yaml")).expect("removed");
    let before = texts(folder.dir.path());
    let text = tenant(&folder, "new payments -auto-approve", 1);
    assert!(says(&text, "have been edited") && says(&text, "tenants/payments/base/values.yaml"), "{text}");
    assert_eq!(texts(folder.dir.path()), before, "not even what is missing is written");
}

/// What kiban has written for one environment it may write for two.
fn an_environment_more() {
    let folder = stack();
    tenant(&folder, "new payments -env=production -auto-approve", 0);
    let text = tenant(&folder, "new payments -env=staging -auto-approve", 0);
    assert!(says(&text, "Written: 3 new files and changes of 2 files."), "{text}");
    assert_eq!(texts(&folder.path("gitops/tenants/payments")), texts(&root().join("examples/gitops/tenants/payments")));
    let text = tenant(&folder, "new search -env=production -render=plugin -auto-approve", 0);
    assert!(says(&text, "+  - application-plugin.yaml"), "{text}");
    let text = tenant(&folder, "new search -env=staging -auto-approve", 0);
    assert!(!says(&text, "+  - application.yaml"), "{text}");
    tenant(&folder, "check", 0);
}

/// A file of a tenant, what of it becomes what, and what is said of it.
type Mistake = (&'static str, &'static str, &'static str, &'static [&'static str]);

const MISTAKES: &[Mistake] = &[
    ("application.yaml", "releaseName: jenkins ", "releaseName: ci ", &["Release of something else", "ci #"]),
    ("application.yaml", "valueFiles:", "valuesFiles:", &["Unknown field", "Did you mean \"valueFiles\"?"]),
    (
        "application.yaml",
        "[production, staging]",
        "[production, stagin]",
        &["Environment without overlay", "Overlay without environment"],
    ),
    (
        "application.yaml",
        "\"payments\").volume_handle",
        "\"search\").volume_handle",
        &["Fact of another tenant", "\"search\""],
    ),
    (
        "application.yaml",
        ".volume_handle",
        ".volume_handel",
        &["Unknown attribute of a tenant", "Did you mean \"volume_handle\"?"],
    ),
    (
        "application.yaml",
        "kind: PersistentVolume, name: jenkins-payments",
        "kind: PersistentVolume, name: x",
        &["Patch of nothing", "Nothing is filled in"],
    ),
    (
        "application-plugin.yaml",
        "path: /spec/csi/volumeHandle",
        "path: /spec/csi/volume",
        &["Patch of nothing", "Nothing is filled in"],
    ),
    (
        "kustomization.yaml",
        "  - application.yaml",
        "  - application.yml",
        &["Missing file", "Did you mean \"application.yaml\"?"],
    ),
    (
        "kustomization.yaml",
        "  - application.yaml",
        "  - application.yaml\n  - application-plugin.yaml",
        &["Rendered twice"],
    ),
    (
        "base/kustomization.yaml",
        "  - ingress.yaml\n",
        "",
        &["Missing object", "payments.ci.example.com", "is used by no kustomization"],
    ),
    (
        "base/ingress.yaml",
        "host: payments.ci.example.com",
        "host: search.ci.example.com",
        &["Domain does not agree", "Domain of two tenants"],
    ),
    (
        "base/tenant.yaml",
        "JENKINS_DOMAIN: payments.",
        "JENKINS_DOMAIN: payment.",
        &["Domain does not agree with the stack", "payment.ci.example.com"],
    ),
    (
        "base/external-secret.yaml",
        "jenkins/payments/admin\n        property: user",
        "jenkins/search/admin\n        property: user",
        &["Secret of something else"],
    ),
    (
        "base/storage.yaml",
        "storage: 200Gi #",
        "storage: 100Gi #",
        &["Storage does not agree with the stack", "200Gi (storage_gib"],
    ),
    (
        "base/storage.yaml",
        "volumeHandle: from-facts",
        "volumeHandle: fs-0123456789abcdef0::fsap-0123456789abcdef0",
        &["Id in the repository"],
    ),
    ("base/security-group-policy.yaml", "[from-facts]", "[sg-0123456789abcdef0]", &["Id in the repository"]),
    ("base/service-account.yaml", "name: agent", "name: agents", &["Missing object", "Did you mean \"agents\"?"]),
    (
        "base/namespace.yaml",
        "name: jenkins-payments",
        "name: jenkins-payment",
        &["Nothing makes the namespace \"jenkins-payments\""],
    ),
    (
        "base/network-policy.yaml",
        "policyTypes: [Ingress]\n---",
        "policyTypes: [Ingres]\n---",
        &["Did you mean \"Ingress\"?"],
    ),
    ("base/values.yaml", "existingClaim: jenkins ", "existingClaim: home ", &["Unknown claim"]),
    (
        "base/values.yaml",
        "    existingSecret: jenkins-admin",
        "    existingSecrt: jenkins-admin",
        &["Did you mean \"existingSecret\"?", "new password at each render"],
    ),
    ("base/values.yaml", "        name: tenant", "        name: tenants", &["Unknown ConfigMap"]),
    (
        "base/casc/agents.yaml",
        "containerCapStr: \"30\"",
        "containerCapStr: \"10\"",
        &["Number of agents does not agree"],
    ),
    ("base/casc/agents.yaml", "inheritFrom: base", "inheritFrom: basis", &["Unknown pod template"]),
    (
        "base/casc/agents.yaml",
        "arch=x86_64,capacity=spot",
        "arch=x86,capacity=spot",
        &["Unknown node group", "Machines of builds"],
    ),
    ("base/casc/agents.yaml", "webSocket: true", "webSoket: true", &["Did you mean \"webSocket\"?"]),
    (
        "base/casc/security.yaml",
        "aiko@example.com",
        "aika@example.com",
        &["Administrators do not agree", "aika@example.com"],
    ),
    ("base/casc/jobs.yaml", "smoke-test.groovy", "smoketest.groovy", &["Missing job file", "Job file not named"]),
    ("overlays/staging/values.yaml", "controller:", "controler:", &["Did you mean \"controller\"?"]),
    ("overlays/staging/kustomization.yaml", "- environment.yaml", "- enviroment.yaml", &["Missing file"]),
    ("overlays/staging/environment.yaml", "systemMessage: ", "systemMessage: [", &["Invalid YAML"]),
];

fn mistakes_are_told_where_they_are() {
    for (file, from, to, expected) in MISTAKES {
        let folder = example();
        let path = format!("gitops/tenants/payments/{file}");
        let text = folder.read(&path);
        assert!(text.contains(from), "{file} has no {from}");
        folder.write(&path, &text.replacen(from, to, 1));
        let text = tenant(&folder, "check", 1);
        for part in *expected {
            assert!(says(&text, part), "{file}: {from} -> {to}: no {part} in\n{text}");
        }
    }
    let folder = example();
    folder.write(
        "gitops/tenants/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - games\n  - paymnts\n",
    );
    let tfvars = "stacks/platform/terraform.tfvars";
    folder.write(tfvars, &folder.read(tfvars).replace("\n  search = {", "\n  serch = {"));
    let text = tenant(&folder, "check", 1);
    for part in [
        "Missing folder",
        "Did you mean \"payments\"?",
        "Tenant not listed",
        "Folder without tenant",
        "Did you mean \"serch\"?",
    ] {
        assert!(says(&text, part), "no {part} in\n{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&tenant(&folder, "check -json", 1)).expect("JSON");
    let found = json["diagnostics"].as_array().expect("list");
    let listed = found.iter().find(|d| d["summary"] == "Missing folder").expect("finding");
    assert_eq!((&listed["range"]["start"]["line"], &listed["snippet"]["code"]), (&5.into(), &"  - paymnts".into()));
}

fn facts_are_those_of_the_bootstrap() {
    let folder = example();
    let settings = |facts: &str| {
        format!("gitops {{\n  path = \"../../gitops\"\n}}\nbootstrap \"argocd\" {{\n  facts = {{\n{facts}  }}\n}}\n")
    };
    let all = "    environment  = var.environment\n    cluster_name = module.eks.name\n    tenants      = 1\n    repository   = \"r\"\n    revision     = \"main\"\n";
    folder.write("stacks/platform/kiban.hcl", &settings(all));
    tenant(&folder, "check", 0);
    folder.write("stacks/platform/kiban.hcl", &settings(&all.replace("tenants  ", "tenant   ")));
    let text = tenant(&folder, "check", 1);
    assert!(says(&text, "no fact \"tenants\"") && says(&text, "Did you mean \"tenant\"?"), "{text}");
}

fn kustomize(dir: &Path) -> Result<String, String> {
    let done = Command::new("kubectl").arg("kustomize").arg(dir).output().map_err(|_| "no kubectl".to_owned())?;
    assert!(done.status.success(), "{}: {}", dir.display(), String::from_utf8_lossy(&done.stderr));
    Ok(String::from_utf8(done.stdout).expect("text"))
}

fn every_overlay_renders() {
    let tenants = root().join("examples/gitops/tenants");
    let listed = match kustomize(&tenants) {
        Ok(text) => text,
        Err(why) => return skip("tenant::every_overlay_renders", &why),
    };
    assert_eq!(listed.matches("kind: ApplicationSet").count(), EXAMPLES.len());
    for team in EXAMPLES {
        for environment in ENVIRONMENTS {
            let text = kustomize(&tenants.join(format!("{team}/overlays/{environment}"))).expect("kubectl");
            for part in ["kind: PersistentVolume\n", "kind: ExternalSecret\n", "jenkins-jenkins-config: \"true\"\n"] {
                assert!(says(&text, part), "{team}, {environment}: no {part}");
            }
            assert!(text.contains(&format!("({environment}). It is made from code")), "{team}, {environment}");
        }
    }
}

/// Renders all tenants as Argo CD does it from several sources, and as the plugin does; a chart stands in for that of Jenkins.
fn both_ways_render_the_same() {
    let script = root().join("integration-tests/gitops/render-both-ways");
    let done = output(Command::new("python3").arg("-B").arg(script).arg(root()));
    match done.code {
        0 => assert!(done.text.contains("6 renderings are equal"), "{}", done.text),
        77 => skip("tenant::both_ways_render_the_same", done.text.trim()),
        _ => panic!("{}", done.text),
    }
}
