//! A program on a pseudo terminal, which `script` of util-linux makes: what is typed into it and what it shows.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use regex::bytes::Regex;

use crate::folder::Folder;

/// As long as a busy machine may take for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Terminal {
    child: Child,
    keys: ChildStdin,
    shown: Receiver<Vec<u8>>,
    bytes: Vec<u8>,
    /// How much of the text was expected already.
    seen: usize,
}

impl Terminal {
    /// Runs a program with arguments that need no quotes; an error says what this machine lacks.
    pub fn open(place: &Folder, program: &str, arguments: &str) -> Result<Self, String> {
        let version = Command::new("script").arg("--version").stdin(Stdio::null()).output();
        if !version.is_ok_and(|v| String::from_utf8_lossy(&v.stdout).contains("util-linux")) {
            return Err("there is no `script` of util-linux to make a terminal".into());
        }
        let line = "stty rows 40 cols 100 && exec \"$PROGRAM\" $ARGUMENTS";
        let mut command = place.command("script", &["--quiet", "--return", "--command", line, "/dev/null"]);
        command.env("SHELL", "/bin/sh").env("TERM", "xterm").env("PROGRAM", program).env("ARGUMENTS", arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script");
        let keys = child.stdin.take().expect("input");
        let mut output = child.stdout.take().expect("output");
        let (send, shown) = channel();
        std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut chunk) {
                if send.send(chunk[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, keys, shown, bytes: Vec::new(), seen: 0 })
    }

    pub fn type_in(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush()).expect("keys");
    }

    /// Waits until a text is shown, after what was expected before.
    pub fn expect(&mut self, wanted: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = self.text();
            let rest = text.get(self.seen..).unwrap_or_default();
            if let Some(at) = rest.find(wanted) {
                self.seen += at + wanted.len();
                return;
            }
            match self.shown.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(chunk) => self.bytes.extend(chunk),
                Err(why) => panic!("{wanted:?} is not shown ({why}), but: {rest:?}\nall of it:\n{text}"),
            }
        }
    }

    /// The exit code, once the program has ended by itself.
    pub fn ended(mut self) -> Option<i32> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().expect("status") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the program goes on:\n{}", self.text());
    }

    /// Everything that was shown so far.
    pub fn shown(&self) -> String {
        self.text()
    }

    /// What is shown, without what moves the cursor and colours.
    fn text(&self) -> String {
        let controls = Regex::new(r"\x1b\[[0-9;?]*[A-Za-z]|\r").expect("pattern");
        String::from_utf8_lossy(&controls.replace_all(&self.bytes, &b""[..])).into_owned()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
