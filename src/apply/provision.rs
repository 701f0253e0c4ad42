//! Provisioners: commands of this machine that run after an object is made, or before it goes.
//!
//! Knows nothing of how a command is run.

use std::collections::BTreeMap;
use std::path::PathBuf;

use async_trait::async_trait;

use crate::config::{Config, Moment, Provisioner, Resource};
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::eval::{Scope, decode_body};
use crate::plan::{Change, Plan, StepKind};
use crate::provider::Object;
use crate::schema::{Block, boolean, list_of, map_of, string};
use crate::state::Status;
use crate::value::{Type, Value};

use super::run::Apply;
use super::save::storage;
use super::step::Subject;
use super::{Event, Provisioning};

/// What a provisioner of this kind prints in front of its lines.
const SUPPRESSED: &str = "(output suppressed due to sensitive value in config)";

/// What to do about provisioners that are not allowed.
pub const PROVISIONER_HINT: &str = "Give -allow-local-exec if you trust the commands; or let the image, user data or the \
                                    cluster's own tools do it, and take the block away.";

/// How much of the output a message quotes.
const QUOTED_LINES: usize = 50;

/// A command of this machine.
#[derive(Clone, Debug)]
pub struct LocalCommand {
    /// The program and what stands before the command, and the command itself.
    pub arguments: Vec<String>,
    pub working_dir: Option<PathBuf>,
    /// Entries beside those that every program gets.
    pub environment: BTreeMap<String, String>,
}

/// Runs commands of this machine.
#[async_trait]
pub trait LocalExec: Send + Sync {
    /// Runs a command to its end; `line` hears what it prints. An error says how it failed, as in "exit status 1".
    async fn run(&self, command: LocalCommand, line: &(dyn Fn(String) + Send + Sync)) -> Result<(), String>;
}

/// The provisioners that a plan would run, each with the address of its object.
pub fn provisioned<'a>(plan: &'a Plan, config: &'a Config) -> Vec<(&'a Change, &'a Provisioner)> {
    let mut found = Vec::new();
    for step in &plan.steps {
        let Some(change) = plan.changes.get(step.change) else { continue };
        let moment = match step.kind {
            StepKind::Create | StepKind::CreateBeforeDestroy => Moment::Create,
            StepKind::Delete if change.key.deposed.is_none() => Moment::Destroy,
            _ => continue,
        };
        let resource = &change.key.addr.resource;
        let block = config.module(&resource.module.path()).and_then(|m| m.resources.get(&resource.resource));
        found.extend(block.into_iter().flat_map(|b| of(b, moment)).map(|provisioner| (change, provisioner)));
    }
    found
}

fn of(block: &Resource, moment: Moment) -> impl Iterator<Item = &Provisioner> {
    block.provisioners.iter().filter(move |p| p.moment == moment)
}

/// The arguments of `local-exec`.
pub fn local_exec_schema() -> Block {
    Block::new()
        .attr("command", string().required())
        .attr("environment", map_of(Type::String).optional())
        .attr("interpreter", list_of(Type::String).optional())
        .attr("quiet", boolean().optional())
        .attr("working_dir", string().optional())
}

impl Apply<'_> {
    /// Runs what belongs to a new object. Until all of it is done the object counts as half made.
    pub(super) async fn provision_new(&self, subject: &Subject<'_>) -> Result<(), Diagnostics> {
        let Some(block) = subject.block.filter(|b| of(b, Moment::Create).next().is_some()) else { return Ok(()) };
        self.set_status(subject, Status::Tainted).await?;
        let object = self.world.instance(&subject.addr().resource, &subject.addr().key);
        self.provision(subject, block, Moment::Create, object).await?;
        self.set_status(subject, Status::Ready).await
    }

    /// Runs what belongs to an object that goes. If it fails, the object stays.
    pub(super) async fn provision_old(&self, subject: &Subject<'_>, object: &Value) -> Result<(), Diagnostics> {
        let Some(block) = subject.block.filter(|b| of(b, Moment::Destroy).next().is_some()) else { return Ok(()) };
        self.provision(subject, block, Moment::Destroy, Some(object.clone())).await
    }

    async fn set_status(&self, subject: &Subject<'_>, status: Status) -> Result<(), Diagnostics> {
        self.saver.change(|state| {
            if let Some(object) = &mut state.instance_mut(subject.addr(), &subject.change.provider).current {
                object.status = status;
            }
        });
        self.saver.save().await.map_err(storage)
    }

    async fn provision(
        &self,
        subject: &Subject<'_>,
        block: &Resource,
        moment: Moment,
        object: Option<Value>,
    ) -> Result<(), Diagnostics> {
        let addr = subject.addr();
        let keys = self.world.keys(&addr.resource.module, &block.repetition)?;
        let own = object.unwrap_or_else(|| Value::unknown(Type::Dynamic));
        for provisioner in of(block, moment) {
            let scope = self.world.scope_of(&addr.resource.module, keys.repeated(&addr.key));
            let scope = scope.with_self(own.clone());
            let tell = |what| self.emit(Event::Provisioning { addr: addr.clone(), what });
            tell(Provisioning::Started);
            let Err(why) = self.execute_one(provisioner, &scope, &|line| tell(Provisioning::Output(line))).await else {
                tell(Provisioning::Complete);
                continue;
            };
            tell(Provisioning::Failed);
            let found = why.into_iter().map(|d| d.address(addr).at(provisioner.header));
            if !provisioner.goes_on {
                return Err(found.collect());
            }
            for diagnostic in found {
                self.emit(Event::Diagnostic(Diagnostic { severity: Severity::Warning, ..diagnostic }));
            }
        }
        Ok(())
    }

    async fn execute_one(
        &self,
        provisioner: &Provisioner,
        scope: &(dyn Scope + Sync),
        tell: &(dyn Fn(String) + Send + Sync),
    ) -> Result<(), Diagnostics> {
        let Some(exec) = self.local_exec else {
            let refused = "kiban runs local-exec provisioners only where it is told to.";
            return Err(Diagnostic::error("Provisioners are not run", refused).hint(PROVISIONER_HINT).into());
        };
        let (config, errors) = decode_body(&provisioner.body, &local_exec_schema(), scope);
        errors.or(())?;
        let secret = config.is_sensitive_deep();
        let config = Object::from_value(&config.unmark_deep().0);
        let failed = |detail: String| Diagnostics::from(Diagnostic::error("local-exec provisioner error", detail));
        let Some(command) = config.string("command") else {
            return Err(failed("local-exec provisioner command must be a non-empty string.".into()));
        };
        let mut arguments = config.strings("interpreter");
        if arguments.is_empty() {
            arguments = vec!["/bin/sh".into(), "-c".into()];
        }
        arguments.push(command.clone());
        tell(match (secret, config.bool("quiet")) {
            (true, _) => SUPPRESSED.into(),
            (_, Some(true)) => "local-exec: Executing: Suppressed by quiet=true".into(),
            _ => {
                let quoted: Vec<String> = arguments.iter().map(|a| format!("{a:?}")).collect();
                format!("Executing: [{}]", quoted.join(" "))
            }
        });
        let run = LocalCommand {
            arguments,
            working_dir: config.string("working_dir").map(PathBuf::from),
            environment: config.string_map("environment"),
        };
        let printed = std::sync::Mutex::new(Vec::new());
        let heard = |line: String| {
            tell(if secret { SUPPRESSED.into() } else { line.clone() });
            printed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(line);
        };
        let Err(why) = exec.run(run, &heard).await else { return Ok(()) };
        if secret {
            return Err(failed(format!(
                "Error running command: {why}. The command holds a sensitive value, so neither it nor its output is shown."
            )));
        }
        let lines = printed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let last = lines.get(lines.len().saturating_sub(QUOTED_LINES)..).unwrap_or_default();
        Err(failed(format!("Error running command '{command}': {why}. Output: {}", last.join("\n"))))
    }
}
