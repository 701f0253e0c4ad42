//! Versions of clusters and their node groups: one minor at a time, never back, and nodes not too far behind.
//!
//! <https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html>
//! <https://kubernetes.io/releases/version-skew-policy/>

use super::Rule;
use super::plan::{Plan, at};
use crate::diag::{Diagnostic, Diagnostics};
use crate::provider::{Fate, PlannedObject};

pub(super) const RULE: Rule = Rule { of: &["aws_eks_cluster", "aws_eks_node_group"], beside: &[], actions: &[] };

pub fn check(plan: &Plan<'_>) -> Diagnostics {
    let mut found = Diagnostics::new();
    for cluster in plan.of("aws_eks_cluster").filter(|c| c.fate == Fate::Updated) {
        found.extend(step(cluster));
    }
    for group in plan.of("aws_eks_node_group") {
        found.extend(skew(plan, group));
    }
    found
}

/// The minor version of a version such as `1.33`.
fn minor(version: Option<&str>) -> Option<u32> {
    version?.strip_prefix("1.")?.parse().ok()
}

fn versions(object: &PlannedObject) -> (Option<u32>, Option<u32>) {
    (minor(object.prior.as_ref().and_then(|p| p.str("version"))), minor(object.planned.str("version")))
}

fn step(cluster: &PlannedObject) -> Option<Diagnostic> {
    let (Some(old), Some(new)) = versions(cluster) else { return None };
    let address = &cluster.address;
    let finding = if new < old {
        Diagnostic::error(
            "Downgrade of an EKS cluster",
            format!("{address} runs Kubernetes 1.{old}, and AWS takes no cluster back to 1.{new}."),
        )
        .hint(format!("Set version = \"1.{old}\", or make a new cluster."))
    } else if new > old + 1 {
        Diagnostic::error(
            "EKS version skipped",
            format!("{address} runs Kubernetes 1.{old}, and AWS updates a cluster by one minor version at a time, not to 1.{new}."),
        )
        .hint(format!("Set version = \"1.{}\", apply, let the nodes follow, and go on from there.", old + 1))
    } else {
        return None;
    };
    Some(at(cluster, "version", finding))
}

/// How many minor versions nodes may be behind their cluster.
fn allowed(cluster: u32) -> u32 {
    if cluster < 28 { 2 } else { 3 }
}

fn skew(plan: &Plan<'_>, group: &PlannedObject) -> Option<Diagnostic> {
    let cluster = plan.cluster(group.planned.str("cluster_name"))?;
    let cluster_version = versions(cluster).1?;
    let (old, new) = versions(group);
    let (address, owner) = (&group.address, &cluster.address);
    // The cluster goes first: its nodes still run what they run now.
    let oldest = if cluster.fate == Fate::Updated { old.or(new) } else { new }?;
    if let Some(new) = new.filter(|new| *new > cluster_version) {
        let detail =
            format!("{address} would run Kubernetes 1.{new}, and its cluster {owner} has 1.{cluster_version}.");
        let hint = "Nodes may be behind their cluster, never ahead of it.";
        return Some(at(group, "version", Diagnostic::error("Nodes newer than their cluster", detail).hint(hint)));
    }
    let behind = cluster_version.saturating_sub(oldest);
    if behind <= allowed(cluster_version) || !(cluster.is_written() || group.is_written()) {
        return None;
    }
    let detail = format!(
        "{address} runs Kubernetes 1.{oldest}, {behind} minor versions behind the 1.{cluster_version} that {owner} is to have. \
         At most {} are allowed.",
        allowed(cluster_version)
    );
    let first = cluster_version - allowed(cluster_version);
    let hint = format!("Bring the nodes to 1.{first} or newer first, while the cluster stays as it is.");
    Some(at(group, "version", Diagnostic::error("Nodes too far behind their cluster", detail).hint(hint)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Object;

    fn object(kind: &str, fate: Fate, prior: Option<&str>, planned: &str) -> PlannedObject {
        let of =
            |version: &str| Object::new().with("name", "main").with("cluster_name", "main").with("version", version);
        PlannedObject {
            address: format!("{kind}.main"),
            kind: kind.into(),
            fate,
            prior: prior.map(of),
            config: Object::new(),
            planned: of(planned),
        }
    }

    #[test]
    fn versions_go_up_one_at_a_time() {
        for (old, new, expect) in [
            ("1.31", "1.32", None),
            ("1.31", "1.31", None),
            ("1.31", "1.33", Some("EKS version skipped")),
            ("1.31", "1.30", Some("Downgrade of an EKS cluster")),
        ] {
            let objects = [object("aws_eks_cluster", Fate::Updated, Some(old), new)];
            let found = check(&Plan(&objects));
            assert_eq!(found.iter().next().map(|d| &*d.summary), expect, "{old} -> {new}");
        }
    }

    #[test]
    fn nodes_stay_near_their_cluster() {
        let behind = Some("Nodes too far behind their cluster");
        for (cluster, nodes, expect) in [
            (("1.30", "1.31"), (Some("1.28"), "1.28"), None),
            (("1.31", "1.32"), (Some("1.28"), "1.28"), behind),
            // The nodes would follow, but the cluster goes first.
            (("1.31", "1.32"), (Some("1.28"), "1.32"), behind),
            (("1.31", "1.31"), (None, "1.32"), Some("Nodes newer than their cluster")),
            (("1.31", "1.31"), (None, "1.27"), behind),
        ] {
            let fate = if cluster.0 == cluster.1 { Fate::Kept } else { Fate::Updated };
            let group = if nodes.0.is_some() { Fate::Updated } else { Fate::Created };
            let objects = [
                object("aws_eks_cluster", fate, Some(cluster.0), cluster.1),
                object("aws_eks_node_group", group, nodes.0, nodes.1),
            ];
            let found = check(&Plan(&objects));
            assert_eq!(found.iter().next().map(|d| &*d.summary), expect, "{cluster:?} {nodes:?}");
        }
    }
}
