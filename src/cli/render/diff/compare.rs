//! Two values to their difference.

use std::collections::{BTreeMap, BTreeSet};

use super::sequence::{Pair, align};
use super::{Diff, Mark, Shape, attribute_name};
use crate::addr::{Name, Path, Step, escape};
use crate::cli::render::printable;
use crate::schema::{Block, Nesting};
use crate::value::json::from_json;
use crate::value::{Kind, Type, Value};

const BECOMES_SENSITIVE: &str = "Warning: this attribute value will be marked as sensitive and will not\ndisplay in UI output after applying this change.";
const SENSITIVE_SAME: &str = "Warning: this attribute value will be marked as sensitive and will not\ndisplay in UI output after applying this change. The value is unchanged.";
const NO_LONGER_SENSITIVE: &str =
    "Warning: this attribute value will no longer be marked as sensitive\nafter applying this change.";
const NOT_SENSITIVE_SAME: &str = "Warning: this attribute value will no longer be marked as sensitive\nafter applying this change. The value is unchanged.";

/// What a comparison knows beside the two values.
#[derive(Clone, Copy, Default)]
pub struct Compare<'a> {
    /// Paths whose difference replaces the object.
    replace: Option<&'a BTreeSet<Path>>,
    /// Values as JSON documents hold them: null entries of objects count, and sequences of the same length are compared
    /// position by position.
    document: bool,
}

impl<'a> Compare<'a> {
    pub fn replacing(paths: &'a BTreeSet<Path>) -> Self {
        Self { replace: Some(paths), document: false }
    }
}

/// The difference of two objects under a schema.
pub fn block(cx: Compare<'_>, schema: Option<&Block>, before: Option<&Value>, after: Option<&Value>) -> Diff {
    cx.block(schema, before, after, &Path::root())
}

/// The difference of two values; `None` is no value, as null is for attributes.
pub fn value(before: Option<&Value>, after: Option<&Value>) -> Diff {
    let (before, after) = (before.map(untyped), after.map(untyped));
    Compare { replace: None, document: true }.value(before.as_ref(), after.as_ref(), &Path::root())
}

/// A value of any type as a document has it: with objects and sequences only.
fn untyped(value: &Value) -> Value {
    value.clone().map_deep(&mut |v| match v.kind {
        Kind::Map(_, m) => Value { kind: Kind::Object(m), marks: v.marks },
        Kind::List(_, items) | Kind::Set(_, items) => Value { kind: Kind::Tuple(items), marks: v.marks },
        kind => Value { kind, marks: v.marks },
    })
}

/// Null for an attribute is as if it were not there.
fn set(value: Option<&Value>) -> Option<&Value> {
    value.filter(|v| !v.is_null())
}

fn keys<'v>(before: Option<&'v Value>, after: Option<&'v Value>) -> BTreeSet<&'v Name> {
    [before, after].into_iter().flatten().filter_map(Value::as_map).flat_map(BTreeMap::keys).collect()
}

fn mark_of(before: bool, after: bool, same: bool) -> Mark {
    match (before, after) {
        (false, true) => Mark::Add,
        (true, false) => Mark::Remove,
        _ if same => Mark::Same,
        _ => Mark::Change,
    }
}

impl Compare<'_> {
    fn replaces(&self, at: &Path) -> bool {
        self.replace.is_some_and(|paths| paths.contains(at))
    }

    fn block(&self, schema: Option<&Block>, before: Option<&Value>, after: Option<&Value>, at: &Path) -> Diff {
        let (before, after) = (set(before), set(after));
        if [before, after].into_iter().flatten().any(|v| v.marks.contains(crate::value::Marks::SENSITIVE)) {
            return self.value(before, after, at);
        }
        if after.is_some_and(|v| !v.is_known()) {
            return self.unknown(before, at);
        }
        let mut attributes = Vec::new();
        let mut blocks = Vec::new();
        for name in keys(before, after) {
            let (a, b) = (before.and_then(|v| v.get(name)), after.and_then(|v| v.get(name)));
            let at = at.then(Step::Attr(name.clone()));
            match schema.and_then(|s| s.blocks.get(name)) {
                Some(nested) => {
                    let diffs = self.blocks(&nested.block, nested.nesting, a, b, &at);
                    if !diffs.is_empty() {
                        blocks.push((name.to_string(), diffs));
                    }
                }
                None if set(a).is_some() || set(b).is_some() => {
                    let any = schema.and_then(|s| s.attributes.get(name)).is_some_and(|a| a.ty == Type::Dynamic);
                    let diff = if any {
                        let (a, b) = (set(a).map(untyped), set(b).map(untyped));
                        Compare { document: true, ..*self }.value(a.as_ref(), b.as_ref(), &at)
                    } else {
                        self.value(set(a), set(b), &at)
                    };
                    attributes.push((attribute_name(name), diff));
                }
                None => {}
            }
        }
        let same = attributes.iter().all(|(_, d)| d.is_same()) && blocks.iter().flat_map(|(_, d)| d).all(Diff::is_same);
        Diff::new(mark_of(before.is_some(), after.is_some(), same), Shape::Block { attributes, blocks })
    }

    fn blocks(
        &self,
        schema: &Block,
        nesting: Nesting,
        before: Option<&Value>,
        after: Option<&Value>,
        at: &Path,
    ) -> Vec<Diff> {
        let (before, after) = (set(before), set(after));
        let secret = |v: Option<&Value>| v.is_some_and(|v| v.marks.contains(crate::value::Marks::SENSITIVE));
        let unknown = after.is_some_and(|v| !v.is_known());
        if secret(before) || secret(after) || (unknown && nesting != Nesting::Single) {
            let empty = |v: Option<&Value>| v.is_none_or(|v| v.as_slice().is_some_and(<[Value]>::is_empty));
            return if empty(before) && empty(after) { Vec::new() } else { vec![self.value(before, after, at)] };
        }
        let mut diffs = match nesting {
            Nesting::Single if before.is_none() && after.is_none() => Vec::new(),
            Nesting::Single => vec![self.block(Some(schema), before, after, at)],
            Nesting::List | Nesting::Set => {
                let items = |v: Option<&Value>| v.and_then(Value::as_slice).unwrap_or(&[]).to_vec();
                let (a, b) = (items(before), items(after));
                let pairs = if nesting == Nesting::Set { members(&a, &b) } else { align(&a, &b, |_, _| true) };
                let index = |i: Option<usize>, j: Option<usize>| j.or(i).unwrap_or(0) as u64;
                pairs
                    .into_iter()
                    .map(|(i, j)| {
                        let at = at.then(Step::Index(index(i, j)));
                        self.block(Some(schema), i.and_then(|i| a.get(i)), j.and_then(|j| b.get(j)), &at)
                    })
                    .collect()
            }
        };
        if self.replaces(at) {
            diffs.iter_mut().filter(|d| !d.is_same()).for_each(|d| d.replaces = true);
        }
        diffs
    }

    fn value(&self, before: Option<&Value>, after: Option<&Value>, at: &Path) -> Diff {
        let mut diff = self.bare(before, after, at);
        diff.replaces |= !diff.is_same() && self.replaces(at);
        diff
    }

    fn bare(&self, before: Option<&Value>, after: Option<&Value>, at: &Path) -> Diff {
        let secret = |v: &Value| v.marks.contains(crate::value::Marks::SENSITIVE);
        if before.is_some_and(secret) || after.is_some_and(secret) {
            return self.secret(before, after);
        }
        match (before, after) {
            (_, Some(b)) if !b.is_known() => self.unknown(before, at),
            (Some(a), Some(b)) => self.both(a, b, at),
            (Some(a), None) => self.one(a, Mark::Remove, at),
            (None, Some(b)) => self.one(b, Mark::Add, at),
            (None, None) => scalar(Mark::Same, Some("null".into()), Some("null".into())),
        }
    }

    fn secret(&self, before: Option<&Value>, after: Option<&Value>) -> Diff {
        let secret = |v: &Value| v.marks.contains(crate::value::Marks::SENSITIVE);
        let same = matches!((before, after), (Some(a), Some(b)) if a.same_content(b));
        let mut diff = Diff::new(mark_of(before.is_some(), after.is_some(), same), Shape::Secret);
        if let (Some(a), Some(b)) = (before, after) {
            diff.note = match (secret(a), secret(b), same) {
                (false, true, true) => Some(SENSITIVE_SAME),
                (false, true, false) => Some(BECOMES_SENSITIVE),
                (true, false, true) => Some(NOT_SENSITIVE_SAME),
                (true, false, false) => Some(NO_LONGER_SENSITIVE),
                _ => None,
            };
            if diff.note.is_some() {
                diff.mark = Mark::Change;
            }
        }
        diff
    }

    fn unknown(&self, before: Option<&Value>, at: &Path) -> Diff {
        let inner = before.map(|b| Box::new(Compare { replace: None, ..*self }.value(Some(b), None, at)));
        let mark = if inner.is_some() { Mark::Change } else { Mark::Add };
        let mut diff = Diff::new(mark, Shape::Unknown { before: inner });
        diff.replaces = self.replaces(at);
        diff
    }

    /// A value that goes or comes as a whole.
    fn one(&self, value: &Value, mark: Mark, at: &Path) -> Diff {
        let side = |v: Value| if mark == Mark::Add { (None, Some(v)) } else { (Some(v), None) };
        let of = |v: &Value, step: Step| {
            let (a, b) = side(v.clone());
            self.value(a.as_ref(), b.as_ref(), &at.then(step))
        };
        let shape = match &value.kind {
            Kind::Object(m) => Shape::Keyed {
                entries: m
                    .iter()
                    .filter(|(_, v)| self.document || !v.is_null())
                    .map(|(k, v)| (attribute_name(k), of(v, Step::Attr(k.clone()))))
                    .collect(),
                noun: "attribute",
                document: self.document,
            },
            Kind::Map(_, m) => Shape::Keyed {
                entries: m.iter().map(|(k, v)| (quoted(k), of(v, Step::Key(k.clone())))).collect(),
                noun: "element",
                document: self.document,
            },
            Kind::List(_, v) | Kind::Tuple(v) | Kind::Set(_, v) => Shape::Items {
                items: v.iter().enumerate().map(|(i, v)| of(v, Step::Index(i as u64))).collect(),
                context: false,
            },
            Kind::String(s) => return self.string(side(s.to_string().into()), mark, at),
            _ => {
                let text = plain(value);
                return if mark == Mark::Add { scalar(mark, None, Some(text)) } else { scalar(mark, Some(text), None) };
            }
        };
        Diff::new(mark, shape)
    }

    fn both(&self, before: &Value, after: &Value, at: &Path) -> Diff {
        match (&before.kind, &after.kind) {
            (Kind::Object(a), Kind::Object(b)) => self.keyed(a, b, at, true),
            (Kind::Map(_, a) | Kind::Object(a), Kind::Map(_, b) | Kind::Object(b)) => self.keyed(a, b, at, false),
            (Kind::Set(_, a), Kind::Set(_, b)) => self.items(a, b, members(a, b), at, false),
            (Kind::List(_, a) | Kind::Tuple(a), Kind::List(_, b) | Kind::Tuple(b)) => {
                let similar = |x: &Value, y: &Value| x.as_map().is_some() && y.as_map().is_some();
                let pairs = if self.document && a.len() == b.len() && !members(a, b).iter().all(is_pair) {
                    (0..a.len()).map(|i| (Some(i), Some(i))).collect()
                } else {
                    align(a, b, similar)
                };
                self.items(a, b, pairs, at, true)
            }
            (Kind::String(_), Kind::String(_)) => {
                let mark = if before == after { Mark::Same } else { Mark::Change };
                self.string((Some(before.clone()), Some(after.clone())), mark, at)
            }
            (a, b) if is_scalar(a) && is_scalar(b) => {
                let mark = if before.same_content(after) { Mark::Same } else { Mark::Change };
                scalar(mark, Some(plain(before)), Some(plain(after)))
            }
            _ => {
                let swap = Shape::Swap {
                    before: Box::new(Compare { replace: None, ..*self }.one(before, Mark::Remove, at)),
                    after: Box::new(Compare { replace: None, ..*self }.one(after, Mark::Add, at)),
                };
                Diff::new(Mark::Change, swap)
            }
        }
    }

    fn keyed(&self, a: &BTreeMap<Name, Value>, b: &BTreeMap<Name, Value>, at: &Path, object: bool) -> Diff {
        let names: BTreeSet<&Name> = a.keys().chain(b.keys()).collect();
        let mut entries = Vec::new();
        for name in names {
            let step = if object { Step::Attr(name.clone()) } else { Step::Key(name.clone()) };
            let (a, b) = if object && !self.document {
                (set(a.get(name)), set(b.get(name)))
            } else {
                (a.get(name), b.get(name))
            };
            if a.is_some() || b.is_some() {
                let key = if object { attribute_name(name) } else { quoted(name) };
                entries.push((key, self.value(a, b, &at.then(step))));
            }
        }
        let same = entries.iter().all(|(_, d)| d.is_same());
        let mark = mark_of(true, true, same);
        Diff::new(
            mark,
            Shape::Keyed { entries, noun: if object { "attribute" } else { "element" }, document: self.document },
        )
    }

    fn items(
        &self,
        a: &[Value],
        b: &[Value],
        pairs: Vec<(Option<usize>, Option<usize>)>,
        at: &Path,
        context: bool,
    ) -> Diff {
        let items: Vec<Diff> = pairs
            .into_iter()
            .map(|(i, j)| {
                let at = at.then(Step::Index(j.or(i).unwrap_or(0) as u64));
                self.value(i.and_then(|i| a.get(i)), j.and_then(|j| b.get(j)), &at)
            })
            .collect();
        let same = items.iter().all(Diff::is_same);
        Diff::new(mark_of(true, true, same), Shape::Items { items, context })
    }

    fn string(&self, (before, after): (Option<Value>, Option<Value>), mark: Mark, at: &Path) -> Diff {
        let text = |v: &Option<Value>| v.as_ref().and_then(Value::as_str).map(str::to_owned);
        let (before, after) = (text(&before), text(&after));
        let documents = (before.as_deref().map(document), after.as_deref().map(document));
        if !matches!(documents, (Some(None), _) | (_, Some(None))) {
            let (a, b) = (documents.0.flatten(), documents.1.flatten());
            let mut inner = Compare { replace: None, document: true }.value(a.as_ref(), b.as_ref(), at);
            let spelling_only = inner.is_same() && mark == Mark::Change;
            if spelling_only {
                inner.mark = Mark::Same;
            }
            return Diff::new(mark, Shape::Json { document: Box::new(inner), spelling_only });
        }
        let lines = [&before, &after].into_iter().flatten().any(|s| s.trim_end_matches('\n').contains('\n'));
        let trailing = matches!((&before, &after), (Some(a), Some(b)) if a != b && a.trim_end_matches('\n') == b.trim_end_matches('\n'));
        if lines && !trailing {
            let printable = |s: String| printable(&s).into_owned();
            return Diff::new(mark, Shape::Text { before: before.map(printable), after: after.map(printable) });
        }
        scalar(mark, before.map(|s| quoted(&s)), after.map(|s| quoted(&s)))
    }
}

fn is_pair(pair: &Pair) -> bool {
    matches!(pair, (Some(_), Some(_)))
}

/// Pairs of sets: equal elements belong together, all others went or came.
fn members(a: &[Value], b: &[Value]) -> Vec<(Option<usize>, Option<usize>)> {
    let mut taken = BTreeSet::new();
    let mut pairs = Vec::new();
    for (i, x) in a.iter().enumerate() {
        let same = b.iter().enumerate().find(|(j, y)| !taken.contains(j) && x.same_content(y)).map(|(j, _)| j);
        taken.extend(same);
        pairs.push((Some(i), same));
    }
    pairs.extend((0..b.len()).filter(|j| !taken.contains(j)).map(|j| (None, Some(j))));
    pairs
}

/// The JSON document that a string holds, if it is an object or an array.
fn document(text: &str) -> Option<Value> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    serde_json::from_str(text).ok().map(|json| from_json(&json))
}

fn scalar(mark: Mark, before: Option<String>, after: Option<String>) -> Diff {
    Diff::new(mark, Shape::Scalar { before, after })
}

fn is_scalar(kind: &Kind) -> bool {
    matches!(kind, Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) | Kind::String(_))
}

/// A value without elements, as the language writes it.
fn plain(value: &Value) -> String {
    match &value.kind {
        Kind::Bool(b) => b.to_string(),
        Kind::Number(n) => n.to_string(),
        Kind::String(s) => quoted(s),
        Kind::Unknown(..) => "(known after apply)".into(),
        _ => "null".into(),
    }
}

/// In quotes; as this is no expression, `${` stands for itself.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escape(&printable(text)).replace("$${", "${").replace("%%{", "%{"))
}
