//! The tests' own Kubernetes cluster does what tests rely on: tokens, pods, faults, and the way back to its beginning.

use std::time::Duration;

use libtest_mimic::Trial;
use serde_json::{Value as Json, json};

use crate::kubernetes::Cluster;
use crate::review::CLUSTER;
use crate::support::{Account, controllable, wait_for};
use crate::trial;

const LIMIT: Duration = Duration::from_secs(30);
const APPLY: &str = "application/apply-patch+yaml";

pub fn trials() -> Vec<Trial> {
    vec![
        trial("cluster::serves", serves),
        trial("cluster::takes_tokens_as_eks_does", tokens),
        trial("cluster::gets_in_the_way", faults),
        trial("cluster::goes_back_to_its_beginning", reset),
        trial("cluster::is_what_the_emulator_shows", shown),
    ]
}

/// A token that kiban makes for a cluster of the account.
fn token(account: &Account, cluster: &str) -> String {
    let text = account.expect(".", &["eks-token", &format!("-cluster={cluster}")], 0);
    let credential: Json = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
    credential["status"]["token"].as_str().expect("token").to_owned()
}

fn deployment(namespace: &str, name: &str) -> Json {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "main", "image": "example.com/main:1"}]},
            },
        },
    })
}

fn available(cluster: &Cluster, path: &str) -> bool {
    cluster.get(path).is_some_and(|d| d["status"]["availableReplicas"] == 1)
}

fn serves() {
    let Some(cluster) = Cluster::shared("cluster::serves") else { return };
    let account = Account::new();
    let (status, text) = cluster.request("GET", "/api", "wrong", "", "");
    assert_eq!(status, 401, "{text}");
    cluster.admits(&account, "main", &["system:masters"]);
    let token = token(&account, "main");
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {"verb": "*", "resource": "*", "group": "*"}},
    });
    let place = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let (status, text) = cluster.request("POST", place, &token, "application/json", &review.to_string());
    assert!(status == 201 && text.contains(r#""allowed":true"#), "{status}: {text}");

    let name = format!("serves-{}", account.id);
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    let path = format!("/api/v1/namespaces/{name}");
    let apply = |path: &str, object: &Json| {
        cluster.request("PATCH", &format!("{path}?fieldManager=test"), &token, APPLY, &object.to_string())
    };
    assert_eq!(apply(&path, &namespace).0, 201);
    assert_eq!(apply(&path, &namespace).0, 200);
    let place = format!("/apis/apps/v1/namespaces/{name}/deployments/main");
    assert_eq!(apply(&place, &deployment(&name, "main")).0, 201);
    wait_for("the deployment is available", LIMIT, || available(cluster, &place));
    let noted = cluster.patch(&place, &json!({"metadata": {"annotations": {"example.com/note": "seen"}}}));
    assert_eq!(noted["metadata"]["annotations"]["example.com/note"], "seen");
    // Another manager owns the field now.
    cluster.apply_as("other", &place, &json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": 2}}));
    let (status, text) = apply(&place, &deployment(&name, "main"));
    assert!(status == 409 && text.contains(".spec.replicas"), "{status}: {text}");

    if !cluster.foreign {
        cluster.pods(
            &json!({"match": {"namespace": name, "name": "bad-*"}, "mode": "pending", "reason": "ImagePullBackOff",
            "message": "Back-off pulling image"}),
        );
        let place = format!("/apis/apps/v1/namespaces/{name}/deployments/bad");
        assert_eq!(apply(&place, &deployment(&name, "bad")).0, 201);
        wait_for("an event tells why", LIMIT, || {
            let events = cluster.get(&format!("/api/v1/namespaces/{name}/events"));
            events.is_some_and(|e| e.to_string().contains("Back-off pulling image"))
        });
        assert!(!available(cluster, &place));
    }
    let writes = cluster.writes(&account);
    assert!(writes.contains(&format!("PATCH {place}")) && !writes.iter().any(|w| w.contains("reviews")), "{writes:?}");
    cluster.delete(&path);
}

fn tokens() {
    let Some(cluster) = Cluster::shared("cluster::takes_tokens_as_eks_does") else { return };
    let account = Account::new();
    let mine = token(&account, "main");
    let status = |token: &str| cluster.request("GET", "/api", token, "", "").0;
    assert_eq!(status(&mine), 401, "nobody has admitted the account");
    cluster.admits(&account, "main", &["system:masters"]);
    assert_eq!(status(&mine), 200);
    assert_eq!(status(&token(&account, "other")), 401, "a token for another cluster");
    assert_eq!(status(&token(&Account::new(), "main")), 401, "a token of another account");
    assert_eq!(status(mine.get(..mine.len() - 8).expect("long")), 401, "a cut token");

    let place = format!("tokens?account={}", account.id);
    cluster.control("POST", &place, &json!({"clock_s": 16 * 60}));
    assert_eq!(status(&mine), 401, "sixteen minutes later");
    cluster.control("POST", &place, &json!({"clock_s": 14 * 60}));
    assert_eq!(status(&mine), 200, "fourteen minutes later");
    cluster.control("POST", &place, &json!({"clock_s": 0}));
    cluster.revoke(&account);
    assert_eq!(status(&mine), 401, "revoked");
    // Signed in another second, or it would be the same.
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(status(&token(&account, "main")), 200);

    if !cluster.foreign {
        let guest = Account::new();
        cluster.admits(&guest, "main", &["guests"]);
        let guest = token(&guest, "main");
        assert_eq!(cluster.request("GET", "/api/v1/secrets", &guest, "", "").0, 403);
    }
}

fn faults() {
    let Some(cluster) = Cluster::shared("cluster::gets_in_the_way") else { return };
    let account = Account::new();
    cluster.admits(&account, "main", &["system:masters"]);
    let token = token(&account, "main");
    let name = format!("faults-{}", account.id);
    let path = format!("/api/v1/namespaces/{name}");
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}).to_string();
    let get = || cluster.request("GET", &path, &token, "", "");
    let make = || cluster.request("PATCH", &format!("{path}?fieldManager=test"), &token, APPLY, &namespace);

    cluster
        .fault(&account, &json!({"kind": "error", "status": 503, "match": {"method": "GET"}, "skip": 1, "times": 1}));
    assert_eq!([get().0, get().0, get().0], [404, 503, 404]);
    let calls = cluster.calls(&account);
    assert_eq!(calls.iter().map(|c| c["status"].as_u64()).collect::<Vec<_>>(), [Some(404), Some(503), Some(404)]);
    assert_eq!(calls[1]["fault"], "error-before");
    cluster.reset_calls(&account);
    assert!(cluster.calls(&account).is_empty());

    // Whoever hangs up before a request has had its effect has asked for nothing; after it, it has.
    for (when, found) in [("before", false), ("after", true)] {
        cluster.fault(&account, &json!({"kind": "hold", "when": when, "match": {"mutating": true}, "times": 1}));
        std::thread::scope(|scope| {
            let held = scope.spawn(make);
            wait_for("the request is held", LIMIT, || cluster.holds(&account));
            assert_eq!(cluster.get(&path).is_some(), found, "{when}");
            cluster.no_faults(&account);
            assert_eq!(held.join().expect("ends").0, 201);
        });
        cluster.fault(&account, &json!({"kind": "drop", "when": when, "match": {"method": "GET"}, "times": 1}));
        assert!(cluster.attempt("GET", &path, &token, "", "").is_err(), "{when}: no answer comes");
        if when == "before" {
            cluster.delete(&path);
            wait_for("the namespace is gone", LIMIT, || cluster.get(&path).is_none());
        }
    }
    let watch = format!("/api/v1/namespaces?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3D{name}");
    let (status, text) = cluster.request("GET", &watch, &token, "", "");
    assert!(status == 200 && text.contains("ADDED"), "{status}: {text}");
    cluster.delete(&path);
}

fn reset() {
    let test = "cluster::goes_back_to_its_beginning";
    let Some(cluster) = Cluster::start(test) else { return };
    if cluster.foreign {
        return crate::programs::skip(test, "the cluster is not ours to reset");
    }
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"kind": "Thing", "plural": "things", "singular": "thing"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object"}}}],
        },
    });
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.com";
    let thing =
        json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a", "namespace": "default"}});
    let admin = cluster.admin_token.clone();
    let request = |method: &str, path: &str, body: &Json| {
        let content = if method == "PATCH" { APPLY } else { "application/json" };
        let path = if method == "PATCH" { format!("{path}?fieldManager=test") } else { path.to_owned() };
        cluster.request(method, &path, &admin, content, &body.to_string())
    };
    for _ in 0..3 {
        cluster.control("POST", "definitions", &json!({"name": "things.*", "seconds": 1}));
        assert_eq!(request("PATCH", path, &definition).0, 201);
        let things = "/apis/example.com/v1/namespaces/default/things";
        let established = || request("GET", path, &Json::Null).1.contains(r#""Established""#);
        assert!(!established());
        assert_eq!(request("POST", things, &thing).0, 404, "not established");
        wait_for("the definition is established", LIMIT, established);
        wait_for("its API is there", LIMIT, || request("POST", things, &thing).0 == 201);
        cluster.apply_as("test", "/apis/apps/v1/namespaces/default/deployments/main", &deployment("default", "main"));
        wait_for("the deployment is available", LIMIT, || {
            available(&cluster, "/apis/apps/v1/namespaces/default/deployments/main")
        });
        cluster.delete("/api/v1/namespaces/default/configmaps/kube-root-ca.crt");
        cluster.reset();
        assert_eq!(request("GET", path, &Json::Null).0, 404);
        assert_eq!(request("GET", things, &Json::Null).0, 404);
        for kind in ["/apis/apps/v1/deployments", "/apis/apps/v1/replicasets", "/api/v1/pods"] {
            // A controller may bring in what it was about to: it goes as all does that has no owner.
            wait_for(&format!("{kind} are none"), 2 * LIMIT, || cluster.get(kind).expect(kind)["items"] == json!([]));
        }
        assert!(cluster.get("/api/v1/namespaces/default/configmaps/kube-root-ca.crt").is_some());
    }
}

fn shown() {
    let test = "cluster::is_what_the_emulator_shows";
    if !controllable(test) {
        return;
    }
    let Some(cluster) = Cluster::shared(test) else { return };
    let account = Account::new();
    account.write("main.tf", CLUSTER);
    cluster.plays(&account, "main");
    account.expect(".", &["apply", "-auto-approve"], 0);
    assert_eq!(account.expect(".", &["output", "-raw", "endpoint"], 0).trim(), cluster.endpoint);
    account.expect(".", &["plan", "-detailed-exitcode"], 0);
    assert_eq!(cluster.request("GET", "/api", &token(&account, "main"), "", "").0, 200);
}
