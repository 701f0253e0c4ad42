//! Saved plans.
//!
//! A saved plan names what it would do and pins what it was made from: the configuration, the variables, the state. It
//! holds no secret: values that are sensitive are left out and must be given again when the plan is applied. Applying
//! plans again and goes on only if the same comes out.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::config::Argument;
use crate::diag::{Diagnostic, Diagnostics};
use crate::handoff::{Verb, hidden};
use crate::plan::{Mode, Options};
use crate::value::json::to_json;
use crate::value::{Kind, Value};

use super::{Args, Planned};

const FORMAT: &str = "kiban plan 1";

/// The file, as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PlanFile {
    pub format: String,
    pub serial: u64,
    pub lineage: String,
    /// SHA-256 over the texts of the configuration.
    pub configuration: String,
    /// SHA-256 over what would be done.
    pub changes: String,
    pub destroy: bool,
    pub refresh_only: bool,
    pub targets: Vec<String>,
    #[serde(default)]
    pub excludes: Vec<String>,
    pub replace: Vec<String>,
    /// Arguments without those of sensitive variables.
    pub variables: Vec<(String, String)>,
    /// Sensitive variables that were given and must be given again.
    pub sensitive: Vec<String>,
    /// Ephemeral variables that have a value, wherever from, and must be given again.
    #[serde(default)]
    pub ephemeral: Vec<String>,
    /// The plan as it was shown, without colour.
    pub text: String,
    /// Terraform's plan JSON.
    pub plan: Json,
}

/// Writes a plan; nobody but the user may read it.
pub fn write_plan_file(
    path: &Path,
    planned: &Planned,
    args: &Args,
    plan: Json,
    text: String,
) -> Result<(), Diagnostics> {
    let variables = &planned.prepared.config.root.variables;
    let secret = |name: &str| variables.get(name).is_some_and(|v| v.sensitive || v.ephemeral);
    let given = |name: &crate::addr::Name| planned.prepared.given.contains_key(name);
    let ephemeral = variables.values().filter(|v| v.ephemeral && given(&v.name.name));
    let mut file = PlanFile {
        format: FORMAT.into(),
        serial: planned.plan.prior.serial,
        lineage: planned.plan.prior.lineage.clone(),
        configuration: configuration(planned),
        changes: changes(planned),
        destroy: args.options.mode == Mode::Destroy,
        refresh_only: args.options.mode == Mode::RefreshOnly,
        targets: args.options.targets.iter().map(ToString::to_string).collect(),
        excludes: args.options.excludes.iter().map(ToString::to_string).collect(),
        replace: args.options.replace.iter().map(ToString::to_string).collect(),
        variables: Vec::new(),
        sensitive: Vec::new(),
        ephemeral: ephemeral.map(|v| v.name.name.to_string()).collect(),
        text,
        plan,
    };
    for argument in &args.variables {
        match argument {
            Argument::Var(text) => {
                let name = text.split('=').next().unwrap_or_default().trim();
                if secret(name) {
                    file.sensitive.push(name.to_owned());
                } else {
                    file.variables.push(("var".into(), text.clone()));
                }
            }
            Argument::Answer(name, _) if secret(name) => file.sensitive.push(name.to_string()),
            Argument::Answer(name, text) => file.variables.push(("var".into(), format!("{name}={text}"))),
            Argument::File(path) => file.variables.push(("file".into(), path.clone())),
        }
    }
    let failed = |e: std::io::Error| {
        Diagnostics::from(Diagnostic::error(
            "Failed to write plan file",
            format!("{}: {}.", path.display(), crate::diag::reason(&e)),
        ))
    };
    let text = serde_json::to_vec_pretty(&file)
        .map_err(|e| Diagnostics::from(Diagnostic::error("Failed to write plan file", e.to_string())))?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A temporary file is made for its owner alone, and takes the place of an old one at once.
    let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    temporary.write_all(&text).map_err(failed)?;
    temporary.persist(path).map_err(|e| failed(e.error))?;
    Ok(())
}

/// Reads a plan file.
pub fn read_plan_file(path: &Path) -> Result<PlanFile, Diagnostics> {
    let wrong = |detail: String| {
        Diagnostics::from(
            Diagnostic::error("Failed to load plan file", detail).hint("Make one with `kiban plan -out=FILE`."),
        )
    };
    let bytes = fs::read(path).map_err(|e| wrong(format!("{}: {}.", path.display(), crate::diag::reason(&e))))?;
    let file: PlanFile =
        serde_json::from_slice(&bytes).map_err(|_| wrong(format!("{} is no saved plan of kiban.", path.display())))?;
    if file.format == FORMAT {
        Ok(file)
    } else {
        Err(wrong(format!("{} was written by another version of kiban.", path.display())))
    }
}

impl PlanFile {
    /// The arguments that the plan was made with; `args` gives the sensitive and ephemeral ones again.
    pub fn args(&self, args: &Args) -> Result<Args, Diagnostics> {
        self.unchanged(&args.variables)?;
        let mut out = args.clone();
        let targets = super::parse_targets(&self.targets)?;
        let excludes = super::parse_targets(&self.excludes)?;
        let replace = self.replace.iter().filter_map(|r| crate::addr::AbsInstance::parse(r)).collect();
        let mode = match (self.destroy, self.refresh_only) {
            (true, _) => Mode::Destroy,
            (_, true) => Mode::RefreshOnly,
            _ => Mode::Normal,
        };
        out.options = Options { mode, targets, excludes, replace };
        let given = self.variables.iter().map(|(kind, text)| match kind.as_str() {
            "file" => Argument::File(text.clone()),
            _ => Argument::Var(text.clone()),
        });
        out.variables = given.chain(args.variables.iter().cloned()).collect();
        Ok(out)
    }
}

impl PlanFile {
    /// Only what the plan does not hold may be given again.
    fn unchanged(&self, arguments: &[Argument]) -> Result<(), Diagnostics> {
        let mut found = Diagnostics::new();
        let names = arguments.iter().filter_map(|a| match a {
            Argument::Var(text) => text.split('=').next().map(str::trim),
            Argument::File(_) | Argument::Answer(..) => None,
        });
        for name in names.filter(|n| !self.sensitive.iter().chain(&self.ephemeral).any(|s| s == n)) {
            found.push(
                Diagnostic::error(
                    "Can't change variable when applying a saved plan",
                    format!(
                        "The variable {name} cannot be set using the -var and -var-file options when applying a saved plan \
                         file, because a saved plan includes the variable values that were set when it was created."
                    ),
                )
                .hint("Sensitive and ephemeral variables are not saved: these are given again."),
            );
        }
        found.or(())
    }

    /// Ephemeral variables that had a value when the plan was made must have one now.
    fn complete(&self, planned: &Planned) -> Result<(), Diagnostics> {
        let given = &planned.prepared.given;
        let missing = self.ephemeral.iter().filter(|name| !given.contains_key(name.as_str()));
        let report = |name: &String| {
            Diagnostic::error(
                "No value for required variable",
                format!(
                    "The ephemeral input variable \"{name}\" was set during the plan phase, and so must also be set during the \
                     apply phase."
                ),
            )
            .hint(format!("Set it with -var '{name}=…', or in the environment variable TF_VAR_{name}."))
        };
        missing.map(report).collect::<Diagnostics>().or(())
    }
}

/// Whether what was planned now is what the file holds.
pub fn check_plan_file(file: &PlanFile, planned: &Planned) -> Result<(), Diagnostics> {
    file.complete(planned)?;
    let stale = |what: &str| {
        Err(Diagnostic::error("Saved plan is stale", format!("{what} since the plan was made. Nothing was done."))
            .hint("Make a new plan, look at it, and apply that one.")
            .into())
    };
    if file.configuration != configuration(planned) {
        return stale("The configuration has changed");
    }
    if file.lineage != planned.plan.prior.lineage || file.serial != planned.plan.prior.serial {
        return stale("The state has changed");
    }
    if file.changes != changes(planned) {
        return stale("What would be done has changed: other variables were given, or live objects have changed");
    }
    Ok(())
}

fn configuration(planned: &Planned) -> String {
    let sources = planned.sources();
    let texts: BTreeMap<&str, &str> =
        sources.iter().filter(|(_, s)| !s.name.starts_with('<')).map(|(_, s)| (s.name.as_str(), &*s.text)).collect();
    digest(&texts)
}

/// What would be done, without what is sensitive.
fn changes(planned: &Planned) -> String {
    let plan = &planned.plan;
    let object = |v: &Option<Value>| v.as_ref().map(masked);
    let quiet = |c: &crate::plan::Change| {
        c.action == crate::plan::Action::NoOp && c.moved_from.is_none() && c.importing.is_none()
    };
    let all: Vec<_> = plan
        .changes
        .iter()
        .filter(|c| !quiet(c))
        .map(|c| {
            let deposed = c.key.deposed.clone().unwrap_or_default();
            let from = c.moved_from.as_ref().map(ToString::to_string);
            (c.key.addr.to_string(), deposed, c.action.words(), from, c.importing.clone(), object(&c.after))
        })
        .collect();
    let delivered = planned.bootstraps.iter().flat_map(|b| &b.preview.changes).filter(|c| c.verb != Verb::Keep);
    let delivered: Vec<_> = delivered
        .map(|c| (c.id.to_string(), c.verb == Verb::Delete, c.wanted.as_ref().map(|wanted| hidden(&wanted.0))))
        .collect();
    match delivered.is_empty() {
        true => digest(&all),
        false => digest(&(all, delivered)),
    }
}

fn masked(value: &Value) -> Json {
    let hidden = value.clone().map_deep(&mut |v| {
        if v.marks.is_empty() { v } else { Value::null(v.ty()) }
    });
    let unknown = |v: Value| match v.kind {
        Kind::Unknown(..) => Value::from("(known after apply)"),
        _ => v,
    };
    to_json(&hidden.map_deep(&mut { unknown }))
}

fn digest(value: &impl Serialize) -> String {
    hex::encode(Sha256::digest(serde_json::to_vec(value).unwrap_or_default()))
}
