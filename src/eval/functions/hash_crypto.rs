//! Digests.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::{Accepts, Function, Outcome, param};

const STRING: Outcome = Outcome::Of(Accepts::String);
const TEXT: &[super::Param] = &[param("str", Accepts::String)];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base64sha256", TEXT, STRING, |a| Ok(base64sha256(a.str(0)?.as_bytes()).into())),
    Function::new("base64sha512", TEXT, STRING, |a| Ok(base64sha512(a.str(0)?.as_bytes()).into())),
    Function::new("md5", TEXT, STRING, |a| Ok(md5(a.str(0)?.as_bytes()).into())),
    Function::new("sha1", TEXT, STRING, |a| Ok(sha1(a.str(0)?.as_bytes()).into())),
    Function::new("sha256", TEXT, STRING, |a| Ok(sha256(a.str(0)?.as_bytes()).into())),
    Function::new("sha512", TEXT, STRING, |a| Ok(sha512(a.str(0)?.as_bytes()).into())),
];

pub(super) fn md5(bytes: &[u8]) -> String {
    hex::encode(Md5::digest(bytes))
}

pub(super) fn sha1(bytes: &[u8]) -> String {
    hex::encode(Sha1::digest(bytes))
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

pub(super) fn sha512(bytes: &[u8]) -> String {
    hex::encode(Sha512::digest(bytes))
}

pub(super) fn base64sha256(bytes: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(bytes))
}

pub(super) fn base64sha512(bytes: &[u8]) -> String {
    STANDARD.encode(Sha512::digest(bytes))
}
