//! The calls that change an Auto Scaling group.

use std::collections::BTreeSet;

use aws_sdk_autoscaling::types::{DesiredConfiguration, RefreshStrategy, Tag, TrafficSourceIdentifier};

use super::{group_request as request, read};
use crate::aws::Client;
use crate::provider::{Error, Object, Result};
use crate::schema::Normal;
use crate::schema::normal::equivalent;
use crate::value::{Type, Value};

/// What makes an instance refresh start, whatever its triggers are.
const ALWAYS: [&str; 3] = ["launch_configuration", "launch_template", "mixed_instances_policy"];

pub async fn update(client: &Client, name: &str, prior: &Object, want: &Object) -> Result<()> {
    settings(client, name, prior, want).await?;
    retag(client, name, prior, want).await?;
    load_balancers(client, name, prior, want).await?;
    sources(client, name, prior, want).await?;
    refresh(client, name, prior, want).await?;
    beside(client, name, prior, want).await
}

/// What calls of their own set, after the group is there.
pub async fn beside(client: &Client, name: &str, prior: &Object, want: &Object) -> Result<()> {
    processes(client, name, prior, want).await?;
    metrics(client, name, prior, want).await?;
    if differs(prior, want, "warm_pool") {
        match want.object("warm_pool") {
            Some(pool) => {
                let (state, least, most, reuse) = request::warm_pool(&pool);
                let call = client.autoscaling().put_warm_pool().auto_scaling_group_name(name);
                let call = call.set_pool_state(state).set_min_size(least).set_max_group_prepared_capacity(most);
                call.set_instance_reuse_policy(reuse).send().await?;
            }
            None => {
                let force = ["force_delete", "force_delete_warm_pool"].iter().any(|f| want.bool(f) == Some(true));
                drop_pool(client, name, force).await?;
            }
        }
    }
    Ok(())
}

pub async fn drop_pool(client: &Client, name: &str, force: bool) -> Result<()> {
    let call = client.autoscaling().delete_warm_pool().auto_scaling_group_name(name);
    match call.set_force_delete(force.then_some(true)).send().await.map_err(Error::from) {
        Err(error) if read::is_gone(&error) || error.message.contains("No warm pool found") => Ok(()),
        other => other.map(drop),
    }
}

/// Most instances that one call takes the protection from.
const PROTECTED: usize = 50;

/// Lets all instances go: those that are protected would hold up the end of their group.
pub async fn unprotect(client: &Client, name: &str) -> Result<()> {
    let groups = read::groups(client, &[name.to_owned()]).await?;
    let instances = groups.get(name).map(|g| g.instances()).unwrap_or_default().iter();
    let held = instances.filter(|i| i.protected_from_scale_in == Some(true));
    let held: Vec<String> = held.filter_map(|i| i.instance_id.clone()).collect();
    for some in held.chunks(PROTECTED) {
        let call = client.autoscaling().set_instance_protection().auto_scaling_group_name(name);
        call.set_instance_ids(Some(some.to_vec())).protected_from_scale_in(false).send().await?;
    }
    Ok(())
}

fn differs(prior: &Object, want: &Object, name: &str) -> bool {
    let null = Value::null(Type::Dynamic);
    !equivalent(Normal::Exact, prior.get(name).unwrap_or(&null), want.get(name).unwrap_or(&null))
}

async fn settings(client: &Client, name: &str, prior: &Object, want: &Object) -> Result<()> {
    let changed = |name: &str| differs(prior, want, name);
    let number = |name: &str| changed(name).then(|| want.i32(name).unwrap_or_default());
    let text = |name: &str| changed(name).then(|| want.str(name).unwrap_or_default().to_owned());
    let texts = |name: &str| changed(name).then(|| want.strings(name)).filter(|all| !all.is_empty());
    let switch = |name: &str| changed(name).then(|| want.bool(name).unwrap_or_default());
    // Where the way changes, only the new one is in the call; what the plan keeps of the old one is no wish.
    let mixed = changed("mixed_instances_policy").then(|| request::mixed_instances_policy(want)).flatten();
    let template = changed("launch_template").then(|| request::launch_template(want)).flatten();
    // -1 takes a warm-up away.
    let warmup = changed("default_instance_warmup").then(|| want.i32("default_instance_warmup").unwrap_or(-1));
    let policies = changed("termination_policies").then(|| want.strings("termination_policies"));
    let usual = |all: Vec<String>| if all.is_empty() { vec!["Default".to_owned()] } else { all };
    let maintenance = changed("instance_maintenance_policy").then(|| request::maintenance(want));
    let zones = changed("availability_zone_distribution").then(|| request::zone_distribution(want)).flatten();
    let reserved = changed("capacity_reservation_specification").then(|| request::reservation(want)).flatten();
    client
        .autoscaling()
        .update_auto_scaling_group()
        .auto_scaling_group_name(name)
        .set_availability_zone_distribution(zones)
        .set_availability_zones(texts("availability_zones"))
        .set_capacity_rebalance(switch("capacity_rebalance"))
        .set_capacity_reservation_specification(reserved)
        .set_context(text("context"))
        .set_default_cooldown(number("default_cooldown"))
        .set_default_instance_warmup(warmup)
        .set_desired_capacity(number("desired_capacity"))
        .set_desired_capacity_type(text("desired_capacity_type").filter(|t| !t.is_empty()))
        .set_health_check_grace_period(number("health_check_grace_period"))
        .set_health_check_type(text("health_check_type"))
        .set_instance_maintenance_policy(maintenance)
        .set_launch_configuration_name(text("launch_configuration").filter(|t| !t.is_empty()))
        .set_launch_template(template)
        .set_max_instance_lifetime(number("max_instance_lifetime"))
        .set_max_size(want.i32("max_size"))
        .set_min_size(want.i32("min_size"))
        .set_mixed_instances_policy(mixed)
        .set_new_instances_protected_from_scale_in(switch("protect_from_scale_in"))
        .set_placement_group(text("placement_group"))
        .set_service_linked_role_arn(text("service_linked_role_arn"))
        .set_termination_policies(policies.map(usual))
        .set_vpc_zone_identifier(texts("vpc_zone_identifier").map(|ids| ids.join(",")))
        .send()
        .await?;
    Ok(())
}

async fn retag(client: &Client, name: &str, prior: &Object, want: &Object) -> Result<()> {
    let (old, new) = (prior.objects("tag"), want.objects("tag"));
    let keys: BTreeSet<String> = new.iter().filter_map(|t| t.string("key")).collect();
    let removed = old.iter().filter(|t| t.string("key").is_some_and(|key| !keys.contains(&key)));
    let removed: Vec<Tag> = removed.map(|t| request::tag(name, t)).collect();
    let changed: Vec<Tag> = new.iter().filter(|t| !old.contains(t)).map(|t| request::tag(name, t)).collect();
    if !removed.is_empty() {
        client.autoscaling().delete_tags().set_tags(Some(removed)).send().await?;
    }
    if !changed.is_empty() {
        client.autoscaling().create_or_update_tags().set_tags(Some(changed)).send().await?;
    }
    Ok(())
}

/// What to add and what to take away; nothing where the attribute stays as it is.
fn parts(prior: &Object, want: &Object, name: &str) -> (Option<Vec<String>>, Option<Vec<String>>) {
    let (old, new): (BTreeSet<_>, BTreeSet<_>) =
        (prior.strings(name).into_iter().collect(), want.strings(name).into_iter().collect());
    let part = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
        Some(a.difference(b).cloned().collect::<Vec<_>>()).filter(|all| !all.is_empty())
    };
    (part(&new, &old), part(&old, &new))
}

async fn load_balancers(client: &Client, name: &str, prior: &Object, want: &Object) -> Result<()> {
    let client = client.autoscaling();
    let (add, remove) = parts(prior, want, "load_balancers");
    if add.is_some() {
        let call = client.attach_load_balancers().auto_scaling_group_name(name);
        call.set_load_balancer_names(add).send().await?;
    }
    if remove.is_some() {
        let call = client.detach_load_balancers().auto_scaling_group_name(name);
        call.set_load_balancer_names(remove).send().await?;
    }
    let (add, remove) = parts(prior, want, "target_group_arns");
    if add.is_some() {
        let call = client.attach_load_balancer_target_groups().auto_scaling_group_name(name);
        call.set_target_group_arns(add).send().await?;
    }
    if remove.is_some() {
        let call = client.detach_load_balancer_target_groups().auto_scaling_group_name(name);
        call.set_target_group_arns(remove).send().await?;
    }
    Ok(())
}

async fn sources(client: &Client, name: &str, prior: &Object, want: &Object) -> Result<()> {
    let (old, new) = (prior.objects("traffic_source"), want.objects("traffic_source"));
    let part = |all: &[Object], but: &[Object]| -> Option<Vec<TrafficSourceIdentifier>> {
        let part: Vec<_> = all.iter().filter(|s| !but.contains(s)).map(request::source).collect();
        Some(part).filter(|all| !all.is_empty())
    };
    let (add, remove) = (part(&new, &old), part(&old, &new));
    if add.is_some() {
        let call = client.autoscaling().attach_traffic_sources().auto_scaling_group_name(name);
        call.set_traffic_sources(add).send().await?;
    }
    if remove.is_some() {
        let call = client.autoscaling().detach_traffic_sources().auto_scaling_group_name(name);
        call.set_traffic_sources(remove).send().await?;
    }
    Ok(())
}

/// Replaces the instances, where the configuration asks for it and something that they are made from has changed.
async fn refresh(client: &Client, name: &str, prior: &Object, want: &Object) -> Result<()> {
    let Some(refresh) = want.object("instance_refresh") else { return Ok(()) };
    let triggers = refresh.strings("triggers");
    let mut causes = ALWAYS.into_iter().chain(triggers.iter().map(String::as_str));
    if !causes.any(|cause| differs(prior, want, cause)) {
        return Ok(());
    }
    let preferences = refresh.object("preferences");
    let back = preferences.as_ref().and_then(|p| p.bool("auto_rollback")) == Some(true);
    // AWS can only go back to something where it is told what the instances shall be.
    let desired = back.then(|| {
        let mixed = want.object("mixed_instances_policy").is_some();
        DesiredConfiguration::builder()
            .set_launch_template(request::launch_template(want).filter(|_| !mixed))
            .set_mixed_instances_policy(request::mixed_instances_policy(want))
            .build()
    });
    let strategy = refresh.string("strategy").map(|s| RefreshStrategy::from(s.as_str()));
    let call = client.autoscaling().start_instance_refresh().auto_scaling_group_name(name);
    let call = call.set_strategy(strategy).set_desired_configuration(desired);
    match call.set_preferences(preferences.as_ref().map(request::preferences)).send().await.map_err(Error::from) {
        // Only one at a time: the one under way is ended, and the engine tries again.
        Err(error) if error.has_code("InstanceRefreshInProgress") => {
            let end = client.autoscaling().cancel_instance_refresh().auto_scaling_group_name(name).send().await;
            match end.map_err(Error::from) {
                Err(other) if !other.has_code("ActiveInstanceRefreshNotFound") => Err(other),
                _ => Err(error),
            }
        }
        other => other.map(drop),
    }
}

async fn processes(client: &Client, name: &str, prior: &Object, want: &Object) -> Result<()> {
    let (add, remove) = parts(prior, want, "suspended_processes");
    if remove.is_some() {
        let call = client.autoscaling().resume_processes().auto_scaling_group_name(name);
        call.set_scaling_processes(remove).send().await?;
    }
    if add.is_some() {
        let call = client.autoscaling().suspend_processes().auto_scaling_group_name(name);
        call.set_scaling_processes(add).send().await?;
    }
    Ok(())
}

async fn metrics(client: &Client, name: &str, prior: &Object, want: &Object) -> Result<()> {
    let (mut add, remove) = parts(prior, want, "enabled_metrics");
    if remove.is_some() {
        let call = client.autoscaling().disable_metrics_collection().auto_scaling_group_name(name);
        call.set_metrics(remove).send().await?;
    }
    let all = want.strings("enabled_metrics");
    if prior.has("metrics_granularity") && differs(prior, want, "metrics_granularity") && !all.is_empty() {
        add = Some(all);
    }
    if add.is_some() {
        let call = client.autoscaling().enable_metrics_collection().auto_scaling_group_name(name);
        call.set_granularity(want.string("metrics_granularity")).set_metrics(add).send().await?;
    }
    Ok(())
}
