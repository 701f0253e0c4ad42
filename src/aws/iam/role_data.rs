//! `data "aws_iam_role"`

use super::read;
use crate::aws::policy::decode_document;
use crate::aws::{Client, data};
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, list_of, map_of, number, string};
use crate::value::Type;

pub struct RoleData;

impl DataSource for RoleData {
    type Client = Client;
    const NAME: &'static str = "aws_iam_role";
    const ACTIONS: &'static [&'static str] = &["iam:GetRole"];

    fn schema() -> Schema {
        let used = Type::object([("last_used_date", Type::String), ("region", Type::String)]);
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("assume_role_policy", string().computed())
            .attr("create_date", string().computed())
            .attr("description", string().computed())
            .attr("id", string().optional().computed())
            .attr("max_session_duration", number().computed())
            .attr("name", string().required())
            .attr("path", string().computed())
            .attr("permissions_boundary", string().computed())
            .attr("role_last_used", list_of(used).computed())
            .attr("tags", map_of(Type::String).optional().computed())
            .attr("unique_id", string().computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let name = config.string("name").unwrap_or_default();
        let answer = read::unless_gone(client.iam().get_role().role_name(&name).send().await)?;
        let role = answer.and_then(|a| a.role);
        let role = role.ok_or_else(|| Error::not_found(format!("there is no role \"{name}\"")))?;
        let boundary = role.permissions_boundary.as_ref().and_then(|b| b.permissions_boundary_arn.clone());
        let used = role.role_last_used.as_ref().map(|u| {
            Object::new()
                .with("last_used_date", u.last_used_date.as_ref().and_then(read::timestamp).unwrap_or_default())
                .with("region", u.region.clone().unwrap_or_default())
        });
        Ok(Object::new()
            .with("arn", &role.arn)
            .with(
                "assume_role_policy",
                decode_document(role.assume_role_policy_document.as_deref().unwrap_or_default()),
            )
            .with("create_date", read::timestamp(&role.create_date))
            .with("description", role.description.clone().unwrap_or_default())
            .with("id", &role.role_name)
            .with("max_session_duration", role.max_session_duration.unwrap_or(3600))
            .with("name", &role.role_name)
            .with("path", &role.path)
            .with("permissions_boundary", boundary.unwrap_or_default())
            .with("role_last_used", Vec::from_iter(used))
            .with("tags", data::tags_of(client, super::tags::pairs(role.tags.as_deref().unwrap_or_default())))
            .with("unique_id", &role.role_id))
    }
}
