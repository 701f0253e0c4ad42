//! `tls_locally_signed_cert`: a request signed by an authority whose key is at hand.

use rcgen::{CertificateSigningRequestParams, Issuer, PublicKeyData};

use super::key::{Key, pem_of};
use super::params::{self, private_key};
use crate::builtin::Machine;
use crate::provider::{Error, Found, Object, PlannedChange, Result, StateOnly};
use crate::schema::{Schema, string};

pub struct LocallySignedCert;

impl StateOnly for LocallySignedCert {
    type Client = Machine;
    const NAME: &'static str = "tls_locally_signed_cert";

    fn schema() -> Schema {
        params::with_validity(Schema::new(0))
            .attr("ca_cert_pem", string().required().force_new())
            .attr("ca_key_algorithm", string().computed())
            .attr("ca_private_key_pem", private_key())
            .attr("cert_request_pem", string().required().force_new())
    }

    fn customize_plan(change: &mut PlannedChange) {
        params::plan(change);
    }

    async fn create(machine: &Machine, want: &Object) -> Result<Object> {
        let key = Key::parse(want.str("ca_private_key_pem").unwrap_or_default())?;
        let issuer = Issuer::from_ca_cert_pem(want.str("ca_cert_pem").unwrap_or_default(), params::signer(&key)?);
        let issuer =
            issuer.map_err(|e| Error::other(format!("the certificate of the authority cannot be read: {e}")))?;
        let request = CertificateSigningRequestParams::from_pem(want.str("cert_request_pem").unwrap_or_default());
        let mut request = request.map_err(|e| Error::other(format!("the request cannot be read: {e}")))?;
        let public = request.public_key.der_bytes().to_vec();
        let object = params::grant(machine, &mut request.params, want, &public)?;
        request.params.use_authority_key_identifier_extension = true;
        let made = request.signed_by(&issuer);
        let made = made.map_err(|e| Error::other(format!("the certificate cannot be made: {e}")))?;
        Ok(object.with("ca_key_algorithm", key.algorithm()).with("cert_pem", pem_of("CERTIFICATE", made.der())))
    }

    fn look(machine: &Machine, prior: &Object) -> Found {
        params::look(machine, prior)
    }
}
