//! `data "aws_iam_roles"`: roles by path and name.

use super::read;
use crate::aws::Client;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, set_of, string};
use crate::value::{Type, Value};

pub struct RolesData;

impl DataSource for RolesData {
    type Client = Client;
    const NAME: &'static str = "aws_iam_roles";
    const ACTIONS: &'static [&'static str] = &["iam:ListRoles"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arns", set_of(Type::String).computed())
            .attr("id", string().optional().computed())
            .attr("name_regex", string().optional().check(regex))
            .attr("names", set_of(Type::String).computed())
            .attr("path_prefix", string().optional())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let pattern = config.string("name_regex").map(|text| compiled(&text)).transpose();
        let pattern = pattern.map_err(Error::other)?;
        let prefix = config.string("path_prefix").unwrap_or_default();
        let roles = read::listed_roles(client).await?;
        let chosen = roles
            .values()
            .filter(|r| r.path.starts_with(&prefix) && pattern.as_ref().is_none_or(|p| p.is_match(&r.role_name)));
        let (arns, names): (Vec<Value>, Vec<Value>) =
            chosen.map(|r| (Value::from(&r.arn), Value::from(&r.role_name))).unzip();
        Ok(config.clone().with("arns", arns).with("id", client.region()).with("names", names))
    }
}

fn compiled(text: &str) -> std::result::Result<regex::Regex, String> {
    regex::Regex::new(text).map_err(|_| format!("\"{text}\" is not a regular expression."))
}

fn regex(value: &Value) -> std::result::Result<(), String> {
    compiled(value.as_str().unwrap_or_default()).map(drop)
}
