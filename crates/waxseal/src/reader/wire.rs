//! Frames: a kind, a length, and that many bytes. Either end refuses a frame above its ceiling before it takes memory for it.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// What came over the pipe.
#[derive(Debug)]
pub(crate) enum Frame {
    /// A message, still encoded.
    Message(Vec<u8>),
    /// Raw bytes that belong to the message before or behind.
    Raw(Vec<u8>),
}

/// Why a frame could not be taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    /// The other end is gone.
    #[error("the pipe ended")]
    Ended,
    /// The pipe itself failed.
    #[error("the pipe failed: {0}")]
    Io(#[from] io::Error),
    /// A frame or all frames together above their ceiling.
    #[error("more bytes than the ceiling")]
    TooLarge,
    /// Bytes that are no message.
    #[error("bytes that are no message")]
    Malformed,
}

/// The end that listens.
#[derive(Debug)]
pub(crate) struct Inbox<R> {
    pipe: R,
    /// Bytes of one frame.
    max_frame: usize,
    /// Bytes still to be taken in all.
    left: u64,
}

impl<R: Read> Inbox<R> {
    pub(crate) fn new(pipe: R, max_frame: usize, max_total: u64) -> Self {
        Self {
            pipe,
            max_frame,
            left: max_total,
        }
    }

    /// The next frame.
    pub(crate) fn frame(&mut self) -> Result<Frame, WireError> {
        let mut head = [0; HEAD];
        self.exact(&mut head)?;
        let [kind, length @ ..] = head;
        let length = usize::try_from(u32::from_le_bytes(length)).map_err(|_| WireError::TooLarge)?;
        if length > self.max_frame {
            return Err(WireError::TooLarge);
        }
        self.left = self.left.checked_sub(length as u64).ok_or(WireError::TooLarge)?;
        let mut body = vec![0; length];
        self.exact(&mut body)?;
        match kind {
            MESSAGE => Ok(Frame::Message(body)),
            RAW => Ok(Frame::Raw(body)),
            _ => Err(WireError::Malformed),
        }
    }

    /// The next frame, which must be a message.
    pub(crate) fn message<T: DeserializeOwned>(&mut self) -> Result<T, WireError> {
        match self.frame()? {
            Frame::Message(body) => decode(&body),
            Frame::Raw(_) => Err(WireError::Malformed),
        }
    }

    /// Bytes outside of frames, of which the length was said before.
    pub(crate) fn bytes(&mut self, length: u64) -> Result<Vec<u8>, WireError> {
        self.left = self.left.checked_sub(length).ok_or(WireError::TooLarge)?;
        let mut bytes = vec![0; usize::try_from(length).map_err(|_| WireError::TooLarge)?];
        self.exact(&mut bytes)?;
        Ok(bytes)
    }

    fn exact(&mut self, buffer: &mut [u8]) -> Result<(), WireError> {
        self.pipe.read_exact(buffer).map_err(|err| match err.kind() {
            io::ErrorKind::UnexpectedEof => WireError::Ended,
            _ => WireError::Io(err),
        })
    }
}

/// Decodes a message; bytes left over make it malformed.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, WireError> {
    match postcard::take_from_bytes(body) {
        Ok((message, [])) => Ok(message),
        _ => Err(WireError::Malformed),
    }
}

/// Sends a message as one frame.
pub(crate) fn send<T: Serialize>(pipe: &mut impl Write, message: &T) -> Result<(), WireError> {
    // The head is filled in once the length is known, so that a frame is one write.
    let frame = postcard::to_extend(message, vec![0; HEAD]).map_err(|_| WireError::Malformed)?;
    finish(pipe, frame, MESSAGE)
}

/// Sends raw bytes, in as many frames as it takes.
pub(crate) fn send_raw(pipe: &mut impl Write, bytes: &[u8]) -> Result<(), WireError> {
    for chunk in bytes.chunks(MAX_RAW) {
        pipe.write_all(&head(RAW, chunk.len())?)?;
        pipe.write_all(chunk)?;
    }
    Ok(())
}

fn finish(pipe: &mut impl Write, mut frame: Vec<u8>, kind: u8) -> Result<(), WireError> {
    let head = head(kind, frame.len() - HEAD)?;
    frame[..HEAD].copy_from_slice(&head);
    Ok(pipe.write_all(&frame)?)
}

fn head(kind: u8, length: usize) -> Result<[u8; HEAD], WireError> {
    let [a, b, c, d] = u32::try_from(length).map_err(|_| WireError::TooLarge)?.to_le_bytes();
    Ok([kind, a, b, c, d])
}

/// Kind and length.
const HEAD: usize = 5;
const MESSAGE: u8 = 1;
const RAW: u8 = 2;

/// Raw bytes come in pieces that can be passed on as they come.
pub(crate) const MAX_RAW: usize = 256 << 10;

#[cfg(test)]
mod tests;
