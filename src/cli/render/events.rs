//! The stream of `-json`: one object a line, in the form of Terraform's machine-readable output.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::{Palette, diagnostics, plan};
use crate::addr::{AbsInstance, InstanceKey, Name};
use crate::apply::{Event, Provisioning};
use crate::diag::{Diagnostic, Severity, Sources};
use crate::plan::{Action, Change, Drift, OutputChange, Plan, Reason, StepKind, Summary};
use crate::value::Value;
use crate::value::json::{to_json, type_to_json};

/// What stands in every line beside the message.
pub type Now<'a> = &'a dyn Fn() -> String;

/// A line: level, message, type, and the fields of its type.
pub fn line(level: &str, message: &str, kind: &str, now: Now<'_>, fields: Json) -> String {
    let mut out = Map::new();
    out.insert("@level".into(), level.into());
    out.insert("@message".into(), message.into());
    out.insert("@module".into(), "kiban.ui".into());
    out.insert("@timestamp".into(), now().into());
    if let Json::Object(fields) = fields {
        out.extend(fields);
    }
    out.insert("type".into(), kind.into());
    Json::Object(out).to_string()
}

/// The first line of a stream.
pub fn version(kiban: &str, language: &str, now: Now<'_>) -> String {
    let fields = json!({ "terraform": language, "kiban": kiban, "ui": "1.2" });
    line("info", &format!("kiban {kiban}"), "version", now, fields)
}

pub fn diagnostic(d: &Diagnostic, sources: &Sources, now: Now<'_>) -> String {
    let (level, word) = match d.severity {
        Severity::Error => ("error", "Error"),
        Severity::Warning => ("warn", "Warning"),
    };
    let fields = json!({ "diagnostic": diagnostics::to_json(d, sources) });
    line(level, &format!("{word}: {}", d.summary), "diagnostic", now, fields)
}

/// Drift, changes, summary and outputs of a plan.
pub fn planned(plan: &Plan, now: Now<'_>) -> Vec<String> {
    let mut lines: Vec<String> = plan.drift.iter().map(|d| drifted(d, now)).collect();
    let shown = |c: &&Change| c.action != Action::NoOp || c.moved_from.is_some() || c.importing.is_some();
    lines.extend(plan.changes.iter().filter(shown).map(|c| change(c, now)));
    let summary = plan.summary();
    lines.push(self::summary("plan", summary, &plan::summary_line(summary, Palette::PLAIN), now));
    if !plan.outputs.is_empty() {
        lines.push(planned_outputs(&plan.outputs, now));
    }
    lines
}

fn drifted(drift: &Drift, now: Now<'_>) -> String {
    let action = if drift.after.is_some() { "update" } else { "delete" };
    let message = format!("{}: Drift detected ({action})", drift.key.addr);
    let change = json!({ "resource": resource(&drift.key.addr), "action": action });
    line("info", &message, "resource_drift", now, json!({ "change": change }))
}

fn change(change: &Change, now: Now<'_>) -> String {
    let action = match change.action {
        Action::NoOp if change.importing.is_some() => "import",
        Action::NoOp if change.moved_from.is_some() => "move",
        Action::NoOp => "noop",
        Action::Create => "create",
        Action::Read => "read",
        Action::Update => "update",
        Action::Delete => "delete",
        Action::DeleteThenCreate | Action::CreateThenDelete => "replace",
        Action::Forget => "remove",
    };
    let mut fields = json!({ "resource": resource(&change.key.addr), "action": action });
    if let Some(from) = &change.moved_from {
        fields["previous_resource"] = resource(from);
    }
    if let Some(id) = &change.importing {
        fields["importing"] = json!({ "id": id });
    }
    if let Some(reason) = change.reason {
        fields["reason"] = reason_word(reason).into();
    }
    let message = format!("{}: Plan to {action}", change.key.addr);
    line("info", &message, "planned_change", now, json!({ "change": fields }))
}

/// The stream drops the verb that the plan JSON has in front of reasons to replace.
fn reason_word(reason: Reason) -> &'static str {
    match reason {
        Reason::Tainted => "tainted",
        Reason::Requested => "requested",
        Reason::TriggeredBy => "replace_triggered_by",
        Reason::CannotUpdate => "cannot_update",
        other => other.word(),
    }
}

/// Numbers of a plan or of what an apply has done.
pub fn summary(operation: &str, sum: Summary, message: &str, now: Now<'_>) -> String {
    let changes = json!({
        "add": sum.add, "change": sum.change, "import": sum.import, "remove": sum.destroy, "operation": operation,
    });
    line("info", message, "change_summary", now, json!({ "changes": changes }))
}

fn planned_outputs(outputs: &BTreeMap<Name, OutputChange>, now: Now<'_>) -> String {
    let word = |a: Action| if a == Action::NoOp { "noop" } else { a.words().first().copied().unwrap_or("noop") };
    let map: Map<String, Json> = outputs
        .iter()
        .map(|(name, o)| (name.to_string(), json!({ "sensitive": o.is_secret(), "action": word(o.action) })))
        .collect();
    line("info", &format!("Outputs: {}", map.len()), "outputs", now, json!({ "outputs": map }))
}

/// Values of outputs after an apply; sensitive ones without their value.
pub fn outputs(outputs: &BTreeMap<Name, (Value, bool)>, now: Now<'_>) -> String {
    let map: Map<String, Json> = outputs
        .iter()
        .map(|(name, (value, sensitive))| {
            let mut entry = json!({ "sensitive": sensitive, "type": type_to_json(&value.ty()) });
            if !sensitive && !value.is_sensitive_deep() {
                entry["value"] = to_json(value);
            }
            (name.to_string(), entry)
        })
        .collect();
    line("info", &format!("Outputs: {}", map.len()), "outputs", now, json!({ "outputs": map }))
}

/// What an apply reports, as a line; `None` for what the stream has no word for.
pub fn event(event: &Event, message: &str, sources: &Sources, now: Now<'_>) -> Option<String> {
    let hook = |addr: &AbsInstance, kind: StepKind| json!({ "resource": resource(addr), "action": action(kind) });
    let identified = |mut hook: Json, id: &Option<String>| {
        if let Some(id) = id {
            hook["id_key"] = "id".into();
            hook["id_value"] = id.clone().into();
        }
        hook
    };
    let (kind, level, hook) = match event {
        Event::Started { addr, kind, id } => ("apply_start", "info", identified(hook(addr, *kind), id)),
        Event::Progress { addr, kind, elapsed, .. } => {
            let mut hook = hook(addr, *kind);
            hook["elapsed_seconds"] = elapsed.as_secs().into();
            ("apply_progress", "info", hook)
        }
        Event::Finished { addr, kind, elapsed, id } => {
            // A deleted object has no id any more.
            let gone = matches!(kind, StepKind::Delete | StepKind::DeleteDeposed);
            let mut hook = if gone { hook(addr, *kind) } else { identified(hook(addr, *kind), id) };
            hook["elapsed_seconds"] = elapsed.as_secs().into();
            ("apply_complete", "info", hook)
        }
        Event::Failed { addr, kind, elapsed } => {
            let mut hook = hook(addr, *kind);
            hook["elapsed_seconds"] = elapsed.as_secs().into();
            ("apply_errored", "info", hook)
        }
        Event::Provisioning { addr, what } => return Some(provisioning(addr, what, now)),
        Event::Delivery { object, what } => {
            let delivery = json!({ "delivery": { "object": object, "what": what } });
            return Some(line("info", message, "delivery", now, delivery));
        }
        Event::Stopping { .. } => return Some(line("info", message, "log", now, json!({}))),
        // Terraform's stream has no line for it: the planned change has told.
        Event::Imported { .. } => return None,
        Event::Diagnostic(d) => return Some(diagnostic(d, sources, now)),
    };
    Some(line(level, message, kind, now, json!({ "hook": hook })))
}

fn provisioning(addr: &AbsInstance, what: &Provisioning, now: Now<'_>) -> String {
    let mut hook = json!({ "resource": resource(addr), "provisioner": "local-exec" });
    let (kind, message) = match what {
        Provisioning::Started => ("provision_start", format!("{addr}: Provisioning with 'local-exec'...")),
        Provisioning::Output(line) => {
            hook["output"] = line.as_str().into();
            ("provision_progress", format!("{addr}: (local-exec): {line}"))
        }
        Provisioning::Complete => ("provision_complete", format!("{addr}: (local-exec) Provisioning complete")),
        Provisioning::Failed => ("provision_errored", format!("{addr}: (local-exec) Provisioning errored")),
    };
    line("info", &message, kind, now, json!({ "hook": hook }))
}

fn action(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Create | StepKind::CreateBeforeDestroy => "create",
        StepKind::Update => "update",
        StepKind::Delete | StepKind::DeleteDeposed => "delete",
        StepKind::Read => "read",
        StepKind::Forget => "remove",
    }
}

fn resource(addr: &AbsInstance) -> Json {
    let inner = &addr.resource.resource;
    let module = &addr.resource.module;
    json!({
        "addr": addr.to_string(),
        "module": module.to_string(),
        "resource": format!("{inner}{}", addr.key),
        "implied_provider": inner.kind.split('_').next().unwrap_or(""),
        "resource_type": &*inner.kind,
        "resource_name": &*inner.name,
        "resource_key": match &addr.key {
            InstanceKey::None => Json::Null,
            InstanceKey::Int(n) => (*n).into(),
            InstanceKey::Str(s) => Json::from(&**s),
        },
    })
}
