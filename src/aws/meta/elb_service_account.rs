//! `data "aws_elb_service_account"`: the account that load balancers of a region write their logs with.
//!
//! The accounts are those of "Attach a policy to your S3 bucket" in the Elastic Load Balancing user guide.

use crate::aws::Client;
use crate::aws::sts::regions;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, string};

const ACCOUNTS: &[(&str, &str)] = &[
    ("af-south-1", "098369216593"),
    ("ap-east-1", "754344448648"),
    ("ap-northeast-1", "582318560864"),
    ("ap-northeast-2", "600734575887"),
    ("ap-northeast-3", "383597477331"),
    ("ap-south-1", "718504428378"),
    ("ap-southeast-1", "114774131450"),
    ("ap-southeast-2", "783225319266"),
    ("ap-southeast-3", "589379963580"),
    ("ca-central-1", "985666609251"),
    ("cn-north-1", "638102146993"),
    ("cn-northwest-1", "037604701340"),
    ("eu-central-1", "054676820928"),
    ("eu-north-1", "897822967062"),
    ("eu-south-1", "635631232127"),
    ("eu-west-1", "156460612806"),
    ("eu-west-2", "652711504416"),
    ("eu-west-3", "009996457667"),
    ("me-south-1", "076674570225"),
    ("sa-east-1", "507241528517"),
    ("us-east-1", "127311923021"),
    ("us-east-2", "033677994240"),
    ("us-gov-east-1", "190560391635"),
    ("us-gov-west-1", "048591011584"),
    ("us-west-1", "027434742980"),
    ("us-west-2", "797873946194"),
];

pub struct ElbServiceAccount;

impl DataSource for ElbServiceAccount {
    type Client = Client;
    const NAME: &'static str = "aws_elb_service_account";
    const ACTIONS: &'static [&'static str] = &[];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("id", string().optional().computed())
            .attr("region", string().optional())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let region = config.string("region").unwrap_or_else(|| client.region().to_owned());
        let account = ACCOUNTS.iter().find(|(name, _)| *name == region).map(|(_, account)| *account);
        let account = account.ok_or_else(|| {
            Error::other(format!("load balancers have no account of their own in region \"{region}\""))
                .hint("There, allow the service principal logdelivery.elasticloadbalancing.amazonaws.com instead.")
        })?;
        let partition = regions::partition(client.region()).0;
        Ok(config.clone().with("arn", format!("arn:{partition}:iam::{account}:root")).with("id", account))
    }
}
