//! `aws_route_table_association`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{RouteTable, RouteTableAssociation as Live};

use super::read::{FILTER_VALUES, gone, visible};
use super::route_tables::{describe, load};
use crate::aws::Client;
use crate::aws::error::deleted;
use crate::provider::{
    Actions, CreateCx, Deletion, Error, Found, Intent, Object, PlannedChange, Readiness, RemoteId, ResourceType,
    Result, Timeouts,
};
use crate::schema::{Schema, string};

pub struct RouteTableAssociation;

impl ResourceType for RouteTableAssociation {
    type Client = Client;
    const NAME: &'static str = "aws_route_table_association";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeRouteTables"],
        create: &["ec2:AssociateRouteTable"],
        update: &["ec2:ReplaceRouteTableAssociation"],
        delete: &["ec2:DisassociateRouteTable"],
    };
    const DELETION: Deletion = Deletion::Polled;

    fn schema() -> Schema {
        Schema::new(0)
            .attr("gateway_id", string().optional().force_new())
            .attr("id", string().optional().computed())
            .attr("route_table_id", string().required())
            .attr("subnet_id", string().optional().force_new())
            .timeouts(&["create", "delete", "update"])
    }

    /// The subnet or gateway: it has one association only, whose id changes with the table.
    fn remote_id(object: &Object) -> Option<RemoteId> {
        object.string("subnet_id").or_else(|| object.string("gateway_id")).map(RemoteId::from)
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut wanted: Vec<String> = prior.values().filter_map(|p| p.string("route_table_id")).collect();
        wanted.sort();
        wanted.dedup();
        let tables = load(client, &wanted).await?;
        let mut found = gone(ids);
        for id in ids {
            let table = prior.get(id).and_then(|p| p.string("route_table_id")).and_then(|t| tables.get(&t));
            if let Some(object) = table.and_then(|t| object(t, id.as_str())) {
                found.insert(id.clone(), Found::Object(object));
            }
        }
        // Somebody may have given them another table.
        let missing = |filter: &str, subnets: bool| {
            let rest = ids.iter().filter(|id| matches!(found.get(id), Some(Found::Gone)));
            let rest = rest.filter(|id| id.as_str().starts_with("subnet-") == subnets);
            (filter.to_owned(), rest.map(|id| id.as_str().to_owned()).collect::<Vec<_>>())
        };
        let asks = [missing("association.subnet-id", true), missing("association.gateway-id", false)];
        for (filter, rest) in asks {
            for some in rest.chunks(FILTER_VALUES) {
                let tables = describe(client, &filter, some).await?;
                for id in some {
                    if let Some(object) = tables.values().find_map(|t| object(t, id)) {
                        found.insert(id.as_str().into(), Found::Object(object));
                    }
                }
            }
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        let names = ["subnet_id", "gateway_id"];
        let set = names.iter().filter(|name| change.config.string(name).is_some()).count();
        let unknown = names.iter().any(|name| change.config.is_unknown(name));
        if set > 1 || (set == 0 && !unknown) {
            change.error("subnet_id", "Set either \"subnet_id\" or \"gateway_id\".");
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = Self::remote_id(want).ok_or_else(|| Error::other("the association has no subnet and no gateway"))?;
        visible(|| async {
            let call = cx
                .client
                .ec2()
                .associate_route_table()
                .set_route_table_id(want.string("route_table_id"))
                .set_subnet_id(want.string("subnet_id"))
                .set_gateway_id(want.string("gateway_id"));
            call.send().await.map_err(Error::from)
        })
        .await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, _id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let call = client.ec2().replace_route_table_association().set_association_id(prior.string("id"));
        call.set_route_table_id(want.string("route_table_id")).send().await?;
        Ok(())
    }

    async fn delete(client: &Client, _id: &RemoteId, prior: &Object) -> Result<()> {
        let Some(id) = prior.string("id") else { return Ok(()) };
        deleted(client.ec2().disassociate_route_table().association_id(id).send().await)
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("_status").unwrap_or("associated") {
            "associated" => Readiness::Ready,
            "failed" => Readiness::Failed("the association failed".into()),
            other => Readiness::Pending(other.to_owned()),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(5, 2, 5)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let names = ["subnet_id", "gateway_id", "route_table_id"];
        names.into_iter().filter_map(|name| Some((name.to_owned(), want.string(name)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let of = |name: &str| intent.identity.get(name).cloned();
        let (Some(id), Some(table)) = (of("subnet_id").or_else(|| of("gateway_id")), of("route_table_id")) else {
            return Ok(None);
        };
        let tables = load(client, std::slice::from_ref(&table)).await?;
        let exists = tables.get(&table).is_some_and(|t| object(t, &id).is_some());
        Ok(exists.then(|| id.into()))
    }

    /// `subnet-1/rtb-1`, or a gateway in place of the subnet.
    fn import_id(text: &str) -> Result<RemoteId> {
        match text.split_once('/') {
            Some((id, table)) if !id.is_empty() && table.starts_with("rtb-") => Ok(id.into()),
            _ => Err(Error::other(format!("\"{text}\" is not SUBNET/ROUTETABLE, such as subnet-1/rtb-1"))),
        }
    }
}

/// What a subnet or gateway has to do with a table.
fn object(table: &RouteTable, of: &str) -> Option<Object> {
    let state = |a: &Live| a.association_state.as_ref().and_then(|s| s.state.as_ref()).map(|s| s.as_str().to_owned());
    let own = |a: &&Live| a.subnet_id.as_deref() == Some(of) || a.gateway_id.as_deref() == Some(of);
    let live = table.associations.as_deref().unwrap_or_default().iter().find(own)?;
    let status = state(live).unwrap_or_else(|| "associated".into());
    if status == "disassociated" {
        return None;
    }
    Some(
        Object::new()
            .with("gateway_id", live.gateway_id.clone().unwrap_or_default())
            .with("id", live.route_table_association_id.clone())
            .with("route_table_id", table.route_table_id.clone())
            .with("subnet_id", live.subnet_id.clone().unwrap_or_default())
            .with("_status", status),
    )
}
