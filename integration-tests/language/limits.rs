//! Input that is too deep, too long or too large ends with an error of its own: no crash, no endless work.
//!
//! All of it by the binary as it was built, since a debug build needs more stack than a release.

use libtest_mimic::Trial;

use crate::folder::Folder;
use crate::trial;

/// Deeper than anything that a bound allows.
const DEEP: usize = 5000;

pub fn trials() -> Vec<Trial> {
    let expressions =
        expressions().into_iter().map(|(name, text)| trial(format!("limits::{name}"), move || expression(name, &text)));
    let files =
        files().into_iter().map(|(name, path, text)| trial(format!("limits::{name}"), move || file(name, path, &text)));
    expressions.chain(files).collect()
}

fn nested(open: &str, inner: &str, close: &str) -> String {
    format!("{}{inner}{}", open.repeat(DEEP), close.repeat(DEEP))
}

/// Expressions; each must be refused.
fn expressions() -> Vec<(&'static str, String)> {
    vec![
        ("parentheses", nested("(", "1", ")")),
        ("tuples", nested("[", "1", "]")),
        ("objects", nested("{ a = ", "1", " }")),
        ("calls", nested("abs(", "1", ")")),
        ("negations", format!("{}true", "!".repeat(DEEP))),
        ("conditionals", format!("{}1", "true ? 1 : ".repeat(DEEP))),
        ("operators", format!("{}1", "1 + ".repeat(DEEP))),
        ("templates", nested("\"${", "1", "}\"")),
        ("directives", format!("\"{}\"", nested("%{ if true }", "1", "%{ endif }"))),
        ("for_expressions", nested("[for x in [1] : ", "1", "]")),
        ("indices", nested("local.list[", "0", "]")),
        ("attributes", format!("local.object{}", ".a".repeat(DEEP))),
        ("splats", format!("local.list{}", "[*]".repeat(DEEP))),
        ("digits", "9".repeat(100_000)),
        ("exponent", "1e999999999".into()),
        ("groups_of_a_pattern", format!("regex(\"{}\", \"a\")", nested("(", "a", ")"))),
        ("repeats_of_a_pattern", "regex(\"((a{1000}){1000}){1000}\", \"a\")".into()),
        ("json", format!("jsondecode(\"{}\")", nested("[", "1", "]"))),
        ("yaml", format!("yamldecode(\"{}\")", nested("[", "1", "]"))),
        ("range", "range(100000000)".into()),
        ("width", "format(\"%999999999d\", 1)".into()),
        ("product", "setproduct(range(1000), range(1000), range(1000), range(1000))".into()),
    ]
}

const LOCALS: &str = "locals {\n  list   = [0]\n  object = {}\n}\n";

/// In every place that holds an expression, and by every command that reads it.
fn expression(name: &str, text: &str) {
    let folder = Folder::new();
    folder.write("main.tf", &format!("{LOCALS}output \"o\" {{\n  value = {text}\n}}\n"));
    refused(&folder, &["validate"], name);
    refused(&folder, &["plan"], name);
    ends(&folder, &["fmt", "-check"], name);
    folder.write("main.tf", &format!("{LOCALS}variable \"x\" {{\n  default = 1\n}}\n"));
    folder.write("terraform.tfvars", &format!("x = {text}\n"));
    refused(&folder, &["plan"], name);
    folder.write("terraform.tfvars", "");
    let run = format!(
        "run \"a\" {{\n  command = plan\n  assert {{\n    condition = {text} == 1\n    error_message = \"x\"\n  }}\n}}\n"
    );
    folder.write("tests/a.tftest.hcl", &run);
    refused(&folder, &["test"], name);
}

/// Whole files, each at a path; what has a bound is refused, and nothing crashes.
fn files() -> Vec<(&'static str, &'static str, String)> {
    let chain = |link: &dyn Fn(usize) -> String| (0..DEEP).map(link).collect::<String>();
    let state = |outputs: &str, resources: &str| {
        format!(
            r#"{{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"x","outputs":{{{outputs}}},"resources":[{resources}]}}"#
        )
    };
    let instance = |attributes: &str| {
        format!(
            r#"{{"mode":"managed","type":"terraform_data","name":"a","provider":"provider[\"terraform.io/builtin/terraform\"]","instances":[{{"schema_version":0,"attributes":{attributes}}}]}}"#
        )
    };
    let list = nested("[", "1", "]");
    vec![
        ("blocks", "main.tf", format!("resource \"terraform_data\" \"a\" {{\n{}\n}}\n", nested("b {\n", "", "}\n"))),
        ("types", "main.tf", format!("variable \"a\" {{\n  type = {}\n}}\n", nested("list(", "string", ")"))),
        (
            "chain_of_locals",
            "main.tf",
            format!("locals {{\n{}  a{DEEP} = 1\n}}\n", chain(&|n| format!("  a{n} = [local.a{}]\n", n + 1))),
        ),
        (
            "text_that_doubles",
            "main.tf",
            format!(
                "locals {{\n  a0 = \"xxxxxxxx\"\n{}}}\n",
                (0..40).map(|n| format!("  a{} = \"${{local.a{n}}}${{local.a{n}}}\"\n", n + 1)).collect::<String>()
            ),
        ),
        ("json_configuration", "main.tf.json", format!("{{\"locals\": {{\"a\": {list}}}}}")),
        ("json_blocks", "main.tf.json", nested("{\"resource\":", "1", "}")),
        ("json_variables", "terraform.tfvars.json", format!("{{\"x\": {list}}}")),
        ("state_value", "terraform.tfstate", state(&format!("\"a\":{{\"value\":{list},\"type\":\"number\"}}"), "")),
        (
            "state_type",
            "terraform.tfstate",
            state(&format!("\"a\":{{\"value\":1,\"type\":{}}}", nested("[\"list\",", "\"string\"", "]")), ""),
        ),
        ("state_attribute", "terraform.tfstate", state("", &instance(&format!("{{\"id\":\"x\",\"input\":{list}}}")))),
        ("state_garbage", "terraform.tfstate", list.clone()),
        ("plan_garbage", "saved.plan", list),
    ]
}

fn file(name: &str, path: &str, text: &str) {
    let folder = Folder::new();
    folder.write("main.tf", "variable \"x\" {\n  default = 1\n}\nresource \"terraform_data\" \"a\" {}\n");
    folder.write(path, text);
    match path {
        "saved.plan" => {
            refused(&folder, &["apply", "saved.plan"], name);
            refused(&folder, &["show", "saved.plan"], name);
        }
        _ => refused(&folder, &["plan"], name),
    }
    for command in [&["validate"][..], &["fmt", "-check"], &["show"], &["output"], &["console"], &["graph"]] {
        ends(&folder, command, name);
    }
}

/// Ends, with an error that is told.
fn refused(folder: &Folder, command: &[&str], name: &str) {
    let told = ends(folder, command, name);
    assert!(told.contains("Error: "), "{name}: kiban {}: no error:\n{}", command.join(" "), start(&told));
}

/// Ends by itself: by a signal there is no exit code, and a panic has a code of its own.
fn ends(folder: &Folder, command: &[&str], name: &str) -> String {
    let begun = std::time::Instant::now();
    let output = folder.kiban(command);
    let (text, took) = (output.text, begun.elapsed());
    let command = command.join(" ");
    assert!((0..=3).contains(&output.code), "{name}: kiban {command}: exit code {}:\n{}", output.code, start(&text));
    assert!(took.as_secs() < 120, "{name}: kiban {command} took {took:?}");
    text
}

fn start(text: &str) -> String {
    text.chars().take(2000).collect()
}
