//! Which names there are, and the address each is given: every name has one of its own, so that an address tells its name.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

/// The names that were asked for, and their addresses.
#[derive(Debug, Default)]
pub struct Names {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    numbers: HashMap<String, u32>,
    names: Vec<String>,
}

impl Names {
    /// The addresses of a name that could exist. `None`: there is no such name, or there are too many already.
    pub fn addresses(&self, name: &str) -> Option<(Ipv4Addr, Ipv6Addr)> {
        if name == "localhost" {
            return Some((Ipv4Addr::LOCALHOST, Ipv6Addr::LOCALHOST));
        }
        if !could_exist(name) {
            return None;
        }
        let number = self.number(name)?;
        let v4 = u32::from(FIRST_V4) + number;
        Some((Ipv4Addr::from(v4), Ipv6Addr::from(V6_NET | u128::from(v4))))
    }

    /// The name that an address was given to.
    pub fn host(&self, address: IpAddr) -> Option<String> {
        let v4 = match address.to_canonical() {
            IpAddr::V4(v4) => u32::from(v4),
            IpAddr::V6(v6) => {
                let bits = u128::from(v6);
                if bits & !u128::from(u32::MAX) != V6_NET {
                    return None;
                }
                (bits & u128::from(u32::MAX)) as u32
            }
        };
        let number = v4.checked_sub(u32::from(FIRST_V4))? as usize;
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.names.get(number).cloned()
    }

    fn number(&self, name: &str) -> Option<u32> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = known.numbers.get(name) {
            return Some(*number);
        }
        if known.names.len() >= MAX_NAMES {
            return None;
        }
        let number = known.names.len() as u32;
        known.names.push(name.to_owned());
        known.numbers.insert(name.to_owned(), number);
        Some(number)
    }
}

/// Whether a name, lower case and without its last dot, is answered as one that exists. A program that asks for a name that
/// cannot exist, to find out whether it is in a room like this, is told that it does not. The rule, in this order:
///
/// 1. `localhost` and `metadata.google.internal` exist.
/// 2. A name of one label, an empty label, one longer than 63 or a name longer than 253 bytes does not (RFC 1035 §2.3.4).
/// 3. The last label must be `example`, any two letters (countries), begin with `xn--`, or be on the list `GENERIC`. This denies
///    what is reserved (RFC 6761, RFC 7686): `invalid`, `local`, `localhost`, `test`, `onion`, `internal`.
/// 4. The label that was registered, which is the one before the public suffix, must not look random (`looks_random`). What is
///    left of it is not looked at: there a program may put what it wants to get out, and it must come to be seen.
pub fn could_exist(name: &str) -> bool {
    if matches!(name, "localhost" | "metadata.google.internal") {
        return true;
    }
    let labels: Vec<&str> = name.split('.').collect();
    if name.len() > MAX_NAME || labels.len() < 2 || labels.iter().any(|it| it.is_empty() || it.len() > MAX_LABEL) {
        return false;
    }
    let top = labels[labels.len() - 1];
    if top == "example" {
        return true;
    }
    if !is_top_level(top) {
        return false;
    }
    let registered = labels.len() - registrable(&labels);
    !looks_random(labels[registered])
}

/// The part of a name that somebody registered: two labels, or three under suffixes like `co.uk`.
pub(crate) fn registrable_of(name: &str) -> String {
    let labels: Vec<&str> = name.split('.').collect();
    labels[labels.len() - registrable(&labels)..].join(".")
}

fn registrable(labels: &[&str]) -> usize {
    let count = labels.len();
    let under_country = count > 2 && labels[count - 1].len() == 2 && COUNTRY_SECOND.contains(&labels[count - 2]);
    count.min(if under_country { 3 } else { 2 })
}

fn is_top_level(label: &str) -> bool {
    let country = label.len() == 2 && label.bytes().all(|it| it.is_ascii_lowercase());
    country || label.starts_with("xn--") || GENERIC.contains(&label)
}

/// Whether nobody would register it: ten or more ASCII letters and digits, not all digits, in which six in a row are not one
/// vowel (`a e i o u y`), or which goes from letters to digits or back five times or more.
fn looks_random(label: &str) -> bool {
    let plain = label.bytes().all(|it| it.is_ascii_alphanumeric());
    if label.len() < 10 || !plain || label.bytes().all(|it| it.is_ascii_digit()) {
        return false;
    }
    let vowel = |it: u8| b"aeiouy".contains(&it.to_ascii_lowercase());
    let longest = label.as_bytes().split(|it| vowel(*it)).map(<[u8]>::len).max();
    let changes = label
        .as_bytes()
        .windows(2)
        .filter(|it| it[0].is_ascii_digit() != it[1].is_ascii_digit())
        .count();
    longest.is_some_and(|it| it >= 6) || changes >= 5
}

/// RFC 1035 §2.3.4, without the root's length octet.
const MAX_NAME: usize = 253;

/// RFC 1035 §2.3.4.
const MAX_LABEL: usize = 63;

/// How many names are given addresses: more than any honest program asks for, few enough to stay in a network that looks like a
/// content network's, and to be remembered.
pub const MAX_NAMES: usize = 65_536;

/// The first address that is given; the following names count up from it. Public, so that nothing looks like a private network.
const FIRST_V4: Ipv4Addr = Ipv4Addr::new(104, 16, 0, 9);

/// The network of the IPv6 addresses, `2606:4700::`; the last 32 bits are those of the IPv4 address.
const V6_NET: u128 = 0x2606_4700 << 96;

/// Second labels under which countries register.
const COUNTRY_SECOND: [&str; 9] = ["co", "com", "net", "org", "gov", "edu", "ac", "or", "ne"];

/// Generic top-level domains that are in ordinary use; all others are not answered.
#[rustfmt::skip]
const GENERIC: [&str; 211] = [
    "academy", "accountant", "aero", "agency", "amazon", "app", "apple", "art", "asia", "auction", "audio", "autos",
    "aws", "baby", "bar", "beauty", "berlin", "best", "bid", "bio", "biz", "black", "blog", "blue", "boats", "bond",
    "bot", "build", "buzz", "cafe", "cam", "capital", "care", "cash", "cat", "center", "cfd", "chat", "city",
    "click", "cloud", "club", "codes", "coffee", "com", "community", "company", "computer", "cool", "coop",
    "cricket", "cyou", "dad", "date", "day", "deals", "design", "dev", "digital", "direct", "domains", "download",
    "edu", "education", "email", "energy", "engineering", "events", "exchange", "expert", "express", "faith", "fans",
    "finance", "financial", "foo", "foundation", "fun", "fund", "gallery", "games", "gdn", "gift", "gifts", "global",
    "gold", "google", "gov", "green", "group", "guru", "hair", "health", "help", "homes", "host", "hosting", "house",
    "icu", "info", "ink", "institute", "int", "international", "jobs", "kim", "krd", "lat", "legal", "life", "link",
    "live", "llc", "loan", "lol", "london", "ltd", "makeup", "market", "marketing", "media", "men", "microsoft",
    "mil", "mobi", "moe", "mom", "money", "monster", "mov", "name", "net", "network", "news", "ninja", "nyc", "one",
    "online", "org", "page", "paris", "party", "photos", "pics", "pictures", "pink", "plus", "porn", "post", "press",
    "pro", "pub", "quest", "racing", "red", "rent", "rest", "review", "reviews", "rip", "rocks", "run", "sale",
    "sbs", "school", "science", "security", "services", "shop", "show", "site", "skin", "social", "software",
    "solutions", "space", "store", "stream", "studio", "support", "systems", "team", "tech", "tel", "tips", "today",
    "tokyo", "tools", "top", "town", "trade", "training", "travel", "university", "ventures", "video", "vip",
    "vodka", "watch", "webcam", "website", "wiki", "win", "work", "works", "world", "wtf", "xyz", "yachts", "zip",
    "zone",
];

#[cfg(test)]
mod tests;
