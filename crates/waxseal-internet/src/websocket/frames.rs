//! Frames put together to messages (RFC 6455 §5), sans-I/O and bounded.

use waxseal_model::Payload;

/// What a client said.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// A message, put together.
    Message { text: bool, payload: Payload },
    /// It is to be answered with these bytes.
    Reply(Vec<u8>),
    /// It closes; this is to be sent back.
    Close(Vec<u8>),
    /// It does not speak this protocol: the bytes that show it.
    Broken(Vec<u8>),
}

/// Reads frames, cut anywhere.
#[derive(Debug)]
pub(super) struct Reader {
    /// How much of a message is kept.
    keep: usize,
    head: Vec<u8>,
    frame: Option<Frame>,
    message: Option<(bool, Payload)>,
    control: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    last: bool,
    opcode: u8,
    left: u64,
    mask: [u8; 4],
    /// How many bytes of it were read, modulo four.
    at: usize,
}

impl Reader {
    pub(super) fn new(keep: usize) -> Self {
        Self {
            keep,
            head: Vec::new(),
            frame: None,
            message: None,
            control: Vec::new(),
        }
    }

    /// Reads from `bytes` until there is something to say; `None` when they are used up.
    pub(super) fn read(&mut self, bytes: &mut &[u8]) -> Option<Said> {
        loop {
            let Some(frame) = self.frame else {
                let (first, rest) = bytes.split_first()?;
                self.head.push(*first);
                *bytes = rest;
                match self.begin() {
                    Ok(frame) => self.frame = frame,
                    Err(broken) => return Some(broken),
                }
                if self.frame.is_some_and(|it| it.left == 0) {
                    return self.end_or_more();
                }
                continue;
            };
            let used = bytes.len().min(usize::try_from(frame.left).unwrap_or(usize::MAX));
            if used == 0 {
                return None;
            }
            let (now, rest) = bytes.split_at(used);
            *bytes = rest;
            self.take(frame, now);
            if frame.left == used as u64 {
                return self.end_or_more();
            }
        }
    }

    /// A message that was begun and is not whole.
    pub(super) fn unfinished(&mut self) -> Option<(bool, Payload)> {
        self.message.take().filter(|it| it.1.length > 0)
    }

    /// Looks at a header so far (RFC 6455 §5.2).
    fn begin(&mut self) -> Result<Option<Frame>, Said> {
        let head = &self.head;
        let opcode = head[0] & 0x0f;
        let reserved = head[0] & 0x70 != 0 || !matches!(opcode, 0..=2 | 8..=10);
        let continues = opcode == 0 && self.message.is_none();
        let interrupts = matches!(opcode, 1 | 2) && self.message.is_some();
        let control = opcode >= 8;
        let long_control = control && (head[0] & 0x80 == 0 || head.get(1).is_some_and(|it| it & 0x7f > 125));
        if reserved || continues || interrupts || long_control {
            return Err(Said::Broken(std::mem::take(&mut self.head)));
        }
        let Some(second) = head.get(1) else { return Ok(None) };
        let extended = match second & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        // RFC 6455 §5.1 wants a client to mask; one that does not is listened to all the same.
        let masked = if second & 0x80 == 0 { 0 } else { 4 };
        if head.len() < 2 + extended + masked {
            return Ok(None);
        }
        let left = match extended {
            0 => u64::from(second & 0x7f),
            _ => head[2..2 + extended]
                .iter()
                .fold(0, |sum, it| sum << 8 | u64::from(*it)),
        };
        let mut mask = [0; 4];
        mask[..masked].copy_from_slice(&head[2 + extended..]);
        let last = head[0] & 0x80 != 0;
        self.head.clear();
        if matches!(opcode, 1 | 2) {
            self.message = Some((opcode == 1, Payload::default()));
        }
        Ok(Some(Frame {
            last,
            opcode,
            left,
            mask,
            at: 0,
        }))
    }

    fn take(&mut self, frame: Frame, bytes: &[u8]) {
        let plain = bytes
            .iter()
            .enumerate()
            .map(|(idx, it)| it ^ frame.mask[(frame.at + idx) % 4]);
        if frame.opcode >= 8 {
            self.control.extend(plain);
        } else if let Some((_, payload)) = &mut self.message {
            let room = self.keep.saturating_sub(payload.bytes.len());
            payload.bytes.extend(plain.take(room));
            payload.length += bytes.len() as u64;
        }
        let at = (frame.at + bytes.len()) % 4;
        self.frame = Some(Frame {
            left: frame.left - bytes.len() as u64,
            at,
            ..frame
        });
    }

    /// A frame is over: says what it was, or that it was a part.
    fn end_or_more(&mut self) -> Option<Said> {
        let frame = self.frame.take()?;
        let control = std::mem::take(&mut self.control);
        match frame.opcode {
            8 => Some(Said::Close(control_frame(8, &control))),
            9 => Some(Said::Reply(control_frame(10, &control))),
            10 => Some(Said::Reply(Vec::new())),
            _ if frame.last => self
                .message
                .take()
                .map(|(text, payload)| Said::Message { text, payload }),
            _ => Some(Said::Reply(Vec::new())),
        }
    }
}

/// A frame of a server (RFC 6455 §5.5): not masked, at most 125 bytes.
fn control_frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let payload = &payload[..payload.len().min(125)];
    let mut frame = vec![0x80 | opcode, payload.len() as u8];
    frame.extend_from_slice(payload);
    frame
}

#[cfg(test)]
mod tests;
