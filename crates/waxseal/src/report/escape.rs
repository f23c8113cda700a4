//! Makes text that a package wrote safe to show: what cannot be seen, or changes how other text is seen, becomes visible.
//!
//! Every format passes such text through [`escape`] first and adds its own quoting on top. A terminal, a browser and a
//! program that prints a JSON string again then all show the same harmless characters.

use unicode_width::UnicodeWidthChar;

/// `text` with every character that a reader could not see, or that would move or hide others, in a visible form such as
/// `\u{202e}`, on one line, and cut at `limit` characters with `…`.
pub(crate) fn escape(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len().min(limit));
    let mut marks = 0;
    let mut written = 0;
    for c in text.chars() {
        let visible = visible(c, &mut marks);
        written += visible.length();
        if written > limit {
            out.push('…');
            break;
        }
        visible.push_to(&mut out);
    }
    out
}

/// The visible form of one character. `marks` counts the combining marks that stand on the character before: start with 0.
pub(crate) fn visible(c: char, marks: &mut u32) -> Visible {
    if c == ' ' || c.is_ascii_graphic() {
        *marks = 0;
        return Visible::AsIs(c);
    }
    if is_deceptive(c) {
        *marks = 0;
        return Visible::Escaped(c);
    }
    // Marks without a width are part of ordinary writing, but a heap of them paints over the lines around.
    if c.width() == Some(0) {
        *marks += 1;
        return if *marks > MAX_MARKS {
            Visible::Escaped(c)
        } else {
            Visible::AsIs(c)
        };
    }
    *marks = 0;
    Visible::AsIs(c)
}

/// One character as it may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visible {
    /// Harmless: shown as it is.
    AsIs(char),
    /// Shown as `\n`, `\r`, `\t` or `\u{…}`.
    Escaped(char),
}

impl Visible {
    /// Adds it to `out`.
    pub(crate) fn push_to(self, out: &mut String) {
        match self {
            Self::AsIs(c) => out.push(c),
            Self::Escaped('\n') => out.push_str("\\n"),
            Self::Escaped('\r') => out.push_str("\\r"),
            Self::Escaped('\t') => out.push_str("\\t"),
            Self::Escaped(c) => out.push_str(&c.escape_unicode().to_string()),
        }
    }

    /// How many columns of a terminal it takes.
    pub(crate) fn width(self) -> usize {
        match self {
            Self::AsIs(c) => c.width().unwrap_or(0),
            Self::Escaped(_) => self.length(),
        }
    }

    /// How many characters it is written with.
    pub(crate) fn length(self) -> usize {
        match self {
            Self::AsIs(_) => 1,
            Self::Escaped('\n' | '\r' | '\t') => 2,
            Self::Escaped(c) => c.escape_unicode().len(),
        }
    }
}

/// Whether a character hides, moves or imitates other text, or has no shape that all readers agree on.
fn is_deceptive(c: char) -> bool {
    // C0, DEL, C1: terminal sequences begin here.
    c.is_control()
        // Line and paragraph separators, and every blank that looks like a space and is none.
        || (c.is_whitespace() && c != ' ')
        || DECEPTIVE.iter().any(|(first, last)| (*first..=*last).contains(&c))
        // Noncharacters, the last two of each plane: XML 1.0 forbids two of them.
        || (u32::from(c) & 0xfffe) == 0xfffe
}

/// Ordinary writing stacks up to two marks on a letter.
const MAX_MARKS: u32 = 2;

/// Ranges of deceptive characters beyond control characters and blanks.
const DECEPTIVE: &[(char, char)] = &[
    ('\u{00ad}', '\u{00ad}'),    // soft hyphen
    ('\u{034f}', '\u{034f}'),    // combining grapheme joiner
    ('\u{061c}', '\u{061c}'),    // Arabic letter mark
    ('\u{115f}', '\u{1160}'),    // Hangul fillers
    ('\u{17b4}', '\u{17b5}'),    // Khmer inherent vowels
    ('\u{180b}', '\u{180f}'),    // Mongolian variation selectors and vowel separator
    ('\u{200b}', '\u{200f}'),    // zero-width characters, left-to-right and right-to-left marks
    ('\u{202a}', '\u{202e}'),    // bidirectional embeddings and overrides
    ('\u{2060}', '\u{206f}'), // word joiner, invisible operators, bidirectional isolates, deprecated format characters
    ('\u{2800}', '\u{2800}'), // braille blank
    ('\u{3164}', '\u{3164}'), // Hangul filler
    ('\u{e000}', '\u{f8ff}'), // private use
    ('\u{fdd0}', '\u{fdef}'), // noncharacters
    ('\u{fe00}', '\u{fe0f}'), // variation selectors, which have carried hidden programs
    ('\u{feff}', '\u{feff}'), // byte order mark
    ('\u{ffa0}', '\u{ffa0}'), // halfwidth Hangul filler
    ('\u{fff0}', '\u{fffd}'), // interlinear annotation, object replacement, and what stands for a broken character
    ('\u{1bca0}', '\u{1bca3}'), // shorthand format controls
    ('\u{1d173}', '\u{1d17a}'), // musical format controls
    ('\u{e0000}', '\u{10ffff}'), // tags, variation selectors, private use
];

#[cfg(test)]
mod tests;
