//! The operations as commands see them.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::operations::{
    Applied, BootstrapPlanned, BootstrapRequest, BootstrapStatus, Checked, Drifted, Failure, FormatRequest, Formatted,
    ListedTenant, NewTenant, Operations, Permissions, PlanRequest, Planned, Purpose, SchemaLookup, Shown, Stored,
    TenantRequest, TestObserver, TestRequest, Tested, TokenRequest, Validated,
};
use super::render::{Palette, bootstrap, plan as render};
use crate::addr::{AbsInstance, ProviderAddr};
use crate::apply::{Observer, Urgency};
use crate::config::Argument;
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::ops::{self, Args, Progress, Session};
use crate::plan::json;
use crate::provider::Providers;
use crate::state::file;

/// One command's work on one root module.
pub struct Work {
    pub session: Session,
    pub state: Option<std::path::PathBuf>,
    /// The plan that was shown last, with the lock it holds.
    pending: Mutex<Option<(ops::Planned, Args)>>,
    /// The same for what is delivered alone.
    looked: Mutex<Option<ops::Looked>>,
}

impl Work {
    pub fn new(session: Session, state: Option<std::path::PathBuf>) -> Self {
        Self { session, state, pending: Mutex::new(None), looked: Mutex::new(None) }
    }

    fn args(&self, request: PlanRequest) -> Args {
        Args {
            options: request.options,
            generate: request.generate,
            refresh: request.refresh,
            lock: request.lock,
            lock_timeout: request.lock_timeout,
            variables: request.variables,
            parallelism: request.parallelism,
            state: self.state.clone(),
            local_exec: request.local_exec,
        }
    }

    fn bootstrap_args(&self, request: BootstrapRequest) -> Args {
        Args {
            variables: request.variables,
            lock: request.lock,
            lock_timeout: request.lock_timeout,
            state: self.state.clone(),
            ..Args::default()
        }
    }

    fn present(&self, planned: ops::Planned, args: Args) -> Planned {
        let shown = Planned {
            plan: planned.plan.clone(),
            config: Arc::new(planned.prepared.config.clone()),
            variables: planned.prepared.shown_variables(),
            schemas: schemas(planned.providers()),
            bootstraps: planned.bootstraps.clone(),
            diagnostics: planned.warnings.clone(),
            sources: planned.sources().clone(),
        };
        *self.pending.lock().unwrap_or_else(PoisonError::into_inner) = Some((planned, args));
        shown
    }
}

fn schemas(providers: &Arc<Providers>) -> SchemaLookup {
    let providers = providers.clone();
    Arc::new(move |provider: &ProviderAddr, addr: &AbsInstance| {
        providers.schema(&provider.source, &addr.resource.resource)
    })
}

impl From<Box<ops::Failure>> for Failure {
    fn from(failure: Box<ops::Failure>) -> Self {
        Self { diagnostics: failure.diagnostics, sources: failure.sources }
    }
}

fn plain(diagnostics: impl Into<Diagnostics>) -> Failure {
    Failure { diagnostics: diagnostics.into(), sources: Sources::default() }
}

#[async_trait]
impl Operations for Work {
    async fn validate(&self) -> Result<Validated, Failure> {
        let found = ops::validate(&self.session)?;
        Ok(Validated { diagnostics: found.diagnostics, sources: found.sources })
    }

    async fn install(&self, upgrade: bool, told: &mut (dyn FnMut(Progress) + Send)) -> Result<Validated, Failure> {
        let loaded = ops::install(&self.session, upgrade, told)?;
        Ok(Validated { diagnostics: loaded.diagnostics, sources: loaded.config.sources })
    }

    fn questions(&self, arguments: &[Argument]) -> Vec<ops::Question> {
        ops::questions(&self.session, arguments)
    }

    async fn plan(&self, request: PlanRequest) -> Result<Planned, Failure> {
        let args = self.args(request);
        let planned = ops::plan(&self.session, &args, "OperationTypePlan").await?;
        Ok(self.present(planned, args))
    }

    async fn resume(&self, from: &Path, request: PlanRequest) -> Result<Planned, Failure> {
        let file = ops::read_plan_file(from).map_err(plain)?;
        let args = file.args(&self.args(request)).map_err(plain)?;
        let planned = ops::plan(&self.session, &args, "OperationTypeApply").await?;
        ops::check_plan_file(&file, &planned).map_err(plain)?;
        Ok(self.present(planned, args))
    }

    async fn apply(&self, _shown: Planned, observer: &dyn Observer) -> Result<Applied, Failure> {
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((planned, _)) = pending else {
            return Err(plain(Diagnostic::error("Nothing planned", "There is no plan to apply.")));
        };
        let done = ops::apply(&self.session, planned, observer).await?;
        let outputs = done.state.outputs.iter().map(|(k, o)| (k.clone(), (o.value.clone(), o.sensitive))).collect();
        Ok(Applied { outputs, summary: done.summary, diagnostics: done.diagnostics, sources: done.sources })
    }

    async fn import(&self, addr: &AbsInstance, id: &str, request: PlanRequest) -> Result<Validated, Failure> {
        let done = ops::import(&self.session, &self.args(request), addr, id).await?;
        Ok(Validated { diagnostics: done.warnings, sources: done.sources })
    }

    async fn drift(&self, request: PlanRequest) -> Result<Drifted, Failure> {
        let found = ops::drift(&self.session, &self.args(request)).await?;
        Ok(Drifted {
            drift: found.drift,
            bootstraps: found.bootstraps,
            schemas: schemas(&found.providers),
            diagnostics: found.warnings,
            sources: found.sources,
        })
    }

    async fn save(&self, shown: &Planned, to: &Path) -> Result<(), Failure> {
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((planned, args)) = pending.as_ref() else { return Ok(()) };
        let lookup = |provider: &ProviderAddr, addr: &AbsInstance| (shown.schemas)(provider, addr);
        let document = json::plan(&json::Document {
            plan: &shown.plan,
            config: &shown.config,
            variables: &shown.variables,
            schemas: &lookup,
            errored: false,
        });
        let delivered = bootstrap::plan(&shown.bootstraps, Palette::PLAIN);
        let text = format!("{}{delivered}", render::render(&shown.plan, &lookup, Palette::PLAIN));
        let path = self.session.dir.join(to);
        ops::write_plan_file(&path, planned, args, document, text).map_err(plain)
    }

    async fn load(&self, from: &Path) -> Result<Shown, Failure> {
        let path = self.session.dir.join(from);
        if let Ok(bytes) = std::fs::read(&path)
            && let Ok(Some(state)) = file::parse_stored(&bytes)
        {
            let providers = Arc::new(Providers::new(self.session.plugins.iter().cloned()));
            let text = String::from_utf8(bytes).ok();
            return Ok(Shown::State(Stored { state, text, schemas: schemas(&providers) }));
        }
        let file = ops::read_plan_file(&path).map_err(plain)?;
        Ok(Shown::Plan { text: file.text, json: file.plan })
    }

    async fn state(&self) -> Result<Stored, Failure> {
        let args = Args { state: self.state.clone(), ..Args::default() };
        let stored = ops::stored(&self.session, &args).await?;
        let text = stored.state.as_ref().and_then(|s| String::from_utf8(file::write(s)).ok());
        Ok(Stored { state: stored.state.unwrap_or_default(), text, schemas: schemas(&stored.providers) })
    }

    async fn console(&self, variables: Vec<Argument>, plan: bool) -> Result<ops::Console, Failure> {
        let args = Args { variables, state: self.state.clone(), lock: false, ..Args::default() };
        let opened = match plan {
            true => ops::console_over_plan(&self.session, &args).await,
            false => ops::console(&self.session, &args).await,
        };
        opened.map_err(Failure::from)
    }

    async fn format(&self, request: FormatRequest) -> Formatted {
        ops::format(&request)
    }

    async fn format_text(&self, name: &str, bytes: Vec<u8>) -> Formatted {
        ops::format_text(name, bytes)
    }

    async fn test(&self, request: TestRequest, observer: &dyn TestObserver) -> Result<Tested, Failure> {
        let (suite, diagnostics, sources) = ops::testing::test(&self.session, &request, observer).await?;
        let interrupted = self.session.cancel.urgency() != Urgency::None;
        Ok(Tested { suite, diagnostics, sources, interrupted })
    }

    async fn graph(&self) -> Result<String, Failure> {
        Ok(ops::graph(&self.session)?.dot)
    }

    async fn permissions(&self, request: PlanRequest, purpose: Purpose) -> Result<Permissions, Failure> {
        let purpose = match purpose {
            Purpose::Apply => ops::Purpose::Apply,
            Purpose::Plan => ops::Purpose::Plan,
            Purpose::Drift => ops::Purpose::Drift,
            Purpose::Changes => ops::Purpose::Changes,
        };
        Ok(ops::permissions(&self.session, &self.args(request), purpose).await?)
    }

    async fn bootstrap_plan(&self, request: BootstrapRequest, removing: bool) -> Result<BootstrapPlanned, Failure> {
        let looked = ops::bootstrap_plan(&self.session, &self.bootstrap_args(request), removing).await?;
        let planned = BootstrapPlanned {
            bootstraps: looked.bootstraps.clone(),
            diagnostics: looked.warnings.clone(),
            sources: looked.sources().clone(),
        };
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(looked);
        Ok(planned)
    }

    async fn bootstrap_apply(&self, observer: &dyn Observer) -> Result<(), Failure> {
        let looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(looked) = looked else {
            return Err(plain(Diagnostic::error("Nothing planned", "There is nothing to deliver.")));
        };
        ops::bootstrap_apply(&self.session, looked, observer).await?;
        Ok(())
    }

    async fn bootstrap_forget(&self, request: BootstrapRequest) -> Result<Vec<(String, usize)>, Failure> {
        Ok(ops::bootstrap_forget(&self.session, &self.bootstrap_args(request)).await?)
    }

    async fn bootstrap_status(&self, request: BootstrapRequest) -> Result<BootstrapStatus, Failure> {
        Ok(ops::bootstrap_status(&self.session, &self.bootstrap_args(request)).await?)
    }

    async fn bootstrap_render(&self, request: BootstrapRequest) -> Result<Vec<serde_json::Value>, Failure> {
        Ok(ops::bootstrap_render(&self.session, &self.bootstrap_args(request)).await?)
    }

    async fn eks_token(&self, request: TokenRequest) -> Result<serde_json::Value, Failure> {
        Ok(ops::eks_token(&self.session, &request).await?)
    }

    async fn new_tenant(&self, request: TenantRequest) -> Result<NewTenant, Failure> {
        Ok(ops::new_tenant(&self.session, &request)?)
    }

    async fn write_tenant(&self, new: &NewTenant) -> Result<(), Failure> {
        Ok(ops::write_tenant(new)?)
    }

    async fn list_tenants(&self, gitops: Option<&Path>) -> Result<Vec<ListedTenant>, Failure> {
        Ok(ops::list_tenants(&self.session, gitops)?)
    }

    async fn check_tenants(&self, gitops: Option<&Path>) -> Result<Checked, Failure> {
        Ok(ops::check_tenants(&self.session, gitops)?)
    }

    async fn schemas(&self) -> Result<serde_json::Value, Failure> {
        Ok(ops::schemas(&self.session)?)
    }
}
