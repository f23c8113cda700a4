//! The part of STIX patterning that names packages and files (STIX 2.1 §9): comparisons joined by `AND` and `OR`.

use std::iter::Peekable;
use std::str::Chars;

/// One comparison: `software:name = 'x'`, `software:version IN ('1.0.0', '1.0.1')`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) path: String,
    pub(super) operator: String,
    pub(super) values: Vec<String>,
}

/// The alternatives of a pattern, each a list of comparisons that must all hold. `None` for what cannot be read or says more than this:
/// `NOT`, `FOLLOWEDBY`, `LIKE`. Qualifiers such as `WITHIN 5 MINUTES` narrow down when something was seen and are left out.
pub(super) fn parse(text: &str) -> Option<Vec<Vec<Comparison>>> {
    let tokens = tokens(text)?;
    let mut parser = Parser {
        tokens: tokens.into_iter().peekable(),
        depth: 0,
    };
    let read = parser.either()?;
    parser.tokens.next().is_none().then_some(read)
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A word, an object path or an operator.
    Word(String),
    Text(String),
    Mark(char),
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(&c) = chars.peek() {
        if tokens.len() >= MAX_TOKENS {
            return None;
        }
        match c {
            c if c.is_whitespace() => drop(chars.next()),
            '\'' => tokens.push(Token::Text(quoted(&mut chars)?)),
            '[' | ']' | '(' | ')' | ',' => {
                chars.next();
                tokens.push(Token::Mark(c));
            }
            '=' | '<' | '>' | '!' => {
                let mut operator = String::new();
                while let Some(c) = chars.next_if(|c| matches!(c, '=' | '<' | '>' | '!')) {
                    operator.push(c);
                }
                tokens.push(Token::Word(if operator == "==" { "=".to_owned() } else { operator }));
            }
            _ => tokens.push(Token::Word(word(&mut chars)?)),
        }
    }
    Some(tokens)
}

/// A text in quotes, in which a backslash keeps what follows.
fn quoted(chars: &mut Peekable<Chars<'_>>) -> Option<String> {
    chars.next();
    let mut out = String::new();
    loop {
        match chars.next()? {
            '\\' => out.push(chars.next()?),
            '\'' => return Some(out),
            c => out.push(c),
        }
    }
}

/// A word, or an object path whose keys may be in quotes and have an index: `file:hashes.'SHA-256'`, `x:list[*].y`.
fn word(chars: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut out = String::new();
    while let Some(&c) = chars.peek() {
        match c {
            '\'' if out.ends_with('.') => out.push_str(&quoted(chars)?),
            '[' if out.contains(':') => {
                for c in chars.by_ref() {
                    out.push(c);
                    if c == ']' {
                        break;
                    }
                }
            }
            c if c.is_whitespace() || "[](),=<>!'".contains(c) => break,
            c => {
                out.push(c);
                chars.next();
            }
        }
    }
    (!out.is_empty()).then_some(out)
}

type Alternatives = Vec<Vec<Comparison>>;

fn values_of(alternatives: &[Vec<Comparison>]) -> usize {
    let of = |it: &Comparison| weight(&it.path) - 1 + it.values.iter().map(|value| weight(value)).sum::<usize>();
    alternatives.iter().flatten().map(of).sum()
}

/// As how many values a text counts: a long one as several.
pub(super) fn weight(text: &str) -> usize {
    1 + text.len() / LONG
}

struct Parser {
    tokens: Peekable<std::vec::IntoIter<Token>>,
    depth: usize,
}

impl Parser {
    fn either(&mut self) -> Option<Alternatives> {
        let mut read = self.both()?;
        let mut values = values_of(&read);
        while self.takes_word("OR") {
            let more = self.both()?;
            values += values_of(&more);
            read.extend(more);
            if read.len() > MAX_ALTERNATIVES || values > MAX_VALUES {
                return None;
            }
        }
        Some(read)
    }

    fn both(&mut self) -> Option<Alternatives> {
        let mut read = self.one()?;
        let mut values = values_of(&read);
        while self.takes_word("AND") {
            let more = self.one()?;
            // Every alternative of one side is written down with every alternative of the other.
            values = values * more.len() + values_of(&more) * read.len();
            if read.len() * more.len() > MAX_ALTERNATIVES || values > MAX_VALUES {
                return None;
            }
            if let [right] = more.as_slice() {
                for left in &mut read {
                    left.extend_from_slice(right);
                }
                continue;
            }
            let joined = |left: &Vec<Comparison>| {
                let left = left.clone();
                more.iter()
                    .map(move |right| [left.as_slice(), right.as_slice()].concat())
                    .collect::<Vec<_>>()
            };
            read = read.iter().flat_map(joined).collect();
        }
        Some(read)
    }

    fn one(&mut self) -> Option<Alternatives> {
        let close = match self.tokens.peek()? {
            Token::Mark('[') => ']',
            Token::Mark('(') => ')',
            _ => return self.comparison().map(|it| vec![vec![it]]),
        };
        self.tokens.next();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let read = self.either()?;
        self.depth -= 1;
        if self.tokens.next()? != Token::Mark(close) {
            return None;
        }
        self.qualifiers();
        Some(read)
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let Token::Word(path) = self.tokens.next()? else {
            return None;
        };
        let Token::Word(operator) = self.tokens.next()? else {
            return None;
        };
        let operator = operator.to_ascii_uppercase();
        if !matches!(operator.as_str(), "=" | "<" | "<=" | ">" | ">=" | "IN") || !path.contains(':') {
            return None;
        }
        let values = if operator == "IN" {
            self.set()?
        } else {
            vec![self.value()?]
        };
        Some(Comparison { path, operator, values })
    }

    fn set(&mut self) -> Option<Vec<String>> {
        if self.tokens.next()? != Token::Mark('(') {
            return None;
        }
        let mut values = Vec::new();
        loop {
            values.push(self.value()?);
            match self.tokens.next()? {
                Token::Mark(',') => {}
                Token::Mark(')') => return Some(values),
                _ => return None,
            }
        }
    }

    fn value(&mut self) -> Option<String> {
        match self.tokens.next()? {
            Token::Text(text) | Token::Word(text) => Some(text),
            Token::Mark(_) => None,
        }
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let is_word = |token: &Token| matches!(token, Token::Word(it) if it.eq_ignore_ascii_case(word));
        self.tokens.next_if(is_word).is_some()
    }

    /// `WITHIN 5 SECONDS`, `REPEATS 3 TIMES`, `START t'…' STOP t'…'`.
    fn qualifiers(&mut self) {
        let begins = |token: &Token| matches!(token, Token::Word(it) if ["WITHIN", "REPEATS", "START", "STOP"].iter().any(|known| it.eq_ignore_ascii_case(known)));
        while self.tokens.next_if(begins).is_some() {
            let belongs = |token: &Token| match token {
                Token::Word(it) => !["AND", "OR", "FOLLOWEDBY"]
                    .iter()
                    .any(|known| it.eq_ignore_ascii_case(known)),
                Token::Text(_) => true,
                Token::Mark(_) => false,
            };
            while self.tokens.next_if(|token| belongs(token) && !begins(token)).is_some() {}
        }
    }
}

/// A pattern that names more is cut into several by those who write them.
const MAX_TOKENS: usize = 200_000;
const MAX_ALTERNATIVES: usize = 20_000;
/// No name and no hash is longer.
const LONG: usize = 256;
/// Of all alternatives together.
pub(super) const MAX_VALUES: usize = 100_000;
const MAX_DEPTH: usize = 64;
