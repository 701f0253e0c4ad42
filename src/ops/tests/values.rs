//! Values: what is unknown, sensitive, null, or spelled in another way.

use super::Bench;
use super::bench::actions;
use crate::plan::{Action, Plan};

fn find<'p>(plan: &'p Plan, address: &str) -> &'p crate::plan::Change {
    let matching = |c: &&crate::plan::Change| c.key.addr.to_string().ends_with(address);
    plan.changes.iter().find(matching).expect("a change")
}

#[test]
fn what_turns_out_as_it_was_needs_no_call() {
    let text = |value: &str| {
        format!(
            r#"
            resource "part" "a" {{
              name  = "a"
              value = "{value}"
            }}
            resource "part" "b" {{
              name   = "b"
              number = part.a.revision < 1000 ? 1 : 2
            }}"#
        )
    };
    let bench = Bench::with(&text("1"));
    bench.apply();
    bench.write("main.tf", &text("2"));
    bench.store.take_calls();
    assert_eq!(bench.apply(), ["part.a update", "part.b update"]);
    assert_eq!(bench.writes(), ["Update a"]);
    bench.settled();
}

#[test]
fn dependencies_are_kept_where_an_update_turns_out_to_be_none() {
    let text = |value: &str, used: &str| {
        format!(
            r#"
            resource "part" "a" {{
              name  = "a"
              value = "{value}"
            }}
            resource "part" "b" {{
              name   = "b"
              number = {used}
            }}"#
        )
    };
    let bench = Bench::with(&text("1", "1"));
    bench.apply();
    bench.write("main.tf", &text("2", "part.a.revision < 1000 ? 1 : 2"));
    bench.apply();
    let state = bench.state();
    let b = state.instances().find(|(a, ..)| a.to_string().ends_with(".b")).and_then(|(.., i)| i.current.clone());
    assert_eq!(b.map(|b| b.dependencies.len()), Some(1));
}

#[test]
fn an_unknown_value_may_replace() {
    let text = |value: &str| {
        format!(
            r#"
            resource "part" "a" {{
              name  = "a"
              value = "{value}"
            }}
            resource "part" "b" {{
              name = "b"
              key  = "r${{part.a.revision}}"
            }}"#
        )
    };
    let bench = Bench::new();
    bench.step(&text("1"), &["part.a create", "part.b create"]);
    bench.step(&text("2"), &["part.a update", "part.b replace"]);
    assert_eq!(bench.attribute("part.b", "key").as_deref(), Some("\"r2\""));
}

#[test]
fn nothing_and_null_are_the_same_to_a_provider() {
    let bench = Bench::new();
    bench.step(
        r#"resource "part" "a" {
             name   = "a"
             value  = ""
             number = 0
             flag   = false
             labels = {}
           }"#,
        &["part.a create"],
    );
    bench.step(r#"resource "part" "a" { name = "a" }"#, &[]);
    bench.step("resource \"part\" \"a\" {\n name = \"a\"\n number = 1\n}", &["part.a update"]);
    bench.step(r#"resource "part" "a" { name = "a" }"#, &["part.a update"]);
}

#[test]
fn what_the_provider_chose_stays_when_the_argument_goes() {
    let bench = Bench::new();
    bench.step("resource \"part\" \"a\" {\n name = \"a\"\n zone = \"z\"\n mode = \"x\"\n}", &["part.a create"]);
    bench.step(r#"resource "part" "a" { name = "a" }"#, &["part.a update"]);
    assert_eq!(bench.attribute("part.a", "zone").as_deref(), Some("\"z\""));
    assert_eq!(bench.attribute("part.a", "mode").as_deref(), Some("\"auto\""));
}

#[test]
fn outputs_come_change_and_go() {
    let bench = Bench::new();
    bench.step("output \"x\" { value = 1 }", &[]);
    assert_eq!(bench.output("x").as_deref(), Some("1"));
    bench.step("output \"x\" { value = 2 }\noutput \"n\" { value = null }", &[]);
    assert_eq!((bench.output("x").as_deref(), bench.output("n")), (Some("2"), None));
    bench.step("", &[]);
    assert_eq!(bench.output("x"), None);
}

#[test]
fn secrets_stay_hidden() {
    let text = r#"
        variable "password" {
          type      = string
          sensitive = true
          default   = "hunter2"
        }
        resource "part" "a" {
          name   = "a"
          value  = var.password
          secret = "hunter3"
          labels = { p = "x${var.password}" }
        }
        output "password" {
          value     = part.a.value
          sensitive = true
        }"#;
    let bench = Bench::with(text);
    let plan = bench.plan().expect("plans");
    let shown = format!("{:?}{:?}", plan.changes, plan.outputs);
    assert!(!shown.contains("hunter"), "{shown}");
    bench.apply();
    bench.settled();
    let plan = bench.plan().expect("plans");
    let shown = format!("{:?}{:?}", plan.changes, plan.outputs);
    assert!(!shown.contains("hunter"), "{shown}");
    let why = bench.refused(
        &text
            .replace("sensitive = true\n        }\"#", "")
            .replace("value     = part.a.value\n          sensitive = true", "value = part.a.value"),
    );
    assert!(why[0].contains("sensitive"), "{why:?}");
}

#[test]
fn another_sensitivity_is_no_call() {
    let text = |wrap: &str| format!("resource \"part\" \"a\" {{\n name = \"a\"\n value = {wrap}\n}}");
    let bench = Bench::with(&text("\"v\""));
    bench.apply();
    bench.write("main.tf", &text("sensitive(\"v\")"));
    bench.store.take_calls();
    bench.apply();
    assert_eq!(bench.writes(), Vec::<String>::new());
    let state = bench.state();
    let object = state.instances().next().and_then(|(.., i)| i.current.clone()).expect("an object");
    assert_eq!(object.sensitive_attributes.len(), 2, "value and secret: {:?}", object.sensitive_attributes);
    bench.settled();
}

#[test]
fn nested_blocks_and_collections_keep_their_shape() {
    let text = |n: u32| {
        format!(
            r#"resource "tfcoremock_complex_resource" "a" {{
                 id     = "complex"
                 string = "s"
                 list   = [{{ string = "x" }}, {{ number = {n} }}]
                 map    = {{ k = {{ list = [{{ string = "deep" }}] }} }}
                 object = {{ bool = true }}
                 set    = [{{ integer = 2 }}, {{ integer = 1 }}]
                 list_block {{
                   string = "l"
                   set_block {{ number = {n} }}
                   set_block {{ number = 0.5 }}
                 }}
                 set_block {{
                   string = "b"
                   list   = [{{ string = "in a block" }}]
                 }}
                 set_block {{ string = "a" }}
               }}"#
        )
    };
    let bench = Bench::new();
    bench.step(&text(1), &["tfcoremock_complex_resource.a create"]);
    bench.step(&text(2), &["tfcoremock_complex_resource.a update"]);
    bench.step(&text(3).replace("\"complex\"", "\"other\""), &["tfcoremock_complex_resource.a replace"]);
    bench.step("", &["tfcoremock_complex_resource.a delete"]);
}

#[test]
fn unknown_parts_of_blocks_are_planned_and_resolved() {
    let bench = Bench::new();
    bench.write(
        "main.tf",
        r#"
        resource "part" "a" { name = "a" }
        resource "tfcoremock_complex_resource" "b" {
          list = [for i in range(2) : { string = part.a.id, integer = i }]
          set_block { string = part.a.id }
          dynamic "list_block" {
            for_each = { x = part.a.id }
            content {
              string = list_block.value
              bool   = list_block.key == "x"
            }
          }
        }
        resource "tfcoremock_simple_resource" "c" {
          count  = 2
          string = tfcoremock_complex_resource.b.list[count.index].string
        }"#,
    );
    let plan = bench.plan().expect("plans");
    assert_eq!(actions(&plan).len(), 4);
    assert_eq!(find(&plan, ".c[1]").action, Action::Create);
    bench.apply();
    bench.settled();
    assert_eq!(bench.attribute("tfcoremock_simple_resource.c[1]", "string").as_deref(), Some("\"engine-0001\""));
    bench.destroy();
}

#[test]
fn a_dynamic_block_over_something_unknown_resolves() {
    let bench = Bench::with(
        r#"
        resource "part" "a" { name = "a" }
        resource "tfcoremock_complex_resource" "b" {
          dynamic "list_block" {
            for_each = [for i in range(part.a.revision) : i]
            content { integer = list_block.value }
          }
        }"#,
    );
    bench.apply();
    bench.settled();
    bench.destroy();
}

#[test]
fn the_number_of_instances_must_be_known() {
    let bench = Bench::new();
    let why = bench.refused(
        r#"
        resource "part" "a" { name = "a" }
        resource "part" "b" {
          count = part.a.revision
          name  = "b"
        }"#,
    );
    assert!(why[0].contains("count"), "{why:?}");
}

#[test]
fn the_same_input_gives_the_same_plan() {
    let text = r#"
        resource "part" "a" {
          for_each = { x = 1, y = 2 }
          name     = each.key
        }
        resource "part" "b" {
          name   = "b"
          uses   = [for a in part.a : a.id]
          labels = { for k, a in part.a : k => a.id }
        }
        output "ids" { value = { for k, a in part.a : k => a.id } }"#;
    let bench = Bench::with(text);
    let dump = || {
        let plan = bench.plan().expect("plans");
        format!("{:#?}{:#?}{:#?}", plan.changes, plan.steps, plan.outputs)
    };
    let first = dump();
    assert_eq!(first, dump());
    bench.apply();
    assert_ne!(first, dump());
    assert_eq!(dump(), dump());
}

#[test]
fn providers_lend_functions_to_modules_that_require_them() {
    let text = |required: &str| {
        format!(
            r#"
            terraform {{
              required_providers {{
                {required} = {{ source = "hashicorp/tfcoremock" }}
              }}
            }}
            resource "tfcoremock_engine_resource" "a" {{
              provider = {required}
              name     = provider::mock::shout("a")
            }}
            output "loud" {{ value = provider::mock::shout("ä ${{tfcoremock_engine_resource.a.id}}") }}"#
        )
    };
    let bench = Bench::with(&text("mock"));
    let plan = bench.plan().expect("plans");
    let after = find(&plan, ".a").after.as_ref().and_then(|v| v.get("name").cloned());
    assert_eq!(after, Some("A".into()));
    assert!(!plan.outputs["loud"].after.as_ref().expect("a value").is_known());
    bench.apply();
    let id = bench.attribute("part.a", "id").expect("an id");
    assert_eq!(bench.output("loud"), Some(format!("\"Ä {}", id.trim_start_matches('"').to_uppercase())));
    let why = bench.refused(&text("other"));
    assert!(why[0].contains("provider::mock::shout") || why[0].contains("mock"), "{why:?}");
    let why = bench.refused(&text("mock").replace("shout", "whisper"));
    assert!(why.iter().any(|w| w.contains("\"whisper\" is not available from the provider \"mock\"")), "{why:?}");
}
