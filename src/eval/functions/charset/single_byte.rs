//! Encodings with one byte a character, read from their table.

use std::collections::HashMap;
use std::sync::LazyLock;

/// One such encoding.
pub(super) struct SingleByte {
    names: Vec<&'static str>,
    chars: Vec<Option<char>>,
    bytes: HashMap<char, u8>,
}

static ALL: LazyLock<Vec<SingleByte>> = LazyLock::new(|| {
    let sections = include_str!("single_byte.txt").split("\n= ").skip(1);
    sections
        .filter_map(|section| section.split_once('\n'))
        .map(|(names, table)| SingleByte::new(names, table))
        .collect()
});

/// The encoding of a name, in capitals or not.
pub(super) fn find(name: &str) -> Option<&'static SingleByte> {
    ALL.iter().find(|e| e.names.iter().any(|n| n.eq_ignore_ascii_case(name)))
}

impl SingleByte {
    fn new(names: &'static str, table: &str) -> Self {
        let code = |hexadecimal: &str| u32::from_str_radix(hexadecimal, 16).unwrap_or_default();
        let mut chars: Vec<Option<char>> = Vec::new();
        for run in table.split_whitespace() {
            match run.strip_prefix('?') {
                Some(count) => chars.extend(vec![None; count.parse().unwrap_or_default()]),
                None => {
                    let (first, last) = run.split_once('-').unwrap_or((run, run));
                    chars.extend((code(first)..=code(last)).map(char::from_u32));
                }
            }
        }
        let bytes = (0..=u8::MAX).zip(&chars).filter_map(|(byte, c)| Some(((*c)?, byte))).collect();
        Self { names: names.split(' ').collect(), chars, bytes }
    }

    /// The name that messages use.
    pub(super) fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }

    pub(super) fn encode(&self, whole: &str) -> Option<Vec<u8>> {
        whole.chars().map(|c| self.bytes.get(&c).copied()).collect()
    }

    pub(super) fn decode(&self, bytes: &[u8]) -> Option<String> {
        bytes.iter().map(|b| self.chars.get(usize::from(*b)).copied().flatten()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn tables_are_whole() {
        assert!(ALL.len() > 40);
        for encoding in ALL.iter() {
            assert_eq!(encoding.chars.len(), 256, "{}", encoding.name());
            let defined = encoding.chars.iter().flatten().count();
            assert_eq!(encoding.bytes.len(), defined, "{} has a character twice", encoding.name());
        }
    }
}
