//! Rules of a lifecycle configuration, to AWS and back.

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleAndOperator,
    LifecycleRuleFilter, NoncurrentVersionExpiration, NoncurrentVersionTransition, Tag, Transition,
    TransitionStorageClass,
};

use crate::aws::iam::timestamp;
use crate::provider::{Error, Object, Result};
use crate::value::{Type, Value};

pub fn request(rule: &Object) -> Result<LifecycleRule> {
    let class = |o: &Object| o.str("storage_class").map(TransitionStorageClass::from);
    let transitions = rule.objects("transition").into_iter().map(|t| {
        let at = date(&t)?;
        // A transition without a date happens after a number of days, which may be none.
        let days = at.is_none().then(|| t.i32("days").unwrap_or_default());
        Ok(Transition::builder().set_date(at).set_days(days).set_storage_class(class(&t)).build())
    });
    let transitions = transitions.collect::<Result<Vec<_>>>()?;
    let noncurrent = rule.objects("noncurrent_version_transition").into_iter().map(|t| {
        NoncurrentVersionTransition::builder()
            .set_newer_noncurrent_versions(t.i32("newer_noncurrent_versions").filter(|n| *n > 0))
            .set_noncurrent_days(t.i32("noncurrent_days"))
            .set_storage_class(class(&t))
            .build()
    });
    let noncurrent: Vec<_> = noncurrent.collect();
    let noncurrent_expiration = rule.object("noncurrent_version_expiration").map(|e| {
        NoncurrentVersionExpiration::builder()
            .set_newer_noncurrent_versions(e.i32("newer_noncurrent_versions").filter(|n| *n > 0))
            .set_noncurrent_days(e.i32("noncurrent_days"))
            .build()
    });
    let abort = rule.object("abort_incomplete_multipart_upload").map(|a| {
        AbortIncompleteMultipartUpload::builder().set_days_after_initiation(a.i32("days_after_initiation")).build()
    });
    let prefix = rule.string("prefix");
    let filter = rule.object("filter").map(|f| filter(&f)).transpose()?;
    let filter = filter.or_else(|| prefix.is_none().then(|| LifecycleRuleFilter::builder().build()));
    let made = LifecycleRule::builder()
        .set_id(rule.string("id"))
        .set_filter(filter)
        .status(ExpirationStatus::from(rule.str("status").unwrap_or_default()))
        .set_abort_incomplete_multipart_upload(abort)
        .set_expiration(rule.object("expiration").map(|e| expiration(&e)).transpose()?)
        .set_noncurrent_version_expiration(noncurrent_expiration)
        .set_noncurrent_version_transitions((!noncurrent.is_empty()).then_some(noncurrent))
        .set_transitions((!transitions.is_empty()).then_some(transitions));
    #[expect(deprecated, reason = "rules that were made with a prefix stay as they are")]
    made.set_prefix(prefix).build().map_err(|e| Error::other(e.to_string()))
}

fn expiration(block: &Object) -> Result<LifecycleExpiration> {
    Ok(LifecycleExpiration::builder()
        .set_date(date(block)?)
        .set_days(block.i32("days").filter(|n| *n > 0))
        .set_expired_object_delete_marker(block.bool("expired_object_delete_marker").filter(|on| *on))
        .build())
}

fn filter(block: &Object) -> Result<LifecycleRuleFilter> {
    let size = |o: &Object, name: &str| o.i64(name).filter(|n| *n > 0);
    let and = block.object("and").map(|and| {
        let tags =
            and.string_map("tags").into_iter().map(|(key, value)| tag(key, value)).collect::<Result<Vec<_>>>()?;
        let made = LifecycleRuleAndOperator::builder()
            .set_object_size_greater_than(size(&and, "object_size_greater_than"))
            .set_object_size_less_than(size(&and, "object_size_less_than"))
            .set_prefix(and.string("prefix"))
            .set_tags((!tags.is_empty()).then_some(tags));
        Ok::<_, Error>(made.build())
    });
    let one = block
        .object("tag")
        .map(|t| tag(t.str("key").unwrap_or_default().to_owned(), t.str("value").unwrap_or_default().to_owned()));
    let (and, one) = (and.transpose()?, one.transpose()?);
    let sizes = [size(block, "object_size_greater_than"), size(block, "object_size_less_than")];
    let others = and.is_some() || one.is_some() || sizes.iter().any(Option::is_some);
    // An empty prefix is the filter that lets all through.
    let prefix = block.str("prefix").unwrap_or_default();
    Ok(LifecycleRuleFilter::builder()
        .set_and(and)
        .set_tag(one)
        .set_object_size_greater_than(sizes[0])
        .set_object_size_less_than(sizes[1])
        .set_prefix((!others || !prefix.is_empty()).then(|| prefix.to_owned()))
        .build())
}

fn tag(key: String, value: String) -> Result<Tag> {
    Tag::builder().key(key).value(value).build().map_err(|e| Error::other(e.to_string()))
}

fn date(block: &Object) -> Result<Option<DateTime>> {
    let parse = |text: String| DateTime::from_str(&text, DateTimeFormat::DateTime);
    block.string("date").map(parse).transpose().map_err(|e| Error::other(e.to_string()))
}

/// The rules of an answer. `known` are those in state: whether an empty filter is one stays as it is there.
pub fn objects(rules: &[LifecycleRule], known: &[Object]) -> Vec<Object> {
    rules.iter().map(|rule| object(rule, known.iter().find(|k| k.string("id") == rule.id))).collect()
}

fn object(rule: &LifecycleRule, known: Option<&Object>) -> Object {
    #[expect(deprecated, reason = "rules that were made with a prefix stay as they are")]
    let prefix = rule.prefix.clone().unwrap_or_default();
    let filter = rule.filter.as_ref().map(|f| {
        let said =
            f.and.is_some() || f.tag.is_some() || f.object_size_greater_than.or(f.object_size_less_than).is_some();
        (filter_object(f), said || f.prefix.as_ref().is_some_and(|p| !p.is_empty()), f.prefix.is_some())
    });
    let filter = match (filter, known) {
        (Some((filter, true, _)), _) => Some(filter),
        // A filter that lets all through may be left out, or not.
        (Some((filter, false, _)), Some(known)) => (!known.objects("filter").is_empty()).then_some(filter),
        (Some((filter, false, given)), None) => given.then_some(filter),
        (None, _) => None,
    };
    let abort = rule.abort_incomplete_multipart_upload.iter();
    let abort = abort.map(|a| Object::new().with("days_after_initiation", number(a.days_after_initiation)));
    let noncurrent_expiration = rule.noncurrent_version_expiration.iter().map(|e| {
        Object::new()
            .with("newer_noncurrent_versions", number(e.newer_noncurrent_versions))
            .with("noncurrent_days", number(e.noncurrent_days))
    });
    let noncurrent = rule.noncurrent_version_transitions.iter().flatten().map(|t| {
        Object::new()
            .with("newer_noncurrent_versions", number(t.newer_noncurrent_versions))
            .with("noncurrent_days", number(t.noncurrent_days))
            .with("storage_class", t.storage_class.as_ref().map(TransitionStorageClass::as_str))
    });
    let transitions = rule.transitions.iter().flatten().map(|t| {
        Object::new()
            .with("date", text(t.date.as_ref().and_then(timestamp)))
            .with("days", number(if t.date.is_some() { t.days.filter(|n| *n > 0) } else { t.days.or(Some(0)) }))
            .with("storage_class", t.storage_class.as_ref().map(TransitionStorageClass::as_str))
    });
    Object::new()
        .with("abort_incomplete_multipart_upload", abort.collect::<Vec<_>>())
        .with("expiration", rule.expiration.iter().map(expiration_object).collect::<Vec<_>>())
        .with("filter", Vec::from_iter(filter))
        .with("id", rule.id.clone())
        .with("noncurrent_version_expiration", noncurrent_expiration.collect::<Vec<_>>())
        .with("noncurrent_version_transition", noncurrent.collect::<Vec<_>>())
        .with("prefix", prefix)
        .with("status", rule.status.as_str())
        .with("transition", transitions.collect::<Vec<_>>())
}

fn expiration_object(expiration: &LifecycleExpiration) -> Object {
    Object::new()
        .with("date", text(expiration.date.as_ref().and_then(timestamp)))
        .with("days", expiration.days.unwrap_or_default())
        .with("expired_object_delete_marker", expiration.expired_object_delete_marker.unwrap_or_default())
}

fn filter_object(filter: &LifecycleRuleFilter) -> Object {
    let and = filter.and.iter().map(|and| {
        let tags = and.tags.iter().flatten().map(|t| (t.key.clone(), Value::from(t.value.clone())));
        let tags = tags.collect::<std::collections::BTreeMap<_, _>>();
        Object::new()
            .with("object_size_greater_than", and.object_size_greater_than.unwrap_or_default())
            .with("object_size_less_than", and.object_size_less_than.unwrap_or_default())
            .with("prefix", and.prefix.clone().unwrap_or_default())
            .with("tags", tags)
    });
    let tag = filter.tag.iter();
    let tag = tag.map(|t| Object::new().with("key", t.key.as_str()).with("value", t.value.as_str()));
    let said = filter.and.is_some()
        || filter.tag.is_some()
        || filter.object_size_greater_than.or(filter.object_size_less_than).is_some();
    let prefix = filter.prefix.clone().or_else(|| (!said).then(String::new));
    Object::new()
        .with("and", and.collect::<Vec<_>>())
        .with("object_size_greater_than", number(filter.object_size_greater_than))
        .with("object_size_less_than", number(filter.object_size_less_than))
        .with("prefix", text(prefix))
        .with("tag", tag.collect::<Vec<_>>())
}

fn number<N: Into<i64>>(number: Option<N>) -> Value {
    number.map_or_else(|| Value::null(Type::Number), |n| Value::from(n.into()))
}

fn text(text: Option<String>) -> Value {
    text.map_or_else(|| Value::null(Type::String), Value::from)
}
