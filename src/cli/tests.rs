use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::operations::{
    BootstrapPlanned, BootstrapRequest, BootstrapStatus, Checked, FileChange, ListedTenant, NewTenant, Permissions,
    Purpose, TenantRequest, TokenRequest,
};
use super::*;
use crate::addr::{AbsInstance, ModulePath, ProviderAddr};
use crate::apply::{Event, Observer};
use crate::config::{Config, Module};
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::plan::{Action, Change, ChangeKey, Drift, Mode, Plan, StepKind};
use crate::state::{ObjectState, OutputState, State};
use crate::value::{Type, Value};

/// Operations on one object, `aws_thing.a`.
#[derive(Default)]
struct Fake {
    change: bool,
    drift: bool,
    broken: bool,
}

fn addr() -> AbsInstance {
    AbsInstance::parse("aws_thing.a").expect("address")
}

fn provider() -> ProviderAddr {
    ProviderAddr::root("registry.terraform.io/hashicorp/aws")
}

fn object(size: i64) -> Value {
    Value::object([("id".into(), "t-1".into()), ("size".into(), size.into())].into())
}

fn schemas() -> SchemaLookup {
    Arc::new(|_, _| None)
}

impl Fake {
    fn check(&self) -> Result<(), Failure> {
        if self.broken { Err(Diagnostic::error("Broken", "It does not work.").into()) } else { Ok(()) }
    }

    fn found(&self) -> Vec<Drift> {
        let drift =
            Drift { key: ChangeKey::current(addr()), provider: provider(), before: object(1), after: Some(object(2)) };
        if self.drift { vec![drift] } else { Vec::new() }
    }

    fn planned(&self, mode: Mode) -> Planned {
        let action = match (self.change, mode) {
            (_, Mode::Destroy) => Action::Delete,
            (true, Mode::Normal) => Action::Update,
            _ => Action::NoOp,
        };
        let change = Change {
            key: ChangeKey::current(addr()),
            provider: provider(),
            action,
            reason: None,
            before: Some(object(1)),
            after: (action != Action::Delete).then(|| object(if action == Action::Update { 2 } else { 1 })),
            replace_paths: Default::default(),
            moved_from: None,
            importing: None,
            span: None,
            dependencies: Vec::new(),
            create_before_destroy: false,
            generated: None,
            scoped: false,
            left_out: false,
        };
        let plan = Plan {
            mode,
            changes: vec![change],
            steps: Vec::new(),
            gates: Vec::new(),
            outputs: BTreeMap::new(),
            drift: self.found(),
            relevant: Vec::new(),
            checks: Default::default(),
            prior: State::default(),
            complete: true,
            timestamp: "2024-01-01T00:00:00Z".into(),
            data: BTreeMap::new(),
            open: Vec::new(),
            planners: std::collections::BTreeSet::new(),
        };
        let config = Config {
            bootstrap: Vec::new(),
            root: Module::empty(ModulePath::root(), ".".into()),
            sources: Sources::default(),
            overridden: Vec::new(),
        };
        Planned {
            plan,
            config: Arc::new(config),
            bootstraps: Vec::new(),
            variables: BTreeMap::new(),
            schemas: schemas(),
            diagnostics: Diagnostics::new(),
            sources: Sources::default(),
        }
    }
}

#[async_trait]
impl Operations for Fake {
    async fn validate(&self) -> Result<Validated, Failure> {
        self.check()?;
        Ok(Validated { diagnostics: Diagnostics::new(), sources: Sources::default() })
    }
    async fn install(&self, _: bool, _: &mut (dyn FnMut(crate::ops::Progress) + Send)) -> Result<Validated, Failure> {
        self.validate().await
    }

    async fn plan(&self, request: PlanRequest) -> Result<Planned, Failure> {
        self.check()?;
        Ok(self.planned(request.options.mode))
    }

    async fn resume(&self, _: &Path, request: PlanRequest) -> Result<Planned, Failure> {
        self.plan(request).await
    }

    async fn apply(&self, planned: Planned, observer: &dyn Observer) -> Result<Applied, Failure> {
        let elapsed = std::time::Duration::from_secs(75);
        observer.event(Event::Started { addr: addr(), kind: StepKind::Update, id: Some("t-1".into()) });
        observer.event(Event::Progress { addr: addr(), kind: StepKind::Update, elapsed, why: None });
        observer.event(Event::Finished { addr: addr(), kind: StepKind::Update, elapsed, id: Some("t-1".into()) });
        Ok(Applied {
            outputs: [("secret".into(), ("hunter2".into(), true)), ("url".into(), ("https://x".into(), false))].into(),
            summary: planned.plan.summary(),
            diagnostics: Diagnostics::new(),
            sources: Sources::default(),
        })
    }

    async fn import(&self, _: &AbsInstance, _: &str, _: PlanRequest) -> Result<Validated, Failure> {
        self.validate().await
    }

    async fn drift(&self, _: PlanRequest) -> Result<Drifted, Failure> {
        self.check()?;
        let drift = self.found();
        Ok(Drifted {
            bootstraps: Vec::new(),
            drift,
            schemas: schemas(),
            diagnostics: Diagnostics::new(),
            sources: Sources::default(),
        })
    }

    async fn save(&self, _: &Planned, _: &Path) -> Result<(), Failure> {
        Ok(())
    }

    async fn load(&self, _: &Path) -> Result<Shown, Failure> {
        Ok(Shown::Plan { text: "a plan\n".into(), json: serde_json::json!({ "format_version": "1.2" }) })
    }

    async fn test(
        &self,
        _: operations::TestRequest,
        _: &dyn operations::TestObserver,
    ) -> Result<operations::Tested, Failure> {
        Err(Failure::default())
    }

    async fn state(&self) -> Result<Stored, Failure> {
        let mut state = State::default();
        let mut stored = ObjectState::default();
        stored.encode(&object(1), &crate::schema::Block::new());
        state.instance_mut(&addr(), &provider()).current = Some(stored);
        let list = Value::list(Type::String, vec!["a".into()]);
        state.outputs = [
            ("list".into(), OutputState { value: list, sensitive: false }),
            ("secret".into(), OutputState { value: Value::from("hunter2").sensitive(), sensitive: true }),
        ]
        .into();
        Ok(Stored { state, text: Some("{}\n".into()), schemas: schemas() })
    }

    async fn console(&self, _: Vec<crate::config::Argument>, _: bool) -> Result<crate::ops::Console, Failure> {
        Err(Diagnostic::error("No console", "There is no configuration.").into())
    }

    async fn format(&self, request: crate::ops::FormatRequest) -> crate::ops::Formatted {
        crate::ops::format(&request)
    }

    async fn format_text(&self, name: &str, bytes: Vec<u8>) -> crate::ops::Formatted {
        crate::ops::format_text(name, bytes)
    }

    async fn graph(&self) -> Result<String, Failure> {
        Ok("digraph {}\n".into())
    }
    async fn permissions(&self, _: PlanRequest, _: Purpose) -> Result<Permissions, Failure> {
        let policy = serde_json::Value::Null;
        Ok(Permissions { policy, warnings: Diagnostics::new(), sources: Sources::default() })
    }
    async fn bootstrap_plan(&self, _: BootstrapRequest, _: bool) -> Result<BootstrapPlanned, Failure> {
        Ok(BootstrapPlanned { bootstraps: Vec::new(), diagnostics: Diagnostics::new(), sources: Sources::default() })
    }
    async fn bootstrap_apply(&self, _: &dyn Observer) -> Result<(), Failure> {
        Ok(())
    }
    async fn bootstrap_forget(&self, _: BootstrapRequest) -> Result<Vec<(String, usize)>, Failure> {
        Ok(Vec::new())
    }
    async fn bootstrap_status(&self, _: BootstrapRequest) -> Result<BootstrapStatus, Failure> {
        Ok(BootstrapStatus { observed: Vec::new(), warnings: Diagnostics::new(), sources: Sources::default() })
    }
    async fn bootstrap_render(&self, _: BootstrapRequest) -> Result<Vec<serde_json::Value>, Failure> {
        Ok(Vec::new())
    }
    async fn eks_token(&self, _: TokenRequest) -> Result<serde_json::Value, Failure> {
        Ok(serde_json::Value::Null)
    }
    async fn new_tenant(&self, request: TenantRequest) -> Result<NewTenant, Failure> {
        self.check()?;
        let change = FileChange { path: "a.yaml".into(), before: Some("a: 1\n".into()), after: "a: 2\n".into() };
        let new = FileChange { path: "b/new.yaml".into(), before: None, after: "b: 1\n".into() };
        let changes = if self.change { vec![change, new] } else { Vec::new() };
        Ok(NewTenant { tenant: request.name, changes })
    }
    async fn write_tenant(&self, _: &NewTenant) -> Result<(), Failure> {
        self.check()
    }
    async fn list_tenants(&self, _: Option<&Path>) -> Result<Vec<ListedTenant>, Failure> {
        let search = ListedTenant {
            name: "search".into(),
            domain: "search.ci.example.com".into(),
            contact: "search@example.com".into(),
            arch: "arm64".into(),
            capacity: "spot".into(),
            in_stack: true,
            environments: Some(["production".to_owned(), "staging".to_owned()].into()),
        };
        let other = ListedTenant { name: "a".into(), environments: Some(Default::default()), ..Default::default() };
        Ok(vec![other, search])
    }
    async fn check_tenants(&self, _: Option<&Path>) -> Result<Checked, Failure> {
        let mut diagnostics = Diagnostics::new();
        if self.broken {
            diagnostics.push(Diagnostic::error("Broken", "It does not work."));
        }
        Ok(Checked { tenants: 2, diagnostics, sources: Sources::default() })
    }
    async fn schemas(&self) -> Result<serde_json::Value, Failure> {
        Ok(serde_json::Value::Null)
    }
}

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("paper").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Runs a command line; gives the exit code and all that was printed. An answer makes the input a terminal.
fn run(fake: Fake, line: &str, answer: Option<&str>) -> (u8, String) {
    let paper = Paper::default();
    let input = Cursor::new(answer.unwrap_or("").to_owned());
    let mut screen = Screen::new(paper.clone(), paper.clone(), input, || "2024-01-01T00:00:00Z".to_owned());
    screen.interactive = answer.is_some();
    let argv: Vec<String> = line.split(' ').map(str::to_owned).collect();
    let environment = BTreeMap::new();
    let run = super::run(&argv, &environment, screen, async |_| Ok(Box::new(fake) as Box<dyn Operations>));
    let code = futures::executor::block_on(run);
    let text = String::from_utf8(paper.0.lock().expect("paper").clone()).expect("text");
    (code, text)
}

fn changing() -> Fake {
    Fake { change: true, ..Fake::default() }
}

#[test]
fn exit_codes() {
    let drifted = || Fake { drift: true, ..Fake::default() };
    let broken = || Fake { broken: true, ..Fake::default() };
    for (fake, line, code) in [
        (Fake::default(), "plan", 0),
        (changing(), "plan", 0),
        (Fake::default(), "plan -detailed-exitcode", 0),
        (changing(), "plan -detailed-exitcode", 2),
        (drifted(), "plan -refresh-only -detailed-exitcode", 2),
        (broken(), "plan -detailed-exitcode", 1),
        (Fake::default(), "drift", 0),
        (drifted(), "drift", 2),
        (broken(), "drift", 1),
        (Fake::default(), "validate", 0),
        (broken(), "validate", 1),
        (broken(), "validate -json", 1),
        (Fake::default(), "apply", 0),
        (changing(), "apply -auto-approve", 0),
        (changing(), "apply saved.plan", 0),
        (changing(), "apply -destroy saved.plan", 1),
        (Fake::default(), "output list", 0),
        (Fake::default(), "output -raw list", 1),
        (Fake::default(), "output lost", 1),
        (Fake::default(), "state show aws_thing.b", 1),
        (Fake::default(), "state list", 0),
        (Fake::default(), "graph", 0),
        (Fake::default(), "init", 0),
        (Fake::default(), "init -nonsense", 1),
        (Fake::default(), "tenant new team -env=prod", 0),
        (changing(), "tenant new team -env=prod", 1),
        (changing(), "tenant new team -env=prod -auto-approve", 0),
        (broken(), "tenant new team -env=prod", 1),
        (changing(), "tenant new team -render=magic", 1),
        (Fake::default(), "tenant list", 0),
        (Fake::default(), "tenant check", 0),
        (broken(), "tenant check", 1),
        (broken(), "tenant check -json", 1),
        (Fake::default(), "version -json", 0),
        (Fake::default(), "workspace show", 0),
        (Fake::default(), "nonsense", 1),
    ] {
        let (got, text) = run(fake, line, None);
        assert_eq!(got, code, "{line}: {text}");
    }
}

#[test]
fn only_yes_approves() {
    let (code, text) = run(changing(), "apply", Some("yes\n"));
    assert_eq!(code, 0, "{text}");
    insta::assert_snapshot!(text);
    let (code, text) = run(changing(), "apply", Some("y\n"));
    assert!(code == 1 && text.contains("Apply cancelled."), "{text}");
    let (code, text) = run(changing(), "apply", None);
    assert!(code == 1 && text.contains("-auto-approve"), "{text}");
    let (code, text) = run(changing(), "apply -input=false", Some("yes\n"));
    assert!(code == 1 && text.contains("-auto-approve"), "{text}");
    let (code, text) = run(Fake::default(), "destroy", Some("no\n"));
    assert!(code == 1 && text.contains("Destroy cancelled."), "{text}");
}

#[test]
fn the_stream_has_one_object_a_line() {
    let (code, text) = run(Fake { drift: true, ..changing() }, "apply -auto-approve -json", None);
    assert_eq!(code, 0, "{text}");
    let lines: Vec<serde_json::Value> = text.lines().map(|l| serde_json::from_str(l).expect(l)).collect();
    let kinds: Vec<_> = lines.iter().filter_map(|l| l["type"].as_str()).collect();
    let want = [
        "version",
        "resource_drift",
        "planned_change",
        "change_summary",
        "apply_start",
        "apply_progress",
        "apply_complete",
        "change_summary",
        "outputs",
    ];
    assert_eq!(kinds, want);
    assert!(!text.contains("hunter2"));
    let (code, text) = run(Fake { broken: true, ..Fake::default() }, "plan -json", None);
    assert!(code == 1 && text.lines().all(|l| serde_json::from_str::<serde_json::Value>(l).is_ok()), "{text}");
}

#[test]
fn outputs_and_objects_are_shown() {
    assert_eq!(run(Fake::default(), "output", None).1, "list = tolist([\n  \"a\",\n])\nsecret = <sensitive>\n");
    assert_eq!(run(Fake::default(), "output -raw secret", None).1, "hunter2");
    assert_eq!(run(Fake::default(), "output -json list", None).1, "[\"a\"]\n");
    let object = "# aws_thing.a:\nresource \"aws_thing\" \"a\" {\n    id   = \"t-1\"\n    size = 1\n}\n";
    assert_eq!(run(Fake::default(), "state show aws_thing.a", None).1, object);
    assert!(run(Fake::default(), "show", None).1.starts_with(object));
    assert_eq!(run(Fake::default(), "show saved.plan", None).1, "a plan\n");
    assert!(run(Fake::default(), "show -json", None).1.contains("\"format_version\""));
    assert!(run(Fake::default(), "state show aws_thing.b", None).1.contains("Did you mean aws_thing.a?"));
}

#[test]
fn a_tenant_is_shown_before_it_is_written() {
    let (code, text) = run(changing(), "tenant new team -env=prod", Some("yes\n"));
    assert_eq!(code, 0, "{text}");
    insta::assert_snapshot!(text);
    let (code, text) = run(changing(), "tenant new team -env=prod", Some("no\n"));
    assert!(code == 1 && text.contains("Nothing was written."), "{text}");
    let (code, text) = run(changing(), "tenant new team -env=prod", None);
    assert!(code == 1 && text.contains("-auto-approve"), "{text}");
    let (code, text) = run(Fake::default(), "tenant new team", None);
    assert!(code == 0 && text.contains("nothing to do"), "{text}");
}

#[test]
fn tenants_are_listed() {
    insta::assert_snapshot!(run(Fake::default(), "tenant list", None).1);
    let (_, json) = run(Fake::default(), "tenant list -json", None);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["tenants"][1]["environments"][1], "staging");
    let (_, json) = run(Fake { broken: true, ..Fake::default() }, "tenant check -json", None);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["valid"], &json["error_count"]), (&false.into(), &1.into()));
}
