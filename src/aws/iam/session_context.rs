//! `data "aws_iam_session_context"`: the role behind a session.

use super::read;
use crate::aws::{Client, validate};
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, string};

pub struct SessionContext;

impl DataSource for SessionContext {
    type Client = Client;
    const NAME: &'static str = "aws_iam_session_context";
    const ACTIONS: &'static [&'static str] = &["iam:GetRole"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().required().check(validate::arn))
            .attr("id", string().optional().computed())
            .attr("issuer_arn", string().computed())
            .attr("issuer_id", string().computed())
            .attr("issuer_name", string().computed())
            .attr("session_name", string().computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let arn = config.string("arn").unwrap_or_default();
        let object = config.clone().with("id", arn.as_str());
        let Some((name, session)) = session(&arn) else {
            return Ok(object
                .with("issuer_arn", arn.as_str())
                .with("issuer_id", "")
                .with("issuer_name", "")
                .with("session_name", ""));
        };
        let answer = read::unless_gone(client.iam().get_role().role_name(name).send().await)?;
        let role = answer.and_then(|a| a.role);
        let role = role.ok_or_else(|| Error::not_found(format!("there is no role \"{name}\"")))?;
        Ok(object
            .with("issuer_arn", role.arn)
            .with("issuer_id", role.role_id)
            .with("issuer_name", name)
            .with("session_name", session))
    }
}

/// Role and session of `arn:aws:sts::1:assumed-role/ROLE/SESSION`.
fn session(arn: &str) -> Option<(&str, &str)> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "sts", _, _, resource] = parts.as_slice() else { return None };
    let rest = resource.strip_prefix("assumed-role/")?;
    // The path of the role, if any, is left out of the ARN of a session.
    let (role, session) = rest.rsplit_once('/')?;
    Some((role.rsplit('/').next().unwrap_or(role), session))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_assumed_roles_have_a_session() {
        assert_eq!(session("arn:aws:sts::1:assumed-role/admin/me"), Some(("admin", "me")));
        assert_eq!(session("arn:aws:iam::1:role/admin"), None);
        assert_eq!(session("arn:aws:sts::1:assumed-role/admin"), None);
    }
}
