//! Functions of passwords and keys: `bcrypt`, `rsadecrypt`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::{BoxedUint, Pkcs1v15Encrypt, PrivateKey};
use ssh_key::private::KeypairData;
use uuid::Uuid;

use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, param, unknown};
use crate::value::Type;

const STRING: Outcome = Outcome::Of(Accepts::String);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("bcrypt", &[param("str", Accepts::String)], STRING, hash).variadic(param("cost", Accepts::Number)),
    Function::new(
        "rsadecrypt",
        &[param("ciphertext", Accepts::String), param("privatekey", Accepts::String)],
        STRING,
        decrypt,
    ),
];

/// Cost where none is asked for, and where less is asked for than there can be.
const DEFAULT_COST: u32 = 10;

/// Each more doubles the time; this one takes about a second.
const MAX_COST: u32 = 14;

/// What the algorithm takes of a password.
const MAX_PASSWORD: usize = 72;

fn hash(a: &Args<'_>) -> Answer {
    let failed = |why: String| FunctionError::new(format!("error occured generating password {why}"));
    let cost = match a.rest(1) {
        [] => i64::from(DEFAULT_COST),
        [_] => a.int(1)?,
        _ => return Err(FunctionError::new("bcrypt() takes no more than two arguments")),
    };
    if cost > 31 {
        return Err(failed(format!("crypto/bcrypt: cost {cost} is outside allowed range (4,31)")));
    }
    let cost = u32::try_from(cost).ok().filter(|n| *n >= 4).unwrap_or(DEFAULT_COST);
    if cost > MAX_COST {
        let why = format!("a cost of more than {MAX_COST} takes too long");
        return Err(FunctionError::argument(1, why));
    }
    let password = a.str(0)?.as_bytes();
    if password.len() > MAX_PASSWORD {
        return Err(failed(format!("bcrypt: password length exceeds {MAX_PASSWORD} bytes")));
    }
    if !a.cx.scope.surroundings().applying {
        return Ok(unknown(Type::String));
    }
    let made = bcrypt::hash_with_salt(password, cost, Uuid::new_v4().into_bytes());
    let made = made.map_err(|e| failed(e.to_string()))?;
    Ok(made.format_for_version(bcrypt::Version::TwoA).into())
}

fn decrypt(a: &Args<'_>) -> Answer {
    let written = a.str(0)?;
    let ciphertext = STANDARD.decode(written.replace(['\r', '\n'], "").as_bytes()).map_err(|_| {
        let why = format!("failed to decode input \"{written}\": cipher text must be base64-encoded");
        FunctionError::argument(0, why).quoting(written)
    })?;
    let key = private_key(a.str(1)?)
        .map_err(|why| FunctionError::argument(1, format!("invalid private key: {why}")).revealing())?;
    let failed = || FunctionError::new("failed to decrypt: crypto/rsa: decryption error");
    let plain = key.decrypt(Pkcs1v15Encrypt, &ciphertext).map_err(|_| failed())?;
    match String::from_utf8(plain) {
        Ok(plain) => Ok(super::text(plain)),
        Err(_) => Err(FunctionError::new("the decrypted text is not valid UTF-8")),
    }
}

/// Reads a key in the form of PKCS #1, of PKCS #8 or of OpenSSH.
fn private_key(text: &str) -> Result<PrivateKey, String> {
    let block = pem::parse(text).map_err(|_| "ssh: no key found")?;
    let protected = || "ssh: this private key is passphrase protected".to_owned();
    if block.headers().get("Proc-Type").is_some_and(|v| v.contains("ENCRYPTED")) {
        return Err(protected());
    }
    let unreadable = |what: &str| format!("ssh: the {what} key cannot be read");
    match block.tag() {
        "RSA PRIVATE KEY" => PrivateKey::from_pkcs1_der(block.contents()).map_err(|_| unreadable("PKCS #1")),
        "PRIVATE KEY" => PrivateKey::from_pkcs8_der(block.contents()).map_err(|_| unreadable("PKCS #8")),
        "OPENSSH PRIVATE KEY" => {
            let key = ssh_key::PrivateKey::from_openssh(text).map_err(|_| unreadable("OpenSSH"))?;
            if key.is_encrypted() {
                return Err(protected());
            }
            let KeypairData::Rsa(pair) = key.key_data() else { return Err(not_rsa()) };
            let number = |n: &ssh_key::Mpint| n.as_positive_bytes().map(BoxedUint::from_be_slice_vartime);
            let parts = (number(&pair.private.p), number(&pair.private.q), number(&pair.public.e));
            let (Some(p), Some(q), Some(e)) = parts else { return Err(unreadable("OpenSSH")) };
            PrivateKey::from_p_q(p, q, e).map_err(|_| unreadable("OpenSSH"))
        }
        "EC PRIVATE KEY" | "DSA PRIVATE KEY" => Err(not_rsa()),
        other => Err(format!("ssh: unsupported key type \"{other}\"")),
    }
}

fn not_rsa() -> String {
    "an RSA key is required".into()
}
