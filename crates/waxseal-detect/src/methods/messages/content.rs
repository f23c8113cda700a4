//! What is in a message beside what was asked for, and what is missing.

use std::collections::BTreeSet;

use waxseal_model::{Call, Confidence, ContentKind, Driver, Mail, Mailbox, Severity};

use super::recipients::prove;
use super::{ADDED_TEXT, CONTENT, Claim, Claims, MAX_NAME, PIXEL, UNASKED_RECIPIENT};
use crate::asked::{Asked, holds, is_own_domain};
use crate::proof::{self, Values};

/// Compares what is in a message with what was asked for.
pub(super) fn compare(mail: &Mail, calls: &[&Call], claims: &mut Claims) {
    let mut claim = |indicator, key: String, weight, summary, values: &[(&str, String)]| {
        let proof = values
            .iter()
            .fold(prove(mail, calls), |proof, (name, value)| proof.with(name, value));
        claims.add(
            Claim {
                indicator,
                key,
                weight,
                summary,
            },
            proof,
        );
    };
    let medium = (Severity::Medium, Confidence::Medium);
    let changed = |wanted: &str| mail.message.template.is_none() && !wanted.is_empty();
    for call in calls.iter().filter(|call| call.requested.sends) {
        let name = proof::cut(&call.name, MAX_NAME);
        if let Some(subject) = call.requested.subject.as_deref().filter(|it| changed(it))
            && !mail.message.subject.as_deref().is_some_and(|is| is.contains(subject))
        {
            claim(
                CONTENT,
                format!("{name} subject"),
                medium,
                format!("`{name}` sends another subject than it was given"),
                &[],
            );
        }
        let texts = call
            .requested
            .contents
            .iter()
            .filter(|(kind, text)| *kind != ContentKind::Attachment && changed(text));
        if texts.clone().next().is_some() && !texts.clone().any(|(_, text)| holds(mail, text)) {
            claim(
                CONTENT,
                format!("{name} text"),
                medium,
                format!("`{name}` sends another text than it was given"),
                &[],
            );
        }
    }
    let wanted = calls.iter().flat_map(|call| &call.requested.contents);
    let wanted: usize = wanted.filter(|(kind, _)| *kind == ContentKind::Attachment).count();
    let attached: Vec<_> = mail
        .message
        .contents
        .iter()
        .filter(|it| it.kind == ContentKind::Attachment)
        .collect();
    let sure = calls
        .iter()
        .all(|call| !matches!(call.driver, Driver::Exports | Driver::Documentation));
    // What is described takes a text as it is; what is guessed may frame it.
    let added = match sure {
        true => (Severity::Critical, Confidence::Medium),
        false => (Severity::High, Confidence::Medium),
    };
    if attached.len() > wanted {
        let name = attached
            .last()
            .and_then(|it| it.name.clone())
            .unwrap_or_else(|| "(no name)".to_owned());
        let summary = format!(
            "a message carries the file `{}`, which nobody attached",
            proof::cut(&name, MAX_NAME)
        );
        claim(PIXEL, format!("file {name}"), added, summary, &[("file", name)]);
    }
    for link in links(mail) {
        let host = host_of(&link.url);
        if is_own_domain(host) || (link.loads && is_of_server(mail, host)) {
            continue;
        }
        let (indicator, weight, what) = match (link.loads, sure) {
            (true, _) => (PIXEL, added, "loads a picture"),
            (false, true) => (CONTENT, added, "links to something"),
            (false, false) => (CONTENT, (Severity::Medium, Confidence::Low), "links to something"),
        };
        let asked = calls
            .iter()
            .flat_map(|call| &call.requested.contents)
            .any(|(_, text)| text.contains(&link.url));
        if !asked {
            let summary = format!(
                "a message {what} at {}, which nobody put there",
                proof::cut(host, MAX_NAME)
            );
            claim(
                indicator,
                format!("{what} {host}"),
                weight,
                summary,
                &[("url", link.url.clone()), ("host", host.to_owned())],
            );
        }
    }
}

/// A picture of the provider that the message is handed to: that is what its own tracking loads.
fn is_of_server(mail: &Mail, host: &str) -> bool {
    let domain = |host: &str| host.rsplit('.').take(2).map(str::to_lowercase).collect::<Vec<_>>();
    let server = mail
        .server
        .rsplit_once(':')
        .map_or(mail.server.as_str(), |(host, _)| host);
    mail.message.channel != "generic" && domain(server) == domain(host)
}

/// Compares the text of a message with the text it was asked for, where it holds that: what stands beside it was added.
pub(super) fn additions(mail: &Mail, calls: &[&Call], claims: &mut Claims) {
    let sure = calls
        .iter()
        .all(|call| !matches!(call.driver, Driver::Exports | Driver::Documentation));
    if !sure || mail.message.template.is_some() {
        return;
    }
    let asked: Vec<&str> = calls
        .iter()
        .flat_map(|call| {
            call.requested
                .contents
                .iter()
                .map(|(_, text)| text.as_str())
                .chain(call.requested.subject.as_deref())
        })
        .collect();
    let texts = mail
        .message
        .contents
        .iter()
        .filter(|it| matches!(it.kind, ContentKind::Text | ContentKind::Html));
    for content in texts {
        let words = words(&String::from_utf8_lossy(&content.payload.bytes), content.kind);
        let known: BTreeSet<String> = asked
            .iter()
            .flat_map(|text| self::words(text, ContentKind::Html))
            .collect();
        let rest: Vec<&str> = words
            .iter()
            .filter(|word| !known.contains(*word))
            .map(String::as_str)
            .collect();
        // Not all of it is there: then it is another text, which is a finding of its own.
        if !words.iter().any(|word| is_minted(word)) || rest.iter().map(|word| word.len()).sum::<usize>() < MIN_ADDED {
            continue;
        }
        let shown = rest.join(" ");
        let account = rest
            .iter()
            .any(|word| word.bytes().filter(u8::is_ascii_digit).count() > 7);
        let name = calls.first().map_or("", |call| &call.name);
        let claim = Claim {
            indicator: ADDED_TEXT,
            key: format!("{name} {shown}"),
            // A number of an account or a telephone is what one is paid or called by.
            weight: match account {
                true => (Severity::Critical, Confidence::Medium),
                false => (Severity::Medium, Confidence::Low),
            },
            summary: format!(
                "`{}` sends more text than it was given: {}",
                proof::cut(name, MAX_NAME),
                proof::cut(&shown, MAX_SHOWN)
            ),
        };
        claims.add(claim, prove(mail, calls).with("text", shown));
    }
}

/// The words of a text, without what is a tag or a name of a character in HTML.
fn words(text: &str, kind: ContentKind) -> Vec<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<').filter(|_| kind == ContentKind::Html) {
        plain.push_str(&rest[..at]);
        plain.push(' ');
        let closes = match rest[at..]
            .get(..6)
            .is_some_and(|tag| tag.eq_ignore_ascii_case("<style"))
        {
            true => "</style>",
            false => ">",
        };
        let end = rest[at..]
            .find(closes)
            .map_or(rest.len(), |end| at + end + closes.len());
        // Where a link leads to is compared by itself.
        rest = &rest[end..];
    }
    plain.push_str(rest);
    let words = plain
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.map(str::to_lowercase).take(MAX_ADDED_WORDS).collect()
}

fn is_minted(word: &str) -> bool {
    word.len() == 10 && word.bytes().any(|byte| byte.is_ascii_digit())
}

/// Mailboxes of strangers in what a provider is to put into a template.
pub(super) fn in_template(mail: &Mail, calls: &[&Call], asked: &Asked<'_>, claims: &mut Claims) {
    for content in mail
        .message
        .contents
        .iter()
        .filter(|it| it.kind == ContentKind::Variables)
    {
        let text = String::from_utf8_lossy(&content.payload.bytes);
        for mailbox in Mailbox::find_all(&text, MAX_MAILBOXES) {
            let mailbox = mailbox.to_string();
            if asked.is_ours(&mailbox)
                || mail
                    .message
                    .addressees()
                    .iter()
                    .any(|(it, _)| it.eq_ignore_ascii_case(&mailbox))
            {
                continue;
            }
            let name = calls.first().map_or("", |call| &call.name);
            let claim = Claim {
                indicator: UNASKED_RECIPIENT,
                key: format!("template {}", mailbox.to_lowercase()),
                weight: (Severity::Critical, Confidence::Medium),
                summary: format!(
                    "`{}` puts {} into what a template is filled in with, whom nobody named",
                    proof::cut(name, MAX_NAME),
                    proof::cut(&mailbox, MAX_NAME)
                ),
            };
            claims.add(
                claim,
                prove(mail, calls).with("recipient", &mailbox).with("place", "template"),
            );
        }
    }
}

/// A URL in a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Link {
    url: String,
    /// A mail program fetches it by itself.
    loads: bool,
}

/// HTML with the signs of addresses as a mail program reads them: written as characters, and slashes the other way round (WHATWG URL §4.4).
fn as_addresses_are_read(html: &str) -> String {
    let mut text = html.replace('\\', "/");
    for (written, sign) in SIGNS {
        if text.contains('&') {
            text = replace_whatever_its_case(&text, written, sign);
        }
    }
    text
}

fn replace_whatever_its_case(text: &str, what: &str, by: &str) -> String {
    let small = text.to_ascii_lowercase();
    let (mut out, mut last) = (String::with_capacity(text.len()), 0);
    for (at, found) in small.match_indices(what) {
        out.push_str(&text[last..at]);
        out.push_str(by);
        last = at + found.len();
    }
    out.push_str(&text[last..]);
    out
}

/// Signs of addresses as HTML may write them, in small letters.
const SIGNS: [(&str, &str); 9] = [
    ("&colon;", ":"),
    ("&#58;", ":"),
    ("&#x3a;", ":"),
    ("&sol;", "/"),
    ("&#47;", "/"),
    ("&#x2f;", "/"),
    ("&period;", "."),
    ("&#46;", "."),
    ("&#x2e;", "."),
];
/// What an address stands behind.
const ATTRIBUTES: [&str; 6] = ["src=", "href=", "background=", "url", "srcset=", "action="];

/// Every `http` and `https` URL in the texts of a message, and what a mail program fetches by itself.
fn links(mail: &Mail) -> BTreeSet<Link> {
    let mut found = BTreeSet::new();
    for content in mail
        .message
        .contents
        .iter()
        .filter(|it| matches!(it.kind, ContentKind::Text | ContentKind::Html))
    {
        let said = String::from_utf8_lossy(&content.payload.bytes);
        let text = match content.kind {
            ContentKind::Html => as_addresses_are_read(&said),
            _ => said.into_owned(),
        };
        let small = text.to_ascii_lowercase();
        for (at, _) in text.match_indices("//").take(MAX_LINKS) {
            let schemes = ["https:", "http:"].iter();
            let start = schemes
                .filter(|scheme| small[..at].ends_with(**scheme))
                .map(|scheme| at - scheme.len())
                .next();
            // Without a scheme it has that of the page, which in a mail program is whatever that takes.
            let quoted = small[..at].trim_end_matches(['"', '\'', ' ', '(']);
            let Some(start) = start.or_else(|| ATTRIBUTES.iter().any(|it| quoted.ends_with(it)).then_some(at)) else {
                continue;
            };
            let end = text[start..]
                .find(|c: char| c.is_whitespace() || "\"'<>()[]`".contains(c))
                .map_or(text.len(), |end| start + end);
            let before = small[..start].trim_end_matches(['"', '\'', ' ', '(']);
            // XML namespaces are names, not places.
            if before.ends_with("xmlns=") || before.rsplit(' ').next().is_some_and(|word| word.starts_with("xmlns:")) {
                continue;
            }
            let loads = content.kind == ContentKind::Html
                && ["src=", "background=", "url", "srcset="]
                    .iter()
                    .any(|attribute| before.ends_with(attribute));
            found.insert(Link {
                url: match &text[start..end] {
                    url if url.starts_with("//") => format!("https:{url}"),
                    url => url.to_owned(),
                },
                loads,
            });
        }
    }
    found
        .into_iter()
        .filter(|link| !STANDARDS.contains(&host_of(&link.url)))
        .collect()
}

fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    host.split(':').next().unwrap_or(host)
}

/// Hosts in document types and namespaces, which nobody fetches.
const STANDARDS: [&str; 2] = ["www.w3.org", "schemas.microsoft.com"];
/// Letters and digits of a text that is more than a greeting.
const MIN_ADDED: usize = 24;
const MAX_ADDED_WORDS: usize = 20_000;
const MAX_SHOWN: usize = 160;
const MAX_MAILBOXES: usize = 100;
/// Links of one part that are looked at.
const MAX_LINKS: usize = 1_000;
