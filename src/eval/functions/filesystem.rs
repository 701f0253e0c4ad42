//! Files of the module: contents, digests, names.
//!
//! The only functions that read anything; relative paths start at the working directory.

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
    Function::new("filebase64sha256", PATH, STRING, |a| Ok(hash_crypto::base64sha256(&content(a, 0)?).into())),
    Function::new("filebase64sha512", PATH, STRING, |a| Ok(hash_crypto::base64sha512(&content(a, 0)?).into())),
    Function::new("fileexists", PATH, Outcome::Of(Accepts::Bool), |a| {
        let path = a.str(0)?;
        match std::fs::metadata(resolve(a, path)) {
            Ok(meta) if meta.is_file() => Ok(true.into()),
            Ok(meta) if meta.is_dir() => {
                Err(FunctionError::new(format!("\"{path}\" is a directory, not a file")).revealing())
            }
            Ok(_) => Err(FunctionError::new(format!("\"{path}\" is not a regular file")).revealing()),
            Err(_) => Ok(false.into()),
        }
    }),
    Function::new("filemd5", PATH, STRING, |a| Ok(hash_crypto::md5(&content(a, 0)?).into())),
    Function::new(
        "fileset",
        &[param("path", Accepts::String), param("pattern", Accepts::String)],
        Outcome::From(|_| Ok(Type::set(Type::String))),
        fileset,
    ),
    Function::new("filesha1", PATH, STRING, |a| Ok(hash_crypto::sha1(&content(a, 0)?).into())),
    Function::new("filesha256", PATH, STRING, |a| Ok(hash_crypto::sha256(&content(a, 0)?).into())),
    Function::new("filesha512", PATH, STRING, |a| Ok(hash_crypto::sha512(&content(a, 0)?).into())),
    Function::new("pathexpand", PATH, STRING, |a| Ok(text(shown(&expand(surroundings(a), a.str(0)?))))),
];

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
        (Some(home), Some(rest)) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
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
    std::fs::read(resolve(a, path)).map_err(|e| {
        let why = match e.kind() {
            std::io::ErrorKind::NotFound => format!(
                "no file exists at \"{path}\"; only files that exist before the run can be read, not those that a \
                 resource creates"
            ),
            _ => format!("failed to read \"{path}\": {e}"),
        };
        FunctionError::argument(i, why).revealing()
    })
}

/// Content of a file as text.
pub(super) fn utf8_content(a: &Args<'_>, i: usize) -> Result<String, FunctionError> {
    let path = a.str(i)?;
    String::from_utf8(content(a, i)?).map_err(|_| {
        let why = format!(
            "contents of \"{path}\" are not valid UTF-8; use the filebase64 function to obtain the Base64 encoded \
             contents or the other file functions (e.g. filemd5, filesha256) to obtain file hashing results instead"
        );
        FunctionError::argument(i, why).revealing()
    })
}

fn fileset(a: &Args<'_>) -> Answer {
    let (folder, pattern) = (resolve(a, a.str(0)?), a.str(1)?);
    let invalid = |why: String| FunctionError::argument(1, format!("failed to glob pattern: {why}"));
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
