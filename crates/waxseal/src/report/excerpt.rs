//! Source code on a page: lines made safe, tabs expanded, long lines shown as a window around what matters.

use waxseal_model::{Exhibit, Hunk, LineTag};

use super::escape::{Visible, visible};

/// One line ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Row {
    /// Its number, if it has one in the newer file.
    pub(crate) number: Option<u32>,
    /// Context, removed or added.
    pub(crate) tag: Option<LineTag>,
    /// The text, escaped, at most as wide as asked for.
    pub(crate) text: String,
    /// The marked part, in columns of `text`: first and width.
    pub(crate) mark: Option<(usize, usize)>,
}

/// The lines of an excerpt, each at most `columns` wide.
pub(crate) fn exhibit_rows(exhibit: &Exhibit, columns: usize) -> Vec<Row> {
    let lines: Vec<Line> = exhibit
        .lines
        .iter()
        .take(MAX_LINES)
        .map(|line| Line {
            cells: cells(&line.text),
            focus: line
                .mark
                .map(|(first, width)| (first as usize, (width as usize).max(1))),
            cut_left: line.cut_left > 0,
            cut_right: line.cut_right,
        })
        .collect();
    let indent = common_indent(&lines);
    lines
        .iter()
        .zip(&exhibit.lines)
        .map(|(line, source)| {
            let (text, mark) = line.window(indent, columns);
            Row {
                number: Some(source.number),
                tag: None,
                text,
                mark,
            }
        })
        .collect()
}

/// The lines of a piece of a difference, each at most `columns` wide.
pub(crate) fn hunk_rows(hunk: &Hunk, columns: usize) -> Vec<Row> {
    let shown = &hunk.lines[..hunk.lines.len().min(MAX_LINES)];
    let differing = differing_parts(shown);
    let lines: Vec<Line> = shown
        .iter()
        .zip(&differing)
        .map(|(line, focus)| Line {
            cells: cells(&line.text),
            focus: *focus,
            cut_left: false,
            cut_right: false,
        })
        .collect();
    let indent = common_indent(&lines);
    let mut number = hunk.new_start;
    lines
        .iter()
        .zip(shown)
        .map(|(line, source)| {
            let (text, mark) = line.window(indent, columns);
            let own = (source.tag != LineTag::Removed).then_some(number);
            if own.is_some() {
                number = number.saturating_add(1);
            }
            Row {
                number: own,
                tag: Some(source.tag),
                text,
                mark,
            }
        })
        .collect()
}

/// One line before it is cut.
struct Line {
    cells: Vec<Cell>,
    /// The part that must stay in sight, in characters: first and how many.
    focus: Option<(usize, usize)>,
    cut_left: bool,
    cut_right: bool,
}

/// One character and the column it begins at.
#[derive(Clone, Copy)]
struct Cell {
    shown: Visible,
    column: usize,
    width: usize,
}

impl Line {
    fn width(&self) -> usize {
        self.cells.last().map_or(0, |cell| cell.column + cell.width)
    }

    /// How many columns of blanks it begins with; `None` if there is nothing else.
    fn indent(&self) -> Option<usize> {
        self.cells.iter().find(|cell| !cell.is_blank()).map(|cell| cell.column)
    }

    /// The columns of the part that must stay in sight: first and the one behind the last.
    fn focus_columns(&self) -> Option<(usize, usize)> {
        let (first, count) = self.focus?;
        let begin = self.cells.get(first).map_or(self.width(), |cell| cell.column);
        let last = first.saturating_add(count - 1).min(self.cells.len().saturating_sub(1));
        let end = self.cells.get(last).map_or(begin, |cell| cell.column + cell.width);
        Some((begin, end.max(begin + 1)))
    }

    /// The text from column `indent` on, cut to `columns` so that the focus stays in sight, and where the focus is in it.
    fn window(&self, indent: usize, columns: usize) -> (String, Option<(usize, usize)>) {
        let columns = columns.max(MIN_COLUMNS);
        let indent = if self.cut_left { 0 } else { indent };
        let focus = self.focus_columns();
        let marks = usize::from(self.cut_left) + usize::from(self.cut_right);
        let fits = self.width().saturating_sub(indent) + marks <= columns;
        // One column at each end is kept for the sign that something was cut.
        let room = if fits { usize::MAX / 2 } else { columns - 2 };
        let start = match focus {
            Some((begin, end)) if !fits && end > indent + room => {
                let lead = (room / 3).min(room.saturating_sub(end - begin));
                begin.saturating_sub(lead).max(indent)
            }
            _ => indent,
        };
        let mut text = String::new();
        let mut used = 0;
        let left = self.cut_left || start > indent;
        if left {
            text.push('…');
            used = 1;
        }
        let mut mark: Option<(usize, usize)> = None;
        let mut right = self.cut_right;
        for cell in self.cells.iter().filter(|cell| cell.column >= start) {
            if cell.column + cell.width > start.saturating_add(room) {
                right = true;
                break;
            }
            if focus.is_some_and(|(begin, end)| cell.column >= begin && cell.column < end) {
                let (first, width) = mark.unwrap_or((used, 0));
                mark = Some((first, width + cell.width));
            }
            cell.push_to(&mut text);
            used += cell.width;
        }
        text.truncate(text.trim_end_matches(' ').len());
        if right {
            text.push('…');
        }
        // A place at the end of the line, or of no width, still gets its mark.
        let mark = focus.map(|_| mark.map_or((used, 1), |(first, width)| (first, width.max(1))));
        (text, mark)
    }
}

impl Cell {
    fn is_blank(&self) -> bool {
        matches!(self.shown, Visible::AsIs(' ') | Visible::Escaped('\t'))
    }

    fn push_to(&self, out: &mut String) {
        if self.shown == Visible::Escaped('\t') {
            out.extend(std::iter::repeat_n(' ', self.width));
        } else {
            self.shown.push_to(out);
        }
    }
}

fn cells(text: &str) -> Vec<Cell> {
    let mut column = 0;
    let mut marks = 0;
    // A file with CR LF line ends leaves a CR at the end of each line, which says nothing.
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    text.chars()
        .take(MAX_CHARACTERS)
        .map(|c| {
            let shown = visible(c, &mut marks);
            let width = if c == '\t' { TAB - column % TAB } else { shown.width() };
            let cell = Cell { shown, column, width };
            column += width;
            cell
        })
        .collect()
}

fn common_indent(lines: &[Line]) -> usize {
    lines
        .iter()
        .filter(|line| !line.cut_left)
        .filter_map(Line::indent)
        .min()
        .unwrap_or(0)
}

/// For each line, the part in which it differs from the line that took its place: first character and how many.
/// Lines without a counterpart have none.
fn differing_parts(lines: &[waxseal_model::HunkLine]) -> Vec<Option<(usize, usize)>> {
    let mut parts = vec![None; lines.len()];
    let mut idx = 0;
    while idx < lines.len() {
        let run = |from: usize, tag| lines[from..].iter().take_while(|line| line.tag == tag).count();
        let removed = run(idx, LineTag::Removed);
        let added = run(idx + removed, LineTag::Added);
        if removed == added {
            for pair in 0..removed {
                let (old, new) = (idx + pair, idx + removed + pair);
                (parts[old], parts[new]) = differing_part(&lines[old].text, &lines[new].text);
            }
        }
        idx += (removed + added).max(1);
    }
    parts
}

/// Two parts of two lines: first character and how many of each.
type PartPair = (Option<(usize, usize)>, Option<(usize, usize)>);

fn differing_part(old: &str, new: &str) -> PartPair {
    let old: Vec<char> = old.chars().take(MAX_CHARACTERS).collect();
    let new: Vec<char> = new.chars().take(MAX_CHARACTERS).collect();
    let shorter = old.len().min(new.len());
    let prefix = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let suffix = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(shorter - prefix)
        .take_while(|(a, b)| a == b)
        .count();
    let part = |len: usize| Some((prefix, (len - prefix - suffix).max(1)));
    (part(old.len()), part(new.len()))
}

/// What the tab key meant to whoever wrote it cannot be known; four columns keep code readable.
const TAB: usize = 4;

/// Below this, a window shows nothing that helps.
const MIN_COLUMNS: usize = 20;

/// Whoever prepares an excerpt cuts long lines; this is the ceiling if that failed.
const MAX_CHARACTERS: usize = 4_000;

/// The same for lines of one excerpt.
const MAX_LINES: usize = 400;

#[cfg(test)]
mod tests;
