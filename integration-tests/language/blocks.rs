//! Blocks about history and checks by the real binary: what is planned, shown and stored, beside Terraform.
//!
//! `terraform_data` is built into both, so each scenario runs through both from the same files.

use std::collections::BTreeMap;

use libtest_mimic::Trial;
use serde_json::Value as Json;

use crate::folder::Folder;
use crate::programs::{Output, skip};
use crate::trial;

/// A scenario: files, and commands that both programs must answer alike.
struct Scenario {
    name: &'static str,
    steps: &'static [Step],
}

enum Step {
    /// Writes a file; an empty text removes it.
    File(&'static str, &'static str),
    /// Applies; both must end alike.
    Apply(&'static [&'static str]),
    /// Plans; documents, warnings and errors must be alike.
    Plan(&'static [&'static str]),
    /// Any command; only the exit codes are compared.
    Run(&'static [&'static str]),
    /// What both states hold must be alike.
    State,
}

use Step::{Apply, File, Plan, Run, State};

const A: &str = "resource \"terraform_data\" \"a\" {\n  input = 1\n}\n";
const B: &str = "resource \"terraform_data\" \"b\" {\n  input = 1\n}\n";

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "import",
        steps: &[
            File(
                "main.tf",
                "resource \"terraform_data\" \"a\" {\n  input = 1\n}\nimport {\n  to = terraform_data.a\n  id = \"x1\"\n}\n",
            ),
            Plan(&[]),
            Apply(&[]),
            State,
            Plan(&[]),
        ],
    },
    Scenario {
        name: "import_for_each",
        steps: &[
            File(
                "main.tf",
                "resource \"terraform_data\" \"a\" {\n  for_each = toset([\"p\", \"q\"])\n}\nimport {\n  for_each = { p = \"1\", q = \"2\" }\n  to       = terraform_data.a[each.key]\n  id       = each.value\n}\n",
            ),
            Plan(&[]),
            Apply(&[]),
            State,
        ],
    },
    Scenario {
        name: "import_into_module",
        steps: &[
            File("m/main.tf", A),
            File(
                "main.tf",
                "module \"m\" {\n  source = \"./m\"\n  count  = 1\n}\nimport {\n  to = module.m[0].terraform_data.a\n  id = \"x\"\n}\n",
            ),
            Plan(&[]),
            Apply(&[]),
            State,
        ],
    },
    Scenario {
        name: "import_errors",
        steps: &[
            File(
                "main.tf",
                "resource \"terraform_data\" \"a\" {}\nimport {\n  to = terraform_data.a\n  id = \"\"\n}\n",
            ),
            Plan(&[]),
            File(
                "main.tf",
                "variable \"v\" {\n  default = null\n  type    = string\n}\nresource \"terraform_data\" \"a\" {}\nimport {\n  to = terraform_data.a\n  id = var.v\n}\n",
            ),
            Plan(&[]),
            File(
                "main.tf",
                "resource \"terraform_data\" \"b\" {}\nresource \"terraform_data\" \"a\" {}\nimport {\n  to = terraform_data.a\n  id = terraform_data.b.id\n}\n",
            ),
            Plan(&[]),
            File(
                "main.tf",
                "resource \"terraform_data\" \"a\" {}\nimport {\n  to = terraform_data.a[\"k\"]\n  id = \"x\"\n}\n",
            ),
            Plan(&[]),
            File(
                "main.tf",
                "resource \"terraform_data\" \"a\" {}\nimport {\n  to = terraform_data.a\n  id = \"x\"\n}\nimport {\n  to = terraform_data.a\n  id = \"y\"\n}\n",
            ),
            Plan(&[]),
            File(
                "main.tf",
                "resource \"terraform_data\" \"a\" {}\nimport {\n  for_each = 1\n  to       = terraform_data.a\n  id       = \"x\"\n}\n",
            ),
            Plan(&[]),
            File("main.tf", "import {\n  to = data.terraform_remote_state.x\n  id = \"x\"\n}\n"),
            Plan(&[]),
        ],
    },
    Scenario {
        name: "import_command",
        steps: &[
            File(
                "main.tf",
                "resource \"terraform_data\" \"a\" {}\nresource \"terraform_data\" \"b\" {\n  count = 2\n}\n",
            ),
            Run(&["import", "terraform_data.a", "x1"]),
            Run(&["import", "terraform_data.b[1]", "x2"]),
            State,
            Run(&["import", "terraform_data.a", "x1"]),
            Run(&["import", "terraform_data.zz", "x1"]),
            Run(&["import", "terraform_data.b[7]", "x1"]),
            Run(&["import", "module.m.terraform_data.a", "x1"]),
            Run(&["import", "data.terraform_remote_state.x", "x1"]),
            Plan(&[]),
        ],
    },
    Scenario {
        name: "removed",
        steps: &[
            File("m/main.tf", A),
            File(
                "main.tf",
                "resource \"terraform_data\" \"a\" {\n  input = 1\n}\nresource \"terraform_data\" \"b\" {\n  input = 1\n}\nmodule \"m\" {\n  source = \"./m\"\n}\n",
            ),
            Apply(&[]),
            File(
                "main.tf",
                "removed {\n  from = terraform_data.a\n  lifecycle {\n    destroy = false\n  }\n}\nremoved {\n  from = terraform_data.b\n  lifecycle {\n    destroy = true\n  }\n}\nremoved {\n  from = module.m\n  lifecycle {\n    destroy = false\n  }\n}\n",
            ),
            Plan(&[]),
            Plan(&["-destroy"]),
            Apply(&[]),
            State,
            File(
                "main.tf",
                "resource \"terraform_data\" \"a\" {}\nremoved {\n  from = terraform_data.a[0]\n  lifecycle {\n    destroy = false\n  }\n}\n",
            ),
            Plan(&[]),
        ],
    },
    Scenario {
        name: "moved",
        steps: &[
            File("main.tf", A),
            Apply(&[]),
            File(
                "main.tf",
                "resource \"terraform_data\" \"d\" {}\nresource \"terraform_data\" \"c\" {\n  input = 1\n}\nmoved {\n  from = terraform_data.b\n  to   = terraform_data.c\n}\nmoved {\n  from = terraform_data.a\n  to   = terraform_data.b\n}\n",
            ),
            Plan(&[]),
            Plan(&["-target=terraform_data.d"]),
            Apply(&[]),
            State,
            File("main.tf", "resource \"terraform_data\" \"c\" {\n  count = 2\n  input = 1\n}\n"),
            Plan(&[]),
            Apply(&[]),
            File("m/main.tf", "resource \"terraform_data\" \"x\" {\n  input = 1\n}\n"),
            File(
                "main.tf",
                "module \"m\" {\n  source   = \"./m\"\n  for_each = toset([\"k\", \"l\"])\n}\nmoved {\n  from = terraform_data.c[0]\n  to   = module.m[\"k\"].terraform_data.x\n}\nmoved {\n  from = terraform_data.c[1]\n  to   = module.m[\"l\"].terraform_data.x\n}\n",
            ),
            Run(&["init"]),
            Plan(&[]),
            Apply(&[]),
            State,
            File(
                "main.tf",
                "module \"n\" {\n  source   = \"./m\"\n  for_each = toset([\"k\", \"l\"])\n}\nmoved {\n  from = module.m\n  to   = module.n\n}\n",
            ),
            Run(&["init"]),
            Plan(&[]),
            Apply(&[]),
            State,
        ],
    },
    Scenario {
        name: "moved_errors",
        steps: &[
            File(
                "main.tf",
                "resource \"terraform_data\" \"a\" {\n  input = 1\n}\nresource \"terraform_data\" \"b\" {\n  input = 1\n}\n",
            ),
            Apply(&[]),
            File(
                "main.tf",
                "resource \"terraform_data\" \"a\" {\n  input = 1\n}\nmoved {\n  from = terraform_data.b\n  to   = terraform_data.a\n}\n",
            ),
            Plan(&[]),
            File(
                "main.tf",
                "resource \"terraform_data\" \"a\" {\n  input = 1\n}\nmoved {\n  from = terraform_data.a\n  to   = terraform_data.c\n}\n",
            ),
            Plan(&[]),
            File(
                "main.tf",
                "moved {\n  from = terraform_data.b\n  to   = terraform_data.c\n}\nmoved {\n  from = terraform_data.c\n  to   = terraform_data.b\n}\n",
            ),
            Plan(&[]),
            File(
                "main.tf",
                "moved {\n  from = terraform_data.b\n  to   = terraform_data.c\n}\nmoved {\n  from = terraform_data.b\n  to   = terraform_data.d\n}\nmoved {\n  from = terraform_data.e\n  to   = terraform_data.c\n}\nmoved {\n  from = terraform_data.q\n  to   = terraform_data.q\n}\n",
            ),
            Plan(&[]),
            File("main.tf", "moved {\n  from = terraform_data.b\n  to   = module.x\n}\n"),
            Plan(&[]),
            File("main.tf", "moved {\n  from = terraform_data.b[count.index]\n  to   = terraform_data.c\n}\n"),
            Plan(&[]),
        ],
    },
    Scenario {
        name: "checks",
        steps: &[
            File(
                "main.tf",
                "variable \"v\" {\n  default = 1\n  validation {\n    condition     = var.v > 0\n    error_message = \"v must be positive\"\n  }\n}\nresource \"terraform_data\" \"a\" {\n  input = 1\n  lifecycle {\n    precondition {\n      condition     = var.v < 5\n      error_message = \"pre\"\n    }\n    postcondition {\n      condition     = self.id != \"\" && var.v < 5\n      error_message = \"post\"\n    }\n  }\n}\noutput \"o\" {\n  value = 1\n  precondition {\n    condition     = var.v < 5\n    error_message = \"out\"\n  }\n}\ncheck \"c\" {\n  assert {\n    condition     = var.v > 10\n    error_message = \"small: ${var.v}\"\n  }\n}\ncheck \"u\" {\n  assert {\n    condition     = terraform_data.a.output == 1\n    error_message = \"no output\"\n  }\n}\n",
            ),
            Plan(&[]),
            Apply(&[]),
            State,
            Plan(&[]),
            Plan(&["-var", "v=7"]),
            Plan(&["-refresh-only", "-var", "v=7"]),
            Plan(&["-destroy", "-var", "v=7"]),
        ],
    },
    Scenario {
        name: "checks_in_modules",
        steps: &[
            File(
                "m/main.tf",
                "variable \"n\" {}\ncheck \"d\" {\n  assert {\n    condition     = var.n == 0\n    error_message = \"n is ${var.n}\"\n  }\n}\n",
            ),
            File("main.tf", "module \"m\" {\n  source = \"./m\"\n  count  = 2\n  n      = count.index\n}\n"),
            Plan(&[]),
            Apply(&[]),
            State,
        ],
    },
    Scenario {
        name: "check_errors",
        steps: &[
            File("main.tf", "check \"e\" {}\n"),
            Plan(&[]),
            File(
                "main.tf",
                "check \"d\" {\n  data \"terraform_data\" \"t\" {\n    count = 1\n  }\n  assert {\n    condition     = data.terraform_data.t.id == 1\n    error_message = \"x\"\n  }\n}\noutput \"o\" {\n  value = data.terraform_data.t.id\n}\n",
            ),
            Run(&["validate"]),
        ],
    },
    Scenario {
        name: "targets",
        steps: &[
            File(
                "main.tf",
                "resource \"terraform_data\" \"a\" {\n  input = 1\n}\nresource \"terraform_data\" \"b\" {\n  input = terraform_data.a.id\n}\noutput \"a\" {\n  value = terraform_data.a.input\n}\noutput \"b\" {\n  value = terraform_data.b.input\n}\noutput \"c\" {\n  value = 1\n}\n",
            ),
            Plan(&["-target=terraform_data.a"]),
            Apply(&["-target=terraform_data.a"]),
            State,
            Plan(&["-target=terraform_data.b"]),
            Apply(&[]),
            Plan(&["-replace=terraform_data.a"]),
            Plan(&["-destroy", "-target=terraform_data.a"]),
            Plan(&["-destroy"]),
            Plan(&["-refresh-only"]),
            Plan(&["-refresh=false"]),
        ],
    },
];

pub fn trials() -> Vec<Trial> {
    let both = SCENARIOS.iter().map(|s| trial(format!("blocks/{}", s.name), || beside_terraform(s)));
    let own = [
        trial("blocks/import_in_a_module_and_by_identity", import_in_a_module_and_by_identity),
        trial("blocks/generated_configuration", generated_configuration),
        trial("blocks/what_is_shown", what_is_shown),
        trial("blocks/a_null_resource_becomes_data", a_null_resource_becomes_data),
    ];
    both.chain(own).collect()
}

/// Runs a scenario through both programs, each in a folder of its own, and compares step by step.
fn beside_terraform(scenario: &Scenario) {
    let (ours, theirs) = (Folder::new(), Folder::new());
    let name = format!("blocks/{}", scenario.name);
    let mut initialised = false;
    for (n, step) in scenario.steps.iter().enumerate() {
        if let File(path, text) = step {
            ours.write(path, text);
            theirs.write(path, text);
            initialised = false;
            continue;
        }
        if !initialised {
            match theirs.terraform(&["init", "-input=false", "-no-color"]) {
                Ok(_) => initialised = true,
                Err(why) => return skip(&name, &why),
            }
        }
        let terraform = |args: &[&str]| theirs.terraform(args).unwrap_or_else(|why| panic!("{name}: {why}"));
        let place = format!("{name}, step {n}");
        match step {
            File(..) => {}
            Apply(more) => {
                let args: Vec<&str> = ["apply", "-auto-approve", "-no-color"].iter().chain(*more).copied().collect();
                alike(&place, &ours.kiban(&args), &terraform(&args));
            }
            Run(args) => alike(&place, &ours.kiban(args), &terraform(args)),
            Plan(more) => {
                let args: Vec<&str> = ["plan", "-json", "-out=p"].iter().chain(*more).copied().collect();
                let (mine, reference) = (ours.kiban(&args), terraform(&args));
                alike(&place, &mine, &reference);
                let (found, expected) = (findings(&mine.text), findings(&reference.text));
                // What helps further stands behind what Terraform says.
                let same = found.len() == expected.len()
                    && found.iter().zip(&expected).all(|(a, b)| a.starts_with(b.as_str()));
                assert!(same, "{place}\nkiban: {found:#?}\nTerraform: {expected:#?}");
                if mine.code == 0 {
                    assert_eq!(changes(&mine.text), changes(&reference.text), "{place}");
                    let show = ["show", "-json", "p"];
                    let (mine, reference) = (document(&ours.kiban(&show).text), document(&terraform(&show).text));
                    for part in
                        ["resource_changes", "output_changes", "checks", "complete", "applyable", "relevant_attributes"]
                    {
                        assert_eq!(plain(&mine[part]), plain(&reference[part]), "{place}: {part}");
                    }
                }
            }
            State => assert_eq!(stored(&ours), stored(&theirs), "{place}"),
        }
    }
}

fn alike(place: &str, ours: &Output, theirs: &Output) {
    assert_eq!(ours.code, theirs.code, "{place}\nkiban:\n{}\nTerraform:\n{}", ours.text, theirs.text);
}

fn document(text: &str) -> Json {
    let line = text.lines().find(|l| l.starts_with('{')).unwrap_or("{}");
    serde_json::from_str(line).unwrap_or_else(|_| {
        let from = text.find('{').unwrap_or(0);
        let mut all = serde_json::Deserializer::from_str(&text[from..]).into_iter::<Json>();
        all.next().and_then(Result::ok).unwrap_or(Json::Null)
    })
}

fn lines(text: &str) -> impl Iterator<Item = Json> {
    text.lines().filter_map(|l| serde_json::from_str(l).ok())
}

/// Severity, summary and detail of the diagnostics, whatever the program is called.
fn findings(text: &str) -> Vec<String> {
    // Terraform lists objects in any order.
    let sorted = |text: String| {
        let mut lines: Vec<&str> = text.split('\n').collect();
        lines.sort_by_key(|l| if l.starts_with(" - ") { *l } else { "" });
        lines.join("\n")
    };
    let neutral = |text: &str| text.replace("kiban", "terraform").replace("Terraform", "terraform");
    let mut found: Vec<String> = lines(text)
        .filter(|l| l["type"] == "diagnostic")
        .map(|l| {
            let part = |name: &str| neutral(l["diagnostic"][name].as_str().unwrap_or_default());
            format!("{}: {}: {}", part("severity"), part("summary"), sorted(part("detail")))
        })
        .filter(|text| !text.contains("Applied changes may be incomplete"))
        .collect();
    found.sort();
    found
}

/// Planned changes of the event stream.
fn changes(text: &str) -> Vec<Json> {
    let mut all = unordered(text);
    all.sort_by_key(ToString::to_string);
    all
}

fn unordered(text: &str) -> Vec<Json> {
    let all = lines(text)
        .filter(|l| !l["type"].is_null())
        .filter(|l| matches!(l["type"].as_str(), Some("planned_change" | "change_summary")));
    all.map(|l| {
        let mut change = if l["change"].is_null() { l["changes"].clone() } else { l["change"].clone() };
        if let Some(resource) = change.get_mut("resource") {
            *resource = resource["addr"].clone();
        }
        if let Some(resource) = change.get_mut("previous_resource") {
            *resource = resource["addr"].clone();
        }
        change
    })
    .collect()
}

/// A document without ids that differ from run to run, and lists in one order.
fn plain(json: &Json) -> Json {
    match json {
        Json::String(text) if text.len() == 36 && text.matches('-').count() == 4 => "an id".into(),
        Json::Array(items) => {
            let mut items: Vec<Json> = items.iter().map(plain).collect();
            items.sort_by_key(ToString::to_string);
            items.into()
        }
        Json::Object(entries) => Json::Object(entries.iter().map(|(k, v)| (k.clone(), plain(v))).collect()),
        other => other.clone(),
    }
}

/// What a state holds, without what belongs to the program that wrote it.
fn stored(folder: &Folder) -> Json {
    let state: Json = serde_json::from_str(&folder.read("terraform.tfstate")).expect("a state");
    let mut out = BTreeMap::new();
    for part in ["outputs", "resources", "check_results"] {
        out.insert(part.to_owned(), plain(&state[part]));
    }
    serde_json::to_value(out).expect("JSON")
}

fn import_in_a_module_and_by_identity() {
    let folder = Folder::new();
    folder.write(
        "m/main.tf",
        "resource \"terraform_data\" \"a\" {}\nimport {\n  to = terraform_data.a\n  id = \"x\"\n}\n",
    );
    folder.write(
        "main.tf",
        "module \"m\" {\n  source = \"./m\"\n}\nresource \"terraform_data\" \"b\" {}\nimport {\n  to       = terraform_data.b\n  identity = { id = \"y\" }\n}\n",
    );
    let text = folder.expect(&["apply", "-auto-approve"], 0);
    assert!(text.contains("module.m.terraform_data.a will be imported"), "{text}");
    assert!(text.contains("Plan: 2 to import, 0 to add, 0 to change, 0 to destroy."), "{text}");
    assert!(text.contains("Resources: 2 imported, 0 added, 0 changed, 0 destroyed."), "{text}");
    folder.expect(&["plan", "-detailed-exitcode"], 0);
}

fn generated_configuration() {
    let (ours, theirs) = (Folder::new(), Folder::new());
    let args = ["plan", "-generate-config-out=generated.tf", "-no-color"];
    for folder in [&ours, &theirs] {
        folder.write("main.tf", "import {\n  to = terraform_data.a\n  id = \"x1\"\n}\nimport {\n  to = terraform_data.b\n  id = \"x2\"\n}\n");
    }
    let text = ours.expect(&args, 0);
    assert!(text.contains("(config will be generated)"), "{text}");
    let text = ours.expect(&args, 1);
    assert!(text.contains("Target generated file already exists"), "{text}");
    match theirs.terraform(&["init"]) {
        Err(why) => return skip("blocks/generated_configuration", &why),
        Ok(output) => assert_eq!(output.code, 0, "{}", output.text),
    }
    assert_eq!(theirs.terraform(&args).expect("runs").code, 0);
    let blocks = |folder: &Folder| {
        let text = folder.read("generated.tf").replace("kiban", "Terraform");
        let mut blocks: Vec<String> = text.split("\n\n").map(|b| b.trim().to_owned()).collect();
        blocks.sort();
        blocks
    };
    assert_eq!(blocks(&ours), blocks(&theirs));
    assert_eq!(theirs.terraform(&["fmt", "-check"]).expect("runs").code, 0, "Terraform's own file");
    theirs.write("generated.tf", &ours.read("generated.tf"));
    assert_eq!(theirs.terraform(&["fmt", "-check"]).expect("runs").code, 0, "{}", ours.read("generated.tf"));
    ours.expect(&["apply", "-auto-approve"], 0);
    ours.expect(&["plan", "-detailed-exitcode"], 0);
}

fn what_is_shown() {
    let folder = Folder::new();
    folder.write("main.tf", &format!("{A}{B}"));
    folder.expect(&["apply", "-auto-approve"], 0);
    folder.write(
        "main.tf",
        "resource \"terraform_data\" \"c\" {\n  input = 1\n}\nmoved {\n  from = terraform_data.a\n  to   = terraform_data.c\n}\nremoved {\n  from = terraform_data.b\n  lifecycle {\n    destroy = false\n  }\n}\n",
    );
    let text = folder.expect(&["plan"], 0);
    assert!(text.contains("# terraform_data.a has moved to terraform_data.c\n"), "{text}");
    assert!(
        text.contains("# terraform_data.b will no longer be managed by kiban, but will not be destroyed\n"),
        "{text}"
    );
    assert!(text.contains("# (destroy = false is set in the configuration)\n"), "{text}");
    assert!(text.contains("Plan: 0 to add, 0 to change, 0 to destroy."), "{text}");
    folder.expect(&["apply", "-auto-approve"], 0);
    folder.expect(&["plan", "-detailed-exitcode"], 0);
    let text = folder.expect(&["plan", "-exclude=terraform_data.c", "-target=terraform_data.c"], 1);
    assert!(text.contains("-exclude") && text.contains("-target"), "{text}");
    folder.expect(&["plan", "-exclude=terraform_data.c", "-detailed-exitcode"], 0);
}

fn a_null_resource_becomes_data() {
    let folder = Folder::new();
    folder.write("main.tf", "resource \"null_resource\" \"a\" {\n  triggers = { x = \"1\" }\n}\n");
    folder.expect(&["apply", "-auto-approve"], 0);
    folder.write(
        "main.tf",
        "resource \"terraform_data\" \"a\" {\n  triggers_replace = { x = \"1\" }\n}\nmoved {\n  from = null_resource.a\n  to   = terraform_data.a\n}\n",
    );
    let text = folder.expect(&["apply", "-auto-approve"], 0);
    assert!(text.contains("# null_resource.a has moved to terraform_data.a\n"), "{text}");
    assert!(text.contains("0 added, 0 changed, 0 destroyed."), "{text}");
    folder.expect(&["plan", "-detailed-exitcode"], 0);
    folder.write(
        "main.tf",
        "resource \"null_resource\" \"b\" {}\nmoved {\n  from = terraform_data.a\n  to   = null_resource.b\n}\n",
    );
    let text = folder.expect(&["plan"], 1);
    assert!(text.contains("Unsupported `moved` across resource types"), "{text}");
}
