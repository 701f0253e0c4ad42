//! Base64, CSV, URL and character encodings.

use std::collections::BTreeMap;
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, param, text};
use crate::addr::Name;
use crate::value::{Type, Value};

const STRING: Outcome = Outcome::Of(Accepts::String);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base64decode", &[param("str", Accepts::String)], STRING, |a| utf8(decode(a.str(0)?)?)),
    Function::new("base64encode", &[param("str", Accepts::String)], STRING, |a| {
        Ok(STANDARD.encode(a.str(0)?.as_bytes()).into())
    }),
    Function::new("base64gzip", &[param("str", Accepts::String)], STRING, |a| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        let packed = encoder.write_all(a.str(0)?.as_bytes()).and_then(|()| encoder.finish());
        match packed {
            Ok(bytes) => Ok(STANDARD.encode(bytes).into()),
            Err(e) => Err(FunctionError::new(format!("failed to write gzip data: {e}"))),
        }
    }),
    Function::new("csvdecode", &[param("str", Accepts::String)], Outcome::Any, csvdecode),
    Function::new(
        "textdecodebase64",
        &[param("source", Accepts::String), param("encoding", Accepts::String)],
        STRING,
        |a| {
            let charset = charset(a, 1)?;
            let bytes = decode(a.str(0)?)?;
            match charset.decode(&bytes) {
                Some(decoded) => Ok(text(decoded)),
                None => Err(FunctionError::argument(
                    0,
                    format!("the given string contains symbols that are not defined for {}", a.str(1)?),
                )),
            }
        },
    ),
    Function::new(
        "textencodebase64",
        &[param("string", Accepts::String), param("encoding", Accepts::String)],
        STRING,
        |a| match charset(a, 1)?.encode(a.str(0)?) {
            Some(bytes) => Ok(STANDARD.encode(bytes).into()),
            None => Err(FunctionError::argument(
                0,
                format!("the given string contains characters that cannot be represented in {}", a.str(1)?),
            )),
        },
    ),
    Function::new("urlencode", &[param("str", Accepts::String)], STRING, |a| Ok(urlencode(a.str(0)?).into())),
];

pub(super) fn utf8(bytes: Vec<u8>) -> Answer {
    String::from_utf8(bytes)
        .map(text)
        .map_err(|_| FunctionError::new("the result of decoding the provided string is not valid UTF-8"))
}

/// Reads also what has bits behind its last byte, as the language does.
const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&base64::alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

fn decode(encoded: &str) -> Result<Vec<u8>, FunctionError> {
    let encoded = encoded.replace(['\r', '\n'], "");
    LENIENT
        .decode(encoded.as_bytes())
        .map_err(|_| FunctionError::new(format!("failed to decode base64 data \"{encoded}\"")).quoting(&encoded))
}

fn urlencode(whole: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b' ');
    utf8_percent_encode(whole, QUERY).to_string().replace(' ', "+")
}

fn csvdecode(a: &Args<'_>) -> Answer {
    let mut reader = csv::ReaderBuilder::new().from_reader(a.str(0)?.as_bytes());
    let invalid = |e: csv::Error| {
        let line = e.position().map_or(1, csv::Position::line);
        let why = match e.kind() {
            csv::ErrorKind::UnequalLengths { .. } => "wrong number of fields",
            _ => "invalid record",
        };
        FunctionError::new(format!("CSV parse error on line {line}: {why}"))
    };
    let headers = reader.headers().map_err(invalid)?.clone();
    if headers.is_empty() {
        return Err(FunctionError::new("missing header line"));
    }
    let mut names: Vec<Name> = Vec::new();
    for header in &headers {
        if names.iter().any(|n| **n == *header) {
            return Err(FunctionError::new(format!("duplicate column name \"{header}\"")).quoting(header));
        }
        names.push(header.into());
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(invalid)?;
        let row: BTreeMap<Name, Value> = names.iter().cloned().zip(record.iter().map(text)).collect();
        rows.push(Value::object(row));
    }
    Ok(Value::list(Type::object(names.into_iter().map(|n| (n, Type::String))), rows))
}

/// The character encodings that are supported.
#[derive(Clone, Copy)]
enum Charset {
    Utf8,
    /// Big-endian with a mark in front.
    Utf16,
    Utf16Le,
    Utf16Be,
    Latin1,
    Ascii,
}

fn charset(a: &Args<'_>, i: usize) -> Result<Charset, FunctionError> {
    let name = a.str(i)?;
    Ok(match name.to_ascii_uppercase().as_str() {
        "UTF-8" | "CSUTF8" => Charset::Utf8,
        "UTF-16" | "CSUTF16" => Charset::Utf16,
        "UTF-16LE" | "CSUTF16LE" => Charset::Utf16Le,
        "UTF-16BE" | "CSUTF16BE" => Charset::Utf16Be,
        "ISO-8859-1" | "ISO_8859-1" | "LATIN1" | "L1" => Charset::Latin1,
        "US-ASCII" | "ASCII" => Charset::Ascii,
        _ => {
            let why = format!("\"{name}\" is not a supported IANA encoding name or alias in this Terraform version");
            return Err(FunctionError::argument(i, why).quoting(name));
        }
    })
}

impl Charset {
    fn encode(self, whole: &str) -> Option<Vec<u8>> {
        let narrow =
            |limit: u32| whole.chars().map(move |c| u8::try_from(u32::from(c)).ok().filter(|b| u32::from(*b) < limit));
        Some(match self {
            Self::Utf8 => whole.as_bytes().to_vec(),
            Self::Utf16 => [0xfe, 0xff].into_iter().chain(whole.encode_utf16().flat_map(u16::to_be_bytes)).collect(),
            Self::Utf16Be => whole.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Self::Utf16Le => whole.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Latin1 => narrow(256).collect::<Option<_>>()?,
            Self::Ascii => narrow(128).collect::<Option<_>>()?,
        })
    }

    fn decode(self, bytes: &[u8]) -> Option<String> {
        let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| -> Option<String> {
            let (pairs, rest) = bytes.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().map(|p| unit(*p)).collect();
            if rest.is_empty() { String::from_utf16(&units).ok() } else { None }
        };
        match self {
            Self::Utf8 => String::from_utf8(bytes.to_vec()).ok(),
            Self::Utf16 => match bytes {
                [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
                [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
                _ => wide(bytes, u16::from_be_bytes),
            },
            Self::Utf16Le => wide(bytes, u16::from_le_bytes),
            Self::Utf16Be => wide(bytes, u16::from_be_bytes),
            Self::Latin1 => Some(bytes.iter().map(|b| char::from(*b)).collect()),
            Self::Ascii => bytes.is_ascii().then(|| bytes.iter().map(|b| char::from(*b)).collect()),
        }
    }
}
