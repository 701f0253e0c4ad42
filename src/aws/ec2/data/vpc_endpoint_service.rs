//! `data.aws_vpc_endpoint_service`

use super::{Filters, completed, filter_block, one, or_none, shown_tags};
use crate::aws::ec2::names::checksum;
use crate::aws::{Client, validate};
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, boolean, map_of, set_of, string};
use crate::value::{Type, Value};

pub struct VpcEndpointService;

impl DataSource for VpcEndpointService {
    type Client = Client;
    const NAME: &'static str = "aws_vpc_endpoint_service";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeVpcEndpointServices"];

    fn schema() -> Schema {
        let texts = || set_of(Type::String);
        Schema::new(0)
            .attr("acceptance_required", boolean().computed())
            .attr("arn", string().computed())
            .attr("availability_zones", texts().computed())
            .attr("base_endpoint_dns_names", texts().computed())
            .attr("id", string().optional().computed())
            .attr("manages_vpc_endpoints", boolean().computed())
            .attr("owner", string().computed())
            .attr("private_dns_name", string().computed())
            .attr("private_dns_names", texts().computed())
            .attr("region", string().computed())
            .attr("service", string().optional())
            .attr("service_id", string().computed())
            .attr("service_name", string().optional().computed())
            .attr("service_regions", texts().optional())
            .attr("service_type", string().optional().computed().check(kind))
            .attr("supported_ip_address_types", texts().computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .attr("vpc_endpoint_policy_supported", boolean().computed())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        if config.has("service") && config.has("service_name") {
            return Err(Error::other("only one of \"service\" and \"service_name\" may be set"));
        }
        let short = |service| format!("com.amazonaws.{}.{service}", client.region());
        let name = config.string("service_name").or_else(|| config.string("service").map(short));
        let regions = Some(config.strings("service_regions")).filter(|all| !all.is_empty());
        let filters = Filters::of(config, "tags").with(config, &[("service_type", "service-type")]);
        let call = client.ec2().describe_vpc_endpoint_services().set_filters(filters.list());
        let call = call.set_service_names(name.map(|name| vec![name])).set_service_regions(regions);
        let answer = or_none(call.send().await.map(Some).map_err(Error::from))?;
        let found = answer.and_then(|a| a.service_details).unwrap_or_default();
        let service = one(found, "EC2 VPC endpoint service")?;
        let id = service.service_id.clone().unwrap_or_default();
        let name = service.service_name.clone().unwrap_or_default();
        let names = service.private_dns_names.iter().flatten().filter_map(|n| n.private_dns_name.clone());
        let kinds = service.service_type.iter().flatten().filter_map(|t| t.service_type.as_ref());
        let families = service.supported_ip_address_types.iter().flatten().map(|t| t.as_str().to_owned());
        let live = Object::new()
            .with("acceptance_required", service.acceptance_required)
            .with("arn", client.arn("ec2", &format!("vpc-endpoint-service/{id}")).await?)
            .with("availability_zones", service.availability_zones.clone().unwrap_or_default())
            .with("base_endpoint_dns_names", service.base_endpoint_dns_names.clone().unwrap_or_default())
            .with("id", checksum(&name).to_string())
            .with("manages_vpc_endpoints", service.manages_vpc_endpoints)
            .with("owner", service.owner.clone())
            .with("private_dns_name", service.private_dns_name.clone())
            .with("private_dns_names", names.collect::<Vec<_>>())
            .with("region", service.service_region.clone())
            .with("service_id", id)
            .with("service_name", name)
            .with("service_type", kinds.into_iter().next().map_or("", |t| t.as_str()))
            .with("supported_ip_address_types", families.collect::<Vec<_>>())
            .with("tags", shown_tags(client, service.tags.as_ref()))
            .with("vpc_endpoint_policy_supported", service.vpc_endpoint_policy_supported);
        Ok(completed(config, live))
    }
}

fn kind(value: &Value) -> std::result::Result<(), String> {
    validate::one_of(value, &["Interface", "Gateway", "GatewayLoadBalancer", "Resource", "ServiceNetwork"])
}
