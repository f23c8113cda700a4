//! When a target is next sent something: a token bucket, and the wait after a failure. Pure: the time and the dice are handed in.

use std::time::Duration;

/// What is done next for one target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing for so long.
    Wait(Duration),
    /// The oldest letter is sent.
    One,
    /// The oldest letters are put into one, and that is sent.
    Digest,
}

/// The pace of one target. Times are milliseconds since any fixed moment.
#[derive(Debug)]
pub(super) struct Pace {
    /// Tokens in thousandths. A message costs a thousand.
    tokens: u64,
    /// Most tokens, in thousandths.
    burst: u64,
    per_minute: u64,
    refilled: u64,
    not_before: u64,
    failures: u32,
}

impl Pace {
    pub(super) fn new(per_minute: u32, burst: u32, now: u64) -> Self {
        let burst = u64::from(burst.max(1)) * TOKEN;
        Self {
            tokens: burst,
            burst,
            per_minute: u64::from(per_minute.max(1)),
            refilled: now,
            not_before: 0,
            failures: 0,
        }
    }

    /// How long the wait after a failure still is.
    pub(super) fn rest(&self, now: u64) -> Option<Duration> {
        let left = self.not_before.saturating_sub(now);
        (left > 0).then(|| Duration::from_millis(left))
    }

    /// What is done with `pending` letters. While there is more than one token, they are sent one by one; the last token is for all that are
    /// left, so that what is over the rate is told together and soon instead of one by one and late.
    pub(super) fn step(&mut self, now: u64, pending: usize) -> Step {
        if let Some(left) = self.rest(now) {
            return Step::Wait(left);
        }
        self.refill(now);
        if self.tokens < TOKEN {
            let missing = TOKEN - self.tokens;
            return Step::Wait(Duration::from_millis(
                (missing * MINUTE).div_ceil(self.per_minute * TOKEN),
            ));
        }
        if pending > 1 && self.tokens < 2 * TOKEN {
            Step::Digest
        } else {
            Step::One
        }
    }

    /// The target took a message.
    pub(super) fn delivered(&mut self) {
        self.tokens = self.tokens.saturating_sub(TOKEN);
        self.failures = 0;
        self.not_before = 0;
    }

    /// It did not, and may later: waits twice as long each time, up to [`LONGEST`], or as long as it asked for, and half of it at random so
    /// that several waxseals do not come back together. `dice` is any number.
    pub(super) fn failed(&mut self, now: u64, asked: Option<Duration>, dice: u64) -> Duration {
        let longest = u64::try_from(LONGEST.as_millis()).unwrap_or(u64::MAX);
        let first = u64::try_from(FIRST.as_millis()).unwrap_or(u64::MAX);
        let full = first.saturating_mul(1 << self.failures.min(20)).min(longest);
        let wait = full / 2 + dice % (full / 2 + 1);
        let asked = asked.map_or(0, |asked| u64::try_from(asked.as_millis()).unwrap_or(u64::MAX));
        let wait = wait.max(asked.min(MOST_ASKED));
        self.failures = self.failures.saturating_add(1);
        self.not_before = now.saturating_add(wait);
        Duration::from_millis(wait)
    }

    /// How many failures in a row.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    fn refill(&mut self, now: u64) {
        let passed = now.saturating_sub(self.refilled);
        let gained = passed.saturating_mul(self.per_minute).saturating_mul(TOKEN) / MINUTE;
        if gained > 0 {
            self.tokens = self.tokens.saturating_add(gained).min(self.burst);
            self.refilled = now;
        }
    }
}

/// One message, in thousandths.
const TOKEN: u64 = 1000;
/// Milliseconds of a minute.
const MINUTE: u64 = 60_000;
/// The wait after the first failure, before the dice.
const FIRST: Duration = Duration::from_secs(1);
/// The longest wait of our own: a target that comes back hears of it within minutes.
const LONGEST: Duration = Duration::from_secs(300);
/// The longest wait that a target can ask for, in milliseconds.
const MOST_ASKED: u64 = 3_600_000;
