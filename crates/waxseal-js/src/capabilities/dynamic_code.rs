//! Turning data into code: eval and its relatives, and modules whose name is not a constant.

use std::rc::Rc;

use oxc_ast::ast::Expression;
use waxseal_model::{CapabilityKind, Target};

use super::aim::{Aim, bounded, plain_text, text_aims, texts};
use super::{Call, Family, Finder, LoadNote, argument_expression, file_system};
use crate::fold::{Api, Folded, Origins, Value};
use crate::module::{BindingSource, CallNote, PropertyKeyNote};

/// Everything known that runs text.
#[rustfmt::skip]
pub(super) const FAMILIES: &[Family] = &[
    family("eval", &[""], &["eval"], first_code),
    family("Function", &["", "Function()", "Function.prototype"], &["Function", "constructor"], last_code),
    family("node:vm.", &["node:vm"], &["runInThisContext", "runInNewContext", "runInContext", "compileFunction"], first_code),
    family("node:vm.", &["node:vm"], &["Script", "SourceTextModule"], first_code),
    family("vm2.", &["vm2.VM()", "vm2.NodeVM()", "vm2.VMScript()", "isolated-vm.Isolate()"], &["run", "runFile", "compileScript"], first_code),
    family("timer", &[""], &["setTimeout", "setInterval", "setImmediate", "execScript", "scheduler.postTask"], timer_code),
    family("Module._compile", &["", "node:module()", "node:module.prototype", "node:module.Module()"], &["module._compile", "_compile"], first_code),
    family("", &["node:repl"], &["start"], |_| vec![Aim::none()]),
    family("", &[""], &["importScripts", "document.write", "document.writeln"], |call| text_aims(call.argument(0))),
    family("eval", &["require-from-string", "eval", "_eval", "node-eval", "module-from-string", "safe-eval"], &["", "requireFromString"], first_code),
];

const fn family(
    name: &'static str,
    modules: &'static [&'static str],
    members: &'static [&'static str],
    aim: fn(&Call<'_, '_, '_>) -> Vec<Aim>,
) -> Family {
    Family {
        kind: CapabilityKind::DynamicCode,
        name,
        modules,
        members,
        aim,
    }
}

fn first_code(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    call.argument(0).map_or_else(|| vec![Aim::none()], code_aims)
}

/// `new Function('a', 'b', body)`.
fn last_code(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    call.arguments.last().map_or_else(|| vec![Aim::none()], code_aims)
}

/// Only a timer that is given text runs it.
fn timer_code(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    match call.argument(0) {
        Some(code) if is_text(&code.value) => code_aims(code),
        _ => Vec::new(),
    }
}

fn is_text(value: &Value) -> bool {
    match value {
        Value::String(_) | Value::Concat(_) => true,
        Value::OneOf(values) => values.iter().any(is_text),
        _ => false,
    }
}

/// Code is sensitive if it was hidden, or comes from the network.
fn code_aims(code: &Folded) -> Vec<Aim> {
    let origins = code.value.origins();
    let sensitive = origins.has(Origins::FETCHED | Origins::DERIVED);
    texts(&code.value, &plain_text)
        .into_iter()
        .map(|text| Aim {
            target: text.target(),
            sensitive,
            hidden: code.hidden,
            sensitive_if_hidden: true,
        })
        .collect()
}

/// `require`, `require.resolve` and their kin. Says whether the call was one.
pub(super) fn read_require<'a>(finder: &mut Finder<'_, '_, 'a>, call: &CallNote<'a>, api: &Rc<Api>) -> bool {
    let Some(position) = LOADS.iter().position(|it| *it == &*api.path) else {
        return false;
    };
    let runs = position >= LOOKUPS;
    let arguments = finder.folder.fold_arguments(call);
    let Some(name) = arguments.first() else { return true };
    read_load(finder, "require", name, call, runs);
    true
}

/// Notes what a call loads.
pub(super) fn read_load<'a>(
    finder: &mut Finder<'_, '_, 'a>,
    api: &str,
    name: &Folded,
    call: &CallNote<'a>,
    runs: bool,
) {
    // Bundlers number their modules.
    if matches!(name.value, Value::Number(_)) {
        return;
    }
    for text in texts(&name.value, &plain_text) {
        if text.exact {
            if text.text.ends_with(".node") {
                let aim = Aim {
                    hidden: name.hidden,
                    ..Aim::constant(&text.text)
                };
                finder.add(CapabilityKind::Native, api, aim, call.span, call.function);
            } else if name.hidden && !finder.stands_in_source(&text.text) {
                // A module's name is hidden for a reason.
                let aim = Aim {
                    hidden: true,
                    sensitive: true,
                    ..Aim::constant(&text.text)
                };
                finder.add(CapabilityKind::DynamicCode, api, aim, call.span, call.function);
            }
            let specifier = bounded(&text.text, MAX_SPECIFIER).to_owned();
            finder.facts.loads.push(LoadNote {
                specifier,
                span: call.span,
                function: call.function,
                runs,
            });
            continue;
        }
        let path = file_system::path_aims(Some(name)).into_iter().next();
        let aim = path.unwrap_or_else(Aim::dynamic);
        let native = aim.text().is_some_and(|path| path.ends_with(".node"));
        finder.facts.loads_unknown |= !native;
        finder.want(&name.value);
        let kind = if native {
            CapabilityKind::Native
        } else {
            CapabilityKind::DynamicCode
        };
        let target = if matches!(aim.target, Target::Constant(_) | Target::Pattern(_)) {
            aim.target
        } else {
            Target::Dynamic
        };
        let sensitive = name.value.origins().has(Origins::FETCHED);
        let aim = Aim {
            target,
            sensitive,
            hidden: name.hidden,
            sensitive_if_hidden: true,
        };
        finder.add(kind, api, aim, call.span, call.function);
    }
}

/// Finds the `Function` constructor reached by `.constructor` of a function, which no name gives away.
pub(super) fn find_constructor<'a>(finder: &mut Finder<'_, '_, 'a>, callee: &'a Expression<'a>, call: &CallNote<'a>) {
    if !is_function_constructor(finder, callee, 0) {
        return;
    }
    let arguments = finder.folder.fold_arguments(call);
    let aims = arguments.last().map_or_else(|| vec![Aim::none()], code_aims);
    for aim in aims {
        finder.add(CapabilityKind::DynamicCode, "Function", aim, call.span, call.function);
    }
}

fn is_function_constructor<'a>(finder: &Finder<'_, '_, 'a>, expression: &'a Expression<'a>, depth: usize) -> bool {
    if depth > MAX_HOPS {
        return false;
    }
    match expression {
        Expression::StaticMemberExpression(it) if it.property.name == "constructor" => {
            is_function(finder, &it.object, depth)
        }
        Expression::ComputedMemberExpression(it) => {
            let named = match &it.expression {
                Expression::StringLiteral(name) => name.value == "constructor",
                Expression::NumericLiteral(_) => false,
                key if matches!(
                    it.object,
                    Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_)
                ) =>
                {
                    finder.folder.fold(key).value.as_str() == Some("constructor")
                }
                _ => false,
            };
            named && is_function(finder, &it.object, depth)
        }
        Expression::Identifier(_) => {
            binding_of(finder, expression).is_some_and(|value| is_function_constructor(finder, value, depth + 1))
        }
        _ => false,
    }
}

/// Whether an expression certainly is a function: written as one, or another `.constructor`.
fn is_function<'a>(finder: &Finder<'_, '_, 'a>, expression: &'a Expression<'a>, depth: usize) -> bool {
    match expression {
        Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) => true,
        Expression::StaticMemberExpression(it) => it.property.name == "constructor",
        Expression::ComputedMemberExpression(it) => {
            matches!(&it.expression, Expression::StringLiteral(name) if name.value == "constructor" || ARRAY_METHODS.contains(&name.value.as_str()))
        }
        Expression::CallExpression(it) => {
            let asks = matches!(&it.callee, Expression::StaticMemberExpression(member) if member.property.name == "getPrototypeOf");
            asks && argument_expression(&it.arguments, 0).is_some_and(|it| is_function(finder, it, depth))
        }
        Expression::Identifier(_) if depth < MAX_HOPS => {
            matches!(finder.folder.fold(expression).value, Value::Function(_))
                || binding_of(finder, expression).is_some_and(|value| is_function(finder, value, depth + 1))
        }
        _ => false,
    }
}

/// The one expression a name stands for.
fn binding_of<'a>(finder: &Finder<'_, '_, 'a>, expression: &Expression<'a>) -> Option<&'a Expression<'a>> {
    let Expression::Identifier(reference) = expression else {
        return None;
    };
    let symbol = finder
        .module
        .scoping
        .get_reference(reference.reference_id.get()?)
        .symbol_id()?;
    match finder.module.symbols.get(&symbol)?.bindings.as_slice() {
        [binding] if binding.path.is_empty() => match binding.source {
            BindingSource::Expression { value, .. } => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// Finds `document.createElement('script')` that is given text or an address.
pub(super) fn find_script_elements(finder: &mut Finder<'_, '_, '_>) {
    let (module, folder) = (finder.module, finder.folder);
    for write in &module.property_writes {
        let PropertyKeyNote::Name(name) = write.key else {
            continue;
        };
        if !matches!(name, "text" | "textContent" | "src" | "innerHTML")
            || !matches!(write.object, Expression::Identifier(_))
        {
            continue;
        }
        let Value::Api(api) = folder.fold(write.object).value else {
            continue;
        };
        let script = &*api.path == "document.createElement()"
            && api
                .calls
                .last()
                .and_then(|call| call.arguments.first())
                .and_then(|it| it.as_str())
                == Some("script");
        if !script {
            continue;
        }
        let aims = write
            .value
            .map_or_else(|| vec![Aim::dynamic()], |value| code_aims(&folder.fold(value)));
        for aim in aims {
            finder.add(
                CapabilityKind::DynamicCode,
                "script element",
                aim,
                write.span,
                write.function,
            );
        }
    }
}

/// What loads a module by its name; the first [`LOOKUPS`] only look it up.
#[rustfmt::skip]
pub(super) const LOADS: &[&str] = &[
    "require.resolve",
    "node:module.createRequire().resolve",
    "import.meta.resolve",
    "node:module._resolveFilename",
    "require",
    "module.require",
    "node:module.createRequire()",
    "node:module.Module.createRequire()",
    "node:module.createRequireFromPath()",
    "node:module._load",
    "module.parent.require",
    "process.mainModule.require",
    "require.main.require",
    "process.getBuiltinModule",
];
const LOOKUPS: usize = 4;

/// Names of functions that a literal has, as obfuscators reach `Function` by: `[]['filter']['constructor']`.
#[rustfmt::skip]
const ARRAY_METHODS: [&str; 12] =
    ["filter", "map", "at", "find", "flat", "sort", "concat", "slice", "fill", "join", "push", "pop"];

/// Aliases that are followed to a constructor.
const MAX_HOPS: usize = 3;

/// Longer names of modules cannot be files.
const MAX_SPECIFIER: usize = 1024;
