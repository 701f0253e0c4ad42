//! The hand-over to Argo CD: the real binary against the AWS emulator and a real Kubernetes API server.
//!
//! Argo CD's own controllers cannot run there: `ArgoCd` plays them, well or badly.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use libtest_mimic::Trial;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::kubernetes::Cluster;
use crate::programs::{root, skip};
use crate::support::{Account, controllable, wait_for};
use crate::trial;

const STACK: &str = r#"
variable "revision" {
  default = "main"
}

variable "domain" {
  default = "ci.example.com"
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "main" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
  availability_zone = "ap-northeast-1${["a", "c"][count.index]}"
}

resource "aws_iam_role" "main" {
  name = "main"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "eks.amazonaws.com" } }]
  })
}

resource "aws_eks_cluster" "main" {
  name     = "main"
  role_arn = aws_iam_role.main.arn
  vpc_config {
    subnet_ids = aws_subnet.main[*].id
  }
}

resource "aws_secretsmanager_secret" "git" {
  name = "git"
}

resource "aws_secretsmanager_secret_version" "git" {
  secret_id     = aws_secretsmanager_secret.git.id
  secret_string = jsonencode({ username = "kiban", password = "correct-horse" })
}
"#;

/// The text in one line: messages are wrapped.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const APPLICATIONS: &str = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications";

pub fn trials() -> Vec<Trial> {
    vec![
        trial("bootstrap::delivers_all_of_argo_cd", everything),
        trial("bootstrap::changes_what_changed_and_prunes", changes),
        trial("bootstrap::a_killed_delivery_goes_on", killed),
        trial("bootstrap::tokens_may_expire_in_between", expired),
        trial("bootstrap::what_others_own_is_told", conflicts),
        trial("bootstrap::the_cloud_is_planned_where_clusters_are_not_reached", unreachable),
        trial("bootstrap::who_may_only_read_can_plan", reader),
        trial("bootstrap::definitions_may_take_long", slow_definitions),
        trial("bootstrap::a_namespace_may_be_stuck", stuck_namespace),
        trial("bootstrap::pods_that_do_not_start_are_told", pods),
        trial("bootstrap::applications_that_are_not_well_are_told", applications),
        trial("bootstrap::is_taken_away_in_order", destroyed),
        trial("bootstrap::a_cluster_that_goes_away_is_emptied_before", replaced),
        trial("bootstrap::another_tenant_is_one_command", tenant),
        trial("bootstrap::the_argo_cd_that_aws_runs_is_kept", capability),
        trial("bootstrap::settings_are_judged_before_anything_is_done", settings),
    ]
}

/// The folder of Argo CD's manifests beside the repository, or where `KIBAN_ARGOCD` says.
pub fn upstream() -> Option<PathBuf> {
    const FILE: &str = "install-v3.5.1.yaml";
    let named = std::env::var("KIBAN_ARGOCD").ok().map(|folder| PathBuf::from(folder).join(FILE));
    let beside = fs::read_dir(root().parent()?).ok()?.flatten().map(|e| e.path().join("argocd").join(FILE));
    named.into_iter().chain(beside).find(|path| path.is_file())
}

/// A stack whose cluster is a real one.
struct Stage {
    account: Account,
    cluster: Cluster,
}

impl Stage {
    fn new(test: &str) -> Option<Self> {
        if !controllable(test) {
            return None;
        }
        let cluster = Cluster::start(test)?;
        if cluster.foreign {
            skip(test, "it needs a cluster of its own");
            return None;
        }
        let account = Account::new();
        cluster.plays(&account, "main");
        account.write("main.tf", STACK);
        let stage = Self { account, cluster };
        stage.manifests(&fs::read_to_string(root().join("integration-tests/bootstrap/argocd.yaml")).expect("file"));
        Some(stage)
    }

    /// Installs from this text, with settings that have everything.
    fn manifests(&self, text: &str) {
        self.configure(text, "timeout = \"60s\"\n  plugin \"helm-jenkins-template\" {}");
    }

    fn configure(&self, text: &str, more: &str) {
        self.account.write("argocd.yaml", text);
        let digest = hex::encode(Sha256::digest(text));
        self.account.write(
            "kiban.hcl",
            &format!(
                r#"bootstrap "argocd" {{
  cluster   = aws_eks_cluster.main.name
  version   = "3.5.1"
  source    = "argocd.yaml"
  sha256    = "{digest}"
  namespace = "argocd"
  {more}
  repo_server {{
    parallelism_limit = 1
  }}
  project "jenkins" {{
  }}
  repository {{
    url         = "https://git.example.com/platform.git"
    credentials = aws_secretsmanager_secret_version.git.arn
  }}
  root {{
    path     = "bootstrap/root"
    revision = var.revision
  }}
  facts = {{
    vpc_id  = aws_vpc.main.id
    domain  = var.domain
    subnets = aws_subnet.main[*].id
  }}
}}
"#
            ),
        );
    }

    fn apply(&self, arguments: &[&str]) -> String {
        self.account.expect(".", &[&["apply", "-auto-approve"], arguments].concat(), 0)
    }

    /// What is delivered shall fail.
    fn fails(&self) -> String {
        flat(&self.account.expect(".", &["bootstrap", "apply", "-auto-approve"], 1))
    }

    fn unchanged(&self) {
        let text = self.account.expect(".", &["plan", "-detailed-exitcode"], 0);
        assert!(text.contains("No changes.") && !text.contains("Bootstrap:"), "{text}");
        let text = self.account.expect(".", &["bootstrap", "plan", "-detailed-exitcode"], 0);
        assert!(text.starts_with("No changes."), "{text}");
    }

    fn plan(&self, arguments: &[&str]) -> String {
        self.account.expect(".", &[&["bootstrap", "plan", "-detailed-exitcode"], arguments].concat(), 2)
    }

    fn uids(&self) -> Vec<Json> {
        let state: Json = serde_json::from_str(&self.account.read("terraform.tfstate")).expect("JSON");
        state["kiban"]["bootstrap"]["argocd"]["objects"].as_array().cloned().unwrap_or_default()
    }

    /// What is left of a state that Terraform has written.
    fn lose_record(&self) {
        let mut state: Json = serde_json::from_str(&self.account.read("terraform.tfstate")).expect("JSON");
        state.as_object_mut().expect("a state").remove("kiban").expect("a record");
        self.account.write("terraform.tfstate", &state.to_string());
    }

    fn argo(&self, mood: Mood) -> ArgoCd<'_> {
        ArgoCd { cluster: &self.cluster, mood: Mutex::new(mood) }
    }
}

/// When operations began.
const STARTED: &str = "2026-01-01T00:00:00Z";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Well,
    /// What it says is about an older specification.
    Stale,
    Degraded,
    Failed,
    /// It failed, and will not any more once Argo CD looks again.
    Mended,
}

/// Stands in for Argo CD's application controller: says of each Application how it is, makes a child of the root, and lets
/// go of what is deleted.
struct ArgoCd<'a> {
    cluster: &'a Cluster,
    mood: Mutex<Mood>,
}

impl ArgoCd<'_> {
    fn runs<T>(&self, work: impl FnOnce() -> T) -> T {
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    self.reconcile();
                    std::thread::sleep(Duration::from_millis(100));
                }
            });
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
            done.store(true, Ordering::SeqCst);
            result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn reconcile(&self) {
        let (status, list) = self.cluster.send(&json!({"method": "GET", "path": APPLICATIONS}));
        if status != 200 {
            return;
        }
        for app in list["items"].as_array().into_iter().flatten() {
            let name = app["metadata"]["name"].as_str().expect("name");
            let path = format!("{APPLICATIONS}/{name}");
            let merge = |body: Json| self.cluster.send(&json!({"type": "merge", "path": path, "body": body}));
            if app["metadata"]["deletionTimestamp"].is_string() {
                let child = format!("{APPLICATIONS}/child");
                match name == "root" && self.cluster.get(&child).is_some() {
                    true => drop(self.cluster.send(&json!({"method": "DELETE", "path": child}))),
                    false => drop(merge(json!({"metadata": {"finalizers": null}}))),
                }
                continue;
            }
            if app["metadata"]["annotations"]["argocd.argoproj.io/refresh"].is_string() {
                let mut mood = self.mood.lock().expect("lock");
                *mood = if *mood == Mood::Mended { Mood::Well } else { *mood };
                drop(mood);
                merge(
                    json!({"metadata": {"annotations": {"argocd.argoproj.io/refresh": null}}, "status": self.status(app, name == "root")}),
                );
            }
            if name == "root" {
                let child = json!({
                    "apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
                    "metadata": {"name": "child", "namespace": "argocd"},
                    "spec": {
                        "project": "jenkins", "source": {"repoURL": "u", "path": "p"},
                        "destination": {"server": "https://kubernetes.default.svc", "namespace": "jenkins"},
                    },
                });
                let path = format!("{APPLICATIONS}/child?fieldManager=argocd-controller&force=true");
                self.cluster.send(&json!({"type": "apply", "path": path, "body": child}));
            }
            let status = self.status(app, name == "root");
            if app["status"] != status {
                let (code, answer) = merge(json!({"status": status}));
                assert!(matches!(code, 200 | 404 | 409), "{code}: {answer}");
            }
        }
    }

    fn status(&self, app: &Json, root: bool) -> Json {
        let mood = *self.mood.lock().expect("lock");
        let mut compared = json!({"source": app["spec"]["source"], "destination": app["spec"]["destination"]});
        let mut operation = json!({"phase": "Succeeded", "message": "successfully synced", "operation": {}, "startedAt": STARTED, "syncResult": null});
        let mut health = "Healthy";
        let resources = if root {
            json!([{"kind": "Application", "name": "child", "status": "Synced"}])
        } else {
            json!([{"kind": "Deployment", "name": "jenkins", "status": "Synced"}])
        };
        match mood {
            Mood::Well => {}
            Mood::Stale if root => compared["source"]["targetRevision"] = "older".into(),
            Mood::Degraded if !root => health = "Degraded",
            Mood::Failed | Mood::Mended if !root => {
                operation["phase"] = "Failed".into();
                operation["message"] = "one or more objects failed to apply".into();
                operation["syncResult"] = json!({"revision": "1", "resources": [{
                    "group": "networking.k8s.io", "version": "v1", "kind": "Ingress", "namespace": "jenkins",
                    "name": "jenkins", "status": "SyncFailed", "message": "denied by a webhook",
                }]});
            }
            _ => {}
        }
        json!({
            "sync": {"status": "Synced", "comparedTo": compared},
            "health": {"status": health},
            "operationState": operation,
            "resources": resources,
        })
    }
}

/// The whole of Argo CD, from nothing: the cloud, then its objects; then nothing more to do.
fn everything() {
    let test = "bootstrap::delivers_all_of_argo_cd";
    let Some(upstream) = upstream() else {
        skip(
            test,
            "the manifests of Argo CD 3.5.1 are not at hand: KIBAN_ARGOCD names the folder of install-v3.5.1.yaml",
        );
        return;
    };
    let Some(stage) = Stage::new(test) else { return };
    stage.account.write("argocd.yaml", &fs::read_to_string(upstream).expect("file"));
    let settings = stage.account.read("kiban.hcl");
    let pinned = settings.lines().filter(|l| !l.contains("sha256")).map(|l| format!("{l}\n")).collect::<String>();
    let digest = hex::encode(Sha256::digest(stage.account.read("argocd.yaml")));
    // The digest that kiban has of the release is that of the file.
    stage.account.write("kiban.hcl", &pinned.replace("  source    = \"argocd.yaml\"\n", ""));
    let kept = format!(".terraform/kiban/manifests/{digest}.yaml");
    stage.account.write(&kept, &stage.account.read("argocd.yaml"));

    let text = stage.account.expect(".", &["plan"], 0);
    assert!(text.contains("The cluster is not there yet: everything is new."), "{text}");
    assert!(text.contains("+ CustomResourceDefinition applicationsets.argoproj.io"), "{text}");
    let text = stage.argo(Mood::Well).runs(|| stage.apply(&[]));
    assert!(text.contains("Application argocd/root: Created"), "{text}");
    assert!(!text.contains("correct-horse"), "{text}");
    // 59 of the manifests, and namespace, plugin, project, repository, cluster and root.
    assert_eq!(stage.uids().len(), 65);
    assert!(stage.uids().iter().all(|o| o["uid"].as_str().is_some_and(|uid| uid.len() == 36)));
    let limit = stage.cluster.get("/api/v1/namespaces/argocd/configmaps/argocd-cmd-params-cm").expect("parameters");
    assert_eq!(limit["data"]["reposerver.parallelism.limit"], "1");
    stage.cluster.reset_calls(&stage.account);
    stage.unchanged();
    assert_eq!(stage.cluster.writes(&stage.account), Vec::<String>::new());
    let text = stage.account.expect(".", &["bootstrap", "status"], 0);
    assert!(text.contains("ready    Application argocd/child"), "{text}");
    let text = stage.account.expect(".", &["bootstrap", "render"], 0);
    assert!(text.contains("kind: AppProject") && !text.contains("Y29ycmVjdC1ob3JzZQ"), "{text}");
}

/// Only what changed is written; a change behind kiban's back is seen and undone; what is left out goes.
fn changes() {
    let Some(stage) = Stage::new("bootstrap::changes_what_changed_and_prunes") else { return };
    stage.argo(Mood::Well).runs(|| {
        stage.apply(&[]);
        stage.unchanged();

        // Facts and revision.
        let text = stage.plan(&["-var=domain=ci.example.org", "-var=revision=next"]);
        assert!(text.contains("~ metadata.annotations[\"kiban.dev/domain\"] = \"ci.example.com\" -> \"ci.example.org\""), "{text}");
        assert!(text.contains("~ spec.source.targetRevision = \"main\" -> \"next\""), "{text}");
        assert!(text.contains("Bootstrap: 0 to create, 2 to change, 0 to delete"), "{text}");

        // A new version.
        let old = stage.account.read("argocd.yaml");
        stage.manifests(&old.replace("argocd:v1", "argocd:v2"));
        let text = stage.plan(&[]);
        assert!(text.contains("~ spec.template.spec.containers[0].image = \"argocd:v1\" -> \"argocd:v2\""), "{text}");
        assert!(text.contains("Bootstrap: 0 to create, 1 to change, 0 to delete"), "{text}");
        stage.cluster.reset_calls(&stage.account);
        stage.apply(&[]);
        let written = stage.cluster.writes(&stage.account);
        assert_eq!(written, ["PATCH /apis/apps/v1/namespaces/argocd/deployments/argocd-repo-server"]);
        stage.unchanged();

        // By hand.
        let path = "/api/v1/namespaces/argocd/configmaps/argocd-cm";
        let edit = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cm"}, "data": {"resource.exclusions": "all"}});
        stage.cluster.apply_as("kubectl-edit", path, &edit);
        let text = stage.plan(&[]);
        assert!(text.contains("~ data[\"resource.exclusions\"] = \"all\" -> \"none\""), "{text}");
        assert!(text.contains("is taken back from \"kubectl-edit\""), "{text}");
        let text = stage.account.expect(".", &["drift"], 2);
        assert!(text.contains("~ ConfigMap argocd/argocd-cm"), "{text}");
        stage.apply(&[]);
        assert_eq!(stage.cluster.get(path).expect("map")["data"]["resource.exclusions"], "none");
        stage.unchanged();

        // Terraform loses the record of what was delivered when it writes a state: it is found again.
        let delivered = stage.uids();
        stage.lose_record();
        stage.unchanged();
        stage.apply(&[]);
        assert_eq!(stage.uids(), delivered);

        // A secret that changed is shown without its value.
        stage.account.write("main.tf", &STACK.replace("correct-horse", "battery-staple"));
        let text = stage.apply(&[]);
        assert!(!text.contains("battery-staple") && !text.contains("YmF0dGVyeS1zdGFwbGU"), "{text}");
        stage.unchanged();

        // Without the plugin its ConfigMap goes.
        stage.configure(&stage.account.read("argocd.yaml"), "timeout = \"60s\"");
        let text = stage.plan(&[]);
        assert!(text.contains("- ConfigMap argocd/argocd-plugin-helm-jenkins-template"), "{text}");
        stage.apply(&[]);
        assert_eq!(stage.cluster.get("/api/v1/namespaces/argocd/configmaps/argocd-plugin-helm-jenkins-template"), None);
        stage.unchanged();
    });
}

/// Killed at each of its requests, the next run finishes, and makes nothing twice.
fn killed() {
    let Some(stage) = Stage::new("bootstrap::a_killed_delivery_goes_on") else { return };
    let settings = stage.account.read("kiban.hcl");
    stage.account.write("kiban.hcl", "");
    stage.apply(&[]);
    let cloud = stage.account.read("terraform.tfstate");
    stage.account.write("kiban.hcl", &settings);
    let argo = stage.argo(Mood::Well);
    let from_nothing = || {
        stage.cluster.reset();
        stage.cluster.plays(&stage.account, "main");
        stage.account.write("terraform.tfstate", &cloud);
    };
    let deliver = || stage.account.expect(".", &["bootstrap", "apply", "-auto-approve"], 0);
    let requests = argo.runs(|| {
        from_nothing();
        deliver();
        stage.cluster.writes(&stage.account).len()
    });
    assert!(requests > 14, "{requests}");
    let moments = (0..requests).flat_map(|number| [(number, "before"), (number, "after")]);
    for (number, when) in moments {
        from_nothing();
        argo.runs(|| {
            let rule = json!({"kind": "hold", "when": when, "match": {"mutating": true}, "skip": number, "times": 1});
            stage.cluster.fault(&stage.account, &rule);
            let mut run = stage.account.command(".", &["bootstrap", "apply", "-auto-approve"]);
            let mut run = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
            wait_for("a request is held", Duration::from_secs(60), || stage.cluster.holds(&stage.account));
            run.kill().expect("killed");
            run.wait().expect("ended");
            stage.cluster.no_faults(&stage.account);
            deliver();
            let text = stage.account.expect(".", &["bootstrap", "plan", "-detailed-exitcode"], 0);
            assert!(text.starts_with("No changes."), "{text}");
        });
    }
}

/// A token that is no longer taken is made anew, in the middle of a delivery.
fn expired() {
    let Some(stage) = Stage::new("bootstrap::tokens_may_expire_in_between") else { return };
    stage.argo(Mood::Well).runs(|| {
        let rule = json!({"kind": "hold", "match": {"mutating": true}, "skip": 5, "times": 1});
        stage.cluster.fault(&stage.account, &rule);
        let text = std::thread::scope(|scope| {
            let run = scope.spawn(|| stage.apply(&[]));
            wait_for("a request is held", Duration::from_secs(120), || stage.cluster.holds(&stage.account));
            stage.cluster.revoke(&stage.account);
            // A token that is made in the same second is the same.
            std::thread::sleep(Duration::from_millis(1100));
            stage.cluster.no_faults(&stage.account);
            run.join().expect("applied")
        });
        assert!(text.contains("Application argocd/root: Created"), "{text}");
        let rejected = stage.cluster.calls(&stage.account).iter().filter(|c| c["status"] == 401).count();
        assert!(rejected > 0, "no request was rejected");
        stage.unchanged();
    });
}

/// An object that is there and belongs to somebody else is not taken; the error names owner and field.
fn conflicts() {
    let Some(stage) = Stage::new("bootstrap::what_others_own_is_told") else { return };
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}});
    stage.cluster.apply_as("helm", "/api/v1/namespaces/argocd", &namespace);
    let path = "/api/v1/namespaces/argocd/configmaps/argocd-cm";
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cm"}, "data": {"resource.exclusions": "all"}});
    stage.cluster.apply_as("helm", path, &map);
    let text = flat(&stage.account.expect(".", &["apply", "-auto-approve"], 1));
    assert!(text.contains("Object belongs to somebody else"), "{text}");
    assert!(text.contains("ConfigMap argocd/argocd-cm") && text.contains("is owned by \"helm\""), "{text}");
    assert!(text.contains(".data.resource.exclusions"), "{text}");
    assert_eq!(stage.cluster.writes(&stage.account), Vec::<String>::new(), "nothing is written before all is clear");
    assert_eq!(stage.cluster.get(path).expect("map")["data"]["resource.exclusions"], "all");
    stage.cluster.delete(path);
    stage.argo(Mood::Well).runs(|| stage.apply(&[]));
    stage.unchanged();
}

/// From where the cluster is not reached the cloud is planned and looked at all the same.
fn unreachable() {
    let Some(stage) = Stage::new("bootstrap::the_cloud_is_planned_where_clusters_are_not_reached") else { return };
    stage.argo(Mood::Well).runs(|| stage.apply(&[]));
    // Nothing listens there.
    stage.account.api_server("https://127.0.0.1:9", &stage.cluster.ca_data);
    let text = flat(&stage.account.expect(".", &["plan", "-detailed-exitcode"], 0));
    assert!(text.contains("Warning: Cluster cannot be reached") && text.contains("No changes."), "{text}");
    let text = flat(&stage.account.expect(".", &["drift"], 0));
    assert!(text.contains("Warning: Cluster cannot be reached"), "{text}");
    let text = stage.fails();
    assert!(text.contains("Error: Cluster cannot be reached"), "{text}");
}

/// A schedule that looks for drift needs no right to write.
fn reader() {
    let Some(stage) = Stage::new("bootstrap::who_may_only_read_can_plan") else { return };
    stage.argo(Mood::Well).runs(|| stage.apply(&[]));
    let roles = "/apis/rbac.authorization.k8s.io/v1";
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "viewers"},
        "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]}],
    });
    stage.cluster.apply_as("kubectl", &format!("{roles}/clusterroles/viewers"), &role);
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "viewers"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "viewers"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "viewers"}],
    });
    stage.cluster.apply_as("kubectl", &format!("{roles}/clusterrolebindings/viewers"), &binding);
    stage.cluster.admits(&stage.account, "main", &["viewers"]);
    stage.unchanged();

    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cm"}, "data": {"resource.exclusions": "all"}});
    stage.cluster.apply_as("kubectl-edit", "/api/v1/namespaces/argocd/configmaps/argocd-cm", &map);
    let text = stage.account.expect(".", &["drift"], 2);
    assert!(text.contains("~ data[\"resource.exclusions\"] = \"all\" -> \"none\""), "{text}");
    let text = stage.plan(&["-var=revision=next"]);
    assert!(text.contains("~ spec.source.targetRevision = \"main\" -> \"next\""), "{text}");
    assert!(text.contains("Bootstrap: 0 to create, 2 to change, 0 to delete"), "{text}");
    assert!(text.contains("the comparison is kiban's own"), "{text}");
    let text = stage.fails();
    assert!(text.contains("Cluster forbids it") && text.contains("ConfigMap argocd/argocd-cm"), "{text}");
}

fn slow_definitions() {
    let Some(stage) = Stage::new("bootstrap::definitions_may_take_long") else { return };
    stage.cluster.control("POST", "definitions", &json!({"name": "*", "seconds": 3}));
    let text = stage.argo(Mood::Well).runs(|| stage.apply(&[]));
    assert!(text.contains("CustomResourceDefinition applications.argoproj.io: Waiting: not established"), "{text}");
    stage.unchanged();
}

/// A namespace that is being deleted is waited for; one that does not go is told, with what holds it.
fn stuck_namespace() {
    let Some(stage) = Stage::new("bootstrap::a_namespace_may_be_stuck") else { return };
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}});
    stage.cluster.apply_as("kubectl", "/api/v1/namespaces/argocd", &namespace);
    let path = "/api/v1/namespaces/argocd/configmaps/held";
    let held = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "held", "finalizers": ["example.com/hold"]}});
    stage.cluster.apply_as("kubectl", path, &held);
    stage.cluster.delete("/api/v1/namespaces/argocd");
    let text = stage.account.read("argocd.yaml");
    stage.configure(&text, "timeout = \"4s\"");
    let text = flat(&stage.account.expect(".", &["apply", "-auto-approve"], 1));
    assert!(text.contains("Namespace argocd") && text.contains("being deleted since"), "{text}");
    assert!(text.contains("example.com/hold"), "{text}");
    stage.cluster.patch(path, &json!({"metadata": {"finalizers": null}}));
    stage.manifests(&stage.account.read("argocd.yaml"));
    stage.argo(Mood::Well).runs(|| stage.apply(&[]));
    stage.unchanged();
}

fn pods() {
    let Some(stage) = Stage::new("bootstrap::pods_that_do_not_start_are_told") else { return };
    stage.cluster.pods(&json!({
        "match": {"namespace": "argocd", "name": "argocd-repo-server-*"}, "mode": "pending",
        "reason": "ImagePullBackOff", "message": "no such image: argocd:v1",
    }));
    stage.configure(&stage.account.read("argocd.yaml"), "timeout = \"4s\"");
    let text = flat(&stage.account.expect(".", &["apply", "-auto-approve"], 1));
    assert!(
        text.contains("Deployment argocd/argocd-repo-server: 0 of 1 pods are available, after 4 seconds"),
        "{text}"
    );
    assert!(text.contains("ImagePullBackOff") && text.contains("no such image: argocd:v1"), "{text}");
    // Everything is there, and not everything works: a plan says so, and an apply waits.
    let text = stage.account.expect(".", &["bootstrap", "status"], 1);
    assert!(text.contains("waiting  Deployment argocd/argocd-repo-server"), "{text}");
    stage.cluster.control("DELETE", "pods", &json!({}));
    stage.argo(Mood::Well).runs(|| stage.apply(&[]));
    stage.unchanged();
}

/// An old status is no success; what is not well is named with its cause.
fn applications() {
    let Some(stage) = Stage::new("bootstrap::applications_that_are_not_well_are_told") else { return };
    let argo = stage.argo(Mood::Stale);
    argo.runs(|| {
        stage.configure(&stage.account.read("argocd.yaml"), "timeout = \"4s\"");
        let text = flat(&stage.account.expect(".", &["apply", "-auto-approve"], 1));
        assert!(text.contains("Application argocd/root: what Argo CD says of it is about another source"), "{text}");
        let cases = [
            (Mood::Degraded, "Application argocd/child: it is Degraded"),
            (Mood::Failed, "Application argocd/child: its synchronisation failed: one or more objects failed to apply; Ingress jenkins: denied by a webhook"),
        ];
        for (mood, told) in cases {
            *argo.mood.lock().expect("lock") = mood;
            wait_for("the controller has spoken", Duration::from_secs(10), || {
                let child = stage.cluster.get(&format!("{APPLICATIONS}/child")).unwrap_or_default();
                let wanted = argo.status(&child, false);
                let same = |at: &str| child["status"].pointer(at) == wanted.pointer(at);
                same("/health/status") && same("/operationState/phase")
            });
            let text = stage.fails();
            assert!(text.contains(told), "{mood:?}: {text}");
            // Who has nothing to deliver is not held up by it.
            stage.apply(&[]);
        }
        // What has failed and is mended in the repository is looked at before it is told.
        *argo.mood.lock().expect("lock") = Mood::Mended;
        stage.account.expect(".", &["bootstrap", "apply", "-auto-approve"], 0);
        assert_eq!(*argo.mood.lock().expect("lock"), Mood::Well, "nobody asked Argo CD to look again");
        stage.unchanged();
    });
}

/// The root goes first, while Argo CD still runs; then Argo CD; the cluster last.
fn destroyed() {
    let Some(stage) = Stage::new("bootstrap::is_taken_away_in_order") else { return };
    stage.argo(Mood::Well).runs(|| stage.apply(&[]));
    // Without the record it is found by its marks. Who cannot look does not destroy the cluster under it.
    stage.lose_record();
    let before = stage.account.read("terraform.tfstate");
    stage.account.api_server("https://127.0.0.1:9", &stage.cluster.ca_data);
    let text = flat(&stage.account.expect(".", &["destroy", "-auto-approve"], 1));
    assert!(text.contains("write `enabled = false` into the block if nothing of it is there"), "{text}");
    assert_eq!(stage.account.read("terraform.tfstate"), before);
    stage.cluster.plays(&stage.account, "main");
    let text = stage.account.expect(".", &["plan", "-destroy"], 0);
    assert!(text.contains("- Deployment argocd/argocd-repo-server"), "{text}");
    stage.configure(&stage.account.read("argocd.yaml"), "timeout = \"4s\"");
    // Nobody removes what came of the root: that it does not go is told, and Argo CD stays.
    let text = flat(&stage.account.expect(".", &["destroy", "-auto-approve"], 1));
    assert!(text.contains("Application argocd/root: being deleted since"), "{text}");
    assert!(text.contains("resources-finalizer.argocd.argoproj.io"), "{text}");
    assert!(stage.cluster.get("/apis/apps/v1/namespaces/argocd/deployments/argocd-repo-server").is_some());
    stage.manifests(&stage.account.read("argocd.yaml"));
    stage.cluster.reset_calls(&stage.account);
    stage.argo(Mood::Well).runs(|| stage.account.expect(".", &["destroy", "-auto-approve"], 0));
    assert_eq!(stage.cluster.get("/api/v1/namespaces/argocd"), None);
    let deleted: Vec<String> =
        stage.cluster.writes(&stage.account).into_iter().filter(|w| w.starts_with("DELETE")).collect();
    let at = |end: &str| deleted.iter().position(|w| w.ends_with(end)).unwrap_or_else(|| panic!("{end}: {deleted:?}"));
    assert!(at("/applications/root") < at("/deployments/argocd-repo-server"), "{deleted:?}");
    assert!(at("/deployments/argocd-repo-server") < at("/applications.argoproj.io"), "{deleted:?}");
    assert!(at("/applications.argoproj.io") < at("/v1/namespaces/argocd"), "{deleted:?}");
    assert!(stage.account.census().is_empty(), "{:?}", stage.account.census());
}

/// Whether it is replaced or destroyed alone: what is in it goes while Argo CD still runs there.
fn replaced() {
    let Some(stage) = Stage::new("bootstrap::a_cluster_that_goes_away_is_emptied_before") else { return };
    stage.argo(Mood::Well).runs(|| {
        stage.apply(&[]);
        stage.cluster.admits(&stage.account, "next", &["system:masters"]);
        stage.account.write("main.tf", &STACK.replace("name     = \"main\"", "name     = \"next\""));
        let text = stage.account.expect(".", &["plan"], 0);
        assert!(text.contains("The cluster goes away: what is in it is deleted before"), "{text}");
        let text = stage.apply(&[]);
        let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
        assert!(at("Application argocd/root: Deleted") < at("Namespace argocd: Deleted"), "{text}");
        assert!(at("Namespace argocd: Deleted") < at("aws_eks_cluster.main: Destroying..."), "{text}");
        assert!(at("aws_eks_cluster.main: Creation complete") < at("Application argocd/root: Created"), "{text}");
        stage.unchanged();

        let target = ["-target=aws_eks_cluster.main"];
        let text = stage.account.expect(".", &[&["plan", "-destroy"], &target[..]].concat(), 0);
        assert!(text.contains("- Application argocd/root"), "{text}");
        let text = stage.account.expect(".", &[&["destroy", "-auto-approve"], &target[..]].concat(), 0);
        assert!(text.contains("Application argocd/root: Deleted"), "{text}");
        assert_eq!(stage.cluster.get("/api/v1/namespaces/argocd"), None);
        assert!(stage.uids().is_empty());
        stage.apply(&[]);

        // Who keeps the objects from now on without kiban has them left alone.
        let text = stage.account.expect(".", &["bootstrap", "forget"], 1);
        assert!(text.contains("Nobody can approve"), "{text}");
        let count = stage.uids().len();
        let text = stage.account.expect(".", &["bootstrap", "forget", "-auto-approve"], 0);
        assert!(text.contains(&format!("bootstrap.argocd: {count} objects are forgotten")), "{text}");
        assert!(stage.uids().is_empty());
        stage.account.write("kiban.hcl", "");
        stage.account.expect(".", &["destroy", "-auto-approve"], 0);
        assert!(stage.cluster.get("/api/v1/namespaces/argocd").is_some());
    });
}

/// From an empty account: the platform, and then one tenant more by one command, one plan and one apply.
fn tenant() {
    let test = "bootstrap::another_tenant_is_one_command";
    if !controllable(test) {
        return;
    }
    let Some(cluster) = Cluster::start(test) else { return };
    if cluster.foreign {
        skip(test, "it needs a cluster of its own");
        return;
    }
    let mut account = Account::with_stacks();
    cluster.plays(&account, "ci-platform");
    let stack = "stacks/platform";
    let text = fs::read_to_string(root().join("integration-tests/bootstrap/argocd.yaml")).expect("file");
    account.write(&format!("{stack}/argocd.yaml"), &text);
    let pinned = format!("source = \"argocd.yaml\"\n  sha256 = \"{}\"", hex::encode(Sha256::digest(&text)));
    let settings = account.read(&format!("{stack}/kiban.hcl"));
    assert!(settings.contains("version   = \"3.5.1\""), "{settings}");
    account.write(&format!("{stack}/kiban.hcl"), &settings.replace("version   = \"3.5.1\"", &pinned));
    account.extra.insert("TF_VAR_gitops_repository".into(), "https://git.example.com/gitops.git".into());
    let argo = ArgoCd { cluster: &cluster, mood: Mutex::new(Mood::Well) };
    argo.runs(|| {
        account.expect(stack, &["apply", "-auto-approve"], 0);
        account.expect(stack, &["plan", "-detailed-exitcode"], 0);

        let new =
            ["tenant", "new", "checkout", "-env=prod", "-arch=arm64", "-contact=checkout@example.com", "-auto-approve"];
        account.expect(stack, &new, 0);
        let text = account.expect(stack, &["tenant", "check"], 0);
        assert!(!text.contains("Error"), "{text}");
        account.expect(stack, &["plan", "-out=tenant.plan"], 0);
        let plan: Json =
            serde_json::from_str(&account.expect(stack, &["show", "-json", "tenant.plan"], 0)).expect("JSON");
        let changed = plan["resource_changes"].as_array().expect("changes").iter();
        let changed: Vec<&str> = changed
            .filter(|c| c["change"]["actions"] != json!(["no-op"]))
            .map(|c| c["address"].as_str().expect("address"))
            .collect();
        assert!(changed.len() > 5 && changed.iter().all(|address| address.contains("\"checkout\"")), "{changed:#?}");
        cluster.reset_calls(&account);
        let text = account.expect(stack, &["apply", "tenant.plan"], 0);
        assert!(text.contains(" 0 changed, 0 destroyed."), "{text}");
        let written = cluster.writes(&account);
        assert_eq!(written, ["PATCH /api/v1/namespaces/argocd/secrets/cluster-in-cluster"]);
        let facts = cluster.get("/api/v1/namespaces/argocd/secrets/cluster-in-cluster").expect("facts");
        let tenants = facts["metadata"]["annotations"]["kiban.dev/tenants"].as_str().expect("tenants");
        let tenants: Json = serde_json::from_str(tenants).expect("JSON");
        assert!(tenants["checkout"]["volume_handle"].as_str().is_some_and(|h| h.contains("::fsap-")), "{tenants}");
        account.expect(stack, &["plan", "-detailed-exitcode"], 0);
    });
}

/// AWS runs Argo CD: it is made before anything is delivered, waited for, changed, and deleted last.
fn capability() {
    let Some(stage) = Stage::new("bootstrap::the_argo_cd_that_aws_runs_is_kept") else { return };
    let block = |role: &str| {
        format!(
            r#"bootstrap "argocd" {{
  cluster         = aws_eks_cluster.main.name
  mode            = "eks-capability"
  role_arn        = aws_iam_role.{role}.arn
  identity_center = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
  timeout         = "60s"
  repository {{
    url = "https://git.example.com/platform.git"
  }}
  root {{
    path = "bootstrap/root"
  }}
}}
"#
        )
    };
    stage.account.write("kiban.hcl", &block("main"));
    let from = STACK.find("resource \"aws_iam_role\"").expect("a role");
    let to = STACK.find("resource \"aws_eks_cluster\"").expect("a cluster");
    stage.account.write("main.tf", &(STACK.to_owned() + &STACK[from..to].replace("\"main\"", "\"other\"")));
    // What AWS brings to the cluster.
    let text = fs::read_to_string(root().join("integration-tests/bootstrap/argocd.yaml")).expect("file");
    let objects: Vec<Json> = serde_saphyr::from_multiple(&text).expect("YAML");
    for definition in objects.iter().filter(|o| o["kind"] == "CustomResourceDefinition") {
        let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        let (status, answer) = stage.cluster.send(&json!({"method": "POST", "path": path, "body": definition}));
        assert!(status < 300, "{answer}");
    }
    let argo = stage.argo(Mood::Well);
    let text = stage.account.expect(".", &["plan"], 0);
    assert!(text.contains("+ EKS capability: Argo CD, run by AWS"), "{text}");

    // Killed while it is made: the next run goes on with the same.
    let slow = r#"{"kind":"slow_creation","match":{"service":"eks","action":"CreateCapability"},"ms":8000}"#;
    stage.account.control("POST", "faults", slow);
    let mut run = stage.account.command(".", &["apply", "-auto-approve"]);
    let mut run = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
    wait_for("the capability is being made", Duration::from_secs(60), || {
        stage.account.calls().1["eks.CreateCapability"].as_u64().is_some_and(|n| n > 0)
    });
    run.kill().expect("killed");
    run.wait().expect("ended");
    let text = argo.runs(|| stage.apply(&[]));
    assert!(text.contains("Capability argocd: Ready"), "{text}");
    assert_eq!(stage.account.calls().1["eks.CreateCapability"], 1);
    stage.unchanged();
    let cluster = stage.cluster.get("/api/v1/namespaces/argocd/secrets/cluster-in-cluster").expect("cluster");
    assert!(cluster["data"].get("config").is_none(), "{cluster}");

    // Another role.
    stage.account.write("kiban.hcl", &block("other"));
    let text = stage.plan(&[]);
    assert!(text.contains("~ EKS capability: Argo CD, run by AWS"), "{text}");
    argo.runs(|| stage.apply(&[]));
    stage.unchanged();

    stage.lose_record();
    let text = argo.runs(|| stage.account.expect(".", &["destroy", "-auto-approve"], 0));
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
    assert!(at("Application argocd/root: Deleted") < at("Capability argocd: Deleting..."), "{text}");
    assert!(at("Capability argocd: Deleted") < at("aws_eks_cluster.main: Destroying..."), "{text}");
    assert!(stage.account.census().is_empty(), "{:?}", stage.account.census());
}

fn settings() {
    let account = Account::new();
    account.write("main.tf", "variable \"secret\" {\n  default   = \"s3cr3t\"\n  sensitive = true\n}\n");
    let cases = [
        ("cluster = 1\n  versoin = \"3.5.1\"", "An argument named \"versoin\" is not expected here"),
        ("cluster = \"a\"\n  namespace = \"No_Name\"", "\"No_Name\" is no DNS label"),
        ("cluster = \"a\"\n  source = \"x.yaml\"", "needs the \"sha256\" of the file"),
        ("cluster = \"a\"\n  source = \"http://example.com/x\"\n  sha256 = \"a\"", "not protected on its way"),
        ("cluster = \"a\"\n  version = \"9.9.9\"", "none of 9.9.9"),
        ("cluster = \"a\"\n  facts = { token = var.secret }", "Sensitive value in bootstrap"),
        ("cluster = \"a\"\n  plugin \"helm-jenkins-tempalte\" {\n  }", "Did you mean \"helm-jenkins-template\"?"),
        ("cluster = \"a\"\n  root {\n    path = \"x\"\n  }", "there is no \"repository\" block"),
        (
            "cluster = \"a\"\n  mode = \"eks-capability\"\n  version = \"3.5.1\"",
            "\"version\" has no meaning in mode \"eks-capability\"",
        ),
        (
            "cluster = \"a\"\n  mode = \"eks-capability\"\n  role_arn = \"arn:aws:iam::123456789012:role/argocd\"",
            "needs \"identity_center\"",
        ),
        ("cluster = aws_eks_cluster.none.name", "Reference to undeclared resource"),
    ];
    for (body, told) in cases {
        account.write("kiban.hcl", &format!("bootstrap \"argocd\" {{\n  {body}\n}}\n"));
        let text = flat(&account.expect(".", &["plan"], 1));
        assert!(text.contains(told), "{body}:\n{text}");
        assert!(text.contains("kiban.hcl") && !text.contains("s3cr3t"), "{body}:\n{text}");
    }
}
