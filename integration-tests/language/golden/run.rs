//! Runs the steps of a scenario by kiban or by Terraform, in a folder of its own, and collects what comes of each.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value as Json;

use super::mask::Mask;
use super::scenario::{Edit, Scenario, Step};
use crate::folder::Folder;
use crate::programs::{copy, kiban, terraform_environment};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Program {
    Kiban,
    Terraform,
}

/// What one step has come to; everything that differs from run to run is masked.
#[derive(Default)]
pub struct StepResult {
    /// Exit code of `plan`.
    pub planned: i32,
    pub text: String,
    pub plan: Json,
    /// Lines of `plan -json`; of Terraform only where the plan failed.
    pub plan_events: Vec<Json>,
    /// Exit code of `apply`; `None` where nothing was applied.
    pub applied: Option<i32>,
    /// Lines of `apply -json`.
    pub events: Vec<Json>,
    pub state: Json,
    /// Names of the files below `terraform.resource`.
    pub objects: Vec<String>,
}

pub struct Runner {
    program: Program,
    folder: Folder,
    mask: Mask,
}

/// What Terraform needs in its environment; looked for once.
pub fn terraform() -> Result<&'static BTreeMap<String, String>, &'static str> {
    type Environment = Result<BTreeMap<String, String>, String>;
    static FOUND: OnceLock<(tempfile::TempDir, Environment)> = OnceLock::new();
    let (_, found) = FOUND.get_or_init(|| {
        let folder = tempfile::tempdir().expect("folder");
        let found = terraform_environment(folder.path(), false);
        (folder, found)
    });
    found.as_ref().map_err(String::as_str)
}

impl Runner {
    pub fn new(program: Program, scenario: &Scenario) -> Self {
        let folder = Folder::new();
        if scenario.files.is_dir() {
            copy(&scenario.files, folder.dir.path());
            // A state to start with is copied too.
            let state = scenario.files.join("terraform.tfstate");
            if state.is_file() {
                fs::copy(state, folder.path("terraform.tfstate")).expect("state");
            }
        }
        Self { program, folder, mask: Mask::default() }
    }

    pub fn step(&mut self, step: &Step) -> StepResult {
        self.folder.write("main.tf", &step.text);
        step.edits.iter().for_each(|edit| self.edit(edit));
        self.mask.learn(&self.state());
        if self.program == Program::Terraform && step.modules {
            self.run(&["init", "-no-color"], &[]);
        }
        let mut result = StepResult::default();
        let plain = ["plan", "-no-color", "-input=false", "-out=plan.out"];
        let (code, text) = self.run(&plain, &step.arguments);
        result.planned = code;
        result.text = self.mask.text(&text);
        if code == 0 {
            let (_, json) = self.run(&["show", "-json", "plan.out"], &[]);
            result.plan = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e}: {json}"));
        }
        if self.program == Program::Kiban || code != 0 {
            let (_, lines) = self.run(&["plan", "-json", "-input=false"], &step.arguments);
            result.plan_events = events(&lines);
        }
        if !step.plan_only && code == 0 {
            let (code, lines) =
                self.run(&["apply", "-json", "-input=false", "-auto-approve", "-parallelism=1"], &step.arguments);
            result.applied = Some(code);
            result.events = events(&lines);
        }
        result.state = self.state();
        self.mask.learn(&result.state);
        self.masked(result)
    }

    fn masked(&self, mut result: StepResult) -> StepResult {
        let mask = &self.mask;
        mask.json(&mut result.plan);
        result.plan_events.iter_mut().chain(&mut result.events).for_each(|e| mask.json(e));
        mask.json(&mut result.state);
        let objects = fs::read_dir(self.folder.path("terraform.resource")).into_iter().flatten();
        result.objects = objects.map(|e| mask.text(&e.expect("entry").file_name().to_string_lossy())).collect();
        result.objects.sort();
        result
    }

    /// Runs the program. Its words on the error stream belong to the text of a plan only where it fails.
    fn run(&self, arguments: &[&str], more: &[String]) -> (i32, String) {
        let all: Vec<&str> = arguments.iter().copied().chain(more.iter().map(String::as_str)).collect();
        let program = match self.program {
            Program::Kiban => kiban(),
            Program::Terraform => "terraform".into(),
        };
        let mut command: Command = self.folder.command(&program, &all);
        if let (Program::Terraform, Ok(environment)) = (self.program, terraform()) {
            command.envs(environment);
        }
        let done = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
        let mut text = String::from_utf8_lossy(&done.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&done.stderr));
        (done.status.code().unwrap_or(-1), text)
    }

    fn state(&self) -> Json {
        let text = fs::read_to_string(self.folder.path("terraform.tfstate")).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or(Json::Null)
    }

    fn edit(&self, edit: &Edit) {
        match edit {
            Edit::Remove(file) => fs::remove_file(self.folder.path(file)).expect("removes"),
            Edit::Set { file, pointer, value } => {
                let mut json: Json = serde_json::from_str(&self.folder.read(file)).expect("JSON");
                let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
                let parent = json.pointer_mut(parent).unwrap_or_else(|| panic!("{file} has no {parent}"));
                match (parent, key.parse::<usize>()) {
                    (Json::Object(entries), _) => drop(entries.insert(key.to_owned(), value.clone())),
                    (Json::Array(items), Ok(i)) => items[i] = value.clone(),
                    (other, _) => panic!("{file}: {other} has no {key}"),
                }
                self.folder.write(file, &format!("{json:#}"));
            }
            Edit::Taint(address) => {
                let mut state = self.state();
                let mut found = false;
                for resource in state["resources"].as_array_mut().expect("resources") {
                    let block = super::mask::block(resource);
                    for instance in resource["instances"].as_array_mut().expect("instances") {
                        if super::mask::address(&block, instance) == *address && instance.get("deposed").is_none() {
                            instance["status"] = "tainted".into();
                            found = true;
                        }
                    }
                }
                assert!(found, "the state holds no {address}");
                self.folder.write("terraform.tfstate", &format!("{state:#}"));
            }
        }
    }
}

fn events(lines: &str) -> Vec<Json> {
    let lines = lines.lines().filter(|l| !l.trim().is_empty());
    lines.map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect()
}

impl StepResult {
    /// The text that is compared with the snapshot.
    pub fn snapshot(&self) -> String {
        let mut out = format!("-- plan: exit code {} --\n{}", self.planned, self.text);
        let lines = |events: &[Json]| events.iter().map(|e| format!("{e}\n")).collect::<String>();
        out += &format!("-- events of the plan --\n{}", lines(&self.plan_events));
        if self.planned == 0 {
            out += &format!("-- plan as JSON --\n{:#}\n", self.plan);
        }
        if let Some(code) = self.applied {
            out += &format!("-- events of apply: exit code {code} --\n{}", lines(&self.events));
            out += &format!("-- state --\n{:#}\n", self.state);
        }
        if !self.objects.is_empty() {
            out += &format!("-- objects --\n{}\n", self.objects.join("\n"));
        }
        out
    }
}
