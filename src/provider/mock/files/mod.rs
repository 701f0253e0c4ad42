//! The stand-in for `hashicorp/tfcoremock`: objects are files in a folder beside the configuration.
//!
//! Types that a `dynamic_resources.json` declares stand beside the two that are always there. All behave alike, so there
//! is one implementation for all of them. Knows nothing of the command line.

mod choose;
mod folder;
mod format;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind as Io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use uuid::Uuid;

use super::definition::{Definition, complex, declared, simple};
use crate::diag::{Diagnostic, Diagnostics, reason, sentence};
use crate::provider::{
    Create, Deletion, Error, Found, Freshness, Intent, Object, Operation, PlannedChange, Plugin, Provider, ReadRequest,
    Readiness, RemoteId, Result, Timeouts,
};
use crate::schema::{Block, SharedSchema, boolean, list_of, string};
use crate::value::Type;
use folder::Folder;

/// The entry of the environment that names another file of declared types.
const DECLARATIONS: &str = "TFCOREMOCK_DYNAMIC_RESOURCES_FILE";

/// Lists of ids in the provider's configuration: what is to fail, verb by verb.
const FAILURES: [&str; 4] = ["fail_on_create", "fail_on_read", "fail_on_update", "fail_on_delete"];

/// A type with its schemas.
struct Kind {
    definition: Definition,
    resource: SharedSchema,
    data: SharedSchema,
}

impl Kind {
    fn new(definition: Definition) -> Self {
        let (resource, data) = (Arc::new(definition.resource()), Arc::new(definition.data()));
        Self { definition, resource, data }
    }
}

#[derive(Default)]
struct Kinds {
    by_name: BTreeMap<String, Kind>,
    /// Why declared types are missing.
    problem: Option<Diagnostic>,
}

/// `hashicorp/tfcoremock`
pub struct FilePlugin {
    /// Folder of the root module.
    dir: PathBuf,
    declarations: PathBuf,
    config_schema: Block,
    /// Read on first use: most runs have nothing to do with this provider.
    kinds: OnceLock<Arc<Kinds>>,
}

impl FilePlugin {
    /// The provider for a root module's folder.
    pub fn new(dir: PathBuf, environment: &BTreeMap<String, String>) -> Self {
        let declarations = environment.get(DECLARATIONS).filter(|p| !p.is_empty());
        let declarations = dir.join(declarations.map_or("dynamic_resources.json", String::as_str));
        let paths = ["resource_directory", "data_directory"].map(|name| (name, string().optional()));
        let lists = FAILURES.into_iter().chain(["defer_changes"]);
        let lists = lists.map(|name| (name, list_of(Type::String).optional()));
        let config_schema = paths.into_iter().chain(lists).chain([("use_only_state", boolean().optional())]);
        let config_schema = config_schema.fold(Block::new(), |block, (name, a)| block.attr(name, a));
        Self { dir, declarations, config_schema, kinds: OnceLock::new() }
    }

    fn kinds(&self) -> &Arc<Kinds> {
        self.kinds.get_or_init(|| {
            let found = match fs::read_to_string(&self.declarations) {
                Ok(text) => declared(&text),
                Err(e) if e.kind() == Io::NotFound => Ok(BTreeMap::new()),
                Err(e) => Err(reason(&e)),
            };
            let (declared, problem) = match found {
                Ok(declared) => (declared, None),
                Err(why) => (BTreeMap::new(), Some(self.unusable(&why))),
            };
            let always = [("tfcoremock_simple_resource", simple()), ("tfcoremock_complex_resource", complex())];
            let all = declared.into_iter().chain(always.map(|(name, definition)| (name.to_owned(), definition)));
            Arc::new(Kinds { by_name: all.map(|(name, d)| (name, Kind::new(d))).collect(), problem })
        })
    }

    fn unusable(&self, why: &str) -> Diagnostic {
        let detail = sentence(&format!("{} cannot be used: {why}", self.declarations.display()));
        Diagnostic::error("Invalid declarations of mock types", detail)
            .hint("The public provider hashicorp/tfcoremock documents the form of the file.")
    }
}

#[async_trait]
impl Plugin for FilePlugin {
    fn source(&self) -> &str {
        "registry.terraform.io/hashicorp/tfcoremock"
    }
    fn config_schema(&self) -> &Block {
        &self.config_schema
    }
    fn resource_types(&self) -> Vec<&str> {
        self.kinds().by_name.keys().map(String::as_str).collect()
    }
    fn data_sources(&self) -> Vec<&str> {
        self.resource_types()
    }
    fn resource_schema(&self, kind: &str) -> Option<SharedSchema> {
        self.kinds().by_name.get(kind).map(|k| k.resource.clone())
    }
    fn data_schema(&self, kind: &str) -> Option<SharedSchema> {
        self.kinds().by_name.get(kind).map(|k| k.data.clone())
    }
    fn problem(&self) -> Option<Diagnostic> {
        self.kinds().problem.clone()
    }
    async fn configure(&self, config: Object) -> std::result::Result<Arc<dyn Provider>, Diagnostics> {
        let folder = |name: &str, default: &str| {
            Folder(self.dir.join(config.string(name).unwrap_or_else(|| default.to_owned())))
        };
        let failing = FAILURES.map(|name| (name, config.strings(name).into_iter().collect()));
        Ok(Arc::new(FileProvider {
            kinds: self.kinds().clone(),
            resources: (config.bool("use_only_state") != Some(true))
                .then(|| folder("resource_directory", "terraform.resource")),
            data: folder("data_directory", "terraform.data"),
            failing: failing.into(),
            deferred: config.strings("defer_changes").into_iter().collect(),
        }))
    }
}

struct FileProvider {
    kinds: Arc<Kinds>,
    /// `None`: the state is all that there is.
    resources: Option<Folder>,
    data: Folder,
    failing: BTreeMap<&'static str, BTreeSet<String>>,
    deferred: BTreeSet<String>,
}

impl FileProvider {
    fn get(&self, kind: &str) -> Result<&Kind> {
        self.kinds.by_name.get(kind).ok_or_else(|| Error::other(format!("there is no type \"{kind}\"")))
    }

    /// The configuration may ask for failures, object by object.
    fn allowed(&self, setting: &str, id: &str) -> Result<()> {
        match self.failing.get(setting).is_some_and(|ids| ids.contains(id)) {
            true => Err(Error::other(format!("forced failure: \"{id}\" stands in {setting}"))),
            false => Ok(()),
        }
    }

    /// The object after a write, where only the state remembers it.
    fn remembered(kind: &Kind, request: &ReadRequest) -> Object {
        choose::settle(&kind.definition, &request.prior).with("id", request.id.as_str())
    }
}

/// The id of an object that the configuration does not name: the same for each attempt to make it.
fn chosen_id(token: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, token.as_bytes()).to_string()
}

#[async_trait]
impl Provider for FileProvider {
    fn remote_id(&self, _: &str, prior: &Object) -> Option<RemoteId> {
        prior.string("id").map(RemoteId::from)
    }

    async fn read(&self, kind: &str, requests: &[ReadRequest], _: Freshness) -> Result<BTreeMap<RemoteId, Found>> {
        let kind = self.get(kind)?;
        let ty = kind.resource.block.ty();
        let read = requests.iter().map(|request| {
            self.allowed("fail_on_read", request.id.as_str())?;
            let found = match &self.resources {
                Some(folder) => folder.read(request.id.as_str(), &ty)?,
                None => Some(Self::remembered(kind, request)),
            };
            Ok((request.id.clone(), found.map_or(Found::Gone, Found::Object)))
        });
        read.collect()
    }

    fn forget(&self) {}

    fn plan(&self, kind: &str, change: &mut PlannedChange) -> Diagnostics {
        if let Ok(kind) = self.get(kind) {
            choose::plan(&kind.definition, change);
        }
        if let Some(id) = change.planned.str("id").filter(|id| self.deferred.contains(*id)) {
            let detail = format!("\"{id}\" stands in defer_changes, and changes cannot be deferred.");
            let found = Diagnostic::error("Invalid resource deferral", detail);
            change.diagnostics.push(found.attribute(crate::addr::Path::attr("id")));
        }
        std::mem::take(&mut change.diagnostics)
    }

    async fn create(&self, kind: &str, create: Create<'_>, want: &Object) -> Result<RemoteId> {
        let id = want.string("id").unwrap_or_else(|| chosen_id(create.token));
        self.allowed("fail_on_create", &id)?;
        let object = choose::settle(&self.get(kind)?.definition, want).with("id", id.as_str());
        if let Some(folder) = &self.resources {
            folder.create(&id, kind, &object)?;
        }
        let id = RemoteId::from(id);
        (create.created)(&id);
        Ok(id)
    }

    async fn update(&self, kind: &str, id: &RemoteId, _prior: &Object, want: &Object) -> Result<()> {
        self.allowed("fail_on_update", id.as_str())?;
        let object = choose::settle(&self.get(kind)?.definition, want).with("id", id.as_str());
        match &self.resources {
            Some(folder) => folder.update(id.as_str(), kind, &object),
            None => Ok(()),
        }
    }

    async fn delete(&self, _kind: &str, id: &RemoteId, _prior: &Object) -> Result<()> {
        self.allowed("fail_on_delete", id.as_str())?;
        match &self.resources {
            Some(folder) => folder.delete(id.as_str()),
            None => Ok(()),
        }
    }

    fn readiness(&self, _: &str, _: &Object) -> Readiness {
        Readiness::Ready
    }
    fn timeouts(&self, _: &str) -> Timeouts {
        Timeouts::minutes(1, 1, 1)
    }
    fn deletion(&self, _: &str) -> Deletion {
        Deletion::Immediate
    }
    fn retries(&self, _: &str, _: Operation, _: &Error) -> bool {
        false
    }
    fn identity(&self, _: &str, want: &Object) -> BTreeMap<String, String> {
        want.string("id").map(|id| ("id".to_owned(), id)).into_iter().collect()
    }

    async fn find(&self, _: &str, intent: &Intent) -> Result<Option<RemoteId>> {
        let id = intent.identity.get("id").cloned().unwrap_or_else(|| chosen_id(&intent.token));
        match &self.resources {
            Some(folder) if folder.holds(&id)? => Ok(Some(RemoteId::from(id))),
            _ => Ok(None),
        }
    }

    fn import_id(&self, _: &str, text: &str) -> Result<RemoteId> {
        Ok(RemoteId::from(text))
    }

    async fn read_data(&self, kind: &str, config: &Object) -> Result<Object> {
        let id = config.str("id").unwrap_or_default();
        let found = self.data.read(id, &self.get(kind)?.data.block.ty())?;
        found.ok_or_else(|| Error::not_found(format!("there is no \"{id}\" in {}", self.data.0.display())))
    }
}
