//! `hashicorp/random`: values that chance makes once, and the state keeps.

mod bytes;
mod characters;
mod id;
mod integer;
mod password;
mod pet;
mod shuffle;
mod string;
mod uuid;

use ::rand::SeedableRng;
use ::rand::rngs::StdRng;
use sha2::{Digest, Sha256};

use super::plugin::Types;
use crate::builtin::Machine;
use crate::provider::{Error, Object, Result};
use crate::schema::{Attribute, Normal, map_of};
use crate::value::Type;

pub(super) const SOURCE: &str = "registry.terraform.io/hashicorp/random";

pub(super) fn register(types: Types) -> Types {
    types
        .state_only::<bytes::RandomBytes>()
        .state_only::<id::RandomId>()
        .state_only::<integer::RandomInteger>()
        .state_only::<password::RandomPassword>()
        .state_only::<pet::RandomPet>()
        .state_only::<shuffle::RandomShuffle>()
        .state_only::<string::RandomString>()
        .state_only::<uuid::RandomUuid>()
}

/// `keepers`: as long as they stay the same, so does the value.
fn keepers() -> Attribute {
    map_of(Type::String).optional().force_new()
}

/// An argument whose every change makes a new value; null and empty are two things.
fn fixed(attribute: Attribute) -> Attribute {
    attribute.force_new().normal(Normal::Verbatim)
}

/// Chance, or what a `seed` makes of it: the same seed always gives the same.
fn generator(machine: &Machine, want: &Object) -> Result<StdRng> {
    match want.str("seed") {
        Some(seed) if !seed.is_empty() => Ok(StdRng::from_seed(Sha256::digest(seed).into())),
        _ => machine.randomness.generator(),
    }
}

/// The text of an import that has not the form that the type wants.
fn unexpected(expected: &str) -> Error {
    Error::other(format!("the id of the import must be {expected}"))
}
