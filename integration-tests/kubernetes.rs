//! A Kubernetes API to test against: a real API server, with what tests need to look at it and to get in its way.
//!
//! `integration-tests/cluster` has the programs. A test that needs a cluster to itself, since it makes things that belong
//! to no namespace, starts one (`Cluster::start`); others share one (`Cluster::shared`).

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use crate::programs::{root, skip};
use crate::support::{Account, http};

/// How many run at the same time beside the shared one: each takes up to a gigabyte of memory.
const AT_ONCE: usize = 2;

static SHARED: OnceLock<Result<Cluster, String>> = OnceLock::new();
static OWN: (Mutex<usize>, Condvar) = (Mutex::new(0), Condvar::new());

/// A running API server behind its proxy. Dropping it ends it.
pub struct Cluster {
    pub endpoint: String,
    /// What its certificate is signed with: PEM in base64, as EKS gives it.
    pub ca_data: String,
    pub admin_token: String,
    /// Whether it stands in front of somebody else's cluster: pods run for real there, and nothing is reset.
    pub foreign: bool,
    control: String,
    /// Its standard input stays open as long as it is to run.
    child: Mutex<Option<Child>>,
    /// Given back when the cluster has ended.
    slot: Mutex<Option<Slot>>,
}

impl Cluster {
    /// The cluster that tests share, each with namespaces of its own. Without one the test is skipped.
    pub fn shared(test: &str) -> Option<&'static Cluster> {
        SHARED.get_or_init(|| Cluster::run(None)).as_ref().map_err(|why| skip(test, why)).ok()
    }

    /// A cluster for one test. Without one the test is skipped.
    pub fn start(test: &str) -> Option<Cluster> {
        Cluster::run(Some(Slot::take())).map_err(|why| skip(test, &why)).ok()
    }

    /// Ends the cluster that tests have shared.
    pub fn stop() {
        if let Some(Ok(cluster)) = SHARED.get() {
            cluster.end();
        }
    }

    fn run(slot: Option<Slot>) -> Result<Cluster, String> {
        let folder = root().join("integration-tests/cluster");
        let mut command = Command::new(folder.join("serve"));
        let variable = |name: &str| std::env::var(name).unwrap_or_default();
        if variable("KIBAN_TEST_KUBECONFIG") == "1" {
            let path = variable("KUBECONFIG");
            if path.is_empty() {
                return Err("KIBAN_TEST_KUBECONFIG is set, and KUBECONFIG names no file".into());
            }
            command.args(["--kubeconfig", &path]);
        } else {
            let built = Command::new(folder.join("build")).arg("--where").output().map_err(|e| e.to_string())?;
            if !built.status.success() {
                let why = variable("KIBAN_TEST_NO_CLUSTER");
                return Err(if why.is_empty() { String::from_utf8_lossy(&built.stderr).trim().into() } else { why });
            }
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(|e| e.to_string())?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("text");
        // What is built has to run: that it does not is a failure, not a reason to skip.
        let ready: Json =
            serde_json::from_str(&line).unwrap_or_else(|e| panic!("the cluster does not start: {e}: {line}"));
        let text = |key: &str| ready[key].as_str().expect(key).to_owned();
        Ok(Cluster {
            endpoint: text("endpoint"),
            ca_data: text("ca"),
            admin_token: text("token"),
            foreign: ready["foreign"] == true,
            control: text("control"),
            child: Mutex::new(Some(child)),
            slot: Mutex::new(slot),
        })
    }

    fn end(&self) {
        if let Some(mut child) = self.child.lock().expect("lock").take() {
            drop(child.stdin.take());
            let _ = child.wait();
        }
        self.slot.lock().expect("lock").take();
    }

    /// Asks a control endpoint; integration-tests/cluster/README.md lists them.
    pub fn control(&self, method: &str, path: &str, body: &Json) -> Json {
        let url = format!("{}/{path}", self.control);
        let answer = http(method, &url, &body.to_string()).unwrap_or_else(|| panic!("{method} {url}: no answer"));
        let answer: Json = serde_json::from_str(&answer).unwrap_or_else(|e| panic!("{method} {url}: {e}: {answer}"));
        assert!(answer.get("error").is_none(), "{method} {url} {body}: {answer}");
        answer
    }

    /// As it was when it had started: nobody is admitted any more either.
    pub fn reset(&self) {
        self.control("POST", "reset", &json!({}));
    }

    /// Plays the EKS cluster of that name in the account: takes the tokens made for it, and is its endpoint in the emulator.
    pub fn plays(&self, account: &Account, name: &str) {
        self.admits(account, name, &["system:masters"]);
        account.api_server(&self.endpoint, &self.ca_data);
    }

    /// Takes the account's tokens for a cluster; who shows one belongs to the groups.
    pub fn admits(&self, account: &Account, name: &str, groups: &[&str]) {
        self.control("POST", &format!("clusters?account={}", account.id), &json!({"name": name, "groups": groups}));
    }

    /// Tokens that the account has used so far are not taken any more.
    pub fn revoke(&self, account: &Account) {
        self.control("POST", &format!("tokens/revoke?account={}", account.id), &json!({}));
    }

    /// The account's requests since the last reset, in order.
    pub fn calls(&self, account: &Account) -> Vec<Json> {
        let answer = self.control("GET", &format!("calls?account={}", account.id), &json!({}));
        answer["calls"].as_array().expect("a list").clone()
    }

    /// Those of them that change something, as `METHOD /path`.
    pub fn writes(&self, account: &Account) -> Vec<String> {
        let shown = |c: &Json| format!("{} {}", c["method"].as_str().unwrap_or("?"), c["path"].as_str().unwrap_or("?"));
        self.calls(account).iter().filter(|c| c["mutating"] == true).map(shown).collect()
    }

    pub fn reset_calls(&self, account: &Account) {
        self.control("POST", &format!("counts/reset?account={}", account.id), &json!({}));
    }

    /// Makes requests of the account fail, wait or break off, by a rule as the emulator has them.
    pub fn fault(&self, account: &Account, rule: &Json) {
        self.control("POST", &format!("faults?account={}", account.id), rule);
    }

    pub fn no_faults(&self, account: &Account) {
        self.control("DELETE", &format!("faults?account={}", account.id), &json!({}));
    }

    /// Whether a request of the account is held.
    pub fn holds(&self, account: &Account) -> bool {
        let faults = self.control("GET", "faults", &json!({}));
        faults["holding"].as_array().is_some_and(|all| all.iter().any(|h| h["account"] == account.id.as_str()))
    }

    /// Says what becomes of pods that match; see `pods` in the README of the cluster.
    pub fn pods(&self, rule: &Json) {
        self.control("POST", "pods", rule);
    }

    /// An object, or nothing; as the administrator and past the proxy.
    pub fn get(&self, path: &str) -> Option<Json> {
        let (status, object) = self.send(&json!({"method": "GET", "path": path}));
        assert!(status == 200 || status == 404, "{path}: {status}: {object}");
        (status == 200).then_some(object)
    }

    /// Server-side apply as another field manager, which takes over what it names.
    pub fn apply_as(&self, manager: &str, path: &str, object: &Json) -> Json {
        self.change(
            &json!({"type": "apply", "path": format!("{path}?fieldManager={manager}&force=true"), "body": object}),
        )
    }

    /// A merge patch; of the status where the path ends in `/status`.
    pub fn patch(&self, path: &str, change: &Json) -> Json {
        self.change(&json!({"type": "merge", "path": path, "body": change}))
    }

    pub fn delete(&self, path: &str) -> Json {
        self.change(&json!({"method": "DELETE", "path": path}))
    }

    fn change(&self, request: &Json) -> Json {
        let (status, object) = self.send(request);
        assert!(status < 300, "{request}: {status}: {object}");
        object
    }

    /// Any request as the administrator, past the proxy: `method`, `path`, `body`, `type` (of a patch).
    pub fn send(&self, request: &Json) -> (u64, Json) {
        let mut answer = self.control("POST", "object", request);
        (answer["status"].as_u64().expect("a status"), answer["object"].take())
    }

    /// A request from outside, over TLS and through the proxy: status and body.
    pub fn request(&self, method: &str, path: &str, token: &str, content: &str, body: &str) -> (u16, String) {
        self.attempt(method, path, token, content, body).unwrap_or_else(|e| panic!("{method} {path}: {e}"))
    }

    /// A request that may get no answer.
    pub fn attempt(
        &self,
        method: &str,
        path: &str,
        token: &str,
        content: &str,
        body: &str,
    ) -> std::io::Result<(u16, String)> {
        let address = self.endpoint.strip_prefix("https://").expect("https");
        let pem = STANDARD.decode(&self.ca_data).expect("base64");
        let mut roots = rustls::RootCertStore::empty();
        for part in pem::parse_many(pem).expect("PEM") {
            roots.add(part.into_contents().into()).expect("an authority");
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = address.split(':').next().expect("host").to_owned().try_into().expect("a name");
        let session = rustls::ClientConnection::new(Arc::new(config), name).expect("session");
        let mut stream = rustls::StreamOwned::new(session, TcpStream::connect(address)?);
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: {content}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
        Ok((status, body.to_owned()))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.end();
    }
}

/// The right to run a cluster beside the shared one.
struct Slot;

impl Slot {
    fn take() -> Self {
        let (running, freed) = &OWN;
        let mut count = running.lock().expect("lock");
        while *count >= AT_ONCE {
            count = freed.wait(count).expect("lock");
        }
        *count += 1;
        Self
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let (running, freed) = &OWN;
        *running.lock().expect("lock") -= 1;
        freed.notify_one();
    }
}
