//! Arguments of `kiban tenant`.

use std::path::PathBuf;

use clap::{ArgAction, Args, Subcommand, ValueEnum};

use super::SWITCH;

#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Write what a tenant lacks of its folder and its entry, after showing it
    New(Box<TenantNewCommand>),
    /// List the tenants of the stack and of the GitOps repository
    #[command(after_help = "Example:\n  kiban -chdir=stacks/platform tenant list")]
    List(TenantQuery),
    /// Check all tenants without any network: their files, and whether these agree with the stack
    #[command(after_help = "Exit codes: 0 sound, 1 not.\n\nExample:\n  kiban -chdir=stacks/platform tenant check")]
    Check(TenantQuery),
}

#[derive(Args, Debug)]
pub struct TenantQuery {
    /// Print JSON
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub json: bool,
    /// Checkout of the GitOps repository, if another than kiban.hcl names
    #[arg(long, value_name = "DIR")]
    pub gitops: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  kiban -chdir=stacks/platform tenant new checkout -env=prod -env=staging -arch=arm64 -contact=checkout@example.com"
)]
pub struct TenantNewCommand {
    /// Short name of the team
    #[arg(value_name = "TEAM")]
    pub team: String,
    /// Environment that the team has a Jenkins in; may be repeated
    #[arg(long, value_name = "NAME")]
    pub env: Vec<String>,
    /// Machines of builds that ask for none: x86_64 or arm64
    #[arg(long, value_name = "ARCH")]
    pub arch: Option<String>,
    /// How these machines are paid for: on-demand or spot
    #[arg(long, value_name = "CAPACITY")]
    pub capacity: Option<String>,
    /// Domain of the team's Jenkins; without it TEAM in the zone of the stack
    #[arg(long, value_name = "DOMAIN")]
    pub domain: Option<String>,
    /// Mail address of the team
    #[arg(long, value_name = "ADDRESS")]
    pub contact: Option<String>,
    /// Size of the team's volume
    #[arg(long, value_name = "GIB")]
    pub storage_gib: Option<i64>,
    /// Most builds at a time
    #[arg(long, value_name = "N")]
    pub executors: Option<i64>,
    /// Administrator of the team's Jenkins; may be repeated
    #[arg(long, value_name = "USER")]
    pub admin: Vec<String>,
    /// How Argo CD renders it; both give equal objects
    #[arg(long, value_name = "WAY", value_enum, default_value_t = Render::MultiSource)]
    pub render: Render,
    /// Checkout of the GitOps repository, if another than kiban.hcl names
    #[arg(long, value_name = "DIR")]
    pub gitops: Option<PathBuf>,
    /// Do not ask
    #[arg(long, value_name = SWITCH, default_value = "false", action = ArgAction::Set)]
    pub auto_approve: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Render {
    /// An Application of several sources
    MultiSource,
    /// The plugin helm-jenkins-template
    Plugin,
}
