use super::decode_body;
use crate::addr::Path;
use crate::diag::{Diagnostics, Sources};
use crate::eval::tests::Empty;
use crate::eval::{Bindings, expr_at};
use crate::hcl::parse_body;
use crate::schema::{self, Block, boolean, list_block, map_of, number, set_block, set_of, single_block, string};
use crate::value::{Kind, Type, Value};

fn short(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some(s) if s.len() > 5 => Err(format!("\"{s}\" is longer than five characters.")),
        _ => Ok(()),
    }
}

fn schema() -> Block {
    let port = Block::new().attr("from", number().required()).attr("note", string().optional().check(short));
    let route = Type::object([("cidr", Type::String), ("gateway", Type::String)]);
    Block::new()
        .attr("name", string().required().check(short))
        .attr("arn", string().computed())
        .attr("enabled", boolean().optional())
        .attr("tags", map_of(Type::String).optional())
        .attr("old", string().optional().deprecated("Use name."))
        .attr("route", set_of(route).optional())
        .block("ingress", list_block(port.clone()).max(2))
        .block("egress", set_block(port))
        .block("timeouts", single_block(Block::new().attr("create", schema::string().optional())))
}

fn decode(text: &str) -> (Value, Diagnostics) {
    let mut sources = Sources::default();
    let id = sources.add("test.tf", text);
    let (body, found) = parse_body(id, text);
    assert!(!found.has_errors(), "{found:?}");
    let outer = Empty::default();
    let names = vec![
        ("unknown".into(), Value::unknown(Type::list(Type::String))),
        ("secret".into(), Value::from("s3cret").sensitive()),
    ];
    let (value, found) = decode_body(&body, &schema(), &Bindings::new(&outer, names));
    assert_eq!(value.ty(), schema().ty(), "{text}");
    (value, found)
}

#[track_caller]
fn ok(text: &str) -> Value {
    let (value, found) = decode(text);
    assert!(!found.has_errors(), "{found:?}");
    value
}

#[track_caller]
fn fails(text: &str, expected: &[&str]) -> Value {
    let (value, found) = decode(text);
    let summaries: Vec<&str> = found.iter().map(|d| d.summary.as_str()).collect();
    assert_eq!(summaries, expected, "{text}");
    value
}

#[test]
fn a_body_becomes_an_object_of_the_schemas_type() {
    let value = ok("name = \"a\"\nenabled = \"true\"\ntags = { n = 1 }\n\
                    ingress {\n from = \"80\"\n}\ntimeouts {\n create = \"1m\"\n}");
    assert_eq!(value.get("enabled").and_then(Value::as_bool), Some(true));
    assert_eq!(value.at(&Path::attr("tags")).and_then(|v| v.get("n").cloned()), Some("1".into()));
    let ports: Vec<_> = value.get("ingress").into_iter().flat_map(Value::children).map(|v| v.get("from")).collect();
    assert_eq!(ports, [Some(&Value::from(80))]);
    assert!(value.get("arn").is_some_and(Value::is_null));
    assert_eq!(ok("name = \"a\"").get("timeouts").map(Value::is_null), Some(true));
}

#[test]
fn every_problem_of_a_body_is_told() {
    fails(
        "nam = 1\nenabled = []\narn = \"x\"\nother {}\nname = null\ningress = 1\ntags {}",
        &[
            "Unsupported argument",
            "Unsupported argument",
            "Unsupported block type",
            "Unsupported block type",
            "Value for unconfigurable attribute",
            "Incorrect attribute value type",
            "Missing required argument",
        ],
    );
    fails("", &["Missing required argument"]);
    fails("name = \"a\"\ningress {}", &["Missing required argument"]);
    let three = "ingress {\n from = 1\n}\n".repeat(3);
    fails(&format!("name = \"a\"\n{three}"), &["Too many ingress blocks"]);
    fails("name = \"a\"\ntimeouts {}\ntimeouts {}", &["Duplicate timeouts block"]);
    fails("name = \"a\"\nold = \"b\"", &["Argument is deprecated"]);
    let value = fails("name = null.x", &["Attempt to get attribute from null value"]);
    assert!(value.get("name").is_some_and(|v| !v.is_known()));
}

#[test]
fn validators_see_nested_values_and_keep_secrets() {
    let (_, found) = decode("name = secret\negress {\n from = 1\n note = \"longer\"\n}");
    let all = format!("{found:?}");
    assert_eq!(found.len(), 2, "{all}");
    assert!(!all.contains("s3cret"), "{all}");
    assert!(found.iter().any(|d| d.attribute.as_ref().is_some_and(|p| p.to_string() == "egress[0].note")), "{all}");
}

#[test]
fn dynamic_blocks_make_blocks() {
    let made = |text: &str| {
        let value = ok(&format!("name = \"a\"\n{text}"));
        value.get("ingress").map(|v| v.children().map(|v| v.get("from").and_then(Value::as_i64)).collect::<Vec<_>>())
    };
    let content = "content {\n from = ingress.value\n}";
    assert_eq!(
        made(&format!("dynamic \"ingress\" {{\n for_each = [1, 2]\n {content}\n}}")),
        Some(vec![Some(1), Some(2)])
    );
    assert_eq!(
        made(
            "dynamic \"ingress\" {\n for_each = {a = 1}\n iterator = it\n content {\n from = it.key == \"a\" ? 5 : 6\n}\n}"
        ),
        Some(vec![Some(5)])
    );
    let value = ok("name = \"a\"\ndynamic \"ingress\" {\n for_each = unknown\n content {\n from = ingress.key\n}\n}");
    assert!(matches!(value.get("ingress").map(|v| &v.kind), Some(Kind::Unknown(..))));
    fails(
        "name = \"a\"\ndynamic \"ingress\" {\n for_each = null\n content {\n from = 1\n}\n}",
        &["Invalid dynamic for_each value"],
    );
    fails("name = \"a\"\ndynamic \"ingress\" {\n for_each = []\n}", &["Missing content block"]);
    fails("name = \"a\"\ndynamic \"nope\" {\n for_each = []\n content {}\n}", &["Unsupported block type"]);
}

#[test]
fn attributes_of_objects_may_be_written_as_blocks() {
    let value = ok(
        "name = \"a\"\nroute {\n cidr = \"::/0\"\n}\ndynamic \"route\" {\n for_each = [\"b\"]\n content {\n gateway = route.value\n}\n}",
    );
    assert_eq!(value.get("route").map(|v| v.children().count()), Some(2));
    fails("name = \"a\"\nroute = [{ cidr = \"x\" }]", &["Incorrect attribute value type"]);
}

#[test]
fn paths_lead_back_to_the_source() {
    let text = "tags = { a = \"one\" }\ningress {\n  from = 80\n}\ndynamic \"egress\" {\n  for_each = []\n  content {\n    from = 1 + 1\n  }\n}\n";
    let mut sources = Sources::default();
    let id = sources.add("test.tf", text);
    let (body, _) = parse_body(id, text);
    let path = |text: &str| {
        let mut path = Path::root();
        for step in text.split('/') {
            path = path.then(match step.parse() {
                Ok(n) => crate::addr::Step::Index(n),
                Err(_) => crate::addr::Step::Attr(step.into()),
            });
        }
        path
    };
    for (at, expected) in
        [("tags/a", "\"one\""), ("ingress/0/from", "80"), ("ingress/0/note", "ingress"), ("egress/3/from", "1 + 1")]
    {
        let span = expr_at(&body, &path(at)).expect(at);
        assert_eq!(sources.snippet(span), expected, "{at}");
    }
    assert_eq!(expr_at(&body, &path("name")), None);
}
