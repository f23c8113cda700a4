//! How a message of [`crate::control`] is written down: bytes, numbers of 64 bits, and lists behind their length.

use crate::cell::{Bind, CellLimits, CellSpec, CommandEnd, FileChange, FileCopy, Keep, Notice, Overlay, RoomFile};
use crate::control::Message;

/// Writes a message.
#[derive(Debug, Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

impl Writer {
    pub(crate) fn message(&mut self, message: &Message) {
        match message {
            Message::Spec(spec) => {
                self.byte(SPEC);
                self.spec(spec);
            }
            Message::Stdio => self.byte(STDIO),
            Message::Network => self.byte(NETWORK),
            Message::Furnished(watched) => {
                self.byte(FURNISHED);
                self.list(watched, |it, number| it.number(u64::from(number.cast_unsigned())));
            }
            Message::Ready => self.byte(READY),
            Message::Failed(step, code) => {
                self.byte(FAILED);
                self.bytes(step.as_bytes());
                self.number(u64::from(code.cast_unsigned()));
            }
            Message::Go => self.byte(GO),
            Message::GoWith => self.byte(GO_WITH),
            Message::Stop => self.byte(STOP),
            Message::Notice(notice) => {
                self.byte(NOTICE);
                self.notice(notice);
            }
        }
    }

    fn notice(&mut self, notice: &Notice) {
        match notice {
            Notice::Exec { pid, path, arguments } => {
                self.byte(0);
                self.number((*pid).into());
                self.bytes(path);
                self.list(arguments, |it, argument| it.bytes(argument));
            }
            Notice::Connect { pid, address } => {
                self.byte(1);
                self.number((*pid).into());
                self.bytes(address);
            }
            Notice::Opened(path) => {
                self.byte(2);
                self.bytes(path.as_bytes());
            }
            Notice::Changed(path) => {
                self.byte(3);
                self.bytes(path.as_bytes());
            }
            Notice::Exited(end) => {
                self.byte(4);
                let (kind, value) = match end {
                    CommandEnd::Exited(status) => (0, u32::from(*status)),
                    CommandEnd::Signalled(signal) => (1, u32::from(*signal)),
                    CommandEnd::NotStarted(code) => (2, code.cast_unsigned()),
                };
                self.byte(kind);
                self.number(value.into());
            }
            Notice::OutOfMemory => self.byte(5),
            Notice::File { path, change, size } => {
                self.byte(7);
                self.bytes(path);
                self.byte(match change {
                    FileChange::Made => 0,
                    FileChange::Changed => 1,
                    FileChange::Removed => 2,
                });
                self.number(*size);
            }
            Notice::FilesCut(count) => {
                self.byte(8);
                self.number(*count);
            }
            Notice::Kept(count) => {
                self.byte(9);
                self.number(*count);
            }
            Notice::NotKept(code) => {
                self.byte(10);
                self.number(code.cast_unsigned().into());
            }
            Notice::Empty { answered, lost } => {
                self.byte(6);
                self.number(*answered);
                self.number(*lost);
            }
        }
    }

    fn spec(&mut self, spec: &CellSpec) {
        let text = |it: &mut Self, text: &String| it.bytes(text.as_bytes());
        let pair = |it: &mut Self, (a, b): &(String, String)| {
            it.bytes(a.as_bytes());
            it.bytes(b.as_bytes());
        };
        let bind = |it: &mut Self, bind: &Bind| {
            it.bytes(bind.source.as_os_str().as_encoded_bytes());
            it.bytes(bind.target.as_bytes());
        };
        self.list(&spec.command, text);
        self.list(&spec.then, |it, command| it.list(command, text));
        self.list(&spec.env, pair);
        self.bytes(spec.cwd.as_bytes());
        self.bytes(spec.hostname.as_bytes());
        self.list(&spec.binds, bind);
        self.list(&spec.overlays, |it, overlay| {
            it.list(&overlay.sources, |it, source| {
                it.bytes(source.as_os_str().as_encoded_bytes())
            });
            it.bytes(overlay.target.as_bytes());
        });
        self.list(&spec.folders, text);
        self.list(&spec.links, pair);
        self.list(&spec.files, |it, file| {
            it.bytes(file.path.as_bytes());
            it.bytes(&file.bytes);
            it.number(file.mode.into());
        });
        self.list(&spec.copies, |it, copy| {
            it.bytes(copy.source.as_os_str().as_encoded_bytes());
            it.bytes(copy.target.as_bytes());
            it.bytes(&copy.rest);
        });
        self.list(&spec.watched, text);
        self.byte(spec.notices.into());
        self.byte(spec.capture.into());
        self.list(spec.keep.as_slice(), |it, keep| {
            it.bytes(keep.source.as_bytes());
            it.bytes(keep.target.as_os_str().as_encoded_bytes());
        });
        let limits = &spec.limits;
        for number in [
            limits.memory,
            limits.processes,
            limits.disk,
            limits.open_files,
            limits.cpu_seconds,
        ] {
            self.number(number);
        }
    }

    fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn number(&mut self, number: u64) {
        self.0.extend(number.to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend(bytes);
    }

    fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T)) {
        self.number(items.len() as u64);
        items.iter().for_each(|item| write(self, item));
    }
}

/// Reads what [`Writer`] wrote; `None` for anything else.
pub(crate) struct Reader<'b>(pub(crate) &'b [u8]);

impl Reader<'_> {
    pub(crate) fn message(mut self) -> Option<Message> {
        let message = match self.byte()? {
            SPEC => Message::Spec(Box::new(self.spec()?)),
            STDIO => Message::Stdio,
            NETWORK => Message::Network,
            FURNISHED => Message::Furnished(self.list(|it| Some(u32::try_from(it.number()?).ok()?.cast_signed()))?),
            READY => Message::Ready,
            FAILED => Message::Failed(self.text()?, u32::try_from(self.number()?).ok()?.cast_signed()),
            GO => Message::Go,
            GO_WITH => Message::GoWith,
            STOP => Message::Stop,
            NOTICE => Message::Notice(self.notice()?),
            _ => return None,
        };
        self.0.is_empty().then_some(message)
    }

    fn notice(&mut self) -> Option<Notice> {
        Some(match self.byte()? {
            0 => Notice::Exec {
                pid: self.number()?.try_into().ok()?,
                path: self.bytes()?,
                arguments: self.list(Self::bytes)?,
            },
            1 => Notice::Connect {
                pid: self.number()?.try_into().ok()?,
                address: self.bytes()?,
            },
            2 => Notice::Opened(self.text()?),
            3 => Notice::Changed(self.text()?),
            4 => {
                let (kind, value) = (self.byte()?, u32::try_from(self.number()?).ok()?);
                Notice::Exited(match kind {
                    0 => CommandEnd::Exited(value.try_into().ok()?),
                    1 => CommandEnd::Signalled(value.try_into().ok()?),
                    2 => CommandEnd::NotStarted(value.cast_signed()),
                    _ => return None,
                })
            }
            5 => Notice::OutOfMemory,
            7 => Notice::File {
                path: self.bytes()?,
                change: match self.byte()? {
                    0 => FileChange::Made,
                    1 => FileChange::Changed,
                    2 => FileChange::Removed,
                    _ => return None,
                },
                size: self.number()?,
            },
            8 => Notice::FilesCut(self.number()?),
            9 => Notice::Kept(self.number()?),
            10 => Notice::NotKept(u32::try_from(self.number()?).ok()?.cast_signed()),
            6 => Notice::Empty {
                answered: self.number()?,
                lost: self.number()?,
            },
            _ => return None,
        })
    }

    fn spec(&mut self) -> Option<CellSpec> {
        let pair = |it: &mut Self| Some((it.text()?, it.text()?));
        let bind = |it: &mut Self| {
            Some(Bind {
                source: it.path()?,
                target: it.text()?,
            })
        };
        Some(CellSpec {
            command: self.list(Self::text)?,
            then: self.list(|it| it.list(Self::text))?,
            env: self.list(pair)?,
            cwd: self.text()?,
            hostname: self.text()?,
            binds: self.list(bind)?,
            overlays: self.list(|it| {
                Some(Overlay {
                    sources: it.list(Self::path)?,
                    target: it.text()?,
                })
            })?,
            folders: self.list(Self::text)?,
            links: self.list(pair)?,
            files: self.list(|it| {
                Some(RoomFile {
                    path: it.text()?,
                    bytes: it.bytes()?,
                    mode: it.number()?.try_into().ok()?,
                })
            })?,
            copies: self.list(|it| {
                Some(FileCopy {
                    source: it.path()?,
                    target: it.text()?,
                    rest: it.bytes()?,
                })
            })?,
            watched: self.list(Self::text)?,
            notices: self.byte()? != 0,
            capture: self.byte()? != 0,
            keep: {
                let mut keep = self.list(|it| {
                    Some(Keep {
                        source: it.text()?,
                        target: it.path()?,
                    })
                })?;
                keep.pop()
            },
            limits: CellLimits {
                memory: self.number()?,
                processes: self.number()?,
                disk: self.number()?,
                open_files: self.number()?,
                cpu_seconds: self.number()?,
            },
        })
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*number))
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes.to_vec())
    }

    fn path(&mut self) -> Option<std::path::PathBuf> {
        use std::os::unix::ffi::OsStringExt as _;
        Some(std::ffi::OsString::from_vec(self.bytes()?).into())
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?).ok()
    }

    fn list<T>(&mut self, read: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number()?;
        (0..count).map(|_| read(self)).collect()
    }
}

const SPEC: u8 = 0;
const STDIO: u8 = 1;
const READY: u8 = 2;
const FAILED: u8 = 3;
const GO: u8 = 4;
const STOP: u8 = 5;
const NOTICE: u8 = 6;
const NETWORK: u8 = 7;
const FURNISHED: u8 = 8;
const GO_WITH: u8 = 9;
