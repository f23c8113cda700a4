//! Forms and what they decode to.

use serde_json::json;

use super::*;

const URL: &str = "application/x-www-form-urlencoded";
const PARTS: &str = "multipart/form-data; boundary=B";

#[track_caller]
fn check(content_type: &str, body: &str, nested: bool, expected: Value) {
    let form = decode(content_type, body.as_bytes());
    assert!(form.complete, "{body}");
    let value = if nested { form.nested() } else { Some(form.flat()) };
    assert_eq!(value, Some(expected));
}

#[test]
fn numbered_members_are_a_list_in_their_order() {
    check(
        URL,
        "A.member.10=j&A.member.2=b%40b.example&A.member.1=a+a&B=c&B=d&C.D=100%&E",
        true,
        json!({ "A": ["a a", "b@b.example", "j"], "B": ["c", "d"], "C": { "D": "100%" }, "E": "" }),
    );
}

#[test]
fn members_of_members() {
    check(
        URL,
        "D.member.1.To.member.1=a&D.member.1.To.member.2=b",
        true,
        json!({ "D": [{ "To": ["a", "b"] }] }),
    );
}

#[test]
fn parts_of_one_name_are_a_list() {
    check(
        PARTS,
        "--B\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\na@a.example\r\n\
         --B\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\nb@b.example\r\n--B\r\n\
         Content-Disposition: form-data; filename=\"x\"; name=\"f\"\r\nContent-Type: text/plain\r\n\r\nfile\r\n--B--\r\n",
        false,
        json!({ "to": ["a@a.example", "b@b.example"] }),
    );
}

#[test]
fn a_file_keeps_its_bytes_its_name_and_its_kind() {
    let mut body = b"--B\r\ncontent-disposition: form-data; name=attachment; filename=\"a \\\"b\\\".bin\"\r\nContent-Type: application/octet-stream\r\n\r\n".to_vec();
    body.extend([0, 255, b'\r', b'\n', b'-', b'-', b'C', 254]);
    body.extend(b"\r\n--B--");
    let form = decode(PARTS, &body);
    assert!(form.complete);
    assert_eq!(
        form.fields,
        [FormField {
            name: "attachment".to_owned(),
            file: Some("a \"b\".bin".to_owned()),
            media_type: Some("application/octet-stream".to_owned()),
            value: vec![0, 255, b'\r', b'\n', b'-', b'-', b'C', 254],
        }]
    );
}

#[test]
fn a_boundary_inside_a_line_ends_nothing() {
    check(
        PARTS,
        "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx --B y\r\n--B--",
        false,
        json!({ "a": "x --B y" }),
    );
}

#[test]
fn what_can_be_read_of_a_broken_form_is_read_and_said_not_to_be_all() {
    let broken = decode(PARTS, b"--B\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\na");
    assert_eq!((broken.flat(), broken.complete), (json!({ "to": "a" }), false));
    assert!(!decode(PARTS, b"no boundary at all").complete);
    assert!(!decode("multipart/form-data", b"--B\r\n\r\nx\r\n--B--").complete);
}

#[test]
fn bloated_forms_are_cut() {
    let many = decode(URL, "a=b&".repeat(MAX_FIELDS + 1).as_bytes());
    assert_eq!((many.fields.len(), many.complete), (MAX_FIELDS, false));
    let parts = "--B\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\na\r\n".repeat(MAX_FIELDS + 1);
    let many = decode(PARTS, parts.as_bytes());
    assert_eq!((many.fields.len(), many.complete), (MAX_FIELDS, false));
    let deep = decode(URL, format!("{}=b", "a.".repeat(MAX_DEPTH)).as_bytes());
    assert_eq!(deep.nested(), None);
}
