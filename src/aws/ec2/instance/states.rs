//! The states of an instance: what is waited for, and how one that runs is stopped for a change and started again.

use aws_sdk_ec2::types::{Instance as Live, InstanceMetadataOptionsState, InstanceStateName as State};

use super::read;
use crate::aws::Client;
use crate::provider::{Error, ErrorKind, Result};

/// Why an instance that runs is not as it will be.
pub fn waits(live: &Live) -> Option<&'static str> {
    let metadata = live.metadata_options.as_ref().and_then(|o| o.state.as_ref());
    (metadata == Some(&InstanceMetadataOptionsState::Pending)).then_some("the metadata options are being applied")
}

fn not_yet(why: &str) -> Error {
    Error::new(ErrorKind::NotYet, why)
}

/// Stops an instance. `NotYet` until it has stopped: the engine tries again.
pub async fn stopped(client: &Client, live: &Live) -> Result<()> {
    let id = live.instance_id.as_deref().unwrap_or_default();
    match read::state(live) {
        Some(State::Stopped) => Ok(()),
        Some(State::Stopping) => Err(not_yet("stopping")),
        Some(State::Running | State::Pending) => {
            client.ec2().stop_instances().instance_ids(id).send().await?;
            Err(not_yet("stopping"))
        }
        other => Err(Error::other(format!("the instance cannot be stopped: it is {}", name(other)))),
    }
}

/// Starts an instance that was stopped for a change. That it runs is waited for by reads.
pub async fn started(client: &Client, live: &Live) -> Result<()> {
    let id = live.instance_id.as_deref().unwrap_or_default();
    match read::state(live) {
        Some(State::Running | State::Pending) => Ok(()),
        Some(State::Stopping) => Err(not_yet("stopping")),
        Some(State::Stopped) => {
            let answer = client.ec2().start_instances().instance_ids(id).send().await.map_err(Error::from);
            answer.map(drop).map_err(|e| match e.message.contains("LaunchPlan instance type does not match") {
                true => Error { kind: ErrorKind::NotYet, ..e },
                false => e,
            })
        }
        other => Err(Error::other(format!("the instance cannot be started: it is {}", name(other)))),
    }
}

fn name(state: Option<&State>) -> &str {
    state.map_or("unknown", State::as_str)
}

/// Spot instances have no protection that could be switched.
pub fn not_for_spot(error: &Error) -> bool {
    error.has_code("UnsupportedOperation") && error.message.contains("not supported for spot instances")
}
