//! `hashicorp/tls`: keys and certificates.

mod certificate;
mod certificate_data;
mod chain;
mod curve;
mod key;
mod openssh;
mod private_key;
mod public_key;

use super::plugin::Types;

pub(super) const SOURCE: &str = "registry.terraform.io/hashicorp/tls";

pub(super) fn register(types: Types) -> Types {
    types
        .state_only::<private_key::PrivateKey>()
        .data::<certificate_data::Certificate>()
        .data::<public_key::PublicKey>()
}
