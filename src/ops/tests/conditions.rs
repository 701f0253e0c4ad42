//! Conditions and checks: what they hold up, and what is kept of them.

use serde_json::{Value as Json, json};

use super::Bench;
use super::bench::{Crash, Ended, actions, destroying};
use crate::ops::Args;
use crate::plan::{Mode, Options};
use crate::provider::mock::{Fault, Stored, Verb};
use crate::provider::{Error, Object, RemoteId};

/// `address status [problems]` of what the state keeps.
fn kept(bench: &Bench) -> Vec<String> {
    let Some(Json::Array(blocks)) = bench.state().check_results else { return Vec::new() };
    let mut out = Vec::new();
    for block in &blocks {
        for object in block["objects"].as_array().map_or(&[][..], Vec::as_slice) {
            let problems = object.get("failure_messages").map(|p| format!(" {p}")).unwrap_or_default();
            let addr =
                object["object_addr"].as_str().expect("an address").replace("tfcoremock_engine_resource", "part");
            out.push(format!("{addr} {}{problems}", object["status"].as_str().expect("a status")));
        }
    }
    out.sort();
    out
}

fn warnings(bench: &Bench) -> Vec<String> {
    bench.warnings_with(&Args::default()).expect("plans")
}

const CHECKED: &str = r#"
variable "v" {
  default = 1
  validation {
    condition     = var.v > 0
    error_message = "v must be positive"
  }
}
resource "part" "a" {
  name = "a"
  lifecycle {
    precondition {
      condition     = var.v > 0
      error_message = "pre"
    }
    postcondition {
      condition     = self.zone == "zone-a"
      error_message = "post"
    }
  }
}
output "o" {
  value = 1
  precondition {
    condition     = var.v > 0
    error_message = "out"
  }
}
check "small" {
  assert {
    condition     = var.v > 10
    error_message = "small: ${var.v}"
  }
  assert {
    condition     = part.a.id != ""
    error_message = "no id"
  }
}
check "open" {
  assert {
    condition     = part.a.revision == 1
    error_message = "revision ${part.a.revision}"
  }
}
"#;

#[test]
fn results_are_kept_and_unknown_ones_are_settled_by_the_apply() {
    let bench = Bench::with(CHECKED);
    let found = warnings(&bench);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found.iter().any(|w| w == "Check block assertion failed: small: 1"), "{found:#?}");
    assert!(found.iter().any(|w| w.starts_with("Check block assertion known after apply: ")), "{found:#?}");
    let document = bench.plan_json(&Args::default());
    let status = |kind: &str| -> Vec<String> {
        let blocks = document["checks"].as_array().expect("checks").iter();
        let of = blocks.filter(|b| b["address"]["kind"] == kind);
        of.map(|b| format!("{} {}", b["address"]["name"].as_str().expect("a name"), b["status"].as_str().expect("one")))
            .collect()
    };
    assert_eq!(status("check"), ["open unknown", "small fail"]);
    assert_eq!(status("resource"), ["a unknown"]);
    assert_eq!((status("output_value"), status("var")), (vec!["o pass".to_owned()], vec!["v pass".to_owned()]));
    let small = document["checks"].as_array().expect("checks").iter().find(|b| b["address"]["name"] == "small");
    assert_eq!(small.expect("it")["instances"][0]["problems"], json!([{ "message": "small: 1" }]));

    assert_eq!(bench.apply(), ["part.a create"]);
    let expected = ["check.open pass", "check.small fail [\"small: 1\"]", "output.o pass", "part.a pass", "var.v pass"];
    assert_eq!(kept(&bench), expected);
    bench.settled();
    bench.destroy();
    assert_eq!(kept(&bench), ["output.o unknown"]);
    assert!(bench.state().check_results.is_some(), "blocks stand in the state though nothing was judged");
}

#[test]
fn failing_conditions_hold_up_a_plan_but_no_refresh_and_no_destroy() {
    let bench = Bench::with(CHECKED);
    bench.apply();
    let broken = CHECKED
        .replace("self.zone == \"zone-a\"", "self.zone == \"zone-b\"")
        .replace("var.v > 0\n    error_message = \"out\"", "var.v > 1\n    error_message = \"out\"");
    let why = bench.refused(&broken);
    assert_eq!(why, ["Resource postcondition failed: post", "Module output value precondition failed: out"]);
    let refresh = Args { options: Options { mode: Mode::RefreshOnly, ..Options::default() }, ..Args::default() };
    let found = bench.warnings_with(&refresh).expect("plans");
    assert!(found.contains(&"Resource postcondition failed: post".into()), "{found:#?}");
    assert!(found.contains(&"Module output value precondition failed: out".into()), "{found:#?}");
    assert!(bench.warnings_with(&destroying()).expect("plans").is_empty());
}

#[test]
fn a_condition_that_waits_for_another_object_is_judged_in_the_end() {
    let text = |limit: u32| {
        format!(
            r#"
            resource "part" "a" {{
              name = "a"
            }}
            resource "part" "b" {{
              name = "b"
            }}
            resource "part" "c" {{
              name = "c"
              lifecycle {{
                precondition {{
                  condition     = part.b.revision < {limit}
                  error_message = "too many"
                }}
              }}
            }}"#
        )
    };
    let bench = Bench::with(&text(5));
    bench.apply();
    assert_eq!(kept(&bench), ["part.c pass"]);
    // `b` changes, `c` does not: its condition is open until `b` is done.
    bench.write("main.tf", &text(2).replace("name = \"b\"", "name = \"b\"\n value = \"1\""));
    let Ended::Failed(why) = bench.apply_with(&Args::default(), Crash::Never).1 else { panic!("must fail") };
    assert_eq!(why, ["Resource precondition failed: too many"]);
    assert_eq!(kept(&bench), ["part.c fail [\"too many\"]"]);
}

#[test]
fn checks_stand_in_modules_too() {
    let bench = Bench::new();
    bench.write(
        "m/main.tf",
        "variable \"n\" {}\ncheck \"d\" {\n assert {\n condition = var.n == 0\n error_message = \"n is ${var.n}\"\n }\n}\n\
         output \"o\" {\n value = 1\n precondition {\n condition = var.n < 5\n error_message = \"no\"\n }\n}",
    );
    bench.write("main.tf", "module \"m\" {\n count = 2\n source = \"./m\"\n n = count.index\n}");
    assert_eq!(warnings(&bench), ["Check block assertion failed: n is 1"]);
    bench.apply();
    assert_eq!(
        kept(&bench),
        [
            "module.m[0].check.d pass",
            "module.m[0].output.o pass",
            "module.m[1].check.d fail [\"n is 1\"]",
            "module.m[1].output.o pass"
        ]
    );
    bench.write("main.tf", "module \"m\" {\n source = \"./m\"\n n = 7\n}");
    assert_eq!(bench.plan().expect_err("refused"), ["Module output value precondition failed: no"]);
}

fn with_object(bench: &Bench, id: &str, text: &str) {
    bench.store.meddle(|objects| {
        let attributes = Object::new().with("id", id).with("string", text);
        let stored =
            Stored { kind: "tfcoremock_simple_resource", token: String::new(), attributes, pending: 0, leaving: None };
        objects.insert(RemoteId::from(id), stored);
    });
}

const SCOPED: &str = r#"
resource "part" "a" { name = "a" }
check "c" {
  data "tfcoremock_simple_resource" "d" { id = "d" }
  assert {
    condition     = data.tfcoremock_simple_resource.d.string == "good"
    error_message = "it is ${data.tfcoremock_simple_resource.d.string}"
  }
}
"#;

#[test]
fn scoped_data_is_read_while_planning_and_again_in_the_end() {
    let bench = Bench::with(SCOPED);
    with_object(&bench, "d", "bad");
    let read = "data.tfcoremock_simple_resource.d read";
    assert_eq!(actions(&bench.plan().expect("plans")), ["part.a create", read]);
    assert_eq!(warnings(&bench), ["Check block assertion failed: it is bad"]);
    assert_eq!(bench.apply(), ["part.a create", read]);
    assert_eq!(kept(&bench), ["check.c fail [\"it is bad\"]"]);
    // What changes during the apply counts.
    with_object(&bench, "d", "good");
    bench.apply();
    assert_eq!(kept(&bench), ["check.c pass"]);
    assert_eq!(warnings(&bench), Vec::<String>::new());
}

#[test]
fn scoped_data_that_cannot_be_read_fails_the_check_and_nothing_else() {
    let bench = Bench::with(SCOPED);
    bench.store.script(|_, call| (call.verb == Verb::Data).then(|| Fault::Before(Error::other("out of order"))));
    let found = warnings(&bench);
    assert!(found.len() == 1 && found[0].contains("Out of order"), "{found:#?}");
    assert_eq!(bench.apply().len(), 2);
    let kept = kept(&bench);
    assert!(kept.len() == 1 && kept[0].starts_with("check.c fail [\"Cannot read data source: "), "{kept:?}");
}

#[test]
fn scoped_data_waits_for_what_it_needs() {
    let bench = Bench::new();
    bench.write(
        "main.tf",
        r#"
        resource "part" "a" { name = "a" }
        check "c" {
          data "tfcoremock_simple_resource" "d" { id = part.a.zone }
          assert {
            condition     = data.tfcoremock_simple_resource.d.string == "good"
            error_message = "no"
          }
        }"#,
    );
    with_object(&bench, "zone-a", "good");
    let found = warnings(&bench);
    assert!(found.len() == 1 && found[0].starts_with("Check block assertion known after apply"), "{found:#?}");
    bench.apply();
    assert_eq!(kept(&bench), ["check.c pass"]);
}

#[test]
fn checks_that_make_no_sense_are_refused() {
    let bench = Bench::new();
    let data = "data \"tfcoremock_simple_resource\" \"d\" { id = \"d\" }";
    let assert = "assert {\n condition = data.tfcoremock_simple_resource.d.id == \"\"\n error_message = \"x\"\n}";
    for (text, summary) in [
        ("check \"c\" {}".to_owned(), "Zero assert blocks"),
        (
            format!("check \"c\" {{\n{data}\n{}\n{assert}\n}}", data.replace("\"d\" {", "\"e\" {")),
            "Multiple data resource blocks",
        ),
        (format!("{data}\ncheck \"c\" {{\n{data}\n{assert}\n}}"), "Duplicate data"),
        (
            format!(
                "check \"c\" {{\n{data}\n{assert}\n}}\noutput \"o\" {{ value = data.tfcoremock_simple_resource.d.id }}"
            ),
            "Reference to scoped resource",
        ),
        (
            format!(
                "check \"c\" {{\n{}\n{assert}\n}}",
                data.replace("{ id", "{\n count = 1\n id").replace(" }", "\n}")
            ),
            "Invalid \"count\" attribute",
        ),
    ] {
        let why = bench.refused(&text);
        assert!(why.iter().any(|w| w.starts_with(summary)), "{summary}: {why:#?}");
    }
}
