//! Certificates as they are told of: names, times, fingerprints.

use jiff::Timestamp;
use sha1::{Digest, Sha1};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use super::key::pem_of;
use crate::provider::{Error, Object, Result};
use crate::value::Type;

/// The attributes of one certificate.
pub fn object_type() -> Type {
    let texts = [
        "cert_pem",
        "issuer",
        "not_after",
        "not_before",
        "public_key_algorithm",
        "serial_number",
        "sha1_fingerprint",
        "signature_algorithm",
        "subject",
    ];
    let attributes = texts.map(|name| (name, Type::String)).into_iter();
    Type::object(attributes.chain([
        ("is_ca", Type::Bool),
        ("max_path_length", Type::Number),
        ("version", Type::Number),
    ]))
}

/// What there is to tell of a certificate in DER.
pub fn describe(der: &[u8]) -> Result<Object> {
    let unreadable = || Error::other("failed to parse the certificate content");
    let (_, certificate) = X509Certificate::from_der(der).map_err(|_| unreadable())?;
    let time = |seconds: i64| {
        let time = Timestamp::from_second(seconds).map_err(|_| unreadable())?;
        Ok::<_, Error>(time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
    };
    let constraints = certificate.basic_constraints().ok().flatten().map(|c| c.value);
    let length = constraints.map(|c| c.path_len_constraint.map_or(-1, i64::from));
    let serial = dashu_int::UBig::from_be_bytes(certificate.raw_serial());
    let validity = certificate.validity();
    Ok(Object::new()
        .with("cert_pem", pem_of("CERTIFICATE", der))
        .with("is_ca", certificate.is_ca())
        .with("issuer", name(certificate.issuer()))
        .with("max_path_length", length.unwrap_or(0))
        .with("not_after", time(validity.not_after.timestamp())?)
        .with("not_before", time(validity.not_before.timestamp())?)
        .with("public_key_algorithm", public_key(&certificate.public_key().algorithm.algorithm.to_id_string()))
        .with("serial_number", serial.to_string())
        .with("sha1_fingerprint", hex::encode(Sha1::digest(der)))
        .with("signature_algorithm", signature(&certificate.signature_algorithm.algorithm.to_id_string()))
        .with("subject", name(certificate.subject()))
        .with("version", i64::from(certificate.version().0) + 1))
}

/// The certificates of a text in PEM, in their order.
pub fn parse(text: &str) -> Result<Vec<Vec<u8>>> {
    let blocks = pem::parse_many(text).map_err(|_| Error::other("failed to decode PEM content"))?;
    let wrong = blocks.iter().find(|block| block.tag() != "CERTIFICATE");
    match (wrong, blocks.is_empty()) {
        (Some(_), _) => Err(Error::other("the PEM content holds something that is no certificate")),
        (None, true) => Err(Error::other("failed to decode PEM content")),
        (None, false) => Ok(blocks.into_iter().map(pem::Pem::into_contents).collect()),
    }
}

fn public_key(oid: &str) -> &'static str {
    match oid {
        "1.2.840.113549.1.1.1" => "RSA",
        "1.2.840.10040.4.1" => "DSA",
        "1.2.840.10045.2.1" => "ECDSA",
        "1.3.101.112" => "Ed25519",
        _ => "0",
    }
}

fn signature(oid: &str) -> &'static str {
    match oid {
        "1.2.840.113549.1.1.2" => "MD2-RSA",
        "1.2.840.113549.1.1.4" => "MD5-RSA",
        "1.2.840.113549.1.1.5" => "SHA1-RSA",
        "1.2.840.113549.1.1.10" => "SHA256-RSAPSS",
        "1.2.840.113549.1.1.11" => "SHA256-RSA",
        "1.2.840.113549.1.1.12" => "SHA384-RSA",
        "1.2.840.113549.1.1.13" => "SHA512-RSA",
        "1.2.840.10040.4.3" => "DSA-SHA1",
        "2.16.840.1.101.3.4.3.2" => "DSA-SHA256",
        "1.2.840.10045.4.1" => "ECDSA-SHA1",
        "1.2.840.10045.4.3.2" => "ECDSA-SHA256",
        "1.2.840.10045.4.3.3" => "ECDSA-SHA384",
        "1.2.840.10045.4.3.4" => "ECDSA-SHA512",
        "1.3.101.112" => "Ed25519",
        _ => "0",
    }
}

/// Parts of a name that have a word of their own, in the order in which they are written.
const PARTS: [(&str, &str); 9] = [
    ("2.5.4.5", "SERIALNUMBER"),
    ("2.5.4.3", "CN"),
    ("2.5.4.17", "POSTALCODE"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.8", "ST"),
    ("2.5.4.7", "L"),
    ("2.5.4.11", "OU"),
    ("2.5.4.10", "O"),
    ("2.5.4.6", "C"),
];

/// A distinguished name as text: what has a word first, the rest behind it with its number.
fn name(name: &X509Name<'_>) -> String {
    let attributes = || name.iter().flat_map(|rdn| rdn.iter());
    let mut parts = Vec::new();
    for (oid, word) in PARTS {
        // Several values of one kind are one part; of those that may stand only once the last counts.
        let values = attributes().filter(|a| a.attr_type().to_id_string() == oid);
        let mut values: Vec<String> =
            values.map(|a| format!("{word}={}", escaped(a.as_str().unwrap_or_default()))).collect();
        if matches!(word, "SERIALNUMBER" | "CN") {
            values = values.pop().into_iter().collect();
        }
        if !values.is_empty() {
            parts.push(values.join("+"));
        }
    }
    let others: Vec<_> =
        attributes().filter(|a| !PARTS.iter().any(|(oid, _)| a.attr_type().to_id_string() == *oid)).collect();
    for attribute in others.iter().rev() {
        let value = attribute.as_slice();
        let tag = u8::try_from(attribute.attr_value().tag().0).unwrap_or_default();
        // Names are short: their length is one byte.
        let length = u8::try_from(value.len()).ok().filter(|n| *n < 0x80).unwrap_or_default();
        let der = [[tag, length].as_slice(), value].concat();
        parts.push(format!("{}=#{}", attribute.attr_type().to_id_string(), hex::encode(der)));
    }
    parts.join(",")
}

/// The text with what means something in a name taken for itself.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let last = text.chars().count().saturating_sub(1);
    for (i, c) in text.chars().enumerate() {
        let special = matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';')
            || (c == ' ' && (i == 0 || i == last))
            || (c == '#' && i == 0);
        if special {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_a_name_is_escaped() {
        for (text, expect) in
            [("a, b", "a\\, b"), (" x ", "\\ x\\ "), ("#1#", "\\#1#"), ("plain", "plain"), (" ", "\\ ")]
        {
            assert_eq!(escaped(text), expect);
        }
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        assert!(parse("").is_err());
        assert!(parse("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").is_err());
        assert!(describe(&[0x30, 0x82]).is_err());
    }
}
