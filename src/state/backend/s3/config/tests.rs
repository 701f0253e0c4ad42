use super::*;
use crate::diag::{Severity, Sources};
use crate::hcl::parse_body;

fn read(text: &str, workspace: &str) -> (S3Config, Vec<(Severity, String)>) {
    let mut sources = Sources::default();
    let source = sources.add("main.tf", text);
    let (body, errors) = parse_body(source, text);
    assert!(errors.is_empty(), "{errors:?}");
    let (config, found) = S3Config::read(&body, Span::new(source, 0..0), workspace);
    (config, found.iter().map(|d| (d.severity, d.detail.to_string())).collect())
}

#[test]
fn the_arguments_of_terraform_are_understood() {
    let text = r#"
        bucket         = "states"
        key            = "team/platform.tfstate"
        region         = "eu-west-1"
        encrypt        = true
        kms_key_id     = "alias/states"
        use_lockfile   = "true"
        use_path_style = true
        max_retries    = 3
        skip_region_validation = true
        endpoints = {
          s3  = "http://localhost:1"
          "sts" = "http://localhost:2"
        }
        assume_role = {
          role_arn    = "arn:aws:iam::1:role/r"
          policy_arns = ["a", "b"]
          duration    = "1h"
        }
    "#;
    let (config, found) = read(text, "default");
    assert_eq!(found, []);
    assert_eq!(config.place(), "s3://states/team/platform.tfstate");
    assert_eq!(config.lock_key(), "team/platform.tfstate.tflock");
    assert!(config.encrypt && config.use_lockfile && config.path_style && !config.fips);
    assert_eq!(config.max_attempts, Some(3));
    assert_eq!(config.endpoint.as_deref(), Some("http://localhost:1"));
    assert_eq!(config.sts_endpoint.as_deref(), Some("http://localhost:2"));
    assert_eq!(config.role.expect("a role").policy_arns, ["a", "b"]);
}

#[test]
fn each_workspace_has_its_key() {
    let text = "bucket = \"b\"\nkey = \"k\"\nuse_lockfile = true\n";
    assert_eq!(read(text, "dev").0.key, "env:/dev/k");
    assert_eq!(read(&format!("{text}workspace_key_prefix = \"w\"\n"), "dev").0.key, "w/dev/k");
    assert_eq!(read(text, "default").0.key, "k");
}

#[test]
fn all_problems_are_reported_at_once() {
    let text = r#"
        key            = "/k"
        regoin         = "eu-west-1"
        profile        = var.profile
        encrypt        = "maybe"
        dynamodb_table = "locks"
        acl            = "private"
    "#;
    let (_, found) = read(text, "default");
    let errors = found.iter().filter(|(s, _)| *s == Severity::Error).count();
    assert_eq!((errors, found.len()), (6, 8), "{found:#?}");
}
