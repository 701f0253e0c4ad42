//! `data "aws_iam_account_alias"`

use crate::aws::Client;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, string};

pub struct AccountAlias;

impl DataSource for AccountAlias {
    type Client = Client;
    const NAME: &'static str = "aws_iam_account_alias";
    const ACTIONS: &'static [&'static str] = &["iam:ListAccountAliases"];

    fn schema() -> Schema {
        Schema::new(0).attr("account_alias", string().computed()).attr("id", string().optional().computed())
    }

    async fn read(client: &Client, _config: &Object) -> Result<Object> {
        let alias = client.iam().list_account_aliases().send().await?.account_aliases.into_iter().next();
        let alias = alias.ok_or_else(|| Error::not_found("the account has no alias"))?;
        Ok(Object::new().with("account_alias", alias.as_str()).with("id", alias))
    }
}
