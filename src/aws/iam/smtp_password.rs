//! The password that a secret key makes for the SMTP interface of SES.
//!
//! <https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html#smtp-credentials-convert>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac::{HMAC_SHA256, Key, sign};

const DATE: &str = "11111111";
const VERSION: u8 = 4;

pub fn of(secret: &str, region: &str) -> String {
    let parts = [DATE, region, "ses", "aws4_request", "SendRawEmail"];
    let first = format!("AWS4{secret}").into_bytes();
    let signed = parts
        .into_iter()
        .fold(first, |key, part| sign(&Key::new(HMAC_SHA256, &key), part.as_bytes()).as_ref().to_vec());
    STANDARD.encode([&[VERSION], signed.as_slice()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_follows_from_secret_and_region() {
        assert_eq!(of("some+secret+key", "eu-central-1"), "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2");
        assert_ne!(of("some+secret+key", "eu-west-1"), of("some+secret+key", "eu-central-1"));
    }
}
