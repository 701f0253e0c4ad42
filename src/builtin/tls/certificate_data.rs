//! `tls_certificate`: the certificates of a server, or those of a text.

use super::{certificate, chain};
use crate::builtin::Machine;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Schema, boolean, list_of, string};
use crate::value::Value;

/// Where a server of HTTPS listens.
const HTTPS: u16 = 443;

pub struct Certificate;

impl DataSource for Certificate {
    type Client = Machine;
    const NAME: &'static str = "tls_certificate";
    const ACTIONS: &'static [&'static str] = &[];

    fn schema() -> Schema {
        Schema::new(0)
            .attr("certificates", list_of(certificate::object_type()).computed())
            .attr("content", string().optional().sensitive())
            .attr("id", string().computed())
            .attr("url", string().optional())
            .attr("verify_chain", boolean().optional())
    }

    async fn read(machine: &Machine, config: &Object) -> Result<Object> {
        let ders = match (config.string("url"), config.string("content")) {
            (Some(url), None) => {
                let (host, port) = endpoint(&url)?;
                let verify = config.bool("verify_chain").unwrap_or(true);
                let mut presented = chain::fetch(machine, host, port, verify).await?;
                // The root of the chain comes first.
                presented.reverse();
                presented
            }
            (None, Some(content)) => certificate::parse(&content)?,
            _ => return Err(Error::other("exactly one of url and content must be set")),
        };
        let mut all = Vec::new();
        for der in &ders {
            all.push(certificate::describe(der)?.into_value());
        }
        let id = ders.first().map(|der| {
            use sha1::Digest;
            hex::encode(sha1::Sha1::digest(der))
        });
        Ok(config.clone().with("certificates", Value::tuple(all)).with("id", id))
    }
}

/// Host and port of a URL with one of the schemes `https` and `tls`.
fn endpoint(url: &str) -> Result<(&str, u16)> {
    let wrong = |why: &str| Error::other(format!("the url \"{url}\" {why}"));
    let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("has no scheme"))?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => {
            (host, Some(port.parse::<u16>().map_err(|_| wrong("has no valid port"))?))
        }
        _ => (authority, None),
    };
    if host.is_empty() {
        return Err(wrong("has no host"));
    }
    match (scheme, port) {
        (_, Some(port)) if matches!(scheme, "https" | "tls") => Ok((host, port)),
        ("https", None) => Ok((host, HTTPS)),
        ("tls", None) => Err(wrong("must have a port")),
        _ => Err(wrong("must begin with https:// or tls://")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_host_and_port() {
        for (url, expect) in [
            ("https://oidc.eks.eu-west-1.amazonaws.com/id/AB", Some(("oidc.eks.eu-west-1.amazonaws.com", 443))),
            ("https://localhost:8443?x", Some(("localhost", 8443))),
            ("tls://[::1]:25", Some(("[::1]", 25))),
            ("https://[::1]", Some(("[::1]", 443))),
            ("tls://mail", None),
            ("http://x", None),
            ("https://", None),
            ("https://x:99999", None),
            ("x", None),
        ] {
            assert_eq!(endpoint(url).ok(), expect, "{url}");
        }
    }

    #[tokio::test]
    async fn content_is_told_in_its_order() {
        let key = rcgen::KeyPair::generate().expect("key");
        let made = ["a", "b"].map(|name| {
            let params = rcgen::CertificateParams::new(vec![name.into()]).expect("params");
            params.self_signed(&key).expect("certificate").pem()
        });
        let config = Object::new().with("content", made.concat());
        let object = Certificate::read(&Machine::fixed(), &config).await.expect("reads");
        let certificates = object.objects("certificates");
        assert_eq!(certificates.len(), 2);
        let pem = certificates[1].str("cert_pem").expect("pem");
        assert_eq!(pem.replace('\n', ""), made[1].replace(['\r', '\n'], ""));
        assert!(Certificate::read(&Machine::fixed(), &Object::new()).await.is_err());
    }
}
