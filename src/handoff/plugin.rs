//! Config management plugins, as containers beside the repo server.
//!
//! <https://argo-cd.readthedocs.io/en/stable/operator-manual/config-management-plugins/>

use serde_json::{Value as Json, json};

use super::manifest::{Manifest, to_yaml};
use super::settings::Plugin;

/// Plugins that need no commands of the user's.
pub const KNOWN: [&str; 1] = ["helm-jenkins-template"];

/// The user of Argo CD's image, under whom a plugin has to run.
const USER: u64 = 999;

/// The Deployment that a plugin joins.
pub const REPO_SERVER: &str = "argocd-repo-server";

/// A tenant's Jenkins: the chart with the values of all environments and of one, and beside it what kustomize makes of the
/// overlay. Applications say which with the variables ENVIRONMENT, CHART, CHART_REPOSITORY and CHART_VERSION.
const HELM_JENKINS: &str = include_str!("helm-jenkins-template.sh");

/// The ConfigMap with the definition of a plugin.
pub fn definition(plugin: &Plugin, namespace: &str) -> Manifest {
    let (init, generate) = commands(plugin);
    let command = |words: &[String]| {
        let (command, arguments) = words.split_at(words.len().min(1));
        json!({ "command": command, "args": arguments })
    };
    let mut spec = json!({ "version": "v1.0", "generate": command(&generate) });
    if !init.is_empty() {
        spec["init"] = command(&init);
    }
    let document = json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ConfigManagementPlugin",
        "metadata": { "name": plugin.name },
        "spec": spec,
    });
    Manifest(json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": config_map(plugin), "namespace": namespace },
        "data": { "plugin.yaml": to_yaml(&document) },
    }))
}

fn commands(plugin: &Plugin) -> (Vec<String>, Vec<String>) {
    if plugin.generate.is_empty() {
        let script = ["bash", "-euo", "pipefail", "-c", HELM_JENKINS].map(str::to_owned);
        return (plugin.init.clone(), script.into());
    }
    (plugin.init.clone(), plugin.generate.clone())
}

fn config_map(plugin: &Plugin) -> String {
    format!("argocd-plugin-{}", plugin.name)
}

/// Adds the plugin's container to the repo server's pods.
pub fn join(repo_server: &mut Manifest, plugin: &Plugin) {
    let spec = ["spec", "template", "spec"];
    let path = |last: &'static str| [spec[0], spec[1], spec[2], last];
    let own = repo_server.list_at(&path("containers")).iter().find(|c| c["name"] == REPO_SERVER);
    let image = own.map_or(Json::Null, |c| c["image"].clone());
    let image = plugin.image.as_ref().map_or(image, |given| Json::String(given.clone()));
    let (config, temporary) = (format!("plugin-{}", plugin.name), format!("plugin-{}-tmp", plugin.name));
    repo_server.list_at(&path("containers")).push(json!({
        "name": config,
        "image": image,
        "command": ["/var/run/argocd/argocd-cmp-server"],
        // Charts are unpacked below the temporary folder: the file system of the image is read-only.
        "env": [
            { "name": "HELM_CACHE_HOME", "value": "/tmp/helm/cache" },
            { "name": "HELM_CONFIG_HOME", "value": "/tmp/helm/config" },
            { "name": "HELM_DATA_HOME", "value": "/tmp/helm/data" },
        ],
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "capabilities": { "drop": ["ALL"] },
            "readOnlyRootFilesystem": true,
            "runAsNonRoot": true,
            "runAsUser": USER,
            "seccompProfile": { "type": "RuntimeDefault" },
        },
        "volumeMounts": [
            { "name": "var-files", "mountPath": "/var/run/argocd" },
            { "name": "plugins", "mountPath": "/home/argocd/cmp-server/plugins" },
            { "name": config, "mountPath": "/home/argocd/cmp-server/config/plugin.yaml", "subPath": "plugin.yaml" },
            { "name": temporary, "mountPath": "/tmp" },
        ],
    }));
    let volumes = repo_server.list_at(&path("volumes"));
    volumes.push(json!({ "name": config, "configMap": { "name": config_map(plugin) } }));
    volumes.push(json!({ "name": temporary, "emptyDir": {} }));
}
