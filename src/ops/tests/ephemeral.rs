//! What exists for one run only: ephemeral values and resources, write-only arguments, providers configured from them.

use super::Bench;
use super::bench::{Crash, Ended, actions};
use crate::provider::mock::{Fault, Verb};
use crate::provider::{Error, ErrorKind};

const LEASE: &str = r#"
ephemeral "tfcoremock_lease" "l" { name = "l" }
resource "part" "a" {
  name              = "a"
  secret_wo         = ephemeral.tfcoremock_lease.l.token
  secret_wo_version = 1
}
"#;

/// Calls about leases since the last look.
fn leases(bench: &Bench) -> Vec<String> {
    let calls = bench.store.take_calls().into_iter();
    calls.filter(|c| matches!(c.verb, Verb::Open | Verb::Renew | Verb::Close)).map(|c| c.to_string()).collect()
}

fn written(bench: &Bench, name: &str) -> Option<String> {
    let objects = bench.store.objects();
    let object = objects.values().find(|o| o.attributes.str("name") == Some(name))?;
    object.attributes.string("secret_wo")
}

#[test]
fn a_lease_is_opened_by_plan_and_by_apply_and_closed_by_both() {
    let bench = Bench::with(LEASE);
    assert_eq!(bench.apply(), ["part.a create"]);
    assert_eq!(leases(&bench), ["Open l", "Close l", "Open l", "Close l"]);
    assert_eq!(written(&bench, "a").as_deref(), Some("token-0002"));
    assert_eq!(bench.attribute("part.a", "secret_wo").as_deref(), Some("null"));
    let state = std::fs::read_to_string(bench.state_path()).expect("a state");
    assert!(!state.contains("token-"), "{state}");
    bench.settled();
    assert_eq!(leases(&bench), ["Open l", "Close l"], "a plan opens what it needs and applies nothing");
}

#[test]
fn a_write_only_argument_is_written_when_its_version_changes() {
    let bench = Bench::new();
    let part = |value: &str, version: u8| {
        format!(
            "resource \"part\" \"a\" {{\n name = \"a\"\n secret_wo = \"{value}\"\n secret_wo_version = {version}\n}}"
        )
    };
    bench.step(&part("one", 1), &["part.a create"]);
    assert_eq!(written(&bench, "a").as_deref(), Some("one"));
    bench.step(&part("two", 1), &[]);
    assert_eq!(written(&bench, "a").as_deref(), Some("one"));
    bench.step(&part("two", 2), &["part.a update"]);
    assert_eq!(written(&bench, "a").as_deref(), Some("two"));
    bench.destroy();
}

#[test]
fn a_lease_waits_for_what_it_depends_on() {
    let bench = Bench::with(
        r#"
        resource "part" "first" { name = "first" }
        ephemeral "tfcoremock_lease" "l" {
          for_each = toset(["x", "y"])
          name     = "${part.first.id}-${each.key}"
          lifecycle {
            postcondition {
              condition     = startswith(self.token, "token-")
              error_message = "no token"
            }
          }
        }
        resource "part" "second" {
          name      = "second"
          secret_wo = ephemeral.tfcoremock_lease.l["x"].token
        }"#,
    );
    assert_eq!(bench.apply(), ["part.first create", "part.second create"]);
    let mut calls = leases(&bench);
    calls.sort();
    assert_eq!(calls, ["Close engine-0001-x", "Close engine-0001-y", "Open engine-0001-x", "Open engine-0001-y"]);
    assert!(written(&bench, "second").is_some());
    bench.settled();
    bench.destroy();
}

#[test]
fn leases_are_closed_after_errors() {
    let bench = Bench::with(LEASE);
    bench
        .store
        .script(|_, call| (call.verb == Verb::Create).then(|| Fault::Before(Error::new(ErrorKind::Other, "no"))));
    let (_, ended) = bench.apply_with(&crate::ops::Args::default(), Crash::Never);
    assert!(matches!(ended, Ended::Failed(_)));
    assert_eq!(bench.store.leased(), Vec::<String>::new());
    bench.store.heal();
    let why = bench.refused(
        r#"
        ephemeral "tfcoremock_lease" "l" {
          name = "l"
          lifecycle {
            postcondition {
              condition     = self.name == "other"
              error_message = "wrong lease"
            }
          }
        }"#,
    );
    assert_eq!(why, ["Resource postcondition failed: wrong lease"]);
    assert_eq!(bench.store.leased(), Vec::<String>::new());
}

#[test]
fn a_lease_is_renewed_while_it_is_needed() {
    let bench = Bench::with(
        r#"
        ephemeral "tfcoremock_lease" "l" {
          name        = "l"
          renew_after = 2
        }
        resource "part" "a" {
          name      = "a"
          pending   = 20
          secret_wo = ephemeral.tfcoremock_lease.l.token
        }"#,
    );
    assert_eq!(bench.apply(), ["part.a create"]);
    let calls = leases(&bench);
    assert!(calls.iter().any(|c| c == "Renew l"), "{calls:?}");
    assert_eq!(calls.last().map(String::as_str), Some("Close l"));
}

#[test]
fn a_provider_is_configured_from_a_lease_in_each_phase() {
    let bench = Bench::with(
        r#"
        ephemeral "tfcoremock_lease" "l" {
          provider = tfcoremock.plain
          name     = "l"
        }
        provider "tfcoremock" { alias = "plain" }
        provider "tfcoremock" { token = ephemeral.tfcoremock_lease.l.token }
        resource "part" "a" { name = "a" }"#,
    );
    assert_eq!(bench.apply(), ["part.a create"]);
    assert_eq!(bench.store.take_tokens(), ["", "token-0001", "token-0002"]);
    bench.settled();
    bench.store.take_tokens();
    bench.destroy();
    assert_eq!(bench.store.take_tokens().len(), 3, "in the plan and in the apply of a destroy, too");
    assert_eq!(bench.store.leased(), Vec::<String>::new());
}

#[test]
fn a_provider_is_configured_from_an_object_that_the_same_run_creates() {
    let bench = Bench::with(
        r#"
        provider "tfcoremock" { alias = "plain" }
        provider "tfcoremock" {
          alias = "late"
          token = "for ${part.first.id}"
        }
        resource "part" "first" {
          provider = tfcoremock.plain
          name     = "first"
        }
        resource "part" "second" {
          provider = tfcoremock.late
          name     = "second"
        }"#,
    );
    assert_eq!(bench.apply(), ["part.first create", "part.second create"]);
    assert_eq!(bench.store.take_tokens(), ["", "for engine-0001"]);
    bench.settled();
    assert_eq!(bench.store.take_tokens(), ["", "for engine-0001"], "from the object in state");
    // What the provider is configured from is about to be another, and it has objects already.
    let text = std::fs::read_to_string(bench.dir.path().join("main.tf")).expect("a file");
    let why = bench.refused(&text.replace("name     = \"first\"", "name = \"first\"\n key = \"new\""));
    assert!(why[0].starts_with("Provider configuration not known"), "{why:?}");
    bench.write("main.tf", &text);
    bench.destroy();
}

#[test]
fn a_provider_is_configured_from_a_data_source() {
    let bench = Bench::with(r#"resource "tfcoremock_simple_resource" "s" { id = "s" }"#);
    bench.apply();
    bench.step(
        r#"
        resource "tfcoremock_simple_resource" "s" {
          provider = tfcoremock.plain
          id       = "s"
        }
        data "tfcoremock_simple_resource" "s" {
          provider = tfcoremock.plain
          id       = "s"
        }
        provider "tfcoremock" { alias = "plain" }
        provider "tfcoremock" { token = data.tfcoremock_simple_resource.s.id }
        resource "part" "a" { name = "a" }"#,
        &["part.a create"],
    );
    assert!(bench.store.take_tokens().contains(&"s".to_owned()));
    bench.destroy();
}

#[test]
fn old_modules_bring_their_own_providers() {
    let bench = Bench::new();
    bench.write(
        "m/main.tf",
        r#"
        variable "token" {}
        provider "tfcoremock" { token = var.token }
        resource "part" "inner" { name = "inner" }"#,
    );
    bench.step(
        r#"
        module "m" {
          source = "./m"
          token  = "own"
        }
        resource "part" "outer" { name = "outer" }"#,
        &["part.outer create", "module.m.part.inner create"],
    );
    let state = std::fs::read_to_string(bench.state_path()).expect("a state");
    assert!(
        state.contains(r#""provider": "module.m.provider[\"registry.terraform.io/hashicorp/tfcoremock\"]""#),
        "{state}"
    );
    assert!(bench.store.take_tokens().contains(&"own".to_owned()));
    bench.destroy();
}

#[test]
fn ephemeral_values_stay_where_nothing_is_stored() {
    let e = "variable \"e\" {\n ephemeral = true\n default = \"hush\"\n}\n";
    for (text, expected) in [
        (
            "resource \"part\" \"a\" { name = \"v-${var.e}\" }",
            "Invalid use of ephemeral value: Ephemeral values are not valid for \"name\", because it is not a write-only attribute and must be persisted to state.",
        ),
        (
            "resource \"part\" \"a\" {\n name = \"a\"\n labels = { for k in [\"x\"] : k => upper(var.e) }\n}",
            "Invalid use of ephemeral value: Ephemeral values are not valid for \"labels\", because it is not a write-only attribute and must be persisted to state.",
        ),
        (
            "output \"o\" { value = var.e == \"\" ? 1 : 2 }",
            "Ephemeral value not allowed: This output value is not declared as returning an ephemeral value, so it cannot be set to a result derived from an ephemeral value.",
        ),
        (
            "output \"o\" {\n value = var.e\n ephemeral = true\n}",
            "Ephemeral output not allowed: Ephemeral outputs are not allowed in context of a root module",
        ),
        (
            "resource \"part\" \"a\" {\n count = length(var.e)\n name = \"a\"\n}",
            "Invalid count argument: The given \"count\" is derived from an ephemeral value, which means that Terraform cannot persist it between plan/apply rounds. Use only non-ephemeral values to specify the number of resource instances.",
        ),
        (
            "resource \"part\" \"a\" {\n for_each = toset([var.e])\n name = \"a\"\n}",
            "Invalid for_each argument: The given \"for_each\" value is derived from an ephemeral value, which means that Terraform cannot persist it between plan/apply rounds. Use only non-ephemeral values to specify a resource's instance keys.",
        ),
    ] {
        let bench = Bench::new();
        assert_eq!(bench.refused(&format!("{e}{text}")), [expected], "{text}");
    }
    let bench = Bench::new();
    bench.write("m/main.tf", "variable \"v\" {}\noutput \"p\" {\n value = \"plain\"\n ephemeral = true\n}");
    assert_eq!(
        bench.refused(&format!("{e}module \"m\" {{\n source = \"./m\"\n v = var.e\n}}")),
        [
            "Value not allowed in ephemeral output: This output value is declared as returning an ephemeral value, so it can only be set to an ephemeral value.",
            "Ephemeral value not allowed: This input variable is not declared as accepting a ephemeral values, so it cannot be set to a result derived from an ephemeral value.",
        ]
    );
    let bench = Bench::with(&format!("{e}output \"o\" {{ value = ephemeralasnull(var.e) }}"));
    assert!(bench.plan().is_ok());
}

#[test]
fn validations_wait_for_what_they_speak_of() {
    let bench = Bench::new();
    let text = |value: &str| {
        format!(
            r#"
            resource "part" "first" {{ name = "first" }}
            variable "v" {{
              default = "{value}"
              validation {{
                condition     = var.v == part.first.id
                error_message = "must be ${{part.first.id}}"
              }}
            }}
            resource "part" "second" {{ name = var.v }}"#
        )
    };
    bench.write("main.tf", &text("other"));
    let plan = bench.plan().expect("not known before apply");
    assert_eq!(actions(&plan), ["part.first create", "part.second create"]);
    let (_, ended) = bench.apply_with(&crate::ops::Args::default(), Crash::Never);
    let Ended::Failed(why) = ended else { panic!("the validation held") };
    assert_eq!(
        why,
        [
            "Invalid value for variable: must be engine-0001\n\nThis was checked by the validation rule at main.tf:5,15-25."
        ]
    );
    assert_eq!(bench.store.objects().len(), 1, "what depends on the variable was not made");
    let why = bench.refused(&text("other"));
    assert!(why[0].starts_with("Invalid value for variable: must be engine-0001"), "{why:?}");
    bench.step(&text("engine-0001"), &["part.second create"]);
}
