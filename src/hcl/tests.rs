use super::*;
use crate::diag::{Diagnostics, Sources};

fn check(input: &str, expect: &str) {
    let id = Sources::default().add("test", input);
    let got = match parse_expr(id, input) {
        Ok(e) => print::expr(&e),
        Err(found) => found.iter().map(|d| d.summary.clone()).collect::<Vec<_>>().join("; "),
    };
    assert_eq!(got, expect, "{input}");
}

#[test]
fn expressions() {
    for (input, expect) in [
        ("null", "null"),
        ("true", "true"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("1.50", "1.5"),
        ("-3", "-3"),
        ("!a", "Not a"),
        ("-a.b", "Neg a.b"),
        (r#""a\n\"\u00e4\\""#, r#""a\n\"ä\\""#),
        (r#""$${a} %%{b}""#, r#""${a} %{b}""#),
        (r#""a ${b.c} d""#, "`a ${b.c} d`"),
        (r#""${b}""#, "`${b}`"),
        (r#""a ${~ b ~} c""#, "`a${b}c`"),
        (r#""%{ if a }x%{ else }y%{ endif }""#, "`%{if a}x%{else}y%{end}`"),
        (r#""%{ for k, v in m ~} ${k} %{~ endfor }""#, "`%{for k,v in m}${k}%{end}`"),
        ("a.b[0].c[*].d.*.e.0", "a.b[0].c[*].d.*.e.0"),
        ("f(a, b...)", "f(a, b...)"),
        ("provider::aws::arn_parse(x)", "provider::aws::arn_parse(x)"),
        ("core::max(1, 2,)", "core::max(1, 2)"),
        ("f(x)[0].y", "<f(x)>[0].y"),
        ("[1, [2], {}]", "[1, [2], {}]"),
        ("{ a = 1, (b) : 2\n \"c\" = 3\n\"${d}\" = 4, true = 5 }", "{a: 1, (b): 2, \"c\": 3, `${d}`: 4, true: 5}"),
        ("[for x in l : x if x > 1]", "for x in l: x if (Greater x 1)"),
        ("{for k, v in m : k => v...}", "for k,v in m: k => v..."),
        ("a ? b : c ? d : e", "(a ? b : (c ? d : e))"),
        ("1 + 2 * 3 == 7 && !x || y", "(Or (And (Eq (Add 1 (Mul 2 3)) 7) Not x) y)"),
        ("(1 + 2) % 3 - 4 / 5", "(Sub (Mod ((Add 1 2)) 3) (Div 4 5))"),
        ("a != b", "(NotEq a b)"),
        ("<<EOT\n  a\n    ${b}\n  EOT\n", "`  a\\n    ${b}\\n`"),
        ("<<-EOT\n    a $${x}\n\n      ${b} c\n    EOT\n", "`a ${x}\\n\\n  ${b} c\\n`"),
        ("<<-EOT\n  a\n ${b}\n  EOT", "` a\\n${b}\\n`"),
        ("<<-EOT\n  %{ if a ~}\n  b\n  %{ endif ~}\n  EOT", "`%{if a}  b\\n%{else}%{end}`"),
        ("<<EOT\nEOT", "\"\""),
        ("[<<EOT\nEOT\n, <<EOT\nx\nEOT\n]", "[\"\", \"x\\n\"]"),
        ("{a = [1] == [] ? 1 : b\n (c) = 2 # d\n\n (e) = f\n}", "{a: ((Eq [1] []) ? 1 : b), (c): 2, (e): f}"),
        ("<<EOT\na\r\nEOT", "\"a\\r\\n\""),
    ] {
        check(input, expect);
    }
}

#[test]
fn faults_of_expressions() {
    for (input, expect) in [
        ("'a'", "Invalid character; Invalid expression"),
        ("\"a", "Unterminated template string"),
        ("\"a\nb\"", "Invalid multi-line string"),
        ("[1, 2", "Unterminated tuple constructor expression"),
        ("[1, 2)", "Missing item separator"),
        ("f(1", "Unterminated function call"),
        ("1 2", "Extra characters after expression"),
        ("a.", "Invalid attribute name"),
        ("\"\\q\"", "Invalid escape sequence"),
        ("{ a = 1 b = 2 }", "Missing attribute separator"),
        ("{ a 1 }", "Missing key/value separator"),
        ("<<EOT\na", "Unterminated template string"),
        ("", "Missing expression"),
        ("[1, ,]", "Invalid expression"),
        ("a ? b", "Missing false expression in conditional"),
    ] {
        check(input, expect);
    }
}

fn body(input: &str) -> (String, Vec<String>) {
    fn show(body: &ast::Body) -> String {
        let attributes = body.attributes.iter().map(|a| format!("{}={}", a.name.name, print::expr(&a.expr)));
        let blocks = body.blocks.iter().map(|b| {
            let labels: String = b.labels.iter().map(|l| format!(" {}", l.name)).collect();
            format!("{}{labels}{{{}}}", b.kind.name, show(&b.body))
        });
        attributes.chain(blocks).collect::<Vec<_>>().join(" ")
    }
    let mut sources = Sources::default();
    let id = sources.add("test.tf", input);
    let (body, found) = parse_body(id, input);
    (show(&body), lines(&sources, &found))
}

fn lines(sources: &Sources, found: &Diagnostics) -> Vec<String> {
    found
        .iter()
        .map(|d| {
            let line = d.span.map_or(0, |s| sources.position(s.source, s.start as usize).line);
            format!("{line}: {}", d.summary)
        })
        .collect()
}

#[test]
fn bodies() {
    for (input, expect) in [
        ("a = 1\r\nb {\r\n  c = 2 # x\r\n}\r\n", "a=1 b{c=2}"),
        ("\u{feff}a = 1", "a=1"),
        ("resource \"x\" y { a = 1 }\n", "resource x y{a=1}"),
        ("a = [\n 1,\n # two\n 2,\n]\n/* x */ b = 3", "a=[1, 2] b=3"),
    ] {
        assert_eq!(body(input), (expect.into(), Vec::new()), "{input}");
    }
}

#[test]
fn a_file_tells_all_its_faults_and_keeps_what_is_sound() {
    let (got, found) = body(
        "variable \"a\" {\n  type = 'string'\n  default = 1\n}\n\
         resource \"t\" \"ok\" {\n  x = 1\n}\n\
         output \"o\" {\n  value \"x\"\n}\n\
         locals {\n  l = [1, 2\n  m = 3\n  n = \"open\n  o = 1 p = 2\n  m = 4\n}\n\
         resource \"t\" \"unclosed\" {\n  x = {\n\n\
         data \"d\" \"ok\" {\n}\n}\n",
    );
    assert_eq!(
        got,
        "variable a{default=1} resource t ok{x=1} output o{} locals{m=3} resource t unclosed{} data d ok{}"
    );
    assert_eq!(
        found,
        [
            "2: Invalid character",
            "9: Invalid block definition",
            "13: Missing item separator",
            "14: Unterminated template string",
            "15: Missing newline after argument",
            "16: Attribute redefined",
            "18: Unclosed configuration block",
            "19: Unclosed bracket",
            "23: Argument or block definition required",
        ]
    );
}

#[test]
fn faults_of_items() {
    for (input, expect) in [
        ("a = \n", "1: Missing value"),
        ("a: 1\n", "1: Argument or block definition required"),
        ("\"a\" = 1\n", "1: Invalid argument name"),
        ("= 1\n", "1: Argument or block definition required"),
        ("a\n", "1: Argument or block definition required"),
        ("a \"b\"\n{\n}\n", "1: Invalid block definition"),
        ("a {\n} b {\n}\n", "2: Missing newline after block definition"),
        ("a { b = 1\n c = 2 }\n", "1: Invalid single-argument block definition"),
        ("a = 1;\n", "1: Invalid character"),
        ("/* a", "1: Unterminated comment"),
        ("a = “x”", "1: Invalid character"),
        ("a = 1\na = 2", "2: Attribute redefined"),
    ] {
        assert_eq!(body(input).1, [expect], "{input}");
    }
}

#[test]
fn no_input_overflows_the_stack() {
    for open in ["(", "[", "{a=", "f(", "!", "-", "a ? b : ", "\"${", "a{\n", "a[", "1+", "%{if a}", "<<A\n${"] {
        let deep = open.repeat(20_000);
        let id = Sources::default().add("test", "");
        let _ = parse_expr(id, &deep);
        let _ = parse_body(id, &deep);
        let _ = parse_body(id, &format!("a = {deep}"));
        let _ = parse_template(id, &format!("${{{deep}"));
    }
    let splats = format!("a = b{}\n", "[*]".repeat(5_000));
    assert_eq!(body(&splats).1, ["1: Nesting too deep"]);
    let nested = format!("{}1{}", "[".repeat(60), "]".repeat(60));
    check(&nested, &nested);
}

#[test]
fn newlines_comments_and_repeated_keys() {
    for (input, expect) in [
        ("{for x in l : x =>\n  x == 1 # one\n  ? 2\n  : 3}", "for x in l: x => ((Eq x 1) ? 2 : 3)"),
        ("[for x in a ?\n b :\n c : x]", "for x in (a ? b : c): x"),
        ("(1 // one\n + /* two */ 2)", "((Add 1 2))"),
        ("{ a = 1, a = 2, \"a\" = 3, bc = 4\n bc = 5 }", "{a: 1, a: 2, \"a\": 3, bc: 4, bc: 5}"),
        ("{ a.b = 1 }", "{a.b: 1}"),
        ("<<EOT\nEOTX\n EOT x\n${a} # ${b}\n EOT", "`EOTX\\n EOT x\\n${a} # ${b}\\n`"),
        ("[<<A\nx\nA\n, <<B\ny\nB\n]", "[\"x\\n\", \"y\\n\"]"),
        ("\"${ {for k in l : k =>\n 1} } # no comment\"", "`${for k in l: k => 1} # no comment`"),
        (
            r#""%{if a}x\n\"\u00e4\\ $${b}%{for c in d}\t%{endfor}%{endif}""#,
            r#"`%{if a}x\n\"ä\\ ${b}%{for c in d}\t%{end}%{else}%{end}`"#,
        ),
        (r#""%{if a}\q%{endif}""#, "Invalid escape sequence"),
        ("a.0.1", "Invalid legacy index syntax"),
        ("a.*.b.*", "Nested splat expression not allowed"),
        ("\"%{ifx}a%{endif}\"", "Invalid template control keyword"),
        ("<<EOT\n%{ if a }\nEOT", "Unexpected end of template"),
        ("\"${a b}\"", "Extra characters after interpolation expression"),
        ("[for x in l : x", "Invalid 'for' expression"),
        ("{for x in l : x}", "Invalid 'for' expression"),
    ] {
        check(input, expect);
    }
}

#[test]
fn templates_of_files_are_cut_at_lines() {
    for (input, expect) in [
        ("a ${x}\n\nb\n   \nc\n", "`a ${x}\\n\\nb\\n   \\nc\\n`"),
        ("\n\r\n${x}\\n", "`\\n\\r\\n${x}\\\\n`"),
        ("a ${x ~}\n\n   b", "`a ${x}\\n   b`"),
        ("a ${x ~}\n   b\n  ${~ y}", "`a ${x}   b\\n${y}`"),
        ("%{ if a ~}\n  q\n%{ endif ~}\n  z", "`%{if a}  q\\n%{else}%{end}  z`"),
        ("$${a} %%{b} ${c}", "`${a} %{b} ${c}`"),
    ] {
        let id = Sources::default().add("test", input);
        assert_eq!(parse_template(id, input).map(|e| print::expr(&e)), Ok(expect.to_owned()), "{input}");
    }
}

#[test]
fn spans_are_exact() {
    for (input, underlined) in [
        ("a = \"x${1 2}\"\n", "2"),
        ("a = \"\\q\"\n", "\\q"),
        ("a = f(1 2)\n", "2"),
        ("ä = [\n  \"ö\"\n  \"ü\"\n]\n", "\"ü\""),
        ("a = <<EOT\n  ${ b + }\nEOT\n", "}"),
        ("a {\n  b = { c = 1 d = 2 }\n}\n", "d"),
        ("a = x.\n", "\n"),
        ("a = \"%{if b}x\"\nc = \"%{if d}%{endif}\"\n", "%{if b}"),
    ] {
        let mut sources = Sources::default();
        let id = sources.add("test.tf", input);
        let found = parse_body(id, input).1;
        let spans: Vec<&str> = found.iter().filter_map(|d| d.span).map(|s| sources.snippet(s)).collect();
        assert_eq!(spans, [underlined], "{input}");
    }
}

const SAMPLES: [&str; 4] = [
    "resource \"t\" \"n\" {\n  a = \"x ${var.b[0].c} %{ if d }e%{ else }f%{ endif }\"\n  g { h = [1, 2.5e3] }\n}\n",
    "locals {\n  a = <<-EOT\n    x ${~ f(\"y\", z...) ~}\n    %{ for k, v in m ~}\n    ${k}\n    %{ endfor ~}\n  EOT\n  b = 1\n}\n",
    "a = {for k, v in m : k => v... if v != null}\nb = [for x in l : x ? 1 : -2] # c\n/* d */ c = { \"é\" : 1, (d) = !e, d = 2, d = 3 }\n",
    "{\"resource\": {\"t\": [{\"n\": {\"a\": \"\\u00e4${b}\\n\", \"c\": [1, -2.5e3, null, true]}}]}}",
];

proptest::proptest! {
    /// Whatever a text is, it parses without panic, and all spans lie on its characters.
    #[test]
    fn any_text_is_read(
        sample in 0..SAMPLES.len(),
        cuts in proptest::collection::vec((0..200usize, 0..4usize, "[\\PC\\n]{0,2}|[\\[\\](){}\"$%~<=.,\n-]{0,3}"), 0..6),
    ) {
        let mut text = SAMPLES[sample].to_owned();
        for (at, len, insert) in cuts {
            let floor = |n: usize| (0..=n.min(text.len())).rev().find(|n| text.is_char_boundary(*n)).unwrap_or(0);
            let range = floor(at)..floor(at + len);
            text.replace_range(range, &insert);
        }
        let id = Sources::default().add("test", "");
        let bodies = [parse_body(id, &text), parse_json_body(id, &text), parse_json_values(id, &text)];
        let single = [parse_expr(id, &text), parse_template(id, &text)];
        let found = bodies.iter().flat_map(|b| b.1.iter()).chain(single.iter().filter_map(|r| r.as_ref().err()).flatten());
        for diagnostic in found {
            for span in diagnostic.span.iter().chain(&diagnostic.context) {
                proptest::prop_assert!(text.get(span.range()).is_some(), "{:?} of {}", span, diagnostic.summary);
            }
        }
    }
}
