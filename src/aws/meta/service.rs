//! `data "aws_service"`: the names of a service in a region, and whether its partition has it.

use crate::aws::Client;
use crate::aws::sts::regions;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, boolean, string};
use crate::value::Value;

/// A service and its partitions a line.
const SERVICES: &str = include_str!("services.txt");

/// How the regions of each partition are called: what stands before their place and number.
const REGIONS: [(&str, &[&str]); 8] = [
    ("aws", &["af", "ap", "ca", "eu", "il", "me", "mx", "sa", "us"]),
    ("aws-cn", &["cn"]),
    ("aws-eusc", &["eusc-de"]),
    ("aws-iso", &["us-iso"]),
    ("aws-iso-b", &["us-isob"]),
    ("aws-iso-e", &["eu-isoe"]),
    ("aws-iso-f", &["us-isof"]),
    ("aws-us-gov", &["us-gov"]),
];

pub struct Service;

impl DataSource for Service {
    type Client = Client;
    const NAME: &'static str = "aws_service";
    const ACTIONS: &'static [&'static str] = &[];

    fn schema() -> Schema {
        let name = || string().optional().computed();
        Schema::new(0)
            .attr("dns_name", name())
            .attr("id", name())
            .attr("partition", string().computed())
            .attr("region", name())
            .attr("reverse_dns_name", name())
            .attr("reverse_dns_prefix", name())
            .attr("service_id", name())
            .attr("supported", boolean().computed())
    }

    fn validate(config: &Value) -> Vec<String> {
        let names = ["dns_name", "reverse_dns_name", "service_id"];
        let open = |name: &&str| config.get(name).is_some_and(|v| !v.is_null());
        if names.iter().any(open) {
            return Vec::new();
        }
        vec![format!("A service has to be named: set one of \"{}\".", names.join("\", \""))]
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let given = |name: &str| config.str(name).map(str::to_owned);
        let named = match (given("dns_name"), given("reverse_dns_name")) {
            (Some(name), _) => Some(parts("DNS name", &turned(&name))?),
            (None, Some(name)) => Some(parts("reverse DNS name", &name)?),
            (None, None) => None,
        };
        let (prefix, region, service) = named.unwrap_or_else(|| {
            let prefix = given("reverse_dns_prefix");
            (
                prefix.unwrap_or_else(|| turned(regions::partition(client.region()).1)),
                given("region").unwrap_or_else(|| client.region().to_owned()),
                given("service_id").unwrap_or_default(),
            )
        });
        let reverse = format!("{prefix}.{region}.{service}");
        let partition = partition(&region);
        let mut object = Object::new()
            .with("dns_name", turned(&reverse).to_lowercase())
            .with("id", reverse.as_str())
            .with("region", region)
            .with("reverse_dns_name", reverse.as_str())
            .with("reverse_dns_prefix", prefix)
            .with("service_id", service.as_str())
            // Of a region that no partition is known to have, nothing else is known either.
            .with("supported", partition.is_none_or(|partition| has(partition, &service)));
        if let Some(partition) = partition {
            object.set("partition", partition);
        }
        Ok(object)
    }
}

/// The labels of a DNS name from the last to the first.
fn turned(name: &str) -> String {
    name.split('.').rev().collect::<Vec<_>>().join(".")
}

/// Prefix, region and service of `com.amazonaws.eu-west-1.s3`.
fn parts(what: &str, reverse: &str) -> Result<(String, String, String)> {
    let labels: Vec<&str> = reverse.split('.').collect();
    match labels[..] {
        [ref prefix @ .., region, service] if prefix.len() >= 2 => {
            Ok((prefix.join("."), region.to_owned(), service.to_owned()))
        }
        _ => {
            Err(Error::other(format!("the {what} of a service has at least four parts, and this one {}", labels.len())))
        }
    }
}

/// The partition that has, or may come to have, a region of this name.
fn partition(region: &str) -> Option<&'static str> {
    let fits = |prefix: &&str| {
        let rest = region.strip_prefix(*prefix).and_then(|r| r.strip_prefix('-'));
        rest.and_then(|r| r.split_once('-')).is_some_and(|(place, number)| {
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let digits = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
            digits && !place.is_empty() && place.chars().all(word)
        })
    };
    REGIONS.iter().find(|(_, prefixes)| prefixes.iter().any(fits)).map(|(name, _)| *name)
}

fn has(partition: &str, service: &str) -> bool {
    let mut lines = SERVICES.lines().filter(|l| !l.starts_with('#')).map(|l| l.split(' '));
    lines.any(|mut words| words.next() == Some(service) && words.any(|p| p == partition))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_told_by_the_form_of_the_region() {
        for (region, expected) in [
            ("eu-west-1", Some("aws")),
            ("us-east-99", Some("aws")),
            ("us-gov-west-1", Some("aws-us-gov")),
            ("us-isob-east-1", Some("aws-iso-b")),
            ("cn-north-1", Some("aws-cn")),
            ("eusc-de-east-1", Some("aws-eusc")),
            ("eusc-fr-east-1", None),
            ("aws-global", None),
            ("us-east-1a", None),
            ("us--1", None),
        ] {
            assert_eq!(partition(region), expected, "{region}");
        }
    }

    #[test]
    fn services_are_told_by_partition() {
        assert!(has("aws", "ec2") && has("aws-cn", "ec2") && !has("aws-eusc", "ec2"));
        assert!(!has("aws", "EC2") && !has("aws", "aws") && !has("aws", "#") && !has("aws", ""));
    }

    #[test]
    fn names_have_four_parts_at_least() {
        let all = |p: &str, r: &str, s: &str| Some((p.to_owned(), r.to_owned(), s.to_owned()));
        assert_eq!(parts("", "com.amazonaws.eu-west-1.s3").ok(), all("com.amazonaws", "eu-west-1", "s3"));
        assert_eq!(parts("", "com.amazonaws.vpce.eu-west-1.x").ok(), all("com.amazonaws.vpce", "eu-west-1", "x"));
        assert!(parts("", "amazonaws.eu-west-1.s3").is_err());
    }
}
