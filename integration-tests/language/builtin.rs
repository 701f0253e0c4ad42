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
        trial("builtin/random_null_and_time_live", random_null_and_time_live),
        trial("builtin/a_password_is_nowhere_but_in_the_state", a_password_is_nowhere_but_in_the_state),
        trial("builtin/arguments_are_checked", arguments_are_checked),
        trial("builtin/keys_are_made_and_read_back", keys_are_made_and_read_back),
        trial("builtin/provisioners_run_where_they_are_allowed", provisioners_run_where_they_are_allowed),
        trial("builtin/a_provisioner_that_fails_taints", a_provisioner_that_fails_taints),
        trial("builtin/provisioners_print_what_terraform_prints", provisioners_print_what_terraform_prints),
        trial("builtin/other_provisioners_are_refused", other_provisioners_are_refused),
        trial("builtin/outputs_of_another_state_are_read", outputs_of_another_state_are_read),
        trial("builtin/an_authority_signs_what_is_asked_for", an_authority_signs_what_is_asked_for),
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

const VALUES: &str = r#"
variable "keep" { default = "a" }
variable "days" { default = 30 }
locals { keepers = { keep = var.keep } }
resource "random_id" "x" {
  byte_length = 4
  prefix      = "web-"
  keepers     = local.keepers
}
resource "random_integer" "x" {
  min     = 5
  max     = 7
  keepers = local.keepers
}
resource "random_pet" "x" { keepers = local.keepers }
resource "random_uuid" "x" { keepers = local.keepers }
resource "random_string" "x" {
  length  = 20
  special = false
  keepers = local.keepers
}
resource "random_shuffle" "x" {
  input        = ["a", "b", "c"]
  result_count = 4
  seed         = "s"
  keepers      = local.keepers
}
resource "random_bytes" "x" {
  length  = 3
  keepers = local.keepers
}
resource "random_password" "x" {
  count            = 2
  length           = 24
  min_special      = 2
  override_special = "_-"
  keepers          = local.keepers
}
resource "null_resource" "x" { triggers = local.keepers }
data "null_data_source" "x" { inputs = { a = "b" } }
resource "time_static" "x" { triggers = local.keepers }
resource "time_offset" "x" {
  offset_days = var.days
  triggers    = local.keepers
}
resource "time_rotating" "x" {
  rotation_days = var.days
  triggers      = local.keepers
}
resource "time_sleep" "x" {
  create_duration = "10ms"
  triggers        = local.keepers
}
output "integer" { value = random_integer.x.result }
output "pet" { value = random_pet.x.id }
output "copied" { value = data.null_data_source.x.outputs.a }
output "password_lengths" { value = [for p in random_password.x : nonsensitive(length(p.result))] }
output "passwords_differ" { value = nonsensitive(random_password.x[0].result != random_password.x[1].result) }
"#;

fn random_null_and_time_live() {
    let folder = Folder::new();
    folder.write("main.tf", VALUES);
    let text = folder.expect(&["apply", "-auto-approve"], 0);
    assert!(text.contains("14 added"), "{text}");
    assert!(text.contains("passwords_differ = true"), "{text}");
    assert!(text.contains("copied = \"b\""), "{text}");
    let first = folder.read("terraform.tfstate");
    folder.expect(&["plan", "-detailed-exitcode", "-refresh=false"], 0);
    folder.expect(&["plan", "-detailed-exitcode"], 0);
    // Two arguments change in place; everything else keeps its value.
    let text = folder.expect(&["apply", "-auto-approve", "-var", "days=31"], 0);
    assert!(text.contains("0 added, 2 changed, 0 destroyed"), "{text}");
    folder.expect(&["plan", "-detailed-exitcode", "-var", "days=31"], 0);
    // Keepers and triggers make everything anew.
    let text = folder.expect(&["apply", "-auto-approve", "-var", "days=31", "-var", "keep=b"], 0);
    assert!(text.contains("14 added, 0 changed, 14 destroyed"), "{text}");
    assert_ne!(first, folder.read("terraform.tfstate"));
    folder.expect(&["plan", "-detailed-exitcode", "-var", "days=31", "-var", "keep=b"], 0);
    folder.expect(&["destroy", "-auto-approve"], 0);
    assert!(folder.read("terraform.tfstate").contains("\"resources\": []"));
}

/// The attribute of every instance of a type, as the state has it.
fn stored(folder: &Folder, kind: &str, attribute: &str) -> Vec<String> {
    let state: serde_json::Value = serde_json::from_str(&folder.read("terraform.tfstate")).expect("a state");
    let resources = state["resources"].as_array().expect("resources").iter().filter(|r| r["type"] == kind);
    let instances = resources.flat_map(|r| r["instances"].as_array().expect("instances"));
    instances.map(|i| i["attributes"][attribute].as_str().expect("text").to_owned()).collect()
}

fn a_password_is_nowhere_but_in_the_state() {
    let folder = Folder::new();
    let text = r#"
        resource "random_password" "x" { length = 30 }
        resource "terraform_data" "user" { triggers_replace = random_password.x.result }
        resource "null_resource" "user" { triggers = { secret = random_password.x.bcrypt_hash } }
        output "secret" {
          value     = random_password.x.result
          sensitive = true
        }
    "#;
    folder.write("main.tf", text);
    let mut said = folder.expect(&["apply", "-auto-approve"], 0);
    let secrets =
        [stored(&folder, "random_password", "result"), stored(&folder, "random_password", "bcrypt_hash")].concat();
    assert_eq!(secrets.len(), 2);
    folder.write("main.tf", &text.replace("30", "31"));
    for args in [
        ["plan", "-out=plan"].as_slice(),
        &["show", "plan"],
        &["plan", "-json"],
        &["apply", "-auto-approve", "-json"],
        &["show"],
        &["state", "show", "random_password.x"],
        &["output"],
        &["destroy", "-auto-approve"],
    ] {
        said += &folder.kiban(args).text;
    }
    for file in std::fs::read_dir(folder.dir.path()).expect("folder") {
        let path = file.expect("entry").path();
        let name = path.file_name().expect("name").to_string_lossy().into_owned();
        if path.is_file() && !name.starts_with("terraform.tfstate") {
            said += &String::from_utf8_lossy(&std::fs::read(&path).expect("file"));
        }
    }
    for secret in &secrets {
        assert!(!said.contains(secret.as_str()), "a secret was told:\n{said}");
    }
}

fn arguments_are_checked() {
    let folder = Folder::new();
    for (text, expect) in [
        (
            "resource \"random_password\" \"x\" {\n  length = 3\n  min_upper = 2\n  min_lower = 2\n}",
            "min_special, got: 3",
        ),
        ("resource \"random_password\" \"x\" {\n  length = 0\n}", "must be at least 1, got: 0"),
        ("resource \"random_integer\" \"x\" {\n  min = 3\n  max = 2\n}", "smaller than or equal to maximum"),
        ("resource \"random_id\" \"x\" {\n  byte_length = 1.5\n}", "whole number"),
        ("resource \"time_static\" \"x\" {\n  rfc3339 = \"yesterday\"\n}", "RFC 3339"),
        ("resource \"time_sleep\" \"x\" {\n  create_duration = \"soon\"\n}", "immediately followed by"),
        ("resource \"time_sleep\" \"x\" {}", "At least one of create_duration"),
        ("resource \"time_offset\" \"x\" {}", "At least one of the offset_"),
        ("resource \"time_rotating\" \"x\" {}", "At least one of the rotation_"),
    ] {
        folder.write("main.tf", text);
        let said = folder.expect(&["plan"], 1);
        let said = said.replace(['\n', '│'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(expect), "{text}\n{said}");
    }
}

fn keys_are_made_and_read_back() {
    let folder = Folder::new();
    folder.write(
        "main.tf",
        r#"
        resource "tls_private_key" "x" {
          for_each  = toset(["RSA", "ECDSA", "ED25519"])
          algorithm = each.key
        }
        data "tls_public_key" "pem" {
          for_each        = tls_private_key.x
          private_key_pem = each.value.private_key_pem
        }
        data "tls_public_key" "openssh" {
          private_key_openssh = tls_private_key.x["ED25519"].private_key_openssh
        }
        output "same" {
          value = alltrue([for k, d in data.tls_public_key.pem : d.public_key_pem == tls_private_key.x[k].public_key_pem])
        }
        output "ssh" {
          value = data.tls_public_key.openssh.public_key_openssh == tls_private_key.x["ED25519"].public_key_openssh
        }
        "#,
    );
    let text = folder.expect(&["apply", "-auto-approve"], 0);
    assert!(text.contains("same = true") && text.contains("ssh = true"), "{text}");
    assert!(!text.contains("PRIVATE KEY"), "{text}");
    folder.expect(&["plan", "-detailed-exitcode"], 0);
    folder.expect(&["destroy", "-auto-approve"], 0);
}

const PROVISIONED: &str = r#"
resource "terraform_data" "other" { input = "from another" }
resource "terraform_data" "x" {
  input = "word"
  provisioner "local-exec" {
    command     = "echo \"$GREETING $(pwd -P)\" > said"
    environment = { GREETING = "${self.input} ${terraform_data.other.output}" }
    working_dir = "sub"
  }
  provisioner "local-exec" {
    interpreter = ["/bin/sh", "-ec"]
    command     = "echo first; echo second >&2"
    quiet       = true
  }
  provisioner "local-exec" {
    when       = destroy
    command    = "echo gone ${self.input} > gone; exit 1"
    on_failure = continue
  }
}
"#;

fn provisioners_run_where_they_are_allowed() {
    let folder = Folder::new();
    folder.write("main.tf", PROVISIONED);
    folder.write("sub/keep", "");
    folder.expect(&["validate"], 0);
    folder.expect(&["plan", "-detailed-exitcode"], 2);
    // Without the flag nothing is changed.
    let text = folder.expect(&["apply", "-auto-approve"], 1);
    assert!(text.contains("Provisioners are not run") && text.contains("-allow-local-exec"), "{text}");
    assert!(!folder.path("terraform.tfstate").exists());
    let text = folder.expect(&["apply", "-auto-approve", "-allow-local-exec"], 0);
    let said = folder.read("sub/said");
    assert!(said.starts_with("word from another ") && said.trim_end().ends_with("/sub"), "{said}");
    for line in [
        "terraform_data.x: Provisioning with 'local-exec'...",
        "terraform_data.x (local-exec): local-exec: Executing: Suppressed by quiet=true",
        "terraform_data.x (local-exec): first",
        "terraform_data.x (local-exec): second",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    // Nothing to run: nothing to allow.
    folder.expect(&["plan", "-detailed-exitcode"], 0);
    folder.expect(&["apply", "-auto-approve"], 0);
    folder.expect(&["destroy", "-auto-approve"], 1);
    assert!(!folder.path("gone").exists());
    folder.expect(&["destroy", "-auto-approve", "-allow-local-exec"], 0);
    assert_eq!(folder.read("gone"), "gone word\n");
    assert!(folder.read("terraform.tfstate").contains("\"resources\": []"));
}

fn a_provisioner_that_fails_taints() {
    let folder = Folder::new();
    let text = |code: u8, secret: &str| {
        format!(
            r#"
            resource "terraform_data" "x" {{
              provisioner "local-exec" {{
                command     = "echo told $WORD; exit {code}"
                environment = {{ WORD = {secret} }}
              }}
            }}
            resource "terraform_data" "behind" {{ input = terraform_data.x.id }}
            "#
        )
    };
    let apply = ["apply", "-auto-approve", "-allow-local-exec"];
    folder.write("main.tf", &text(3, "sensitive(\"hunter2\")"));
    let said = folder.expect(&apply, 1);
    assert!(said.contains("local-exec provisioner error") && said.contains("exit status 3"), "{said}");
    assert!(said.contains("(output suppressed due to sensitive value in config)"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    let state = folder.read("terraform.tfstate");
    assert!(state.contains("\"status\": \"tainted\"") && !state.contains("behind"), "{state}");
    folder.write("main.tf", &text(4, "\"plain\""));
    let said = folder.expect(&apply, 1);
    assert!(said.contains("must be replaced") || said.contains("tainted"), "{said}");
    assert!(said.contains("exit status 4") && said.contains("told plain"), "{said}");
    folder.write("main.tf", &text(0, "\"plain\""));
    folder.expect(&apply, 0);
    assert!(!folder.read("terraform.tfstate").contains("tainted"));
    folder.expect(&["plan", "-detailed-exitcode"], 0);
}

fn provisioners_print_what_terraform_prints() {
    let name = "builtin/provisioners_print_what_terraform_prints";
    let folder = Folder::new();
    folder.write("main.tf", PROVISIONED);
    folder.write("sub/keep", "");
    match folder.terraform(&["init"]) {
        Err(why) => return skip(name, &why),
        Ok(output) => assert_eq!(output.code, 0, "{}", output.text),
    }
    let lines = |text: &str| {
        let told = text.lines().filter(|l| l.contains("(local-exec)") || l.contains("Provisioning"));
        let mut lines: Vec<String> = told.map(str::to_owned).collect();
        // Two streams come in any order.
        lines.sort();
        lines
    };
    for (ours, theirs) in [
        (["apply", "-auto-approve", "-allow-local-exec"], ["apply", "-auto-approve", "-no-color"]),
        (["destroy", "-auto-approve", "-allow-local-exec"], ["destroy", "-auto-approve", "-no-color"]),
    ] {
        let said = folder.expect(&ours, 0);
        std::fs::rename(folder.path("terraform.tfstate"), folder.path("ours")).expect("state");
        if folder.path("theirs").exists() {
            std::fs::rename(folder.path("theirs"), folder.path("terraform.tfstate")).expect("state");
        }
        let oracle = folder.terraform(&theirs).expect("terraform");
        assert_eq!(oracle.code, 0, "{}", oracle.text);
        std::fs::rename(folder.path("terraform.tfstate"), folder.path("theirs")).expect("state");
        std::fs::rename(folder.path("ours"), folder.path("terraform.tfstate")).expect("state");
        assert_eq!(lines(&said), lines(&oracle.text));
    }
}

fn other_provisioners_are_refused() {
    let folder = Folder::new();
    for (inner, expect) in [
        ("provisioner \"remote-exec\" {\n  inline = [\"x\"]\n}", "does not run provisioner \"remote-exec\" blocks"),
        ("provisioner \"file\" {\n  content = \"x\"\n}", "does not run provisioner \"file\" blocks"),
        ("connection {\n  host = \"x\"\n}", "does not run connection blocks"),
        ("provisioner \"local-exec\" {}", "\"command\" is required"),
        ("provisioner \"local-exec\" {\n  command = \"x\"\n  when = never\n}", "create or destroy"),
        (
            "provisioner \"local-exec\" {\n  command = local.x\n  when = destroy\n}",
            "Invalid reference from destroy provisioner",
        ),
        ("provisioner \"local-exec\" {\n  command = nothing.here\n}", "nothing"),
    ] {
        folder.write("main.tf", &format!("locals {{ x = 1 }}\nresource \"terraform_data\" \"x\" {{\n{inner}\n}}\n"));
        let said = folder.expect(&["validate"], 1);
        let said = said.replace(['\n', '│'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(expect), "{inner}\n{said}");
    }
}

fn outputs_of_another_state_are_read() {
    let folder = Folder::new();
    folder
        .write("network/main.tf", "output \"subnets\" { value = [\"a\", \"b\"] }\noutput \"zone\" { value = null }\n");
    folder.expect(&["-chdir=network", "apply", "-auto-approve"], 0);
    let reader = r#"
        data "terraform_remote_state" "network" {
          backend  = "local"
          config   = { path = "network/terraform.tfstate" }
          defaults = { zone = "example.org", subnets = [] }
        }
        output "first" { value = data.terraform_remote_state.network.outputs.subnets[0] }
        output "zone" { value = data.terraform_remote_state.network.outputs.zone }
    "#;
    folder.write("main.tf", reader);
    let text = folder.expect(&["apply", "-auto-approve"], 0);
    assert!(text.contains("first = \"a\"") && text.contains("zone  = \"example.org\""), "{text}");
    folder.expect(&["plan", "-detailed-exitcode"], 0);
    if let Ok(output) = folder.terraform(&["init"]) {
        assert_eq!(output.code, 0, "{}", output.text);
        let output = folder.terraform(&["plan", "-detailed-exitcode", "-no-color"]).expect("terraform");
        assert_eq!(output.code, 0, "{}", output.text);
    }
    folder.write("main.tf", &reader.replace("network/terraform.tfstate", "nowhere").replace("defaults", "# defaults"));
    let text = folder.expect(&["plan"], 1);
    assert!(text.contains("No stored state was found"), "{text}");
    folder.write("main.tf", &reader.replace("\"local\"", "\"consul\""));
    let text = folder.expect(&["plan"], 1);
    assert!(text.contains("no backend \"consul\""), "{text}");
}

fn an_authority_signs_what_is_asked_for() {
    let folder = Folder::new();
    let text = r#"
        resource "tls_private_key" "ca" {
          algorithm   = "ECDSA"
          ecdsa_curve = "P384"
        }
        resource "tls_self_signed_cert" "ca" {
          private_key_pem       = tls_private_key.ca.private_key_pem
          is_ca_certificate     = true
          validity_period_hours = 48
          allowed_uses          = ["cert_signing", "crl_signing"]
          subject {
            common_name  = "Authority"
            organization = "Kiban"
          }
        }
        resource "tls_private_key" "server" { algorithm = "RSA" }
        resource "tls_cert_request" "server" {
          private_key_pem = tls_private_key.server.private_key_pem
          dns_names       = ["example.org", "*.example.org"]
          ip_addresses    = ["10.0.0.1"]
          subject { common_name = "example.org" }
        }
        resource "tls_locally_signed_cert" "server" {
          cert_request_pem      = tls_cert_request.server.cert_request_pem
          ca_private_key_pem    = tls_private_key.ca.private_key_pem
          ca_cert_pem           = tls_self_signed_cert.ca.cert_pem
          validity_period_hours = 24
          early_renewal_hours   = 1
          allowed_uses          = ["server_auth", "digital_signature", "key_encipherment"]
        }
        data "tls_certificate" "both" {
          content = "${tls_self_signed_cert.ca.cert_pem}${tls_locally_signed_cert.server.cert_pem}"
        }
        locals { told = [for c in data.tls_certificate.both.certificates : nonsensitive(c)] }
        output "issued" { value = "${local.told[1].subject} by ${local.told[1].issuer} ${local.told[0].is_ca}" }
    "#;
    folder.write("main.tf", text);
    let said = folder.expect(&["apply", "-auto-approve"], 0);
    assert!(said.contains("issued = \"CN=example.org by CN=Authority,O=Kiban true\""), "{said}");
    assert!(!said.contains("PRIVATE KEY"), "{said}");
    folder.expect(&["plan", "-detailed-exitcode"], 0);
    // What ends within the hours of early renewal is made anew.
    folder.write("main.tf", &text.replace("early_renewal_hours   = 1", "early_renewal_hours   = 30"));
    folder.expect(&["apply", "-auto-approve"], 0);
    let said = folder.expect(&["plan", "-detailed-exitcode"], 2);
    assert!(said.contains("1 to add, 0 to change, 1 to destroy"), "{said}");
    folder.expect(&["destroy", "-auto-approve"], 0);
}
