//! Files of the module: contents, digests, names.
//!
//! The only functions that read anything; relative paths start at the working directory.

use std::io::ErrorKind;
use std::os::unix::fs::FileTypeExt;
use std::path::{Component, Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, glob, hash_crypto, param, text};
use crate::eval::Surroundings;
use crate::value::{Type, Value};

const STRING: Outcome = Outcome::Of(Accepts::String);
const PATH: &[super::Param] = &[param("path", Accepts::String)];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abspath", PATH, STRING, |a| Ok(text(shown(&clean(&surroundings(a).resolve_path(a.str(0)?)))))),
    Function::new("basename", PATH, STRING, |a| Ok(text(basename(a.str(0)?)))),
    Function::new("dirname", PATH, STRING, |a| Ok(text(dirname(a.str(0)?)))),
    Function::new("file", PATH, STRING, |a| utf8_content(a, 0).map(text)),
    Function::new("filebase64", PATH, STRING, |a| Ok(STANDARD.encode(content(a, 0)?).into())),
    Function::new("filebase64sha256", PATH, STRING, |a| Ok(hash_crypto::base64sha256(&hashed(a)?).into())),
    Function::new("filebase64sha512", PATH, STRING, |a| Ok(hash_crypto::base64sha512(&hashed(a)?).into())),
    Function::new("fileexists", PATH, Outcome::Of(Accepts::Bool), |a| {
        let path = a.str(0)?;
        let refuse = |what: &str| {
            let path = cleaned(path);
            FunctionError::new(format!("\"{path}\" is {what}")).quoting(&path)
        };
        match std::fs::metadata(resolve(a, path)) {
            Ok(meta) if meta.is_file() => Ok(true.into()),
            Ok(meta) if meta.is_dir() => Err(refuse("a directory, not a file")),
            Ok(meta) => Err(refuse(special(meta.file_type()))),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(false.into()),
            Err(_) => {
                let path = cleaned(path);
                Err(FunctionError::new(format!("failed to stat \"{path}\"")).quoting(&path))
            }
        }
    }),
    Function::new("filemd5", PATH, STRING, |a| Ok(hash_crypto::md5(&hashed(a)?).into())),
    Function::new(
        "fileset",
        &[param("path", Accepts::String), param("pattern", Accepts::String)],
        Outcome::From(|_| Ok(Type::set(Type::String))),
        fileset,
    ),
    Function::new("filesha1", PATH, STRING, |a| Ok(hash_crypto::sha1(&hashed(a)?).into())),
    Function::new("filesha256", PATH, STRING, |a| Ok(hash_crypto::sha256(&hashed(a)?).into())),
    Function::new("filesha512", PATH, STRING, |a| Ok(hash_crypto::sha512(&hashed(a)?).into())),
    Function::new("pathexpand", PATH, STRING, |a| {
        let path = a.str(0)?;
        if path.strip_prefix('~').is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/')) {
            return Err(FunctionError::new("cannot expand user-specific home dir"));
        }
        Ok(text(shown(&expand(surroundings(a), path))))
    }),
];

fn special(kind: std::fs::FileType) -> &'static str {
    match kind {
        _ if kind.is_char_device() || kind.is_block_device() => "a device node, not a regular file",
        _ if kind.is_fifo() => "a named pipe, not a regular file",
        _ if kind.is_socket() => "a unix domain socket, not a regular file",
        _ => "not a regular file",
    }
}

fn surroundings<'a>(a: &Args<'a>) -> &'a Surroundings {
    a.cx.scope.surroundings()
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// `~` at the start of a path is the home of the user.
fn expand(surroundings: &Surroundings, path: &str) -> PathBuf {
    match (&surroundings.home_dir, path.strip_prefix('~')) {
        (Some(home), Some("")) => home.clone(),
        (Some(home), Some(rest)) if rest.starts_with('/') => clean(&home.join(rest.trim_start_matches('/'))),
        _ => PathBuf::from(path),
    }
}

fn resolve(a: &Args<'_>, path: &str) -> PathBuf {
    let surroundings = surroundings(a);
    surroundings.working_dir.join(expand(surroundings, path))
}

/// Content of the file that an argument names.
pub(super) fn content(a: &Args<'_>, i: usize) -> Result<Vec<u8>, FunctionError> {
    let path = a.str(i)?;
    std::fs::read(resolve(a, path)).map_err(|e| match e.kind() {
        ErrorKind::NotFound => {
            let why = format!(
                "no file exists at \"{path}\"; this function works only with files that are distributed as part of the \
                 configuration source code, so if this file will be created by a resource in this configuration you \
                 must instead obtain this result from an attribute of that resource"
            );
            FunctionError::argument(i, why).quoting(path)
        }
        ErrorKind::IsADirectory => {
            let why = format!("failed to read file: read {}: is a directory", cleaned(path));
            FunctionError::argument(i, why).or("failed to read file: it is a directory")
        }
        _ => FunctionError::argument(i, format!("open {}: {}", cleaned(path), reason(&e))).revealing(),
    })
}

/// Content of the file of which a digest is made.
fn hashed(a: &Args<'_>) -> Result<Vec<u8>, FunctionError> {
    let path = a.str(0)?;
    std::fs::read(resolve(a, path)).map_err(|e| {
        let verb = if e.kind() == ErrorKind::IsADirectory { "read" } else { "open" };
        FunctionError::new(format!("{verb} {}: {}", cleaned(path), reason(&e))).revealing()
    })
}

fn cleaned(path: &str) -> String {
    shown(&clean(Path::new(path)))
}

/// An error of the system in its usual words.
fn reason(e: &std::io::Error) -> String {
    match e.kind() {
        ErrorKind::NotFound => "no such file or directory".into(),
        ErrorKind::NotADirectory => "not a directory".into(),
        ErrorKind::IsADirectory => "is a directory".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::InvalidInput => "invalid argument".into(),
        kind => kind.to_string(),
    }
}

/// Content of a file as text.
pub(super) fn utf8_content(a: &Args<'_>, i: usize) -> Result<String, FunctionError> {
    let path = a.str(i)?;
    String::from_utf8(content(a, i)?).map_err(|_| {
        let why = format!(
            "contents of \"{path}\" are not valid UTF-8; use the filebase64 function to obtain the Base64 encoded \
             contents or the other file functions (e.g. filemd5, filesha256) to obtain file hashing results instead"
        );
        FunctionError::new(why).quoting(path)
    })
}

fn fileset(a: &Args<'_>) -> Answer {
    let folder = resolve(a, a.str(0)?);
    let joined = clean(&Path::new(a.str(0)?).join(a.str(1)?.trim_start_matches('/')));
    let below = joined.strip_prefix(clean(Path::new(a.str(0)?))).unwrap_or(&joined);
    let pattern = &*shown(below);
    let invalid = |why: String| {
        let joined = shown(&joined);
        FunctionError::new(format!("failed to glob pattern \"{joined}\": {why}")).quoting(&joined)
    };
    glob::matches(pattern, "").map_err(invalid)?;
    let mut found = Vec::new();
    let mut open = vec![(folder, String::new(), 0)];
    while let Some((folder, prefix, depth)) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = format!("{prefix}{name}");
            let Ok(meta) = std::fs::metadata(entry.path()) else { continue };
            // Links may lead in a circle: the depth is bounded.
            if meta.is_dir() && depth < 64 && (pattern.contains("**") || pattern.matches('/').count() > depth) {
                open.push((entry.path(), format!("{path}/"), depth + 1));
            } else if meta.is_file() && glob::matches(pattern, &path).map_err(invalid)? {
                found.push(text(path));
            }
        }
    }
    Ok(Value::set(Type::String, found))
}

fn basename(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" if path.is_empty() => ".",
        "" => "/",
        trimmed => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }
}

fn dirname(path: &str) -> String {
    match path.rfind('/') {
        Some(at) => shown(&clean(Path::new(path.get(..=at).unwrap_or(path)))),
        None => ".".into(),
    }
}

/// The path without `.`, and without `..` where something stands in front of it.
fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => match out.components().next_back() {
                Some(Component::Normal(_)) => {
                    out.pop();
                }
                Some(Component::RootDir) => {}
                _ => out.push(".."),
            },
            part => out.push(part),
        }
    }
    if out.as_os_str().is_empty() { PathBuf::from(".") } else { out }
}
