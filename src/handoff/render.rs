//! Settings and manifests to the objects that the cluster shall have. Pure.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::diag::Diagnostic;

use super::manifest::{Id, Manifest, parse};
use super::plugin::{self, REPO_SERVER};
use super::settings::{AFTER_APPLY, Mode, Project, Repository, Root, Settings};
use super::wave::Wave;

/// Label of every object that a `bootstrap` block owns; its value is the block's name.
pub const OWNER: &str = "kiban.dev/bootstrap";

/// Prefix of the annotations in which facts stand.
const FACT: &str = "kiban.dev/";

/// Name of the root Application.
pub const ROOT: &str = "root";

/// The cluster as Argo CD calls the one that it runs in.
const IN_CLUSTER: &str = "https://kubernetes.default.svc";

/// Its name, also where Argo CD runs outside of it.
const CLUSTER_NAME: &str = "in-cluster";

/// Keeps the objects of an Application until Argo CD has removed what they stand for.
const CASCADE: &str = "resources-finalizer.argocd.argoproj.io";

/// What opens repositories, by the ARN or name that the settings give.
pub type Credentials = BTreeMap<String, BTreeMap<String, String>>;

/// One object with its turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    pub wave: Wave,
    pub manifest: Manifest,
}

impl Rendered {
    pub fn id(&self) -> Id {
        self.manifest.id()
    }
}

/// All objects, wave by wave, and in each in the order of their names. `upstream` are Argo CD's own manifests.
pub fn render(settings: &Settings, upstream: &str, credentials: &Credentials) -> Result<Vec<Rendered>, Diagnostic> {
    let mut objects = vec![namespace(settings)];
    if settings.mode == Mode::Manifests {
        let parsed = parse(upstream).map_err(|why| {
            Diagnostic::error("Manifests of Argo CD cannot be read", format!("They are no list of objects: {why}."))
        })?;
        objects.extend(installed(settings, parsed));
    }
    objects.extend(settings.projects.iter().map(|project| app_project(settings, project)));
    for repository in &settings.repositories {
        objects.push(repository_secret(settings, repository, credentials)?);
    }
    objects.push(cluster_secret(settings));
    objects.extend(settings.root.iter().map(|root| application(settings, root)));
    let owned = |mut object: Manifest| {
        object.map_at(&["metadata", "labels"]).insert(OWNER.into(), settings.name.clone().into());
        Rendered { wave: Wave::of(&object), manifest: object }
    };
    let mut rendered: Vec<Rendered> = objects.into_iter().map(owned).collect();
    rendered.sort_by_key(|r| (r.wave, r.id()));
    Ok(rendered)
}

fn namespace(settings: &Settings) -> Manifest {
    Manifest(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": settings.namespace } }))
}

/// Argo CD's own objects in this namespace, with what the settings change of them.
fn installed(settings: &Settings, parsed: Vec<Manifest>) -> Vec<Manifest> {
    let mut objects: Vec<Manifest> =
        parsed.into_iter().filter(|o| o.kind() != "Namespace").map(|o| placed(o, &settings.namespace)).collect();
    if let Some(limit) = settings.parallelism_limit {
        let parameters = objects.iter_mut().find(|o| o.kind() == "ConfigMap" && o.name() == "argocd-cmd-params-cm");
        if let Some(parameters) = parameters {
            parameters.map_at(&["data"]).insert("reposerver.parallelism.limit".into(), limit.to_string().into());
        }
    }
    let definitions: Vec<Manifest> =
        settings.plugins.iter().map(|p| plugin::definition(p, &settings.namespace)).collect();
    let server = objects.iter_mut().find(|o| o.kind() == "Deployment" && o.name() == REPO_SERVER);
    if let Some(server) = server {
        settings.plugins.iter().for_each(|plugin| plugin::join(server, plugin));
        // Both are read when a pod starts: another content has to be another pod.
        let read: Vec<&Json> = definitions.iter().map(|d| &d.0["data"]).collect();
        let read = json!([settings.parallelism_limit, read]).to_string();
        let digest = hex::encode(Sha256::digest(read));
        let annotations = server.map_at(&["spec", "template", "metadata", "annotations"]);
        annotations.insert(format!("{FACT}configuration"), digest.into());
    }
    objects.extend(definitions);
    objects
}

/// An object of the manifests, which are written for `kubectl apply -n`, with its namespace spelled out.
fn placed(mut object: Manifest, namespace: &str) -> Manifest {
    if object.is_namespaced() {
        object.map_at(&["metadata"]).entry("namespace").or_insert_with(|| namespace.into());
    }
    if object.kind().ends_with("RoleBinding") {
        for subject in object.list_at(&["subjects"]) {
            if subject["kind"] == "ServiceAccount" {
                subject["namespace"] = namespace.into();
            }
        }
    }
    object
}

/// The Argo CD that AWS runs stands outside of the cluster and takes no address of its inside: it knows the cluster by ARN,
/// and by the name under which that is registered
/// (<https://docs.aws.amazon.com/eks/latest/userguide/argocd-register-clusters.html>).
fn destination(settings: &Settings, namespace: &str) -> Json {
    match settings.mode {
        Mode::Manifests => json!({ "server": IN_CLUSTER, "namespace": namespace }),
        Mode::EksCapability => json!({ "name": CLUSTER_NAME, "namespace": namespace }),
    }
}

fn app_project(settings: &Settings, project: &Project) -> Manifest {
    let or_all = |given: &[String]| if given.is_empty() { vec!["*".to_owned()] } else { given.to_vec() };
    let destinations: Vec<Json> =
        or_all(&project.namespaces).into_iter().map(|namespace| destination(settings, &namespace)).collect();
    let mut spec = json!({
        "sourceRepos": or_all(&project.source_repositories),
        "destinations": destinations,
    });
    if let Some(description) = &project.description {
        spec["description"] = description.as_str().into();
    }
    if project.cluster_resources {
        spec["clusterResourceWhitelist"] = json!([{ "group": "*", "kind": "*" }]);
    }
    Manifest(json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": { "name": project.name, "namespace": settings.namespace },
        "spec": spec,
    }))
}

/// Keys of a secret that Argo CD knows in a repository
/// (<https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#repositories>).
const KEYS: [&str; 12] = [
    "username",
    "password",
    "bearerToken",
    "sshPrivateKey",
    "tlsClientCertData",
    "tlsClientCertKey",
    "githubAppID",
    "githubAppInstallationID",
    "githubAppPrivateKey",
    "githubAppEnterpriseBaseUrl",
    "gcpServiceAccountKey",
    "insecure",
];

fn repository_secret(
    settings: &Settings,
    repository: &Repository,
    credentials: &Credentials,
) -> Result<Manifest, Diagnostic> {
    let mut data: BTreeMap<&str, String> =
        BTreeMap::from([("type", "git".to_owned()), ("url", repository.url.clone())]);
    data.extend(repository.project.iter().map(|project| ("project", project.clone())));
    if let Some(name) = &repository.credentials
        && let Some(given) = credentials.get(name)
    {
        for (key, value) in given {
            let Some(known) = KEYS.iter().find(|known| *known == key) else {
                let detail = format!("The secret {name} has a key that Argo CD does not know in a repository.");
                let hint = format!("It knows {}.", KEYS.join(", "));
                return Err(Diagnostic::error("Unsuitable credentials of a repository", detail).hint(hint));
            };
            data.insert(known, value.clone());
        }
    }
    let name = format!("repository-{}", short_digest(&repository.url));
    Ok(secret(settings, &name, "repository", data, json!({})))
}

/// The cluster itself, with the facts of the stack: generators of ApplicationSets read them there.
fn cluster_secret(settings: &Settings) -> Manifest {
    let mut data = BTreeMap::from([("name", CLUSTER_NAME.to_owned())]);
    match settings.mode {
        Mode::Manifests => {
            data.insert("server", IN_CLUSTER.to_owned());
            data.insert("config", json!({ "tlsClientConfig": { "insecure": false } }).to_string());
        }
        Mode::EksCapability => {
            data.insert("server", settings.server.clone().unwrap_or_else(|| AFTER_APPLY.to_owned()));
        }
    }
    let facts: BTreeMap<String, &String> = settings.facts.iter().map(|(k, v)| (format!("{FACT}{k}"), v)).collect();
    let mut secret = secret(settings, "cluster-in-cluster", "cluster", data, json!(facts));
    if let Some(environment) = settings.facts.get("environment") {
        secret.map_at(&["metadata", "labels"]).insert(format!("{FACT}environment"), environment.clone().into());
    }
    secret
}

/// The data is encoded here: what is given as `stringData` has no owner of its own in the cluster.
fn secret(settings: &Settings, name: &str, kind: &str, data: BTreeMap<&str, String>, annotations: Json) -> Manifest {
    use base64::Engine as _;
    let encode = |text: &String| base64::engine::general_purpose::STANDARD.encode(text);
    let data: BTreeMap<&str, String> = data.iter().map(|(key, text)| (*key, encode(text))).collect();
    Manifest(json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {
            "name": name,
            "namespace": settings.namespace,
            "labels": { "argocd.argoproj.io/secret-type": kind },
            "annotations": annotations,
        },
        "data": data,
    }))
}

fn application(settings: &Settings, root: &Root) -> Manifest {
    let first = settings.repositories.first().map(|r| r.url.clone());
    Manifest(json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": { "name": ROOT, "namespace": settings.namespace, "finalizers": [CASCADE] },
        "spec": {
            "project": root.project,
            "source": {
                "repoURL": root.repository.clone().or(first),
                "path": root.path,
                "targetRevision": root.revision,
            },
            "destination": destination(settings, &settings.namespace),
            "syncPolicy": { "automated": { "prune": true, "selfHeal": true } },
        },
    }))
}

fn short_digest(text: &str) -> String {
    hex::encode(Sha256::digest(text)).chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handoff::settings::Plugin;

    const UPSTREAM: &str = "
apiVersion: v1
kind: ServiceAccount
metadata: {name: argocd-repo-server}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: argocd-server}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: argocd-server}
subjects: [{kind: ServiceAccount, name: argocd-server, namespace: argocd}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cmd-params-cm}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: argocd-repo-server}
spec:
  template:
    spec:
      containers: [{name: argocd-repo-server, image: \"argocd:v1\"}]
      volumes: [{name: var-files, emptyDir: {}}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: applications.argoproj.io}
";

    fn settings() -> Settings {
        Settings {
            name: "argocd".into(),
            namespace: "delivery".into(),
            parallelism_limit: Some(1),
            plugins: vec![Plugin { name: "helm-jenkins-template".into(), ..Plugin::default() }],
            projects: vec![Project { name: "jenkins".into(), cluster_resources: true, ..Project::default() }],
            repositories: vec![Repository {
                url: "https://git.example.com/a.git".into(),
                credentials: Some("git".into()),
                project: None,
            }],
            root: Some(Root { path: "bootstrap".into(), revision: "main".into(), ..Root::default() }),
            facts: BTreeMap::from([("environment".to_owned(), "production".to_owned())]),
            ..Settings::default()
        }
    }

    fn credentials(key: &str) -> Credentials {
        BTreeMap::from([("git".to_owned(), BTreeMap::from([(key.to_owned(), "s3cr3t".to_owned())]))])
    }

    fn object<'a>(rendered: &'a [Rendered], kind: &str, name: &str) -> &'a Json {
        let found = rendered.iter().find(|r| r.manifest.kind() == kind && r.manifest.name() == name);
        &found.unwrap_or_else(|| panic!("{kind} {name}")).manifest.0
    }

    #[test]
    fn objects_come_wave_by_wave() {
        let rendered = render(&settings(), UPSTREAM, &credentials("password")).expect("objects");
        let ids: Vec<String> = rendered.iter().map(|r| r.id().to_string()).collect();
        assert_eq!(
            ids,
            [
                "Namespace delivery",
                "CustomResourceDefinition applications.argoproj.io",
                "ClusterRoleBinding argocd-server",
                "ServiceAccount delivery/argocd-repo-server",
                "ConfigMap delivery/argocd-cmd-params-cm",
                "ConfigMap delivery/argocd-plugin-helm-jenkins-template",
                "Deployment delivery/argocd-repo-server",
                "AppProject delivery/jenkins",
                "Secret delivery/cluster-in-cluster",
                "Secret delivery/repository-3e7362e340",
                "Application delivery/root",
            ]
        );
        assert!(rendered.iter().all(|r| r.manifest.0["metadata"]["labels"][OWNER] == "argocd"));
    }

    #[test]
    fn manifests_are_placed_and_patched() {
        let rendered = render(&settings(), UPSTREAM, &Credentials::new()).expect("objects");
        let binding = object(&rendered, "ClusterRoleBinding", "argocd-server");
        assert_eq!(binding["subjects"][0]["namespace"], "delivery");
        assert_eq!(binding["metadata"].get("namespace"), None);
        let parameters = object(&rendered, "ConfigMap", "argocd-cmd-params-cm");
        assert_eq!(parameters["data"]["reposerver.parallelism.limit"], "1");
        let pod = &object(&rendered, "Deployment", REPO_SERVER)["spec"]["template"];
        let sidecar = &pod["spec"]["containers"][1];
        assert_eq!(
            (&sidecar["name"], &sidecar["image"]),
            (&json!("plugin-helm-jenkins-template"), &json!("argocd:v1"))
        );
        assert_eq!(pod["spec"]["volumes"].as_array().map(Vec::len), Some(3));
        let other = Settings { parallelism_limit: Some(2), ..settings() };
        let other = render(&other, UPSTREAM, &Credentials::new()).expect("objects");
        let other = &object(&other, "Deployment", REPO_SERVER)["spec"]["template"];
        assert_ne!(pod["metadata"], other["metadata"], "pods read the limit when they start");
    }

    #[test]
    fn what_aws_runs_knows_the_cluster_by_its_arn() {
        use base64::Engine as _;
        let arn = "arn:aws:eks:ap-northeast-1:123456789012:cluster/main";
        let mode = Mode::EksCapability;
        let rendered = |server: Option<&str>| {
            let settings = Settings { mode, server: server.map(str::to_owned), ..settings() };
            render(&settings, "", &Credentials::new()).expect("objects")
        };
        let encoded = |text: &str| json!(base64::engine::general_purpose::STANDARD.encode(text));
        let known = rendered(Some(arn));
        let cluster = object(&known, "Secret", "cluster-in-cluster");
        assert_eq!(cluster["data"], json!({ "name": encoded("in-cluster"), "server": encoded(arn) }));
        let destination = json!({ "name": "in-cluster", "namespace": "delivery" });
        assert_eq!(object(&known, "Application", ROOT)["spec"]["destination"], destination);
        let destinations = json!([{ "name": "in-cluster", "namespace": "*" }]);
        assert_eq!(object(&known, "AppProject", "jenkins")["spec"]["destinations"], destinations);
        let unknown = rendered(None);
        assert_eq!(object(&unknown, "Secret", "cluster-in-cluster")["data"]["server"], encoded(AFTER_APPLY));
    }

    #[test]
    fn facts_and_credentials_stand_in_secrets() {
        let rendered = render(&settings(), UPSTREAM, &credentials("password")).expect("objects");
        let cluster = object(&rendered, "Secret", "cluster-in-cluster");
        assert_eq!(cluster["metadata"]["annotations"]["kiban.dev/environment"], "production");
        assert_eq!(cluster["metadata"]["labels"]["argocd.argoproj.io/secret-type"], "cluster");
        let repository = object(&rendered, "Secret", "repository-3e7362e340");
        assert_eq!(repository["data"]["password"], "czNjcjN0");
        let wrong = render(&settings(), UPSTREAM, &credentials("passwort")).expect_err("no such key");
        assert!(!format!("{wrong:?}").contains("s3cr3t"), "{wrong:?}");
    }
}
