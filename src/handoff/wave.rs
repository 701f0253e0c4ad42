//! The order in which objects come to a cluster, and in reverse leave it.

use super::manifest::Manifest;

/// One step of the delivery: everything of a wave is there, and works, before the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wave {
    Namespace,
    /// Custom resource definitions.
    Definitions,
    /// Service accounts and what they may do.
    Access,
    /// What pods read, and who may talk to them.
    Configuration,
    Services,
    Workloads,
    /// Projects, repositories and the cluster, as Argo CD reads them.
    Connections,
    /// The root Application.
    Root,
}

impl Wave {
    pub const ALL: [Self; 8] = [
        Self::Namespace,
        Self::Definitions,
        Self::Access,
        Self::Configuration,
        Self::Services,
        Self::Workloads,
        Self::Connections,
        Self::Root,
    ];

    pub fn of(object: &Manifest) -> Self {
        match object.kind() {
            "Namespace" => Self::Namespace,
            "CustomResourceDefinition" => Self::Definitions,
            "ServiceAccount" | "Role" | "RoleBinding" | "ClusterRole" | "ClusterRoleBinding" => Self::Access,
            "Service" => Self::Services,
            "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => Self::Workloads,
            "AppProject" => Self::Connections,
            "Secret" if object.text("/metadata/labels/argocd.argoproj.io~1secret-type").is_some() => Self::Connections,
            "Application" => Self::Root,
            _ => Self::Configuration,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Namespace => "namespace",
            Self::Definitions => "custom resource definitions",
            Self::Access => "access",
            Self::Configuration => "configuration",
            Self::Services => "services",
            Self::Workloads => "workloads",
            Self::Connections => "projects and repositories",
            Self::Root => "root application",
        }
    }
}
