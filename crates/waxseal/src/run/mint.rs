//! Values that are made up for one call and are found nowhere else: recipients, subjects, texts. Seen at the wire, they say which call a
//! message belongs to; and whoever is not among them was not asked for.

use serde::{Deserialize, Serialize};
use waxseal_model::{Call, ContentKind, Recipient, RecipientPlace, Requested, Sender};

/// What a package's code looks out for in a message, as it was read in the code: some calls are about it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Vocabulary {
    /// Words and phrases of letters, digits, spaces and hyphens, the likeliest first.
    pub words: Vec<String>,
    /// Domains of recipients.
    pub domains: Vec<String>,
}

/// Mints for one run. The same seed gives the same values, so that two releases can be asked for the same.
#[derive(Debug, Clone)]
pub struct Mint {
    seed: u64,
    vocabulary: Vocabulary,
}

/// The values of one call.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Minted {
    /// The call, from 1.
    pub call: u32,
    /// Three recipients for `To`.
    pub to: Vec<String>,
    /// Two for `Cc`.
    pub cc: Vec<String>,
    /// One for `Bcc`.
    pub bcc: Vec<String>,
    /// The sender: the same in every call, as an application's is.
    pub from: String,
    /// Who gets the answer.
    pub reply_to: String,
    /// A person's name.
    pub name: String,
    /// The subject.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: String,
    /// The name of an attachment.
    pub file_name: String,
    /// Its content.
    pub file_content: String,
}

impl Mint {
    /// Mints by this seed.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            vocabulary: Vocabulary::default(),
        }
    }

    /// The same, for code that looks out for these words.
    #[must_use]
    pub fn speaking(self, vocabulary: Vocabulary) -> Self {
        Self { vocabulary, ..self }
    }

    /// The values of a call whose subject and text hold the words that the code looks out for, and those that thieves ordinarily do; those
    /// it is to are of a domain that the code names, if it names one.
    pub fn wordy(&self, number: u32) -> Minted {
        let mut minted = self.call(number);
        let ordinary = ORDINARY.iter().map(|it| (*it).to_owned());
        let mut words: Vec<String> = Vec::new();
        let mut length = 0;
        for word in self.vocabulary.words.iter().cloned().chain(ordinary) {
            length += word.len() + 2;
            if length > MAX_WORDS {
                break;
            }
            words.push(word);
        }
        let list = words.join(", ");
        minted.subject = format!("{} - {list}", minted.subject);
        minted.html = format!("<p>{}</p><p>It is about {list}.</p>", minted.text);
        minted.text = format!("{} It is about {list}.", minted.text);
        let domains = &self.vocabulary.domains;
        if let Some(domain) = domains.get(number as usize % domains.len().max(1)) {
            for mailbox in &mut minted.to {
                if let Some((local, _)) = mailbox.rsplit_once('@') {
                    *mailbox = format!("{local}@{domain}");
                }
            }
        }
        minted
    }

    /// The sender that everything is configured with: as address alone.
    pub fn sender(&self) -> String {
        format!("notifications@{OWN_DOMAIN}")
    }

    /// The values of a call.
    pub fn call(&self, number: u32) -> Minted {
        let token = |what: &str| self.token(number, what);
        let mailbox = |what: &str| {
            let (name, company) = (self.pick(number, what, &NAMES), self.pick(number, what, &COMPANIES));
            format!("{}.{}@{company}.example", name.to_ascii_lowercase(), token(what))
        };
        let subject = format!(
            "{} {}",
            self.pick(number, "subject", &SUBJECTS),
            token("subject").to_ascii_uppercase()
        );
        let text = format!(
            "Please see the notes on {} from this week. Reference {}.",
            token("text"),
            token("body")
        );
        Minted {
            call: number,
            to: ["to1", "to2", "to3"].map(mailbox).into(),
            cc: ["cc1", "cc2"].map(mailbox).into(),
            bcc: vec![mailbox("bcc1")],
            from: self.sender(),
            reply_to: mailbox("reply"),
            name: self.pick(number, "name", &NAMES).to_owned(),
            html: format!(
                "<p>{text}</p><p><a href=\"https://www.{OWN_DOMAIN}/notes/{}\">Notes</a></p>",
                token("link")
            ),
            text,
            subject,
            file_name: format!("report-{}.txt", token("file")),
            file_content: format!("quarter,total\n1,{}\n", token("content")),
        }
    }

    /// Ten characters that nobody guesses and that survive every encoding of mail: lower-case letters and digits without look-alikes.
    fn token(&self, call: u32, what: &str) -> String {
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let mut hash = self.hash(call, what);
        // The first is a letter, for whoever takes a name apart.
        let mut text = String::from(char::from(LETTERS[usize::try_from(hash % 24).unwrap_or(0)]));
        for idx in 1..TOKEN {
            hash = mix(hash);
            // One is a digit, so that no word is one.
            let letter = if idx == 4 { 24 + (hash >> 61) } else { hash >> 59 };
            text.push(char::from(LETTERS[usize::try_from(letter).unwrap_or(0)]));
        }
        text
    }

    fn pick<'t>(&self, call: u32, what: &str, from: &[&'t str]) -> &'t str {
        let idx = self.hash(call, &format!("pick {what}")) % from.len() as u64;
        from[usize::try_from(idx).unwrap_or(0)]
    }

    /// FNV-1a over what is asked, mixed with the seed.
    fn hash(&self, call: u32, what: &str) -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325 ^ mix(self.seed);
        for byte in call.to_le_bytes().iter().chain(what.as_bytes()) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        mix(hash)
    }
}

impl Minted {
    /// The request that hands over the first `to` of the recipients for `To`, the first `cc` of those for `Cc`, and so on, with subject and
    /// text.
    pub fn asking(&self, to: usize, cc: usize, bcc: usize) -> Requested {
        let place = |list: &[String], count: usize, place: RecipientPlace| -> Vec<Recipient> {
            let chosen = list.iter().take(count);
            chosen
                .map(|mailbox| Recipient {
                    mailbox: mailbox.clone(),
                    place: place.clone(),
                })
                .collect()
        };
        Requested {
            sends: true,
            recipients: [
                place(&self.to, to, RecipientPlace::To),
                place(&self.cc, cc, RecipientPlace::Cc),
                place(&self.bcc, bcc, RecipientPlace::Bcc),
            ]
            .concat(),
            senders: vec![Sender {
                mailbox: self.from.clone(),
                place: "From".to_owned(),
            }],
            subject: Some(self.subject.clone()),
            contents: vec![(ContentKind::Text, self.text.clone())],
        }
    }
}

/// What of a call is looked for in all that leaves: names, and texts that are found nowhere else.
pub(crate) fn needles(call: &Call) -> Vec<(String, String)> {
    let name = |what: &str| format!("{}/{what}", call.number);
    let asked = &call.requested;
    let local = |mailbox: &str| mailbox.rsplit_once('@').map_or(mailbox, |(local, _)| local).to_owned();
    let recipients = asked
        .recipients
        .iter()
        .map(|it| (name("recipient"), local(&it.mailbox)));
    let subject = asked
        .subject
        .iter()
        .flat_map(|text| tokens(text))
        .map(|token| (name("subject"), token));
    let texts = asked
        .contents
        .iter()
        .flat_map(|(_, text)| tokens(text))
        .map(|token| (name("text"), token));
    recipients.chain(subject).chain(texts).collect()
}

/// The call and what of it a needle is, by its name.
pub(crate) fn needle(name: &str) -> Option<(u32, &str)> {
    let (call, what) = name.split_once('/')?;
    Some((call.parse().ok()?, what))
}

/// The words of a text that were minted.
fn tokens(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let minted = words.filter(|word| word.len() == TOKEN && word.bytes().any(|byte| byte.is_ascii_digit()));
    minted.map(str::to_owned).collect()
}

/// The last steps of SplitMix64.
fn mix(mut value: u64) -> u64 {
    value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Characters of a token: 47 bits.
const TOKEN: usize = 10;
/// Bytes of the words in one subject: a line of mail has 998 (RFC 5322 §2.1.1).
const MAX_WORDS: usize = 320;
/// What is looked out for in other people's mail.
const ORDINARY: [&str; 12] = [
    "invoice",
    "password reset",
    "payment",
    "wire transfer",
    "bank account",
    "confidential",
    "contract",
    "verification code",
    "order",
    "salary",
    "security alert",
    "sign in",
];
/// Where the room's person works.
pub(super) const OWN_DOMAIN: &str = "brightfield.example";
const NAMES: [&str; 12] = [
    "Amelia", "Jonas", "Priya", "Mateo", "Ingrid", "Kofi", "Leila", "Tomas", "Yuki", "Clara", "Omar", "Nina",
];
const COMPANIES: [&str; 8] = [
    "kestrel-logistics",
    "northgate-dental",
    "alder-books",
    "harbour-foods",
    "lumen-labs",
    "oakridge-school",
    "pinewood-travel",
    "quarry-tools",
];
const SUBJECTS: [&str; 6] = [
    "Your invoice",
    "Password reset requested",
    "Order confirmation",
    "Minutes of our meeting",
    "Contract for signature",
    "Your appointment",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_same_seed_asks_for_the_same_and_nothing_is_asked_twice() {
        let mint = Mint::new(7);
        assert_eq!(mint.call(3), Mint::new(7).call(3));
        assert_ne!(mint.call(3).to, Mint::new(8).call(3).to);
        let mut seen = BTreeSet::new();
        for number in 1..=200 {
            let minted = mint.call(number);
            for value in minted.to.iter().chain(&minted.cc).chain(&minted.bcc).chain([
                &minted.subject,
                &minted.text,
                &minted.reply_to,
            ]) {
                assert!(seen.insert(value.clone()), "{value} is there twice");
            }
        }
    }

    #[test]
    fn a_wordy_call_holds_what_code_looks_out_for_and_is_told_apart_by_the_same_tokens() {
        let mint = Mint::new(7).speaking(Vocabulary {
            words: vec!["zebra crossing".to_owned()],
            domains: vec!["bank.example".to_owned()],
        });
        let (plain, wordy) = (mint.call(3), mint.wordy(3));
        assert!(wordy.subject.starts_with(&plain.subject) && wordy.subject.contains("zebra crossing, invoice"));
        assert!(wordy.text.starts_with(&plain.text) && wordy.text.contains("zebra crossing"));
        assert!(wordy.to.iter().all(|it| it.ends_with("@bank.example")) && wordy.cc == plain.cc);
        assert_eq!(tokens(&wordy.subject), tokens(&plain.subject));
        assert!(wordy.subject.len() < 500);
    }

    #[test]
    fn recipients_are_ordinary_mailboxes_of_nobody() {
        let minted = Mint::new(7).call(1);
        for mailbox in minted.to.iter().chain(&minted.cc).chain(&minted.bcc) {
            assert!(
                waxseal_model::Mailbox::parse(mailbox).is_some() && mailbox.ends_with(".example"),
                "{mailbox}"
            );
        }
        let asked = minted.asking(1, 0, 1);
        assert_eq!(asked.recipients.len(), 2);
        assert_eq!(asked.recipients[1].place, RecipientPlace::Bcc);
    }
}
