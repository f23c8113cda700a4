//! JSON that is safe to print: what a terminal would obey or a reader could not see is written as `\u001b`, and nothing is lost.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::report::escape::{Visible, visible};

/// Writes a value on one line, without a line feed.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, out: &mut impl Write) -> io::Result<()> {
    value
        .serialize(&mut Serializer::with_formatter(out, Plain))
        .map_err(io::Error::from)
}

/// JSON as always, but for deceptive characters.
struct Plain;

impl Formatter for Plain {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut marks = 0;
        let mut plain = 0;
        for (at, c) in fragment.char_indices() {
            if matches!(visible(c, &mut marks), Visible::Escaped(_)) {
                out.write_all(&fragment.as_bytes()[plain..at])?;
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
                plain = at + c.len_utf8();
            }
        }
        out.write_all(&fragment.as_bytes()[plain..])
    }
}
