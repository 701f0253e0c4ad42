//! The language and the engine by the real binary, without any cloud: what it prints, plans and stores.
//!
//! Where Terraform is installed it is asked the same, in the same run.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests fail by panicking, print, and live in real time and a real environment"
)]

mod blocks;
mod builtin;
mod console;
mod diagnostics;
mod fmt;
mod golden;
mod limits;
mod modules;
mod questions;
mod schemas;
mod tenant;
mod testing;
mod values;
mod folder;
mod terminal;
#[path = "../programs.rs"]
mod programs;

use libtest_mimic::Arguments;

use programs::trial;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    trials.extend(blocks::trials());
    trials.extend(builtin::trials());
    trials.extend(console::trials());
    trials.extend(questions::trials());
    trials.extend(diagnostics::trials());
    trials.extend(fmt::trials());
    trials.extend(golden::trials());
    trials.extend(limits::trials());
    trials.extend(modules::trials());
    trials.extend(schemas::trials());
    trials.extend(tenant::trials());
    trials.extend(testing::trials());
    trials.extend(values::trials());
    if arguments.list {
        libtest_mimic::run(&arguments, trials).exit();
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    programs::print_slowest();
    programs::print_skips();
    conclusion.exit();
}
