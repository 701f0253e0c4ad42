//! Arguments of `kiban bootstrap`.

use clap::{ArgAction, Args, Subcommand};

use super::{SWITCH, StateArgs, VariableArgs};
use crate::cli::operations::BootstrapRequest;

#[derive(Debug, Subcommand)]
#[command(
    after_help = "The bootstrap block of kiban.hcl says what is installed. `kiban apply` does the same as its last part."
)]
pub enum BootstrapCommand {
    /// Show what would change in the cluster
    Plan(BootstrapPlanCommand),
    /// Make the cluster match, and wait until everything is synchronised and healthy
    Apply(BootstrapChangeCommand),
    /// Tell how each object is; exits with 1 if any is not as it should be
    Status(BootstrapLookCommand),
    /// Take everything away again, the root Application first
    Destroy(BootstrapChangeCommand),
    /// Forget what was delivered, and touch no cluster: for one that is gone for good, or that others keep from now on
    Forget(BootstrapChangeCommand),
    /// Print all objects as YAML, with the values of Secrets hidden
    Render(BootstrapRenderCommand),
}

/// What all bootstrap commands have.
#[derive(Args, Debug)]
pub struct BootstrapArgs {
    #[command(flatten)]
    pub variables: VariableArgs,
    #[command(flatten)]
    pub state: StateArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "Exit codes with -detailed-exitcode: 0 nothing to do, 1 error, 2 changes.")]
pub struct BootstrapPlanCommand {
    #[command(flatten)]
    pub of: BootstrapArgs,
    /// Exit with 2 if there is something to do
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub detailed_exitcode: bool,
    /// Print JSON
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct BootstrapChangeCommand {
    #[command(flatten)]
    pub of: BootstrapArgs,
    /// Do not ask
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub auto_approve: bool,
}

#[derive(Args, Debug)]
pub struct BootstrapLookCommand {
    #[command(flatten)]
    pub of: BootstrapArgs,
    /// Print JSON
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct BootstrapRenderCommand {
    #[command(flatten)]
    pub of: BootstrapArgs,
}

impl BootstrapCommand {
    pub(super) fn of(&self) -> &BootstrapArgs {
        match self {
            Self::Plan(c) => &c.of,
            Self::Apply(c) | Self::Destroy(c) | Self::Forget(c) => &c.of,
            Self::Status(c) => &c.of,
            Self::Render(c) => &c.of,
        }
    }

    pub(in crate::cli) fn of_mut(&mut self) -> &mut BootstrapArgs {
        match self {
            Self::Plan(c) => &mut c.of,
            Self::Apply(c) | Self::Destroy(c) | Self::Forget(c) => &mut c.of,
            Self::Status(c) => &mut c.of,
            Self::Render(c) => &mut c.of,
        }
    }
}

impl BootstrapArgs {
    pub fn request(&self) -> BootstrapRequest {
        BootstrapRequest {
            variables: self.variables.ordered.clone(),
            lock: self.state.lock,
            lock_timeout: self.state.lock_timeout,
        }
    }
}
