//! The Applications of Argo CD that come of one: its children, and theirs.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::cluster::{Cluster, ClusterError};
use super::manifest::Id;

/// API version of Argo CD's kinds.
pub const API: &str = "argoproj.io/v1alpha1";

/// Annotation by which Argo CD is asked to look at an Application and its repository anew; it takes it away when it has
/// (<https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/>).
pub const REFRESH: &str = "argocd.argoproj.io/refresh";

/// Names an Application.
pub fn id(namespace: &str, name: &str) -> Id {
    Id::new(API, "Application", Some(namespace), name)
}

/// All Applications that come of `root`: those that it, or one of them, has among its objects, and those that an
/// ApplicationSet among these objects has made.
pub async fn family(cluster: &Cluster, root: &Id) -> Result<Vec<Json>, ClusterError> {
    let namespace = root.namespace.as_deref().unwrap_or_default();
    let all = cluster.list(API, "Application", Some(namespace), None).await?;
    let made = descendants(&all, &root.name);
    // Items of a list do not say what they are.
    let with_kind = |mut app: Json| {
        app["kind"] = "Application".into();
        app
    };
    Ok(all.into_iter().filter(|app| name(app).is_some_and(|n| made.contains(n))).map(with_kind).collect())
}

fn name(object: &Json) -> Option<&str> {
    object.pointer("/metadata/name").and_then(Json::as_str)
}

/// Names of the Applications that come of one, without it.
fn descendants(all: &[Json], root: &str) -> BTreeSet<String> {
    let mut apps = BTreeSet::new();
    let mut sets = BTreeSet::new();
    let mut open = vec![root.to_owned()];
    while let Some(next) = open.pop() {
        let owner = all.iter().find(|app| name(app) == Some(&next));
        let resources = owner.and_then(|a| a.pointer("/status/resources")).and_then(Json::as_array);
        for resource in resources.into_iter().flatten() {
            let Some(name) = resource["name"].as_str() else { continue };
            match resource["kind"].as_str() {
                Some("Application") if name != root && apps.insert(name.to_owned()) => open.push(name.to_owned()),
                Some("ApplicationSet") => {
                    sets.insert(name.to_owned());
                }
                _ => {}
            }
        }
        for app in all {
            let owners = app.pointer("/metadata/ownerReferences").and_then(Json::as_array).into_iter().flatten();
            let of_set = owners.filter(|o| o["kind"] == "ApplicationSet").filter_map(|o| o["name"].as_str());
            let made = of_set.into_iter().any(|set| sets.contains(set));
            if let Some(name) = name(app).filter(|n| made && *n != root)
                && apps.insert(name.to_owned())
            {
                open.push(name.to_owned());
            }
        }
    }
    apps
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn children_come_of_applications_and_of_sets() {
        let app = |name: &str, set: Option<&str>, resources: Json| {
            let owners: Vec<Json> = set.map(|s| json!({ "kind": "ApplicationSet", "name": s })).into_iter().collect();
            let metadata = json!({ "name": name, "ownerReferences": owners });
            json!({ "metadata": metadata, "status": { "resources": resources } })
        };
        let child = |kind: &str, name: &str| json!({ "kind": kind, "name": name });
        let all = [
            app("root", None, json!([child("Application", "platform"), child("Application", "root")])),
            app("platform", None, json!([child("ApplicationSet", "tenants"), child("Service", "x")])),
            app("jenkins-a", Some("tenants"), json!([])),
            app("of-somebody-else", Some("others"), json!([])),
        ];
        assert_eq!(descendants(&all, "root").into_iter().collect::<Vec<_>>(), ["jenkins-a", "platform"]);
    }
}
