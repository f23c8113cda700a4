//! Bytes written by hand after the published description, and what a session makes of them.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod answers;
mod limits;
mod packets;
mod sessions;

use super::{Answer, Event, Limits, ProtocolError, Session};
use waxseal_model::{EnvelopeSender, MailSeen, Visible};

/// What Postfix 3.7 offers: version 6, all actions, all steps.
const POSTFIX: [u32; 3] = [6, 0x1ff, 0x1f_ffff];
/// What Sendmail 8.13 offers: version 2, the actions and steps of that time.
const OLD_SENDMAIL: [u32; 3] = [2, 0x3f, 0x7f];

/// One packet: the length of what follows, the command, the data.
fn packet(command: u8, data: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(data.len() + 1).unwrap().to_be_bytes().to_vec();
    bytes.push(command);
    bytes.extend_from_slice(data);
    bytes
}

fn offer(numbers: [u32; 3]) -> Vec<u8> {
    packet(b'O', &numbers.map(u32::to_be_bytes).concat())
}

fn header(name: &str, value: &str) -> Vec<u8> {
    packet(b'L', format!("{name}\0{value}\0").as_bytes())
}

fn recipient(address: &str) -> Vec<u8> {
    packet(b'R', format!("{address}\0").as_bytes())
}

/// A mail from `app@shop.example` without its end.
fn mail(recipients: &[&str], headers: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = packet(b'D', b"Mi\x004jX9n95prF\0{auth_authen}\0app\0");
    bytes.extend(packet(b'M', b"<app@shop.example>\0SIZE=100\0"));
    for address in recipients {
        bytes.extend(packet(b'D', b"Ri\x004jX9n95prF\0"));
        bytes.extend(recipient(address));
    }
    for (name, value) in headers {
        bytes.extend(header(name, value));
    }
    bytes
}

fn end() -> Vec<u8> {
    [packet(b'D', b"Ei\x004jX9n95prF\0"), packet(b'E', b"")].concat()
}

fn connect() -> Vec<u8> {
    [
        packet(
            b'D',
            b"Cj\0mx.shop.example\0{daemon_name}\0submission\0{client_addr}\x00192.0.2.7\0",
        ),
        packet(b'C', b"app.shop.example\x004\xc3\x50192.0.2.7\0"),
    ]
    .concat()
}

/// A mail as it is shown, owned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Shown {
    id: String,
    host: String,
    login: String,
    client: String,
    listener: String,
    sender: String,
    from: String,
    list_id: String,
    recipients: Vec<String>,
    visible: Vec<String>,
    partial: bool,
    bcc_header: bool,
}

impl Shown {
    fn of(mail: &MailSeen<'_>) -> Self {
        Self {
            id: mail.id.to_owned(),
            host: mail.host.to_owned(),
            login: mail.login.to_owned(),
            client: mail.client.to_owned(),
            listener: mail.listener.to_owned(),
            sender: match mail.sender {
                EnvelopeSender::Unknown => "unknown".to_owned(),
                EnvelopeSender::Null => "null".to_owned(),
                EnvelopeSender::Address(address) => address.to_owned(),
            },
            from: mail.from.to_owned(),
            list_id: mail.list_id.to_owned(),
            recipients: mail.recipients.iter().map(|it| it.address.to_owned()).collect(),
            visible: mail.visible.named().iter().map(|it| (*it).to_owned()).collect(),
            partial: matches!(mail.visible, Visible::Partial(_)),
            bcc_header: mail.bcc_header,
        }
    }
}

/// What a whole connection gave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Outcome {
    mails: Vec<Option<Shown>>,
    output: Vec<u8>,
    ended: Option<Result<(), ProtocolError>>,
}

/// Hands a session bytes in pieces of one size, and answers each mail alike.
fn drive(limits: Limits, bytes: &[u8], piece: usize, answer: Answer<'_>) -> Outcome {
    let mut session = Session::new(limits);
    let mut outcome = Outcome::default();
    for piece in bytes.chunks(piece.max(1)) {
        let mut rest = piece;
        while outcome.ended.is_none() {
            match session.receive(rest, &mut outcome.output) {
                Ok(received) => {
                    rest = &rest[received.used..];
                    match received.event {
                        None => break,
                        Some(Event::Quit) => outcome.ended = Some(Ok(())),
                        Some(Event::EndOfMessage) => {
                            outcome.mails.push(session.mail(None, Shown::of).ok());
                            if session.answer(answer, &mut outcome.output).is_err() {
                                let sure = Answer::TryLater("not possible");
                                session.answer(sure, &mut outcome.output).unwrap();
                            }
                        }
                    }
                }
                Err(err) => outcome.ended = Some(Err(err)),
            }
        }
    }
    outcome
}

fn run(bytes: &[u8], answer: Answer<'_>) -> Outcome {
    drive(Limits::default(), bytes, usize::MAX, answer)
}

/// The packets of an output, command and data.
fn packets(mut bytes: &[u8]) -> Vec<(char, Vec<u8>)> {
    let mut all = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let (packet, behind) = rest.split_at(u32::from_be_bytes(*length) as usize);
        all.push((char::from(packet[0]), packet[1..].to_vec()));
        bytes = behind;
    }
    assert!(bytes.is_empty(), "the output ends with a whole packet");
    all
}

/// The packets behind the reply to the negotiation, as text.
fn replies(outcome: &Outcome) -> Vec<String> {
    let all = packets(&outcome.output);
    assert_eq!(all[0].0, 'O');
    let shown = |(command, data): &(char, Vec<u8>)| format!("{command}{}", data.escape_ascii());
    all[1..].iter().map(shown).collect()
}
