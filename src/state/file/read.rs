//! Bytes to a state.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::Deserialize;
use serde_json::Value as Json;

use super::{FileV4, InstanceV4, OutputV4, ResourceV4, StepV4, StepValueV4, VERSION};
use crate::addr::{
    AbsResource, ConfigResource, InstanceKey, Mode, ModuleInstance, Path, ProviderAddr, ResourceAddr, Step, Target,
};
use crate::state::{InstanceState, ObjectState, OutputState, ResourceState, State, StateError, StateErrorKind, Status};
use crate::value::json::{from_json_as, type_from_json};

const RESTORE: &str = "Restore the file from its backup (terraform.tfstate.backup) or from version control of its \
                       storage; do not mend it by hand.";

/// Reads a state of format version 4. The error says what is wrong and what to do, without quoting values.
///
/// Fields that are not known are ignored, as Terraform does.
pub fn parse(bytes: &[u8]) -> Result<State, StateError> {
    version(bytes)?;
    let file: FileV4 = serde_json::from_slice(bytes).map_err(|e| syntax(&e))?;
    let mut state = State {
        lineage: file.lineage,
        serial: file.serial,
        terraform_version: file.terraform_version,
        check_results: file.check_results,
        delivered: file.kiban.bootstrap,
        ..State::default()
    };
    for (name, stored) in file.outputs {
        let value = output(&stored).map_err(|what| malformed(format!("outputs[\"{name}\"]: {what}")))?;
        state.outputs.insert(name.into(), value);
    }
    for (i, stored) in file.resources.into_iter().enumerate() {
        let at = format!("resources[{i}]");
        let (addr, value) = resource(stored).map_err(|what| malformed(format!("{at}: {what}")))?;
        match state.resources.entry(addr) {
            Entry::Vacant(free) => {
                free.insert(value);
            }
            Entry::Occupied(taken) => return Err(malformed(format!("{at}: {} stands there twice", taken.key()))),
        }
    }
    Ok(state)
}

/// Only what tells which reader is right; everything else is skipped.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    version: Option<Json>,
    #[serde(default)]
    terraform_version: Option<Json>,
    #[serde(default)]
    encrypted_data: Option<serde::de::IgnoredAny>,
}

fn version(bytes: &[u8]) -> Result<(), StateError> {
    let head: Head = serde_json::from_slice(bytes).map_err(|e| syntax(&e))?;
    let format = |detail: String| StateError::new(StateErrorKind::Format, "Unsupported state version", detail);
    if head.encrypted_data.is_some() {
        return Err(format("the state is encrypted by OpenTofu.".into())
            .hint("Turn state encryption off with OpenTofu first (a `fallback` block migrates it)."));
    }
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(malformed("it is not a JSON object".into()));
    }
    let Some(version) = head.version else {
        return Err(malformed("there is no \"version\"".into()));
    };
    let version = version.as_u64().ok_or_else(|| malformed("\"version\" must be a whole number".into()))?;
    let writer = match head.terraform_version {
        Some(Json::String(v)) if v.len() < 32 => format!(" (written by version {v} of Terraform)"),
        _ => String::new(),
    };
    if version < VERSION {
        return Err(format(format!("the state has format version {version}{writer}; only {VERSION} is read."))
            .hint("Run `terraform apply` once with Terraform 0.13 or later: it upgrades the file to version 4."));
    }
    if version > VERSION {
        return Err(format(format!("the state has format version {version}{writer}; only {VERSION} is read."))
            .hint("It comes from newer software. Use a newer kiban, or the program that wrote it."));
    }
    Ok(())
}

/// What the JSON reader found. Its own words may quote values, so only its expectation and the place are kept.
fn syntax(error: &serde_json::Error) -> StateError {
    use serde_json::error::Category;
    let place = format!("line {}, column {}", error.line(), error.column());
    match error.classify() {
        Category::Eof => malformed(format!("the file ends in the middle ({place}): it was cut off")),
        Category::Data => {
            let text = error.to_string();
            let text = text.rsplit_once(" at line ").map_or(&*text, |(text, _)| text);
            let what = match text.rsplit_once("expected ") {
                Some((_, expected)) if !text.starts_with("missing") => format!("something other than {expected}"),
                _ if text.starts_with("missing field") || text.starts_with("duplicate field") => text.to_owned(),
                _ => "a value of the wrong shape".to_owned(),
            };
            malformed(format!("{place}: {what}"))
        }
        Category::Syntax | Category::Io => malformed(format!("{place}: this is not JSON")),
    }
}

fn malformed(detail: String) -> StateError {
    StateError::new(StateErrorKind::Format, "Malformed state", format!("{detail}.")).hint(RESTORE)
}

fn output(stored: &OutputV4) -> Result<OutputState, String> {
    let ty = type_from_json(&stored.ty).ok_or("\"type\" is no type")?;
    let value = from_json_as(&stored.value, &ty).map_err(|_| "the value does not fit its type".to_owned())?;
    Ok(OutputState { value, sensitive: stored.sensitive })
}

fn resource(stored: ResourceV4) -> Result<(AbsResource, ResourceState), String> {
    let module = match &*stored.module {
        "" => ModuleInstance::root(),
        text => match Target::parse(text) {
            Some(Target::Module(module)) => module,
            _ => return Err("\"module\" is no address of a module".into()),
        },
    };
    let mode = match &*stored.mode {
        "managed" => Mode::Managed,
        "data" => Mode::Data,
        _ => return Err("\"mode\" must be \"managed\" or \"data\"".into()),
    };
    if stored.kind.is_empty() || stored.name.is_empty() {
        return Err("\"type\" and \"name\" must not be empty".into());
    }
    let resource = ResourceAddr { mode, kind: stored.kind.into(), name: stored.name.into() };
    let addr = AbsResource { module, resource };
    let provider = ProviderAddr::parse(&stored.provider)
        .ok_or_else(|| format!("{addr}: \"provider\" must look like provider[\"host/namespace/type\"]"))?;
    let mut instances = BTreeMap::<InstanceKey, InstanceState>::new();
    for stored in stored.instances {
        let key = index_key(stored.index_key.as_ref()).map_err(|what| format!("{addr}: {what}"))?;
        let at = format!("{addr}{key}");
        let deposed = stored.deposed.clone();
        let object = object(stored).map_err(|what| format!("{at}: {what}"))?;
        let instance = instances.entry(key).or_default();
        let previous = match deposed.as_str() {
            "" => instance.current.replace(object),
            _ => instance.deposed.insert(deposed, object),
        };
        if previous.is_some() {
            return Err(format!("{at}: the instance stands there twice"));
        }
    }
    Ok((addr, ResourceState { provider, instances }))
}

fn index_key(stored: Option<&Json>) -> Result<InstanceKey, String> {
    match stored {
        None => Ok(InstanceKey::None),
        Some(Json::String(s)) => Ok(InstanceKey::Str(s.as_str().into())),
        Some(Json::Number(n)) => n.as_u64().map(InstanceKey::Int).ok_or("\"index_key\" must be a whole number".into()),
        Some(_) => Err("\"index_key\" must be a number or text".into()),
    }
}

fn object(stored: InstanceV4) -> Result<ObjectState, String> {
    if stored.attributes_flat.is_some_and(|flat| !flat.is_null()) {
        return Err("it is stored in the form of Terraform 0.11; apply once with Terraform 0.13 or later".into());
    }
    let status = match &*stored.status {
        "" => Status::Ready,
        "tainted" => Status::Tainted,
        _ => return Err("\"status\" must be \"tainted\" or absent".into()),
    };
    let paths = stored.sensitive_attributes.unwrap_or_default();
    let sensitive_attributes =
        paths.iter().map(|path| path.iter().map(step).collect::<Option<_>>().map(Path)).collect::<Option<_>>();
    let dependencies = stored.dependencies.iter().map(|text| dependency(text)).collect::<Option<_>>();
    Ok(ObjectState {
        status,
        schema_version: stored.schema_version,
        attributes: stored.attributes.unwrap_or_default(),
        sensitive_attributes: sensitive_attributes.ok_or("\"sensitive_attributes\" holds something that is no path")?,
        private: stored.private.filter(|p| !p.is_empty()),
        identity_schema_version: stored.identity_schema_version,
        identity: stored.identity,
        dependencies: dependencies.ok_or("\"dependencies\" holds something that is no address of a resource")?,
        create_before_destroy: stored.create_before_destroy,
    })
}

fn step(stored: &StepV4) -> Option<Step> {
    match (&*stored.kind, &stored.value) {
        ("get_attr", StepValueV4::Name(name)) => Some(Step::Attr(name.as_str().into())),
        ("index", StepValueV4::Key { value, ty }) => match &**ty {
            "number" => Some(Step::Index(value.as_u64()?)),
            "string" => Some(Step::Key(value.as_str()?.into())),
            _ => None,
        },
        _ => None,
    }
}

fn dependency(text: &str) -> Option<ConfigResource> {
    match Target::parse(text)? {
        Target::Resource(resource) => Some(resource.config()),
        Target::Instance(instance) => Some(instance.resource.config()),
        Target::Module(_) => None,
    }
}
