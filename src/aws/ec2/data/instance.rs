//! `data.aws_instance`

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::{Filters, completed, filter_block, one, shown_tags};
use crate::aws::Client;
use crate::aws::ec2::instance::{Instance as Resource, devices, object, read, user_data};
use crate::aws::ec2::tags::filter;
use crate::provider::{DataSource, Error, Object, ResourceType, Result};
use crate::schema::{Schema, boolean, list_of, map_of, number, set_of, string};
use crate::value::{Type, Value};

pub struct Instance;

const TEXTS: [&str; 22] = [
    "ami",
    "arn",
    "availability_zone",
    "host_id",
    "host_resource_group_arn",
    "iam_instance_profile",
    "instance_state",
    "instance_type",
    "key_name",
    "launch_time",
    "network_interface_id",
    "outpost_arn",
    "password_data",
    "placement_group",
    "private_dns",
    "private_ip",
    "public_dns",
    "public_ip",
    "subnet_id",
    "tenancy",
    "user_data",
    "user_data_base64",
];

const SWITCHES: [&str; 6] = [
    "associate_public_ip_address",
    "disable_api_stop",
    "disable_api_termination",
    "ebs_optimized",
    "monitoring",
    "source_dest_check",
];

impl DataSource for Instance {
    type Client = Client;
    const NAME: &'static str = "aws_instance";
    const ACTIONS: &'static [&'static str] = <Resource as ResourceType>::ACTIONS.read;

    fn schema() -> Schema {
        let schema = TEXTS.iter().fold(Schema::new(0), |s, name| s.attr(name, string().computed()));
        let schema = SWITCHES.iter().fold(schema, |s, name| s.attr(name, boolean().computed()));
        let names = ["secondary_private_ips", "security_groups", "vpc_security_group_ids", "ipv6_addresses"];
        let schema = names.iter().fold(schema, |s, name| s.attr(name, set_of(Type::String).computed()));
        let metadata = Type::object([
            ("http_endpoint", Type::String),
            ("http_protocol_ipv6", Type::String),
            ("http_put_response_hop_limit", Type::Number),
            ("http_tokens", Type::String),
            ("instance_metadata_tags", Type::String),
        ]);
        let names = Type::object([
            ("enable_resource_name_dns_a_record", Type::Bool),
            ("enable_resource_name_dns_aaaa_record", Type::Bool),
            ("hostname_type", Type::String),
        ]);
        let ephemeral =
            Type::object([("device_name", Type::String), ("no_device", Type::Bool), ("virtual_name", Type::String)]);
        schema
            .attr("credit_specification", list_of(Type::object([("cpu_credits", Type::String)])).computed())
            .attr("ebs_block_device", set_of(device(true)).computed())
            .attr("enclave_options", list_of(Type::object([("enabled", Type::Bool)])).computed())
            .attr("ephemeral_block_device", list_of(ephemeral).computed())
            .attr("get_password_data", boolean().optional())
            .attr("get_user_data", boolean().optional())
            .attr("id", string().optional().computed())
            .attr("instance_id", string().optional())
            .attr("instance_tags", map_of(Type::String).optional().computed())
            .attr("maintenance_options", list_of(Type::object([("auto_recovery", Type::String)])).computed())
            .attr("metadata_options", list_of(metadata).computed())
            .attr("placement_partition_number", number().computed())
            .attr("private_dns_name_options", list_of(names).computed())
            .attr("root_block_device", set_of(device(false)).computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .block("filter", filter_block())
            .timeouts(&["read"])
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let mut filters = Filters::of(config, "instance_tags");
        filters.0.extend(config.string("instance_id").map(|id| filter("instance-id", [id])));
        let live = one(read::instances(client, filters.0).await?, "EC2 instance")?;
        let id = live.instance_id.clone().unwrap_or_default();
        let all = std::slice::from_ref(&live);
        let around = read::Around::of(client, all, &Default::default()).await?;
        let told = read::told(client, std::slice::from_ref(&id)).await?;
        let told = told.get(&id).ok_or_else(|| Error::not_found(format!("the instance {id} is gone")))?;
        let mut object = object::of(&live);
        around.groups(&mut object, &live);
        let (root, others) = devices::of(client, &live, &around.volumes);
        let launched = live.launch_time.and_then(|t| DateTime::from_secs(t.secs()).fmt(Format::DateTime).ok());
        let credits = around.credits.get(&id).map(|c| Object::new().with("cpu_credits", c.as_str()));
        let interface = object.string("primary_network_interface_id");
        object
            .set("arn", client.arn("ec2", &format!("instance/{id}")).await?)
            .set("credit_specification", credits.into_iter().collect::<Vec<_>>())
            .set("disable_api_stop", told.disable_api_stop)
            .set("disable_api_termination", told.disable_api_termination)
            .set("ebs_block_device", others)
            .set("launch_time", launched)
            .set("network_interface_id", interface)
            .set("root_block_device", root.into_iter().collect::<Vec<_>>())
            .set("tags", shown_tags(client, live.tags.as_ref()));
        if let Some(data) = &told.user_data {
            object.set("user_data", user_data::digest(data));
            if config.bool("get_user_data") == Some(true) {
                object.set("user_data_base64", data.as_str());
            }
        }
        if config.bool("get_password_data") == Some(true) {
            object.set("password_data", read::password(client, &id).await?);
        }
        // Terraform knows nothing of what was not asked for.
        Ok(completed(config, object).leaving_out(&["password_data", "user_data", "user_data_base64"]))
    }

    fn validate(config: &Value) -> Vec<String> {
        let names = ["filter", "instance_id", "instance_tags"];
        let given = |name: &&str| config.get(name).is_some_and(|v| !v.is_known() || !v.is_zero());
        if names.iter().any(given) {
            return Vec::new();
        }
        vec!["One of \"filter\", \"instance_id\" and \"instance_tags\" is required.".into()]
    }
}

/// A volume; of others than the root device its snapshot too.
fn device(other: bool) -> Type {
    let attributes = [
        ("delete_on_termination", Type::Bool),
        ("device_name", Type::String),
        ("encrypted", Type::Bool),
        ("iops", Type::Number),
        ("kms_key_id", Type::String),
        ("tags", Type::map(Type::String)),
        ("throughput", Type::Number),
        ("volume_id", Type::String),
        ("volume_size", Type::Number),
        ("volume_type", Type::String),
    ];
    let snapshot = other.then_some(("snapshot_id", Type::String));
    Type::object(attributes.into_iter().chain(snapshot))
}
