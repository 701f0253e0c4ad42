//! Random configurations in odd layouts: the same for the same seed.

use std::fmt::Write as _;

/// Texts are valid but for what the language forbids in meaning: types, names and references mean nothing.
pub fn text(seed: u64) -> String {
    let mut writer = Writer { random: Random(seed), out: String::new(), depth: 0, templates: 0, end: "\n" };
    if writer.random.one_in(12) {
        writer.end = "\r\n";
    }
    if writer.random.one_in(60) {
        return String::new();
    }
    writer.body(0);
    let mut out = writer.out;
    if writer.random.one_in(10) {
        out.truncate(out.trim_end_matches(['\r', '\n']).len());
        // A heredoc ends with a line.
        if out.ends_with("EOT") {
            out.push_str(writer.end);
        }
    }
    out
}

/// A valid text with one character too many, missing or changed.
pub fn broken_text(seed: u64) -> String {
    let text = text(seed);
    let mut random = Random(seed ^ 0x5851_F42D_4C95_7F2D);
    let mut chars: Vec<char> = text.chars().collect();
    if chars.is_empty() {
        return "=".into();
    }
    let at = random.below(chars.len());
    match random.below(3) {
        0 => drop(chars.remove(at)),
        1 => chars.insert(at, random.pick(&['{', '}', '(', ')', '[', ']', '"', '=', '\n', '$', '.', ',', '@', '\''])),
        _ => chars[at] = random.pick(&['{', '}', '"', '=', ' ', '\n', '?', ':', '<', '-']),
    }
    chars.into_iter().collect()
}

/// Numbers that look like chance (SplitMix64).
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

const NAMES: &[&str] =
    &["a", "name", "cidr_block", "for_each", "tags", "x-y", "größe", "type", "in", "description", "it", "_z", "名前"];
const KINDS: &[&str] = &["resource", "variable", "locals", "module", "data", "dynamic", "lifecycle", "check", "type"];
const COMMENTS: &[&str] = &["a comment", "", " x = 1  # y", "größe — 名前", "{", "\"", "\ttab", "/* no */", "  two  "];

struct Writer {
    random: Random,
    out: String,
    depth: usize,
    /// Template sequences around: within them stands no heredoc.
    templates: usize,
    end: &'static str,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Blanks, or none.
    fn blank(&mut self) {
        let blank = self.random.pick(&["", "", " ", " ", " ", "  ", "\t", "    ", " \t"]);
        self.put(blank);
    }

    fn blanks(&mut self) {
        let blank = self.random.pick(&[" ", " ", "  ", "\t", "     "]);
        self.put(blank);
    }

    /// Blanks, and now and then a comment.
    fn gap(&mut self) {
        self.blank();
        if self.random.one_in(25) {
            let comment = self.random.pick(&["/* c */", "/**/", "/* größe */"]);
            self.put(comment);
            self.blank();
        }
    }

    fn line_end(&mut self) {
        let end = self.end;
        self.put(end);
    }

    /// Within brackets: a gap that may go over lines.
    fn wide_gap(&mut self) {
        match self.random.below(9) {
            0 => {
                self.blank();
                self.line_end();
                self.blank();
            }
            1 if self.random.one_in(3) => {
                self.blank();
                self.line_comment();
                self.blank();
            }
            2 if self.random.one_in(4) => {
                self.line_end();
                self.line_end();
            }
            _ => self.gap(),
        }
    }

    fn line_comment(&mut self) {
        let (sign, text) = (self.random.pick(&["#", "# ", "//", "// "]), self.random.pick(COMMENTS));
        self.put(sign);
        self.put(text);
        self.line_end();
    }

    /// The end of an argument or block, with a comment at times.
    fn finish(&mut self) {
        self.blank();
        match self.random.below(7) {
            0 => self.line_comment(),
            1 if self.random.one_in(2) => {
                let comment = self.random.pick(&["/* tail */", "/* two */ /* of them */", "/* lines\n   of it */"]);
                self.put(comment);
                self.blank();
                self.line_end();
            }
            _ => self.line_end(),
        }
    }

    fn body(&mut self, depth: usize) {
        let count = 1 + self.random.below(if depth == 0 { 7 } else { 5 });
        let mut names: Vec<String> = Vec::new();
        for _ in 0..count {
            self.blank();
            match self.random.below(12) {
                0 => self.line_comment(),
                1 => self.line_end(),
                2 => {
                    let comment = self.random.pick(&["/* one line */", "/* two\n     lines */", "/*\n * three\n */"]);
                    self.put(comment);
                    self.line_end();
                }
                3 | 4 if depth < 3 => self.block(depth),
                _ => {
                    let name = self.random.pick(NAMES).to_owned();
                    if names.contains(&name) {
                        self.line_end();
                        continue;
                    }
                    names.push(name.clone());
                    self.argument(&name);
                }
            }
        }
    }

    fn argument(&mut self, name: &str) {
        self.put(name);
        self.gap();
        self.put("=");
        self.gap();
        match self.random.below(14) {
            0 => self.heredoc(),
            1 => self.lone_interpolation(),
            2 if name == "type" => {
                let kind =
                    self.random.pick(&["\"string\"", "\"list\"", "\"map\"", "list", "map", "set", "any", "\"number\""]);
                self.put(kind);
            }
            _ => self.expr(3, false),
        }
        if self.out.ends_with("EOT") {
            self.line_end();
        } else {
            self.finish();
        }
    }

    fn block(&mut self, depth: usize) {
        let kind = self.random.pick(KINDS);
        self.put(kind);
        for _ in 0..self.random.below(3) {
            self.blanks();
            let label = self.random.pick(&["a", "\"b\"", "\"b-c\"", "\"größe\"", "x-y", "\"a b\"", "\"q\\\"\\t\""]);
            self.put(label);
        }
        if self.random.one_in(15) {
            self.put(" /* header */");
        }
        self.gap();
        self.put("{");
        match self.random.below(8) {
            0 => {
                self.blank();
                self.put("}");
            }
            1 => {
                self.blank();
                let name = self.random.pick(NAMES);
                self.put(name);
                self.blank();
                self.put("=");
                self.blank();
                self.expr(2, false);
                self.blank();
                self.put("}");
            }
            _ => {
                self.finish();
                self.body(depth + 1);
                self.blank();
                self.put("}");
            }
        }
        self.finish();
    }

    fn heredoc(&mut self) {
        let open = self.random.pick(&["<<EOT", "<<-EOT"]);
        self.templates += 1;
        self.put(open);
        self.line_end();
        for _ in 0..self.random.below(5) {
            self.blank();
            match self.random.below(7) {
                0 => self.put("# no comment  = \"x\""),
                1 => self.interpolation(1),
                2 => {
                    self.put("%{");
                    self.put(" if   ");
                    self.expr(1, false);
                    self.put(" ~}  yes  %{else}no%{ endif }");
                }
                3 => {
                    self.put("text ");
                    self.interpolation(1);
                    self.put(" text   text ");
                    self.interpolation(1);
                }
                4 => {}
                5 => self.put("$${ not  } %%{ either  } $ % 100 %."),
                _ => self.put("plain   text größe  {"),
            }
            self.line_end();
        }
        self.blank();
        self.put("EOT");
        self.templates -= 1;
    }

    fn interpolation(&mut self, budget: usize) {
        let open = self.random.pick(&["${", "${", "${~"]);
        self.templates += 1;
        self.put(open);
        self.blank();
        self.expr(budget, false);
        self.blank();
        let close = self.random.pick(&["}", "}", "~}"]);
        self.put(close);
        self.templates -= 1;
    }

    /// `"${x}"`, over lines at times.
    fn lone_interpolation(&mut self) {
        self.templates += 1;
        self.put("\"${");
        let lines = self.random.one_in(4);
        if lines {
            self.line_end();
        }
        self.blank();
        match self.random.below(6) {
            0 => self.put("a ? b :\n   c"),
            1 => self.put("[\n1,\n 2 ]"),
            2 => self.put("(\n  a\n)"),
            _ => self.expr(2, false),
        }
        if lines {
            self.line_end();
        }
        self.put("}\"");
        self.templates -= 1;
    }

    fn string(&mut self, budget: usize) {
        self.put("\"");
        for _ in 0..self.random.below(3) {
            match self.random.below(6) {
                0 if budget > 0 => self.interpolation(budget - 1),
                1 => self.put("\\n \\\" \\\\"),
                2 => self.put("$${x}  %%{y}"),
                3 if budget > 0 => {
                    self.put("%{if  a}");
                    self.interpolation(budget - 1);
                    self.put("%{  endif}");
                }
                4 => self.put("größe  名前 👩‍👩‍👧 e\u{301}"),
                _ => self.put("some  text # no"),
            }
        }
        self.put("\"");
    }

    fn traversal(&mut self) {
        let root = self.random.pick(&["var", "local", "each", "a", "aws_vpc", "module"]);
        self.put(root);
        // A splat may not follow another, nor a legacy index.
        let mut special = false;
        for _ in 0..self.random.below(4) {
            match self.random.below(8) {
                0 => self.put("[0]"),
                1 => self.put("[ \"k\" ]"),
                2..=5 if special => self.put(".name"),
                2 => self.put("[*]"),
                3 => self.put(".*"),
                4 => self.put(".0"),
                5 => self.put(" . name"),
                _ => self.put(".name"),
            }
            special |= self.out.ends_with(['*', '0']) || self.out.ends_with("[*]");
        }
    }

    /// An expression; `wide` says that it stands in brackets and may go over lines.
    fn expr(&mut self, budget: usize, wide: bool) {
        if budget == 0 || self.depth > 6 {
            return self.leaf(budget);
        }
        self.depth += 1;
        let less = budget - 1;
        match self.random.below(18) {
            0 | 1 => {
                self.expr(less, wide);
                self.gap_in(wide);
                let sign = self.random.pick(&["+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||"]);
                // A name may hold and end in `-`.
                self.put(if sign == "-" { " " } else { "" });
                self.put(sign);
                // `/*` begins a comment.
                self.put(if sign == "/" { " " } else { "" });
                self.gap_in(wide);
                self.expr(less, wide);
            }
            2 => {
                let sign = self.random.pick(&["-", "!", "- ", "! "]);
                self.put(sign);
                self.leaf(less);
            }
            3 => {
                self.put("(");
                self.wide_gap();
                self.expr(less, true);
                self.wide_gap();
                self.put(")");
            }
            4 | 5 => {
                self.expr(less, wide);
                self.gap_in(wide);
                self.put("?");
                self.gap_in(wide);
                self.expr(less, wide);
                self.gap_in(wide);
                self.put(":");
                self.gap_in(wide);
                self.expr(less, wide);
            }
            6 | 7 => self.call(less),
            8 | 9 => self.list(less),
            10 | 11 => self.object(less),
            12 => self.for_list(less),
            13 => self.for_object(less),
            14 => self.string(less),
            15 => {
                self.put("(");
                self.expr(less, true);
                self.put(")");
                let tail = self.random.pick(&["[0]", ".a", "[*]", " [ 1 ]", "[-1]"]);
                self.put(tail);
            }
            _ => self.leaf(less),
        }
        self.depth -= 1;
    }

    fn gap_in(&mut self, wide: bool) {
        if wide { self.wide_gap() } else { self.gap() }
    }

    fn leaf(&mut self, budget: usize) {
        match self.random.below(7) {
            0 => {
                let number =
                    self.random.pick(&["0", "1", "42", "1.5", "1e3", "2.5E-7", "123456789012345678901234567890"]);
                self.put(number);
            }
            1 => {
                let word = self.random.pick(&["true", "false", "null"]);
                self.put(word);
            }
            2 => self.string(budget.min(1)),
            3 => self.put(r#""plain""#),
            _ => self.traversal(),
        }
    }

    fn call(&mut self, budget: usize) {
        let name = self.random.pick(&["f", "merge", "core::max", "provider::aws::arn_parse", "try", "toset"]);
        self.put(name);
        self.blank();
        self.put("(");
        let count = self.random.below(4);
        for i in 0..count {
            self.wide_gap();
            if self.templates == 0 && self.random.one_in(12) {
                self.heredoc();
                self.line_end();
            } else {
                self.expr(budget, true);
            }
            self.wide_gap();
            if i + 1 < count || self.random.one_in(8) {
                self.put(",");
            } else if self.random.one_in(8) {
                self.put("...");
            }
        }
        self.wide_gap();
        self.put(")");
    }

    fn list(&mut self, budget: usize) {
        self.put("[");
        let count = self.random.below(5);
        for i in 0..count {
            self.wide_gap();
            self.expr(budget, true);
            self.wide_gap();
            if i + 1 < count || self.random.one_in(4) {
                self.put(",");
            }
        }
        self.wide_gap();
        self.put("]");
    }

    fn object(&mut self, budget: usize) {
        self.put("{");
        let lines = self.random.one_in(2);
        let count = self.random.below(5);
        if lines {
            self.finish();
        }
        for i in 0..count {
            self.blank();
            match self.random.below(6) {
                0 => {
                    let key = ["\"k\"", "\"${var.k}-\"", "\"größe 1\"", "\"e\u{301}\"", "\"_\""];
                    self.put(key.get(i).copied().unwrap_or("k"));
                }
                1 => {
                    self.put("(");
                    self.expr(1, true);
                    self.put(")");
                }
                _ => {
                    let _ = write!(self.out, "{}{i}", ["k", "key_of_", "x-"][self.random.below(3)]);
                }
            }
            self.gap();
            let sign = self.random.pick(&["=", "=", "=", ":"]);
            self.put(sign);
            self.gap();
            if lines && self.templates == 0 && self.random.one_in(10) {
                self.heredoc();
                self.line_end();
                continue;
            }
            self.expr(budget, false);
            self.blank();
            if lines {
                if self.random.one_in(4) {
                    self.put(",");
                }
                self.finish();
                if self.random.one_in(6) {
                    self.line_end();
                }
            } else if i + 1 < count || self.random.one_in(6) {
                self.put(",");
            }
        }
        self.blank();
        self.put("}");
    }

    fn for_list(&mut self, budget: usize) {
        self.put("[");
        self.wide_gap();
        self.put("for ");
        self.blank();
        let names = self.random.pick(&["v", "k, v", "k , v", "in"]);
        self.put(if names == "in" { "v" } else { names });
        self.put(" in ");
        self.blank();
        self.expr(budget, true);
        self.wide_gap();
        self.put(":");
        self.wide_gap();
        self.expr(budget, true);
        self.for_end(budget);
        self.put("]");
    }

    fn for_object(&mut self, budget: usize) {
        self.put("{");
        self.wide_gap();
        self.put("for k,v in");
        self.blanks();
        self.expr(budget, true);
        self.wide_gap();
        self.put(":");
        self.wide_gap();
        self.expr(1, true);
        self.wide_gap();
        self.put("=>");
        self.wide_gap();
        self.expr(budget, true);
        if self.random.one_in(4) {
            self.put("...");
        }
        self.for_end(budget);
        self.put("}");
    }

    fn for_end(&mut self, budget: usize) {
        self.wide_gap();
        if self.random.one_in(3) {
            self.put(" if ");
            self.expr(budget, true);
            self.wide_gap();
        }
    }
}
