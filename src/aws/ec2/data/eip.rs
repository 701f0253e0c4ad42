//! `data.aws_eip`

use super::{Filters, filter_block, like_the_resource, listed, one, or_none};
use crate::aws::Client;
use crate::aws::ec2::eip::{names, object};
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, map_of, string};
use crate::value::Type;

pub struct Eip;

impl DataSource for Eip {
    type Client = Client;
    const NAME: &'static str = "aws_eip";
    const ACTIONS: &'static [&'static str] = &["ec2:DescribeAddresses", "ec2:DescribeAddressesAttribute"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("association_id", string().computed())
            .attr("carrier_ip", string().computed())
            .attr("customer_owned_ip", string().computed())
            .attr("customer_owned_ipv4_pool", string().computed())
            .attr("domain", string().computed())
            .attr("id", string().optional().computed())
            .attr("instance_id", string().computed())
            .attr("ipam_pool_id", string().computed())
            .attr("network_interface_id", string().computed())
            .attr("network_interface_owner_id", string().computed())
            .attr("private_dns", string().computed())
            .attr("private_ip", string().computed())
            .attr("ptr_record", string().computed())
            .attr("public_dns", string().computed())
            .attr("public_ip", string().optional().computed())
            .attr("public_ipv4_pool", string().computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let call = client.ec2().describe_addresses().set_filters(Filters::of(config, "tags").list());
        let call = call.set_allocation_ids(listed(config, "id")).set_public_ips(listed(config, "public_ip"));
        let found = or_none(call.send().await.map(|a| a.addresses.unwrap_or_default()).map_err(Error::from))?;
        let address = one(found, "EC2 EIP")?;
        let names = client.once("ec2:address-names", || names(client)).await?;
        let name = address.allocation_id.as_ref().and_then(|id| names.get(id)).cloned();
        let live = object(client, &address)
            .await?
            .with("instance_id", address.instance_id.clone())
            .with("network_interface_id", address.network_interface_id.clone())
            .with("network_interface_owner_id", address.network_interface_owner_id.clone())
            .with("ptr_record", name);
        Ok(like_the_resource(client, config, live).leaving_out(&["ipam_pool_id"]))
    }
}
