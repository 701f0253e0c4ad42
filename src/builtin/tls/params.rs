//! What certificates and requests for them are made of.

use rand::Rng;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod,
    KeyPair, KeyUsagePurpose, SanType, SerialNumber,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use sha1::{Digest, Sha1};
use x509_parser::time::ASN1Time;

use super::key::Key;
use crate::builtin::{Machine, validate};
use crate::eval::functions::Moment;
use crate::provider::{Error, Found, Object, PlannedChange, Result};
use crate::schema::{Attribute, Block, Schema, boolean, list_block, list_of, number, string};
use crate::value::{Type, Value};

const KEY_USES: [(&str, KeyUsagePurpose); 9] = [
    ("digital_signature", KeyUsagePurpose::DigitalSignature),
    ("content_commitment", KeyUsagePurpose::ContentCommitment),
    ("key_encipherment", KeyUsagePurpose::KeyEncipherment),
    ("data_encipherment", KeyUsagePurpose::DataEncipherment),
    ("key_agreement", KeyUsagePurpose::KeyAgreement),
    ("cert_signing", KeyUsagePurpose::KeyCertSign),
    ("crl_signing", KeyUsagePurpose::CrlSign),
    ("encipher_only", KeyUsagePurpose::EncipherOnly),
    ("decipher_only", KeyUsagePurpose::DecipherOnly),
];

/// Further uses, by the numbers of the standards.
const EXTENDED_USES: [(&str, &[u64]); 14] = [
    ("any_extended", &[2, 5, 29, 37, 0]),
    ("server_auth", &[1, 3, 6, 1, 5, 5, 7, 3, 1]),
    ("client_auth", &[1, 3, 6, 1, 5, 5, 7, 3, 2]),
    ("code_signing", &[1, 3, 6, 1, 5, 5, 7, 3, 3]),
    ("email_protection", &[1, 3, 6, 1, 5, 5, 7, 3, 4]),
    ("ipsec_end_system", &[1, 3, 6, 1, 5, 5, 7, 3, 5]),
    ("ipsec_tunnel", &[1, 3, 6, 1, 5, 5, 7, 3, 6]),
    ("ipsec_user", &[1, 3, 6, 1, 5, 5, 7, 3, 7]),
    ("timestamping", &[1, 3, 6, 1, 5, 5, 7, 3, 8]),
    ("ocsp_signing", &[1, 3, 6, 1, 5, 5, 7, 3, 9]),
    ("microsoft_server_gated_crypto", &[1, 3, 6, 1, 4, 1, 311, 10, 3, 3]),
    ("netscape_server_gated_crypto", &[2, 16, 840, 1, 113730, 4, 1]),
    ("microsoft_commercial_code_signing", &[1, 3, 6, 1, 4, 1, 311, 2, 1, 22]),
    ("microsoft_kernel_code_signing", &[1, 3, 6, 1, 4, 1, 311, 61, 1, 1]),
];

/// Parts of the subject with their numbers, in the order of the name.
const SUBJECT: [(&str, &[u64]); 8] = [
    ("country", &[2, 5, 4, 6]),
    ("organization", &[2, 5, 4, 10]),
    ("organizational_unit", &[2, 5, 4, 11]),
    ("locality", &[2, 5, 4, 7]),
    ("province", &[2, 5, 4, 8]),
    ("postal_code", &[2, 5, 4, 17]),
    ("common_name", &[2, 5, 4, 3]),
    ("serial_number", &[2, 5, 4, 5]),
];

const STREET: &[u64] = &[2, 5, 4, 9];
const SECONDS_OF_AN_HOUR: i64 = 60 * 60;

/// Whom a certificate is for.
pub fn with_subject(schema: Schema) -> Schema {
    let names = || list_of(Type::String).optional().force_new();
    let block = Block::new().attr("street_address", names());
    let block = SUBJECT.iter().fold(block, |block, (name, _)| block.attr(name, string().optional().force_new()));
    schema
        .attr("dns_names", names())
        .attr("ip_addresses", names())
        .attr("uris", names())
        .block("subject", list_block(block).max(1).force_new())
}

/// What a certificate is good for, and how long.
pub fn with_validity(schema: Schema) -> Schema {
    let flag = || boolean().optional().computed().default(false).force_new();
    let text = || string().computed();
    schema
        .attr("allowed_uses", list_of(Type::String).required().force_new().check(known_uses))
        .attr("cert_pem", text())
        .attr("early_renewal_hours", number().optional().computed().default(0).check(validate::whole))
        .attr("id", text())
        .attr("is_ca_certificate", flag())
        .attr("max_path_length", number().optional().force_new().check(validate::whole))
        .attr("ready_for_renewal", boolean().computed())
        .attr("set_subject_key_id", flag())
        .attr("validity_end_time", text())
        .attr("validity_period_hours", number().required().force_new().check(validate::whole))
        .attr("validity_start_time", text())
}

/// A key in PEM that only its owner may see.
pub fn private_key() -> Attribute {
    string().required().force_new().sensitive()
}

fn known_uses(value: &Value) -> std::result::Result<(), String> {
    let known = |name: &str| KEY_USES.iter().any(|(n, _)| *n == name) || EXTENDED_USES.iter().any(|(n, _)| *n == name);
    let uses = value.as_slice().unwrap_or_default().iter().filter_map(Value::as_str);
    let unknown: Vec<String> = uses.filter(|name| !known(name)).map(|name| format!("\"{name}\"")).collect();
    match unknown.is_empty() {
        true => Ok(()),
        false => Err(format!("No use of a certificate is called {}.", unknown.join(", "))),
    }
}

/// The key in the form that signs. Not every curve can.
pub fn signer(key: &Key) -> Result<KeyPair> {
    let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.pkcs8()?));
    KeyPair::try_from(&der).map_err(|_| {
        Error::other("kiban cannot sign with this key")
            .hint("RSA keys of 2048 bits and more, P256, P384 and ED25519 can.")
    })
}

/// Names of the subject.
pub fn named(want: &Object) -> Result<CertificateParams> {
    let invalid = |what: &str| Error::other(format!("\"{what}\" cannot stand in a certificate"));
    let mut params = CertificateParams::default();
    let mut name = DistinguishedName::new();
    if let Some(subject) = want.object("subject") {
        for (part, oid) in SUBJECT {
            if let Some(text) = subject.string(part) {
                name.push(DnType::from_oid(oid), text);
            }
        }
        for street in subject.strings("street_address") {
            name.push(DnType::from_oid(STREET), street);
        }
    }
    params.distinguished_name = name;
    for text in want.strings("dns_names") {
        params.subject_alt_names.push(SanType::DnsName(text.as_str().try_into().map_err(|_| invalid(&text))?));
    }
    for text in want.strings("ip_addresses") {
        params.subject_alt_names.push(SanType::IpAddress(text.parse().map_err(|_| invalid(&text))?));
    }
    for text in want.strings("uris") {
        params.subject_alt_names.push(SanType::URI(text.as_str().try_into().map_err(|_| invalid(&text))?));
    }
    Ok(params)
}

/// Sets what a certificate is good for, and tells the attributes that follow.
pub fn grant(machine: &Machine, params: &mut CertificateParams, want: &Object, public: &[u8]) -> Result<Object> {
    let beyond = || Error::other("the certificate would be valid beyond all years that can be written");
    let hours = want.i64("validity_period_hours").unwrap_or(0);
    let start = seconds(&(machine.now)()).ok_or_else(beyond)?;
    let end = hours.checked_mul(SECONDS_OF_AN_HOUR).and_then(|s| start.checked_add(s)).ok_or_else(beyond)?;
    let time = |seconds: i64| ASN1Time::from_timestamp(seconds).map_err(|_| beyond());
    params.not_before = time(start)?.to_datetime();
    params.not_after = time(end)?.to_datetime();
    let mut serial = [0; 16];
    machine.randomness.generator()?.fill_bytes(&mut serial);
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.key_identifier_method = KeyIdMethod::PreSpecified(Sha1::digest(public).to_vec());
    let length = want.i64("max_path_length").and_then(|n| u8::try_from(n).ok());
    params.is_ca = match (want.bool("is_ca_certificate"), length) {
        (Some(true), Some(length)) => IsCa::Ca(BasicConstraints::Constrained(length)),
        (Some(true), None) => IsCa::Ca(BasicConstraints::Unconstrained),
        _ => IsCa::ExplicitNoCa,
    };
    let uses = want.strings("allowed_uses");
    let asked = |name: &str| uses.iter().any(|u| u == name);
    params.key_usages = KEY_USES.into_iter().filter(|(name, _)| asked(name)).map(|(_, purpose)| purpose).collect();
    let extended = EXTENDED_USES.iter().filter(|(name, _)| asked(name));
    params.extended_key_usages = extended.map(|(_, oid)| ExtendedKeyUsagePurpose::Other(oid.to_vec())).collect();
    let text = |seconds: i64| {
        let time = jiff::Timestamp::from_second(seconds).map_err(|_| beyond())?;
        Ok::<_, Error>(time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
    };
    Ok(Object::new()
        .with("id", dashu_int::UBig::from_be_bytes(&serial).to_string())
        .with("ready_for_renewal", false)
        .with("validity_start_time", text(start)?)
        .with("validity_end_time", text(end)?))
}

fn seconds(text: &str) -> Option<i64> {
    let time: jiff::Timestamp = Moment::parse(text).ok().and_then(|_| text.parse().ok())?;
    Some(time.as_second())
}

/// A certificate that ends soon is ready to be renewed.
pub fn look(machine: &Machine, prior: &Object) -> Found {
    let early = prior.i64("early_renewal_hours").unwrap_or(0).saturating_mul(SECONDS_OF_AN_HOUR);
    let end = prior.str("validity_end_time").and_then(seconds);
    let due = end.zip(seconds(&(machine.now)())).is_some_and(|(end, now)| now >= end.saturating_sub(early));
    let object = prior.clone();
    Found::Object(if due { object.with("ready_for_renewal", true) } else { object })
}

/// What is ready to be renewed is replaced.
pub fn plan(change: &mut PlannedChange) {
    if change.is_create() {
        change.predict("ready_for_renewal", false);
    } else if change.prior.as_ref().and_then(|p| p.bool("ready_for_renewal")) == Some(true) {
        change.set_unknown("ready_for_renewal");
        change.force_new("ready_for_renewal");
    }
}
