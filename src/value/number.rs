//! Exact numbers: binary floating point with 512 bits of precision, infinities and a zero with a sign, as the Terraform
//! language specifies.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use dashu_base::{Abs, BitTest, DivRem, Sign, UnsignedAbs};
use dashu_float::FBig;
use dashu_float::round::mode::HalfEven;
use dashu_int::{IBig, UBig};

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
    /// Equal to zero; what it divides is infinite below.
    MinusZero,
    Infinite(Sign),
}

/// Why an operation has no result: a phrase without a full stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Undefined(&'static str);

impl Number {
    /// A float as people write it, in the fewest digits that mean it; NaN becomes zero, which no source produces.
    pub fn from_f64(n: f64) -> Self {
        if n.is_finite()
            && let Ok(number) = n.to_string().parse()
        {
            return number;
        }
        Big::try_from(n).map_or(Self(Repr::Small(0)), |b| Self::from_big(b.with_precision(PRECISION).value()))
    }

    fn from_big(big: Big) -> Self {
        if big.repr().is_infinite() {
            return Self(Repr::Infinite(big.sign()));
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

    /// Zero, below or above where it counts.
    fn zero(sign: Sign) -> Self {
        Self(if sign == Sign::Negative { Repr::MinusZero } else { Repr::Small(0) })
    }

    /// The number as a float; infinities have none.
    fn big(&self) -> Option<Big> {
        match &self.0 {
            Repr::Small(n) => Some(Big::from(IBig::from(*n)).with_precision(PRECISION).value()),
            Repr::MinusZero => Some(Big::ZERO),
            Repr::Big(b) => Some((**b).clone()),
            Repr::Infinite(_) => None,
        }
    }

    fn sign(&self) -> Sign {
        match &self.0 {
            Repr::Small(n) if *n < 0 => Sign::Negative,
            Repr::Small(_) => Sign::Positive,
            Repr::Big(b) => b.sign(),
            Repr::MinusZero => Sign::Negative,
            Repr::Infinite(sign) => *sign,
        }
    }

    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small(0) | Repr::MinusZero)
    }

    pub fn is_infinite(&self) -> bool {
        matches!(self.0, Repr::Infinite(_))
    }

    pub fn is_negative(&self) -> bool {
        self.sign() == Sign::Negative && !self.is_zero()
    }

    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Small(_) | Repr::MinusZero => true,
            Repr::Big(b) => b.repr().exponent() >= 0 || b.fract() == Big::ZERO,
            Repr::Infinite(_) => false,
        }
    }

    /// The number as `i64` where it is an integer that fits.
    pub fn to_i64(&self) -> Option<i64> {
        match self.0 {
            Repr::Small(n) => Some(n),
            Repr::MinusZero => Some(0),
            Repr::Big(_) | Repr::Infinite(_) => None,
        }
    }

    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Repr::Small(n) => *n as f64,
            Repr::MinusZero => -0.0,
            Repr::Big(b) => b.to_f64().value(),
            Repr::Infinite(Sign::Positive) => f64::INFINITY,
            Repr::Infinite(Sign::Negative) => f64::NEG_INFINITY,
        }
    }

    /// The sum.
    pub fn try_add(&self, other: &Self) -> Result<Self, Undefined> {
        match (&self.0, &other.0) {
            (Repr::Small(a), Repr::Small(b)) if a.checked_add(*b).is_some() => Ok(Self(Repr::Small(a + b))),
            (Repr::MinusZero, Repr::MinusZero) => Ok(self.clone()),
            _ => match (self.big(), other.big()) {
                (Some(a), Some(b)) => Ok(Self::from_big(a + b)),
                (None, None) if self.sign() != other.sign() => {
                    Err(Undefined("can't compute sum of opposing infinities"))
                }
                (None, _) => Ok(self.clone()),
                (_, None) => Ok(other.clone()),
            },
        }
    }

    /// The difference.
    pub fn try_sub(&self, other: &Self) -> Result<Self, Undefined> {
        self.try_add(&other.neg()).map_err(|_| Undefined("can't subtract infinity from itself"))
    }

    /// The product.
    pub fn try_mul(&self, other: &Self) -> Result<Self, Undefined> {
        let sign = self.sign() * other.sign();
        match (&self.0, &other.0) {
            _ if (self.is_zero() || other.is_zero()) && (self.is_infinite() || other.is_infinite()) => {
                Err(Undefined("can't multiply zero by infinity"))
            }
            _ if self.is_zero() || other.is_zero() => Ok(Self::zero(sign)),
            (Repr::Small(a), Repr::Small(b)) if a.checked_mul(*b).is_some() => Ok(Self(Repr::Small(a * b))),
            _ => Ok(match (self.big(), other.big()) {
                (Some(a), Some(b)) => Self::from_big(a * b),
                _ => Self(Repr::Infinite(sign)),
            }),
        }
    }

    /// The quotient; infinite where only the divisor is zero.
    pub fn try_div(&self, other: &Self) -> Result<Self, Undefined> {
        let sign = self.sign() * other.sign();
        if self.is_zero() && other.is_zero() || self.is_infinite() && other.is_infinite() {
            return Err(Undefined("can't divide zero by zero or infinity by infinity"));
        }
        if self.is_zero() {
            return Ok(Self::zero(sign));
        }
        if other.is_zero() {
            return Ok(Self(Repr::Infinite(sign)));
        }
        match (&self.0, &other.0) {
            (Repr::Small(a), Repr::Small(b)) if a.checked_rem(*b) == Some(0) => Ok(Self(Repr::Small(a / b))),
            _ => Ok(match (self.big(), other.big()) {
                (Some(a), Some(b)) => Self::from_big(a / b),
                (None, _) => Self(Repr::Infinite(sign)),
                (_, None) => Self::zero(sign),
            }),
        }
    }

    /// The remainder with the sign of the dividend. What is divided by zero remains whole.
    pub fn try_rem(&self, other: &Self) -> Result<Self, Undefined> {
        if self.is_infinite() || other.is_infinite() {
            return Err(Undefined("can't use modulo with zero and infinity"));
        }
        if self.is_zero() || other.is_zero() {
            return Ok(self.clone());
        }
        if let (Repr::Small(a), Repr::Small(b)) = (&self.0, &other.0) {
            return Ok(a.checked_rem(*b).unwrap_or(0).into());
        }
        let quotient = self.try_div(other)?.trunc();
        self.try_sub(&quotient.try_mul(other)?)
    }

    /// The sum; zero where there is none.
    #[must_use]
    pub fn add(&self, other: &Self) -> Self {
        self.try_add(other).unwrap_or_else(|_| 0.into())
    }

    /// The difference; zero where there is none.
    #[must_use]
    pub fn sub(&self, other: &Self) -> Self {
        self.try_sub(other).unwrap_or_else(|_| 0.into())
    }

    /// The product; zero where there is none.
    #[must_use]
    pub fn mul(&self, other: &Self) -> Self {
        self.try_mul(other).unwrap_or_else(|_| 0.into())
    }

    /// The quotient; `None` where the divisor is zero.
    pub fn div(&self, other: &Self) -> Option<Self> {
        if other.is_zero() { None } else { self.try_div(other).ok() }
    }

    /// The remainder with the sign of the dividend; `None` where the divisor is zero.
    pub fn rem(&self, other: &Self) -> Option<Self> {
        if other.is_zero() { None } else { self.try_rem(other).ok() }
    }

    #[must_use]
    pub fn neg(&self) -> Self {
        match &self.0 {
            Repr::Small(0) => Self(Repr::MinusZero),
            Repr::MinusZero => Self(Repr::Small(0)),
            Repr::Small(n) => match n.checked_neg() {
                Some(n) => Self(Repr::Small(n)),
                None => Self::from_big(-Big::from(IBig::from(*n)).with_precision(PRECISION).value()),
            },
            Repr::Big(b) => Self::from_big(-(**b).clone()),
            Repr::Infinite(sign) => Self(Repr::Infinite(-*sign)),
        }
    }

    #[must_use]
    pub fn abs(&self) -> Self {
        if self.sign() == Sign::Negative { self.neg() } else { self.clone() }
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

    /// Fewest decimal digits that read back as the same 512-bit number, in plain notation.
    fn shortest(big: &Big) -> String {
        let magnitude = big.repr().significand().unsigned_abs();
        // One bit more than the precision: its lowest bit is half a unit in the last place.
        let shift = (PRECISION + 1).saturating_sub(magnitude.bit_len());
        let mantissa = magnitude << shift;
        let exponent = big.repr().exponent() - isize::try_from(shift).unwrap_or(isize::MAX);
        // What is divided by a power of two, ends after as many decimal places; else there are none.
        let places = if exponent < 0 { exponent.unsigned_abs() } else { 0 };
        let five = if exponent < 0 { UBig::from(5u8).pow(places) } else { UBig::ONE << exponent.unsigned_abs() };
        let upper = ((&mantissa + UBig::ONE) * &five).to_string();
        let pad = |n: UBig| zeros_before(&n.to_string(), upper.len()).into_bytes();
        let value = pad(&mantissa * &five);
        let lower = pad((&mantissa - UBig::ONE) * &five);
        let even = !mantissa.bit(1);
        let significant = |digits: &[u8]| digits.iter().rposition(|d| *d != b'0').map_or(0, |i| i + 1);
        let (lower_end, upper_end) = (significant(&lower), significant(upper.as_bytes()));
        let rows = lower.iter().zip(&value).zip(upper.as_bytes()).enumerate();
        let mut digits = value.clone();
        for (i, ((low, this), high)) in rows {
            let down = low != this || even && i + 1 == lower_end;
            let up = this != high && (even || this + 1 < *high || i + 1 < upper_end);
            if !down && !up {
                continue;
            }
            let rest = value.get(i + 1..).unwrap_or(&[]);
            let half = rest
                .first()
                .map_or(Ordering::Less, |d| d.cmp(&b'5'))
                .then_with(|| if significant(rest) > 1 { Ordering::Greater } else { Ordering::Equal });
            let odd = this % 2 == 1;
            let nearest_is_up = half == Ordering::Greater || half == Ordering::Equal && odd;
            digits.truncate(i + 1);
            if up && (!down || nearest_is_up) {
                increment(&mut digits);
            }
            digits.resize(value.len(), b'0');
            break;
        }
        let text: String = digits.into_iter().map(char::from).collect();
        let text = zeros_before(&text, places + 1);
        let (whole, fraction) = text.split_at(text.len() - places);
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let whole = if whole.is_empty() { "0" } else { whole };
        if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
    }

    /// `significand / 10^places`, rounded once.
    fn fraction(significand: &IBig, places: usize) -> Self {
        let divisor = UBig::from(10u8).pow(places);
        let magnitude = significand.unsigned_abs();
        let shift = (PRECISION + 2 + divisor.bit_len()).saturating_sub(magnitude.bit_len());
        let (quotient, rest) = (magnitude << shift).div_rem(divisor);
        // What is cut off must still tell a half from a little more.
        let quotient = if rest.is_zero() { quotient } else { quotient | UBig::ONE };
        let sign = if significand.sign() == Sign::Negative { Sign::Negative } else { Sign::Positive };
        let exponent = -isize::try_from(shift).unwrap_or(isize::MAX);
        Self::from_big(Big::from_parts(IBig::from_parts(sign, quotient), exponent).with_precision(PRECISION).value())
    }
}

/// A text made as wide as asked; the width of a format has a bound far below the digits of a number.
fn zeros_before(text: &str, width: usize) -> String {
    format!("{}{text}", "0".repeat(width.saturating_sub(text.len())))
}

/// Adds one to the last decimal digit.
fn increment(digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
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
        let number = Self::parse(text)?;
        Ok(if text.starts_with('-') && number.is_zero() { Self(Repr::MinusZero) } else { number })
    }
}

impl Number {
    fn parse(text: &str) -> Result<Self, NotANumber> {
        if let "Inf" | "+Inf" | "-Inf" | "inf" | "+inf" | "-inf" = text {
            let sign = if text.starts_with('-') { Sign::Negative } else { Sign::Positive };
            return Ok(Self(Repr::Infinite(sign)));
        }
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
        let places = exponent.unsigned_abs();
        Ok(match exponent {
            0.. => Self::from(significand * IBig::from(10).pow(places)),
            _ => Self::fraction(&significand, places),
        })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small(n) => n.fmt(f),
            Repr::MinusZero => f.write_str("-0"),
            Repr::Infinite(Sign::Positive) => f.write_str("+Inf"),
            Repr::Infinite(Sign::Negative) => f.write_str("-Inf"),
            Repr::Big(b) => {
                let sign = if b.sign() == Sign::Negative { "-" } else { "" };
                let exact = b.repr().significand().unsigned_abs().bit_len() <= PRECISION && b.repr().exponent() <= 0;
                if exact && self.is_integer() {
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
            (Repr::Infinite(a), Repr::Infinite(b)) => (*a == Sign::Positive).cmp(&(*b == Sign::Positive)),
            (Repr::Infinite(Sign::Positive), _) | (_, Repr::Infinite(Sign::Negative)) => Ordering::Greater,
            (Repr::Infinite(Sign::Negative), _) | (_, Repr::Infinite(Sign::Positive)) => Ordering::Less,
            _ => self.big().cmp(&other.big()),
        }
    }
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Repr::Small(n) => n.hash(state),
            Repr::MinusZero => 0i64.hash(state),
            Repr::Infinite(sign) => (*sign == Sign::Positive).hash(state),
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
