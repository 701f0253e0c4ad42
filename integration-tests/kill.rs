//! kill -9 at every AWS call of an apply; the next apply must converge, without orphan and without duplicate.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use libtest_mimic::Trial;

use crate::support::{Account, controllable, wait_for};
use crate::trial;

/// One of each way to make an object: with a client token, with a unique name, with neither, in several calls.
const STACK: &str = r#"
provider "aws" {
  region = "ap-northeast-1"
}

resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = "main" }
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "ap-northeast-1a"
}

resource "aws_eip" "nat" {
  domain     = "vpc"
  depends_on = [aws_internet_gateway.main]
}

resource "aws_nat_gateway" "main" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.a.id
}

resource "aws_route_table" "a" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route" "out" {
  route_table_id         = aws_route_table.a.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.main.id
}

resource "aws_route_table_association" "a" {
  route_table_id = aws_route_table.a.id
  subnet_id      = aws_subnet.a.id
}

resource "aws_security_group" "a" {
  name   = "a"
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "a" {
  security_group_id = aws_security_group.a.id
  cidr_ipv4         = "10.0.0.0/16"
  from_port         = 443
  to_port           = 443
  ip_protocol       = "tcp"
}

resource "aws_kms_key" "a" {
  description             = "a"
  deletion_window_in_days = 7
  enable_key_rotation     = true
}

resource "aws_kms_alias" "a" {
  name          = "alias/a"
  target_key_id = aws_kms_key.a.key_id
}

resource "aws_iam_role" "a" {
  name = "a"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.a.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_efs_file_system" "a" {
  encrypted = true
  lifecycle_policy {
    transition_to_ia = "AFTER_30_DAYS"
  }
}

resource "aws_efs_access_point" "a" {
  file_system_id = aws_efs_file_system.a.id
}

resource "aws_route53_zone" "a" {
  name = "example.org"
}

resource "aws_route53_record" "a" {
  zone_id = aws_route53_zone.a.zone_id
  name    = "www"
  type    = "CNAME"
  ttl     = 60
  records = ["example.com"]
}

resource "aws_secretsmanager_secret" "a" {
  name                    = "a"
  recovery_window_in_days = 0
}

resource "aws_cloudwatch_log_group" "a" {
  name              = "/a"
  retention_in_days = 30
}
"#;

/// How many run at the same time.
const AT_ONCE: usize = 4;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("kill::before_every_call", || at_every_call("before")),
        trial("kill::after_every_call", || at_every_call("after")),
        trial("kill::twice_in_a_row", twice),
    ]
}

/// What a run that nobody disturbs makes.
fn reference() -> (u64, BTreeMap<String, usize>) {
    let account = Account::new();
    account.write("main.tf", STACK);
    account.reset_counts();
    account.expect(".", &["apply", "-auto-approve"], 0);
    let (calls, _) = account.calls();
    account.expect(".", &["plan", "-detailed-exitcode"], 0);
    (calls, account.census())
}

fn at_every_call(when: &str) {
    let test = format!("kill::{when}_every_call");
    if !controllable(&test) {
        return;
    }
    let (calls, census) = reference();
    assert!(calls > 30, "only {calls} calls");
    let next = AtomicUsize::new(1);
    let failures = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let call = next.fetch_add(1, Ordering::SeqCst);
                    if call as u64 > calls {
                        break;
                    }
                    if let Err(why) = killed_at(when, call, &census) {
                        failures.lock().expect("lock").push(format!("killed {when} call {call}: {why}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("lock");
    assert!(failures.is_empty(), "{} of {calls}:\n{}", failures.len(), failures.join("\n\n"));
}

/// Kills an apply at one call, then applies again.
fn killed_at(when: &str, call: usize, census: &BTreeMap<String, usize>) -> Result<(), String> {
    let account = Account::new();
    account.write("main.tf", STACK);
    kill(&account, when, call);
    converges(&account, census)
}

fn kill(account: &Account, when: &str, call: usize) {
    let rule = format!(r#"{{"kind":"hold","when":"{when}","match":{{}},"skip":{},"times":1}}"#, call - 1);
    account.control("POST", "faults", &rule);
    let mut run = account.command(".", &["apply", "-auto-approve"]);
    run.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let mut run = run.spawn().expect("starts");
    let mut ended = false;
    wait_for("the call is held, or the run over", Duration::from_secs(120), || {
        ended = run.try_wait().expect("status").is_some();
        ended || account.control("GET", "faults", "")["holding"].as_array().is_some_and(|h| !h.is_empty())
    });
    run.kill().expect("killed");
    run.wait().expect("ended");
    account.control("DELETE", "faults", "");
}

fn converges(account: &Account, census: &BTreeMap<String, usize>) -> Result<(), String> {
    let again = account.kiban(".", &["apply", "-auto-approve"]);
    if again.code != 0 {
        return Err(format!("the next apply fails:\n{}", again.text));
    }
    let plan = account.kiban(".", &["plan", "-detailed-exitcode"]);
    if plan.code != 0 {
        return Err(format!("the plan after it is not empty:\n{}", plan.text));
    }
    let now = account.census();
    if now != *census {
        return Err(format!("the account holds {now:#?}, not {census:#?}"));
    }
    if !account.marked().is_empty() {
        return Err(format!("the mark of a creation is left on {:?}", account.marked()));
    }
    Ok(())
}

/// The run that repairs is killed too.
fn twice() {
    if !controllable("kill::twice_in_a_row") {
        return;
    }
    let (calls, census) = reference();
    for call in (5..calls as usize).step_by(11) {
        let account = Account::new();
        account.write("main.tf", STACK);
        kill(&account, "after", call);
        kill(&account, "after", call + 3);
        converges(&account, &census).unwrap_or_else(|why| panic!("killed at {call} and {}: {why}", call + 3));
    }
}
