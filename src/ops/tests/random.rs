//! Small random configurations on the mock.

use std::fmt::Write as _;

use proptest::prelude::*;

/// Blocks of a configuration.
pub const SLOTS: usize = 5;

/// One configuration: block `pN` refers to blocks before it only.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Which blocks create before they destroy.
    pub first: [bool; SLOTS],
    pub parts: [Option<Part>; SLOTS],
}

#[derive(Clone, Debug)]
pub struct Part {
    many: Many,
    /// How it refers to each block before it.
    links: [Link; SLOTS],
    key: u8,
    value: u8,
    pending: u8,
}

#[derive(Clone, Copy, Debug)]
enum Many {
    Once,
    Count(u8),
    /// A bit for each key.
    Each(u8),
}

#[derive(Clone, Copy, Debug)]
enum Link {
    None,
    /// A text that holds the ids: an update follows.
    Soft,
    /// Cannot live without the other; moves over by an update.
    Loose,
    /// Cannot live without the other, and is replaced with it.
    Hard,
    /// Without any value.
    Order,
}

fn many() -> impl Strategy<Value = Many> {
    prop_oneof![3 => Just(Many::Once), 1 => (0u8..4).prop_map(Many::Count), 1 => (0u8..8).prop_map(Many::Each)]
}

fn link() -> impl Strategy<Value = Link> {
    prop_oneof![
        4 => Just(Link::None),
        1 => Just(Link::Soft),
        1 => Just(Link::Loose),
        2 => Just(Link::Hard),
        1 => Just(Link::Order),
    ]
}

/// In boxes: the trees of what is nested would fill the stack of a test.
fn part() -> BoxedStrategy<Part> {
    (many(), proptest::array::uniform5(link()), 0u8..3, 0u8..3, 0u8..2)
        .prop_map(|(many, links, key, value, pending)| Part { many, links, key, value, pending })
        .boxed()
}

fn parts() -> BoxedStrategy<[Option<Part>; SLOTS]> {
    proptest::array::uniform5(proptest::option::weighted(0.75, part())).boxed()
}

pub fn setup() -> impl Strategy<Value = Setup> {
    (proptest::array::uniform5(proptest::bool::weighted(0.35)), parts())
        .prop_map(|(first, parts)| Setup { first, parts })
}

/// One configuration, and another with the same lifecycles.
pub fn change() -> impl Strategy<Value = (Setup, Setup)> {
    (setup(), parts()).prop_map(|(setup, parts)| {
        let after = Setup { parts, ..setup.clone() };
        (setup, after)
    })
}

impl Setup {
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (n, part) in self.parts.iter().enumerate() {
            if let Some(part) = part {
                self.block(n, part, &mut out);
            }
        }
        let ids: Vec<String> = (0..SLOTS).filter_map(|n| Some(format!("p{n} = {}", self.ids(n)?))).collect();
        let _ = writeln!(out, "output \"ids\" {{\n value = {{ {} }}\n}}", ids.join(", "));
        out
    }

    /// An expression for the list of ids of a block.
    fn ids(&self, n: usize) -> Option<String> {
        Some(match self.parts[n].as_ref()?.many {
            Many::Once => format!("[part.p{n}.id]"),
            Many::Count(_) => format!("part.p{n}[*].id"),
            Many::Each(_) => format!("[for x in part.p{n} : x.id]"),
        })
    }

    fn block(&self, n: usize, part: &Part, out: &mut String) {
        let (mut soft, mut uses, mut hard, mut order) = (vec![], vec![], vec![], vec![]);
        for (other, link) in part.links.iter().enumerate().take(n) {
            let Some(ids) = self.ids(other) else { continue };
            match link {
                Link::None => {}
                Link::Soft => soft.push(ids),
                // What is not replaced create-first could not be replaced under its user.
                Link::Loose if self.first[other] => uses.push(ids),
                Link::Hard | Link::Loose => {
                    uses.push(ids.clone());
                    hard.push(ids);
                }
                Link::Order => order.push(format!("part.p{other}")),
            }
        }
        let repeated = match part.many {
            Many::Once => String::new(),
            Many::Count(n) => format!("count = {n}"),
            Many::Each(bits) => {
                let keys: Vec<String> = (0..3).filter(|b| bits >> b & 1 == 1).map(|b| format!("\"k{b}\"")).collect();
                format!("for_each = toset([{}])", keys.join(", "))
            }
        };
        let suffix = match part.many {
            Many::Once => "",
            Many::Count(_) => "${count.index}",
            Many::Each(_) => "${each.key}",
        };
        let join = |all: &[String]| format!("join(\",\", concat([], {}))", all.join(", ")).replace(", )", ")");
        let list = |all: &[String]| format!("concat([], {})", all.join(", ")).replace(", )", ")");
        let _ = writeln!(
            out,
            "resource \"part\" \"p{n}\" {{\n {repeated}\n name = \"p{n}{suffix}\"\n value = \"{}-${{{}}}\"\n key = \
             \"{}-${{{}}}\"\n uses = {}\n pending = {}\n depends_on = [{}]\n lifecycle {{\n create_before_destroy = \
             {}\n }}\n}}",
            part.value,
            join(&soft),
            part.key,
            join(&hard),
            list(&uses),
            part.pending,
            order.join(", "),
            self.first[n],
        );
    }
}
