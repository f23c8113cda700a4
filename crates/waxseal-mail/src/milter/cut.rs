//! Whether a mail server may have cut a header field, without a word, so that more people are named in the mail than the field now says.

/// Whether a field with recipients may be only the beginning of what was written.
///
/// Postfix cuts a field in two ways before a filter sees it (3.7.11, measured): at the end of the line before 60,000 bytes, and, where it
/// rewrites addresses, behind 10,240 tokens (`header_address_token_limit`), in the middle of an address. The first is told by the length, less one line
/// at its longest (`line_length_limit`, 2,048 bytes), the second by its tokens. A comma at the end has somebody behind it that is missing.
pub(super) fn may_be_cut(value: &[u8]) -> bool {
    value.len() >= LONGEST - LINE
        || value.trim_ascii_end().ends_with(b",")
        || (value.len() > FEWEST_TOKENS && (FEWEST_TOKENS..=MOST_TOKENS).contains(&tokens(value)))
}

/// Counts tokens as Postfix does: words, quoted strings, comments and domain literals, and each special character (RFC 822 §3.3).
fn tokens(value: &[u8]) -> usize {
    let mut count = 0;
    let mut at = 0;
    while let Some(&byte) = value.get(at) {
        let end = match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'"' => closing(value, at, b'"'),
            b'(' => closing(value, at, b')'),
            b'[' => closing(value, at, b']'),
            other if is_special(other) => at + 1,
            _ => {
                let rest = &value[at..];
                let length = rest.iter().position(|it| is_special(*it) || it.is_ascii_whitespace());
                at + length.unwrap_or(rest.len())
            }
        };
        count += 1;
        at = end;
    }
    count
}

fn is_special(byte: u8) -> bool {
    b"()<>@,;:\\\".[]".contains(&byte)
}

/// Behind the next closing character that has no backslash before it.
fn closing(value: &[u8], open: usize, close: u8) -> usize {
    let mut at = open + 1;
    while let Some(&byte) = value.get(at) {
        at += 1;
        if byte == b'\\' {
            at += 1;
        } else if byte == close {
            break;
        }
    }
    at.min(value.len())
}

const LONGEST: usize = 60_000;
const LINE: usize = 2048;
/// Postfix counts 10,240; a token that was cut in two may count once more or less.
const FEWEST_TOKENS: usize = 10_230;
const MOST_TOKENS: usize = 10_250;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_counted_as_postfix_counts_them() {
        let check = |value: &str, expected: usize| assert_eq!(tokens(value.as_bytes()), expected, "{value}");
        check("", 0);
        check("user1@customer.example, ", 6);
        check("A B <a@b.example>", 9);
        check("\"A \\\" B\" <a@[192.0.2.1]> (a (comment)", 7);
        check("\"never closed", 1);
        check("\\", 1);
    }

    #[test]
    fn what_postfix_cuts_is_known_as_such() {
        let check =
            |value: &str, expected: bool| assert_eq!(may_be_cut(value.as_bytes()), expected, "{} bytes", value.len());
        let list = |count: usize| (0..count).map(|n| format!("u{n}@c.example")).collect::<Vec<_>>();
        check(&list(1000).join(", "), false);
        check(&list(1706).join(", "), true);
        check(&format!("{}, u1706@c", list(1706).join(", ")), true);
        // More than 10,240 tokens: it was not cut at them.
        check(&list(1750).join(", "), false);
        check(&list(3000).join(", "), false);
        check("a@b.example,\n ", true);
        check("a@b.example", false);
        check(&format!("{}a@b.example", " ".repeat(58_000)), true);
        check(&format!("{}a@b.example", " ".repeat(57_000)), false);
    }
}
