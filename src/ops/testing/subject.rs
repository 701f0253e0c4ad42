//! The module under test, made ready for one run: providers of the test file, mocks and overrides in their places.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::addr::{ConfigResource, InstanceKey, ProviderAddr, Target};
use crate::config::testing::{MockProvider, Mocked, Override, Phase, ProviderRef, Run, TestFile, TestProvider};
use crate::config::{Config, Loaded, ProviderConfig, check};
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::eval::{Scope, evaluate};
use crate::graph::Graph;
use crate::hcl::ast::{Body, Expr, ExprKind};
use crate::plan::provider_of;
use crate::provider::standin::{Given, Mocks, StandIn, StandInPlugin};
use crate::provider::{Plugin, Providers};

use super::super::place::StatePlace;
use super::super::prepare::{Prepared, facts};
use super::super::validate;
use super::Session;
use super::names::{Names, Place};
use super::variables::RunVariables;

/// Makes the module of a run ready.
pub(super) fn prepare(
    session: &Session,
    run: &Run,
    loaded: &Loaded,
    names: &Names<'_>,
    sources: &Sources,
    variables: impl FnOnce(&Config) -> Result<RunVariables, Diagnostics>,
) -> Result<(Prepared, RunVariables), Diagnostics> {
    let mut config = loaded.config.clone();
    config.sources = sources.clone();
    let mocks = providers(&mut config, run, names)?;
    override_modules(&mut config, names.file, run);
    let mut found = findings(loaded, &config);
    let graph = match Graph::build(&config) {
        Ok(graph) => graph,
        Err(cycles) => {
            found.extend(cycles);
            return Err(found);
        }
    };
    let providers = stand_ins(session, &config, &mocks, names.file, run, sources);
    let facts = facts(session);
    let (_, errors) = validate::check(&config, &graph, &providers, &facts, &BTreeMap::new());
    validate::add_independent(&mut found, errors);
    if found.has_errors() {
        return Err(found);
    }
    let given = variables(&config)?;
    found.extend(given.found.clone());
    let values = given.values.clone();
    let place = StatePlace::Memory;
    Ok((
        Prepared {
            config,
            graph,
            variables: values,
            given: BTreeMap::new(),
            facts,
            providers,
            warnings: found,
            place,
            generated: BTreeMap::new(),
        },
        given,
    ))
}

/// What is wrong with a module, with the providers that the test file gives it.
fn findings(loaded: &Loaded, config: &Config) -> Diagnostics {
    let without: Vec<Diagnostic> = check(&loaded.config).into_iter().collect();
    let mut found: Diagnostics = loaded.diagnostics.iter().filter(|d| !without.contains(d)).cloned().collect();
    found.extend(check(config));
    found
}

/// Puts the providers of the test file into the configuration; those that are mocks come back.
fn providers<'f>(
    config: &mut Config,
    run: &Run,
    names: &Names<'f>,
) -> Result<BTreeMap<ProviderAddr, &'f MockProvider>, Diagnostics> {
    let mut found = Diagnostics::new();
    let mut chosen: Vec<(ProviderRef, &'f TestProvider)> = Vec::new();
    match &run.providers {
        Some(passed) => {
            for pass in passed {
                match names.file.providers.get(&pass.given) {
                    Some(provider) => chosen.push((pass.within.clone(), provider)),
                    None => {
                        let (name, alias) = &pass.given;
                        let shown = alias.as_ref().map_or_else(|| name.to_string(), |a| format!("{name}.{a}"));
                        found.push(
                            Diagnostic::error(
                                format!("Missing provider definition for {shown}"),
                                "This provider block references a provider definition that does not exist.",
                            )
                            .at(pass.span)
                            .within(run.header),
                        );
                    }
                }
            }
        }
        None => chosen.extend(names.file.providers.iter().map(|(key, provider)| (key.clone(), provider))),
    }
    let mut mocks = BTreeMap::new();
    for ((name, alias), provider) in chosen {
        let (ident, body) = match provider {
            TestProvider::Real(real) => {
                (real.name.clone(), constants(&real.body, &names.scope(Place::Run), &mut found))
            }
            TestProvider::Mock(mock) => {
                let source = config.root.provider_source(&name);
                mocks.insert(ProviderAddr { alias: alias.clone(), ..ProviderAddr::root(source) }, mock);
                let body = Body { attributes: Vec::new(), blocks: Vec::new(), span: mock.header, json: false };
                (mock.name.clone(), body)
            }
        };
        let block = ProviderConfig { name: ident, alias: alias.clone(), body, header: provider.span() };
        let block =
            ProviderConfig { name: crate::hcl::ast::Ident { name: name.clone(), span: block.name.span }, ..block };
        config.root.providers.insert((name, alias), block);
    }
    found.or(mocks)
}

/// The body with the values of its arguments: names in it belong to the test file, not to the module.
fn constants(body: &Body, scope: &dyn Scope, found: &mut Diagnostics) -> Body {
    let mut body = body.clone();
    for attribute in &mut body.attributes {
        match evaluate(&attribute.expr, scope) {
            Ok(value) => attribute.expr = Expr { kind: ExprKind::Literal(value), span: attribute.expr.span },
            Err(errors) => found.extend(errors),
        }
    }
    for block in &mut body.blocks {
        block.body = constants(&block.body, scope, found);
    }
    body
}

/// Overrides in the order in which later ones count: of mocks, of the file, of the run; the more exact after the others.
fn overrides<'f>(mocks: impl Iterator<Item = &'f MockProvider>, file: &'f TestFile, run: &'f Run) -> Vec<&'f Override> {
    let of_mocks = mocks.flat_map(|m| &m.overrides);
    let mut all: Vec<&Override> = of_mocks.chain(&file.overrides).chain(&run.overrides).collect();
    let exact = |target: &Target| {
        let (module, own) = match target {
            Target::Module(module) => (module, 0),
            Target::Resource(resource) => (&resource.module, 0),
            Target::Instance(instance) => (&instance.resource.module, 1),
        };
        module.0.iter().filter(|(_, key)| *key != InstanceKey::None).count() + own
    };
    all.sort_by_key(|o| exact(&o.target));
    all
}

fn override_modules(config: &mut Config, file: &TestFile, run: &Run) {
    for given in overrides(std::iter::empty(), file, run) {
        if let Target::Module(module) = &given.target {
            let outputs = given.mocked.values.as_map().cloned().unwrap_or_default();
            config.overridden.push((module.clone(), outputs));
        }
    }
}

/// Providers in which mocks stand for what they replace.
fn stand_ins(
    session: &Session,
    config: &Config,
    mocks: &BTreeMap<ProviderAddr, &MockProvider>,
    file: &TestFile,
    run: &Run,
    sources: &Sources,
) -> Arc<Providers> {
    let real: BTreeSet<ProviderAddr> = used(config).into_iter().filter(|addr| !mocks.contains_key(addr)).collect();
    let plugins = session.plugins.iter().map(|plugin| {
        let mocked = mocks.keys().any(|addr| &*addr.source == plugin.source());
        // A source is seen as its mocks see it only where nothing real of it is used.
        if mocked && !real.iter().any(|addr| &*addr.source == plugin.source()) {
            Arc::new(StandInPlugin::new(plugin.clone())) as Arc<dyn Plugin>
        } else {
            plugin.clone()
        }
    });
    let providers = Providers::new(plugins);
    let plugin = |source: &str| session.plugins.iter().find(|p| p.source() == source).cloned();
    for (addr, mock) in mocks {
        if let Some(plugin) = plugin(&addr.source) {
            let given = |mocked: &BTreeMap<_, Mocked>| {
                mocked.iter().map(|(kind, m)| (std::sync::Arc::clone(kind), given(m, sources))).collect()
            };
            let values = Mocks { resources: given(&mock.resources), data: given(&mock.data) };
            providers.add(addr.clone(), Arc::new(StandIn::new(plugin, values)));
        }
    }
    for given_values in overrides(mocks.values().copied(), file, run) {
        let Some((kind, addr)) = kind_of(config, &given_values.target) else { continue };
        let Some(plugin) = plugin(&addr.source) else { continue };
        let values: BTreeMap<_, _> = [(kind, given(&given_values.mocked, sources))].into();
        let stand_in = StandIn::new(plugin, Mocks { resources: values.clone(), data: values });
        providers.override_for(given_values.target.clone(), Arc::new(stand_in));
    }
    Arc::new(providers)
}

fn given(mocked: &Mocked, sources: &Sources) -> Given {
    Given {
        values: mocked.values.clone(),
        at_plan: mocked.during == Phase::Plan,
        origin: sources.place(mocked.written),
    }
}

/// The provider configurations that the resources of a configuration use.
fn used(config: &Config) -> BTreeSet<ProviderAddr> {
    let mut out = BTreeSet::new();
    for module in config.modules() {
        for resource in module.resources.values() {
            let addr = ConfigResource { module: module.path.clone(), resource: resource.addr.clone() };
            out.extend(provider_of(config, &addr, resource));
        }
    }
    out
}

/// Type and provider of the resource that a target names.
fn kind_of(config: &Config, target: &Target) -> Option<(crate::addr::Name, ProviderAddr)> {
    let resource = match target {
        Target::Module(_) => return None,
        Target::Resource(resource) => resource,
        Target::Instance(instance) => &instance.resource,
    };
    let block = config.module(&resource.module.path())?.resources.get(&resource.resource)?;
    let addr = provider_of(config, &resource.config(), block)?;
    Some((resource.resource.kind.clone(), addr))
}

/// Warnings about overrides of what no module has.
pub(super) fn aimless<'f>(file: &'f TestFile, configs: &[&Config]) -> Diagnostics {
    let mocks = file.providers.values().filter_map(|p| match p {
        TestProvider::Mock(mock) => Some(mock),
        TestProvider::Real(_) => None,
    });
    let all =
        mocks.flat_map(|m| &m.overrides).chain(&file.overrides).chain(file.runs.iter().flat_map(|r| &r.overrides));
    let exists = |target: &Target| {
        configs.iter().any(|config| match target {
            Target::Module(module) => config.module(&module.path()).is_some(),
            target => kind_of(config, target).is_some(),
        })
    };
    let aimless = all.filter(|o: &&'f Override| !exists(&o.target)).map(|o| {
        let detail = format!(
            "The override target {} does not exist within the configuration under test. This could indicate a typo in the target address or an unnecessary override.",
            o.target
        );
        Diagnostic::warning("Invalid override target", detail).at(o.target_span).within(o.mocked.header)
    });
    aimless.collect()
}
