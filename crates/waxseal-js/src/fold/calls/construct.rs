//! `new`: of what only computes, of functions and classes of the file.

use std::rc::Rc;

use oxc_ast::ast::*;
use oxc_span::Span;

use crate::fold::eval::In;
use crate::fold::heap::{Frame, Heap, Js, Res, Stop, UNDEFINED};
use crate::fold::{Folder, Origins, Value};
use crate::module::{FunctionIdx, FunctionNode};

impl<'a> Folder<'_, 'a> {
    pub(in crate::fold) fn construct(&self, new: &'a NewExpression<'a>, frame: In<'_>) -> Res {
        let callee = self.unnoted(|| self.eval(&new.callee, frame))?;
        let arguments = self.arguments(&new.arguments, frame)?;
        self.construct_value(&callee, arguments, new.span)
    }

    pub(in crate::fold) fn construct_value(&self, callee: &Js, arguments: Vec<Js>, span: Span) -> Res {
        match callee {
            Js::V(Value::Api(api)) => match self.api_new(api, &arguments) {
                Some(result) => {
                    self.hide();
                    result
                }
                None => Ok(self.api_result(api, &arguments, span)),
            },
            Js::V(Value::Function(function)) => self.instance(*function, arguments),
            Js::H(place) => {
                let closure = match &self.heap.borrow()[*place] {
                    Heap::Function { function, frame, .. } => (*function, frame.clone()),
                    _ => return Err(Stop::Bail),
                };
                let FunctionNode::Function(_) = self.module.function(closure.0).node else {
                    return self.instance(closure.0, arguments);
                };
                self.run_as_constructor(*place, closure, arguments)
            }
            callee => self.invoke(callee, &UNDEFINED, arguments, span),
        }
    }

    /// `new f(…)` of a plain function, inside an attempt.
    pub(in crate::fold) fn run_as_constructor(
        &self,
        place: usize,
        (function, frame): (FunctionIdx, Option<Rc<Frame>>),
        arguments: Vec<Js>,
    ) -> Res {
        let properties = vec![(Rc::from(crate::fold::members::PROTOTYPE), self.prototype(place)?)];
        let object = self.alloc(Heap::Object {
            properties,
            class: None,
            rest: Origins::default(),
        })?;
        match self.run(function, frame, object.clone(), arguments)? {
            made @ Js::H(_) => Ok(made),
            _ => Ok(object),
        }
    }

    /// `new Class(…)` of a class of the file.
    pub(in crate::fold) fn instance(&self, class: FunctionIdx, arguments: Vec<Js>) -> Res {
        let FunctionNode::Class(_) = self.module.function(class).node else {
            return if self.live.get() {
                Err(Stop::Bail)
            } else {
                Ok(Js::unknown(Origins::of(Origins::OTHER)))
            };
        };
        if self.live.get() {
            return self.run_constructor(class, arguments);
        }
        self.attempted_instance(class, arguments)
    }
}
