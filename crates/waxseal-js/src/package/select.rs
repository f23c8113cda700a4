//! Says which files of a package are code before anything is known of what loads what.

use super::InputFile;
use crate::parse;

/// What a file is, by its name and first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    /// JavaScript or TypeScript by its extension or its shebang.
    Code,
    /// Parsed only if code loads it.
    Json,
    /// A native addon or WebAssembly: never parsed.
    Native,
    /// A TypeScript declaration file: no code.
    Declaration,
    /// Anything else. Node runs it all the same if `require` names it.
    Other,
}

/// What a file is, as far as it says so itself.
pub(super) fn kind(file: &InputFile<'_>) -> FileKind {
    if parse::is_declaration(file.path) {
        return FileKind::Declaration;
    }
    match extension(file.path) {
        "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" => FileKind::Code,
        "json" => FileKind::Json,
        "node" | "wasm" => FileKind::Native,
        _ if runs_javascript(file.bytes) => FileKind::Code,
        _ if is_object_file(file.bytes) => FileKind::Native,
        _ => FileKind::Other,
    }
}

/// What stands behind the last dot of a file's name; empty if nothing does.
pub(super) fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Whether the first line hands the file to something that runs JavaScript.
fn runs_javascript(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(b"#!") else {
        return false;
    };
    let line = rest
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .next()
        .unwrap_or_default();
    let line = String::from_utf8_lossy(&line[..line.len().min(MAX_SHEBANG)]);
    line.split([' ', '\t', '/', '=']).any(|word| RUNTIMES.contains(&word))
}

/// Whether it begins as a program or library for ELF or Mach-O systems does, of which no byte sequence is JavaScript: whatever names
/// it, Node cannot run it as code. (`MZ`, with which Windows' begin, could be a name in JavaScript.)
fn is_object_file(bytes: &[u8]) -> bool {
    OBJECT_FILES.iter().any(|magic| bytes.starts_with(magic))
}

/// ELF (System V ABI, chapter 4) and Mach-O (`mach-o/loader.h`, `mach-o/fat.h`), in both byte orders. None is JavaScript: a control
/// character, or bytes that are no UTF-8 and so the replacement character, begin no token.
const OBJECT_FILES: [&[u8]; 6] = [
    b"\x7fELF",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"\xfe\xed\xfa\xcf",
    b"\xfe\xed\xfa\xce",
    b"\xca\xfe\xba\xbe",
];

/// Programs that run JavaScript or TypeScript files.
const RUNTIMES: [&str; 8] = ["node", "nodejs", "bun", "deno", "tsx", "ts-node", "zx", "qjs"];

/// The kernel reads no more of a shebang (`BINPRM_BUF_SIZE`).
const MAX_SHEBANG: usize = 256;
