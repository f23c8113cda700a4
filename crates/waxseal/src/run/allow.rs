//! The egress allowlist: what `--allow` and `[egress] allow` were given, and whether a contact is on it.

use std::net::IpAddr;
use std::str::FromStr;

/// Everything that was allowed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Allowlist {
    entries: Vec<Allowed>,
}

/// One `--allow`: `host`, `*.host`, `host:port`, an address, or a network as `10.0.0.0/8`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    who: Who,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Who {
    /// This name, nothing below it.
    Name(String),
    /// Every name below this one, not itself.
    Below(String),
    /// Addresses that were reached without a name.
    Network(IpAddr, u8),
}

/// Where a package went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact<'a> {
    /// The name it had asked for to get the address; `None` where it went to a bare address.
    pub name: Option<&'a str>,
    /// The address, where it is known.
    pub address: Option<IpAddr>,
    /// The port, where there is one.
    pub port: Option<u16>,
}

/// What `--allow` was given cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AllowError {
    /// Nothing.
    #[error("an empty text names no host that could be allowed")]
    Empty,
    /// A whole URL.
    #[error("`{text}` is an address of a page, and only its host can be allowed")]
    Url {
        /// The text, escaped.
        text: String,
    },
    /// A star elsewhere than in front.
    #[error("`{text}` has a `*` in the wrong place")]
    Star {
        /// The text, escaped.
        text: String,
    },
    /// The port is no number from 1 to 65535.
    #[error("`{text}` has a port that is none")]
    Port {
        /// The text, escaped.
        text: String,
    },
    /// The part behind the slash does not fit the address.
    #[error("`{text}` is not a network")]
    Network {
        /// The text, escaped.
        text: String,
    },
    /// Neither a name nor an address.
    #[error("`{text}` is neither a host nor an address")]
    Host {
        /// The text, escaped.
        text: String,
    },
}

impl AllowError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty | Self::Host { .. } => {
                "write `api.example`, `*.api.example`, `api.example:443`, `192.0.2.7` or `192.0.2.0/24`"
            }
            Self::Url { .. } => "leave out `https://` and the path",
            Self::Star { .. } => {
                "`*.api.example` stands for every host below `api.example`, and `*` stands nowhere else"
            }
            Self::Port { .. } => "a port is a number from 1 to 65535, as in `api.example:443`",
            Self::Network { .. } => {
                "behind the slash stands how many bits the network has: at most 32, or 128 for IPv6"
            }
        }
    }
}

impl Allowlist {
    /// Reads every `--allow`.
    ///
    /// # Errors
    /// One of them cannot be used.
    pub fn parse<T: AsRef<str>>(texts: &[T]) -> Result<Self, AllowError> {
        let entries: Result<_, _> = texts.iter().map(|text| text.as_ref().parse()).collect();
        Ok(Self { entries: entries? })
    }

    /// Allows what another list does too.
    pub fn extend(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }

    /// Whether nothing was allowed.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether this contact is allowed. A name is only allowed by its name: the simulated internet chose the address behind it.
    pub fn is_allowed(&self, contact: &Contact<'_>) -> bool {
        self.entries.iter().any(|entry| entry.covers(contact))
    }
}

impl Allowed {
    fn covers(&self, contact: &Contact<'_>) -> bool {
        if self.port.is_some() && self.port != contact.port {
            return false;
        }
        match (&self.who, contact.name) {
            (Who::Name(allowed), Some(name)) => *allowed == bare(name),
            (Who::Below(allowed), Some(name)) => bare(name)
                .strip_suffix(allowed.as_str())
                .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            (Who::Network(network, bits), None) => {
                contact.address.is_some_and(|address| within(address, *network, *bits))
            }
            _ => false,
        }
    }
}

impl FromStr for Allowed {
    type Err = AllowError;

    fn from_str(typed: &str) -> Result<Self, AllowError> {
        let text = typed.trim();
        let shown = || crate::report::escape::escape(text, MAX_SHOWN);
        if text.is_empty() {
            return Err(AllowError::Empty);
        }
        if text.contains("://") {
            return Err(AllowError::Url { text: shown() });
        }
        if let Some((address, bits)) = text.split_once('/') {
            return network(address, bits).ok_or_else(|| match address.parse::<IpAddr>() {
                Ok(_) => AllowError::Network { text: shown() },
                Err(_) => AllowError::Url { text: shown() },
            });
        }
        let (host, port) = split_port(text).ok_or_else(|| AllowError::Port { text: shown() })?;
        if let Ok(address) = host.parse::<IpAddr>() {
            let who = Who::Network(address.to_canonical(), width_of(address.to_canonical()));
            return Ok(Self { who, port });
        }
        let (below, name) = match host.strip_prefix("*.") {
            Some(name) => (true, name),
            None => (false, host),
        };
        if name.contains('*') {
            return Err(AllowError::Star { text: shown() });
        }
        let name = domain(name).ok_or_else(|| AllowError::Host { text: shown() })?;
        let who = if below { Who::Below(name) } else { Who::Name(name) };
        Ok(Self { who, port })
    }
}

/// `host:port`, `[v6]:port`, `host`, `v6`.
fn split_port(text: &str) -> Option<(&str, Option<u16>)> {
    if text.parse::<IpAddr>().is_ok() {
        return Some((text, None));
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (address, rest) = rest.split_once(']')?;
        return match rest.strip_prefix(':') {
            Some(port) => Some((address, Some(number(port)?))),
            None => rest.is_empty().then_some((address, None)),
        };
    }
    match text.rsplit_once(':') {
        Some((host, port)) => Some((host, Some(number(port)?))),
        None => Some((text, None)),
    }
}

fn number(port: &str) -> Option<u16> {
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    port.parse().ok().filter(|port| digits && *port > 0)
}

fn network(address: &str, bits: &str) -> Option<Allowed> {
    let address: IpAddr = address.parse().ok()?;
    let bits = bits.parse().ok().filter(|bits| *bits <= width_of(address))?;
    let who = Who::Network(address, bits);
    Some(Allowed { who, port: None })
}

/// A name in the form DNS has it: lower case, ASCII, without the last dot.
fn domain(name: &str) -> Option<String> {
    // The URL standard's host parser takes `0x7f.1` for an address; a text like that is meant by nobody.
    let url::Host::Domain(name) = url::Host::parse(name.trim_end_matches('.')).ok()? else {
        return None;
    };
    let fits = |label: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        !label.is_empty() && label.len() <= 63 && label.bytes().all(known)
    };
    (name.len() <= 253 && name.split('.').all(fits)).then_some(name)
}

/// A name as it may be written, in the form names are kept here.
fn bare(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn width_of(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    match (address.to_canonical(), network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            u32::from(address) & mask == u32::from(network) & mask
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            u128::from(address) & mask == u128::from(network) & mask
        }
        _ => false,
    }
}

/// Longest text that is repeated in an error.
const MAX_SHOWN: usize = 200;

#[cfg(test)]
mod tests;
