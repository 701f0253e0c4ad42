//! Policy documents as `aws_iam_policy_document` makes them: merged by sid, written as Go writes JSON.
//!
//! Knows nothing of AWS calls and of configurations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

#[derive(Clone, Debug, Default)]
pub struct Document {
    pub version: String,
    pub id: String,
    pub statements: Vec<Statement>,
}

#[derive(Clone, Debug, Default)]
pub struct Statement {
    pub sid: String,
    pub effect: String,
    pub action: Option<Json>,
    pub not_action: Option<Json>,
    pub resource: Option<Json>,
    pub not_resource: Option<Json>,
    pub principals: Vec<Principal>,
    pub not_principals: Vec<Principal>,
    pub conditions: Vec<Condition>,
}

/// One text, or a list of them: the two are written differently.
#[derive(Clone, Debug)]
pub enum Words {
    One(String),
    Many(Vec<String>),
}

#[derive(Clone, Debug)]
pub struct Principal {
    pub kind: String,
    pub identifiers: Words,
}

#[derive(Clone, Debug)]
pub struct Condition {
    pub test: String,
    pub variable: String,
    pub values: Vec<String>,
}

impl Document {
    /// Reads a document given as JSON.
    pub fn parse(text: &str) -> Result<Self, String> {
        let json: Json = serde_json::from_str(text).map_err(|e| format!("it is not valid JSON: {e}"))?;
        let fields = json.as_object().ok_or("it is not a JSON object")?;
        let mut document = Self::default();
        for (key, value) in fields {
            match key.to_ascii_lowercase().as_str() {
                "version" => document.version = text_of(key, value)?,
                "id" => document.id = text_of(key, value)?,
                "statement" if value.is_null() => {}
                "statement" => {
                    let items = value.as_array().ok_or("its \"Statement\" is not a list")?;
                    document.statements = items.iter().map(Statement::parse).collect::<Result<_, _>>()?;
                }
                _ => {}
            }
        }
        Ok(document)
    }

    /// Adds another document: its id and a later version win, its statements replace those of the same sid.
    pub fn merge(&mut self, other: Self) {
        if !other.id.is_empty() {
            self.id = other.id;
        }
        if other.version > self.version {
            self.version = other.version;
        }
        for statement in other.statements {
            let same = self.statements.iter_mut().find(|s| !s.sid.is_empty() && s.sid == statement.sid);
            match same {
                Some(existing) => *existing = statement,
                None => self.statements.push(statement),
            }
        }
    }

    /// Sids that stand here.
    pub fn sids(&self) -> BTreeSet<String> {
        self.statements.iter().filter(|s| !s.sid.is_empty()).map(|s| s.sid.clone()).collect()
    }

    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.node().write(&mut out, Some(0));
        out
    }

    pub fn to_minified_json(&self) -> String {
        let mut out = String::new();
        self.node().write(&mut out, None);
        out
    }

    fn node(&self) -> Node {
        let mut fields = Vec::new();
        push_text(&mut fields, "Version", &self.version);
        push_text(&mut fields, "Id", &self.id);
        if !self.statements.is_empty() {
            fields.push(("Statement".to_owned(), Node::List(self.statements.iter().map(Statement::node).collect())));
        }
        Node::Fields(fields)
    }
}

impl Statement {
    fn parse(value: &Json) -> Result<Self, String> {
        let fields = value.as_object().ok_or("a statement is not a JSON object")?;
        let mut out = Self::default();
        let some = |v: &Json| (!v.is_null()).then(|| v.clone());
        for (key, value) in fields {
            match key.to_ascii_lowercase().as_str() {
                "sid" => out.sid = text_of(key, value)?,
                "effect" => out.effect = text_of(key, value)?,
                "action" => out.action = some(value),
                "notaction" => out.not_action = some(value),
                "resource" => out.resource = some(value),
                "notresource" => out.not_resource = some(value),
                "principal" => out.principals = parse_principals(value)?,
                "notprincipal" => out.not_principals = parse_principals(value)?,
                "condition" => out.conditions = parse_conditions(value)?,
                _ => {}
            }
        }
        Ok(out)
    }

    fn node(&self) -> Node {
        let mut fields = Vec::new();
        push_text(&mut fields, "Sid", &self.sid);
        push_text(&mut fields, "Effect", &self.effect);
        let words = [
            ("Action", &self.action),
            ("NotAction", &self.not_action),
            ("Resource", &self.resource),
            ("NotResource", &self.not_resource),
        ];
        for (name, value) in words {
            if let Some(value) = value {
                fields.push((name.to_owned(), Node::from_json(value)));
            }
        }
        for (name, principals) in [("Principal", &self.principals), ("NotPrincipal", &self.not_principals)] {
            if !principals.is_empty() {
                fields.push((name.to_owned(), principals_node(principals)));
            }
        }
        if !self.conditions.is_empty() {
            fields.push(("Condition".to_owned(), conditions_node(&self.conditions)));
        }
        Node::Fields(fields)
    }
}

fn text_of(key: &str, value: &Json) -> Result<String, String> {
    match value {
        Json::String(text) => Ok(text.clone()),
        Json::Null => Ok(String::new()),
        _ => Err(format!("its \"{key}\" is not a text")),
    }
}

fn parse_principals(value: &Json) -> Result<Vec<Principal>, String> {
    match value {
        Json::Null => Ok(Vec::new()),
        Json::String(_) => Ok(vec![Principal { kind: "*".into(), identifiers: Words::One("*".into()) }]),
        Json::Object(kinds) => {
            let one = |(kind, names): (&String, &Json)| {
                let identifiers = match names {
                    Json::String(name) => Words::One(name.clone()),
                    Json::Array(names) => Words::Many(strings(kind, names)?),
                    _ => return Err(format!("principals of type \"{kind}\" are neither a text nor a list of texts")),
                };
                Ok(Principal { kind: kind.clone(), identifiers })
            };
            kinds.iter().map(one).collect()
        }
        _ => Err("its principals are neither \"*\" nor an object".into()),
    }
}

fn parse_conditions(value: &Json) -> Result<Vec<Condition>, String> {
    let mut out = Vec::new();
    if value.is_null() {
        return Ok(out);
    }
    let tests = value.as_object().ok_or("its conditions are not an object")?;
    for (test, variables) in tests {
        let variables = variables.as_object().ok_or_else(|| format!("its condition \"{test}\" is not an object"))?;
        for (variable, values) in variables {
            let values = match values {
                Json::String(text) => vec![text.clone()],
                Json::Bool(b) => vec![b.to_string()],
                Json::Array(items) => strings(variable, items)?,
                _ => {
                    return Err(format!(
                        "its condition \"{test}\" on \"{variable}\" is neither a text nor a boolean nor a list of \
                         texts; write numbers as texts"
                    ));
                }
            };
            out.push(Condition { test: test.clone(), variable: variable.clone(), values });
        }
    }
    Ok(out)
}

fn strings(name: &str, items: &[Json]) -> Result<Vec<String>, String> {
    let text = |v: &Json| v.as_str().map(str::to_owned).ok_or_else(|| format!("\"{name}\" lists what is not a text"));
    items.iter().map(text).collect()
}

/// Identifiers by type. Several blocks of one type make one list, in their order.
fn principals_node(principals: &[Principal]) -> Node {
    if let [Principal { kind, identifiers }] = principals
        && kind == "*"
    {
        let everyone = match identifiers {
            Words::One(name) => name == "*",
            Words::Many(names) => names.len() == 1 && names.iter().all(|n| n == "*"),
        };
        if everyone {
            return Node::text("*");
        }
    }
    let mut kinds: BTreeMap<&str, Words> = BTreeMap::new();
    for Principal { kind, identifiers } in principals {
        let added = match identifiers {
            Words::One(name) => Words::One(name.clone()),
            Words::Many(names) => {
                let mut names = names.clone();
                names.sort_by(|a, b| b.cmp(a));
                Words::Many(names)
            }
        };
        let all = match kinds.remove(kind.as_str()) {
            None => added,
            Some(before) => Words::Many(before.into_vec().into_iter().chain(added.into_vec()).collect()),
        };
        kinds.insert(kind, all);
    }
    Node::Fields(kinds.into_iter().map(|(kind, words)| (kind.to_owned(), words.node())).collect())
}

fn conditions_node(conditions: &[Condition]) -> Node {
    let mut tests: BTreeMap<&str, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
    for condition in conditions {
        let values = tests.entry(&condition.test).or_default().entry(&condition.variable).or_default();
        values.extend(condition.values.iter().cloned());
    }
    let node = |(variable, mut values): (&str, Vec<String>)| {
        let words = match values.pop() {
            Some(only) if values.is_empty() => Words::One(only),
            last => {
                values.extend(last);
                Words::Many(values)
            }
        };
        (variable.to_owned(), words.node())
    };
    let tests = tests
        .into_iter()
        .map(|(test, variables)| (test.to_owned(), Node::Fields(variables.into_iter().map(node).collect())));
    Node::Fields(tests.collect())
}

impl Words {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        }
    }

    fn node(&self) -> Node {
        match self {
            Self::One(text) => Node::text(text),
            Self::Many(texts) => Node::List(texts.iter().map(|t| Node::text(t)).collect()),
        }
    }
}

/// JSON whose fields stand in a given order.
enum Node {
    /// A scalar, encoded.
    Scalar(String),
    List(Vec<Node>),
    Fields(Vec<(String, Node)>),
}

impl Node {
    fn text(text: &str) -> Self {
        Self::Scalar(quoted(text))
    }

    fn from_json(json: &Json) -> Self {
        match json {
            Json::String(text) => Self::text(text),
            Json::Array(items) => Self::List(items.iter().map(Self::from_json).collect()),
            Json::Object(fields) => {
                let sorted: BTreeMap<_, _> = fields.iter().collect();
                Self::Fields(sorted.into_iter().map(|(k, v)| (k.clone(), Self::from_json(v))).collect())
            }
            scalar => Self::Scalar(scalar.to_string()),
        }
    }

    /// `indent` is the depth; `None` writes without white space.
    fn write(&self, out: &mut String, indent: Option<usize>) {
        match self {
            Self::Scalar(text) => out.push_str(text),
            Self::List(items) => {
                let items = items.iter().map(|item| (None, item));
                write_all(out, indent, ('[', ']'), items);
            }
            Self::Fields(fields) => {
                let items = fields.iter().map(|(key, item)| (Some(key.as_str()), item));
                write_all(out, indent, ('{', '}'), items);
            }
        }
    }
}

fn write_all<'a>(
    out: &mut String,
    indent: Option<usize>,
    (open, close): (char, char),
    items: impl ExactSizeIterator<Item = (Option<&'a str>, &'a Node)>,
) {
    let empty = items.len() == 0;
    out.push(open);
    for (i, (key, item)) in items.enumerate() {
        if i > 0 {
            out.push(',');
        }
        new_line(out, indent.map(|n| n + 1));
        if let Some(key) = key {
            out.push_str(&quoted(key));
            out.push_str(if indent.is_some() { ": " } else { ":" });
        }
        item.write(out, indent.map(|n| n + 1));
    }
    if !empty {
        new_line(out, indent);
    }
    out.push(close);
}

fn new_line(out: &mut String, indent: Option<usize>) {
    if let Some(depth) = indent {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
}

/// Go writes what browsers might misread as escapes.
fn quoted(text: &str) -> String {
    let plain = Json::String(text.to_owned()).to_string();
    let mut out = String::with_capacity(plain.len());
    for c in plain.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c => out.push(c),
        }
    }
    out
}

fn push_text(fields: &mut Vec<(String, Node)>, name: &str, text: &str) {
    if !text.is_empty() {
        fields.push((name.to_owned(), Node::text(text)));
    }
}
