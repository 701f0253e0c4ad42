//! `time_rotating`: a time that is kept until it is due, and then made anew.

use super::point::{self, Moves, Unit};
use super::{schema, unexpected};
use crate::builtin::{Machine, validate};
use crate::provider::{Found, Object, PlannedChange, Result, StateOnly};
use crate::schema::{Normal, Schema, number, string};

const MOVES: &Moves = &[
    ("rotation_days", Unit::Days),
    ("rotation_hours", Unit::Hours),
    ("rotation_minutes", Unit::Minutes),
    ("rotation_months", Unit::Months),
    ("rotation_years", Unit::Years),
];

pub struct Rotating;

impl StateOnly for Rotating {
    type Client = Machine;
    const NAME: &'static str = "time_rotating";

    fn schema() -> Schema {
        let schema = schema()
            .attr("rfc3339", string().optional().computed().force_new().check(validate::moment))
            .attr("rotation_rfc3339", string().optional().computed().check(validate::moment));
        let amount = || number().optional().normal(Normal::Verbatim).check(validate::at_least_one);
        MOVES.iter().fold(schema, |schema, (name, _)| schema.attr(name, amount()))
    }

    fn customize_plan(change: &mut PlannedChange) {
        let moves = || MOVES.iter().map(|(name, _)| *name);
        if !change.configured("rotation_rfc3339") && moves().all(|name| !change.configured(name)) {
            change.error("rotation_rfc3339", "At least one of the rotation_ arguments must be set.");
        }
        let same = moves().all(|name| !change.changes(name)) && !change.changes("rotation_rfc3339");
        if change.is_create() || same {
            return;
        }
        // What the configuration does not set follows from the rest: the old value does not count.
        let mut want = change.planned.clone();
        if !change.configured("rotation_rfc3339") {
            want.0.remove("rotation_rfc3339");
        }
        match of(&want, None) {
            Ok(made) => made.0.into_iter().for_each(|(name, value)| change.predict(&name, value)),
            Err(error) => change.error("rotation_rfc3339", error.message),
        }
    }

    async fn create(machine: &Machine, want: &Object) -> Result<Object> {
        of(want, Some((machine.now)()))
    }

    /// An object that is due is gone: the plan makes a new one.
    fn look(machine: &Machine, prior: &Object) -> Found {
        let utc = |text: &str| point::parse(text).ok().and_then(|moment| moment.utc());
        let due = prior.str("rotation_rfc3339").and_then(utc).zip(utc(&(machine.now)()));
        match due {
            Some((due, now)) if now > due => Found::Gone,
            _ => Found::Object(prior.clone()),
        }
    }

    fn import(_machine: &Machine, text: &str) -> Result<Object> {
        const FORM: &str = "BASETIMESTAMP,YEARS,MONTHS,DAYS,HOURS,MINUTES or BASETIMESTAMP,ROTATIONTIMESTAMP";
        let parts: Vec<&str> = text.split(',').collect();
        let names = ["rotation_years", "rotation_months", "rotation_days", "rotation_hours", "rotation_minutes"];
        let mut object = Object::new();
        match parts.as_slice() {
            [base, due] if !base.is_empty() && !due.is_empty() => {
                object.set("rfc3339", *base).set("rotation_rfc3339", *due);
            }
            [base, amounts @ ..] if amounts.len() == names.len() && amounts.iter().any(|a| !a.is_empty()) => {
                object.set("rfc3339", *base);
                for (name, amount) in names.into_iter().zip(amounts).filter(|(_, amount)| !amount.is_empty()) {
                    object.set(name, amount.parse::<i64>().map_err(|_| unexpected(FORM))?);
                }
            }
            _ => return Err(unexpected(FORM)),
        }
        let made = of(&object, None)?;
        Ok(Object(object.0.into_iter().chain(made.0).collect()))
    }
}

/// Everything that follows from the base and the rotation.
fn of(want: &Object, now: Option<String>) -> Result<Object> {
    let base = want.string("rfc3339").or(now).unwrap_or_default();
    let base = point::parse(&base)?;
    let given = want.string("rotation_rfc3339").map(|text| point::parse(&text)).transpose()?;
    let years = want.i64("rotation_years").filter(|years| *years != 0).is_some();
    let due = match given {
        // A time that is written out counts for more than all amounts but years.
        Some(given) if !years => given,
        _ => point::destination(&base, MOVES, want)?.unwrap_or(base),
    };
    let base = point::text(&base);
    let object =
        Object::new().with("id", base.as_str()).with("rfc3339", base).with("rotation_rfc3339", point::text(&due));
    Ok(point::with_parts(object, &due))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_due_is_gone() {
        let machine = Machine::fixed();
        let made = Rotating::create(&machine, &Object::new().with("rotation_days", 30)).await.expect("made");
        assert_eq!(made.str("rotation_rfc3339"), Some("2024-03-30T12:00:00Z"));
        assert!(matches!(Rotating::look(&machine, &made), Found::Object(_)));
        let later = Machine { now: || "2024-03-30T12:00:01Z".into(), ..machine };
        assert!(matches!(Rotating::look(&later, &made), Found::Gone));
    }
}
