//! Brings a live table to what is wanted, one change at a time: DynamoDB takes no second one while the first is under way.

use aws_sdk_dynamodb::operation::update_table::builders::UpdateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    BillingMode, CreateGlobalSecondaryIndexAction, DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate,
    PointInTimeRecoverySpecification, TableClass, TimeToLiveSpecification, UpdateGlobalSecondaryIndexAction,
};

use super::{table_index, table_object, table_request};
use crate::aws::{Client, tags as all_tags};
use crate::provider::{Error, ErrorKind, Object, Result};

/// Makes the next change, and asks to be called again until none is left.
pub async fn advance(client: &Client, name: &str, want: &Object) -> Result<()> {
    let table = table_object::describe(client, name).await?;
    let table = table.ok_or_else(|| Error::new(ErrorKind::NotYet, "the table is not visible yet"))?;
    if let Some(why) = table_object::busy(&table) {
        return Err(Error::new(ErrorKind::NotYet, why));
    }
    let arn = table.table_arn.clone().unwrap_or_default();
    let (ttl, recovery, tags) = futures::try_join!(
        table_object::ttl(client, name),
        table_object::recovery(client, name),
        table_object::live_tags(client, &arn),
    )?;
    let live = table_object::object(table, ttl, recovery, tags);
    let call = client.dynamodb().update_table().table_name(name);
    if let Some(call) = next(call, &live, want)? {
        call.send().await?;
        return Err(Error::new(ErrorKind::NotYet, "the table is being updated"));
    }
    set_recovery(client, name, &live, want).await?;
    set_ttl(client, name, &live, want).await?;
    let (removed, changed) = all_tags::difference(&live, want);
    if !removed.is_empty() {
        client.dynamodb().untag_resource().resource_arn(&arn).set_tag_keys(Some(removed)).send().await?;
    }
    if !changed.is_empty() {
        let tags = table_request::list(&changed)?;
        client.dynamodb().tag_resource().resource_arn(&arn).set_tags(Some(tags)).send().await?;
    }
    Ok(())
}

/// The next call of UpdateTable; `None` where the table is as it should be.
fn next(call: UpdateTableFluentBuilder, live: &Object, want: &Object) -> Result<Option<UpdateTableFluentBuilder>> {
    let provisioned = table_index::provisioned(want);
    let (held, wanted) = (live.objects("global_secondary_index"), want.objects("global_secondary_index"));
    let same_name = |a: &Object, b: &Object| a.str("name") == b.str("name");
    if differ(live, want, &["billing_mode"]) {
        // All indexes change along with the table.
        let updates = held.iter().filter_map(|i| wanted.iter().find(|w| same_name(i, w)).or(Some(i)));
        let updates: Result<Vec<_>> = updates.map(resized).collect();
        let mode = want.str("billing_mode").map_or(BillingMode::Provisioned, BillingMode::from);
        let updates = Some(updates?).filter(|u| provisioned && !u.is_empty());
        return Ok(Some(
            call.billing_mode(mode)
                .set_provisioned_throughput(provisioned.then(|| table_index::throughput(want)).transpose()?)
                .set_attribute_definitions(Some(table_index::definitions(want)?))
                .set_global_secondary_index_updates(updates),
        ));
    }
    let capacities = ["read_capacity", "write_capacity"];
    if provisioned && differ(live, want, &capacities) {
        return Ok(Some(call.provisioned_throughput(table_index::throughput(want)?)));
    }
    let limits = |o: &Object| {
        o.object("on_demand_throughput").map(|l| (l.i64("max_read_request_units"), l.i64("max_write_request_units")))
    };
    if !provisioned && limits(want).is_some() && limits(want) != limits(live) {
        return Ok(Some(call.set_on_demand_throughput(table_index::on_demand(want))));
    }
    let definitions = || table_index::definitions(want).map(Some);
    if let Some(gone) = held.iter().find(|i| !wanted.iter().any(|w| same_name(i, w) && same_index(i, w))) {
        let name = gone.string("name").unwrap_or_default();
        let action =
            DeleteGlobalSecondaryIndexAction::builder().index_name(name).build().map_err(table_index::broken)?;
        let update = GlobalSecondaryIndexUpdate::builder().delete(action).build();
        return Ok(Some(call.global_secondary_index_updates(update)));
    }
    if let Some(new) = wanted.iter().find(|w| !held.iter().any(|i| same_name(i, w))) {
        let update = GlobalSecondaryIndexUpdate::builder().create(created(new, provisioned)?).build();
        return Ok(Some(call.set_attribute_definitions(definitions()?).global_secondary_index_updates(update)));
    }
    let resized_now: Result<Vec<_>> = wanted
        .iter()
        .filter(|w| {
            let live = held.iter().find(|i| same_name(i, w));
            let grown = provisioned && live.is_some_and(|i| differ(i, w, &capacities));
            grown || (!provisioned && limits(w).is_some() && live.is_some_and(|i| limits(i) != limits(w)))
        })
        .map(resized)
        .collect();
    let resized_now = resized_now?;
    if !resized_now.is_empty() {
        return Ok(Some(call.set_global_secondary_index_updates(Some(resized_now))));
    }
    let streams = table_request::streams;
    let other_view = streams(want) && streams(live) && differ(live, want, &["stream_view_type"]);
    if streams(live) != streams(want) || other_view {
        // A stream keeps its view: another one is another stream.
        let off = Object::new().with("stream_enabled", false);
        let stream = table_request::stream(if other_view { &off } else { want })?;
        return Ok(Some(call.stream_specification(stream)));
    }
    let (old, new) = (table_request::encrypted(live), table_request::encrypted(want));
    let key_differs = matches!((&old, &new), (Some(old), Some(Some(new))) if old.as_ref() != Some(new));
    if want.object("server_side_encryption").is_some() && (old.is_some() != new.is_some() || key_differs) {
        let (on, key) = (new.is_some(), new.flatten());
        return Ok(Some(call.sse_specification(table_request::encryption(on, key))));
    }
    if differ(live, want, &["table_class"]) {
        return Ok(Some(call.set_table_class(want.str("table_class").map(TableClass::from))));
    }
    let protected = |o: &Object| o.bool("deletion_protection_enabled").unwrap_or_default();
    if protected(live) != protected(want) {
        return Ok(Some(call.deletion_protection_enabled(protected(want))));
    }
    Ok(None)
}

fn differ(live: &Object, want: &Object, names: &[&str]) -> bool {
    names
        .iter()
        .any(|name| want.has(name) && want.get(name).zip(live.get(name)).is_some_and(|(a, b)| !a.same_content(b)))
}

/// Whether two indexes of a name differ in nothing but their throughput.
fn same_index(a: &Object, b: &Object) -> bool {
    let sorted = |o: &Object| {
        let mut names = o.strings("non_key_attributes");
        names.sort();
        names
    };
    let text = |name: &str| a.string(name) == b.string(name);
    text("hash_key") && text("range_key") && text("projection_type") && sorted(a) == sorted(b)
}

fn resized(index: &Object) -> Result<GlobalSecondaryIndexUpdate> {
    let provisioned = index.i64("read_capacity").is_some_and(|n| n > 0);
    let action = UpdateGlobalSecondaryIndexAction::builder()
        .index_name(index.string("name").unwrap_or_default())
        .set_provisioned_throughput(provisioned.then(|| table_index::throughput(index)).transpose()?)
        .set_on_demand_throughput(table_index::on_demand(index))
        .build()
        .map_err(table_index::broken)?;
    Ok(GlobalSecondaryIndexUpdate::builder().update(action).build())
}

fn created(index: &Object, provisioned: bool) -> Result<CreateGlobalSecondaryIndexAction> {
    CreateGlobalSecondaryIndexAction::builder()
        .index_name(index.string("name").unwrap_or_default())
        .set_key_schema(Some(table_index::keys(index.string("hash_key"), index.string("range_key"))?))
        .projection(table_index::projection(index))
        .set_provisioned_throughput(provisioned.then(|| table_index::throughput(index)).transpose()?)
        .set_on_demand_throughput(table_index::on_demand(index))
        .build()
        .map_err(table_index::broken)
}

async fn set_recovery(client: &Client, name: &str, live: &Object, want: &Object) -> Result<()> {
    let read =
        |o: &Object| o.object("point_in_time_recovery").map(|p| (p.bool("enabled"), p.i32("recovery_period_in_days")));
    let Some((on, days)) = read(want) else { return Ok(()) };
    let on = on.unwrap_or_default();
    let (was, had) = read(live).unwrap_or_default();
    let days = days.filter(|n| on && *n > 0);
    if was == Some(on) && (days.is_none() || days == had) {
        return Ok(());
    }
    let specification = PointInTimeRecoverySpecification::builder()
        .point_in_time_recovery_enabled(on)
        .set_recovery_period_in_days(days)
        .build()
        .map_err(table_index::broken)?;
    let call = client.dynamodb().update_continuous_backups().table_name(name);
    call.point_in_time_recovery_specification(specification).send().await?;
    Ok(())
}

async fn set_ttl(client: &Client, name: &str, live: &Object, want: &Object) -> Result<()> {
    let read = |o: &Object| {
        let block = o.object("ttl").unwrap_or_default();
        (block.bool("enabled").unwrap_or_default(), block.string("attribute_name"))
    };
    let ((was, old), (on, new)) = (read(live), read(want));
    if was == on && (!on || old == new) {
        return Ok(());
    }
    let specification = TimeToLiveSpecification::builder()
        .enabled(on)
        .attribute_name(if on { new.or(old) } else { old.or(new) }.unwrap_or_default())
        .build()
        .map_err(table_index::broken)?;
    client.dynamodb().update_time_to_live().table_name(name).time_to_live_specification(specification).send().await?;
    Ok(())
}
