//! YAML into trees with lines, one for each document.
//!
//! Anchors, tags and merge keys are refused: no package manager writes them, and with them a small file stands for a huge one, or for
//! another than one reads.

mod regular;

use std::borrow::Cow;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, StrInput};

use super::LockfileError;
use super::tree::{Budget, Entries, Node, Value};

/// Reads all documents of a file.
///
/// # Errors
/// The syntax breaks, it uses what is refused, or a ceiling is passed.
pub(super) fn parse(text: &str) -> Result<Vec<Node<'_>>, LockfileError> {
    match regular::parse(text) {
        Some(documents) => Ok(documents),
        None => full(text),
    }
}

/// The whole language.
fn full(text: &str) -> Result<Vec<Node<'_>>, LockfileError> {
    let mut builder = Builder {
        events: Parser::new_from_str(text),
        budget: Budget::new(),
        line: 1,
    };
    let mut documents = Vec::new();
    loop {
        match builder.next()? {
            (Event::StreamEnd, _) => return Ok(documents),
            (Event::DocumentStart(_), _) => {
                let (event, line) = builder.next()?;
                documents.push(builder.node(event, line)?);
            }
            _ => {}
        }
    }
}

struct Builder<'t> {
    events: Parser<'t, StrInput<'t>>,
    budget: Budget,
    line: u32,
}

impl<'t> Builder<'t> {
    fn next(&mut self) -> Result<(Event<'t>, u32), LockfileError> {
        match self.events.next() {
            Some(Ok((event, span))) => {
                self.line = line(&span.start);
                Ok((event, self.line))
            }
            Some(Err(err)) => Err(LockfileError::Broken(line(err.marker()))),
            None => Err(LockfileError::Broken(self.line)),
        }
    }

    /// The value that begins with `event`.
    fn node(&mut self, event: Event<'t>, line: u32) -> Result<Node<'t>, LockfileError> {
        self.budget.spend()?;
        let value = match event {
            Event::Scalar(text, style, 0, None) => scalar(text, style),
            Event::SequenceStart(0, None) => Value::List(self.list(line)?),
            Event::MappingStart(0, None) => Value::Map(self.map(line)?),
            Event::Alias(_) | Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..) => {
                return Err(LockfileError::Anchor(line));
            }
            _ => return Err(LockfileError::Broken(line)),
        };
        Ok(Node { line, value })
    }

    fn list(&mut self, line: u32) -> Result<Vec<Node<'t>>, LockfileError> {
        let mut items = Vec::new();
        self.budget.enter(line)?;
        loop {
            let (event, line) = self.next()?;
            if event == Event::SequenceEnd {
                break;
            }
            items.push(self.node(event, line)?);
        }
        self.budget.leave();
        Ok(items)
    }

    fn map(&mut self, line: u32) -> Result<Entries<'t>, LockfileError> {
        let mut entries = Entries::new();
        self.budget.enter(line)?;
        loop {
            let (event, line) = self.next()?;
            let key = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, ScalarStyle::Plain, 0, None) if text == "<<" => {
                    return Err(LockfileError::Anchor(line));
                }
                Event::Scalar(text, _, 0, None) => text,
                Event::Scalar(..) | Event::Alias(_) => return Err(LockfileError::Anchor(line)),
                _ => return Err(LockfileError::Broken(line)),
            };
            let (event, at) = self.next()?;
            // An entry is where its key is.
            let value = self.node(event, at)?.value;
            entries.push((key, Node { line, value }));
        }
        self.budget.leave();
        Ok(entries)
    }
}

fn line(marker: &Marker) -> u32 {
    u32::try_from(marker.line()).unwrap_or(u32::MAX)
}

/// YAML 1.2 §10.3.2: what is a number, a truth value or nothing, when it stands without quotes.
fn scalar(text: Cow<'_, str>, style: ScalarStyle) -> Value<'_> {
    if style == ScalarStyle::Plain && is_literal(&text) {
        Value::Literal(text)
    } else {
        Value::Text(text)
    }
}

fn is_literal(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL" | "true" | "false")
        || (text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
            && text.parse::<f64>().is_ok())
}

/// Whether a text is regular; where it is, the full reader has to find the same in it.
#[cfg(test)]
pub(super) fn agree(text: &str) -> bool {
    let Some(mut quick) = regular::parse(text) else {
        return false;
    };
    let mut whole = full(text).unwrap_or_else(|err| panic!("{err}: {text:?}"));
    quick.iter_mut().chain(&mut whole).for_each(forget);
    assert_eq!(quick, whole, "{text:?}");
    true
}

/// Takes out the texts that the quick reader passes over.
#[cfg(test)]
fn forget(node: &mut Node<'_>) {
    let Value::Map(entries) = &mut node.value else { return };
    entries.retain(|(key, _)| key != "deprecated");
    entries.iter_mut().for_each(|(_, node)| forget(node));
}
