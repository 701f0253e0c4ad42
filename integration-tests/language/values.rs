//! Variables, outputs and what is ephemeral: Terraform and kiban refuse the same, in the same words.

use std::collections::BTreeSet;

use libtest_mimic::Trial;

use crate::folder::Folder;
use crate::programs::skip;
use crate::trial;

pub fn trials() -> Vec<Trial> {
    let cases = CASES.iter().map(|(name, text)| trial(format!("values/{name}"), move || same_errors(name, text)));
    let lives = [
        trial("values/precedence", precedence),
        trial("values/optional_attributes", optional_attributes),
        trial("values/what_is_deprecated", what_is_deprecated),
        trial("values/json_and_overrides", json_and_overrides),
        trial("values/ephemeral_variables_are_given_again", ephemeral_variables_are_given_again),
        trial("values/validations_wait_for_objects", validations_wait_for_objects),
    ];
    cases.chain(lives).collect()
}

/// Configurations that are refused. `## file:` begins another file.
const CASES: &[(&str, &str)] = &[
    (
        "ephemeral_argument",
        r#"
variable "e" {
  ephemeral = true
  default   = "x"
}
resource "terraform_data" "a" { input = "v-${upper(var.e)}" }
"#,
    ),
    (
        "ephemeral_argument_deep",
        r#"
variable "e" {
  ephemeral = true
  default   = "x"
}
locals { all = { for k in ["a"] : k => [var.e, k] } }
resource "terraform_data" "a" { input = local.all }
"#,
    ),
    (
        "ephemeral_count",
        r#"
variable "e" {
  ephemeral = true
  default   = 1
}
resource "terraform_data" "a" { count = var.e }
"#,
    ),
    (
        "ephemeral_for_each",
        r#"
variable "e" {
  type      = set(string)
  ephemeral = true
  default   = ["a"]
}
resource "terraform_data" "a" { for_each = var.e }
"#,
    ),
    (
        "ephemeral_outputs",
        r#"
variable "e" {
  ephemeral = true
  default   = "x"
}
output "a" { value = var.e }
output "b" {
  value     = var.e
  ephemeral = true
}
"#,
    ),
    (
        "ephemeral_between_modules",
        r#"
variable "e" {
  ephemeral = true
  default   = "x"
}
module "m" {
  source = "./m"
  v      = var.e
  w      = var.e
}
## file: m/main.tf
variable "v" {}
variable "w" { ephemeral = true }
output "o" { value = var.w }
output "p" {
  value     = "plain"
  ephemeral = true
}
"#,
    ),
    (
        "ephemeral_messages",
        r#"
variable "e" {
  ephemeral = true
  default   = "x"
  validation {
    condition     = var.e == "y"
    error_message = "bad ${var.e}"
  }
}
"#,
    ),
    (
        "messages_of_preconditions",
        r#"
variable "u" { default = "x" }
variable "s" {
  default   = "x"
  sensitive = true
}
resource "terraform_data" "a" {
  lifecycle {
    precondition {
      condition     = var.u == "y"
      error_message = "bad ${var.s}"
    }
    precondition {
      condition     = var.u == "y"
      error_message = null
    }
    precondition {
      condition     = var.u == "x" ? null : true
      error_message = "x"
    }
    precondition {
      condition     = var.u == "x" ? [] : []
      error_message = "x"
    }
  }
}
"#,
    ),
    (
        "several_validations",
        r#"
locals { most = 5 }
variable "n" {
  default = 7
  validation {
    condition     = var.n < local.most
    error_message = "${var.n} is not below ${local.most}"
  }
  validation {
    condition     = var.n % 2 == 0
    error_message = "odd"
  }
  validation {
    condition     = var.n == 7 ? null : true
    error_message = "never"
  }
}
"#,
    ),
    (
        "validations_that_check_nothing",
        r#"
variable "a" {
  default = 1
  validation {
    condition     = true
    error_message = "a"
  }
}
variable "b" {
  default = 1
  validation {
    condition     = local.b == 1
    error_message = "b"
  }
}
locals { b = 1 }
"#,
    ),
    (
        "defaults_of_other_types",
        r#"
variable "a" {
  type    = number
  default = "abc"
}
variable "b" {
  type     = string
  nullable = false
  default  = null
}
variable "c" {
  type    = list(string)
  default = { a = 1 }
}
"#,
    ),
    (
        "types_that_are_none",
        r#"
variable "a" { type = object({ a = optional(number, "abc"), b = optional(), c = optional(string, "x", "y") }) }
variable "b" { type = optional(string) }
variable "c" { type = object({ a = string, a = number }) }
"#,
    ),
    (
        "sensitive_outputs",
        r#"
variable "s" {
  sensitive = true
  default   = "x"
}
module "m" { source = "./m" }
output "a" { value = [var.s] }
output "b" { value = "${module.m.o}!" }
## file: m/main.tf
variable "s" {
  sensitive = true
  default   = "x"
}
output "o" { value = var.s }
"#,
    ),
    (
        "preconditions_of_outputs",
        r#"
variable "a" { default = 1 }
module "m" {
  source = "./m"
  a      = var.a
}
output "o" {
  value = 1
  precondition {
    condition     = var.a == 2
    error_message = "root"
  }
}
## file: m/main.tf
variable "a" {}
output "o" {
  value = 1
  precondition {
    condition     = var.a == 2
    error_message = "child"
  }
}
"#,
    ),
    (
        "terraform_block",
        r#"
terraform {
  required_version = [">= 1.9"]
  experiments      = [x]
}
terraform {
  required_providers {
    null  = { source = "hashicorp/null", version = "bogus" }
    other = { source = "a/b/c/d" }
  }
}
terraform {
  required_providers {}
  backend "local" {}
  backend "s3" {}
}
"#,
    ),
    ("versions_before_a_release", "terraform {\n  required_version = \">= 1.12.0-alpha\"\n}\n"),
    (
        "provider_blocks",
        r#"
provider "terraform" {
  for_each = toset(["a"])
  count    = 1
  lifecycle {}
}
provider "terraform" {}
"#,
    ),
];

fn folder_of(text: &str) -> Folder {
    let folder = Folder::new();
    let mut parts = text.split("## file: ");
    folder.write("main.tf", parts.next().unwrap_or_default());
    for part in parts {
        let (name, text) = part.split_once('\n').expect("a name and a text");
        folder.write(name, text);
    }
    folder
}

/// Summaries and details of the errors that a plan as JSON lines tells.
fn errors(output: &str) -> BTreeSet<String> {
    let lines = output.lines().filter_map(|l| serde_json::from_str::<serde_json::Value>(l).ok());
    let told = lines.filter(|l| l["type"] == "diagnostic" && l["diagnostic"]["severity"] == "error");
    told.map(|l| {
        let text = |key: &str| l["diagnostic"][key].as_str().unwrap_or_default().to_owned();
        format!("{}: {}", text("summary"), text("detail"))
    })
    .collect()
}

fn same_errors(name: &str, text: &str) {
    let folder = folder_of(text);
    let ours = folder.kiban(&["plan", "-json", "-input=false"]);
    assert_eq!(ours.code, 1, "{}", ours.text);
    let theirs = match folder.terraform(&["init", "-backend=false"]) {
        Ok(_) => folder.terraform(&["plan", "-json", "-input=false"]).expect("it ran just now"),
        Err(why) => return skip(&format!("values/{name}"), &why),
    };
    let (ours, theirs) = (errors(&ours.text), errors(&theirs.text));
    assert!(!theirs.is_empty(), "Terraform refuses nothing");
    // A way out may follow, which is ours.
    let said = |ours: &String, theirs: &String| {
        ours.strip_prefix(theirs.as_str()).is_some_and(|r| r.is_empty() || r.starts_with("\n\n"))
    };
    let same = ours.len() == theirs.len() && theirs.iter().all(|t| ours.iter().any(|o| said(o, t)));
    assert!(same, "ours: {ours:#?}\ntheirs: {theirs:#?}");
}

/// Outputs of a plan that has nothing else, from both.
fn same_outputs(name: &str, folder: &Folder, args: &[&str]) {
    let run = |text: &str| -> Vec<String> {
        let from = text.find("Changes to Outputs").map_or("", |at| &text[at..]);
        from.lines().take_while(|l| !l.trim().is_empty()).map(str::to_owned).collect()
    };
    let all: Vec<&str> = ["plan", "-input=false", "-no-color"].iter().chain(args).copied().collect();
    let ours = folder.kiban(&all);
    assert_eq!(ours.code, 0, "{}", ours.text);
    match folder.terraform(&all) {
        Ok(theirs) => assert_eq!(run(&ours.text), run(&theirs.text), "{}\n{}", ours.text, theirs.text),
        Err(why) => skip(&format!("values/{name}"), &why),
    }
}

fn precedence() {
    let mut folder = folder_of(
        r#"
variable "a" {}
variable "b" {}
variable "c" {}
variable "d" {}
variable "e" {}
variable "f" {}
variable "list" { type = list(number) }
output "all" { value = "${var.a} ${var.b} ${var.c} ${var.d} ${var.e} ${var.f}" }
output "list" { value = var.list }
## file: terraform.tfvars
b = "tfvars"
c = "tfvars"
d = "tfvars"
e = "tfvars"
f = "tfvars"
## file: terraform.tfvars.json
{"c": "json", "d": "json", "e": "json", "f": "json"}
## file: b.auto.tfvars
d = "b-auto"
e = "b-auto"
f = "b-auto"
## file: a.auto.tfvars.json
{"d": "a-auto"}
## file: z.tfvars
e = "file"
f = "file"
"#,
    );
    for name in ["a", "b", "c", "d", "e", "f"] {
        folder.extra.insert(format!("TF_VAR_{name}"), "env".into());
    }
    folder.extra.insert("TF_VAR_list".into(), "[1, \"2\"]".into());
    same_outputs("precedence", &folder, &["-var", "e=arg", "-var-file=z.tfvars", "-var", "f=arg2"]);
}

fn optional_attributes() {
    let folder = folder_of(
        r#"
variable "v" {
  type = object({
    a = string
    b = optional(number, 3)
    c = optional(list(object({ x = optional(string, "dx"), y = optional(bool) })), [{}])
    d = optional(map(object({ z = optional(string, "dz") })), {})
    e = optional(object({ f = optional(string, "df"), g = optional(tuple([string, object({ h = optional(number, 1) })]), ["t", {}]) }), {})
    any = optional(any, null)
  })
  default = { a = 1, d = { k = {} } }
}
variable "list" {
  type    = list(object({ a = optional(string, "x"), b = optional(any) }))
  default = [{}, { a = null, b = 1 }]
}
variable "set" {
  type    = set(object({ a = optional(string, "x") }))
  default = [{}, { a = "x" }]
}
output "v" { value = replace(jsonencode(var.v), "\"", "'") }
output "list" { value = replace(jsonencode(var.list), "\"", "'") }
output "set" { value = replace(jsonencode(var.set), "\"", "'") }
"#,
    );
    same_outputs("optional_attributes", &folder, &[]);
}

fn json_and_overrides() {
    let folder = folder_of(
        r#"
variable "a" {
  type    = string
  default = "a"
}
output "a" { value = var.a }
output "local" { value = local.l }
locals { l = 1 }
## file: more.tf.json
{
  "variable": {"b": {"type": "number", "default": 2, "validation": {"condition": "${var.b > 1}", "error_message": "small"}}},
  "output": {"b": {"value": "${var.b}", "precondition": {"condition": "${var.b > 1}", "error_message": "small"}}},
  "locals": {"m": "${var.a}-${local.l}"}
}
## file: last_override.tf
variable "a" { default = "overridden" }
output "b" { value = "${local.m} ${var.b}" }
locals { l = 2 }
"#,
    );
    same_outputs("json_and_overrides", &folder, &[]);
}

fn ephemeral_variables_are_given_again() {
    let folder = folder_of(
        r#"
variable "e" {
  type      = string
  ephemeral = true
  default   = null
}
variable "n" { type = number }
resource "terraform_data" "x" { input = var.n }
"#,
    );
    folder.expect(&["plan", "-var", "e=hush-hush", "-var", "n=2", "-out=p"], 0);
    assert!(!folder.read("p").contains("hush-hush"));
    let shown = folder.expect(&["show", "-json", "p"], 0);
    let shown: serde_json::Value = serde_json::from_str(shown.lines().last().unwrap_or_default()).expect("JSON");
    assert_eq!(shown["variables"].as_object().map(|v| v.keys().collect::<Vec<_>>()), Some(vec![&"n".to_owned()]));
    let text = folder.expect(&["apply", "p"], 1);
    assert!(text.contains("No value for required variable"), "{text}");
    assert!(text.contains("The ephemeral input variable \"e\" was set during the plan phase"), "{text}");
    let text = folder.expect(&["apply", "-var", "e=other", "-var", "n=3", "p"], 1);
    assert!(text.contains("Can't change variable when applying a saved plan"), "{text}");
    folder.expect(&["apply", "-var", "e=other", "p"], 0);
    assert!(!folder.read("terraform.tfstate").contains("other"));
}

fn validations_wait_for_objects() {
    let folder = folder_of(
        r#"
resource "terraform_data" "r" { input = "abc" }
variable "b" {
  default = "x"
  validation {
    condition     = var.b == terraform_data.r.output
    error_message = "b must be ${terraform_data.r.output}"
  }
}
resource "terraform_data" "u" { input = var.b }
"#,
    );
    folder.expect(&["plan"], 0);
    let text = folder.expect(&["apply", "-auto-approve"], 1);
    assert!(text.contains("b must be abc"), "{text}");
    let state = folder.read("terraform.tfstate");
    assert!(state.contains("\"name\": \"r\"") && !state.contains("\"name\": \"u\""), "{state}");
    folder.expect(&["apply", "-auto-approve", "-var", "b=abc"], 0);
}

/// Deprecated variables and outputs, and types of outputs: Terraform 1.11 does not know them yet.
fn what_is_deprecated() {
    let folder = Folder::new();
    folder.write(
        "main.tf",
        "module \"m\" {\n  source = \"./m\"\n  legacy = \"7\"\n}\noutput \"o\" {\n  type  = number\n  value = module.m.out\n}\n",
    );
    folder.write(
        "m/main.tf",
        "variable \"legacy\" {\n  type       = string\n  default    = null\n  deprecated = \"Use modern.\"\n}\noutput \"out\" {\n  value      = var.legacy\n  deprecated = \"Use other.\"\n}\nterraform {\n  provider_meta \"terraform\" {\n    module_name = \"m\"\n  }\n}\n",
    );
    let told = folder.expect(&["apply", "-auto-approve"], 0);
    for text in
        ["Warning: Deprecated variable got a value", "Use modern.", "Warning: Deprecated value used", "Use other."]
    {
        assert!(told.contains(text), "{text}: {told}");
    }
    assert_eq!(folder.expect(&["output", "-json", "o"], 0).trim(), "7");
    // Nobody is told of what is not used.
    folder.write("main.tf", "module \"m\" {\n  source = \"./m\"\n}\n");
    assert!(!folder.expect(&["plan"], 0).contains("Deprecated"));
    folder.write("main.tf", "output \"o\" {\n  type  = number\n  value = \"x\"\n}\n");
    let told = folder.expect(&["plan"], 1);
    assert!(told.contains("main.tf:3") && told.contains("a number is required"), "{told}");
}
