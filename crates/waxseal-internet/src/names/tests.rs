use super::*;

fn check(name: &str, expected: bool) {
    assert_eq!(could_exist(name), expected, "{name}");
}

#[test]
fn ordinary_names_exist() {
    for name in [
        "api.postmarkapp.com",
        "smtp.gmail.com",
        "registry.example",
        "collector.example",
        "example.com",
        "mail.example.co.uk",
        "giftshop.club",
        "nghttp2.org",
        "httpbin.org",
        "jsonplaceholder.typicode.com",
        "cdn.jsdelivr.net",
        "raw.githubusercontent.com",
        "1234567890.com",
        "xn--e1afmkfd.xn--p1ai",
        "metadata.google.internal",
        "googletagmanager.com",
        "cloudflarestorage.com",
    ] {
        check(name, true);
    }
}

#[test]
fn data_in_labels_left_of_a_plausible_domain_still_resolves() {
    check(
        "4d5a90000300000004000000ffff0000b800000000000000.c2.attacker.example",
        true,
    );
    check("xkqjzvbnwrtpxkqjzvbnwrtp.collector.com", true);
}

#[test]
fn reserved_names_do_not_exist() {
    for name in [
        "a.invalid",
        "printer.local",
        "x.localhost",
        "host.test",
        "abc.onion",
        "db.internal",
        "x.arpa",
    ] {
        check(name, false);
    }
}

#[test]
fn names_that_nobody_could_have_registered_do_not_exist() {
    for name in [
        "",
        "com",
        "wpad",
        "a..com",
        ".",
        "x.qqqq",
        "xkqjzvbnwrtp.com",
        "www.xkqjzvbnwrtp.co.uk",
        "a1b2c3d4e5.net",
    ] {
        check(name, false);
    }
    check(&format!("{}.com", "a".repeat(64)), false);
    check(&format!("{}com", "aaaa.".repeat(60)), false);
}

#[test]
fn every_name_has_an_address_of_its_own_and_every_address_its_name() {
    let names = Names::default();
    let (first, first6) = names.addresses("a.example").expect("it could exist");
    let (second, _) = names.addresses("b.example").expect("it could exist");
    assert_eq!(first, Ipv4Addr::new(104, 16, 0, 9));
    assert_eq!(second, Ipv4Addr::new(104, 16, 0, 10));
    assert_eq!(names.addresses("a.example"), Some((first, first6)));
    assert_eq!(names.host(IpAddr::V4(first)).as_deref(), Some("a.example"));
    assert_eq!(names.host(IpAddr::V6(first6)).as_deref(), Some("a.example"));
    assert_eq!(
        names.host(IpAddr::V6(second.to_ipv6_mapped())).as_deref(),
        Some("b.example")
    );
    assert_eq!(names.host(IpAddr::V4(Ipv4Addr::new(8, 8, 8, 8))), None);
    assert_eq!(names.host(IpAddr::V4(Ipv4Addr::new(104, 16, 0, 11))), None);
}

#[test]
fn localhost_is_the_loopback_and_takes_no_address() {
    let names = Names::default();
    assert_eq!(
        names.addresses("localhost"),
        Some((Ipv4Addr::LOCALHOST, Ipv6Addr::LOCALHOST))
    );
    assert_eq!(names.host(IpAddr::V4(Ipv4Addr::LOCALHOST)), None);
}

#[test]
fn names_beyond_the_ceiling_do_not_exist_and_those_before_stay() {
    let names = Names::default();
    for idx in 0..MAX_NAMES {
        assert!(names.addresses(&format!("n{idx}.example")).is_some());
    }
    assert_eq!(names.addresses("onemore.example"), None);
    assert_eq!(
        names.host("104.17.0.8".parse().expect("an address")).as_deref(),
        Some("n65535.example")
    );
}
