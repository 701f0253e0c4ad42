//! Arguments of all commands. `argv` brings Terraform's spelling into clap's before.

mod bootstrap;
mod tenant;

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum};

use super::operations::PlanRequest;
use crate::addr::{AbsInstance, Target};
use crate::config::Argument;
use crate::plan::{Mode, Options};

pub use bootstrap::{
    BootstrapArgs, BootstrapChangeCommand, BootstrapCommand, BootstrapLookCommand, BootstrapPlanCommand,
    BootstrapRenderCommand,
};
pub use tenant::{Render, TenantCommand, TenantNewCommand, TenantQuery};

/// Marks arguments that may stand alone, or as `=true` or `=false`.
const SWITCH: &str = "BOOL";

/// All commands; arguments of the kind [`SWITCH`] may stand without a value.
pub fn command() -> clap::Command {
    switches(Cli::command())
}

fn switches(command: clap::Command) -> clap::Command {
    let switch = |arg: &clap::Arg| arg.get_value_names().is_some_and(|names| names.iter().any(|n| n == SWITCH));
    let command = command.mut_args(|arg| {
        if !switch(&arg) {
            return arg;
        }
        let arg = arg.num_args(0..=1).require_equals(true).default_missing_value("true");
        arg.hide_default_value(true).hide_possible_values(true)
    });
    command.mut_subcommands(switches)
}

/// Plans and applies infrastructure described in the Terraform language.
#[derive(Debug, Parser)]
#[command(name = "kiban", disable_version_flag = true, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Examples:\n  kiban plan\n  kiban -chdir=stacks/platform apply\n  kiban drift -json")]
pub struct Cli {
    /// Go to this folder before anything else
    #[arg(long, value_name = "DIR")]
    pub chdir: Option<PathBuf>,
    /// Do not colour the output
    #[arg(long, global = true, display_order = 900)]
    pub no_color: bool,
    /// Print the version
    #[arg(long, short = 'v')]
    pub version: bool,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what would be done
    Plan(PlanCommand),
    /// Make the infrastructure match the configuration, or carry out a saved plan
    Apply(ApplyCommand),
    /// Destroy everything that the configuration manages
    Destroy(DestroyCommand),
    /// Record in the state what the objects are now
    Refresh(RefreshCommand),
    /// Take an object that exists already into the state
    Import(ImportCommand),
    /// Compare live objects with the state; changes nothing
    Drift(DriftCommand),
    /// Show the state or a saved plan
    Show(ShowCommand),
    /// Print outputs
    Output(OutputCommand),
    /// Look into the state
    #[command(subcommand)]
    State(StateCommand),
    /// Print the dependencies of resources in Graphviz's language
    Graph(GraphCommand),
    /// Tell what providers offer
    #[command(subcommand)]
    Providers(ProvidersCommand),
    /// Print the IAM policy that a run of this folder needs
    #[command(name = "iam-policy")]
    IamPolicy(IamPolicyCommand),
    /// Print a token for the API of an EKS cluster, for kubectl and other clients
    #[command(name = "eks-token")]
    EksToken(EksTokenCommand),
    /// Install Argo CD on the finished cluster and point it at the GitOps repository
    #[command(subcommand)]
    Bootstrap(BootstrapCommand),
    /// Work on tenants: each a folder of the GitOps repository and an entry of the stack
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Answer expressions, from a terminal or from the input
    Console(ConsoleCommand),
    /// Check the configuration without looking at any object
    Validate(ValidateCommand),
    /// Bring files of the language into their canonical form
    Fmt(FmtCommand),
    /// Run the tests of the configuration
    Test(TestCommand),
    /// Prepare a folder: fetch the modules it calls, and check it
    Init(InitCommand),
    /// Tell the workspace: kiban has one, "default"
    #[command(subcommand)]
    Workspace(WorkspaceCommand),
    /// Print the version
    Version(VersionCommand),
}

#[derive(Args, Debug, Default)]
pub struct VariableArgs {
    /// Value of a variable
    #[arg(long = "var", value_name = "NAME=VALUE", allow_hyphen_values = true)]
    pub var: Vec<String>,
    /// File with values of variables
    #[arg(long = "var-file", value_name = "FILE")]
    pub var_file: Vec<String>,
    /// Both, in the order given
    #[arg(skip)]
    pub ordered: Vec<Argument>,
}

#[derive(Args, Debug)]
pub struct StateArgs {
    /// Hold the state's lock meanwhile; -lock=false does not
    #[arg(long, value_name = SWITCH, default_value = "true", action = ArgAction::Set)]
    pub lock: bool,
    /// How long to wait for the lock
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration)]
    pub lock_timeout: Duration,
    /// State file of the local backend
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct PlanningArgs {
    #[command(flatten)]
    pub variables: VariableArgs,
    #[command(flatten)]
    pub state: StateArgs,
    /// Only this resource or module and what it depends on; may be repeated
    #[arg(long = "target", value_name = "ADDR", value_parser = target)]
    pub targets: Vec<Target>,
    /// Everything but this resource or module and what depends on it; may be repeated
    #[arg(long = "exclude", value_name = "ADDR", value_parser = target, conflicts_with = "targets")]
    pub excludes: Vec<Target>,
    /// Replace this object; may be repeated
    #[arg(long, value_name = "ADDR", value_parser = instance)]
    pub replace: Vec<AbsInstance>,
    /// Read the live objects first; -refresh=false trusts the state
    #[arg(long, value_name = SWITCH, default_value = "true", action = ArgAction::Set)]
    pub refresh: bool,
    /// Plan to destroy everything
    #[arg(long, conflicts_with = "refresh_only", value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub destroy: bool,
    /// Only record in the state what the objects are now
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub refresh_only: bool,
    /// Most operations at a time; without it kiban follows what the services answer
    #[arg(long, value_name = "N", value_parser = parallelism)]
    pub parallelism: Option<u16>,
    /// Ask for what is missing; -input=false never asks
    #[arg(long, value_name = SWITCH, default_value = "true", action = ArgAction::Set)]
    pub input: bool,
    /// Show warnings by their summaries only
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub compact_warnings: bool,
    /// Print a stream of JSON objects
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub json: bool,
}

impl PlanningArgs {
    pub fn mode(&self) -> Mode {
        match (self.destroy, self.refresh_only) {
            (true, _) => Mode::Destroy,
            (_, true) => Mode::RefreshOnly,
            _ => Mode::Normal,
        }
    }

    pub fn request(&self) -> PlanRequest {
        PlanRequest {
            options: Options {
                mode: self.mode(),
                targets: self.targets.clone(),
                excludes: self.excludes.clone(),
                replace: self.replace.clone(),
            },
            generate: None,
            refresh: self.refresh,
            lock: self.state.lock,
            lock_timeout: self.state.lock_timeout,
            variables: self.variables.ordered.clone(),
            parallelism: self.parallelism.map(usize::from),
            local_exec: None,
        }
    }

    /// Whether anything is asked for that a saved plan has decided already. Variables may be secrets that it left out.
    pub fn decides(&self) -> bool {
        self.mode() != Mode::Normal
            || !self.targets.is_empty()
            || !self.excludes.is_empty()
            || !self.replace.is_empty()
            || !self.refresh
    }
}

#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  kiban plan -out=tf.plan\n  kiban plan -target=module.network -var 'region=eu-west-1'"
)]
pub struct PlanCommand {
    #[command(flatten)]
    pub planning: PlanningArgs,
    /// Save the plan for `apply`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write configuration for imported objects that have none to a new file
    #[arg(long, value_name = "FILE")]
    pub generate_config_out: Option<PathBuf>,
    /// Exit with 2 if there is anything to do, 0 if there is nothing
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub detailed_exitcode: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  kiban import 'aws_subnet.private[\"a\"]' subnet-0123456789abcdef0")]
pub struct ImportCommand {
    #[command(flatten)]
    pub variables: VariableArgs,
    #[command(flatten)]
    pub state: StateArgs,
    /// Ask for what is missing; -input=false never asks
    #[arg(long, value_name = SWITCH, default_value = "true", action = ArgAction::Set)]
    pub input: bool,
    /// Where the object goes: its block must be in the configuration
    #[arg(value_name = "ADDR", value_parser = instance)]
    pub addr: AbsInstance,
    /// What the provider knows the object by
    #[arg(value_name = "ID")]
    pub id: String,
}

impl ImportCommand {
    pub fn request(&self) -> PlanRequest {
        PlanRequest {
            options: Options::default(),
            generate: None,
            refresh: true,
            lock: self.state.lock,
            lock_timeout: self.state.lock_timeout,
            variables: self.variables.ordered.clone(),
            parallelism: None,
            local_exec: None,
        }
    }
}

#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  kiban apply\n  kiban apply tf.plan\n  kiban apply -auto-approve -replace='aws_instance.web[0]'"
)]
pub struct ApplyCommand {
    #[command(flatten)]
    pub planning: PlanningArgs,
    /// Do not ask
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub auto_approve: bool,
    /// Run local-exec provisioners: commands of the configuration, on this machine
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub allow_local_exec: bool,
    /// A plan that `plan -out` has saved
    #[arg(value_name = "PLANFILE")]
    pub plan: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  kiban destroy\n  kiban destroy -target=module.tenant -auto-approve")]
pub struct DestroyCommand {
    #[command(flatten)]
    pub planning: PlanningArgs,
    /// Do not ask
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub auto_approve: bool,
    /// Run local-exec provisioners: commands of the configuration, on this machine
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub allow_local_exec: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  kiban refresh\n\nThe same as `apply -refresh-only -auto-approve`.")]
pub struct RefreshCommand {
    #[command(flatten)]
    pub planning: PlanningArgs,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 no drift, 1 error, 2 drift.\n\nExamples:\n  kiban drift\n  kiban drift -json | jq '.drift[].address'"
)]
pub struct DriftCommand {
    #[command(flatten)]
    pub variables: VariableArgs,
    #[command(flatten)]
    pub state: StateArgs,
    /// Only this resource or module; may be repeated
    #[arg(long = "target", value_name = "ADDR", value_parser = target)]
    pub targets: Vec<Target>,
    /// Most reads at a time
    #[arg(long, value_name = "N", value_parser = parallelism)]
    pub parallelism: Option<u16>,
    /// Print JSON
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  kiban show\n  kiban show -json tf.plan")]
pub struct ShowCommand {
    /// A saved plan or a state file; without it the current state
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Print JSON
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  kiban output\n  kiban output -raw cluster_name")]
pub struct OutputCommand {
    /// One output only
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Print JSON
    #[arg(long, conflicts_with = "raw", value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub json: bool,
    /// Print the bare text of one output
    #[arg(long, requires = "name", value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub raw: bool,
    /// State file of the local backend
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum StateCommand {
    /// List what the state holds
    #[command(after_help = "Examples:\n  kiban state list\n  kiban state list module.network")]
    List {
        /// Only these resources, instances or modules
        #[arg(value_name = "ADDR", value_parser = target)]
        addrs: Vec<Target>,
        /// Only objects with this id
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        /// State file of the local backend
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
    },
    /// Show one object
    #[command(after_help = "Example:\n  kiban state show 'module.network.aws_subnet.private[\"a\"]'")]
    Show {
        #[arg(value_name = "ADDR", value_parser = instance)]
        addr: AbsInstance,
        /// State file of the local backend
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
    },
    /// Print the state as it is stored
    Pull,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  kiban graph | dot -Tsvg > graph.svg")]
pub struct GraphCommand {}

#[derive(Args, Debug)]
#[command(
    after_help = "Example, in a kubeconfig:\n  users:\n  - name: main\n    user:\n      exec:\n        apiVersion: client.authentication.k8s.io/v1beta1\n        command: kiban\n        args: [eks-token, -cluster=main, -region=eu-west-1]"
)]
pub struct EksTokenCommand {
    /// Name of the cluster
    #[arg(long, value_name = "NAME")]
    pub cluster: String,
    /// Region of the cluster
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Profile with the credentials
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Role to take on
    #[arg(long, value_name = "ARN")]
    pub role_arn: Option<String>,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  kiban iam-policy\n  kiban iam-policy -for=drift > drift-policy.json\n  kiban iam-policy -for=changes -destroy"
)]
pub struct IamPolicyCommand {
    #[command(flatten)]
    pub planning: PlanningArgs,
    /// What the policy is to allow: everything that `apply` may ever do here, `plan` or `drift` alone, or the changes of a
    /// plan that is made now
    #[arg(long = "for", value_name = "PURPOSE", value_enum, default_value_t = Purpose::Apply)]
    pub purpose: Purpose,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Purpose {
    Apply,
    Plan,
    Drift,
    Changes,
}

#[derive(Debug, Subcommand)]
pub enum ProvidersCommand {
    /// Print the schemas of the providers that the configuration uses
    Schema {
        /// Print JSON, the only form there is
        #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
        json: bool,
    },
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  kiban console\n  echo 'cidrsubnet(\"10.0.0.0/16\", 8, 1)' | kiban console")]
pub struct ConsoleCommand {
    #[command(flatten)]
    pub variables: VariableArgs,
    /// State file of the local backend
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Answer over a new plan, not over the state
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub plan: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Exit codes: 0 valid, 1 not.\n\nExample:\n  kiban validate -json")]
pub struct ValidateCommand {
    /// Print JSON
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub json: bool,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 done, 2 error, 3 -check has found a file to format.\n\nExamples:\n  kiban fmt -recursive\n  kiban fmt -check -diff modules/network"
)]
pub struct FmtCommand {
    /// List files that differ; -list=false does not
    #[arg(long, value_name = SWITCH, default_value = "true", action = ArgAction::Set)]
    pub list: bool,
    /// Write the files; -write=false does not
    #[arg(long, value_name = SWITCH, default_value = "true", action = ArgAction::Set)]
    pub write: bool,
    /// Show what differs
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub diff: bool,
    /// Write nothing; exit with 3 if a file differs
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub check: bool,
    /// Folders within folders too
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub recursive: bool,
    /// Files (.tf, .tfvars, .tftest.hcl) and folders; - is standard input; without any this folder
    #[arg(value_name = "TARGET")]
    pub targets: Vec<PathBuf>,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 all passed, 1 not.\n\nExamples:\n  kiban test\n  kiban test -filter=tests/network.tftest.hcl -verbose"
)]
pub struct TestCommand {
    #[command(flatten)]
    pub variables: VariableArgs,
    /// Only this test file; may be repeated
    #[arg(long, value_name = "FILE")]
    pub filter: Vec<String>,
    /// Folder of test files beside those of the root module's own folder
    #[arg(long, value_name = "DIR", default_value = "tests")]
    pub test_directory: PathBuf,
    /// Show the plan or the state of each run
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub verbose: bool,
    /// Print a stream of JSON objects
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub json: bool,
    /// Write the results to a file as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit_xml: Option<PathBuf>,
    /// Most operations at a time
    #[arg(long, value_name = "N", value_parser = parallelism)]
    pub parallelism: Option<u16>,
    /// Run local-exec provisioners: commands of the configuration, on this machine
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub allow_local_exec: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  kiban init")]
pub struct InitCommand {
    /// Setting of the backend, as NAME=VALUE or a file; may be repeated
    #[arg(long, value_name = "CONFIG")]
    pub backend_config: Vec<String>,
    /// Check the backend; -backend=false does not
    #[arg(long, value_name = SWITCH, default_value = "true", action = ArgAction::Set)]
    pub backend: bool,
    /// Ask for what is missing; -input=false never asks
    #[arg(long, value_name = SWITCH, default_value = "true", action = ArgAction::Set)]
    pub input: bool,
    /// Fetch modules; -get=false only checks the folder
    #[arg(long, value_name = SWITCH, default_value = "true", action = ArgAction::Set)]
    pub get: bool,
    /// Look for newer versions of modules than those in the lock file
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub upgrade: bool,
    /// Taken for compatibility
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub reconfigure: bool,
}

#[derive(Debug, Subcommand)]
pub enum WorkspaceCommand {
    /// Print the name of the workspace
    Show,
    /// List workspaces
    List,
    /// Use a workspace
    Select { name: String },
}

#[derive(Args, Debug)]
pub struct VersionCommand {
    /// Print JSON
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub json: bool,
}

impl Command {
    /// `-state`, where the command takes it.
    pub fn state(&self) -> Option<&PathBuf> {
        match self {
            Self::Plan(c) => c.planning.state.state.as_ref(),
            Self::Apply(c) => c.planning.state.state.as_ref(),
            Self::Destroy(c) => c.planning.state.state.as_ref(),
            Self::Refresh(c) => c.planning.state.state.as_ref(),
            Self::IamPolicy(c) => c.planning.state.state.as_ref(),
            Self::Bootstrap(c) => c.of().state.state.as_ref(),
            Self::Import(c) => c.state.state.as_ref(),
            Self::Drift(c) => c.state.state.as_ref(),
            Self::Console(c) => c.state.as_ref(),
            Self::Output(c) => c.state.as_ref(),
            Self::State(StateCommand::List { state, .. } | StateCommand::Show { state, .. }) => state.as_ref(),
            _ => None,
        }
    }

    pub(super) fn variables_mut(&mut self) -> Option<&mut VariableArgs> {
        match self {
            Self::Plan(c) => Some(&mut c.planning.variables),
            Self::Apply(c) => Some(&mut c.planning.variables),
            Self::Destroy(c) => Some(&mut c.planning.variables),
            Self::Refresh(c) => Some(&mut c.planning.variables),
            Self::IamPolicy(c) => Some(&mut c.planning.variables),
            Self::Bootstrap(c) => Some(&mut c.of_mut().variables),
            Self::Import(c) => Some(&mut c.variables),
            Self::Drift(c) => Some(&mut c.variables),
            Self::Test(c) => Some(&mut c.variables),
            Self::Console(c) => Some(&mut c.variables),
            _ => None,
        }
    }
}

fn target(text: &str) -> Result<Target, String> {
    Target::parse(text).ok_or_else(|| {
        "this is no address; write for example module.network, aws_vpc.main or 'aws_subnet.private[\"a\"]'".into()
    })
}

fn instance(text: &str) -> Result<AbsInstance, String> {
    AbsInstance::parse(text).ok_or_else(|| {
        "this is no address of an instance; write for example aws_vpc.main or 'aws_subnet.private[\"a\"]'".into()
    })
}

/// `10s`, `1m30s`, `500ms`
fn parallelism(text: &str) -> Result<u16, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "write a whole number from 1 to 65535".to_owned())
}

fn duration(text: &str) -> Result<Duration, String> {
    let problem = || "write a duration with its unit, for example 10s or 1m30s".to_owned();
    let mut rest = text;
    let mut total = Duration::ZERO;
    if text == "0" {
        return Ok(total);
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(problem)?;
        let (number, tail) = rest.split_at(digits);
        let number: u64 = number.parse().map_err(|_| problem())?;
        let (unit, tail) = match tail {
            t if t.starts_with("ms") => (1, &t[2..]),
            t if t.starts_with('s') => (1_000, &t[1..]),
            t if t.starts_with('m') => (60_000, &t[1..]),
            t if t.starts_with('h') => (3_600_000, &t[1..]),
            _ => return Err(problem()),
        };
        total = total.saturating_add(Duration::from_millis(number.saturating_mul(unit)));
        rest = tail;
    }
    if text.is_empty() { Err(problem()) } else { Ok(total) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert!(duration("10").is_err() && duration("").is_err() && duration("x").is_err());
    }
}
