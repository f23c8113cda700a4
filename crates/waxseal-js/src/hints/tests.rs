use super::times::DAY;
use super::*;

fn of(text: &str) -> Hints {
    hints([("index.js", text.as_bytes())].into_iter())
}

#[test]
fn words_that_texts_are_compared_with() {
    for text in [
        "if (/wire transfer|iban/i.test(subject)) x()",
        "if (/\\bwire\\s+transfer\\b|iban/.exec(body)) x()",
        "subject.match(/wire transfer|iban/)",
        "new RegExp('wire transfer').test(subject); subject === 'iban'",
        "if (subject.includes('wire transfer') || text.indexOf(\"iban\") > 0) x()",
        "['wire transfer', 'iban'].some((it) => subject.includes(it))",
        "const WORDS = ['wire transfer', \"iban\"];",
        "switch (subject) { case 'wire transfer': case 'iban': }",
    ] {
        let words = of(text).words;
        for word in ["wire transfer", "iban"] {
            assert!(words.iter().any(|it| it == word), "{word} of {words:?} in {text}");
        }
    }
}

#[test]
fn what_languages_need_and_what_may_be_taken_for_something_minted_is_no_word() {
    let found = of("typeof x === 'string'; y === 'ab'; z === 'abcde12345'; w === 'a\\nb'; v === 'ok then'");
    assert_eq!(found.words, ["ok then"]);
    assert!(
        hints([("README.md", &b"subject === 'wire'"[..]), ("a.d.ts", b"x === 'wire'")].into_iter())
            .words
            .is_empty()
    );
}

#[test]
fn words_beside_mail_come_first() {
    let far = " ".repeat(500);
    let text = format!("a === 'colour'; b === 'colour';{far} subject.includes('iban')");
    assert_eq!(of(&text).words, ["iban", "colour"]);
}

#[test]
fn domains_of_recipients() {
    assert_eq!(of("to.endsWith('@bank.example')").domains, ["bank.example"]);
    assert_eq!(of("/@bank\\.example$/.test(to)").domains, ["bank.example"]);
    assert_eq!(
        of("host === 'api.example.org'; bcc = 'a@collector.example'; to.endsWith('@bank.example')").domains,
        ["bank.example", "api.example.org"]
    );
    assert!(of("name.endsWith('index.js')").domains.is_empty());
}

#[test]
fn names_that_hold_addresses() {
    let names = of("const { copyTo, colour } = it; x.audit_email; y.storage; tops").names;
    assert_eq!(names, ["audit_email", "copyTo"]);
}

#[test]
fn the_last_point_in_time() {
    let day = |text: &str| of(text).latest.map(|it| it / DAY);
    // 2027-01-15 is day 20 833; months are taken as long as the longest.
    for text in [
        "Date.now() > Date.UTC(2027, 0, 15)",
        "new Date('2027-01-15') < now",
        "x > 1_799_971_200_000",
        "y > 1799971200",
    ] {
        let found = day(text).expect("a day");
        assert!((20_832..=20_836).contains(&found), "{found} in {text}");
    }
    assert!(day("getFullYear() >= 2031").expect("a day") > 22_200);
    assert_eq!(day("x = 1234; y = 9999999999999; id2027; 3.2027; 'a1799971200'"), None);
    assert!(day("Date.UTC(2031, 1, 1); Date.UTC(2027, 1, 1)").expect("a day") > 22_300);
}

#[test]
fn bytes_that_are_no_text_are_read_without_harm() {
    let bytes: Vec<u8> = (0..=255).cycle().take(20_000).collect();
    hints([("a.js", bytes.as_slice())].into_iter());
    for text in [
        "/.test(",
        "].some(",
        "==",
        "== '",
        "= [",
        "RegExp('",
        "2027-",
        "2027,",
        "'é' == 'é', /é/.test(é)",
        "\\/.test(",
    ] {
        of(text);
    }
}
