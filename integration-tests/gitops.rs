//! The example of a GitOps repository against a real API server: what it renders is accepted as it is.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use libtest_mimic::Trial;
use serde_json::{Value as Json, json};

use crate::bootstrap::upstream;
use crate::kubernetes::Cluster;
use crate::programs::{root, skip};
use crate::trial;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("gitops::tenants_are_accepted_by_an_api_server", tenants),
        trial("gitops::applications_are_accepted_by_the_definitions_of_argo_cd", applications),
    ]
}

/// What kustomize makes of a folder; `None`, and a skip, where there is no kustomize.
fn render(test: &str, folder: &Path) -> Option<Vec<Json>> {
    let programs: [&[&str]; 2] = [&["kustomize", "build"], &["kubectl", "kustomize"]];
    for program in programs {
        let Ok(output) = Command::new(program[0]).args(&program[1..]).arg(folder).output() else { continue };
        assert!(output.status.success(), "{}: {}", folder.display(), String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("text");
        return Some(serde_saphyr::from_multiple(&text).unwrap_or_else(|e| panic!("{}: {e}", folder.display())));
    }
    skip(test, "there is neither kustomize nor kubectl");
    None
}

/// Path of an object; `None` where the server does not serve its kind.
fn path(cluster: &Cluster, object: &Json) -> Option<String> {
    let version = object["apiVersion"].as_str().expect("a version");
    let root = if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") };
    let served = cluster.get(&root)?;
    let resources = served["resources"].as_array().expect("resources");
    let resource = resources.iter().find(|r| r["kind"] == object["kind"])?;
    let (plural, name) = (resource["name"].as_str().expect("name"), object["metadata"]["name"].as_str().expect("name"));
    Some(match object["metadata"]["namespace"].as_str().filter(|_| resource["namespaced"] == true) {
        Some(namespace) => format!("{root}/namespaces/{namespace}/{plural}/{name}"),
        None => format!("{root}/{plural}/{name}"),
    })
}

/// Creates an object on the server, stored or not.
fn create(cluster: &Cluster, path: &str, object: &Json, dry: bool) {
    let (collection, _) = path.rsplit_once('/').expect("a collection");
    let dry = if dry { "?dryRun=All" } else { "" };
    let path = format!("{collection}{dry}");
    let (status, answer) = cluster.send(&json!({"method": "POST", "path": path, "body": object}));
    assert!(status < 300 || status == 409, "{path}: {status}: {answer}");
}

/// Creates all objects without storing them, but for namespaces,, and tells the kinds that the server does not serve.
fn accepted(cluster: &Cluster, objects: &[Json]) -> BTreeSet<String> {
    let mut unknown = BTreeSet::new();
    for object in objects.iter().filter(|o| o["kind"] == "Namespace") {
        create(cluster, &path(cluster, object).expect("namespaces"), object, false);
    }
    for object in objects {
        match path(cluster, object) {
            Some(path) => create(cluster, &path, object, true),
            None => drop(unknown.insert(format!("{} {}", object["apiVersion"], object["kind"]).replace('"', ""))),
        }
    }
    unknown
}

/// The server of the tests takes empty texts of custom resources for null: another text stands for them.
fn without_empty_texts(value: &mut Json) {
    match value {
        Json::String(text) if text.is_empty() => *value = "core".into(),
        Json::Array(items) => items.iter_mut().for_each(without_empty_texts),
        Json::Object(entries) => entries.values_mut().for_each(without_empty_texts),
        _ => {}
    }
}

fn tenants() {
    let test = "gitops::tenants_are_accepted_by_an_api_server";
    let Some(cluster) = Cluster::start(test) else { return };
    let folder = root().join("examples/gitops/tenants");
    let (mut overlays, mut unknown) = (0, BTreeSet::new());
    for tenant in ["games", "payments", "search"] {
        for environment in ["production", "staging"] {
            let Some(objects) = render(test, &folder.join(tenant).join("overlays").join(environment)) else { return };
            assert!(objects.len() > 8, "{tenant}: {}", objects.len());
            unknown.extend(accepted(&cluster, &objects));
            overlays += 1;
        }
    }
    assert_eq!(overlays, 6);
    for kind in unknown {
        skip(&format!("{test} ({kind})"), "the API server does not serve this kind");
    }
}

fn applications() {
    let test = "gitops::applications_are_accepted_by_the_definitions_of_argo_cd";
    let Some(manifests) = upstream() else {
        skip(
            test,
            "the manifests of Argo CD 3.5.1 are not at hand: KIBAN_ARGOCD names the folder of install-v3.5.1.yaml",
        );
        return;
    };
    let Some(cluster) = Cluster::start(test) else { return };
    let text = std::fs::read_to_string(manifests).expect("file");
    let definitions: Vec<Json> = serde_saphyr::from_multiple(&text).expect("YAML");
    for definition in definitions.iter().filter(|d| d["kind"] == "CustomResourceDefinition") {
        create(&cluster, &path(&cluster, definition).expect("definitions"), definition, false);
    }
    create(
        &cluster,
        "/api/v1/namespaces/argocd",
        &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}}),
        false,
    );
    crate::support::wait_for("the definitions are served", std::time::Duration::from_secs(30), || {
        cluster.get("/apis/argoproj.io/v1alpha1").is_some_and(|served| served.to_string().contains("applicationsets"))
    });
    let Some(mut objects) = render(test, &root().join("examples/gitops/bootstrap/root")) else { return };
    objects.iter_mut().for_each(without_empty_texts);
    assert!(objects.len() > 12, "{}", objects.len());
    assert_eq!(accepted(&cluster, &objects), BTreeSet::new());
}
