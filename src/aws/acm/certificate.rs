//! `aws_acm_certificate`. Its id is its ARN.

use std::collections::BTreeMap;

use aws_sdk_acm::primitives::Blob;
use aws_sdk_acm::types::{CertificateOptions, DomainValidationOption, KeyAlgorithm, Tag, ValidationMethod};
use sha2::{Digest, Sha256};

use super::{certificate_object, certificate_plan, read};
use crate::aws::error::deleted;
use crate::aws::gather::{gather, one_by_one};
use crate::aws::{Client, tags as all_tags, validate};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, Readiness, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Block, Schema, boolean, list_block, list_of, set_block, set_of, string};
use crate::value::{Type, Value};

const DURATION: &str = "early_renewal_duration";

pub struct Certificate;

impl ResourceType for Certificate {
    type Client = Client;
    const NAME: &'static str = "aws_acm_certificate";
    const READ_BATCH: usize = 100;
    const ACTIONS: Actions = Actions {
        read: &["acm:DescribeCertificate", "acm:ListTagsForCertificate"],
        create: &[
            "acm:AddTagsToCertificate",
            "acm:ImportCertificate",
            "acm:ListCertificates",
            "acm:RemoveTagsFromCertificate",
            "acm:RequestCertificate",
        ],
        update: &[
            "acm:AddTagsToCertificate",
            "acm:ImportCertificate",
            "acm:RemoveTagsFromCertificate",
            "acm:UpdateCertificateOptions",
        ],
        delete: &["acm:DeleteCertificate"],
    };

    fn schema() -> Schema {
        let text = || string().optional();
        let summary = ["renewal_status", "renewal_status_reason", "updated_at"].map(|name| (name, Type::String));
        let options =
            Block::new().attr("certificate_transparency_logging_preference", text().default("ENABLED").check(logging));
        let option = Block::new()
            .attr("domain_name", string().required().force_new())
            .attr("validation_domain", string().required().force_new());
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("certificate_authority_arn", text().force_new().check(validate::arn))
            .attr("certificate_body", text())
            .attr("certificate_chain", text())
            .attr("domain_name", text().computed().force_new().check(domain))
            .attr("domain_validation_options", set_of(certificate_plan::record_type()).computed())
            .attr(DURATION, text())
            .attr("id", text().computed())
            .attr("key_algorithm", text().computed().force_new().check(algorithm))
            .attr("not_after", string().computed())
            .attr("not_before", string().computed())
            .attr("pending_renewal", boolean().computed())
            .attr("private_key", text().sensitive())
            .attr("renewal_eligibility", string().computed())
            .attr("renewal_summary", list_of(Type::object(summary)).computed())
            .attr("status", string().computed())
            .attr("subject_alternative_names", set_of(Type::String).optional().computed().force_new())
            .attr("type", string().computed())
            .attr("validation_emails", list_of(Type::String).computed())
            .attr("validation_method", text().computed().force_new().check(method))
            .block("options", list_block(options).max(1).computed())
            .block("validation_option", set_block(option).force_new())
            .tags()
    }

    fn customize_plan(change: &mut PlannedChange) {
        certificate_plan::complete(change);
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        one_by_one(ids, |id| async move {
            let (live, tags) =
                futures::try_join!(read::describe(client, id.as_str()), read::tags(client, id.as_str()))?;
            // AWS does not know it, and the provider stores no null.
            let duration = prior.get(id).and_then(|p| p.string(DURATION)).unwrap_or_default();
            let object = live.map(|live| certificate_object::object(&live, tags).with(DURATION, duration));
            Ok(object.map_or(Found::Gone, Found::Object))
        })
        .await
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let mut tags = all_tags::wanted(want);
        tags.insert(all_tags::TOKEN.into(), cx.token.into());
        let arn = match want.string("private_key") {
            Some(_) => import(cx.client, None, want, tags).await?,
            None => request(cx, want, tags).await?,
        };
        let id = RemoteId::from(arn);
        cx.created(&id);
        remove_token(cx.client, &id).await?;
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let material = ["private_key", "certificate_body", "certificate_chain"];
        let changed = material.iter().any(|name| prior.string(name) != want.string(name));
        if changed && want.has("private_key") {
            import(client, Some(id), want, all_tags::Tags::new()).await?;
        }
        let (old, new) = (options(prior), options(want));
        if let Some(new) = new.filter(|new| old.as_ref() != Some(new)) {
            client.acm().update_certificate_options().certificate_arn(id.as_str()).options(new).send().await?;
        }
        let (removed, changed) = all_tags::difference(prior, want);
        if !removed.is_empty() {
            remove(client, id, &removed).await?;
        }
        if let Some(tags) = read::list(&changed)? {
            let call = client.acm().add_tags_to_certificate().certificate_arn(id.as_str());
            call.set_tags(Some(tags)).send().await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        deleted(client.acm().delete_certificate().certificate_arn(id.as_str()).send().await)
    }

    fn readiness(object: &Object) -> Readiness {
        match object.string("_status") {
            Some(why) => Readiness::Pending(why),
            None => Readiness::Ready,
        }
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("domain_name").map(|name| ("domain_name".to_owned(), name)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let named = intent.identity.get("domain_name");
        let mut pages = client.acm().list_certificates().into_paginator().send();
        let mut arns = Vec::new();
        while let Some(page) = pages.next().await {
            let all = page?.certificate_summary_list.unwrap_or_default().into_iter();
            let same = all.filter(|c| named.is_none() || c.domain_name.as_ref() == named);
            arns.extend(same.filter_map(|c| c.certificate_arn));
        }
        let reads = arns.into_iter().map(|arn| async move {
            let ours = read::tags(client, &arn).await?.get(all_tags::TOKEN) == Some(&intent.token);
            Ok(ours.then_some(arn))
        });
        Ok(gather(reads.collect()).await?.into_iter().flatten().next().map(RemoteId::from))
    }

    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        remove_token(client, id).await
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(5, 5, 20)
    }
}

async fn request(cx: &CreateCx<'_, Client>, want: &Object, tags: all_tags::Tags) -> Result<String> {
    // At most 32 characters of a word.
    let mut token = hex::encode(Sha256::digest(cx.token));
    token.truncate(32);
    let names = want.strings("subject_alternative_names");
    let proofs = want.objects("validation_option").into_iter().map(|o| {
        DomainValidationOption::builder()
            .domain_name(o.string("domain_name").unwrap_or_default())
            .validation_domain(o.string("validation_domain").unwrap_or_default())
            .build()
    });
    let proofs = proofs.collect::<Result<Vec<_>, _>>().map_err(|e| Error::other(e.to_string()))?;
    let answer = cx
        .client
        .acm()
        .request_certificate()
        .set_domain_name(want.string("domain_name"))
        .idempotency_token(token)
        .set_certificate_authority_arn(want.string("certificate_authority_arn"))
        .set_domain_validation_options((!proofs.is_empty()).then_some(proofs))
        .set_key_algorithm(want.str("key_algorithm").map(KeyAlgorithm::from))
        .set_options(options(want))
        .set_subject_alternative_names((!names.is_empty()).then_some(names))
        .set_validation_method(want.str("validation_method").map(ValidationMethod::from))
        .set_tags(read::list(&tags)?)
        .send()
        .await?;
    answer.certificate_arn.ok_or_else(|| Error::other("the answer names no certificate"))
}

async fn import(client: &Client, id: Option<&RemoteId>, want: &Object, tags: all_tags::Tags) -> Result<String> {
    let blob = |name: &str| want.string(name).map(|text| Blob::new(text.into_bytes()));
    let answer = client
        .acm()
        .import_certificate()
        .set_certificate_arn(id.map(ToString::to_string))
        .set_certificate(blob("certificate_body"))
        .set_certificate_chain(blob("certificate_chain"))
        .set_private_key(blob("private_key"))
        .set_tags(read::list(&tags)?)
        .send()
        .await?;
    answer.certificate_arn.ok_or_else(|| Error::other("the answer names no certificate"))
}

#[expect(deprecated, reason = "the provider has it still")]
fn options(object: &Object) -> Option<CertificateOptions> {
    let said = object.object("options")?.string("certificate_transparency_logging_preference")?;
    let preference = aws_sdk_acm::types::CertificateTransparencyLoggingPreference::from(said.as_str());
    Some(CertificateOptions::builder().certificate_transparency_logging_preference(preference).build())
}

async fn remove_token(client: &Client, id: &RemoteId) -> Result<()> {
    remove(client, id, &[all_tags::TOKEN.to_owned()]).await
}

/// Removes tags by their keys, whatever they say.
async fn remove(client: &Client, id: &RemoteId, keys: &[String]) -> Result<()> {
    let made = keys.iter().map(|key| Tag::builder().key(key).build());
    let tags = made.collect::<Result<Vec<_>, _>>().map_err(|e| Error::other(e.to_string()))?;
    client.acm().remove_tags_from_certificate().certificate_arn(id.as_str()).set_tags(Some(tags)).send().await?;
    Ok(())
}

fn domain(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if text.ends_with('.') {
        return Err(format!("\"{text}\" must not end with a dot."));
    }
    if text.len() > 253 { Err(format!("\"{text}\" has more than 253 characters.")) } else { Ok(()) }
}

fn logging(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["DISABLED", "ENABLED"])
}

fn method(value: &Value) -> Result<(), String> {
    validate::one_of(value, &["DNS", "EMAIL"])
}

fn algorithm(value: &Value) -> Result<(), String> {
    let all = ["EC_prime256v1", "EC_secp384r1", "EC_secp521r1", "RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096"];
    validate::one_of(value, &all)
}
