//! What kiban planned, did and stored, against what Terraform did in the same step.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::run::StepResult;
use super::scenario::Step;
use super::text::{difference, significant};

/// Parts of a plan document that must be equal.
const PLAN: [&str; 13] = [
    "applyable",
    "checks",
    "complete",
    "configuration",
    "errored",
    "format_version",
    "output_changes",
    "planned_values",
    "prior_state",
    "relevant_attributes",
    "resource_changes",
    "resource_drift",
    "variables",
];

/// Differences, each a line: `SCENARIO STEP PART PATH: what Terraform has, what kiban has`.
pub fn differences(name: &str, step: &Step, kiban: &StepResult, terraform: &StepResult) -> Vec<String> {
    let mut found = Vec::new();
    let mut text = String::new();
    let mut part = |part: &str, ours: &Json, theirs: &Json| {
        let mut lines = Vec::new();
        walk("", ours, theirs, &mut lines);
        found.extend(lines.into_iter().map(|line| format!("{name} {} {part} {line}", step.number)));
    };
    part("exit", &json!([kiban.planned, kiban.applied]), &json!([terraform.planned, terraform.applied]));
    if kiban.planned == 0 && terraform.planned == 0 {
        for key in PLAN {
            let (ours, theirs) = (&kiban.plan[key], without_secrets(key, &terraform.plan));
            part(key, &ordered(key, ours.clone()), &ordered(key, theirs));
        }
        let (ours, theirs) = (significant(&kiban.text), significant(&terraform.text));
        if ours != theirs {
            text = format!("{name} {} text :\n{}", step.number, difference(&theirs.join("\n"), &ours.join("\n")));
        }
    }
    if kiban.planned != 0 || terraform.planned != 0 {
        part("diagnostics", &diagnostics(&kiban.plan_events), &diagnostics(&terraform.plan_events));
    }
    let (ours, theirs) = (split(&kiban.events), split(&terraform.events));
    part("events", &ours.0, &theirs.0);
    part("apply", &ours.1, &theirs.1);
    for key in ["resources", "outputs", "check_results"] {
        part(key, &stored(key, &kiban.state), &stored(key, &terraform.state));
    }
    found.extend(Some(text).filter(|t| !t.is_empty()));
    found
}

fn walk(path: &str, ours: &Json, theirs: &Json, out: &mut Vec<String>) {
    match (ours, theirs) {
        (Json::Object(a), Json::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                let missing = Json::String("(missing)".into());
                walk(&format!("{path}/{key}"), a.get(key).unwrap_or(&missing), b.get(key).unwrap_or(&missing), out);
            }
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                walk(&format!("{path}/{i}"), a, b, out);
            }
        }
        _ if ours == theirs => {}
        // What helps further stands behind what Terraform says.
        (Json::String(a), Json::String(b)) if path.ends_with("/detail") && a.starts_with(&format!("{b}\n")) => {}
        _ => out.push(format!("{path}: Terraform {}, kiban {}", short(theirs), short(ours))),
    }
}

fn short(json: &Json) -> String {
    let text = json.to_string();
    if text.chars().count() > 1500 { text.chars().take(1500).chain("…".chars()).collect() } else { text }
}

/// A part of a Terraform plan as kiban shows it: with null in the place of secrets.
fn without_secrets(key: &str, plan: &Json) -> Json {
    let mut part = plan[key].clone();
    if part.is_null() {
        return part;
    }
    match key {
        "resource_changes" | "resource_drift" => {
            part.as_array_mut().into_iter().flatten().for_each(|c| hide_change(&mut c["change"]));
        }
        "output_changes" => part.as_object_mut().into_iter().flatten().for_each(|(_, c)| hide_change(c)),
        "planned_values" => hide_values(&mut part),
        "prior_state" => part.get_mut("values").into_iter().for_each(hide_values),
        "variables" => {
            let declared = &plan["configuration"]["root_module"]["variables"];
            for (name, variable) in part.as_object_mut().into_iter().flatten() {
                if declared[name]["sensitive"] == true {
                    variable["value"] = Json::Null;
                }
            }
        }
        _ => {}
    }
    part
}

fn hide_change(change: &mut Json) {
    for side in ["before", "after"] {
        let secret = change[format!("{side}_sensitive")].clone();
        change.get_mut(side).into_iter().for_each(|value| hide(value, &secret));
    }
}

fn hide_values(values: &mut Json) {
    for (_, output) in values.get_mut("outputs").and_then(Json::as_object_mut).into_iter().flatten() {
        if output["sensitive"] == true && output.get("value").is_some() {
            output["value"] = Json::Null;
        }
    }
    values.get_mut("root_module").into_iter().for_each(hide_module);
}

fn hide_module(module: &mut Json) {
    for resource in module.get_mut("resources").and_then(Json::as_array_mut).into_iter().flatten() {
        let secret = resource["sensitive_values"].clone();
        hide(&mut resource["values"], &secret);
    }
    for child in module.get_mut("child_modules").and_then(Json::as_array_mut).into_iter().flatten() {
        hide_module(child);
    }
}

fn hide(value: &mut Json, secret: &Json) {
    match (value, secret) {
        (value, Json::Bool(true)) => *value = Json::Null,
        (Json::Object(entries), Json::Object(secrets)) => {
            for (key, value) in entries {
                secrets.get(key).into_iter().for_each(|s| hide(value, s));
            }
        }
        (Json::Array(items), Json::Array(secrets)) => items.iter_mut().zip(secrets).for_each(|(v, s)| hide(v, s)),
        _ => {}
    }
}

/// Lists in which Terraform's order means nothing.
fn ordered(key: &str, mut part: Json) -> Json {
    match key {
        "relevant_attributes" | "checks" => sort(&mut part),
        "planned_values" => sort_modules(&mut part["root_module"]),
        "prior_state" if part.is_object() => sort_modules(&mut part["values"]["root_module"]),
        _ => {}
    }
    part
}

fn sort_modules(module: &mut Json) {
    if let Some(children) = module.get_mut("child_modules") {
        children.as_array_mut().into_iter().flatten().for_each(sort_modules);
        sort(children);
    }
}

fn sort(json: &mut Json) {
    if let Some(items) = json.as_array_mut() {
        items.sort_by_key(ToString::to_string);
    }
}

fn diagnostics(events: &[Json]) -> Json {
    let found = events.iter().filter(|e| e["type"] == "diagnostic").map(|e| {
        let d = &e["diagnostic"];
        let detail = d["detail"].as_str().unwrap_or_default().replace("    terraform plan", "    kiban plan");
        let detail = detail.replace("when Terraform specifically", "when kiban specifically");
        json!({ "severity": d["severity"], "summary": d["summary"], "detail": detail })
    });
    let mut found: Json = found.collect();
    sort(&mut found);
    found
}

/// The events of the plan in their order, and those of the apply in any.
fn split(events: &[Json]) -> (Json, Json) {
    let kind = |e: &Json| e["type"].as_str().unwrap_or_default().to_owned();
    let planned = ["planned_change", "resource_drift", "change_summary", "outputs"];
    let (plan, apply): (Vec<&Json>, Vec<&Json>) = events.iter().partition(|e| planned.contains(&&*kind(e)));
    let plan = plan.into_iter().map(|e| {
        let mut fields: Map<String, Json> = e.as_object().cloned().unwrap_or_default();
        fields.retain(|key, _| !key.starts_with('@'));
        Json::Object(fields)
    });
    let apply = apply.into_iter().filter(|e| kind(e).starts_with("apply_")).filter(|e| kind(e) != "apply_progress");
    let apply = apply.map(|e| json!({ "type": e["type"], "hook": e["hook"] }));
    let mut apply: Json = apply.chain(diagnostics(events).as_array().cloned().unwrap_or_default()).collect();
    sort(&mut apply);
    // Changes stand in the order in which they were planned: one of many.
    let mut plan: Vec<Json> = plan.collect();
    plan.sort_by_key(|e| {
        (e["type"] == "outputs", e["type"] == "change_summary", e["change"]["resource"]["addr"].to_string())
    });
    (plan.into(), apply)
}

fn stored(key: &str, state: &Json) -> Json {
    let mut part = state[key].clone();
    // A resource without instances is none.
    part.as_array_mut().into_iter().for_each(|all| all.retain(|r| r["instances"] != json!([])));
    if key == "check_results" {
        sort(&mut part);
    }
    if part.as_array().is_some_and(Vec::is_empty) { Json::Null } else { part }
}
