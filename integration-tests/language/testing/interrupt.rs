//! Tests that are interrupted.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use libtest_mimic::Trial;

use crate::folder::Folder;
use crate::programs::kiban;

const MODULE: &str = "
terraform {
  required_providers {
    time = {
      source = \"hashicorp/time\"
    }
  }
}

variable \"wait\" {
  default = \"0s\"
}

resource \"terraform_data\" \"a\" {
}

resource \"time_sleep\" \"wait\" {
  create_duration = var.wait
  depends_on      = [terraform_data.a]
}
";

const TESTS: &str = "
run \"first\" {
}

run \"second\" {
  state_key = \"second\"

  variables {
    wait = \"60s\"
  }
}

run \"third\" {
}
";

pub fn trials() -> Vec<Trial> {
    vec![
        crate::trial("testing::an interrupted run ends the tests, and what they made is destroyed", || {
            let (code, text) = interrupted(MODULE, TESTS, "run \"first\"");
            assert_eq!(code, 1, "{text}");
            let expected =
                ["Interrupt received.", "run \"first\"... pass", "run \"third\"... skip", "tearing down", "1 skipped"];
            for expect in expected {
                assert!(text.contains(expect), "{expect}:\n{text}");
            }
            assert!(!text.contains("left the following resources"), "{text}");
        }),
        crate::trial("testing::an interrupted destruction tells what stays", || {
            let module = MODULE.replace("create_duration", "destroy_duration");
            let tests = "run \"only\" {\n  variables {\n    wait = \"60s\"\n  }\n}\n";
            let (code, text) = interrupted(&module, tests, "tearing down");
            assert_eq!(code, 1, "{text}");
            for expect in
                ["run \"only\"... pass", "left the following resources", "- time_sleep.wait", "- terraform_data.a"]
            {
                assert!(text.contains(expect), "{expect}:\n{text}");
            }
        }),
    ]
}

/// Sends an interrupt shortly after a text has appeared.
fn interrupted(module: &str, tests: &str, after: &str) -> (i32, String) {
    let folder = Folder::new();
    folder.write("main.tf", module);
    folder.write("main.tftest.hcl", tests);
    let mut command = folder.command(&kiban(), &["test"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("kiban");
    let mut out = BufReader::new(child.stdout.take().expect("output"));
    let mut text = String::new();
    while !text.contains(after) {
        assert!(out.read_line(&mut text).expect("a line") > 0, "{text}");
    }
    std::thread::sleep(std::time::Duration::from_millis(700));
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill").success());
    out.read_to_string(&mut text).expect("output");
    child.stderr.take().expect("errors").read_to_string(&mut text).expect("errors");
    (child.wait().expect("an end").code().unwrap_or(-1), text)
}
