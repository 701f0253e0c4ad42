//! Points in time and what moves them.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Span, ToSpan};

use crate::eval::functions::Moment;
use crate::provider::{Error, Object, Result};

/// Reads RFC 3339.
pub fn parse(text: &str) -> Result<Moment> {
    Moment::parse(text).map_err(|_| Error::other("the timestamp is not in the form of RFC 3339"))
}

/// RFC 3339 in whole seconds.
pub fn text(moment: &Moment) -> String {
    format!("{}{}", moment.local.strftime("%Y-%m-%dT%H:%M:%S"), moment.zone())
}

/// Adds `year`, `month`, … to an object.
pub fn with_parts(object: Object, moment: &Moment) -> Object {
    let (local, utc) = (moment.local, moment.utc().unwrap_or(moment.local));
    let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    object
        .with("year", i64::from(local.year()))
        .with("month", i64::from(local.month()))
        .with("day", i64::from(local.day()))
        .with("hour", i64::from(local.hour()))
        .with("minute", i64::from(local.minute()))
        .with("second", i64::from(local.second()))
        .with("unix", utc.duration_since(epoch).as_secs())
}

/// What a point in time is moved by.
#[derive(Clone, Copy)]
pub enum Unit {
    Years,
    Months,
    Days,
    Hours,
    Minutes,
    Seconds,
}

/// The moment moved. A day that a month does not have counts on into the next: a month after the 31st of January is the
/// 2nd or 3rd of March.
pub fn moved(moment: &Moment, amount: i64, unit: Unit) -> Result<Moment> {
    let beyond = || Error::other("the time lies beyond the years that can be written");
    let local = moment.local;
    let seconds = |factor: i64| {
        let seconds = amount.checked_mul(factor).ok_or_else(beyond)?;
        local.checked_add(SignedDuration::from_secs(seconds)).map_err(|_| beyond())
    };
    let months = |factor: i64| -> Result<_> {
        let months = amount.checked_mul(factor).ok_or_else(beyond)?;
        let first: Date = local.date().first_of_month();
        let first = first.checked_add(Span::new().try_months(months).map_err(|_| beyond())?).map_err(|_| beyond())?;
        let date = first.checked_add(i64::from(local.day() - 1).days()).map_err(|_| beyond())?;
        Ok::<DateTime, Error>(date.to_datetime(local.time()))
    };
    let local = match unit {
        Unit::Years => months(12)?,
        Unit::Months => months(1)?,
        Unit::Days => seconds(24 * 60 * 60)?,
        Unit::Hours => seconds(60 * 60)?,
        Unit::Minutes => seconds(60)?,
        Unit::Seconds => seconds(1)?,
    };
    Ok(Moment { local, ..*moment })
}

/// Arguments that move a point in time, in the order in which they count: the last that is set alone decides.
pub type Moves = [(&'static str, Unit)];

/// Where the arguments of an object move a point in time to; `None` where none is set.
pub fn destination(base: &Moment, moves: &Moves, object: &Object) -> Result<Option<Moment>> {
    let mut set = moves.iter().filter_map(|(name, unit)| Some((object.i64(name).filter(|n| *n != 0)?, *unit)));
    set.next_back().map(|(amount, unit)| moved(base, amount, unit)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_move_as_the_calendar_does() {
        for (from, amount, unit, to) in [
            ("2024-01-31T10:00:00Z", 1, Unit::Months, "2024-03-02T10:00:00Z"),
            ("2023-01-31T10:00:00+02:00", 1, Unit::Months, "2023-03-03T10:00:00+02:00"),
            ("2024-02-29T00:00:00Z", 1, Unit::Years, "2025-03-01T00:00:00Z"),
            ("2024-03-15T00:00:00Z", -3, Unit::Months, "2023-12-15T00:00:00Z"),
            ("2024-12-31T23:59:59Z", 1, Unit::Seconds, "2025-01-01T00:00:00Z"),
            ("2024-12-31T23:59:59Z", 366, Unit::Days, "2026-01-01T23:59:59Z"),
            ("2024-12-31T23:59:59Z", -48, Unit::Hours, "2024-12-29T23:59:59Z"),
        ] {
            let moved = moved(&parse(from).expect("a time"), amount, unit).expect("moves");
            assert_eq!(text(&moved), to);
        }
        let from = parse("2024-01-31T10:00:00Z").expect("a time");
        for unit in [Unit::Years, Unit::Months, Unit::Days, Unit::Hours, Unit::Minutes, Unit::Seconds] {
            assert!(moved(&from, i64::MAX, unit).is_err());
        }
    }

    #[test]
    fn parts_are_local_and_seconds_are_not() {
        let moment = parse("1970-01-02T01:00:03+01:00").expect("a time");
        let object = with_parts(Object::new(), &moment);
        assert_eq!((object.i64("day"), object.i64("hour"), object.i64("unix")), (Some(2), Some(1), Some(86_403)));
    }
}
