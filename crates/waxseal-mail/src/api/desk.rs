//! What the providers of one run remember: who is let in, what was made, and where ids come from.

use std::collections::VecDeque;

use serde_json::Value;

/// What the providers of one run remember. Ids are made from a seed, so that a run can be had again.
#[derive(Debug, Clone)]
pub struct Desk {
    state: u64,
    /// Seconds since 1970.
    now: u64,
    secrets: Vec<String>,
    made: VecDeque<Made>,
    /// How large each of them is.
    sizes: VecDeque<usize>,
}

/// Something that a request made and a later one may ask for: a message, a webhook, a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The provider.
    pub channel: &'static str,
    /// What it is, in the provider's own word: `email`, `webhook`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// What the provider says of it.
    pub value: Value,
}

impl Desk {
    /// Lets in who shows one of these secrets. `now` is in seconds since 1970.
    pub fn new(seed: u64, now: u64, secrets: Vec<String>) -> Self {
        Self {
            state: seed,
            now,
            secrets,
            made: VecDeque::new(),
            sizes: VecDeque::new(),
        }
    }

    /// The time, in seconds since 1970.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// Sets the time, in seconds since 1970.
    pub fn set_now(&mut self, now: u64) {
        self.now = now;
    }

    /// The time as RFC 3339 has it, in UTC.
    pub fn timestamp(&self) -> String {
        timestamp(self.now)
    }

    /// The next of a sequence of numbers that looks like chance (SplitMix64).
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// So many hexadecimal digits.
    pub fn hex(&mut self, digits: usize) -> String {
        let mut text = String::with_capacity(digits + 16);
        while text.len() < digits {
            text.push_str(&format!("{:016x}", self.number()));
        }
        text.truncate(digits);
        text
    }

    /// A version 4 UUID (RFC 9562 §5.4).
    pub fn uuid(&mut self) -> String {
        let hex = self.hex(30);
        let variant = ["8", "9", "a", "b"][usize::try_from(self.number() % 4).unwrap_or(0)];
        format!(
            "{}-{}-4{}-{variant}{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..15],
            &hex[15..18],
            &hex[18..]
        )
    }

    /// Whether a secret is one that the room planted.
    pub fn lets_in(&self, secret: &str) -> bool {
        self.secrets.iter().any(|known| known == secret)
    }

    /// Lets in who shows this from now on: a token that was given out.
    pub fn admit(&mut self, secret: String) {
        if self.secrets.len() < MAX_MADE {
            self.secrets.push(secret);
        }
    }

    /// The secrets that are let in.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(String::as_str)
    }

    /// Remembers something, and forgets the oldest where there is too much.
    pub fn keep(&mut self, made: Made) {
        let size = made.value.to_string().len();
        while self.made.len() >= MAX_MADE || self.sizes.iter().sum::<usize>() + size > MAX_KEPT {
            if self.made.pop_front().is_none() {
                return;
            }
            self.sizes.pop_front();
        }
        self.made.push_back(made);
        self.sizes.push_back(size);
    }

    /// Something that was made, by its id.
    pub fn find(&self, channel: &str, kind: &str, id: &str) -> Option<&Made> {
        self.all(channel, kind).find(|made| made.id == id)
    }

    /// Everything of a kind, in the order it was made.
    pub fn all<'d>(&'d self, channel: &str, kind: &str) -> impl DoubleEndedIterator<Item = &'d Made> {
        self.made
            .iter()
            .filter(move |made| made.channel == channel && made.kind == kind)
    }
}

/// Seconds since 1970 as RFC 3339 has them, in UTC. Days are counted in years that begin in March (Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms", `civil_from_days`).
pub(crate) fn timestamp(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        rest / 3_600,
        rest / 60 % 60,
        rest % 60
    )
}

/// Bytes of JSON that are remembered of all that is made.
const MAX_KEPT: usize = 64 << 20;
/// What one run makes is less.
const MAX_MADE: usize = 4_096;
