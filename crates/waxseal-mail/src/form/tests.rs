//! Forms and what they decode to.

use super::*;

fn text(text: &str) -> Fields<'static> {
    Fields::Text(Cow::Owned(text.to_owned()))
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
fn check(decoded: Result<Fields<'static>, FormError>, expected: Result<Fields<'static>, FormError>) {
    assert_eq!(decoded, expected);
}

#[test]
fn numbered_members_are_a_list_in_their_order() {
    check(
        decode_urlencoded("A.member.10=j&A.member.2=b%40b.example&A.member.1=a+a&B=c&B=d&C.D=100%&E"),
        Ok(object([
            ("A", Fields::List(vec![text("a a"), text("b@b.example"), text("j")])),
            ("B", Fields::List(vec![text("c"), text("d")])),
            ("C", object([("D", text("100%"))])),
            ("E", text("")),
        ])),
    );
}

#[test]
fn members_of_members() {
    check(
        decode_urlencoded("D.member.1.To.member.1=a&D.member.1.To.member.2=b"),
        Ok(object([(
            "D",
            Fields::List(vec![object([("To", Fields::List(vec![text("a"), text("b")]))])]),
        )])),
    );
}

#[test]
fn parts_of_one_name_are_a_list() {
    check(
        decode_multipart(
            "B",
            "--B\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\na@a.example\r\n\
             --B\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\nb@b.example\r\n\
             --B\r\nContent-Disposition: form-data; filename=\"x\"; name=\"f\"\r\nContent-Type: text/plain\r\n\r\n\r\n--B--\r\n",
        ),
        Ok(object([
            ("f", text("")),
            ("to", Fields::List(vec![text("a@a.example"), text("b@b.example")])),
        ])),
    );
}

#[test]
fn broken_and_bloated_forms_are_refused() {
    check(
        decode_multipart("B", "--B\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\na"),
        Err(FormError::BrokenPart),
    );
    check(
        decode_multipart("B", "--B\r\n\r\nno name\r\n--B--"),
        Err(FormError::BrokenPart),
    );
    check(decode_multipart("B", "no boundary at all"), Err(FormError::BrokenPart));
    check(
        decode_urlencoded(&"a=b&".repeat(MAX_FIELDS + 1)),
        Err(FormError::TooManyFields),
    );
    check(
        decode_urlencoded(&format!("{}=b", "a.".repeat(MAX_DEPTH))),
        Err(FormError::TooDeep),
    );
    let many = "--B\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\na\r\n".repeat(MAX_FIELDS + 1);
    check(decode_multipart("B", &many), Err(FormError::TooManyFields));
}
