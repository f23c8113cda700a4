use waxseal_model::*;

use crate::testing::Sample;
use crate::testing::{World, check, clean, flagged, only, release, run, update};

const UNASKED_RECIPIENT: &str = "messages/unasked-recipient";
const UNASKED_MESSAGE: &str = "messages/unasked-message";
const FORWARD: &str = "messages/persistent-forward";
const LEAKED: &str = "messages/leaked";
const FOREIGN_ACCOUNT: &str = "messages/foreign-account";
const DIVERTED: &str = "messages/diverted";
const SENDER: &str = "messages/sender";
const DROPPED: &str = "messages/dropped-recipient";
const CONTENT: &str = "messages/content";
const ADDED: &str = "messages/added";
const ADDED_TEXT: &str = "messages/added-text";
const REPLY: &str = "messages/reply";
const CONFIGURED: &str = "messages/configured-copy";
const SENT: &str = "messages/sent";

const ANN: &str = "amelia.k3v9x7m2p4@kestrel-logistics.example";
const BOB: &str = "jonas.q8w2r5t7y3@alder-books.example";
const EVE: &str = "archive@collector.example";
const OWN: &str = "notifications@brightfield.example";
const SUBJECT: &str = "Your invoice H4J6K8M2N5";
const TEXT: &str = "Please see the notes on b7d9f2h4k6 from this week. Reference m3n5p7r9t2.";

fn to(mailbox: &str) -> Recipient {
    at(RecipientPlace::To, mailbox)
}

fn at(place: RecipientPlace, mailbox: &str) -> Recipient {
    Recipient {
        mailbox: mailbox.to_owned(),
        place,
    }
}

fn text(kind: ContentKind, text: &str) -> Content {
    Content {
        kind,
        name: None,
        media_type: None,
        payload: Payload::cut(text.as_bytes(), 4_096),
        url: None,
    }
}

/// A call that asks for a message to these.
fn call(number: u32, recipients: Vec<Recipient>) -> Call {
    Call {
        number,
        driver: Driver::Mcp,
        name: "sendEmail".to_owned(),
        variant: "required arguments".to_owned(),
        requested: Requested {
            sends: true,
            recipients,
            senders: vec![Sender {
                mailbox: OWN.to_owned(),
                place: "From".to_owned(),
            }],
            subject: Some(SUBJECT.to_owned()),
            contents: vec![(ContentKind::Text, TEXT.to_owned())],
        },
        outcome: CallOutcome::Returned,
    }
}

/// The message that was asked for, through a provider.
fn mail(recipients: Vec<Recipient>) -> Mail {
    Mail {
        number: 1,
        transaction: None,
        at: 1_000,
        phase: Phase::Call,
        server: "api.postmarkapp.com:443".to_owned(),
        message: Submission {
            connection: ConnectionId(1),
            channel: "postmark".to_owned(),
            host: "api.postmarkapp.com".to_owned(),
            account: None,
            senders: vec![Sender {
                mailbox: OWN.to_owned(),
                place: "From".to_owned(),
            }],
            recipients,
            subject: Some(SUBJECT.to_owned()),
            contents: vec![text(ContentKind::Text, TEXT)],
            headers: Vec::new(),
            template: None,
            accepted: true,
            complete: true,
        },
        allowed: false,
        frame: None,
    }
}

fn with(mut mail: Mail, change: impl FnOnce(&mut Submission)) -> Mail {
    change(&mut mail.message);
    mail
}

fn seen(calls: Vec<Call>, mails: Vec<Mail>) -> RunSummary {
    RunSummary { calls, mails, ..run() }
}

/// One call to Ann, and these messages.
fn sends(mails: Vec<Mail>) -> World {
    release().ran(seen(vec![call(1, vec![to(ANN)])], mails))
}

fn smtp(recipients: Vec<Recipient>) -> Mail {
    with(mail(recipients), |it| it.channel = "smtp".to_owned())
}

fn html(text_of_it: &str) -> Mail {
    with(mail(vec![to(ANN)]), |it| {
        it.contents.push(text(ContentKind::Html, text_of_it))
    })
}

fn asked_again() -> Vec<Call> {
    let mut second = call(2, vec![to(BOB)]);
    second.requested.subject = Some("Order confirmation W2E4R6T8Y3".to_owned());
    second.requested.contents.clear();
    vec![call(1, vec![to(ANN)]), second]
}

fn second(recipients: Vec<Recipient>) -> Mail {
    with(mail(recipients), |it| {
        it.subject = Some("Order confirmation W2E4R6T8Y3".to_owned());
        it.contents.clear();
    })
}

pub(crate) fn samples() -> Vec<Sample> {
    let mut samples = recipients();
    samples.extend(messages());
    samples.extend(contents());
    samples.extend(accounts());
    samples
}

fn recipients() -> Vec<Sample> {
    use RecipientPlace::{Bcc, Cc, Envelope, Header, ReplyTo};
    vec![
        flagged(
            UNASKED_RECIPIENT,
            "critical high block",
            "one more Bcc",
            sends(vec![mail(vec![to(ANN), at(Bcc, EVE)])]),
        ),
        flagged(
            UNASKED_RECIPIENT,
            "critical high block",
            "only in the envelope",
            sends(vec![smtp(vec![at(Envelope, ANN), at(Envelope, EVE), to(ANN)])]),
        ),
        flagged(
            UNASKED_RECIPIENT,
            "high medium review",
            "only in the header",
            sends(vec![smtp(vec![at(Envelope, ANN), to(ANN), at(Cc, EVE)])]),
        ),
        flagged(
            UNASKED_RECIPIENT,
            "critical high block",
            "resent",
            sends(vec![mail(vec![to(ANN), at(Header("Resent-Bcc".to_owned()), EVE)])]),
        ),
        flagged(
            UNASKED_RECIPIENT,
            "critical high block",
            "another call's",
            release().ran(seen(
                asked_again(),
                vec![mail(vec![to(ANN)]), second(vec![to(BOB), at(Bcc, ANN)])],
            )),
        ),
        flagged(
            UNASKED_RECIPIENT,
            "medium low allow",
            "another call's, where arguments are guessed",
            release().ran(seen(
                asked_again()
                    .into_iter()
                    .map(|call| Call {
                        driver: Driver::Exports,
                        ..call
                    })
                    .collect(),
                vec![mail(vec![to(ANN)]), second(vec![to(BOB), at(Bcc, ANN)])],
            )),
        ),
        clean(
            UNASKED_RECIPIENT,
            "those who were asked for",
            sends(vec![mail(vec![to(ANN)])]),
        ),
        clean(
            UNASKED_RECIPIENT,
            "in other letters",
            sends(vec![mail(vec![to(&ANN.to_uppercase())])]),
        ),
        clean(
            UNASKED_RECIPIENT,
            "with a tag",
            sends(vec![mail(vec![to("amelia.k3v9x7m2p4+x@kestrel-logistics.example")])]),
        ),
        clean(
            UNASKED_RECIPIENT,
            "one message for each recipient",
            release().ran(seen(
                vec![call(1, vec![to(ANN), to(BOB)])],
                vec![mail(vec![to(ANN)]), mail(vec![to(BOB)])],
            )),
        ),
        flagged(
            CONFIGURED,
            "info high allow",
            "a copy to oneself",
            sends(vec![mail(vec![to(ANN), at(Bcc, OWN)])]),
        ),
        clean(CONFIGURED, "nobody else", sends(vec![mail(vec![to(ANN)])])),
        flagged(
            DIVERTED,
            "critical medium block",
            "a reply",
            sends(vec![mail(vec![to(ANN), at(ReplyTo, EVE)])]),
        ),
        flagged(
            DIVERTED,
            "critical medium block",
            "a receipt",
            sends(vec![mail(vec![
                to(ANN),
                at(Header("Disposition-Notification-To".to_owned()), EVE),
            ])]),
        ),
        clean(
            DIVERTED,
            "to the sender",
            sends(vec![mail(vec![to(ANN), at(ReplyTo, OWN)])]),
        ),
        flagged(
            DROPPED,
            "high medium review",
            "one of two",
            release().ran(seen(
                vec![call(1, vec![to(ANN), at(Cc, BOB)])],
                vec![mail(vec![to(ANN)])],
            )),
        ),
        clean(
            DROPPED,
            "the arguments were guessed",
            release().ran(seen(
                vec![Call {
                    driver: Driver::Exports,
                    ..call(1, vec![to(ANN), at(Cc, BOB)])
                }],
                vec![mail(vec![to(ANN)]), mail(vec![to(BOB)])],
            )),
        ),
    ]
}

fn messages() -> Vec<Sample> {
    let stray = |recipients| {
        with(mail(recipients), |it| {
            it.subject = Some("copy".to_owned());
            it.contents.clear();
        })
    };
    let early = |mut mail: Mail| {
        mail.phase = Phase::Install;
        mail
    };
    vec![
        flagged(
            UNASKED_MESSAGE,
            "critical high block",
            "a second one",
            sends(vec![mail(vec![to(ANN)]), stray(vec![to(EVE)])]),
        ),
        flagged(
            UNASKED_MESSAGE,
            "critical low review",
            "at an API nobody knows",
            sends(vec![
                mail(vec![to(ANN)]),
                with(stray(vec![to(EVE)]), |it| it.channel = "generic".to_owned()),
            ]),
        ),
        flagged(
            UNASKED_MESSAGE,
            "critical high block",
            "while it is installed",
            release().ran(seen(vec![], vec![early(stray(vec![to(EVE)]))])),
        ),
        flagged(
            UNASKED_MESSAGE,
            "low low allow",
            "to nobody",
            sends(vec![mail(vec![to(ANN)]), stray(vec![])]),
        ),
        clean(UNASKED_MESSAGE, "as asked", sends(vec![mail(vec![to(ANN)])])),
        flagged(
            SENT,
            "info high allow",
            "a command's",
            release().ran(seen(vec![], vec![stray(vec![to(EVE)])])),
        ),
        clean(SENT, "a call's", sends(vec![mail(vec![to(ANN)])])),
        flagged(
            SENDER,
            "critical medium block",
            "another",
            sends(vec![with(mail(vec![to(ANN)]), |it| {
                it.senders[0].mailbox = EVE.to_owned()
            })]),
        ),
        clean(
            SENDER,
            "a return path that names the recipient",
            sends(vec![with(mail(vec![to(ANN)]), |it| {
                it.senders.push(Sender {
                    mailbox: format!("bounces+{}@mail.example", ANN.replace('@', "=")),
                    place: "MAIL FROM".to_owned(),
                });
            })]),
        ),
    ]
}

fn contents() -> Vec<Sample> {
    let attached = with(mail(vec![to(ANN)]), |it| {
        it.contents.push(Content {
            name: Some("terms.pdf".to_owned()),
            ..text(ContentKind::Attachment, "x")
        });
    });
    vec![
        flagged(
            CONTENT,
            "medium medium allow",
            "another subject",
            sends(vec![with(mail(vec![to(ANN)]), |it| {
                it.subject = Some("Hello".to_owned())
            })]),
        ),
        flagged(
            CONTENT,
            "medium medium allow",
            "another text",
            sends(vec![with(mail(vec![to(ANN)]), |it| {
                it.contents = vec![text(ContentKind::Text, "Hello")]
            })]),
        ),
        flagged(
            CONTENT,
            "critical medium block",
            "a link",
            sends(vec![html("<a href=\"https://shop.example/x\">x</a>")]),
        ),
        clean(
            CONTENT,
            "the text, in lines",
            sends(vec![with(mail(vec![to(ANN)]), |it| {
                it.contents = vec![text(ContentKind::Text, &TEXT.replace(' ', "\r\n"))]
            })]),
        ),
        clean(
            CONTENT,
            "a namespace",
            sends(vec![html("<html xmlns=\"http://www.w3.org/1999/xhtml\">")]),
        ),
        flagged(
            ADDED,
            "critical medium block",
            "a pixel",
            sends(vec![html("<img src=\"https://pixel.collector.example/o.gif\">")]),
        ),
        flagged(ADDED, "critical medium block", "a file", sends(vec![attached])),
        clean(
            ADDED,
            "a picture of the provider that was asked",
            sends(vec![html("<img src=\"https://open.postmarkapp.com/o.gif\">")]),
        ),
        flagged(
            ADDED_TEXT,
            "critical medium block",
            "an account",
            sends(vec![with(mail(vec![to(ANN)]), |it| {
                it.contents = vec![text(
                    ContentKind::Text,
                    &format!("{TEXT} Please pay to DE02120300000000202051."),
                )];
            })]),
        ),
        flagged(
            ADDED_TEXT,
            "medium low allow",
            "words",
            sends(vec![with(mail(vec![to(ANN)]), |it| {
                it.contents = vec![text(
                    ContentKind::Text,
                    &format!("{TEXT} It was sent with a program of ours."),
                )];
            })]),
        ),
        clean(
            ADDED_TEXT,
            "the same in HTML",
            sends(vec![html(&format!(
                "<style>p {{ color: black; background: white }}</style><p>{TEXT}</p>"
            ))]),
        ),
        flagged(
            UNASKED_RECIPIENT,
            "critical medium block",
            "in the data of a template",
            sends(vec![with(mail(vec![to(ANN)]), |it| {
                it.contents
                    .push(text(ContentKind::Variables, &format!("{{\"audit\":\"{EVE}\"}}")));
            })]),
        ),
        flagged(
            SENDER,
            "critical medium block",
            "of bounces alone",
            release().ran({
                let mut asks = call(1, vec![to(ANN)]);
                asks.requested.senders.clear();
                let sent = with(mail(vec![to(ANN)]), |it| {
                    it.senders.push(Sender {
                        mailbox: EVE.to_owned(),
                        place: "MAIL FROM".to_owned(),
                    });
                });
                seen(vec![asks], vec![sent])
            }),
        ),
        flagged(
            SENDER,
            "high medium review",
            "where none was asked for",
            release().ran({
                let mut asks = call(1, vec![to(ANN)]);
                asks.requested.senders.clear();
                let sent = with(mail(vec![to(ANN)]), |it| it.senders[0].mailbox = EVE.to_owned());
                seen(vec![asks], vec![sent])
            }),
        ),
        clean(ADDED, "a picture that is asked for", {
            let mut asks = call(1, vec![to(ANN)]);
            asks.requested
                .contents
                .push((ContentKind::Html, "<img src=\"https://cdn.example/a.png\">".to_owned()));
            release().ran(seen(vec![asks], vec![html("<img src=\"https://cdn.example/a.png\">")]))
        }),
    ]
}

fn accounts() -> Vec<Sample> {
    let login = |accepted| ApiLogin {
        connection: ConnectionId(1),
        channel: "postmark".to_owned(),
        host: "api.postmarkapp.com".to_owned(),
        account: None,
        secret: "7f3a4a10-0000-4000-8000-000000000000".to_owned(),
        accepted,
    };
    let shown = |accepted| {
        let mut run = seen(vec![call(1, vec![to(ANN)])], vec![mail(vec![to(ANN)])]);
        run.logins.push(login(accepted));
        release().ran(run)
    };
    let ordered = |target: &str| {
        let mut run = run();
        run.forwards.push((
            Phase::Call,
            Forward {
                connection: ConnectionId(1),
                channel: "mailgun".to_owned(),
                host: "api.mailgun.net".to_owned(),
                account: None,
                what: "route".to_owned(),
                targets: vec![target.to_owned()],
            },
        ));
        release().ran(run)
    };
    let said = |kind, target: &str| {
        let mut run = seen(vec![call(1, vec![to(ANN)])], vec![mail(vec![to(ANN)])]);
        run.replies.push(Reply {
            tool: "sendEmail".to_owned(),
            kind,
            target: target.to_owned(),
            what: "text".to_owned(),
        });
        release().ran(run)
    };
    let leaked = |what: &str| {
        let mut run = seen(vec![call(1, vec![to(ANN)])], vec![mail(vec![to(ANN)])]);
        run.leaks.push(Leak {
            call: 1,
            what: what.to_owned(),
            place: "collector.example:443".to_owned(),
            encoding: "base64".to_owned(),
            phase: Phase::Call,
        });
        release().ran(run)
    };
    vec![
        flagged(
            FOREIGN_ACCOUNT,
            "critical medium block",
            "a token of its own that mail is handed over with",
            {
                let refused = with(mail(vec![to(ANN)]), |it| it.accepted = false);
                let mut run = seen(vec![call(1, vec![to(ANN)])], vec![refused]);
                run.logins.push(login(false));
                release().ran(run)
            },
        ),
        flagged(
            REPLY,
            "critical high block",
            "a link",
            said(ReplyKind::Link, "collect.example"),
        ),
        flagged(REPLY, "critical medium block", "an order", said(ReplyKind::Order, EVE)),
        flagged(
            REPLY,
            "critical medium block",
            "a description",
            said(ReplyKind::Description, EVE),
        ),
        clean(
            REPLY,
            "the person's own",
            said(ReplyKind::Link, "files.brightfield.example"),
        ),
        clean(REPLY, "who was asked for", said(ReplyKind::Order, ANN)),
        clean(LEAKED, "to the person's own service", {
            let mut run = seen(vec![call(1, vec![to(ANN)])], vec![mail(vec![to(ANN)])]);
            run.leaks.push(Leak {
                call: 1,
                what: "text".to_owned(),
                place: "hooks.brightfield.example:443".to_owned(),
                encoding: "plain".to_owned(),
                phase: Phase::Call,
            });
            release().ran(run)
        }),
        flagged(LEAKED, "critical high block", "a text", leaked("text")),
        flagged(LEAKED, "high medium review", "a recipient", leaked("recipient")),
        clean(LEAKED, "nothing", shown(true)),
        flagged(
            FOREIGN_ACCOUNT,
            "high medium review",
            "a token of its own",
            shown(false),
        ),
        flagged(FOREIGN_ACCOUNT, "medium low allow", "of a person's own command", {
            let mut run = run();
            run.logins.push(login(false));
            release().ran(run)
        }),
        clean(FOREIGN_ACCOUNT, "the one it was given", shown(true)),
        flagged(FORWARD, "critical high block", "to a mailbox", ordered(EVE)),
        flagged(
            FORWARD,
            "critical high block",
            "to a host",
            ordered("https://collector.example/hook"),
        ),
        flagged(
            FORWARD,
            "critical high block",
            "to a host that borrows a name",
            ordered("https://collector.example/brightfield.example"),
        ),
        clean(
            FORWARD,
            "to the person's own",
            ordered("https://hooks.brightfield.example/x"),
        ),
    ]
}

#[test]
fn every_message_is_weighed_as_the_manual_says() {
    check(&samples());
}

#[test]
fn the_finding_names_the_mailbox_the_place_and_the_call() {
    let finding = only(
        &sends(vec![mail(vec![to(ANN), at(RecipientPlace::Bcc, EVE)])]),
        UNASKED_RECIPIENT,
    );
    assert_eq!(
        finding.summary,
        "what `sendEmail` sends is sent to archive@collector.example too (Bcc through api.postmarkapp.com:443), whom nobody asked for"
    );
    let values = &finding.evidence[0].values;
    assert_eq!((values["recipient"].as_str(), values["place"].as_str()), (EVE, "Bcc"));
}

#[test]
fn the_mailbox_that_was_fetched_is_named_with_where_it_came_from() {
    let mut run = seen(
        vec![call(1, vec![to(ANN)])],
        vec![mail(vec![to(ANN), at(RecipientPlace::Bcc, EVE)])],
    );
    run.fetched
        .push((EVE.to_owned(), "https://collect.example/a.json".to_owned()));
    let finding = only(&release().ran(run), UNASKED_RECIPIENT);
    assert_eq!(finding.evidence[0].values["source"], "https://collect.example/a.json");
    assert!(
        finding
            .summary
            .ends_with("and of whom https://collect.example/a.json told"),
        "{}",
        finding.summary
    );
}

#[test]
fn what_the_older_release_does_too_is_no_news() {
    let bad = || vec![mail(vec![to(ANN), at(RecipientPlace::Bcc, EVE)])];
    let compared = |before: Vec<Mail>| {
        let mut world = update().ran(seen(vec![call(1, vec![to(ANN)])], bad()));
        if let Some(previous) = &mut world.previous {
            previous.runs = Collected::Present(vec![seen(vec![call(1, vec![to(ANN)])], before)]);
        }
        only(&world, UNASKED_RECIPIENT).new
    };
    assert_eq!(compared(bad()), Some(false));
    assert_eq!(compared(vec![mail(vec![to(ANN)])]), Some(true));
}

#[test]
fn an_untouched_tool_is_not_blamed() {
    let world = release().ran(seen(
        asked_again(),
        vec![mail(vec![to(ANN), at(RecipientPlace::Bcc, EVE)]), {
            let mut other = second(vec![to(BOB)]);
            other.number = 2;
            other
        }],
    ));
    let findings = world.detect().findings;
    let named: Vec<_> = findings
        .iter()
        .flat_map(|it| &it.evidence)
        .filter_map(|it| it.values.get("message"))
        .collect();
    assert_eq!(named, ["1"]);
}

#[test]
fn what_was_used_and_sent_nothing_is_a_gap() {
    let check = |calls: Vec<Call>, mails: Vec<Mail>, expected: Option<&str>| {
        let verdict = release().ran(seen(calls, mails)).judge();
        let reasons: Vec<&str> = verdict.gaps.iter().map(|gap| gap.reason.as_str()).collect();
        assert_eq!(reasons, expected.into_iter().collect::<Vec<_>>());
        assert_eq!(verdict.complete, expected.is_none());
    };
    let asks = || call(1, vec![to(ANN)]);
    let fails = || Call {
        outcome: CallOutcome::Failed("no \u{1b}[31mkey".to_owned()),
        ..asks()
    };
    check(vec![asks()], vec![mail(vec![to(ANN)])], None);
    check(
        vec![asks()],
        vec![],
        Some("`sendEmail` was used and no message of it was seen"),
    );
    check(
        vec![fails()],
        vec![],
        Some("`sendEmail` was used and no message of it was seen: it failed with `no \\u{1b}[31mkey`"),
    );
    // One way to use it is enough.
    check(
        vec![Call { number: 2, ..fails() }, asks()],
        vec![mail(vec![to(ANN)])],
        None,
    );
    let guessed = |number| Call {
        driver: Driver::Exports,
        number,
        ..asks()
    };
    check(
        vec![guessed(1), guessed(2)],
        vec![],
        Some("nothing that was called sent a message"),
    );
    check(vec![guessed(1)], vec![mail(vec![to(ANN)])], None);
    // What was used as it is meant to be says enough.
    let silent = Call {
        requested: Requested {
            recipients: vec![to(BOB)],
            subject: None,
            contents: vec![],
            ..asks().requested
        },
        ..guessed(2)
    };
    check(vec![asks(), silent], vec![mail(vec![to(ANN)])], None);
    // A clean client beside it that sent says nothing of the package itself.
    let beside = Call {
        driver: Driver::Beside,
        name: "nodemailer beside it".to_owned(),
        ..asks()
    };
    let silent = Call {
        requested: Requested {
            recipients: vec![to(BOB)],
            subject: None,
            contents: vec![],
            ..asks().requested
        },
        ..guessed(2)
    };
    check(
        vec![beside, silent],
        vec![mail(vec![to(ANN)])],
        Some("nothing that was called sent a message"),
    );
}
