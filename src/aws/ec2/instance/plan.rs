//! What a plan of an instance knows beside the schema: what excludes what, what stays, what makes a new one.

use crate::addr::{Path, Step};
use crate::aws::blocks;
use crate::aws::ec2::equality::is_set;
use crate::provider::{Object, PlannedChange};
use crate::value::{Kind, Type, Value};

/// Arguments that configure the primary interface, and which blocks `network_interface` bring with them.
const OF_THE_INTERFACE: [&str; 9] = [
    "associate_public_ip_address",
    "ipv6_address_count",
    "ipv6_addresses",
    "private_ip",
    "secondary_private_ips",
    "security_groups",
    "source_dest_check",
    "subnet_id",
    "vpc_security_group_ids",
];

const PROVISIONED: [&str; 3] = ["gp3", "io1", "io2"];

pub fn complete(change: &mut PlannedChange) {
    refuse(change);
    refuse_devices(change);
    template(change);
    // As the provider plans a list of which something is open.
    if change.planned.is_unknown("ipv6_addresses") {
        change.planned.set("ipv6_addresses", Value::unknown(Type::list(Type::String)));
    }
    if change.is_create() {
        return;
    }
    keep(change);
    replace(change);
}

fn refuse(change: &mut PlannedChange) {
    let pairs = [
        ("user_data", "user_data_base64"),
        ("ipv6_addresses", "ipv6_address_count"),
        ("placement_group", "host_resource_group_arn"),
    ];
    for (one, other) in pairs {
        if is_set(change, one) && is_set(change, other) {
            change.error(other, format!("Only one of \"{one}\" and \"{other}\" may be set."));
        }
    }
    let interfaces = !change.config.objects("network_interface").is_empty();
    for name in OF_THE_INTERFACE {
        if interfaces && change.config.has(name) {
            change.error(name, format!("\"{name}\" belongs to the interface that \"network_interface\" names."));
        }
    }
    let cpus = change.config.object("cpu_options").unwrap_or_default();
    for (old, new) in [("cpu_core_count", "core_count"), ("cpu_threads_per_core", "threads_per_core")] {
        if is_set(change, old) && cpus.has(new) {
            change.error(old, format!("Only one of \"{old}\" and \"{new}\" in \"cpu_options\" may be set."));
        }
    }
    let template = change.config.object("launch_template");
    let known = |name: &str| change.config.get(name).is_some_and(Value::is_known);
    let open = template.is_some() || !known("launch_template");
    let missing = ["ami", "instance_type"].into_iter().filter(|name| !open && known(name) && !change.config.has(name));
    for name in missing.collect::<Vec<_>>() {
        change.error(name, format!("\"{name}\" is required where no launch template names it."));
    }
    if let Some(template) = template {
        let open = template.is_unknown("id") || template.is_unknown("name");
        if !open && template.has("id") == template.has("name") {
            change.error("launch_template", "Exactly one of \"id\" and \"name\" must be set.");
        }
    }
    if let Some(reservation) = change.config.object("capacity_reservation_specification") {
        let target = reservation.object("capacity_reservation_target");
        if reservation.has("capacity_reservation_preference") == target.is_some() {
            let detail =
                "Exactly one of \"capacity_reservation_preference\" and \"capacity_reservation_target\" must be set.";
            change.error("capacity_reservation_specification", detail);
        }
        let both = |t: &Object| t.has("capacity_reservation_id") && t.has("capacity_reservation_resource_group_arn");
        if target.is_some_and(|t| both(&t)) {
            change.error("capacity_reservation_specification", "A target is a reservation or a group, not both.");
        }
    }
}

fn refuse_devices(change: &mut PlannedChange) {
    let tagged = |name: &str| change.config.objects(name).iter().any(|device| !device.string_map("tags").is_empty());
    if is_set(change, "volume_tags") && (tagged("root_block_device") || tagged("ebs_block_device")) {
        change.error(
            "volume_tags",
            "Volumes are tagged by \"volume_tags\" or by \"tags\" of their devices, not by both.",
        );
    }
    for name in ["root_block_device", "ebs_block_device"] {
        for device in change.config.objects(name) {
            let Some(kind) = device.string("volume_type") else { continue };
            if device.i64("iops").is_some_and(|n| n > 0) && !PROVISIONED.contains(&kind.as_str()) {
                change.error(name, format!("\"iops\" is for volumes of the types gp3, io1 and io2; this is {kind}."));
            }
            if device.i64("throughput").is_some_and(|n| n > 0) && kind != "gp3" {
                change.error(name, format!("\"throughput\" is for volumes of the type gp3; this is {kind}."));
            }
        }
    }
    for device in change.config.objects("ephemeral_block_device") {
        let open = device.is_unknown("virtual_name") || device.is_unknown("no_device");
        if !open && !device.has("virtual_name") && device.bool("no_device") != Some(true) {
            change.error("ephemeral_block_device", "\"virtual_name\" is required unless \"no_device\" is set.");
        }
    }
}

/// A template is named by its id or by its name; the other follows.
fn template(change: &mut PlannedChange) {
    let before = change.prior.as_ref().and_then(|p| p.object("launch_template"));
    let given = change.config.object("launch_template").unwrap_or_default();
    let follow = |block: &mut Object, _: Option<&Object>| {
        for (named, follows) in [("id", "name"), ("name", "id")] {
            let same = before.as_ref().is_some_and(|b| b.get(named) == block.get(named));
            if given.get(named).is_some_and(|v| !v.is_null()) && !same {
                block.set(follows, Value::unknown(Type::String));
            }
        }
    };
    blocks::each(&mut change.planned, None, "launch_template", &follow);
}

/// What AWS chose, or what the public provider does not take for a change.
fn keep(change: &mut PlannedChange) {
    let Some(prior) = change.prior.clone() else { return };
    let none = |value: Option<&Value>| value.is_none_or(|v| v.is_known() && v.as_slice().is_none_or(<[_]>::is_empty));
    if none(change.config.get("credit_specification"))
        && let Some(credits) = prior.get("credit_specification")
    {
        change.planned.set("credit_specification", credits.clone());
    }
    keep_in(change, &prior, "credit_specification", &|credits, before| {
        if credits.str("cpu_credits").unwrap_or_default().is_empty() && !credits.is_unknown("cpu_credits") {
            credits.set("cpu_credits", before.get("cpu_credits").cloned());
        }
    });
    if same_devices(&change.planned, &prior) {
        change.planned.0.insert(
            "ebs_block_device".into(),
            prior.get("ebs_block_device").cloned().unwrap_or_else(|| Value::tuple(Vec::new())),
        );
    }
    if !none(change.planned.get("network_interface"))
        && let Some(check) = prior.get("source_dest_check")
    {
        change.planned.set("source_dest_check", check.clone());
    }
    keep_in(change, &prior, "root_block_device", &|device, before| {
        let kind = device.string("volume_type").unwrap_or_default();
        if device.i64("iops") == Some(0) && !PROVISIONED.contains(&kind.as_str()) {
            device.set("iops", before.get("iops").cloned());
        }
        if device.i64("throughput") == Some(0) && kind != "gp3" {
            device.set("throughput", before.get("throughput").cloned());
        }
    });
    keep_in(change, &prior, "cpu_options", &|cpus, before| {
        if cpus.str("amd_sev_snp") == Some("disabled") && before.string("amd_sev_snp").is_none() {
            cpus.set("amd_sev_snp", before.get("amd_sev_snp").cloned());
        }
    });
    keep_in(change, &prior, "instance_market_options", &|market, before| {
        let price = |o: &Object| o.object("spot_options").and_then(|s| s.string("max_price"));
        let (Some(mut spot), Some(old)) = (market.object("spot_options"), price(before)) else { return };
        let same = spot.string("max_price").is_some_and(|new| new.trim_end_matches('0') == old.trim_end_matches('0'));
        if same {
            spot.set("max_price", old);
            market.set("spot_options", vec![spot]);
        }
    });
}

fn keep_in(change: &mut PlannedChange, prior: &Object, name: &str, with: &dyn Fn(&mut Object, &Object)) {
    let each = |block: &mut Object, before: Option<&Object>| {
        if let Some(before) = before {
            with(block, before);
        }
    };
    blocks::each(&mut change.planned, Some(prior), name, &each);
}

/// The provider tells devices apart by name and snapshot alone, and sees no other change of them.
fn same_devices(planned: &Object, prior: &Object) -> bool {
    let Some(Value { kind: Kind::Set(_, devices), .. }) = planned.get("ebs_block_device") else { return false };
    let key = |device: &Object| {
        let known = !device.is_unknown("device_name");
        known.then(|| (device.string("device_name"), device.string("snapshot_id")))
    };
    let all = |devices: Vec<Object>| {
        let mut keys: Option<Vec<_>> = devices.iter().map(key).collect();
        if let Some(keys) = &mut keys {
            keys.sort();
        }
        keys
    };
    let wanted = all(devices.iter().map(Object::from_value).collect());
    wanted.is_some() && wanted == all(prior.objects("ebs_block_device"))
}

fn replace(change: &mut PlannedChange) {
    let Some(prior) = change.prior.clone() else { return };
    if change.planned.bool("user_data_replace_on_change") == Some(true) {
        change.force_new("user_data");
        change.force_new("user_data_base64");
    }
    let types = (prior.string("instance_type"), change.planned.string("instance_type"));
    if let (Some(old), Some(new)) = types
        && is_arm(&old) != is_arm(&new)
    {
        change.force_new("instance_type");
    }
    // A primary address stays primary as long as its interface lives.
    if prior.bool("enable_primary_ipv6") == Some(true) && change.planned.bool("enable_primary_ipv6") == Some(false) {
        change.force_new("enable_primary_ipv6");
    }
    if change.planned.objects("ephemeral_block_device").len() != prior.objects("ephemeral_block_device").len() {
        change.force_new("ephemeral_block_device");
    }
    let before = prior.object("launch_template").unwrap_or_default();
    let (given, planned) = (change.config.object("launch_template"), change.planned.object("launch_template"));
    let in_template = |name: &str| Path::attr("launch_template").then(Step::Index(0)).then(Step::Attr(name.into()));
    for name in ["id", "name"] {
        let named = given.as_ref().and_then(|t| t.get(name)).is_some_and(|v| !v.is_null());
        if named && planned.as_ref().and_then(|t| t.get(name)) != before.get(name) {
            change.replace.insert(in_template(name));
        }
    }
    let version = |o: &Object| o.object("launch_template").and_then(|t| t.string("version"));
    // State names the version of the instance where it is not the default or latest one any more.
    if let (Some(old), Some(new)) = (version(&prior), version(&change.planned))
        && old != new
        && !old.starts_with('$')
    {
        change.replace.insert(in_template("version"));
    }
}

/// Whether a type has a Graviton processor: `m6g`, `c7gn`, `t4g`, `a1`. What has another architecture cannot run the image.
fn is_arm(instance_type: &str) -> bool {
    let family = instance_type.split('.').next().unwrap_or_default();
    let generation = family.find(|c: char| c.is_ascii_digit()).map(|at| &family[at..]).unwrap_or_default();
    let options = generation.trim_start_matches(|c: char| c.is_ascii_digit());
    family == "a1" || options.starts_with('g')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::diag::Diagnostics;
    use crate::plan::propose;

    /// The completed plan of a change between two configurations.
    fn planned(before: Object, after: Object) -> PlannedChange {
        let block = super::super::schema::schema().block;
        let typed = |object: Object| block.stored(block.conform(&object.into_value()).expect("conforms"));
        let (before, after) = (typed(before), typed(after));
        let mut change = PlannedChange {
            prior: Some(Object::from_value(&before)),
            config: Object::from_value(&after),
            planned: Object::from_value(&propose(&block, Some(&before), &after)),
            replace: BTreeSet::new(),
            diagnostics: Diagnostics::new(),
        };
        complete(&mut change);
        change
    }

    fn base() -> Object {
        Object::new().with("ami", "ami-1").with("instance_type", "m5.large")
    }

    #[test]
    fn other_user_data_replaces_where_that_is_asked_for() {
        let with =
            |text: &str, replaces: bool| base().with("user_data", text).with("user_data_replace_on_change", replaces);
        let change = planned(with("one", false), with("two", false));
        assert!(change.replace.is_empty());
        assert_eq!(change.planned.str("user_data"), Some("ad782ecdac770fc6eb9a62e44f90873fb97fb26b"));
        let change = planned(with("one", true), with("two", true));
        assert_eq!(change.replace, BTreeSet::from([Path::attr("user_data")]));
        assert!(planned(with("a text", true), with("YSB0ZXh0", true)).replace.is_empty());
    }

    #[test]
    fn what_the_provider_does_not_see_stays() {
        let device = |size: i64| Object::new().with("device_name", "/dev/sdf").with("volume_size", size);
        let with = |devices: Vec<Object>| base().with("ebs_block_device", devices);
        let change = planned(with(vec![device(10)]), with(vec![device(20)]));
        assert_eq!(
            change.planned.get("ebs_block_device"),
            change.prior.as_ref().and_then(|p| p.get("ebs_block_device"))
        );
        let other = Object::new().with("device_name", "/dev/sdg");
        let change = planned(with(vec![device(10)]), with(vec![device(10), other]));
        assert_eq!(change.planned.objects("ebs_block_device").len(), 2);
        let credits = |all: Vec<Object>| base().with("credit_specification", all);
        let change = planned(credits(vec![Object::new().with("cpu_credits", "standard")]), credits(Vec::new()));
        assert_eq!(change.planned.objects("credit_specification").len(), 1);
    }

    #[test]
    fn versions_of_a_template_replace_where_the_instance_has_another() {
        let with = |version: &str| {
            let template = Object::new().with("id", "lt-1").with("name", "t").with("version", version);
            base().with("launch_template", vec![template])
        };
        assert!(planned(with("1"), with("1")).replace.is_empty());
        assert!(!planned(with("1"), with("2")).replace.is_empty());
        assert!(!planned(with("1"), with("$Latest")).replace.is_empty());
    }

    #[test]
    fn what_excludes_each_other_is_refused() {
        let refused = |object: Object| planned(base(), object).diagnostics.has_errors();
        assert!(!refused(base()));
        assert!(refused(base().with("user_data", "a").with("user_data_base64", "YQ==")));
        let interface = Object::new().with("device_index", 0).with("network_interface_id", "eni-1");
        assert!(refused(base().with("network_interface", vec![interface]).with("subnet_id", "subnet-1")));
        let tagged = Object::new().with("tags", Object::new().with("a", "b"));
        assert!(refused(
            base().with("volume_tags", Object::new().with("a", "b")).with("root_block_device", vec![tagged])
        ));
        let slow = Object::new().with("volume_type", "gp2").with("iops", 4000);
        assert!(refused(base().with("root_block_device", vec![slow])));
        assert!(refused(Object::new().with("ami", "ami-1")));
    }

    #[test]
    fn processors_are_told_by_the_name_of_the_family() {
        for arm in [
            "m6g.large",
            "c7gn.xlarge",
            "t4g.micro",
            "a1.medium",
            "x2gd.large",
            "im4gn.large",
            "hpc7g.4xlarge",
            "g5g.xlarge",
        ] {
            assert!(is_arm(arm), "{arm}");
        }
        for other in [
            "m5.large",
            "c5n.large",
            "t3.micro",
            "g5.xlarge",
            "g4dn.xlarge",
            "p4d.24xlarge",
            "mac1.metal",
            "u-6tb1.metal",
        ] {
            assert!(!is_arm(other), "{other}");
        }
    }
}
