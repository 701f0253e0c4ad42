//! One block of tokens, in the shortest of three forms: stored, with fixed codes, with codes of its own.

use super::bits::Bits;
use super::huffman::Codes;
use super::search::Token;

/// Symbols of literals and lengths, of which one is the end of the block.
const LITERALS: usize = 286;
const END: usize = 256;
const DISTANCES: usize = 30;

/// Most bytes of a stored block.
const STORED: usize = 65_535;

/// In which order the lengths of the codes for lengths are written.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Writes a block that others follow.
pub(super) fn write(tokens: &[Token], source: Option<&[u8]>, bits: &mut Bits) {
    let symbols: Vec<Symbol> = tokens.iter().map(Symbol::of).collect();
    let (mut literals, mut distances) = (vec![0; LITERALS], vec![0; DISTANCES]);
    let mut extra = 0;
    for symbol in &symbols {
        count(&mut literals, symbol.literal);
        extra += symbol.extra.1 as usize;
        if let Some((distance, (_, width))) = symbol.distance {
            count(&mut distances, distance);
            extra += width as usize;
        }
    }
    count(&mut literals, END);
    // Without any match one distance is written even so.
    if distances.iter().all(|n| *n == 0) {
        count(&mut distances, 0);
    }
    let own = Own::of(&literals, &distances);
    let (fixed_literals, fixed_distances) = fixed();
    let fixed_size = 3 + fixed_literals.size(&literals) + fixed_distances.size(&distances) + extra;
    let own_size = own.size(&literals, &distances) + extra;
    let shortest = own_size.min(fixed_size);
    if let Some(source) = source.filter(|s| s.len() <= STORED && (s.len() + 5) * 8 < shortest) {
        return write_stored(source, false, bits);
    }
    let (literals, distances) = match own_size < fixed_size {
        true => {
            bits.put(2 << 1, 3);
            own.write_lengths(bits);
            (&own.literals, &own.distances)
        }
        false => {
            bits.put(1 << 1, 3);
            (&fixed_literals, &fixed_distances)
        }
    };
    for symbol in &symbols {
        literals.write(symbol.literal, bits);
        bits.put(symbol.extra.0, symbol.extra.1);
        if let Some((distance, (value, width))) = symbol.distance {
            distances.write(distance, bits);
            bits.put(value, width);
        }
    }
    literals.write(END, bits);
}

/// Writes bytes as they are.
pub(super) fn write_stored(source: &[u8], last: bool, bits: &mut Bits) {
    bits.put(u32::from(last), 3);
    bits.align();
    let length = source.len() as u16;
    bits.put(u32::from(length), 16);
    bits.put(u32::from(!length), 16);
    bits.put_bytes(source);
}

/// A token as it is written: symbols, and the bits behind them with their number.
struct Symbol {
    literal: usize,
    extra: (u32, u32),
    distance: Option<(usize, (u32, u32))>,
}

impl Symbol {
    fn of(token: &Token) -> Self {
        match *token {
            Token::Literal(byte) => Self { literal: usize::from(byte), extra: (0, 0), distance: None },
            Token::Match { length, distance } => {
                let (code, extra) = match length {
                    258 => (28, (0, 0)),
                    length => graded(length - 3, 4),
                };
                Self { literal: END + 1 + code, extra, distance: Some(graded(distance - 1, 2)) }
            }
        }
    }
}

/// The class of a number where each power of two has as many classes as told, and its place in the class.
fn graded(number: usize, classes: usize) -> (usize, (u32, u32)) {
    if number < 2 * classes {
        return (number, (0, 0));
    }
    let width = (number / classes).ilog2();
    let place = number & ((1 << width) - 1);
    (width as usize * classes + (number >> width), (place as u32, width))
}

fn count(frequencies: &mut [u32], symbol: usize) {
    if let Some(n) = frequencies.get_mut(symbol) {
        *n += 1;
    }
}

fn fixed() -> (Codes, Codes) {
    let length = |symbol: usize| match symbol {
        0..144 => 8,
        144..256 => 9,
        256..280 => 7,
        _ => 8,
    };
    (Codes::with_lengths(&(0..288).map(length).collect::<Vec<_>>()), Codes::with_lengths(&[5; DISTANCES]))
}

/// Codes of a block's own, and how their lengths are told.
struct Own {
    literals: Codes,
    distances: Codes,
    /// Numbers of the symbols that are told of.
    told: (usize, usize),
    /// Symbols of the code for lengths, with bits behind them.
    lengths: Vec<(usize, (u32, u32))>,
    length_frequencies: Vec<u32>,
    length_codes: Codes,
    /// How many of the code's own lengths are written.
    ordered: usize,
}

impl Own {
    fn of(literals: &[u32], distances: &[u32]) -> Self {
        let used = |frequencies: &[u32]| frequencies.iter().rposition(|n| *n > 0).map_or(0, |last| last + 1);
        let told = (used(literals), used(distances));
        let (literals, distances) = (Codes::of(literals, 15), Codes::of(distances, 15));
        let of_literals = (0..told.0).map(|s| literals.length(s));
        let lengths = runs(&of_literals.chain((0..told.1).map(|s| distances.length(s))).collect::<Vec<_>>());
        let mut length_frequencies = vec![0; ORDER.len()];
        lengths.iter().for_each(|(symbol, _)| count(&mut length_frequencies, *symbol));
        let length_codes = Codes::of(&length_frequencies, 7);
        let ordered = ORDER.iter().rposition(|s| length_codes.length(*s) > 0).map_or(4, |last| (last + 1).max(4));
        Self { literals, distances, told, lengths, length_frequencies, length_codes, ordered }
    }

    fn size(&self, literals: &[u32], distances: &[u32]) -> usize {
        let behind: usize = self.lengths.iter().map(|(_, (_, width))| *width as usize).sum();
        let head = 3 + 5 + 5 + 4 + 3 * self.ordered + self.length_codes.size(&self.length_frequencies) + behind;
        head + self.literals.size(literals) + self.distances.size(distances)
    }

    fn write_lengths(&self, bits: &mut Bits) {
        bits.put(self.told.0.saturating_sub(257) as u32, 5);
        bits.put(self.told.1.saturating_sub(1) as u32, 5);
        bits.put(self.ordered.saturating_sub(4) as u32, 4);
        for symbol in ORDER.iter().take(self.ordered) {
            bits.put(self.length_codes.length(*symbol), 3);
        }
        for (symbol, (value, width)) in &self.lengths {
            self.length_codes.write(*symbol, bits);
            bits.put(*value, *width);
        }
    }
}

/// Lengths with repetitions told as such: 16 repeats the last one, 17 and 18 are noughts.
fn runs(lengths: &[u32]) -> Vec<(usize, (u32, u32))> {
    let mut out = Vec::new();
    for run in lengths.chunk_by(|a, b| a == b) {
        let length = run.first().map_or(0, |length| *length as usize);
        let mut left = run.len();
        if length > 0 {
            out.push((length, (0, 0)));
            left -= 1;
            while left >= 3 {
                let some = left.min(6);
                out.push((16, (some as u32 - 3, 2)));
                left -= some;
            }
        } else {
            while left >= 11 {
                let some = left.min(138);
                out.push((18, (some as u32 - 11, 7)));
                left -= some;
            }
            if left >= 3 {
                out.push((17, (left as u32 - 3, 3)));
                left = 0;
            }
        }
        out.extend(std::iter::repeat_n((length, (0, 0)), left));
    }
    out
}
