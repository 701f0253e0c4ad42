//! Times and durations as text: RFC 3339, and `1h30m`.

use jiff::civil::DateTime;

/// A moment with the offset from UTC that it was written with, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub local: DateTime,
    pub offset: i32,
}

impl Moment {
    /// Reads RFC 3339; an error is a phrase.
    pub fn parse(text: &str) -> Result<Self, String> {
        read(text).map_err(|why| format!("not a valid RFC3339 timestamp: {why}"))
    }

    /// The same moment in UTC, to compare.
    pub fn utc(&self) -> Option<DateTime> {
        self.local.checked_sub(jiff::SignedDuration::from_secs(i64::from(self.offset))).ok()
    }

    /// `Z` or `+01:00`.
    pub fn zone(&self) -> String {
        if self.offset == 0 { "Z".into() } else { zone(self.offset, ":") }
    }
}

/// An offset as hours and minutes with a sign.
pub(super) fn zone(offset: i32, between: &str) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.abs() / 60;
    format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
}

fn read(text: &str) -> Result<Moment, String> {
    let mut rest = text;
    let year = digits(&mut rest, 4, "year")?;
    literal(&mut rest, "-")?;
    let month = digits(&mut rest, 2, "month")?;
    within(month, 1..=12, rest, "month")?;
    literal(&mut rest, "-")?;
    let day = digits(&mut rest, 2, "day of month")?;
    rest = rest.strip_prefix('T').ok_or("missing required time introducer 'T'")?;
    let hour = digits(&mut rest, 2, "hour").map_err(|_| "hour must have exactly two digits")?;
    if hour > 23 {
        return Err("hour must be between 0 and 23 inclusive".into());
    }
    literal(&mut rest, ":")?;
    let minute =
        digits(&mut rest, 2, "minute").ok().filter(|n| *n < 60).ok_or("minute must have exactly two digits")?;
    literal(&mut rest, ":")?;
    let second = digits(&mut rest, 2, "second")?;
    within(second, 0..=59, rest, "second")?;
    let nanosecond = fraction(&mut rest)?;
    let offset = offset(&mut rest)?;
    if !rest.is_empty() {
        return Err(format!("cannot use {rest:?} as timestamp segment"));
    }
    let small = |n: i32| i8::try_from(n).unwrap_or(0);
    let date = jiff::civil::Date::new(i16::try_from(year).unwrap_or(0), small(month), small(day));
    let time = jiff::civil::Time::new(small(hour), small(minute), small(second), nanosecond);
    match (date, time) {
        (Ok(date), Ok(time)) => Ok(Moment { local: date.to_datetime(time), offset }),
        _ => Err("day out of range".into()),
    }
}

fn unfit(rest: &str, what: &str) -> String {
    match rest {
        "" => format!("end of string before {what}"),
        rest => format!("cannot use {rest:?} as {what}"),
    }
}

/// A number of exactly so many digits.
fn digits(rest: &mut &str, count: usize, what: &str) -> Result<i32, String> {
    let number = rest.get(..count).filter(|s| s.bytes().all(|b| b.is_ascii_digit()));
    let number = number.and_then(|s| s.parse().ok()).ok_or_else(|| unfit(rest, what))?;
    *rest = rest.get(count..).unwrap_or("");
    Ok(number)
}

/// A number beyond its range is told by what stands behind it, as the language does.
fn within(number: i32, range: std::ops::RangeInclusive<i32>, rest: &str, what: &str) -> Result<(), String> {
    if range.contains(&number) { Ok(()) } else { Err(unfit(rest, what)) }
}

fn literal(rest: &mut &str, expected: &str) -> Result<(), String> {
    match rest.strip_prefix(expected) {
        Some(after) => *rest = after,
        None if rest.is_empty() => return Err(format!("end of string where {expected:?} is expected")),
        None => return Err(format!("found {rest:?} where {expected:?} is expected")),
    }
    Ok(())
}

/// Nanoseconds behind a point.
fn fraction(rest: &mut &str) -> Result<i32, String> {
    if rest.starts_with(',') && rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
        return Err("cannot use \",\" as timestamp segment".into());
    }
    let Some(after) = rest.strip_prefix('.') else { return Ok(0) };
    let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    let (number, after) = after.split_at(end);
    if number.is_empty() {
        return Ok(0);
    }
    *rest = after;
    Ok(format!("{:0<9}", number.get(..9).unwrap_or(number)).parse().unwrap_or(0))
}

/// Seconds from UTC.
fn offset(rest: &mut &str) -> Result<i32, String> {
    if let Some(after) = rest.strip_prefix('Z') {
        *rest = after;
        return Ok(0);
    }
    let invalid = || unfit(rest, "UTC offset");
    let (written, after) = rest.split_at_checked(6).ok_or_else(invalid)?;
    let (sign, clock) = written.split_at_checked(1).ok_or_else(invalid)?;
    let (hours, minutes) = clock.split_once(':').ok_or_else(invalid)?;
    let number = |s: &str| s.parse::<i32>().ok().filter(|_| s.len() == 2 && s.bytes().all(|b| b.is_ascii_digit()));
    let (hours, minutes) = (number(hours).ok_or_else(invalid)?, number(minutes).ok_or_else(invalid)?);
    if hours > 24 {
        return Err(unfit(after, "UTC offset"));
    }
    if hours > 23 || minutes > 59 || !matches!(sign, "+" | "-") {
        return Err(invalid());
    }
    *rest = after;
    let seconds = hours * 3600 + minutes * 60;
    Ok(if sign == "-" { -seconds } else { seconds })
}

/// Reads a duration such as `-1.5h30s`; in nanoseconds.
pub fn parse(text: &str) -> Result<i128, String> {
    let invalid = || format!("time: invalid duration {text:?}");
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() || rest.len() > 1000 {
        return Err(invalid());
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let (whole, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
        let after_point = after.strip_prefix('.').unwrap_or(after);
        let digits = if after_point.len() == after.len() { 0 } else { digits_in_front(after_point) };
        let (fraction, tail) = after_point.split_at(digits);
        if whole.is_empty() && fraction.is_empty() {
            return Err(invalid());
        }
        let (unit, tail) = tail.split_at(tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len()));
        let scale: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "" => return Err(format!("time: missing unit in duration {text:?}")),
            _ => return Err(format!("time: unknown unit {unit:?} in duration {text:?}")),
        };
        // More digits than these count for less than a nanosecond.
        let fraction = fraction.get(..18).unwrap_or(fraction);
        let value = |s: &str| if s.is_empty() { Ok(0) } else { s.parse::<i128>().map_err(|_| invalid()) };
        total += value(whole)?.checked_mul(scale).ok_or_else(invalid)?;
        total += value(fraction)? * scale / 10_i128.pow(u32::try_from(fraction.len()).unwrap_or(0));
        if total > 1 << 63 {
            return Err(invalid());
        }
        rest = tail;
    }
    let total = if negative { -total } else { total };
    if i64::try_from(total).is_err() { Err(invalid()) } else { Ok(total) }
}

fn digits_in_front(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}
