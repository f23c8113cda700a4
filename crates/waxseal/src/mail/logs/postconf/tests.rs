#![allow(clippy::unwrap_used, reason = "a test that unwraps fails as it should")]

use std::io;
use std::path::Path;

use super::*;

fn files(path: &Path) -> io::Result<Vec<u8>> {
    match path.to_str().unwrap() {
        "/etc/postfix/sbcc" => {
            Ok(b"# who\n@shop.example archive@journal.example\nboss@shop.example\n  assistant@shop.example\n".to_vec())
        }
        "/etc/postfix/rbcc" => {
            Ok(b"/^(.*)@vip\\.example$/ copies+$1@journal.example\n/@big\\.example$/i crm@crm.example\n".to_vec())
        }
        _ => Err(io::ErrorKind::PermissionDenied.into()),
    }
}

#[test]
fn copies_of_every_kind_of_table() {
    let text = "\
always_bcc = all
myorigin = shop.example
recipient_delimiter = +-
sender_bcc_maps = hash:$config_directory/sbcc,
    inline:{ {a@x.example = one@y.example}, {b@x.example = two@y.example} }
recipient_bcc_maps = regexp:/etc/postfix/rbcc, static:every@y.example, ldap:/etc/postfix/ldap.cf, hash:/secret
header_checks = regexp:/etc/postfix/header_checks
";
    let settings = PostfixSettings::parse(text, &files);
    let expected = [
        "all@shop.example",
        "archive@journal.example",
        "assistant@shop.example",
        "crm@crm.example",
        "every@y.example",
        "one@y.example",
        "two@y.example",
    ];
    assert_eq!(settings.copies, expected);
    assert_eq!(settings.delimiters.as_deref(), Some("+-"));
    // What matched, the directory, and the file that may not be read.
    assert_eq!(settings.gaps.len(), 3, "{:?}", settings.gaps);
    assert_eq!(settings.notes.len(), 1);
    let mut policy = MailPolicy::default();
    settings.explain(&mut policy);
    assert_eq!(policy.journals.len(), 7);
    assert_eq!(policy.delimiters, "+-");
}

#[test]
fn nothing_is_said_of_an_ordinary_configuration() {
    let text = "header_checks = regexp:/etc/postfix/header_checks\nnested_header_checks =\n";
    assert_eq!(PostfixSettings::parse(text, &files), PostfixSettings::default());
}

#[test]
fn a_name_without_a_domain_is_a_gap() {
    let settings = PostfixSettings::parse("always_bcc = archive\n", &files);
    assert!(settings.copies.is_empty());
    assert_eq!(settings.gaps.len(), 1);
}
