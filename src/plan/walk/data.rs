//! Data sources: read while planning as soon as their configuration is known, else a step of the plan.

use std::collections::BTreeMap;

use futures::future::join_all;

use crate::addr::{AbsInstance, AbsResource, ConfigResource, InstanceKey, ModuleInstance, Name, ProviderAddr};
use crate::config::Resource;
use crate::diag::Diagnostic;
use crate::eval::checks::Checked;
use crate::eval::decode_stored;
use crate::eval::world::{Instances, Keys};
use crate::provider::{ErrorKind, Object, Provider};
use crate::schema::SharedSchema;
use crate::value::Value;

use super::Walk;
use super::conditions::{POSTCONDITION, PRECONDITION};
use crate::plan::model::{Action, Reason};
use crate::plan::propose::propose;

/// A data source about to be read.
pub(super) struct DataRead<'a> {
    addr: AbsInstance,
    kind: Name,
    block: &'a Resource,
    provider: std::sync::Arc<dyn Provider>,
    provider_addr: ProviderAddr,
    schema: SharedSchema,
    config: Value,
    keys: Keys,
    /// Values of the block's other instances, that cannot be read yet.
    others: BTreeMap<InstanceKey, Value>,
}

impl<'a> Walk<'a> {
    /// Prepares the reads of a data source; what cannot be read yet becomes a step of the plan.
    pub(super) fn data_source(
        &mut self,
        addr: &ConfigResource,
        block: &'a Resource,
        module: ModuleInstance,
    ) -> Vec<DataRead<'a>> {
        let resource = AbsResource { module: module.clone(), resource: block.addr.clone() };
        let Some((provider_addr, schema)) = self.typed(addr, block) else {
            self.untyped(addr, block, &module);
            return Vec::new();
        };
        let Some(keys) = self.keys(addr, block, &module) else { return Vec::new() };
        let waits = self.inputs.connections.only_plans(&provider_addr)
            || self.inputs.graph.explicit_resources(addr).iter().any(|r| self.pending.contains(*r));
        let mut reads = Vec::new();
        let mut others = BTreeMap::new();
        for key in keys.iter() {
            let instance = resource.instance(key.clone());
            self.visited.insert(instance.clone());
            if !self.takes_part(&instance) {
                let stored = self.prior.current(&instance).and_then(|o| o.decode(&schema.block).ok());
                others.insert(key, stored.unwrap_or_else(|| Value::unknown(schema.block.ty())));
                continue;
            }
            let Some(provider) = self.inputs.providers.of(&provider_addr, &instance) else { continue };
            let scope = self.inputs.world.scope_of(&module, keys.repeated(&key));
            let checked = Checked::Instance(instance.clone());
            let met = self.judge(&checked, &block.preconditions, &scope, PRECONDITION);
            let (config, errors) = decode_stored(&block.body, &schema.block, &scope);
            let broken = errors.has_errors() || !met;
            self.found.extend(errors.into_iter().map(|d| if d.address.is_none() { d.address(&instance) } else { d }));
            if broken {
                others.insert(key, Value::unknown(schema.block.ty()));
                continue;
            }
            let known = config.is_wholly_known();
            if known && !waits {
                let (kind, addr) = (block.addr.kind.clone(), instance);
                reads.push(DataRead {
                    addr,
                    kind,
                    block,
                    provider,
                    provider_addr: provider_addr.clone(),
                    schema: schema.clone(),
                    config,
                    keys: keys.clone(),
                    others: BTreeMap::new(),
                });
                continue;
            }
            let planned = schema.block.mark_sensitive(propose(&schema.block, None, &config));
            self.judge(&checked, &block.postconditions, &scope.with_self(planned.clone()), POSTCONDITION);
            others.insert(key, planned.clone());
            let reason = if known { Reason::DependencyPending } else { Reason::ConfigUnknown };
            self.read_later(&instance, &provider_addr, block, reason, planned);
        }
        if reads.is_empty() {
            self.inputs.world.set_instances(resource, Instances::Known { keys, values: others });
        } else {
            reads.iter_mut().for_each(|r| r.others = others.clone());
        }
        reads
    }

    /// Reads data sources, all at the same time.
    pub(super) async fn read(&mut self, reads: Vec<DataRead<'a>>) {
        let read = reads.into_iter().map(|read| async {
            let config = Object::from_value(&read.config);
            let answer = read.provider.read_data(&read.kind, &config).await;
            (read, answer)
        });
        let mut by_resource: BTreeMap<AbsResource, (Keys, BTreeMap<InstanceKey, Value>)> = BTreeMap::new();
        for (read, answer) in join_all(read).await {
            let value = match answer {
                Ok(object) => self.data_value(&read, object),
                Err(error) if read.block.check.is_some() => {
                    let diagnostic = error.to_diagnostic("Cannot read data source");
                    self.unread(&read.addr, read.block, diagnostic.address(&read.addr).at(read.block.header));
                    None
                }
                Err(error) => {
                    let mut diagnostic = error.to_diagnostic("Cannot read data source");
                    if !matches!(error.kind, ErrorKind::Credentials | ErrorKind::Unreachable) {
                        diagnostic = diagnostic.address(&read.addr).at(read.block.header);
                    }
                    self.found.push(diagnostic);
                    None
                }
            };
            if read.block.check.is_some() {
                // What a check asserts must hold when everything is done: it is read once more then.
                let planned = || read.schema.block.mark_sensitive(propose(&read.schema.block, None, &read.config));
                let planned = value.clone().unwrap_or_else(planned);
                self.read_later(&read.addr, &read.provider_addr, read.block, Reason::CheckNested, planned);
            }
            if let Some(value) = &value {
                self.data.insert(read.addr.clone(), value.clone());
                self.fulfilled(&read, value);
            }
            let value = value.unwrap_or_else(|| Value::unknown(read.schema.block.ty()));
            let slot = by_resource
                .entry(read.addr.resource.clone())
                .or_insert_with(|| (read.keys.clone(), read.others.clone()));
            slot.1.insert(read.addr.key.clone(), value);
        }
        for (addr, (keys, values)) in by_resource {
            self.inputs.world.set_instances(addr, Instances::Known { keys, values });
        }
    }

    /// Plans a read during apply.
    fn read_later(
        &mut self,
        instance: &AbsInstance,
        provider: &ProviderAddr,
        block: &Resource,
        reason: Reason,
        planned: Value,
    ) {
        let mut change = self.change(instance, provider, Action::Read, None, Some(planned));
        change.reason = Some(reason);
        change.span = Some(block.header);
        change.scoped = block.check.is_some();
        self.changes.insert(change.key.clone(), change);
    }

    /// Judges the postconditions of what was read.
    fn fulfilled(&mut self, read: &DataRead<'a>, value: &Value) {
        let scope = self.inputs.world.scope_of(&read.addr.resource.module, read.keys.repeated(&read.addr.key));
        let scope = scope.with_self(value.clone());
        self.judge(&Checked::Instance(read.addr.clone()), &read.block.postconditions, &scope, POSTCONDITION);
    }

    fn data_value(&mut self, read: &DataRead<'_>, object: Object) -> Option<Value> {
        match read.schema.block.conform(&object.into_value()) {
            Ok(value) => {
                // What the configuration marks stays marked in the answer.
                let value = read.schema.block.mark_sensitive(value);
                let marked = value.as_map().into_iter().flatten().map(|(k, v)| {
                    let marks = read.config.get(k).map(Value::marks_deep).unwrap_or_default();
                    (k.clone(), v.clone().mark(marks))
                });
                Some(Value::object(marked.collect()))
            }
            Err(why) => {
                self.found.push(
                    Diagnostic::error("Unexpected answer of a data source", why)
                        .address(&read.addr)
                        .at(read.block.header),
                );
                None
            }
        }
    }
}
