//! Data sources of EC2 and VPC, and what they share: filters from the configuration, and exactly one answer.

mod ami;
mod availability_zone;
mod eip;
mod eips;
mod instance;
mod instance_type;
mod instance_type_devices;
mod instance_type_offerings;
mod instance_types;
mod instances;
mod internet_gateway;
mod launch_template;
mod lists;
mod managed_prefix_list;
mod nat_gateway;
mod prefix_list;
mod route_table;
mod security_group;
mod subnet;
mod vpc;
mod vpc_endpoint;
mod vpc_endpoint_service;

use aws_sdk_ec2::types::{Filter, Tag};

use super::tags::{filter, pairs};
use crate::aws::Client;
use crate::provider::registry::Registry;
use crate::provider::{Error, Object, Result};
use crate::schema::{Block, NestedBlock, set_block, set_of, string};
use crate::value::{Type, Value};

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .data::<ami::Ami>()
        .data::<availability_zone::AvailabilityZone>()
        .data::<eip::Eip>()
        .data::<eips::Eips>()
        .data::<instance::Instance>()
        .data::<instance_type::InstanceType>()
        .data::<instance_type_offerings::InstanceTypeOfferings>()
        .data::<instance_types::InstanceTypes>()
        .data::<instances::Instances>()
        .data::<internet_gateway::InternetGateway>()
        .data::<launch_template::LaunchTemplate>()
        .data::<lists::NetworkAcls>()
        .data::<lists::RouteTables>()
        .data::<lists::SecurityGroups>()
        .data::<lists::Subnets>()
        .data::<lists::Vpcs>()
        .data::<managed_prefix_list::ManagedPrefixList>()
        .data::<nat_gateway::NatGateway>()
        .data::<prefix_list::PrefixList>()
        .data::<route_table::RouteTable>()
        .data::<security_group::SecurityGroup>()
        .data::<subnet::Subnet>()
        .data::<vpc::Vpc>()
        .data::<vpc_endpoint::VpcEndpoint>()
        .data::<vpc_endpoint_service::VpcEndpointService>()
}

/// Block `filter`: any of the values of each.
fn filter_block() -> NestedBlock {
    set_block(Block::new().attr("name", string().required()).attr("values", set_of(Type::String).required()))
}

/// Filters that a configuration means; AWS refuses an empty list of them.
struct Filters(Vec<Filter>);

impl Filters {
    /// The blocks `filter`, and the tags that an argument names.
    fn of(config: &Object, tags: &str) -> Self {
        let given = config.objects("filter");
        let given = given.iter().map(|f| filter(f.str("name").unwrap_or_default(), f.strings("values")));
        let tags = config.string_map(tags).into_iter().map(|(key, value)| filter(&format!("tag:{key}"), [value]));
        Self(given.chain(tags).collect())
    }

    /// Arguments that stand for filters of other names. A switch counts where it is on: off is as if it was not there.
    fn with(mut self, config: &Object, arguments: &[(&str, &str)]) -> Self {
        self.0.extend(arguments.iter().filter_map(|(argument, name)| {
            let on = || config.bool(argument).filter(|on| *on).map(|_| "true".to_owned());
            Some(filter(name, [config.string(argument).or_else(on)?]))
        }));
        self
    }

    fn list(self) -> Option<Vec<Filter>> {
        Some(self.0).filter(|all| !all.is_empty())
    }
}

/// The value of an argument as a list of one.
fn listed(config: &Object, argument: &str) -> Option<Vec<String>> {
    config.string(argument).map(|id| vec![id])
}

/// The one object that a data source is about.
fn one<T>(found: impl IntoIterator<Item = T>, what: &str) -> Result<T> {
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(none(what)),
        _ => Err(Error::other(format!("several of {what} match: say more, so that one is left"))),
    }
}

fn none(what: &str) -> Error {
    Error::not_found(format!("no {what} matches"))
}

/// An answer on one object; that there is none by an id is no error of its own.
fn or_none<T: Default>(answer: Result<T>) -> Result<T> {
    answer.or_else(|e| e.unless_not_found().map(|()| T::default()))
}

/// The configuration completed with what is live.
fn completed(config: &Object, live: Object) -> Object {
    let mut object = config.clone();
    object.0.extend(live.0);
    object
}

/// What the resource of the same name reads, completing the configuration.
fn like_the_resource(client: &Client, config: &Object, mut live: Object) -> Object {
    if live.has("tags_all") {
        let tags = client.tags().shown(live.string_map("tags_all"));
        live.set("tags", tags);
    }
    completed(config, live)
}

fn shown_tags(client: &Client, tags: Option<&Vec<Tag>>) -> Value {
    client.tags().shown(pairs(tags))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_and_blocks_filter() {
        let block = Object::new().with("name", "state").with("values", vec!["available"]);
        let tags = Value::map(Type::String, [("a".into(), "1".into())].into());
        let config = Object::new().with("filter", vec![block]).with("tags", tags).with("vpc_id", "vpc-1");
        let config = config.with("default", false).with("main", true);
        let all = Filters::of(&config, "tags").with(&config, &[("vpc_id", "vpc-id"), ("default", "d"), ("main", "m")]);
        let names: Vec<_> = all.0.iter().filter_map(Filter::name).collect();
        assert_eq!(names, ["state", "tag:a", "vpc-id", "m"]);
        assert!(Filters::of(&Object::new(), "tags").list().is_none());
    }

    #[test]
    fn one_is_neither_none_nor_several() {
        assert!(one(Vec::<i32>::new(), "VPC").is_err());
        assert!(one([1, 2], "VPC").is_err());
        assert_eq!(one([1], "VPC").ok(), Some(1));
    }
}
