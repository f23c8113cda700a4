use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    let got = match text.parse::<Date>() {
        Ok(date) => date.to_string(),
        Err(err) => err.to_string(),
    };
    assert_eq!(got, expected);
}

#[test]
fn a_day_of_the_calendar_is_a_date() {
    check("2026-11-22", "2026-11-22");
    check("2024-02-29", "2024-02-29");
    check("2000-02-29", "2000-02-29");
    check("0001-01-01", "0001-01-01");
}

#[test]
fn a_day_the_calendar_lacks_is_refused() {
    check("2026-02-29", "there is no day 2026-02-29");
    check("1900-02-29", "there is no day 1900-02-29");
    check("2026-13-01", "there is no day 2026-13-01");
    check("2026-04-31", "there is no day 2026-04-31");
    check("2026-00-00", "there is no day 2026-00-00");
}

#[test]
fn another_form_is_refused() {
    for text in [
        "",
        "2026-1-1",
        "22.11.2026",
        "2026-11-22T00:00:00Z",
        "2026/11/22",
        "２０２６-1-1",
        "+026-11-22",
    ] {
        check(text, &format!("`{text}` is not a date; a date is written YYYY-MM-DD"));
    }
}

#[test]
fn dates_are_ordered_by_the_calendar() {
    let date = |text: &str| text.parse::<Date>().unwrap();
    assert!(date("2026-11-22") < date("2026-12-01"));
    assert!(date("2026-12-31") < date("2027-01-01"));
}
