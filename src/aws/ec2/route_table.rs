//! `aws_route_table`

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{ResourceType as Kind, Route, RouteOrigin, RouteTable as Live};

use super::equality::keep_equal;
use super::read::{arn, gone, texts, visible};
use super::route_calls::{self, Target};
use super::route_tables::{Destination, TARGETS, describe, destination, load, same_destination, targets};
use super::tags;
use crate::aws::error::deleted;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, set_of, string};
use crate::value::Type;

pub struct RouteTable;

/// Names of a destination in a nested route.
pub const DESTINATIONS: [&str; 3] = ["cidr_block", "ipv6_cidr_block", "destination_prefix_list_id"];

/// Target of the routes within the VPC.
const LOCAL: &str = "local";

impl ResourceType for RouteTable {
    type Client = Client;
    const NAME: &'static str = "aws_route_table";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeRouteTables"],
        create: &[
            "ec2:CreateRouteTable",
            "ec2:CreateRoute",
            "ec2:EnableVgwRoutePropagation",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        update: &[
            "ec2:CreateRoute",
            "ec2:ReplaceRoute",
            "ec2:DeleteRoute",
            "ec2:EnableVgwRoutePropagation",
            "ec2:DisableVgwRoutePropagation",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        delete: &["ec2:DisassociateRouteTable", "ec2:DeleteRouteTable"],
    };

    fn schema() -> Schema {
        let route = Type::object(DESTINATIONS.iter().chain(&TARGETS).map(|name| (*name, Type::String)));
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("id", string().optional().computed())
            .attr("owner_id", string().computed())
            .attr("propagating_vgws", set_of(Type::String).optional().computed())
            .attr("route", set_of(route).optional().computed())
            .attr("vpc_id", string().required().force_new())
            .tags()
            .timeouts(&["create", "delete", "update"])
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let tables = load(client, &texts(ids)).await?;
        let mut found = gone(ids);
        for (id, table) in tables {
            let id = RemoteId::from(id);
            let object = object(client, &table, prior.get(&id));
            found.insert(id, Found::Object(object));
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        keep_equal(change, "route");
        check_routes(change);
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let call = cx.client.ec2().create_route_table().client_token(cx.token).set_vpc_id(want.string("vpc_id"));
        let answer = call.tag_specifications(tags::with_token(Kind::RouteTable, want, cx.token)).send().await?;
        let id = answer.route_table.and_then(|t| t.route_table_id).ok_or_else(|| Error::other("no id"))?;
        tags::created_with_token(cx, &id).await?;
        change_routes(cx.client, &id, &Object::new(), want).await?;
        change_propagation(cx.client, &id, &Object::new(), want).await?;
        Ok(id.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        change_propagation(client, id.as_str(), prior, want).await?;
        change_routes(client, id.as_str(), prior, want).await?;
        tags::update(client, id.as_str(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        // Associations that nobody manages would keep it.
        let live = describe(client, "route-table-id", &[id.to_string()]).await?;
        let associations = live.into_values().filter_map(|t| t.associations).flatten();
        for association in associations.filter(|a| a.main != Some(true)) {
            let call = client.ec2().disassociate_route_table();
            let call = call.set_association_id(association.route_table_association_id);
            call.send().await.map(drop).map_err(Error::from).or_else(Error::unless_not_found)?;
        }
        deleted(client.ec2().delete_route_table().route_table_id(id.as_str()).send().await)
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(5, 2, 5)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let answer = client.ec2().describe_route_tables().filters(tags::token_filter(intent)).send().await?;
        let mut live = answer.route_tables.unwrap_or_default().into_iter();
        Ok(live.find(|t| tags::has_token(t.tags.as_ref(), intent)).and_then(|t| t.route_table_id).map(RemoteId::from))
    }

    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        tags::remove_token(client, id.as_str()).await
    }
}

/// Checks that each route has one destination and one target.
pub fn check_routes(change: &mut PlannedChange) {
    for route in change.config.objects("route") {
        let set = |names: &[&str]| names.iter().filter(|name| route.string(name).is_some()).count();
        let unknown = |names: &[&str]| names.iter().any(|name| route.is_unknown(name));
        if set(&DESTINATIONS) > 1 || (set(&DESTINATIONS) == 0 && !unknown(&DESTINATIONS)) {
            change.error("route", format!("A route has one destination: one of \"{}\".", DESTINATIONS.join("\", \"")));
        }
        if set(&TARGETS) > 1 || (set(&TARGETS) == 0 && !unknown(&TARGETS)) {
            change.error("route", format!("A route has one target: one of \"{}\".", TARGETS.join("\", \"")));
        }
    }
}

/// The destination that a nested route names.
fn destination_of(route: &Object) -> Option<String> {
    DESTINATIONS.iter().find_map(|name| route.string(name))
}

fn target_of(route: &Object) -> Option<Target<'_>> {
    let named = |argument: &&'static str| {
        let id = route.str(argument).filter(|id| !id.is_empty())?;
        Some(Target { argument, id })
    };
    TARGETS.iter().find_map(named)
}

pub async fn change_routes(client: &Client, id: &str, prior: &Object, want: &Object) -> Result<()> {
    if want.is_unknown("route") || want.get("route") == prior.get("route") {
        return Ok(());
    }
    let (old, new) = (prior.objects("route"), want.objects("route"));
    let same = |route: &Object, to: &str| destination_of(route).is_some_and(|d| same_destination(&d, to));
    for route in &old {
        let Some(to) = destination_of(route) else { continue };
        if !new.iter().any(|r| same(r, &to)) && route.str("gateway_id") != Some(LOCAL) {
            route_calls::delete(client, id, &to).await?;
        }
    }
    for route in &new {
        let (Some(to), Some(target)) = (destination_of(route), target_of(route)) else { continue };
        match old.iter().find(|r| same(r, &to)) {
            Some(before) if target_of(before) == Some(target) => {}
            Some(_) => route_calls::replace(client, id, &to, target).await?,
            // It came with the VPC.
            None if target.id == LOCAL => {}
            None => route_calls::create(client, id, &to, target).await?,
        }
    }
    Ok(())
}

pub async fn change_propagation(client: &Client, id: &str, prior: &Object, want: &Object) -> Result<()> {
    if want.is_unknown("propagating_vgws") {
        return Ok(());
    }
    let set = |o: &Object| o.strings("propagating_vgws").into_iter().collect::<BTreeSet<_>>();
    let (old, new) = (set(prior), set(want));
    for gateway in old.difference(&new) {
        let call = client.ec2().disable_vgw_route_propagation().route_table_id(id).gateway_id(gateway);
        call.send().await.map(drop).map_err(Error::from).or_else(Error::unless_not_found)?;
    }
    for gateway in new.difference(&old) {
        visible(|| async {
            let call = client.ec2().enable_vgw_route_propagation().route_table_id(id).gateway_id(gateway);
            call.send().await.map_err(Error::from)
        })
        .await?;
    }
    Ok(())
}

pub fn object(client: &Client, table: &Live, prior: Option<&Object>) -> Object {
    let id = table.route_table_id.as_deref().unwrap_or_default();
    let gateways = table.propagating_vgws.as_deref().unwrap_or_default();
    let known = prior.map(|p| p.objects("route")).unwrap_or_default();
    let routes = table.routes.as_deref().unwrap_or_default();
    let routes: Vec<Object> = routes.iter().filter_map(|r| route(r, &known)).collect();
    let mut object = Object::new()
        .with("arn", arn(client, table.owner_id.as_deref(), &format!("route-table/{id}")))
        .with("id", id)
        .with("owner_id", table.owner_id.clone())
        .with("propagating_vgws", gateways.iter().filter_map(|g| g.gateway_id.clone()).collect::<Vec<_>>())
        .with("route", routes)
        .with("vpc_id", table.vpc_id.clone());
    all_tags::set(&mut object, tags::pairs(table.tags.as_ref()));
    object
}

/// A live route as the configuration would write it; `None` for those that AWS itself keeps.
fn route(route: &Route, known: &[Object]) -> Option<Object> {
    let to = destination(route);
    let written = known.iter().find(|k| destination_of(k).is_some_and(|d| same_destination(&d, to)));
    let gateway = route.gateway_id.as_deref().unwrap_or_default();
    let kept_by_aws = (gateway == LOCAL && written.is_none())
        || gateway == "VpcLattice"
        || route.origin == Some(RouteOrigin::EnableVgwRoutePropagation)
        // Gateway endpoints bring their own.
        || (route.destination_prefix_list_id.is_some() && gateway.starts_with("vpce-"));
    if kept_by_aws {
        return None;
    }
    let spelled = written.and_then(destination_of).unwrap_or_else(|| to.to_owned());
    let to = Destination::parse(&spelled);
    Some(
        targets(route)
            .with("cidr_block", to.v4().unwrap_or_default())
            .with("ipv6_cidr_block", to.v6().unwrap_or_default())
            .with("destination_prefix_list_id", to.prefix_list().unwrap_or_default()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_of_aws_itself_are_left_out() {
        let live = |to: &str, gateway: &str| Route::builder().destination_cidr_block(to).gateway_id(gateway).build();
        let local = live("10.0.0.0/16", LOCAL);
        assert!(route(&local, &[]).is_none());
        let written = Object::new().with("cidr_block", "10.0.0.0/16").with("gateway_id", LOCAL);
        assert!(route(&local, &[written]).is_some());
        let made = route(&live("0.0.0.0/0", "igw-1"), &[]).expect("kept");
        assert_eq!((made.str("cidr_block"), made.str("nat_gateway_id")), (Some("0.0.0.0/0"), Some("")));
        let endpoint = Route::builder().destination_prefix_list_id("pl-1").gateway_id("vpce-1").build();
        assert!(route(&endpoint, &[]).is_none());
    }
}
