//! `terraform_remote_state`: the outputs of another root module, from its state.

use std::path::PathBuf;

use crate::builtin::Machine;
use crate::provider::{DataSource, Error, Object, Result};
use crate::schema::{Attribute, Normal, Schema, string};
use crate::state::backend::{Backend, DEFAULT_WORKSPACE, LocalBackend, workspace_path};
use crate::value::{Type, Value};

pub struct RemoteState;

impl DataSource for RemoteState {
    type Client = Machine;
    const NAME: &'static str = "terraform_remote_state";
    const ACTIONS: &'static [&'static str] = &[];

    fn schema() -> Schema {
        let any = || Attribute::new(Type::Dynamic).normal(Normal::Verbatim);
        Schema::new(0)
            .attr("backend", string().required())
            .attr("config", any().optional())
            .attr("defaults", any().optional())
            .attr("outputs", any().computed())
            .attr("workspace", string().optional())
    }

    async fn read(machine: &Machine, config: &Object) -> Result<Object> {
        let kind = config.str("backend").unwrap_or_default();
        let settings = config.object("config").unwrap_or_default();
        let workspace = config.str("workspace").unwrap_or(DEFAULT_WORKSPACE);
        let backend: Box<dyn Backend> = match kind {
            "local" => {
                let path = settings.string("path").map(PathBuf::from);
                Box::new(LocalBackend::new(workspace_path(&machine.dir, path.as_deref(), workspace), &machine.dir))
            }
            #[cfg(feature = "aws")]
            "s3" => Box::new(super::remote_s3::backend(machine, &settings, workspace)?),
            other => {
                let error = Error::other(format!("there is no backend \"{other}\" here"));
                return Err(error.hint("kiban reads states from the backends \"local\" and \"s3\"."));
            }
        };
        let state = backend.read().await;
        let state = state.map_err(|e| Error::other(format!("cannot read the state in {}: {e}", backend.place())))?;
        let mut outputs = config.object("defaults").unwrap_or_default();
        match state {
            Some(state) => outputs.0.extend(state.outputs.into_iter().map(|(name, output)| (name, output.value))),
            None if config.has("defaults") => {}
            None => {
                return Err(Error::other(format!(
                    "No stored state was found for the given workspace in the given backend ({})",
                    backend.place()
                )));
            }
        }
        Ok(config.clone().with("outputs", Value::object(outputs.0)))
    }
}
