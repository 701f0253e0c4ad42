//! `hashicorp/tls`: keys and certificates.

mod cert_request;
mod certificate;
mod certificate_data;
mod chain;
mod curve;
mod key;
mod locally_signed_cert;
mod openssh;
mod params;
mod private_key;
mod public_key;
mod self_signed_cert;

use super::plugin::Types;

pub(super) const SOURCE: &str = "registry.terraform.io/hashicorp/tls";

pub(super) fn register(types: Types) -> Types {
    types
        .state_only::<cert_request::CertRequest>()
        .state_only::<locally_signed_cert::LocallySignedCert>()
        .state_only::<private_key::PrivateKey>()
        .state_only::<self_signed_cert::SelfSignedCert>()
        .data::<certificate_data::Certificate>()
        .data::<public_key::PublicKey>()
}
