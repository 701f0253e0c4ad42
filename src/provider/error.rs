//! Errors of providers: operation, code, message and request id are kept up to the screen.

use std::fmt;

use crate::diag::{Diagnostic, sentence};

/// What the engine may do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The object does not exist.
    NotFound,
    /// Too many calls.
    Throttled,
    /// Something still depends on the object, or it is changing.
    InUse,
    /// Something the call refers to is not visible yet.
    NotYet,
    /// The caller may not do this.
    Denied,
    /// An object of that name exists already.
    Exists,
    /// No answer: the effect is not known.
    Connection,
    /// Nothing listens at the endpoint.
    Unreachable,
    /// No usable credentials.
    Credentials,
    Other,
}

/// An error of one call.
#[derive(Clone, Debug)]
pub struct Error {
    pub kind: ErrorKind,
    /// `ec2:CreateVpc`
    pub operation: Option<String>,
    /// The service's own code, for example `DependencyViolation`.
    pub code: Option<String>,
    pub message: String,
    pub request_id: Option<String>,
    pub hint: Option<String>,
    /// Instead of the words of whoever made the call.
    pub summary: Option<&'static str>,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, operation: None, code: None, message: message.into(), request_id: None, hint: None, summary: None }
    }

    pub fn other(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Other, message)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    #[must_use]
    pub fn summary(mut self, summary: &'static str) -> Self {
        self.summary = Some(summary);
        self
    }

    pub fn is_not_found(&self) -> bool {
        self.kind == ErrorKind::NotFound
    }

    /// Deleting what is gone already is no error.
    pub fn unless_not_found(self) -> Result<()> {
        if self.is_not_found() { Ok(()) } else { Err(self) }
    }

    /// For the screen. What concerns every call alike is said in the same words, so that it is shown once.
    pub fn to_diagnostic(&self, summary: &str) -> Diagnostic {
        let found = match self.kind {
            ErrorKind::Credentials => Diagnostic::error("No usable AWS credentials", sentence(&self.message)),
            ErrorKind::Unreachable => Diagnostic::error("Endpoint unreachable", sentence(&self.message)),
            _ => Diagnostic::error(self.summary.unwrap_or(summary), sentence(&self.to_string())),
        };
        match &self.hint {
            Some(hint) => found.hint(hint),
            None => found,
        }
    }

    /// Whether the service answered with this code.
    pub fn has_code(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = &self.operation {
            write!(f, "{operation}: ")?;
        }
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(id) = &self.request_id {
            write!(f, " (request id {id})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
