//! User data: given as text or in base64, sent in base64, and stored as the SHA-1 of what the instance gets.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha1::{Digest, Sha1};

/// Bytes that AWS takes.
pub const MOST: usize = 16384;

/// What is encoded; `None` where the text is not base64. Line ends do not count.
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    let plain: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    BASE64_STANDARD.decode(plain).ok()
}

/// What the instance gets.
pub fn content(text: &str) -> Vec<u8> {
    decoded(text).unwrap_or_else(|| text.as_bytes().to_vec())
}

/// In base64, once.
pub fn encoded(text: &str) -> String {
    if decoded(text).is_some() { text.to_owned() } else { BASE64_STANDARD.encode(text) }
}

/// What plan and state hold of `user_data`. Nothing is nothing.
pub fn digest(text: &str) -> String {
    if text.is_empty() { String::new() } else { hex::encode(Sha1::digest(content(text))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_its_encoding_are_the_same_data() {
        let text = "#!/bin/sh\necho hello\n";
        let encoded_text = BASE64_STANDARD.encode(text);
        assert_eq!(digest(text), digest(&encoded_text));
        assert_eq!(encoded(text), encoded_text);
        assert_eq!(encoded(&encoded_text), encoded_text);
        assert_eq!(digest("one"), "fe05bcdcdc4928012781a5f1a2a77cbb5398e106");
        assert_eq!(digest(""), "");
    }
}
