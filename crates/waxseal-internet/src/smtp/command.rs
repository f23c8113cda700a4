//! Reads one command line (RFC 5321 §4.1.1), more generously than the grammar: real clients leave out brackets and add spaces.

/// A command and what follows its verb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    /// EHLO, HELO or LHLO, with the name the client gives itself.
    Hello(Hello, String),
    /// MAIL FROM.
    Mail(Path),
    /// RCPT TO.
    Recipient(Path),
    /// DATA.
    Data,
    /// BDAT (RFC 3030 §2): size, and whether it is the last chunk.
    Chunk(u64, IsLast),
    /// STARTTLS (RFC 3207).
    StartTls,
    /// AUTH (RFC 4954): mechanism in upper case, initial response.
    Auth(String, Option<String>),
    /// RSET.
    Reset,
    /// NOOP.
    Nothing(String),
    /// VRFY.
    Verify(String),
    /// HELP.
    Help(String),
    /// QUIT.
    Quit,
    /// A verb of SMTP that no one implements any more: EXPN, TURN, ETRN, SEND, SOML, SAML.
    Unimplemented,
    /// A verb of SMTP with arguments that make no sense, and how they should be.
    Malformed(&'static str),
    /// No verb of SMTP.
    Unknown,
}

/// With what a client greets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hello {
    /// RFC 5321 §4.1.1.1, extended.
    Ehlo,
    /// RFC 5321 §4.1.1.1, the old form.
    Helo,
    /// RFC 2033 §4.1: it speaks LMTP.
    Lhlo,
}

/// Whether a chunk is the last one.
pub(crate) type IsLast = bool;

/// What MAIL and RCPT name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Path {
    /// The mailbox without brackets and without source route; empty for the null path.
    pub(crate) mailbox: String,
    /// A source route (RFC 5321 appendix C) or text outside of the brackets was left out of `mailbox`.
    pub(crate) shortened: bool,
    /// `KEYWORD=value`, as they were sent.
    pub(crate) parameters: Vec<String>,
}

impl Path {
    /// A parameter's value; empty for one without.
    pub(crate) fn parameter(&self, keyword: &str) -> Option<&str> {
        self.parameters.iter().find_map(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            name.eq_ignore_ascii_case(keyword).then_some(value)
        })
    }

    /// The first parameter whose keyword is not among these.
    pub(crate) fn unknown_parameter(&self, known: &[&str]) -> Option<&str> {
        let keyword = |parameter: &str| parameter.split('=').next().unwrap_or_default().to_ascii_uppercase();
        let unknown = |parameter: &&String| !known.contains(&keyword(parameter).as_str());
        self.parameters.iter().find(unknown).map(String::as_str)
    }
}

/// Reads a line without its end.
pub(crate) fn read(line: &[u8]) -> Command {
    let line = String::from_utf8_lossy(line);
    let line = line.trim_matches(is_blank);
    let (verb, rest) = line.split_once(is_blank).unwrap_or((line, ""));
    let rest = rest.trim_start_matches(is_blank);
    match verb.to_ascii_uppercase().as_str() {
        "EHLO" => hello(Hello::Ehlo, rest),
        "HELO" => hello(Hello::Helo, rest),
        "LHLO" => hello(Hello::Lhlo, rest),
        "MAIL" => path(rest, "FROM").map_or(Command::Malformed("MAIL FROM:<address>"), Command::Mail),
        "RCPT" => recipient(rest),
        "DATA" if rest.is_empty() => Command::Data,
        "DATA" => Command::Malformed("DATA"),
        "BDAT" => chunk(rest),
        "STARTTLS" if rest.is_empty() => Command::StartTls,
        "STARTTLS" => Command::Malformed("STARTTLS"),
        "AUTH" => auth(rest),
        "RSET" => Command::Reset,
        "NOOP" => Command::Nothing(rest.to_owned()),
        "VRFY" if rest.is_empty() => Command::Malformed("VRFY address"),
        "VRFY" => Command::Verify(rest.to_owned()),
        "HELP" => Command::Help(rest.to_owned()),
        "QUIT" => Command::Quit,
        "EXPN" | "TURN" | "ETRN" | "SEND" | "SOML" | "SAML" => Command::Unimplemented,
        _ => without_space(line),
    }
}

/// `MAILFROM:` and `RCPTTO:`, which no server refuses that wants the mail.
fn without_space(line: &str) -> Command {
    let begins = |verb: &str| {
        line.get(..verb.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(verb))
    };
    if begins("MAILFROM:") || begins("RCPTTO:") {
        let (verb, rest) = line.split_at(4);
        return read(format!("{verb} {rest}").as_bytes());
    }
    Command::Unknown
}

fn hello(kind: Hello, name: &str) -> Command {
    if name.is_empty() {
        return Command::Malformed(match kind {
            Hello::Ehlo => "EHLO hostname",
            Hello::Helo => "HELO hostname",
            Hello::Lhlo => "LHLO hostname",
        });
    }
    Command::Hello(kind, name.to_owned())
}

fn recipient(rest: &str) -> Command {
    match path(rest, "TO") {
        // RFC 5321 §4.1.1.3: only MAIL has the null path.
        Some(path) if !path.mailbox.is_empty() => Command::Recipient(path),
        _ => Command::Malformed("RCPT TO:<address>"),
    }
}

/// RFC 3030 §2: `"BDAT" SP chunk-size [ SP "LAST" ]`.
fn chunk(rest: &str) -> Command {
    let mut words = rest.split(is_blank).filter(|word| !word.is_empty());
    let size = words.next().and_then(|word| word.parse::<u64>().ok());
    match (size, words.next(), words.next()) {
        (Some(size), None, None) => Command::Chunk(size, false),
        (Some(size), Some(last), None) if last.eq_ignore_ascii_case("LAST") => Command::Chunk(size, true),
        _ => Command::Malformed("BDAT count [LAST]"),
    }
}

/// RFC 4954 §4: `"AUTH" SP sasl-mech [SP initial-response]`.
fn auth(rest: &str) -> Command {
    let (mechanism, response) = rest.split_once(is_blank).unwrap_or((rest, ""));
    if mechanism.is_empty() {
        return Command::Malformed("AUTH mechanism");
    }
    let response = response.trim_matches(is_blank);
    let response = (!response.is_empty()).then(|| response.to_owned());
    Command::Auth(mechanism.to_ascii_uppercase(), response)
}

/// `FROM:<path> parameters`, where the colon, the brackets and the spaces may be missing or too many.
fn path(rest: &str, keyword: &str) -> Option<Path> {
    if !rest.get(..keyword.len())?.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let rest = rest[keyword.len()..].trim_start_matches(is_blank);
    let rest = rest.strip_prefix(':').unwrap_or(rest).trim_start_matches(is_blank);
    // `MAIL FROM:Name <mailbox>`: some clients send the whole header field.
    let outside = rest.find('<').filter(|open| !rest[..*open].contains('@'));
    let (inside, parameters) = match outside {
        Some(open) => split_at_end(&rest[open + 1..], '>'),
        None => split_at_end(rest, ' '),
    };
    if outside.is_none() && inside.is_empty() {
        return None;
    }
    let mailbox = without_route(inside.trim_matches(is_blank));
    Some(Path {
        mailbox: mailbox.to_owned(),
        shortened: mailbox.len() < inside.trim_matches(is_blank).len() || outside.is_some_and(|open| open > 0),
        parameters: parameters
            .split(is_blank)
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect(),
    })
}

/// Splits at a character that is not within a quoted local part (RFC 5321 §4.1.2); all of it when there is none.
fn split_at_end(text: &str, end: char) -> (&str, &str) {
    let mut quoted = false;
    let mut escaped = false;
    for (idx, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if character == end && !quoted => return (&text[..idx], &text[idx + character.len_utf8()..]),
            _ => {}
        }
    }
    // An unbalanced quote would swallow the bracket and the parameters.
    match text.split_once(end) {
        Some((inside, rest)) if quoted => (inside, rest),
        _ => (text, ""),
    }
}

/// RFC 5321 §4.1.1.3: source routes are stripped: `@one.example,@two.example:mailbox`.
fn without_route(inside: &str) -> &str {
    match inside.split_once(':') {
        Some((route, mailbox)) if route.starts_with('@') => mailbox,
        _ => inside,
    }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r')
}
