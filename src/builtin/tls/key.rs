//! Private keys: made, read, and written in the forms that programs ask for.

use rand::Rng;
use rand::rngs::StdRng;
use ring::signature::KeyPair;
use rsa::pkcs1::{self, EncodeRsaPrivateKey};
use rsa::pkcs8::PrivateKeyInfoRef;
use rsa::pkcs8::der::asn1::{BitStringRef, ObjectIdentifier, OctetStringRef};
use rsa::pkcs8::der::{Decode, Encode};
use rsa::pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use sec1::{EcParameters, EcPrivateKey};

use super::curve::{CURVES, Curve};
use crate::provider::{Error, Result};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// Sizes of RSA keys that are made: less is unsafe, more takes longer than anybody waits.
pub const RSA_BITS: std::ops::RangeInclusive<i64> = 1024..=16384;

/// A private key. Its content shows in no message.
pub enum Key {
    /// In the form of PKCS #1.
    Rsa(Vec<u8>),
    Ec {
        curve: &'static Curve,
        secret: Vec<u8>,
    },
    Ed25519([u8; 32]),
}

/// A key that is not what it should be; says nothing of its content.
fn unreadable(what: &str) -> Error {
    Error::other(format!("the private key cannot be read: {what}"))
}

fn unwritable<T>(_: T) -> Error {
    Error::other("the key cannot be written in this form")
}

impl Key {
    pub fn rsa(generator: &mut StdRng, bits: usize) -> Result<Self> {
        let key = rsa::PrivateKey::new(generator, bits)
            .map_err(|e| Error::other(format!("no RSA key of {bits} bits: {e}")))?;
        Ok(Self::Rsa(key.to_pkcs1_der().map_err(unwritable)?.as_bytes().to_vec()))
    }

    pub fn ec(generator: &mut StdRng, curve: &'static Curve) -> Self {
        Self::Ec { curve, secret: curve.generate(generator) }
    }

    pub fn ed25519(generator: &mut StdRng) -> Self {
        let mut seed = [0; 32];
        generator.fill_bytes(&mut seed);
        Self::Ed25519(seed)
    }

    /// Reads PEM: `RSA PRIVATE KEY`, `EC PRIVATE KEY` or `PRIVATE KEY`.
    pub fn parse(text: &str) -> Result<Self> {
        let block = pem::parse(text).map_err(|_| unreadable("it is not PEM"))?;
        match block.tag() {
            "RSA PRIVATE KEY" => Self::from_pkcs1(block.contents()),
            "EC PRIVATE KEY" => Self::from_sec1(block.contents(), None),
            "PRIVATE KEY" => Self::from_pkcs8(block.contents()),
            "OPENSSH PRIVATE KEY" => {
                super::openssh::parse(block.contents()).ok_or_else(|| unreadable("it is malformed or encrypted"))
            }
            _ => Err(unreadable("it must be RSA PRIVATE KEY, EC PRIVATE KEY, PRIVATE KEY or OPENSSH PRIVATE KEY")),
        }
    }

    fn from_pkcs1(der: &[u8]) -> Result<Self> {
        pkcs1::RsaPrivateKeyRef::from_der(der).map_err(|_| unreadable("it is no RSA key"))?;
        Ok(Self::Rsa(der.to_vec()))
    }

    fn from_sec1(der: &[u8], curve: Option<ObjectIdentifier>) -> Result<Self> {
        let key = EcPrivateKey::from_der(der).map_err(|_| unreadable("it is no EC key"))?;
        let named = curve.or_else(|| key.parameters.and_then(EcParameters::named_curve));
        let curve = CURVES.iter().find(|c| Some(c.oid) == named).ok_or_else(|| unreadable("its curve is not known"))?;
        curve.public(key.private_key).ok_or_else(|| unreadable("it is not on its curve"))?;
        Ok(Self::Ec { curve, secret: key.private_key.to_vec() })
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self> {
        let info = PrivateKeyInfoRef::from_der(der).map_err(|_| unreadable("it is not PKCS #8"))?;
        let content = info.private_key.as_bytes();
        match info.algorithm.oid {
            RSA => Self::from_pkcs1(content),
            EC => Self::from_sec1(content, info.algorithm.parameters_oid().ok()),
            ED25519 => {
                let seed = <&OctetStringRef>::from_der(content).ok().and_then(|s| s.as_bytes().try_into().ok());
                seed.map(Self::Ed25519).ok_or_else(|| unreadable("it is no Ed25519 key"))
            }
            _ => Err(unreadable("its algorithm is not known")),
        }
    }

    /// `RSA`, `ECDSA` or `ED25519`.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RSA",
            Self::Ec { .. } => "ECDSA",
            Self::Ed25519(_) => "ED25519",
        }
    }

    /// PEM in the form that the algorithm has of old.
    pub fn pem(&self) -> Result<String> {
        match self {
            Self::Rsa(der) => Ok(pem_of("RSA PRIVATE KEY", der)),
            Self::Ec { curve, .. } => Ok(pem_of("EC PRIVATE KEY", &self.sec1(Some(curve.oid))?)),
            Self::Ed25519(_) => self.pkcs8_pem(),
        }
    }

    pub fn pkcs8_pem(&self) -> Result<String> {
        Ok(pem_of("PRIVATE KEY", &self.pkcs8()?))
    }

    /// PKCS #8 in DER.
    pub fn pkcs8(&self) -> Result<Vec<u8>> {
        let content = match self {
            Self::Rsa(der) => der.clone(),
            Self::Ec { .. } => self.sec1(None)?,
            Self::Ed25519(seed) => OctetStringRef::new(seed).and_then(|s| s.to_der()).map_err(unwritable)?,
        };
        let content = OctetStringRef::new(&content).map_err(unwritable)?;
        PrivateKeyInfoRef::new(self.identifier(), content).to_der().map_err(unwritable)
    }

    fn sec1(&self, named: Option<ObjectIdentifier>) -> Result<Vec<u8>> {
        let Self::Ec { curve, secret } = self else { return Err(unwritable(())) };
        let public = curve.public(secret).ok_or_else(|| unwritable(()))?;
        let parameters = named.map(EcParameters::NamedCurve);
        EcPrivateKey { private_key: secret, parameters, public_key: Some(&public) }.to_der().map_err(unwritable)
    }

    fn identifier(&self) -> AlgorithmIdentifierRef<'_> {
        let (oid, parameters) = match self {
            Self::Rsa(_) => (RSA, Some(rsa::pkcs8::der::asn1::Null.into())),
            Self::Ec { curve, .. } => (EC, Some((&curve.oid).into())),
            Self::Ed25519(_) => (ED25519, None),
        };
        AlgorithmIdentifierRef { oid, parameters }
    }

    /// The public key as its algorithm writes it: PKCS #1, a point, 32 bytes.
    pub fn public(&self) -> Result<Vec<u8>> {
        match self {
            Self::Rsa(der) => {
                let key = pkcs1::RsaPrivateKeyRef::from_der(der).map_err(unwritable)?;
                key.public_key().to_der().map_err(unwritable)
            }
            Self::Ec { curve, secret } => curve.public(secret).ok_or_else(|| unwritable(())),
            Self::Ed25519(seed) => {
                let pair = ring::signature::Ed25519KeyPair::from_seed_unchecked(seed).map_err(unwritable)?;
                Ok(pair.public_key().as_ref().to_vec())
            }
        }
    }

    /// The public key with its algorithm, in DER.
    pub fn public_der(&self) -> Result<Vec<u8>> {
        let key = self.public()?;
        let subject_public_key = BitStringRef::from_bytes(&key).map_err(unwritable)?;
        SubjectPublicKeyInfoRef { algorithm: self.identifier(), subject_public_key }.to_der().map_err(unwritable)
    }
}

/// PEM with lines of 64 characters.
pub fn pem_of(tag: &str, der: &[u8]) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new(tag, der), config)
}
