//! The environment variables that a program has a value of its own for: `process.env.MODE ?? 'notify'`. What it does without them is what it
//! does for most, and no guess is as good.

use std::collections::BTreeMap;

use crate::variables::{Kind, LINKS, Words, is_environment, is_variable};

/// The names in these files (path and content) of which every read has a number or a text behind it that is taken instead, in their order,
/// `limit` at most. Texts that are addresses do not count: those of examples lead nowhere.
pub fn defaulted<'f>(files: impl Iterator<Item = (&'f str, &'f [u8])>, limit: usize) -> Vec<String> {
    let mut reads: BTreeMap<&[u8], bool> = BTreeMap::new();
    for (_, bytes) in files.filter(|(path, _)| Kind::of(path) == Kind::Code) {
        let mut words = Words { bytes, at: 0 };
        let mut environment = None;
        while let Some((start, end)) = words.next() {
            let word = &bytes[start..end];
            if let Some(environment) = environment.take() {
                let between: &[u8] = &bytes[environment..start];
                let read = between.len() <= MAX_LINK && LINKS.contains(&between.trim_ascii()) && is_variable(word);
                if read && (reads.len() < MAX_KNOWN || reads.contains_key(word)) {
                    *reads.entry(word).or_insert(true) &= has_default(&bytes[end..]);
                }
            }
            if is_environment(word) {
                environment = Some(end);
            }
        }
    }
    let named = reads.into_iter().filter(|(_, always)| *always);
    named
        .take(limit)
        .map(|(name, _)| String::from_utf8_lossy(name).into_owned())
        .collect()
}

/// Whether what follows a read is `?? 'notify'`, `|| 25` or the like.
fn has_default(rest: &[u8]) -> bool {
    let closing = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`])".contains(byte);
    let skip = rest.iter().take(MAX_SPACE).take_while(|byte| closing(byte)).count();
    let rest = &rest[skip..];
    let Some(value) = rest.strip_prefix(b"??").or_else(|| rest.strip_prefix(b"||")) else {
        return false;
    };
    let value = value.trim_ascii_start();
    match value.first() {
        Some(byte) if byte.is_ascii_digit() => true,
        Some(quote @ (b'"' | b'\'' | b'`')) => {
            let Some(length) = value[1..].iter().take(MAX_TEXT).position(|byte| byte == quote) else {
                return false;
            };
            let text = &value[1..=length];
            let address = text.contains(&b'@') || memchr::memmem::find(text, b"localhost").is_some();
            !text.is_empty() && !address && memchr::memmem::find(text, b"127.0.0.1").is_none()
        }
        _ => false,
    }
}

/// Bytes between an environment and a name.
const MAX_LINK: usize = 8;
/// Spaces and signs between a name and what is taken instead.
const MAX_SPACE: usize = 16;
const MAX_TEXT: usize = 200;
/// Names that are counted.
const MAX_KNOWN: usize = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found = defaulted([("a.js", text.as_bytes())].into_iter(), 100);
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_variable_has_a_default_where_every_read_has_one() {
        check("process.env.MODE ?? 'notify'", &["MODE"]);
        check("parseInt(process.env.RATE || 10, 10)", &["RATE"]);
        check("(process.env[\"MODE\"] || \"notify\")", &["MODE"]);
        check("env.BB ?? `b`; env.AA || 1", &["AA", "BB"]);
        for none in [
            "process.env.MODE",
            "process.env.MODE ?? ''",
            "process.env.MODE ?? other",
            "process.env.MODE || process.env.KIND",
            "process.env.MODE ?? 'notify'; use(process.env.MODE)",
            "process.env.FROM || 'hello@shop.example'",
            "process.env.MAIL_HOST || 'localhost'",
            "process.env.BASE || 'http://127.0.0.1:1025'",
            "config.MODE ?? 'notify'",
            "process.env.MODE ?? 'noti",
            "process.env.MODE === 'a' ? 1 : 2",
        ] {
            check(none, &[]);
        }
    }
}
