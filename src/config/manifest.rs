//! `.terraform/modules/modules.json`: which folders hold the modules that were fetched, in Terraform's form.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Folder of fetched modules, relative to the root module.
pub const MODULES: &str = ".terraform/modules";

/// Fetched modules by their dotted call path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest(pub BTreeMap<String, Entry>);

/// One call that has its folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Entry {
    /// Dotted call path; empty for the root module.
    pub key: String,
    /// Canonical source address.
    pub source: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Relative to the root module.
    pub dir: PathBuf,
    /// The commit that the folder holds, where it came from git. Terraform knows no such entry and passes over it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub commit: String,
}

#[derive(Default, Serialize, Deserialize)]
struct Document {
    #[serde(rename = "Modules", default)]
    modules: Vec<Entry>,
}

impl Manifest {
    /// Reads what the folder of a root module has. What cannot be read counts as nothing fetched.
    pub fn read(dir: &Path) -> Self {
        let Ok(bytes) = std::fs::read(dir.join(MODULES).join("modules.json")) else { return Self::default() };
        let document: Document = serde_json::from_slice(&bytes).unwrap_or_default();
        Self(document.modules.into_iter().map(|entry| (entry.key.clone(), entry)).collect())
    }

    /// Stores it in the folder of a root module, at once.
    pub fn write(&self, dir: &Path) -> std::io::Result<()> {
        let folder = dir.join(MODULES);
        std::fs::create_dir_all(&folder)?;
        let root = Entry { dir: ".".into(), ..Entry::default() };
        let others = self.0.values().filter(|e| !e.key.is_empty()).cloned();
        let document = Document { modules: std::iter::once(root).chain(others).collect() };
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        file.write_all(&serde_json::to_vec(&document)?)?;
        file.persist(folder.join("modules.json")).map_err(|e| e.error)?;
        Ok(())
    }
}
