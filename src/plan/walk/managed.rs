//! Managed resources of the configuration: each instance over its prior state.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::conditions::{POSTCONDITION, PRECONDITION};
use crate::addr::{AbsInstance, AbsResource, ConfigResource, ModuleInstance, ProviderAddr};
use crate::config::Resource;
use crate::diag::Diagnostic;
use crate::eval::checks::Checked;
use crate::eval::world::{Instances, Keys};
use crate::eval::{decode_stored, expr_at};
use crate::graph::Node;
use crate::provider::Object;
use crate::schema::SharedSchema;
use crate::state::{ObjectState, Status};
use crate::value::{Kind, Value};

use super::Walk;
use crate::plan::instance::{InstanceInput, InstancePlan, plan_instance};
use crate::plan::model::{Action, Change, ChangeKey, Mode};

impl<'a> Walk<'a> {
    pub(super) fn resource(&mut self, addr: &ConfigResource, block: &'a Resource, module: ModuleInstance) {
        let resource = AbsResource { module: module.clone(), resource: block.addr.clone() };
        let Some((provider_addr, schema)) = self.typed(addr, block) else {
            return self.untyped(addr, block, &module);
        };
        let Some(keys) = self.keys(addr, block, &module) else { return };
        self.moves.implied(&resource, &keys, &mut self.prior);
        let mut values = BTreeMap::new();
        for key in keys.iter() {
            let instance = resource.instance(key.clone());
            self.visited.insert(instance.clone());
            let value = if self.takes_part(&instance) && self.inputs.options.mode == Mode::Normal {
                self.instance(&instance, block, &keys, &provider_addr, &schema)
            } else {
                let value = self.unchanged(&instance, &provider_addr, &schema, block);
                if self.inputs.options.mode == Mode::RefreshOnly && self.takes_part(&instance) {
                    self.recheck(&instance, block, &keys, &value);
                }
                value
            };
            values.insert(key, value);
        }
        self.inputs.world.set_instances(resource, Instances::Known { keys, values });
    }

    pub(super) fn decode(
        &mut self,
        instance: &AbsInstance,
        object: &ObjectState,
        schema: &SharedSchema,
    ) -> Option<Value> {
        match object.decode(&schema.block) {
            Ok(value) => Some(value),
            Err(why) => {
                self.found.push(
                    Diagnostic::error(
                        "Unreadable object in state",
                        format!("The stored attributes do not fit the type: {why}."),
                    )
                    .address(instance)
                    .hint("The state may have been written by another version. Restore it from its backup."),
                );
                None
            }
        }
    }

    /// An instance that this plan leaves alone.
    fn unchanged(
        &mut self,
        instance: &AbsInstance,
        provider: &ProviderAddr,
        schema: &SharedSchema,
        block: &Resource,
    ) -> Value {
        let object = self.prior.current(instance).cloned();
        let Some(object) = object else { return Value::unknown(schema.block.ty()) };
        let Some(value) = self.decode(instance, &object, schema) else { return Value::unknown(schema.block.ty()) };
        let mut change = self.change(instance, provider, Action::NoOp, Some(value.clone()), Some(value.clone()));
        change.left_out = !self.takes_part(instance);
        change.span = Some(block.header);
        change.dependencies = object.dependencies;
        change.create_before_destroy = object.create_before_destroy;
        self.changes.insert(change.key.clone(), change);
        value
    }

    pub(super) fn change(
        &self,
        instance: &AbsInstance,
        provider: &ProviderAddr,
        action: Action,
        before: Option<Value>,
        after: Option<Value>,
    ) -> Change {
        Change {
            key: ChangeKey::current(instance.clone()),
            provider: provider.clone(),
            action,
            reason: None,
            before,
            after,
            replace_paths: BTreeSet::new(),
            moved_from: self.moves.origin(instance).cloned(),
            importing: self.imports.ids.get(instance).cloned(),
            span: None,
            dependencies: Vec::new(),
            create_before_destroy: false,
            generated: None,
            scoped: false,
            left_out: false,
        }
    }

    fn instance(
        &mut self,
        instance: &AbsInstance,
        block: &'a Resource,
        keys: &Keys,
        provider_addr: &ProviderAddr,
        schema: &SharedSchema,
    ) -> Value {
        let world = self.inputs.world;
        let unknown = Value::unknown(schema.block.ty());
        let Some(provider) = self.inputs.providers.of(provider_addr, instance) else { return unknown };
        let scope = world.scope_of(&instance.resource.module, keys.repeated(&instance.key));
        let checked = Checked::Instance(instance.clone());
        if !self.judge(&checked, &block.preconditions, &scope, PRECONDITION) {
            return unknown;
        }
        let (config, errors) = decode_stored(&block.body, &schema.block, &scope);
        let broken = errors.has_errors();
        self.found.extend(errors.into_iter().map(|d| if d.address.is_none() { d.address(instance) } else { d }));
        if broken {
            return unknown;
        }
        let object = self.prior.current(instance).cloned();
        let prior = match &object {
            Some(object) => match self.decode(instance, object, schema) {
                Some(value) => Some(value),
                None => return unknown,
            },
            None => None,
        };
        if provider.reviews(instance.kind()) {
            self.reviewed.insert(instance.clone(), Object::from_value(&config));
        }
        let force = self.forced(instance, block, &scope);
        let (mut planned, errors) = plan_instance(InstanceInput {
            kind: instance.kind(),
            schema: &schema.block,
            provider: &*provider,
            prior: prior.as_ref(),
            tainted: object.as_ref().is_some_and(|o| o.status == Status::Tainted),
            config,
            ignore: &block.lifecycle.ignore_changes,
            force,
        });
        self.found.extend(errors.into_iter().map(|d| blame(d, instance, block)));
        planned.planned = with_origin(planned.planned, instance);
        let config_addr = instance.resource.config();
        let value = planned.planned.clone();
        let change = self.planned_change(instance, block, provider_addr, prior, planned);
        if change.action != Action::NoOp {
            self.pending.insert(config_addr);
        }
        if block.lifecycle.prevent_destroy && change.action.is_replace() {
            self.found.push(prevented(instance, block, &change));
        }
        self.changes.insert(change.key.clone(), change);
        if !block.postconditions.is_empty() {
            self.judge(&checked, &block.postconditions, &scope.with_self(value.clone()), POSTCONDITION);
        }
        value
    }

    fn dependencies_of(&mut self, config: ConfigResource) -> Vec<ConfigResource> {
        let graph = self.inputs.graph;
        let found = self.dependencies.entry(config).or_insert_with_key(|config| {
            let behind = graph.resources_behind(&Node::Resource(config.clone()));
            let mut behind: Vec<ConfigResource> = behind.into_iter().cloned().collect();
            behind.sort_by_cached_key(ToString::to_string);
            behind
        });
        found.clone()
    }

    fn planned_change(
        &mut self,
        instance: &AbsInstance,
        block: &Resource,
        provider: &ProviderAddr,
        prior: Option<Value>,
        planned: InstancePlan,
    ) -> Change {
        let config = instance.resource.config();
        let create_first = self.create_first.contains(&config);
        let action = match planned.action {
            Action::DeleteThenCreate if create_first => Action::CreateThenDelete,
            action => action,
        };
        let mut change = self.change(instance, provider, action, prior, Some(planned.planned));
        change.reason = planned.reason;
        change.replace_paths = planned.replace_paths;
        change.span = Some(block.header);
        change.dependencies = self.dependencies_of(config);
        change.create_before_destroy = create_first;
        change
    }
}

pub(super) fn prevented(addr: &AbsInstance, block: &Resource, change: &Change) -> Diagnostic {
    let paths: Vec<String> = change.replace_paths.iter().map(ToString::to_string).collect();
    let why = if paths.is_empty() { String::new() } else { format!("{} would force a new object. ", paths.join(", ")) };
    Diagnostic::error(
        "Instance cannot be destroyed",
        format!(
            "Resource {addr} has lifecycle.prevent_destroy set, but the plan calls for this resource to be destroyed. To \
             avoid this error and continue with the plan, either disable lifecycle.prevent_destroy or reduce the scope \
             of the plan using the -target option."
        ),
    )
    .at(block.header)
    .address(addr)
    .hint(format!("{why}A removed block lets go of an object without destroying it."))
}

/// The object with an id that says whose it is, where it is not known yet: what refers to it can be told by that.
fn with_origin(mut planned: Value, instance: &AbsInstance) -> Value {
    if let Kind::Object(attributes) = &mut planned.kind
        && attributes.get("id").is_some_and(|id| !id.is_known() && id.origin().is_none())
        && let Some(id) = Arc::make_mut(attributes).get_mut("id")
    {
        *id = id.clone().with_origin(&instance.to_string());
    }
    planned
}

/// Puts a finding of the provider at the part of the block that it speaks of.
pub(super) fn blame(mut diagnostic: Diagnostic, instance: &AbsInstance, block: &Resource) -> Diagnostic {
    if diagnostic.span.is_none() {
        let at = diagnostic.attribute.as_ref().and_then(|path| expr_at(&block.body, path));
        diagnostic.span = Some(at.unwrap_or(block.header));
        diagnostic.context = Some(block.header);
    }
    diagnostic.address.get_or_insert_with(|| instance.to_string());
    diagnostic
}
