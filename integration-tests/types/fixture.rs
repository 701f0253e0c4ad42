//! What a fixture says of one type: how an object of it is configured, and which changes are tried.
//!
//! ```hcl
//! around { ... }                # what all objects stand on, verbatim
//! each { ... }                  # what each object needs of its own
//! subject { ... }               # the configuration of one object
//! change "comment" {            # one more object, whose configuration then changes
//!   comment = "other"           # takes the place of the attribute, or of all blocks of that name
//! }
//! change "no tags" {
//!   from { tags = { a = "b" } } # differs from the subject at first
//!   to {}                       # and then does not; `unset = ["name"]` takes an attribute of the subject away
//! }
//! import = "${zone_id}_${name}" # id of an import, from attributes; default "${id}". A change may have its own
//! exception "policy" {          # an attribute, or path, that cannot be compared
//!   cause = "..."
//! }                             # "import.policy": after an import; "generated": no configuration can be written for it;
//!                               # "gone": it is not missed when it is gone
//! untried "kms_key_id" {        # an attribute that no change tries
//!   cause = "..."
//! }
//! batch {                       # objects = 500; calls = what reading them may cost
//!   calls = 5
//! }
//! ```
//!
//! In all of it `EACH` stands for a name of the object, unique in the account, of at most 28 characters `[a-z0-9-]`, and
//! `NTH` for its number.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use hcl_edit::expr::Expression;
use hcl_edit::structure::{Body, Structure};

/// The attribute that says how an object is imported.
const IMPORT: &str = "import";

/// One type.
pub struct Fixture {
    /// `aws_vpc`
    pub kind: String,
    pub changes: Vec<Change>,
    pub exceptions: BTreeMap<String, String>,
    pub untried: BTreeMap<String, String>,
    pub batch: Option<Batch>,
    around: String,
    each: String,
    subject: Body,
    import: String,
}

/// What one object goes through.
pub struct Change {
    /// What the report calls it; empty for the object that stays as it is.
    pub name: String,
    from: Body,
    to: Body,
    import: Option<String>,
}

/// How a list of objects is read.
pub struct Batch {
    pub objects: usize,
    pub calls: u64,
}

/// Before or after the change.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    From,
    To,
}

impl Fixture {
    pub fn read(path: &Path) -> Fixture {
        let text = fs::read_to_string(path).expect("file");
        let body: Body = text.parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let kind = path.file_stem().expect("name").to_string_lossy().into_owned();
        let mut fixture = Fixture {
            kind,
            changes: vec![Change { name: String::new(), from: Body::new(), to: Body::new(), import: None }],
            exceptions: BTreeMap::new(),
            untried: BTreeMap::new(),
            batch: None,
            around: String::new(),
            each: String::new(),
            subject: Body::new(),
            import: "${id}".into(),
        };
        for structure in body {
            fixture.take(structure).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        }
        fixture
    }

    fn take(&mut self, structure: Structure) -> Result<(), String> {
        let block = match structure {
            Structure::Attribute(a) if a.key.as_str() == IMPORT => {
                self.import = template(&a.value);
                return Ok(());
            }
            Structure::Attribute(a) => return Err(format!("unknown attribute {}", a.key.as_str())),
            Structure::Block(block) => block,
        };
        let label = block.labels.first().map(|l| l.as_str().to_owned()).unwrap_or_default();
        match block.ident.as_str() {
            "around" => self.around = block.body.to_string(),
            "each" => self.each = block.body.to_string(),
            "subject" => self.subject = block.body,
            "change" => {
                let part = |name: &str| block.body.get_blocks(name).next().map(|b| b.body.clone());
                let (from, to) = (part("from"), part("to"));
                let import = block.body.get_attribute(IMPORT).map(|a| template(&a.value));
                let plain = from.is_none() && to.is_none();
                let to = if plain { block.body } else { to.unwrap_or_default() };
                self.changes.push(Change { name: label, from: from.unwrap_or_default(), to, import });
            }
            kind @ ("exception" | "untried") => {
                let cause = text(&block.body, "cause").ok_or_else(|| format!("{kind} {label:?} has no cause"))?;
                if kind == "untried" { &mut self.untried } else { &mut self.exceptions }.insert(label, cause);
            }
            "batch" => {
                let number = |name: &str| text(&block.body, name).and_then(|t| t.parse::<u64>().ok());
                let objects = number("objects").unwrap_or(500) as usize;
                self.batch = Some(Batch { objects, calls: number("calls").ok_or("a batch without calls")? });
            }
            other => return Err(format!("unknown block {other}")),
        }
        Ok(())
    }

    /// Attributes and blocks that some change touches.
    pub fn tried(&self) -> BTreeSet<String> {
        let bodies = self.changes.iter().flat_map(|c| [&c.from, &c.to]);
        bodies.flat_map(|body| body.iter().map(name_of)).collect()
    }

    /// Name of the object that a change is tried on; also what `EACH` stands for.
    pub fn name(&self, n: usize) -> String {
        let short = self.kind.trim_start_matches("aws_").replace('_', "-");
        let short = short.get(..23).unwrap_or(&short).trim_end_matches('-');
        format!("{short}-{n}")
    }

    pub fn address(&self, n: usize) -> String {
        format!("{}.{}", self.kind, self.name(n))
    }

    /// The configuration of all objects and of what they stand on.
    pub fn configuration(&self, stage: Stage) -> String {
        let mut text = self.around.clone();
        for n in 0..self.changes.len() {
            text.push_str(&self.object(n, stage));
        }
        text
    }

    /// The configuration of what the objects stand on.
    pub fn surroundings(&self) -> String {
        let each = (0..self.changes.len()).map(|n| self.filled(&self.each, n));
        format!("{}\n{}", self.around, each.collect::<String>())
    }

    /// One object as an example, with what it needs of its own.
    pub fn example(&self) -> String {
        let mut subject = self.subject.clone();
        // Which provider the objects of a test belong to shows nothing.
        let each = if subject.remove_attribute("provider").is_some() { "" } else { self.each.trim() };
        let text = format!("{each}\n{}", self.resource(&subject)).trim_start().to_owned();
        text.replace("EACH", "example").replace("NTH", "1").replace("\n\n}", "\n}")
    }

    /// The id of an import, made of attributes: `${zone_id}_${name}`.
    pub fn import(&self) -> &str {
        &self.import
    }

    /// The configuration of so many equal objects.
    pub fn copies(&self, count: usize) -> String {
        let objects = (0..count).map(|n| self.filled(&format!("{}\n{}", self.each, self.resource(&self.subject)), n));
        format!("{}\n{}", self.around, objects.collect::<String>())
    }

    fn object(&self, n: usize, stage: Stage) -> String {
        let change = &self.changes[n];
        let over = if stage == Stage::From { &change.from } else { &change.to };
        let body = overridden(&self.subject, over);
        self.filled(&format!("{}\n{}", self.each, self.resource(&body)), n)
    }

    fn resource(&self, body: &Body) -> String {
        format!("resource \"{}\" \"EACH\" {{\n{body}\n}}\n", self.kind)
    }

    fn filled(&self, text: &str, n: usize) -> String {
        text.replace("EACH", &self.name(n)).replace("NTH", &n.to_string())
    }

    /// The id to import an object by.
    pub fn import_id(&self, n: usize, attributes: &serde_json::Value) -> String {
        let mut id = self.changes[n].import.as_ref().unwrap_or(&self.import).clone();
        while let Some((head, rest)) = id.clone().split_once("${") {
            let (name, tail) = rest.split_once('}').expect("a closed template");
            let pointer = format!("/{}", name.replace('.', "/"));
            let value = match attributes.pointer(&pointer) {
                Some(serde_json::Value::String(text)) => text.clone(),
                Some(serde_json::Value::Null) | None => String::new(),
                Some(other) => other.to_string(),
            };
            id = format!("{head}{value}{tail}");
        }
        id
    }

    pub fn import_block(&self, n: usize, id: &str) -> String {
        format!("import {{\n  to = {}\n  id = {}\n}}\n", self.address(n), serde_json::Value::from(id))
    }
}

/// A template as it is written.
fn template(value: &Expression) -> String {
    value.to_string().trim().trim_matches('"').to_owned()
}

fn text(body: &Body, name: &str) -> Option<String> {
    let value = &body.get_attribute(name)?.value;
    Some(match value {
        Expression::String(text) => text.as_str().to_owned(),
        other => other.to_string().trim().to_owned(),
    })
}

fn name_of(structure: &Structure) -> String {
    match structure {
        Structure::Attribute(a) => a.key.as_str().to_owned(),
        Structure::Block(b) => b.ident.as_str().to_owned(),
    }
}

/// The subject with what a change says in place of what it said.
fn overridden(subject: &Body, over: &Body) -> Body {
    let unset = over.get_attribute("unset").map(|a| a.value.to_string()).unwrap_or_default();
    let replaced: Vec<String> = over.iter().map(name_of).collect();
    let stays = |s: &&Structure| !replaced.contains(&name_of(s)) && !unset.contains(&format!("\"{}\"", name_of(s)));
    let mut body = Body::new();
    for structure in
        subject.iter().filter(stays).chain(over.iter().filter(|s| !["unset", IMPORT].contains(&name_of(s).as_str())))
    {
        body.push(structure.clone());
    }
    body
}
