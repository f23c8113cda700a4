//! Writing to what belongs to others: built-ins and their prototypes, loaders, another module's exports.

use oxc_ast::ast::Expression;
use oxc_span::Span;
use waxseal_model::CapabilityKind;

use super::aim::Aim;
use super::{Finder, root};
use crate::fold::{Api, Origins, Value};
use crate::module::{CallNote, FunctionIdx, PropertyKeyNote, PropertyWrite};

/// Finds assignments to properties of what is not the file's own.
pub(super) fn find_writes(finder: &mut Finder<'_, '_, '_>) {
    let (module, folder) = (finder.module, finder.folder);
    for write in &module.property_writes {
        if !may_be_foreign(finder, write) {
            continue;
        }
        let Value::Api(api) = folder.fold(write.object).value else {
            continue;
        };
        let key = match write.key {
            PropertyKeyNote::Name(name) => Some(name.to_owned()),
            PropertyKeyNote::Computed(key) => folder.fold(key).value.as_str().map(str::to_owned),
        };
        let Some(kind) = foreign(&api, key.as_deref()) else {
            continue;
        };
        let is_function = write.value.is_none_or(|value| may_be_function(finder, value));
        if !is_function && matches!(kind, Foreign::Member | Foreign::Module) {
            continue;
        }
        let guarded = write.compound || is_guarded(finder, write, key.as_deref());
        add(
            finder,
            &api.path,
            key.as_deref(),
            !guarded && !is_harmless(&api.path, key.as_deref()),
            write.span,
            write.function,
        );
    }
    find_global_assignments(finder);
}

/// Finds `Object.defineProperty(fetch.prototype, …)`, `Object.assign(Array.prototype, …)`, `module.register(…)`.
pub(super) fn find_call<'a>(finder: &mut Finder<'_, '_, 'a>, call: &CallNote<'a>, api: &Api) {
    let path = &*api.path;
    if LOADERS.contains(&path) {
        return add(finder, path, None, true, call.span, call.function);
    }
    let Some(method) = DEFINERS.iter().find(|it| **it == path) else {
        return;
    };
    let arguments = finder.folder.fold_arguments(call);
    let Some(Value::Api(target)) = arguments.first().map(|it| &it.value) else {
        return;
    };
    let names: Vec<Option<String>> = match (*method, arguments.get(1).map(|it| &it.value)) {
        ("Object.assign" | "Object.defineProperties", Some(Value::Object(object))) => object
            .properties
            .iter()
            .take(MAX_NAMES)
            .map(|it| Some(it.name.to_string()))
            .collect(),
        ("Object.setPrototypeOf" | "Reflect.setPrototypeOf", _) => vec![Some("__proto__".to_owned())],
        (_, Some(name)) => vec![name.as_str().map(str::to_owned)],
        (_, None) => return,
    };
    for name in names {
        if foreign(target, name.as_deref()).is_some() {
            let guarded = call
                .conditions
                .iter()
                .any(|it| mentions(finder.text(*it), name.as_deref()));
            let sensitive = !guarded && !is_harmless(&target.path, name.as_deref());
            add(
                finder,
                &target.path,
                name.as_deref(),
                sensitive,
                call.span,
                call.function,
            );
        }
    }
}

/// `fetch = …` without `globalThis`.
fn find_global_assignments(finder: &mut Finder<'_, '_, '_>) {
    let scoping = &finder.module.scoping;
    for name in GLOBAL_FUNCTIONS {
        let written = scoping.global_references(name).any(|it| it.is_write());
        if written {
            add(
                finder,
                "globalThis",
                Some(name),
                true,
                Span::new(0, 0),
                FunctionIdx::TOP,
            );
        }
    }
}

/// What a written property belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Foreign {
    /// A prototype of a built-in or of another package.
    Prototype,
    /// A function of a built-in object or the global object.
    Member,
    /// An export of another module.
    Module,
    /// What decides which modules are loaded.
    Loader,
}

/// Whose property `path.key` is, if it is somebody else's.
fn foreign(api: &Api, key: Option<&str>) -> Option<Foreign> {
    let path = &*api.path;
    let is_module = is_module_path(path) && (path.starts_with("node:") || api.origins.has(Origins::FOREIGN));
    if path.starts_with('.') || path.starts_with("module.exports") || path == "exports" || path.starts_with("exports.")
    {
        return None;
    }
    if path == "require.cache" || path.starts_with("require.extensions") || path.starts_with("node:module._extensions")
    {
        return Some(Foreign::Loader);
    }
    if path.starts_with("node:module") && !path.contains('(') {
        let is_loader = key.is_none_or(|key| LOADER_MEMBERS.contains(&key));
        return is_loader.then_some(Foreign::Loader);
    }
    if let Some(owner) = path.strip_suffix(".prototype") {
        let loaded = owner.starts_with("node:") || api.origins.has(Origins::FOREIGN);
        return (BUILT_INS.contains(&owner) || (loaded && !owner.contains('('))).then_some(Foreign::Prototype);
    }
    if GLOBAL_OBJECTS.contains(&path) {
        let key = key?;
        let known = BUILT_INS.contains(&key) || GLOBAL_FUNCTIONS.contains(&key);
        return known.then_some(Foreign::Member);
    }
    if BUILT_INS.contains(&path) || NAMESPACES.contains(&path) {
        return Some(Foreign::Member);
    }
    is_module.then_some(Foreign::Module)
}

/// A module itself, not a member of one, which is more often configuration. The name of a package may hold a dot
/// (`socket.io`), which is not told apart from a member.
fn is_module_path(path: &str) -> bool {
    !path.contains(['(', '[', '.', '*'])
}

/// Cheap test before folding: what is written to hangs on a name that the file did not make up.
fn may_be_foreign(finder: &Finder<'_, '_, '_>, write: &PropertyWrite<'_>) -> bool {
    let Expression::Identifier(reference) = root(write.object) else {
        return false;
    };
    let name = reference.name.as_str();
    if matches!(name, "exports" | "module") {
        return matches!(write.object, Expression::StaticMemberExpression(_)) && name == "module";
    }
    let scoping = &finder.module.scoping;
    let Some(symbol) = reference
        .reference_id
        .get()
        .and_then(|id| scoping.get_reference(id).symbol_id())
    else {
        return true;
    };
    // A parameter or a class of the file's own is not worth folding.
    finder.module.symbols.get(&symbol).is_some_and(|note| {
        note.bindings.iter().any(|binding| {
            use crate::module::BindingSource::{Expression, Import};
            matches!(binding.source, Expression { .. } | Import { .. })
        })
    })
}

/// Whether what is written can replace a function.
fn may_be_function<'a>(finder: &Finder<'_, '_, 'a>, value: &'a Expression<'a>) -> bool {
    match value {
        Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) | Expression::ClassExpression(_) => {
            true
        }
        Expression::StringLiteral(_)
        | Expression::NumericLiteral(_)
        | Expression::BooleanLiteral(_)
        | Expression::NullLiteral(_)
        | Expression::TemplateLiteral(_)
        | Expression::ObjectExpression(_)
        | Expression::ArrayExpression(_)
        | Expression::RegExpLiteral(_)
        | Expression::BinaryExpression(_)
        | Expression::UnaryExpression(_) => false,
        _ => matches!(
            finder.folder.fold(value).value,
            Value::Function(_) | Value::Unknown(_) | Value::Api(_) | Value::OneOf(_)
        ),
    }
}

/// A polyfill: written only where it is missing, or falling back on what is there.
fn is_guarded(finder: &Finder<'_, '_, '_>, write: &PropertyWrite<'_>, key: Option<&str>) -> bool {
    let falls_back = matches!(write.value, Some(Expression::LogicalExpression(_)));
    falls_back || write.conditions.iter().any(|it| mentions(finder.text(*it), key))
}

/// A condition that asks for the very property: negated, or by its type.
fn mentions(condition: &str, key: Option<&str>) -> bool {
    let Some(key) = key else { return false };
    let asks = condition.contains('!')
        || condition.contains("typeof")
        || condition.contains(" in ")
        || condition.contains("undefined");
    asks && condition.contains(key)
}

/// Knobs that are meant to be written.
fn is_harmless(path: &str, key: Option<&str>) -> bool {
    matches!(
        (path, key),
        ("Error", Some("prepareStackTrace" | "stackTraceLimit"))
            | ("Symbol", Some("dispose" | "asyncDispose" | "observable" | "metadata"))
            | (
                "process",
                Some("exitCode" | "title" | "env" | "noDeprecation" | "traceDeprecation" | "throwDeprecation" | "argv")
            )
    )
}

fn add(
    finder: &mut Finder<'_, '_, '_>,
    path: &str,
    key: Option<&str>,
    sensitive: bool,
    span: Span,
    function: FunctionIdx,
) {
    let aim = match key {
        Some(key) => Aim::constant(key),
        None if LOADERS.contains(&path) => Aim::none(),
        None => Aim::dynamic(),
    };
    finder.add(
        CapabilityKind::Tampering,
        path,
        Aim { sensitive, ..aim },
        span,
        function,
    );
}

/// The object whose properties are the globals.
const GLOBAL_OBJECTS: [&str; 5] = ["globalThis", "global", "window", "self", "this"];

/// Built-in classes.
#[rustfmt::skip]
const BUILT_INS: [&str; 48] = [
    "Array", "ArrayBuffer", "AbortController", "AsyncFunction", "BigInt", "Blob", "Boolean", "Buffer", "DataView", "Date", "Error",
    "EventEmitter", "EventSource", "EventTarget", "FinalizationRegistry", "FormData", "Function", "Headers", "HTMLElement",
    "HTMLFormElement", "HTMLInputElement", "Iterator", "Map", "Node", "Element", "Number", "Object", "Promise", "Proxy", "RegExp",
    "Request", "Response", "Set", "SharedArrayBuffer", "String", "Symbol", "SyntaxError", "TextDecoder", "TextEncoder", "TypeError",
    "URL", "URLSearchParams", "Uint8Array", "WeakMap", "WeakSet", "WebSocket", "XMLHttpRequest", "Worker",
];

/// Built-in objects that only hold functions.
#[rustfmt::skip]
const NAMESPACES: [&str; 13] = [
    "console", "JSON", "Math", "Reflect", "Atomics", "Intl", "crypto", "crypto.subtle", "navigator", "performance", "process",
    "process.stdout", "process.stderr",
];

/// Built-in functions.
#[rustfmt::skip]
const GLOBAL_FUNCTIONS: &[&str] = &[
    "fetch", "eval", "setTimeout", "setInterval", "setImmediate", "clearTimeout", "queueMicrotask", "structuredClone", "atob", "btoa",
    "encodeURIComponent", "decodeURIComponent", "parseInt", "parseFloat", "isNaN", "require", "console", "JSON", "Math", "Reflect",
    "process", "crypto", "ethereum", "navigator",
];

/// Calls that put something between a program and its modules.
#[rustfmt::skip]
pub(super) const LOADERS: &[&str] = &[
    "node:module.register", "node:module.registerHooks", "node:module.Module.register", "require.extensions", "node:module.syncBuiltinESMExports",
];

/// Members of `node:module` that decide what is loaded.
#[rustfmt::skip]
const LOADER_MEMBERS: [&str; 14] = [
    "_load", "_resolveFilename", "_extensions", "_compile", "_findPath", "_nodeModulePaths", "_cache", "_pathCache", "_initPaths",
    "_resolveLookupPaths", "prototype", "require", "wrap", "wrapper",
];

/// Calls that write properties.
#[rustfmt::skip]
pub(super) const DEFINERS: &[&str] = &[
    "Object.defineProperty", "Object.defineProperties", "Object.assign", "Object.setPrototypeOf", "Reflect.defineProperty",
    "Reflect.set", "Reflect.setPrototypeOf", "Reflect.deleteProperty",
];

const MAX_NAMES: usize = 64;
