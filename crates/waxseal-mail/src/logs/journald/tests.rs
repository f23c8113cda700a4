use crate::logs::Mode;
use crate::logs::tests::{log, read};

fn entry(program: &str, message: &str) -> String {
    format!(
        r#"{{"__REALTIME_TIMESTAMP":"1795310153123456","_HOSTNAME":"vm","SYSLOG_IDENTIFIER":"{program}","MESSAGE":{message}}}"#
    ) + "\n"
}

#[test]
fn each_program_has_its_reader() {
    let text = [
        entry(
            "postfix/qmgr",
            r#""9A1B2C3D4E: from=<app@x.example>, size=1, nrcpt=1 (queue active)""#,
        ),
        entry(
            "sm-mta",
            r#""4AM1SV12001234: from=<app@x.example>, size=1, class=0, nrcpts=1, msgid=<1>, relay=x""#,
        ),
        entry(
            "exim4",
            r#""1xUwNb-0005uG-0g <= app@x.example P=local for a@x.example""#,
        ),
        entry(
            "smtpd",
            r#""0123456789abcdef smtp message msgid=4c8fe5f2 size=400 nrcpt=2 proto=ESMTP""#,
        ),
        entry("sshd", r#""x""#),
    ]
    .concat();
    assert_eq!(
        read("journald", &text),
        [
            "9A1B2C3D4E app@x.example >  | unknown | 1",
            "4AM1SV12001234 app@x.example >  | unknown | 1",
            "1xUwNb-0005uG-0g app@x.example > a@x.example | unknown | 1",
            "4c8fe5f2 ? >  | unknown | 2",
        ]
    );
}

#[test]
fn a_message_that_is_not_utf_8_is_an_array_of_bytes() {
    let bytes: Vec<String> = b"9A1B2C3D4E: from=<\xff@x.example>, size=1, nrcpt=1 (queue active)"
        .iter()
        .map(u8::to_string)
        .collect();
    assert_eq!(
        read("journald", &entry("postfix/qmgr", &format!("[{}]", bytes.join(",")))),
        ["9A1B2C3D4E \u{fffd}@x.example >  | unknown | 1"]
    );
}

#[test]
fn what_cannot_be_read_is_counted() {
    let mut log = log("journald", Mode::Review);
    let text = [
        entry("postfix/qmgr", "null"),
        "{\"a\":\n".to_owned(),
        entry("postfix/qmgr", "[1,300]"),
        entry("kernel", "null"),
    ]
    .concat();
    log.read(text.as_bytes(), &mut |_| {});
    assert_eq!(log.counts().malformed, 2);
    let mut moment = None;
    log.read(
        entry(
            "postfix/qmgr",
            r#""9A1B2C3D4E: from=<>, size=1, nrcpt=1 (queue active)""#,
        )
        .as_bytes(),
        &mut |_| {},
    );
    log.finish(&mut |mail| moment = mail.at);
    assert_eq!(moment.map(|it| it.0), Some(1_795_310_153));
}

/// An arrival with what the journal noted of its writer.
fn noted(program: &str, fields: &str) -> String {
    let message = match program {
        "exim4" => r#""1xUwNb-0005uG-0g <= app@x.example P=local for a@x.example""#,
        "sm-mta" => r#""4AM1SV12001234: from=<app@x.example>, size=1, class=0, nrcpts=1, msgid=<1>, relay=x""#,
        _ => r#""9A1B2C3D4E: from=<app@x.example>, size=1, nrcpt=1 (queue active)""#,
    };
    entry(program, message).replace("\"MESSAGE\"", &format!("{fields},\"MESSAGE\""))
}

#[test]
fn what_no_mail_server_wrote_is_not_read() {
    for (program, fields, is_read) in [
        ("postfix/qmgr", r#""_UID":"0","_EXE":"/usr/bin/logger""#, true),
        (
            "postfix/qmgr",
            r#""_UID":"108","_EXE":"/usr/lib/postfix/sbin/qmgr""#,
            true,
        ),
        (
            "postfix/qmgr",
            r#""_UID":"108","_SYSTEMD_UNIT":"postfix@-.service""#,
            true,
        ),
        ("postfix/qmgr", r#""_UID":"108","_COMM":"qmgr""#, true),
        ("exim4", r#""_UID":"107","_EXE":"/usr/sbin/exim4""#, true),
        ("sm-mta", r#""_UID":"110","_COMM":"sm-mta""#, true),
        ("postfix/qmgr", r#""_COMM":"logger""#, true),
        (
            "postfix/qmgr",
            r#""_UID":"1000","_EXE":"/usr/bin/logger","_COMM":"qmgr""#,
            false,
        ),
        (
            "postfix/qmgr",
            r#""_UID":"1000","_EXE":"/home/app/postfix/qmgr""#,
            false,
        ),
        (
            "postfix/qmgr",
            r#""_UID":"1000","_SYSTEMD_UNIT":"session-1.scope""#,
            false,
        ),
        ("exim4", r#""_UID":"108","_EXE":"/usr/lib/postfix/sbin/qmgr""#, false),
        ("sm-mta", r#""_UID":"1000""#, false),
    ] {
        let mut log = log("journald", Mode::Review);
        let mut mails = 0;
        log.read(noted(program, fields).as_bytes(), &mut |_| mails += 1);
        log.finish(&mut |_| mails += 1);
        let expected = if is_read { (1, 0) } else { (0, 1) };
        assert_eq!((mails, log.counts().imitations), expected, "{program} {fields}");
    }
}
