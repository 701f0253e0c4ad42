//! What somebody is asked who plans at a terminal with variables that have no value.

use libtest_mimic::Trial;

use crate::folder::Folder;
use crate::programs::{kiban, skip};
use crate::terminal::Terminal;
use crate::trial;

const VARIABLES: &str = r#"
variable "zone" {
  description = "Where it stands.\nA second line."
}
variable "count_of_them" {
  type = number
}
variable "key" {
  sensitive = true
}
variable "pass" {
  ephemeral = true
}
variable "kept" {
  default = "as it is"
}
output "made_of" {
  value = "${var.zone} ${var.count_of_them + 1} ${var.kept}"
}
output "length" {
  value = nonsensitive(length(var.key))
}
"#;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("questions::missing_values_are_asked_for", missing_values_are_asked_for),
        trial("questions::an_answer_must_fit", an_answer_must_fit),
        trial("questions::nobody_is_asked_without_input", nobody_is_asked_without_input),
        trial("questions::nobody_is_asked_without_a_terminal", nobody_is_asked_without_a_terminal),
    ]
}

fn open(test: &str, place: &Folder, arguments: &str) -> Option<Terminal> {
    place.write("main.tf", VARIABLES);
    Terminal::open(place, &kiban(), arguments).map_err(|why| skip(test, &why)).ok()
}

/// Answers in the order of the names.
fn answer(terminal: &mut Terminal, count: &str) {
    terminal.expect("var.count_of_them\n  Enter a value: ");
    terminal.type_in(&format!("{count}\r"));
    terminal.expect(&format!("{count}\n\n"));
    terminal.expect("var.key\n  Enter a value: ");
    terminal.type_in("hunter2\r");
    terminal.expect("\n\nvar.pass (ephemeral)\n  Enter a value: ");
    terminal.type_in("soon gone\r");
    terminal.expect("var.zone\n  Where it stands.\n  A second line.\n\n  Enter a value: ");
    terminal.type_in("west\r");
}

fn missing_values_are_asked_for() {
    let place = Folder::new();
    let Some(mut terminal) = open("questions::missing_values_are_asked_for", &place, "apply") else { return };
    answer(&mut terminal, "2");
    terminal.expect("made_of");
    terminal.expect("west 3 as it is");
    terminal.expect("Enter a value: ");
    terminal.type_in("yes\r");
    terminal.expect("Apply complete!");
    terminal.expect("length = 7");
    terminal.expect("west 3 as it is");
    let shown = terminal.shown();
    assert!(!shown.contains("hunter2"), "{shown}");
    assert_eq!(terminal.ended(), Some(0));
}

fn an_answer_must_fit() {
    let place = Folder::new();
    let Some(mut terminal) = open("questions::an_answer_must_fit", &place, "plan") else { return };
    answer(&mut terminal, "many");
    terminal.expect("Error: Invalid value for input variable");
    assert_eq!(terminal.ended(), Some(1));
}

fn nobody_is_asked_without_input() {
    let place = Folder::new();
    let arguments = "plan -input=false -var=zone=west -var=key=k";
    let Some(mut terminal) = open("questions::nobody_is_asked_without_input", &place, arguments) else { return };
    terminal.expect("Error: No value for required variable");
    terminal.expect("The root module input variable \"count_of_them\" is not set");
    let shown = terminal.shown();
    assert!(!shown.contains("Enter a value"), "{shown}");
    assert_eq!(terminal.ended(), Some(1));
}

fn nobody_is_asked_without_a_terminal() {
    let place = Folder::new();
    place.write("main.tf", VARIABLES);
    let output = place.command(&kiban(), &["plan"]).stdin(std::process::Stdio::null()).output().expect("kiban");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1));
    assert!(!text.contains("Enter a value"), "{text}");
    assert_eq!(text.matches("No value for required variable").count(), 4, "{text}");
    let said = "Use a -var or -var-file command";
    assert!(text.contains(said), "{text}");
}
