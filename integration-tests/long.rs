//! Operations that take long: timed out, killed or failed, the next run goes on from there.

use std::process::Stdio;
use std::time::Duration;

use libtest_mimic::Trial;

use crate::review::CLUSTER;
use crate::support::{Account, controllable, wait_for};
use crate::trial;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("long::what_has_timed_out_is_waited_for", timed_out),
        trial("long::what_a_killed_run_waited_for_is_waited_for", killed),
        trial("long::failures_tell_the_health", failed),
    ]
}

fn slow(account: &Account) {
    account.control(
        "POST",
        "faults",
        r#"{"kind":"slow_creation","match":{"service":"eks","action":"CreateCluster"},"ms":25000}"#,
    );
}

/// The cluster goes on being made, and nothing is replaced.
fn converges(account: &Account) {
    let text = account.expect(".", &["apply", "-auto-approve", "-var=wait=30m"], 0);
    assert!(text.contains("aws_eks_cluster.main: Still being made by an earlier run"), "{text}");
    assert!(text.contains(" 0 destroyed"), "{text}");
    assert!(account.expect(".", &["output", "-raw", "endpoint"], 0).starts_with("https://"));
    account.expect(".", &["plan", "-detailed-exitcode"], 0);
    let (_, calls) = account.calls();
    assert_eq!(calls["eks.CreateCluster"], 1, "{calls}");
}

fn timed_out() {
    if !controllable("long::what_has_timed_out_is_waited_for") {
        return;
    }
    let account = Account::new();
    account.write("main.tf", CLUSTER);
    slow(&account);
    let text = account.expect(".", &["apply", "-auto-approve", "-var=wait=1s"], 1);
    assert!(text.contains("Not ready after 1s") && text.contains("run apply again"), "{text}");
    let text = account.expect(".", &["plan"], 0);
    assert!(text.contains("Warning: Object is still being made") && !text.contains("must be replaced"), "{text}");
    converges(&account);
}

fn killed() {
    if !controllable("long::what_a_killed_run_waited_for_is_waited_for") {
        return;
    }
    let account = Account::new();
    account.write("main.tf", CLUSTER);
    slow(&account);
    let mut run = account.command(".", &["apply", "-auto-approve"]);
    let mut run = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
    wait_for("the cluster is being made", Duration::from_secs(60), || {
        account.calls().1["eks.DescribeCluster"].as_u64().is_some_and(|n| n > 0)
    });
    run.kill().expect("killed");
    run.wait().expect("ended");
    converges(&account);
}

fn failed() {
    if !controllable("long::failures_tell_the_health") {
        return;
    }
    let account = Account::new();
    account.write("main.tf", CLUSTER);
    account.control(
        "POST",
        "faults",
        r#"{"kind":"fail_creation","match":{"service":"eks","action":"CreateNodegroup"},"times":1}"#,
    );
    let text = account.expect(".", &["apply", "-auto-approve"], 1);
    assert!(text.contains("CREATE_FAILED: ") && text.contains("aws_eks_node_group.main"), "{text}");
    // Of what has failed, the next run makes a new one.
    account.expect(".", &["apply", "-auto-approve"], 0);
    account.expect(".", &["plan", "-detailed-exitcode"], 0);
}
