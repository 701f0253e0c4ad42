//! A state in an S3 bucket.

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use libtest_mimic::Trial;

use crate::support::{Account, controllable, runtime, wait_for};
use crate::trial;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("backend_s3::from_apply_to_destroy", from_apply_to_destroy),
        trial("backend_s3::a_lock_keeps_others_out", a_lock_keeps_others_out),
        trial("backend_s3::a_changed_state_is_not_overwritten", a_changed_state_is_not_overwritten),
        trial("backend_s3::problems_are_explained", problems_are_explained),
    ]
}

const KEY: &str = "team/network.tfstate";
const LOCK: &str = "team/network.tfstate.tflock";

/// An account with a bucket.
struct Stack {
    account: Account,
    s3: aws_sdk_s3::Client,
    bucket: String,
}

impl Stack {
    fn new() -> Self {
        let account = Account::new();
        let bucket = format!("states-{}", account.id);
        let config = aws_sdk_s3::config::Builder::from(&account.sdk()).force_path_style(true).build();
        let stack = Self { s3: aws_sdk_s3::Client::from_conf(config), bucket, account };
        let place =
            CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::ApNortheast1).build();
        let made = stack.s3.create_bucket().bucket(&stack.bucket).create_bucket_configuration(place);
        runtime().block_on(made.send()).expect("a bucket");
        stack.write(1);
        stack
    }

    fn write(&self, vpcs: usize) {
        let bucket = &self.bucket;
        let text = format!(
            r#"
            terraform {{
              backend "s3" {{
                bucket       = "{bucket}"
                key          = "{KEY}"
                region       = "ap-northeast-1"
                encrypt      = true
                use_lockfile = true
              }}
            }}
            resource "aws_vpc" "main" {{
              count      = {vpcs}
              cidr_block = "10.${{count.index}}.0.0/16"
            }}
            "#
        );
        self.account.write("main.tf", &text);
    }

    fn get(&self, key: &str) -> Option<Vec<u8>> {
        runtime().block_on(async {
            let answer = self.s3.get_object().bucket(&self.bucket).key(key).send().await.ok()?;
            Some(answer.body.collect().await.expect("content").to_vec())
        })
    }

    fn put(&self, key: &str, content: Vec<u8>) {
        let call = self.s3.put_object().bucket(&self.bucket).key(key).body(ByteStream::from(content));
        runtime().block_on(call.send()).expect("put");
    }

    fn delete(&self, key: &str) {
        runtime().block_on(self.s3.delete_object().bucket(&self.bucket).key(key).send()).expect("deleted");
    }
}

fn from_apply_to_destroy() {
    let stack = Stack::new();
    let account = &stack.account;
    account.expect(".", &["plan", "-detailed-exitcode"], 2);
    assert_eq!(stack.get(LOCK), None, "a plan gives its lock back");
    assert_eq!(stack.get(KEY), None, "a plan writes nothing");
    account.expect(".", &["apply", "-auto-approve"], 0);
    assert_eq!(stack.get(LOCK), None);
    let state: serde_json::Value = serde_json::from_slice(&stack.get(KEY).expect("a state")).expect("JSON");
    assert_eq!(state["version"], 4);
    let text = account.expect(".", &["plan", "-detailed-exitcode"], 0);
    assert!(!text.contains("Warning"), "{text}");
    assert_eq!(account.expect(".", &["state", "list"], 0).trim(), "aws_vpc.main[0]");
    assert!(!account.path("terraform.tfstate").exists());
    // Another machine has the configuration only.
    let _ = std::fs::remove_dir_all(account.path(".terraform"));
    account.expect(".", &["plan", "-detailed-exitcode"], 0);
    account.expect(".", &["destroy", "-auto-approve"], 0);
    assert_eq!(account.expect(".", &["state", "list"], 0).trim(), "");
    assert_eq!(stack.get(LOCK), None);
}

fn a_lock_keeps_others_out() {
    let stack = Stack::new();
    let note = r#"{"ID":"0000-1111","Operation":"OperationTypeApply","Info":"","Who":"ann@desk","Version":"1.11.0",
                   "Created":"2026-01-02T03:04:05Z","Path":"states/network"}"#;
    stack.put(LOCK, note.into());
    let text = stack.account.expect(".", &["apply", "-auto-approve"], 1);
    for part in ["State is locked", "ann@desk", "0000-1111", "2026-01-02T03:04:05Z"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(stack.get(LOCK).expect("still locked"), note.as_bytes());
    assert_eq!(stack.get(KEY), None);
    stack.account.expect(".", &["state", "list"], 0);
    stack.delete(LOCK);
    stack.account.expect(".", &["plan", "-detailed-exitcode"], 2);
}

fn a_changed_state_is_not_overwritten() {
    if !controllable("backend_s3::a_changed_state_is_not_overwritten") {
        return;
    }
    let stack = Stack::new();
    let account = &stack.account;
    account.expect(".", &["apply", "-auto-approve"], 0);
    let before = stack.get(KEY).expect("a state");
    stack.write(2);
    let hold = r#"{"kind":"hold","when":"before","match":{"action":"CreateVpc"},"times":1}"#;
    account.control("POST", "faults", hold);
    let mut run = account.command(".", &["apply", "-auto-approve"]);
    let run = run.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().expect("starts");
    wait_for("the run is held", Duration::from_secs(60), || {
        account.control("GET", "faults", "")["holding"].as_array().is_some_and(|h| !h.is_empty())
    });
    let held: serde_json::Value = serde_json::from_slice(&stack.get(LOCK).expect("a lock")).expect("JSON");
    assert_eq!(held["Path"], format!("{}/{KEY}", stack.bucket));
    // Somebody writes without a lock.
    let other = [before, b"\n".to_vec()].concat();
    stack.put(KEY, other.clone());
    account.control("POST", "faults/release", "");
    let done = run.wait_with_output().expect("ends");
    let text = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert_eq!(done.status.code(), Some(1), "{text}");
    assert!(text.contains("State was changed by another run"), "{text}");
    assert_eq!(stack.get(KEY), Some(other));
    assert_eq!(stack.get(LOCK), None, "{text}");
    assert!(account.path("errored.tfstate").exists(), "{text}");
    // What was made is known from the journal.
    account.expect(".", &["plan", "-detailed-exitcode"], 0);
    assert_eq!(account.expect(".", &["state", "list"], 0).lines().count(), 2);
    account.expect(".", &["destroy", "-auto-approve"], 0);
}

fn problems_are_explained() {
    let stack = Stack::new();
    let config = |arguments: &str| format!("terraform {{\n  backend \"s3\" {{\n{arguments}\n  }}\n}}\n");
    let bucket = &stack.bucket;
    stack.account.write("main.tf", &config("key = \"k\"\nuse_lockfile = true\nbucket = \"nowhere-at-all\""));
    let text = stack.account.expect(".", &["plan"], 1);
    assert!(text.contains("NoSuchBucket") && text.contains("Make the bucket first"), "{text}");
    stack.account.write("main.tf", &config(&format!("key = \"k\"\nbucket = \"{bucket}\"")));
    let text = stack.account.expect(".", &["plan"], 0);
    assert!(text.contains("State is not locked"), "{text}");
    stack.account.write("main.tf", &config(&format!("key = \"k\"\nbucket = \"{bucket}\"\ndynamodb_table = \"t\"")));
    let text = stack.account.expect(".", &["plan"], 1);
    assert!(text.contains("use_lockfile = true"), "{text}");
}
