//! What kiban calls is what the policy allows that it prints: no call without its action.

use std::collections::BTreeSet;

use super::{Service, Stage};
use crate::support::{Account, controllable};

/// Calls whose action has another name, by service and call.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html> and its neighbours.
const ACTIONS: &[(&str, &str)] = &[
    ("s3.DeleteBucketEncryption", "s3:PutEncryptionConfiguration"),
    ("s3.DeleteBucketLifecycle", "s3:PutLifecycleConfiguration"),
    ("s3.DeleteBucketOwnershipControls", "s3:PutBucketOwnershipControls"),
    ("s3.DeleteBucketTagging", "s3:PutBucketTagging"),
    ("s3.DeleteObjects", "s3:DeleteObject"),
    ("s3.DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
    ("s3.GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration"),
    ("s3.GetBucketCors", "s3:GetBucketCORS"),
    ("s3.GetBucketEncryption", "s3:GetEncryptionConfiguration"),
    ("s3.GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
    ("s3.GetBucketNotificationConfiguration", "s3:GetBucketNotification"),
    ("s3.GetBucketReplication", "s3:GetReplicationConfiguration"),
    ("s3.GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration"),
    ("s3.GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
    ("s3.HeadBucket", "s3:ListBucket"),
    ("s3.HeadObject", "s3:GetObject"),
    ("s3.ListBuckets", "s3:ListAllMyBuckets"),
    ("s3.ListObjectVersions", "s3:ListBucketVersions"),
    ("s3.ListObjects", "s3:ListBucket"),
    ("s3.ListObjectsV2", "s3:ListBucket"),
    ("s3.PutBucketEncryption", "s3:PutEncryptionConfiguration"),
    ("s3.PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration"),
    ("s3.PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
];

/// Calls that need no permission.
const FREE: &[&str] = &["sts.GetCallerIdentity"];

pub fn suffice(service: &Service) {
    let test = format!("types::permissions::{}", service.name);
    if !controllable(&test) {
        return;
    }
    let account = service.account(Stage::From);
    let mut all = policy(&account, "apply");
    let (planning, drifting) = (policy(&account, "plan"), policy(&account, "drift"));
    assert!(drifting.is_subset(&planning) && planning.is_subset(&all));
    let run = |arguments: &[&str], code: i32, allowed: &BTreeSet<String>| {
        account.reset_counts();
        account.expect(".", arguments, code);
        let (total, calls) = account.calls();
        // A plan of new objects alone has nothing to read.
        assert!(total > 0 || arguments[0] == "plan", "kiban {} calls nothing", arguments.join(" "));
        let refused: Vec<String> = calls.as_object().expect("calls").keys().filter_map(|c| action(c)).collect();
        let refused: Vec<&String> = refused.iter().filter(|a| !allowed.contains(*a)).collect();
        assert!(refused.is_empty(), "kiban {} calls what no policy allows: {refused:?}", arguments.join(" "));
    };
    run(&["plan", "-detailed-exitcode"], 2, &planning);
    run(&["apply", "-auto-approve"], 0, &all);
    run(&["drift"], 0, &drifting);
    account.write("main.tf", &service.configuration(Stage::To));
    all.extend(policy(&account, "apply"));
    run(&["apply", "-auto-approve"], 0, &all);
    run(&["destroy", "-auto-approve"], 0, &all);
}

/// Actions of the policy that kiban prints.
fn policy(account: &Account, purpose: &str) -> BTreeSet<String> {
    account.policy(&[&format!("-for={purpose}")]).0.into_iter().collect()
}

/// The action of a call.
fn action(call: &str) -> Option<String> {
    if FREE.contains(&call) {
        return None;
    }
    if let Some((_, action)) = ACTIONS.iter().find(|(name, _)| *name == call) {
        return Some((*action).to_owned());
    }
    let (service, name) = call.split_once('.').expect("call");
    let service = match service {
        "efs" => "elasticfilesystem",
        "elbv2" => "elasticloadbalancing",
        other => other,
    };
    Some(format!("{service}:{name}"))
}
