//! `data "aws_efs_access_points"`: the access points of a file system.

use super::access_point::list;
use crate::aws::Client;
use crate::provider::{DataSource, Object, Result};
use crate::schema::{Schema, list_of, string};
use crate::value::{Type, Value};

pub struct AccessPointsData;

impl DataSource for AccessPointsData {
    type Client = Client;
    const NAME: &'static str = "aws_efs_access_points";
    const ACTIONS: &'static [&'static str] = &["elasticfilesystem:DescribeAccessPoints"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arns", list_of(Type::String).computed())
            .attr("file_system_id", string().required())
            .attr("id", string().optional().computed())
            .attr("ids", list_of(Type::String).computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let system = config.string("file_system_id").unwrap_or_default();
        let all = client.once("efs access points", || list(client)).await?;
        let of_system = all.iter().filter(|p| p.file_system_id.as_deref() == Some(system.as_str()));
        let text = |text: &Option<String>| Value::from(text.clone().unwrap_or_default());
        let (arns, ids): (Vec<Value>, Vec<Value>) =
            of_system.map(|p| (text(&p.access_point_arn), text(&p.access_point_id))).unzip();
        Ok(Object::new().with("arns", arns).with("file_system_id", system.as_str()).with("id", system).with("ids", ids))
    }
}
