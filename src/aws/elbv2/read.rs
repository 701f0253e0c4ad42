//! What the types of load balancing read. A call that names one object that is gone fails as a whole, so several load
//! balancers or target groups come from the list of all, and several listeners by their ids until one of them is gone.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    Listener, ListenerAttribute, LoadBalancer, LoadBalancerAttribute, Tag, TargetGroup, TargetGroupAttribute,
};

use super::attributes::Live;
use crate::aws::Client;
use crate::aws::gather::gather;
use crate::aws::tags::Tags;
use crate::provider::{Error, RemoteId, Result};

/// Most objects that one call tells the tags of, or describes by id.
const AT_A_TIME: usize = 20;
/// Most objects of a page.
const PAGE: i32 = 400;

/// The answer of a call about objects that may be gone.
fn unless_gone<T, E>(answer: std::result::Result<T, E>) -> Result<Option<T>>
where
    Error: From<E>,
{
    match answer.map_err(Error::from) {
        Ok(answer) => Ok(Some(answer)),
        Err(error) => error.unless_not_found().map(|()| None),
    }
}

/// Load balancers by ARN, as far as they exist.
pub async fn balancers(client: &Client, ids: &[RemoteId]) -> Result<Vec<LoadBalancer>> {
    if let [id] = ids {
        let call = client.elbv2().describe_load_balancers().load_balancer_arns(id.as_str());
        return Ok(unless_gone(call.send().await)?.and_then(|a| a.load_balancers).unwrap_or_default());
    }
    let all = all_balancers(client).await?;
    Ok(all.into_iter().filter(|b| ids.iter().any(|id| Some(id.as_str()) == b.load_balancer_arn())).collect())
}

pub async fn all_balancers(client: &Client) -> Result<Vec<LoadBalancer>> {
    let all = client.once("load balancers", || async {
        let pages = client.elbv2().describe_load_balancers().page_size(PAGE).into_paginator().items().send();
        pages.try_collect().await.map_err(Error::from)
    });
    Ok(all.await?.to_vec())
}

pub async fn balancer_by_name(client: &Client, name: &str) -> Result<Option<LoadBalancer>> {
    let answer = unless_gone(client.elbv2().describe_load_balancers().names(name).send().await)?;
    Ok(answer.and_then(|a| a.load_balancers).and_then(|all| all.into_iter().next()))
}

/// Target groups by ARN, as far as they exist.
pub async fn target_groups(client: &Client, ids: &[RemoteId]) -> Result<Vec<TargetGroup>> {
    if let [id] = ids {
        let call = client.elbv2().describe_target_groups().target_group_arns(id.as_str());
        return Ok(unless_gone(call.send().await)?.and_then(|a| a.target_groups).unwrap_or_default());
    }
    let all = client.once("target groups", || async {
        let pages = client.elbv2().describe_target_groups().page_size(PAGE).into_paginator().items().send();
        pages.try_collect().await.map_err(Error::from)
    });
    let all = all.await?;
    Ok(all.iter().filter(|g| ids.iter().any(|id| Some(id.as_str()) == g.target_group_arn())).cloned().collect())
}

pub async fn target_group_by_name(client: &Client, name: &str) -> Result<Option<TargetGroup>> {
    let answer = unless_gone(client.elbv2().describe_target_groups().names(name).send().await)?;
    Ok(answer.and_then(|a| a.target_groups).and_then(|all| all.into_iter().next()))
}

/// Listeners by ARN, as far as they exist.
pub async fn listeners(client: &Client, ids: &[RemoteId]) -> Result<Vec<Listener>> {
    let ids: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
    let some = ids.chunks(AT_A_TIME).map(|some| listeners_of(client, some));
    Ok(gather(some.collect()).await?.into_iter().flatten().collect())
}

async fn listeners_of(client: &Client, ids: &[String]) -> Result<Vec<Listener>> {
    let ask = |ids: Vec<String>| async move {
        let answer = client.elbv2().describe_listeners().set_listener_arns(Some(ids)).send().await;
        Ok::<_, Error>(unless_gone(answer)?.map(|a| a.listeners.unwrap_or_default()))
    };
    match ask(ids.to_vec()).await? {
        Some(all) => Ok(all),
        None if ids.len() == 1 => Ok(Vec::new()),
        None => {
            let each = ids.iter().map(|id| ask(vec![id.clone()]));
            Ok(gather(each.collect()).await?.into_iter().flatten().flatten().collect())
        }
    }
}

/// Tags of load balancers, listeners and target groups, by ARN. The types ask together.
pub async fn tags(client: &Client, arns: &[String]) -> Result<BTreeMap<String, Tags>> {
    let read = client.load::<Tags, _, _>("load balancing tags", arns, |arns| async move {
        let some = arns.chunks(AT_A_TIME).map(|some| tags_of(client, some));
        Ok(gather(some.collect()).await?.into_iter().flatten().collect())
    });
    Ok(read.await?.into_iter().map(|(arn, tags)| (arn, (*tags).clone())).collect())
}

async fn tags_of(client: &Client, arns: &[String]) -> Result<Vec<(String, Tags)>> {
    let ask = |arns: Vec<String>| async move {
        let answer = client.elbv2().describe_tags().set_resource_arns(Some(arns)).send().await;
        Ok::<_, Error>(unless_gone(answer)?.map(|a| a.tag_descriptions.unwrap_or_default()))
    };
    let told = match ask(arns.to_vec()).await? {
        Some(all) => all,
        None if arns.len() == 1 => Vec::new(),
        None => {
            let each = arns.iter().map(|arn| ask(vec![arn.clone()]));
            gather(each.collect()).await?.into_iter().flatten().flatten().collect()
        }
    };
    let tags = |all: Vec<Tag>| all.into_iter().filter_map(|t| Some((t.key?, t.value.unwrap_or_default()))).collect();
    Ok(told.into_iter().filter_map(|t| Some((t.resource_arn?, tags(t.tags.unwrap_or_default())))).collect())
}

/// Attributes of a load balancer; `None` where it is gone.
pub async fn balancer_attributes(client: &Client, arn: &str) -> Result<Option<Live>> {
    let answer = client.elbv2().describe_load_balancer_attributes().load_balancer_arn(arn).send().await;
    let pair = |a: LoadBalancerAttribute| Some((a.key?, a.value.unwrap_or_default()));
    Ok(unless_gone(answer)?.map(|a| a.attributes.unwrap_or_default().into_iter().filter_map(pair).collect()))
}

/// Attributes of a target group; `None` where it is gone.
pub async fn target_group_attributes(client: &Client, arn: &str) -> Result<Option<Live>> {
    let answer = client.elbv2().describe_target_group_attributes().target_group_arn(arn).send().await;
    let pair = |a: TargetGroupAttribute| Some((a.key?, a.value.unwrap_or_default()));
    Ok(unless_gone(answer)?.map(|a| a.attributes.unwrap_or_default().into_iter().filter_map(pair).collect()))
}

/// Attributes of a listener; `None` where it is gone.
pub async fn listener_attributes(client: &Client, arn: &str) -> Result<Option<Live>> {
    let answer = client.elbv2().describe_listener_attributes().listener_arn(arn).send().await;
    let pair = |a: ListenerAttribute| Some((a.key?, a.value.unwrap_or_default()));
    Ok(unless_gone(answer)?.map(|a| a.attributes.unwrap_or_default().into_iter().filter_map(pair).collect()))
}
