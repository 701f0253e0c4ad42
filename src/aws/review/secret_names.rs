//! Names of secrets that are pending deletion: AWS keeps them taken until the recovery window has passed.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html>

use std::collections::BTreeMap;

use super::plan::{Plan, at};
use super::{Findings, Rule};
use crate::aws::Client;
use crate::aws::secretsmanager::pending_deletion;
use crate::diag::{Diagnostic, Diagnostics};
use crate::provider::{Fate, PlannedObject};

pub(super) const RULE: Rule =
    Rule { of: &["aws_secretsmanager_secret"], beside: &[], actions: &["secretsmanager:ListSecrets"] };

pub async fn check(client: &Client, plan: &Plan<'_>) -> Findings {
    let mut found = Diagnostics::new();
    let mut wanted: BTreeMap<String, &PlannedObject> = BTreeMap::new();
    for secret in plan.written("aws_secretsmanager_secret") {
        let Some(name) = secret.planned.string("name") else { continue };
        let same = secret.prior.as_ref().filter(|p| p.string("name").as_deref() == Some(&name));
        match (secret.fate, same) {
            (Fate::Replaced { .. }, Some(prior)) => {
                found.extend(stays_taken(secret, &name, prior.i64("recovery_window_in_days")))
            }
            (Fate::Created | Fate::Replaced { .. }, _) => drop(wanted.insert(name, secret)),
            _ => {}
        }
    }
    let names: Vec<String> = wanted.keys().cloned().collect();
    for (name, day) in pending_deletion(client, &names).await? {
        let Some(secret) = wanted.get(&name) else { continue };
        let detail = format!(
            "A secret \"{name}\" was deleted on {day} and can still be recovered, so AWS does not give its name away."
        );
        let hint = format!(
            "To have it back: aws secretsmanager restore-secret --secret-id '{name}', then kiban import '{}' with its ARN. \
             To be rid of it: aws secretsmanager delete-secret --force-delete-without-recovery --secret-id '{name}'.",
            secret.address
        );
        found.push(at(secret, "name", Diagnostic::error("Name of a secret pending deletion", detail).hint(hint)));
    }
    Ok(found)
}

/// A replacement deletes the old secret, whose name stays taken.
fn stays_taken(secret: &PlannedObject, name: &str, window: Option<i64>) -> Option<Diagnostic> {
    let window = window.unwrap_or(30);
    if window == 0 || secret.fate == (Fate::Replaced { create_first: true }) {
        return None;
    }
    let detail = format!(
        "{} is replaced under the same name. The old secret can be recovered for {window} days, and so long AWS does not give \
         the name \"{name}\" away.",
        secret.address
    );
    let hint = "Apply recovery_window_in_days = 0 before, or choose another name.";
    Some(at(secret, "name", Diagnostic::error("Name of a secret pending deletion", detail).hint(hint)))
}
