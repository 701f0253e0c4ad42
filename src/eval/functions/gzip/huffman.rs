//! Prefix codes: the shortest of a greatest length, and their canonical values.

use super::bits::Bits;

/// A code for each symbol; those that do not occur have none.
pub(super) struct Codes {
    /// Value, with its bits in the order they are written, and length.
    codes: Vec<(u32, u32)>,
}

impl Codes {
    /// The best codes for symbols that occur this often.
    pub(super) fn of(frequencies: &[u32], longest: usize) -> Self {
        let mut used: Vec<usize> = (0..frequencies.len()).filter(|s| occurrences(frequencies, *s) > 0).collect();
        let mut lengths = vec![0; frequencies.len()];
        if used.len() <= 2 {
            set(&mut lengths, &used, 1);
            return Self::with_lengths(&lengths);
        }
        used.sort_by_key(|s| (occurrences(frequencies, *s), *s));
        let weights: Vec<u64> = used.iter().map(|s| u64::from(occurrences(frequencies, *s))).collect();
        for count in chosen(&weights, longest.min(used.len() - 1)) {
            set(&mut lengths, used.get(..count).unwrap_or_default(), 1);
        }
        Self::with_lengths(&lengths)
    }

    /// Canonical codes: the shorter before the longer, among equal lengths in order of the symbols.
    pub(super) fn with_lengths(lengths: &[u32]) -> Self {
        let mut codes = vec![(0, 0); lengths.len()];
        let mut next = 0u32;
        for length in 1..=lengths.iter().copied().max().unwrap_or(0) {
            next <<= 1;
            for (code, _) in codes.iter_mut().zip(lengths).filter(|(_, l)| **l == length) {
                *code = (next.reverse_bits() >> (32 - length), length);
                next += 1;
            }
        }
        Self { codes }
    }

    pub(super) fn length(&self, symbol: usize) -> u32 {
        self.codes.get(symbol).map_or(0, |(_, length)| *length)
    }

    /// Bits of all occurrences.
    pub(super) fn size(&self, frequencies: &[u32]) -> usize {
        self.codes.iter().zip(frequencies).map(|((_, length), n)| *length as usize * *n as usize).sum()
    }

    pub(super) fn write(&self, symbol: usize, bits: &mut Bits) {
        let (code, length) = self.codes.get(symbol).copied().unwrap_or_default();
        bits.put(code, length);
    }
}

fn occurrences(frequencies: &[u32], symbol: usize) -> u32 {
    frequencies.get(symbol).copied().unwrap_or(0)
}

fn set(lengths: &mut [u32], symbols: &[usize], more: u32) {
    for symbol in symbols {
        if let Some(length) = lengths.get_mut(*symbol) {
            *length += more;
        }
    }
}

/// How many of the lightest symbols get one more bit at each level: package-merge.
///
/// The lists of all levels hold the symbols and, in pairs, the items of the level below, by weight; where a symbol and a
/// pair weigh the same the pair stands first.
fn chosen(weights: &[u64], levels: usize) -> Vec<usize> {
    let mut lists: Vec<Vec<(u64, bool)>> = Vec::new();
    for _ in 0..levels {
        let below: &[(u64, bool)] = lists.last().map_or(&[], Vec::as_slice);
        let (pairs, _) = below.as_chunks::<2>();
        let mut pairs = pairs.iter().map(|[a, b]| a.0 + b.0).peekable();
        let mut list = Vec::new();
        for weight in weights {
            while let Some(pair) = pairs.next_if(|pair| pair <= weight) {
                list.push((pair, false));
            }
            list.push((*weight, true));
        }
        list.extend(pairs.map(|pair| (pair, false)));
        lists.push(list);
    }
    let mut taken = 2 * weights.len() - 2;
    let mut counts = Vec::new();
    for list in lists.iter().rev() {
        let symbols = list.iter().take(taken).filter(|(_, symbol)| *symbol).count();
        counts.push(symbols);
        taken = 2 * (taken.min(list.len()) - symbols);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::Codes;

    #[test]
    fn no_code_is_longer_than_it_may_be() {
        let steep: Vec<u32> = (0..30).map(|n| 1 << n).collect();
        let codes = Codes::of(&steep, 15);
        let lengths: Vec<u32> = (0..30).map(|s| codes.length(s)).collect();
        assert_eq!(lengths.iter().max(), Some(&15));
        let filled: f64 = lengths.iter().map(|l| 0.5f64.powi(*l as i32)).sum();
        assert!((filled - 1.0).abs() < 1e-9, "{lengths:?}");
        let flat = Codes::of(&[1, 1, 1, 1], 15);
        assert_eq!((0..4).map(|s| flat.length(s)).collect::<Vec<_>>(), [2, 2, 2, 2]);
    }
}
