//! What became of objects: `moved`, `removed`.

use super::Bench;
use super::bench::{Crash, Ended, actions, destroying, targeting};
use crate::ops::Args;

const A: &str = r#"resource "part" "a" { name = "a" }"#;

fn moved(from: &str, to: &str) -> String {
    format!("moved {{\n from = {from}\n to = {to}\n}}\n")
}

fn removed(from: &str, destroy: bool) -> String {
    format!("removed {{\n from = {from}\n lifecycle {{ destroy = {destroy} }}\n}}\n")
}

/// Warnings of a plan.
fn warnings(bench: &Bench, args: &Args) -> Vec<String> {
    bench.warnings_with(args).expect("plans")
}

#[test]
fn chains_are_followed_whatever_the_order_of_the_blocks() {
    let bench = Bench::new();
    bench.step(A, &["part.a create"]);
    let chain = [moved("part.c", "part.d"), moved("part.b", "part.c"), moved("part.a", "part.b")].concat();
    bench.step(&format!("resource \"part\" \"d\" {{ name = \"a\" }}\n{chain}"), &["part.a moved to part.d"]);
}

#[test]
fn whole_modules_and_what_is_in_them_move_together() {
    let bench = Bench::new();
    bench.write("m/main.tf", "resource \"part\" \"a\" { name = \"a\" }\nresource \"part\" \"b\" { name = \"b\" }");
    bench.write("n/main.tf", "resource \"part\" \"x\" { name = \"a\" }\nresource \"part\" \"b\" { name = \"b\" }\nmoved {\n from = part.a\n to = part.x\n}");
    bench.step("module \"m\" { source = \"./m\" }", &["module.m.part.a create", "module.m.part.b create"]);
    let moves = moved("module.m", "module.n[0]");
    bench.step(
        &format!("module \"n\" {{\n source = \"./n\"\n count = 1\n}}\n{moves}"),
        &["module.m.part.b moved to module.n[0].part.b", "module.m.part.a moved to module.n[0].part.x"],
    );
    // Every instance of a module keeps its key.
    let moves = moved("module.n", "module.o");
    bench.step(
        &format!("module \"o\" {{\n source = \"./n\"\n count = 1\n}}\n{moves}"),
        &["module.n[0].part.b moved to module.o[0].part.b", "module.n[0].part.x moved to module.o[0].part.x"],
    );
}

#[test]
fn keys_change_and_an_object_without_a_place_goes() {
    let bench = Bench::new();
    bench.step(A, &["part.a create"]);
    let counted = |n: u32| format!("resource \"part\" \"a\" {{\n count = {n}\n name = \"a\"\n}}\n");
    let to_one = moved("part.a", "part.a[1]");
    bench.step(&format!("{}{to_one}", counted(2)), &["part.a[0] create", "part.a moved to part.a[1]"]);
    bench.step(&counted(0), &["part.a[0] delete", "part.a[1] delete"]);
    bench.step(A, &["part.a create"]);
    bench.step(&counted(0), &["part.a moved to part.a[0]", "part.a[0] delete"]);
}

#[test]
fn a_move_to_where_something_is_does_not_happen() {
    let both = "resource \"part\" \"a\" { name = \"a\" }\nresource \"part\" \"b\" { name = \"b\" }";
    let bench = Bench::with(both);
    bench.apply();
    bench.write("main.tf", &format!("{A}\n{}", moved("part.b", "part.a")));
    let found = warnings(&bench, &Args::default());
    assert!(found[0].starts_with("Unresolved resource instance address changes: "), "{found:?}");
    assert!(found[0].contains("engine_resource.b could not move to "), "{found:?}");
    assert_eq!(actions(&bench.plan().expect("plans")), ["part.b delete"]);
}

#[test]
fn moves_that_make_no_sense_are_refused() {
    let bench = Bench::with(A);
    bench.apply();
    let refused = |text: String, summary: &str, detail: &str| {
        let why = bench.refused(&text);
        assert!(why.iter().any(|w| w.starts_with(summary) && w.contains(detail)), "{summary}: {why:#?}");
    };
    let circle = [moved("part.a", "part.b"), moved("part.b", "part.a")].concat();
    refused(circle, "Cyclic dependency in move statements", "main.tf:1,1: tfcoremock_engine_resource.a[*] → ");
    refused(
        format!("{A}\n{}", moved("part.a", "part.b")),
        "Moved object still exists",
        "but that resource is still declared at main.tf:1,1",
    );
    refused(format!("{A}\n{}", moved("part.b", "part.b")), "Redundant move statement", "to the same address");
    let two = [moved("part.b", "part.c"), moved("part.b", "part.d")].concat();
    refused(two, "Ambiguous move statements", "Each resource can move to only one destination resource.");
    let two = [moved("part.b", "part.d"), moved("part.c", "part.d")].concat();
    refused(two, "Ambiguous move statements", "Each resource can have moved from only one source resource.");
    let counted = "resource \"part\" \"a\" {\n count = 2\n name = \"a\"\n}\n";
    refused(
        format!("{counted}{}", moved("part.a[0]", "part.a[1]")),
        "Moved object still exists",
        "but that resource instance is still declared at main.tf:2,",
    );
    refused(moved("part.a", "module.m"), "Invalid \"moved\" addresses", "either both refer to resources");
    refused(
        moved("part.a[each.key]", "part.b"),
        "Invalid expression",
        "A single static variable reference is required",
    );
    refused(
        format!(
            "resource \"tfcoremock_simple_resource\" \"s\" {{}}\n{}",
            moved("part.a", "tfcoremock_simple_resource.s")
        ),
        "Unsupported `moved` across resource types",
        "tfcoremock",
    );
}

#[test]
fn targets_must_cover_what_moves() {
    let bench = Bench::with(A);
    bench.apply();
    bench.write(
        "main.tf",
        &format!(
            "resource \"part\" \"b\" {{ name = \"a\" }}\nresource \"part\" \"c\" {{ name = \"c\" }}\n{}",
            moved("part.a", "part.b")
        ),
    );
    let why = bench.plan_with(&targeting(&["part.c"])).expect_err("refused");
    assert!(
        why[0].starts_with("Moved resource instances excluded by targeting") && why[0].contains("-target="),
        "{why:?}"
    );
    assert_eq!(
        bench.apply_args(&targeting(&["part.a", "part.b", "part.c"])),
        ["part.a moved to part.b", "part.c create"]
    );
}

#[test]
fn removed_blocks_reach_into_modules_and_stand_in_them() {
    let bench = Bench::new();
    bench.write(
        "m/main.tf",
        "resource \"part\" \"a\" {\n count = 2\n name = \"a\"\n}\nmodule \"n\" { source = \"../n\" }",
    );
    bench.write("n/main.tf", A);
    let call = "module \"m\" { source = \"./m\" }\n";
    bench.step(call, &["module.m.part.a[0] create", "module.m.part.a[1] create", "module.m.module.n.part.a create"]);
    bench.write("m/main.tf", &format!("module \"n\" {{ source = \"../n\" }}\n{}", removed("part.a", false)));
    assert_eq!(warnings(&bench, &Args::default()).len(), 1);
    bench.step(call, &["module.m.part.a[0] forget", "module.m.part.a[1] forget"]);
    bench.step(&removed("module.m", false), &["module.m.module.n.part.a forget"]);
    assert_eq!(bench.store.objects().len(), 3);
}

#[test]
fn forgotten_objects_leave_with_their_deposed_ones_but_a_destroy_takes_them() {
    let bench = Bench::with(A);
    bench.apply();
    bench.write("main.tf", &removed("part.a", false));
    assert_eq!(actions(&bench.plan_with(&destroying()).expect("plans")), ["part.a delete"]);
    let found = warnings(&bench, &Args::default());
    assert!(found[0].contains("\n - tfcoremock_engine_resource.a\n"), "{found:?}");
}

#[test]
fn removed_blocks_that_make_no_sense_are_refused() {
    let bench = Bench::new();
    for (text, summary) in [
        (removed("part.a[0]", false), "Resource instance keys not allowed"),
        (removed("module.m[0].part.a", false), "Module instance keys not allowed"),
        (removed("data.part.a", false), "Data source address not allowed"),
        (removed("\"part.a\"", false), "Invalid expression"),
        (removed("part", false), "Invalid address"),
        (format!("{A}\n{}", removed("part.a", false)), "Removed resource still exists"),
        (
            "removed {\n from = part.a\n provisioner \"local-exec\" {\n command = \"x\"\n }\n}\n".into(),
            "Provisioners are not run",
        ),
    ] {
        let why = bench.refused(&text);
        assert!(why.len() == 1 && why[0].starts_with(summary), "{summary}: {why:#?}");
    }
    let Ended::Failed(_) = bench.apply_with(&Args::default(), Crash::Never).1 else { panic!("refused") };
}
