//! Letters of other scripts that are drawn like ASCII, and characters that are not drawn at all.

/// What a letter is drawn like (Unicode Technical Standard 39, confusables, the letters of Cyrillic, Greek and Armenian that have an
/// ASCII twin in most typefaces).
const TWINS: [(char, char); 52] = [
    ('а', 'a'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('у', 'y'),
    ('х', 'x'),
    ('ѕ', 's'),
    ('і', 'i'),
    ('ј', 'j'),
    ('ԁ', 'd'),
    ('һ', 'h'),
    ('ԛ', 'q'),
    ('ԝ', 'w'),
    ('ӏ', 'l'),
    ('ʟ', 'l'),
    ('А', 'a'),
    ('В', 'b'),
    ('Е', 'e'),
    ('К', 'k'),
    ('М', 'm'),
    ('Н', 'h'),
    ('О', 'o'),
    ('Р', 'p'),
    ('С', 'c'),
    ('Т', 't'),
    ('Х', 'x'),
    ('Ѕ', 's'),
    ('І', 'i'),
    ('Ј', 'j'),
    ('ο', 'o'),
    ('ν', 'v'),
    ('α', 'a'),
    ('ρ', 'p'),
    ('υ', 'u'),
    ('ι', 'i'),
    ('κ', 'k'),
    ('τ', 't'),
    ('Α', 'a'),
    ('Β', 'b'),
    ('Ε', 'e'),
    ('Η', 'h'),
    ('Ι', 'i'),
    ('Κ', 'k'),
    ('Μ', 'm'),
    ('Ν', 'n'),
    ('Ο', 'o'),
    ('Ρ', 'p'),
    ('Τ', 't'),
    ('Χ', 'x'),
    ('ո', 'n'),
    ('օ', 'o'),
];

/// The text as it is drawn, in lower case; `None` where that is as it is written.
pub(super) fn drawn(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut changed = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let twin = twin(c);
        changed |= twin != Some(c);
        out.extend(twin.map(|c| c.to_ascii_lowercase()));
    }
    changed.then_some(out)
}

/// The words of a text that hold letters of another script, each as it is drawn in ASCII throughout. What is not drawn separates words
/// here: editors and sites leave it in texts.
pub(super) fn disguised(text: &str) -> Vec<String> {
    if text.is_ascii() {
        return Vec::new();
    }
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '/');
    let words = text.split(|c: char| !is_part(c));
    words
        .filter_map(drawn)
        .filter(|word| !word.is_empty() && word.is_ascii())
        .take(MAX_WORDS)
        .collect()
}

/// The ASCII character it is drawn like, itself where it has no twin, or none where nothing is drawn.
fn twin(c: char) -> Option<char> {
    match c {
        _ if c.is_ascii() => Some(c),
        // Zero-width spaces, joiners and marks, soft hyphens, and what turns the direction of writing (Unicode 15, chapter 23).
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => None,
        // Fullwidth forms stand in the order of ASCII.
        '\u{ff01}'..='\u{ff5e}' => u8::try_from(u32::from(c) - 0xff01 + 0x21).ok().map(char::from),
        _ => Some(TWINS.iter().find(|(own, _)| *own == c).map_or(c, |(_, ascii)| *ascii)),
    }
}

/// A text in which every word is disguised says it with the first ones.
const MAX_WORDS: usize = 50;
