//! Dates and times.

use super::duration::{self, Moment};
use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, param, unknown};
use crate::value::{Type, Value};

const STRING: Outcome = Outcome::Of(Accepts::String);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("formatdate", &[param("format", Accepts::String), param("time", Accepts::String)], STRING, |a| {
        let moment = moment(a, 1)?;
        format(a.str(0)?, &moment).map(Value::from).map_err(|why| FunctionError::argument(0, why).revealing())
    }),
    Function::new("plantimestamp", &[], STRING, |a| Ok(a.cx.scope.surroundings().plan_timestamp.as_str().into())),
    Function::new(
        "timeadd",
        &[param("timestamp", Accepts::String), param("duration", Accepts::String)],
        STRING,
        timeadd,
    ),
    Function::new(
        "timecmp",
        &[param("timestamp_a", Accepts::String), param("timestamp_b", Accepts::String)],
        Outcome::Of(Accepts::Number),
        |a| {
            let (left, right) = (moment(a, 0)?, moment(a, 1)?);
            Ok(Value::from(left.utc().cmp(&right.utc()) as i64))
        },
    ),
    Function::new("timestamp", &[], STRING, |a| {
        let surroundings = a.cx.scope.surroundings();
        Ok(if surroundings.applying { (surroundings.now)().into() } else { unknown(Type::String) })
    }),
];

/// The RFC 3339 form of what YAML takes for a time.
pub(super) fn rfc3339_of_yaml(written: &str) -> Option<String> {
    let (date, clock) = match written.find(['T', 't', ' ']) {
        Some(at) => (written.get(..at)?, Some(written.get(at..)?)),
        None => (written, None),
    };
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let digits = |s: &str, least: usize| (least..=2).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) || !digits(month, 1) || !digits(day, 1) {
        return None;
    }
    let clock = match clock {
        None => "T00:00:00Z".to_owned(),
        // Between blanks the zone is missing, in the other forms it is there.
        Some(clock) if clock.starts_with(' ') => format!("T{}Z", clock.get(1..)?),
        Some(clock) => format!("T{}", clock.get(1..)?),
    };
    let moment = Moment::parse(&format!("{year}-{month:0>2}-{day:0>2}{clock}")).ok()?;
    Some(format!("{}{}", moment.local.strftime("%Y-%m-%dT%H:%M:%S"), moment.zone()))
}

fn moment(a: &Args<'_>, i: usize) -> Result<Moment, FunctionError> {
    Moment::parse(a.str(i)?).map_err(|why| FunctionError::argument(i, why).or("not a valid RFC3339 timestamp"))
}

fn timeadd(a: &Args<'_>) -> Answer {
    let start = moment(a, 0).map_err(|e| FunctionError { argument: None, ..e })?;
    let nanoseconds = duration::parse(a.str(1)?)
        .map_err(|why| FunctionError::new(why).or("time: invalid duration (sensitive value)"))?;
    let beyond = || FunctionError::new("the result is beyond the years that can be written");
    let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).map_err(|_| beyond())?;
    let rest = i32::try_from(nanoseconds.rem_euclid(1_000_000_000)).map_err(|_| beyond())?;
    let moved = start.local.checked_add(jiff::SignedDuration::new(seconds, rest)).map_err(|_| beyond())?;
    Ok(format!("{}{}", moved.strftime("%Y-%m-%dT%H:%M:%S"), start.zone()).into())
}

/// Writes a moment in the words of `formatdate`: `YYYY`, `MMM`, `hh` and so on.
fn format(pattern: &str, moment: &Moment) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            rest = quoted(rest, &mut out)?;
            continue;
        }
        if !first.is_ascii_alphabetic() {
            out.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or("");
            continue;
        }
        let end = rest.find(|c| c != first).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        out.push_str(&verb(word, moment)?);
        rest = tail;
    }
    Ok(out)
}

/// Literal text between single quotes, where two of them stand for one.
fn quoted<'a>(text: &'a str, out: &mut String) -> Result<&'a str, String> {
    let mut rest = text.get(1..).unwrap_or("");
    if let Some(tail) = rest.strip_prefix('\'') {
        out.push('\'');
        return Ok(tail);
    }
    loop {
        let end = rest.find('\'').ok_or("unterminated literal '")?;
        let (part, tail) = rest.split_at(end);
        out.push_str(part);
        let tail = tail.get(1..).unwrap_or("");
        if !tail.starts_with('\'') {
            return Ok(tail);
        }
        out.push('\'');
        rest = tail.get(1..).unwrap_or("");
    }
}

fn verb(word: &str, moment: &Moment) -> Result<String, String> {
    let t = &moment.local;
    let twelve = (t.hour() + 11) % 12 + 1;
    let offset = moment.offset;
    Ok(match word {
        "YY" => format!("{:02}", t.year().rem_euclid(100)),
        "YYYY" => format!("{:04}", t.year()),
        "M" => t.month().to_string(),
        "MM" => format!("{:02}", t.month()),
        "MMM" => t.strftime("%b").to_string(),
        "MMMM" => t.strftime("%B").to_string(),
        "D" => t.day().to_string(),
        "DD" => format!("{:02}", t.day()),
        "EEE" => t.strftime("%a").to_string(),
        "EEEE" => t.strftime("%A").to_string(),
        "h" => t.hour().to_string(),
        "hh" => format!("{:02}", t.hour()),
        "H" => twelve.to_string(),
        "HH" => format!("{twelve:02}"),
        "AA" => if t.hour() < 12 { "AM" } else { "PM" }.into(),
        "aa" => if t.hour() < 12 { "am" } else { "pm" }.into(),
        "m" => t.minute().to_string(),
        "mm" => format!("{:02}", t.minute()),
        "s" => t.second().to_string(),
        "ss" => format!("{:02}", t.second()),
        "Z" if offset == 0 => "Z".into(),
        "ZZZ" if offset == 0 => "UTC".into(),
        "ZZZ" | "ZZZZ" => duration::zone(offset, ""),
        "Z" | "ZZZZZ" => duration::zone(offset, ":"),
        _ => {
            let must = match word.chars().next() {
                Some('Y') => ": year must either be \"YY\" or \"YYYY\"",
                Some('M') => ": month must be \"M\", \"MM\", \"MMM\", or \"MMMM\"",
                Some('D') => ": day of month must either be \"D\" or \"DD\"",
                Some('E') => ": day of week must either be \"EEE\" or \"EEEE\"",
                Some('h') => ": 24-hour must either be \"h\" or \"hh\"",
                Some('H') => ": 12-hour must either be \"H\" or \"HH\"",
                Some('A') => ": must be \"AA\"",
                Some('a') => ": must be \"aa\"",
                Some('m') => ": minute must either be \"m\" or \"mm\"",
                Some('s') => ": second must either be \"s\" or \"ss\"",
                Some('Z') => ": timezone must be Z, ZZZZ, or ZZZZZ",
                _ => "",
            };
            return Err(format!("invalid date format verb \"{word}\"{must}"));
        }
    })
}
