//! `aws_canonical_user_id`: how S3 names the account in access control lists.

use crate::aws::Client;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, string};

pub struct CanonicalUserId;

impl DataSource for CanonicalUserId {
    type Client = Client;
    const NAME: &'static str = "aws_canonical_user_id";
    const ACTIONS: &'static [&'static str] = &["s3:ListAllMyBuckets"];

    fn schema() -> Schema {
        Schema::new(0).attr("display_name", string().computed()).attr("id", string().optional().computed())
    }

    async fn read(client: &Client, _config: &Object) -> Result<Object> {
        let owner = client.s3().list_buckets().max_buckets(1).send().await?.owner;
        let owner = owner.ok_or_else(|| Error::other("S3 names no owner of buckets"))?;
        Ok(Object::new().with("display_name", owner.display_name.unwrap_or_default()).with("id", owner.id))
    }
}
