use super::*;

#[test]
fn only_addresses_that_nobody_can_listen_to() {
    for text in [
        "https://hooks.example/x",
        "http://127.0.0.1:8080/x",
        "http://[::1]/",
        "http://localhost/",
    ] {
        assert!(address(text).is_ok(), "{text}");
    }
    for text in [
        "http://hooks.example/x",
        "http://127.0.0.1.hooks.example/",
        "http://10.0.0.1/",
        "https://user:secret@hooks.example/",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "hooks.example",
        "",
    ] {
        let err = address(text).unwrap_err();
        assert!(!err.contains("secret"), "{err}");
    }
}

#[test]
fn a_status_is_refusal_only_where_it_names_the_letter() {
    assert_eq!(judge(204, "", None), Outcome::Delivered);
    for status in [400, 413, 415, 422] {
        assert!(matches!(judge(status, "", None), Outcome::Refused { .. }), "{status}");
    }
    for status in [301, 302, 307, 401, 403, 404, 408, 410, 425, 429, 500, 502, 503] {
        assert!(matches!(judge(status, "", None), Outcome::Later { .. }), "{status}");
    }
    let answer = judge(500, "down \u{1b}[31m\u{202e}now\nsecond line", None);
    let Outcome::Later { reason, .. } = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(reason, "it answered 500: down \\u{1b}[31m\\u{202e}now");
}
