//! Each form a path can take, on the smallest message that shows it.

use super::*;

fn text(text: &'static str) -> Fields<'static> {
    Fields::Text(Cow::Borrowed(text))
}

fn list(elements: Vec<Fields<'static>>) -> Fields<'static> {
    Fields::List(elements)
}

fn object<const N: usize>(fields: [(&'static str, Fields<'static>); N]) -> Fields<'static> {
    Fields::Object(
        fields
            .into_iter()
            .map(|(name, value)| (Cow::Borrowed(name), value))
            .collect(),
    )
}

#[track_caller]
fn check(path: &'static str, place: FieldPlace, message: Fields<'static>, expected: &[&str]) {
    let found = collect(&message, &[FieldSpec { path, place }]);
    let lines: Vec<String> = found
        .recipients
        .iter()
        .map(|it| format!("{} {}", it.place, it.mailbox))
        .collect();
    assert_eq!(lines, expected, "at {path:?} in {message:?}");
    assert!(found.complete);
}

#[test]
fn a_text_or_each_text_of_an_array() {
    check(
        "To",
        FieldPlace::To,
        object([("To", text("A <a@a.example>, b@b.example"))]),
        &["To a@a.example", "To b@b.example"],
    );
    check(
        "to",
        FieldPlace::To,
        object([(
            "to",
            list(vec![text("a@a.example"), Fields::Other, text("b@b.example")]),
        )]),
        &["To a@a.example", "To b@b.example"],
    );
    check(
        "to",
        FieldPlace::To,
        object([("To", text("a@a.example")), ("to", Fields::Other)]),
        &[],
    );
}

#[test]
fn each_element_or_the_only_one() {
    let one = object([("email", text("a@a.example"))]);
    check(
        "to[].email",
        FieldPlace::To,
        object([("to", one.clone())]),
        &["To a@a.example"],
    );
    check(
        "to[].email",
        FieldPlace::To,
        object([("to", list(vec![one.clone(), one.clone()]))]),
        &["To a@a.example", "To a@a.example"],
    );
    check("to.email", FieldPlace::To, object([("to", list(vec![one]))]), &[]);
}

#[test]
fn an_array_of_messages() {
    let message = object([("Bcc", text("a@a.example"))]);
    check(
        "Bcc",
        FieldPlace::Bcc,
        list(vec![message.clone(), message]),
        &["Bcc a@a.example", "Bcc a@a.example"],
    );
}

#[test]
fn a_field_of_the_element_names_the_place() {
    let header = |name, value| object([("Name", text(name)), ("Value", text(value))]);
    let message = object([(
        "Headers",
        list(vec![
            header("bcc", "a@a.example"),
            header("X-Support", "support@a.example"),
            header("Disposition-Notification-To", "b@b.example"),
            object([("Value", text("c@c.example"))]),
        ]),
    )]);
    check(
        "Headers[Name].Value",
        FieldPlace::Header("*"),
        message,
        &["Bcc a@a.example", "Disposition-Notification-To b@b.example"],
    );
    let to = |kind: Option<&'static str>| match kind {
        Some(kind) => object([("email", text("a@a.example")), ("type", text(kind))]),
        None => object([("email", text("a@a.example"))]),
    };
    check(
        "to[type].email",
        FieldPlace::To,
        object([("to", list(vec![to(Some("cc")), to(None)]))]),
        &["Cc a@a.example", "To a@a.example"],
    );
}

#[test]
fn a_field_name_names_the_place() {
    let message = object([(
        "headers",
        object([
            ("BCC", text("a@a.example")),
            ("X-A", text("b@b.example")),
            ("Cc", list(vec![text("c@c.example")])),
        ]),
    )]);
    check(
        "headers.*",
        FieldPlace::Header("*"),
        message,
        &["Bcc a@a.example", "Cc c@c.example"],
    );
    let message = object([("h:Reply-To", text("a@a.example")), ("o:To", text("b@b.example"))]);
    check("h:*", FieldPlace::Header("*"), message, &["Reply-To a@a.example"]);
}

#[test]
fn a_raw_message_decides_by_its_own_header() {
    let message = object([(
        "raw",
        text("To: a@a.example\r\nBcc: b@b.example\r\nX-To: c@c.example\r\n\r\nd@d.example"),
    )]);
    check(
        "raw",
        FieldPlace::Header("*"),
        message,
        &["To a@a.example", "Bcc b@b.example"],
    );
}

#[test]
fn an_order_to_forward_is_read_for_addresses() {
    let message = object([("action", list(vec![text("forward(\"a@a.example\")"), text("stop()")]))]);
    check("action", FORWARD, message, &["forwarding rule a@a.example"]);
}

#[test]
fn what_is_no_mailbox_and_what_is_too_much_is_said() {
    let specs = [FieldSpec {
        path: "to",
        place: FieldPlace::To,
    }];
    let found = collect(&object([("to", text("somebody"))]), &specs);
    assert_eq!((found.recipients.len(), found.complete), (0, false));

    let many = list(vec![object([("to", text("a@a.example"))]); MAX_RECIPIENTS + 1]);
    let found = collect(&many, &specs);
    assert_eq!((found.recipients.len(), found.complete), (MAX_RECIPIENTS, false));

    let found = collect(&list(vec![Fields::Other; MAX_STEPS + 1]), &specs);
    assert_eq!((found.recipients.len(), found.complete), (0, false));
}
