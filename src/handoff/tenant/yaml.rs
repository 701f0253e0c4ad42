//! YAML with the places of its parts.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

use crate::diag::{Diagnostic, SourceId, Span};

/// Deepest nesting.
const MAX_DEPTH: usize = 100;

/// Most parts of a file, those that aliases repeat included.
const MAX_NODES: usize = 200_000;

/// A part of a document. Of collections the span is that of their first part.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub kind: Kind,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Null,
    Bool,
    Integer,
    Float,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    pub name: String,
    pub span: Span,
}

impl Node {
    pub fn entries(&self) -> &[(Key, Node)] {
        if let Kind::Map(entries) = &self.kind { entries } else { &[] }
    }

    pub fn items(&self) -> &[Node] {
        if let Kind::List(items) = &self.kind { items } else { &[] }
    }

    pub fn text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }

    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(k, _)| k.name == key).map(|(_, node)| node)
    }

    /// The part at a path of keys and indices.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, step| match &node.kind {
            Kind::List(items) => items.get(step.parse::<usize>().ok()?),
            _ => node.get(step),
        })
    }

    /// The text at a path.
    pub fn text_at(&self, path: &[&str]) -> Option<(&str, Span)> {
        let node = self.at(path)?;
        Some((node.text()?, node.span))
    }

    /// Calls `f` for every text with its JSON pointer.
    pub fn texts<'n>(&'n self, pointer: &str, f: &mut impl FnMut(&str, &'n str, Span)) {
        match &self.kind {
            Kind::Text(text) => f(pointer, text, self.span),
            Kind::List(items) => {
                items.iter().enumerate().for_each(|(i, item)| item.texts(&format!("{pointer}/{i}"), f));
            }
            Kind::Map(entries) => {
                for (key, node) in entries {
                    let step = key.name.replace('~', "~0").replace('/', "~1");
                    node.texts(&format!("{pointer}/{step}"), f);
                }
            }
            _ => {}
        }
    }
}

/// The documents of a text.
pub fn read(source: SourceId, text: &str) -> Result<Vec<Node>, Diagnostic> {
    let lines: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
    let parser = Parser::new_from_str(text);
    let mut reader = Reader { source, text, lines, parser, anchors: HashMap::new(), count: 0 };
    let mut documents = Vec::new();
    loop {
        match reader.next()? {
            (Event::DocumentStart(_), _) => {
                let (event, span) = reader.next()?;
                documents.push(reader.node(event, span, 0)?);
            }
            (Event::StreamEnd, _) => break,
            _ => {}
        }
    }
    // An empty document is what a separator at the start or the end makes.
    documents.retain(|d| d.kind != Kind::Null);
    Ok(documents)
}

struct Reader<'a> {
    source: SourceId,
    text: &'a str,
    /// Where lines begin.
    lines: Vec<usize>,
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: HashMap<usize, Node>,
    count: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Diagnostic> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                let span = Span::new(self.source, self.byte(&span.start)..self.byte(&span.end));
                Ok((event, span))
            }
            Some(Err(e)) => {
                let at = self.byte(e.marker());
                let span = Span::new(self.source, at..(at + 1).min(self.text.len()));
                Err(self.problem(span, e.info()))
            }
            None => Ok((Event::StreamEnd, Span::new(self.source, 0..0))),
        }
    }

    fn byte(&self, marker: &Marker) -> usize {
        let start = self.lines.get(marker.line().saturating_sub(1)).copied().unwrap_or(self.text.len());
        let line = self.text.get(start..).unwrap_or_default();
        start + line.char_indices().nth(marker.col()).map_or(line.len(), |(at, _)| at)
    }

    fn problem(&self, span: Span, why: &str) -> Diagnostic {
        Diagnostic::error("Invalid YAML", crate::diag::sentence(why)).at(span)
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Diagnostic> {
        self.count += 1;
        if depth > MAX_DEPTH || self.count > MAX_NODES {
            return Err(self.problem(span, "the file is nested too deep or has too many parts"));
        }
        let (anchor, node) = match event {
            Event::Alias(id) => {
                let known = self.anchors.get(&id).cloned();
                return known.ok_or_else(|| self.problem(span, "nothing has this anchor yet"));
            }
            Event::Scalar(text, style, anchor, _) => {
                let kind = if style == ScalarStyle::Plain { plain(&text) } else { Kind::Text(text.into_owned()) };
                (anchor, Node { kind, span: trimmed(self.text, span) })
            }
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (event, span) => items.push(self.node(event, span, depth + 1)?),
                    }
                }
                let span = items.first().map_or(span, |n| n.span);
                (anchor, Node { kind: Kind::List(items), span })
            }
            Event::MappingStart(anchor, _) => {
                let entries = self.mapping(depth)?;
                let span = entries.first().map_or(span, |(k, _)| k.span);
                (anchor, Node { kind: Kind::Map(entries), span })
            }
            _ => return Err(self.problem(span, "there is nothing where something should be")),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn mapping(&mut self, depth: usize) -> Result<Vec<(Key, Node)>, Diagnostic> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if let Event::MappingEnd = event {
                return Ok(entries);
            }
            let Event::Scalar(name, ..) = event else {
                return Err(self.problem(span, "only text can be a key"));
            };
            let (name, span) = (name.into_owned(), trimmed(self.text, span));
            if entries.iter().any(|(k, _)| k.name == name) {
                let detail = format!("\"{name}\" stands here twice.");
                return Err(Diagnostic::error("Duplicate key", detail).at(span));
            }
            let (event, of_value) = self.next()?;
            let node = self.node(event, of_value, depth + 1)?;
            entries.push((Key { name, span }, node));
        }
    }
}

/// Without the end of the line that a block ends with.
fn trimmed(text: &str, span: Span) -> Span {
    let inner = text.get(span.range()).unwrap_or_default();
    Span::new(span.source, span.range().start..span.range().start + inner.trim_end().len())
}

/// What Kubernetes takes an unquoted scalar for.
fn plain(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Kind::Bool,
        _ if is_integer(text) => Kind::Integer,
        _ if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) && text.parse::<f64>().is_ok() => {
            Kind::Float
        }
        _ => Kind::Text(text.to_owned()),
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sources;

    #[test]
    fn parts_know_their_places() {
        let text = "# ä\na: ü\nlist:\n  - x: 1\n    y: \"2\"\n---\nb: |\n  text\nc: {d: [e]}\n";
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", text);
        let documents = read(id, text).expect("documents");
        let place = |document: usize, path: &[&str]| {
            let node = documents[document].at(path).expect("part");
            (sources.snippet(node.span).to_owned(), sources.position(id, node.span.range().start).line)
        };
        assert_eq!(place(0, &["a"]), ("ü".into(), 2));
        assert_eq!(place(0, &["list", "0"]), ("x".into(), 4));
        assert_eq!(place(0, &["list", "0", "y"]), ("\"2\"".into(), 5));
        assert_eq!(place(1, &["c", "d", "0"]), ("e".into(), 9));
        let mut found = Vec::new();
        documents[1].texts("", &mut |pointer, text, _| found.push(format!("{pointer}={text}")));
        assert_eq!(found, ["/b=text\n", "/c/d/0=e"]);
    }

    #[test]
    fn mistakes_are_placed() {
        let mut sources = Sources::default();
        for (text, line) in [("a: 1\nb: [\n", 3), ("a: 1\nb: 2\na: 3\n", 3), ("a: *x\n", 1)] {
            let id = sources.add("a.yaml", text);
            let problem = read(id, text).expect_err(text);
            assert_eq!(sources.position(id, problem.span.expect("span").range().start).line, line, "{text}");
        }
    }
}
