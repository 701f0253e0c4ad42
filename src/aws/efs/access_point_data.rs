//! `data "aws_efs_access_point"`

use super::access_point::AccessPoint;
use crate::aws::{Client, data};
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Schema, list_of, map_of, string};
use crate::value::Type;

pub struct AccessPointData;

impl DataSource for AccessPointData {
    type Client = Client;
    const NAME: &'static str = "aws_efs_access_point";
    const ACTIONS: &'static [&'static str] = &["elasticfilesystem:DescribeAccessPoints"];

    fn schema() -> Schema {
        let user =
            Type::object([("gid", Type::Number), ("secondary_gids", Type::set(Type::Number)), ("uid", Type::Number)]);
        let owner =
            Type::object([("owner_gid", Type::Number), ("owner_uid", Type::Number), ("permissions", Type::String)]);
        let root = Type::object([("creation_info", Type::list(owner)), ("path", Type::String)]);
        Schema::new(0)
            .attr("access_point_id", string().required())
            .attr("arn", string().computed())
            .attr("file_system_arn", string().computed())
            .attr("file_system_id", string().computed())
            .attr("id", string().optional().computed())
            .attr("owner_id", string().computed())
            .attr("posix_user", list_of(user).computed())
            .attr("root_directory", list_of(root).computed())
            .attr("tags", map_of(Type::String).optional().computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let id = config.string("access_point_id").unwrap_or_default();
        Ok(data::existing::<AccessPoint>(client, &id).await?.with("access_point_id", id))
    }
}
