//! Names, addresses and package URLs as the outside world writes them.

use waxseal_model::{Mailbox, NameError, PackageName, PackageRef};

fn check_name(name: &str, expected: Result<(Option<&str>, &str), NameError>) {
    let parsed = PackageName::parse(name);
    let found = parsed
        .as_ref()
        .map(|parsed| (parsed.scope(), parsed.base()))
        .map_err(Clone::clone);
    assert_eq!(found, expected, "{name}");
}

#[test]
fn package_names_are_read_as_npm_reads_them() {
    check_name("nodemailer", Ok((None, "nodemailer")));
    check_name("@sendgrid/mail", Ok((Some("sendgrid"), "mail")));
    check_name("JSONStream", Ok((None, "JSONStream")));
    check_name("@a/_b", Ok((Some("a"), "_b")));
    check_name("", Err(NameError::Empty));
    check_name("@scope", Err(NameError::Scope));
    check_name("@/x", Err(NameError::Scope));
    check_name(".hidden", Err(NameError::Start));
    check_name("_private", Err(NameError::Start));
    check_name("a/b", Err(NameError::Character('/')));
    check_name("a b", Err(NameError::Character(' ')));
    check_name("a\u{1b}[31m", Err(NameError::Character('\u{1b}')));
    check_name("node_modules", Err(NameError::Reserved));
    check_name(&"x".repeat(215), Err(NameError::TooLong));
    check_name(&"x".repeat(214), Ok((None, "x".repeat(214).as_str())));
}

#[test]
fn a_purl_encodes_the_scope_and_the_plus_of_a_build() {
    let check = |name: &str, version: &str, expected: &str| {
        let package = PackageRef {
            name: PackageName::parse(name).expect("a name"),
            version: version.to_owned(),
        };
        assert_eq!(package.purl(), expected);
    };
    check("nodemailer", "7.0.5", "pkg:npm/nodemailer@7.0.5");
    check("@angular/animation", "12.3.1", "pkg:npm/%40angular/animation@12.3.1");
    check("x", "1.0.0+build", "pkg:npm/x@1.0.0%2Bbuild");
}

fn check_mailbox(text: &str, expected: Option<(&str, &str)>) {
    let mailbox = Mailbox::parse(text);
    assert_eq!(
        mailbox.as_ref().map(|mailbox| (mailbox.local(), mailbox.domain())),
        expected,
        "{text}"
    );
}

#[test]
fn a_mailbox_is_told_from_what_only_holds_an_at_sign() {
    check_mailbox("archive@collector.example", Some(("archive", "collector.example")));
    check_mailbox(
        "Archive+tag@Collector.Example",
        Some(("Archive+tag", "collector.example")),
    );
    check_mailbox("post@bücher.example", Some(("post", "bücher.example")));
    check_mailbox("a@b", None);
    check_mailbox("pkg@1.2.3", None);
    check_mailbox("a..b@c.example", None);
    check_mailbox("@c.example", None);
    check_mailbox("a@-c.example", None);
    check_mailbox("a b@c.example", None);
    check_mailbox(&format!("{}@c.example", "x".repeat(65)), None);
}

#[test]
fn mailboxes_are_found_wherever_they_stand_in_a_text() {
    let check = |text: &str, expected: &[&str]| {
        let found: Vec<String> = Mailbox::find_all(text, 8).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{text}");
    };
    check(
        "Archive <archive@collector.example>, b@c.test",
        &["archive@collector.example", "b@c.test"],
    );
    check("Bcc: a@b.example\r\nTo: a@b.example", &["a@b.example"]);
    check("RCPT TO:<x@y.invalid>", &["x@y.invalid"]);
    check("mail to me@here.example.", &["me@here.example"]);
    check("ü@ö.example é", &["ü@ö.example"]);
    check("to=a@b.example&bcc='c@d.example'", &["a@b.example", "c@d.example"]);
    check("image@2x.png lodash@4.17.21 @scope/name", &[]);
    check("@@@@@", &[]);
}

#[test]
fn finding_mailboxes_in_a_long_hostile_text_stays_linear() {
    let text = "a@".repeat(200_000);
    assert!(Mailbox::find_all(&text, 8).is_empty());
    let many: String = (0..10_000).map(|idx| format!("u{idx}@x.example ")).collect();
    assert_eq!(Mailbox::find_all(&many, 8).len(), 8);
}
