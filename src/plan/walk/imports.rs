//! `import` blocks: which objects they name, and what these are like.

use std::collections::BTreeMap;

use super::Walk;
use crate::addr::{AbsInstance, AbsResource, ConfigResource, InstanceKey, Mode as ResourceMode, ModuleInstance};
use crate::config::{Import, ImportIdentity, KeyExpr, Repetition, Resource};
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::evaluate;
use crate::eval::world::Repeated;
use crate::hcl::ast::Expr;
use crate::plan::model::Mode;
use crate::provider::{Object, Provider, RemoteId};
use crate::refresh::{Wanted, import};
use crate::state::ObjectState;
use crate::value::{Kind, Type, Value, convert};

/// What is imported, by where it goes.
#[derive(Default)]
pub(super) struct Imports<'a> {
    /// Blocks, with the path of the module that has them, by the block that they import to.
    blocks: BTreeMap<ConfigResource, Vec<&'a Import>>,
    /// The id of each object that this plan imports, as it is shown.
    pub ids: BTreeMap<AbsInstance, String>,
}

impl<'a> Walk<'a> {
    pub(super) fn find_imports(&mut self) {
        for module in self.inputs.config.modules() {
            for block in &module.imports {
                if let Some(target) = block.target(&module.path) {
                    self.imports.blocks.entry(target).or_default().push(block);
                }
            }
        }
    }

    /// Blocks whose target the configuration does not have.
    pub(super) fn lost_imports(&mut self) {
        for (target, blocks) in &self.imports.blocks {
            if self.block(target).is_some() {
                continue;
            }
            for block in blocks {
                let found = Diagnostic::error(
                    "Configuration for import target does not exist",
                    format!(
                        "The configuration for the given import target {} does not exist. If you wish to automatically \
                         generate config for this resource, use the -generate-config-out option within kiban plan. \
                         Otherwise, make sure the target resource exists within your configuration. For example:\n\n  \
                         kiban plan -generate-config-out=generated.tf",
                        block.to
                    ),
                );
                self.found.push(found.at(block.to.span).within(block.span));
            }
        }
    }

    /// Takes what `import` blocks name into the prior state, before its resources are planned.
    pub(super) async fn import(&mut self, level: &[ConfigResource]) {
        if self.inputs.options.mode != Mode::Normal || self.imports.blocks.is_empty() {
            return;
        }
        let mut wanted = Vec::new();
        for addr in level.iter().filter(|a| a.resource.mode == ResourceMode::Managed) {
            let (Some(blocks), Some(block)) = (self.imports.blocks.get(addr).cloned(), self.block(addr)) else {
                continue;
            };
            for import in blocks {
                wanted.extend(self.wanted(addr, block, import));
            }
        }
        for (addr, answer) in import(wanted, self.inputs.providers).await {
            let config = addr.resource.config();
            let Some(block) = self.block(&config) else { continue };
            let (value, typed) = match (answer, self.typed(&config, block)) {
                (Ok(value), Some(typed)) => (value, typed),
                (Err(diagnostic), _) => {
                    self.imports.ids.remove(&addr);
                    self.found.push(Diagnostic { span: diagnostic.span.or(Some(block.header)), ..diagnostic });
                    continue;
                }
                (Ok(_), None) => continue,
            };
            let mut object = ObjectState { schema_version: typed.1.version, ..ObjectState::default() };
            object.encode(&value, &typed.1.block);
            self.prior.instance_mut(&addr, &typed.0).current = Some(object);
        }
    }

    /// What one block imports; objects that the state has already are left out.
    fn wanted(&mut self, addr: &ConfigResource, block: &'a Resource, import: &'a Import) -> Vec<Wanted> {
        let mut out = Vec::new();
        let depth = addr.module.0.len() - import.to.modules.len();
        let declared = crate::addr::ModulePath(addr.module.0.iter().take(depth).cloned().collect());
        for module in self.inputs.world.module_instances(&declared) {
            let all = match self.repetitions(&module, import) {
                Ok(all) => all,
                Err(errors) => {
                    self.found.extend(errors);
                    continue;
                }
            };
            for repeated in all {
                match self.one(&module, block, import, repeated) {
                    Ok(wanted) => out.extend(wanted),
                    Err(errors) => self.found.extend(errors),
                }
            }
        }
        out
    }

    fn repetitions(&self, module: &ModuleInstance, import: &Import) -> Result<Vec<Repeated>, Diagnostics> {
        let Some(expr) = &import.for_each else { return Ok(vec![Repeated::default()]) };
        let value = evaluate(expr, &self.inputs.world.scope(module))?;
        let invalid =
            |detail: &str| Diagnostics::from(Diagnostic::error("Invalid for_each argument", detail).at(expr.span));
        if !value.is_wholly_known() {
            return Err(invalid(
                "The \"for_each\" expression includes values derived from other resource attributes that cannot be \
                 determined until apply, and so Terraform cannot determine the full set of values that might be used to \
                 import this resource.",
            ));
        }
        let pair = |key: Value, value: &Value| Repeated { index: None, each: Some((key, value.clone())) };
        match &value.kind {
            Kind::Null(_) => Ok(Vec::new()),
            Kind::Map(_, m) | Kind::Object(m) => Ok(m.iter().map(|(k, v)| pair(Value::string(k.clone()), v)).collect()),
            Kind::Set(_, items) => Ok(items.iter().map(|v| pair(v.clone(), v)).collect()),
            Kind::List(_, items) | Kind::Tuple(items) => {
                Ok(items.iter().enumerate().map(|(i, v)| pair(Value::from(i as i64), v)).collect())
            }
            _ => Err(invalid("The \"for_each\" expression must be a collection.")),
        }
    }

    fn one(
        &mut self,
        module: &ModuleInstance,
        block: &'a Resource,
        import: &'a Import,
        repeated: Repeated,
    ) -> Result<Option<Wanted>, Diagnostics> {
        let addr = self.target(module, block, import, &repeated)?;
        if !self.takes_part(&addr) || self.prior.current(&addr).is_some() {
            return Ok(None);
        }
        if !self.declares(&addr, block)? {
            return Err(Diagnostic::error(
                "Configuration for import target does not exist",
                format!(
                    "The configuration for the given import {addr} does not exist. All target instances must have an \
                     associated configuration to be imported."
                ),
            )
            .at(import.to.span)
            .within(import.span)
            .into());
        }
        let Some((provider, _)) = self.typed(&addr.resource.config(), block) else { return Ok(None) };
        let Some(configured) = self.inputs.providers.of(&provider, &addr) else { return Ok(None) };
        let scope = self.inputs.world.scope_of(module, repeated);
        let expr = import.identity.expr();
        let value = evaluate(expr, &scope)?;
        let (id, shown) = identify(&*configured, addr.kind(), &import.identity, &value)?;
        if self.imports.ids.contains_key(&addr) {
            return Err(Diagnostic::error(
                format!("Duplicate import configuration for \"{addr}\""),
                "More than one object is imported to this address. A resource instance can be imported only once.",
            )
            .at(import.to.span)
            .within(import.span)
            .into());
        }
        self.imports.ids.insert(addr.clone(), shown);
        Ok(Some(Wanted { addr, provider, id }))
    }

    /// The instance that an object goes to.
    fn target(
        &self,
        module: &ModuleInstance,
        block: &Resource,
        import: &Import,
        repeated: &Repeated,
    ) -> Result<AbsInstance, Diagnostics> {
        let scope = self.inputs.world.scope_of(module, repeated.clone());
        let key = |key: &Option<KeyExpr>| match key {
            None => Ok(InstanceKey::None),
            Some(KeyExpr::Fixed(key)) => Ok(key.clone()),
            Some(KeyExpr::Expr(expr)) => evaluated_key(expr, evaluate(expr, &scope)?),
        };
        let mut target = module.clone();
        for (name, step) in &import.to.modules {
            target = target.child(name, key(step)?);
        }
        let own = key(&import.to.resource.as_ref().and_then(|(_, key)| key.clone()))?;
        let unused = match (&own, &block.repetition) {
            (InstanceKey::Str(_), Repetition::Once | Repetition::Count(_)) => Some("for_each"),
            (InstanceKey::Int(_), Repetition::Once | Repetition::ForEach(_)) => Some("count"),
            _ => None,
        };
        if let Some(unused) = unused {
            return Err(Diagnostic::error(
                "Invalid import 'to' expression",
                format!("The target resource does not use {unused}."),
            )
            .at(import.to.span)
            .within(import.span)
            .into());
        }
        Ok(AbsResource { module: target, resource: block.addr.clone() }.instance(own))
    }

    fn declares(&self, addr: &AbsInstance, block: &Resource) -> Result<bool, Diagnostics> {
        let module = &addr.resource.module;
        Ok(self.inputs.world.module_instances(&module.path()).contains(module)
            && self.inputs.world.keys(module, &block.repetition)?.iter().contains(&addr.key))
    }
}

fn evaluated_key(expr: &Expr, value: Value) -> Result<InstanceKey, Diagnostics> {
    let invalid = |why: &str| Diagnostics::from(Diagnostic::error("Invalid import 'to' expression", why).at(expr.span));
    let (value, marks) = value.unmark();
    if !marks.is_empty() {
        return Err(invalid("A sensitive value cannot be the key of an instance: that would disclose it."));
    }
    match (&value.kind, value.as_i64()) {
        (Kind::Unknown(..), _) => Err(invalid(
            "The key depends on resource attributes that cannot be determined until apply, so it is not known which \
             instance is meant.",
        )),
        (Kind::String(text), _) => Ok(InstanceKey::Str(text.clone())),
        (_, Some(n)) => u64::try_from(n).map(InstanceKey::Int).map_err(|_| invalid("The index is negative.")),
        _ => Err(invalid("An index must be a number or a string.")),
    }
}

/// The id that a block gives, and how it is shown.
pub fn identify(
    provider: &dyn Provider,
    kind: &str,
    identity: &ImportIdentity,
    value: &Value,
) -> Result<(RemoteId, String), Diagnostics> {
    let span = identity.expr().span;
    let what = match identity {
        ImportIdentity::Id(_) => "id",
        ImportIdentity::Attributes(_) => "identity",
    };
    let invalid =
        |why: String| Diagnostics::from(Diagnostic::error(format!("Invalid import {what} argument"), why).at(span));
    if value.is_null() {
        return Err(invalid(match identity {
            ImportIdentity::Id(_) => "The import ID cannot be null.".into(),
            ImportIdentity::Attributes(_) => "The import identity cannot be null.".into(),
        }));
    }
    if !value.is_wholly_known() {
        return Err(invalid(format!(
            "The import block \"{what}\" argument depends on resource attributes that cannot be determined until apply, \
             so Terraform cannot plan to import this resource."
        )));
    }
    let secret = value.is_sensitive_deep();
    let shown = |text: String| if secret { "(sensitive value)".to_owned() } else { text };
    let unusable = |e: crate::provider::Error| invalid(crate::diag::sentence(&e.to_string()));
    match identity {
        ImportIdentity::Id(_) => {
            let text = convert(value, &Type::String)
                .map_err(|why| invalid(format!("The import ID value is unsuitable: {why}.")))?;
            let text = text.as_str().unwrap_or_default().to_owned();
            if text.is_empty() {
                return Err(invalid(
                    "The import ID value evaluates to an empty string, please provide a non-empty value.".into(),
                ));
            }
            Ok((provider.import_id(kind, &text).map_err(unusable)?, shown(text)))
        }
        ImportIdentity::Attributes(_) => {
            if value.as_map().is_none() {
                return Err(invalid("The import identity must be an object.".into()));
            }
            let id = provider.import_identity(kind, &Object::from_value(value)).map_err(unusable)?;
            let text = shown(id.to_string());
            Ok((id, text))
        }
    }
}
