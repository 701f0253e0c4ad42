use super::*;
use crate::diag::Sources;

fn formatted(text: &str) -> Result<String, Diagnostics> {
    format(Sources::default().add("test", text), text)
}

fn check(before: &str, after: &str) {
    assert_eq!(formatted(before).expect("valid"), after, "{before}");
    assert_eq!(formatted(after).expect("valid"), after, "again");
}

#[test]
fn blanks_between_tokens() {
    for (before, after) in [
        ("", ""),
        ("a=1", "a = 1"),
        ("a=1  ", "a = 1  "),
        ("a = - 1 - - 2", "a = -1 - -2"),
        ("a=x?-1: ! b", "a = x ? -1 : !b"),
        ("a = f ( 1 ,b ... )", "a = f(1, b...)"),
        ("a = core :: f()", "a = core::f()"),
        ("a = b [ 0 ] . c[*]", "a = b[0].c[*]"),
        ("a = [for x in[1]:x]", "a = [for x in [1] : x]"),
        ("a = {for k,v in{}:k=>v...}", "a = { for k, v in {} : k => v... }"),
        ("a={ }", "a = {}"),
        ("a={b=1,c=2}", "a = { b = 1, c = 2 }"),
        ("a = \"x ${ y }%{ if z }${ {} }%{ endif }\"", "a = \"x ${y}%{if z}${ {} }%{endif}\""),
        ("a = /* b */ c/* d */", "a = /* b */ c /* d */"),
    ] {
        check(before, after);
    }
}

#[test]
fn columns_and_indentation() {
    check(
        "a=1 # one\nlonger   =2    # two\n\nb = {\nc=1\nlonger= [\n1,\n2]\n}\n",
        "a      = 1 # one\nlonger = 2 # two\n\nb = {\n  c = 1\n  longer = [\n    1,\n  2]\n}\n",
    );
    check("größe=1\nab=2\n", "größe = 1\nab    = 2\n");
    check("a = <<-EOT\n    x  = ${ y }\n  EOT\nb   = 1\n", "a = <<-EOT\n    x  = ${y}\n  EOT\nb = 1\n");
    check("\ta=1\r\n\t\tbc=2\r\n", "a  = 1\r\nbc = 2\r\n");
}

#[test]
fn old_spellings() {
    check("variable x {\ntype=\"list\"\n}", "variable \"x\" {\n  type = list(string)\n}");
    check("variable x {\ntype=map # m\n}", "variable \"x\" {\n  type = map(any) # m\n}");
    check("a = \"${ b }\"\n", "a = b\n");
    check("a = \"${b}${c}\"\n", "a = \"${b}${c}\"\n");
    check("a = \"${\n  b ? 1 :\n  2\n}\"\n", "a = (b ? 1 :\n2)\n");
    check("a \"\\u00e9\\t\" {}\n", "a \"é\\t\" {}\n");
}

#[test]
fn what_would_not_parse_is_not_unwrapped() {
    check("a = \"${ # why\nb }\"\n", "a = \"${ # why\nb}\"\n");
}

#[test]
fn labels_are_kept() {
    check("a  \"b$${c}\"   d {}", "a \"b$${c}\" \"d\" {}");
}

#[test]
fn faults_are_told() {
    for text in ["a =", "a = 1\r", "a = \"\n\"", "a {", "x \"a\nb\" {}"] {
        assert!(formatted(text).is_err(), "{text:?}");
    }
}
