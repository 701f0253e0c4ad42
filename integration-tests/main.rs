//! The real binary against a running AWS emulator.
//!
//! Starts the emulator of this repository, unless `KIBAN_TEST_ENDPOINT` names another endpoint. Every test has an
//! account of its own, so all run at the same time.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests fail by panicking, print, and live in real time and a real environment"
)]

mod backend_s3;
mod bad_inputs;
mod bootstrap;
mod cluster;
mod eks_token;
mod facts;
mod gitops;
mod kill;
mod kubernetes;
mod lifecycle;
mod long;
mod programs;
mod reference;
mod review;
mod support;
mod swap;
mod types;

use libtest_mimic::Arguments;

use kubernetes::Cluster;
use programs::trial;
use support::Endpoint;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    trials.extend(backend_s3::trials());
    trials.extend(bad_inputs::trials());
    trials.extend(bootstrap::trials());
    trials.extend(cluster::trials());
    trials.extend(lifecycle::trials());
    trials.extend(eks_token::trials());
    trials.extend(facts::trials());
    trials.extend(gitops::trials());
    trials.extend(kill::trials());
    trials.extend(long::trials());
    trials.extend(reference::trials());
    trials.extend(review::trials());
    trials.extend(swap::trials());
    trials.extend(types::trials());
    if arguments.list {
        libtest_mimic::run(&arguments, trials).exit();
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    Endpoint::stop();
    Cluster::stop();
    programs::print_slowest();
    programs::print_skips();
    conclusion.exit();
}
