use super::*;

#[test]
fn the_protocol_is_one_that_was_offered() {
    assert_eq!(choose(&[b"http/1.1", b"h2"]), Some(b"h2".to_vec()));
    assert_eq!(choose(&[b"acme", b"http/1.1"]), Some(b"http/1.1".to_vec()));
    assert_eq!(choose(&[b"mqtt", b"amqp"]), Some(b"mqtt".to_vec()));
    assert_eq!(choose(&[]), None);
}

#[test]
fn a_certificate_is_made_once_for_each_name_and_protocol() {
    let ca = Ca::generate();
    let first = ca.config("mail.example", None).expect("a name");
    assert!(Arc::ptr_eq(&first, &ca.config("mail.example", None).expect("a name")));
    assert!(!Arc::ptr_eq(
        &first,
        &ca.config("mail.example", Some(b"h2".to_vec())).expect("a name")
    ));
    assert!(ca.config("192.0.2.1", None).is_some());
    assert!(ca.config("2001:db8::1", None).is_some());
    assert!(ca.config(&format!("{}.example", "a".repeat(63)), None).is_some());
}

#[test]
fn what_cannot_be_certified_is_refused_and_not_a_panic() {
    let ca = Ca::generate();
    ca.config("bücher.example", None);
    ca.config("a\0b", None);
    ca.config("", None);
}

#[test]
fn configurations_are_bounded() {
    let ca = Ca::generate();
    for idx in 0..=MAX_CONFIGS {
        ca.config(&format!("n{idx}.example"), None);
    }
    assert!(ca.configs.lock().expect("not poisoned").len() <= MAX_CONFIGS);
}
