//! The certificates that a server presents.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::builtin::Machine;
use crate::provider::{Error, ErrorKind, Result};

/// How long a server may take to present itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// The certificates of a server, its own first. Unless they are to be verified, they may be anybody's.
pub async fn fetch(machine: &Machine, host: &str, port: u16, verify: bool) -> Result<Vec<Vec<u8>>> {
    tokio::select! {
        presented = handshake(host, port, verify) => presented,
        () = machine.clock.sleep(PATIENCE) => {
            Err(Error::other(format!("unable to execute TLS connection towards {host}:{port}: no answer within {PATIENCE:?}")))
        }
    }
}

async fn handshake(host: &str, port: u16, verify: bool) -> Result<Vec<Vec<u8>>> {
    let failed = |why: String| {
        let hint = "With verify_chain = false the certificates are taken as they are.";
        let error =
            Error::new(ErrorKind::Other, format!("unable to execute TLS connection towards {host}:{port}: {why}"));
        if verify { error.hint(hint) } else { error }
    };
    let provider = Arc::new(ring::default_provider());
    let witness = Arc::new(Witness {
        seen: Mutex::default(),
        verifier: if verify { Some(verifier(&provider).map_err(&failed)?) } else { None },
        provider: provider.clone(),
    });
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config =
        config.map_err(|e| failed(e.to_string()))?.dangerous().with_custom_certificate_verifier(witness.clone());
    let connector = TlsConnector::from(Arc::new(config.with_no_client_auth()));
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(bare.to_owned()).map_err(|_| failed("this is no name of a server".into()))?;
    let stream = TcpStream::connect((bare, port)).await.map_err(|e| failed(crate::diag::reason(&e)))?;
    connector.connect(name, stream).await.map_err(|e| failed(e.to_string()))?;
    let seen = std::mem::take(&mut *witness.seen.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(seen)
}

fn verifier(provider: &Arc<CryptoProvider>) -> std::result::Result<Arc<WebPkiServerVerifier>, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build();
    verifier.map_err(|_| "this machine has no certificates of authorities to verify the chain with".to_owned())
}

/// Takes down what is presented, and has it verified where that is asked for.
#[derive(Debug)]
struct Witness {
    seen: Mutex<Vec<Vec<u8>>>,
    verifier: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        response: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        let all = std::iter::once(own).chain(others).map(|der| der.as_ref().to_vec());
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = all.collect();
        match &self.verifier {
            Some(verifier) => verifier.verify_server_cert(own, others, name, response, now),
            None => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, own, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, own, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
    use rustls::ServerConfig;
    use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    use super::*;
    use crate::builtin::tls::certificate::describe;

    /// A server on this machine with a chain of two, neither of which anybody trusts.
    async fn server() -> u16 {
        let root_key = KeyPair::generate().expect("key");
        let mut root = CertificateParams::new(Vec::new()).expect("params");
        root.is_ca = IsCa::Ca(BasicConstraints::Constrained(1));
        root.distinguished_name.push(DnType::CommonName, "Root, of \"tests\"");
        root.distinguished_name.push(DnType::OrganizationName, "Kiban");
        let root_der = root.clone().self_signed(&root_key).expect("root").der().clone();
        let issuer = Issuer::new(root, root_key);
        let key = KeyPair::generate().expect("key");
        let leaf =
            CertificateParams::new(vec!["localhost".into()]).expect("params").signed_by(&key, &issuer).expect("leaf");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone(), root_der], key)
            .expect("config");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listens");
        let port = listener.local_addr().expect("address").port();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = acceptor.accept(stream).await;
            }
        });
        port
    }

    #[tokio::test]
    async fn a_chain_that_nobody_trusts_is_seen_only_where_that_is_asked_for() {
        let port = server().await;
        let chain = fetch(&Machine::waiting(), "localhost", port, false).await.expect("a chain");
        assert_eq!(chain.len(), 2);
        let root = describe(&chain[1]).expect("a certificate");
        assert_eq!(root.str("subject"), Some("CN=Root\\, of \\\"tests\\\",O=Kiban"));
        assert_eq!(
            (root.bool("is_ca"), root.i64("max_path_length"), root.i64("version")),
            (Some(true), Some(1), Some(3))
        );
        assert_eq!(root.str("signature_algorithm"), Some("ECDSA-SHA256"));
        let leaf = describe(&chain[0]).expect("a certificate");
        assert_eq!((leaf.str("issuer"), leaf.bool("is_ca")), (root.str("subject"), Some(false)));
        assert_ne!(leaf.str("sha1_fingerprint"), root.str("sha1_fingerprint"));
        let error = fetch(&Machine::waiting(), "localhost", port, true).await.expect_err("not trusted");
        assert!(error.to_string().contains("certificate"), "{error}");
    }

    #[tokio::test]
    async fn who_is_not_there_is_told() {
        let error = fetch(&Machine::waiting(), "127.0.0.1", 1, false).await.expect_err("nobody listens");
        assert!(error.to_string().contains("127.0.0.1:1"), "{error}");
    }
}
