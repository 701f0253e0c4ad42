//! `aws_acm_certificate` as a data source: the certificate of a domain.

use aws_sdk_acm::types::{CertificateDetail, CertificateStatus, CertificateType, Filters, KeyAlgorithm};

use super::read;
use crate::aws::gather::gather;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, boolean, list_of, map_of, set_of, string};
use crate::value::{Type, Value};

pub struct CertificateData;

impl DataSource for CertificateData {
    type Client = Client;
    const NAME: &'static str = "aws_acm_certificate";
    const ACTIONS: &'static [&'static str] =
        &["acm:DescribeCertificate", "acm:GetCertificate", "acm:ListCertificates", "acm:ListTagsForCertificate"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("certificate", string().computed())
            .attr("certificate_chain", string().computed())
            .attr("domain", string().optional().computed())
            .attr("id", string().optional().computed())
            .attr("key_types", set_of(Type::String).optional())
            .attr("most_recent", boolean().optional().default(false))
            .attr("status", string().computed())
            .attr("statuses", list_of(Type::String).optional())
            .attr("tags", map_of(Type::String).optional().computed())
            .attr("types", list_of(Type::String).optional())
    }

    fn validate(config: &Value) -> Vec<String> {
        let set = |name: &str| config.get(name).is_some_and(|v| !v.is_null());
        if set("domain") || set("tags") { Vec::new() } else { vec!["Set domain, or tags, or both.".into()] }
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let (domain, wanted) = (config.string("domain"), config.string_map("tags"));
        let mut found = Vec::new();
        for live in candidates(client, config, domain.as_deref()).await? {
            let arn = live.certificate_arn.clone().unwrap_or_default();
            let tags = read::tags(client, &arn).await?;
            if wanted.iter().all(|(k, v)| tags.get(k) == Some(v)) {
                found.push((live, tags));
            }
        }
        found.sort_by_key(|(live, _)| {
            (live.status == Some(CertificateStatus::Issued), live.not_before.map(|at| at.secs()))
        });
        let many = found.len() > 1 && config.bool("most_recent") != Some(true);
        let named = domain.unwrap_or_default();
        match found.pop() {
            Some(_) if many => Err(Error::other(format!("several certificates match \"{named}\""))
                .hint("Set most_recent to true, or say statuses, types or tags.")),
            Some((live, tags)) => object(client, config, live, tags).await,
            None => Err(Error::not_found(format!("no certificate matches \"{named}\""))),
        }
    }
}

/// Certificates for the domain, of the types and statuses asked for.
async fn candidates(client: &Client, config: &Object, domain: Option<&str>) -> Result<Vec<CertificateDetail>> {
    let statuses = config.strings("statuses");
    let statuses = if statuses.is_empty() { vec!["ISSUED".to_owned()] } else { statuses };
    let statuses = statuses.iter().map(|s| CertificateStatus::from(s.as_str())).collect();
    let keys = config.strings("key_types");
    let keys: Vec<KeyAlgorithm> = keys.iter().map(|k| KeyAlgorithm::from(k.as_str())).collect();
    let includes = (!keys.is_empty()).then(|| Filters::builder().set_key_types(Some(keys)).build());
    let call = client.acm().list_certificates().set_certificate_statuses(Some(statuses)).set_includes(includes);
    let mut pages = call.into_paginator().send();
    let mut arns = Vec::new();
    while let Some(page) = pages.next().await {
        let all = page?.certificate_summary_list.unwrap_or_default().into_iter();
        let same = all.filter(|c| domain.is_none() || c.domain_name.as_deref() == domain);
        arns.extend(same.filter_map(|c| c.certificate_arn));
    }
    let reads = arns.into_iter().map(|arn| async move { read::describe(client, &arn).await });
    let types = config.strings("types");
    let fits = |live: &CertificateDetail| {
        let kind = live.r#type.as_ref().map_or("", CertificateType::as_str);
        types.is_empty() || types.iter().any(|t| t == kind)
    };
    Ok(gather(reads.collect()).await?.into_iter().flatten().filter(fits).collect())
}

async fn object(client: &Client, config: &Object, live: CertificateDetail, tags: all_tags::Tags) -> Result<Object> {
    let arn = live.certificate_arn.clone().unwrap_or_default();
    let (mut certificate, mut chain) = (None, None);
    if live.status == Some(CertificateStatus::Issued) {
        let answer = client.acm().get_certificate().certificate_arn(&arn).send().await?;
        (certificate, chain) = (answer.certificate, answer.certificate_chain);
    }
    let shown = tags.into_iter().filter(|(k, _)| !k.starts_with("aws:") && k != all_tags::TOKEN);
    let shown = shown.map(|(k, v)| (k.into(), Value::from(v))).collect();
    Ok(config
        .clone()
        .with("arn", arn.as_str())
        .with("certificate", certificate)
        .with("certificate_chain", chain)
        .with("domain", live.domain_name)
        .with("id", arn.as_str())
        .with("status", live.status.as_ref().map_or("", CertificateStatus::as_str))
        .with("tags", Value::map(Type::String, shown)))
}
