//! Changes of an instance in place.
//!
//! What is planned and is not so yet is done: a change that waits in between, for the instance to stop or for a volume,
//! ends with `NotYet`, and the engine starts it again.

use aws_sdk_ec2::primitives::Blob;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, AttributeValue, Instance as Live, InstanceCreditSpecificationRequest,
    SecureBlobAttributeValue,
};

use super::{object, read, request, states, user_data, volumes};
use crate::aws::Client;
use crate::aws::ec2::equality::same;
use crate::aws::ec2::launch_template_request::{count, text};
use crate::aws::ec2::tags;
use crate::provider::{Error, Object, Result};

/// One instance in change.
pub(super) struct Change<'a> {
    pub client: &'a Client,
    pub id: &'a str,
    pub prior: &'a Object,
    pub want: &'a Object,
    pub live: Live,
}

impl Change<'_> {
    /// Whether the plan changes an attribute, to something that is known.
    pub fn planned(&self, name: &str) -> bool {
        !self.want.is_unknown(name) && !same(self.prior.get(name), self.want.get(name))
    }

    /// A planned text that AWS does not show yet.
    fn differs(&self, name: &str, live: &Object) -> bool {
        self.planned(name) && !same(live.get(name), self.want.get(name))
    }

    fn modify(
        &self,
    ) -> aws_sdk_ec2::operation::modify_instance_attribute::builders::ModifyInstanceAttributeFluentBuilder {
        self.client.ec2().modify_instance_attribute().instance_id(self.id)
    }
}

/// Whether something of a new instance has to be done once it runs.
pub fn after_launch(want: &Object) -> bool {
    let tagged = |name: &str| want.objects(name).iter().any(|device| !device.string_map("tags").is_empty());
    let interfaces = !want.objects("network_interface").is_empty();
    tagged("root_block_device")
        || tagged("ebs_block_device")
        || (!interfaces && want.bool("source_dest_check") == Some(false))
}

pub async fn apply(client: &Client, id: &str, prior: &Object, want: &Object) -> Result<()> {
    let live = read::one(client, id).await?.ok_or_else(|| Error::not_found(format!("the instance {id} is gone")))?;
    let change = Change { client, id, prior, want, live };
    let shown = object::of(&change.live);
    profile(&change, &shown).await?;
    network(&change, &shown).await?;
    stopped_only(&change, &shown).await?;
    attributes(&change).await?;
    options(&change, &shown).await?;
    volumes::apply(&change).await?;
    tags::update(client, id, prior, want).await
}

/// The profile, which is an object of its own between the instance and its role.
async fn profile(change: &Change<'_>, shown: &Object) -> Result<()> {
    if !change.differs("iam_instance_profile", shown) {
        return Ok(());
    }
    let ec2 = change.client.ec2();
    let call = ec2.describe_iam_instance_profile_associations().filters(tags::filter("instance-id", [change.id]));
    let mut held = call.send().await?.iam_instance_profile_associations.unwrap_or_default().into_iter();
    // One that is being taken away stands beside the new one for a while.
    let association = held.find_map(|a| {
        let state = a.state.as_ref().map(|s| s.as_str().to_owned()).unwrap_or_default();
        a.association_id.filter(|_| state.starts_with("associat"))
    });
    let wanted = change.want.string("iam_instance_profile").map(request::profile);
    let runs = read::state(&change.live).is_some_and(|s| s.as_str() == "running");
    match (association, wanted) {
        (Some(old), Some(new)) if runs => {
            let call = ec2.replace_iam_instance_profile_association().association_id(old);
            call.iam_instance_profile(new).send().await?;
        }
        (old, new) => {
            if let Some(old) = old {
                ec2.disassociate_iam_instance_profile().association_id(old).send().await?;
            }
            if let Some(new) = new {
                let call = ec2.associate_iam_instance_profile().instance_id(change.id);
                call.iam_instance_profile(new).send().await?;
            }
        }
    }
    Ok(())
}

/// What belongs to the primary interface.
async fn network(change: &Change<'_>, shown: &Object) -> Result<()> {
    let ec2 = change.client.ec2();
    let interfaces = !change.want.objects("network_interface").is_empty();
    if !interfaces && change.differs("source_dest_check", shown) {
        let on = switch(change.want.bool("source_dest_check").unwrap_or(true));
        change.modify().source_dest_check(on).send().await?;
    }
    let Some(primary) = object::primary(&change.live) else { return Ok(()) };
    let interface = primary.network_interface_id.clone().unwrap_or_default();
    if change.differs("ipv6_address_count", shown) {
        let addresses = shown.strings("ipv6_addresses");
        let wanted = change.want.i64("ipv6_address_count").and_then(|n| usize::try_from(n).ok()).unwrap_or_default();
        if wanted > addresses.len() {
            let more = i32::try_from(wanted - addresses.len()).unwrap_or_default();
            ec2.assign_ipv6_addresses().network_interface_id(&interface).ipv6_address_count(more).send().await?;
        } else {
            let gone = addresses[wanted..].to_vec();
            let call = ec2.unassign_ipv6_addresses().network_interface_id(&interface);
            call.set_ipv6_addresses(Some(gone)).send().await?;
        }
    }
    if change.differs("enable_primary_ipv6", shown) && change.want.bool("enable_primary_ipv6") == Some(true) {
        let call = ec2.modify_network_interface_attribute().network_interface_id(&interface);
        call.enable_primary_ipv6(true).send().await?;
    }
    if change.differs("secondary_private_ips", shown) {
        let (old, new) = (shown.strings("secondary_private_ips"), change.want.strings("secondary_private_ips"));
        let gone: Vec<String> = old.iter().filter(|ip| !new.contains(ip)).cloned().collect();
        let added: Vec<String> = new.into_iter().filter(|ip| !old.contains(ip)).collect();
        if !gone.is_empty() {
            let call = ec2.unassign_private_ip_addresses().network_interface_id(&interface);
            call.set_private_ip_addresses(Some(gone)).send().await?;
        }
        if !added.is_empty() {
            let call = ec2.assign_private_ip_addresses().network_interface_id(&interface);
            call.set_private_ip_addresses(Some(added)).send().await?;
        }
    }
    if change.planned("vpc_security_group_ids") {
        let groups = change.want.strings("vpc_security_group_ids");
        if groups.is_empty() {
            return Err(Error::other("an instance in a VPC has at least one security group"));
        }
        let call = ec2.modify_network_interface_attribute().network_interface_id(&interface);
        call.set_groups(Some(groups)).send().await?;
    }
    Ok(())
}

/// What is changed of a stopped instance only. One that was stopped for it is started again.
async fn stopped_only(change: &Change<'_>, shown: &Object) -> Result<()> {
    let given = ["user_data", "user_data_base64"].into_iter().find(|name| {
        let stored = |text: String| if *name == "user_data" { user_data::digest(&text) } else { text };
        let wanted = change.want.string(name).filter(|_| !change.want.is_unknown(name)).map(stored);
        // Where a change is ignored, `want` has the digest itself.
        wanted.is_some() && wanted != change.prior.string(name) && change.want.string(name) != change.prior.string(name)
    });
    let kind = change.planned("instance_type");
    let reservation = change.planned("capacity_reservation_specification");
    if given.is_none() && !kind && !reservation {
        return Ok(());
    }
    let data = match given.and_then(|name| change.want.string(name)) {
        Some(text) => {
            let told = read::told(change.client, &[change.id.to_owned()]).await?;
            let live = told.get(change.id).and_then(|t| t.user_data.clone()).unwrap_or_default();
            Some(user_data::content(&text)).filter(|wanted| *wanted != user_data::content(&live))
        }
        None => None,
    };
    let kind = kind && change.differs("instance_type", shown);
    let reservation = reservation && change.differs("capacity_reservation_specification", shown);
    if data.is_some() || kind || reservation {
        states::stopped(change.client, &change.live).await?;
    }
    let changed = while_stopped(change, kind, data, reservation).await;
    if changed.is_err() && change.prior.str("instance_state") == Some("running") {
        // It was stopped for a change that AWS refuses: it does not stay down for that.
        let _ = states::started(change.client, &change.live).await;
    }
    changed?;
    states::started(change.client, &change.live).await
}

async fn while_stopped(change: &Change<'_>, kind: bool, data: Option<Vec<u8>>, reservation: bool) -> Result<()> {
    if kind {
        let value = AttributeValue::builder().set_value(change.want.string("instance_type")).build();
        change.modify().instance_type(value).send().await?;
    }
    if let Some(data) = data {
        change.modify().user_data(SecureBlobAttributeValue::builder().value(Blob::new(data)).build()).send().await?;
    }
    if reservation && let Some(block) = change.want.object("capacity_reservation_specification") {
        let call = change.client.ec2().modify_instance_capacity_reservation_attributes().instance_id(change.id);
        call.capacity_reservation_specification(request::reservation(&block)).send().await?;
    }
    Ok(())
}

async fn attributes(change: &Change<'_>) -> Result<()> {
    for name in ["disable_api_stop", "disable_api_termination"] {
        if let Some(on) = change.want.bool(name).filter(|_| change.planned(name)) {
            let call = match name {
                "disable_api_stop" => change.modify().disable_api_stop(switch(on)),
                _ => change.modify().disable_api_termination(switch(on)),
            };
            match call.send().await.map_err(Error::from) {
                Err(e) if !states::not_for_spot(&e) => return Err(e),
                _ => {}
            }
        }
    }
    let behavior = change.want.string("instance_initiated_shutdown_behavior");
    if let Some(behavior) = behavior.filter(|_| change.planned("instance_initiated_shutdown_behavior")) {
        let value = AttributeValue::builder().value(behavior).build();
        change.modify().instance_initiated_shutdown_behavior(value).send().await?;
    }
    Ok(())
}

/// Options that have calls of their own.
async fn options(change: &Change<'_>, shown: &Object) -> Result<()> {
    let (ec2, id) = (change.client.ec2(), change.id);
    let block = |name: &str| change.want.object(name).filter(|_| change.planned(name));
    if let Some(o) = block("maintenance_options").filter(|_| change.differs("maintenance_options", shown)) {
        let call = ec2.modify_instance_maintenance_options().instance_id(id);
        call.set_auto_recovery(text(&o, "auto_recovery")).send().await?;
    }
    if let Some(on) = change.want.bool("monitoring").filter(|_| change.differs("monitoring", shown)) {
        match on {
            true => ec2.monitor_instances().instance_ids(id).send().await.map(drop)?,
            false => ec2.unmonitor_instances().instance_ids(id).send().await.map(drop)?,
        }
    }
    if let Some(credits) = block("credit_specification").and_then(|o| o.string("cpu_credits")) {
        let row = InstanceCreditSpecificationRequest::builder().instance_id(id).cpu_credits(credits).build();
        ec2.modify_instance_credit_specification().instance_credit_specifications(row).send().await?;
    }
    if let Some(o) = block("metadata_options").filter(|_| change.differs("metadata_options", shown)) {
        let call = ec2.modify_instance_metadata_options().instance_id(id).set_http_endpoint(text(&o, "http_endpoint"));
        let call = match o.str("http_endpoint") {
            // The others are refused while there is no endpoint.
            Some("disabled") => call,
            _ => call
                .set_http_protocol_ipv6(text(&o, "http_protocol_ipv6"))
                .set_http_put_response_hop_limit(count(&o, "http_put_response_hop_limit"))
                .set_http_tokens(text(&o, "http_tokens"))
                .set_instance_metadata_tags(text(&o, "instance_metadata_tags")),
        };
        call.send().await?;
    }
    if let Some(o) = block("private_dns_name_options").filter(|_| change.differs("private_dns_name_options", shown)) {
        let before = shown.object("private_dns_name_options").unwrap_or_default();
        let on = |name: &str| o.bool(name).filter(|on| before.bool(name) != Some(*on));
        ec2.modify_private_dns_name_options()
            .instance_id(id)
            .set_enable_resource_name_dns_a_record(on("enable_resource_name_dns_a_record"))
            .set_enable_resource_name_dns_aaaa_record(on("enable_resource_name_dns_aaaa_record"))
            .set_private_dns_hostname_type(
                text(&o, "hostname_type").filter(|_| o.str("hostname_type") != before.str("hostname_type")),
            )
            .send()
            .await?;
    }
    Ok(())
}

fn switch(on: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(on).build()
}
