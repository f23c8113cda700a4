//! Code inside constant strings, `eval('…')` and `new Function('…')`: parsed and folded once, never run.

use std::rc::Rc;

use oxc_allocator::Allocator;
use oxc_ast::ast::*;

use super::super::heap::{Js, Res, derived};
use super::super::{Api, Constant, Folder, ModuleEnv, Origins, Value};
use crate::module::Module;
use crate::parse;

impl Folder<'_, '_> {
    /// `eval(code)`, `Function(code)`, and the call of what `Function(code)` made.
    pub(super) fn code(&self, path: &str, arguments: &[Js], api: &Rc<Api>) -> Option<Res> {
        self.hide();
        let text = match path {
            "eval" => self.string(arguments.first()?)?,
            // Parameters come before the body; only a body without any is followed.
            "Function" => {
                let Js::V(Value::String(body)) = arguments.last()? else {
                    return None;
                };
                if arguments.len() > 1 {
                    return None;
                }
                let made = Js::V(Value::String(Rc::clone(body)));
                return Some(Ok(self.api_result(api, &[made], oxc_span::Span::default())));
            }
            _ => match api.calls.last()?.arguments.first()? {
                Value::String(body) => format!("return (function() {{{body}\n}})()").into(),
                _ => return None,
            },
        };
        self.folded_code(&text)
            .map(|constant| Ok(Js::V(self.constant_or_global(&constant))))
    }

    fn constant_or_global(&self, constant: &Folded) -> Value {
        match constant {
            Folded::Constant(constant) => self.constant_value(constant),
            Folded::Path(path) => self.export(&self.api_value(path, Origins::default())),
            Folded::Unknown => derived(Origins::default()),
        }
    }

    fn folded_code(&self, text: &str) -> Option<Folded> {
        if self.nested >= MAX_NESTED || text.len() > super::super::MAX_STRING || !self.spend(1_000 + text.len() as u64)
        {
            return None;
        }
        let allocator = Allocator::default();
        let parsed = parse::parse(&allocator, text, "code.cjs").ok()?;
        let module = Module::new(&parsed);
        let env = ModuleEnv::default();
        let folder = Folder::nested(&module, &env, self.nested + 1);
        let last = module.program.body.last()?;
        let expression = match last {
            Statement::ReturnStatement(it) => it.argument.as_ref()?,
            Statement::ExpressionStatement(it) => &it.expression,
            _ => return None,
        };
        let value = folder.fold(expression).value;
        Some(match &value {
            Value::Api(api) if api.calls.is_empty() => Folded::Path(api.path.to_string()),
            value => folder.constant(value, 0).map_or(Folded::Unknown, Folded::Constant),
        })
    }
}

/// What code in a string is worth.
enum Folded {
    Constant(Constant),
    Path(String),
    Unknown,
}

/// How many strings of code inside each other are followed.
const MAX_NESTED: u32 = 3;
