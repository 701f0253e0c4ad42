//! `random_id`: bytes for names, in several spellings.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dashu_int::UBig;
use rand::Rng;

use super::{fixed, keepers, unexpected};
use crate::builtin::{Machine, validate};
use crate::provider::{Object, Result, StateOnly};
use crate::schema::{Schema, number, string};

/// What does not fit into a name any more.
const MOST_BYTES: i64 = 1 << 20;

pub struct RandomId;

impl StateOnly for RandomId {
    type Client = Machine;
    const NAME: &'static str = "random_id";

    fn schema() -> Schema {
        Schema::new(0)
            .attr("b64_std", string().computed())
            .attr("b64_url", string().computed())
            .attr("byte_length", fixed(number()).required().check(validate::at_least_one))
            .attr("dec", string().computed())
            .attr("hex", string().computed())
            .attr("id", string().computed())
            .attr("keepers", keepers())
            .attr("prefix", fixed(string()).optional())
    }

    async fn create(machine: &Machine, want: &Object) -> Result<Object> {
        let mut bytes = vec![0; want.i64("byte_length").unwrap_or(1).clamp(1, MOST_BYTES) as usize];
        machine.randomness.generator()?.fill_bytes(&mut bytes);
        Ok(spelled(want.str("prefix").unwrap_or_default(), &bytes))
    }

    fn import(_machine: &Machine, text: &str) -> Result<Object> {
        let (prefix, id) = text.rsplit_once(',').unwrap_or(("", text));
        let bytes = URL_SAFE_NO_PAD.decode(id);
        let bytes =
            bytes.map_err(|_| unexpected("the value in URL-safe base64, after PREFIX and a comma if it has one"))?;
        let object = spelled(prefix, &bytes).with("byte_length", bytes.len() as i64);
        Ok(if prefix.is_empty() { object } else { object.with("prefix", prefix) })
    }
}

fn spelled(prefix: &str, bytes: &[u8]) -> Object {
    let id = URL_SAFE_NO_PAD.encode(bytes);
    let prefixed = |text: &str| format!("{prefix}{text}");
    Object::new()
        .with("b64_std", prefixed(&STANDARD.encode(bytes)))
        .with("b64_url", prefixed(&id))
        .with("dec", prefixed(&UBig::from_be_bytes(bytes).to_string()))
        .with("hex", prefixed(&hex::encode(bytes)))
        .with("id", id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_agree_and_come_back_from_an_import() {
        let object = spelled("web-", &[0, 255, 254, 1]);
        assert_eq!(object.str("id"), Some("AP_-AQ"));
        assert_eq!(object.str("b64_url"), Some("web-AP_-AQ"));
        assert_eq!(object.str("b64_std"), Some("web-AP/+AQ=="));
        assert_eq!(object.str("hex"), Some("web-00fffe01"));
        assert_eq!(object.str("dec"), Some("web-16776705"));
        let imported = RandomId::import(&Machine::fixed(), "web-,AP_-AQ").expect("imports");
        assert_eq!(imported.str("hex"), object.str("hex"));
        assert_eq!(imported.i64("byte_length"), Some(4));
        assert!(RandomId::import(&Machine::fixed(), "a,not base64!").is_err());
    }
}
