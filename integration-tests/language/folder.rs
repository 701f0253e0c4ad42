//! A folder of its own for a root module, and the programs that run in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::programs::{Output, kiban, output, terraform_environment};

pub struct Folder {
    pub dir: tempfile::TempDir,
    /// Further entries of the environment.
    pub extra: BTreeMap<String, String>,
}

impl Folder {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("folder"), extra: BTreeMap::new() }
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.dir.path().join(relative)
    }

    pub fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        fs::write(path, text).expect("file");
    }

    pub fn read(&self, relative: &str) -> String {
        let path = self.path(relative);
        fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// A program that runs in the folder, without the caller's settings of Terraform and AWS.
    pub fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(std::env::vars().filter(|(k, _)| !k.starts_with("AWS_") && !k.starts_with("TF_")))
            .env("NO_COLOR", "1")
            .envs(&self.extra)
            .stdin(Stdio::null())
            .current_dir(self.dir.path())
            .args(args);
        command
    }

    pub fn kiban(&self, args: &[&str]) -> Output {
        output(&mut self.command(&kiban(), args))
    }

    /// Runs kiban and expects an exit code.
    pub fn expect(&self, args: &[&str], code: i32) -> String {
        let output = self.kiban(args);
        assert_eq!(output.code, code, "kiban {}:\n{}", args.join(" "), output.text);
        output.text
    }

    /// Runs Terraform, with no provider but those built in; an error says what this machine lacks.
    pub fn terraform(&self, args: &[&str]) -> Result<Output, String> {
        let environment = terraform_environment(self.dir.path(), false)?;
        Ok(output(self.command("terraform", args).envs(environment)))
    }
}
