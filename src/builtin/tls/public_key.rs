//! `tls_public_key`: the public half of a private key.

use super::key::Key;
use super::private_key::{public_attributes, with_public};
use crate::builtin::Machine;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, string};

pub struct PublicKey;

impl DataSource for PublicKey {
    type Client = Machine;
    const NAME: &'static str = "tls_public_key";
    const ACTIONS: &'static [&'static str] = &[];

    fn schema() -> Schema {
        public_attributes(Schema::new(0))
            .attr("algorithm", string().computed())
            .attr("private_key_openssh", string().optional().sensitive())
            .attr("private_key_pem", string().optional().sensitive())
    }

    async fn read(_machine: &Machine, config: &Object) -> Result<Object> {
        let text = match (config.string("private_key_pem"), config.string("private_key_openssh")) {
            (Some(text), None) | (None, Some(text)) => text,
            _ => return Err(Error::other("exactly one of private_key_pem and private_key_openssh must be set")),
        };
        let key = Key::parse(&text)?;
        with_public(config.clone().with("algorithm", key.algorithm()), &key, "")
    }
}
