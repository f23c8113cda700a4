//! What is in a message beside what was asked for, and what is missing.

use std::collections::BTreeSet;

use waxseal_model::{Call, Confidence, ContentKind, Mail, Severity};

use super::recipients::prove;
use super::{CONTENT, Claim, Claims, MAX_NAME, PIXEL};
use crate::asked::holds;
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
    if attached.len() > wanted {
        let name = attached
            .last()
            .and_then(|it| it.name.clone())
            .unwrap_or_else(|| "(no name)".to_owned());
        let summary = format!(
            "a message carries the file `{}`, which nobody attached",
            proof::cut(&name, MAX_NAME)
        );
        claim(
            PIXEL,
            format!("file {name}"),
            (Severity::High, Confidence::Medium),
            summary,
            &[("file", name)],
        );
    }
    for link in links(mail) {
        let host = host_of(&link.url);
        let (indicator, weight, what) = match link.loads {
            true => (PIXEL, (Severity::High, Confidence::Medium), "loads a picture"),
            false => (CONTENT, (Severity::Medium, Confidence::Low), "links to something"),
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

/// A URL in a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Link {
    url: String,
    /// A mail program fetches it by itself.
    loads: bool,
}

/// Every `http` and `https` URL in the texts of a message, and what a mail program fetches by itself.
fn links(mail: &Mail) -> BTreeSet<Link> {
    let mut found = BTreeSet::new();
    for content in mail
        .message
        .contents
        .iter()
        .filter(|it| matches!(it.kind, ContentKind::Text | ContentKind::Html))
    {
        let text = String::from_utf8_lossy(&content.payload.bytes);
        for (at, _) in text.match_indices("://").take(MAX_LINKS) {
            let Some(start) = ["https", "http"]
                .iter()
                .find_map(|scheme| text[..at].ends_with(scheme).then(|| at - scheme.len()))
            else {
                continue;
            };
            let end = text[start..]
                .find(|c: char| c.is_whitespace() || "\"'<>()[]`".contains(c))
                .map_or(text.len(), |end| start + end);
            let before = text[..start]
                .trim_end_matches(['"', '\'', ' ', '('])
                .to_ascii_lowercase();
            // XML namespaces are names, not places.
            if before.ends_with("xmlns=") || before.rsplit(' ').next().is_some_and(|word| word.starts_with("xmlns:")) {
                continue;
            }
            let loads = content.kind == ContentKind::Html
                && ["src=", "background=", "url", "srcset="]
                    .iter()
                    .any(|attribute| before.ends_with(attribute));
            found.insert(Link {
                url: text[start..end].to_owned(),
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
/// Links of one part that are looked at.
const MAX_LINKS: usize = 1_000;
