#![allow(clippy::unwrap_used, reason = "a test that unwraps fails as it should")]

use waxseal_detect::mail::{Approved, Pace};

use super::*;
use crate::mail::settings::MailSettings;

fn proposal() -> Proposal {
    Proposal {
        application: "shop\"]\u{202e}@shop.example".to_owned(),
        has_entry: false,
        logins: Vec::new(),
        senders: vec!["shop@shop.example".to_owned()],
        mails: 1_210,
        pace: Pace::default(),
        questions: vec![
            Question {
                recipient: "archive@crm.example".to_owned(),
                copies: 1_204,
                pace: Pace {
                    first: Some(Moment(1_795_000_000)),
                    last: Some(Moment(1_795_600_000)),
                },
                beside: 16,
                constant: true,
                outside: true,
                ids: vec!["mx1/4jX9\u{1b}[31m".to_owned()],
            },
            Question {
                recipient: String::new(),
                copies: 3,
                pace: Pace::default(),
                beside: 0,
                constant: false,
                outside: true,
                ids: Vec::new(),
            },
        ],
    }
}

#[test]
fn questions_are_a_file_that_can_be_answered_whatever_names_are_in_it() {
    let text = questions(&[proposal()]);
    insta::assert_snapshot!(text);
    let (_, applied) = apply(&text, "", "ops").unwrap();
    assert_eq!(applied, Applied { yes: 0, no: 0, open: 2 });
}

#[test]
fn a_yes_becomes_policy_and_leaves_everything_else_as_it_is() {
    let answers = questions(&[proposal()])
        .replacen(
            "answer = \"?\"\nreason = \"\"",
            "answer = \"yes\"\nreason = \"our CRM keeps copies\"",
            1,
        )
        .replacen(
            "answer = \"?\"\nreason = \"\"",
            "answer = \"Yes\"\nreason = \"the newsletter\"",
            1,
        );
    let before =
        "# ours\nmode = \"hold\" # for now\n\n[[applications]]\nname = \"other\"\nsenders = [\"other@shop.example\"]\n";
    let (after, applied) = apply(&answers, before, "ops@shop.example").unwrap();
    assert_eq!(applied, Applied { yes: 2, no: 0, open: 0 });
    assert!(after.starts_with(before), "{after}");
    let policy = MailSettings::parse(&after, "mail.toml").unwrap().policy;
    let entry = &policy.applications[1];
    assert_eq!(entry.allow, [Approved::Mailbox("archive@crm.example".to_owned())]);
    assert_eq!(
        (entry.reason.as_str(), entry.owner.as_str()),
        ("our CRM keeps copies; the newsletter", "ops@shop.example")
    );
    // Twice is once.
    assert_eq!(apply(&answers, &after, "ops@shop.example").unwrap().0, after);
}

#[test]
fn an_answer_that_is_none_changes_nothing() {
    let asked = questions(&[proposal()]);
    for (answers, says) in [
        (asked.replacen("answer = \"?\"", "answer = \"maybe\"", 1), "`yes`, `no`"),
        (asked.replacen("answer = \"?\"", "answer = \"yes\"", 1), "no `reason`"),
        (asked.replacen("answer = ", "anser = ", 1), "unknown field"),
        ("[[questions]".to_owned(), "cannot be read"),
    ] {
        let err = apply(&answers, "", "ops").unwrap_err().to_string();
        assert!(err.contains(says), "{err}");
    }
    let yes = asked.replacen("answer = \"?\"\nreason = \"\"", "answer = \"yes\"\nreason = \"x\"", 1);
    assert!(apply(&yes, "applications = 1", "ops").is_err());
    assert!(apply(&yes, "= 1", "ops").is_err());
}

#[test]
fn answers_go_behind_everything_that_is_written_comments_too() {
    let template = include_str!("../../commands/mail/mail.toml");
    let answers =
        questions(&[proposal()]).replacen("answer = \"?\"\nreason = \"\"", "answer = \"yes\"\nreason = \"x\"", 1);
    let (after, _) = apply(&answers, template, "ops").unwrap();
    assert!(after.starts_with(template.trim_end()), "{after}");
    assert!(MailSettings::parse(&after, "mail.toml").is_ok());
}
