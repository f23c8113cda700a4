//! Who gets a message, who gets the answer, and who was forgotten.

use std::collections::BTreeSet;

use waxseal_model::{Call, CallOutcome, Confidence, Driver, Mail, Proof, RecipientPlace, RunSummary, Sender, Severity};

use super::{CONFIGURED, Claim, Claims, DIVERTED, DROPPED, MAX_NAME, SENDER, SENT, UNASKED_MESSAGE, UNASKED_RECIPIENT};
use crate::asked::{Asked, Standing};
use crate::proof::{self, Values};

/// Compares those whom a message names with those who were asked for.
pub(super) fn compare(mail: &Mail, calls: &[&Call], asked: &Asked<'_>, claims: &mut Claims) {
    for (mailbox, places) in mail.message.addressees() {
        let standing = asked.standing(mailbox, calls);
        let (gets_it, later): (Vec<&RecipientPlace>, Vec<&RecipientPlace>) =
            places.into_iter().partition(|place| is_delivered(place));
        if let Some(place) = gets_it.first() {
            recipient(
                (mail, asked.fetched(mailbox)),
                mailbox,
                standing,
                place,
                &gets_it,
                calls,
                claims,
            );
        }
        if let Some(place) = later.first()
            && matches!(standing, Standing::Stranger | Standing::OfAnotherCall)
        {
            let claim = Claim {
                indicator: DIVERTED,
                key: format!("{} {}", place, key(mailbox, standing)),
                weight: match standing {
                    Standing::OfAnotherCall if is_guessed(calls) => (Severity::Medium, Confidence::Low),
                    Standing::OfAnotherCall => (Severity::High, Confidence::High),
                    // No call of ours, and no setting, names a stranger.
                    _ => (Severity::Critical, Confidence::Medium),
                },
                summary: format!(
                    "it put {} as {place} into a message that {} asked for",
                    short(mailbox),
                    by(calls)
                ),
            };
            claims.add(
                claim,
                prove(mail, calls)
                    .with("recipient", mailbox)
                    .with("place", place.as_str()),
            );
        }
    }
    for sender in &mail.message.senders {
        if asked.standing(&sender.mailbox, calls) == Standing::Stranger && !is_verp(mail, &sender.mailbox) {
            let claim = Claim {
                indicator: SENDER,
                key: format!("{} {}", sender.place, sender.mailbox),
                // Without a sender of the caller's a package has one of its own; with one it has no business to.
                weight: match asks_for_a_sender(calls) || takes_bounces(mail, &sender.place, asked, calls) {
                    true => (Severity::Critical, Confidence::Medium),
                    false => (Severity::High, Confidence::Medium),
                },
                summary: format!(
                    "it sends as {} ({}), whom nobody named",
                    short(&sender.mailbox),
                    sender.place
                ),
            };
            claims.add(
                claim,
                prove(mail, calls)
                    .with("sender", &sender.mailbox)
                    .with("place", &sender.place),
            );
        }
    }
}

fn recipient(
    (mail, fetched): (&Mail, Option<&str>),
    mailbox: &str,
    standing: Standing,
    place: &RecipientPlace,
    places: &[&RecipientPlace],
    calls: &[&Call],
    claims: &mut Claims,
) {
    // Over SMTP only the envelope delivers.
    let for_show = mail.message.channel == "smtp" && !places.contains(&&RecipientPlace::Envelope);
    let (indicator, weight) = match standing {
        Standing::Asked => return,
        Standing::Configured => (CONFIGURED, (Severity::Info, Confidence::High)),
        // What is called with guessed arguments, one thing after the other, may keep what it was told before.
        Standing::OfAnotherCall if is_guessed(calls) => (UNASKED_RECIPIENT, (Severity::Medium, Confidence::Low)),
        _ if for_show => (UNASKED_RECIPIENT, (Severity::High, Confidence::Medium)),
        _ => (UNASKED_RECIPIENT, (Severity::Critical, Confidence::High)),
    };
    let list: Vec<&str> = places.iter().map(|place| place.as_str()).collect();
    let why = match standing {
        Standing::OfAnotherCall => "who belongs to another call",
        Standing::Configured => "as it is configured",
        _ => "whom nobody asked for",
    };
    let from = fetched.map_or_else(String::new, |url| {
        format!(", and of whom {} told", proof::cut(url, MAX_NAME))
    });
    let claim = Claim {
        indicator,
        key: format!("{place} {}", key(mailbox, standing)),
        weight,
        summary: format!(
            "{} is sent to {} too ({} through {}), {why}{from}",
            by(calls),
            short(mailbox),
            list.join(", "),
            proof::cut(&mail.server, MAX_NAME)
        ),
    };
    claims.add(
        claim,
        prove(mail, calls)
            .with("recipient", mailbox)
            .with("place", list.join(", "))
            .with_some("source", fetched),
    );
}

/// A message that belongs to no call.
pub(super) fn unasked_message(mail: &Mail, claims: &mut Claims) {
    let addressees = mail.message.addressees();
    let who: BTreeSet<String> = addressees.iter().map(|(mailbox, _)| mailbox.to_lowercase()).collect();
    let claim = Claim {
        indicator: UNASKED_MESSAGE,
        key: who.iter().cloned().collect::<Vec<_>>().join(" "),
        weight: match (mail.message.channel.as_str(), addressees.is_empty()) {
            ("generic", _) => (Severity::Critical, Confidence::Low),
            // It names nobody: an empty request, or one to a list that the provider keeps.
            (_, true) => (Severity::Low, Confidence::Low),
            _ => (Severity::Critical, Confidence::High),
        },
        summary: format!(
            "it sent a message to {} through {} that nobody asked for",
            match addressees.is_empty() {
                true => "nobody it names".to_owned(),
                false => proof::some_of(addressees.iter().map(|(mailbox, _)| *mailbox)),
            },
            proof::cut(&mail.server, MAX_NAME)
        ),
    };
    let mut proof = prove(mail, &[]).with_some("subject", mail.message.subject.as_ref());
    if let Some((mailbox, places)) = addressees.first() {
        let places: Vec<&str> = places.iter().map(|place| place.as_str()).collect();
        proof = proof.with("recipient", *mailbox).with("place", places.join(", "));
    }
    claims.add(claim, proof);
}

/// A message of a command: what was to be sent is not known.
pub(super) fn noted(mail: &Mail, claims: &mut Claims) {
    for (mailbox, places) in mail.message.addressees() {
        let list: Vec<&str> = places.iter().map(|place| place.as_str()).collect();
        let claim = Claim {
            indicator: SENT,
            key: mailbox.to_lowercase(),
            weight: (Severity::Info, Confidence::High),
            summary: format!("it sent mail to {} ({})", short(mailbox), list.join(", ")),
        };
        claims.add(
            claim,
            prove(mail, &[])
                .with("recipient", mailbox)
                .with("place", list.join(", ")),
        );
    }
}

/// Recipients of a call of whose messages some were seen, and none to them.
pub(super) fn dropped(run: &RunSummary, asked: &Asked<'_>, claims: &mut Claims) {
    for call in run
        .calls
        .iter()
        .filter(|call| call.requested.sends && call.outcome == CallOutcome::Returned)
    {
        let mails: Vec<&Mail> = run
            .mails
            .iter()
            .filter(|mail| asked.calls_of(mail).iter().any(|it| it.number == call.number))
            .collect();
        if mails.is_empty() {
            continue;
        }
        let named = |wanted: &str| {
            let mut all = mails.iter().flat_map(|mail| &mail.message.recipients);
            all.any(|it| Asked::is_same(&it.mailbox, wanted))
        };
        for recipient in call
            .requested
            .recipients
            .iter()
            .filter(|it| is_delivered(&it.place) && !named(&it.mailbox))
        {
            // Who guesses the arguments of a function may ask for what it does not have.
            let sure = matches!(
                call.driver,
                Driver::Mcp | Driver::Scenario | Driver::Beside | Driver::Person
            );
            let weight = if sure {
                (Severity::High, Confidence::Medium)
            } else {
                (Severity::Low, Confidence::Low)
            };
            let claim = Claim {
                indicator: DROPPED,
                key: format!("{} {}", call.name, recipient.place),
                weight,
                summary: format!(
                    "`{}` sends nothing to the one it was asked to send to as {}",
                    proof::cut(&call.name, MAX_NAME),
                    recipient.place
                ),
            };
            let proof = Proof::default()
                .with("recipient", &recipient.mailbox)
                .with("place", recipient.place.as_str())
                .with("call", &call.name);
            claims.add(claim, proof);
        }
    }
}

/// Whether only bounces go to a stranger: the message itself is from whom it is to be from.
fn takes_bounces(mail: &Mail, place: &str, asked: &Asked<'_>, calls: &[&Call]) -> bool {
    let stranger = |sender: &Sender| asked.standing(&sender.mailbox, calls) == Standing::Stranger;
    let of = |name: &str| mail.message.senders.iter().find(|it| it.place == name);
    place != FROM && of(FROM).is_some_and(|sender| !stranger(sender))
}

/// Whether all that is known of these calls is that they were given a sender: what guesses does not know whether it was taken.
fn asks_for_a_sender(calls: &[&Call]) -> bool {
    let sure = |call: &&Call| {
        matches!(
            call.driver,
            Driver::Mcp | Driver::Scenario | Driver::Beside | Driver::Person
        )
    };
    calls
        .iter()
        .all(|call| sure(call) && !call.requested.senders.is_empty())
}

/// Whether nobody described how these things are to be used.
fn is_guessed(calls: &[&Call]) -> bool {
    calls
        .iter()
        .all(|call| matches!(call.driver, Driver::Exports | Driver::Documentation))
}

fn is_delivered(place: &RecipientPlace) -> bool {
    match place {
        RecipientPlace::Envelope | RecipientPlace::To | RecipientPlace::Cc | RecipientPlace::Bcc => true,
        RecipientPlace::ReplyTo => false,
        RecipientPlace::Header(name) => name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("resent-")),
    }
}

/// The recipient's own address in the sender of the envelope, so that a bounce tells whom it was for (`bounces+ann=customer.example@…`).
fn is_verp(mail: &Mail, sender: &str) -> bool {
    let coded = |mailbox: &str| mailbox.replace('@', "=").to_lowercase();
    let sender = sender.to_lowercase();
    mail.message
        .addressees()
        .iter()
        .any(|(mailbox, _)| sender.contains(&coded(mailbox)))
}

const FROM: &str = "From";

/// Minted mailboxes differ from call to call, and are told apart by nothing.
fn key(mailbox: &str, standing: Standing) -> String {
    match standing {
        Standing::OfAnotherCall => "(another call's)".to_owned(),
        _ => mailbox.to_lowercase(),
    }
}

fn short(mailbox: &str) -> String {
    proof::cut(mailbox, MAX_NAME)
}

/// The call that asked for a message.
fn by(calls: &[&Call]) -> String {
    calls.first().map_or_else(
        || "a message".to_owned(),
        |call| format!("what `{}` sends", proof::cut(&call.name, MAX_NAME)),
    )
}

pub(super) fn prove(mail: &Mail, calls: &[&Call]) -> Proof {
    Proof::default()
        .with("channel", &mail.message.channel)
        .with("host", &mail.server)
        .with("phase", mail.phase.id())
        .with("message", mail.number.to_string())
        .with_some("call", calls.first().map(|call| &call.name))
        .with_some("variant", calls.first().map(|call| &call.variant))
        .with_some("frame", mail.frame.as_ref())
}
