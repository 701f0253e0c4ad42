//! One state, two programs: what the one makes or changes, the other finds nothing to do about, and destroys.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::plans::{Program, differences};
use super::report::Report;
use super::{Service, Stage};
use crate::programs::{skip, terraform_environment};
use crate::support::Account;

/// Directions of the report.
pub const CREATES: &str = "plan of the creation";
pub const CHANGES: &str = "plan of the change";
pub const KIBAN_MADE: &str = "made by kiban, planned by Terraform";
pub const TERRAFORM_MADE: &str = "made by Terraform, planned by kiban";
pub const KIBAN_CHANGED: &str = "changed by kiban, planned by Terraform";
pub const TERRAFORM_CHANGED: &str = "changed by Terraform, planned by kiban";

pub fn both_ways(service: &Service) {
    let test = format!("types::swap::{}", service.name);
    let first = service.account(Stage::From);
    let environment = match terraform_environment(first.dir.path(), true) {
        Ok(environment) => environment,
        Err(why) => return skip(&test, &why),
    };
    let mut report = Report::new(service);
    terraform_after_kiban(service, &first, &environment, &mut report);
    kiban_after_terraform(service, &environment, &mut report);
    report.conclude();
}

fn terraform_after_kiban(
    service: &Service,
    account: &Account,
    environment: &BTreeMap<String, String>,
    report: &mut Report<'_>,
) {
    let kiban = Program { account, terraform: None };
    let terraform = Program { account, terraform: Some(environment) };
    let before = account.census();
    terraform.run(&["init", "-input=false", "-no-color"]);
    let (ours, theirs) = (kiban.plan(), terraform.plan());
    compare(service, CREATES, &ours, &theirs, report);
    kiban.apply();
    report.nothing(KIBAN_MADE, terraform.changes());

    account.write("main.tf", &service.configuration(Stage::To));
    let (ours, theirs) = (kiban.plan(), terraform.plan());
    compare(service, CHANGES, &ours, &theirs, report);
    kiban.apply();
    report.nothing(KIBAN_CHANGED, terraform.changes());
    terraform.destroy();
    report.note_if(account.census() != before, "Terraform's destroy leaves objects that kiban has made");
}

fn kiban_after_terraform(service: &Service, environment: &BTreeMap<String, String>, report: &mut Report<'_>) {
    let account = &service.account(Stage::From);
    let kiban = Program { account, terraform: None };
    let terraform = Program { account, terraform: Some(environment) };
    let before = account.census();
    terraform.run(&["init", "-input=false", "-no-color"]);
    terraform.apply();
    report.nothing(TERRAFORM_MADE, kiban.changes());

    account.write("main.tf", &service.configuration(Stage::To));
    terraform.apply();
    report.nothing(TERRAFORM_CHANGED, kiban.changes());
    kiban.destroy();
    report.note_if(account.census() != before, "kiban's destroy leaves objects that Terraform has made");
}

fn compare(service: &Service, direction: &'static str, ours: &Json, theirs: &Json, report: &mut Report<'_>) {
    let of = |address: &str| service.object(address).is_some();
    for (address, path, ours, theirs) in differences(ours, theirs, of) {
        report.differs(direction, &address, &path, &format!("kiban {ours}, Terraform {theirs}"));
    }
}
