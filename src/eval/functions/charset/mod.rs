//! `textencodebase64` and `textdecodebase64`: text in other character encodings, by their names at the IANA.

mod multi_byte;
mod single_byte;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::Encoding;

use super::encoding::{LENIENT, without_line_breaks};
use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, param, text};
use single_byte::SingleByte;

const STRING: Outcome = Outcome::Of(Accepts::String);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "textdecodebase64",
        &[param("source", Accepts::String), param("encoding", Accepts::String)],
        STRING,
        decode,
    ),
    Function::new(
        "textencodebase64",
        &[param("string", Accepts::String), param("encoding", Accepts::String)],
        STRING,
        encode,
    ),
];

fn decode(a: &Args<'_>) -> Answer {
    let (name, charset) = charset(a, 1)?;
    let encoded = a.str(0)?;
    let bytes = LENIENT.decode(without_line_breaks(encoded).as_bytes()).map_err(|_| {
        let at = misplaced(encoded.as_bytes());
        FunctionError::argument(0, format!("the given value is has an invalid base64 symbol at offset {at}"))
    })?;
    match charset.decode(&bytes).filter(|decoded| !decoded.contains(char::REPLACEMENT_CHARACTER)) {
        Some(decoded) => Ok(text(decoded)),
        None => {
            let why = format!("the given string contains symbols that are not defined for {name}");
            Err(FunctionError::argument(0, why))
        }
    }
}

fn encode(a: &Args<'_>) -> Answer {
    let (name, charset) = charset(a, 1)?;
    match charset.encode(a.str(0)?) {
        Some(bytes) => Ok(STANDARD.encode(bytes).into()),
        None => {
            let why = format!("the given string contains characters that cannot be represented in {name}");
            Err(FunctionError::argument(0, why))
        }
    }
}

/// Where text stops being base64; line breaks do not matter.
fn misplaced(encoded: &[u8]) -> usize {
    let blank = |at: usize| matches!(encoded.get(at), Some(b'\r' | b'\n'));
    let (mut at, mut digits) = (0, 0);
    while let Some(byte) = encoded.get(at) {
        match byte {
            b'\r' | b'\n' => {}
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => digits = (digits + 1) % 4,
            b'=' if digits >= 2 => {
                if digits == 2 {
                    let padding = at;
                    at += 1;
                    while blank(at) {
                        at += 1;
                    }
                    match encoded.get(at) {
                        None => return at,
                        Some(b'=') => {}
                        Some(_) => return padding.max(at.saturating_sub(1)),
                    }
                }
                at += 1;
                while blank(at) {
                    at += 1;
                }
                return at;
            }
            _ => return at,
        }
        at += 1;
    }
    at.saturating_sub(digits)
}

enum Charset {
    Utf8,
    /// Big-endian with a mark in front.
    Utf16,
    Utf16Le,
    Utf16Be,
    SingleByte(&'static SingleByte),
    MultiByte(&'static Encoding),
}

/// The encoding that an argument names, and the name that messages use.
fn charset(a: &Args<'_>, i: usize) -> Result<(&'static str, Charset), FunctionError> {
    let name = a.str(i)?;
    match name.to_ascii_uppercase().as_str() {
        "UTF-8" | "CSUTF8" => return Ok(("UTF-8", Charset::Utf8)),
        "UTF-16" | "CSUTF16" => return Ok(("UTF-16", Charset::Utf16)),
        "UTF-16LE" | "CSUTF16LE" => return Ok(("UTF-16LE", Charset::Utf16Le)),
        "UTF-16BE" | "CSUTF16BE" => return Ok(("UTF-16BE", Charset::Utf16Be)),
        _ => {}
    }
    if let Some((name, encoding)) = multi_byte::find(name) {
        return Ok((name, Charset::MultiByte(encoding)));
    }
    if let Some(found) = single_byte::find(name) {
        return Ok((found.name(), Charset::SingleByte(found)));
    }
    let why = format!("\"{name}\" is not a supported IANA encoding name or alias in this Terraform version");
    Err(FunctionError::argument(i, why).quoting(name))
}

impl Charset {
    fn encode(&self, whole: &str) -> Option<Vec<u8>> {
        Some(match self {
            Self::Utf8 => whole.as_bytes().to_vec(),
            Self::Utf16 => [0xfe, 0xff].into_iter().chain(whole.encode_utf16().flat_map(u16::to_be_bytes)).collect(),
            Self::Utf16Be => whole.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Self::Utf16Le => whole.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::SingleByte(table) => table.encode(whole)?,
            Self::MultiByte(encoding) => multi_byte::encode(encoding, whole)?,
        })
    }

    fn decode(&self, bytes: &[u8]) -> Option<String> {
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
            Self::SingleByte(table) => table.decode(bytes),
            Self::MultiByte(encoding) => multi_byte::decode(encoding, bytes),
        }
    }
}
