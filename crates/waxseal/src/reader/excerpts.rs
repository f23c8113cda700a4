//! The source around a place, as few lines as a person needs, each cut to a window around what matters.

use std::collections::BTreeMap;

use waxseal_js::{parse, pretty};
use waxseal_model::ExhibitLine;

use super::protocol::{Excerpt, Place};
use super::tree::Tree;

/// Makes excerpts; formats each minified file once.
pub(super) struct Excerpts<'t> {
    trees: &'t [Tree],
    /// By side and file.
    formatted: BTreeMap<(u8, u32), Option<pretty::Pretty>>,
}

impl<'t> Excerpts<'t> {
    pub(super) fn new(trees: &'t [Tree]) -> Self {
        Self {
            trees,
            formatted: BTreeMap::new(),
        }
    }

    /// The lines around a place; `None` if there is no such file.
    pub(super) fn around(&mut self, place: &Place) -> Option<Excerpt> {
        let tree = self.trees.get(usize::from(place.side))?;
        let file = place.location.file.0;
        let idx = (file as usize) < tree.len();
        let bytes = idx.then(|| tree.bytes(file as usize))?;
        let source = parse::decode(bytes);
        let pretty = self.formatted.entry((place.side, file)).or_insert_with(|| {
            pretty::is_minified(&source)
                .then(|| pretty::pretty(tree.path(file as usize), &source))
                .flatten()
        });
        let (line, column, width) = (place.location.line, place.location.column, place.location.width);
        Some(match pretty {
            Some(pretty) => {
                let (line, column) = pretty.place_of(line, column);
                Excerpt {
                    formatted: true,
                    lines: lines_around(&pretty.text, line, column, width),
                }
            }
            None => Excerpt {
                formatted: false,
                lines: lines_around(&source, line, column, width),
            },
        })
    }
}

/// Lines and columns from 1.
fn lines_around(text: &str, line: u32, column: u32, width: u32) -> Vec<ExhibitLine> {
    let first = line.saturating_sub(BEFORE).max(1);
    (first..)
        .zip(text.split('\n').skip(first as usize - 1))
        .take_while(|(number, _)| *number <= line.saturating_add(AFTER))
        .map(|(number, text)| {
            let text = text.strip_suffix('\r').unwrap_or(text);
            if number == line {
                cut(number, text, column, Some(width))
            } else {
                cut(number, text, column, None)
            }
        })
        .collect()
}

/// The window of a line around `column`. Lines of context show the same columns, so that they stay under each other.
fn cut(number: u32, text: &str, column: u32, mark: Option<u32>) -> ExhibitLine {
    let at = column.saturating_sub(1) as usize;
    let left = if at <= WINDOW_LEFT * 2 { 0 } else { at - WINDOW_LEFT };
    let mut rest = text.chars().skip(left);
    let shown: String = rest.by_ref().take(WINDOW).collect();
    let length = shown.chars().count();
    let mark = mark.filter(|_| at < left + length).map(|width| {
        let start = at - left;
        (start as u32, width.clamp(1, (length - start) as u32))
    });
    ExhibitLine {
        number,
        text: shown,
        cut_left: left as u32,
        cut_right: rest.next().is_some(),
        mark,
    }
}

/// Lines before and behind the one that matters.
const BEFORE: u32 = 2;
const AFTER: u32 = 1;

/// Characters of a long line: wider than a wide terminal, since whoever prints cuts again.
const WINDOW: usize = 240;
const WINDOW_LEFT: usize = 80;

#[cfg(test)]
mod tests;
