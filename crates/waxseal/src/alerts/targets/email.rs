//! E-mail, over SMTP or by a local `sendmail`.

use std::time::Duration;

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Message, SmtpTransport, Transport as _};
use serde::Deserialize;
use waxseal_model::Moment;

use super::process::{self, Ended, Program};
use super::{Kind, Outcome, Target};
use crate::alerts::alert::{Letter, stamp};
use crate::alerts::settings::{SecretPlace, read};
use crate::config::Seconds;

pub(super) const KIND: Kind = Kind {
    id: "email",
    check: |table| check(&read(table)?).map(|_| ()),
    open: |table| open(&read(table)?),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    /// Who it is from.
    from: String,
    /// Whom it is to. All of them are named in `To`: an alert about hidden recipients has none.
    to: Vec<String>,
    /// `smtp` or `sendmail`.
    #[serde(default)]
    transport: Transport,
    /// The server.
    host: Option<String>,
    /// Its port; by default 465 for `tls`, 587 for `starttls`, 25 for `none`.
    port: Option<u16>,
    /// How the connection is secured.
    tls: Option<Security>,
    /// The user, where the server asks for one.
    user: Option<String>,
    /// Where the password is.
    password: Option<SecretPlace>,
    /// The program, for `sendmail`.
    program: Option<String>,
    /// How long one step may take.
    #[serde(default = "default_timeout")]
    timeout: Seconds,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Transport {
    #[default]
    Smtp,
    Sendmail,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after STARTTLS, which must succeed.
    Starttls,
    /// None. Only on this machine.
    None,
}

struct Email {
    from: Mailbox,
    to: Vec<Mailbox>,
    way: Way,
}

enum Way {
    Smtp { transport: SmtpTransport, place: String },
    Sendmail { program: String, timeout: Duration },
}

/// What is wrong with it; else its mailboxes.
fn check(settings: &Settings) -> Result<(Mailbox, Vec<Mailbox>), String> {
    let mailbox = |text: &String| {
        text.parse::<Mailbox>()
            .map_err(|_| format!("`{}` is no mailbox", text.escape_debug()))
    };
    let from = mailbox(&settings.from)?;
    let to: Vec<Mailbox> = settings.to.iter().map(mailbox).collect::<Result<_, _>>()?;
    if to.is_empty() || to.len() > MAX_RECIPIENTS {
        return Err(format!("an e-mail goes `to` 1 to {MAX_RECIPIENTS} mailboxes"));
    }
    if settings.transport == Transport::Sendmail {
        if settings.host.is_some() || settings.port.is_some() || settings.tls.is_some() || settings.user.is_some() {
            return Err("`host`, `port`, `tls` and `user` are for the transport `smtp`".to_owned());
        }
        if settings
            .program
            .as_ref()
            .is_some_and(|program| !program.starts_with('/'))
        {
            return Err("`program` is an absolute path".to_owned());
        }
        return Ok((from, to));
    }
    if settings.program.is_some() {
        return Err("`program` is for the transport `sendmail`".to_owned());
    }
    let here = is_here(host(settings));
    if security(settings) == Security::None && !here {
        return Err("mail is sent without TLS to this machine alone".to_owned());
    }
    if settings.user.is_some() != settings.password.is_some() {
        return Err("`user` and `password` come together".to_owned());
    }
    Ok((from, to))
}

fn open(settings: &Settings) -> Result<Box<dyn Target>, String> {
    let (from, to) = check(settings)?;
    let timeout = Duration::from_secs(settings.timeout.0.min(MAX_TIMEOUT));
    let way = match settings.transport {
        Transport::Sendmail => Way::Sendmail {
            program: settings.program.clone().unwrap_or_else(|| SENDMAIL.to_owned()),
            timeout,
        },
        Transport::Smtp => smtp(settings, timeout)?,
    };
    Ok(Box::new(Email { from, to, way }))
}

fn smtp(settings: &Settings, timeout: Duration) -> Result<Way, String> {
    let host = host(settings);
    let parameters = || TlsParameters::new(host.to_owned()).map_err(|_| "no secure connection can be made".to_owned());
    let (tls, port) = match security(settings) {
        Security::Tls => (Tls::Wrapper(parameters()?), 465),
        Security::Starttls => (Tls::Required(parameters()?), 587),
        Security::None => (Tls::None, 25),
    };
    let port = settings.port.unwrap_or(port);
    let mut builder = SmtpTransport::builder_dangerous(host)
        .port(port)
        .tls(tls)
        .timeout(Some(timeout))
        // Not the name of this machine, which is nobody's business.
        .hello_name(ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST));
    if let (Some(user), Some(password)) = (&settings.user, &settings.password) {
        builder = builder.credentials(Credentials::new(user.clone(), password.read()?.expose().to_owned()));
    }
    Ok(Way::Smtp {
        transport: builder.build(),
        place: format!("{host}:{port}"),
    })
}

impl Target for Email {
    fn send(&self, letter: &Letter) -> Outcome {
        let message = match self.message(letter) {
            Ok(message) => message,
            Err(err) => return Outcome::refused(err),
        };
        match &self.way {
            Way::Smtp { transport, .. } => match transport.send(&message) {
                Ok(_) => Outcome::Delivered,
                Err(err) if err.is_permanent() && is_about_the_mail(&err) => Outcome::refused(explain(&err)),
                Err(err) => Outcome::later(explain(&err)),
            },
            Way::Sendmail { program, timeout } => {
                let mut argv = vec![
                    program.clone(),
                    "-i".to_owned(),
                    "-f".to_owned(),
                    self.from.email.to_string(),
                    "--".to_owned(),
                ];
                argv.extend(self.to.iter().map(|mailbox| mailbox.email.to_string()));
                let program = Program {
                    argv: &argv,
                    timeout: *timeout,
                };
                match process::run(&program, &crlf_to_lf(&message.formatted())) {
                    Ended::Exit { status: 0, .. } => Outcome::Delivered,
                    // EX_DATAERR of sysexits.h; what else fails may be better later.
                    Ended::Exit { status: 65, output } => Outcome::refused(format!("it refused the mail: {output}")),
                    other => Outcome::later(other),
                }
            }
        }
    }

    fn place(&self) -> String {
        let to: Vec<String> = self.to.iter().map(|mailbox| mailbox.email.to_string()).collect();
        let by = match &self.way {
            Way::Smtp { place, .. } => place,
            Way::Sendmail { program, .. } => program,
        };
        format!("{} by {by}", to.join(", "))
    }
}

impl Email {
    fn message(&self, letter: &Letter) -> Result<Message, String> {
        let alert = &letter.alert;
        let subject: String = format!("[waxseal {}] {}", alert.severity.id(), letter.line())
            .chars()
            .take(MAX_SUBJECT)
            .collect();
        let domain = self.from.email.domain();
        let mut builder = Message::builder()
            .from(self.from.clone())
            .subject(subject)
            .date(std::time::UNIX_EPOCH + Duration::from_secs(u64::try_from(letter.written).unwrap_or(0)))
            // The same at every try, so that a mailbox may know a second copy.
            .message_id(Some(format!("<{}@{domain}>", letter.id)))
            // RFC 3834 §5: no answer is wanted, and nobody should alarm about an alarm.
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("X-Waxseal-Alert", &letter.id));
        for mailbox in &self.to {
            builder = builder.to(mailbox.clone());
        }
        let body = Body::new_with_encoding(text(letter), ContentTransferEncoding::QuotedPrintable)
            .map_err(|_| "it cannot be encoded".to_owned())?;
        builder
            .header(ContentType::TEXT_PLAIN)
            .body(body)
            .map_err(|err| format!("it cannot be made a mail: {err}"))
    }
}

/// The body: a sentence, then one fact a line.
fn text(letter: &Letter) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for line in [&letter.alert.title, &letter.alert.summary] {
        if !line.is_empty() {
            let _ = writeln!(text, "{line}\r");
        }
    }
    let _ = writeln!(text, "\r");
    for (name, value) in letter.facts() {
        let _ = writeln!(text, "{name}: {value}\r");
    }
    let _ = writeln!(text, "written: {}\r", stamp(Moment(letter.written)));
    text
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Whether a permanent answer is about this mail: filters say 550, 552 or 554 after DATA (RFC 5321 §4.2.3). The first is also said of a recipient
/// who is not there, with the status 5.1.x (RFC 3463 §3.2); that, and a server that does not know us (530, 535), may be corrected.
fn is_about_the_mail(err: &lettre::transport::smtp::Error) -> bool {
    use std::error::Error as _;
    let cause = err.source().map(ToString::to_string).unwrap_or_default();
    err.status()
        .is_some_and(|code| matches!(u16::from(code), 550 | 552 | 554))
        && !cause.contains("5.1.")
}

/// What went wrong, with what the server said. A password is never in it: servers do not repeat it, and it is not ours to print.
fn explain(err: &lettre::transport::smtp::Error) -> String {
    use std::error::Error as _;
    let cause = err.source().map(ToString::to_string).unwrap_or_default();
    match err.status() {
        Some(code) => format!("it answered {code}: {cause}"),
        None if err.is_timeout() => "it did not answer in time".to_owned(),
        None if err.is_tls() => format!("no secure connection: {cause}"),
        None => format!("it cannot be reached: {cause}"),
    }
}

/// sendmail(1) wants the line ends of the system.
fn crlf_to_lf(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n").into_bytes()
}

fn host(settings: &Settings) -> &str {
    settings.host.as_deref().unwrap_or("127.0.0.1")
}

fn security(settings: &Settings) -> Security {
    let default = if is_here(host(settings)) {
        Security::None
    } else {
        Security::Starttls
    };
    settings.tls.unwrap_or(default)
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

/// The sender and the recipients.
pub(super) fn mailboxes(table: toml::Table) -> Option<(String, Vec<String>)> {
    let settings: Settings = read(table).ok()?;
    let (from, to) = check(&settings).ok()?;
    Some((
        from.email.to_string(),
        to.iter().map(|mailbox| mailbox.email.to_string()).collect(),
    ))
}

fn default_timeout() -> Seconds {
    Seconds(20)
}

const MAX_TIMEOUT: u64 = 120;
const MAX_RECIPIENTS: usize = 50;
/// Characters of a subject.
const MAX_SUBJECT: usize = 200;
/// Where POSIX systems keep it.
const SENDMAIL: &str = "/usr/sbin/sendmail";
