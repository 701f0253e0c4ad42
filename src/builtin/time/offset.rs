//! `time_offset`: a time before or after another.

use super::point::{self, Moves, Unit};
use super::{schema, unexpected};
use crate::builtin::{Machine, validate};
use crate::provider::{Object, PlannedChange, Result, StateOnly};
use crate::schema::{Normal, Schema, number, string};

const MOVES: &Moves = &[
    ("offset_days", Unit::Days),
    ("offset_hours", Unit::Hours),
    ("offset_minutes", Unit::Minutes),
    ("offset_months", Unit::Months),
    ("offset_seconds", Unit::Seconds),
    ("offset_years", Unit::Years),
];

pub struct Offset;

impl StateOnly for Offset {
    type Client = Machine;
    const NAME: &'static str = "time_offset";

    fn schema() -> Schema {
        let schema = schema()
            .attr("base_rfc3339", string().optional().computed().check(validate::moment))
            .attr("rfc3339", string().computed());
        let amount = || number().optional().normal(Normal::Verbatim).check(validate::whole);
        MOVES.iter().fold(schema, |schema, (name, _)| schema.attr(name, amount()))
    }

    fn customize_plan(change: &mut PlannedChange) {
        if MOVES.iter().all(|(name, _)| !change.configured(name)) {
            change.error("offset_days", "At least one of the offset_ arguments must be set.");
        }
        let same = MOVES.iter().all(|(name, _)| !change.changes(name)) && !change.changes("base_rfc3339");
        if change.is_create() || same {
            return;
        }
        match of(&change.planned, None) {
            Ok(made) => made.0.into_iter().for_each(|(name, value)| change.predict(&name, value)),
            Err(error) => change.error("base_rfc3339", error.message),
        }
    }

    async fn create(machine: &Machine, want: &Object) -> Result<Object> {
        of(want, Some((machine.now)()))
    }

    async fn update(machine: &Machine, _prior: &Object, want: &Object) -> Result<Object> {
        of(want, Some((machine.now)()))
    }

    fn import(_machine: &Machine, text: &str) -> Result<Object> {
        const FORM: &str =
            "BASETIMESTAMP,YEARS,MONTHS,DAYS,HOURS,MINUTES,SECONDS where at least one offset value is non-empty";
        let parts: Vec<&str> = text.split(',').collect();
        let names =
            ["offset_years", "offset_months", "offset_days", "offset_hours", "offset_minutes", "offset_seconds"];
        let Some((base, amounts)) = parts.split_first().filter(|(_, amounts)| amounts.len() == names.len()) else {
            return Err(unexpected(FORM));
        };
        let mut object = Object::new().with("base_rfc3339", *base);
        for (name, amount) in names.into_iter().zip(amounts).filter(|(_, amount)| !amount.is_empty()) {
            object.set(name, amount.parse::<i64>().map_err(|_| unexpected(FORM))?);
        }
        let made = of(&object, None)?;
        Ok(Object(object.0.into_iter().chain(made.0).collect()))
    }
}

/// Everything that follows from the base and what it is moved by.
fn of(want: &Object, now: Option<String>) -> Result<Object> {
    let base = want.string("base_rfc3339").or(now).unwrap_or_default();
    let base = point::parse(&base)?;
    let moved = point::destination(&base, MOVES, want)?.unwrap_or(base);
    let base = point::text(&base);
    let object =
        Object::new().with("base_rfc3339", base.as_str()).with("id", base).with("rfc3339", point::text(&moved));
    Ok(point::with_parts(object, &moved))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_offset_is_from_now_or_from_the_base() {
        let made = Offset::create(&Machine::fixed(), &Object::new().with("offset_years", 1)).await.expect("made");
        assert_eq!(made.str("base_rfc3339"), Some("2024-02-29T12:00:00Z"));
        assert_eq!(made.str("rfc3339"), Some("2025-03-01T12:00:00Z"));
        let imported = Offset::import(&Machine::fixed(), "2020-02-12T06:36:13Z,,,7,,,").expect("imports");
        assert_eq!(imported.str("rfc3339"), Some("2020-02-19T06:36:13Z"));
        assert_eq!(imported.str("id"), Some("2020-02-12T06:36:13Z"));
        assert!(Offset::import(&Machine::fixed(), "2020-02-12T06:36:13Z,1").is_err());
    }
}
