//! Encodings of several bytes, held to what the language takes for theirs.
//!
//! It has no characters for private use, and writes nothing that would be read as another character.

use std::collections::HashMap;
use std::sync::LazyLock;

use encoding_rs::{BIG5, EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS};

/// Names; the first is the one that messages use.
const NAMES: &[(&[&str], &Encoding)] = &[
    (&["Shift_JIS", "MS_Kanji", "csShiftJIS"], SHIFT_JIS),
    (&["Extended_UNIX_Code_Packed_Format_for_Japanese", "csEUCPkdFmtJapanese", "EUC-JP"], EUC_JP),
    (&["ISO-2022-JP", "csISO2022JP"], ISO_2022_JP),
    (&["GBK", "CP936", "MS936", "windows-936", "csGBK"], encoding_rs::GBK),
    (&["GB18030", "csGB18030"], encoding_rs::GB18030),
    (&["Big5", "csBig5"], BIG5),
    (&["EUC-KR", "csEUCKR"], encoding_rs::EUC_KR),
];

/// The encoding of a name, in capitals or not, and the name that messages use.
pub(super) fn find(name: &str) -> Option<(&'static str, &'static Encoding)> {
    let (names, encoding) = NAMES.iter().find(|(names, _)| names.iter().any(|n| n.eq_ignore_ascii_case(name)))?;
    Some((names.first().copied().unwrap_or_default(), encoding))
}

pub(super) fn decode(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    let decoded = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    let private = decoded.contains(|c| matches!(c, '\u{e000}'..='\u{f8ff}'));
    (!private).then(|| decoded.into_owned())
}

pub(super) fn encode(encoding: &'static Encoding, whole: &str) -> Option<Vec<u8>> {
    let table = match encoding {
        e if e == SHIFT_JIS => &SHIFT_JIS_TABLE,
        e if e == EUC_JP => &EUC_JP_TABLE,
        e if e == BIG5 => &BIG5_TABLE,
        e if e == ISO_2022_JP => return escaped(whole),
        _ => return faithful(encoding, whole),
    };
    let mut bytes = Vec::new();
    for c in whole.chars() {
        match u8::try_from(c).ok().filter(u8::is_ascii) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend(table.get(&c)?),
        }
    }
    Some(bytes)
}

/// What the encoding makes of a text, if that is read as the same text.
fn faithful(encoding: &'static Encoding, whole: &str) -> Option<Vec<u8>> {
    let (bytes, _, unmappable) = encoding.encode(whole);
    let same = || encoding.decode_without_bom_handling_and_without_replacement(&bytes).as_deref() == Some(whole);
    (!unmappable && same()).then(|| bytes.into_owned())
}

/// ISO-2022-JP, in which katakana of half width have a shift of their own; of the characters of its Roman set alone there
/// are none.
fn escaped(whole: &str) -> Option<Vec<u8>> {
    if whole.contains(['¥', '‾']) {
        return None;
    }
    let narrow = |c: char| matches!(c, '\u{ff61}'..='\u{ff9f}');
    let mut bytes = Vec::new();
    let mut rest = whole;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| narrow(c) != narrow(first)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        let mut written = match narrow(first) {
            true => {
                let kana = run.chars().map(|c| (u32::from(c) - 0xff61 + 0x21) as u8);
                [0x1b, b'(', b'I'].into_iter().chain(kana).chain([0x1b, b'(', b'B']).collect()
            }
            false => faithful(ISO_2022_JP, run)?,
        };
        // Nothing stands between going back to ASCII and leaving it again.
        if written.first() == Some(&0x1b) && bytes.ends_with(b"\x1b(B") {
            bytes.truncate(bytes.len() - 3);
        }
        bytes.append(&mut written);
        rest = after;
    }
    Some(bytes)
}

type Table = HashMap<char, Vec<u8>>;

static SHIFT_JIS_TABLE: LazyLock<Table> = LazyLock::new(|| table(SHIFT_JIS, &[]));
static BIG5_TABLE: LazyLock<Table> = LazyLock::new(|| table(BIG5, &[]));
static EUC_JP_TABLE: LazyLock<Table> = LazyLock::new(|| table(EUC_JP, &[0x8f]));

/// What each character is written as: with one byte, with two, or with two behind a third.
fn table(encoding: &'static Encoding, lead: &[u8]) -> Table {
    let mut table = Table::new();
    let mut enter = |bytes: Vec<u8>| {
        let Some(text) = decode(encoding, &bytes) else { return };
        let mut chars = text.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            // Of a character that there is twice Big5 writes the last, the others the first.
            match encoding == BIG5 {
                true => drop(table.insert(c, bytes)),
                false => drop(table.entry(c).or_insert(bytes)),
            }
        }
    };
    (0x80..=0xff).for_each(|byte| enter(vec![byte]));
    let pairs = || (0x81..=0xfe).flat_map(|first| (0x40..=0xfe).map(move |second| [first, second]));
    pairs().for_each(|pair| enter(pair.to_vec()));
    if !lead.is_empty() {
        pairs().for_each(|pair| enter([lead, &pair].concat()));
    }
    table
}
