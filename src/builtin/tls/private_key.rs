//! `tls_private_key`

use rand::Rng;

use super::curve::CURVES;
use super::key::{Key, RSA_BITS, pem_of};
use super::openssh::{self, SshPublic};
use crate::builtin::Machine;
use crate::provider::{Error, Object, Result, StateOnly};
use crate::schema::{Attribute, Normal, Schema, number, string};
use crate::value::Value;

pub struct PrivateKey;

impl StateOnly for PrivateKey {
    type Client = Machine;
    const NAME: &'static str = "tls_private_key";

    fn schema() -> Schema {
        let fixed = |attribute: Attribute| attribute.force_new().normal(Normal::Verbatim);
        public_attributes(Schema::new(1))
            .attr("algorithm", fixed(string()).required().check(algorithm))
            .attr("ecdsa_curve", fixed(string()).optional().computed().default("P224").check(curve))
            .attr("openssh_comment", fixed(string()).optional())
            .attr("private_key_openssh", string().computed().sensitive())
            .attr("private_key_pem", string().computed().sensitive())
            .attr("private_key_pem_pkcs8", string().computed().sensitive())
            .attr("rsa_bits", fixed(number()).optional().computed().default(2048).check(bits))
    }

    async fn create(machine: &Machine, want: &Object) -> Result<Object> {
        let mut generator = machine.randomness.generator()?;
        let check = generator.next_u32();
        let key = match want.str("algorithm") {
            Some("RSA") => {
                let bits = want.i64("rsa_bits").filter(|bits| RSA_BITS.contains(bits)).unwrap_or(2048) as usize;
                // It takes seconds: other steps go on meanwhile.
                let made = tokio::task::spawn_blocking(move || Key::rsa(&mut generator, bits)).await;
                made.map_err(|_| Error::other("the key could not be made"))??
            }
            Some("ECDSA") => {
                let name = want.str("ecdsa_curve").unwrap_or_default();
                let curve = CURVES.iter().find(|c| c.name == name);
                Key::ec(&mut generator, curve.ok_or_else(|| Error::other("the curve is not known"))?)
            }
            Some("ED25519") => Key::ed25519(&mut generator),
            _ => return Err(Error::other("the algorithm is not known")),
        };
        let comment = want.str("openssh_comment").unwrap_or_default();
        Ok(with_public(Object::new(), &key, comment)?
            .with("private_key_openssh", openssh::private(&key, check, comment).unwrap_or_default())
            .with("private_key_pem", key.pem()?)
            .with("private_key_pem_pkcs8", key.pkcs8_pem()?))
    }
}

/// The attributes that tell of the public key.
pub fn public_attributes(schema: Schema) -> Schema {
    let names =
        ["id", "public_key_fingerprint_md5", "public_key_fingerprint_sha256", "public_key_openssh", "public_key_pem"];
    names.iter().fold(schema, |schema, name| schema.attr(name, string().computed()))
}

/// Adds them to an object. What OpenSSH does not know stays empty.
pub fn with_public(object: Object, key: &Key, comment: &str) -> Result<Object> {
    use sha1::Digest;
    let der = key.public_der()?;
    let ssh = SshPublic::of(key);
    let of = |get: &dyn Fn(&SshPublic) -> String| ssh.as_ref().map(get).unwrap_or_default();
    Ok(object
        .with("id", hex::encode(sha1::Sha1::digest(&der)))
        .with("public_key_fingerprint_md5", of(&SshPublic::md5))
        .with("public_key_fingerprint_sha256", of(&SshPublic::sha256))
        .with("public_key_openssh", of(&|ssh| ssh.line(comment)))
        .with("public_key_pem", pem_of("PUBLIC KEY", &der)))
}

fn algorithm(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some("RSA" | "ECDSA" | "ED25519") => Ok(()),
        _ => Err("The algorithm must be one of \"RSA\", \"ECDSA\" and \"ED25519\".".into()),
    }
}

fn curve(value: &Value) -> Result<(), String> {
    match CURVES.iter().any(|c| Some(c.name) == value.as_str()) {
        true => Ok(()),
        false => Err("The curve must be one of \"P224\", \"P256\", \"P384\" and \"P521\".".into()),
    }
}

fn bits(value: &Value) -> Result<(), String> {
    match value.as_i64() {
        Some(bits) if RSA_BITS.contains(&bits) => Ok(()),
        _ => Err(format!("An RSA key must have between {} and {} bits.", RSA_BITS.start(), RSA_BITS.end())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn make(want: Object) -> Object {
        PrivateKey::create(&Machine::fixed(), &want).await.expect("made")
    }

    #[tokio::test]
    async fn every_form_gives_the_same_key_back() {
        let mut wants = vec![
            Object::new().with("algorithm", "ED25519"),
            Object::new().with("algorithm", "RSA").with("rsa_bits", 1024),
        ];
        wants.extend(CURVES.iter().map(|c| Object::new().with("algorithm", "ECDSA").with("ecdsa_curve", c.name)));
        for want in wants {
            let made = make(want.clone().with("openssh_comment", "me@here")).await;
            for form in ["private_key_pem", "private_key_pem_pkcs8", "private_key_openssh"] {
                let text = made.str(form).expect("text");
                if text.is_empty() {
                    assert_eq!(want.str("ecdsa_curve"), Some("P224"));
                    assert_eq!(made.str("public_key_openssh"), Some(""));
                    continue;
                }
                let key = Key::parse(text).unwrap_or_else(|e| panic!("{want:?} {form}: {e}"));
                let again = with_public(Object::new(), &key, "me@here").expect("public");
                for (name, value) in &again.0 {
                    assert_eq!(made.get(name), Some(value), "{want:?} {form} {name}");
                }
                assert_eq!(key.algorithm(), want.str("algorithm").expect("algorithm"));
            }
        }
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_quoted() {
        for text in ["", "secret", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"] {
            let error = Key::parse(text).err().expect("an error").to_string();
            assert!(!error.contains("secret") && !error.contains("c2Vj"), "{error}");
        }
    }
}
