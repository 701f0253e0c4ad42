//! `aws_kms_secrets`, as an ephemeral resource and as a data source: what was encrypted with a key, decrypted.

use std::collections::BTreeMap;

use aws_sdk_kms::types::EncryptionAlgorithmSpec;
use aws_smithy_types::Blob;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::aws::Client;
use crate::aws::gather::gather;
use crate::provider::{DataSource, EphemeralResource, Error, Object, Opened, Result};
use crate::schema::{Block, Schema, list_of, map_of, set_block, string};
use crate::value::Type;

pub struct Secrets;

impl EphemeralResource for Secrets {
    type Client = Client;
    const NAME: &'static str = "aws_kms_secrets";
    const ACTIONS: &'static [&'static str] = &["kms:Decrypt"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("plaintext", map_of(Type::String).computed().sensitive())
            .block("secret", set_block(secret()))
    }

    async fn open(client: &Client, config: &Object) -> Result<Opened> {
        Ok(config.clone().with("plaintext", all(client, config).await?).into())
    }
}

pub struct SecretsData;

impl DataSource for SecretsData {
    type Client = Client;
    const NAME: &'static str = "aws_kms_secrets";
    const ACTIONS: &'static [&'static str] = &["kms:Decrypt"];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("id", string().optional().computed())
            .attr("plaintext", map_of(Type::String).computed().sensitive())
            .block("secret", set_block(secret()).min(1))
    }

    async fn read(client: &Client, config: &Object) -> Result<Object> {
        Ok(config.clone().with("id", client.region()).with("plaintext", all(client, config).await?))
    }
}

fn secret() -> Block {
    Block::new()
        .attr("context", map_of(Type::String).optional())
        .attr("encryption_algorithm", string().optional())
        .attr("grant_tokens", list_of(Type::String).optional())
        .attr("key_id", string().optional())
        .attr("name", string().required())
        .attr("payload", string().required())
}

/// What all secrets say, by name.
async fn all(client: &Client, config: &Object) -> Result<BTreeMap<String, String>> {
    let secrets = config.objects("secret");
    let plain = gather(secrets.iter().map(|secret| decrypt(client, secret)).collect()).await?;
    Ok(plain.into_iter().collect())
}

async fn decrypt(client: &Client, secret: &Object) -> Result<(String, String)> {
    let name = secret.string("name").unwrap_or_default();
    let wrong = |why: &str| Error::other(format!("the secret \"{name}\" {why}"));
    let payload = STANDARD.decode(secret.str("payload").unwrap_or_default());
    let payload = payload.map_err(|_| wrong("has a payload that is not valid base64"))?;
    let (context, grants) = (secret.string_map("context"), secret.strings("grant_tokens"));
    let algorithm = secret.str("encryption_algorithm").map(EncryptionAlgorithmSpec::from);
    let answer = client
        .kms()
        .decrypt()
        .ciphertext_blob(Blob::new(payload))
        .set_encryption_algorithm(algorithm)
        .set_encryption_context((!context.is_empty()).then(|| context.into_iter().collect()))
        .set_grant_tokens((!grants.is_empty()).then_some(grants))
        .set_key_id(secret.string("key_id"))
        .send()
        .await?;
    let plain = answer.plaintext.map(|blob| String::from_utf8_lossy(blob.as_ref()).into_owned());
    Ok((name, plain.unwrap_or_default()))
}
