//! Addresses as packages write them, and as hostile ones could.

use super::*;

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let read = RepositoryAddress::parse(text);
        let got = read
            .and_then(|it| it.public_host().map(|_| it.https()))
            .unwrap_or_else(|err| err.to_string());
        assert_eq!(got, *expected, "{text}");
    }
}

#[test]
fn every_way_to_write_one_address_is_one_address() {
    let one = "https://github.com/user/mail-server";
    for text in [
        "user/mail-server",
        "github:user/mail-server",
        "GitHub:user/mail-server",
        "https://github.com/user/mail-server",
        "https://www.github.com/user/mail-server/",
        "http://github.com/user/mail-server.git",
        "git://github.com/user/mail-server.git",
        "git+https://github.com/user/mail-server.git#packages/mail",
        "git+ssh://git@github.com/user/mail-server.git",
        "git+ssh://git@github.com:user/mail-server.git",
        "ssh://git@github.com:22/user/mail-server.git",
        "git@github.com:user/mail-server.git",
        "https://name:password@github.com/user/mail-server",
        "https://github.com/user/mail-server/tree/main/packages/mail",
        "https://github.com/user/mail-server?tab=readme",
    ] {
        check(&[(text, one)]);
    }
    check(&[
        ("gitlab:group/sub/mail", "https://gitlab.com/group/sub/mail"),
        (
            "https://gitlab.com/group/sub/mail/-/tree/main",
            "https://gitlab.com/group/sub/mail",
        ),
        ("https://code.example/scm/mail.git", "https://code.example/scm/mail"),
        ("gist:0123456789abcdef", "https://gist.github.com/0123456789abcdef"),
    ]);
}

#[test]
fn what_leads_into_a_machine_or_a_network_of_its_own_is_refused() {
    let private = "its address is not one of a public host by name";
    for text in [
        "https://localhost/a/b",
        "https://127.0.0.1/a/b",
        "https://2130706433/a/b",
        "https://0x7f.1/a/b",
        "https://0177.0.0.1/a/b",
        "https://[::1]/a/b",
        "git+ssh://git@10.0.0.5/a/b",
        "git@192.168.0.1:a/b",
        "https://169.254.169.254/latest/meta-data",
        "https://git/a/b",
        "https://git.local/a/b",
        "https://git.corp.internal/a/b",
        "https://git.internal./a/b",
        "https://router.home.arpa/a/b",
        "https://code.example:8443/a/b",
        "https://user@localhost/a/b",
        "https://a.localhost/b/c",
    ] {
        check(&[(text, private)]);
    }
}

#[test]
fn what_git_would_take_for_something_else_is_refused() {
    let kind = "its address is of a kind that is not asked";
    let unreadable = "its address cannot be read";
    check(&[
        ("--upload-pack=touch${IFS}x", kind),
        ("ext::sh -c touch% x", unreadable),
        ("ext::sh", kind),
        ("file:///etc", kind),
        ("git+file:///etc/a", kind),
        ("rsync://host.example/a", kind),
        ("../../a", kind),
        ("/etc", kind),
        ("", unreadable),
        ("one", unreadable),
        ("https://", unreadable),
        ("https://code.example/", unreadable),
        ("https://code.example/--upload-pack=x", unreadable),
        ("https://code.example/a\nb", unreadable),
        ("https://code.example/a`b", unreadable),
        ("javascript:alert(1)", kind),
    ]);
    check(&[(
        format!("https://code.example/{}", "a".repeat(2000)).as_str(),
        unreadable,
    )]);
}

#[test]
fn letters_of_another_case_are_the_same_repository() {
    let read = |text| RepositoryAddress::parse(text).ok();
    let (one, two, other) = (
        read("User/Mail"),
        read("git@GitHub.com:user/mail.git"),
        read("user/mails"),
    );
    assert!(
        one.as_ref()
            .zip(two.as_ref())
            .is_some_and(|(one, two)| one.is_same(two))
    );
    assert!(
        one.as_ref()
            .zip(other.as_ref())
            .is_some_and(|(one, other)| !one.is_same(other))
    );
}

#[test]
fn an_address_within_a_network_can_still_be_mirrored() {
    let read = |text| RepositoryAddress::parse(text).map(|it| it.https());
    assert_eq!(
        read("git@git.corp.internal:mail/server.git"),
        Ok("https://git.corp.internal/mail/server".to_owned())
    );
    assert_eq!(
        read("https://code.example:8443/a/b"),
        Ok("https://code.example:8443/a/b".to_owned())
    );
}
