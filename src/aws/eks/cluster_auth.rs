//! `aws_eks_cluster_auth`, as an ephemeral resource and as a data source: a token for the API of a cluster.

use super::token::token;
use crate::aws::Client;
use crate::provider::{DataSource, EphemeralResource, Object, Opened, Result};
use crate::schema::{Schema, string};

const KIND: &str = "aws_eks_cluster_auth";

pub struct ClusterAuth;

impl EphemeralResource for ClusterAuth {
    type Client = Client;
    const NAME: &'static str = KIND;
    const ACTIONS: &'static [&'static str] = &[];

    fn schema() -> Schema {
        Schema::new(0).attr("name", string().required()).attr("token", string().computed().sensitive())
    }

    async fn open(client: &Client, config: &Object) -> Result<Opened> {
        let token = token(client, config.str("name").unwrap_or_default()).await?;
        Ok(config.clone().with("token", token).into())
    }
}

pub struct ClusterAuthData;

impl DataSource for ClusterAuthData {
    type Client = Client;
    const NAME: &'static str = KIND;
    const ACTIONS: &'static [&'static str] = &[];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().optional().computed())
            .attr("name", string().required())
            .attr("token", string().computed().sensitive())
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        let name = config.string("name").unwrap_or_default();
        let token = token(client, &name).await?;
        Ok(config.clone().with("id", name).with("token", token))
    }
}
