//! What holds for every configuration.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::Bench;
use super::bench::{Crash, Ended};
use super::faults::{consistent, no_orphan, recovered};
use super::random::{change, setup};
use crate::provider::mock::{Fault, Verb};
use crate::provider::{Error, ErrorKind};

/// The same cases every time; `PROPTEST_RNG_SEED=<number>` looks at others.
fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let rng_seed = match default.rng_seed {
        RngSeed::Random => RngSeed::Fixed(1),
        given @ RngSeed::Fixed(_) => given,
    };
    ProptestConfig { cases, rng_seed, failure_persistence: None, max_shrink_iters: 200, ..default }
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn a_change_converges_and_a_destroy_leaves_nothing((before, after) in change()) {
        let bench = Bench::with(&before.text());
        bench.apply();
        bench.settled();
        bench.write("main.tf", &after.text());
        bench.apply();
        bench.settled();
        consistent(&bench);
        bench.destroy();
    }

    #[test]
    fn plans_repeat((before, after) in change()) {
        let bench = Bench::with(&before.text());
        bench.apply();
        bench.write("main.tf", &after.text());
        let dump = || {
            let plan = bench.plan().expect("plans");
            format!("{:?}{:?}{:?}", plan.changes, plan.steps, plan.outputs)
        };
        prop_assert_eq!(dump(), dump());
    }

    #[test]
    fn what_fails_can_be_done_again((before, after) in change(), at in 0usize..12, how in 0usize..5) {
        let bench = Bench::with(&before.text());
        bench.apply();
        bench.write("main.tf", &after.text());
        let mut writes = 0;
        bench.store.script(move |_, call| {
            if !matches!(call.verb, Verb::Create | Verb::Update | Verb::Delete) {
                return None;
            }
            writes += 1;
            (writes == at + 1).then(|| match how {
                0 => Fault::Before(Error::other("no")),
                1 => Fault::lost(),
                2 => Fault::Before(Error::new(ErrorKind::Connection, "no answer")),
                3 => Fault::Before(Error::new(ErrorKind::NotYet, "too early")),
                _ => Fault::Half(Error::other("halfway")),
            })
        });
        let (_, ended) = bench.apply_with(&Default::default(), Crash::Never);
        if matches!(how, 1..=3) {
            let failed = match ended {
                Ended::Failed(why) => why,
                _ => Vec::new(),
            };
            prop_assert_eq!(failed, Vec::<String>::new());
        }
        no_orphan(&bench);
        bench.store.heal();
        recovered(&bench);
    }

    #[test]
    fn a_crash_is_made_good((before, after) in change(), at in 0usize..200, destroy in proptest::bool::weighted(0.2)) {
        let bench = Bench::with(&before.text());
        bench.apply();
        bench.write("main.tf", &after.text());
        let args = if destroy { super::bench::destroying() } else { Default::default() };
        bench.apply_with(&args, Crash::Turns(at));
        recovered(&bench);
    }

    #[test]
    fn a_call_that_never_returns_is_made_good(
        (before, after) in change(),
        at in 0usize..20,
        done in any::<bool>(),
    ) {
        let bench = Bench::with(&before.text());
        bench.apply();
        bench.write("main.tf", &after.text());
        bench.store.script(move |n, _| (n == at).then_some(if done { Fault::HangAfter } else { Fault::HangBefore }));
        bench.apply_with(&Default::default(), Crash::Hung);
        bench.store.heal();
        recovered(&bench);
    }

    #[test]
    fn two_crashes_in_a_row_are_made_good((before, after) in change(), one in 0usize..120, two in 0usize..120) {
        let bench = Bench::with(&before.text());
        bench.apply();
        bench.write("main.tf", &after.text());
        bench.apply_with(&Default::default(), Crash::Turns(one));
        bench.apply_with(&Default::default(), Crash::Turns(two));
        recovered(&bench);
    }
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn objects_changed_behind_the_back_are_mended(setup in setup(), which in 0usize..6, gone in any::<bool>()) {
        let bench = Bench::with(&setup.text());
        bench.apply();
        bench.store.meddle(|objects| {
            // Only what nobody uses can go away in reality.
            let used: Vec<String> = objects.values().flat_map(|o| o.attributes.strings("uses")).collect();
            let id = objects.keys().filter(|id| !gone || !used.contains(&id.to_string())).nth(which).cloned();
            let Some(id) = id else { return };
            if gone {
                objects.remove(&id);
            } else if let Some(object) = objects.get_mut(&id) {
                object.attributes.set("mode", "meddled");
            }
        });
        bench.apply();
        bench.settled();
        consistent(&bench);
    }
}
