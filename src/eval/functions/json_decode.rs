//! JSON text to values: what is accepted, and how a refusal is worded, is what the language's reader does.
//!
//! It takes the text token by token, looks one character past the value, and takes a closing bracket there for an end.

use std::collections::BTreeMap;

use super::{Accepts, Answer, Args, Function, FunctionError, Outcome, param};
use crate::addr::Name;
use crate::value::{Number, Type, Value, convert, normalized};

pub(super) const FUNCTIONS: &[Function] =
    &[Function::new("jsondecode", &[param("str", Accepts::String)], Outcome::Any, |a: &Args<'_>| -> Answer {
        let mut reader = Reader { bytes: a.str(0)?.as_bytes(), at: 0 };
        reader.document().map_err(|why| FunctionError::new(why).revealing())
    })];

/// Deepest nesting.
const MAX_DEPTH: usize = 128;

type Read<T> = Result<T, String>;

/// The text ends between two tokens.
const END: &str = "EOF";
/// The text ends within a token.
const CUT: &str = "unexpected EOF";

/// What is told of a character that stands where none of its kind may stand.
const VALUE: &str = " looking for beginning of value";

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn document(&mut self) -> Read<Value> {
        let value = self.value(0)?;
        match self.peek() {
            None | Some(b']' | b'}') => Ok(value),
            Some(_) => Err("extraneous data after JSON object".into()),
        }
    }

    /// The next byte that is not space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.bytes.get(self.at) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    /// The next byte within a token.
    fn next(&mut self) -> Read<u8> {
        let byte = self.bytes.get(self.at).copied().ok_or(CUT)?;
        self.at += 1;
        Ok(byte)
    }

    fn value(&mut self, depth: usize) -> Read<Value> {
        if depth > MAX_DEPTH {
            return Err(format!("nested more than {MAX_DEPTH} levels deep"));
        }
        match self.peek().ok_or(END)? {
            b'[' => self.array(depth),
            b'{' => self.object(depth),
            b'"' => self.string().map(|s| Value::string(normalized(s))),
            b't' => self.literal("true").map(|()| true.into()),
            b'f' => self.literal("false").map(|()| false.into()),
            b'n' => self.literal("null").map(|()| Value::null(Type::Dynamic)),
            b'-' | b'0'..=b'9' => self.number(),
            other => Err(invalid(other, VALUE)),
        }
    }

    fn array(&mut self, depth: usize) -> Read<Value> {
        self.at += 1;
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::tuple(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            let next = self.peek().ok_or(END)?;
            self.at += 1;
            match next {
                b',' => {}
                b']' => return Ok(Value::tuple(items)),
                other => return Err(invalid(other, " after array element")),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Read<Value> {
        self.at += 1;
        let mut entries: BTreeMap<Name, Value> = BTreeMap::new();
        let mut misplaced = "";
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::object(entries));
        }
        loop {
            let key = match self.peek().ok_or(END)? {
                b'"' => self.string()?,
                other => return Err(invalid(other, misplaced)),
            };
            match self.peek().ok_or(END)? {
                b':' => self.at += 1,
                other => return Err(invalid(other, " after object key")),
            }
            let value = self.value(depth + 1)?;
            if *normalized(key.clone()) != *key {
                return Err(format!("unsupported attribute \"{key}\""));
            }
            // Where a key is given twice its first value must fit the type of its last.
            if let Some(before) = entries.get(&*key).filter(|_| value.ty().is_primitive()) {
                convert(before, &value.ty())?;
            }
            entries.insert(key.as_str().into(), value);
            let next = self.peek().ok_or(END)?;
            self.at += 1;
            match next {
                b',' => misplaced = " looking for beginning of object key string",
                b'}' => return Ok(Value::object(entries)),
                other => return Err(invalid(other, " after object key:value pair")),
            }
        }
    }

    fn literal(&mut self, word: &str) -> Read<()> {
        for expected in word.bytes() {
            let found = self.next()?;
            if found != expected {
                let context = format!(" in literal {word} (expecting {})", quoted(expected));
                return Err(invalid(found, &context));
            }
        }
        Ok(())
    }

    fn number(&mut self) -> Read<Value> {
        let start = self.at;
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        if self.digit(" in numeric literal")? != b'0' {
            self.digits();
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digit(" after decimal point in numeric literal")?;
            self.digits();
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            self.digit(" in exponent of numeric literal")?;
            self.digits();
        }
        let written = self.bytes.get(start..self.at).and_then(|b| str::from_utf8(b).ok()).unwrap_or_default();
        written.parse::<Number>().map(Value::from).map_err(|why| why.to_string())
    }

    fn digit(&mut self, context: &str) -> Read<u8> {
        match self.next()? {
            digit @ b'0'..=b'9' => Ok(digit),
            other => Err(invalid(other, context)),
        }
    }

    fn digits(&mut self) {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }

    fn string(&mut self) -> Read<String> {
        self.at += 1;
        let mut text = Vec::new();
        loop {
            match self.next()? {
                b'"' => return String::from_utf8(text).map_err(|e| e.to_string()),
                b'\\' => self.escape(&mut text)?,
                control @ 0..b' ' => return Err(invalid(control, " in string literal")),
                byte => text.push(byte),
            }
        }
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Read<()> {
        text.push(match self.next()? {
            same @ (b'"' | b'\\' | b'/') => same,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let mut units = vec![self.unit()?];
                // The second half of a pair is taken only where it completes the first.
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                if (0xd800..0xdc00).contains(&units[0]) && rest.starts_with(b"\\u") {
                    let before = self.at;
                    self.at += 2;
                    match self.unit()? {
                        low @ 0xdc00..0xe000 => units.push(low),
                        _ => self.at = before,
                    }
                }
                let decoded = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
                text.extend(decoded.collect::<String>().into_bytes());
                return Ok(());
            }
            other => return Err(invalid(other, " in string escape code")),
        });
        Ok(())
    }

    fn unit(&mut self) -> Read<u16> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.next()?;
            let Some(value) = char::from(digit).to_digit(16) else {
                return Err(invalid(digit, " in \\u hexadecimal character escape"));
            };
            unit = unit << 4 | value as u16;
        }
        Ok(unit)
    }
}

fn invalid(byte: u8, context: &str) -> String {
    format!("invalid character {}{context}", quoted(byte))
}

/// A byte as a character between quotes, with the escapes of the language's own messages.
fn quoted(byte: u8) -> String {
    match byte {
        b'\'' => "'\\''".into(),
        b'"' => "'\"'".into(),
        b'\\' => "'\\\\'".into(),
        7 => "'\\a'".into(),
        8 => "'\\b'".into(),
        9 => "'\\t'".into(),
        10 => "'\\n'".into(),
        11 => "'\\v'".into(),
        12 => "'\\f'".into(),
        13 => "'\\r'".into(),
        0..b' ' | 127 => format!("'\\x{byte:02x}'"),
        0x80..0xa0 => format!("'\\u{byte:04x}'"),
        0xa0 | 0xad => format!("'\\u{byte:04x}'"),
        _ => format!("'{}'", char::from(byte)),
    }
}
