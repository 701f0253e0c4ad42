//! `aws_iam_openid_connect_provider`. Its id is its ARN.

use std::collections::{BTreeMap, BTreeSet};

use super::{naming, read, tags};
use crate::aws::gather::gather;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, Operation, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, list_of, set_of, string};
use crate::value::{Type, Value};

pub struct OpenIdConnectProvider;

impl ResourceType for OpenIdConnectProvider {
    type Client = Client;
    const NAME: &'static str = "aws_iam_openid_connect_provider";
    const READ_BATCH: usize = 100;
    const UNIQUE: &'static [&'static str] = &["url"];
    const ACTIONS: Actions = Actions {
        read: &["iam:GetOpenIDConnectProvider", "iam:ListOpenIDConnectProviders"],
        create: &["iam:CreateOpenIDConnectProvider", "iam:TagOpenIDConnectProvider"],
        update: &[
            "iam:UpdateOpenIDConnectProviderThumbprint",
            "iam:AddClientIDToOpenIDConnectProvider",
            "iam:RemoveClientIDFromOpenIDConnectProvider",
            "iam:TagOpenIDConnectProvider",
            "iam:UntagOpenIDConnectProvider",
        ],
        delete: &["iam:DeleteOpenIDConnectProvider"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("client_id_list", set_of(Type::String).required())
            .attr("id", string().optional().computed())
            .attr("thumbprint_list", list_of(Type::String).optional().computed())
            .attr("url", string().required().force_new().check(url))
            .tags()
    }

    /// IAM stores the URL without its scheme: that is no other URL.
    fn customize_plan(change: &mut PlannedChange) {
        let prior = change.prior.as_ref().and_then(|p| p.string("url"));
        let planned = change.planned.string("url");
        if let (Some(prior), Some(planned)) = (prior, planned)
            && host(&prior) == host(&planned)
        {
            change.planned.set("url", prior);
        }
        for thumbprint in change.config.strings("thumbprint_list") {
            if thumbprint.len() != 40 {
                change.error("thumbprint_list", format!("The thumbprint \"{thumbprint}\" must have 40 characters."));
            }
        }
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut calls = Vec::new();
        for id in ids {
            calls.push(async move { Ok((id.clone(), single(client, id.as_str()).await?)) });
        }
        Ok(gather(calls).await?.into_iter().collect())
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let thumbprints = want.strings("thumbprint_list");
        let answer = cx
            .client
            .iam()
            .create_open_id_connect_provider()
            .set_url(want.string("url"))
            .set_client_id_list(Some(want.strings("client_id_list")))
            .set_thumbprint_list((!thumbprints.is_empty()).then_some(thumbprints))
            .set_tags(tags::wanted(want)?)
            .send()
            .await?;
        let arn = answer.open_id_connect_provider_arn;
        let id = RemoteId::from(arn.ok_or_else(|| Error::other("CreateOpenIDConnectProvider answered no ARN"))?);
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let (iam, arn) = (client.iam(), id.as_str());
        let thumbprints = want.strings("thumbprint_list");
        if prior.strings("thumbprint_list") != thumbprints {
            iam.update_open_id_connect_provider_thumbprint()
                .open_id_connect_provider_arn(arn)
                .set_thumbprint_list(Some(thumbprints))
                .send()
                .await?;
        }
        let clients = |object: &Object| object.strings("client_id_list").into_iter().collect::<BTreeSet<_>>();
        let (old, new) = (clients(prior), clients(want));
        for name in new.difference(&old) {
            let call = iam.add_client_id_to_open_id_connect_provider();
            call.open_id_connect_provider_arn(arn).client_id(name).send().await?;
        }
        for name in old.difference(&new) {
            let call = iam.remove_client_id_from_open_id_connect_provider();
            call.open_id_connect_provider_arn(arn).client_id(name).send().await?;
        }
        let (removed, changed) = tags::difference(prior, want)?;
        if !removed.is_empty() {
            let call = iam.untag_open_id_connect_provider().open_id_connect_provider_arn(arn);
            call.set_tag_keys(Some(removed)).send().await?;
        }
        if !changed.is_empty() {
            let call = iam.tag_open_id_connect_provider().open_id_connect_provider_arn(arn);
            call.set_tags(Some(changed)).send().await?;
        }
        Ok(())
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let call = client.iam().delete_open_id_connect_provider().open_id_connect_provider_arn(id.as_str());
        read::unless_gone(call.send().await)?;
        Ok(())
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(2, 2, 2)
    }

    fn retries(operation: Operation, error: &Error) -> bool {
        !error.is_not_found() && naming::retries(operation, error)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        want.string("url").map(|url| ("url".to_owned(), url)).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(url) = intent.identity.get("url") else { return Ok(None) };
        Ok(by_url(client, url).await?.map(RemoteId::from))
    }
}

/// ARN of the provider with a URL; an account has no second one.
pub async fn by_url(client: &Client, url: &str) -> Result<Option<String>> {
    let end = format!(":oidc-provider/{}", host(url));
    let answer = client.iam().list_open_id_connect_providers().send().await?;
    let mut arns = answer.open_id_connect_provider_list.unwrap_or_default().into_iter().filter_map(|p| p.arn);
    Ok(arns.find(|arn| arn.ends_with(&end)))
}

async fn single(client: &Client, arn: &str) -> Result<Found> {
    let call = client.iam().get_open_id_connect_provider().open_id_connect_provider_arn(arn);
    let Some(answer) = read::unless_gone(call.send().await)? else { return Ok(Found::Gone) };
    let mut object = Object::new()
        .with("arn", arn)
        .with("client_id_list", answer.client_id_list.unwrap_or_default())
        .with("id", arn)
        .with("thumbprint_list", answer.thumbprint_list.unwrap_or_default())
        .with("url", answer.url);
    all_tags::set(&mut object, tags::pairs(answer.tags.as_deref().unwrap_or_default()));
    Ok(Found::Object(object))
}

fn host(url: &str) -> &str {
    url.strip_prefix("https://").unwrap_or(url)
}

fn url(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if text.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && !rest.contains(['?', '#'])) {
        Ok(())
    } else {
        Err(format!("\"{text}\" is not an HTTPS URL without a query."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_without_its_scheme_is_the_same_url() {
        let with = |url: &str| Object::new().with("url", url);
        let mut change = PlannedChange {
            prior: Some(with("oidc.example.com/id/1")),
            config: with("https://oidc.example.com/id/1"),
            planned: with("https://oidc.example.com/id/1"),
            replace: Default::default(),
            diagnostics: Default::default(),
        };
        OpenIdConnectProvider::customize_plan(&mut change);
        assert!(!change.changes("url"));
    }
}
