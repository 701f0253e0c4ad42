//! A scenario as it stands in its folder.
//!
//! Lines of a step that begin with `#!`, in the order in which they take effect before the step is run:
//!
//! ```text
//! #! same                          the root module is the one of the step before
//! #! with ARGUMENT…                further arguments of plan and apply
//! #! plan only                     nothing is applied
//! #! set FILE POINTER JSON         a value in a JSON file becomes another: drift, or a state made by hand
//! #! remove FILE                   a file goes: an object that was deleted outside
//! #! taint ADDRESS                 the object in the state becomes tainted
//! ```

use std::path::{Path, PathBuf};

pub struct Scenario {
    /// Files that lie in the working folder from the start: modules, objects, a state.
    pub files: PathBuf,
    pub steps: Vec<Step>,
    /// Whether Terraform can run it.
    pub terraform: bool,
}

pub struct Step {
    pub number: usize,
    pub text: String,
    pub arguments: Vec<String>,
    pub plan_only: bool,
    pub edits: Vec<Edit>,
    /// Modules have to be installed for Terraform.
    pub modules: bool,
}

pub enum Edit {
    Set { file: String, pointer: String, value: serde_json::Value },
    Remove(String),
    Taint(String),
}

impl Scenario {
    pub fn read(path: &Path) -> Self {
        let mut steps: Vec<Step> = Vec::new();
        for number in 1.. {
            let Ok(text) = std::fs::read_to_string(path.join(format!("{number}.tf"))) else { break };
            let step = Step::parse(number, &text, steps.last());
            steps.push(step);
        }
        assert!(!steps.is_empty(), "{} has no steps", path.display());
        let files = path.join("files");
        let terraform = !steps.iter().any(|s| s.text.contains("tfcoremock")) && !uses(&files, "tfcoremock");
        Self { files, steps, terraform }
    }
}

fn uses(folder: &Path, word: &str) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.map(|e| e.expect("entry").path()).any(|path| match path.is_dir() {
        true => uses(&path, word),
        false => std::fs::read_to_string(&path).is_ok_and(|text| text.contains(word)),
    })
}

impl Step {
    fn parse(number: usize, text: &str, before: Option<&Step>) -> Self {
        let mut step = Self {
            number,
            text: text.to_owned(),
            arguments: Vec::new(),
            plan_only: false,
            edits: Vec::new(),
            modules: false,
        };
        for line in text.lines().filter_map(|l| l.strip_prefix("#! ")) {
            let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
            match word {
                "same" => step.text = before.expect("a step before").text.clone(),
                "with" => step.arguments.extend(rest.split_whitespace().map(str::to_owned)),
                "plan" => step.plan_only = true,
                "remove" => step.edits.push(Edit::Remove(rest.to_owned())),
                "taint" => step.edits.push(Edit::Taint(rest.to_owned())),
                "set" => {
                    let parts: Vec<&str> = rest.splitn(3, ' ').collect();
                    let [file, pointer, value] = parts[..] else { panic!("set: {rest}") };
                    let value = serde_json::from_str(value).unwrap_or_else(|e| panic!("{value}: {e}"));
                    step.edits.push(Edit::Set { file: file.into(), pointer: pointer.into(), value });
                }
                other => panic!("there is no #! {other}"),
            }
        }
        step.modules = step.text.lines().any(|l| l.starts_with("module \""));
        step
    }
}
