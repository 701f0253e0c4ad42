//! `aws_vpc_endpoint_route_table_association`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::VpcEndpoint;

use super::names;
use super::read::{gone, visible};
use super::vpc_endpoint::describe;
use crate::aws::Client;
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, RemoteId, ResourceType, Result};
use crate::schema::{Schema, string};

pub struct VpcEndpointRouteTableAssociation;

impl ResourceType for VpcEndpointRouteTableAssociation {
    type Client = Client;
    const NAME: &'static str = "aws_vpc_endpoint_route_table_association";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeVpcEndpoints"],
        create: &["ec2:ModifyVpcEndpoint"],
        update: &[],
        delete: &["ec2:ModifyVpcEndpoint"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().optional().computed())
            .attr("route_table_id", string().required().force_new())
            .attr("vpc_endpoint_id", string().required().force_new())
    }

    /// Endpoint and table, as at import: the `id` in state is a hash.
    fn remote_id(object: &Object) -> Option<RemoteId> {
        Some(format!("{}/{}", object.string("vpc_endpoint_id")?, object.string("route_table_id")?).into())
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let live = load(client, ids).await?;
        let mut found = gone(ids);
        for id in ids {
            let (endpoint, table) = id.pair('/')?;
            if live.iter().any(|e| has(e, endpoint, table)) {
                let object = Object::new()
                    .with("id", format!("a-{endpoint}{}", names::checksum(table)))
                    .with("route_table_id", table)
                    .with("vpc_endpoint_id", endpoint);
                found.insert(id.clone(), Found::Object(object));
            }
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = Self::remote_id(want).ok_or_else(|| Error::other("the association has no endpoint or no table"))?;
        let (endpoint, table) = id.pair('/')?;
        visible(|| async {
            let call = cx.client.ec2().modify_vpc_endpoint().vpc_endpoint_id(endpoint).add_route_table_ids(table);
            call.send().await.map_err(Error::from)
        })
        .await?;
        cx.created(&id);
        Ok(id)
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let (endpoint, table) = id.pair('/')?;
        // The call fails where the endpoint has no such table.
        if !load(client, std::slice::from_ref(id)).await?.iter().any(|e| has(e, endpoint, table)) {
            return Ok(());
        }
        let call = client.ec2().modify_vpc_endpoint().vpc_endpoint_id(endpoint).remove_route_table_ids(table);
        call.send().await.map(drop).map_err(Error::from).or_else(Error::unless_not_found)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        Self::remote_id(want).map(|id| ("association".to_owned(), id.to_string())).into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = intent.identity.get("association").map(|id| RemoteId::from(id.as_str())) else {
            return Ok(None);
        };
        let (endpoint, table) = id.pair('/')?;
        let live = load(client, std::slice::from_ref(&id)).await?;
        Ok(live.iter().any(|e| has(e, endpoint, table)).then(|| id.clone()))
    }

    /// `vpce-1/rtb-1`
    fn import_id(text: &str) -> Result<RemoteId> {
        match text.split_once('/') {
            Some((endpoint, table)) if endpoint.starts_with("vpce-") && table.starts_with("rtb-") => Ok(text.into()),
            _ => Err(Error::other(format!("\"{text}\" is not ENDPOINT/ROUTETABLE, such as vpce-1/rtb-1"))),
        }
    }
}

/// The endpoints that ids speak of; those that do not exist are left out.
async fn load(client: &Client, ids: &[RemoteId]) -> Result<Vec<VpcEndpoint>> {
    let endpoints = ids.iter().map(|id| Ok(id.pair('/')?.0.to_owned())).collect::<Result<BTreeSet<_>>>()?;
    describe(client, endpoints.into_iter().collect()).await
}

fn has(endpoint: &VpcEndpoint, id: &str, table: &str) -> bool {
    endpoint.vpc_endpoint_id.as_deref() == Some(id) && endpoint.route_table_ids.iter().flatten().any(|t| t == table)
}
