//! `uuid` and `uuidv5`, with the spellings of a namespace that the language takes.

use uuid::Uuid;

use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, param, unknown};
use crate::value::{Type, Value};

const STRING: Outcome = Outcome::Of(Accepts::String);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("uuid", &[], STRING, |a| {
        Ok(if a.cx.scope.surroundings().applying { Uuid::new_v4().to_string().into() } else { unknown(Type::String) })
    }),
    Function::new("uuidv5", &[param("namespace", Accepts::String), param("name", Accepts::String)], STRING, uuidv5),
];

fn uuidv5(a: &Args<'_>) -> Answer {
    let namespace = match a.str(0)? {
        "dns" => Uuid::NAMESPACE_DNS,
        "url" => Uuid::NAMESPACE_URL,
        "oid" => Uuid::NAMESPACE_OID,
        "x500" => Uuid::NAMESPACE_X500,
        other => parse(other).map_err(|why| {
            FunctionError::new(format!("uuidv5() doesn't support namespace {other} ({why})")).revealing()
        })?,
    };
    Ok(Value::from(Uuid::new_v5(&namespace, a.str(1)?.as_bytes()).to_string()))
}

/// Bytes of a UUID with its dashes.
const DASHED: usize = 36;

/// Reads a UUID: with dashes, also as a URN or between any two brackets; or as digits alone.
fn parse(written: &str) -> Result<Uuid, String> {
    let bytes = written.as_bytes();
    let malformed = || "invalid UUID format".to_owned();
    let digits = match bytes.len() {
        32 => bytes.to_vec(),
        DASHED => dashed(bytes).ok_or_else(malformed)?,
        // What closes a bracket is not looked at.
        38 => bytes.get(1..=DASHED).and_then(dashed).ok_or_else(malformed)?,
        45 => {
            let (prefix, rest) = bytes.split_at(9);
            if !prefix.eq_ignore_ascii_case(b"urn:uuid:") {
                return Err(format!("invalid urn prefix: {:?}", String::from_utf8_lossy(prefix)));
            }
            dashed(rest).ok_or_else(malformed)?
        }
        length => return Err(format!("invalid UUID length: {length}")),
    };
    let mut parsed = [0; 16];
    hex::decode_to_slice(digits, &mut parsed).map_err(|_| malformed())?;
    Ok(Uuid::from_bytes(parsed))
}

/// The digits of a UUID whose dashes stand where they must.
fn dashed(bytes: &[u8]) -> Option<Vec<u8>> {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    DASHES
        .iter()
        .all(|at| bytes.get(*at) == Some(&b'-'))
        .then(|| bytes.iter().enumerate().filter(|(at, _)| !DASHES.contains(at)).map(|(_, byte)| *byte).collect())
}
