//! Things of the outside world: their canonical names, and where what they give comes from.

use std::rc::Rc;

use oxc_span::Span;

use super::heap::{Js, UNDEFINED, derived};
use super::{Api, ApiCall, Constant, Folder, Origins, Value};

mod imports;

impl<'a> Folder<'_, 'a> {
    pub(super) fn api_value(&self, path: &str, origins: Origins) -> Js {
        if let Some(known) = self.apis.borrow().get(path)
            && known.origins == origins
        {
            return Js::V(Value::Api(Rc::clone(known)));
        }
        let path: Rc<str> = path.into();
        let api = Rc::new(Api::uncalled(Rc::clone(&path), origins));
        self.apis.borrow_mut().insert(path, Rc::clone(&api));
        Js::V(Value::Api(api))
    }

    /// An API with more at the end of its path.
    pub(super) fn extend_api(&self, api: &Api, suffix: &str, more: &Origins) -> Js {
        if api.path.len() + suffix.len() > MAX_PATH || !self.spend(2) {
            return Js::V(derived(api.origins.clone()));
        }
        let mut origins = api.origins.clone();
        origins.add(more);
        let path = format!("{}{suffix}", api.path).into();
        Js::V(Value::Api(Rc::new(Api {
            path,
            origins,
            calls: Rc::clone(&api.calls),
        })))
    }

    /// A member of an API.
    pub(super) fn api_member(&self, api: &Api, name: &str) -> Js {
        let path = &*api.path;
        match (path, name) {
            ("globalThis", "undefined") => return UNDEFINED,
            ("globalThis", _) => return self.api_value(global_path(name), global_origins(global_path(name))),
            ("process.env" | "import.meta.env", _) => {
                return self.extend_api(api, &format!(".{name}"), &configured(name));
            }
            ("process", "env" | "argv" | "execArgv" | "argv0") | ("import.meta", "env") => {
                return self.extend_api(api, &format!(".{name}"), &Origins::of(Origins::CONFIGURED));
            }
            (super::bundles::WEBPACK_GETTER, "a") => {
                let made_of = api.calls.last().and_then(|call| call.arguments.first());
                return Js::V(made_of.cloned().unwrap_or(Value::Undefined));
            }
            ("process", "mainModule") | ("require", "main") => return self.api_value("module", Origins::default()),
            ("module", "require") => return self.api_value("require", Origins::default()),
            ("node:fs", "promises") => return self.api_value("node:fs/promises", Origins::default()),
            ("Math", constant) if math_constant(constant).is_some() => {
                return math_constant(constant).map_or(UNDEFINED, Js::number);
            }
            ("Number", "MAX_SAFE_INTEGER") => return Js::number(9_007_199_254_740_991.0),
            ("Number", "NaN") => return Js::number(f64::NAN),
            (_, "default") if !is_relative(path) => return Js::V(Value::Api(Rc::new(api.clone()))),
            (_, "constructor") if path.contains(".prototype.") || GLOBAL_FUNCTIONS.contains(&path) => {
                return self.api_value("Function", Origins::default());
            }
            (_, "name") if path.contains(".prototype.") => {
                return Js::str(path.rsplit('.').next().unwrap_or(path));
            }
            _ => {}
        }
        if is_relative(path) {
            match self.env.get(path, name) {
                Some(Constant::Function(_)) | None => {}
                Some(constant) => return Js::V(self.with_imported(path, constant)),
            }
            if let Some(Constant::Object(entries)) = self.env.get(path, "default")
                && let Some((_, constant)) = entries.iter().find(|(it, _)| it == name)
                && !matches!(constant, Constant::Function(_))
            {
                return Js::V(self.with_imported(path, constant));
            }
        }
        if let Some(module) = path.strip_suffix(".default")
            && is_relative(module)
            && let Some(Constant::Object(entries)) = self.env.get(module, "default")
            && let Some((_, constant)) = entries.iter().find(|(it, _)| it == name)
        {
            return Js::V(self.with_imported(module, constant));
        }
        let origins = match path {
            "node:os" if name == "EOL" => return Js::str("\n"),
            "node:path" if name == "sep" => return Js::str("/"),
            _ => Origins::default(),
        };
        self.extend_api(api, &format!(".{name}"), &origins)
    }

    /// What calling an API gives that is none of the operations that are modelled.
    pub(super) fn api_result(&self, api: &Api, arguments: &[Js], span: Span) -> Js {
        if let Some(constant) = self.imported_result(&api.path) {
            return Js::V(constant);
        }
        let arguments: Vec<_> = arguments.iter().take(MAX_ARGUMENTS).map(|it| self.export(it)).collect();
        let mut origins = call_origins(&api.path);
        if origins.is_empty() && (api.origins.has(Origins::FOREIGN | Origins::IMPORTED) || is_transformation(&api.path))
        {
            arguments.iter().for_each(|it| origins.add(&it.origins()));
        }
        if origins.is_empty() && api.origins.is_empty() {
            origins.bits = if is_transformation(&api.path) {
                Origins::DERIVED
            } else {
                Origins::OTHER
            };
        }
        let Js::V(Value::Api(called)) = self.extend_api(api, "()", &origins) else {
            return Js::V(derived(origins));
        };
        if called.calls.len() >= MAX_CALLS {
            return Js::V(Value::Api(called));
        }
        let mut calls = called.calls.to_vec();
        calls.push(ApiCall {
            end: called.path.len(),
            arguments,
            span,
        });
        let path = Rc::clone(&called.path);
        Js::V(Value::Api(Rc::new(Api {
            path,
            origins: called.origins.clone(),
            calls: calls.into(),
        })))
    }

    /// What a built-in function looks like as text.
    pub(super) fn native_text(api: &Api) -> Option<Rc<str>> {
        let name = match api.path.rsplit_once(".prototype.") {
            Some((_, name)) => name,
            None if GLOBAL_FUNCTIONS.contains(&&*api.path) => &*api.path,
            None => return None,
        };
        Some(format!("function {name}() {{ [native code] }}").into())
    }

    pub(super) fn api_type(api: &Api) -> Option<&'static str> {
        match &*api.path {
            "globalThis" | "process" | "Math" | "JSON" | "Reflect" | "console" => Some("object"),
            path if GLOBAL_FUNCTIONS.contains(&path) => Some("function"),
            "require" | "fetch" | "eval" | "setTimeout" => Some("function"),
            "module" | "exports" => Some("object"),
            _ => None,
        }
    }
}

/// The canonical name of a global.
pub(super) fn global_path(name: &str) -> &str {
    match name {
        "window" | "global" | "self" | "globalThis" => "globalThis",
        name => name,
    }
}

/// Whether an API only turns what it is given into something else.
fn is_transformation(path: &str) -> bool {
    let root = path.split(['.', '(']).next().unwrap_or(path);
    matches!(
        root,
        "node:zlib" | "node:crypto" | "node:querystring" | "node:util" | "node:url" | "node:string_decoder"
    ) || matches!(
        root,
        "node:punycode" | "node:buffer" | "node:path" | "TextDecoder" | "URLSearchParams" | "Buffer"
    )
}

/// Where a global's value comes from.
pub(super) fn global_origins(name: &str) -> Origins {
    let known = KNOWN_GLOBALS.contains(&name) || GLOBAL_FUNCTIONS.contains(&name) || NETWORK.contains(&name);
    Origins::of(if known { 0 } else { Origins::OTHER })
}

pub(super) fn is_relative(specifier: &str) -> bool {
    specifier.starts_with("./") || specifier.starts_with("../") || matches!(specifier, "." | "..")
}

fn configured(name: &str) -> Origins {
    Origins {
        bits: Origins::CONFIGURED,
        names: Rc::from([Rc::from(name)]),
        ..Origins::default()
    }
}

/// Where the result of a call comes from, by what is called.
pub(super) fn call_origins(path: &str) -> Origins {
    let first = path.split(['(', '[']).next().unwrap_or(path);
    let root = first.split('.').next().unwrap_or(first);
    if NETWORK.contains(&root) || NETWORK.contains(&first) {
        return Origins::of(Origins::FETCHED);
    }
    match root {
        "node:fs" | "node:fs/promises" | "fs-extra" | "graceful-fs" => return Origins::of(Origins::FILE),
        "node:os" => {
            return configured(first);
        }
        "node:child_process" => return Origins::of(Origins::CONFIGURED),
        "Date" | "performance" => return Origins::of(Origins::RANDOM),
        _ => {}
    }
    match first {
        "Math.random" | "crypto.randomUUID" | "crypto.getRandomValues" | "process.hrtime" | "process.uptime" => {
            Origins::of(Origins::RANDOM)
        }
        "process.cwd" | "process.memoryUsage" => Origins::of(Origins::CONFIGURED),
        _ if first.starts_with("node:crypto.random") => Origins::of(Origins::RANDOM),
        "prompt" | "localStorage.getItem" | "sessionStorage.getItem" => Origins::of(Origins::CONFIGURED),
        _ => Origins::default(),
    }
}

fn math_constant(name: &str) -> Option<f64> {
    Some(match name {
        "PI" => std::f64::consts::PI,
        "E" => std::f64::consts::E,
        "LN2" => std::f64::consts::LN_2,
        "LN10" => std::f64::consts::LN_10,
        "SQRT2" => std::f64::consts::SQRT_2,
        _ => return None,
    })
}

/// What answers from the network.
const NETWORK: [&str; 21] = [
    "fetch",
    "axios",
    "got",
    "node-fetch",
    "undici",
    "superagent",
    "request",
    "needle",
    "ky",
    "phin",
    "node:http",
    "node:https",
    "node:http2",
    "node:net",
    "node:tls",
    "node:dns",
    "node:dns/promises",
    "node:dgram",
    "ws",
    "XMLHttpRequest",
    "WebSocket",
];

/// Globals that everybody has.
const KNOWN_GLOBALS: [&str; 42] = [
    "globalThis",
    "process",
    "console",
    "require",
    "module",
    "exports",
    "eval",
    "Math",
    "JSON",
    "Reflect",
    "Proxy",
    "setTimeout",
    "setInterval",
    "setImmediate",
    "queueMicrotask",
    "clearTimeout",
    "TextDecoder",
    "TextEncoder",
    "URL",
    "URLSearchParams",
    "Map",
    "Set",
    "WeakMap",
    "WeakSet",
    "Uint8Array",
    "Uint16Array",
    "Uint32Array",
    "Int8Array",
    "Int32Array",
    "Float64Array",
    "ArrayBuffer",
    "DataView",
    "encodeURIComponent",
    "decodeURIComponent",
    "encodeURI",
    "decodeURI",
    "isNaN",
    "isFinite",
    "BigInt",
    "crypto",
    "WebAssembly",
    "structuredClone",
];

/// Globals that are functions.
const GLOBAL_FUNCTIONS: [&str; 18] = [
    "Function",
    "Object",
    "Array",
    "String",
    "Number",
    "Boolean",
    "RegExp",
    "Date",
    "Buffer",
    "Symbol",
    "Promise",
    "Error",
    "parseInt",
    "parseFloat",
    "escape",
    "unescape",
    "atob",
    "btoa",
];

/// The longest path of an API.
const MAX_PATH: usize = 512;
/// Calls on the way to an API that are kept, and arguments of each.
const MAX_CALLS: usize = 8;
const MAX_ARGUMENTS: usize = 8;
