//! Moments as a person writes them, and the zone of this machine.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use waxseal_mail::logs::{Civil, ZoneRule};
use waxseal_model::Moment;

/// `--since`: a moment, or a time before now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When(pub Moment);

impl When {
    /// Reads `2026-11-20`, `2026-11-20T14:00`, RFC 3339, or `90m`, `12h`, `7d`, `2w` before `now`. What has no zone is in this machine's.
    pub fn parse(text: &str, now: Moment) -> Option<Self> {
        let zone = TimeZone::system();
        if let Ok(stamp) = text.parse::<jiff::Timestamp>() {
            return Some(Self(Moment(stamp.as_second())));
        }
        if let Ok(at) = text.parse::<DateTime>() {
            return at
                .to_zoned(zone)
                .ok()
                .map(|it| Self(Moment(it.timestamp().as_second())));
        }
        let unit = match text.chars().last()? {
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 7 * 86_400,
            _ => return None,
        };
        let count: i64 = text[..text.len() - 1].parse().ok().filter(|it| *it >= 0)?;
        Some(Self(Moment(now.0.checked_sub(count.checked_mul(unit)?)?)))
    }
}

/// This machine's zone: stamps without one are taken for its own.
pub fn system_zone() -> ZoneRule {
    let zone = TimeZone::system();
    Box::new(move |civil: Civil| {
        let month = i8::try_from(civil.month).unwrap_or(1);
        let day = i8::try_from(civil.day).unwrap_or(1);
        let date = i16::try_from(civil.year)
            .ok()
            .and_then(|year| Date::new(year, month, day).ok());
        let at = date.map(|date| {
            let [hour, minute, second] =
                [civil.hour, civil.minute, civil.second].map(|it| i8::try_from(it).unwrap_or(0));
            date.at(hour.min(23), minute.min(59), second.min(59), 0)
        });
        let zoned = at.and_then(|at| at.to_zoned(zone.clone()).ok());
        zoned.map_or_else(|| civil.in_utc(), |it| Moment(it.timestamp().as_second()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_times_before_now() {
        let now = Moment(1_795_000_000);
        assert_eq!(When::parse("2h", now), Some(When(Moment(now.0 - 7200))));
        assert_eq!(
            When::parse("2026-11-20T00:00:00Z", now),
            Some(When(Moment(1_795_132_800)))
        );
        assert!(When::parse("2026-11-20", now).is_some());
        for wrong in ["", "7", "d", "-1d", "yesterday", "9223372036854775807w", "7é"] {
            assert_eq!(When::parse(wrong, now), None, "{wrong}");
        }
    }
}
