//! Every step fails in every way, and every run dies at every point: the next one makes it good.

use std::collections::BTreeSet;

use super::Bench;
use super::bench::{Crash, Ended, destroying};
use crate::provider::mock::{Fault, Verb};
use crate::provider::{Error, ErrorKind};
use crate::state::journal;

/// State and store hold the same objects.
#[track_caller]
pub fn consistent(bench: &Bench) {
    let (known, there) = (known(bench), there(bench));
    assert_eq!(known, there, "state and reality");
}

/// Every object stands in the state, which may still hold some that are gone.
#[track_caller]
pub fn no_orphan(bench: &Bench) {
    let (known, there) = (known(bench), there(bench));
    assert!(there.is_subset(&known), "in state: {known:?}, in reality: {there:?}");
}

fn there(bench: &Bench) -> BTreeSet<String> {
    bench.store.objects().keys().map(ToString::to_string).collect()
}

#[track_caller]
fn known(bench: &Bench) -> BTreeSet<String> {
    let state = bench.state();
    let mut known = BTreeSet::new();
    for (addr, _, instance) in state.instances() {
        for object in instance.current.iter().chain(instance.deposed.values()) {
            let id = object.id().unwrap_or_default().to_owned();
            assert!(known.insert(id), "{addr} stands in the state twice");
        }
    }
    known
}

/// Runs again what stands in the folder: it converges, without orphan and duplicate.
#[track_caller]
pub fn recovered(bench: &Bench) {
    // Whatever happened, both files can be read.
    bench.state();
    journal::read(&bench.journal()).expect("the journal can be read");
    bench.apply();
    bench.settled();
    consistent(bench);
}

const BEFORE: &str = r#"
    resource "part" "net" {
      name = "net"
      key  = "1"
      lifecycle { create_before_destroy = true }
    }
    resource "part" "host" {
      name = "host"
      uses = [part.net.id]
    }
    resource "part" "disk" {
      count = 2
      name  = "disk${count.index}"
      key   = "1"
      uses  = [part.host.id]
    }
    resource "tfcoremock_slow_resource" "gone" {
      name = "gone"
      uses = [part.host.id]
    }"#;

/// A replacement of each kind, an update, a creation, and deletions.
const AFTER: &str = r#"
    resource "part" "net" {
      name = "net"
      key  = "2"
      lifecycle { create_before_destroy = true }
    }
    resource "part" "host" {
      name = "host"
      uses = [part.net.id]
    }
    resource "part" "disk" {
      count = 1
      name  = "disk${count.index}"
      key   = "2"
      uses  = [part.host.id]
    }
    resource "part" "late" {
      name    = "late"
      value   = part.disk[0].id
      pending = 2
    }
    output "host" { value = part.host.revision }"#;

fn prepared() -> Bench {
    let bench = Bench::with(BEFORE);
    bench.apply();
    bench.write("main.tf", AFTER);
    bench.store.take_calls();
    bench
}

fn is_write(verb: Verb) -> bool {
    matches!(verb, Verb::Create | Verb::Update | Verb::Delete)
}

#[test]
fn every_write_fails_in_every_way() {
    let faults = [
        Fault::Before(Error::other("no")),
        Fault::Before(Error::new(ErrorKind::Connection, "no answer")),
        Fault::Before(Error::new(ErrorKind::InUse, "busy")),
        Fault::lost(),
        Fault::Half(Error::other("halfway")),
    ];
    for fault in faults {
        for at in 0.. {
            let bench = prepared();
            let (mut writes, one) = (0, fault.clone());
            bench.store.script(move |_, call| {
                writes += usize::from(is_write(call.verb));
                (is_write(call.verb) && writes == at + 1).then(|| one.clone())
            });
            bench.apply_with(&Default::default(), Crash::Never);
            let writes = bench.writes().len();
            no_orphan(&bench);
            bench.store.heal();
            recovered(&bench);
            if at >= writes {
                break;
            }
        }
    }
}

#[test]
fn a_run_may_die_at_every_call() {
    for done in [false, true] {
        for at in 0.. {
            let bench = prepared();
            bench
                .store
                .script(move |n, _| (n == at).then_some(if done { Fault::HangAfter } else { Fault::HangBefore }));
            let (_, ended) = bench.apply_with(&Default::default(), Crash::Hung);
            bench.store.heal();
            recovered(&bench);
            if matches!(ended, Ended::Done) {
                break;
            }
        }
    }
}

/// A run is a future: each turn ends where it waits for a call or for a file.
#[test]
fn a_run_may_die_at_every_turn() {
    for turns in 0.. {
        let bench = prepared();
        let (_, ended) = bench.apply_with(&Default::default(), Crash::Turns(turns));
        recovered(&bench);
        if matches!(ended, Ended::Done) {
            break;
        }
    }
}

#[test]
fn a_destroy_may_die_at_every_turn() {
    for turns in 0.. {
        let bench = Bench::with(BEFORE);
        bench.apply();
        let (_, ended) = bench.apply_with(&destroying(), Crash::Turns(turns));
        bench.destroy();
        if matches!(ended, Ended::Done) {
            break;
        }
    }
}

#[test]
fn a_first_run_may_die_at_every_turn_and_be_destroyed() {
    for turns in 0.. {
        let bench = Bench::with(BEFORE);
        let (_, ended) = bench.apply_with(&Default::default(), Crash::Turns(turns));
        bench.destroy();
        if matches!(ended, Ended::Done) {
            break;
        }
    }
}

#[test]
fn a_refresh_that_fails_changes_nothing() {
    let bench = prepared();
    let before = bench.state();
    bench.store.script(|_, call| (call.verb == Verb::Read).then(|| Fault::Before(Error::other("denied"))));
    let (_, ended) = bench.apply_with(&Default::default(), Crash::Never);
    assert!(matches!(ended, Ended::Failed(_)));
    assert!(bench.writes().is_empty());
    assert_eq!(bench.state(), before);
}
