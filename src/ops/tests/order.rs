//! What comes before what.

use super::Bench;

/// A chain a <- b <- c, in which `key` replaces one and `first` says which create before they destroy.
fn chain(keys: [&str; 3], first: [bool; 3]) -> String {
    let part = |name: &str, key: &str, first: bool, uses: &str| {
        format!(
            r#"resource "part" "{name}" {{
                 name = "{name}{key}"
                 key  = "{key}"
                 uses = [{uses}]
                 lifecycle {{ create_before_destroy = {first} }}
               }}
            "#
        )
    };
    part("a", keys[0], first[0], "")
        + &part("b", keys[1], first[1], "part.a.id")
        + &part("c", keys[2], first[2], "part.b.id")
}

const NONE: [bool; 3] = [false; 3];

#[test]
fn creation_follows_and_destruction_reverses_dependencies() {
    let bench = Bench::with(&chain(["", "", ""], NONE));
    bench.apply();
    assert_eq!(bench.writes(), ["Create a", "Create b", "Create c"]);
    bench.destroy();
    assert_eq!(bench.writes(), ["Delete c", "Delete b", "Delete a"]);
}

#[test]
fn destruction_follows_the_state_when_the_configuration_is_gone() {
    let bench = Bench::with(&chain(["", "", ""], NONE));
    bench.apply();
    bench.writes();
    bench.write("main.tf", "");
    bench.apply();
    assert_eq!(bench.writes(), ["Delete c", "Delete b", "Delete a"]);
}

#[test]
fn depends_on_orders_without_references() {
    let bench = Bench::with(
        r#"
        resource "part" "a" {
          name       = "a"
          depends_on = [part.b]
        }
        resource "part" "b" { name = "b" }"#,
    );
    bench.apply();
    assert_eq!(bench.writes(), ["Create b", "Create a"]);
    bench.destroy();
    assert_eq!(bench.writes(), ["Delete a", "Delete b"]);
}

#[test]
fn modules_depend_as_a_whole() {
    let bench = Bench::new();
    bench.write("m/main.tf", r#"resource "part" "inner" { name = "inner" }"#);
    bench.write(
        "main.tf",
        r#"
        resource "part" "before" { name = "before" }
        module "m" {
          source     = "./m"
          depends_on = [part.before]
        }
        resource "part" "after" {
          name       = "after"
          depends_on = [module.m]
        }"#,
    );
    bench.apply();
    assert_eq!(bench.writes(), ["Create before", "Create inner", "Create after"]);
    bench.destroy();
    assert_eq!(bench.writes(), ["Delete after", "Delete inner", "Delete before"]);
}

#[test]
fn a_replaced_chain_goes_down_before_it_comes_up() {
    let bench = Bench::with(&chain(["1", "1", "1"], NONE));
    bench.apply();
    bench.writes();
    bench.step(&chain(["2", "2", "2"], NONE), &["part.a replace", "part.b replace", "part.c replace"]);
    bench.wrote_in_order(&["Delete c1", "Delete b1", "Delete a1", "Create a2", "Create b2", "Create c2"]);
}

#[test]
fn create_before_destroy_infects_what_it_needs() {
    let first = [false, false, true];
    let bench = Bench::with(&chain(["1", "1", "1"], first));
    bench.apply();
    bench.step(&chain(["2", "2", "2"], first), &["part.a create first", "part.b create first", "part.c create first"]);
    bench.write("main.tf", &chain(["3", "3", "3"], first));
    bench.store.take_calls();
    bench.apply();
    bench.wrote_in_order(&["Create a3", "Create b3", "Create c3", "Delete c2", "Delete b2", "Delete a2"]);
}

#[test]
fn who_uses_the_old_object_lets_go_of_it_before_it_is_deleted() {
    let first = [true, false, false];
    let bench = Bench::with(&chain(["1", "1", "1"], first));
    bench.apply();
    bench.write("main.tf", &chain(["2", "1", "1"], first));
    bench.store.take_calls();
    bench.apply();
    bench.wrote_in_order(&["Create a2", "Update b1", "Delete a1"]);
    bench.settled();
}

#[test]
fn mixed_chains_replace_without_a_broken_reference() {
    for first in [[true, false, false], [true, true, false], [false, true, false]] {
        for keys in [["2", "1", "1"], ["1", "2", "1"], ["2", "2", "1"], ["2", "1", "2"], ["2", "2", "2"]] {
            // Without create-before-destroy the one that is used cannot be replaced under its user.
            let safe = (0..2).all(|i| keys[i] == "1" || first[i] || keys[i + 1] == "2" || first[i + 1]);
            if !safe {
                continue;
            }
            let bench = Bench::with(&chain(["1", "1", "1"], first));
            bench.apply();
            bench.write("main.tf", &chain(keys, first));
            bench.apply();
            bench.settled();
            bench.destroy();
        }
    }
}

#[test]
fn an_update_lets_go_before_the_delete() {
    let bench = Bench::with(&chain(["", "", ""], NONE));
    bench.apply();
    bench.write(
        "main.tf",
        r#"
        resource "part" "a" { name = "a" }
        resource "part" "c" { name = "c" }"#,
    );
    bench.store.take_calls();
    bench.apply();
    bench.wrote_in_order(&["Update c", "Delete b"]);
    bench.settled();
}

#[test]
fn a_new_user_of_another_object_is_made_before_the_old_one_goes() {
    // b is replaced create-first and moves over from a to x.
    let text = |used: &str| {
        format!(
            r#"
            resource "part" "{used}" {{ name = "{used}" }}
            resource "part" "b" {{
              name = "b"
              key  = part.{used}.name
              uses = [part.{used}.id]
              lifecycle {{ create_before_destroy = true }}
            }}"#
        )
    };
    let bench = Bench::with(&text("a"));
    bench.apply();
    bench.write("main.tf", &text("x"));
    bench.store.take_calls();
    bench.apply();
    bench.wrote_in_order(&["Create x", "Create b", "Delete b", "Delete a"]);
    bench.settled();
}

#[test]
fn what_was_made_create_first_is_replaced_so_while_its_old_user_lives() {
    let text = |key: &str, used: &str, more: &str| {
        format!(
            r#"
            resource "part" "a" {{
              name = "a"
              key  = "{key}"
            }}
            resource "part" "b" {{
              name = "b"
              key  = "{key}"
              uses = [{used}]
              lifecycle {{ create_before_destroy = true }}
            }}
            {more}"#
        )
    };
    let bench = Bench::with(&text("1", "part.a.id", ""));
    bench.apply();
    let more = r#"resource "part" "c" {
        name = "c"
        uses = [part.a.id, part.b.id]
    }"#;
    bench.step(&text("2", "", more), &["part.a create first", "part.b create first", "part.c create"]);
    // Now a is plain again.
    bench.step(&text("2", "", "").replacen("\"2\"", "\"3\"", 1), &["part.a replace", "part.c delete"]);
}

#[test]
fn a_delete_does_not_wait_for_an_update_that_waits_for_it() {
    // c lets go of b and takes a's new object, which waits until b, a user of the old a, is gone.
    let bench = Bench::with(
        r#"
        resource "part" "a" {
          name = "a"
          key  = "1"
        }
        resource "part" "b" {
          name = "b"
          uses = [part.a.id]
        }
        resource "part" "c" {
          name  = "c"
          value = part.b.id
        }"#,
    );
    bench.apply();
    bench.step(
        r#"
        resource "part" "a" {
          name = "a"
          key  = "2"
        }
        resource "part" "c" {
          name  = "c"
          value = part.a.id
        }"#,
        &["part.a replace", "part.b delete", "part.c update"],
    );
}

#[test]
fn independent_objects_wait_together() {
    let bench = Bench::with(
        r#"resource "part" "a" {
             count   = 40
             name    = "a${count.index}"
             pending = 6
           }"#,
    );
    bench.store.take_calls();
    bench.apply();
    let reads = bench.store.take_calls().iter().filter(|c| c.verb == crate::provider::mock::Verb::Read).count();
    assert!(reads < 40, "forty objects took {reads} reads");
}

#[test]
fn instances_of_a_module_wait_for_their_own_and_crowds_wait_at_gates() {
    let bench = Bench::new();
    bench.write(
        "team/main.tf",
        r#"
        variable "name" {}
        variable "many" { default = 1 }
        resource "part" "a" {
          count = var.many
          name  = "${var.name}-a${count.index}"
        }
        resource "part" "b" {
          count = var.many
          name  = "${var.name}-b${count.index}"
          uses  = part.a[*].id
        }
        output "id" { value = part.b[0].id }
        "#,
    );
    bench.write(
        "main.tf",
        r#"
        module "team" {
          source   = "./team"
          for_each = toset(["x", "y"])
          name     = each.key
        }
        module "crowd" {
          source = "./team"
          name   = "crowd"
          many   = 30
        }
        resource "part" "all" {
          name = "all"
          uses = [for team in module.team : team.id]
        }
        "#,
    );
    let plan = bench.plan().expect("plans");
    let step = |name: &str| {
        let at = |s: &&crate::plan::Step| plan.changes[s.change].key.addr.to_string().ends_with(name);
        plan.steps.iter().find(at).unwrap_or_else(|| panic!("no step of {name}"))
    };
    let before = |name: &str| -> Vec<String> {
        let steps = step(name).after.iter().map(|n| &plan.steps[*n]);
        steps
            .map(|s| plan.changes[s.change].key.addr.to_string().replace("tfcoremock_engine_resource", "part"))
            .collect()
    };
    assert_eq!(before(r#"["x"].tfcoremock_engine_resource.b[0]"#), [r#"module.team["x"].part.a[0]"#]);
    assert_eq!(before("tfcoremock_engine_resource.all").len(), 4, "both teams, and what they stand on");
    assert_eq!(plan.gates.iter().map(Vec::len).collect::<Vec<_>>(), [30]);
    let edges: usize = plan.steps.iter().map(|s| s.after.len() + s.gates.len()).sum();
    assert!(edges < 50, "{edges}");
    bench.apply();
    bench.settled();
    bench.destroy();
}
