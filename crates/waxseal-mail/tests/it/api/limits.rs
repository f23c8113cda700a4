//! Small requests that stand for very much.

use serde_json::json;

use super::*;

#[test]
fn a_small_request_does_not_become_very_much() {
    let text = "x".repeat(1 << 20);
    let entries: Vec<Value> = (0..2_000).map(|_| json!({ "To": "a@a.example" })).collect();
    let body = json!({ "HtmlBody": text, "Messages": entries }).to_string();
    let reply = Room::new(&["k"]).send(
        "POST",
        "api.postmarkapp.com/email/bulk",
        &[("x-postmark-server-token", "k")],
        body.as_bytes(),
    );
    let kept: usize = messages(&reply)
        .iter()
        .flat_map(|it| &it.contents)
        .map(|it| it.payload.bytes.len())
        .sum();
    assert_eq!(messages(&reply).len(), 2_000);
    assert!(kept <= 32 << 20, "{kept}");
    assert!(
        messages(&reply).iter().all(|it| it.complete != it.contents.is_empty()),
        "what is left out is said to be"
    );
    // What is read again for each: megabytes that name nobody.
    let entries: Vec<Value> = (0..20_000).map(|_| json!({})).collect();
    let body = json!({ "To": "x ".repeat(4 << 20), "Messages": entries }).to_string();
    let reply = Room::new(&["k"]).send(
        "POST",
        "api.postmarkapp.com/email/bulk",
        &[("x-postmark-server-token", "k")],
        body.as_bytes(),
    );
    assert!(messages(&reply).len() == 20_000 && messages(&reply).iter().all(|it| !it.complete));
    let to: Vec<String> = (0..10_000).map(|idx| format!("a{idx}@a.example")).collect();
    let entries: Vec<Value> = (0..2_000).map(|_| json!({ "TextBody": "t" })).collect();
    let body = json!({ "To": to.join(","), "Messages": entries }).to_string();
    let reply = Room::new(&["k"]).send(
        "POST",
        "api.postmarkapp.com/email/bulk",
        &[("x-postmark-server-token", "k")],
        body.as_bytes(),
    );
    let kept: usize = messages(&reply).iter().map(|it| it.recipients.len()).sum();
    assert!(kept <= 100_000, "{kept}");
    assert!(!messages(&reply).last().expect("a message").complete);
}
