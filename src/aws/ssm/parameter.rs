//! Data source `aws_ssm_parameter`: what is asked for at the same moment is read in one call.

use std::collections::BTreeMap;

use aws_sdk_ssm::types::{Parameter as Live, ParameterType};

use crate::aws::Client;
use crate::aws::gather::gather;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, boolean, number, string};

/// Most names of one call.
const NAMES: usize = 10;

pub struct Parameter;

impl DataSource for Parameter {
    type Client = Client;
    const NAME: &'static str = "aws_ssm_parameter";
    const ACTIONS: &'static [&'static str] = &["kms:Decrypt", "ssm:GetParameters"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("id", string().optional().computed())
            .attr("insecure_value", string().computed())
            .attr("name", string().required())
            .attr("type", string().computed())
            .attr("value", string().computed().sensitive())
            .attr("version", number().computed())
            .attr("with_decryption", boolean().optional().default(true))
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let name = config.string("name").unwrap_or_default();
        let decrypt = config.bool("with_decryption").unwrap_or(true);
        let group = if decrypt { "ssm parameters, decrypted" } else { "ssm parameters, encrypted" };
        let found = client.load(group, std::slice::from_ref(&name), |names| fetch(client, names, decrypt)).await?;
        let live = found.get(&name).ok_or_else(|| {
            Error::not_found(format!("there is no parameter \"{name}\" in region {}", client.region()))
                .hint("Check the name and the region of the provider; names are case-sensitive.")
        })?;
        let open = live.r#type != Some(ParameterType::SecureString);
        Ok(config
            .clone()
            .with("arn", live.arn.clone())
            .with("id", live.name.clone())
            .with("insecure_value", live.value.clone().filter(|_| open).unwrap_or_default())
            .with("type", live.r#type.as_ref().map(ParameterType::as_str))
            .with("value", live.value.clone())
            .with("version", live.version)
            .with("with_decryption", decrypt))
    }
}

async fn fetch(client: &Client, names: Vec<String>, decrypt: bool) -> Result<BTreeMap<String, Live>> {
    let calls = names.chunks(NAMES).map(|some| {
        let call = client.ssm().get_parameters().set_names(Some(some.to_vec())).with_decryption(decrypt);
        async move { Ok(call.send().await?.parameters.unwrap_or_default()) }
    });
    let live: Vec<Live> = gather(calls.collect()).await?.into_iter().flatten().collect();
    let of = |name: &String| live.iter().find(|p| answers(p, name)).cloned();
    Ok(names.iter().filter_map(|name| Some((name.clone(), of(name)?))).collect())
}

/// Whether a parameter is what a name asks for: a name or an ARN, perhaps with a selector (`:3`, `:label`).
fn answers(parameter: &Live, asked: &str) -> bool {
    let selector = parameter.selector.as_deref().unwrap_or_default();
    let is = |name: &Option<String>| name.as_ref().is_some_and(|n| asked.strip_prefix(n.as_str()) == Some(selector));
    is(&parameter.name) || is(&parameter.arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart_by_name_arn_and_selector() {
        let plain = Live::builder().name("/a").arn("arn:aws:ssm:eu-west-1:1:parameter/a").build();
        let third = Live::builder().name("/a").selector(":3").build();
        assert!(answers(&plain, "/a") && answers(&plain, "arn:aws:ssm:eu-west-1:1:parameter/a"));
        assert!(!answers(&plain, "/a:3") && !answers(&plain, "/ab"));
        assert!(answers(&third, "/a:3") && !answers(&third, "/a"));
    }
}
