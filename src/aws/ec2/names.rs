//! Names that kiban completes where the configuration has none or only a prefix.

use sha2::{Digest, Sha256};

/// Digits that follow the prefix.
const SUFFIX: usize = 26;

/// The configured name, or the prefix with digits that follow from the token: a repeated creation asks for the same name.
pub fn name(name: Option<String>, prefix: Option<String>, token: &str) -> String {
    name.unwrap_or_else(|| {
        let digits = hex::encode(Sha256::digest(token));
        format!("{}{}", prefix.as_deref().unwrap_or("terraform-"), digits.get(..SUFFIX).unwrap_or_default())
    })
}

/// The prefix of a name that ends in generated digits; empty for any other name.
pub fn prefix(name: &str) -> &str {
    let at = name.len().saturating_sub(SUFFIX);
    match (name.get(..at), name.get(at..)) {
        (Some(prefix), Some(digits)) if digits.len() == SUFFIX && digits.bytes().all(|b| b.is_ascii_hexdigit()) => {
            prefix
        }
        _ => "",
    }
}

/// The CRC-32 of a text: what Terraform makes ids of where AWS has none.
pub fn checksum(text: &str) -> u32 {
    let bit = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !text.bytes().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(byte), bit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_ieee() {
        assert_eq!(checksum("123456789"), 0xCBF4_3926);
    }

    #[test]
    fn generated_names_give_their_prefix_back() {
        let made = name(None, Some("node-".into()), "token-1");
        assert_eq!(made.len(), 5 + SUFFIX);
        assert_eq!(prefix(&made), "node-");
        assert_eq!(made, name(None, Some("node-".into()), "token-1"));
        assert_eq!(prefix("web"), "");
        assert_eq!(name(Some("web".into()), None, "token-1"), "web");
    }
}
