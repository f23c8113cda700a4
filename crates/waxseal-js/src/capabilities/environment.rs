//! Reading environment variables: which, and whether all of them at once are turned into text.

use oxc_ast::ast::{Expression, ObjectPropertyKind};
use oxc_span::{GetSpan, Span};
use oxc_syntax::symbol::SymbolId;
use rustc_hash::FxHashMap;
use waxseal_model::CapabilityKind;

use super::aim::{Aim, text_aims};
use super::{Family, Finder};
use crate::fold::{Api, Value};
use crate::module::{BindingSource, CallNote, FunctionIdx, PathStep};

/// Calls that read one variable by name. Property reads are found by [`find_reads`].
#[rustfmt::skip]
pub(super) const FAMILIES: &[Family] = &[Family {
    kind: CapabilityKind::Environment,
    name: "process.env",
    modules: &[""],
    members: &["Deno.env.get", "Deno.env.toObject"],
    aim: |call| {
        if call.member == "Deno.env.get" { named(text_aims(call.argument(0))) } else { vec![Aim::constant("*")] }
    },
}];

/// Finds `process.env.NAME`, `const { NAME } = process.env`, `{ ...process.env }`.
pub(super) fn find_reads(finder: &mut Finder<'_, '_, '_>) {
    let (module, folder) = (finder.module, finder.folder);
    // Whoever hides even the word reads it by a computed name.
    let spelled = memchr::memmem::find(module.source.as_bytes(), b"env").is_some();
    if !spelled && memchr::memmem::find(module.source.as_bytes(), b"process").is_none() {
        return;
    }
    let mut aliases = Aliases::default();
    for read in &module.member_reads {
        if may_be_environment(finder, &mut aliases, read.node)
            && let Some((name, hidden)) = variable(&folder.fold(read.node), read.node)
        {
            add(finder, &name, hidden, read.span, read.function);
        }
    }
    for symbol in module.scoping.symbol_ids() {
        let Some(note) = module.symbols.get(&symbol) else {
            continue;
        };
        for binding in note.bindings.iter().filter(|it| !it.path.is_empty()) {
            let BindingSource::Expression { value, .. } = binding.source else {
                continue;
            };
            if !may_be_environment(finder, &mut aliases, value) {
                continue;
            }
            let Value::Api(api) = folder.fold(value).value else {
                continue;
            };
            let mut steps = binding.path.as_slice();
            if &*api.path == "process"
                && let Some((PathStep::Property("env"), rest)) = steps.split_first()
            {
                steps = rest;
            } else if !is_environment(&api.path) {
                continue;
            }
            let name = match steps.first() {
                Some(PathStep::Property(name)) => (*name).to_owned(),
                Some(PathStep::Computed(key)) => match folder.fold(key).value {
                    Value::String(name) => name.to_string(),
                    _ => "*".to_owned(),
                },
                // `const { ...all } = process.env` and a plain alias read nothing yet.
                _ => continue,
            };
            add(finder, &name, false, binding.span, binding.function);
        }
    }
    find_spreads(finder, &mut aliases);
}

/// Finds calls that take the whole environment: turning it into text is what a thief does.
pub(super) fn find_call<'a>(finder: &mut Finder<'_, '_, 'a>, call: &CallNote<'a>, api: &Api) {
    let serialises = SERIALISERS.contains(&&*api.path);
    if !serialises && !LISTERS.contains(&&*api.path) {
        return;
    }
    let arguments = finder.folder.fold_arguments(call);
    if arguments.iter().any(|it| holds_environment(&it.value, 0)) {
        let aim = Aim {
            sensitive: serialises,
            ..Aim::constant("*")
        };
        finder.add(
            CapabilityKind::Environment,
            "process.env",
            aim,
            call.span,
            call.function,
        );
    }
}

/// Whether a value is the whole environment, or an object that holds it.
fn holds_environment(value: &Value, depth: usize) -> bool {
    match value {
        Value::Api(api) => is_environment(&api.path) || (api.path.ends_with(')') && copies_environment(api, depth)),
        Value::Object(object) if depth < MAX_DEPTH => {
            object.rest.names.iter().any(|it| is_environment(it))
                || object
                    .properties
                    .iter()
                    .take(MAX_PROPERTIES)
                    .any(|it| holds_environment(&it.value.value, depth + 1))
        }
        Value::Array(array) if depth < MAX_DEPTH => array
            .items
            .iter()
            .take(MAX_PROPERTIES)
            .any(|it| holds_environment(it, depth + 1)),
        _ => false,
    }
}

/// `Object.entries(process.env)`, `Object.assign({}, process.env)`.
fn copies_environment(api: &Api, depth: usize) -> bool {
    let made_by = api.path.strip_suffix("()").unwrap_or(&api.path);
    depth < MAX_DEPTH
        && (LISTERS.contains(&made_by) || SERIALISERS.contains(&made_by))
        && api
            .calls
            .last()
            .is_some_and(|call| call.arguments.iter().any(|it| holds_environment(it, depth + 1)))
}

/// `{ ...process.env }`, as what a child process is given: not sensitive by itself, unless it stands in a serialiser.
fn find_spreads(finder: &mut Finder<'_, '_, '_>, aliases: &mut Aliases) {
    let (module, folder) = (finder.module, finder.folder);
    let mut checked = 0;
    for object in &module.objects {
        for property in &object.node.properties {
            let ObjectPropertyKind::SpreadProperty(spread) = property else {
                continue;
            };
            if !may_be_environment(finder, aliases, &spread.argument) {
                continue;
            }
            let Value::Api(api) = folder.fold(&spread.argument).value else {
                continue;
            };
            if is_environment(&api.path) {
                checked += 1;
                let sensitive = checked <= MAX_SPREADS
                    && module.calls.iter().any(|call| {
                        call.span.start < object.node.span.start
                            && object.node.span.end < call.span.end
                            && folder
                                .fold_call_api(call)
                                .is_some_and(|api| SERIALISERS.contains(&&*api.path))
                    });
                let aim = Aim {
                    sensitive,
                    ..Aim::constant("*")
                };
                finder.add(
                    CapabilityKind::Environment,
                    "process.env",
                    aim,
                    spread.argument.span(),
                    object.function,
                );
            }
        }
    }
}

/// The variable a folded member is, `*` if its name is not known, and whether the name was hidden.
fn variable(folded: &crate::fold::Folded, node: &Expression<'_>) -> Option<(String, bool)> {
    let Value::Api(api) = &folded.value else { return None };
    for environment in ENVIRONMENTS {
        let Some(rest) = api.path.strip_prefix(environment) else {
            continue;
        };
        if let Some(name) = rest.strip_prefix('.') {
            let name = name.split(['.', '[', '(']).next().unwrap_or(name);
            return Some((name.to_owned(), folded.hidden));
        }
        if rest.starts_with("[]") && matches!(node, Expression::ComputedMemberExpression(_)) {
            return Some(("*".to_owned(), folded.hidden));
        }
    }
    None
}

/// Whether each symbol asked about stands for an environment, or the object that has one.
type Aliases = FxHashMap<SymbolId, bool>;

/// Cheap test before folding: a member of a name that can lead to an environment.
fn may_be_environment(finder: &Finder<'_, '_, '_>, aliases: &mut Aliases, expression: &Expression<'_>) -> bool {
    let mut expression = expression;
    let reference = loop {
        match super::root(expression) {
            Expression::Identifier(reference) => break reference,
            Expression::ImportMeta(_) => return true,
            Expression::LogicalExpression(it) => expression = &it.left,
            _ => return false,
        }
    };
    let symbol = reference
        .reference_id
        .get()
        .and_then(|id| finder.module.scoping.get_reference(id).symbol_id());
    match symbol {
        None => ROOTS.contains(&reference.name.as_str()),
        Some(symbol) => *aliases
            .entry(symbol)
            .or_insert_with(|| match finder.folder.fold_symbol(symbol).value {
                Value::Api(api) => {
                    is_environment(&api.path) || ROOTS.contains(&&*api.path) || &*api.path == "node:process"
                }
                Value::OneOf(values) => values
                    .iter()
                    .any(|it| matches!(it, Value::Api(api) if is_environment(&api.path))),
                _ => false,
            }),
    }
}

fn is_environment(path: &str) -> bool {
    ENVIRONMENTS.contains(&path)
}

fn add(finder: &mut Finder<'_, '_, '_>, name: &str, hidden: bool, span: Span, function: FunctionIdx) {
    let aim = if name == "*" {
        Aim::dynamic()
    } else {
        Aim {
            hidden,
            ..Aim::constant(name)
        }
    };
    finder.add(
        CapabilityKind::Environment,
        "process.env",
        aim.sensitive_if(is_sensitive),
        span,
        function,
    );
}

fn named(found: Vec<Aim>) -> Vec<Aim> {
    found.into_iter().map(|aim| aim.sensitive_if(is_sensitive)).collect()
}

/// Names that usually hold a credential.
fn is_sensitive(name: &str) -> bool {
    let name = name.to_uppercase();
    name.starts_with("AWS_")
        || name.ends_with("_KEY")
        || name.ends_with("APIKEY")
        || name.ends_with("_PAT")
        || ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "PRIVATE_KEY"]
            .iter()
            .any(|part| name.contains(part))
}

/// Globals that have, or lead to, an environment.
const ROOTS: [&str; 7] = ["process", "globalThis", "global", "window", "self", "Bun", "Deno"];

/// Where the variables are, by runtime.
const ENVIRONMENTS: [&str; 4] = ["process.env", "node:process.env", "import.meta.env", "Bun.env"];

/// Calls that make text of a value.
#[rustfmt::skip]
pub(super) const SERIALISERS: &[&str] = &[
    "JSON.stringify", "node:querystring.stringify", "qs.stringify", "URLSearchParams", "node:util.inspect", "structuredClone",
    "node:v8.serialize", "FormData", "Buffer.from",
];

/// Calls that list or copy what an object holds.
pub(super) const LISTERS: &[&str] = &[
    "Object.entries",
    "Object.keys",
    "Object.values",
    "Object.assign",
    "Object.fromEntries",
];

/// Spreads whose surroundings are looked at.
const MAX_SPREADS: usize = 16;
const MAX_DEPTH: usize = 3;
const MAX_PROPERTIES: usize = 64;
