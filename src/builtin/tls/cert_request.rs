//! `tls_cert_request`: what an authority is asked to sign.

use sha1::{Digest, Sha1};

use super::key::{Key, pem_of};
use super::params::{self, private_key};
use crate::builtin::Machine;
use crate::provider::{Error, Object, Result, StateOnly};
use crate::schema::{Schema, string};

pub struct CertRequest;

impl StateOnly for CertRequest {
    type Client = Machine;
    const NAME: &'static str = "tls_cert_request";

    fn schema() -> Schema {
        params::with_subject(Schema::new(0))
            .attr("cert_request_pem", string().computed())
            .attr("id", string().computed())
            .attr("key_algorithm", string().computed())
            .attr("private_key_pem", private_key())
    }

    async fn create(_machine: &Machine, want: &Object) -> Result<Object> {
        let key = Key::parse(want.str("private_key_pem").unwrap_or_default())?;
        let made = params::named(want)?.serialize_request(&params::signer(&key)?);
        let made = made.map_err(|e| Error::other(format!("the request cannot be made: {e}")))?;
        let der = made.der();
        Ok(Object::new()
            .with("cert_request_pem", pem_of("CERTIFICATE REQUEST", der))
            .with("id", hex::encode(Sha1::digest(der)))
            .with("key_algorithm", key.algorithm()))
    }
}
