//! One record set: from the configuration to what the API takes, and from its answer to what state holds. Pure.

use aws_sdk_route53::types::{
    AliasTarget, CidrRoutingConfig, Coordinates, GeoLocation, GeoProximityLocation, ResourceRecord, ResourceRecordSet,
    ResourceRecordSetFailover, ResourceRecordSetRegion, RrType,
};

use super::dns;
use crate::provider::{Error, Object, Result};

/// The record set that an object wants, under its full name.
pub fn wanted(want: &Object, fqdn: &str) -> Result<ResourceRecordSet> {
    let kind = want.str("type").unwrap_or_default();
    let records = want.strings("records").into_iter().map(|value| {
        let value = if quoted(kind) { format!("\"{value}\"") } else { value };
        ResourceRecord::builder().value(value).build()
    });
    let records: Vec<_> = built(records.collect::<std::result::Result<_, _>>())?;
    let alias = want.object("alias").map(|a| {
        AliasTarget::builder()
            .set_dns_name(a.string("name"))
            .set_hosted_zone_id(a.string("zone_id"))
            .evaluate_target_health(a.bool("evaluate_target_health").unwrap_or_default())
            .build()
    });
    let cidr = want.object("cidr_routing_policy").map(|c| {
        CidrRoutingConfig::builder()
            .set_collection_id(c.string("collection_id"))
            .set_location_name(c.string("location_name"))
            .build()
    });
    let geo = want.object("geolocation_routing_policy").map(|g| {
        GeoLocation::builder()
            .set_continent_code(g.string("continent"))
            .set_country_code(g.string("country"))
            .set_subdivision_code(g.string("subdivision"))
            .build()
    });
    let failover = want.object("failover_routing_policy").and_then(|f| f.string("type"));
    let region = want.object("latency_routing_policy").and_then(|l| l.string("region"));
    let set = ResourceRecordSet::builder()
        .name(fqdn)
        .r#type(RrType::from(kind))
        .set_ttl(want.i64("ttl").filter(|_| !records.is_empty()))
        .set_resource_records((!records.is_empty()).then_some(records))
        .set_alias_target(built(alias.transpose())?)
        .set_cidr_routing_config(built(cidr.transpose())?)
        .set_failover(failover.map(|f| ResourceRecordSetFailover::from(f.as_str())))
        .set_geo_location(geo)
        .set_geo_proximity_location(want.object("geoproximity_routing_policy").map(geo_proximity).transpose()?)
        .set_health_check_id(want.string("health_check_id"))
        .set_multi_value_answer(want.bool("multivalue_answer_routing_policy").filter(|m| *m))
        .set_region(region.map(|r| ResourceRecordSetRegion::from(r.as_str())))
        .set_set_identifier(want.string("set_identifier"))
        .set_weight(want.object("weighted_routing_policy").and_then(|w| w.i64("weight")));
    built(set.build())
}

/// What a live record set says, as state holds it. The target of an alias keeps the spelling of the prior object.
pub fn object(record: &ResourceRecordSet, prior: &Object) -> Object {
    let values = record.resource_records().iter().map(|r| {
        let inner = r.value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
        inner.filter(|_| quoted(record.r#type.as_str())).unwrap_or(&r.value).to_owned()
    });
    let alias = record.alias_target.as_ref().map(|a| {
        let known = prior.object("alias").and_then(|p| p.string("name"));
        let name = dns::alias_target(&a.dns_name);
        Object::new()
            .with("evaluate_target_health", a.evaluate_target_health)
            .with("name", known.filter(|k| dns::alias_target(k) == name).unwrap_or(name))
            .with("zone_id", a.hosted_zone_id.as_str())
    });
    let cidr = record.cidr_routing_config.as_ref().map(|c| {
        Object::new().with("collection_id", c.collection_id.as_str()).with("location_name", c.location_name.as_str())
    });
    let geo = record.geo_location.as_ref().map(|g| {
        Object::new()
            .with("continent", g.continent_code.clone().unwrap_or_default())
            .with("country", g.country_code.clone().unwrap_or_default())
            .with("subdivision", g.subdivision_code.clone().unwrap_or_default())
    });
    let proximity = record.geo_proximity_location.as_ref().map(|g| {
        let at = g
            .coordinates
            .as_ref()
            .map(|c| Object::new().with("latitude", c.latitude.as_str()).with("longitude", c.longitude.as_str()));
        Object::new()
            .with("aws_region", g.aws_region.clone().unwrap_or_default())
            .with("bias", g.bias.unwrap_or_default())
            .with("coordinates", Vec::from_iter(at))
            .with("local_zone_group", g.local_zone_group.clone().unwrap_or_default())
    });
    let failover = record.failover.as_ref().map(|f| Object::new().with("type", f.as_str()));
    let latency = record.region.as_ref().map(|r| Object::new().with("region", r.as_str()));
    let weighted = record.weight.map(|w| Object::new().with("weight", w));
    Object::new()
        .with("alias", Vec::from_iter(alias))
        .with("cidr_routing_policy", Vec::from_iter(cidr))
        .with("failover_routing_policy", Vec::from_iter(failover))
        .with("geolocation_routing_policy", Vec::from_iter(geo))
        .with("geoproximity_routing_policy", Vec::from_iter(proximity))
        .with("health_check_id", record.health_check_id.clone().unwrap_or_default())
        .with("latency_routing_policy", Vec::from_iter(latency))
        .with("multivalue_answer_routing_policy", record.multi_value_answer.unwrap_or_default())
        .with("records", values.collect::<Vec<_>>())
        .with("set_identifier", record.set_identifier.clone().unwrap_or_default())
        .with("ttl", record.ttl.unwrap_or_default())
        .with("type", record.r#type.as_str())
        .with("weighted_routing_policy", Vec::from_iter(weighted))
}

/// Texts that the API takes in quotes, and the configuration gives without.
fn quoted(kind: &str) -> bool {
    matches!(kind, "TXT" | "SPF")
}

fn geo_proximity(block: Object) -> Result<GeoProximityLocation> {
    let at = block.object("coordinates").map(|c| {
        Coordinates::builder().set_latitude(c.string("latitude")).set_longitude(c.string("longitude")).build()
    });
    Ok(GeoProximityLocation::builder()
        .set_aws_region(block.string("aws_region"))
        .set_bias(block.i32("bias"))
        .set_coordinates(built(at.transpose())?)
        .set_local_zone_group(block.string("local_zone_group"))
        .build())
}

fn built<T, E: std::fmt::Display>(made: std::result::Result<T, E>) -> Result<T> {
    made.map_err(|e| Error::other(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    fn round_trip(want: &Object) -> Object {
        object(&wanted(want, "x.example.com").expect("builds"), want)
    }

    #[test]
    fn texts_are_quoted_for_the_api_only() {
        let want = Object::new().with("type", "TXT").with("ttl", 60).with("records", vec!["v=1", "a\" \"b"]);
        let set = wanted(&want, "x.example.com").expect("builds");
        assert_eq!(set.resource_records()[0].value, "\"v=1\"");
        assert_eq!(round_trip(&want).strings("records"), ["v=1", "a\" \"b"]);
    }

    #[test]
    fn aliases_keep_their_spelling_and_have_no_ttl() {
        let alias = Object::new()
            .with("name", "dualstack.LB.amazonaws.com.")
            .with("zone_id", "Z9")
            .with("evaluate_target_health", true);
        let want = Object::new().with("type", "A").with("alias", vec![alias]);
        let back = round_trip(&want);
        assert_eq!(back.object("alias").and_then(|a| a.string("name")).as_deref(), Some("dualstack.LB.amazonaws.com."));
        assert_eq!(back.i64("ttl"), Some(0));
        let live = object(&wanted(&want, "x").expect("builds"), &Object::new());
        assert_eq!(live.object("alias").and_then(|a| a.string("name")).as_deref(), Some("lb.amazonaws.com"));
    }

    #[test]
    fn routing_policies_survive() {
        let want = Object::new()
            .with("type", "CNAME")
            .with("ttl", 0)
            .with("records", vec!["a.example.com"])
            .with("set_identifier", "blue")
            .with("weighted_routing_policy", vec![Object::new().with("weight", 0)])
            .with("geoproximity_routing_policy", vec![Object::new().with("bias", Value::from(-5))]);
        let set = wanted(&want, "x.example.com").expect("builds");
        assert_eq!((set.weight, set.ttl, set.set_identifier()), (Some(0), Some(0), Some("blue")));
        let back = round_trip(&want);
        assert_eq!(back.object("geoproximity_routing_policy").and_then(|g| g.i64("bias")), Some(-5));
    }
}
