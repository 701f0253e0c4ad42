//! Whether a live object does what it is there for. Pure.

use serde_json::Value as Json;

use super::applications::REFRESH;

/// How far an object is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    Ready,
    /// Not yet, and why.
    Pending(String),
    /// Not without somebody's doing, and why.
    Failed(String),
}

impl Health {
    pub fn is_ready(&self) -> bool {
        *self == Self::Ready
    }
}

fn text<'a>(object: &'a Json, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

fn count(object: &Json, pointer: &str) -> i64 {
    object.pointer(pointer).and_then(Json::as_i64).unwrap_or_default()
}

fn pending(why: impl Into<String>) -> Health {
    Health::Pending(why.into())
}

/// What a live object says of itself.
pub fn health(object: &Json) -> Health {
    if object.pointer("/metadata/deletionTimestamp").is_some() {
        return pending(leaving(object));
    }
    match text(object, "/kind") {
        "CustomResourceDefinition" => definition(object),
        "Namespace" => match text(object, "/status/phase") {
            "Terminating" => pending(leaving(object)),
            _ => Health::Ready,
        },
        "Deployment" => workload(object, "/status/availableReplicas"),
        "StatefulSet" => workload(object, "/status/readyReplicas"),
        "Application" => application(object),
        _ => Health::Ready,
    }
}

/// Since when an object is being deleted, and what holds it.
pub fn leaving(object: &Json) -> String {
    let since = text(object, "/metadata/deletionTimestamp");
    let listed = |pointer: &str| {
        let items = object.pointer(pointer).and_then(Json::as_array).into_iter().flatten();
        items.filter_map(Json::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut holds = listed("/metadata/finalizers");
    // What is left in a namespace stands in its conditions
    // (<https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/namespace-v1/>).
    let conditions = object.pointer("/status/conditions").and_then(Json::as_array).into_iter().flatten();
    let told = conditions.filter(|c| c["status"] == "True").filter_map(|c| c["message"].as_str());
    let told: Vec<String> = told.map(str::to_owned).collect();
    if told.is_empty() && holds.is_empty() {
        holds = listed("/spec/finalizers");
    }
    let mut why = format!("being deleted since {since}");
    if !holds.is_empty() {
        why += &format!(", held by its finalizer {}", holds.join(", "));
    }
    if !told.is_empty() {
        why += &format!(": {}", told.join("; "));
    }
    why
}

fn condition<'a>(object: &'a Json, kind: &str) -> Option<&'a Json> {
    let conditions = object.pointer("/status/conditions")?.as_array()?;
    conditions.iter().find(|c| c["type"] == kind)
}

fn definition(object: &Json) -> Health {
    if let Some(names) = condition(object, "NamesAccepted").filter(|c| c["status"] == "False") {
        return Health::Failed(format!("its names are not accepted: {}", text(names, "/message")));
    }
    match condition(object, "Established") {
        Some(c) if c["status"] == "True" => Health::Ready,
        Some(c) => pending(format!("not established: {}", text(c, "/message"))),
        None => pending("not established"),
    }
}

/// <https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status>
fn workload(object: &Json, available: &str) -> Health {
    if count(object, "/status/observedGeneration") < count(object, "/metadata/generation") {
        return pending("its controller has not seen the change yet");
    }
    let wanted = object.pointer("/spec/replicas").and_then(Json::as_i64).unwrap_or(1);
    let stuck = condition(object, "Progressing").filter(|c| c["reason"] == "ProgressDeadlineExceeded");
    if let Some(stuck) = stuck {
        return Health::Failed(text(stuck, "/message").to_owned());
    }
    let told = |pointer: &str, what: &str| {
        let now = count(object, pointer);
        (now < wanted).then(|| pending(format!("{now} of {wanted} pods are {what}")))
    };
    told("/status/updatedReplicas", "of the new kind").or_else(|| told(available, "available")).unwrap_or(Health::Ready)
}

/// An Application is ready when what Argo CD says of it is about what it is now, and all is well.
fn application(object: &Json) -> Health {
    if object["metadata"]["annotations"].get(REFRESH).is_some() {
        return pending("Argo CD is asked to look at it anew");
    }
    if object.get("operation").is_some_and(|operation| !operation.is_null()) {
        return pending("its synchronisation is about to begin");
    }
    let Some(status) = object.get("status").filter(|s| s.get("sync").is_some()) else {
        return conditions(object).map_or_else(|| pending("Argo CD has not looked at it yet"), pending);
    };
    if let Some(part) = ["source", "sources", "destination"].into_iter().find(|part| {
        let (wanted, seen) = (&object["spec"][*part], &status["sync"]["comparedTo"][*part]);
        !wanted.is_null() && !covers(seen, wanted)
    }) {
        return pending(format!("what Argo CD says of it is about another {part}"));
    }
    let operation = &status["operationState"];
    match text(operation, "/phase") {
        "Failed" | "Error" => return Health::Failed(format!("its synchronisation failed: {}", failure(operation))),
        "Running" | "Terminating" => return pending(format!("it is synchronised: {}", text(operation, "/message"))),
        _ => {}
    }
    let (sync, health) = (text(status, "/sync/status"), text(status, "/health/status"));
    if let Some(told) = conditions(object) {
        return pending(told);
    }
    if sync != "Synced" {
        return pending(format!("it is {}", if sync.is_empty() { "not compared yet" } else { sync }));
    }
    if text(operation, "/phase") != "Succeeded" {
        return pending("it was not synchronised yet");
    }
    if health != "Healthy" {
        let message = text(status, "/health/message");
        let unwell: Vec<String> = unwell(status);
        let told = [message.to_owned()].into_iter().chain(unwell).filter(|t| !t.is_empty()).collect::<Vec<_>>();
        let told = if told.is_empty() { String::new() } else { format!(": {}", told.join("; ")) };
        return pending(format!("it is {}{told}", if health.is_empty() { "not judged yet" } else { health }));
    }
    Health::Ready
}

/// What an operation says of its failure: its own words, and those about each object.
fn failure(operation: &Json) -> String {
    let results = operation.pointer("/syncResult/resources").and_then(Json::as_array).into_iter().flatten();
    let failed = results
        .filter(|r| r["status"] == "SyncFailed")
        .map(|r| format!("{} {}: {}", text(r, "/kind"), text(r, "/name"), text(r, "/message")));
    let told: Vec<String> = std::iter::once(text(operation, "/message").to_owned()).chain(failed).collect();
    told.join("; ")
}

/// Objects of an Application that are not well.
fn unwell(status: &Json) -> Vec<String> {
    let resources = status["resources"].as_array().into_iter().flatten();
    let bad = resources.filter(|r| !matches!(text(r, "/health/status"), "" | "Healthy"));
    bad.map(|r| {
        let told = text(r, "/health/message");
        let told = if told.is_empty() { String::new() } else { format!(" ({told})") };
        format!("{} {} is {}{told}", text(r, "/kind"), text(r, "/name"), text(r, "/health/status"))
    })
    .collect()
}

/// Errors that Argo CD has found with an Application.
fn conditions(object: &Json) -> Option<String> {
    let conditions = object.pointer("/status/conditions").and_then(Json::as_array)?;
    let bad = conditions.iter().filter(|c| text(c, "/type").ends_with("Error"));
    let told: Vec<String> = bad.map(|c| format!("{}: {}", text(c, "/type"), text(c, "/message"))).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// Whether `seen` says at least what `wanted` does. Defaults may stand in it beside.
fn covers(seen: &Json, wanted: &Json) -> bool {
    match (seen, wanted) {
        (Json::Object(seen), Json::Object(wanted)) => {
            wanted.iter().all(|(key, value)| covers(seen.get(key).unwrap_or(&Json::Null), value))
        }
        (Json::Array(seen), Json::Array(wanted)) => {
            seen.len() == wanted.len() && seen.iter().zip(wanted).all(|(s, w)| covers(s, w))
        }
        // Argo CD leaves out what is empty.
        (Json::Null, wanted) => is_empty(wanted),
        (seen, wanted) => seen == wanted,
    }
}

fn is_empty(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::Bool(b) => !b,
        Json::String(s) => s.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(entries) => entries.values().all(is_empty),
        Json::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn root(status: Json) -> Json {
        let source = json!({ "repoURL": "u", "path": "p", "targetRevision": "main", "directory": {} });
        json!({ "kind": "Application", "spec": { "source": source, "destination": { "server": "s" } }, "status": status })
    }

    fn well() -> Json {
        json!({
            "sync": {
                "status": "Synced",
                "comparedTo": {
                    "source": { "repoURL": "u", "path": "p", "targetRevision": "main" },
                    "destination": { "server": "s" },
                },
            },
            "health": { "status": "Healthy" },
            "operationState": { "phase": "Succeeded" },
        })
    }

    #[test]
    fn an_application_is_ready_when_all_is_well_and_new() {
        assert_eq!(health(&root(well())), Health::Ready);
        assert_eq!(health(&root(Json::Null)), Health::Pending("Argo CD has not looked at it yet".into()));
        let mut stale = well();
        stale["sync"]["comparedTo"]["source"]["targetRevision"] = "old".into();
        assert_eq!(health(&root(stale)), Health::Pending("what Argo CD says of it is about another source".into()));
        let mut degraded = well();
        degraded["health"] = json!({ "status": "Degraded" });
        degraded["resources"] = json!([
            { "kind": "Deployment", "name": "a", "health": { "status": "Degraded", "message": "no image" } },
            { "kind": "Service", "name": "b" },
        ]);
        let told = "it is Degraded: Deployment a is Degraded (no image)";
        assert_eq!(health(&root(degraded)), Health::Pending(told.into()));
        let mut failed = well();
        failed["operationState"] = json!({
            "phase": "Failed",
            "message": "one or more objects failed to apply",
            "syncResult": { "resources": [{ "kind": "Role", "name": "r", "status": "SyncFailed", "message": "forbidden" }] },
        });
        let told = "its synchronisation failed: one or more objects failed to apply; Role r: forbidden";
        assert_eq!(health(&root(failed)), Health::Failed(told.into()));
        let mut unreadable = well();
        unreadable["conditions"] = json!([{ "type": "ComparisonError", "message": "no repository" }]);
        assert_eq!(health(&root(unreadable)), Health::Pending("ComparisonError: no repository".into()));
    }

    #[test]
    fn workloads_are_ready_when_the_new_pods_are_available() {
        let of = |seen: i64, updated: i64, available: i64| {
            health(&json!({
                "kind": "Deployment",
                "metadata": { "generation": 2 },
                "spec": { "replicas": 2 },
                "status": { "observedGeneration": seen, "updatedReplicas": updated, "availableReplicas": available },
            }))
        };
        assert_eq!(of(2, 2, 2), Health::Ready);
        assert_eq!(of(1, 2, 2), Health::Pending("its controller has not seen the change yet".into()));
        assert_eq!(of(2, 1, 2), Health::Pending("1 of 2 pods are of the new kind".into()));
        assert_eq!(of(2, 2, 1), Health::Pending("1 of 2 pods are available".into()));
    }

    #[test]
    fn what_holds_a_namespace_is_told() {
        let namespace = json!({
            "kind": "Namespace",
            "metadata": { "deletionTimestamp": "2026-01-01T00:00:00Z" },
            "spec": { "finalizers": ["kubernetes"] },
            "status": { "phase": "Terminating", "conditions": [
                { "type": "NamespaceFinalizersRemaining", "status": "True", "message": "x.example.com in 1 resource instances" },
                { "type": "NamespaceDeletionContentFailure", "status": "False", "message": "all deleted" },
            ] },
        });
        let told = "being deleted since 2026-01-01T00:00:00Z: x.example.com in 1 resource instances";
        assert_eq!(health(&namespace), Health::Pending(told.into()));
    }
}
