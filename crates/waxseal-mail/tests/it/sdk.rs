//! One message for each provider as its own client takes it, by the types that the client ships.

use serde_json::{Value, json};
use waxseal_mail::providers::PROVIDERS;

use crate::{from_json, recipients};

#[track_caller]
fn check(id: &str, message: Value, expected: &[&str]) {
    let provider = PROVIDERS
        .iter()
        .find(|provider| provider.id == id)
        .expect("a provider of the table");
    assert_eq!(recipients(provider, &from_json(&message)), expected, "{id}");
}

#[test]
fn every_provider_has_a_message_here() {
    let source = include_str!("sdk.rs");
    for provider in PROVIDERS {
        assert!(
            source.contains(&format!("check(\n        \"{}\",", provider.id)),
            "{} has no message",
            provider.id
        );
    }
}

#[test]
fn postmark() {
    check(
        "postmark",
        json!({
            "From": "app@sender.example", "To": "Alice <alice@a.example>, bob@b.example", "Cc": "carol@c.example",
            "Bcc": "spy@d.example", "ReplyTo": "reply@e.example", "Subject": "s", "TextBody": "write to help@x.example",
            "Headers": [{ "Name": "Bcc", "Value": "header@d.example" }, { "Name": "X-A", "Value": "no@x.example" }],
        }),
        &[
            "Bcc header@d.example",
            "Bcc spy@d.example",
            "Cc carol@c.example",
            "Reply-To reply@e.example",
            "To alice@a.example",
            "To bob@b.example",
        ],
    );
    check(
        "postmark",
        json!({ "From": "app@sender.example", "Messages": [{ "To": "a@a.example", "Bcc": "spy@d.example" }, { "To": "b@b.example" }] }),
        &["Bcc spy@d.example", "To a@a.example", "To b@b.example"],
    );
}

#[test]
fn sendgrid() {
    check(
        "sendgrid",
        json!({
            "to": [{ "email": "a@a.example", "name": "A" }, "b@b.example"], "cc": "carol@c.example", "bcc": { "email": "spy@d.example" },
            "from": "app@sender.example", "replyTo": "reply@e.example", "replyToList": [{ "email": "list@e.example" }], "subject": "s", "text": "t",
            "headers": { "Resent-Bcc": "resent@d.example" },
            "personalizations": [{ "to": "p@a.example", "bcc": ["q@d.example", { "email": "r@d.example" }], "headers": { "Cc": "s@c.example" } }],
            "mailSettings": { "bcc": { "enable": true, "email": "old@d.example" } },
        }),
        &[
            "Bcc old@d.example",
            "Bcc q@d.example",
            "Bcc r@d.example",
            "Bcc spy@d.example",
            "Cc carol@c.example",
            "Cc s@c.example",
            "Reply-To list@e.example",
            "Reply-To reply@e.example",
            "Resent-Bcc resent@d.example",
            "To a@a.example",
            "To b@b.example",
            "To p@a.example",
        ],
    );
    check(
        "sendgrid",
        json!({ "method": "POST", "url": "/v3/mail/send", "body": {
            "personalizations": [{ "to": [{ "email": "a@a.example" }], "bcc": [{ "email": "spy@d.example" }] }], "reply_to": { "email": "r@e.example" },
        } }),
        &["Bcc spy@d.example", "Reply-To r@e.example", "To a@a.example"],
    );
}

#[test]
fn mailgun() {
    check(
        "mailgun",
        json!({
            "from": "app@sender.example", "to": ["a@a.example", "B <b@b.example>"], "cc": "c@c.example", "bcc": "spy@d.example",
            "subject": "s", "h:Reply-To": "reply@e.example", "h:Resent-To": "r@d.example", "h:X-A": "no@x.example", "v:name": "no@x.example",
        }),
        &[
            "Bcc spy@d.example",
            "Cc c@c.example",
            "Reply-To reply@e.example",
            "Resent-To r@d.example",
            "To a@a.example",
            "To b@b.example",
        ],
    );
    check(
        "mailgun",
        json!({ "to": "spy@d.example", "message": "To: a@a.example\r\nSubject: s\r\n\r\nt" }),
        &["To a@a.example", "To spy@d.example"],
    );
    check(
        "mailgun",
        json!({ "priority": 0, "expression": "match_recipient(\".*\")", "action": ["forward(\"spy@d.example\")", "stop()"] }),
        &["forwarding rule spy@d.example"],
    );
}

#[test]
fn ses() {
    check(
        "ses",
        json!({
            "Source": "app@sender.example",
            "Destination": { "ToAddresses": ["a@a.example"], "CcAddresses": ["c@c.example"], "BccAddresses": ["spy@d.example"] },
            "Message": { "Subject": { "Data": "s" }, "Body": { "Text": { "Data": "t" } } },
            "ReplyToAddresses": ["reply@e.example"], "ReturnPath": "bounce@e.example",
        }),
        &[
            "Bcc spy@d.example",
            "Cc c@c.example",
            "Reply-To reply@e.example",
            "Return-Path bounce@e.example",
            "To a@a.example",
        ],
    );
    check(
        "ses",
        json!({ "Destinations": ["a@a.example", "spy@d.example"], "RawMessage": { "Data": "To: a@a.example\nBcc: raw@d.example\n\nt" } }),
        &[
            "Bcc raw@d.example",
            "RCPT TO a@a.example",
            "RCPT TO spy@d.example",
            "To a@a.example",
        ],
    );
    check(
        "ses",
        json!({ "Destinations": [{ "Destination": { "ToAddresses": ["a@a.example"], "BccAddresses": ["spy@d.example"] } }], "Template": "w" }),
        &["Bcc spy@d.example", "To a@a.example"],
    );
    check(
        "ses",
        json!({
            "FromEmailAddress": "app@sender.example", "Destination": { "ToAddresses": ["a@a.example"] },
            "Content": { "Simple": { "Subject": { "Data": "s" }, "Headers": [{ "Name": "bcc", "Value": "spy@d.example" }] } },
            "FeedbackForwardingEmailAddress": "bounce@e.example",
        }),
        &["Bcc spy@d.example", "Return-Path bounce@e.example", "To a@a.example"],
    );
    check(
        "ses",
        json!({ "BulkEmailEntries": [{
            "Destination": { "ToAddresses": ["a@a.example"], "BccAddresses": ["spy@d.example"] },
            "ReplacementHeaders": [{ "Name": "Reply-To", "Value": "r@e.example" }],
        }] }),
        &["Bcc spy@d.example", "Reply-To r@e.example", "To a@a.example"],
    );
}

#[test]
fn resend() {
    check(
        "resend",
        json!({
            "from": "A <app@sender.example>", "to": ["a@a.example"], "cc": "c@c.example", "bcc": ["spy@d.example"], "replyTo": "reply@e.example",
            "subject": "s", "html": "<b>h</b>", "headers": { "Disposition-Notification-To": "r@d.example" },
        }),
        &[
            "Bcc spy@d.example",
            "Cc c@c.example",
            "Disposition-Notification-To r@d.example",
            "Reply-To reply@e.example",
            "To a@a.example",
        ],
    );
}

#[test]
fn mailjet() {
    check(
        "mailjet",
        json!({
            "Messages": [{
                "From": { "Email": "app@sender.example" }, "To": [{ "Email": "a@a.example" }], "Cc": [{ "Email": "c@c.example" }],
                "Bcc": [{ "Email": "spy@d.example" }], "ReplyTo": { "Email": "reply@e.example" }, "Headers": { "Resent-Cc": "r@d.example" },
            }],
            "Globals": { "Bcc": [{ "Email": "all@d.example" }] },
        }),
        &[
            "Bcc all@d.example",
            "Bcc spy@d.example",
            "Cc c@c.example",
            "Reply-To reply@e.example",
            "Resent-Cc r@d.example",
            "To a@a.example",
        ],
    );
    check(
        "mailjet",
        json!({ "FromEmail": "app@sender.example", "Recipients": [{ "Email": "a@a.example" }], "Headers": { "Reply-To": "r@e.example" } }),
        &["RCPT TO a@a.example", "Reply-To r@e.example"],
    );
    check(
        "mailjet",
        json!({ "FromEmail": "app@sender.example", "To": "a@a.example, b@b.example", "Bcc": "spy@d.example" }),
        &["Bcc spy@d.example", "To a@a.example", "To b@b.example"],
    );
}

#[test]
fn sparkpost() {
    check(
        "sparkpost",
        json!({
            "content": { "from": "app@sender.example", "subject": "s", "reply_to": "reply@e.example", "headers": { "CC": "c@c.example" } },
            "recipients": [{ "address": "a@a.example" }, { "address": { "email": "spy@d.example", "header_to": "a@a.example" } }],
            "bcc": [{ "address": { "email": "b@d.example" } }], "cc": [{ "address": "c@c.example" }],
        }),
        &[
            "Bcc b@d.example",
            "Cc c@c.example",
            "RCPT TO a@a.example",
            "RCPT TO spy@d.example",
            "Reply-To reply@e.example",
            "To a@a.example",
        ],
    );
}

#[test]
fn brevo() {
    check(
        "brevo",
        json!({
            "sender": { "email": "app@sender.example" }, "to": [{ "email": "a@a.example", "name": "A" }], "cc": [{ "email": "c@c.example" }],
            "bcc": [{ "email": "spy@d.example" }], "replyTo": { "email": "reply@e.example" }, "subject": "s", "htmlContent": "h",
            "messageVersions": [{ "to": [{ "email": "v@a.example" }], "bcc": [{ "email": "w@d.example" }], "replyTo": { "email": "x@e.example" } }],
        }),
        &[
            "Bcc spy@d.example",
            "Bcc w@d.example",
            "Cc c@c.example",
            "Reply-To reply@e.example",
            "Reply-To x@e.example",
            "To a@a.example",
            "To v@a.example",
        ],
    );
}

#[test]
fn mailersend() {
    check(
        "mailersend",
        json!({
            "from": { "email": "app@sender.example" }, "to": [{ "email": "a@a.example" }], "bcc": [{ "email": "spy@d.example" }],
            "rcpt_to": [{ "email": "e@d.example" }], "reply_to": { "email": "reply@e.example" },
            "headers": [{ "name": "Cc", "value": "c@c.example" }], "personalization": [{ "email": "a@a.example", "data": {} }],
        }),
        &[
            "Bcc spy@d.example",
            "Cc c@c.example",
            "RCPT TO e@d.example",
            "Reply-To reply@e.example",
            "To a@a.example",
        ],
    );
}

#[test]
fn mandrill() {
    check(
        "mandrill",
        json!({ "message": {
            "from_email": "app@sender.example", "subject": "s",
            "to": [{ "email": "a@a.example" }, { "email": "c@c.example", "type": "cc" }, { "email": "spy@d.example", "type": "bcc" }],
            "bcc_address": "all@d.example", "headers": { "Reply-To": "reply@e.example" },
        } }),
        &[
            "Bcc all@d.example",
            "Bcc spy@d.example",
            "Cc c@c.example",
            "Reply-To reply@e.example",
            "To a@a.example",
        ],
    );
    check(
        "mandrill",
        json!({ "raw_message": "To: a@a.example\r\n\r\nt", "to": ["a@a.example", "spy@d.example"] }),
        &["RCPT TO a@a.example", "RCPT TO spy@d.example", "To a@a.example"],
    );
}

#[test]
fn elastic_email() {
    check(
        "elastic-email",
        json!({
            "Recipients": { "To": ["a@a.example"], "CC": ["c@c.example"], "BCC": ["spy@d.example"] },
            "Content": { "From": "app@sender.example", "ReplyTo": "reply@e.example", "EnvelopeFrom": "bounce@e.example", "Headers": { "Bcc": "h@d.example" } },
        }),
        &[
            "Bcc h@d.example",
            "Bcc spy@d.example",
            "Cc c@c.example",
            "Reply-To reply@e.example",
            "Return-Path bounce@e.example",
            "To a@a.example",
        ],
    );
    check(
        "elastic-email",
        json!({ "Recipients": [{ "Email": "a@a.example", "Fields": {} }, { "Email": "spy@d.example" }], "Content": { "From": "app@sender.example" } }),
        &["RCPT TO a@a.example", "RCPT TO spy@d.example"],
    );
}

#[test]
fn gmail() {
    // "To: a@a.example\r\nBcc: spy@d.example\r\n\r\nt"
    let raw = "VG86IGFAYS5leGFtcGxlDQpCY2M6IHNweUBkLmV4YW1wbGUNCg0KdA";
    let expected = ["Bcc spy@d.example", "To a@a.example"];
    check(
        "gmail",
        json!({ "userId": "me", "requestBody": { "raw": raw } }),
        &expected,
    );
    check(
        "gmail",
        json!({ "userId": "me", "requestBody": { "message": { "raw": raw } } }),
        &expected,
    );
    check(
        "gmail",
        json!({ "userId": "me", "media": { "mimeType": "message/rfc822", "body": "To: a@a.example\nBcc: spy@d.example\n\nt" } }),
        &expected,
    );
    check(
        "gmail",
        json!({ "userId": "me", "requestBody": { "criteria": { "from": "bank@x.example" }, "action": { "forward": "spy@d.example" } } }),
        &["forwarding rule spy@d.example"],
    );
}

#[test]
fn microsoft_graph() {
    check(
        "microsoft-graph",
        json!({ "message": {
            "subject": "s", "toRecipients": [{ "emailAddress": { "address": "a@a.example" } }],
            "ccRecipients": [{ "emailAddress": { "address": "c@c.example" } }], "bccRecipients": [{ "emailAddress": { "address": "spy@d.example" } }],
            "replyTo": [{ "emailAddress": { "address": "reply@e.example" } }], "internetMessageHeaders": [{ "name": "X-A", "value": "no@x.example" }],
        }, "saveToSentItems": false }),
        &[
            "Bcc spy@d.example",
            "Cc c@c.example",
            "Reply-To reply@e.example",
            "To a@a.example",
        ],
    );
    check(
        "microsoft-graph",
        json!({ "comment": "fyi", "toRecipients": [{ "emailAddress": { "address": "spy@d.example" } }] }),
        &["To spy@d.example"],
    );
    check(
        "microsoft-graph",
        json!({ "displayName": "r", "actions": { "forwardTo": [{ "emailAddress": { "address": "spy@d.example" } }] } }),
        &["forwarding rule spy@d.example"],
    );
}

#[test]
fn azure_email() {
    check(
        "azure-email",
        json!({
            "senderAddress": "app@sender.example", "content": { "subject": "s", "plainText": "t" },
            "recipients": { "to": [{ "address": "a@a.example", "displayName": "A" }], "bcc": [{ "address": "spy@d.example" }] },
            "replyTo": [{ "address": "reply@e.example" }], "headers": { "Cc": "c@c.example" },
        }),
        &[
            "Bcc spy@d.example",
            "Cc c@c.example",
            "Reply-To reply@e.example",
            "To a@a.example",
        ],
    );
}

#[test]
fn zeptomail() {
    check(
        "zeptomail",
        json!({
            "from": { "address": "app@sender.example", "name": "n" }, "to": [{ "email_address": { "address": "a@a.example" }, "merge_info": {} }],
            "bcc": [{ "email_address": { "address": "spy@d.example" } }], "reply_to": [{ "address": "reply@e.example" }],
            "mime_headers": { "Return-Receipt-To": "r@d.example" },
        }),
        &[
            "Bcc spy@d.example",
            "Reply-To reply@e.example",
            "Return-Receipt-To r@d.example",
            "To a@a.example",
        ],
    );
}

#[test]
fn loops() {
    check(
        "loops",
        json!({ "transactionalId": "t", "email": "a@a.example", "dataVariables": { "contact": "no@x.example" } }),
        &["To a@a.example"],
    );
    check(
        "loops",
        json!({ "emails": ["a@a.example", "spy@d.example"] }),
        &["To a@a.example", "To spy@d.example"],
    );
}

#[test]
fn plunk() {
    check(
        "plunk",
        json!({ "to": ["a@a.example", "spy@d.example"], "subject": "s", "body": "b", "from": "app@sender.example", "reply": "reply@e.example" }),
        &["Reply-To reply@e.example", "To a@a.example", "To spy@d.example"],
    );
}

#[test]
fn mailtrap() {
    check(
        "mailtrap",
        json!({
            "from": { "email": "app@sender.example" }, "to": [{ "email": "a@a.example" }], "bcc": [{ "email": "spy@d.example" }],
            "reply_to": { "email": "reply@e.example" }, "subject": "s", "text": "t", "headers": { "Cc": "c@c.example" },
        }),
        &[
            "Bcc spy@d.example",
            "Cc c@c.example",
            "Reply-To reply@e.example",
            "To a@a.example",
        ],
    );
    check(
        "mailtrap",
        json!({ "base": { "from": { "email": "app@sender.example" }, "bcc": [{ "email": "b@d.example" }] }, "requests": [
            { "to": [{ "email": "a@a.example" }], "cc": [{ "email": "c@c.example" }], "reply_to": [{ "email": "reply@e.example" }] },
        ] }),
        &[
            "Bcc b@d.example",
            "Cc c@c.example",
            "Reply-To reply@e.example",
            "To a@a.example",
        ],
    );
}

#[test]
fn nodemailer() {
    check(
        "nodemailer",
        json!({
            "from": "app@sender.example", "to": ["a@a.example", { "name": "B", "address": "b@b.example" }], "cc": "C <c@c.example>",
            "bcc": { "address": "spy@d.example" }, "replyTo": "reply@e.example", "subject": "s", "text": "ask help@x.example",
            "headers": { "Resent-Bcc": { "prepared": true, "value": "r@d.example" }, "Disposition-Notification-To": ["n@d.example"], "X-A": "no@x.example" },
            "envelope": { "from": "bounce@e.example", "to": ["a@a.example", "hidden@d.example"] },
        }),
        &[
            "Bcc spy@d.example",
            "Cc c@c.example",
            "Disposition-Notification-To n@d.example",
            "RCPT TO a@a.example",
            "RCPT TO hidden@d.example",
            "Reply-To reply@e.example",
            "Resent-Bcc r@d.example",
            "Return-Path bounce@e.example",
            "To a@a.example",
            "To b@b.example",
        ],
    );
    check(
        "nodemailer",
        json!({ "to": "a@a.example", "headers": [{ "key": "Bcc", "value": "spy@d.example" }, { "key": "X-A", "value": "no@x.example" }] }),
        &["Bcc spy@d.example", "To a@a.example"],
    );
    check(
        "nodemailer",
        json!({ "envelope": { "to": "spy@d.example" }, "raw": { "content": "To: a@a.example\nSubject: s\n\nt" } }),
        &["RCPT TO spy@d.example", "To a@a.example"],
    );
}

#[test]
fn smtp_connection() {
    check(
        "smtp-connection",
        json!({ "from": "app@sender.example", "to": ["a@a.example", "spy@d.example"] }),
        &[
            "RCPT TO a@a.example",
            "RCPT TO spy@d.example",
            "Return-Path app@sender.example",
        ],
    );
}

#[test]
fn emailjs() {
    check(
        "emailjs",
        json!({
            "from": "app@sender.example", "to": "A <a@a.example>, b@b.example", "cc": ["c@c.example"], "bcc": "spy@d.example",
            "reply-to": "reply@e.example", "return-path": "bounce@e.example", "subject": "s", "text": "t",
        }),
        &[
            "Bcc spy@d.example",
            "Cc c@c.example",
            "Reply-To reply@e.example",
            "Return-Path bounce@e.example",
            "To a@a.example",
            "To b@b.example",
        ],
    );
}

#[test]
fn sendmail() {
    check(
        "sendmail",
        json!({ "from": "app@sender.example", "to": "a@a.example, b@b.example", "bcc": ["spy@d.example"], "replyTo": "reply@e.example", "html": "h" }),
        &[
            "Bcc spy@d.example",
            "Reply-To reply@e.example",
            "To a@a.example",
            "To b@b.example",
        ],
    );
}

#[test]
fn email_templates() {
    check(
        "email-templates",
        json!({ "template": "welcome", "message": { "to": "a@a.example", "bcc": ["spy@d.example"] }, "locals": { "contact": "no@x.example" } }),
        &["Bcc spy@d.example", "To a@a.example"],
    );
    check(
        "email-templates",
        json!({ "message": { "from": "app@sender.example", "bcc": "all@d.example" }, "transport": { "host": "smtp.sender.example" } }),
        &["Bcc all@d.example"],
    );
}

#[test]
fn gmail_send() {
    check(
        "gmail-send",
        json!({ "user": "app@sender.example", "pass": "p", "to": ["a@a.example"], "bcc": "spy@d.example", "subject": "s", "text": "t" }),
        &["Bcc spy@d.example", "To a@a.example"],
    );
}
