//! Where the state of a root module is, from its `backend` block and the command line.

use std::path::PathBuf;

#[cfg(feature = "aws")]
use sha2::{Digest, Sha256};

use crate::config::{Config, load};
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::hcl::ast::Body;
use crate::state::backend::{Backend, DEFAULT_WORKSPACE, LocalBackend, MemoryBackend, workspace_path};
#[cfg(feature = "aws")]
use crate::state::backend::{S3Backend, S3Config};
use crate::state::journal::path_beside;

use super::{Args, Failure, OpResult, Session};

/// Where a state is kept.
pub enum StatePlace {
    Local(PathBuf),
    /// Nowhere: the state ends with the run.
    Memory,
    #[cfg(feature = "aws")]
    S3 {
        config: Box<S3Config>,
        /// The journal of a remote state is a file of this machine: another one does not see what was left unfinished.
        journal: PathBuf,
    },
}

impl StatePlace {
    /// The backend for this place. A process must have one for a place at a time.
    pub fn open(&self, session: &Session) -> Box<dyn Backend> {
        match self {
            Self::Local(path) => Box::new(LocalBackend::new(path, &session.dir)),
            Self::Memory => Box::new(MemoryBackend::default()),
            #[cfg(feature = "aws")]
            Self::S3 { config, .. } => Box::new(S3Backend::new(S3Config::clone(config), &session.dir)),
        }
    }

    /// Where the journal of the state lies.
    pub fn journal(&self) -> PathBuf {
        match self {
            Self::Local(path) => path_beside(path),
            Self::Memory => PathBuf::new(),
            #[cfg(feature = "aws")]
            Self::S3 { journal, .. } => journal.clone(),
        }
    }

    /// What a state there needs of IAM: reading it, and where it is `held` writing it and its lock.
    #[cfg_attr(not(feature = "aws"), expect(unused_variables, reason = "only a state in S3 needs permissions"))]
    pub(super) fn permissions(&self, held: bool) -> Vec<serde_json::Value> {
        match self {
            Self::Local(_) | Self::Memory => Vec::new(),
            #[cfg(feature = "aws")]
            Self::S3 { config, .. } => {
                let bucket = format!("arn:*:s3:::{}", config.bucket);
                let keys = [&config.key, &config.lock_key()].map(|key| format!("{bucket}/{key}"));
                let objects = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];
                let most = if held { usize::MAX } else { 1 };
                let keys: Vec<String> = keys.into_iter().take(most).collect();
                let objects: Vec<&str> = objects.into_iter().take(most).collect();
                vec![
                    super::permissions::statement("State", &objects.into(), &keys.into()),
                    super::permissions::statement("StateBucket", &"s3:ListBucket".into(), &bucket.into()),
                ]
            }
        }
    }

    #[cfg(feature = "aws")]
    fn s3(config: S3Config, session: &Session) -> Self {
        let name = format!("{}\n{}", config.endpoint.as_deref().unwrap_or_default(), config.place());
        let hash = hex::encode(Sha256::digest(name));
        let name = format!("{}.journal", hash.get(..32).unwrap_or(&hash));
        Self::S3 { config: Box::new(config), journal: session.dir.join(".terraform/kiban").join(name) }
    }
}

/// Where the backend keeps the state.
pub(super) fn place(session: &Session, args: &Args, config: &Config, found: &mut Diagnostics) -> StatePlace {
    if let Some(path) = &args.state {
        return StatePlace::Local(session.dir.join(path));
    }
    let workspace = session.environment.get("TF_WORKSPACE").map_or(DEFAULT_WORKSPACE, String::as_str);
    let mut path = None;
    if let Some(backend) = &config.root.backend {
        match &*backend.kind.name {
            "local" => path = local_path(&backend.body, found),
            #[cfg(feature = "aws")]
            "s3" => {
                let (config, problems) = S3Config::read(&backend.body, backend.kind.span, workspace);
                found.extend(problems);
                return StatePlace::s3(config, session);
            }
            other => found.push(
                Diagnostic::error("Unsupported backend type", format!("kiban has no backend \"{other}\"."))
                    .at(backend.kind.span)
                    .hint("Use `backend \"s3\"`, or `backend \"local\" { path = \"…\" }`."),
            ),
        }
    }
    StatePlace::Local(workspace_path(&session.dir, path.as_deref(), workspace))
}

fn local_path(body: &Body, found: &mut Diagnostics) -> Option<PathBuf> {
    let mut configured = None;
    for attribute in &body.attributes {
        match (&*attribute.name.name, attribute.expr.as_str()) {
            ("path", Some(path)) => configured = Some(PathBuf::from(path)),
            ("workspace_dir", Some(_)) => {}
            (name @ ("path" | "workspace_dir"), None) => found.push(
                Diagnostic::error(
                    "Invalid backend configuration",
                    format!(
                        "A backend is chosen before anything is evaluated: \"{name}\" must be written out as text."
                    ),
                )
                .at(attribute.expr.span)
                .hint("Give one that depends on the environment with -state=FILE."),
            ),
            (name, _) => found.push(
                Diagnostic::error(
                    "Invalid backend configuration",
                    format!("The local backend has no argument \"{name}\"."),
                )
                .at(attribute.name.span)
                .hint("It has `path`."),
            ),
        }
    }
    configured
}

/// The place of the state, whatever else may be wrong with the configuration.
pub(super) fn place_alone(session: &Session, args: &Args) -> OpResult<StatePlace> {
    if let Some(path) = &args.state {
        return Ok(StatePlace::Local(session.dir.join(path)));
    }
    let loaded = load(&session.dir, Sources::default());
    let mut found = Diagnostics::new();
    let place = place(session, args, &loaded.config, &mut found);
    if found.has_errors() {
        return Err(Failure::new(found, &loaded.config.sources));
    }
    Ok(place)
}
