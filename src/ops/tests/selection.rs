//! Plans that speak of a part of the configuration, and what else a plan tells of its reasons.

use serde_json::json;

use super::Bench;
use super::bench::{Crash, actions, destroying, excluding, targeting};
use crate::ops::Args;
use crate::plan::{Mode, Options};
use crate::provider::RemoteId;

const CHAIN: &str = r#"
resource "part" "a" { name = "a" }
resource "part" "b" {
  name = "b"
  uses = [part.a.id]
}
resource "part" "c" {
  name = "c"
  uses = [part.b.id]
}
resource "part" "d" {
  count = 2
  name  = "d${count.index}"
}
output "a" { value = part.a.name }
output "b" { value = part.b.name }
output "plain" { value = 1 }
"#;

/// Id of an object in state.
fn id(bench: &Bench, address: &str) -> String {
    bench.attribute(address, "id").expect("an id").trim_matches('"').to_owned()
}

#[test]
fn what_is_excluded_stays_with_all_that_depends_on_it() {
    let bench = Bench::with(CHAIN);
    let args = excluding(&["part.b", "part.d[1]"]);
    let plan = bench.plan_with(&args).expect("plans");
    assert!(!plan.complete);
    assert_eq!(plan.outputs.keys().map(|k| k.to_string()).collect::<Vec<_>>(), ["a", "plain"]);
    let found = bench.warnings_with(&args).expect("plans");
    assert!(found.len() == 1 && found[0].contains("with the -exclude option"), "{found:?}");
    assert_eq!(bench.apply_args(&args), ["part.a create", "part.d[0] create"]);
    bench.step(CHAIN, &["part.b create", "part.c create", "part.d[1] create"]);
    // What an excluded object depends on stays as well.
    let mut args = destroying();
    args.options.excludes = excluding(&["part.b"]).options.excludes;
    assert_eq!(bench.apply_args(&args), ["part.c delete", "part.d[0] delete", "part.d[1] delete"]);
    let why = bench.plan_with(&excluding(&["part.zzz"])).expect_err("a slip");
    assert!(why[0].contains("which -exclude names"), "{why:?}");
    bench.write("main.tf", "");
    assert_eq!(bench.apply_args(&excluding(&["part.b"])), Vec::<String>::new());
    bench.destroy();
}

#[test]
fn targets_tell_outputs_that_follow_from_them_and_read_nothing_else() {
    let bench = Bench::with(CHAIN);
    let plan = bench.plan_with(&targeting(&["part.a"])).expect("plans");
    assert_eq!(plan.outputs.keys().map(|k| k.to_string()).collect::<Vec<_>>(), ["a"]);
    bench.apply();
    bench.store.take_calls();
    bench.plan_with(&targeting(&["part.b"])).expect("plans");
    let read: Vec<String> = bench.store.take_calls().iter().map(ToString::to_string).collect();
    let both = [id(&bench, "part.a"), id(&bench, "part.b")].join(",");
    assert_eq!(read, [format!("Read {both}")]);
    // Outputs that the plan does not speak of keep their values.
    bench.write("main.tf", &CHAIN.replace("value = 1", "value = 2").replace("part.a.name", "part.a.id"));
    bench.apply_args(&targeting(&["part.a"]));
    assert_eq!(bench.output("plain").as_deref(), Some("1"));
    assert_eq!(bench.output("a"), bench.attribute("part.a", "id"));
}

#[test]
fn relevant_attributes_are_those_that_changes_are_made_of() {
    let bench = Bench::new();
    bench.write("m/main.tf", "variable \"in\" {}\nresource \"part\" \"x\" {\n name = \"x\"\n value = var.in\n}\noutput \"out\" { value = part.x.zone }");
    let text = |value: &str| {
        format!(
            r#"
            resource "part" "a" {{ name = "a" }}
            resource "part" "quiet" {{
              name  = "quiet"
              value = part.a.zone
            }}
            locals {{
              zone = part.a.zone
            }}
            module "m" {{
              source = "./m"
              in     = "${{local.zone}}{value}"
            }}
            resource "part" "b" {{
              name   = "b{value}"
              labels = {{ z = module.m.out }}
            }}"#
        )
    };
    bench.write("main.tf", &text("1"));
    bench.apply();
    bench.write("main.tf", &text("2"));
    let document = bench.plan_json(&Args::default());
    assert_eq!(
        document["relevant_attributes"],
        json!([
            { "resource": "module.m.tfcoremock_engine_resource.x", "attribute": ["zone"] },
            { "resource": "tfcoremock_engine_resource.a", "attribute": ["zone"] },
        ])
    );
    assert_eq!(document["complete"], true);
}

#[test]
fn a_refresh_alone_takes_over_what_is_there() {
    let bench = Bench::with(CHAIN);
    bench.apply();
    let own = id(&bench, "part.a");
    bench.store.meddle(|objects| {
        objects.get_mut(&RemoteId::from(own)).expect("it").attributes.set("value", "by hand");
    });
    let refresh = Args { options: Options { mode: Mode::RefreshOnly, ..Options::default() }, ..Args::default() };
    let plan = bench.plan_with(&refresh).expect("plans");
    assert!(actions(&plan).is_empty() && plan.drift.len() == 1);
    bench.apply_with(&refresh, Crash::Never);
    assert_eq!(bench.attribute("part.a", "value").as_deref(), Some("\"by hand\""));
    bench.store.take_calls();
    let trusting = Args { refresh: false, ..Args::default() };
    assert_eq!(actions(&bench.plan_with(&trusting).expect("plans")), ["part.a update"]);
    assert!(bench.store.take_calls().is_empty(), "the state is trusted");
}
