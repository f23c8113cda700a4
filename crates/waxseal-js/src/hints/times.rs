//! Points in time as code writes them.

/// A point in time that begins with a number of so many characters.
pub(super) fn time_at(text: &str, length: usize) -> Option<i64> {
    let digits: String = text[..length].chars().filter(char::is_ascii_digit).collect();
    let number: i64 = digits.parse().ok()?;
    let time = match digits.len() {
        13 => number,
        10 => number * 1_000,
        4 => {
            let mut rest = text[length..].chars();
            let comma = rest.next();
            let part = |text: &str| {
                let text = text.trim_start();
                let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
                (text[..end].parse::<i64>().ok(), text[end..].to_owned())
            };
            let (month, day) = match comma {
                // An ISO date counts months from one, `Date` from none.
                Some('-') => {
                    let (month, rest) = part(rest.as_str());
                    (month? - 1, part(rest.strip_prefix('-')?).0?)
                }
                Some(',') => {
                    let (month, rest) = part(rest.as_str());
                    (month?, rest.strip_prefix(',').and_then(|it| part(it).0).unwrap_or(1))
                }
                // A year alone: its end.
                _ => (11, 31),
            };
            ((number - 1970) * 365_2425 / 10_000 + month * 31 + day) * DAY
        }
        _ => return None,
    };
    (EARLIEST..LATEST).contains(&time).then_some(time)
}

pub(super) const DAY: i64 = 86_400_000;
/// 2020 and 2050.
const EARLIEST: i64 = 1_577_836_800_000;
const LATEST: i64 = 2_524_608_000_000;
