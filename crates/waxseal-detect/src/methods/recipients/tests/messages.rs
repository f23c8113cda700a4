//! Cases of recipients: copies, separate messages, diverted answers.

use waxseal_model::{CapabilityKind, MailFlow, Origin, Reach, RecipientPlace};

use super::flows::*;
use crate::testing::*;

pub(super) fn hidden_copies() -> Vec<Sample> {
    const ID: &str = "recipients/hidden-copy";
    vec![
        flagged(
            ID,
            "critical high block",
            "a constant Bcc, in one release",
            release().flow(bcc()),
        ),
        flagged(
            ID,
            "critical high block",
            "a constant Bcc, new in an update",
            update().new_flow(bcc()),
        ),
        flagged(
            ID,
            "critical high block",
            "a constant Bcc that the last release had too",
            update().flow(bcc()),
        ),
        flagged(
            ID,
            "critical high block",
            "in To",
            release().flow(copy(RecipientPlace::To, STRANGER)),
        ),
        flagged(
            ID,
            "critical high block",
            "in Cc",
            release().flow(copy(RecipientPlace::Cc, STRANGER)),
        ),
        flagged(
            ID,
            "critical high block",
            "in RCPT TO",
            release().flow(copy(RecipientPlace::Envelope, STRANGER)),
        ),
        flagged(
            ID,
            "critical high block",
            "in a header that delivers",
            release().flow(copy(RecipientPlace::Header("Resent-Bcc".to_owned()), STRANGER)),
        ),
        flagged(
            ID,
            "critical high block",
            "in a rule that forwards what an account receives",
            release().flow(message(
                copy(RecipientPlace::Header("forwarding rule".to_owned()), STRANGER),
                &["sent"],
            )),
        ),
        flagged(
            ID,
            "critical high block",
            "in a header nobody knows",
            release().flow(copy(RecipientPlace::Header("X-Archive-To".to_owned()), STRANGER)),
        ),
        flagged(
            ID,
            "critical high block",
            "the default of a parameter",
            release().flow(from(Origin::Default, bcc())),
        ),
        flagged(
            ID,
            "critical medium block",
            "fetched from the network",
            release().flow(unnamed(Origin::Fetched, bcc())),
        ),
        flagged(
            ID,
            "critical medium block",
            "in a shipped file",
            release().flow(unnamed(Origin::Shipped, bcc())),
        ),
        flagged(
            ID,
            "critical medium block",
            "computed and not to be folded",
            release().flow(unnamed(Origin::Derived, bcc())),
        ),
        flagged(
            ID,
            "critical medium block",
            "with a part that only the call knows",
            release().flow(MailFlow {
                value: Some("*@collector.example".to_owned()),
                mailbox: None,
                ..bcc()
            }),
        ),
        flagged(
            ID,
            "critical medium block",
            "on a message object that is sent elsewhere",
            release().flow(message(bcc(), &["recipients", "content"])),
        ),
        flagged(
            ID,
            "critical high block",
            "under a condition",
            release().flow(MailFlow {
                condition: Some("Date.now() > 1758067200000".to_owned()),
                ..bcc()
            }),
        ),
        flagged(
            ID,
            "critical high block",
            "in a file loaded from an entry point, by whoever calls it",
            release().flow(MailFlow {
                reach: Reach::Loaded(vec!["index.js".to_owned()]),
                ..bcc()
            }),
        ),
        flagged(
            ID,
            "critical high block",
            "in a test folder that the entry point loads",
            release().flow_in("test/helper.js", bcc()),
        ),
        flagged(
            ID,
            "medium low allow",
            "a default To where no mail is accepted",
            release().flow(from(Origin::Default, copy(RecipientPlace::To, "test@example.com"))),
        ),
        flagged(
            ID,
            "critical low review",
            "computed, on a message that was not seen to leave, in a package that mails",
            release()
                .can(capability(CapabilityKind::Mail, "postmark.sendEmail", ""))
                .flow(message(unnamed(Origin::Derived, bcc()), &["recipients", "content"])),
        ),
        clean(
            ID,
            "the same in a package that never mails, where it is only said",
            release().flow(message(unnamed(Origin::Derived, bcc()), &["recipients", "content"])),
        ),
        clean(
            ID,
            "a set called destinations in a package that never mails",
            release().flow(MailFlow {
                channel: "message object".to_owned(),
                ..unnamed(Origin::Derived, copy(RecipientPlace::Envelope, ""))
            }),
        ),
        clean(
            ID,
            "a Bcc that the caller passes",
            update().new_flow(unnamed(Origin::Caller, bcc())),
        ),
        clean(
            ID,
            "a copy that the user's configuration asks for",
            update().new_flow(unnamed(Origin::Configured("ALWAYS_COPY_ME".to_owned()), bcc())),
        ),
        clean(
            ID,
            "a list's name without a domain",
            release().flow(MailFlow {
                value: Some("newsletter".to_owned()),
                mailbox: None,
                ..bcc()
            }),
        ),
        clean(
            ID,
            "a message that no caller has a part in",
            release().flow(message(bcc(), &["sent"])),
        ),
    ]
}

pub(super) fn unreached_copies() -> Vec<Sample> {
    const ID: &str = "recipients/hidden-copy";
    vec![
        flagged(
            ID,
            "medium low allow",
            "an example that nothing loads",
            release().flow_in("examples/send.js", unreached(bcc())),
        ),
        flagged(
            ID,
            "medium low allow",
            "a test",
            update().new_flow_in("lib/send.test.js", unreached(hidden(bcc()))),
        ),
        flagged(
            ID,
            "medium low allow",
            "a demo beside the code",
            release().flow_in("demo.js", unreached(bcc())),
        ),
        flagged(
            ID,
            "high low review",
            "code that nothing was seen to load",
            release().flow_in("lib/send.js", unreached(bcc())),
        ),
        flagged(
            ID,
            "high low review",
            "the same, new",
            update().new_flow_in("lib/send.js", unreached(bcc())),
        ),
        flagged(
            ID,
            "medium low allow",
            "the same, known",
            update().flow_in("lib/send.js", unreached(bcc())),
        ),
        flagged(
            ID,
            "high low review",
            "the same, known and hidden",
            update().flow_in("lib/send.js", unreached(hidden(bcc()))),
        ),
    ]
}

pub(super) fn separate_messages() -> Vec<Sample> {
    const ID: &str = "recipients/separate-message";
    const REPLY: &str = "recipients/reply-diverted";
    let to = || copy(RecipientPlace::To, STRANGER);
    let reply = || copy(RecipientPlace::ReplyTo, STRANGER);
    let receipt = RecipientPlace::Header("Disposition-Notification-To".to_owned());
    vec![
        flagged(
            ID,
            "critical high block",
            "the caller's content, sent a second time",
            release().flow(message(to(), &["content", "sent", "beside"])),
        ),
        flagged(
            ID,
            "critical high block",
            "the caller's content alone, for the first time",
            update().new_flow(message(to(), &["content", "sent"])),
        ),
        flagged(
            ID,
            "critical low review",
            "a form to the maker that the last release had",
            update().flow(message(to(), &["content", "sent"])),
        ),
        flagged(
            ID,
            "high medium review",
            "a note to a stranger whenever the caller mails",
            release().flow(message(to(), &["sent", "beside"])),
        ),
        clean(
            ID,
            "a test mail with nothing of the caller's",
            release().flow(message(to(), &["sent"])),
        ),
        clean(
            ID,
            "a second message to a configured mailbox",
            release().flow(message(
                unnamed(Origin::Configured("REPORT_TO".to_owned()), to()),
                &["content", "sent", "beside"],
            )),
        ),
        flagged(
            REPLY,
            "critical medium block",
            "answers go to a constant",
            release().flow(reply()),
        ),
        flagged(
            REPLY,
            "critical medium block",
            "the same, new in an update",
            update().new_flow(reply()),
        ),
        flagged(REPLY, "high medium review", "the same, known", update().flow(reply())),
        flagged(
            REPLY,
            "critical medium block",
            "the same, known and hidden",
            update().flow(hidden(reply())),
        ),
        flagged(
            REPLY,
            "critical medium block",
            "receipts go to a constant",
            release().flow(copy(receipt, STRANGER)),
        ),
        flagged(
            REPLY,
            "high medium review",
            "answers to a note beside the caller's mail",
            release().flow(message(reply(), &["sent", "beside"])),
        ),
        clean(
            REPLY,
            "answers go where the caller says",
            release().flow(unnamed(Origin::Caller, reply())),
        ),
        clean(
            REPLY,
            "a message of its own answers to its maker",
            release().flow(message(reply(), &["sent"])),
        ),
    ]
}
