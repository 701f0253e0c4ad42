//! Secrets Manager.

mod ephemeral_secret_version;
mod random_password;
mod read;
mod secret;
mod secret_version;

use uuid::Uuid;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .resource::<secret::Secret>()
        .resource::<secret_version::SecretVersion>()
        .ephemeral::<ephemeral_secret_version::EphemeralSecretVersion>()
        .ephemeral::<random_password::RandomPassword>()
}

/// Client token of the length that the service asks for; the id of the version that the call makes, if any.
fn request_token(token: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, token.as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_tokens_are_stable() {
        assert_eq!(request_token("a"), request_token("a"));
        assert_ne!(request_token("a"), request_token("b"));
        assert_eq!(request_token("a").len(), 36);
    }
}
