//! `kiban refresh`

use super::apply::{Verb, approve};
use super::ask::complete;
use super::plan::begin;
use crate::cli::args::RefreshCommand;
use crate::cli::{Operations, Screen};
use crate::plan::Mode;

pub async fn run(operations: &dyn Operations, screen: &Screen, args: RefreshCommand) -> u8 {
    begin(screen);
    let mut request = args.planning.request();
    request.options.mode = Mode::RefreshOnly;
    match operations.plan(complete(operations, screen, request)).await {
        Ok(planned) => approve(operations, screen, planned, true, Verb::Apply).await,
        Err(failure) => screen.fail(&failure),
    }
}
