//! Quoting for Markdown. Its input is escaped text on one line; what comes out holds no markup but code.

/// `text` as code that stands in a line. In code, code hosts see no link, mention, issue or tag.
pub(super) fn code(text: &str) -> String {
    // CommonMark §6.1: a run of backticks longer than any inside ends it; blanks at the ends are taken off.
    let fence = "`".repeat(longest_run(text) + 1);
    // Blanks alone are not taken off, and nothing at all is no code.
    let text = if text.trim().is_empty() { "(blank)" } else { text };
    let blank = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// What [`code`] and [`prose`] made, for a cell of a table: there a bar ends the cell even in code, but for this form, which
/// is taken back before the code is read (GFM §4.10).
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// `text` as code inside an HTML element.
pub(super) fn html_code(text: &str) -> String {
    let mut out = String::from("<code>");
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out.push_str("</code>");
    out
}

/// `text` as a sentence in which every word that could mean anything but itself is code: addresses, paths, names.
pub(super) fn prose(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    // What stands between backticks is code already; a last backtick without a partner is not the beginning of anything.
    let parts = text.split('`').count();
    for (idx, part) in text.split('`').enumerate() {
        let quoted = idx % 2 == 1 && idx + 1 < parts;
        if quoted && !part.trim().is_empty() {
            out.push(code(part));
            continue;
        }
        for word in part.split(' ').filter(|word| !word.is_empty()) {
            // Punctuation right behind code belongs to it.
            let glued = idx > 0 && part.starts_with(word) && word.chars().all(|c| matches!(c, ',' | '.' | ';' | ':'));
            match out.last_mut().filter(|_| glued) {
                Some(last) => last.push_str(word),
                None if is_word(word) => out.push(word.to_owned()),
                None => push_code(&mut out, word),
            }
        }
    }
    out.join(" ")
}

/// The word as code, its closing punctuation outside.
fn push_code(out: &mut Vec<String>, word: &str) {
    let inner = word.trim_end_matches([',', ';', ':', '.']);
    let inner = if inner.is_empty() { word } else { inner };
    out.push(format!("{}{}", code(inner), &word[inner.len()..]));
}

/// A word that no reader takes for anything but a word: letters, or a number, with plain punctuation around.
fn is_word(word: &str) -> bool {
    let inner = word.trim_start_matches('(').trim_end_matches([',', '.', ';', ':', ')']);
    let letters = inner
        .chars()
        .all(|c| c.is_ascii_alphabetic() || matches!(c, '\'' | '-'));
    let digits = inner.chars().all(|c| c.is_ascii_digit());
    // Seven and more hexadecimal digits can be taken for a commit.
    let commit = inner.len() >= 7 && inner.chars().all(|c| c.is_ascii_hexdigit());
    inner.starts_with(|c: char| c.is_ascii_alphanumeric()) && (letters || digits) && !commit
}

/// The length of the longest run of backticks.
pub(super) fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
