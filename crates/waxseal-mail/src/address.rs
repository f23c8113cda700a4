//! Address lists as a mail server reads them: what is written, not what is shown.
//!
//! A display name, a comment or a quoted string that looks like an address is not one, and an address that hides behind them is.

mod visit;

use waxseal_model::Mailbox;

pub use visit::visit_list;

/// The mailboxes of a `To`, `Cc`, `Bcc` or similar value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddressList {
    /// In the order written, duplicates included.
    pub mailboxes: Vec<Mailbox>,
    /// Whether all of it was read: false if something in it is no mailbox, or there is more of it than the limits allow.
    pub complete: bool,
}

/// Reads an address list (RFC 5322 §3.4 and the obsolete forms of §4.4), with the liberties that mail clients take.
///
/// Groups give their members, comments and routes are dropped, encoded words stay as they are, quoted local parts lose their
/// quotes, and a domain keeps the script it is written in. Mail addresses in a value that smuggles in header fields
/// (`a@b\r\nBcc: c@d`) are found too. This is a reading of who may get a mail; for whom a header names for sure, see [`visit_list`].
pub fn parse_list(text: &str) -> AddressList {
    let mut list = AddressList {
        mailboxes: Vec::new(),
        complete: true,
    };
    let text = cut(text, &mut list.complete);
    let mut reader = Reader::new(text, list, Reading::Possible);
    while reader.read_element() {}
    reader.list
}

/// What is taken from an element that says more than one thing: two addresses without a comma between them, or a group whose name is an
/// address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Every address that could be meant.
    Possible,
    /// None of them, and the list is incomplete: readers disagree on whom it names.
    Sure,
}

/// One address being read.
struct Reader<'a> {
    chars: std::str::Chars<'a>,
    list: AddressList,
    /// What stands outside angle brackets.
    pieces: Vec<Piece>,
    /// What stands inside them, once they were opened.
    angle: Option<Vec<Piece>>,
    reading: Reading,
    /// Mailboxes found, those that were taken out of the list included.
    count: usize,
    /// Where the mailboxes of the element being read begin in the list, and how many things it says.
    start: usize,
    parts: usize,
}

/// A part of an address that means something.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// A character outside quotes.
    Char(char),
    /// The text of a quoted string, without quotes and escapes.
    Quoted(String),
    /// White space or a comment.
    Space,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, list: AddressList, reading: Reading) -> Self {
        Self {
            chars: text.chars(),
            list,
            pieces: Vec::new(),
            angle: None,
            reading,
            count: 0,
            start: 0,
            parts: 0,
        }
    }

    /// Reads up to the next comma or semicolon outside brackets; false at the end of the text.
    fn read_element(&mut self) -> bool {
        self.start = self.list.mailboxes.len();
        self.parts = 0;
        let mut in_angle = false;
        while let Some(c) = self.chars.next() {
            let piece = match c {
                '(' => {
                    self.skip_comment();
                    Piece::Space
                }
                '"' => Piece::Quoted(self.quoted('"')),
                '[' => {
                    // RFC 5322 §3.4.1: white space may stand in it, and means nothing.
                    let mut literal = self.quoted(']');
                    literal.retain(|c| !c.is_whitespace());
                    self.push(in_angle, Piece::Char('['));
                    self.push(in_angle, Piece::Quoted(literal));
                    Piece::Char(']')
                }
                '<' if !in_angle => {
                    in_angle = true;
                    // A second pair of brackets without a comma before it: the first is an address too.
                    if self.angle.is_some() {
                        self.finish();
                    }
                    self.angle = Some(Vec::new());
                    continue;
                }
                '>' if in_angle => {
                    in_angle = false;
                    continue;
                }
                // A route, `<@relay,@relay:user@host>` (RFC 5322 §4.4), ends here.
                ':' if in_angle => {
                    self.angle = Some(Vec::new());
                    continue;
                }
                ',' if in_angle => Piece::Space,
                // The name of a group ends here.
                ':' => {
                    self.finish_group_name();
                    continue;
                }
                ',' | ';' if !in_angle => {
                    self.finish_element();
                    return true;
                }
                c if c.is_whitespace() => Piece::Space,
                c => Piece::Char(c),
            };
            self.push(in_angle, piece);
        }
        self.finish_element();
        false
    }

    fn finish_element(&mut self) {
        self.finish();
        if self.parts > 1 && self.reading == Reading::Sure {
            self.list.complete = false;
            self.list.mailboxes.truncate(self.start);
        }
    }

    fn push(&mut self, in_angle: bool, piece: Piece) {
        match (&mut self.angle, in_angle) {
            (Some(angle), true) => angle.push(piece),
            _ => self.pieces.push(piece),
        }
    }

    /// RFC 5322 §3.2.2: comments nest.
    fn skip_comment(&mut self) {
        let mut depth = 1_usize;
        while let Some(c) = self.chars.next() {
            match c {
                '\\' => {
                    self.chars.next();
                }
                '(' => depth += 1,
                ')' => {
                    depth -= 1;
                    if depth == 0 {
                        return;
                    }
                }
                _ => {}
            }
        }
        // It never closes: whatever else was written is inside it.
        self.list.complete = false;
    }

    /// RFC 5322 §3.2.4 for a quoted string, §3.4.1 for a domain literal.
    fn quoted(&mut self, end: char) -> String {
        let mut text = String::new();
        while let Some(c) = self.chars.next() {
            match c {
                '\\' => text.extend(self.chars.next()),
                '\r' | '\n' => {}
                c if c == end => return text,
                c => text.push(c),
            }
        }
        self.list.complete = false;
        text
    }

    /// Drops a group's name, unless addresses stand in it, which no group's name holds.
    fn finish_group_name(&mut self) {
        if self.angle.is_some() || self.pieces.contains(&Piece::Char('@')) {
            self.parts += 1;
            let complete = self.list.complete;
            self.finish();
            self.list.complete = complete;
        }
        self.pieces.clear();
    }

    /// Ends one address.
    fn finish(&mut self) {
        let outside = std::mem::take(&mut self.pieces);
        let address = self.angle.take().unwrap_or(outside);
        let words = split_words(&address);
        let mut any = words.is_empty();
        for word in words {
            let Some(mailbox) = mailbox(word) else { continue };
            any = true;
            self.parts += 1;
            if self.count == MAX_MAILBOXES {
                self.list.complete = false;
                return;
            }
            self.count += 1;
            self.list.mailboxes.push(mailbox);
        }
        self.list.complete &= any;
    }
}

/// Words are what stands between white space, which means nothing around a dot or an at sign (RFC 5322 §4.4).
fn split_words(pieces: &[Piece]) -> Vec<Vec<&Piece>> {
    let mut words: Vec<Vec<&Piece>> = Vec::new();
    let mut after_space = true;
    let mut after_joint = false;
    for piece in pieces {
        if *piece == Piece::Space {
            after_space = true;
            continue;
        }
        let joint = matches!(piece, Piece::Char('.' | '@'));
        match words.last_mut() {
            Some(word) if !after_space || joint || after_joint => word.push(piece),
            _ => words.push(vec![piece]),
        }
        after_space = false;
        after_joint = joint;
    }
    words
}

/// The last at sign outside quotes parts the local part from the domain.
fn mailbox(word: Vec<&Piece>) -> Option<Mailbox> {
    let at = word.iter().rposition(|piece| **piece == Piece::Char('@'))?;
    let text = |pieces: &[&Piece]| {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Char(c) => text.push(*c),
                Piece::Quoted(quoted) => text.push_str(quoted),
                Piece::Space => {}
            }
        }
        text
    };
    Mailbox::from_parts(&text(&word[..at]), &text(&word[at + 1..]))
}

/// Cuts a text to what is read of it.
fn cut<'a>(text: &'a str, complete: &mut bool) -> &'a str {
    if text.len() <= MAX_TEXT {
        return text;
    }
    *complete = false;
    let end = (0..=MAX_TEXT)
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or(0);
    &text[..end]
}

/// Ten times the most recipients any provider in the table takes in one message (SendGrid, 1,000).
const MAX_MAILBOXES: usize = 10_000;
/// Room for that many, each with a display name.
const MAX_TEXT: usize = 1 << 20;

#[cfg(test)]
mod grammar;
#[cfg(test)]
mod tests;
