//! Says, before anything recursive sees a file, whether it nests too deep.
//!
//! One pass over the tokens, roughly: strings, comments, templates and regular expressions are told apart well enough that
//! what they hold does not count. Brackets count a level each; so do prefixes that nest to the right without brackets (`!`,
//! `=>`, `=`, `?`, `else`); what nests to the left (`a + b + …`, `a.b.c…`, `f()()…`) counts against a longer limit.

/// How much of each kind of nesting is let through.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Levels that nest to the right, brackets first.
    pub(super) nesting: u32,
    /// Links that nest to the left.
    pub(super) chain: u32,
    /// `<` without a `>` in one statement. The parser tries each in TypeScript as the beginning of type arguments that reach
    /// to the end, which takes the square of their number.
    pub(super) angles: u32,
}

/// Whether `source` nests deeper than one of the limits.
pub(super) fn exceeds(source: &str, limits: Limits) -> bool {
    // Each level takes a byte at least.
    if source.len() <= limits.nesting.min(limits.chain).min(limits.angles) as usize {
        return false;
    }
    let mut scan = Scan {
        bytes: source.as_bytes(),
        at: 0,
        levels: vec![Level::default()],
        open_prefixes: 0,
        open_chain: 0,
        last: Last::Start,
        limits,
    };
    scan.run()
}

/// One pair of brackets that is open.
#[derive(Default, Clone, Copy)]
struct Level {
    /// Links of the chain being read, and prefixes that wait for what follows.
    chain: u32,
    prefixes: u32,
    /// `<` that no `>` has answered yet.
    angles: u32,
    /// It is `${…}` of a template.
    template: bool,
    /// A `)` that closes it ends a condition: what follows begins a statement.
    condition: bool,
    /// The `else` before that condition was counted for both.
    counted: bool,
}

/// What the last token was, as far as it decides what a `/` means and whether a chain goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Start,
    /// A name, a number, a string, a closing bracket: something that can be operated on.
    Operand,
    /// An operator, an opening bracket, a keyword: something that waits for an operand.
    Operator,
    /// `if`, `for`, `while`, `with`.
    Conditional,
    /// `else if`: the `else` counts already.
    Alternative,
    Else,
}

struct Scan<'s> {
    bytes: &'s [u8],
    at: usize,
    levels: Vec<Level>,
    open_prefixes: u32,
    open_chain: u32,
    last: Last,
    limits: Limits,
}

impl Scan<'_> {
    fn run(&mut self) -> bool {
        while let Some(byte) = self.bytes.get(self.at).copied() {
            self.at += 1;
            match byte {
                b'"' | b'\'' => self.string(byte),
                b'`' => {
                    if self.last == Last::Operand {
                        self.link();
                    }
                    self.template();
                }
                b'/' => self.slash(),
                b'(' | b'[' | b'{' => self.open(byte),
                b')' | b']' | b'}' => self.close(byte),
                b';' | b',' => self.separator(),
                b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'$' | b'0'..=b'9' | b'#' | b'@' | b'\\' | 0x80.. => self.word(),
                b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C => {}
                _ => self.operator(byte),
            }
            if self.levels.len() as u32 + self.open_prefixes > self.limits.nesting
                || self.open_chain > self.limits.chain
                || self.level().angles > self.limits.angles
            {
                return true;
            }
        }
        false
    }

    fn level(&mut self) -> &mut Level {
        // The outermost level is never closed.
        self.levels.last_mut().expect("the outermost level stays open")
    }

    fn open(&mut self, byte: u8) {
        if self.last == Last::Operand && byte != b'{' {
            self.link();
        }
        let condition = byte == b'(' && matches!(self.last, Last::Conditional | Last::Alternative);
        let counted = self.last == Last::Alternative;
        self.levels.push(Level {
            condition,
            counted,
            ..Level::default()
        });
        self.last = Last::Operator;
    }

    fn close(&mut self, byte: u8) {
        if self.levels.len() > 1 {
            let level = self.levels.pop().unwrap_or_default();
            self.forget(level);
            if level.template {
                self.template();
                return;
            }
            if level.condition {
                if !level.counted {
                    self.prefix();
                }
                self.last = Last::Operator;
                return;
            }
        }
        self.last = Last::Operand;
        if byte == b'}' {
            self.statement_end();
        }
    }

    /// A block or an object ends: unless an `else` or an operator follows, so does what it belongs to.
    fn statement_end(&mut self) {
        let rest = &self.bytes[self.at..];
        let spaces = rest.iter().take(64).take_while(|it| it.is_ascii_whitespace()).count();
        let goes_on =
            rest.get(spaces).is_none_or(|it| !it.is_ascii_alphanumeric()) || rest[spaces..].starts_with(b"else");
        if !goes_on {
            self.reset();
        }
    }

    fn separator(&mut self) {
        let rest = &self.bytes[self.at..];
        let spaces = rest.iter().take(64).take_while(|it| it.is_ascii_whitespace()).count();
        if !rest[spaces..].starts_with(b"else") {
            self.reset();
        }
        self.last = Last::Operator;
    }

    fn reset(&mut self) {
        let level = std::mem::take(&mut *self.level());
        self.forget(level);
        let restored = self.level();
        restored.template = level.template;
        restored.condition = level.condition;
        restored.counted = level.counted;
    }

    fn forget(&mut self, level: Level) {
        self.open_prefixes = self.open_prefixes.saturating_sub(level.prefixes);
        self.open_chain = self.open_chain.saturating_sub(level.chain);
    }

    /// Something that nests to the left.
    fn link(&mut self) {
        self.level().chain += 1;
        self.open_chain += 1;
    }

    /// Something that nests to the right.
    fn prefix(&mut self) {
        self.level().prefixes += 1;
        self.open_prefixes += 1;
    }

    fn operator(&mut self, byte: u8) {
        let next = self.bytes.get(self.at).copied().unwrap_or(0);
        let (used, right) = match (byte, next) {
            (b'=', b'>') => (1, true),
            (b'*', b'*') => (1, true),
            (b'=', b'=') | (b'!', b'=') | (b'<' | b'>', b'=') => (1, false),
            (b'?', b'.') | (b'&', b'&') | (b'|', b'|') | (b'?', b'?') => (1, false),
            (b'+', b'+') | (b'-', b'-') => (1, self.last != Last::Operand),
            (b'.', b'.') => (2, false),
            (b'=' | b'?', _) => (0, true),
            (b':', _) => (0, false),
            _ => (0, self.last != Last::Operand),
        };
        self.at += used;
        match byte {
            b'<' if used == 0 => self.level().angles += 1,
            b'>' => {
                let level = self.level();
                level.angles = level.angles.saturating_sub(1);
            }
            _ => {}
        }
        match (right, byte) {
            (true, _) => self.prefix(),
            (false, b':') => {}
            (false, _) => self.link(),
        }
        if !matches!((byte, next), (b'+', b'+') | (b'-', b'-')) {
            self.last = Last::Operator;
        }
    }

    fn word(&mut self) {
        let start = self.at - 1;
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|it| !IS_WORD[*it as usize]).unwrap_or(rest.len());
        let word = &self.bytes[start..self.at];
        let member = self.last == Last::Operator && start > 0 && self.bytes[..start].trim_ascii_end().ends_with(b".");
        if member {
            self.last = Last::Operand;
            return;
        }
        if word.len() > LONGEST_KEYWORD || !word[0].is_ascii_lowercase() {
            return self.operand();
        }
        match word {
            b"typeof" | b"void" | b"delete" | b"await" | b"yield" | b"new" | b"keyof" | b"do" | b"extends" => {
                if self.last == Last::Operand {
                    self.reset();
                }
                self.prefix();
                self.last = Last::Operator;
            }
            b"in" | b"instanceof" | b"as" | b"satisfies" | b"of" if self.last == Last::Operand => {
                self.link();
                self.last = Last::Operator;
            }
            b"return" | b"case" | b"throw" | b"default" | b"var" | b"let" | b"const" => {
                if self.last == Last::Operand {
                    self.reset();
                }
                self.last = Last::Operator;
            }
            b"else" => {
                self.prefix();
                self.last = Last::Else;
            }
            b"if" if self.last == Last::Else => self.last = Last::Alternative,
            b"if" | b"for" | b"while" | b"with" => {
                if self.last != Last::Else && self.last != Last::Operator {
                    self.reset();
                }
                self.last = Last::Conditional;
            }
            _ => self.operand(),
        }
    }

    fn operand(&mut self) {
        // Two operands in a row: another statement began without a semicolon.
        if self.last == Last::Operand {
            self.reset();
        }
        self.last = Last::Operand;
    }

    fn string(&mut self, quote: u8) {
        if self.last == Last::Operand {
            self.reset();
        }
        while let Some(found) = memchr::memchr3(quote, b'\\', b'\n', &self.bytes[self.at..]) {
            let byte = self.bytes[self.at + found];
            self.at += found + 1;
            match byte {
                b'\\' => self.at += 1,
                _ => break,
            }
            self.at = self.at.min(self.bytes.len());
        }
        self.last = Last::Operand;
    }

    /// The text of a template up to its end or the next `${`.
    fn template(&mut self) {
        loop {
            let Some(found) = memchr::memchr3(b'`', b'\\', b'$', &self.bytes[self.at.min(self.bytes.len())..]) else {
                self.at = self.bytes.len();
                break;
            };
            let byte = self.bytes[self.at + found];
            self.at += found + 1;
            match byte {
                b'`' => break,
                b'\\' => self.at = (self.at + 1).min(self.bytes.len()),
                _ if self.bytes.get(self.at) == Some(&b'{') => {
                    self.at += 1;
                    self.levels.push(Level {
                        template: true,
                        ..Level::default()
                    });
                    self.last = Last::Operator;
                    return;
                }
                _ => {}
            }
        }
        self.last = Last::Operand;
    }

    fn slash(&mut self) {
        match self.bytes.get(self.at) {
            Some(b'/') => {
                let end = memchr::memchr(b'\n', &self.bytes[self.at..]);
                self.at = end.map_or(self.bytes.len(), |it| self.at + it);
            }
            Some(b'*') => {
                let end = memchr::memmem::find(&self.bytes[self.at + 1..], b"*/");
                self.at = end.map_or(self.bytes.len(), |it| self.at + 1 + it + 2);
            }
            _ if self.last == Last::Operand => {
                self.link();
                self.last = Last::Operator;
            }
            _ => self.pattern(),
        }
    }

    /// A regular expression; one that does not end on its line is none.
    fn pattern(&mut self) {
        let start = self.at;
        let mut in_class = false;
        while let Some(byte) = self.bytes.get(self.at).copied() {
            self.at += 1;
            match byte {
                b'\\' => self.at = (self.at + 1).min(self.bytes.len()),
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => {
                    self.last = Last::Operand;
                    return;
                }
                b'\n' => {
                    self.at = start;
                    return;
                }
                _ => {}
            }
        }
        self.at = start;
    }
}

/// Bytes that a name, a number or a keyword goes on with.
const IS_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let it = byte as u8;
        table[byte] = it.is_ascii_alphanumeric() || matches!(it, b'_' | b'$' | b'\\') || it >= 0x80;
        byte += 1;
    }
    table
};

/// `instanceof`
const LONGEST_KEYWORD: usize = 10;
