//! What a mail server offers, and what of it is taken: which steps it tells of, which of them it waits for, what may be done to a mail.

use super::command::{ProtocolError, number};

/// What the mail server offers: the newest version it speaks, what a filter may do, which steps it may leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offer {
    version: u32,
    actions: u32,
    steps: u32,
}

/// What both sides agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    version: u32,
    actions: u32,
    steps: u32,
}

impl Offer {
    pub(super) fn read(data: &[u8]) -> Option<Self> {
        Some(Self {
            version: number(data)?,
            actions: number(data.get(4..)?)?,
            steps: number(data.get(8..)?)?,
        })
    }

    /// Takes what is useful of it. What is not offered is never asked for: Postfix and Sendmail end the connection at that.
    pub(super) fn take(self) -> Result<Terms, ProtocolError> {
        if self.version < OLDEST {
            return Err(ProtocolError::OldVersion(self.version));
        }
        let version = self.version.min(NEWEST);
        // Version 2 has no way to say that no reply comes, whatever the bits of its offer are.
        let known = if version >= NO_REPLIES_SINCE {
            u32::MAX
        } else {
            STEPS_OF_2
        };
        Ok(Terms {
            version,
            actions: self.actions & WANTED_ACTIONS,
            steps: self.steps & WANTED_STEPS & known,
        })
    }
}

impl Terms {
    /// Writes the reply to the offer, with the macros that are wanted where the mail server lets a filter choose.
    pub(super) fn write(self, output: &mut Vec<u8>) {
        let begin = output.len();
        output.extend_from_slice(&[0; 4]);
        output.push(b'O');
        for number in [self.version, self.actions, self.steps] {
            output.extend_from_slice(&number.to_be_bytes());
        }
        if self.has(SET_MACROS) {
            for (stage, names) in MACROS {
                output.extend_from_slice(&stage.to_be_bytes());
                output.extend_from_slice(names.as_bytes());
                output.push(0);
            }
        }
        super::reply::close(output, begin);
    }

    /// The version of the protocol that is spoken.
    pub fn version(self) -> u32 {
        self.version
    }

    /// Whether header fields may be added.
    pub fn may_add(self) -> bool {
        self.has(ADD_HEADERS)
    }

    /// Whether header fields may be removed.
    pub fn may_change(self) -> bool {
        self.has(CHANGE_HEADERS)
    }

    /// Whether recipients may be taken out.
    pub fn may_strip(self) -> bool {
        self.has(DELETE_RECIPIENTS)
    }

    /// Whether a mail may be held.
    pub fn may_hold(self) -> bool {
        self.has(QUARANTINE)
    }

    /// Whether the mail server waits for a reply to this step.
    pub(super) fn waits(self, step: Step) -> bool {
        self.steps & step as u32 == 0
    }

    fn has(self, action: u32) -> bool {
        self.actions & action != 0
    }
}

/// The steps that a mail server can be told not to wait for (`SMFIP_NR_*`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Step {
    Header = 0x80,
    Connect = 0x1000,
    Hello = 0x2000,
    Sender = 0x4000,
    Recipient = 0x8000,
    Data = 0x1_0000,
    Unknown = 0x2_0000,
    EndOfHeaders = 0x4_0000,
    Body = 0x8_0000,
}

const OLDEST: u32 = 2;
const NEWEST: u32 = 6;
/// The first version with more than the steps of version 2.
const NO_REPLIES_SINCE: u32 = 3;

/// `SMFIF_ADDHDRS`.
const ADD_HEADERS: u32 = 0x1;
/// `SMFIF_DELRCPT`.
const DELETE_RECIPIENTS: u32 = 0x8;
/// `SMFIF_CHGHDRS`.
const CHANGE_HEADERS: u32 = 0x10;
/// `SMFIF_QUARANTINE`.
const QUARANTINE: u32 = 0x20;
/// `SMFIF_SETSYMLIST`.
const SET_MACROS: u32 = 0x100;
const WANTED_ACTIONS: u32 = ADD_HEADERS | DELETE_RECIPIENTS | CHANGE_HEADERS | QUARANTINE | SET_MACROS;

/// `SMFIP_NOHELO`, `SMFIP_NOBODY`, `SMFIP_NOEOH`, `SMFIP_NOUNKNOWN`, `SMFIP_NODATA`: steps that say nothing of recipients.
const LEFT_OUT: u32 = 0x2 | 0x10 | 0x40 | 0x100 | 0x200;
/// Every step is answered at the end of the message only. `SMFIP_RCPT_REJ`, which tells of recipients that the mail server itself refused,
/// is not asked for: no mail goes there.
const WANTED_STEPS: u32 = LEFT_OUT
    | Step::Header as u32
    | Step::Connect as u32
    | Step::Hello as u32
    | Step::Sender as u32
    | Step::Recipient as u32
    | Step::Data as u32
    | Step::Unknown as u32
    | Step::EndOfHeaders as u32
    | Step::Body as u32;
/// The steps that version 2 can leave out.
const STEPS_OF_2: u32 = 0x7f;

/// The macros that are wanted at each stage (`SMFIM_CONNECT` 0, `SMFIM_ENVFROM` 2, `SMFIM_ENVRCPT` 3, `SMFIM_EOM` 5). Sendmail knows the queue
/// id when the mail begins, Postfix at its end. A recipient's are of no use, but an empty list is not allowed everywhere.
const MACROS: [(u32, &str); 4] = [
    (0, "j {daemon_name} {client_addr}"),
    (2, "i {auth_authen}"),
    (3, "i"),
    (5, "i"),
];
