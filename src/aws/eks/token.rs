//! Tokens for the API of a cluster: a signed request that asks AWS who signed it, for this cluster only.
//!
//! Knows nothing of who wants the token. <https://docs.aws.amazon.com/eks/latest/userguide/cluster-auth.html>

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::aws::Client;
use crate::provider::{Error, Result};

/// How long the signature of a token is good for. A cluster takes the token for fifteen minutes.
const EXPIRES: Duration = Duration::from_secs(60);

/// What every token begins with.
const PREFIX: &str = "k8s-aws-v1.";

/// The header that binds a token to one cluster.
const CLUSTER: &str = "x-k8s-aws-id";

/// What stays as it is in a signed query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A token for a cluster, signed with the credentials of a client. Nothing is called.
pub async fn token(client: &Client, cluster: &str) -> Result<String> {
    let request = Request { endpoint: &client.sts_endpoint().await?, region: client.region(), cluster };
    let url = request.signed(&client.credentials().await?, client.now(), EXPIRES)?;
    Ok(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(url)))
}

struct Request<'a> {
    endpoint: &'a str,
    region: &'a str,
    cluster: &'a str,
}

impl Request<'_> {
    /// The URL of the request, with the signature in its query.
    fn signed(&self, credentials: &Credentials, now: SystemTime, expires: Duration) -> Result<String> {
        let url = format!("{}/?Action=GetCallerIdentity&Version=2011-06-15", self.endpoint.trim_end_matches('/'));
        let failed = |why: &dyn std::fmt::Display| Error::other(format!("the token cannot be signed: {why}"));
        let identity = credentials.clone().into();
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(expires);
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name("sts")
            .time(now)
            .settings(settings)
            .build()
            .map_err(|e| failed(&e))?;
        let headers = [(CLUSTER, self.cluster)].into_iter();
        let request = SignableRequest::new("GET", &url, headers, SignableBody::Bytes(&[])).map_err(|e| failed(&e))?;
        let (instructions, _) = sign(request, &params.into()).map_err(|e| failed(&e))?.into_parts();
        let mut query = instructions.params().to_vec();
        // In order, and the signature behind what it signs.
        query.sort_by_key(|(name, _)| (*name == "X-Amz-Signature", *name));
        let query = query.iter().map(|(name, value)| format!("&{name}={}", utf8_percent_encode(value, QUERY)));
        Ok(query.fold(url, |url, part| url + &part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// What hashicorp/aws 5.100.0 has signed, with a signature that expires at once.
    #[test]
    fn requests_are_signed_as_the_public_provider_signs_them() {
        let request = Request { endpoint: "https://sts.us-east-1.amazonaws.com", region: "us-east-1", cluster: "clus" };
        let credentials = Credentials::new("test", "test", None, None, "test");
        assert_eq!(
            request.signed(&credentials, at(1_795_704_617), Duration::ZERO).expect("signs"),
            "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15\
             &X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test%2F20261126%2Fus-east-1%2Fsts%2Faws4_request\
             &X-Amz-Date=20261126T145017Z&X-Amz-Expires=0&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id\
             &X-Amz-Signature=7c558cde59aff6ab824f1073f8d532fecc30f13216cb3548045577d03eebcce6"
        );
        let request = Request { endpoint: "http://127.0.0.1:4566", region: "eu-west-1", cluster: "clus" };
        let credentials = Credentials::new("test", "test", Some("st/x+y=".into()), None, "test");
        assert_eq!(
            request.signed(&credentials, at(1_795_704_649), Duration::ZERO).expect("signs"),
            "http://127.0.0.1:4566/?Action=GetCallerIdentity&Version=2011-06-15\
             &X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test%2F20261126%2Feu-west-1%2Fsts%2Faws4_request\
             &X-Amz-Date=20261126T145049Z&X-Amz-Expires=0&X-Amz-Security-Token=st%2Fx%2By%3D\
             &X-Amz-SignedHeaders=host%3Bx-k8s-aws-id\
             &X-Amz-Signature=aa7e9f5218a43e25352957579cfe85cb22cbe469143e823e27b4561f4f7e9ff3"
        );
    }
}
