//! What came of conditions, as the documents tell it.

use serde_json::{Map, Value as Json, json};

use super::mode;
use crate::addr::{ConfigResource, InstanceKey, ModulePath};
use crate::eval::checks::{Checkable, Checked, Checks, Outcome, overall};

pub(super) fn checks(checks: &Checks) -> Json {
    let mut blocks: Vec<(String, Json)> = checks
        .iter()
        .map(|(block, objects)| {
            let mut instances: Vec<(String, Json)> =
                objects.iter().map(|(object, outcome)| (object.to_string(), instance(object, outcome))).collect();
            instances.sort_by(|a, b| a.0.cmp(&b.0));
            let instances: Vec<Json> = instances.into_iter().map(|(_, instance)| instance).collect();
            let mut out = json!({ "address": address(block), "status": overall(objects).word() });
            if !instances.is_empty() {
                out["instances"] = instances.into();
            }
            (block.to_string(), out)
        })
        .collect();
    blocks.sort_by(|a, b| a.0.cmp(&b.0));
    blocks.into_iter().map(|(_, block)| block).collect()
}

fn address(block: &Checkable) -> Json {
    let mut out = Map::new();
    let (kind, module, name) = match block {
        Checkable::Check(module, name) => ("check", module, name),
        Checkable::Output(module, name) => ("output_value", module, name),
        Checkable::Variable(module, name) => ("var", module, name),
        Checkable::Resource(ConfigResource { module, resource }) => {
            out.insert("mode".into(), mode(resource.mode).into());
            out.insert("type".into(), (&*resource.kind).into());
            ("resource", module, &resource.name)
        }
    };
    out.insert("kind".into(), kind.into());
    if *module != ModulePath::root() {
        out.insert("module".into(), module.to_string().into());
    }
    out.insert("name".into(), (&**name).into());
    out.insert("to_display".into(), block.to_string().into());
    Json::Object(out)
}

fn instance(object: &Checked, outcome: &Outcome) -> Json {
    let mut place = Map::new();
    if !object.module().is_root() {
        place.insert("module".into(), object.module().to_string().into());
    }
    match object.key() {
        InstanceKey::None => {}
        InstanceKey::Int(n) => drop(place.insert("instance_key".into(), (*n).into())),
        InstanceKey::Str(key) => drop(place.insert("instance_key".into(), (&**key).into())),
    }
    place.insert("to_display".into(), object.to_string().into());
    let mut out = json!({ "address": place, "status": outcome.status().word() });
    let problems: Vec<Json> = outcome.problems().map(|message| json!({ "message": message })).collect();
    if !problems.is_empty() {
        out["problems"] = problems.into();
    }
    out
}
