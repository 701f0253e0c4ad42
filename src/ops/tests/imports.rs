//! Objects that exist already and come under management.

use super::Bench;
use super::bench::{Crash, Ended, actions, excluding, targeting};
use crate::ops::Args;
use crate::plan::{Action, Plan};
use crate::provider::mock::{Stored, Verb};
use crate::provider::{Object, RemoteId};

/// A bench whose store has objects that no state knows.
fn stocked(ids: &[&str]) -> Bench {
    let bench = Bench::new();
    bench.store.meddle(|objects| {
        for id in ids {
            let attributes = Object::new()
                .with("id", *id)
                .with("name", *id)
                .with("mode", "auto")
                .with("status", "ready")
                .with("revision", 1);
            let stored = Stored {
                kind: "tfcoremock_engine_resource",
                token: String::new(),
                attributes,
                pending: 0,
                leaving: None,
            };
            objects.insert(RemoteId::from(*id), stored);
        }
    });
    bench
}

fn import(to: &str, id: &str) -> String {
    format!("import {{\n to = {to}\n id = {id}\n}}\n")
}

fn imported(plan: &Plan) -> Vec<String> {
    let all = plan.changes.iter().filter_map(|c| Some((c.key.addr.to_string(), c.importing.clone()?)));
    all.map(|(addr, id)| format!("{} {id}", addr.replace("tfcoremock_engine_resource", "part"))).collect()
}

#[test]
fn an_object_is_read_planned_and_kept_without_a_writing_call() {
    let bench = stocked(&["x"]);
    let text = format!("resource \"part\" \"a\" {{ name = \"x\" }}\n{}", import("part.a", "\"x\""));
    bench.write("main.tf", &text);
    let plan = bench.plan().expect("plans");
    assert_eq!(imported(&plan), ["part.a x"]);
    assert_eq!(plan.summary().import, 1);
    assert!(!plan.is_empty() && plan.steps.is_empty() && plan.drift.is_empty());
    assert_eq!(bench.apply(), Vec::<String>::new());
    assert_eq!(bench.writes(), Vec::<String>::new());
    assert_eq!(bench.attribute("part.a", "id").as_deref(), Some("\"x\""));
    // What is in state already is left alone, whatever the block says.
    bench.settled();
    bench.write("main.tf", &text.replace("id = \"x\"", "id = \"gone\""));
    bench.settled();
}

#[test]
fn an_object_that_differs_is_changed_or_replaced() {
    let bench = stocked(&["x", "y"]);
    bench.write(
        "main.tf",
        &format!(
            "resource \"part\" \"a\" {{\n name = \"x\"\n value = \"1\"\n}}\nresource \"part\" \"b\" {{\n name = \"y\"\n key = \"k\"\n}}\n{}{}",
            import("part.a", "\"x\""),
            import("part.b", "\"y\"")
        ),
    );
    assert_eq!(bench.apply(), ["part.a update", "part.b replace"]);
    bench.wrote_in_order(&["Delete y", "Create y"]);
    bench.settled();
}

#[test]
fn blocks_repeat_reach_into_modules_and_stand_in_them() {
    let bench = stocked(&["p", "q", "r", "s"]);
    bench.write(
        "m/main.tf",
        &format!(
            "variable \"id\" {{}}\nresource \"part\" \"a\" {{ name = var.id }}\nresource \"part\" \"b\" {{ name = \"s\" }}\n{}",
            import("part.b", "\"s\"")
        ),
    );
    bench.write(
        "main.tf",
        &format!(
            "locals {{\n ids = {{ x = \"p\", y = \"q\" }}\n}}\nresource \"part\" \"a\" {{\n for_each = local.ids\n name = each.value\n}}\n\
             import {{\n for_each = local.ids\n to = part.a[each.key]\n id = each.value\n}}\n\
             module \"m\" {{\n source = \"./m\"\n count = 1\n id = \"r\"\n}}\n{}",
            import("module.m[0].part.a", "\"r\"")
        ),
    );
    let plan = bench.plan().expect("plans");
    assert_eq!(imported(&plan), ["part.a[\"x\"] p", "part.a[\"y\"] q", "module.m[0].part.a r", "module.m[0].part.b s"]);
    let reads = bench.store.take_calls().into_iter().filter(|c| c.verb == Verb::Read).count();
    assert_eq!(reads, 1, "objects of one type are read together");
    assert_eq!(bench.apply(), Vec::<String>::new());
    bench.settled();
}

#[test]
fn ids_may_come_from_data_sources_and_identities_name_attributes() {
    let bench = stocked(&["x", "y"]);
    bench.store.meddle(|objects| {
        let attributes = Object::new().with("id", "d").with("string", "x");
        let stored =
            Stored { kind: "tfcoremock_simple_resource", token: String::new(), attributes, pending: 0, leaving: None };
        objects.insert(RemoteId::from("d"), stored);
    });
    bench.write(
        "main.tf",
        &format!(
            "data \"tfcoremock_simple_resource\" \"d\" {{ id = \"d\" }}\nresource \"part\" \"a\" {{ name = \"x\" }}\nresource \"part\" \"b\" {{ name = \"y\" }}\n{}\
             import {{\n to = part.b\n identity = {{ id = \"y\" }}\n}}\n",
            import("part.a", "data.tfcoremock_simple_resource.d.string")
        ),
    );
    assert_eq!(imported(&bench.plan().expect("plans")), ["part.a x", "part.b y"]);
}

#[test]
fn targets_leave_other_imports_for_later() {
    let bench = stocked(&["x", "y"]);
    bench.write(
        "main.tf",
        &format!(
            "resource \"part\" \"a\" {{ name = \"x\" }}\nresource \"part\" \"b\" {{ name = \"y\" }}\n{}{}",
            import("part.a", "\"x\""),
            import("part.b", "\"y\"")
        ),
    );
    let plan = bench.plan_with(&targeting(&["part.b"])).expect("plans");
    assert_eq!(imported(&plan), ["part.b y"]);
    assert!(!plan.complete);
}

#[test]
fn an_import_is_kept_though_a_later_step_fails() {
    let bench = stocked(&["x"]);
    bench.write(
        "main.tf",
        &format!("resource \"part\" \"a\" {{\n name = \"x\"\n value = \"1\"\n}}\n{}", import("part.a", "\"x\"")),
    );
    bench.store.script(|_, call| {
        (call.verb == Verb::Update)
            .then(|| crate::provider::mock::Fault::Before(crate::provider::Error::other("not today")))
    });
    let Ended::Failed(_) = bench.apply_with(&Args::default(), Crash::Never).1 else { panic!("must fail") };
    assert_eq!(bench.attribute("part.a", "id").as_deref(), Some("\"x\""));
    bench.store.heal();
    assert_eq!(bench.apply(), ["part.a update"]);
}

#[test]
fn what_cannot_be_imported_is_said_all_at_once() {
    let bench = stocked(&["x"]);
    let a = "resource \"part\" \"a\" { name = \"x\" }\n";
    let refused = |text: String, expected: &[&str]| {
        let why = bench.refused(&text);
        assert_eq!(why.len(), expected.len(), "{why:#?}");
        for (why, expected) in why.iter().zip(expected) {
            assert!(why.contains(expected), "{expected}: {why}");
        }
    };
    refused(format!("{a}{}", import("part.a", "\"nope\"")), &["Cannot import non-existent remote object: "]);
    refused(format!("{a}{}", import("part.a", "\"\"")), &["evaluates to an empty string"]);
    refused(format!("{a}{}", import("part.a", "null")), &["The import ID cannot be null."]);
    refused(format!("{a}{}", import("part.a", "[1]")), &["The import ID value is unsuitable: string required."]);
    refused(
        format!("{a}resource \"part\" \"b\" {{ name = \"b\" }}\n{}", import("part.a", "part.b.id")),
        &["argument depends on resource attributes that cannot be determined until apply"],
    );
    refused(
        import("part.a", "\"x\"") + &import("part.b", "\"x\""),
        &[
            "given import target tfcoremock_engine_resource.a does not exist. If you wish",
            "_resource.b does not exist. If",
        ],
    );
    refused(import("module.m.part.a", "\"x\""), &["All target instances must have an associated configuration"]);
    refused(
        format!("{a}{}{}", import("part.a", "\"x\""), import("part.a", "\"y\"")),
        &["Duplicate import configuration"],
    );
    refused(format!("{a}{}", import("part.a[\"k\"]", "\"x\"")), &["The target resource does not use for_each."]);
    refused(
        format!("resource \"part\" \"a\" {{\n count = 1\n name = \"x\"\n}}\n{}", import("part.a[4]", "\"x\"")),
        &["The configuration for the given import tfcoremock_engine_resource.a[4] does not exist."],
    );
    refused(format!("{a}{}", import("data.part.a", "\"x\"")), &["Only managed resources can be imported."]);
    refused(format!("{a}import {{ to = part.a }}"), &["Missing required argument"]);
    refused(
        format!("{a}import {{\n for_each = 1\n to = part.a\n id = \"x\"\n}}"),
        &["The \"for_each\" expression must be a collection."],
    );
    refused(
        format!("{a}import {{\n to = part.a\n id = \"x\"\n identity = {{}}\n}}"),
        &["The \"id\" and \"identity\" arguments are mutually exclusive."],
    );
    refused(
        format!("{a}import {{\n to = part.a\n id = \"x\"\n provider = tfcoremock\n}}"),
        &["The provider argument can only be specified in import blocks that will generate configuration."],
    );
}

#[test]
fn a_secret_id_is_not_shown() {
    let bench = stocked(&["x"]);
    bench.write(
        "main.tf",
        &format!("resource \"part\" \"a\" {{ name = \"x\" }}\n{}", import("part.a", "sensitive(\"x\")")),
    );
    let plan = bench.plan().expect("plans");
    assert_eq!(imported(&plan), ["part.a (sensitive value)"]);
    assert!(plan.changes.iter().all(|c| c.action == Action::NoOp), "{:?}", actions(&plan));
}

#[test]
fn configuration_is_written_where_there_is_none_and_plans_empty() {
    let bench = stocked(&["x", "y"]);
    bench.store.meddle(|objects| {
        let object = objects.get_mut(&RemoteId::from("x")).expect("it");
        object.attributes.set("secret", "hunter2").set("labels", Object::new().with("a b", "c").with("d", "e"));
    });
    let blocks = import("part.a", "\"x\"") + &import("part.b", "\"y\"");
    bench.write("main.tf", &blocks);
    let args = Args { generate: Some("new/../generated.tf".into()), ..Args::default() };
    let plan = bench.plan_with(&args);
    assert!(plan.expect_err("no such folder")[0].starts_with("Failed to write generated config"));
    let args = Args { generate: Some("generated.tf".into()), ..Args::default() };
    let plan = bench.plan_with(&args).expect("plans");
    assert_eq!(imported(&plan), ["part.a x", "part.b y"]);
    let written = std::fs::read_to_string(bench.dir.path().join("generated.tf")).expect("written");
    let text = plan.changes[1].generated.as_deref().expect("text");
    assert!(written.starts_with("# __generated__ by kiban\n") && written.contains(text), "{written}");
    assert!(written.contains("  secret            = null # sensitive\n") && !written.contains("hunter2"), "{written}");
    // The secret is told by nobody; the rest is as it is.
    assert_eq!(actions(&plan), ["part.a update"]);
    let planned = bench.plan().expect("plans with the file as with the text");
    assert_eq!(actions(&planned), ["part.a update"]);
    assert!(bench.plan_with(&args).expect_err("refused")[0].starts_with("Target generated file already exists"));
}

#[test]
fn configuration_is_not_written_for_what_repeats() {
    let bench = stocked(&["x"]);
    bench.write("main.tf", &import("part.a[0]", "\"x\""));
    let args = Args { generate: Some("generated.tf".into()), ..Args::default() };
    let why = bench.plan_with(&args).expect_err("refused");
    assert!(why[0].contains("The given import block is not compatible with config generation."), "{why:?}");
    assert!(!bench.dir.path().join("generated.tf").exists());
}

#[test]
fn the_command_takes_one_object_and_says_what_is_in_the_way() {
    let bench = stocked(&["x", "y"]);
    bench.write(
        "main.tf",
        "resource \"part\" \"a\" { name = \"x\" }\nresource \"part\" \"b\" {\n count = 1\n name = \"y\"\n}",
    );
    assert_eq!(bench.import("part.a", "x"), Ok(()));
    assert_eq!(bench.import("part.b[0]", "y"), Ok(()));
    bench.settled();
    for (addr, id, why) in [
        ("part.a", "x", "Resource already managed by Terraform: "),
        ("part.z", "x", "resource address \"tfcoremock_engine_resource.z\" does not exist in the configuration.: "),
        ("part.b[4]", "x", "Configuration for import target does not exist: "),
        ("module.m.part.a", "x", "Import to non-existent module: module.m is not defined"),
        ("data.part.a", "x", "Invalid import address: A managed resource address is required."),
    ] {
        let found = bench.import(addr, id).expect_err(addr);
        assert!(found.len() == 1 && found[0].starts_with(why), "{addr}: {found:?}");
    }
    bench.write("main.tf", "resource \"part\" \"c\" { name = \"c\" }");
    assert!(
        bench.import("part.c", "nope").expect_err("refused")[0].starts_with("Cannot import non-existent remote object")
    );
    // The lock is free again.
    assert_eq!(bench.apply(), ["part.a delete", "part.b[0] delete", "part.c create"]);
}

#[test]
fn what_is_excluded_is_not_imported() {
    let bench = stocked(&["x", "y"]);
    bench.write(
        "main.tf",
        &format!(
            "resource \"part\" \"a\" {{ name = \"x\" }}\nresource \"part\" \"b\" {{ name = \"y\" }}\n{}{}",
            import("part.a", "\"x\""),
            import("part.b", "\"y\"")
        ),
    );
    assert_eq!(imported(&bench.plan_with(&excluding(&["part.b"])).expect("plans")), ["part.a x"]);
}
