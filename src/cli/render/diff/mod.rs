//! The difference of two values as a tree, and that tree as text.
//!
//! Knows nothing of plans: a plan, drift and a state that is shown all use it.

mod compare;
mod paint;
mod sequence;

pub use compare::{Compare, block, value};
pub use paint::{Paint, attribute_name};

/// What became of one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Same,
    Add,
    Remove,
    Change,
}

/// One node of a difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Diff {
    pub mark: Mark,
    /// This difference is why the object is replaced.
    pub replaces: bool,
    /// Sentences that stand above the node.
    pub note: Option<&'static str>,
    pub shape: Shape,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Both sides as they print; `None` where there is none.
    Scalar { before: Option<String>, after: Option<String> },
    /// What comes is known only after apply.
    Unknown { before: Option<Box<Diff>> },
    /// Not shown.
    Secret,
    /// Text of several lines.
    Text { before: Option<String>, after: Option<String> },
    /// A string that holds a JSON document.
    Json { document: Box<Diff>, spelling_only: bool },
    /// Entries of a map or attributes of an object, keys as they print. In a document, what goes does not become null.
    Keyed { entries: Vec<(String, Diff)>, noun: &'static str, document: bool },
    /// Elements; those of sequences show their unchanged neighbours.
    Items { items: Vec<Diff>, context: bool },
    /// Attributes and nested blocks.
    Block { attributes: Vec<(String, Diff)>, blocks: Vec<(String, Vec<Diff>)> },
    /// The two sides have nothing in common.
    Swap { before: Box<Diff>, after: Box<Diff> },
}

impl Diff {
    fn new(mark: Mark, shape: Shape) -> Self {
        Self { mark, replaces: false, note: None, shape }
    }

    pub fn is_same(&self) -> bool {
        self.mark == Mark::Same
    }
}
