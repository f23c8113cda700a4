//! What was learned as questions in a file that a person answers, and the answers as policy.

use std::fmt::Write as _;

use serde::Deserialize;
use toml_edit::{Array, DocumentMut, Item, Table, value};
use waxseal_detect::mail::{Proposal, Question};
use waxseal_model::Moment;

use crate::report::escape::{Visible, escape, visible};

/// The questions, as a file to answer in: TOML, an entry for each.
pub fn questions(proposals: &[Proposal]) -> String {
    let mut text = String::from(HEAD);
    for proposal in proposals {
        for question in &proposal.questions {
            let _ = writeln!(text, "\n# {}", comment(proposal, question));
            if question.constant {
                let _ = writeln!(
                    text,
                    "# The same address beside {} different visible recipients: an archive looks so, and so does a planted copy.",
                    beside(question.beside)
                );
            }
            if !question.ids.is_empty() {
                let ids: Vec<String> = question.ids.iter().map(|id| escape(id, MAX_SHOWN)).collect();
                let _ = writeln!(text, "# For example: {}", ids.join(", "));
            }
            let list = |texts: &[String]| texts.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(", ");
            let _ = writeln!(text, "[[questions]]\napplication = {}", quoted(&proposal.application));
            let _ = match proposal.logins.is_empty() {
                true => writeln!(text, "senders = [{}]", list(&proposal.senders)),
                false => writeln!(text, "logins = [{}]", list(&proposal.logins)),
            };
            let _ = match question.recipient.is_empty() {
                true => writeln!(text, "all-hidden = true"),
                false => writeln!(text, "recipient = {}", quoted(&question.recipient)),
            };
            text.push_str("answer = \"?\"\nreason = \"\"\n");
        }
    }
    text
}

fn comment(proposal: &Proposal, question: &Question) -> String {
    let application = escape(&proposal.application, MAX_SHOWN);
    let span = match (question.pace.first, question.pace.last) {
        (Some(first), Some(last)) => format!(", {} to {}", day(first), day(last)),
        _ => String::new(),
    };
    let (copies, mails) = (question.copies, proposal.mails);
    if question.recipient.is_empty() {
        return format!("{application}: {copies} of {mails} mails named nobody in their headers{span}");
    }
    let whom = escape(&question.recipient, MAX_SHOWN);
    let place = if question.outside { "" } else { " (ours)" };
    format!("{application}: {copies} copies in {mails} mails went to {whom}{place} that no header names{span}")
}

fn beside(count: usize) -> String {
    match count {
        waxseal_detect::mail::Copied::MAX_BESIDE => format!("{count} or more"),
        _ => count.to_string(),
    }
}

/// A basic string of TOML (v1.0.0, String) in which everything that cannot be seen, or changes how other text is seen, is escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    let mut marks = 0;
    for c in text.chars() {
        match (c, visible(c, &mut marks)) {
            ('"' | '\\', _) => {
                out.push('\\');
                out.push(c);
            }
            (c, Visible::AsIs(_)) => out.push(c),
            (c, Visible::Escaped(_)) => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

/// The same as a value that keeps its escapes.
fn text_value(text: &str) -> toml_edit::Value {
    quoted(text).parse().unwrap_or_else(|_| toml_edit::Value::from(text))
}

fn list_value(texts: &[String]) -> Item {
    value(texts.iter().map(|it| text_value(it)).collect::<Array>())
}

/// `2026-11-30`.
pub(crate) fn day(at: Moment) -> String {
    jiff::Timestamp::from_second(at.0).map_or_else(|_| "?".to_owned(), |it| it.strftime("%Y-%m-%d").to_string())
}

/// Answers as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answers {
    #[serde(default)]
    questions: Vec<Answer>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Answer {
    application: String,
    #[serde(default)]
    logins: Vec<String>,
    #[serde(default)]
    senders: Vec<String>,
    #[serde(default)]
    recipient: String,
    #[serde(default)]
    all_hidden: bool,
    answer: String,
    #[serde(default)]
    reason: String,
}

/// Why answers were not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LearnError {
    /// The file of answers is not what was written.
    #[error("the answers cannot be read: {0}")]
    Answers(String),
    /// The policy is not TOML.
    #[error("the policy cannot be read: {0}")]
    Policy(String),
    /// A word that is no answer.
    #[error("`answer = \"{word}\"` for {application} is none; write `yes`, `no`, or leave `?` to be asked again")]
    Word {
        /// The word.
        word: String,
        /// The application.
        application: String,
    },
    /// A yes without a reason.
    #[error(
        "the yes for {application} and {recipient} has no `reason`; whoever reads the policy next year wants to know why"
    )]
    Reason {
        /// The application.
        application: String,
        /// Who was accepted.
        recipient: String,
    },
}

/// What was done with the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applied {
    /// Accepted.
    pub yes: usize,
    /// Refused: they stay findings, and are not asked about again.
    pub no: usize,
    /// Left open.
    pub open: usize,
}

/// Takes answers into a policy: the text of `mail.toml` with what was accepted added to it, everything else in it as it was.
///
/// # Errors
/// Either text is not what it should be, or an answer is none. Nothing is taken then.
pub fn apply(answers: &str, policy: &str, owner: &str) -> Result<(String, Applied), LearnError> {
    let answers: Answers = toml::from_str(answers).map_err(|err| LearnError::Answers(err.message().to_owned()))?;
    let mut document: DocumentMut = policy
        .parse()
        .map_err(|err: toml_edit::TomlError| LearnError::Policy(err.message().to_owned()))?;
    let mut applied = Applied::default();
    for answer in &answers.questions {
        match answer.answer.trim().to_lowercase().as_str() {
            "?" | "" => applied.open += 1,
            "no" => {
                take(&mut document, answer, owner, "refuse")?;
                applied.no += 1;
            }
            "yes" => {
                if answer.reason.trim().is_empty() {
                    return Err(LearnError::Reason {
                        application: answer.application.clone(),
                        recipient: answer.recipient.clone(),
                    });
                }
                take(&mut document, answer, owner, "allow")?;
                applied.yes += 1;
            }
            word => {
                return Err(LearnError::Word {
                    word: word.to_owned(),
                    application: answer.application.clone(),
                });
            }
        }
    }
    Ok((document.to_string(), applied))
}

/// Writes one answer into the application's entry, under `allow` or `refuse`.
fn take(document: &mut DocumentMut, answer: &Answer, owner: &str, key: &str) -> Result<(), LearnError> {
    let wrong = || LearnError::Policy("`applications` is no list of tables".to_owned());
    let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
    let entries = document
        .entry("applications")
        .or_insert(Item::ArrayOfTables(toml_edit::ArrayOfTables::new()))
        .as_array_of_tables_mut()
        .ok_or_else(wrong)?;
    let named = |table: &Table| table.get("name").and_then(Item::as_str) == Some(answer.application.as_str());
    if !entries.iter().any(named) {
        let mut table = Table::new();
        // Comments at the end of the file belong to what stands before them.
        table.decor_mut().set_prefix(format!("{trailing}\n"));
        table["name"] = value(text_value(&answer.application));
        match answer.logins.is_empty() {
            true => table["senders"] = list_value(&answer.senders),
            false => table["logins"] = list_value(&answer.logins),
        }
        entries.push(table);
    }
    let entry = entries.iter_mut().find(|table| named(table)).ok_or_else(wrong)?;
    if answer.all_hidden {
        entry["all-hidden"] = value(if key == "allow" { "allow" } else { "enforce" });
    } else {
        let listed = entry
            .entry(key)
            .or_insert(value(Array::new()))
            .as_array_mut()
            .ok_or_else(wrong)?;
        if !listed.iter().any(|it| it.as_str() == Some(answer.recipient.as_str())) {
            listed.push(text_value(&answer.recipient));
        }
    }
    // Reasons add up; the last one to sign answers for the entry.
    let mut reason = entry
        .get("reason")
        .and_then(Item::as_str)
        .unwrap_or_default()
        .to_owned();
    if !reason.contains(answer.reason.trim()) {
        if !reason.is_empty() {
            reason.push_str("; ");
        }
        reason.push_str(answer.reason.trim());
    }
    entry["reason"] = value(text_value(&reason));
    entry["owner"] = value(text_value(owner));
    Ok(())
}

const HEAD: &str = "\
# Who may get copies of which application's mail that its headers do not name?
# Write \"yes\" with a reason, or \"no\"; what is left at \"?\" is asked again. Then:
#   waxseal mail learn --apply THIS-FILE --owner \"you@your.example\"
# A yes makes such copies silent, for this application alone; a no keeps them findings. Neither is asked again.
# When in doubt, ask the application's people first.
";
/// Characters of an address or an id in a comment.
const MAX_SHOWN: usize = 200;

#[cfg(test)]
mod tests;
