//! Which places of a message only decide about its answers, and which places in a package are there to be read, not run.

use waxseal_model::RecipientPlace;

/// Whether who stands there gets the answers, receipts or bounces, but not the message.
pub(super) fn diverts_answers(place: &RecipientPlace) -> bool {
    match place {
        RecipientPlace::ReplyTo => true,
        RecipientPlace::Header(name) => {
            let name = name.to_ascii_lowercase();
            ANSWERS.contains(&name.as_str())
        }
        _ => false,
    }
}

/// Whether the place makes an account pass on all that it receives.
pub(super) fn forwards_everything(place: &RecipientPlace) -> bool {
    matches!(place, RecipientPlace::Header(name) if name.eq_ignore_ascii_case("forwarding rule"))
}

/// Whether the path is a test's, an example's or documentation's.
pub(super) fn is_for_show(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", &path));
    let stem = file.split('.').next().unwrap_or(file);
    let parts = file.split(['.', '-', '_']);
    folders.split('/').any(|folder| FOR_SHOW.contains(&folder))
        || FOR_SHOW.contains(&stem)
        || parts
            .skip(1)
            .any(|part| matches!(part, "test" | "tests" | "spec" | "example" | "demo" | "stories"))
        || ["test-", "test_", "example-", "example_", "sample-", "demo-"]
            .iter()
            .any(|start| file.starts_with(start))
}

/// Headers whose address gets what comes back. Every other header that names a recipient is taken for one that delivers.
const ANSWERS: [&str; 12] = [
    "reply-to",
    "mail-reply-to",
    "mail-followup-to",
    "return-path",
    "errors-to",
    "disposition-notification-to",
    "return-receipt-to",
    "read-receipt-to",
    "x-confirm-reading-to",
    "x-errors-to",
    "bounces-to",
    "feedback-forwarding",
];

/// Names of folders, and of files without their extension.
const FOR_SHOW: [&str; 24] = [
    "test",
    "tests",
    "__tests__",
    "testing",
    "spec",
    "specs",
    "__mocks__",
    "mocks",
    "fixture",
    "fixtures",
    "example",
    "examples",
    "demo",
    "demos",
    "sample",
    "samples",
    "doc",
    "docs",
    "documentation",
    "bench",
    "benchmark",
    "benchmarks",
    "e2e",
    "stories",
];
