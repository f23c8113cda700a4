//! Modules and what they export, as far as other files say.

use std::rc::Rc;

use oxc_ast::ast::*;
use oxc_span::Span;

use crate::fold::api::is_relative;
use crate::fold::eval::In;
use crate::fold::heap::{Js, Res, derived, join};
use crate::fold::{ArrayValue, Constant, Folded, Folder, ObjectValue, Origins, Property, Value};

impl<'a> Folder<'_, 'a> {
    /// What importing a name from a module gives.
    pub(in crate::fold) fn imported(&self, specifier: &str, imported: &str) -> Value {
        let module = self.module_value(specifier);
        match (imported, &module) {
            ("*", _) => module,
            ("default", Value::Api(api)) if is_relative(&api.path) => match self.env.get(specifier, "default") {
                Some(Constant::Function(_)) | None => {
                    self.export(&self.extend_api(api, ".default", &Origins::default()))
                }
                Some(constant) => self.with_imported(specifier, constant),
            },
            ("default", _) => module,
            _ => self.value_property(&module, imported),
        }
    }

    /// A module, by the name it is loaded by.
    pub(in crate::fold) fn module_value(&self, specifier: &str) -> Value {
        let bare = specifier.strip_prefix("node:").unwrap_or(specifier);
        if specifier.starts_with("node:") || BUILT_IN.contains(&bare.split('/').next().unwrap_or(bare)) {
            return self.export(&self.api_value(&format!("node:{bare}"), Origins::default()));
        }
        if is_relative(specifier) {
            match self.env.get(specifier, "default") {
                Some(constant) if specifier.ends_with(".json") => return self.constant_value(constant),
                Some(
                    constant @ (Constant::String(_)
                    | Constant::Number(_)
                    | Constant::Bool(_)
                    | Constant::Array(_)
                    | Constant::OneOf(_)),
                ) => {
                    return self.constant_value(constant);
                }
                _ => {}
            }
            return self.export(&self.api_value(specifier, Origins::of(Origins::IMPORTED)));
        }
        self.export(&self.api_value(specifier, Origins::of(Origins::FOREIGN)))
    }

    /// A constant of another file; an object may have more than its constant properties.
    pub(in crate::fold) fn with_imported(&self, specifier: &str, constant: &Constant) -> Value {
        match self.constant_value(constant) {
            Value::Object(object) if !specifier.ends_with(".json") => {
                let mut object = ObjectValue::clone(&object);
                object.rest.add(&Origins::of(Origins::IMPORTED));
                Value::Object(Rc::new(object))
            }
            value => value,
        }
    }

    pub(in crate::fold) fn constant_value(&self, constant: &Constant) -> Value {
        if !self.spend(1) {
            return derived(Origins::default());
        }
        match constant {
            Constant::Undefined => Value::Undefined,
            Constant::Null => Value::Null,
            Constant::Bool(it) => Value::Bool(*it),
            Constant::Number(it) => Value::Number(*it),
            Constant::String(it) => Value::String(it.as_str().into()),
            Constant::Array(items) => {
                let items = items.iter().map(|it| self.constant_value(it)).collect();
                Value::Array(Rc::new(ArrayValue { items, open: false }))
            }
            Constant::Object(entries) => {
                let properties = entries.iter().map(|(name, it)| Property {
                    name: name.as_str().into(),
                    value: Folded::plain(self.constant_value(it)),
                    span: Span::default(),
                });
                let properties = properties.collect();
                Value::Object(Rc::new(ObjectValue {
                    properties,
                    rest: Origins::default(),
                    span: None,
                }))
            }
            Constant::Function(_) => Value::Unknown(Origins::of(Origins::IMPORTED)),
            Constant::OneOf(several) => join(several.iter().map(|it| self.constant_value(it))),
        }
    }

    /// What a function of another file always returns.
    pub(in crate::fold) fn imported_result(&self, path: &str) -> Option<Value> {
        if !is_relative(path) {
            return None;
        }
        let whole = self.env.get(path, "default");
        let named = path
            .rsplit_once('.')
            .and_then(|(module, name)| self.env.get(module, name));
        let of_default = path.rsplit_once('.').and_then(|(module, name)| {
            let module = module.strip_suffix(".default").unwrap_or(module);
            match self.env.get(module, "default") {
                Some(Constant::Object(entries)) => entries.iter().find(|(it, _)| it == name).map(|(_, it)| it),
                _ => None,
            }
        });
        [named, of_default, whole]
            .into_iter()
            .flatten()
            .find_map(|it| match it {
                Constant::Function(constant) => Some(self.constant_value(constant)),
                _ => None,
            })
    }

    /// `import(specifier)`.
    pub(in crate::fold) fn dynamic_import(&self, import: &'a ImportExpression<'a>, frame: In<'_>) -> Res {
        let specifier = self.eval(&import.source, frame)?;
        Ok(self.loaded(&specifier))
    }

    /// The module that a value names.
    pub(in crate::fold) fn loaded(&self, specifier: &Js) -> Js {
        match specifier {
            Js::V(Value::String(specifier)) => Js::V(self.module_value(specifier)),
            Js::V(Value::OneOf(several)) => Js::V(join(
                several.iter().map(|it| self.export(&self.loaded(&Js::V(it.clone())))),
            )),
            specifier => {
                let mut origins = self.origins(specifier);
                origins.add(&Origins::of(Origins::FOREIGN));
                self.api_value("*", origins)
            }
        }
    }
}

/// What Node has built in.
const BUILT_IN: [&str; 46] = [
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "sys",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
    "test",
    "sea",
    "sqlite",
    "_http_client",
];
