use crate::logs::tests::read;

const ID: &str = "4AM1SV12001234";

fn check(lines: &[&str], expected: &[&str]) {
    let text: String = lines.iter().map(|it| format!("Nov 22 01:28:31 vm {it}\n")).collect();
    assert_eq!(read("sendmail", &text), expected, "{text}");
}

#[test]
fn several_recipients_in_a_line_and_over_lines() {
    check(
        &[
            &format!(
                "sm-mta[1]: {ID}: from=<app@x.example>, size=288, class=0, nrcpts=3, msgid=<1@x.example>, proto=ESMTP, daemon=MTA-v4, relay=web [192.0.2.7]"
            ),
            &format!(
                "sm-mta[2]: {ID}: to=<a@x.example>,<\"b, delay=1\"@x.example>, [more], delay=00:00:01, xdelay=00:00:00, mailer=esmtp, pri=1, relay=mx. [192.0.2.1], dsn=2.0.0, stat=Sent (ok)"
            ),
            &format!(
                "sm-mta[2]: {ID}: to=<spy@y.example>, delay=00:00:01, xdelay=00:00:00, mailer=esmtp, pri=1, relay=mx. [192.0.2.1], dsn=4.0.0, stat=Deferred: Connection refused by mx.y.example."
            ),
            &format!(
                "sm-mta[2]: {ID}: to=<spy@y.example>, delay=00:10:01, xdelay=00:00:00, mailer=esmtp, pri=1, relay=mx. [192.0.2.1], dsn=2.0.0, stat=Sent (ok)"
            ),
        ],
        &[&format!(
            "{ID} app@x.example > a@x.example=sent \"b, delay=1\"@x.example=sent spy@y.example=sent | unknown | 3"
        )],
    );
}

#[test]
fn an_alias_is_shown_by_the_address_that_controls_it() {
    check(
        &[
            &format!(
                "sm-mta[1]: {ID}: from=<app@x.example>, size=1, class=0, nrcpts=1, msgid=<1@x.example>, proto=SMTP, relay=web [192.0.2.7]"
            ),
            &format!(
                "sm-mta[2]: {ID}: to=<bob@z.example>, ctladdr=<team@x.example> (8/0), delay=00:00:01, mailer=esmtp, pri=1, relay=mx. [192.0.2.1], dsn=2.0.0, stat=Sent (ok)"
            ),
        ],
        &[&format!(
            "{ID} app@x.example > bob@z.example(team@x.example)=sent | unknown | 1"
        )],
    );
}

#[test]
fn the_submission_program_and_the_daemon_have_one_mail() {
    let daemon = "4AM1SV12001235";
    check(
        &[
            &format!(
                "sendmail[1]: {ID}: from=app, size=1, class=0, nrcpts=2, msgid=<1@x.example>, relay=app@localhost"
            ),
            &format!(
                "sm-mta[2]: {daemon}: from=<app@x.example>, size=2, class=0, nrcpts=2, msgid=<1@x.example>, proto=ESMTP, daemon=MTA-v4, relay=localhost [127.0.0.1]"
            ),
            &format!(
                "sendmail[1]: {ID}: to=a@x.example,spy@y.example, ctladdr=app (1000/1000), delay=00:00:01, mailer=relay, pri=1, relay=[127.0.0.1] [127.0.0.1], dsn=2.0.0, stat=Sent ({daemon} Message accepted for delivery)"
            ),
            &format!(
                "sm-mta[2]: {daemon}: to=<a@x.example>,<spy@y.example>, ctladdr=<app@x.example> (1000/1000), delay=00:00:01, mailer=esmtp, pri=1, relay=mx. [192.0.2.1], dsn=2.0.0, stat=Sent (ok)"
            ),
        ],
        &[&format!("{ID} app > a@x.example=sent spy@y.example=sent | unknown | 2")],
    );
}

#[test]
fn failures_refusals_and_notices() {
    check(
        &[
            &format!(
                "sm-mta[1]: {ID}: ruleset=check_rcpt, arg1=<spy@y.example>, relay=web [192.0.2.7], reject=550 5.7.1 <spy@y.example>... Relaying denied"
            ),
            &format!(
                "sm-mta[1]: {ID}: from=<app@x.example>, size=1, class=0, nrcpts=1, msgid=<1@x.example>, proto=SMTP, relay=web [192.0.2.7]"
            ),
            &format!(
                "sm-mta[2]: {ID}: to=<a@x.example>, delay=00:00:01, mailer=esmtp, pri=1, dsn=5.1.1, stat=User unknown"
            ),
            &format!("sm-mta[2]: {ID}: 4AM1SV12001239: DSN: User unknown"),
        ],
        &[&format!(
            "{ID} app@x.example > spy@y.example=stopped a@x.example=bounced | unknown | 1"
        )],
    );
}
