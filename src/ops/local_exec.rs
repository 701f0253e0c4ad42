//! Runs commands of this machine, for provisioners that the user has allowed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;

use async_trait::async_trait;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;

use crate::apply::{LocalCommand, LocalExec};
use crate::diag::reason;

/// Longest line that is told in one piece: a command may print without an end.
const LONGEST_LINE: usize = 64 * 1024;

/// Commands run in the folder of the root module, with the environment that kiban has.
pub struct Shell {
    pub dir: PathBuf,
    pub environment: BTreeMap<String, String>,
}

#[async_trait]
impl LocalExec for Shell {
    async fn run(&self, command: LocalCommand, line: &(dyn Fn(String) + Send + Sync)) -> Result<(), String> {
        let [program, arguments @ ..] = command.arguments.as_slice() else { return Err("there is no command".into()) };
        let dir = command.working_dir.map_or_else(|| self.dir.clone(), |dir| self.dir.join(dir));
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(dir)
            .env_clear()
            .envs(&self.environment)
            .envs(&command.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| reason(&e))?;
        let (out, errors) = (child.stdout.take(), child.stderr.take());
        let (_, _, ended) = tokio::join!(listen(out, line), listen(errors, line), child.wait());
        let status = ended.map_err(|e| reason(&e))?;
        match (status.success(), status.code()) {
            (true, _) => Ok(()),
            (false, Some(code)) => Err(format!("exit status {code}")),
            (false, None) => Err("it was killed by a signal".into()),
        }
    }
}

/// Tells every line. What is not text shows as such.
async fn listen(stream: Option<impl AsyncRead + Unpin>, line: &(dyn Fn(String) + Send + Sync)) {
    let Some(stream) = stream else { return };
    let mut reader = BufReader::new(stream);
    let mut held = Vec::new();
    loop {
        let Ok(read) = reader.fill_buf().await else { return };
        if read.is_empty() {
            break;
        }
        let taken = read.len();
        for byte in read {
            if *byte == b'\n' || held.len() >= LONGEST_LINE {
                line(text(&held));
                held.clear();
            }
            if *byte != b'\n' {
                held.push(*byte);
            }
        }
        reader.consume(taken);
    }
    if !held.is_empty() {
        line(text(&held));
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches('\r').to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    async fn run(script: &str) -> (Result<(), String>, Vec<String>) {
        let shell = Shell { dir: ".".into(), environment: BTreeMap::from([("A".into(), "outer".into())]) };
        let command = LocalCommand {
            arguments: vec!["/bin/sh".into(), "-c".into(), script.into()],
            working_dir: None,
            environment: BTreeMap::from([("B".into(), "inner".into())]),
        };
        let heard = Mutex::new(Vec::new());
        let ended = shell.run(command, &|line| heard.lock().expect("lock").push(line)).await;
        (ended, heard.into_inner().expect("lock"))
    }

    #[tokio::test]
    async fn lines_are_heard_and_the_end_is_told() {
        assert_eq!(
            run("echo $A; echo $B; printf end").await,
            (Ok(()), vec!["outer".into(), "inner".into(), "end".into()])
        );
        let (ended, heard) = run("echo bad >&2; exit 3").await;
        assert_eq!((ended, heard), (Err("exit status 3".into()), vec!["bad".into()]));
        assert_eq!(run("kill -9 $$").await.0, Err("it was killed by a signal".into()));
    }

    #[tokio::test]
    async fn output_without_an_end_of_line_is_cut() {
        let (ended, heard) = run("head -c 200000 /dev/zero").await;
        assert_eq!(ended, Ok(()));
        assert_eq!(heard.iter().map(String::len).sum::<usize>(), 200_000);
        assert!(heard.iter().all(|line| line.len() <= LONGEST_LINE));
    }
}
