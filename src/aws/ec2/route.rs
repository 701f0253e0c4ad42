//! `aws_route`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Route as Live, RouteOrigin, RouteState};

use super::read::gone;
use super::route_calls::{self, Target};
use super::route_tables::{Destination, TARGETS, canonical, destination, load, same_destination, targets};
use crate::aws::{Client, validate};
use crate::provider::{
    Actions, CreateCx, Deletion, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, string};

pub struct Route;

const DESTINATIONS: [&str; 3] = ["destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"];

impl ResourceType for Route {
    type Client = Client;
    const NAME: &'static str = "aws_route";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeRouteTables"],
        create: &["ec2:CreateRoute"],
        update: &["ec2:ReplaceRoute"],
        delete: &["ec2:DeleteRoute", "ec2:ReplaceRoute"],
    };
    const DELETION: Deletion = Deletion::Polled;

    fn schema() -> Schema {
        Schema::new(0)
            .attr("carrier_gateway_id", string().optional())
            .attr("core_network_arn", string().optional().check(validate::arn))
            .attr("destination_cidr_block", string().optional().force_new().check(validate::cidr))
            .attr("destination_ipv6_cidr_block", string().optional().force_new().check(validate::cidr))
            .attr("destination_prefix_list_id", string().optional().force_new())
            .attr("egress_only_gateway_id", string().optional())
            .attr("gateway_id", string().optional())
            .attr("id", string().optional().computed())
            .attr("instance_id", string().computed())
            .attr("instance_owner_id", string().computed())
            .attr("local_gateway_id", string().optional())
            .attr("nat_gateway_id", string().optional())
            .attr("network_interface_id", string().optional().computed())
            .attr("origin", string().computed())
            .attr("route_table_id", string().required().force_new())
            .attr("state", string().computed())
            .attr("transit_gateway_id", string().optional())
            .attr("vpc_endpoint_id", string().optional())
            .attr("vpc_peering_connection_id", string().optional())
            .timeouts(&["create", "delete", "update"])
    }

    /// Table and destination, as at import: the `id` in state is a hash.
    fn remote_id(object: &Object) -> Option<RemoteId> {
        let to = DESTINATIONS.iter().find_map(|name| object.string(name))?;
        Some(format!("{}_{}", object.string("route_table_id")?, canonical(&to)).into())
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut wanted: Vec<String> = ids.iter().filter_map(|id| Some(id.pair('_').ok()?.0.to_owned())).collect();
        wanted.sort();
        wanted.dedup();
        let tables = load(client, &wanted).await?;
        let mut found = gone(ids);
        for id in ids {
            let (table, to) = id.pair('_')?;
            let routes = tables.get(table).and_then(|t| t.routes.as_deref()).unwrap_or_default();
            if let Some(route) = routes.iter().find(|r| same_destination(destination(r), to)) {
                // The spelling of the configuration stays.
                let spelled = prior.get(id).and_then(|p| DESTINATIONS.iter().find_map(|name| p.string(name)));
                let to = spelled.filter(|s| same_destination(s, to)).unwrap_or_else(|| to.to_owned());
                found.insert(id.clone(), Found::Object(object(table, &to, route)));
            }
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        exactly_one(change, &DESTINATIONS, "destination");
        exactly_one(change, &TARGETS, "target");
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = Self::remote_id(want).ok_or_else(|| Error::other("the route has no destination"))?;
        let (table, to) = id.pair('_')?;
        let target = target(want, |_| true).ok_or_else(|| Error::other("the route has no target"))?;
        route_calls::create(cx.client, table, to, target).await?;
        cx.created(&id);
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        // The target that the configuration names; the others are leftovers or computed.
        let Some(target) = target(want, |name| prior.string(name) != want.string(name)) else { return Ok(()) };
        let (table, to) = id.pair('_')?;
        route_calls::replace(client, table, to, target).await
    }

    async fn delete(client: &Client, id: &RemoteId, prior: &Object) -> Result<()> {
        let (table, to) = id.pair('_')?;
        if prior.str("origin") == Some(RouteOrigin::CreateRouteTable.as_str()) {
            // The route of the VPC itself cannot go: it is given its own target back.
            let local = Target { argument: "gateway_id", id: "local" };
            return route_calls::replace(client, table, to, local).await.or_else(Error::unless_not_found);
        }
        route_calls::delete(client, table, to).await
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(5, 2, 5)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let id = Self::remote_id(want).map(|id| ("route".to_owned(), id.to_string()));
        id.into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = intent.identity.get("route").map(|id| RemoteId::from(id.as_str())) else { return Ok(None) };
        let (table, to) = id.pair('_')?;
        let tables = load(client, &[table.to_owned()]).await?;
        let routes = tables.get(table).and_then(|t| t.routes.as_deref()).unwrap_or_default();
        let own = |r: &&Live| r.origin == Some(RouteOrigin::CreateRoute) && same_destination(destination(r), to);
        let exists = routes.iter().find(own).is_some();
        Ok(exists.then_some(id))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        match text.split_once('_') {
            Some((table, to)) if !table.is_empty() && !to.is_empty() => Ok(format!("{table}_{}", canonical(to)).into()),
            _ => Err(Error::other(format!("\"{text}\" is not ROUTETABLE_DESTINATION, such as rtb-1_0.0.0.0/0"))),
        }
    }
}

/// The target that an object names, of those that `wanted` lets through.
fn target(object: &Object, wanted: impl Fn(&str) -> bool) -> Option<Target<'_>> {
    let named = |argument: &&'static str| {
        let id = object.str(argument).filter(|id| !id.is_empty())?;
        wanted(argument).then_some(Target { argument, id })
    };
    TARGETS.iter().find_map(named)
}

fn exactly_one(change: &mut PlannedChange, names: &[&str], what: &str) {
    let set: Vec<&str> = names.iter().copied().filter(|name| change.config.string(name).is_some()).collect();
    let unknown = names.iter().any(|name| change.config.is_unknown(name));
    let all = names.join("\", \"");
    if let [first, second, ..] = set[..] {
        change.error(second, format!("A route has one {what}: \"{first}\" is set already."));
    } else if set.is_empty() && !unknown {
        let first = names.first().copied().unwrap_or_default();
        change.error(first, format!("A route needs a {what}: set one of \"{all}\"."));
    }
}

/// The id that Terraform gives a route: `r-`, the table, and the CRC-32 of the destination.
fn state_id(table: &str, destination: &str) -> String {
    let mut crc = flate2::Crc::new();
    crc.update(destination.as_bytes());
    format!("r-{table}{}", crc.sum())
}

fn object(table: &str, to: &str, route: &Live) -> Object {
    let kind = Destination::parse(to);
    targets(route)
        .with("destination_cidr_block", kind.v4().unwrap_or_default())
        .with("destination_ipv6_cidr_block", kind.v6().unwrap_or_default())
        .with("destination_prefix_list_id", kind.prefix_list().unwrap_or_default())
        .with("id", state_id(table, to))
        .with("instance_id", route.instance_id.clone().unwrap_or_default())
        .with("instance_owner_id", route.instance_owner_id.clone().unwrap_or_default())
        .with("origin", route.origin.as_ref().map_or("", RouteOrigin::as_str))
        .with("route_table_id", table)
        .with("state", route.state.as_ref().map_or("", RouteState::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_terraform() {
        // As in a state written by Terraform for 0.0.0.0/0.
        assert_eq!(state_id("rtb-1", "0.0.0.0/0"), "r-rtb-11080289494");
        assert_eq!(Route::import_id("rtb-1_2001:DB8:0::/32").expect("valid").as_str(), "rtb-1_2001:db8::/32");
        assert!(Route::import_id("rtb-1").is_err());
    }
}
