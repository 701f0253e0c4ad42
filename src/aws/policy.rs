//! JSON that AWS stores: policies as it gives them back.

/// A policy document as IAM returns it: percent-encoded.
pub fn decode_document(encoded: &str) -> String {
    percent_encoding::percent_decode_str(encoded).decode_utf8_lossy().into_owned()
}
