//! What is allowed, and what only looks alike.

use super::*;

fn check(allow: &[&str], to: &str, expected: bool) {
    let list = Allowlist::parse(allow).expect("it can be used");
    let (host, port) = to.rsplit_once('#').expect("host#port");
    let address: Option<IpAddr> = host.parse().ok();
    let contact = Contact {
        name: address.is_none().then_some(host),
        address: address.or(Some("192.0.2.99".parse().expect("an address"))),
        port: port.parse().ok(),
    };
    assert_eq!(list.is_allowed(&contact), expected, "{allow:?} {to}");
}

#[test]
fn a_name_stands_for_itself_at_every_port() {
    check(&["api.example"], "api.example#443", true);
    check(&["API.example."], "api.EXAMPLE.#25", true);
    check(&["api.example"], "x.api.example#443", false);
    check(&["api.example"], "api.example.evil.test#443", false);
    check(&["bücher.example"], "xn--bcher-kva.example#443", true);
    check(&[], "api.example#443", false);
}

#[test]
fn a_star_stands_for_what_is_below() {
    check(&["*.api.example"], "a.api.example#443", true);
    check(&["*.api.example"], "a.b.api.example#443", true);
    check(&["*.api.example"], "api.example#443", false);
    check(&["*.api.example"], ".api.example#443", false);
    check(&["*.api.example"], "evilapi.example#443", false);
}

#[test]
fn a_port_narrows() {
    check(&["api.example:443"], "api.example#443", true);
    check(&["api.example:443"], "api.example#25", false);
    check(&["*.api.example:443"], "a.api.example#443", true);
    check(&["[2001:db8::1]:25"], "2001:db8::1#25", true);
    check(&["[2001:db8::1]:25"], "2001:db8::1#26", false);
}

#[test]
fn addresses_and_networks() {
    check(&["192.0.2.0/24"], "192.0.2.7#1", true);
    check(&["192.0.2.0/24"], "192.0.3.7#1", false);
    check(&["192.0.2.0/24"], "::ffff:192.0.2.7#1", true);
    check(&["192.0.2.7"], "192.0.2.7#1", true);
    check(&["192.0.2.7"], "192.0.2.8#1", false);
    check(&["0.0.0.0/0"], "198.51.100.1#1", true);
    check(&["0.0.0.0/0"], "2001:db8::1#1", false);
    check(&["2001:db8::/32"], "2001:db8:1::#1", true);
    check(&["2001:db8::/32"], "2001:db9::#1", false);
    check(&["::/0"], "2001:db9::#1", true);
}

#[test]
fn a_network_does_not_allow_a_name_whose_address_we_made_up() {
    check(&["192.0.2.0/24"], "collector.example#443", false);
}

#[test]
fn what_cannot_be_used_says_why() {
    let cases = [
        ("", "an empty text names no host that could be allowed"),
        (
            "https://api.example/x",
            "`https://api.example/x` is an address of a page, and only its host can be allowed",
        ),
        (
            "api.example/x",
            "`api.example/x` is an address of a page, and only its host can be allowed",
        ),
        ("a.*.example", "`a.*.example` has a `*` in the wrong place"),
        ("*", "`*` has a `*` in the wrong place"),
        ("api.example:0", "`api.example:0` has a port that is none"),
        ("api.example:+1", "`api.example:+1` has a port that is none"),
        ("api.example:https", "`api.example:https` has a port that is none"),
        ("192.0.2.0/33", "`192.0.2.0/33` is not a network"),
        ("a b.example", "`a b.example` is neither a host nor an address"),
        ("0x7f.1", "`0x7f.1` is neither a host nor an address"),
        ("\u{1b}[2J", "`\\u{1b}[2J` is neither a host nor an address"),
    ];
    for (text, expected) in cases {
        let err = text.parse::<Allowed>().expect_err(text);
        assert_eq!(err.to_string(), expected);
        assert!(!err.hint().is_empty());
    }
}
