use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::addr::{
    AbsInstance, AbsResource, ConfigResource, InstanceKey, Mode, ModuleInstance, ModulePath, Name, Path, ProviderAddr,
    ResourceAddr, Step,
};
use crate::state::{InstanceState, ObjectState, OutputState, ResourceState, State, StateError, Status};
use crate::value::json::from_json_as;
use crate::value::{Number, Type, Value};

fn error(text: &str) -> StateError {
    parse(text.as_bytes()).expect_err(text)
}

/// As written by Terraform 1.11.4.
const ORIGINAL: &str = include_str!("tests/written_by_terraform.json");

#[test]
fn a_file_of_terraform_is_written_back_byte_by_byte() {
    let state = parse(ORIGINAL.as_bytes()).expect("state");
    let written = String::from_utf8(write(&state)).expect("text");
    let first_difference = written.lines().zip(ORIGINAL.lines()).find(|(a, b)| a != b);
    assert_eq!(first_difference, None);
    assert_eq!(written.len(), ORIGINAL.len());
    let addr = AbsInstance::parse(r#"module.m["a\"<x"].terraform_data.x["10"]"#).expect("address");
    assert!(state.current(&addr).is_some());
    assert_eq!(
        state.outputs["o"].value.at(&Path::attr("f")),
        Some(Value::from("0.1".parse::<Number>().expect("number")))
    );
    let a = state.current(&AbsInstance::parse("terraform_data.a").expect("address")).expect("object");
    assert!(a.create_before_destroy);
    assert_eq!(
        a.dependencies.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["module.m.terraform_data.x", "terraform_data.z"]
    );
}

#[test]
fn nothing_stored_is_no_state() {
    assert_eq!(parse_stored(b" \n"), Ok(None));
    assert!(parse_stored(br#"{"version":4}"#).expect("state").is_some());
}

#[test]
fn errors_say_what_is_wrong_and_what_to_do() {
    for (text, summary, part) in [
        ("", "Malformed state", "cut off"),
        (r#"{"version": 4, "serial"#, "Malformed state", "cut off"),
        ("version = 4", "Malformed state", "not JSON"),
        ("[]", "Malformed state", "not a JSON object"),
        ("{}", "Malformed state", "there is no \"version\""),
        (r#"{"version":"4"}"#, "Malformed state", "whole number"),
        (r#"{"version":3,"terraform_version":"0.11.14"}"#, "Unsupported state version", "0.11.14"),
        (r#"{"version":5}"#, "Unsupported state version", "version 5"),
        (r#"{"encrypted_data":"x","version":4}"#, "Unsupported state version", "OpenTofu"),
        (r#"{"version":4,"serial":-1}"#, "Malformed state", "line 1"),
        (r#"{"version":4,"resources":{}}"#, "Malformed state", "a sequence"),
        (r#"{"version":4,"outputs":{"a":{"value":1,"type":"nope"}}}"#, "Malformed state", "outputs[\"a\"]"),
        (r#"{"version":4,"outputs":{"a":{"value":"x","type":"number"}}}"#, "Malformed state", "does not fit"),
        (r#"{"version":4,"resources":[{"mode":"managed"}]}"#, "Malformed state", "missing field `type`"),
    ] {
        let found = error(text);
        assert_eq!(found.summary, summary, "{text}");
        assert!(found.detail.contains(part), "{text}: {}", found.detail);
        assert!(found.hint.is_some(), "{text}");
    }
}

#[test]
fn wrong_shapes_within_a_resource_are_named_by_address() {
    let file = |change: &str, with: &str| {
        let text = r#"{"version":4,"resources":[{"mode":"managed","type":"t","name":"n","each":"list",
            "provider":"provider[\"a/b/c\"]","instances":[{"attributes":{},"dependencies":["t.m"]}]}]}"#;
        parse(text.replace(change, with).as_bytes())
    };
    assert!(file("?", "").is_ok());
    for (change, with, part) in [
        ("\"managed\"", "\"other\"", "\"mode\""),
        ("provider[", "provide[", "t.n: \"provider\""),
        ("\"t.m\"", "\"t\"", "t.n: \"dependencies\""),
        ("\"attributes\":{}", "\"status\":\"odd\"", "t.n: \"status\""),
        ("\"attributes\":{}", "\"index_key\":1.5", "t.n: \"index_key\""),
        ("\"attributes\":{}", "\"attributes_flat\":{\"id\":\"x\"}", "0.11"),
        ("{\"attributes\"", "{},{\"attributes\"", "twice"),
        (
            "\"attributes\":{}",
            "\"sensitive_attributes\":[[{\"type\":\"get_attr\",\"value\":{\"value\":1,\"type\":\"number\"}}]]",
            "no path",
        ),
    ] {
        let found = file(change, with).expect_err(change);
        assert!(found.detail.contains(part), "{part}: {}", found.detail);
    }
}

#[test]
fn messages_do_not_quote_values() {
    for text in [
        r#"{"version":4,"serial":"hunter2 expected 1"}"#,
        r#"{"version":4,"resources":[{"mode":"hunter2"}]}"#,
        r#"{"version":4,"outputs":{"a":{"value":"hunter2","type":"number","sensitive":true}}}"#,
        r#"{"version":4,"resources":[{"mode":"managed","type":"t","name":"n","provider":"p","instances":["hunter2"]}]}"#,
    ] {
        assert!(!format!("{:?}", error(text)).contains("hunter2"), "{text}");
    }
}

fn word() -> impl Strategy<Value = Name> {
    "[a-z_][a-z0-9_-]{0,6}".prop_map(Name::from)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,8}", any::<String>(), Just("<&>\u{2028}\u{2029}$${%{".to_owned())]
}

fn key() -> impl Strategy<Value = InstanceKey> {
    prop_oneof![
        Just(InstanceKey::None),
        any::<u64>().prop_map(InstanceKey::Int),
        text().prop_map(|s| InstanceKey::Str(s.into()))
    ]
}

fn number() -> impl Strategy<Value = Json> {
    prop_oneof![
        any::<i64>().prop_map(Json::from),
        "-?[1-9][0-9]{0,30}(\\.[0-9]{1,30})?(e-?[1-9][0-9]?)?".prop_map(|s| Json::Number(s.parse().expect("number")))
    ]
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![Just(Json::Null), any::<bool>().prop_map(Json::from), number(), text().prop_map(Json::from)];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(text(), inner, 0..4).prop_map(|m| Json::Object(m.into_iter().collect())),
        ]
    })
}

fn path() -> impl Strategy<Value = Path> {
    let step = prop_oneof![
        text().prop_map(|s| Step::Attr(s.into())),
        any::<u64>().prop_map(Step::Index),
        text().prop_map(|s| Step::Key(s.into()))
    ];
    prop::collection::vec(step, 0..4).prop_map(Path)
}

fn resource_addr() -> impl Strategy<Value = ResourceAddr> {
    let kind = word().prop_filter("reserved", |w| !["data", "module", "ephemeral"].contains(&&**w));
    (prop_oneof![Just(Mode::Managed), Just(Mode::Data)], kind, word()).prop_map(|(mode, kind, name)| ResourceAddr {
        mode,
        kind,
        name,
    })
}

fn object() -> impl Strategy<Value = ObjectState> {
    let dependency = (prop::collection::vec(word(), 0..3), resource_addr())
        .prop_map(|(module, resource)| ConfigResource { module: ModulePath(module), resource });
    (
        (any::<bool>(), any::<u64>(), prop::collection::btree_map(text(), any_json(), 0..4), any::<bool>()),
        prop::collection::vec(path(), 0..3),
        prop::option::of("[a-zA-Z0-9]{4}"),
        prop::option::of((any::<u64>(), Just(json!({ "id": "x" })))),
        prop::collection::vec(dependency, 0..3),
    )
        .prop_map(
            |((tainted, schema_version, attributes, cbd), sensitive_attributes, private, identity, dependencies)| {
                ObjectState {
                    status: if tainted { Status::Tainted } else { Status::Ready },
                    schema_version,
                    attributes: attributes.into_iter().collect(),
                    sensitive_attributes,
                    private,
                    identity_schema_version: identity.as_ref().map(|(version, _)| *version),
                    identity: identity.map(|(_, json)| json),
                    dependencies,
                    create_before_destroy: cbd,
                }
            },
        )
}

fn output() -> impl Strategy<Value = OutputState> {
    let typed = prop_oneof![
        text().prop_map(|s| (json!(s), Type::String)),
        number().prop_map(|n| (n, Type::Number)),
        prop::collection::vec(text(), 0..4).prop_map(|v| (json!(v), Type::set(Type::String))),
        prop::collection::vec(any::<i64>(), 0..4).prop_map(|v| (json!(v), Type::list(Type::Number))),
        prop::collection::btree_map(text(), any::<bool>(), 0..4).prop_map(|m| (json!(m), Type::map(Type::Bool))),
        Just((json!({ "a": null, "b": [] }), Type::object([("a", Type::String), ("b", Type::list(Type::Dynamic))]))),
        any_json().prop_map(|j| {
            let ty = crate::value::json::from_json(&j).ty();
            (j, ty)
        }),
    ];
    (typed, any::<bool>())
        .prop_map(|((json, ty), sensitive)| OutputState { value: from_json_as(&json, &ty).expect("fits"), sensitive })
}

fn state() -> impl Strategy<Value = State> {
    let module = prop::collection::vec((word(), key()), 0..3).prop_map(ModuleInstance);
    let addr = (module, resource_addr()).prop_map(|(module, resource)| AbsResource { module, resource });
    let instance = (prop::option::of(object()), prop::collection::btree_map("[0-9a-f]{8}", object(), 0..2))
        .prop_filter("holds an object", |(current, deposed)| current.is_some() || !deposed.is_empty())
        .prop_map(|(current, deposed)| InstanceState { current, deposed });
    let provider = (word(), prop::option::of(word())).prop_map(|(kind, alias)| ProviderAddr {
        alias,
        ..ProviderAddr::root(format!("registry.terraform.io/hashicorp/{kind}"))
    });
    let resource = (provider, prop::collection::btree_map(key(), instance, 0..3))
        .prop_map(|(provider, instances)| ResourceState { provider, instances });
    (
        any::<u64>(),
        text(),
        prop::collection::btree_map(text().prop_map(Name::from), output(), 0..3),
        prop::collection::btree_map(addr, resource, 0..4),
        prop::option::of(any_json().prop_filter("present", |j| !j.is_null())),
    )
        .prop_map(|(serial, lineage, outputs, resources, check_results)| State {
            lineage,
            serial,
            terraform_version: "1.11.4".into(),
            outputs,
            resources,
            check_results,
            delivered: [].into(),
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_written_reads_the_same(state in state()) {
        let bytes = write(&state);
        let again = parse(&bytes).expect("reads");
        prop_assert_eq!(&again, &state);
        prop_assert_eq!(write(&again), bytes);
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn mutations_never_panic(at in 0..ORIGINAL.len(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = ORIGINAL.as_bytes().to_vec();
        bytes[at] = byte;
        if cut {
            bytes.truncate(at);
            prop_assert!(parse(&bytes).is_err());
        } else if let Ok(state) = parse(&bytes) {
            prop_assert_eq!(&parse(&write(&state)).expect("reads"), &state);
        }
    }
}
