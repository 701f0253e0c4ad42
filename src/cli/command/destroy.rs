//! `kiban destroy`

use super::apply::{Verb, approve};
use super::ask::complete;
use super::plan::begin;
use crate::cli::args::DestroyCommand;
use crate::cli::{Operations, Screen};
use crate::plan::Mode;

pub async fn run(operations: &dyn Operations, screen: &Screen, args: DestroyCommand) -> u8 {
    begin(screen);
    let mut request = args.planning.request();
    request.options.mode = Mode::Destroy;
    request.local_exec = Some(args.allow_local_exec);
    match operations.plan(complete(operations, screen, request)).await {
        Ok(planned) => approve(operations, screen, planned, args.auto_approve, Verb::Destroy).await,
        Err(failure) => screen.fail(&failure),
    }
}
