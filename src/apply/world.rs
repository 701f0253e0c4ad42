//! What names mean during apply: planned values first, then, step by step, what came of them.

use std::collections::BTreeMap;

use crate::addr::{AbsInstance, AbsResource, InstanceKey, Mode};
use crate::eval::world::{Instances, Keys, World};
use crate::graph::{Graph, Node};
use crate::plan::Plan;
use crate::value::{Marks, Type, Value};

/// Fills a new world with the values of a plan.
pub fn populate(world: &World<'_>, graph: &Graph, plan: &Plan) {
    world.checks(|checks| checks.clone_from(&plan.checks));
    let mut values: BTreeMap<&AbsInstance, &Value> = plan.data.iter().collect();
    for change in plan.changes.iter().filter(|c| c.key.deposed.is_none()) {
        values.extend(change.after.as_ref().map(|after| (&change.key.addr, after)));
    }
    for node in graph.order() {
        let Node::Resource(resource) = node else { continue };
        let Some(block) = world.config.module(&resource.module).and_then(|m| m.resources.get(&resource.resource))
        else {
            continue;
        };
        // What is ephemeral is opened anew.
        let unknown = match resource.resource.mode {
            Mode::Ephemeral => Value::unknown(Type::Dynamic).mark(Marks::EPHEMERAL),
            _ => Value::unknown(Type::Dynamic),
        };
        for module in world.module_instances(&resource.module) {
            let addr = AbsResource { module: module.clone(), resource: resource.resource.clone() };
            let instances = match world.keys(&module, &block.repetition) {
                Ok(keys) => {
                    let value = |key: &InstanceKey| {
                        let value = values.get(&addr.instance(key.clone())).map(|v| (*v).clone());
                        value.unwrap_or_else(|| unknown.clone())
                    };
                    let values = keys.iter().into_iter().map(|key| (key.clone(), value(&key))).collect();
                    Instances::Known { keys, values }
                }
                Err(_) if resource.resource.mode == Mode::Ephemeral => Instances::Unknown(unknown.clone()),
                // With targets, or in a destroy, some blocks are never asked for.
                Err(_) => Instances::Known { keys: Keys::Count(0), values: BTreeMap::new() },
            };
            world.set_instances(addr, instances);
        }
    }
}
