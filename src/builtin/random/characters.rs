//! Random text: which characters, and how many of each kind at least.

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use super::{fixed, keepers};
use crate::builtin::validate;
use crate::provider::{Error, Object, PlannedChange, Result};
use crate::schema::{Attribute, Schema, boolean, number, string};

/// Whether characters of a kind may be used, how many must be, and which they are.
const KINDS: [(&str, &str, &str); 4] = [
    ("upper", "min_upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("lower", "min_lower", "abcdefghijklmnopqrstuvwxyz"),
    ("numeric", "min_numeric", "0123456789"),
    ("special", "min_special", "!@#$%&*()-_=+[]{}<>:?"),
];

/// Longer text is no name and no password.
const LONGEST: i64 = 1 << 20;

const DEPRECATED: &str = "\"number\" is deprecated, use \"numeric\" instead.";

/// The arguments of all types that make random text.
pub fn schema(version: u64) -> Schema {
    let least = || number().optional().computed().default(0).force_new().check(validate::whole);
    let allowed = || boolean().optional().computed().default(true).force_new();
    let digits = |attribute: Attribute| attribute.optional().computed().force_new();
    Schema::new(version)
        .attr("id", string().computed())
        .attr("keepers", keepers())
        .attr("length", fixed(number()).required().check(validate::at_least_one))
        .attr("lower", allowed())
        .attr("min_lower", least())
        .attr("min_numeric", least())
        .attr("min_special", least())
        .attr("min_upper", least())
        .attr("number", digits(boolean()).deprecated(DEPRECATED))
        .attr("numeric", digits(boolean()))
        // Empty text stands for the usual characters too.
        .attr("override_special", string().optional().force_new())
        .attr("special", allowed())
        .attr("upper", allowed())
}

/// `number` is the old name of `numeric`; what is demanded must fit into the length.
pub fn plan(change: &mut PlannedChange) {
    let given = |name| change.config.get(name).filter(|v| !v.is_null()).cloned();
    match (given("numeric"), given("number")) {
        (Some(a), Some(b)) if a.is_known() && b.is_known() && !a.same_content(&b) => {
            change.error("number", "number and numeric are two names of the same: they cannot differ.");
        }
        (Some(numeric), _) => change.predict("number", numeric),
        (None, Some(number)) => change.predict("numeric", number),
        (None, None) => {
            change.predict("number", true);
            change.predict("numeric", true);
        }
    }
    let Some(length) = change.planned.i64("length") else { return };
    let least = KINDS.map(|(_, least, _)| change.planned.i64(least).unwrap_or(0));
    let sum: i64 = least.iter().fold(0, |sum, n| sum.saturating_add(*n));
    if length < sum {
        let detail = format!(
            "Attribute length value must be at least sum of min_upper + min_lower + min_numeric + min_special, got: {length}."
        );
        change.error("length", detail);
    }
    if KINDS.iter().all(|(allowed, ..)| change.planned.bool(allowed) == Some(false)) {
        change.error("special", "At least one kind of characters must be allowed: upper, lower, numeric or special.");
    }
}

/// New text, in which no place is more likely for one kind than for another.
pub fn text(generator: &mut StdRng, want: &Object) -> Result<String> {
    let length = want.i64("length").unwrap_or(1).clamp(1, LONGEST) as usize;
    let mut allowed = Vec::new();
    let mut result = Vec::with_capacity(length);
    for (name, least, usual) in KINDS {
        let characters = match (name, want.string("override_special")) {
            ("special", Some(own)) => own.chars().collect(),
            _ => usual.chars().collect::<Vec<_>>(),
        };
        let least = want.i64(least).unwrap_or(0).clamp(0, LONGEST);
        for _ in 0..least {
            result.extend(one(generator, &characters));
        }
        if want.bool(name).unwrap_or(true) {
            allowed.extend(characters);
        }
    }
    if allowed.is_empty() && result.len() < length {
        return Err(Error::other("no kind of characters is allowed"));
    }
    while result.len() < length {
        result.extend(one(generator, &allowed));
    }
    result.shuffle(generator);
    Ok(result.into_iter().collect())
}

fn one(generator: &mut StdRng, characters: &[char]) -> Option<char> {
    let at = (!characters.is_empty()).then(|| generator.random_range(0..characters.len()))?;
    characters.get(at).copied()
}

/// What is assumed of text that was not made here.
pub fn imported(text: &str) -> Object {
    let mut object = Object::new().with("length", text.len() as i64).with("result", text).with("number", true);
    for (allowed, least, _) in KINDS {
        object.set(allowed, true).set(least, 0);
    }
    object
}

/// Arguments that older versions of the provider left out of the state: without them the text would be made anew.
pub fn completed(stored: &Object) -> Object {
    let usual = imported(stored.str("result").unwrap_or_default());
    let mut object = stored.clone();
    let digits = stored.bool("numeric").or(stored.bool("number")).unwrap_or(true);
    for (name, value) in usual.0 {
        if !object.has(&name) {
            let digit = matches!(&*name, "number" | "numeric");
            object.0.insert(name, if digit { digits.into() } else { value });
        }
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::Randomness;

    fn make(want: Object) -> String {
        text(&mut Randomness::seeded(7).generator().expect("chance"), &want).expect("text")
    }

    fn count(text: &str, kind: fn(&char) -> bool) -> usize {
        text.chars().filter(kind).count()
    }

    #[test]
    fn text_has_its_length_and_what_is_demanded() {
        for seed in 0..50 {
            let mut generator = Randomness::seeded(seed).generator().expect("chance");
            let want = Object::new()
                .with("length", 12)
                .with("lower", false)
                .with("min_upper", 3)
                .with("min_numeric", 2)
                .with("min_special", 1)
                .with("override_special", "_ä");
            let text = text(&mut generator, &want).expect("text");
            assert_eq!(text.chars().count(), 12);
            assert_eq!(count(&text, char::is_ascii_lowercase), 0);
            assert!(count(&text, char::is_ascii_uppercase) >= 3, "{text}");
            assert!(count(&text, char::is_ascii_digit) >= 2, "{text}");
            assert!(count(&text, |c| "_ä".contains(*c)) >= 1, "{text}");
            assert_eq!(count(&text, |c| !c.is_ascii_alphanumeric() && !"_ä".contains(*c)), 0, "{text}");
        }
    }

    #[test]
    fn all_characters_come_and_none_is_preferred() {
        let want =
            Object::new().with("length", 26_000).with("upper", false).with("numeric", false).with("special", false);
        let text = make(want);
        for c in 'a'..='z' {
            let found = text.chars().filter(|d| *d == c).count();
            assert!((850..1150).contains(&found), "{c}: {found}");
        }
    }

    #[test]
    fn what_old_states_lack_is_filled_in() {
        let old = Object::new().with("result", "abc").with("number", false);
        let now = completed(&old);
        assert_eq!((now.bool("numeric"), now.i64("length"), now.i64("min_upper")), (Some(false), Some(3), Some(0)));
    }
}
