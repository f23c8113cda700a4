//! When a line was written: `Nov 22 01:15:53`, RFC 3339, and what Exim writes.

use waxseal_model::Moment;

/// A date and a time of day, as a clock on the wall shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// Year.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 60.
    pub second: u8,
}

/// From a time on the wall to a moment: the zone of the machine that wrote the log.
pub type ZoneRule = Box<dyn Fn(Civil) -> Moment + Send>;

impl Civil {
    /// The moment at which a clock in UTC shows this.
    pub fn in_utc(self) -> Moment {
        let days = days_from_civil(self.year, self.month, self.day);
        Moment(days * 86_400 + i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second))
    }

    fn is_possible(self) -> bool {
        (1..=12).contains(&self.month)
            && (1..=days_in_month(self.year, self.month)).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second <= 60
    }
}

/// Reads stamps, and remembers the last one, since a busy log writes the same second many times.
pub(crate) struct Stamps {
    latest: Moment,
    latest_year: i32,
    zone: ZoneRule,
    /// The last classic stamp up to its minute, and the moment that minute began.
    minute: ([u8; 13], i64),
}

impl Stamps {
    pub(crate) fn new(latest: Moment, zone: ZoneRule) -> Self {
        Self {
            latest,
            latest_year: year_of(latest),
            zone,
            minute: ([0; 13], 0),
        }
    }

    pub(crate) fn set_latest(&mut self, latest: Moment) {
        if latest == self.latest {
            return;
        }
        self.latest = latest;
        self.latest_year = year_of(latest);
        self.minute = ([0; 13], 0);
    }

    /// RFC 3164 §4.1.2: `Mmm dd hh:mm:ss`, the day padded with a space; the moment, and what comes after the stamp.
    ///
    /// The year is the last in which the stamp is not later than the latest possible moment and a day.
    pub(crate) fn classic<'l>(&mut self, line: &'l [u8]) -> Option<(Moment, &'l [u8])> {
        let (stamp, rest) = line.split_first_chunk::<15>()?;
        let (minute, second) = stamp.split_first_chunk::<13>()?;
        let second = two(second)?;
        if *minute == self.minute.0 && second <= 60 {
            return Some((Moment(self.minute.1 + i64::from(second)), rest));
        }
        if stamp[3] != b' ' || stamp[6] != b' ' || stamp[9] != b':' || stamp[12] != b':' {
            return None;
        }
        let month = MONTHS.iter().position(|name| stamp.starts_with(name))?;
        let mut civil = Civil {
            year: self.latest_year + 1,
            month: u8::try_from(month).ok()? + 1,
            day: padded(&stamp[4..6])?,
            hour: two(&stamp[7..9])?,
            minute: two(&stamp[10..12])?,
            second: 0,
        };
        // Nine years are enough to find a 29th of February.
        for _ in 0..10 {
            if civil.is_possible() {
                let moment = (self.zone)(civil);
                if moment.0 <= self.latest.0.saturating_add(86_400) {
                    self.minute = (*minute, moment.0);
                    return (second <= 60).then(|| (Moment(moment.0 + i64::from(second)), rest));
                }
            }
            civil.year -= 1;
        }
        None
    }

    /// RFC 3339 §5.6, a space allowed for the `T`, any number of decimals, the zone `Z`, `+hh:mm`, `+hhmm`, or none: then the wall's.
    pub(crate) fn iso<'l>(&self, line: &'l [u8]) -> Option<(Moment, &'l [u8])> {
        let stamp = line.get(..19)?;
        let is_shape = stamp[4] == b'-'
            && stamp[7] == b'-'
            && matches!(stamp[10], b'T' | b't' | b' ')
            && stamp[13] == b':'
            && stamp[16] == b':';
        if !is_shape {
            return None;
        }
        let civil = Civil {
            year: i32::from(two(&stamp[..2])?) * 100 + i32::from(two(&stamp[2..4])?),
            month: two(&stamp[5..7])?,
            day: two(&stamp[8..10])?,
            hour: two(&stamp[11..13])?,
            minute: two(&stamp[14..16])?,
            second: two(&stamp[17..19])?,
        };
        if !civil.is_possible() {
            return None;
        }
        let mut rest = &line[19..];
        if let Some(decimals) = rest.strip_prefix(b".") {
            let digits = decimals.iter().take_while(|byte| byte.is_ascii_digit()).count();
            rest = &decimals[digits..];
        }
        // Exim's `log_timezone` writes a space before the offset.
        let spaced = rest.strip_prefix(b" ").filter(|it| offset(it).is_some());
        if let Some((seconds, rest)) = offset(spaced.unwrap_or(rest)) {
            return Some((Moment(civil.in_utc().0 - seconds), rest));
        }
        Some(((self.zone)(civil), rest))
    }
}

/// Seconds east of UTC, and what comes after.
fn offset(text: &[u8]) -> Option<(i64, &[u8])> {
    let (sign, rest) = match text.split_first()? {
        (b'Z' | b'z', rest) => return Some((0, rest)),
        (b'+', rest) => (1, rest),
        (b'-', rest) => (-1, rest),
        _ => return None,
    };
    let hours = two(rest.get(..2)?)?;
    let rest = &rest[2..];
    let rest = rest.strip_prefix(b":").unwrap_or(rest);
    let minutes = two(rest.get(..2)?)?;
    (hours < 24 && minutes < 60).then(|| (sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60), &rest[2..]))
}

fn two(digits: &[u8]) -> Option<u8> {
    match digits {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some((a - b'0') * 10 + (b - b'0')),
        _ => None,
    }
}

fn padded(digits: &[u8]) -> Option<u8> {
    match digits {
        [b' ', b @ b'0'..=b'9'] => Some(b - b'0'),
        _ => two(digits),
    }
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01, in the Gregorian calendar; a year begins in March here, so that the leap day is its last.
fn days_from_civil(year: i32, month: u8, day: u8) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let month = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

fn year_of(moment: Moment) -> i32 {
    let days = moment.0.div_euclid(86_400);
    // 400 years are 146,097 days: this is the year or, in its first or last days, a neighbour of it.
    let guess = i32::try_from((days * 400).div_euclid(146_097) + 1970).unwrap_or(i32::MAX / 2);
    (guess - 1..=guess + 1)
        .rev()
        .find(|year| days_from_civil(*year, 1, 1) <= days)
        .unwrap_or(guess)
}

const MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

#[cfg(test)]
mod tests;
