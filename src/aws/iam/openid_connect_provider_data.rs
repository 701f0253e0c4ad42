//! `data "aws_iam_openid_connect_provider"`: a provider by ARN or by URL.

use super::openid_connect_provider::{OpenIdConnectProvider, by_url};
use crate::aws::{Client, data, validate};
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, list_of, map_of, string};
use crate::value::{Type, Value};

pub struct OpenIdConnectProviderData;

impl DataSource for OpenIdConnectProviderData {
    type Client = Client;
    const NAME: &'static str = "aws_iam_openid_connect_provider";
    const ACTIONS: &'static [&'static str] = &["iam:GetOpenIDConnectProvider", "iam:ListOpenIDConnectProviders"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().optional().computed().check(validate::arn))
            .attr("client_id_list", list_of(Type::String).computed())
            .attr("id", string().optional().computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .attr("thumbprint_list", list_of(Type::String).computed())
            .attr("url", string().optional().computed())
    }

    fn validate(config: &Value) -> Vec<String> {
        let set = |name: &str| config.get(name).is_some_and(|v| !v.is_null());
        if set("arn") == set("url") { vec!["Exactly one of arn and url must be set.".into()] } else { Vec::new() }
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let arn = match (config.string("arn"), config.string("url")) {
            (Some(arn), _) => arn,
            (None, Some(url)) => by_url(client, &url).await?.ok_or_else(|| {
                Error::not_found(format!("there is no OpenID Connect provider with the URL \"{url}\""))
            })?,
            (None, None) => return Err(Error::other("set arn or url")),
        };
        data::existing::<OpenIdConnectProvider>(client, &arn).await
    }
}
