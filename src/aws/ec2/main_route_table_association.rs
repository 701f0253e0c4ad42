//! `aws_main_route_table_association`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{RouteTable, RouteTableAssociation as Live};

use super::read::{FILTER_VALUES, gone, visible};
use super::tags::filter;
use crate::aws::Client;
use crate::aws::error::deleted;
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, PlannedChange, Readiness, RemoteId, ResourceType,
    Result, Timeouts,
};
use crate::schema::{Schema, string};

pub struct MainRouteTableAssociation;

impl ResourceType for MainRouteTableAssociation {
    type Client = Client;
    const NAME: &'static str = "aws_main_route_table_association";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeRouteTables"],
        create: &["ec2:DescribeRouteTables", "ec2:ReplaceRouteTableAssociation"],
        update: &["ec2:DescribeRouteTables", "ec2:ReplaceRouteTableAssociation"],
        delete: &["ec2:DescribeRouteTables", "ec2:ReplaceRouteTableAssociation"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().optional().computed())
            .attr("original_route_table_id", string().computed())
            .attr("route_table_id", string().required())
            .attr("vpc_id", string().required())
            .timeouts(&["create", "delete", "update"])
    }

    /// The VPC, which has one main table at any moment, and the table that it gets back in the end.
    fn remote_id(object: &Object) -> Option<RemoteId> {
        let original = object.string("original_route_table_id").unwrap_or_default();
        Some(format!("{}/{original}", object.string("vpc_id")?).into())
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let vpcs = ids.iter().map(|id| Ok(id.pair('/')?.0.to_owned())).collect::<Result<Vec<_>>>()?;
        let live = main(client, &vpcs).await?;
        let mut found = gone(ids);
        for id in ids {
            let (vpc, original) = id.pair('/')?;
            if let Some(association) = live.get(vpc) {
                found.insert(id.clone(), Found::Object(object(vpc, original, association)));
            }
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        if let Some(prior) = change.prior.as_ref().and_then(|p| p.get("original_route_table_id")).cloned() {
            change.planned.set("original_route_table_id", prior);
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let vpc = want.string("vpc_id").unwrap_or_default();
        let live = visible(|| main_of(cx.client, &vpc)).await?;
        let id = RemoteId::from(format!("{vpc}/{}", live.route_table_id.as_deref().unwrap_or_default()));
        // Afterwards nothing would tell which table the VPC had before.
        cx.created(&id);
        replace(cx.client, &live, want).await?;
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        replace(client, &main_of(client, id.pair('/')?.0).await?, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let (vpc, original) = id.pair('/')?;
        let live = match main_of(client, vpc).await {
            Ok(live) => live,
            Err(e) => return e.unless_not_found(),
        };
        if original.is_empty() || live.route_table_id.as_deref() == Some(original) {
            return Ok(());
        }
        let call = client.ec2().replace_route_table_association().set_association_id(live.route_table_association_id);
        deleted(call.route_table_id(original).send().await)
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("_state").unwrap_or("associated") {
            "associated" => Readiness::Ready,
            "failed" => Readiness::Failed("the association failed".into()),
            other => Readiness::Pending(other.to_owned()),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(5, 2, 5)
    }

    /// The id is in the journal before anything is changed: without it, nothing was.
    async fn find(_client: &Client, _intent: &Intent) -> Result<Option<RemoteId>> {
        Ok(None)
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        if text.starts_with("vpc-") && !text.contains('/') {
            return Ok(format!("{text}/").into());
        }
        Err(Error::other(format!("\"{text}\" is not the id of a VPC, such as vpc-1")))
    }
}

/// The main associations of VPCs, by VPC.
async fn main(client: &Client, vpcs: &[String]) -> Result<BTreeMap<String, Live>> {
    let mut found = BTreeMap::new();
    for some in vpcs.chunks(FILTER_VALUES) {
        let call = client.ec2().describe_route_tables().filters(filter("vpc-id", some));
        let pages = call.filters(filter("association.main", ["true"])).into_paginator().items().send();
        let tables: Vec<RouteTable> = pages.try_collect().await?;
        found.extend(tables.into_iter().filter_map(|table| {
            let own = table.associations.unwrap_or_default().into_iter().find(|a| a.main == Some(true))?;
            Some((table.vpc_id?, own))
        }));
    }
    Ok(found)
}

async fn main_of(client: &Client, vpc: &str) -> Result<Live> {
    let found = main(client, &[vpc.to_owned()]).await?.remove(vpc);
    found.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no VPC \"{vpc}\" with a main route table")))
}

async fn replace(client: &Client, live: &Live, want: &Object) -> Result<()> {
    if live.route_table_id == want.string("route_table_id") {
        return Ok(());
    }
    visible(|| async {
        let call = client.ec2().replace_route_table_association();
        let call = call.set_association_id(live.route_table_association_id.clone());
        call.set_route_table_id(want.string("route_table_id")).send().await.map_err(Error::from)
    })
    .await?;
    Ok(())
}

fn object(vpc: &str, original: &str, live: &Live) -> Object {
    let table = live.route_table_id.as_deref().unwrap_or_default();
    let state = live.association_state.as_ref().and_then(|s| s.state.as_ref());
    Object::new()
        .with("id", live.route_table_association_id.clone())
        // An import does not know what was before.
        .with("original_route_table_id", if original.is_empty() { table } else { original })
        .with("route_table_id", table)
        .with("vpc_id", vpc)
        .with("_state", state.map_or("associated", |s| s.as_str()))
}
