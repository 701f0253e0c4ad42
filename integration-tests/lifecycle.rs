//! From an empty account to the platform and back.

use libtest_mimic::Trial;

use crate::support::{Account, controllable, runtime};
use crate::trial;

/// Most AWS calls of a plan of the whole platform with nothing to do.
const NO_OP_CALLS: u64 = 60;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("lifecycle::platform", platform),
        trial("lifecycle::minimal", minimal),
        trial("lifecycle::one_run_at_a_time", one_run_at_a_time),
        trial("lifecycle::interrupt_finishes_what_runs", interrupt),
        trial("lifecycle::throttling_slows_and_does_not_fail", throttling),
        trial("lifecycle::repetitions_have_no_quota_unless_it_is_set", quota),
        trial("lifecycle::saved_plan", saved_plan),
        trial("lifecycle::secrets_appear_nowhere", secrets),
    ]
}

fn platform() {
    let account = Account::with_stacks();
    let own = controllable("lifecycle::platform: calls, account comparison");
    let before = own.then(|| account.census());
    let stack = "stacks/platform";
    let text = account.expect(stack, &["apply", "-auto-approve"], 0);
    assert!(text.contains("Apply complete! Resources: 248 added, 0 changed, 0 destroyed."), "{text}");

    if own {
        account.reset_counts();
    }
    let text = account.expect(stack, &["plan", "-detailed-exitcode"], 0);
    assert!(text.contains("No changes. Your infrastructure matches the configuration."), "{text}");
    if own {
        let (total, calls) = account.calls();
        assert!(total <= NO_OP_CALLS, "{total} calls: {calls}");
    }
    account.expect(stack, &["drift"], 0);

    // Someone clicks in the console.
    let sdk = account.sdk();
    let changed = runtime().block_on(async {
        let logs = aws_sdk_cloudwatchlogs::Client::new(&sdk);
        let groups = logs.describe_log_groups().send().await.expect("log groups");
        let name = groups.log_groups().first().and_then(|g| g.log_group_name()).expect("a log group").to_owned();
        logs.put_retention_policy().log_group_name(&name).retention_in_days(1).send().await.expect("changed");
        let ec2 = aws_sdk_ec2::Client::new(&sdk);
        let rules = ec2.describe_security_group_rules().send().await.expect("rules");
        let tagged = |r: &&aws_sdk_ec2::types::SecurityGroupRule| !r.tags().is_empty() && r.is_egress() == Some(false);
        let rule = rules.security_group_rules().iter().find(tagged).expect("a rule");
        ec2.revoke_security_group_ingress()
            .group_id(rule.group_id().expect("group"))
            .security_group_rule_ids(rule.security_group_rule_id().expect("id"))
            .send()
            .await
            .expect("revoked");
        name
    });
    let text = account.expect(stack, &["drift"], 2);
    assert!(text.contains("retention_in_days"), "{changed}: {text}");
    let text = account.expect(stack, &["plan", "-detailed-exitcode"], 2);
    assert!(text.contains("Plan: 1 to add, 1 to change, 0 to destroy."), "{text}");
    account.expect(stack, &["apply", "-auto-approve"], 0);
    account.expect(stack, &["plan", "-detailed-exitcode"], 0);
    account.expect(stack, &["drift"], 0);

    let text = account.expect(stack, &["destroy", "-auto-approve"], 0);
    assert!(text.contains("Destroy complete! Resources: 248 destroyed."), "{text}");
    if let Some(before) = before {
        assert_eq!(account.census(), before);
    }
}

fn minimal() {
    let account = Account::with_stacks();
    let folder = "examples/minimal";
    account.expect(folder, &["validate"], 0);
    account.expect(folder, &["plan", "-detailed-exitcode"], 2);
    account.expect(folder, &["apply", "-auto-approve"], 0);
    account.expect(folder, &["plan", "-detailed-exitcode"], 0);
    let list = account.expect(folder, &["state", "list"], 0);
    assert_eq!(list.lines().filter(|l| !l.is_empty()).count(), 4, "{list}");
    let vpc = account.expect(folder, &["state", "show", "aws_vpc.main"], 0);
    assert!(vpc.contains("cidr_block"), "{vpc}");
    account.expect(folder, &["output", "subnet_id"], 0);
    account.expect(folder, &["graph"], 0);
    account.expect(folder, &["destroy", "-auto-approve"], 0);
    account.expect(folder, &["state", "list"], 0);
}

fn one_run_at_a_time() {
    if !controllable("lifecycle::one_run_at_a_time") {
        return;
    }
    let account = Account::with_stacks();
    let hold = r#"{"kind":"hold","when":"before","match":{"action":"CreateVpc"},"times":1}"#;
    account.control("POST", "faults", hold);
    let mut first = account.command("examples/minimal", &["apply", "-auto-approve"]).spawn().expect("starts");
    crate::support::wait_for("the first run is held", std::time::Duration::from_secs(60), || {
        account.control("GET", "faults", "")["holding"].as_array().is_some_and(|h| !h.is_empty())
    });
    let second = account.kiban("examples/minimal", &["apply", "-auto-approve"]);
    assert_eq!(second.code, 1, "{}", second.text);
    assert!(second.text.contains("lock"), "{}", second.text);
    account.control("POST", "faults/release", "");
    assert!(first.wait().expect("ends").success());
    account.expect("examples/minimal", &["plan", "-detailed-exitcode"], 0);
}

fn interrupt() {
    if !controllable("lifecycle::interrupt_finishes_what_runs") {
        return;
    }
    let account = Account::with_stacks();
    let folder = "examples/minimal";
    let hold = r#"{"kind":"hold","when":"after","match":{"action":"CreateVpc"},"times":1}"#;
    account.control("POST", "faults", hold);
    let mut run = account.command(folder, &["apply", "-auto-approve"]);
    let run = run.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().expect("starts");
    crate::support::wait_for("the call is held", std::time::Duration::from_secs(60), || {
        account.control("GET", "faults", "")["holding"].as_array().is_some_and(|h| !h.is_empty())
    });
    let signal = std::process::Command::new("kill").args(["-INT", &run.id().to_string()]).status().expect("kill");
    assert!(signal.success());
    account.control("POST", "faults/release", "");
    let done = run.wait_with_output().expect("ends");
    let text = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert_eq!(done.status.code(), Some(1), "{text}");
    assert!(text.contains("Interrupted"), "{text}");
    // The VPC was being made: it is finished and in the state. Nothing else was begun.
    assert_eq!(account.expect(folder, &["state", "list"], 0).trim(), "aws_vpc.main");
    let text = account.expect(folder, &["apply", "-auto-approve"], 0);
    assert!(text.contains("3 added"), "{text}");
}

fn throttling() {
    if !controllable("lifecycle::throttling_slows_and_does_not_fail") {
        return;
    }
    let account = Account::with_stacks();
    account.control("POST", "faults", r#"{"kind":"throttle","match":{"service":"ec2"},"rate":10,"burst":4}"#);
    account.expect("examples/minimal", &["apply", "-auto-approve"], 0);
    account.expect("examples/minimal", &["plan", "-detailed-exitcode"], 0);
    account.expect("examples/minimal", &["destroy", "-auto-approve"], 0);
}

/// The SDK's quota of repetitions counts only where the provider block sets one.
fn quota() {
    if !controllable("lifecycle::repetitions_have_no_quota_unless_it_is_set") {
        return;
    }
    let configured = |setting: &str| {
        let account = Account::new();
        account.write(
            "main.tf",
            &format!(
                "provider \"aws\" {{\n  region = \"ap-northeast-1\"\n  {setting}\n}}\n\
                 resource \"aws_cloudwatch_log_group\" \"a\" {{\n  name = \"a\"\n}}\n"
            ),
        );
        let rule = r#"{"kind":"throttle","match":{"service":"logs","action":"CreateLogGroup"},"skip":0,"times":3}"#;
        account.control("POST", "faults", rule);
        account
    };
    configured("").expect(".", &["apply", "-auto-approve"], 0);
    let text = configured("token_bucket_rate_limiter_capacity = 10").expect(".", &["apply", "-auto-approve"], 1);
    assert!(text.contains("Rate exceeded"), "{text}");
}

fn saved_plan() {
    let account = Account::with_stacks();
    let folder = "examples/minimal";
    account.expect(folder, &["plan", "-out=plan.bin"], 0);
    let shown = account.expect(folder, &["show", "-json", "plan.bin"], 0);
    let plan: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(plan["resource_changes"].as_array().map(Vec::len), Some(4), "{shown}");
    account.expect(folder, &["apply", "plan.bin"], 0);
    // The state has moved on: the plan may not be applied twice.
    let again = account.expect(folder, &["apply", "plan.bin"], 1);
    assert!(again.contains("stale"), "{again}");
}

fn secrets() {
    const PASSWORD: &str = "hunter2-correct-horse";
    let mut account = Account::new();
    account.extra.insert("TF_VAR_password".into(), PASSWORD.into());
    account.write(
        "main.tf",
        r#"
provider "aws" { region = "ap-northeast-1" }
variable "password" {
  type      = string
  sensitive = true
}
resource "aws_secretsmanager_secret" "a" {
  name                    = "a"
  recovery_window_in_days = 0
}
resource "aws_secretsmanager_secret_version" "a" {
  secret_id     = aws_secretsmanager_secret.a.id
  secret_string = jsonencode({ password = var.password })
}
output "password" {
  value     = var.password
  sensitive = true
}
"#,
    );
    let mut said = String::new();
    for args in [
        &["plan", "-out=plan.bin"][..],
        &["show", "plan.bin"],
        &["show", "-json", "plan.bin"],
        &["apply", "plan.bin"],
        &["plan"],
        &["output"],
        &["state", "show", "aws_secretsmanager_secret_version.a"],
        &["drift", "-json"],
    ] {
        let output = account.kiban(".", args);
        assert_eq!(output.code, 0, "{args:?}: {}", output.text);
        said += &output.text;
    }
    said += &std::fs::read_to_string(account.path("plan.bin")).expect("plan");
    for entry in std::fs::read_dir(account.dir.path()).expect("folder").flatten() {
        if entry.file_name().to_string_lossy().contains("journal") {
            said += &std::fs::read_to_string(entry.path()).expect("journal");
        }
    }
    assert!(!said.contains(PASSWORD), "the password shows:\n{said}");
    let state = std::fs::read_to_string(account.path("terraform.tfstate")).expect("state");
    assert!(state.contains(PASSWORD), "the state format holds it");
    account.expect(".", &["destroy", "-auto-approve"], 0);
}
