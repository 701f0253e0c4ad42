//! Secrets Manager.

mod ephemeral_secret_version;
mod random_password;
mod read;
mod secret;
mod secret_data;
mod secret_policy;
mod secret_rotation;
mod secret_version;
mod secret_version_data;
mod secrets_data;

use uuid::Uuid;

pub(super) use read::pending_deletion;

use super::Client;
use crate::provider::registry::Registry;

pub(super) fn register(types: Registry<Client>) -> Registry<Client> {
    types
        .ephemeral::<ephemeral_secret_version::EphemeralSecretVersion>()
        .ephemeral::<random_password::RandomPassword>()
        .data::<random_password::RandomPasswordData>()
        .resource::<secret::Secret>()
        .data::<secret_data::SecretData>()
        .resource::<secret_policy::SecretPolicy>()
        .resource::<secret_rotation::SecretRotation>()
        .resource::<secret_version::SecretVersion>()
        .data::<secret_version_data::SecretVersionData>()
        .data::<secrets_data::SecretsData>()
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
