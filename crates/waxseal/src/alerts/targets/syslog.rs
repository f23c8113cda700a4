//! syslog: RFC 3164 to the local daemon, RFC 5424 over UDP (RFC 5426) and TCP (RFC 6587, octets counted).

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream, ToSocketAddrs as _, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::time::Duration;

use serde::Deserialize;
use waxseal_model::{Moment, Severity};

use super::{Kind, Outcome, Target};
use crate::alerts::alert::{Letter, stamp};
use crate::alerts::settings::read;

pub(super) const KIND: Kind = Kind {
    id: "syslog",
    check: |table| open(&read(table)?).map(|_| ()),
    open: |table| open(&read(table)?).map(|syslog| Box::new(syslog) as Box<dyn Target>),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    /// `unix:PATH`, `udp:HOST:PORT` or `tcp:HOST:PORT`; `unix:/dev/log` by default.
    #[serde(default = "default_address")]
    address: String,
    /// `mail`, `auth`, `authpriv`, `daemon`, `user` or `local0` to `local7`.
    #[serde(default = "default_facility")]
    facility: String,
}

#[derive(Debug)]
struct Syslog {
    address: Address,
    facility: u8,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Address {
    Unix(String),
    Udp(String),
    Tcp(String),
}

fn open(settings: &Settings) -> Result<Syslog, String> {
    let wrong = || {
        format!(
            "`{}` is no address of a syslog daemon: write `unix:/dev/log`, `udp:HOST:PORT` or `tcp:HOST:PORT`",
            settings.address.escape_debug()
        )
    };
    let network = |place: &str| {
        place
            .rsplit_once(':')
            .filter(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
            .map(|_| place.to_owned())
    };
    let address = match settings.address.split_once(':') {
        Some(("unix", path)) if path.starts_with('/') => Address::Unix(path.to_owned()),
        Some(("udp", place)) => Address::Udp(network(place).ok_or_else(wrong)?),
        Some(("tcp", place)) => Address::Tcp(network(place).ok_or_else(wrong)?),
        _ => return Err(wrong()),
    };
    let facility = FACILITIES
        .iter()
        .find(|(name, _)| *name == settings.facility)
        .map(|(_, code)| *code)
        .ok_or_else(|| format!("there is no facility `{}`", settings.facility.escape_debug()))?;
    Ok(Syslog { address, facility })
}

impl Target for Syslog {
    fn send(&self, letter: &Letter) -> Outcome {
        let priority = self.facility * 8 + severity(letter.alert.severity);
        let sent = match &self.address {
            Address::Unix(path) => local(path, &rfc3164(priority, letter)),
            Address::Udp(place) => udp(place, &rfc5424(priority, letter, MAX_DATAGRAM)),
            Address::Tcp(place) => tcp(place, &rfc5424(priority, letter, MAX_FRAME)),
        };
        match sent {
            Ok(()) => Outcome::Delivered,
            Err(err) => Outcome::later(format!("it cannot be reached: {err}")),
        }
    }

    fn place(&self) -> String {
        match &self.address {
            Address::Unix(path) => super::shown(path),
            Address::Udp(place) => super::shown(&format!("udp:{place}")),
            Address::Tcp(place) => super::shown(&format!("tcp:{place}")),
        }
    }
}

/// `<34>Oct 11 22:14:15 waxseal[1]: text` (RFC 3164 §4.1; the local daemon adds the host). In UTC: daemons take their own time.
fn rfc3164(priority: u8, letter: &Letter) -> String {
    let date = jiff::Timestamp::from_second(letter.written)
        .map(|timestamp| {
            timestamp
                .to_zoned(jiff::tz::TimeZone::UTC)
                .strftime("%b %e %H:%M:%S")
                .to_string()
        })
        .unwrap_or_default();
    let mut text = format!(
        "<{priority}>{date} {APP}[{}]: {}: {}",
        std::process::id(),
        letter.alert.severity.id(),
        letter.line()
    );
    for (name, value) in letter.facts() {
        if !matches!(name.as_str(), "severity" | "subject" | "source") {
            text.push_str(&format!(" {}=\"{}\"", parameter(&name), quoted(&value)));
        }
    }
    cut(text, MAX_LOCAL)
}

/// `<34>1 2003-10-11T22:14:15Z - waxseal 1 ID [waxseal@32473 name="value"] BOM text` (RFC 5424 §6).
fn rfc5424(priority: u8, letter: &Letter, most: usize) -> String {
    let mut text = format!(
        "<{priority}>1 {} - {APP} {} {} [{SD_ID}",
        stamp(Moment(letter.written)),
        std::process::id(),
        letter.kind(),
    );
    for (name, value) in letter.facts() {
        let next = format!(" {}=\"{}\"", parameter(&name), quoted(&value));
        // The element must be whole: what does not fit is left out, the text comes behind it.
        if text.len() + next.len() + MIN_TEXT > most {
            break;
        }
        text.push_str(&next);
    }
    text.push_str("] \u{feff}");
    text.push_str(&letter.line());
    cut(text, most)
}

/// A name of a parameter: RFC 5424 §6.3.3 allows 32 visible ASCII characters without `=`, `]`, `"` and blanks.
fn parameter(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(32)
        .collect();
    if name.is_empty() { "-".to_owned() } else { name }
}

/// RFC 5424 §6.3.3: `"`, `\` and `]` are escaped.
fn quoted(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace(']', "\\]")
}

/// RFC 5424 §6.2.1.
fn severity(severity: Severity) -> u8 {
    match severity {
        Severity::Critical => 2,
        Severity::High => 3,
        Severity::Medium => 4,
        Severity::Low => 5,
        Severity::Info => 6,
    }
}

/// At most so many bytes, cut between characters.
fn cut(mut text: String, most: usize) -> String {
    if text.len() > most {
        let mut end = most;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
    text
}

fn local(path: &str, text: &str) -> io::Result<()> {
    let socket = UnixDatagram::unbound()?;
    socket.set_write_timeout(Some(TIMEOUT))?;
    match socket.connect(path) {
        Ok(()) => socket.send(text.as_bytes()).map(|_| ()),
        // Some daemons listen on a stream; each message ends in NUL there.
        Err(err) if err.raw_os_error() == Some(rustix::io::Errno::PROTOTYPE.raw_os_error()) => {
            let mut stream = UnixStream::connect(path)?;
            stream.set_write_timeout(Some(TIMEOUT))?;
            stream.write_all(format!("{text}\0").as_bytes())
        }
        Err(err) => Err(err),
    }
}

fn udp(place: &str, text: &str) -> io::Result<()> {
    let to = resolve(place)?;
    let any = if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any)?;
    // Connected, so that a port where nobody listens is told, if the machine there says so at once.
    socket.connect(to)?;
    socket.send(text.as_bytes())?;
    socket.set_read_timeout(Some(ECHO))?;
    match socket.recv(&mut [0; 1]) {
        Err(err) if err.kind() == io::ErrorKind::ConnectionRefused => Err(err),
        _ => Ok(()),
    }
}

fn tcp(place: &str, text: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect_timeout(&resolve(place)?, TIMEOUT)?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.write_all(format!("{} {text}", text.len()).as_bytes())?;
    stream.shutdown(Shutdown::Write)?;
    // There is no answer in this protocol. Its closing the connection says that it read to the end; a reset says that it did not.
    match stream.read(&mut [0; 1]) {
        Err(err) if !matches!(err.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => Err(err),
        _ => Ok(()),
    }
}

fn resolve(place: &str) -> io::Result<std::net::SocketAddr> {
    place
        .to_socket_addrs()?
        .next()
        .ok_or_else(|| io::ErrorKind::NotFound.into())
}

fn default_address() -> String {
    "unix:/dev/log".to_owned()
}

fn default_facility() -> String {
    "mail".to_owned()
}

const APP: &str = "waxseal";
/// 32473 is the number that documentation and examples use (RFC 5612).
const SD_ID: &str = "waxseal@32473";
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long a refusal is waited for.
const ECHO: Duration = Duration::from_millis(50);
/// RFC 5424 §6.1: every receiver should take 2048.
const MAX_DATAGRAM: usize = 2048;
const MAX_FRAME: usize = 8192;
/// What rsyslog and journald take by default.
const MAX_LOCAL: usize = 8000;
/// Room that is left for the text.
const MIN_TEXT: usize = 600;
/// RFC 5424 §6.2.1.
const FACILITIES: &[(&str, u8)] = &[
    ("user", 1),
    ("mail", 2),
    ("daemon", 3),
    ("auth", 4),
    ("authpriv", 10),
    ("local0", 16),
    ("local1", 17),
    ("local2", 18),
    ("local3", 19),
    ("local4", 20),
    ("local5", 21),
    ("local6", 22),
    ("local7", 23),
];
