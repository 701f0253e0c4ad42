//! Releases of Argo CD: where their manifests are, and what they must be.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::diag::{Diagnostic, reason};

use super::settings::Settings;

/// The release that is installed where none is asked for.
pub const LATEST: &str = "3.5.1";

/// Releases with the digests of their `install.yaml` and `ha/install.yaml`.
const PINNED: [(&str, [&str; 2]); 1] = [(
    "3.5.1",
    [
        "795a3a972224da6a7f9d32c3e946445f062b60fb46028476715affeb688236e3",
        "1d7b6baa0769ff8a5757c61e2c677ae0939a15e86e149f64df6b12435db5c4b2",
    ],
)];

/// Manifests are a few megabytes; what is much larger is something else.
const MAX_BYTES: usize = 32 << 20;

/// The manifests that settings ask for, verified.
///
/// A file is relative to `dir`. What was fetched is kept in `kept`, by its digest.
pub async fn manifests(settings: &Settings, dir: &Path, kept: &Path) -> Result<String, Diagnostic> {
    let wanted = digest(settings)?;
    let (from, bytes) = match &settings.source {
        Some(source) if !source.starts_with("https://") => {
            let path = dir.join(source);
            let bytes = std::fs::read(&path).map_err(|e| unusable(source, &reason(&e)))?;
            (source.clone(), bytes)
        }
        source => {
            let url = source.clone().unwrap_or_else(|| published(settings));
            let file = kept.join(format!("{wanted}.yaml"));
            let bytes = match std::fs::read(&file) {
                Ok(bytes) if hex::encode(Sha256::digest(&bytes)) == wanted => bytes,
                _ => {
                    let bytes = fetch(&url).await.map_err(|why| {
                        unusable(&url, &why).hint("Without a network, name a copy with `source` and `sha256`.")
                    })?;
                    keep(&file, &bytes, &wanted);
                    bytes
                }
            };
            (url, bytes)
        }
    };
    let real = hex::encode(Sha256::digest(&bytes));
    if real != wanted {
        let detail = format!("{from} has the SHA-256 {real}, and {wanted} is expected: it is not what was pinned.");
        return Err(Diagnostic::error("Manifests of Argo CD were changed", detail)
            .hint("Find out who changed the file. Only if you trust it, set `sha256` to the new digest."));
    }
    String::from_utf8(bytes).map_err(|_| unusable(&from, "it is no text"))
}

fn digest(settings: &Settings) -> Result<String, Diagnostic> {
    if let Some(given) = &settings.sha256 {
        return Ok(given.clone());
    }
    let pinned = PINNED.iter().find(|(version, _)| *version == settings.version);
    let pinned = pinned.map(|(_, [plain, available])| if settings.high_availability { available } else { plain });
    pinned.map(|d| (*d).to_owned()).ok_or_else(|| {
        let known: Vec<&str> = PINNED.iter().map(|(version, _)| *version).collect();
        let detail =
            format!("kiban knows the digests of Argo CD {}, and none of {}.", known.join(", "), settings.version);
        let hint = "Give the digest of its install.yaml with `sha256`, after you have looked at the release.";
        Diagnostic::error("Unknown release of Argo CD", detail).hint(hint)
    })
}

fn published(settings: &Settings) -> String {
    let file = if settings.high_availability { "ha/install.yaml" } else { "install.yaml" };
    format!("https://raw.githubusercontent.com/argoproj/argo-cd/v{}/manifests/{file}", settings.version)
}

async fn fetch(url: &str) -> Result<Vec<u8>, String> {
    // Its own words end in a chain of causes; the last says what happened.
    let told = |e: reqwest::Error| {
        let mut last: &dyn std::error::Error = &e;
        while let Some(cause) = last.source() {
            last = cause;
        }
        last.to_string()
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().https_only(true).timeout(std::time::Duration::from_secs(60)).build();
    let mut response = client.map_err(told)?.get(url).send().await.map_err(told)?;
    if !response.status().is_success() {
        return Err(format!("the server answered {}", response.status()));
    }
    let mut bytes = Vec::new();
    while let Some(part) = response.chunk().await.map_err(told)? {
        bytes.extend_from_slice(&part);
        if bytes.len() > MAX_BYTES {
            return Err(format!("it has more than {} MiB", MAX_BYTES >> 20));
        }
    }
    Ok(bytes)
}

/// Keeping a copy is a convenience: where it cannot be written it is fetched again.
fn keep(file: &PathBuf, bytes: &[u8], wanted: &str) {
    let Some(folder) = file.parent().filter(|_| hex::encode(Sha256::digest(bytes)) == wanted) else { return };
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| tempfile::NamedTempFile::new_in(folder))
        .and_then(|mut temporary| std::io::Write::write_all(&mut temporary, bytes).map(|()| temporary))
        .map(|temporary| temporary.persist(file));
    if let Err(error) = written {
        tracing::debug!(%error, "manifests are not kept");
    }
}

fn unusable(what: &str, why: &str) -> Diagnostic {
    Diagnostic::error("Manifests of Argo CD are not to be had", format!("{what} cannot be used: {why}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_what_is_pinned_is_taken() {
        let dir = tempfile::tempdir().expect("folder");
        let text = "kind: Namespace\n";
        std::fs::write(dir.path().join("argocd.yaml"), text).expect("file");
        let mut settings = Settings {
            version: "9.9.9".into(),
            source: Some("argocd.yaml".into()),
            sha256: Some(hex::encode(Sha256::digest(text))),
            ..Settings::default()
        };
        let read = async |settings: &Settings| manifests(settings, dir.path(), &dir.path().join("kept")).await;
        assert_eq!(read(&settings).await.expect("text"), text);
        settings.sha256 = Some("0".repeat(64));
        let changed = read(&settings).await.expect_err("another digest");
        assert_eq!(changed.summary, "Manifests of Argo CD were changed");
        settings.source = Some("none.yaml".into());
        assert!(read(&settings).await.expect_err("no file").detail.contains("none.yaml"));
        settings.sha256 = None;
        assert_eq!(read(&settings).await.expect_err("no digest").summary, "Unknown release of Argo CD");
    }
}
