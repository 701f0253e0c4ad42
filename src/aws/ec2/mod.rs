//! EC2 and VPC.

mod availability_zones;
mod classic_rule;
mod classic_rule_id;
mod data;
mod default_network_acl;
mod default_route_table;
mod default_security_group;
mod default_vpc;
mod ec2_tag;
mod egress_only_internet_gateway;
mod eip;
mod equality;
mod flow_log;
mod inline_rules;
mod instance;
mod instance_requirements;
pub(super) mod interfaces;
mod internet_gateway;
mod key_pair;
mod launch_template;
mod launch_template_object;
mod launch_template_request;
mod launch_template_schema;
mod main_route_table_association;
mod names;
mod nat_gateway;
mod network_acl;
mod network_acl_entries;
mod network_acl_rule;
mod network_acls;
mod network_interface;
mod network_interface_addresses;
mod placement_group;
mod protocols;
mod read;
mod route;
mod route_calls;
mod route_table;
mod route_table_association;
mod route_tables;
mod security_group;
mod security_group_rule;
mod subnet;
mod tags;
mod vpc;
mod vpc_dhcp_options;
mod vpc_dhcp_options_association;
mod vpc_endpoint;
mod vpc_endpoint_parts;
mod vpc_endpoint_route_table_association;
mod vpc_ipv4_cidr_block_association;
mod vpc_parts;
mod vpc_peering_connection;

use super::Client;
use crate::provider::registry::Registry;

pub(super) use read::FILTER_VALUES;
pub(super) use subnet::zones as subnet_zones;
pub(super) use tags::filter;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    data::register(types)
        .resource::<classic_rule::ClassicRule>()
        .resource::<default_network_acl::DefaultNetworkAcl>()
        .resource::<default_route_table::DefaultRouteTable>()
        .resource::<default_security_group::DefaultSecurityGroup>()
        .resource::<default_vpc::DefaultVpc>()
        .resource::<ec2_tag::Ec2Tag>()
        .resource::<egress_only_internet_gateway::EgressOnlyInternetGateway>()
        .resource::<eip::Eip>()
        .resource::<flow_log::FlowLog>()
        .resource::<instance::Instance>()
        .resource::<internet_gateway::InternetGateway>()
        .resource::<key_pair::KeyPair>()
        .resource::<launch_template::LaunchTemplate>()
        .resource::<main_route_table_association::MainRouteTableAssociation>()
        .resource::<nat_gateway::NatGateway>()
        .resource::<network_acl::NetworkAcl>()
        .resource::<network_acl_rule::NetworkAclRule>()
        .resource::<network_interface::NetworkInterface>()
        .resource::<placement_group::PlacementGroup>()
        .resource::<route::Route>()
        .resource::<route_table::RouteTable>()
        .resource::<route_table_association::RouteTableAssociation>()
        .resource::<security_group::SecurityGroup>()
        .resource::<security_group_rule::SecurityGroupRule<false>>()
        .resource::<security_group_rule::SecurityGroupRule<true>>()
        .resource::<subnet::Subnet>()
        .resource::<vpc::Vpc>()
        .resource::<vpc_dhcp_options::VpcDhcpOptions>()
        .resource::<vpc_dhcp_options_association::VpcDhcpOptionsAssociation>()
        .resource::<vpc_endpoint::VpcEndpoint>()
        .resource::<vpc_endpoint_route_table_association::VpcEndpointRouteTableAssociation>()
        .resource::<vpc_ipv4_cidr_block_association::VpcIpv4CidrBlockAssociation>()
        .resource::<vpc_peering_connection::VpcPeeringConnection>()
        .data::<availability_zones::AvailabilityZones>()
}
