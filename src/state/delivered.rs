//! What a stack has brought into a cluster, beside the objects of its providers.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What names an object of a Kubernetes cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClusterObject {
    pub api_version: String,
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    pub name: String,
}

/// The objects that one `bootstrap` block owns in its cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    pub cluster: String,
    /// The Argo CD that the cloud runs for it was made with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub capability: bool,
    pub objects: Vec<DeliveredObject>,
}

/// An object with the identity that the cluster gave it: another one of its name has another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeliveredObject {
    #[serde(flatten)]
    pub id: ClusterObject,
    pub uid: String,
}

impl Delivered {
    /// Nothing is left of it.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty() && !self.capability
    }

    pub fn uid(&self, id: &ClusterObject) -> Option<&str> {
        self.objects.iter().find(|o| o.id.is_same(id)).map(|o| &*o.uid)
    }

    /// Takes an object in, in place of what bore its name.
    pub fn insert(&mut self, id: ClusterObject, uid: String) {
        self.remove(&id);
        let object = DeliveredObject { id, uid };
        let at = self.objects.partition_point(|o| *o < object);
        self.objects.insert(at, object);
    }

    pub fn remove(&mut self, id: &ClusterObject) {
        self.objects.retain(|o| !o.id.is_same(id));
    }
}

impl ClusterObject {
    pub fn new(api_version: &str, kind: &str, namespace: Option<&str>, name: &str) -> Self {
        Self {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        }
    }

    /// Whether both are the same object: an API group may serve it under several versions.
    pub fn is_same(&self, other: &Self) -> bool {
        let group = |id: &Self| id.api_version.rsplit_once('/').map(|(group, _)| group.to_owned());
        group(self) == group(other)
            && self.kind == other.kind
            && self.namespace == other.namespace
            && self.name == other.name
    }
}

impl fmt::Display for ClusterObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(version: &str, name: &str) -> ClusterObject {
        ClusterObject::new(version, "CronJob", Some("n"), name)
    }

    #[test]
    fn versions_of_a_group_are_one_object() {
        assert!(id("batch/v1", "a").is_same(&id("batch/v1beta1", "a")));
        assert!(!id("batch/v1", "a").is_same(&id("v1", "a")));
        let mut delivered = Delivered::default();
        delivered.insert(id("batch/v1beta1", "b"), "1".into());
        delivered.insert(id("batch/v1beta1", "a"), "2".into());
        delivered.insert(id("batch/v1", "b"), "3".into());
        let uids: Vec<&str> = delivered.objects.iter().map(|o| &*o.uid).collect();
        assert_eq!(uids, ["3", "2"]);
        assert_eq!(delivered.uid(&id("batch/v1beta1", "b")), Some("3"));
    }
}
