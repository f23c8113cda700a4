//! The names of message fields, whatever provider they belong to.

use waxseal_model::RecipientPlace;

/// What a property of a message is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// It decides who receives something.
    Recipient(RecipientPlace),
    /// Subject, text, attachments. `distinct` if the name says mail by itself.
    Content { distinct: bool },
    /// Who it comes from.
    Sender,
    /// Holds header fields, as an object or as a list of name and value.
    Headers,
    /// Holds further fields of the same message.
    Container,
    /// Holds whole messages, or versions of this one.
    Batch,
    /// Holds a message as text.
    Raw,
}

/// The role of a property by its name, case, `_`, `-` and spaces ignored.
pub(super) fn role(name: &str) -> Option<Role> {
    let mut buffer = [0_u8; MAX_NAME];
    role_of(normal(name, &mut buffer)?)
}

fn role_of(name: &str) -> Option<Role> {
    if let Some(place) = place_of(name) {
        return Some(Role::Recipient(place));
    }
    Some(match name {
        "subject"
        | "html"
        | "textbody"
        | "htmlbody"
        | "textpart"
        | "htmlpart"
        | "textcontent"
        | "htmlcontent"
        | "plaintext"
        | "attachments"
        | "emailbody"
        | "mailbody"
        | "bodytext"
        | "bodyhtml"
        | "subjectline"
        | "templatealias"
        | "templatemodel"
        | "dynamictemplatedata"
        | "templatedata"
        | "emailsubject" => Role::Content { distinct: true },
        "text" | "body" | "content" | "attachment" | "template" | "templateid" | "amp" | "watchhtml" | "react"
        | "priority" | "markdown" | "datavariables" | "variables" | "mergevars" | "tags" | "messagestream"
        | "simple" => Role::Content { distinct: false },
        "from" | "sender" | "fromemail" | "fromemailaddress" | "fromaddress" | "source" | "fromname" | "mailfrom"
        | "sendername" | "senderemail" => Role::Sender,
        "headers"
        | "mimeheaders"
        | "messageheaders"
        | "internetmessageheaders"
        | "customheaders"
        | "emailheaders"
        | "mailheaders"
        | "extraheaders" => Role::Headers,
        "envelope" | "destination" | "message" | "msg" | "mail" | "email" | "data" | "json" | "payload" | "input"
        | "params" | "form" | "formdata" | "mailoptions" | "mailsettings" | "messagesettings" | "globals"
        | "options" | "resource" | "requestbody" | "emailmessage" | "action" | "actions" => Role::Container,
        "personalizations" | "messages" | "messageversions" | "bulkemailentries" | "emails" | "batch" | "mails" => {
            Role::Batch
        }
        "raw" | "rawmessage" | "mime" | "rfc822" | "emailrfc822" | "eml" | "rawemail" => Role::Raw,
        _ => return None,
    })
}

/// The place a property or a header stands for, by its normal name.
fn place_of(name: &str) -> Option<RecipientPlace> {
    Some(match name {
        "to" | "toaddress" | "toaddresses" | "toemail" | "toemails" | "torecipients" | "torecipient" | "sendto"
        | "recipient" | "recipients" | "recipientemail" | "recipientemails" | "recipientaddress" | "tolist"
        | "emailto" | "mailto" => RecipientPlace::To,
        "cc" | "ccaddress" | "ccaddresses" | "ccemail" | "ccemails" | "ccrecipients" | "ccrecipient" | "cclist"
        | "carboncopy" | "emailcc" => RecipientPlace::Cc,
        "bcc" | "bccaddress" | "bccaddresses" | "bccemail" | "bccemails" | "bccrecipients" | "bccrecipient"
        | "bcclist" | "blindcopy" | "blindcarboncopy" | "alwaysbcc" | "autobcc" | "xmcbccaddress" | "emailbcc" => {
            RecipientPlace::Bcc
        }
        "rcpt" | "rcptto" | "rcpts" | "envelopeto" | "destinations" | "forwardpath" | "xrcptto" => {
            RecipientPlace::Envelope
        }
        "replyto" | "replytoaddress" | "replytoaddresses" | "replytolist" | "replytorecipients" | "replytoemail" => {
            RecipientPlace::ReplyTo
        }
        "dispositionnotificationto" => header("Disposition-Notification-To"),
        "returnreceiptto" => header("Return-Receipt-To"),
        "xconfirmreadingto" => header("X-Confirm-Reading-To"),
        "resentto" => header("Resent-To"),
        "resentcc" => header("Resent-Cc"),
        "resentbcc" => header("Resent-Bcc"),
        "apparentlyto" => header("Apparently-To"),
        "errorsto" => header("Errors-To"),
        "returnpath" => header("Return-Path"),
        "feedbackforwardingemailaddress" => header("Feedback-Forwarding"),
        "forwardto" | "redirectto" | "forwardasattachmentto" => header("Forward-To"),
        _ => return None,
    })
}

/// The place a header field stands for.
pub(super) fn header_place(name: &str) -> Option<RecipientPlace> {
    let mut buffer = [0_u8; MAX_NAME];
    place_of(normal(name.trim(), &mut buffer)?)
}

/// The place that a method fills with its argument: `addBcc`, `setTo`, `bcc`, `rcpt`.
pub(super) fn builder_place(method: &str) -> Option<RecipientPlace> {
    let mut buffer = [0_u8; MAX_NAME];
    let name = normal(method, &mut buffer)?;
    let name = ["add", "set", "with", "append"]
        .iter()
        .find_map(|verb| name.strip_prefix(verb))
        .unwrap_or(name);
    place_of(name)
}

/// Whether a method puts a named header or form field onto its receiver: `append('bcc', …)`, `setHeader('Bcc', …)`.
pub(super) fn is_field_setter(method: &str) -> bool {
    matches!(
        method,
        "append"
            | "set"
            | "add"
            | "header"
            | "setHeader"
            | "addHeader"
            | "appendHeader"
            | "setHeaders"
            | "addField"
            | "setField"
            | "field"
            | "put"
            | "setParameter"
            | "addParam"
            | "defineProperty"
    )
}

/// Whether a call by this name hands on what it is given: `sendMail`, `deliverNow`, `emails.send`.
pub(super) fn sounds_like_sending(method: &str) -> bool {
    let lower = method.to_ascii_lowercase();
    ["send", "mail", "deliver", "transmit", "dispatch", "notify", "enqueue"]
        .iter()
        .any(|word| lower.contains(word))
        && ![
            "unsend",
            "sender",
            "isemail",
            "validate",
            "verify",
            "sendstatus",
            "parse",
            "format",
            "render",
            "log",
        ]
        .iter()
        .any(|word| lower.contains(word))
}

/// Whether a name says mail.
pub(super) fn sounds_like_mail(name: &str) -> bool {
    let bytes = name.as_bytes();
    memchr::memmem::find(bytes, b"mail").is_some() || memchr::memmem::find(bytes, b"Mail").is_some()
}

/// Whether a call by this name makes a request.
pub(super) fn sounds_like_request(method: &str) -> bool {
    matches!(
        method,
        "fetch"
            | "request"
            | "post"
            | "put"
            | "patch"
            | "axios"
            | "got"
            | "needle"
            | "ky"
            | "write"
            | "end"
            | "sendBeacon"
            | "send"
            | "call"
            | "api"
            | "publish"
            | "create"
            | "execute"
            | "requestWithoutResponse"
    )
}

/// Lower case without `_`, `-` and spaces; the `h:` of Mailgun's header fields is dropped.
fn normal<'b>(name: &str, buffer: &'b mut [u8; MAX_NAME]) -> Option<&'b str> {
    let name = name.strip_prefix("h:").unwrap_or(name);
    let mut length = 0;
    // Most names are told from all known ones by how they begin and end.
    let (first, last) = (name.bytes().next()?, name.bytes().last()?);
    if name.len() > 2 * MAX_NAME || !begins_and_ends_as_known(first, last) {
        return None;
    }
    for byte in name.bytes() {
        if matches!(byte, b'_' | b'-' | b' ') {
            continue;
        }
        *buffer.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
    }
    std::str::from_utf8(&buffer[..length])
        .ok()
        .filter(|name| !name.is_empty())
}

/// Whether some name in the tables of this file may begin and end with these letters.
fn begins_and_ends_as_known(first: u8, last: u8) -> bool {
    let separator = |byte: u8| matches!(byte, b'_' | b'-' | b' ');
    separator(first)
        || separator(last)
        || (FIRST_LETTERS.contains(&first.to_ascii_lowercase()) && LAST_LETTERS.contains(&last.to_ascii_lowercase()))
}

/// Whether a credential is only a stand-in for one.
pub(super) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let one_character = lower
        .bytes()
        .all(|byte| Some(byte) == lower.bytes().next() || byte == b'-');
    text.len() < 8
        || one_character
        || text
            .chars()
            .any(|c| c.is_whitespace() || matches!(c, '<' | '>' | '{' | '}' | '$' | '%'))
        || lower.contains("://")
        || STAND_INS.iter().any(|word| lower.contains(word))
}

/// Whether a mail server is one that everybody knows, so that naming it gives nothing away.
pub(super) fn is_known_server(host: &str) -> bool {
    let host = host.trim().to_ascii_lowercase();
    host.is_empty()
        || host == "localhost"
        || host.starts_with("127.")
        || host == "::1"
        || !host.contains('.')
        || KNOWN_SERVERS
            .iter()
            .any(|known| host == *known || host.strip_suffix(known).is_some_and(|it| it.ends_with('.')))
}

fn header(name: &str) -> RecipientPlace {
    RecipientPlace::Header(name.to_owned())
}

/// The longest name that is looked at; the longest known one has 30 characters.
const MAX_NAME: usize = 40;

const STAND_INS: &[&str] = &[
    "your",
    "example",
    "xxx",
    "placeholder",
    "changeme",
    "change-me",
    "change_me",
    "insert",
    "replace",
    "dummy",
    "sample",
    "my-api",
    "my_api",
    "apikey",
    "api-key",
    "api_key",
    "token",
    "secret",
    "password",
    "username",
    "todo",
    "test",
    "fake",
    "redacted",
    "...",
    "undefined",
    "123456789",
];

/// Registrable domains of the public mail services that nodemailer's own list of well-known services names.
const KNOWN_SERVERS: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "google.com",
    "outlook.com",
    "office365.com",
    "hotmail.com",
    "live.com",
    "yahoo.com",
    "aol.com",
    "icloud.com",
    "me.com",
    "mail.com",
    "zoho.com",
    "zoho.eu",
    "yandex.ru",
    "yandex.com",
    "mail.ru",
    "qq.com",
    "163.com",
    "126.com",
    "fastmail.com",
    "gmx.com",
    "gmx.net",
    "gmx.de",
    "web.de",
    "sendgrid.net",
    "sendgrid.com",
    "mailgun.org",
    "mailgun.com",
    "mailgun.net",
    "postmarkapp.com",
    "mandrillapp.com",
    "sparkpostmail.com",
    "mailtrap.io",
    "ethereal.email",
    "amazonaws.com",
    "mailjet.com",
    "sendinblue.com",
    "brevo.com",
    "resend.com",
    "protonmail.ch",
    "proton.me",
    "aliyun.com",
    "elasticemail.com",
    "smtp2go.com",
    "mailersend.net",
    "pepipost.com",
    "zeptomail.com",
    "ovh.net",
    "infomaniak.com",
    "one.com",
    "loopia.se",
    "runbox.com",
    "forwardemail.net",
    "naver.com",
    "feishu.cn",
    "tipimail.com",
    "mailosaur.net",
    "mailosaur.io",
    "dynect.net",
    "ionos.com",
    "1und1.de",
    "titan.email",
    "hostinger.com",
    "bluehost.com",
    "godaddy.com",
    "secureserver.net",
    "seznam.cz",
    "mailcatch.com",
    "mailpit.io",
    "sendcloud.net",
    "exmail.qq.com",
    "daum.net",
    "gandi.net",
    "migadu.com",
    "purelymail.com",
    "postmark.com",
    "socketlabs.com",
    "inbucket.org",
    "maildev.com",
];

/// How names of fields begin, builders with `add`, `set`, `with` and `append` among them.
const FIRST_LETTERS: &[u8] = b"abcdefghijmoprstvwx";

/// How they end.
const LAST_LETTERS: &[u8] = b"2acdeghlmnoprstwy";

#[cfg(test)]
mod tests {
    use super::{Role, builder_place, role};

    #[test]
    fn every_letter_that_a_known_name_ends_with_is_let_through() {
        for name in [
            "xrfc822",
            "emailRFC822",
            "schema",
            "bcc",
            "sent",
            "mail_to",
            "Return-Path",
            "raw",
            "sender",
            "simple",
            "rcpt",
            "text body",
            "HtmlPart",
            "react",
            "templateId",
            "mailOptions",
            "amp",
            "tags",
            "json",
            "form",
            "eml",
            "recipients",
            "msg",
            "priority",
        ] {
            let known = !matches!(name, "xrfc822" | "schema" | "sent");
            assert_eq!(role(name).is_some(), known, "{name}");
        }
        assert!(builder_place("appendBcc").is_some() && builder_place("withTo").is_some());
        assert_eq!(role("h:Bcc"), role("bcc"));
        assert!(matches!(role("BCC"), Some(Role::Recipient(_))));
    }
}
