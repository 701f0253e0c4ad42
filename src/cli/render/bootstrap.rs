//! What is delivered into a cluster: the plan, and how it is.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::{Colour, Palette, printable};
use crate::cli::operations::{Bootstrap, Observed};
use crate::handoff::{Change, Difference, Health, Id, Preview, Verb};

/// Differences of one object that are shown; definitions have hundreds.
const MOST: usize = 24;

/// Longest value that is shown as it is.
const WIDE: usize = 100;

/// The parts of a plan that have something to tell; empty where nothing has.
pub fn plan(bootstraps: &[Bootstrap], palette: Palette) -> String {
    bootstraps.iter().map(|b| one(b, palette)).collect()
}

fn one(bootstrap: &Bootstrap, palette: Palette) -> String {
    let preview = &bootstrap.preview;
    if bootstrap.is_settled() {
        return String::new();
    }
    let cluster = bootstrap.cluster.as_deref().map_or_else(String::new, |name| format!(" on cluster \"{name}\""));
    let mut out = format!("{}{cluster}:\n", palette.bold(&bootstrap.address));
    if bootstrap.absent {
        out.push_str("  The cluster is not there yet: everything is new.\n");
    }
    if bootstrap.goes_away {
        out.push_str("  The cluster goes away: what is in it is deleted before, while Argo CD still runs.\n");
    }
    if let Some(verb) = bootstrap.capability.filter(|verb| *verb != Verb::Keep) {
        let _ = writeln!(out, "  {} EKS capability: Argo CD, run by AWS", sign(verb, palette));
    }
    for change in preview.changes.iter().filter(|c| c.verb != Verb::Keep) {
        let _ = writeln!(out, "  {} {}", sign(change.verb, palette), change.id);
        if let Some(why) = &change.leaving {
            let _ = writeln!(out, "      the old one is {}", printable(why));
        }
        for difference in change.differences.iter().take(MOST) {
            let _ = writeln!(out, "      {}", line(difference, palette));
        }
        if change.differences.len() > MOST {
            let _ = writeln!(out, "      … and {} more fields", change.differences.len() - MOST);
        }
        for conflict in &change.taken_back {
            let owner = printable(&conflict.owner).into_owned();
            let _ = writeln!(
                out,
                "      {} {} is taken back from {owner}",
                palette.paint(Colour::Change, "!"),
                conflict.field
            );
        }
    }
    for change in preview.unready() {
        if let Health::Pending(why) | Health::Failed(why) = &change.health {
            let _ =
                writeln!(out, "  {} {} is waited for: {}", palette.paint(Colour::Dim, "."), change.id, printable(why));
        }
    }
    if preview.is_guessed() {
        out.push_str("  This identity may not write to the cluster, so that the comparison is kiban's own.\n");
    }
    let _ = writeln!(out, "{}\n", summary(preview, palette));
    out
}

fn sign(verb: Verb, palette: Palette) -> String {
    match verb {
        Verb::Create => palette.paint(Colour::Add, "+"),
        Verb::Delete => palette.paint(Colour::Remove, "-"),
        Verb::Update | Verb::Keep => palette.paint(Colour::Change, "~"),
    }
}

fn summary(preview: &Preview, palette: Palette) -> String {
    let count = |verb| preview.count(verb);
    let numbers = format!(
        "{} to create, {} to change, {} to delete in the cluster.",
        count(Verb::Create),
        count(Verb::Update),
        count(Verb::Delete)
    );
    format!("{} {numbers}", palette.bold("Bootstrap:"))
}

fn line(difference: &Difference, palette: Palette) -> String {
    let path = &difference.path;
    match (&difference.before, &difference.after) {
        (None, Some(after)) => format!("{} {path} = {}", palette.paint(Colour::Add, "+"), short(after)),
        (Some(before), None) => format!("{} {path} = {}", palette.paint(Colour::Remove, "-"), short(before)),
        (Some(before), Some(after)) => {
            format!("{} {path} = {} -> {}", palette.paint(Colour::Change, "~"), short(before), short(after))
        }
        (None, None) => path.clone(),
    }
}

fn short(value: &Json) -> String {
    let text = printable(&value.to_string()).into_owned();
    match text.char_indices().nth(WIDE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Why nothing is done.
pub fn nothing(palette: Palette) -> String {
    let title = palette.paint(Colour::Add, "No changes.");
    format!("{title} The cluster has what it shall have, and all of it works.\n")
}

/// The same for programs.
pub fn plan_json(bootstraps: &[Bootstrap]) -> Json {
    let difference = |d: &Difference| json!({ "path": d.path, "before": d.before, "after": d.after });
    let change = |c: &Change| {
        let mut out = id(&c.id);
        out["action"] = action(c.verb).into();
        out["wave"] = c.wave.name().into();
        out["differences"] = c.differences.iter().map(difference).collect();
        out["taken_back"] =
            c.taken_back.iter().map(|t| json!({ "field": t.field, "owner": t.owner })).collect::<Json>();
        out
    };
    let one = |b: &Bootstrap| {
        json!({
            "address": b.address,
            "cluster": b.cluster,
            "cluster_absent": b.absent,
            "cluster_goes_away": b.goes_away,
            "capability": b.capability.map(action),
            "guessed": b.preview.is_guessed(),
            "changes": b.preview.changes.iter().map(change).collect::<Vec<_>>(),
        })
    };
    json!({ "format_version": "1.0", "bootstraps": bootstraps.iter().map(one).collect::<Vec<_>>() })
}

fn action(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "create",
        Verb::Update => "update",
        Verb::Delete => "delete",
        Verb::Keep => "no-op",
    }
}

fn id(id: &Id) -> Json {
    json!({ "api_version": id.api_version, "kind": id.kind, "namespace": id.namespace, "name": id.name })
}

/// How objects are, those that are not well with the reason.
pub fn status(observed: &[(String, Vec<Observed>)], palette: Palette) -> String {
    let mut out = String::new();
    for (address, objects) in observed {
        let _ = writeln!(out, "{}:", palette.bold(address));
        for object in objects {
            let (colour, word, why) = told(object);
            let why = if why.is_empty() { String::new() } else { format!(": {}", printable(why)) };
            let _ = writeln!(out, "  {:<8} {}{why}", palette.paint(colour, word), object.id);
        }
    }
    out
}

fn told(object: &Observed) -> (Colour, &'static str, &str) {
    match &object.health {
        Some(Health::Ready) => (Colour::Add, "ready", ""),
        Some(Health::Pending(why)) => (Colour::Change, "waiting", why),
        Some(Health::Failed(why)) => (Colour::Remove, "failed", why),
        None => (Colour::Remove, "missing", ""),
    }
}

/// The same for programs.
pub fn status_json(observed: &[(String, Vec<Observed>)]) -> Json {
    let object = |o: &Observed| {
        let (_, word, why) = told(o);
        let mut out = id(&o.id);
        out["status"] = word.into();
        if !why.is_empty() {
            out["reason"] = why.into();
        }
        out
    };
    let one = |(address, objects): &(String, Vec<Observed>)| json!({ "address": address, "objects": objects.iter().map(object).collect::<Vec<_>>() });
    json!({ "format_version": "1.0", "bootstraps": observed.iter().map(one).collect::<Vec<_>>() })
}
