//! `data "aws_service_principal"`: the name by which policies know a service.

use crate::aws::Client;
use crate::aws::sts::regions;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, string};

/// Services whose principals end like the hosts of their partition, instead of like everywhere else.
const OWN_SUFFIX: [(&str, &[&str]); 3] = [
    ("aws-cn", &["codedeploy", "elasticmapreduce", "logs"]),
    ("aws-iso", &["cloudhsm", "config", "logs", "workspaces"]),
    ("aws-iso-b", &["dms", "logs"]),
];

pub struct ServicePrincipal;

impl DataSource for ServicePrincipal {
    type Client = Client;
    const NAME: &'static str = "aws_service_principal";
    const ACTIONS: &'static [&'static str] = &[];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().computed())
            .attr("name", string().computed())
            .attr("region", string().optional().computed())
            .attr("service_name", string().required())
            .attr("suffix", string().computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let region = config.string("region").unwrap_or_else(|| client.region().to_owned());
        if regions::description(&region).is_none() && region != client.region() {
            return Err(Error::other(format!("there is no region \"{region}\"")));
        }
        let service = config.string("service_name").unwrap_or_default();
        let suffix = suffix(&service, &region);
        Ok(Object::new()
            .with("id", format!("{service}.{region}.{suffix}"))
            .with("name", format!("{service}.{suffix}"))
            .with("region", region)
            .with("service_name", service)
            .with("suffix", suffix))
    }
}

fn suffix(service: &str, region: &str) -> &'static str {
    let (partition, domain) = regions::partition(region);
    let own = OWN_SUFFIX.iter().any(|(p, services)| *p == partition && services.contains(&service));
    if own { domain } else { "amazonaws.com" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_services_have_a_suffix_of_their_partition() {
        assert_eq!(suffix("ec2", "cn-north-1"), "amazonaws.com");
        assert_eq!(suffix("logs", "cn-north-1"), "amazonaws.com.cn");
        assert_eq!(suffix("logs", "eu-west-1"), "amazonaws.com");
    }
}
