//! What happens to one object, and which objects there are.

use super::Bench;
use super::bench::{Crash, Ended, actions, destroying, replacing, targeting};
use crate::provider::mock::{Fault, Verb};
use crate::provider::{Error, ErrorKind};
use crate::state::Status;

const A: &str = r#"resource "part" "a" { name = "a" }"#;

#[test]
fn create_update_replace_delete() {
    let bench = Bench::new();
    bench.step(A, &["part.a create"]);
    bench.step(
        r#"resource "part" "a" {
        name = "a"
        value = "1"
    }"#,
        &["part.a update"],
    );
    assert_eq!(bench.attribute("part.a", "revision").as_deref(), Some("2"));
    bench.step(
        r#"resource "part" "a" {
        name = "a"
        key = "k"
    }"#,
        &["part.a replace"],
    );
    assert_eq!(bench.attribute("part.a", "id").as_deref(), Some("\"engine-0002\""));
    bench.step("", &["part.a delete"]);
    assert!(bench.store.objects().is_empty());
}

#[test]
fn count_changes_at_its_end_and_to_a_single_object() {
    let bench = Bench::new();
    let counted = |n: u32| format!("resource \"part\" \"a\" {{\n count = {n}\n name = \"a${{count.index}}\"\n}}");
    bench.step(&counted(3), &["part.a[0] create", "part.a[1] create", "part.a[2] create"]);
    bench.step(&counted(1), &["part.a[1] delete", "part.a[2] delete"]);
    bench.step(r#"resource "part" "a" { name = "a0" }"#, &["part.a[0] moved to part.a"]);
    bench.step(&counted(2), &["part.a moved to part.a[0]", "part.a[1] create"]);
    bench.step(&counted(0), &["part.a[0] delete", "part.a[1] delete"]);
}

#[test]
fn for_each_changes_key_by_key() {
    let bench = Bench::new();
    let each = |keys: &str| {
        format!(
            r#"resource "part" "a" {{
        for_each = toset([{keys}])
        name     = each.key
    }}"#
        )
    };
    bench.step(&each(r#""x", "y""#), &["part.a[\"x\"] create", "part.a[\"y\"] create"]);
    bench.step(&each(r#""y", "z""#), &["part.a[\"x\"] delete", "part.a[\"z\"] create"]);
    bench.step(&each(""), &["part.a[\"y\"] delete", "part.a[\"z\"] delete"]);
}

#[test]
fn moved_blocks_follow_chains_into_modules() {
    let bench = Bench::new();
    bench.write("m/main.tf", r#"resource "part" "inner" { name = "a" }"#);
    bench.step(A, &["part.a create"]);
    bench.step(
        r#"
        resource "part" "b" { name = "a" }
        moved {
          from = part.a
          to   = part.b
        }"#,
        &["part.a moved to part.b"],
    );
    bench.step(
        r#"
        module "m" { source = "./m" }
        moved {
          from = part.a
          to   = part.b
        }
        moved {
          from = part.b
          to   = module.m.part.inner
        }"#,
        &["part.b moved to module.m.part.inner"],
    );
    bench.step(
        r#"
        module "n" {
          source   = "./m"
          for_each = toset(["k"])
        }
        moved {
          from = module.m
          to   = module.n["k"]
        }"#,
        &["module.m.part.inner moved to module.n[\"k\"].part.inner"],
    );
    assert_eq!(bench.store.objects().len(), 1);
}

#[test]
fn removed_blocks_forget_or_destroy() {
    let bench = Bench::new();
    bench.step(
        "resource \"part\" \"a\" { name = \"a\" }\nresource \"part\" \"b\" { name = \"b\" }",
        &["part.a create", "part.b create"],
    );
    bench.step(
        r#"
        removed {
          from = part.a
          lifecycle { destroy = false }
        }
        removed {
          from = part.b
          lifecycle { destroy = true }
        }"#,
        &["part.a forget", "part.b delete"],
    );
    assert_eq!(bench.store.objects().len(), 1);
    assert!(bench.state().resources.is_empty());
}

#[test]
fn ignored_changes_do_not_count_but_for_a_new_object() {
    let bench = Bench::new();
    let ignoring = |value: &str, key: &str, ignore: &str| {
        format!(
            r#"resource "part" "a" {{
        name   = "a"
        value  = "{value}"
        key    = "{key}"
        labels = {{ x = "{value}", y = "{value}" }}
        lifecycle {{ ignore_changes = {ignore} }}
    }}"#
        )
    };
    bench.step(&ignoring("1", "k", "[]"), &["part.a create"]);
    bench.step(&ignoring("2", "k", "[value, labels]"), &[]);
    bench.step(&ignoring("2", "l", "all"), &[]);
    assert_eq!(bench.attribute("part.a", "value").as_deref(), Some("\"1\""));
    bench.step(&ignoring("3", "k", "[value, labels[\"x\"]]"), &["part.a update"]);
    assert_eq!(bench.attribute("part.a", "labels").as_deref(), Some(r#"{"x":"1","y":"3"}"#));
    bench.step(&ignoring("4", "l", "[value, labels]"), &["part.a replace"]);
    assert_eq!(bench.attribute("part.a", "value").as_deref(), Some("\"4\""));
}

#[test]
fn replacement_follows_triggers() {
    let bench = Bench::new();
    let text = |value: &str, note: &str| {
        format!(
            r#"
        resource "part" "a" {{
          name  = "a"
          value = "{value}"
          mode  = "{note}"
        }}
        resource "part" "whole" {{
          name = "whole"
          lifecycle {{ replace_triggered_by = [part.a] }}
        }}
        resource "part" "one" {{
          name = "one"
          lifecycle {{ replace_triggered_by = [part.a.value] }}
        }}"#
        )
    };
    bench.step(&text("1", "m"), &["part.a create", "part.one create", "part.whole create"]);
    bench.step(&text("1", "n"), &["part.a update", "part.whole replace"]);
    bench.step(&text("2", "n"), &["part.a update", "part.one replace", "part.whole replace"]);
}

#[test]
fn what_must_not_be_destroyed_stays() {
    let bench = Bench::new();
    let kept = |key: &str| {
        format!(
            r#"resource "part" "a" {{
        name = "a"
        key  = "{key}"
        lifecycle {{ prevent_destroy = true }}
    }}"#
        )
    };
    bench.step(&kept("1"), &["part.a create"]);
    let why = bench.refused(&kept("2"));
    assert!(why[0].contains("prevent_destroy"), "{why:?}");
    let hints = bench.hints();
    assert!(hints[0].starts_with("key would force a new object."), "{hints:?}");
    bench.write("main.tf", &kept("1"));
    let why = bench.plan_with(&destroying()).expect_err("refused");
    assert!(why[0].contains("prevent_destroy"), "{why:?}");
    // The lock is free again, and without the block there is no protection.
    bench.step("", &["part.a delete"]);
}

#[test]
fn a_half_made_object_is_tainted_and_replaced() {
    let bench = Bench::with(A);
    bench.store.script(|_, call| (call.verb == Verb::Create).then(|| Fault::Half(Error::other("no"))));
    let (_, ended) = bench.apply_with(&Default::default(), Crash::Never);
    assert!(matches!(ended, Ended::Failed(_)));
    let state = bench.state();
    let (_, _, instance) = state.instances().next().expect("an object");
    assert_eq!(instance.current.as_ref().map(|o| o.status), Some(Status::Tainted));
    bench.store.heal();
    bench.step(A, &["part.a replace"]);
    assert_eq!(bench.store.objects().len(), 1);
}

#[test]
fn an_unanswered_creation_is_found_again() {
    for (what, fault) in
        [("lost", Fault::lost()), ("refused", Fault::Before(Error::new(ErrorKind::Connection, "no answer")))]
    {
        let bench = Bench::with(A);
        let mut first = true;
        bench
            .store
            .script(move |_, call| (call.verb == Verb::Create && std::mem::take(&mut first)).then(|| fault.clone()));
        assert_eq!(bench.apply(), ["part.a create"], "{what}");
        assert_eq!(bench.store.objects().len(), 1, "{what}");
        bench.settled();
    }
}

#[test]
fn an_old_object_that_could_not_be_deleted_waits_as_deposed() {
    let text = |key: &str| {
        format!(
            r#"resource "part" "a" {{
        name = "a"
        key  = "{key}"
        lifecycle {{ create_before_destroy = true }}
    }}"#
        )
    };
    let bench = Bench::new();
    bench.step(&text("1"), &["part.a create"]);
    let fail = |_: usize, call: &crate::provider::mock::Call| {
        (call.verb == Verb::Delete).then(|| Fault::Before(Error::other("no")))
    };
    for key in ["2", "3"] {
        bench.write("main.tf", &text(key));
        bench.store.script(fail);
        let (_, ended) = bench.apply_with(&Default::default(), Crash::Never);
        assert!(matches!(ended, Ended::Failed(_)));
        bench.store.heal();
    }
    assert_eq!(bench.store.objects().len(), 3);
    let deposed = "part.a (deposed) delete";
    bench.step(&text("4"), &["part.a create first", deposed, deposed]);
    assert_eq!(bench.store.objects().len(), 1);
}

#[test]
fn a_failed_replacement_brings_the_old_object_back() {
    let text = |key: &str| {
        format!(
            r#"resource "part" "a" {{
        name = "a"
        key  = "{key}"
        lifecycle {{ create_before_destroy = true }}
    }}"#
        )
    };
    let bench = Bench::new();
    bench.step(&text("1"), &["part.a create"]);
    for (key, refused) in [("2", vec![Verb::Delete]), ("3", vec![Verb::Delete, Verb::Create])] {
        bench.write("main.tf", &text(key));
        bench.store.script(move |_, call| refused.contains(&call.verb).then(|| Fault::Before(Error::other("no"))));
        let (_, ended) = bench.apply_with(&Default::default(), Crash::Never);
        assert!(matches!(ended, Ended::Failed(_)), "{key}");
        bench.store.heal();
    }
    // The second object is current, the first is deposed: a failed creation of the third must not mix them up.
    let state = bench.state();
    let (_, _, instance) = state.instances().next().expect("an instance");
    assert_eq!(instance.current.as_ref().and_then(|o| o.id()), Some("engine-0002"));
    assert_eq!(instance.deposed.values().filter_map(|o| o.id()).collect::<Vec<_>>(), ["engine-0001"]);
}

#[test]
fn replacement_on_request() {
    let bench = Bench::with(A);
    bench.apply();
    assert_eq!(bench.apply_args(&replacing("part.a")), ["part.a replace"]);
    let why = bench.plan_with(&replacing("part.b")).expect_err("refused");
    assert!(why[0].contains("part") || why[0].contains("-replace"), "{why:?}");
}

#[test]
fn targets_take_what_they_need_along() {
    let text = r#"
        resource "part" "a" { name = "a" }
        resource "part" "b" {
          name = "b"
          uses = [part.a.id]
        }
        resource "part" "c" {
          name = "c"
          uses = [part.b.id]
        }"#;
    let bench = Bench::with(text);
    assert_eq!(bench.apply_args(&targeting(&["part.b"])), ["part.a create", "part.b create"]);
    bench.step(text, &["part.c create"]);
    // Who depends on a target goes with it.
    let mut args = destroying();
    args.options.targets = targeting(&["part.b"]).options.targets;
    assert_eq!(bench.apply_args(&args), ["part.b delete", "part.c delete"]);
    bench.step(text, &["part.b create", "part.c create"]);
    // What a target leaves alone keeps its dependencies: the order of a later destroy hangs on them.
    bench.write("main.tf", "resource \"part\" \"d\" { name = \"d\" }");
    assert_eq!(bench.apply_args(&targeting(&["part.d"])), ["part.d create"]);
    let Ended::Failed(why) = bench.apply_with(&targeting(&["part.zzz"]), Crash::Never).1 else { panic!("a slip") };
    assert_eq!(why.len(), 1, "{why:?}");
    bench.destroy();
}

#[test]
fn conditions_stop_a_run() {
    let bench = Bench::new();
    let text = |ok: &str, post: &str| {
        format!(
            r#"resource "part" "a" {{
        name = "a"
        lifecycle {{
          precondition {{
            condition     = path.module != "" && {ok}
            error_message = "not ready for it"
          }}
          postcondition {{
            condition     = self.zone {post}
            error_message = "wrong zone"
          }}
        }}
    }}"#
        )
    };
    let why = bench.refused(&text("1 == 2", "!= \"\""));
    assert_eq!(why, ["Resource precondition failed: not ready for it"]);
    bench.write("main.tf", &text("true", "== \"zone-b\""));
    let (_, ended) = bench.apply_with(&Default::default(), Crash::Never);
    let Ended::Failed(why) = ended else { panic!("it must fail") };
    assert_eq!(why, ["Resource postcondition failed: wrong zone"]);
    assert_eq!(bench.state().instances().count(), 1, "the object is in state all the same");
    bench.step(&text("true", "== \"zone-a\""), &[]);
}

#[test]
fn modules_in_numbers_come_and_go() {
    let bench = Bench::new();
    bench.write(
        "m/main.tf",
        r#"
        variable "name" { type = string }
        resource "part" "a" { name = var.name }
        resource "part" "b" {
          name = "${var.name}b"
          uses = [part.a.id]
        }
        output "id" { value = part.b.id }"#,
    );
    let text = |keys: &str| {
        format!(
            r#"
        module "m" {{
          source   = "./m"
          for_each = toset([{keys}])
          name     = each.key
        }}
        output "ids" {{ value = [for m in module.m : m.id != ""] }}"#
        )
    };
    bench.step(&text(r#""x""#), &["module.m[\"x\"].part.a create", "module.m[\"x\"].part.b create"]);
    bench.step(
        &text(r#""y""#),
        &[
            "module.m[\"x\"].part.a delete",
            "module.m[\"x\"].part.b delete",
            "module.m[\"y\"].part.a create",
            "module.m[\"y\"].part.b create",
        ],
    );
    assert_eq!(bench.output("ids").as_deref(), Some("[true]"));
    bench.step("", &["module.m[\"y\"].part.a delete", "module.m[\"y\"].part.b delete"]);
}

#[test]
fn data_sources_wait_for_what_they_need() {
    let text = |value: &str| {
        format!(
            r#"
        resource "tfcoremock_simple_resource" "a" {{
          id     = "a"
          string = "{value}"
        }}
        data "tfcoremock_simple_resource" "known" {{
          id         = "a"
          depends_on = [tfcoremock_simple_resource.a]
        }}
        data "tfcoremock_simple_resource" "by_reference" {{ id = tfcoremock_simple_resource.a.id }}
        resource "part" "b" {{
          name  = "b"
          value = data.tfcoremock_simple_resource.known.string
        }}
        output "seen" {{ value = data.tfcoremock_simple_resource.by_reference.string }}"#
        )
    };
    let bench = Bench::with(&text("1"));
    // What names an object waits for it, also by a known attribute: there is nothing to read yet.
    assert!(bench.plan().is_ok());
    bench.write(
        "main.tf",
        r#"resource "tfcoremock_simple_resource" "a" {
        id = "a"
        string = "1"
    }"#,
    );
    bench.apply();
    bench.step(&text("1"), &["part.b create"]);
    bench.write("main.tf", &text("2"));
    let done = bench.apply();
    assert_eq!(
        done,
        [
            "part.b update",
            "tfcoremock_simple_resource.a update",
            "data.tfcoremock_simple_resource.by_reference read",
            "data.tfcoremock_simple_resource.known read"
        ]
    );
    assert_eq!(bench.attribute("part.b", "value").as_deref(), Some("\"2\""));
}

#[test]
fn objects_that_take_their_time_are_waited_for() {
    let bench = Bench::new();
    bench.step(
        r#"resource "tfcoremock_slow_resource" "a" {
        name    = "a"
        pending = 5
    }"#,
        &["tfcoremock_slow_resource.a create"],
    );
    bench.step("", &["tfcoremock_slow_resource.a delete"]);
    assert!(bench.store.objects().is_empty());
    bench.write(
        "main.tf",
        r#"resource "tfcoremock_slow_resource" "a" {
        name    = "a"
        pending = 100000
        timeouts { create = "30s" }
    }"#,
    );
    let (_, ended) = bench.apply_with(&Default::default(), Crash::Never);
    let Ended::Failed(why) = ended else { panic!("it must fail") };
    assert!(why[0].contains("ot ready after 3"), "{why:?}");
    assert_eq!(bench.state().instances().count(), 1);
    bench.destroy();
}

#[test]
fn drift_is_shown_and_mended() {
    let text = r#"resource "part" "a" {
        name = "a"
        value = "1"
    }"#;
    let bench = Bench::with(text);
    bench.apply();
    bench.store.meddle(|objects| {
        objects.values_mut().for_each(|o| {
            o.attributes.set("value", "2");
        })
    });
    let plan = bench.plan().expect("plans");
    assert_eq!(plan.drift.len(), 1);
    assert_eq!(actions(&plan), ["part.a update"]);
    bench.step(text, &["part.a update"]);
    bench.store.meddle(|objects| objects.clear());
    bench.step(text, &["part.a create"]);
}
