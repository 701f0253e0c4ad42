//! `random_password`: secret text, with a hash that logins can be checked against.

use rand::Rng;

use super::characters;
use crate::builtin::{Machine, Randomness};
use crate::provider::{Error, Found, Object, PlannedChange, Result, StateOnly};
use crate::schema::{Schema, string};
use crate::value::Value;

/// Rounds of the hash, as a power of two.
const COST: u32 = 10;

/// More of a password does not count in the hash.
const HASHED_BYTES: usize = 72;

pub struct RandomPassword;

impl StateOnly for RandomPassword {
    type Client = Machine;
    const NAME: &'static str = "random_password";

    fn schema() -> Schema {
        characters::schema(3)
            .attr("bcrypt_hash", string().computed().sensitive())
            .attr("result", string().computed().sensitive())
    }

    fn customize_plan(change: &mut PlannedChange) {
        characters::plan(change);
    }

    async fn create(machine: &Machine, want: &Object) -> Result<Object> {
        let text = characters::text(&mut machine.randomness.generator()?, want)?;
        Ok(Object::new().with("bcrypt_hash", hash(&machine.randomness, &text)?).with("id", "none").with("result", text))
    }

    fn look(machine: &Machine, prior: &Object) -> Found {
        let mut object = characters::completed(prior);
        if !object.has("bcrypt_hash")
            && let Ok(hash) = hash(&machine.randomness, object.str("result").unwrap_or_default())
        {
            object.set("bcrypt_hash", hash);
        }
        Found::Object(object)
    }

    fn import(machine: &Machine, text: &str) -> Result<Object> {
        let object = characters::imported(text).with("bcrypt_hash", hash(&machine.randomness, text)?);
        Ok(object.with("id", "none"))
    }
}

fn hash(randomness: &Randomness, password: &str) -> Result<Value> {
    let mut salt = [0; 16];
    randomness.generator()?.fill_bytes(&mut salt);
    let bytes = password.as_bytes();
    let bytes = bytes.get(..HASHED_BYTES).unwrap_or(bytes);
    let hashed = bcrypt::hash_with_salt(bytes, COST, salt);
    let hashed = hashed.map_err(|_| Error::other("the password cannot be hashed"))?;
    Ok(hashed.format_for_version(bcrypt::Version::TwoA).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_hash_belongs_to_the_password() {
        for length in [1, 16, 72, 100] {
            let want = Object::new().with("length", length);
            let made = RandomPassword::create(&Machine::fixed(), &want).await.expect("made");
            let (password, hash) = (made.str("result").expect("result"), made.str("bcrypt_hash").expect("hash"));
            assert!(hash.starts_with("$2a$10$"));
            let hashed = password.get(..72).unwrap_or(password);
            assert!(bcrypt::verify(hashed, hash).expect("a hash"));
            assert_eq!(made.str("id"), Some("none"));
        }
    }
}
