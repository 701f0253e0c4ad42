//! Versions of add-ons that EKS does not have for the Kubernetes version of their cluster.
//!
//! <https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeAddonVersions.html>

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Plan, at};
use super::{Findings, Rule};
use crate::aws::Client;
use crate::aws::gather::gather;
use crate::diag::{Diagnostic, Severity};
use crate::provider::{PlannedObject, Result};

pub(super) const RULE: Rule =
    Rule { of: &["aws_eks_addon"], beside: &["aws_eks_cluster"], actions: &["eks:DescribeAddonVersions"] };

pub async fn check(client: &Client, plan: &Plan<'_>) -> Findings {
    let wanted: Vec<Wanted<'_>> = plan.of("aws_eks_addon").filter_map(|addon| wanted(plan, addon)).collect();
    let asked: BTreeSet<(&str, &str)> = wanted.iter().map(|w| (w.name, w.kubernetes)).collect();
    let calls = asked
        .into_iter()
        .map(async |(name, kubernetes)| Ok(((name, kubernetes), offered(client, name, kubernetes).await?)));
    let offers: BTreeMap<(&str, &str), Vec<String>> = gather(calls.collect()).await?.into_iter().collect();
    let refused = wanted.iter().filter_map(|w| refused(w, offers.get(&(w.name, w.kubernetes))?));
    Ok(refused.collect())
}

struct Wanted<'a> {
    addon: &'a PlannedObject,
    name: &'a str,
    version: &'a str,
    kubernetes: &'a str,
}

/// An add-on whose version has to fit: it is new, or its cluster gets another version.
fn wanted<'a>(plan: &Plan<'a>, addon: &'a PlannedObject) -> Option<Wanted<'a>> {
    let cluster = plan.cluster(addon.planned.str("cluster_name"))?;
    let kubernetes = cluster.planned.str("version")?;
    let moves = cluster.prior.as_ref().is_some_and(|p| p.str("version") != Some(kubernetes));
    if !addon.is_written() && !moves {
        return None;
    }
    Some(Wanted {
        addon,
        name: addon.planned.str("addon_name")?,
        version: addon.planned.str("addon_version")?,
        kubernetes,
    })
}

/// The versions of an add-on for a Kubernetes version, newest first.
async fn offered(client: &Client, name: &str, kubernetes: &str) -> Result<Vec<String>> {
    let call = client.eks().describe_addon_versions().addon_name(name).kubernetes_version(kubernetes);
    let mut pages = call.into_paginator().send();
    let mut versions = Vec::new();
    while let Some(page) = pages.next().await {
        let addons = page?.addons.unwrap_or_default().into_iter();
        let all = addons.flat_map(|a| a.addon_versions.unwrap_or_default());
        versions.extend(all.filter_map(|v| v.addon_version));
    }
    Ok(versions)
}

fn refused(wanted: &Wanted<'_>, offered: &[String]) -> Option<Diagnostic> {
    let Wanted { addon, name, version, kubernetes } = *wanted;
    if offered.iter().any(|v| v == version) {
        return None;
    }
    let (attribute, detail, hint) = match offered.first() {
        None => (
            "addon_name",
            format!("EKS has no add-on \"{name}\" for Kubernetes {kubernetes}."),
            "`aws eks describe-addon-versions` lists what there is.".to_owned(),
        ),
        Some(newest) => (
            "addon_version",
            format!("EKS does not have version {version} of the add-on \"{name}\" for Kubernetes {kubernetes}."),
            format!("The newest is {newest}. Without addon_version EKS takes its default."),
        ),
    };
    // An add-on that stays as it is goes on running, unsupported.
    let severity = if addon.is_written() { Severity::Error } else { Severity::Warning };
    let finding = Diagnostic { severity, ..Diagnostic::error("Unsupported add-on version", detail) };
    Some(at(addon, attribute, finding.hint(hint)))
}
