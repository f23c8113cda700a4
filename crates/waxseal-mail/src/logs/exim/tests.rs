use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::logs::Mode;
use crate::logs::tests::{live, log, read};

const ID: &str = "1xUwNb-0005uG-0g";

fn check(text: &str, expected: &[&str]) {
    assert_eq!(read("exim", text), expected, "{text}");
}

fn mail(arrival: &str, rest: &[&str]) -> String {
    let mut text = format!("2026-11-22 01:28:31 {ID} <= {arrival}\n");
    for line in rest {
        text += &format!("2026-11-22 01:28:31 {ID} {line}\n");
    }
    text
}

#[test]
fn a_real_log() {
    check(
        include_str!("../../../tests/data/logs/exim-mainlog.log"),
        &[
            "1xUwNb-0005uG-0g root@test.local > alice@customer.example=sent spy@giftshop.example=sent | unknown | 2",
            "1xUwNb-0005uL-1L app@test.local > alice@customer.example=sent spy@giftshop.example=sent | unknown | 2",
            "1xUwNb-0005uU-1z app@test.local > bob@customer.example(team@test.local)=sent carol@customer.example(team@test.local)=sent | unknown | 1",
            "1xUwNb-0005ud-2a app@test.local > alice@customer.example=sent spy@giftshop.example=sent | unknown | 2",
        ],
    );
}

#[test]
fn a_subject_that_imitates_the_list_of_recipients() {
    for subject in [
        r#"x\" from <a> for b@x.example c@x.example"#,
        r#"\\\" for b@x.example"#,
        " for b@x.example",
        r#"x\\"#,
    ] {
        let text = mail(
            &format!("app@x.example U=app P=local S=1 T=\"{subject}\" from <app@x.example> for spy@y.example"),
            &["Completed"],
        );
        check(&text, &[&format!("{ID} app@x.example > spy@y.example | unknown | 1")]);
    }
}

#[test]
fn every_flag() {
    let text = mail(
        "app@x.example H=web (helo) [192.0.2.7] P=esmtpsa A=plain:shop S=1 id=1@x.example for a@x.example b@x.example c@x.example d@x.example",
        &[
            "=> a@x.example R=r T=t H=mx.x.example [192.0.2.1] C=\"250 OK to b@x.example\"",
            "-> b@x.example R=r T=t",
            "** c@x.example R=r T=t: 550 no such user",
            "== d@x.example R=r T=t defer (-1): later",
            ">> e@x.example R=r T=t",
            "*> f@x.example R=r T=t",
        ],
    );
    check(
        &text,
        &[&format!(
            "{ID} app@x.example > a@x.example=sent b@x.example=sent c@x.example=bounced d@x.example=deferred e@x.example=sent f@x.example | unknown | 4"
        )],
    );
    let mut seen = Vec::new();
    let mut it = log("exim", Mode::Review);
    it.read(text.as_bytes(), &mut |_| {});
    it.finish(&mut |mail| seen.push([mail.login, mail.client, mail.listener].map(str::to_owned)));
    assert_eq!(seen, [["shop", "web (helo) [192.0.2.7]", "esmtpsa"]]);
}

#[test]
fn local_deliveries_pipes_and_files_go_by_the_address_they_stand_for() {
    let text = mail(
        "app@x.example U=app P=local S=1 for alice@x.example \"a b\"@x.example",
        &[
            "=> alice <alice@x.example> R=local T=mail_spool",
            "=> |/usr/bin/vacation (bob@x.example) <list@x.example> R=r T=pipe",
            "=> \"a b\"@x.example R=r T=t",
            "** nobody@x.example: Unrouteable address",
            "Completed",
        ],
    );
    check(
        &text,
        &[&format!(
            "{ID} app@x.example > alice@x.example=sent \"a b\"@x.example=sent list@x.example=sent nobody@x.example=bounced | unknown | 2"
        )],
    );
}

#[test]
fn headers_that_our_access_rule_logs() {
    let visible = |name: &str, text: &str| format!("waxseal-visible {name} {}", STANDARD.encode(text));
    let (to, cc) = (visible("to", " A\n <a@x.example>,\n\tb@x.example\n"), visible("cc", ""));
    let text = mail(
        "app@x.example U=app P=local S=1 for a@x.example spy@y.example",
        &[&to, &cc, "Completed"],
    );
    check(
        &text,
        &[&format!(
            "{ID} app@x.example > a@x.example spy@y.example | known a@x.example,b@x.example | 2"
        )],
    );
    // It stands before the arrival when an SMTP session wrote it.
    let before = format!("2026-11-22 01:28:31 {ID} {to}\n");
    assert_eq!(
        read(
            "exim",
            &(before + &mail("app@x.example P=esmtp S=1 for a@x.example", &["Completed"]))
        )[0]
        .split(" | ")
        .nth(1),
        Some("known a@x.example,b@x.example")
    );
    let long = visible("to", &"a@x.example, ".repeat(400)[..4000]);
    assert!(
        read("exim", &mail("app@x.example P=local S=1 for a@x.example", &[&long]))[0].contains("| partial a@x.example")
    );
    let none = [visible("to", ""), "Completed".to_owned()];
    assert!(
        read(
            "exim",
            &mail("app@x.example P=local S=1 for a@x.example", &[&none[0], &none[1]])
        )[0]
        .contains("| known  |")
    );
}

#[test]
fn ids_of_both_kinds_processes_zones_and_syslog() {
    for line in [
        "2026-11-22 01:28:31 1xUwNb-00000005uG7-0abc <= a@x.example for b@x.example",
        "2026-11-22 01:28:31.123 +0100 [77] 1xUwNb-0005uG-0g <= a@x.example for b@x.example",
        "Nov 22 01:28:31 vm exim[7]: 1xUwNb-0005uG-0g <= a@x.example for b@x.example",
        "Nov 22 01:28:31 vm exim[7]: 2026-11-22 01:28:31 1xUwNb-0005uG-0g <= a@x.example for b@x.example",
    ] {
        let mails = read("exim", line);
        assert!(
            mails.len() == 1 && mails[0].contains("a@x.example > b@x.example |"),
            "{line}: {mails:?}"
        );
    }
}

#[test]
fn a_bounce_and_a_refusal() {
    check(
        &mail(
            "<> R=1xUwNb-0005uL-1L U=exim P=local S=1 for app@x.example",
            &["Completed"],
        ),
        &[&format!("{ID} <> > app@x.example | unknown | 1")],
    );
    let refused = "2026-11-22 01:28:31 H=web (helo) [192.0.2.7] F=<app@x.example> rejected RCPT <spy@y.example>: relay not permitted\n";
    check(
        refused,
        &["rejected app@x.example > spy@y.example=stopped | unknown | -"],
    );
}

#[test]
fn live_mails_are_given_when_every_listed_recipient_was_seen() {
    let text = mail(
        "app@x.example U=app P=local S=1 for a@x.example spy@y.example",
        &["=> a@x.example R=r T=t"],
    );
    assert_eq!(
        live("exim", &text),
        [format!("{ID} app@x.example > a@x.example spy@y.example | unknown | 2")]
    );
}
