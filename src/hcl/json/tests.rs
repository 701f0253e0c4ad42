use crate::diag::Sources;
use crate::hcl::{ast, parse_json_body, parse_json_values, print};

fn show(body: &ast::Body) -> String {
    let attributes = body.attributes.iter().map(|a| format!("{}={}", a.name.name, print::expr(&a.expr)));
    let blocks = body.blocks.iter().map(|b| {
        let labels: String = b.labels.iter().map(|l| format!(" {}", l.name)).collect();
        format!("{}{labels}{{{}}}", b.kind.name, show(&b.body))
    });
    attributes.chain(blocks).collect::<Vec<_>>().join(" ")
}

/// The body, then each finding with the text that it underlines.
fn read(input: &str) -> String {
    let mut sources = Sources::default();
    let id = sources.add("test.tf.json", input);
    let (body, found) = parse_json_body(id, input);
    let found = found.iter().map(|d| format!(" !{} [{}]", d.summary, d.span.map_or("", |s| sources.snippet(s))));
    show(&body) + &found.collect::<String>()
}

#[test]
fn blocks_of_the_language() {
    for (input, expect) in [
        (r#"{}"#, ""),
        (r#"{"//": "a comment", "locals": {"//": 1, "a": "${b}x", "n": 1.50}}"#, "locals{a=`${b}x` n=1.5}"),
        (
            r#"{"resource": {"t": {"a": {"x": [1], "n": {"y": true}}, "b": [{"x": null}, {}]}}}"#,
            r#"resource t a{x=[1] n={"y": true}} resource t b{x=null} resource t b{}"#,
        ),
        (r#"{"data": [{"t": {"a": {}}}, {"t": [{"b": {}}]}]}"#, "data t a{} data t b{}"),
        (r#"[{"locals": {"a": 1}}, {"locals": [{"b": 2}]}]"#, "locals{a=1} locals{b=2}"),
        (
            r#"{"resource": {"t": {"a": {
                "provider": "p.west", "depends_on": ["t.b"], "count": "${2}",
                "lifecycle": {"ignore_changes": ["x[0].y"], "precondition": {"condition": "${a}"}},
                "provisioner": [{"local-exec": {"command": "x"}}]
            }}}}"#,
            "resource t a{provider=p.west depends_on=[t.b] count=`${2}` \
             lifecycle{ignore_changes=[x[0].y] precondition{condition=`${a}`}} provisioner local-exec{command=\"x\"}}",
        ),
        (
            r#"{"variable": {"v": {"type": "list(string)", "default": ["${x}"], "validation": [{"condition": "${var.v}"}]}}}"#,
            r#"variable v{type=list(string) default=["${x}"] validation{condition=`${var.v}`}}"#,
        ),
        (
            r#"{"terraform": {"required_version": ">= 1", "backend": {"s3": {"key": "${k}"}},
                "required_providers": {"p": {"source": "a/p", "configuration_aliases": ["p.x"]}}}}"#,
            r#"terraform{required_version=">= 1" backend s3{key="${k}"} required_providers{p={"source": "a/p", "configuration_aliases": [p.x]}}}"#,
        ),
        (
            r#"{"module": {"m": {"source": "./m", "providers": {"p": "p.x", "p.y": "p"}, "a": {"${k}": "v"}}}}"#,
            r#"module m{source="./m" providers={p: p.x, p.y: p} a={`${k}`: "v"}}"#,
        ),
        (r#"{"moved": [{"from": "t.a[\"k\"]", "to": "t.b"}]}"#, r#"moved{from=t.a["k"] to=t.b}"#),
        (
            r#"{"check": {"c": {"data": {"t": {"d": {}}}, "assert": {"condition": true}}}}"#,
            "check c{data t d{} assert{condition=true}}",
        ),
        (
            r#"{"output": {"o": {"value": "\u00e4\ud83d\ude00\n\"", "description": "${d}"}}}"#,
            "output o{value=\"ä😀\\n\\\"\" description=\"${d}\"}",
        ),
        (r#"{"unknown": {"x": 1}}"#, r#"unknown={"x": 1}"#),
    ] {
        assert_eq!(read(input), expect, "{input}");
    }
}

#[test]
fn faults() {
    for (input, expect) in [
        ("", " !Invalid JSON value []"),
        ("{", " !Unclosed bracket [{]"),
        ("{\"locals\": {\"a\": [1, 2}}", " !Missing comma [}]"),
        ("{\"locals\": {\"a\": 1,}}", "locals{a=1} !Trailing comma [,]"),
        ("{\"locals\": {\"a\": 1 \"b\": 2}}", "locals{a=1 b=2} !Missing comma [ \"]"),
        ("{\"locals\": {\"a\" = 1}}", "locals{a=1} !Missing property value colon [=]"),
        ("{\"locals\": {a: 1}}", " !Invalid JSON property name [a]"),
        ("{\"locals\": {\"a\": 'x'}}", " !Invalid JSON value [']"),
        ("{\"locals\": {\"a\": tru}}", " !Invalid JSON value [tru]"),
        ("{\"locals\": {\"a\": 01}}", " !Invalid JSON number [01]"),
        ("{\"locals\": {\"a\": \"x\ny\"}}", " !Unterminated JSON string [\"x]"),
        ("{\"locals\": {\"a\": \"\\q\"}}", " !Invalid escape sequence [\\q]"),
        ("{} x", " !Extra characters after JSON value [x]"),
        ("// c\n{}", " !Invalid JSON value [/]"),
        ("3", " !Incorrect JSON value type [3]"),
        ("{\"locals\": 3, \"output\": {\"o\": 1}}", " !Incorrect JSON value type [3] !Incorrect JSON value type [1]"),
        ("{\"locals\": {\"a\": 1, \"a\": 2}}", "locals{a=1} !Duplicate argument [\"a\"]"),
        ("{\"locals\": {\"a\": \"x ${1 +}\"}}", "locals{a=\"x ${1 +}\"} !Invalid expression [}]"),
    ] {
        assert_eq!(read(input), expect, "{input}");
    }
}

#[test]
fn spans_hold_behind_escapes() {
    let input = r#"{"locals": {"a": "\"ä\n${f(\"x\", b.c)}\" ${d}"}}"#;
    let mut sources = Sources::default();
    let id = sources.add("test.tf.json", input);
    let (body, _) = parse_json_body(id, input);
    let mut found = Vec::new();
    body.blocks[0].body.attributes[0].expr.references(&mut |root, steps| {
        let span = steps.last().map_or(root.span, |s| root.span.to(s.span()));
        found.push(sources.snippet(span).to_owned());
    });
    assert_eq!(found, ["b.c", "d"]);
}

#[test]
fn values_are_literal() {
    let input = r#"{"a": "${x}", "b": {"c": [1]}, "a": 2}"#;
    let id = Sources::default().add("test.tfvars.json", input);
    let (body, found) = parse_json_values(id, input);
    assert_eq!(show(&body), r#"a="${x}" b={"c": [1]}"#);
    assert_eq!(found.iter().count(), 1);
}
