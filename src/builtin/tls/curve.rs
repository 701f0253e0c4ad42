//! The elliptic curves that keys may lie on.

use rand::Rng;
use rand::rngs::StdRng;
use rsa::pkcs8::der::asn1::ObjectIdentifier;

/// One curve.
pub struct Curve {
    pub name: &'static str,
    pub oid: ObjectIdentifier,
    /// Its name in OpenSSH, which does not know all of them.
    pub ssh: Option<&'static str>,
    /// Bytes of a secret, and the bits that its first byte may have.
    size: usize,
    first: u8,
    /// The point that belongs to a secret; `None` where it is none.
    point: fn(&[u8]) -> Option<Vec<u8>>,
}

/// The point of a secret, on the curve of a crate.
macro_rules! point {
    ($curve:ident) => {
        |secret| Some($curve::SecretKey::from_slice(secret).ok()?.public_key().to_sec1_bytes().to_vec())
    };
}

pub static CURVES: [Curve; 4] = [
    Curve {
        name: "P224",
        oid: ObjectIdentifier::new_unwrap("1.3.132.0.33"),
        ssh: None,
        size: 28,
        first: 0xff,
        point: point!(p224),
    },
    Curve {
        name: "P256",
        oid: ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"),
        ssh: Some("nistp256"),
        size: 32,
        first: 0xff,
        point: point!(p256),
    },
    Curve {
        name: "P384",
        oid: ObjectIdentifier::new_unwrap("1.3.132.0.34"),
        ssh: Some("nistp384"),
        size: 48,
        first: 0xff,
        point: point!(p384),
    },
    Curve {
        name: "P521",
        oid: ObjectIdentifier::new_unwrap("1.3.132.0.35"),
        ssh: Some("nistp521"),
        size: 66,
        first: 0x01,
        point: point!(p521),
    },
];

impl Curve {
    /// The uncompressed point of a secret.
    pub fn public(&self, secret: &[u8]) -> Option<Vec<u8>> {
        (secret.len() == self.size).then(|| (self.point)(secret)).flatten()
    }

    /// Bytes of a secret.
    pub fn size(&self) -> usize {
        self.size
    }

    /// A secret, each as likely as every other.
    pub fn generate(&self, generator: &mut StdRng) -> Vec<u8> {
        loop {
            let mut secret = vec![0; self.size];
            generator.fill_bytes(&mut secret);
            if let Some(first) = secret.first_mut() {
                *first &= self.first;
            }
            if self.public(&secret).is_some() {
                return secret;
            }
        }
    }
}
