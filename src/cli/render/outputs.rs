//! Outputs: how a plan changes them, and their values.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::diff::{self, Mark, Paint};
use super::{Colour, Palette, value};
use crate::addr::Name;
use crate::plan::{Action, OutputChange};
use crate::value::Value;

/// The section "Changes to Outputs:"; empty where none changes.
pub fn changes(outputs: &BTreeMap<Name, OutputChange>, palette: Palette) -> String {
    // Where only the secrecy of a value changes, there is nothing to show.
    let same = |o: &OutputChange| matches!((&o.before, &o.after), (Some(a), Some(b)) if a.same_content(b) && b.is_wholly_known());
    let changed: Vec<_> = outputs.iter().filter(|(_, o)| o.action != Action::NoOp && !same(o)).collect();
    if changed.is_empty() {
        return String::new();
    }
    let width = changed.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut out = format!("{}\n", palette.bold("Changes to Outputs:"));
    for (name, change) in changed {
        let secret = change.is_secret();
        let side = |v: &Option<Value>| v.clone().map(|v| if secret { v.sensitive() } else { v });
        let (before, after) = (side(&change.before), side(&change.after));
        // What becomes null goes; null that is new is a value as any other.
        let after = after.filter(|v| !v.is_null() || before.is_none());
        let mut diff = diff::value(before.as_ref(), after.as_ref());
        if diff.is_same() {
            diff.mark = Mark::Change;
        }
        let sign = match diff.mark {
            Mark::Add => palette.paint(Colour::Add, "+"),
            Mark::Remove => palette.paint(Colour::Remove, "-"),
            Mark::Change | Mark::Same => palette.paint(Colour::Change, "~"),
        };
        let _ = writeln!(out, "  {sign} {name:width$} = {}", Paint::changes(palette).value(&diff, 0));
    }
    out
}

/// The values after an apply, and those that `output` prints.
pub fn values(outputs: &BTreeMap<Name, (Value, bool)>) -> String {
    let mut out = String::new();
    for (name, (v, sensitive)) in outputs {
        let text = if *sensitive { "<sensitive>".to_owned() } else { value::hcl(v) };
        let _ = writeln!(out, "{name} = {text}");
    }
    out
}
