//! Arguments of which plan and state hold a digest, and which are written as the configuration says.

use super::Bench;
use super::bench::{Crash, actions};
use crate::ops::Args;
use crate::provider::mock::{Fault, Verb};

fn part(name: &str, more: &str) -> String {
    format!("resource \"part\" \"{name}\" {{\n name = \"{name}\"\n {more}\n}}\n")
}

/// The text that the object was made or changed with.
fn script(bench: &Bench, name: &str) -> Option<String> {
    let objects = bench.store.objects();
    let object = objects.values().find(|o| o.attributes.str("name") == Some(name))?;
    object.attributes.string("script")
}

#[test]
fn another_text_is_an_update_and_one_of_the_same_digest_is_none() {
    let bench = Bench::new();
    bench.step(&part("a", "script = \"one\""), &["part.a create"]);
    assert_eq!(script(&bench, "a").as_deref(), Some("one"));
    bench.step(&part("a", "script = \" one \""), &[]);
    assert_eq!(script(&bench, "a").as_deref(), Some("one"));
    bench.step(&part("a", "script = \"two\""), &["part.a update"]);
    assert_eq!(script(&bench, "a").as_deref(), Some("two"));
    bench.step(&part("a", "script = \"two\"\n value = \"v\""), &["part.a update"]);
    assert_eq!(script(&bench, "a").as_deref(), Some("two"));
    bench.destroy();
}

#[test]
fn a_replacement_is_made_with_the_text() {
    let bench = Bench::new();
    bench.step(&part("a", "script = \"one\"\n key = \"1\""), &["part.a create"]);
    bench.step(&part("a", "script = \"two\"\n key = \"2\""), &["part.a replace"]);
    assert_eq!(script(&bench, "a").as_deref(), Some("two"));
}

#[test]
fn a_text_that_is_not_known_yet_is_written_once_it_is() {
    let bench = Bench::new();
    let text = part("a", "") + &part("b", "script = \"id: ${part.a.id}\"");
    bench.step(&text, &["part.a create", "part.b create"]);
    assert_eq!(script(&bench, "b").as_deref(), Some("id: engine-0001"));
}

#[test]
fn a_change_that_is_ignored_writes_nothing() {
    let bench = Bench::new();
    let ignoring = |more: &str| part("a", &format!("{more}\n lifecycle {{\n ignore_changes = [script]\n }}"));
    bench.step(&ignoring("script = \"one\""), &["part.a create"]);
    bench.step(&ignoring("script = \"two\""), &[]);
    bench.step(&ignoring("script = \"two\"\n value = \"v\""), &["part.a update"]);
    assert_eq!(script(&bench, "a").as_deref(), Some("one"));
}

#[test]
fn neither_plan_nor_state_nor_journal_holds_the_text() {
    let bench = Bench::with(&part("a", "script = join(\"-\", [\"to\", \"keep\"])"));
    let plan = bench.plan_json(&Args::default()).to_string();
    assert!(!plan.contains("to-keep"), "{plan}");
    // The journal of a run that was cut off once its object was made.
    bench.store.script(|_, call| (call.verb == Verb::Create).then_some(Fault::HangAfter));
    let (planned, _) = bench.apply_with(&Args::default(), Crash::Hung);
    assert_eq!(planned.map(|p| actions(&p)), Some(vec!["part.a create".to_owned()]));
    let journal = std::fs::read_to_string(bench.journal()).expect("a journal");
    assert!(!journal.contains("to-keep"), "{journal}");
    bench.store.heal();
    bench.apply();
    assert_eq!(script(&bench, "a").as_deref(), Some("to-keep"));
    let state = std::fs::read_to_string(bench.state_path()).expect("a state");
    assert!(!state.contains("to-keep"), "{state}");
}
