//! Variables outside the functions that are being interpreted.

use oxc_ast::ast::*;
use oxc_syntax::symbol::SymbolId;

use crate::fold::heap::{Frame, Heap, Js, Res, Stop, UNDEFINED, derived};
use crate::fold::{Folder, Origins, Value};
use crate::module::{Binding, BindingSource, CallNode};

impl<'a> Folder<'_, 'a> {
    /// A variable outside the functions being interpreted.
    pub(in crate::fold) fn world(&self, symbol: SymbolId) -> Res {
        if let Some(value) = self.world.borrow().get(&symbol) {
            return Ok(value.clone());
        }
        let folded = self.symbol(symbol);
        self.adopt(&folded);
        let value = match &folded.value {
            Value::Function(function) => self.alloc(Heap::Function {
                function: *function,
                frame: None,
                properties: Vec::new(),
            })?,
            value @ (Value::Array(_) | Value::Object(_) | Value::Bytes(_)) => self.import(value)?,
            Value::Unknown(origins) if origins.bits == Origins::DERIVED => match self.initialised(symbol) {
                Some(value) => value,
                None => return Ok(Js::V(folded.value)),
            },
            value => return Ok(Js::V(value.clone())),
        };
        self.heap_escaped.set(true);
        self.world.borrow_mut().insert(symbol, value.clone());
        if let Value::Function(_) = folded.value {
            self.prepare(symbol);
        }
        Ok(self.world.borrow().get(&symbol).cloned().unwrap_or(value))
    }

    /// What a variable is initialised with, interpreted: a function that keeps variables of the one that made it.
    pub(in crate::fold) fn initialised(&self, symbol: SymbolId) -> Option<Js> {
        let [
            Binding {
                source: BindingSource::Expression { value, compound: false },
                path,
                ..
            },
        ] = &self.module.symbols.get(&symbol)?.bindings[..]
        else {
            return None;
        };
        if !self.live.get() || !path.is_empty() {
            return None;
        }
        // Asked for again while it is found out, it is unknown.
        self.world
            .borrow_mut()
            .insert(symbol, Js::V(derived(Origins::default())));
        let frame = Frame::new(None, UNDEFINED, UNDEFINED);
        self.eval(value, Some(&frame)).ok()
    }

    /// Functions called where they are written that get a symbol may change what it holds: string tables are rotated so.
    pub(in crate::fold) fn prepare(&self, symbol: SymbolId) {
        let Some(note) = self.module.symbols.get(&symbol) else {
            return;
        };
        for call in &note.mutations {
            let CallNode::Call(call) = self.module.calls[*call as usize].node else {
                continue;
            };
            let immediate = matches!(
                call.callee,
                Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_)
            );
            if immediate && self.with_table_fuel(|| self.run_immediate(call)).is_err() {
                self.world
                    .borrow_mut()
                    .insert(symbol, Js::V(derived(Origins::default())));
            }
        }
    }

    /// Assigns to a variable outside the functions being interpreted: only what does so once and for all is followed.
    pub(in crate::fold) fn set_world(&self, symbol: SymbolId, value: &Js) -> Res<()> {
        let before = self.world(symbol)?;
        let settled =
            matches!(before, Js::V(Value::Undefined | Value::Null)) || matches!((&before, value), (Js::H(_), Js::H(_)));
        if !settled {
            return Err(Stop::Bail);
        }
        self.heap_escaped.set(true);
        self.world.borrow_mut().insert(symbol, value.clone());
        Ok(())
    }
}
