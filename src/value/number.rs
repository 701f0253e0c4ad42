//! Exact numbers: binary floating point with 512 bits of precision, as the Terraform language specifies.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use dashu_base::{Abs, Sign};
use dashu_float::round::mode::HalfEven;
use dashu_float::{DBig, FBig};
use dashu_int::IBig;

type Big = FBig<HalfEven, 2>;

/// Bits of precision that every operation keeps.
const PRECISION: usize = 512;

/// Longest literal that is read, in bytes, and greatest decimal exponent: bounds the cost of malformed input.
const MAX_DIGITS: usize = 4096;
const MAX_EXPONENT: i64 = 100_000;

/// A number of the language.
#[derive(Clone)]
pub struct Number(Repr);

/// Integers within `i64` are always `Small`, so that equality and order need no second form.
#[derive(Clone)]
enum Repr {
    Small(i64),
    Big(Arc<Big>),
}

impl Number {
    /// A float as it stands in binary; NaN and infinities become zero, which no source produces.
    pub fn from_f64(n: f64) -> Self {
        Big::try_from(n).map_or(Self(Repr::Small(0)), |b| Self::from_big(b.with_precision(PRECISION).value()))
    }

    fn from_big(big: Big) -> Self {
        if big.repr().is_infinite() {
            return Self(Repr::Small(0));
        }
        if big.repr().exponent() >= 0 || big.fract() == Big::ZERO {
            // Only small magnitudes are turned into integers: `1e100000` must not be written out here.
            if big.repr().exponent() < 64
                && let Ok(n) = i64::try_from(big.to_int().value())
            {
                return Self(Repr::Small(n));
            }
        }
        Self(Repr::Big(Arc::new(big)))
    }

    fn big(&self) -> Big {
        match &self.0 {
            Repr::Small(n) => Big::from(IBig::from(*n)).with_precision(PRECISION).value(),
            Repr::Big(b) => (**b).clone(),
        }
    }

    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small(0))
    }

    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small(n) => *n < 0,
            Repr::Big(b) => b.sign() == Sign::Negative,
        }
    }

    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Small(_) => true,
            Repr::Big(b) => b.repr().exponent() >= 0 || b.fract() == Big::ZERO,
        }
    }

    /// The number as `i64` where it is an integer that fits.
    pub fn to_i64(&self) -> Option<i64> {
        match self.0 {
            Repr::Small(n) => Some(n),
            Repr::Big(_) => None,
        }
    }

    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Repr::Small(n) => *n as f64,
            Repr::Big(b) => b.to_f64().value(),
        }
    }

    #[must_use]
    pub fn add(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (Repr::Small(a), Repr::Small(b)) if a.checked_add(*b).is_some() => Self(Repr::Small(a + b)),
            _ => Self::from_big(self.big() + other.big()),
        }
    }

    #[must_use]
    pub fn sub(&self, other: &Self) -> Self {
        self.add(&other.neg())
    }

    #[must_use]
    pub fn mul(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (Repr::Small(a), Repr::Small(b)) if a.checked_mul(*b).is_some() => Self(Repr::Small(a * b)),
            _ => Self::from_big(self.big() * other.big()),
        }
    }

    /// The quotient; `None` where the divisor is zero.
    pub fn div(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        match (&self.0, &other.0) {
            (Repr::Small(a), Repr::Small(b)) if a.checked_rem(*b) == Some(0) => Some(Self(Repr::Small(a / b))),
            _ => Some(Self::from_big(self.big() / other.big())),
        }
    }

    /// The remainder with the sign of the dividend; `None` where the divisor is zero.
    pub fn rem(&self, other: &Self) -> Option<Self> {
        if let (Repr::Small(a), Repr::Small(b)) = (&self.0, &other.0) {
            return a.checked_rem(*b).map(|n| Self(Repr::Small(n)));
        }
        let quotient = self.div(other)?.trunc();
        Some(self.sub(&quotient.mul(other)))
    }

    #[must_use]
    pub fn neg(&self) -> Self {
        match &self.0 {
            Repr::Small(n) => n.checked_neg().map_or_else(|| Self::from_big(-self.big()), |n| Self(Repr::Small(n))),
            Repr::Big(b) => Self::from_big(-(**b).clone()),
        }
    }

    #[must_use]
    pub fn abs(&self) -> Self {
        if self.is_negative() { self.neg() } else { self.clone() }
    }

    #[must_use]
    pub fn trunc(&self) -> Self {
        self.rounded(Big::trunc)
    }

    #[must_use]
    pub fn floor(&self) -> Self {
        self.rounded(Big::floor)
    }

    #[must_use]
    pub fn ceil(&self) -> Self {
        self.rounded(Big::ceil)
    }

    fn rounded(&self, f: impl Fn(&Big) -> Big) -> Self {
        match &self.0 {
            Repr::Big(b) if b.repr().exponent() < 0 => Self::from_big(f(b)),
            _ => self.clone(),
        }
    }

    /// Fewest decimal digits that read back as the same 512-bit number, with their exponent.
    fn shortest(big: &Big) -> String {
        let magnitude = big.clone().abs();
        let decimal = |digits: usize| -> DBig {
            // Rounded half to even once, from the exact value.
            let exact = magnitude.clone().with_base_and_precision::<10>(PRECISION + 64).value();
            exact.with_rounding::<dashu_float::round::mode::HalfAway>().with_precision(digits).value()
        };
        let exact = |d: &DBig| {
            let back = d.clone().with_rounding::<HalfEven>().with_base_and_precision::<2>(PRECISION).value();
            back == magnitude
        };
        let (mut low, mut high) = (1, 160);
        while low < high {
            let middle = (low + high) / 2;
            if exact(&decimal(middle)) { high = middle } else { low = middle + 1 }
        }
        plain(&decimal(low))
    }
}

/// A decimal without exponent notation.
fn plain(d: &DBig) -> String {
    let digits = d.repr().significand().to_string();
    let exponent = d.repr().exponent();
    if exponent >= 0 {
        return digits + &"0".repeat(exponent.unsigned_abs());
    }
    let point = exponent.unsigned_abs();
    if digits.len() > point {
        let (whole, fraction) = digits.split_at(digits.len() - point);
        format!("{whole}.{fraction}")
    } else {
        format!("0.{}{digits}", "0".repeat(point - digits.len()))
    }
}

/// The text is no number, or one beyond the bounds of what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number is required")]
pub struct NotANumber;

impl FromStr for Number {
    type Err = NotANumber;

    /// Reads a decimal literal, with an optional sign, fraction and exponent.
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        if let Ok(n) = text.parse::<i64>() {
            return if text.starts_with('+') && text.len() == 1 { Err(NotANumber) } else { Ok(n.into()) };
        }
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(i) => (&text[..i], text[i + 1..].parse::<i64>().map_err(|_| NotANumber)?),
            None => (text, 0),
        };
        let unsigned = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let bounded = text.len() <= MAX_DIGITS && exponent.abs() <= MAX_EXPONENT;
        if !bounded || (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
            return Err(NotANumber);
        }
        let mut significand: IBig = format!("{whole}{fraction}").parse().map_err(|_| NotANumber)?;
        if mantissa.starts_with('-') {
            significand = -significand;
        }
        let exponent = isize::try_from(exponent).map_err(|_| NotANumber)? - fraction.len() as isize;
        let decimal: FBig<HalfEven, 10> = FBig::from_parts(significand, exponent);
        Ok(Self::from_big(decimal.with_base_and_precision::<2>(PRECISION).value()))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small(n) => n.fmt(f),
            Repr::Big(b) => {
                let sign = if b.sign() == Sign::Negative { "-" } else { "" };
                if self.is_integer() {
                    write!(f, "{sign}{}", (**b).clone().abs().to_int().value())
                } else {
                    write!(f, "{sign}{}", Self::shortest(b))
                }
            }
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Small(a), Repr::Small(b)) => a.cmp(b),
            _ => self.big().cmp(&other.big()),
        }
    }
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Repr::Small(n) => n.hash(state),
            Repr::Big(b) => b.repr().to_string().hash(state),
        }
    }
}

impl From<i64> for Number {
    fn from(n: i64) -> Self {
        Self(Repr::Small(n))
    }
}

impl From<IBig> for Number {
    fn from(n: IBig) -> Self {
        Self::from_big(Big::from(n).with_precision(PRECISION).value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(text: &str) -> Number {
        text.parse().expect(text)
    }

    #[test]
    fn literals_print_as_they_were_written() {
        for text in
            ["0", "-1", "9223372036854775807", "9223372036854775808", "0.1", "-0.25", "1.5", "123456789.000000001"]
        {
            assert_eq!(n(text).to_string(), text);
        }
        assert_eq!(n("1e3").to_string(), "1000");
        assert_eq!(n("1e20").to_string(), "100000000000000000000");
        assert_eq!(n("1.50").to_string(), "1.5");
        for text in ["", "x", "1.2.3", "-", "0x10", "1e", ".", "1e999999999"] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_third_has_the_digits_that_512_bits_carry() {
        let third = n("1").div(&n("3")).expect("not zero").to_string();
        assert!(third.starts_with("0.333333333"), "{third}");
        assert!((150..=160).contains(&third.len()), "{third}");
        assert_eq!(third.parse::<Number>().expect("number"), n("1").div(&n("3")).expect("not zero"));
    }

    #[test]
    fn arithmetic_is_exact_where_decimals_are() {
        assert_eq!(n("0.1").add(&n("0.2")).to_string(), "0.3");
        assert_eq!(n("9223372036854775807").add(&n("1")).to_string(), "9223372036854775808");
        assert_eq!(n("7").rem(&n("-3")), Some(n("1")));
        assert_eq!(n("5").div(&n("0")), None);
        assert_eq!(n("-1.5").floor().to_string(), "-2");
        assert_eq!(n("-1.5").ceil().to_string(), "-1");
        assert_eq!(n("-9223372036854775808").neg().to_string(), "9223372036854775808");
    }
}
