//! Turns the bytes of a file into a syntax tree, the way Node would read them, under limits.

use std::borrow::Cow;

use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;

mod nesting;

/// A file that was parsed.
pub struct ParsedProgram<'a> {
    /// The text its spans point into.
    pub source: &'a str,
    /// Its syntax tree. Parentheses are not kept.
    pub program: &'a Program<'a>,
}

/// Why a file was not parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseFailure {
    /// No kind of module Node knows has this syntax: the file cannot run.
    #[error("the file is neither a script nor a module: {0}")]
    Unparsable(String),
    /// It is nested deeper, or holds a longer chain of operators, than can be walked safely.
    #[error("the file is nested deeper than {MAX_NESTING} levels or holds a longer chain than {MAX_CHAIN} links")]
    TooDeep,
    /// It is larger than the caller allows.
    #[error("the file holds more than {0} bytes")]
    TooLarge(usize),
}

/// Decodes a file as Node does: what is not UTF-8 becomes U+FFFD. A byte order mark is kept, so that spans stay true.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Whether a path names a file that can be code: declaration files cannot.
pub fn is_declaration(path: &str) -> bool {
    [".d.ts", ".d.mts", ".d.cts"].iter().any(|end| path.ends_with(end))
}

/// Parses a file whose path decides what it can be. Files up to [`MAX_FILE`] are read.
///
/// # Errors
/// If it is too large, too deep, or no module Node could load.
pub fn parse<'a>(allocator: &'a Allocator, source: &'a str, path: &str) -> Result<ParsedProgram<'a>, ParseFailure> {
    parse_within(allocator, source, path, MAX_FILE)
}

/// As [`parse`], with a size limit of the caller's.
///
/// # Errors
/// If it is too large, too deep, or no module Node could load.
pub fn parse_within<'a>(
    allocator: &'a Allocator,
    source: &'a str,
    path: &str,
    max_bytes: usize,
) -> Result<ParsedProgram<'a>, ParseFailure> {
    if source.len() > max_bytes.min(u32::MAX as usize) {
        return Err(ParseFailure::TooLarge(max_bytes));
    }
    if begins_as_binary(source) {
        return Err(ParseFailure::Unparsable("it begins as no text does".to_owned()));
    }
    let kinds = kinds(path);
    let limits = nesting::Limits {
        nesting: MAX_NESTING,
        chain: MAX_CHAIN,
        angles: if kinds.iter().any(|kind| kind.is_typescript()) {
            MAX_ANGLES
        } else {
            u32::MAX
        },
    };
    if nesting::exceeds(source, limits) {
        return Err(ParseFailure::TooDeep);
    }
    let mut failure = None;
    for kind in kinds {
        let options = ParseOptions {
            allow_return_outside_function: !kind.is_module(),
            preserve_parens: false,
            ..ParseOptions::default()
        };
        let parsed = Parser::new(allocator, source, kind).with_options(options).parse();
        if !parsed.panicked && parsed.diagnostics.is_empty() {
            return Ok(ParsedProgram {
                source,
                program: allocator.alloc(parsed.program),
            });
        }
        let first = parsed
            .diagnostics
            .iter()
            .next()
            .map_or_else(String::new, |it| it.message.to_string());
        failure.get_or_insert(first);
    }
    Err(ParseFailure::Unparsable(failure.unwrap_or_default()))
}

/// Whether nothing but names and spaces stands before a character that no program can hold outside of strings and comments, as in
/// fonts, pictures and archives. Seen before anything else, since what follows may look nested too deep.
fn begins_as_binary(source: &str) -> bool {
    let first = source
        .chars()
        .find(|it| !it.is_ascii_alphanumeric() && !it.is_whitespace() && *it != '\u{FEFF}');
    first.is_some_and(|it| it == char::REPLACEMENT_CHARACTER || it.is_control())
}

/// What a file of this name may be, the likeliest first.
fn kinds(path: &str) -> Vec<SourceType> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "mjs" => vec![SourceType::mjs(), SourceType::mjs().with_jsx(true)],
        "ts" | "mts" | "cts" => vec![
            SourceType::ts(),
            SourceType::tsx(),
            SourceType::ts().with_commonjs(true),
        ],
        "tsx" => vec![SourceType::tsx()],
        "jsx" => vec![SourceType::jsx(), SourceType::jsx().with_commonjs(true)],
        _ => vec![
            SourceType::unambiguous(),
            SourceType::jsx(),
            SourceType::cjs(),
            SourceType::script(),
            SourceType::jsx().with_commonjs(true),
        ],
    }
}

/// Files beyond this are not parsed unless the caller says so: a syntax tree takes about twelve times its source.
pub const MAX_FILE: usize = 32 << 20;

/// Deepest nesting that is parsed. Node's own parser gives up at about 2,000 arrays or 1,367 objects; ours takes about 2 KiB of
/// stack a level.
const MAX_NESTING: u32 = 5_000;

/// Longest chain of operators, calls or members (`a + b + …`, `a.b.c…`), each link of which is a level of the tree and takes
/// about 300 bytes of stack to walk.
const MAX_CHAIN: u32 = 60_000;

/// Most `<` without a `>` in one statement of TypeScript: this many take a tenth of a second.
const MAX_ANGLES: u32 = 600;

#[cfg(test)]
mod tests;
