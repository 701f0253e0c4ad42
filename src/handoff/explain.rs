//! Why an object does not get ready: what the cluster shows of the cause.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::applications::API;
use super::cluster::Cluster;
use super::manifest::Id;
use super::plugin::REPO_SERVER;

/// Lines of one kind that are told at most.
const MOST: usize = 8;

/// Lines of the repo server's log that are looked through.
const LOG: u32 = 400;

/// What is to be seen of the cause. What cannot be read is left out: the error is another one already.
pub async fn explain(cluster: &Cluster, id: &Id) -> Vec<String> {
    let Some(namespace) = id.namespace.as_deref() else { return Vec::new() };
    match &*id.kind {
        "Deployment" | "StatefulSet" => workload(cluster, id, namespace).await,
        "Application" => application(cluster, id, namespace).await,
        _ => Vec::new(),
    }
}

fn items<'a>(object: &'a Json, pointer: &str) -> impl Iterator<Item = &'a Json> {
    object.pointer(pointer).and_then(Json::as_array).into_iter().flatten()
}

fn text<'a>(object: &'a Json, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

/// Conditions of the workload, what its pods wait for, and the warnings about them.
async fn workload(cluster: &Cluster, id: &Id, namespace: &str) -> Vec<String> {
    let Ok(Some(live)) = cluster.get(id).await else { return Vec::new() };
    let mut lines: Vec<String> = items(&live, "/status/conditions")
        .filter(|c| c["status"] != "True" || c["type"] == "ReplicaFailure")
        .map(|c| format!("condition {} is {}: {}", text(c, "/type"), text(c, "/status"), text(c, "/message")))
        .collect();
    let labels = live.pointer("/spec/selector/matchLabels").and_then(Json::as_object);
    let selector: Vec<String> =
        labels.into_iter().flatten().filter_map(|(k, v)| Some(format!("{k}={}", v.as_str()?))).collect();
    let pods = cluster.list("v1", "Pod", Some(namespace), Some(&selector.join(","))).await.unwrap_or_default();
    let unready =
        |pod: &&Json| !items(pod, "/status/conditions").any(|c| c["type"] == "Ready" && c["status"] == "True");
    let pods: Vec<&Json> = pods.iter().filter(unready).collect();
    lines.extend(pods.iter().flat_map(|pod| pod_lines(pod)).take(MOST));
    let names: Vec<&str> = pods.iter().map(|pod| text(pod, "/metadata/name")).collect();
    lines.extend(
        warnings(cluster, namespace, |event| {
            let about = text(event, "/involvedObject/name");
            names.contains(&about) || about == id.name
        })
        .await,
    );
    lines
}

fn pod_lines(pod: &Json) -> Vec<String> {
    let name = text(pod, "/metadata/name");
    let containers = items(pod, "/status/initContainerStatuses").chain(items(pod, "/status/containerStatuses"));
    let stuck = containers.filter_map(|c| {
        let state = &c["state"];
        let state = ["waiting", "terminated"].into_iter().find_map(|s| state.get(s)).filter(|s| !s.is_null())?;
        if state["exitCode"].as_i64() == Some(0) {
            return None;
        }
        let (reason, message) = (text(state, "/reason"), text(state, "/message"));
        Some(format!("pod {name}, container {}: {reason} {message}", text(c, "/name")).trim_end().to_owned())
    });
    let unscheduled = items(pod, "/status/conditions")
        .filter(|c| c["type"] == "PodScheduled" && c["status"] == "False")
        .map(|c| format!("pod {name} has no node: {}", text(c, "/message")));
    stuck.chain(unscheduled).collect()
}

/// Warnings of a namespace, the latest of each kind.
async fn warnings(cluster: &Cluster, namespace: &str, about: impl Fn(&Json) -> bool) -> Vec<String> {
    let events = cluster.list("v1", "Event", Some(namespace), None).await.unwrap_or_default();
    let mut told = BTreeMap::new();
    for event in events.iter().filter(|e| e["type"] == "Warning" && about(e)) {
        let reason = text(event, "/reason");
        let line = format!("{reason}: {}", text(event, "/message").trim());
        told.insert((text(event, "/involvedObject/name").to_owned(), reason.to_owned()), line);
    }
    told.into_iter().take(MOST).map(|((name, _), line)| format!("event of {name}: {line}")).collect()
}

/// Conditions of the Application and of what made it, and errors of the repo server about it.
async fn application(cluster: &Cluster, id: &Id, namespace: &str) -> Vec<String> {
    let live = cluster.get(id).await.ok().flatten().unwrap_or_default();
    let condition = |c: &Json| format!("{}: {}", text(c, "/type"), text(c, "/message"));
    let mut lines: Vec<String> = items(&live, "/status/conditions").map(condition).take(MOST).collect();
    for owner in items(&live, "/metadata/ownerReferences").filter(|o| o["kind"] == "ApplicationSet") {
        let set = Id::new(API, "ApplicationSet", Some(namespace), text(owner, "/name"));
        if let Ok(Some(set)) = cluster.get(&set).await {
            let bad =
                items(&set, "/status/conditions").filter(|c| c["type"] == "ErrorOccurred" && c["status"] == "True");
            lines.extend(bad.map(|c| format!("ApplicationSet {}: {}", text(owner, "/name"), text(c, "/message"))));
        }
    }
    lines.extend(repo_server(cluster, namespace).await);
    lines
}

/// Errors that the repo server has logged last.
async fn repo_server(cluster: &Cluster, namespace: &str) -> Vec<String> {
    let selector = format!("app.kubernetes.io/name={REPO_SERVER}");
    let pods = cluster.list("v1", "Pod", Some(namespace), Some(&selector)).await.unwrap_or_default();
    let mut lines: Vec<String> = Vec::new();
    for pod in &pods {
        let name = text(pod, "/metadata/name");
        let log = cluster.log(namespace, name, REPO_SERVER, LOG).await.unwrap_or_default();
        for line in log.lines().rev().filter(|l| l.contains("level=error") || l.contains("\"level\":\"error\"")) {
            let line = format!("repo server: {line}");
            if !lines.contains(&line) {
                lines.push(line);
            }
            if lines.len() >= MOST {
                return lines;
            }
        }
    }
    lines
}
