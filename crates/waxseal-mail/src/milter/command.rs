//! What a mail server sends: packets, and the commands in them.

use memchr::memchr;

use super::negotiate::Offer;

/// Why a connection cannot go on. The mail server then does what it is told to do without its filter (`milter_default_action`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// A packet without a command.
    #[error("a packet is empty")]
    EmptyPacket,
    /// A packet that is larger than any that a mail server sends.
    #[error("a packet of {0} bytes is larger than any that is taken")]
    TooLarge(u32),
    /// A command that this protocol does not have.
    #[error("a packet has the unknown command 0x{0:02x}")]
    UnknownCommand(u8),
    /// A command before the negotiation.
    #[error("the first packet negotiates nothing, it has the command 0x{0:02x}")]
    NotNegotiated(u8),
    /// A packet that ends too early or lacks the zero at the end of a text.
    #[error("a packet with the command `{0}` is cut short")]
    Cut(char),
    /// A version that nothing is known of.
    #[error("the mail server speaks version {0} of the milter protocol, which is older than 2")]
    OldVersion(u32),
    /// The next mail began although the last one was not answered.
    #[error("the mail server went on although a mail is not answered yet")]
    Unanswered,
}

/// The bytes of the length of a packet, which counts the command and what follows it.
pub(super) const LENGTH: usize = 4;
/// The largest packet that is kept: what Sendmail sends at most where a filter asks for it (`SMFIP_MDS_1M`), and ten times Postfix's longest
/// header (`header_size_limit`).
pub(super) const MAX_PACKET: u32 = 1 << 20;
/// The largest packet that is passed over unread.
pub(super) const MAX_PASSED: u32 = 1 << 26;

/// A packet's command and its data.
pub(super) enum Command<'p> {
    Negotiate(Offer),
    /// The client's name and, if it has one, its address.
    Connect {
        name: &'p [u8],
        address: &'p [u8],
    },
    Hello,
    /// The address, with or without angle brackets; parameters are not looked at.
    Sender(&'p [u8]),
    Recipient(&'p [u8]),
    Data,
    Header {
        name: &'p [u8],
        value: &'p [u8],
    },
    EndOfHeaders,
    Body,
    EndOfMessage,
    Abort,
    Quit,
    /// The client has gone, the next one comes over the same connection.
    NextClient,
    Unknown,
    /// Macros for the command that follows: names and values in turn, each ending in a zero.
    Macros {
        stage: u8,
        pairs: &'p [u8],
    },
}

impl<'p> Command<'p> {
    /// Reads one packet without its length.
    pub(super) fn read(packet: &'p [u8]) -> Result<Self, ProtocolError> {
        let (&letter, data) = packet.split_first().ok_or(ProtocolError::EmptyPacket)?;
        let cut = ProtocolError::Cut(char::from(letter));
        Ok(match letter {
            b'L' => {
                let (name, rest) = text(data).ok_or(cut)?;
                let (value, _) = text(rest).ok_or(cut)?;
                Self::Header { name, value }
            }
            b'R' => Self::Recipient(text(data).ok_or(cut)?.0),
            b'D' => match data.split_first() {
                Some((&stage, pairs)) => Self::Macros { stage, pairs },
                None => return Err(cut),
            },
            b'M' => Self::Sender(text(data).ok_or(cut)?.0),
            b'E' => Self::EndOfMessage,
            b'B' => Self::Body,
            b'N' => Self::EndOfHeaders,
            b'T' => Self::Data,
            b'H' => Self::Hello,
            b'C' => connect(data).ok_or(cut)?,
            b'A' => Self::Abort,
            b'Q' => Self::Quit,
            b'K' => Self::NextClient,
            b'U' => Self::Unknown,
            b'O' => Self::Negotiate(Offer::read(data).ok_or(cut)?),
            other => return Err(ProtocolError::UnknownCommand(other)),
        })
    }

    /// Whether a packet with this command may be passed over unread where it is too large to keep.
    pub(super) fn is_passable(letter: u8) -> bool {
        matches!(letter, b'L' | b'B')
    }
}

/// Host name, zero, family; for a family other than `U` two bytes of port, the address, zero. The port means nothing for a local socket.
fn connect(data: &[u8]) -> Option<Command<'_>> {
    let (name, rest) = text(data)?;
    let (&family, rest) = rest.split_first()?;
    let address = match family {
        b'U' => &[],
        _ => text(rest.get(2..)?)?.0,
    };
    Some(Command::Connect { name, address })
}

/// A text that ends in a zero, and what follows it.
pub(super) fn text(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr(0, data)?;
    Some((&data[..end], &data[end + 1..]))
}

/// Names and values of macros; what lacks its zero is left out.
pub(super) fn macros(pairs: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = pairs;
    std::iter::from_fn(move || {
        let (name, behind) = text(rest)?;
        let (value, behind) = text(behind)?;
        rest = behind;
        Some((name, value))
    })
}

/// A big-endian number at the start of some bytes.
pub(super) fn number(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|four| u32::from_be_bytes(*four))
}
