//! Emulator, accounts, and the binary under test.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::programs::{Output, copy, kiban, output, root, skip};

/// The AWS that tests talk to.
pub struct Endpoint {
    pub url: String,
    /// Whether it is the emulator of this repository, with its control endpoints.
    pub own: bool,
}

static ENDPOINT: OnceLock<Endpoint> = OnceLock::new();
static EMULATOR: Mutex<Option<Child>> = Mutex::new(None);

impl Endpoint {
    pub fn get() -> &'static Endpoint {
        ENDPOINT.get_or_init(|| match std::env::var("KIBAN_TEST_ENDPOINT") {
            Ok(url) if !url.is_empty() => {
                let own = http("GET", &format!("{url}/_kiban/health"), "").is_some_and(|b| b.contains("uptime"));
                Endpoint { url, own }
            }
            _ => Endpoint { url: start(), own: true },
        })
    }

    /// Ends the emulator that this run has started.
    pub fn stop() {
        if let Some(mut child) = EMULATOR.lock().expect("lock").take() {
            if let Some(endpoint) = ENDPOINT.get() {
                let _ = http("POST", &format!("{}/_kiban/shutdown", endpoint.url), "");
            }
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn start() -> String {
    let script = root().join("integration-tests/emulator/emulator");
    let mut child = Command::new(&script)
        .args(["start", "--port", "0"])
        .stdout(Stdio::piped())
        .stdin(Stdio::null())
        .spawn()
        .unwrap_or_else(|e| panic!("{} does not start: {e}", script.display()));
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let url = loop {
        let line = lines.next().expect("the emulator ended before it was ready").expect("text");
        if let Some(url) = line.strip_prefix("endpoint=") {
            break url.trim().to_owned();
        }
    };
    std::thread::spawn(move || lines.for_each(drop));
    *EMULATOR.lock().expect("lock") = Some(child);
    url
}

/// Whether the control endpoints are there; says so where not.
pub fn controllable(test: &str) -> bool {
    let own = Endpoint::get().own;
    if !own {
        skip(test, "the endpoint has no control endpoints (counts, faults, snapshot)");
    }
    own
}

/// One request to control endpoints, of the emulator or the cluster.
pub fn http(method: &str, url: &str, body: &str) -> Option<String> {
    let rest = url.strip_prefix("http://")?;
    let (host, path) = rest.split_once('/').map_or((rest, String::new()), |(h, p)| (h, p.to_owned()));
    let mut stream = TcpStream::connect(host).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        let mut out = String::new();
        let mut rest = body;
        while let Some((size, tail)) = rest.split_once("\r\n") {
            let size = usize::from_str_radix(size.trim(), 16).ok()?;
            if size == 0 {
                break;
            }
            out.push_str(tail.get(..size)?);
            rest = tail.get(size + 2..)?;
        }
        return Some(out);
    }
    Some(body.to_owned())
}

/// An AWS account of its own, with a folder to work in.
pub struct Account {
    pub id: String,
    pub dir: tempfile::TempDir,
    pub extra: BTreeMap<String, String>,
}

impl Account {
    /// An empty account.
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let started = u64::from(std::process::id());
        let id =
            format!("{:012}", 100_000_000_000 + (started % 1_000_000) * 10_000 + NEXT.fetch_add(1, Ordering::SeqCst));
        Self { id, dir: tempfile::tempdir().expect("folder"), extra: BTreeMap::new() }
    }

    /// A copy of the repository's stacks, so that states and locks stay out of the tree.
    pub fn with_stacks() -> Self {
        let account = Self::new();
        for folder in ["stacks", "modules", "examples"] {
            copy(&root().join(folder), &account.dir.path().join(folder));
        }
        fs::create_dir(account.dir.path().join("state")).expect("folder");
        account
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
        fs::read_to_string(self.path(relative)).unwrap_or_else(|e| panic!("{relative}: {e}"))
    }

    fn environment(&self, command: &mut Command) {
        command
            .env_clear()
            .envs(std::env::vars().filter(|(k, _)| !k.starts_with("AWS_") && !k.starts_with("TF_")))
            .env("AWS_ENDPOINT_URL", &Endpoint::get().url)
            .env("AWS_ACCESS_KEY_ID", &self.id)
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_REGION", "ap-northeast-1")
            .env("NO_COLOR", "1")
            .envs(&self.extra)
            .stdin(Stdio::null());
    }

    pub fn command(&self, folder: &str, args: &[&str]) -> Command {
        let mut command = Command::new(kiban());
        self.environment(&mut command);
        command.current_dir(self.path(folder)).args(args);
        command
    }

    /// Runs kiban in a folder of the account.
    pub fn kiban(&self, folder: &str, args: &[&str]) -> Output {
        output(&mut self.command(folder, args))
    }

    /// Runs kiban and expects an exit code.
    pub fn expect(&self, folder: &str, args: &[&str], code: i32) -> String {
        let output = self.kiban(folder, args);
        assert_eq!(output.code, code, "kiban {}:\n{}", args.join(" "), output.text);
        output.text
    }

    /// Runs another program with the account's environment.
    pub fn program(&self, program: &str, folder: &str, args: &[&str], more: &BTreeMap<String, String>) -> Output {
        let mut command = Command::new(program);
        self.environment(&mut command);
        output(command.envs(more).current_dir(self.path(folder)).args(args))
    }

    /// Asks a control endpoint, for this account only.
    pub fn control(&self, method: &str, path: &str, body: &str) -> Json {
        let joint = if path.contains('?') { '&' } else { '?' };
        let url = format!("{}/_kiban/{path}{joint}account={}", Endpoint::get().url, self.id);
        let answer = http(method, &url, body).unwrap_or_else(|| panic!("{method} {url}: no answer"));
        serde_json::from_str(&answer).unwrap_or_else(|e| panic!("{method} {url}: {e}: {answer}"))
    }

    /// Lets the account's EKS clusters show an API server that is there; the authority is PEM in base64.
    pub fn api_server(&self, endpoint: &str, ca_data: &str) {
        let place = serde_json::json!({"endpoint": endpoint, "ca": ca_data});
        let placed = self.control("POST", "kubernetes", &place.to_string());
        assert_eq!(placed["endpoint"], endpoint, "{placed}");
    }

    /// The actions and the resources of the policy that `iam-policy` prints.
    pub fn policy(&self, arguments: &[&str]) -> (Vec<String>, Vec<String>) {
        let text = self.expect(".", &[&["iam-policy"], arguments].concat(), 0);
        // Behind it stand the warnings, which go to the error stream.
        let mut documents = serde_json::Deserializer::from_str(&text).into_iter::<Json>();
        let policy = documents.next().expect("a document").unwrap_or_else(|e| panic!("{e}: {text}"));
        let texts = |key: &str| {
            let of = policy["Statement"].as_array().expect("statements").iter().map(|s| s[key].clone());
            let all = of.flat_map(|v| v.as_array().cloned().unwrap_or_else(|| vec![v]));
            all.map(|v| v.as_str().expect("text").to_owned()).collect()
        };
        (texts("Action"), texts("Resource"))
    }

    /// Everything in the account, by kind and id.
    pub fn snapshot(&self) -> BTreeMap<String, BTreeMap<String, Json>> {
        let all = self.control("GET", "snapshot", "");
        let kinds = all["accounts"][&self.id].as_object().cloned().unwrap_or_default();
        let objects = |v: Json| v.as_object().cloned().unwrap_or_default().into_iter().collect();
        kinds.into_iter().map(|(kind, v)| (kind, objects(v))).collect()
    }

    /// How many objects of each kind there are; keys that AWS deletes later count as gone.
    pub fn census(&self) -> BTreeMap<String, usize> {
        let alive = |v: &&Json| v["state"] != "PendingDeletion";
        let counted = self.snapshot().into_iter().map(|(kind, all)| (kind, all.values().filter(alive).count()));
        counted.filter(|(_, n)| *n > 0).collect()
    }

    /// Objects that still carry the mark of an unfinished creation.
    pub fn marked(&self) -> Vec<String> {
        let all = self.snapshot().into_values().flatten();
        all.filter(|(_, object)| object.to_string().contains("kiban:token")).map(|(id, _)| id).collect()
    }

    pub fn reset_counts(&self) {
        self.control("POST", "counts/reset", "");
    }

    /// Calls since the last reset, by operation.
    pub fn calls(&self) -> (u64, Json) {
        let counts = self.control("GET", "counts", "");
        (counts["total"].as_u64().expect("a number"), counts["calls"].clone())
    }

    /// A client configuration for changes behind kiban's back.
    pub fn sdk(&self) -> aws_config::SdkConfig {
        let credentials = aws_credential_types::Credentials::new(&self.id, "test", None, None, "test");
        runtime().block_on(
            aws_config::defaults(aws_config::BehaviorVersion::latest())
                .http_client(aws_smithy_http_client::Builder::new().build_http())
                .region(aws_config::Region::new("ap-northeast-1"))
                .credentials_provider(credentials)
                .endpoint_url(&Endpoint::get().url)
                .load(),
        )
    }
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime")
}

/// Waits for something; panics with what was waited for.
pub fn wait_for(what: &str, limit: Duration, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < limit, "{what}: not within {limit:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
