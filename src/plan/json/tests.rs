use std::collections::BTreeSet;

use super::*;
use crate::addr::Target;
use crate::plan::ChangeKey;

fn relevant(address: &str) -> Relevant {
    Relevant { object: Target::parse(address).expect("address"), path: Path::attr("id") }
}

fn example() -> (Plan, Config, BTreeMap<Name, Value>) {
    let provider = ProviderAddr::root("registry.terraform.io/hashicorp/aws");
    let after = Value::object(
        [
            ("id".into(), Value::unknown(crate::value::Type::String)),
            ("name".into(), Value::from("web")),
            ("password".into(), Value::from("hunter2").sensitive()),
            ("list".into(), Value::from(vec![Value::from("a"), Value::unknown(crate::value::Type::String)])),
            ("none".into(), Value::null(crate::value::Type::String)),
        ]
        .into(),
    );
    let change = |addr: &str, after: Value| Change {
        key: ChangeKey::current(AbsInstance::parse(addr).expect("address")),
        provider: provider.clone(),
        action: Action::Create,
        reason: None,
        before: None,
        after: Some(after),
        replace_paths: BTreeSet::new(),
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
        mode: Mode::Normal,
        changes: vec![change("module.a.module.b[\"k\"].aws_thing.x[0]", after.clone()), change("aws_thing.y", after)],
        steps: Vec::new(),
        gates: Vec::new(),
        outputs: BTreeMap::from([(
            "secret".into(),
            OutputChange { action: Action::Create, before: None, after: Some("hunter2".into()), sensitive: true },
        )]),
        drift: Vec::new(),
        relevant: ["aws_thing.z[\"k\"]", "aws_thing.y[0]"].map(relevant).into(),
        checks: Default::default(),
        prior: State::default(),
        complete: true,
        timestamp: "2024-01-01T00:00:00Z".into(),
        data: BTreeMap::new(),
        open: Vec::new(),
        planners: std::collections::BTreeSet::new(),
    };
    let folder = tempfile::tempdir().expect("folder");
    let text = r#"
variable "secret" {
  sensitive = true
  default   = "hunter2"
}
variable "name" {
  default = "web"
}
resource "aws_thing" "y" {
  count    = 1
  name     = var.name
  password = var.secret
  size     = -3
  made     = upper("x")
  ref      = "${aws_thing.z["k"].id}-x"
  dynamic "rule" {
    for_each = var.name
    content {
      port = rule.value
    }
  }
  depends_on = [aws_thing.z]
}
resource "aws_thing" "z" {
  for_each = toset(["k"])
}
output "secret" {
  value     = aws_thing.y[0].id
  sensitive = true
}
"#;
    std::fs::write(folder.path().join("main.tf"), text).expect("file");
    let loaded = crate::config::load(folder.path(), crate::diag::Sources::default());
    let variables = BTreeMap::from([("secret".into(), "hunter2".into()), ("name".into(), "web".into())]);
    (plan, loaded.config, variables)
}

#[test]
fn the_document_holds_no_secrets() {
    let (plan, config, variables) = example();
    let document = super::plan(&Document {
        plan: &plan,
        config: &config,
        variables: &variables,
        schemas: &|_, _| None,
        errored: false,
    });
    let text = format!("{document:#}");
    assert!(!text.contains("hunter2"), "{text}");
    insta::assert_snapshot!(text);
}
