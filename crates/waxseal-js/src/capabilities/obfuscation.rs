//! Signs that a file hides what it does. Context for the other kinds: minified code alone shows none of them.

use oxc_ast::ast::{Expression, Statement};
use oxc_span::Span;
use waxseal_model::{CapabilityKind, Target};

use super::Finder;
use super::aim::Aim;
use crate::module::{CallNode, FunctionIdx};

/// Adds at most a few facts a file; runs after the other kinds.
pub(super) fn find(finder: &mut Finder<'_, '_, '_>) {
    find_machine_names(finder);
    find_escapes(finder);
    find_rotation(finder);
    find_hidden_targets(finder);
    finder.facts.deceptive = deceptive_text(finder.module.source);
}

/// Identifiers as obfuscators make them, `_0x4f2a`, are a good part of all.
fn find_machine_names(finder: &mut Finder<'_, '_, '_>) {
    let scoping = &finder.module.scoping;
    let total = scoping.symbols_len();
    let machine = scoping.symbol_names().filter(|name| is_machine_name(name)).count();
    if machine >= MIN_MACHINE_NAMES && machine * 5 >= total {
        add(
            finder,
            "machine-made names",
            Aim::none(),
            Span::new(0, 0),
            FunctionIdx::TOP,
        );
    }
}

fn is_machine_name(name: &str) -> bool {
    name.strip_prefix("_0x")
        .is_some_and(|hex| hex.len() >= 3 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Printable characters written as `\x41`: nobody who writes or minifies code does that.
fn find_escapes(finder: &mut Finder<'_, '_, '_>) {
    let bytes = finder.module.source.as_bytes();
    let mut escapes = 0usize;
    let mut first = None;
    for at in memchr::memchr_iter(b'\\', bytes) {
        let printable = match bytes.get(at + 1..at + 4) {
            Some([b'x', high @ b'2'..=b'7', low]) => {
                low.is_ascii_hexdigit() && !(*high == b'7' && matches!(low, b'f' | b'F'))
            }
            _ => false,
        };
        if printable {
            escapes += 1;
            first.get_or_insert(at);
        }
    }
    // Each takes four bytes of source.
    if let Some(first) = first.filter(|_| escapes >= MIN_ESCAPES && escapes * 4 * 20 >= bytes.len()) {
        let start = u32::try_from(first).unwrap_or(0);
        add(
            finder,
            "escaped text",
            Aim::none(),
            Span::new(start, start + 4),
            FunctionIdx::TOP,
        );
    }
}

/// `array.push(array.shift())` in a loop that starts by itself puts a shuffled table of strings in order.
fn find_rotation(finder: &mut Finder<'_, '_, '_>) {
    let module = finder.module;
    let mut found = None;
    for call in &module.calls {
        let CallNode::Call(node) = call.node else { continue };
        let (Some(target), Some("push")) = method_of(&node.callee) else {
            continue;
        };
        let Some(Expression::CallExpression(inner)) = node.arguments.first().and_then(|it| it.as_expression()) else {
            continue;
        };
        let (Some(source), Some("shift")) = method_of(&inner.callee) else {
            continue;
        };
        let same =
            matches!((target, source), (Expression::Identifier(a), Expression::Identifier(b)) if a.name == b.name);
        let immediate = module
            .functions
            .get(call.function.0 as usize)
            .is_some_and(|it| it.immediate);
        if same && immediate {
            found = Some((call.span, call.function));
            break;
        }
    }
    if let Some((span, function)) = found.filter(|_| has_string_table(module.program.body.as_slice())) {
        add(finder, "string table", Aim::none(), span, function);
    }
}

/// The receiver and the name of `receiver.name` or `receiver['name']`.
fn method_of<'e, 'a>(callee: &'e Expression<'a>) -> (Option<&'e Expression<'a>>, Option<&'e str>) {
    match callee {
        Expression::StaticMemberExpression(it) => (Some(&it.object), Some(it.property.name.as_str())),
        Expression::ComputedMemberExpression(it) => match &it.expression {
            Expression::StringLiteral(name) => (Some(&it.object), Some(name.value.as_str())),
            _ => (None, None),
        },
        _ => (None, None),
    }
}

/// A long array of strings at the top of the file, as a variable or as all that a function returns.
fn has_string_table(body: &[Statement<'_>]) -> bool {
    let in_variables = |variables: &oxc_ast::ast::VariableDeclaration<'_>| {
        variables
            .declarations
            .iter()
            .filter_map(|it| it.init.as_ref())
            .any(is_string_table)
    };
    body.iter().any(|statement| match statement {
        Statement::VariableDeclaration(variables) => in_variables(variables),
        Statement::FunctionDeclaration(function) => function.body.as_ref().is_some_and(|body| {
            body.statements
                .iter()
                .any(|inner| matches!(inner, Statement::VariableDeclaration(variables) if in_variables(variables)))
        }),
        _ => false,
    })
}

fn is_string_table(value: &Expression<'_>) -> bool {
    let Expression::ArrayExpression(array) = value else {
        return false;
    };
    let strings = array
        .elements
        .iter()
        .filter(|it| matches!(it.as_expression(), Some(Expression::StringLiteral(_))))
        .count();
    strings >= MIN_TABLE && strings == array.elements.len()
}

/// What the other kinds found hidden, and long code that was decoded only to be run.
fn find_hidden_targets(finder: &mut Finder<'_, '_, '_>) {
    let hidden: Vec<_> = finder
        .facts
        .capabilities
        .iter()
        .filter(|it| it.hidden)
        .take(MAX_HIDDEN)
        .map(|it| (it.kind, it.target.clone(), it.span, it.function))
        .collect();
    for (kind, target, span, function) in hidden {
        let long = matches!(&target, Target::Constant(text) if text.len() >= MIN_CODE);
        let api = if kind == CapabilityKind::DynamicCode && long {
            "encoded code"
        } else {
            "computed target"
        };
        add(
            finder,
            api,
            Aim {
                hidden: true,
                ..Aim { target, ..Aim::none() }
            },
            span,
            function,
        );
    }
}

fn add(finder: &mut Finder<'_, '_, '_>, api: &str, aim: Aim, span: Span, function: FunctionIdx) {
    finder.add(CapabilityKind::Obfuscation, api, aim, span, function);
}

/// Characters that reorder what is shown, and runs of characters that show nothing at all.
fn deceptive_text(source: &str) -> Vec<Span> {
    let mut found = Vec::new();
    if source.is_ascii() {
        return found;
    }
    let (mut run_start, mut run_end, mut run_length) = (0, 0, 0usize);
    for (at, c) in source.char_indices().filter(|(_, c)| !c.is_ascii()) {
        let end = at + c.len_utf8();
        if matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}') {
            found.push(span_of(at, end));
        } else if is_invisible(c) {
            if run_end != at {
                (run_start, run_length) = (at, 0);
            }
            (run_end, run_length) = (end, run_length + 1);
            if run_length == MIN_INVISIBLE {
                found.push(span_of(run_start, end));
            }
        }
        if found.len() >= MAX_DECEPTIVE {
            break;
        }
    }
    found
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{2060}'..='\u{2064}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E01EF}' | '\u{3164}' | '\u{FFA0}')
}

fn span_of(start: usize, end: usize) -> Span {
    Span::new(u32::try_from(start).unwrap_or(0), u32::try_from(end).unwrap_or(0))
}

/// Fewer can be somebody's taste.
const MIN_MACHINE_NAMES: usize = 8;
/// Fewer can be a table of control characters.
const MIN_ESCAPES: usize = 100;
/// Shorter tables are lists of options.
const MIN_TABLE: usize = 10;
/// Emoji hold one or two invisible characters in a row.
const MIN_INVISIBLE: usize = 4;
const MAX_DECEPTIVE: usize = 8;
const MAX_HIDDEN: usize = 4;
/// Code of this length, bounded as targets are, is more than a feature test.
const MIN_CODE: usize = 1_000;
