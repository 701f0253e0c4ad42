use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::*;
use crate::addr::Target;
use crate::addr::{AbsInstance, Name, Path, ProviderAddr, Step};
use crate::plan::{ChangeKey, OutputChange, Relevant};
use crate::schema::{Block, Schema, SharedSchema, list_block, map_of, number, set_block, set_of, single_block, string};
use crate::state::State;
use crate::value::json::from_json;
use crate::value::{Type, Value};

fn provider() -> ProviderAddr {
    ProviderAddr::root("registry.terraform.io/hashicorp/aws")
}

fn schema() -> SharedSchema {
    let rule = || Block::new().attr("port", number()).attr("cidr", string());
    let block = Block::new()
        .attr("id", string())
        .attr("name", string())
        .attr("note", string())
        .attr("password", string().sensitive())
        .attr("policy", string())
        .attr("size", number())
        .attr("tags", map_of(Type::String))
        .attr("zones", Attr::list())
        .attr("groups", set_of(Type::String))
        .block("disk", list_block(rule()))
        .block("rule", set_block(rule()))
        .block("timeouts", single_block(Block::new().attr("create", string())));
    Arc::new(Schema { version: 0, block })
}

struct Attr;
impl Attr {
    fn list() -> crate::schema::Attribute {
        crate::schema::list_of(Type::String)
    }
}

/// An object of the test schema; `"<unknown>"` stands for values known after apply.
fn object(json: Json) -> Value {
    let schema = schema();
    let value = from_json(&json).map_deep(&mut |v| match v.as_str() {
        Some("<unknown>") => Value::unknown(Type::Dynamic),
        _ => v,
    });
    schema.block.mark_sensitive(schema.block.conform(&value).expect("fits"))
}

fn change(addr: &str, action: Action, before: Option<Json>, after: Option<Json>) -> Change {
    Change {
        key: ChangeKey::current(AbsInstance::parse(addr).expect("address")),
        provider: provider(),
        action,
        reason: None,
        before: before.map(object),
        after: after.map(object),
        replace_paths: BTreeSet::new(),
        moved_from: None,
        importing: None,
        span: None,
        dependencies: Vec::new(),
        create_before_destroy: false,
        generated: None,
        scoped: false,
        left_out: false,
    }
}

fn plan(changes: Vec<Change>) -> Plan {
    Plan {
        mode: Mode::Normal,
        changes,
        steps: Vec::new(),
        gates: Vec::new(),
        outputs: BTreeMap::new(),
        drift: Vec::new(),
        relevant: Vec::new(),
        checks: Default::default(),
        prior: State::default(),
        complete: true,
        timestamp: "2024-01-01T00:00:00Z".into(),
        data: BTreeMap::new(),
        open: Vec::new(),
        planners: std::collections::BTreeSet::new(),
    }
}

fn text(plan: &Plan) -> String {
    render(plan, &|_, _| Some(schema()), Palette::PLAIN)
}

fn shown(changes: Vec<Change>) -> String {
    text(&plan(changes))
}

#[test]
fn create() {
    let after = json!({
        "id": "<unknown>", "name": "web", "size": 3, "password": "hunter2", "groups": ["b", "a"],
        "tags": {"Name": "web", "cost center": "12"}, "zones": ["a", "<unknown>"],
        "note": "one\ntwo\n", "policy": r#"{"Statement":[{"Action":"s3:*","Effect":"Allow"}],"Version":"2012-10-17"}"#,
        "disk": [{"port": 1, "cidr": "10.0.0.0/8"}, {"port": 2}], "timeouts": {"create": "5m"},
    });
    insta::assert_snapshot!(shown(vec![change("module.a[\"x\"].aws_thing.web[0]", Action::Create, None, Some(after))]));
}

#[test]
fn update_in_place() {
    let before = json!({
        "id": "t-1", "name": "web", "size": 3, "password": "old", "groups": ["a", "b", "c"], "note": "a\nb\nc\n",
        "tags": {"Name": "web", "gone": "x", "kept": "y"}, "zones": ["a", "b", "c", "d", "e"],
        "policy": r#"{"Statement":[{"Action":"s3:*","Effect":"Allow","Sid":"x"},{"Action":"ec2:*","Effect":"Deny"}],"Version":"2012-10-17"}"#,
    });
    let after = json!({
        "id": "t-1", "name": "web", "size": 4, "password": "new", "groups": ["a", "c", "d"], "note": "a\nB\nc\n",
        "tags": {"Name": "web", "kept": "y", "new": "z"}, "zones": ["a", "b", "c", "x", "d", "e"],
        "policy": r#"{"Version":"2012-10-17","Statement":[{"Action":["s3:Get*"],"Effect":"Allow","Sid":"x"},{"Action":"ec2:*","Effect":"Deny"}]}"#,
    });
    insta::assert_snapshot!(shown(vec![change("aws_thing.web", Action::Update, Some(before), Some(after))]));
}

#[test]
fn replace_says_why() {
    let before = json!({"id": "t-1", "name": "web", "size": 3, "disk": [{"port": 1, "cidr": "a"}], "zones": ["a"]});
    let after =
        json!({"id": "<unknown>", "name": "web", "size": 4, "disk": [{"port": 1, "cidr": "b"}], "zones": "<unknown>"});
    let mut first = change("aws_thing.web", Action::DeleteThenCreate, Some(before.clone()), Some(after.clone()));
    first.reason = Some(Reason::CannotUpdate);
    let disk = Path::attr("disk").then(Step::Index(0)).then(Step::Attr("cidr".into()));
    first.replace_paths = [Path::attr("size"), disk, Path::attr("zones")].into();
    let mut second = change("aws_thing.tainted", Action::CreateThenDelete, Some(before), Some(after));
    second.reason = Some(Reason::Tainted);
    insta::assert_snapshot!(shown(vec![first, second]));
}

#[test]
fn delete_says_why() {
    let before = json!({"id": "t-1", "name": "web", "tags": {"a": "b"}, "rule": [{"port": 1}], "password": "x"});
    let mut gone = change("aws_thing.web[1]", Action::Delete, Some(before.clone()), None);
    gone.reason = Some(Reason::CountIndex);
    let mut deposed = change("aws_thing.old", Action::Delete, Some(json!({"id": "t-2"})), None);
    deposed.key.deposed = Some("abcd1234".into());
    let mut forgotten = change("aws_thing.kept", Action::Forget, Some(json!({"id": "t-3", "size": 1})), None);
    forgotten.reason = Some(Reason::NoResourceConfig);
    insta::assert_snapshot!(shown(vec![gone, deposed, forgotten]));
}

#[test]
fn nested_blocks() {
    let before = json!({
        "id": "t-1", "rule": [{"port": 1, "cidr": "a"}, {"port": 2, "cidr": "b"}, {"port": 3, "cidr": "c"}],
        "disk": [{"port": 1, "cidr": "x"}, {"port": 2, "cidr": "x"}], "timeouts": {"create": "5m"},
    });
    let after = json!({
        "id": "t-1", "rule": [{"port": 1, "cidr": "a"}, {"port": 2, "cidr": "z"}, {"port": 3, "cidr": "c"}],
        "disk": [{"port": 1, "cidr": "y"}, {"port": 2, "cidr": "x"}, {"port": 3, "cidr": "x"}],
    });
    insta::assert_snapshot!(shown(vec![change("aws_thing.web", Action::Update, Some(before), Some(after))]));
}

#[test]
fn data_moves_and_imports() {
    let same = json!({"id": "t-1", "name": "web", "size": 3});
    let mut read = change("data.aws_thing.later", Action::Read, None, Some(json!({"id": "<unknown>", "name": "x"})));
    read.reason = Some(Reason::DependencyPending);
    let mut moved = change("aws_thing.new", Action::NoOp, Some(same.clone()), Some(same.clone()));
    moved.moved_from = AbsInstance::parse("aws_thing.old");
    let mut imported = change(
        "aws_thing.in",
        Action::Update,
        Some(same.clone()),
        Some(json!({"id": "t-1", "name": "web", "size": 4})),
    );
    imported.importing = Some("t-1".into());
    let quiet = change("aws_thing.quiet", Action::NoOp, Some(same.clone()), Some(same));
    insta::assert_snapshot!(shown(vec![read, moved, imported, quiet]));
}

#[test]
fn becoming_sensitive_is_told() {
    let before = object(json!({"id": "t-1", "note": "x"}));
    let mut one = change("aws_thing.web", Action::Update, None, None);
    let mut entries = before.as_map().expect("object").clone();
    entries.insert("note".into(), Value::from("x").sensitive());
    one.before = Some(before);
    one.after = Some(Value::object(entries));
    insta::assert_snapshot!(shown(vec![one]));
}

#[test]
fn drift_and_outputs() {
    let mut made = plan(vec![change("aws_thing.web", Action::Create, None, Some(json!({"name": "x"})))]);
    made.drift = vec![
        Drift {
            key: ChangeKey::current(AbsInstance::parse("aws_thing.a").expect("address")),
            provider: provider(),
            before: object(json!({"id": "t-1", "size": 1, "password": "p"})),
            after: Some(object(json!({"id": "t-1", "size": 2, "password": "q"}))),
        },
        Drift {
            key: ChangeKey::current(AbsInstance::parse("aws_thing.b").expect("address")),
            provider: provider(),
            before: object(json!({"id": "t-2"})),
            after: None,
        },
    ];
    let output = |action, before: Option<Value>, after: Option<Value>, sensitive| OutputChange {
        action,
        before,
        after,
        sensitive,
    };
    let unknown = Value::unknown(Type::String);
    made.outputs = [
        ("added", output(Action::Create, None, Some(Value::from(vec!["a", "b"])), false)),
        ("changed", output(Action::Update, Some("x".into()), Some(unknown), false)),
        ("gone", output(Action::Delete, Some(1.into()), None, false)),
        ("kept", output(Action::NoOp, Some(1.into()), Some(1.into()), false)),
        ("secret", output(Action::Update, Some("a".into()), Some("b".into()), true)),
    ]
    .map(|(k, v)| (Name::from(k), v))
    .into();
    assert!(!text(&made).contains("outside of kiban"), "nothing that is planned has to do with it");
    let relevant = |address: &str, path: Path| Relevant { object: Target::parse(address).expect("address"), path };
    made.relevant = vec![relevant("aws_thing.a", Path::attr("id"))];
    assert!(!text(&made).contains("outside of kiban"), "another attribute is no reason");
    made.relevant = vec![relevant("aws_thing.a", Path::attr("size")), relevant("aws_thing.b", Path::root())];
    insta::assert_snapshot!("drift_and_outputs", text(&made));
    made.mode = Mode::RefreshOnly;
    insta::assert_snapshot!("refresh_only", text(&made));
}

#[test]
fn nothing_to_do() {
    let text = shown(Vec::new());
    assert!(text.starts_with("No changes. Your infrastructure matches the configuration.\n"), "{text}");
    let destroy = Plan { mode: Mode::Destroy, ..plan(Vec::new()) };
    assert!(super::render(&destroy, &|_, _| None, Palette::PLAIN).contains("No objects need to be destroyed."));
}

#[test]
fn secrets_never_show() {
    let before = json!({"id": "t-1", "password": "hunter2", "size": 1});
    let after = json!({"id": "t-1", "password": "hunter3", "size": 2});
    for (a, b, action) in [
        (Some(before.clone()), Some(after.clone()), Action::Update),
        (None, Some(after), Action::Create),
        (Some(before), None, Action::Delete),
    ] {
        assert!(!shown(vec![change("aws_thing.web", action, a, b)]).contains("hunter"));
    }
}
