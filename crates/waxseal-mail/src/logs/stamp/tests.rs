use super::*;

fn stamps(latest: i64) -> Stamps {
    Stamps::new(Moment(latest), Box::new(|civil| civil.in_utc()))
}

fn check(text: &str, expected: Option<i64>) {
    // 2026-12-01T00:00:00Z.
    let mut stamps = stamps(1_796_083_200);
    let found = match text.as_bytes().first() {
        Some(b'0'..=b'9') => stamps.iso(text.as_bytes()),
        _ => stamps.classic(text.as_bytes()),
    };
    assert_eq!(
        found.map(|(at, rest)| (at.0, rest.len())),
        expected.map(|at| (at, 0)),
        "{text}"
    );
}

#[test]
fn stamps_of_every_shape() {
    check("Nov 22 01:15:53", Some(1_795_310_153));
    check("Nov  2 01:15:53", Some(1_793_582_153));
    check("2026-11-22T01:15:53Z", Some(1_795_310_153));
    check("2026-11-22T01:15:53.123456+01:00", Some(1_795_306_553));
    check("2026-11-22 01:15:53.123", Some(1_795_310_153));
    check("2026-11-22 01:15:53 +0100", Some(1_795_306_553));
    check("2026-11-22T01:15:53-0530", Some(1_795_310_153 + 19_800));
    for wrong in [
        "Nov 32 01:15:53",
        "Foo 22 01:15:53",
        "Nov 22 24:15:53",
        "Nov 22 01:15:6x",
        "2026-13-22T01:15:53Z",
        "2026-02-30T01:15:53Z",
        "",
        "Nov 22",
    ] {
        check(wrong, None);
    }
}

#[test]
fn a_stamp_without_a_year_is_of_the_last_that_fits() {
    // The log was last written to on 2027-01-03.
    let mut stamps = stamps(1_798_934_400);
    let day = |stamps: &mut Stamps, text: &str| stamps.classic(text.as_bytes()).map(|(at, _)| at.0);
    assert_eq!(day(&mut stamps, "Dec 31 23:59:59"), Some(1_798_761_599));
    assert_eq!(day(&mut stamps, "Jan  1 00:00:00"), Some(1_798_761_600));
    // The last leap year.
    assert_eq!(day(&mut stamps, "Feb 29 00:00:00"), Some(1_709_164_800));
    // A day ahead is a clock that is wrong; more is last year.
    assert_eq!(day(&mut stamps, "Jan  4 00:00:00"), Some(1_799_020_800));
    assert_eq!(day(&mut stamps, "Jan  5 00:00:00"), Some(1_767_571_200));
}

#[test]
fn the_year_of_a_moment() {
    for (at, year) in [
        (0, 1970),
        (-1, 1969),
        (1_767_225_599, 2025),
        (1_767_225_600, 2026),
        (951_782_400, 2000),
    ] {
        assert_eq!(year_of(Moment(at)), year, "{at}");
    }
}
