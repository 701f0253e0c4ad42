//! `aws_default_route_table`: the main table that AWS makes with a VPC, taken over and left behind.

use std::collections::BTreeMap;

use super::equality::keep_equal;
use super::read::{gone, texts};
use super::route_table::{self, change_propagation, change_routes, check_routes};
use super::route_tables::{TARGETS, load};
use super::{tags, vpc_parts};
use crate::aws::Client;
use crate::provider::{
    Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, set_of, string};
use crate::value::Type;

pub struct DefaultRouteTable;

/// Targets that a route of this type cannot have.
const NO_TARGETS: [&str; 2] = ["carrier_gateway_id", "local_gateway_id"];

impl ResourceType for DefaultRouteTable {
    type Client = Client;
    const NAME: &'static str = "aws_default_route_table";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeRouteTables"],
        create: &[
            "ec2:DescribeRouteTables",
            "ec2:CreateRoute",
            "ec2:ReplaceRoute",
            "ec2:DeleteRoute",
            "ec2:EnableVgwRoutePropagation",
            "ec2:DisableVgwRoutePropagation",
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
        delete: &[],
    };

    fn schema() -> Schema {
        let targets = TARGETS.iter().filter(|name| !NO_TARGETS.contains(*name));
        let names = route_table::DESTINATIONS.iter().chain(targets).chain(&["instance_id"]);
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("default_route_table_id", string().required().force_new())
            .attr("id", string().optional().computed())
            .attr("owner_id", string().computed())
            .attr("propagating_vgws", set_of(Type::String).optional())
            .attr("route", set_of(Type::object(names.map(|name| (*name, Type::String)))).optional().computed())
            .attr("vpc_id", string().computed())
            .tags()
            .timeouts(&["create", "update"])
    }

    /// An id of a VPC, as at import, stands for the main table of the VPC.
    async fn read(
        client: &Client,
        ids: &[RemoteId],
        prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let (vpcs, mut tables): (Vec<String>, Vec<String>) = texts(ids).into_iter().partition(|id| is_vpc(id));
        let main = if vpcs.is_empty() { BTreeMap::new() } else { vpc_parts::main_route_tables(client, vpcs).await? };
        tables.extend(main.values().cloned());
        let live = load(client, &tables).await?;
        let mut found = gone(ids);
        for id in ids {
            let table = main.get(id.as_str()).map_or(id.as_str(), String::as_str);
            if let Some(table) = live.get(table) {
                found.insert(id.clone(), Found::Object(object(client, table, prior.get(id))));
            }
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        keep_equal(change, "route");
        check_routes(change);
    }

    /// Nothing is made: the object is there from the first moment, and a run that ends early has only changed it.
    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = want.string("default_route_table_id").unwrap_or_default();
        let live = load(cx.client, std::slice::from_ref(&id)).await?;
        let live = live.get(&id).map(|table| object(cx.client, table, None));
        let live = live.ok_or_else(|| Error::other(format!("there is no route table \"{id}\"")))?;
        let id = RemoteId::from(id);
        cx.created(&id);
        Self::update(cx.client, &id, &live, want).await?;
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        change_propagation(client, id.as_str(), prior, want).await?;
        // Unknown are the routes only where the table is taken over: what the configuration does not name is taken away.
        let routes = Object::new().with("route", want.objects("route"));
        change_routes(client, id.as_str(), prior, &routes).await?;
        tags::update(client, id.as_str(), prior, want).await
    }

    /// It lives as long as its VPC, and stays as it is.
    async fn delete(_client: &Client, _id: &RemoteId, _prior: &Object) -> Result<()> {
        Ok(())
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(5, 2, 5)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let id = want.string("default_route_table_id").map(|id| ("default_route_table_id".to_owned(), id));
        id.into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = intent.identity.get("default_route_table_id") else { return Ok(None) };
        let live = load(client, std::slice::from_ref(id)).await?;
        Ok(live.contains_key(id).then(|| id.as_str().into()))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        if is_vpc(text) {
            return Ok(text.into());
        }
        Err(Error::other(format!("\"{text}\" is not the id of a VPC, such as vpc-1")))
    }
}

fn is_vpc(id: &str) -> bool {
    id.starts_with("vpc-")
}

fn object(client: &Client, table: &aws_sdk_ec2::types::RouteTable, prior: Option<&Object>) -> Object {
    let object = route_table::object(client, table, prior);
    let routes: Vec<Object> = object.objects("route").into_iter().map(|route| route.with("instance_id", "")).collect();
    let id = object.string("id");
    object.with("route", routes).with("default_route_table_id", id)
}
