//! Sieve: a mailbox that got a mail which does not name it.

use super::{Kind, Name};

pub(super) const KIND: Kind = Kind {
    id: "sieve",
    title: "Sieve: mark mail in your own mailboxes that does not name them",
    text: include_str!("sieve.sieve"),
    exempt: Some(exempt),
    domain: None,
    socket: None,
};

/// A test for mailboxes, and one for domains where there are any.
fn exempt(names: &[Name]) -> String {
    let test = |part: &str, domain: bool| {
        let strings: Vec<String> = names
            .iter()
            .filter(|name| name.is_domain() == domain)
            .map(|name| format!("\"{}\"", name.as_str()))
            .collect();
        (!strings.is_empty()).then(|| {
            format!(
                "  not address :{part} :is [\"to\", \"cc\", \"resent-to\", \"resent-cc\"] [{}]",
                strings.join(", ")
            )
        })
    };
    let tests: Vec<String> = [test("all", false), test("domain", true)]
        .into_iter()
        .flatten()
        .collect();
    tests.join(",\n")
}
