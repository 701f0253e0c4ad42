//! A plan as text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::diff::{self, Compare, Diff, Paint, Shape};
use super::{Colour, Palette, Schemas};
use crate::addr::{InstanceKey, Mode as ResourceMode, Path, Step};
use crate::plan::{Action, Change, Drift, Mode, Plan, Reason, Summary};
use crate::value::Value;

/// Renders a plan: what changed outside, what will be done, what outputs become, and the summary.
pub fn render(plan: &Plan, schemas: Schemas<'_>, palette: Palette) -> String {
    let mut out = String::new();
    let shown: Vec<&Change> = plan.changes.iter().filter(|c| is_shown(c)).collect();
    let outputs = super::outputs::changes(&plan.outputs, palette);
    let drift = if plan.mode == Mode::Destroy { String::new() } else { drift(plan, schemas, palette) };
    if plan.mode == Mode::RefreshOnly {
        return refresh_only(&drift, &outputs, palette);
    }
    out.push_str(&drift);
    if shown.is_empty() && outputs.is_empty() {
        out.push_str(&nothing(plan, palette));
        return out;
    }
    if !drift.is_empty() {
        let _ = writeln!(
            out,
            "{}\n\n{}\n",
            palette.prose(
                "Unless you have made equivalent changes to your configuration, or ignored the relevant attributes using ignore_changes, the following plan may include actions to undo or respond to these changes."
            ),
            palette.rule()
        );
    }
    if shown.is_empty() {
        let _ = writeln!(out, "{outputs}\nOnly values of outputs change: the infrastructure stays as it is.");
        return out;
    }
    out.push_str(&legend(&shown, palette));
    let _ = writeln!(out, "{}\n", palette.bold("kiban will perform the following actions:"));
    for change in &shown {
        out.push_str(&one(change, schemas, palette));
        out.push('\n');
    }
    let _ = writeln!(out, "{}", summary_line(plan.summary(), palette));
    let forgotten = shown.iter().filter(|c| c.action == Action::Forget).count();
    if forgotten > 0 {
        let what = if forgotten == 1 { "1 object is".to_owned() } else { format!("{forgotten} objects are") };
        let _ = writeln!(out, "{what} forgotten: no longer managed by kiban, and not touched.");
    }
    if !outputs.is_empty() {
        let _ = write!(out, "\n{outputs}");
    }
    if !plan.complete {
        let note = "Note: -target limits this plan to a part of the configuration. Run a plan without it afterwards to see whether anything else is to be done.";
        let _ = writeln!(out, "\n{}", palette.prose(note));
    }
    out
}

/// The line that scripts look for.
pub fn summary_line(sum: Summary, palette: Palette) -> String {
    let import = if sum.import > 0 { format!("{} to import, ", sum.import) } else { String::new() };
    let numbers = format!("{import}{} to add, {} to change, {} to destroy.", sum.add, sum.change, sum.destroy);
    format!("{} {numbers}", palette.bold("Plan:"))
}

fn is_shown(change: &Change) -> bool {
    change.action != Action::NoOp || change.moved_from.is_some() || change.importing.is_some()
}

fn nothing(plan: &Plan, palette: Palette) -> String {
    let (title, why) = match plan.mode {
        Mode::Destroy => {
            ("No objects need to be destroyed.", "The state holds no objects that this configuration manages.")
        }
        _ => (
            "Your infrastructure matches the configuration.",
            "kiban has compared your real infrastructure against your configuration and found no differences, so no changes are needed.",
        ),
    };
    format!("{} {title}\n\n{}\n", palette.paint(Colour::Add, "No changes."), palette.prose(why))
}

fn refresh_only(drift: &str, outputs: &str, palette: Palette) -> String {
    if drift.is_empty() && outputs.is_empty() {
        let why = "kiban has checked that the real objects still match the result of your most recent changes, and found no differences.";
        return format!(
            "{} Your infrastructure still matches the configuration.\n\n{}\n",
            palette.paint(Colour::Add, "No changes."),
            palette.prose(why)
        );
    }
    let mut out = drift.to_owned();
    if !drift.is_empty() {
        let note = "This is a refresh-only plan: nothing will be done to undo these changes. If you expected them, apply this plan to record the new values in the state without changing any object.";
        let _ = writeln!(out, "{}", palette.prose(note));
    }
    if !outputs.is_empty() {
        let gap = if out.is_empty() { "" } else { "\n" };
        let _ = write!(out, "{gap}{outputs}");
    }
    out
}

fn symbol(action: Action, palette: Palette) -> String {
    let paint = |colour, text| palette.paint(colour, text);
    match action {
        Action::NoOp => "    ".into(),
        Action::Create => format!("  {} ", paint(Colour::Add, "+")),
        Action::Read => format!(" {} ", paint(Colour::Read, "<=")),
        Action::Update => format!("  {} ", paint(Colour::Change, "~")),
        Action::Delete => format!("  {} ", paint(Colour::Remove, "-")),
        Action::DeleteThenCreate => format!("{}/{} ", paint(Colour::Remove, "-"), paint(Colour::Add, "+")),
        Action::CreateThenDelete => format!("{}/{} ", paint(Colour::Add, "+"), paint(Colour::Remove, "-")),
        Action::Forget => format!("  {} ", paint(Colour::Dim, ".")),
    }
}

fn legend(changes: &[&Change], palette: Palette) -> String {
    let words = [
        (Action::Create, "create"),
        (Action::Update, "update in-place"),
        (Action::Delete, "destroy"),
        (Action::DeleteThenCreate, "destroy and then create replacement"),
        (Action::CreateThenDelete, "create replacement and then destroy"),
        (Action::Read, "read (data resources)"),
        (Action::Forget, "forget (leave it as it is, and manage it no longer)"),
    ];
    let present: BTreeSet<Action> = changes.iter().map(|c| c.action).collect();
    let lines: String = words
        .iter()
        .filter(|(action, _)| present.contains(action))
        .map(|(action, word)| format!("{}{word}\n", symbol(*action, palette)))
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("kiban made the following execution plan. Symbols say what happens to each object:\n{lines}\n")
}

/// One change: what happens and why, then the object attribute by attribute.
fn one(change: &Change, schemas: Schemas<'_>, palette: Palette) -> String {
    let mut out = String::new();
    for (i, line) in header(change).iter().enumerate() {
        let text = if i == 0 { palette.bold(line) } else { line.clone() };
        let _ = writeln!(out, "  # {text}");
    }
    let schema = schemas(&change.provider, &change.key.addr);
    let cx = Compare::replacing(&change.replace_paths);
    let diff = diff::block(cx, schema.as_ref().map(|s| &s.block), change.before.as_ref(), change.after.as_ref());
    let diff = match change.action {
        // The object stays: what is known of it, without a sign that anything goes.
        Action::Forget => {
            diff::block(cx, schema.as_ref().map(|s| &s.block), change.before.as_ref(), change.before.as_ref())
        }
        _ => diff,
    };
    out.push_str(&object(
        change.key.addr.resource.resource.mode,
        change,
        &diff,
        symbol(change.action, palette),
        palette,
    ));
    out
}

fn object(mode: ResourceMode, change: &Change, diff: &Diff, symbol: String, palette: Palette) -> String {
    let resource = &change.key.addr.resource.resource;
    braces(mode, &resource.kind, &resource.name, diff, &symbol, palette)
}

fn braces(mode: ResourceMode, kind: &str, name: &str, diff: &Diff, symbol: &str, palette: Palette) -> String {
    let word = match mode {
        ResourceMode::Managed => "resource",
        ResourceMode::Data => "data",
        ResourceMode::Ephemeral => "ephemeral",
    };
    let paint = Paint::changes(palette);
    let body = match &diff.shape {
        Shape::Block { attributes, blocks } => paint.block(attributes, blocks, 0),
        Shape::Unknown { .. } => "      # (known after apply)\n".into(),
        _ => "      # (sensitive value)\n".into(),
    };
    format!("{symbol}{word} \"{kind}\" \"{name}\" {{\n{body}    }}\n")
}

fn header(change: &Change) -> Vec<String> {
    let addr = &change.key.addr;
    let name = match &change.key.deposed {
        Some(key) => format!("{addr} (deposed object {key})"),
        None => addr.to_string(),
    };
    let mut lines = vec![match (change.action, change.reason) {
        (Action::NoOp, _) => match (&change.moved_from, &change.importing) {
            (Some(from), _) => format!("{from} has moved to {name}"),
            (None, Some(_)) => format!("{name} will be imported"),
            (None, None) => format!("{name} stays as it is"),
        },
        (Action::Create, _) => format!("{name} will be created"),
        (Action::Read, _) => format!("{name} will be read during apply"),
        (Action::Update, _) => format!("{name} will be updated in-place"),
        (Action::Delete, _) => format!("{name} will be destroyed"),
        (Action::Forget, _) => format!("{name} will no longer be managed by kiban, but will not be destroyed"),
        (_, Some(Reason::Tainted)) => format!("{name} is tainted, so must be replaced"),
        (_, Some(Reason::Requested)) => format!("{name} will be replaced, as requested"),
        (_, Some(Reason::TriggeredBy)) => format!("{name} will be replaced due to changes in replace_triggered_by"),
        _ => format!("{name} must be replaced"),
    }];
    if change.action == Action::Forget {
        lines.push("(destroy = false is set in the configuration)".into());
    }
    if change.key.deposed.is_some() {
        lines.push("(left over from a partially-failed replacement of this instance)".into());
    } else if let Some(why) = why(change).filter(|_| change.action != Action::Forget) {
        lines.push(format!("({why})"));
    }
    if let (Some(from), true) = (&change.moved_from, change.action != Action::NoOp) {
        lines.push(format!("(moved from {from})"));
    }
    if change.generated.is_some() {
        lines.push("(config will be generated)".into());
    }
    if let Some(id) = change.importing.as_ref().filter(|_| change.action != Action::NoOp) {
        lines.push(format!("(imported from \"{}\")", super::printable(id)));
        if change.action.is_replace() {
            lines.push("Warning: this will destroy the imported resource".into());
        }
    }
    lines
}

fn why(change: &Change) -> Option<String> {
    let addr = &change.key.addr;
    Some(match change.reason? {
        Reason::NoResourceConfig => format!("because {} is not in configuration", addr.resource.resource),
        Reason::NoMoveTarget => {
            let from = change.moved_from.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("because {from} was moved to {addr}, which is not in configuration")
        }
        Reason::NoModule => format!("because {} is not in configuration", addr.resource.module),
        Reason::CountIndex => format!("because index {} is out of range for count", addr.key),
        Reason::EachKey => format!("because key {} is not in for_each map", addr.key),
        Reason::WrongRepetition => match addr.key {
            InstanceKey::None => "because resource uses count or for_each".into(),
            InstanceKey::Int(_) => "because resource does not use count".into(),
            InstanceKey::Str(_) => "because resource does not use for_each".into(),
        },
        Reason::ConfigUnknown => "config refers to values not yet known".into(),
        Reason::CheckNested => "config will be reloaded to verify a check block".into(),
        Reason::DependencyPending => "depends on a resource or a module with changes pending".into(),
        Reason::CannotUpdate | Reason::Tainted | Reason::Requested | Reason::TriggeredBy => return None,
    })
}

fn drift(plan: &Plan, schemas: Schemas<'_>, palette: Palette) -> String {
    let blocks: String = plan
        .drift
        .iter()
        .filter(|d| matters(d, plan))
        .filter_map(|d| drifted(d, schemas, palette))
        .map(|text| format!("{text}\n"))
        .collect();
    if blocks.is_empty() {
        return String::new();
    }
    let intro = "kiban detected the following changes made outside of it since its last apply, which may have affected this plan:";
    format!(
        "{}\n\n{}\n\n{blocks}",
        palette.paint(Colour::Read, "Note: Objects have changed outside of kiban"),
        palette.prose(intro)
    )
}

/// Whether a difference may be a reason for what is planned. A refresh alone shows all of them.
fn matters(drift: &Drift, plan: &Plan) -> bool {
    if plan.mode == Mode::RefreshOnly {
        return true;
    }
    let Some(live) = &drift.after else {
        let again = |c: &Change| c.key == drift.key && c.action == Action::Create;
        return plan.changes.iter().any(again) || plan.relevant.iter().any(|r| r.object.covers(&drift.key.addr));
    };
    let differs = |path: &Path| at(&drift.before, path) != at(live, path);
    plan.relevant.iter().any(|r| r.object.covers(&drift.key.addr) && differs(&r.path))
}

/// What stands at a path, as far as it leads somewhere.
fn at<'v>(value: &'v Value, path: &Path) -> &'v Value {
    path.0.iter().fold(value, |value, step| {
        let next = match step {
            Step::Attr(name) | Step::Key(name) => value.get(name),
            Step::Index(n) => value.as_slice().and_then(|items| items.get(usize::try_from(*n).ok()?)),
        };
        next.unwrap_or(value)
    })
}

/// One object whose live form is not the one in state; `None` where nothing that shows differs.
pub fn drifted(drift: &Drift, schemas: Schemas<'_>, palette: Palette) -> Option<String> {
    let schema = schemas(&drift.provider, &drift.key.addr);
    let diff =
        diff::block(Compare::default(), schema.as_ref().map(|s| &s.block), Some(&drift.before), drift.after.as_ref());
    if diff.is_same() {
        return None;
    }
    let addr = &drift.key.addr;
    let (word, action) = match drift.after {
        Some(_) => ("has changed", Action::Update),
        None => ("has been deleted", Action::Delete),
    };
    let deposed = drift.key.deposed.as_ref().map(|k| format!(" (deposed object {k})")).unwrap_or_default();
    let resource = &addr.resource.resource;
    let title = palette.bold(&format!("{addr}{deposed} {word}"));
    let body = braces(resource.mode, &resource.kind, &resource.name, &diff, &symbol(action, palette), palette);
    Some(format!("  # {title}\n{body}"))
}

#[cfg(test)]
mod tests;
