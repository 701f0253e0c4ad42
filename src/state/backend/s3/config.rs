//! The block `backend "s3"`, with the names that Terraform 1.11 gives its arguments.
//!
//! Knows nothing of the network. What a backend is made of must be written out: nothing is evaluated here.

use std::collections::BTreeMap;

use super::super::DEFAULT_WORKSPACE;
use super::super::sdk::Role;
use crate::addr::Name;
use crate::diag::{Diagnostic, Diagnostics, Span, did_you_mean};
use crate::hcl::ast::{Body, Expr, ExprKind, ObjectKey};

/// Where a state is in S3, and how to get there. Holds secrets, so it has no text form.
#[derive(Clone, Default)]
pub struct S3Config {
    pub bucket: String,
    /// Key of the state object, of this workspace.
    pub key: String,
    pub region: Option<String>,
    pub profile: Option<String>,
    /// Access key, secret key, session token.
    pub credentials: Option<(String, String, Option<String>)>,
    pub role: Option<Role>,
    pub endpoint: Option<String>,
    pub sts_endpoint: Option<String>,
    pub path_style: bool,
    pub fips: bool,
    pub dual_stack: bool,
    /// Sends checksums only where S3 demands them: some other stores do not know them.
    pub skip_checksum: bool,
    pub max_attempts: Option<u32>,
    pub encrypt: bool,
    pub kms_key_id: Option<String>,
    pub use_lockfile: bool,
}

impl S3Config {
    /// `s3://BUCKET/KEY`.
    pub fn place(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }

    /// Key of the object whose existence is the lock.
    pub fn lock_key(&self) -> String {
        format!("{}.tflock", self.key)
    }

    /// Reads the block. `at` is where to point when something is missing.
    pub fn read(body: &Body, at: Span, workspace: &str) -> (Self, Diagnostics) {
        let mut block = Settings::of_body(body);
        let mut config = Self {
            bucket: block.required("bucket", at),
            key: block.required("key", at),
            region: block.text("region"),
            profile: block.text("profile"),
            path_style: block.flag("use_path_style") | block.flag("force_path_style"),
            fips: block.flag("use_fips_endpoint"),
            dual_stack: block.flag("use_dualstack_endpoint"),
            skip_checksum: block.flag("skip_s3_checksum"),
            max_attempts: block.text("max_retries").and_then(|n| n.parse().ok()),
            encrypt: block.flag("encrypt"),
            kms_key_id: block.text("kms_key_id"),
            use_lockfile: block.flag("use_lockfile"),
            endpoint: block.text("endpoint"),
            sts_endpoint: block.text("sts_endpoint"),
            ..Self::default()
        };
        let prefix = block.text("workspace_key_prefix").unwrap_or_else(|| "env:".into());
        if config.key.starts_with('/') || config.key.ends_with('/') {
            block.wrong("Invalid backend configuration", "`key` must not start or end with \"/\".", at);
        }
        if workspace != DEFAULT_WORKSPACE {
            config.key = format!("{}/{workspace}/{}", prefix.trim_matches('/'), config.key);
        }
        let (key, secret, token) = (block.text("access_key"), block.text("secret_key"), block.text("token"));
        config.credentials = key.zip(secret).map(|(key, secret)| (key, secret, token));
        if let Some(mut endpoints) = block.group("endpoints") {
            config.endpoint = endpoints.text("s3").or(config.endpoint);
            config.sts_endpoint = endpoints.text("sts").or(config.sts_endpoint);
            endpoints.ignore(&["dynamodb", "iam", "sso"]);
            block.found.extend(endpoints.finish());
        }
        if let Some(mut role) = block.group("assume_role") {
            config.role = Some(Role {
                arn: role.required("role_arn", at),
                session_name: role.text("session_name"),
                external_id: role.text("external_id"),
                policy: role.text("policy"),
                policy_arns: role.texts("policy_arns"),
                length: None,
            });
            // Credentials of a role are renewed before they end, however long they are good for.
            role.ignore(&["duration"]);
            block.found.extend(role.finish());
        }
        if let Some((_, span)) = block.given.remove("dynamodb_table") {
            let detail = "kiban does not lock states in DynamoDB, which Terraform calls deprecated.";
            block.found.push(
                Diagnostic::error("Unsupported argument", detail)
                    .at(span)
                    .hint("Write `use_lockfile = true` instead: the lock is then an object beside the state."),
            );
        }
        if let Some((_, span)) = block.given.remove("acl") {
            let detail = "kiban leaves access to the bucket's policy and does not set `acl` on the state.";
            block.found.push(Diagnostic::warning("Argument without effect", detail).at(span));
        }
        if !config.use_lockfile {
            block.found.push(
                Diagnostic::warning(
                    "State is not locked",
                    "Without `use_lockfile` nothing keeps two runs from changing the same objects at the same time.",
                )
                .at(at)
                .hint("Write `use_lockfile = true` in the backend block, here and wherever this state is used."),
            );
        }
        block.ignore(IGNORED);
        (config, block.finish())
    }
}

/// Arguments that change nothing for kiban, which makes none of these calls.
const IGNORED: &[&str] = &[
    "dynamodb_endpoint",
    "iam_endpoint",
    "retry_mode",
    "skip_credentials_validation",
    "skip_metadata_api_check",
    "skip_region_validation",
    "skip_requesting_account_id",
];

/// What a block says, by name. Whatever is not taken is reported in the end.
struct Settings<'a> {
    given: BTreeMap<Name, (Given<'a>, Span)>,
    /// Names asked for, for suggestions.
    known: Vec<&'static str>,
    found: Diagnostics,
}

enum Given<'a> {
    Expr(&'a Expr),
    Block(&'a Body),
}

impl<'a> Settings<'a> {
    fn of_body(body: &'a Body) -> Self {
        let attributes = body.attributes.iter().map(|a| (a.name.name.clone(), (Given::Expr(&a.expr), a.span)));
        let blocks = body.blocks.iter().map(|b| (b.kind.name.clone(), (Given::Block(&b.body), b.header)));
        Self { given: attributes.chain(blocks).collect(), known: Vec::new(), found: Diagnostics::new() }
    }

    fn take(&mut self, name: &'static str) -> Option<(Given<'a>, Span)> {
        self.known.push(name);
        self.given.remove(name)
    }

    fn wrong(&mut self, summary: &str, detail: impl Into<String>, at: Span) {
        self.found.push(Diagnostic::error(summary, detail).at(at));
    }

    /// Text, or a number as text; null is as if it was not there.
    fn text(&mut self, name: &'static str) -> Option<String> {
        let (given, span) = self.take(name)?;
        let Given::Expr(expr) = given else {
            self.wrong("Invalid backend configuration", format!("`{name}` is an argument, not a block."), span);
            return None;
        };
        match &expr.kind {
            ExprKind::Literal(value) if value.is_null() => return None,
            ExprKind::Literal(value) => {
                if let Some(text) = value.as_str() {
                    return Some(text.to_owned());
                }
                if let Some(number) = value.as_i64() {
                    return Some(number.to_string());
                }
                if let Some(flag) = value.as_bool() {
                    return Some(flag.to_string());
                }
            }
            _ => {}
        }
        self.found.push(not_written_out(name, span));
        None
    }

    fn required(&mut self, name: &'static str, at: Span) -> String {
        let before = self.found.len();
        match self.text(name) {
            Some(text) if !text.is_empty() => text,
            _ if self.found.len() > before => String::new(),
            _ => {
                let detail = format!("The s3 backend needs `{name}`.");
                let hint = "Write it in the block; kiban does not read -backend-config.";
                self.found.push(Diagnostic::error("Missing backend configuration", detail).at(at).hint(hint));
                String::new()
            }
        }
    }

    fn flag(&mut self, name: &'static str) -> bool {
        let span = self.given.get(name).map(|(_, span)| *span);
        match (self.text(name).as_deref(), span) {
            (Some("true"), _) => true,
            (Some("false") | None, _) | (_, None) => false,
            (Some(_), Some(span)) => {
                self.wrong("Invalid backend configuration", format!("`{name}` is true or false."), span);
                false
            }
        }
    }

    fn texts(&mut self, name: &'static str) -> Vec<String> {
        let Some((given, span)) = self.take(name) else { return Vec::new() };
        if let Given::Expr(Expr { kind: ExprKind::Tuple(items), .. }) = given
            && let Some(texts) = items.iter().map(|e| e.as_str().map(str::to_owned)).collect()
        {
            return texts;
        }
        self.found.push(not_written_out(name, span));
        Vec::new()
    }

    /// `name = { … }` or `name { … }`.
    fn group(&mut self, name: &'static str) -> Option<Settings<'a>> {
        let (given, span) = self.take(name)?;
        let pairs = match given {
            Given::Block(body) => return Some(Self::of_body(body)),
            Given::Expr(Expr { kind: ExprKind::Object(pairs), .. }) => pairs,
            Given::Expr(_) => {
                self.found.push(not_written_out(name, span));
                return None;
            }
        };
        let mut given = BTreeMap::new();
        for (key, expr) in pairs {
            let key = match key {
                ObjectKey::Name(ident) => Some(ident.name.clone()),
                ObjectKey::Expr(key) => key.as_str().map(Name::from),
            };
            match key {
                Some(key) => drop(given.insert(key, (Given::Expr(expr), expr.span))),
                None => self.found.push(not_written_out(name, span)),
            }
        }
        Some(Settings { given, known: Vec::new(), found: Diagnostics::new() })
    }

    fn ignore(&mut self, names: &[&'static str]) {
        for name in names {
            let _ = self.take(name);
        }
    }

    fn finish(mut self) -> Diagnostics {
        for (name, (_, span)) in self.given {
            let detail = format!("The s3 backend of kiban has no argument \"{name}\".");
            let mut problem = Diagnostic::error("Unsupported argument", detail).at(span);
            if let Some(near) = did_you_mean(&name, self.known.iter().copied()) {
                problem = problem.hint(format!("Did you mean \"{near}\"?"));
            }
            self.found.push(problem);
        }
        self.found
    }
}

fn not_written_out(name: &str, at: Span) -> Diagnostic {
    let detail = format!("`{name}` of a backend must be written out: variables and functions have no values yet.");
    Diagnostic::error("Invalid backend configuration", detail)
        .at(at)
        .hint("Write the value itself, or leave it to the environment (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL_S3).")
}

#[cfg(test)]
mod tests;
