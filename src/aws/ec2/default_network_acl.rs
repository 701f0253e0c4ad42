//! `aws_default_network_acl`: the ACL that AWS makes with a VPC, taken over and left behind.

use std::collections::BTreeMap;

use super::network_acls::{added, associate, load, object};
use super::read::{gone, texts};
use super::{network_acl_entries, tags};
use crate::aws::Client;
use crate::provider::{Actions, CreateCx, Error, Found, Intent, Object, PlannedChange, RemoteId, ResourceType, Result};
use crate::schema::{Schema, set_block, set_of, string};
use crate::value::Type;

pub struct DefaultNetworkAcl;

impl ResourceType for DefaultNetworkAcl {
    type Client = Client;
    const NAME: &'static str = "aws_default_network_acl";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeNetworkAcls"],
        create: &[
            "ec2:DescribeNetworkAcls",
            "ec2:CreateNetworkAclEntry",
            "ec2:ReplaceNetworkAclEntry",
            "ec2:DeleteNetworkAclEntry",
            "ec2:ReplaceNetworkAclAssociation",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        update: &[
            "ec2:CreateNetworkAclEntry",
            "ec2:ReplaceNetworkAclEntry",
            "ec2:DeleteNetworkAclEntry",
            "ec2:ReplaceNetworkAclAssociation",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        delete: &[],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("default_network_acl_id", string().required().force_new())
            .attr("id", string().optional().computed())
            .attr("owner_id", string().computed())
            .attr("subnet_ids", set_of(Type::String).optional())
            .attr("vpc_id", string().computed())
            .block("egress", set_block(network_acl_entries::block()))
            .block("ingress", set_block(network_acl_entries::block()))
            .tags()
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let acls = load(client, &texts(ids)).await?;
        let mut found = gone(ids);
        for (id, acl) in acls {
            let object = object(client, &acl).with("default_network_acl_id", id.as_str());
            found.insert(id.into(), Found::Object(object));
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        for name in ["ingress", "egress"] {
            network_acl_entries::check_numbers(change, name);
            network_acl_entries::plan(change, name);
        }
    }

    /// Nothing is made: the object is there from the first moment, and a run that ends early has only changed it.
    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = want.string("default_network_acl_id").unwrap_or_default();
        let live = load(cx.client, std::slice::from_ref(&id)).await?;
        let live = live.get(&id).map(|acl| object(cx.client, acl));
        let live = live.ok_or_else(|| Error::other(format!("there is no network ACL \"{id}\"")))?;
        let id = RemoteId::from(id);
        cx.created(&id);
        Self::update(cx.client, &id, &live, want).await?;
        Ok(id)
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let id = id.as_str();
        network_acl_entries::change(client, id, false, prior, want).await?;
        network_acl_entries::change(client, id, true, prior, want).await?;
        // A subnet leaves the default ACL only by being given another one.
        associate(client, id, &added(prior, want)).await?;
        tags::update(client, id, prior, want).await
    }

    /// It lives as long as its VPC, and stays as it is.
    async fn delete(_client: &Client, _id: &RemoteId, _prior: &Object) -> Result<()> {
        Ok(())
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let id = want.string("default_network_acl_id").map(|id| ("default_network_acl_id".to_owned(), id));
        id.into_iter().collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let Some(id) = intent.identity.get("default_network_acl_id") else { return Ok(None) };
        let live = load(client, std::slice::from_ref(id)).await?;
        Ok(live.contains_key(id).then(|| id.as_str().into()))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        if text.starts_with("acl-") {
            return Ok(text.into());
        }
        Err(Error::other(format!("\"{text}\" is not the id of a network ACL, such as acl-1")))
    }
}
