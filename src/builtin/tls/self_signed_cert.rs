//! `tls_self_signed_cert`

use super::key::{Key, pem_of};
use super::params::{self, private_key};
use crate::builtin::Machine;
use crate::provider::{Error, Found, Object, PlannedChange, Result, StateOnly};
use crate::schema::{Schema, boolean, string};

pub struct SelfSignedCert;

impl StateOnly for SelfSignedCert {
    type Client = Machine;
    const NAME: &'static str = "tls_self_signed_cert";

    fn schema() -> Schema {
        params::with_validity(params::with_subject(Schema::new(0)))
            .attr("key_algorithm", string().computed())
            .attr("private_key_pem", private_key())
            .attr("set_authority_key_id", boolean().optional().computed().default(false).force_new())
    }

    fn customize_plan(change: &mut PlannedChange) {
        params::plan(change);
    }

    async fn create(machine: &Machine, want: &Object) -> Result<Object> {
        let key = Key::parse(want.str("private_key_pem").unwrap_or_default())?;
        let mut params = params::named(want)?;
        let object = params::grant(machine, &mut params, want, &key.public()?)?;
        params.use_authority_key_identifier_extension = want.bool("set_authority_key_id").unwrap_or(false);
        let made = params.self_signed(&params::signer(&key)?);
        let made = made.map_err(|e| Error::other(format!("the certificate cannot be made: {e}")))?;
        Ok(object.with("cert_pem", pem_of("CERTIFICATE", made.der())).with("key_algorithm", key.algorithm()))
    }

    fn look(machine: &Machine, prior: &Object) -> Found {
        params::look(machine, prior)
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;
    use crate::builtin::tls::certificate::{describe, parse};
    use crate::builtin::tls::curve::CURVES;

    #[tokio::test]
    async fn the_certificate_says_what_was_asked_for_until_it_ends() {
        let key = Key::ec(&mut StdRng::seed_from_u64(1), &CURVES[1]).pem().expect("pem");
        let subject = Object::new().with("common_name", "example.org").with("organization", "Kiban");
        let want = Object::new()
            .with("private_key_pem", key)
            .with("validity_period_hours", 24)
            .with("early_renewal_hours", 1)
            .with("allowed_uses", vec!["server_auth", "digital_signature"])
            .with("dns_names", vec!["example.org"])
            .with("ip_addresses", vec!["127.0.0.1"])
            .with("subject", vec![subject]);
        let machine = Machine::fixed();
        let made = SelfSignedCert::create(&machine, &want).await.expect("made");
        assert_eq!(made.str("key_algorithm"), Some("ECDSA"));
        assert_eq!(made.str("validity_end_time"), Some("2024-03-01T12:00:00Z"));
        let der = parse(made.str("cert_pem").expect("pem")).expect("parses").remove(0);
        let told = describe(&der).expect("a certificate");
        assert_eq!(told.str("subject"), Some("CN=example.org,O=Kiban"));
        assert_eq!(told.str("issuer"), told.str("subject"));
        assert_eq!(told.str("serial_number"), made.str("id"));
        assert_eq!((told.str("not_before"), told.bool("is_ca")), (Some("2024-02-29T12:00:00Z"), Some(false)));
        let stored = Object(want.0.into_iter().chain(made.0).collect());
        let ready = |machine: &Machine| match SelfSignedCert::look(machine, &stored) {
            Found::Object(object) => object.bool("ready_for_renewal"),
            Found::Gone => None,
        };
        assert_eq!(ready(&machine), Some(false));
        assert_eq!(ready(&Machine { now: || "2024-03-01T11:00:00Z".into(), ..machine }), Some(true));
    }
}
