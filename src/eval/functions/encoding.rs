//! Base64 and URL encoding.

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use super::{Accepts, Answer, Function, FunctionError, Outcome, gzip, param, text};

const STRING: Outcome = Outcome::Of(Accepts::String);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base64decode", &[param("str", Accepts::String)], STRING, |a| utf8(decode(a.str(0)?)?)),
    Function::new("base64encode", &[param("str", Accepts::String)], STRING, |a| {
        Ok(STANDARD.encode(a.str(0)?.as_bytes()).into())
    }),
    Function::new("base64gzip", &[param("str", Accepts::String)], STRING, |a| {
        Ok(STANDARD.encode(gzip::pack(a.str(0)?.as_bytes())).into())
    }),
    Function::new("urlencode", &[param("str", Accepts::String)], STRING, |a| Ok(urlencode(a.str(0)?).into())),
];

pub(super) fn utf8(bytes: Vec<u8>) -> Answer {
    String::from_utf8(bytes)
        .map(text)
        .map_err(|_| FunctionError::new("the result of decoding the provided string is not valid UTF-8"))
}

/// Reads also what has bits behind its last byte, as the language does.
pub(super) const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&base64::alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

fn decode(encoded: &str) -> Result<Vec<u8>, FunctionError> {
    let encoded = without_line_breaks(encoded);
    LENIENT
        .decode(encoded.as_bytes())
        .map_err(|_| FunctionError::new(format!("failed to decode base64 data \"{encoded}\"")).quoting(&encoded))
}

/// Base64 may be broken into lines.
pub(super) fn without_line_breaks(encoded: &str) -> String {
    encoded.replace(['\r', '\n'], "")
}

fn urlencode(whole: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b' ');
    utf8_percent_encode(whole, QUERY).to_string().replace(' ', "+")
}
