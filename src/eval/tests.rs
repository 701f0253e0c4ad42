//! Expressions against the values that `terraform console` gives for them.

use std::collections::BTreeMap;

use super::{Bindings, Scope, Surroundings, evaluate};
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::hcl::ast::{Access, Ident};
use crate::hcl::parse_expr;
use crate::value::{Kind, Marks, Refinement, Type, Value};

/// A scope without names.
pub(super) struct Empty(Surroundings);

impl Default for Empty {
    fn default() -> Self {
        Self(Surroundings {
            working_dir: std::env::temp_dir(),
            home_dir: Some("/home/me".into()),
            plan_timestamp: "2025-01-02T03:04:05Z".into(),
            applying: false,
            in_template: false,
            now: || "2025-01-02T03:04:06Z".into(),
            provider_functions: Default::default(),
        })
    }
}

impl Scope for Empty {
    fn resolve(&self, root: &Ident, _: &[Access], _: &dyn Scope) -> Result<(Value, usize), Diagnostic> {
        Err(Diagnostic::error("Invalid reference", format!("Nothing is named \"{}\".", root.name)).at(root.span))
    }

    fn surroundings(&self) -> &Surroundings {
        &self.0
    }
}

/// Names for the tests of unknown and marked values.
fn names() -> Vec<(crate::addr::Name, Value)> {
    let refined = |not_null, prefix: Option<&str>| Refinement {
        not_null,
        prefix: prefix.map(Into::into),
        ..Refinement::default()
    };
    vec![
        ("str".into(), Value::unknown(Type::String)),
        ("arn".into(), Value::unknown_refined(Type::String, refined(true, Some("arn:")))),
        ("num".into(), Value::unknown(Type::Number)),
        ("list".into(), Value::unknown(Type::list(Type::String))),
        ("obj".into(), Value::unknown(Type::object([("a", Type::String)]))),
        ("any".into(), Value::unknown(Type::Dynamic)),
        ("flag".into(), Value::unknown(Type::Bool)),
        ("secret".into(), Value::from("s3cret").sensitive()),
        ("token".into(), Value::from("t0ken").mark(Marks::EPHEMERAL)),
        ("shown".into(), "<${x}>".into()),
        ("broken".into(), "${f(}".into()),
        ("nothing".into(), Value::null(Type::list(Type::String))),
    ]
}

fn eval(text: &str) -> Result<Value, Diagnostics> {
    let mut sources = Sources::default();
    let id = sources.add("test", text);
    let outer = Empty::default();
    evaluate(&parse_expr(id, text)?, &Bindings::new(&outer, names()))
}

/// A short form of values: `list[…]`, `set[…]`, `map{…}`, unknown as `?type`, marks in front.
fn show(value: &Value) -> String {
    let all = |items: &[Value]| items.iter().map(show).collect::<Vec<_>>().join(",");
    let entries = |m: &BTreeMap<crate::addr::Name, Value>| {
        m.iter().map(|(k, v)| format!("{k}={}", show(v))).collect::<Vec<_>>().join(",")
    };
    let marks = format!(
        "{}{}",
        if value.marks.contains(Marks::SENSITIVE) { "!" } else { "" },
        if value.marks.contains(Marks::EPHEMERAL) { "~" } else { "" }
    );
    let text = match &value.kind {
        Kind::Null(Type::Dynamic) => "null".into(),
        Kind::Null(ty) => format!("null:{ty}"),
        Kind::Unknown(ty, r) => {
            let not_null = if r.not_null { "+" } else { "" };
            let prefix = r.prefix.as_ref().map_or_else(String::new, |p| format!("^{p}"));
            format!("?{ty}{not_null}{prefix}")
        }
        Kind::Bool(b) => b.to_string(),
        Kind::Number(n) => n.to_string(),
        Kind::String(s) => format!("'{s}'"),
        Kind::List(_, v) => format!("list[{}]", all(v)),
        Kind::Set(_, v) => format!("set[{}]", all(v)),
        Kind::Tuple(v) => format!("[{}]", all(v)),
        Kind::Map(_, m) => format!("map{{{}}}", entries(m)),
        Kind::Object(m) => format!("{{{}}}", entries(m)),
    };
    marks + &text
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let got = match eval(text) {
            Ok(value) => show(&value),
            Err(found) => format!("ERR {}", found.iter().map(|d| d.summary.as_str()).collect::<Vec<_>>().join("; ")),
        };
        if got != *expected {
            let details = eval(text).err().map(|f| f.iter().map(|d| d.detail.clone()).collect::<Vec<_>>().join("; "));
            wrong.push(format!("{text}\n   expected {expected}\n   got      {got} {}", details.unwrap_or_default()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn operators() {
    check(&[
        ("1 + 2 * 3", "7"),
        ("\"1\" + 2", "3"),
        ("7 % 3", "1"),
        ("1 / 0", "+Inf"),
        ("-\"3\"", "-3"),
        ("!\"true\"", "false"),
        ("\"1\" == 1", "false"),
        ("null == null", "true"),
        ("[null] == [1]", "false"),
        ("[1] == tolist([1])", "false"),
        ("{a=1} == {a=1}", "true"),
        ("1 + null", "ERR Operation failed"),
        ("[] + 1", "ERR Invalid operand"),
        ("[] + {}", "ERR Invalid operand; Invalid operand"),
        ("1 < 2 && 2 <= 2 || false", "true"),
        ("true || flag", "true"),
        ("flag || true", "true"),
        ("flag && false", "false"),
        ("flag || false", "?bool+"),
        ("true || (1/0 > 2)", "true"),
        ("false && (1/0 > 2)", "false"),
        ("num + 1", "?number+"),
        ("num < 1", "?bool+"),
        ("arn == null", "false"),
        ("str == null", "?bool+"),
        ("arn == \"x\"", "false"),
        ("str == 1", "false"),
        ("secret == \"x\"", "!false"),
        ("secret == \"x\" ? 1 : 2", "!2"),
        ("true ? 1 : \"a\"", "'1'"),
        ("true ? null : \"a\"", "null:string"),
        ("true ? 1 : str + 1", "1"),
        ("true ? 1 : []", "ERR Inconsistent conditional result types"),
        ("null ? 1 : 2", "ERR Null condition"),
        ("\"x\" ? 1 : 2", "ERR Incorrect condition type"),
        ("flag ? 1 : 2", "?number+"),
        ("flag ? \"a\" : null", "?string"),
        ("flag ? null : null", "null"),
        ("false ? 1/0 : 2", "2"),
    ]);
}

#[test]
fn templates() {
    check(&[
        ("\"a${1}b${true}\"", "'a1btrue'"),
        ("\"${[1]}\"", "[1]"),
        ("\"x${[1]}\"", "ERR Invalid template interpolation value"),
        ("\"x${null}\"", "ERR Invalid template interpolation value"),
        ("\"x${str}y\"", "?string+^x"),
        ("\"x${arn}y\"", "?string+^xarn:"),
        ("\"x${secret}\"", "!'xs3cret'"),
        ("\"x${token}${secret}\"", "!~'xt0kens3cret'"),
        ("\"%{ if true }a%{ else }b%{ endif }\"", "'a'"),
        ("\"%{ for x in [1,2] }<${x}>%{ endfor }\"", "'<1><2>'"),
        ("\"%{ for k, v in {a=1} }${k}=${v};%{ endfor }\"", "'a=1;'"),
        ("\"p%{ if flag }a%{ endif }\"", "?string+^p"),
        ("\"p%{ for x in list }a%{ endfor }\"", "?string+^p"),
    ]);
}

#[test]
fn steps_into_values() {
    check(&[
        ("{a={b=1}}.a.b", "1"),
        ("{a=1}.b", "ERR Unsupported attribute"),
        ("{a=1}[\"a\"]", "1"),
        ("{a=1}[\"b\"]", "ERR Invalid index"),
        ("tomap({a=1}).b", "ERR Missing map element"),
        ("[1,2][1]", "2"),
        ("[1,2][\"1\"]", "2"),
        ("[1,2].0", "1"),
        ("[1][-1]", "ERR Invalid index"),
        ("[1][0.5]", "ERR Invalid index"),
        ("[1][3]", "ERR Invalid index"),
        ("[][0]", "ERR Invalid index"),
        ("null.a", "ERR Attempt to get attribute from null value"),
        ("null[0]", "ERR Attempt to index null value"),
        ("[1][null]", "ERR Invalid index"),
        ("toset([1])[0]", "ERR Invalid index"),
        ("\"x\".a", "ERR Unsupported attribute"),
        ("1[0]", "ERR Invalid index"),
        ("[{a=1},{a=2}][*].a", "[1,2]"),
        ("[{a=1},{a=2}].*.a", "[1,2]"),
        ("[{a=[5]},{a=[6]}][*].a[0]", "[5,6]"),
        ("[{a=[5]},{a=[6]}].*.a[0]", "[5]"),
        ("tolist([{a=1}])[*].a", "list[1]"),
        ("{a=1}[*].a", "[1]"),
        ("null[*]", "[]"),
        ("nothing[*]", "ERR Splat of null value"),
        ("list[0]", "?string"),
        ("list[*]", "?list(string)+"),
        ("obj.a", "?string"),
        ("obj.b", "ERR Unsupported attribute"),
        ("any.x[0].y", "?any"),
        ("any[*].x", "?any"),
        ("str[*]", "?any"),
        ("[1,2][num]", "?any"),
        ("tolist([1,2])[num]", "?number"),
        ("[1,2][sensitive(0)]", "!1"),
        ("sensitive([1,2])[0]", "!1"),
        ("sensitive([{a=1}])[*].a", "![1]"),
    ]);
}

#[test]
fn constructors_and_for() {
    check(&[
        ("{a=1, \"b\"=2, (\"c\")=3}", "{a=1,b=2,c=3}"),
        ("{(sensitive(\"a\")) = 1}", "!{a=1}"),
        ("{(null) = 1}", "ERR Null value as key"),
        ("{([]) = 1}", "ERR Incorrect key type"),
        ("{(str) = 1}", "?any"),
        ("[for x in [1,2] : x * 2]", "[2,4]"),
        ("[for i, x in [\"a\"] : \"${i}${x}\"]", "['0a']"),
        ("[for k, v in {b=1,a=2} : k]", "['a','b']"),
        ("[for x in toset([\"b\",\"a\"]) : x]", "['a','b']"),
        ("[for x in [1,2,3] : x if x > 1]", "[2,3]"),
        ("{for k, v in {a=1} : k => v}", "{a=1}"),
        ("{for x in [\"a\",\"b\"] : x => 1...}", "{a=[1],b=[1]}"),
        ("{for x in [\"a\",\"a\"] : x => 1}", "ERR Duplicate object key"),
        ("{for x in [\"a\",\"a\"] : x => 1...}", "{a=[1,1]}"),
        ("{for x in [1] : null => x}", "ERR Invalid object key"),
        ("[for x in null : x]", "ERR Iteration over null value"),
        ("[for x in 1 : x]", "ERR Iteration over non-iterable value"),
        ("[for x in list : x]", "?any"),
        ("[for x in sensitive([1]) : x]", "![1]"),
        ("[for x in [1] : x if null]", "ERR Condition is null"),
        ("[for x in [1] : x if flag]", "?any"),
        ("[for x in [1] : [for x in [2] : x]]", "[[2]]"),
        ("[1+\"x\", null.a]", "ERR Invalid operand; Attempt to get attribute from null value"),
    ]);
}

#[test]
fn calls() {
    check(&[
        ("core::upper(\"a\")", "'A'"),
        ("uper(\"a\")", "ERR Call to unknown function"),
        ("upper()", "ERR Not enough function arguments"),
        ("upper(\"a\", \"b\")", "ERR Too many function arguments"),
        ("upper(null)", "ERR Invalid function argument"),
        ("upper([])", "ERR Invalid function argument"),
        ("max([1,5,3]...)", "5"),
        ("max(null...)", "ERR Invalid expanding argument value"),
        ("max(list...)", "?any"),
        ("max({a=1}...)", "ERR Invalid expanding argument value"),
        ("upper(secret)", "!'S3CRET'"),
        ("upper(str)", "?string+"),
        ("try(null.a, \"b\")", "'b'"),
        ("try(null.a, {}.b)", "ERR Error in function call"),
        ("can(null.a)", "false"),
        ("can(1)", "true"),
        ("sensitive(\"x\")", "!'x'"),
        ("nonsensitive(secret)", "'s3cret'"),
        ("issensitive(secret)", "true"),
        ("issensitive({a=secret})", "false"),
        ("ephemeralasnull(token)", "null:string"),
        ("ephemeralasnull({a=token,b=1})", "{a=null:string,b=1}"),
        ("timestamp()", "?string+"),
        ("plantimestamp()", "'2025-01-02T03:04:05Z'"),
    ]);
}

#[test]
fn sensitive_content_stays_out_of_messages() {
    for text in [
        "tonumber(secret)",
        "tobool(secret)",
        "parseint(secret, 10)",
        "{for x in [1,2] : secret => x}",
        "{a=1}[secret]",
        "[1][secret]",
        "regex(secret, 1)",
        "lookup(tomap({a=1}), secret)",
        "file(secret)",
        "cidrhost(secret, 1)",
        "timeadd(secret, secret)",
        "formatdate(secret, secret)",
        "format(secret, 1)",
        "templatestring(\"$${x}\", {(secret) = 1})",
        "csvdecode(secret)",
        "jsondecode(secret)",
        "base64decode(secret)",
        "uuidv5(secret, \"a\")",
    ] {
        if let Err(found) = eval(text) {
            assert!(found.iter().all(|d| !format!("{d:?}").contains("s3cret")), "{text}: {found:?}");
        }
    }
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert!(eval(&nested(40)).is_ok());
    assert!(eval(&nested(5000)).is_err());
    let sum = |terms: usize| format!("1{}", " + 1".repeat(terms));
    assert_eq!(eval(&sum(100)).map(|v| v.as_i64()), Ok(Some(101)));
    assert!(eval(&sum(5000)).is_err());
}

/// Each line of the file holds an expression and what `terraform console` gives for it as JSON, or `ERR`.
#[test]
fn functions_agree_with_terraform() {
    let folder = tempfile::tempdir().expect("folder");
    for name in ["f/a.txt", "f/b.md", "f/d/c.txt", "f/d/e/x.txt"] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("folder")).expect("folder");
        std::fs::write(path, "").expect("file");
    }
    let mut outer = Empty::default();
    outer.0.working_dir = folder.path().into();
    let mut wrong = Vec::new();
    for line in include_str!("functions/oracle.txt").lines() {
        let (text, expected) = line.split_once(" ==> ").expect(line);
        let encoded = format!("jsonencode({text})");
        let mut sources = Sources::default();
        let id = sources.add("test", encoded.as_str());
        let got = parse_expr(id, &encoded).and_then(|e| evaluate(&e, &outer));
        match &got {
            Ok(value) if value.as_str() == Some(expected) => {}
            Err(_) if expected == "ERR" => {}
            Ok(value) => wrong.push(format!("{line}\n   got {value:?}")),
            Err(found) => {
                wrong.push(format!("{line}\n   got {:?}", found.iter().map(|d| &d.detail).collect::<Vec<_>>()))
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn values_convert_to_types_that_are_written_out() {
    for (text, expect) in [
        (r#"convert("5", number)"#, Value::from(5)),
        (r#"core::convert(["a", "a"], set(string))"#, Value::set(Type::String, vec!["a".into()])),
        (r#"convert({}, object({ a = optional(string, "x") })).a"#, "x".into()),
        (r#"convert(str, string)"#, Value::unknown(Type::String)),
        (r#"convert(secret, string)"#, Value::from("s3cret").sensitive()),
    ] {
        assert_eq!(eval(text), Ok(expect), "{text}");
    }
    for text in [r#"convert("x", number)"#, "convert(1, strin)", "convert(1)", "convert(secret, number)"] {
        let found = eval(text).expect_err(text);
        assert!(!format!("{found:?}").contains("s3cret"), "{found:?}");
    }
}

#[test]
fn functions_of_unknown_and_marked_values() {
    check(&[
        ("length(list)", "?number+"),
        ("length([str, num])", "2"),
        ("length(obj)", "1"),
        ("jsonencode({a=str})", "?string+^{"),
        ("jsonencode(str)", "?string+"),
        ("merge({a=1}, {b=str})", "{a=1,b=?string}"),
        ("merge(obj, {b=1})", "?object({a=string, b=number})+"),
        ("merge(any, {b=1})", "?any"),
        ("concat(list, [\"a\"])", "?any"),
        ("concat(list, tolist([\"a\"]))", "?list(string)+"),
        ("concat([str], [1])", "[?string,1]"),
        ("keys(obj)", "['a']"),
        ("keys({a=str})", "['a']"),
        ("keys(any)", "?any"),
        ("values({a=str})", "[?string]"),
        ("lookup({a=str}, \"a\")", "?string"),
        ("lookup({a=str}, \"b\", 1)", "1"),
        ("contains([str, \"a\"], \"a\")", "true"),
        ("contains([str, \"b\"], \"a\")", "?bool+"),
        ("contains([arn, \"b\"], \"a\")", "false"),
        ("element([str, 1], 1)", "1"),
        ("flatten([list, [1]])", "?any"),
        ("flatten([[str], [1]])", "[?string,1]"),
        ("toset([str, \"a\"])", "set['a',?string]"),
        ("tolist(list)", "?list(string)"),
        ("tostring(num)", "?string"),
        ("tobool(any)", "?bool"),
        ("join(\",\", [str])", "?string+"),
        ("join(\",\", list)", "?string+"),
        ("coalesce(null, str)", "?string+"),
        ("coalesce(\"a\", str)", "'a'"),
        ("startswith(arn, \"ar\")", "true"),
        ("startswith(arn, \"x\")", "false"),
        ("startswith(arn, \"arn:a\")", "?bool+"),
        ("format(\"x%s\", str)", "?string+^x"),
        ("formatlist(\"%s!\", [str, \"a\"])", "list[?string+,'a!']"),
        ("formatlist(\"%s!\", list)", "?list(string)+"),
        ("one(list)", "?any"),
        ("sum([num, 1])", "?number+"),
        ("alltrue([flag, false])", "?bool+"),
        ("zipmap([\"a\"], [str])", "{a=?string}"),
        ("regex(\"(a)(b)\", str)", "?tuple([string, string])+"),
        ("regexall(\"a\", str)", "?list(string)+"),
        ("split(\",\", str)", "?list(string)+"),
        ("setunion(toset([str]), [\"a\"])", "set['a',?string]"),
        ("try(str, \"x\")", "?any"),
        ("can(any.x)", "?bool"),
        ("merge({a=secret}, {b=2})", "{a=!'s3cret',b=2}"),
        ("merge(sensitive({a=1}), {b=2})", "!{a=1,b=2}"),
        ("concat([secret], [2])", "[!'s3cret',2]"),
        ("keys({a=secret})", "['a']"),
        ("length([secret])", "1"),
        ("values({a=secret})", "[!'s3cret']"),
        ("flatten([[secret], [2]])", "[!'s3cret',2]"),
        ("contains([secret], 1)", "!false"),
        ("distinct([secret, 2])", "!list['s3cret','2']"),
        ("tolist([secret, \"a\"])", "list[!'s3cret','a']"),
        ("toset([secret, \"a\"])", "!set['a','s3cret']"),
        ("jsonencode({a=secret})", "!'{\"a\":\"s3cret\"}'"),
        ("jsonencode({a=token})", "~'{\"a\":\"t0ken\"}'"),
        ("coalesce(null, secret)", "!'s3cret'"),
        ("zipmap([\"a\"], [secret])", "{a=!'s3cret'}"),
        ("templatestring(shown, {x=secret})", "!'<s3cret>'"),
        ("templatestring(shown, {})", "ERR Invalid function argument"),
        ("templatestring(broken, {})", "ERR Invalid function argument"),
    ]);
}
