//! Keys in the forms of OpenSSH: the line of `authorized_keys`, and the file of the private key.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use md5::Md5;
use rsa::pkcs1::{RsaPrivateKeyRef, UintRef};
use rsa::pkcs8::der::{Decode, Encode};
use sha2::{Digest, Sha256};

use super::curve::CURVES;
use super::key::Key;

const MAGIC: &[u8] = b"openssh-key-v1\0";
const ED25519: &str = "ssh-ed25519";
const RSA: &str = "ssh-rsa";
const ECDSA: &str = "ecdsa-sha2-";

/// Blocks that the private part is filled up to.
const BLOCK: usize = 8;

/// A public key that OpenSSH knows.
pub struct SshPublic {
    kind: String,
    blob: Vec<u8>,
}

impl SshPublic {
    /// `None` where OpenSSH has no name for such keys.
    pub fn of(key: &Key) -> Option<Self> {
        let (kind, fields) = public_fields(key)?;
        let mut blob = Vec::new();
        string(&mut blob, kind.as_bytes());
        fields.iter().for_each(|field| string(&mut blob, field));
        Some(Self { kind, blob })
    }

    pub fn line(&self, comment: &str) -> String {
        let comment = if comment.is_empty() { String::new() } else { format!(" {comment}") };
        format!("{} {}{comment}\n", self.kind, STANDARD.encode(&self.blob))
    }

    pub fn md5(&self) -> String {
        let pairs: Vec<String> = Md5::digest(&self.blob).iter().map(|byte| format!("{byte:02x}")).collect();
        pairs.join(":")
    }

    pub fn sha256(&self) -> String {
        format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(&self.blob)))
    }
}

/// The private key as a file; `check` is any number. `None` where OpenSSH has no name for such keys.
pub fn private(key: &Key, check: u32, comment: &str) -> Option<String> {
    let public = SshPublic::of(key)?;
    let mut inner = [check.to_be_bytes(), check.to_be_bytes()].concat();
    string(&mut inner, public.kind.as_bytes());
    private_fields(key)?.iter().for_each(|field| string(&mut inner, field));
    string(&mut inner, comment.as_bytes());
    inner.extend((1..).take((BLOCK - inner.len() % BLOCK) % BLOCK));
    let mut file = MAGIC.to_vec();
    // No cipher, no derivation of a key from a passphrase, one key.
    string(&mut file, b"none");
    string(&mut file, b"none");
    string(&mut file, b"");
    file.extend(1_u32.to_be_bytes());
    string(&mut file, &public.blob);
    string(&mut file, &inner);
    // Lines of 70 characters, as the programs of OpenSSH write them.
    let text: Vec<u8> = STANDARD.encode(&file).into_bytes();
    let lines: Vec<String> = text.chunks(70).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    Some(format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n", lines.join("\n")))
}

fn public_fields(key: &Key) -> Option<(String, Vec<Vec<u8>>)> {
    Some(match key {
        Key::Rsa(der) => {
            let key = RsaPrivateKeyRef::from_der(der).ok()?;
            (RSA.to_owned(), vec![integer(key.public_exponent.as_bytes()), integer(key.modulus.as_bytes())])
        }
        Key::Ec { curve, secret } => {
            let name = curve.ssh?;
            (format!("{ECDSA}{name}"), vec![name.as_bytes().to_vec(), curve.public(secret)?])
        }
        Key::Ed25519(_) => (ED25519.to_owned(), vec![key.public().ok()?]),
    })
}

fn private_fields(key: &Key) -> Option<Vec<Vec<u8>>> {
    Some(match key {
        Key::Rsa(der) => {
            let key = RsaPrivateKeyRef::from_der(der).ok()?;
            let numbers =
                [key.modulus, key.public_exponent, key.private_exponent, key.coefficient, key.prime1, key.prime2];
            numbers.iter().map(|n| integer(n.as_bytes())).collect()
        }
        Key::Ec { curve, secret } => {
            vec![curve.ssh?.as_bytes().to_vec(), curve.public(secret)?, integer(secret)]
        }
        Key::Ed25519(seed) => {
            let public = key.public().ok()?;
            vec![public.clone(), [seed.as_slice(), &public].concat()]
        }
    })
}

/// Reads a private key that is not encrypted.
pub fn parse(file: &[u8]) -> Option<Key> {
    let mut rest = file.strip_prefix(MAGIC)?;
    if take(&mut rest)? != b"none" || take(&mut rest)? != b"none" {
        return None;
    }
    take(&mut rest)?;
    rest = rest.strip_prefix(&1_u32.to_be_bytes())?;
    take(&mut rest)?;
    let mut inner = take(&mut rest)?;
    inner = inner.get(8..)?;
    let kind = take(&mut inner)?;
    match std::str::from_utf8(kind).ok()? {
        RSA => {
            let mut number = || take(&mut inner).map(<[u8]>::to_vec);
            let (n, e, d, q_inverse, p, q) = (number()?, number()?, number()?, number()?, number()?, number()?);
            rsa(&n, &e, &d, &q_inverse, &p, &q)
        }
        ED25519 => {
            take(&mut inner)?;
            let seed = take(&mut inner)?.get(..32)?;
            Some(Key::Ed25519(seed.try_into().ok()?))
        }
        kind => {
            let name = kind.strip_prefix(ECDSA)?;
            let curve = CURVES.iter().find(|c| c.ssh == Some(name))?;
            take(&mut inner)?;
            take(&mut inner)?;
            let number = take(&mut inner)?;
            let number = number.get(number.len().saturating_sub(curve.size())..)?;
            let mut secret = vec![0; curve.size() - number.len()];
            secret.extend(number);
            curve.public(&secret)?;
            Some(Key::Ec { curve, secret })
        }
    }
}

fn rsa(n: &[u8], e: &[u8], d: &[u8], q_inverse: &[u8], p: &[u8], q: &[u8]) -> Option<Key> {
    use dashu_int::UBig;
    let one = UBig::from(1_u8);
    let rest = |prime: &[u8]| {
        let prime = UBig::from_be_bytes(prime);
        (prime > one).then(|| (UBig::from_be_bytes(d) % (prime - &one)).to_be_bytes())
    };
    let (exponent1, exponent2) = (rest(p)?, rest(q)?);
    let number = |bytes| UintRef::new(bytes).ok();
    let key = RsaPrivateKeyRef {
        modulus: number(n)?,
        public_exponent: number(e)?,
        private_exponent: number(d)?,
        prime1: number(p)?,
        prime2: number(q)?,
        exponent1: number(&exponent1)?,
        exponent2: number(&exponent2)?,
        coefficient: number(q_inverse)?,
        other_prime_infos: None,
    };
    Some(Key::Rsa(key.to_der().ok()?))
}

fn string(out: &mut Vec<u8>, content: &[u8]) {
    out.extend(u32::try_from(content.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend(content);
}

fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, tail) = rest.split_first_chunk::<4>()?;
    let (content, tail) = tail.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    *rest = tail;
    Some(content)
}

/// A positive number: without zeros in front, but for one where the first bit is set.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|b| *b != 0).unwrap_or(bytes.len());
    let digits = bytes.get(start..).unwrap_or_default();
    let sign = digits.first().is_some_and(|b| b & 0x80 != 0);
    [if sign { [0].as_slice() } else { &[] }, digits].concat()
}
