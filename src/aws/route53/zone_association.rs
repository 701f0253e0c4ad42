//! `aws_route53_zone_association`: a VPC of a private zone. Its id is `zone:vpc`, with `:region` where that is configured.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_route53::types::{HostedZoneSummary, Vpc, VpcRegion};

use super::dns;
use crate::aws::Client;
use crate::aws::gather::gather;
use crate::provider::{
    Actions, CreateCx, Error, ErrorKind, Found, Intent, Object, Operation, RemoteId, ResourceType, Result, Timeouts,
};
use crate::schema::{Schema, string};

pub struct ZoneAssociation;

impl ResourceType for ZoneAssociation {
    type Client = Client;
    const NAME: &'static str = "aws_route53_zone_association";
    const READ_BATCH: usize = 1000;
    const ACTIONS: Actions = Actions {
        read: &["ec2:DescribeVpcs", "route53:ListHostedZonesByVPC"],
        create: &["ec2:DescribeVpcs", "route53:AssociateVPCWithHostedZone"],
        update: &[],
        delete: &["ec2:DescribeVpcs", "route53:DisassociateVPCFromHostedZone"],
    };

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().optional().computed())
            .attr("owning_account", string().computed())
            .attr("vpc_id", string().required().force_new())
            .attr("vpc_region", string().optional().computed().force_new())
            .attr("zone_id", string().required().force_new())
            .timeouts(&["create", "delete"])
    }

    /// One list a VPC.
    async fn read(
        client: &Client,
        ids: &[RemoteId],
        _prior: &BTreeMap<RemoteId, Object>,
    ) -> Result<BTreeMap<RemoteId, Found>> {
        let mut vpcs = BTreeSet::new();
        for id in ids {
            let parts = parts(id, client.region())?;
            vpcs.insert((parts.vpc, parts.region));
        }
        let lists = vpcs.into_iter().map(|key| async move { Ok((key, zones(client, key.0, key.1).await?)) });
        let zones: BTreeMap<_, _> = gather(lists.collect()).await?.into_iter().collect();
        let mut found = BTreeMap::new();
        for id in ids {
            let parts = parts(id, client.region())?;
            let zone = zones.get(&(parts.vpc, parts.region)).and_then(|l| l.iter().find(|z| of(z, parts.zone)));
            let object = zone.map(|zone| {
                let owner = zone.owner.as_ref();
                let owner = owner.and_then(|o| o.owning_account.clone().or(o.owning_service.clone()));
                Object::new()
                    .with("id", id.as_str())
                    .with("owning_account", owner.unwrap_or_default())
                    .with("vpc_id", parts.vpc)
                    .with("vpc_region", parts.region)
                    .with("zone_id", parts.zone)
            });
            found.insert(id.clone(), object.map_or(Found::Gone, Found::Object));
        }
        Ok(found)
    }

    async fn create(cx: &CreateCx<'_, Client>, want: &Object) -> Result<RemoteId> {
        let id = id_of(|name| want.string(name));
        let parts = parts(&id, cx.client.region())?;
        let call = cx.client.route53().associate_vpc_with_hosted_zone().hosted_zone_id(parts.zone);
        call.vpc(vpc(&parts)).send().await?;
        cx.created(&id);
        Ok(id)
    }

    async fn delete(client: &Client, id: &RemoteId, _prior: &Object) -> Result<()> {
        let parts = parts(id, client.region())?;
        let call = client.route53().disassociate_vpc_from_hosted_zone().hosted_zone_id(parts.zone);
        match call.vpc(vpc(&parts)).send().await.map_err(Error::from) {
            Ok(_) => Ok(()),
            Err(e) if e.has_code("VPCAssociationNotFound") => Ok(()),
            Err(e) => e.unless_not_found(),
        }
    }

    fn timeouts() -> Timeouts {
        Timeouts::minutes(30, 30, 30)
    }

    fn retries(_operation: Operation, error: &Error) -> bool {
        matches!(error.kind, ErrorKind::InUse | ErrorKind::NotYet)
    }

    fn identity(want: &Object) -> BTreeMap<String, String> {
        let keys = ["zone_id", "vpc_id", "vpc_region"];
        keys.into_iter().filter_map(|k| Some((k.to_owned(), want.string(k)?))).collect()
    }

    async fn find(client: &Client, intent: &Intent) -> Result<Option<RemoteId>> {
        let id = id_of(|name| intent.identity.get(name).cloned());
        let parts = parts(&id, client.region())?;
        let there = zones(client, parts.vpc, parts.region).await?.iter().any(|z| of(z, parts.zone));
        Ok(there.then(|| id.clone()))
    }

    fn import_id(text: &str) -> Result<RemoteId> {
        let id = RemoteId::from(text);
        parts(&id, "").map(|_| id.clone())
    }
}

struct Parts<'a> {
    zone: &'a str,
    vpc: &'a str,
    region: &'a str,
}

fn parts<'a>(id: &'a RemoteId, region: &'a str) -> Result<Parts<'a>> {
    match id.split(':').as_slice() {
        [zone, vpc] if !zone.is_empty() && !vpc.is_empty() => Ok(Parts { zone, vpc, region }),
        [zone, vpc, region] if !zone.is_empty() && !vpc.is_empty() && !region.is_empty() => {
            Ok(Parts { zone, vpc, region })
        }
        _ => Err(Error::other(format!("unexpected id \"{id}\": expected zone-id:vpc-id or zone-id:vpc-id:vpc-region"))),
    }
}

fn id_of(value: impl Fn(&str) -> Option<String>) -> RemoteId {
    let parts = ["zone_id", "vpc_id", "vpc_region"].into_iter().filter_map(value);
    parts.collect::<Vec<_>>().join(":").into()
}

/// Whether a summary is of the zone with this id.
pub fn of(zone: &HostedZoneSummary, id: &str) -> bool {
    dns::zone_id(&zone.hosted_zone_id) == id
}

fn vpc(parts: &Parts<'_>) -> Vpc {
    Vpc::builder().vpc_id(parts.vpc).vpc_region(VpcRegion::from(parts.region)).build()
}

/// The private zones of a VPC.
pub async fn zones(client: &Client, vpc: &str, region: &str) -> Result<Vec<HostedZoneSummary>> {
    let mut all = Vec::new();
    let mut next = None;
    loop {
        let call = client.route53().list_hosted_zones_by_vpc().vpc_id(vpc).vpc_region(VpcRegion::from(region));
        let answer = match call.set_next_token(next).send().await.map_err(Error::from) {
            Ok(answer) => answer,
            // The VPC is gone, and its associations with it.
            Err(e) if e.has_code("InvalidVPCId") => return Ok(all),
            Err(e) => return Err(e),
        };
        all.extend(answer.hosted_zone_summaries);
        next = answer.next_token;
        if next.is_none() {
            return Ok(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_in_the_id_where_it_is_configured() {
        let check = |id: &str| parts(&id.into(), "eu-west-1").map(|p| [p.zone, p.vpc, p.region].join(" ")).ok();
        assert_eq!(check("Z1:vpc-1").as_deref(), Some("Z1 vpc-1 eu-west-1"));
        assert_eq!(check("Z1:vpc-1:us-east-1").as_deref(), Some("Z1 vpc-1 us-east-1"));
        assert_eq!(check("Z1"), None);
    }
}
