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
        let invalid = || format!("not a valid RFC3339 timestamp: \"{text}\"");
        let at = text.char_indices().nth(19).map(|(i, _)| i).filter(|_| text.is_ascii()).ok_or_else(invalid)?;
        let (date_time, rest) = text.split_at(at);
        let bytes = date_time.as_bytes();
        let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
        let shape = b"dddd-dd-ddTdd:dd:dd";
        let fits = shape.iter().enumerate().all(|(i, s)| if *s == b'd' { digit(i) } else { bytes.get(i) == Some(s) });
        if !fits {
            return Err(invalid());
        }
        let zone_at = rest.find(['Z', '+', '-']).ok_or_else(invalid)?;
        let (fraction, zone) = rest.split_at(zone_at);
        if !fraction.is_empty() {
            let digits = fraction.strip_prefix('.').ok_or_else(invalid)?;
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return Err(invalid());
            }
        }
        let local: DateTime = format!("{date_time}{}", fraction.get(..fraction.len().min(10)).unwrap_or(""))
            .parse()
            .map_err(|_| invalid())?;
        let offset = match zone {
            "Z" => 0,
            _ => {
                let (sign, clock) = zone.split_at(1);
                let (hours, minutes) = clock.split_once(':').ok_or_else(invalid)?;
                let number = |s: &str, limit: i32| {
                    s.parse::<i32>().ok().filter(|n| s.len() == 2 && (0..limit).contains(n)).ok_or_else(invalid)
                };
                let seconds = number(hours, 24)? * 3600 + number(minutes, 60)? * 60;
                if sign == "-" { -seconds } else { seconds }
            }
        };
        Ok(Self { local, offset })
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

/// Reads a duration such as `-1.5h30s`; in nanoseconds.
pub fn parse(text: &str) -> Result<i128, String> {
    let invalid = || format!("invalid duration \"{text}\"");
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() || rest.len() > 100 {
        return Err(invalid());
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, tail) = rest.split_at(end);
        let unit_end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        let scale: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "" => return Err(format!("missing unit in duration \"{text}\"")),
            _ => return Err(format!("unknown unit \"{unit}\" in duration \"{text}\"")),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') || whole.len() > 15 || fraction.len() > 15
        {
            return Err(invalid());
        }
        let value = |s: &str| if s.is_empty() { Ok(0) } else { s.parse::<i128>().map_err(|_| invalid()) };
        total += value(whole)? * scale;
        total += value(fraction)? * scale / 10_i128.pow(u32::try_from(fraction.len()).unwrap_or(0));
        rest = tail;
    }
    Ok(if negative { -total } else { total })
}
