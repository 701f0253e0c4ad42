//! `aws_s3_bucket` as a data source.

use super::{hosted_zones, part};
use crate::aws::Client;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, string};

pub struct BucketData;

impl DataSource for BucketData {
    type Client = Client;
    const NAME: &'static str = "aws_s3_bucket";
    const ACTIONS: &'static [&'static str] = &["s3:GetBucketWebsite", "s3:ListBucket"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("arn", string().computed())
            .attr("bucket", string().required())
            .attr("bucket_domain_name", string().computed())
            .attr("bucket_regional_domain_name", string().computed())
            .attr("hosted_zone_id", string().computed())
            .attr("id", string().optional().computed())
            .attr("region", string().computed())
            .attr("website_domain", string().computed())
            .attr("website_endpoint", string().computed())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let bucket = config.string("bucket").unwrap_or_default();
        let head = part::found(client.s3().head_bucket().bucket(&bucket).send().await)?;
        let head = head.ok_or_else(|| Error::not_found(format!("there is no bucket \"{bucket}\"")))?;
        let region = head.bucket_region.unwrap_or_else(|| client.region().to_owned());
        let suffix = if client.partition() == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
        let mut object = config
            .clone()
            .with("arn", format!("arn:{}:s3:::{bucket}", client.partition()))
            .with("bucket_domain_name", format!("{bucket}.s3.{suffix}"))
            .with("bucket_regional_domain_name", format!("{bucket}.s3.{region}.{suffix}"))
            .with("hosted_zone_id", hosted_zones::of(&region))
            .with("id", bucket.as_str())
            .with("region", region.as_str());
        match client.s3().get_bucket_website().bucket(&bucket).send().await.map_err(Error::from) {
            Ok(_) => {
                let domain = hosted_zones::website(&region, suffix);
                object.set("website_endpoint", format!("{bucket}.{domain}"));
                object.set("website_domain", domain);
            }
            Err(e) if e.has_code("NoSuchWebsiteConfiguration") => {}
            Err(e) => return Err(e),
        }
        Ok(object.leaving_out(&["website_domain", "website_endpoint"]))
    }
}
