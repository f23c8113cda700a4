//! The environment variables that a package may read, by name: more than it does read, so that a run can give each a value.
//!
//! `capabilities` finds the reads themselves, which are evidence. Here the code is only looked through for names, in one pass over its
//! bytes without a syntax tree: `function f(env) { return env.API_KEY }` reads what its callers hand it, and who they are is not asked.
//! A name too many is a variable that nobody reads; a name too few is a program that stops because it was not told its key.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

/// How sure a name is, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// A member of something that is called an environment: `env.NAME`, `this.env["name"]`.
    Member,
    /// A member, key or text that ends as variables do: `X.API_KEY`, `{ SMTP_HOST }`, `"MAIL_FROM"`.
    Usual,
    /// Named by an example of the settings, the manual, or the manifest of a server.
    Told,
    /// Any other name in capitals.
    Possible,
}

/// The names in these files (path and content), the likeliest first, `limit` at most.
pub fn variables<'f>(files: impl Iterator<Item = (&'f str, &'f [u8])>, limit: usize) -> Vec<String> {
    let mut found: FxHashMap<&[u8], (Rank, u32)> = FxHashMap::default();
    let mut spoken_of = false;
    for (path, bytes) in files {
        let mut note = |name: &'f [u8], rank: Rank| {
            if found.len() >= MAX_KNOWN && !found.contains_key(name) {
                return;
            }
            let entry = found.entry(name).or_insert((rank, 0));
            entry.0 = entry.0.min(rank);
            entry.1 = entry.1.saturating_add(1);
        };
        match Kind::of(path) {
            Kind::Code => {
                spoken_of |= memchr::memmem::find(bytes, b"env").is_some();
                in_code(bytes, &mut note);
            }
            Kind::Settings => in_text(bytes, &mut note, |_, after| after == b'='),
            Kind::Manual => in_text(bytes, &mut note, |before, after| {
                after == b'=' || (matches!(before, b'`' | b'"') && before == after)
            }),
            Kind::Manifest => in_text(bytes, &mut note, |_, _| true),
            Kind::Other => {}
        }
    }
    // Where no code speaks of an environment, a name in capitals is a constant.
    let mut ranked: Vec<(Rank, Reverse<u32>, &[u8])> = found
        .into_iter()
        .filter(|(_, (rank, _))| spoken_of || *rank != Rank::Possible)
        .map(|(name, (rank, count))| (rank, Reverse(count), name))
        .collect();
    ranked.sort_unstable();
    let names = ranked
        .into_iter()
        .map(|(_, _, name)| String::from_utf8_lossy(name).into_owned());
    names.take(limit).collect()
}

/// What a file is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Code,
    /// `.env.example` and its like.
    Settings,
    Manual,
    /// Says how a server is started: `server.json`, `manifest.json`, `smithery.yaml`, `Dockerfile`.
    Manifest,
    Other,
}

impl Kind {
    pub(crate) fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        if name.starts_with(".env") || name.starts_with("env.") || name.ends_with(".env") {
            return Self::Settings;
        }
        if MANIFESTS.contains(&name.as_str()) {
            return Self::Manifest;
        }
        if name.ends_with(".d.ts") || name.ends_with(".d.mts") || name.ends_with(".d.cts") {
            return Self::Other;
        }
        match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("js" | "cjs" | "mjs" | "ts" | "cts" | "mts" | "jsx" | "tsx") | None => Self::Code,
            Some("md" | "mdx" | "markdown" | "txt") => Self::Manual,
            _ => Self::Other,
        }
    }
}

/// Looks at every word of a script.
fn in_code<'f>(bytes: &'f [u8], note: &mut impl FnMut(&'f [u8], Rank)) {
    let mut words = Words { bytes, at: 0 };
    // The end of the last word that was called an environment.
    let mut environment = None;
    while let Some((start, end)) = words.next() {
        let word = &bytes[start..end];
        let capitals = is_variable(word);
        let (before, at) = last_sign(bytes, start);
        if let (Some(environment), true) = (environment, word.len() <= MAX_NAME) {
            // What stands between decides: `.`, `?.`, `["`, `.get("`.
            let between = &bytes[environment..start];
            if between.len() <= 8 && LINKS.contains(&between.trim_ascii()) && !METHODS.contains(&word) {
                note(word, Rank::Member);
            }
        }
        if is_environment(word) {
            environment = Some(end);
        } else if !(matches!(word, b"get") && before == b'.') {
            environment = None;
        }
        if !capitals {
            continue;
        }
        let after = next_sign(bytes, end);
        let quoted = matches!(before, b'"' | b'\'' | b'`') && at + 1 == start && bytes.get(end) == Some(&before);
        let member = before == b'.';
        let key = after == b':' || (matches!(before, b'{' | b',') && matches!(after, b',' | b'}' | b'='));
        if quoted || member || key {
            note(word, if is_usual(word) { Rank::Usual } else { Rank::Possible });
        }
    }
}

/// Looks at every name in capitals that has a word like others before it; `fits` is given the signs around it.
fn in_text<'f>(bytes: &'f [u8], note: &mut impl FnMut(&'f [u8], Rank), fits: impl Fn(u8, u8) -> bool) {
    let mut words = Words { bytes, at: 0 };
    while let Some((start, end)) = words.next() {
        let word = &bytes[start..end];
        let before = start.checked_sub(1).map_or(b'\n', |at| bytes[at]);
        let after = bytes.get(end).copied().unwrap_or(b'\n');
        if is_variable(word) && (word.contains(&b'_') || is_usual(word)) && fits(before, after) {
            note(word, Rank::Told);
        }
    }
}

/// The words of a text, as positions.
pub(crate) struct Words<'f> {
    pub(crate) bytes: &'f [u8],
    pub(crate) at: usize,
}

impl Words<'_> {
    pub(crate) fn next(&mut self) -> Option<(usize, usize)> {
        let start = self.at + self.bytes[self.at..].iter().position(|it| is_word(*it))?;
        let length = self.bytes[start..].iter().position(|it| !is_word(*it));
        let end = length.map_or(self.bytes.len(), |length| start + length);
        self.at = end;
        Some((start, end))
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$'
}

/// The sign before a position, without spaces, and where it is.
fn last_sign(bytes: &[u8], start: usize) -> (u8, usize) {
    let near = start.saturating_sub(MAX_SPACE);
    let found = bytes[near..start].iter().rposition(|it| !it.is_ascii_whitespace());
    found.map_or((b' ', near), |at| (bytes[near + at], near + at))
}

/// The sign behind a position, without spaces.
fn next_sign(bytes: &[u8], end: usize) -> u8 {
    let near = bytes.len().min(end + MAX_SPACE);
    let found = bytes[end..near].iter().find(|it| !it.is_ascii_whitespace());
    found.copied().unwrap_or(b' ')
}

/// Whether a word is written as variables are (POSIX.1-2017, section 8.1: capitals, digits and underscores, no digit first).
pub(crate) fn is_variable(word: &[u8]) -> bool {
    word.len() > 1
        && word.len() <= MAX_NAME
        && word[0].is_ascii_uppercase()
        && word
            .iter()
            .all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || *it == b'_')
}

/// Whether a name ends in what variables are about.
fn is_usual(word: &[u8]) -> bool {
    let last = word.rsplit(|it| *it == b'_').next().unwrap_or(word);
    let text = std::str::from_utf8(last).unwrap_or_default();
    ENDINGS.contains(&text.trim_end_matches(|c: char| c.is_ascii_digit()))
}

/// `env`, `processEnv`, `ENV`, `environment`.
pub(crate) fn is_environment(word: &[u8]) -> bool {
    let ends = |ending: &[u8]| {
        let from = word.len().checked_sub(ending.len());
        from.is_some_and(|from| word[from..].eq_ignore_ascii_case(ending))
    };
    ends(b"env") || ends(b"environ") || ends(b"environment")
}

/// What leads from an environment to a name.
pub(crate) const LINKS: [&[u8]; 13] = [
    b".", b"?.", b"!.", b"[\"", b"['", b"[`", b"?.[\"", b"?.['", b").", b")?.", b")[\"", b".get(\"", b".get('",
];

/// What is called on an environment, or leads to one.
const METHODS: [&[u8]; 8] = [
    b"get",
    b"env",
    b"hasOwnProperty",
    b"toString",
    b"prototype",
    b"default",
    b"parse",
    b"process",
];

/// Files that say how a server is started.
const MANIFESTS: [&str; 8] = [
    "server.json",
    "manifest.json",
    "smithery.yaml",
    "smithery.yml",
    "dockerfile",
    "docker-compose.yml",
    "docker-compose.yaml",
    "app.json",
];

/// Last words of variables.
#[rustfmt::skip]
const ENDINGS: [&str; 64] = [
    "KEY", "APIKEY", "SECRET", "TOKEN", "PASSWORD", "PASS", "PASSWD", "PWD", "AUTH", "CREDENTIALS", "DSN", "PAT", "SID", "USER",
    "USERNAME", "LOGIN", "ACCOUNT", "EMAIL", "MAIL", "FROM", "TO", "CC", "BCC", "SENDER", "RECIPIENT", "RECIPIENTS", "ADDRESS", "DOMAIN",
    "HOST", "HOSTNAME", "SERVER", "PORT", "URL", "URI", "ENDPOINT", "WEBHOOK", "ORIGIN", "REGION", "SECURE", "TLS", "SSL", "STARTTLS",
    "ENABLED", "ID", "NAME", "PROJECT", "STREAM", "TENANT", "ENV", "ENVIRONMENT", "STAGE", "TIMEOUT", "PROVIDER", "SERVICE", "TRANSPORT",
    "BUCKET", "REGISTRY", "PROFILE", "SIGNATURE", "BASE", "TEMPLATE", "GRANT", "INBOX", "API",
];

/// Longer names are none.
const MAX_NAME: usize = 64;
/// Spaces that are looked across.
const MAX_SPACE: usize = 64;
/// Names that are counted; the largest bundles have some thousands.
const MAX_KNOWN: usize = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expected: &[&str]) {
        let found = variables([(path, text.as_bytes())].into_iter(), 100);
        let missing: Vec<&&str> = expected
            .iter()
            .filter(|it| !found.iter().any(|name| name == **it))
            .collect();
        assert!(missing.is_empty(), "{missing:?} of {found:?} in {text}");
    }

    #[test]
    fn names_read_through_a_parameter_or_another_name_are_found() {
        check(
            "a.js",
            "function f(env) { return env.API_KEY } f(process.env)",
            &["API_KEY"],
        );
        check("a.js", "const { env } = process; env.X9", &["X9"]);
        check("a.js", "const e = process.env; e[\"X_TOKEN\"]", &["X_TOKEN"]);
        check("a.js", "const f = (e = process.env) => e.MAIL_FROM", &["MAIL_FROM"]);
        check(
            "a.js",
            "class A { env = process.env; key() { return this.env.smtpHost } }",
            &["smtpHost"],
        );
        check("a.js", "Object.assign({}, process.env).QUITE_ODD", &["QUITE_ODD"]);
        check(
            "a.js",
            "function f({ SMTP_HOST, SMTP_PORT = 25, A_B: c }) {} f(process.env)",
            &["SMTP_HOST", "SMTP_PORT", "A_B"],
        );
        check(
            "a.ts",
            "cleanEnv(process.env, { ADMIN_EMAIL: email(), REDIS_URL: url() })",
            &["ADMIN_EMAIL", "REDIS_URL"],
        );
        check(
            "a.mjs",
            "const need = ['POSTMARK_SERVER_TOKEN'].filter(it => !process.env[it])",
            &["POSTMARK_SERVER_TOKEN"],
        );
        check("a.js", "(0, process.env)?.mail_host", &["mail_host"]);
    }

    #[test]
    fn names_that_only_the_manual_or_the_settings_tell_are_found() {
        check(
            ".env.example",
            "# key\nexport SMTP_HOST=\nOTHER_THING=1\n",
            &["SMTP_HOST", "OTHER_THING"],
        );
        check(
            "README.md",
            "Set `MAIL_TOKEN`, or run `ODD_ONE=1 npx x`: { \"env\": { \"A_KEY\": \"…\" } }",
            &["MAIL_TOKEN", "ODD_ONE", "A_KEY"],
        );
        check(
            "server.json",
            r#"{"environmentVariables":[{"name":"INBOX_TOKEN"}]}"#,
            &["INBOX_TOKEN"],
        );
    }

    #[test]
    fn the_likeliest_come_first_and_constants_of_a_file_without_an_environment_do_not_count() {
        let text = b"const A_B = 1; x.SOME_CONSTANT; x.API_KEY";
        assert_eq!(variables([("a.js", &text[..])].into_iter(), 9), ["API_KEY"]);
        let text = b"x.SOME_CONSTANT; x.API_KEY; env.zed";
        assert_eq!(
            variables([("a.js", &text[..])].into_iter(), 9),
            ["zed", "API_KEY", "SOME_CONSTANT"]
        );
        assert_eq!(variables([("a.js", &text[..])].into_iter(), 1), ["zed"]);
        assert!(variables([("a.d.ts", &text[..]), ("a.png", &text[..])].into_iter(), 9).is_empty());
    }

    #[test]
    fn bytes_that_are_no_text_are_read_without_harm() {
        let bytes: Vec<u8> = (0..=255).cycle().take(10_000).collect();
        variables(
            [("a.js", bytes.as_slice()), ("README.md", bytes.as_slice())].into_iter(),
            9,
        );
        check("a.js", "env.", &[]);
        check("a.js", "X", &[]);
    }
}
