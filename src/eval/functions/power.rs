//! Powers of floats, to the last digit as the language has them: whole exponents by squaring, on mantissa and exponent.

/// The power of a number.
pub(super) fn power(base: f64, exponent: f64) -> f64 {
    let ordinary = base.is_finite() && base != 0.0 && exponent.is_finite() && exponent.abs() < 9.0e18;
    if !ordinary || exponent == 0.0 || (exponent.fract() != 0.0 && base < 0.0) {
        return base.powf(exponent);
    }
    if exponent.abs() == 0.5 {
        return if exponent > 0.0 { base.sqrt() } else { 1.0 / base.sqrt() };
    }
    let (mut whole, mut part) = (exponent.abs().trunc(), exponent.abs().fract());
    let (mut result, mut scale) = (1.0, 0);
    if part != 0.0 {
        if part > 0.5 {
            part -= 1.0;
            whole += 1.0;
        }
        result = (part * base.ln()).exp();
    }
    let (mut mantissa, mut binary) = split(base);
    let mut left = whole as u64;
    while left != 0 {
        // The result is nought or infinite whatever follows.
        if binary.abs() > 1 << 12 {
            scale += binary;
            break;
        }
        if left & 1 == 1 {
            result *= mantissa;
            scale += binary;
        }
        mantissa *= mantissa;
        binary *= 2;
        if mantissa < 0.5 {
            mantissa += mantissa;
            binary -= 1;
        }
        left >>= 1;
    }
    if exponent < 0.0 { scaled(1.0 / result, -scale) } else { scaled(result, scale) }
}

/// A number as a mantissa from one half to one and a power of two.
fn split(number: f64) -> (f64, i64) {
    let (normal, shift) = if number.is_normal() { (number, 0) } else { (number * 2f64.powi(54), -54) };
    let bits = normal.to_bits();
    let binary = (bits >> 52 & 0x7ff) as i64 - 1022;
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), binary + shift)
}

/// A number times a power of two, rounded once.
fn scaled(number: f64, scale: i64) -> f64 {
    let (mantissa, binary) = split(number);
    match binary + scale {
        exponent if exponent > 1024 => f64::INFINITY.copysign(number),
        exponent if exponent < -1074 => 0f64.copysign(number),
        exponent if exponent < -1021 => mantissa * 2f64.powi((exponent + 1074) as i32) * f64::from_bits(1),
        exponent => mantissa * 2.0 * 2f64.powi((exponent - 1) as i32),
    }
}

#[cfg(test)]
mod tests {
    use super::power;

    #[test]
    fn bounds_are_kept() {
        assert_eq!(power(2.0, -1074.0), f64::from_bits(1));
        assert_eq!(power(2.0, -1080.0), 0.0);
        assert_eq!(power(2.0, 1023.0), 2f64.powi(1023));
        assert_eq!(power(-2.0, 3.0), -8.0);
        assert_eq!(power(10.0, 309.0), f64::INFINITY);
        assert_eq!(power(-10.0, 309.0), f64::NEG_INFINITY);
        assert!(power(-8.0, 0.25).is_nan());
    }
}
