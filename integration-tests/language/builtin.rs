//! Types that need no cloud: random, time, tls, null, terraform.

use libtest_mimic::Trial;

use crate::folder::Folder;
use crate::programs::skip;
use crate::trial;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("builtin/terraform_data_lives", terraform_data_lives),
        trial("builtin/terraform_data_tells_empty_values_apart", terraform_data_tells_empty_values_apart),
        trial("builtin/terraform_data_goes_both_ways", terraform_data_goes_both_ways),
    ]
}

const DATA: &str = r#"
variable "word" { default = "one" }
variable "trigger" { default = 1 }
resource "terraform_data" "all" {
  input            = { word = var.word, list = ["x", true, null], set = toset(["b", "a"]), none = tostring(null) }
  triggers_replace = [var.trigger, "q"]
}
resource "terraform_data" "bare" {}
resource "terraform_data" "secret" {
  input = sensitive("hunter2")
}
resource "terraform_data" "behind" {
  input = terraform_data.all.output.word
}
resource "terraform_data" "many" {
  for_each = toset(["a", "b"])
  input    = each.key
}
output "word" { value = terraform_data.behind.output }
output "type" { value = terraform_data.all.output }
"#;

fn terraform_data_lives() {
    let folder = Folder::new();
    folder.write("main.tf", DATA);
    let text = folder.expect(&["apply", "-auto-approve"], 0);
    assert!(text.contains("6 added"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    folder.expect(&["plan", "-detailed-exitcode"], 0);
    let before = folder.read("terraform.tfstate");
    let text = folder.expect(&["apply", "-auto-approve", "-var", "word=two"], 0);
    assert!(text.contains("0 added, 2 changed, 0 destroyed"), "{text}");
    assert!(text.contains("word = \"two\""), "{text}");
    let text = folder.expect(&["apply", "-auto-approve", "-var", "word=two", "-var", "trigger=2"], 0);
    assert!(text.contains("1 added, ") && text.contains(" 1 destroyed"), "{text}");
    assert_ne!(before, folder.read("terraform.tfstate"));
    folder.expect(&["destroy", "-auto-approve"], 0);
    assert!(folder.read("terraform.tfstate").contains("\"resources\": []"));
}

/// Null, empty text, zero, an empty list and an empty object are five things.
fn terraform_data_tells_empty_values_apart() {
    let folder = Folder::new();
    for (value, code) in [("null", 2), ("\"\"", 2), ("0", 2), ("0", 0), ("[]", 2), ("{}", 2), ("null", 2), ("null", 0)]
    {
        folder.write("main.tf", &format!("resource \"terraform_data\" \"a\" {{\n  input = {value}\n}}\n"));
        folder.expect(&["plan", "-detailed-exitcode"], code);
        folder.expect(&["apply", "-auto-approve"], 0);
    }
}

fn terraform_data_goes_both_ways() {
    for first in ["kiban", "terraform"] {
        let folder = Folder::new();
        folder.write("main.tf", DATA);
        let terraform = |args: &[&str]| folder.terraform(args);
        match terraform(&["init"]) {
            Err(why) => return skip("builtin/terraform_data_goes_both_ways", &why),
            Ok(output) => assert_eq!(output.code, 0, "{}", output.text),
        }
        let apply = ["apply", "-auto-approve", "-no-color"];
        let plan = ["plan", "-detailed-exitcode", "-no-color"];
        if first == "kiban" {
            folder.expect(&apply, 0);
            let output = terraform(&plan).expect("terraform");
            assert_eq!(output.code, 0, "{}", output.text);
        } else {
            let output = terraform(&apply).expect("terraform");
            assert_eq!(output.code, 0, "{}", output.text);
            let before = folder.read("terraform.tfstate");
            folder.expect(&plan, 0);
            folder.expect(&apply, 0);
            assert_eq!(before, folder.read("terraform.tfstate"));
        }
    }
}
