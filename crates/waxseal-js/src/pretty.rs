//! Minified code made readable: the formatted form of a file, and which formatted line each original place became.

use std::path::PathBuf;

use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions, IndentChar};

use crate::parse;

/// The formatted form of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pretty {
    /// The formatted text.
    pub text: String,
    /// Original line and column, formatted line and column, all from 0, sorted by the original.
    tokens: Vec<(u32, u32, u32, u32)>,
}

impl Pretty {
    /// The place in the formatted text, line and column from 1, of a place in the original, line and column from 1.
    ///
    /// The column is right where the place is the start of a token, and near it otherwise.
    pub fn place_of(&self, line: u32, column: u32) -> (u32, u32) {
        let wanted = (line.saturating_sub(1), column.saturating_sub(1));
        let after = self.tokens.partition_point(|token| (token.0, token.1) <= wanted);
        match after.checked_sub(1).map(|idx| self.tokens[idx]) {
            Some((src_line, src_column, dst_line, dst_column)) => {
                let offset = if src_line == wanted.0 { wanted.1 - src_column } else { 0 };
                (dst_line + 1, dst_column + offset + 1)
            }
            None => (1, 1),
        }
    }
}

/// Whether a file is written for machines: most of its bytes stand in lines nobody would write.
pub fn is_minified(source: &str) -> bool {
    if source.len() < MIN_MINIFIED {
        return false;
    }
    let long: usize = source.lines().map(str::len).filter(|length| *length > LONG_LINE).sum();
    long * 2 > source.len()
}

/// Formats a file, or says that it cannot: not parsable, too large, or nested too deep to be indented within bounds.
pub fn pretty(path: &str, source: &str) -> Option<Pretty> {
    if source.len() > MAX_SOURCE || deepest_nesting(source) > MAX_NESTING {
        return None;
    }
    let allocator = Allocator::default();
    let parsed = parse::parse(&allocator, source, path).ok()?;
    let options = CodegenOptions {
        single_quote: true,
        indent_char: IndentChar::Space,
        indent_width: 2,
        source_map_path: Some(PathBuf::from("source.js")),
        ..CodegenOptions::default()
    };
    let built = Codegen::new().with_options(options).build(parsed.program);
    let mut tokens: Vec<(u32, u32, u32, u32)> = built
        .map
        .iter()
        .flat_map(|map| map.get_tokens())
        .map(|token| {
            (
                token.get_src_line(),
                token.get_src_col(),
                token.get_dst_line(),
                token.get_dst_col(),
            )
        })
        .collect();
    tokens.sort_unstable();
    tokens.dedup_by_key(|token| (token.0, token.1));
    Some(Pretty {
        text: built.code,
        tokens,
    })
}

/// An upper bound of how deep brackets nest: brackets in strings and comments count too, which only makes it careful.
fn deepest_nesting(source: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for byte in source.bytes() {
        match byte {
            b'(' | b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Shorter files are readable as they are.
const MIN_MINIFIED: usize = 512;

/// People wrap before this; generated tables of data do not, but those are as unreadable.
const LONG_LINE: usize = 300;

/// Formatting needs about 20 times the source in memory.
const MAX_SOURCE: usize = 12 << 20;

/// Indentation makes the output quadratic in the depth.
const MAX_NESTING: usize = 500;

#[cfg(test)]
mod tests;
