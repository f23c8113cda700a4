//! Mail that was there before: what the APIs that can read mail give to read. Ordinary, inert, and at `.example`.

use std::fmt::Write as _;

/// A letter in the inbox of the room's person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Letter {
    /// Sixteen hexadecimal digits, as Gmail has them; other providers spell it their way.
    pub id: &'static str,
    /// Name of the sender.
    pub name: &'static str,
    /// Mailbox of the sender.
    pub from: &'static str,
    /// Mailbox of the recipient.
    pub to: &'static str,
    /// The subject.
    pub subject: &'static str,
    /// The text.
    pub text: &'static str,
    /// Seconds before now.
    pub age: u64,
}

impl Letter {
    /// As a raw message (RFC 5322). `now` is in seconds since 1970.
    pub fn raw(&self, now: u64) -> String {
        let date = date(now.saturating_sub(self.age));
        let mut raw = String::new();
        // Writing to a text cannot fail.
        let _ = write!(
            raw,
            "Date: {date}\r\nFrom: {} <{}>\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{}@mail.customer.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n",
            self.name, self.from, self.to, self.subject, self.id, self.text
        );
        raw
    }

    /// When it came, in seconds since 1970.
    pub fn came(&self, now: u64) -> u64 {
        now.saturating_sub(self.age)
    }
}

/// RFC 5322 §3.3.
pub fn date(seconds: u64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let stamp = super::desk::timestamp(seconds);
    let day = usize::try_from(seconds / 86_400 % 7).unwrap_or(0);
    let month = stamp[5..7].parse::<usize>().unwrap_or(1);
    format!(
        "{}, {} {} {} {} +0000",
        DAYS[day],
        &stamp[8..10],
        MONTHS[month.clamp(1, 12) - 1],
        &stamp[..4],
        &stamp[11..19]
    )
}

/// The letter of this id, however a provider spells it around.
pub fn letter(id: &str) -> Option<&'static Letter> {
    LETTERS.iter().find(|letter| id.contains(letter.id))
}

/// Whose inbox it is.
pub const OWNER: &str = "alex.meyer@brightfield.example";

/// The inbox, the newest first.
pub const LETTERS: &[Letter] = &[
    Letter {
        id: "18f3a1c07b52e9d4",
        name: "Nora Lindqvist",
        from: "nora@customer.example",
        to: OWNER,
        subject: "Delivery on Thursday",
        text: "Hello Alex,\r\n\r\nthe pallets come on Thursday at nine. Could somebody open the gate?\r\n\r\nNora",
        age: 5_400,
    },
    Letter {
        id: "18f2f84d90aa6b17",
        name: "Office",
        from: "office@brightfield.example",
        to: OWNER,
        subject: "Minutes of Monday",
        text: "Hello all,\r\n\r\nthe minutes of Monday are in the shared folder.\r\n\r\nThe office",
        age: 86_000,
    },
    Letter {
        id: "18f1d3327c40f5be",
        name: "Piotr Wrona",
        from: "piotr@supplier.example",
        to: OWNER,
        subject: "Re: Offer 2214",
        text: "Dear Alex,\r\n\r\nthank you, the offer is fine. We will send the order next week.\r\n\r\nPiotr",
        age: 312_000,
    },
];
