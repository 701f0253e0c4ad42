//! `aws_vpc_peering_connection`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    PeeringConnectionOptionsRequest, ResourceType as Kind, VpcPeeringConnection as Live,
    VpcPeeringConnectionStateReasonCode as State, VpcPeeringConnectionVpcInfo as Side,
};

use super::read::{gone, texts};
use super::tags;
use crate::aws::error::deleted;
use crate::aws::{Client, tags as all_tags};
use crate::provider::{
    Actions, CreateCx, Deletion, Error, ErrorKind, Found, Intent, Object, PlannedChange, Readiness, RemoteId,
    ResourceType, Result, Timeouts,
};
use crate::schema::{Block, NestedBlock, Schema, boolean, list_block, string};

pub struct VpcPeeringConnection;

/// What each side allows the other.
const SIDES: [&str; 2] = ["accepter", "requester"];
const OPTION: &str = "allow_remote_vpc_dns_resolution";

impl ResourceType for VpcPeeringConnection {
    type Client = Client;
    const NAME: &'static str = "aws_vpc_peering_connection";
    const READ_BATCH: usize = 200;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeVpcPeeringConnections"],
        create: &[
            "ec2:CreateVpcPeeringConnection",
            "ec2:DescribeVpcPeeringConnections",
            "ec2:AcceptVpcPeeringConnection",
            "ec2:ModifyVpcPeeringConnectionOptions",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        update: &[
            "ec2:DescribeVpcPeeringConnections",
            "ec2:AcceptVpcPeeringConnection",
            "ec2:ModifyVpcPeeringConnectionOptions",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        delete: &["ec2:DeleteVpcPeeringConnection"],
    };
    const DELETION: Deletion = Deletion::Polled;

    fn schema() -> Schema {
        Schema::new(0)
            .attr("accept_status", string().computed())
            .attr("auto_accept", boolean().optional())
            .attr("id", string().optional().computed())
            .attr("peer_owner_id", string().optional().computed().force_new())
            .attr("peer_region", string().optional().computed().force_new())
            .attr("peer_vpc_id", string().required().force_new())
            .attr("vpc_id", string().required().force_new())
            .block("accepter", side())
            .block("requester", side())
            .tags()
            .timeouts(&["create", "delete", "update"])
    }

    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut found = gone(ids);
        for peering in describe(client, texts(ids)).await? {
            if !is_over(&peering) {
                let object = object(client, &peering).await?;
                found.insert(peering.vpc_peering_connection_id.unwrap_or_default().into(), Found::Object(object));
            }
        }
        Ok(found)
    }

    fn customize_plan(change: &mut PlannedChange) {
        let accepts = change.config.bool("auto_accept") == Some(true);
        if change.is_create() {
            if accepts && change.config.has("peer_region") {
                change.error("auto_accept", "A peering with another region is accepted there: leave auto_accept out.");
            }
            let options = SIDES.into_iter().find(|side| !change.config.objects(side).is_empty());
            if let Some(side) = options.filter(|_| !accepts && !change.config.is_unknown("auto_accept")) {
                let why = "Options are for connections that are accepted: set auto_accept, or add them once the other side has accepted.";
                change.error(side, why);
            }
        } else if accepts && change.prior.as_ref().is_some_and(|p| p.str("accept_status") == Some(pending())) {
            change.set_unknown("accept_status");
        }
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let answer = cx
            .client
            .ec2()
            .create_vpc_peering_connection()
            .set_peer_owner_id(want.string("peer_owner_id"))
            .set_peer_region(want.string("peer_region"))
            .set_peer_vpc_id(want.string("peer_vpc_id"))
            .set_vpc_id(want.string("vpc_id"))
            .tag_specifications(tags::with_token(Kind::VpcPeeringConnection, want, cx.token))
            .send()
            .await?;
        let id = answer.vpc_peering_connection.and_then(|p| p.vpc_peering_connection_id);
        let id = id.ok_or_else(|| Error::other("no id"))?;
        tags::created_with_token(cx, &id).await?;
        if want.bool("auto_accept") == Some(true) {
            // It cannot be accepted in its first moments.
            return Err(not_yet("the connection is accepted once the other side knows of it"));
        }
        Ok(id.into())
    }

    async fn update(client: &Client, id: &RemoteId, prior: &Object, want: &Object) -> Result<()> {
        let live = describe(client, vec![id.as_str().to_owned()]).await?.pop();
        let live = live.ok_or_else(|| Error::not_found(format!("the peering connection {id} is gone")))?;
        let wanted = SIDES.map(|side| wanted(&live, want, side));
        let options = wanted.iter().any(Option::is_some);
        match state(&live) {
            Some(State::Active) if options => {
                let [accepter, requester] = wanted;
                let call = client.ec2().modify_vpc_peering_connection_options().vpc_peering_connection_id(id.as_str());
                let call = call.set_accepter_peering_connection_options(accepter);
                call.set_requester_peering_connection_options(requester).send().await?;
            }
            Some(State::Active) => {}
            Some(State::PendingAcceptance) if want.bool("auto_accept") == Some(true) => {
                client.ec2().accept_vpc_peering_connection().vpc_peering_connection_id(id.as_str()).send().await?;
                return Err(not_yet("the connection is being accepted"));
            }
            Some(State::PendingAcceptance) if options => {
                return Err(Error::other("the connection is not accepted yet, and options are for accepted ones")
                    .hint("Set auto_accept, or have the other side accept."));
            }
            Some(State::PendingAcceptance) => {}
            Some(State::InitiatingRequest | State::Provisioning) => {
                return Err(not_yet("the connection is being made"));
            }
            other => return Err(ended(&live, other)),
        }
        tags::update(client, id.as_str(), prior, want).await
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let call = client.ec2().delete_vpc_peering_connection().vpc_peering_connection_id(id.as_str());
        match deleted(call.send().await) {
            // One that has failed or has run out goes by itself.
            Err(e) if e.has_code("InvalidStateTransition") && e.message.contains("to deleting") => Ok(()),
            other => other,
        }
    }

    fn readiness(object: &Object) -> Readiness {
        match object.str("accept_status") {
            Some(state @ ("initiating-request" | "provisioning" | "deleting")) => Readiness::Pending(state.to_owned()),
            _ => Readiness::Ready,
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(1, 1, 1)
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let call = client.ec2().describe_vpc_peering_connections().filters(tags::token_filter(intent));
        let live: Vec<Live> = call.into_paginator().items().send().try_collect().await?;
        let mut live = live.into_iter().filter(|p| !is_over(p) && tags::has_token(p.tags.as_ref(), intent));
        Ok(live.find_map(|p| p.vpc_peering_connection_id).map(RemoteId::from))
    }

    async fn reclaim(client: &Client, id: &RemoteId) -> Result<()> {
        tags::remove_token(client, id.as_str()).await
    }
}

fn side() -> NestedBlock {
    list_block(Block::new().attr(OPTION, boolean().optional().default(false))).max(1).computed()
}

fn pending() -> &'static str {
    "pending-acceptance"
}

fn not_yet(why: &str) -> Error {
    Error::new(ErrorKind::NotYet, why)
}

async fn describe(client: &Client, ids: Vec<String>) -> Result<Vec<Live>> {
    let filter = tags::filter("vpc-peering-connection-id", ids);
    let pages = client.ec2().describe_vpc_peering_connections().filters(filter).into_paginator().items().send();
    pages.try_collect().await.map_err(Error::from)
}

fn state(peering: &Live) -> Option<&State> {
    peering.status.as_ref()?.code.as_ref()
}

/// AWS shows a connection for a while after its end.
fn is_over(peering: &Live) -> bool {
    matches!(state(peering), Some(State::Deleted | State::Expired | State::Failed | State::Rejected))
}

fn ended(peering: &Live, state: Option<&State>) -> Error {
    let message = peering.status.as_ref().and_then(|s| s.message.as_deref()).filter(|m| !m.is_empty());
    let why = message.map(|m| format!(": {m}")).unwrap_or_default();
    Error::other(format!("the peering connection is {}{why}", state.map_or("unknown", State::as_str)))
}

/// What one side allows.
fn allows(side: Option<&Side>) -> Option<bool> {
    let options = side?.peering_options.as_ref()?;
    Some(options.allow_dns_resolution_from_remote_vpc.unwrap_or_default())
}

/// The options of a side, where the configuration wants them different from what is live.
fn wanted(live: &Live, want: &Object, side: &str) -> Option<PeeringConnectionOptionsRequest> {
    let info = if side == "accepter" { &live.accepter_vpc_info } else { &live.requester_vpc_info };
    let on = want.object(side)?.bool(OPTION).unwrap_or_default();
    let differs = on != allows(info.as_ref()).unwrap_or_default();
    differs.then(|| PeeringConnectionOptionsRequest::builder().allow_dns_resolution_from_remote_vpc(on).build())
}

async fn object(client: &Client, peering: &Live) -> Result<Object> {
    let (accepter, requester) = (peering.accepter_vpc_info.as_ref(), peering.requester_vpc_info.as_ref());
    let owner = |side: Option<&Side>| side.and_then(|s| s.owner_id.clone()).unwrap_or_default();
    let vpc = |side: Option<&Side>| side.and_then(|s| s.vpc_id.clone()).unwrap_or_default();
    // The connection is told from the side that this account is on.
    let accepts = owner(accepter) != owner(requester) && client.account().await? == owner(accepter);
    let (own, peer) = if accepts { (accepter, requester) } else { (requester, accepter) };
    let block = |side| allows(side).map(|on| Object::new().with(OPTION, on)).into_iter().collect::<Vec<_>>();
    let mut object = Object::new()
        .with("accept_status", state(peering).map_or("", State::as_str))
        .with("accepter", block(accepter))
        .with("id", peering.vpc_peering_connection_id.clone())
        .with("peer_owner_id", owner(peer))
        .with("peer_region", accepter.and_then(|s| s.region.clone()).unwrap_or_default())
        .with("peer_vpc_id", vpc(peer))
        .with("requester", block(requester))
        .with("vpc_id", vpc(own));
    all_tags::set(&mut object, tags::pairs(peering.tags.as_ref()));
    Ok(object)
}
