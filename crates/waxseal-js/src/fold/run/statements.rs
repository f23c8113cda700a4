//! Statements inside a frame.

use std::rc::Rc;

use oxc_ast::ast::*;

use super::super::heap::{Frame, Heap, Js, Res, Stop, UNDEFINED, join};
use super::super::{Folder, Value};
use super::Flow;

impl<'a> Folder<'_, 'a> {
    pub(in super::super) fn statements(&self, statements: &'a [Statement<'a>], frame: &Rc<Frame>) -> Res<Flow<'a>> {
        for statement in statements {
            if let Statement::FunctionDeclaration(function) = statement {
                self.declare_function(function, frame)?;
            }
        }
        for statement in statements {
            match self.statement(statement, frame)? {
                Flow::Normal => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Normal)
    }

    fn declare_function(&self, function: &'a Function<'a>, frame: &Rc<Frame>) -> Res<()> {
        let idx = self.module.function_at(function.span.start).ok_or(Stop::Bail)?;
        if let Some(symbol) = function.id.as_ref().and_then(|id| id.symbol_id.get()) {
            let frame_of = Some(Rc::clone(frame));
            let value = self.alloc(Heap::Function {
                function: idx,
                frame: frame_of,
                properties: Vec::new(),
            })?;
            frame.declare(symbol, value);
        }
        Ok(())
    }

    pub(in super::super) fn statement(&self, statement: &'a Statement<'a>, frame: &Rc<Frame>) -> Res<Flow<'a>> {
        if !self.enter() {
            return Err(Stop::Bail);
        }
        let flow = self.statement_entered(statement, frame);
        self.leave();
        flow
    }

    fn statement_entered(&self, statement: &'a Statement<'a>, frame: &Rc<Frame>) -> Res<Flow<'a>> {
        match statement {
            Statement::ExpressionStatement(it) => {
                self.eval(&it.expression, Some(frame))?;
                Ok(Flow::Normal)
            }
            Statement::VariableDeclaration(it) => {
                self.variables(it, frame)?;
                Ok(Flow::Normal)
            }
            Statement::ReturnStatement(it) => match &it.argument {
                Some(argument) => Ok(Flow::Return(self.eval(argument, Some(frame))?)),
                None => Ok(Flow::Return(UNDEFINED)),
            },
            Statement::BlockStatement(it) => self.statements(&it.body, frame),
            Statement::IfStatement(it) => self.condition(it, frame),
            Statement::ForStatement(it) => self.for_loop(it, None, frame),
            Statement::ForOfStatement(it) => self.for_of(it, None, frame),
            Statement::ForInStatement(it) => self.for_in(it, None, frame),
            Statement::WhileStatement(it) => self.while_loop(&it.test, &it.body, None, false, frame),
            Statement::DoWhileStatement(it) => self.while_loop(&it.test, &it.body, None, true, frame),
            Statement::SwitchStatement(it) => self.switch(it, frame),
            Statement::TryStatement(it) => self.try_statement(it, frame),
            Statement::ThrowStatement(it) => Err(Stop::Throw(self.eval(&it.argument, Some(frame))?)),
            Statement::BreakStatement(it) => Ok(Flow::Break(it.label.as_ref().map(|it| it.name.as_str()))),
            Statement::ContinueStatement(it) => Ok(Flow::Continue(it.label.as_ref().map(|it| it.name.as_str()))),
            Statement::LabeledStatement(it) => self.labelled(it, frame),
            Statement::EmptyStatement(_)
            | Statement::FunctionDeclaration(_)
            | Statement::DebuggerStatement(_)
            | Statement::TSTypeAliasDeclaration(_)
            | Statement::TSInterfaceDeclaration(_) => Ok(Flow::Normal),
            Statement::ClassDeclaration(it) => {
                let value = self.module.function_at(it.span.start).ok_or(Stop::Bail)?;
                if let Some(symbol) = it.id.as_ref().and_then(|id| id.symbol_id.get()) {
                    frame.declare(symbol, Js::V(Value::Function(value)));
                }
                Ok(Flow::Normal)
            }
            Statement::ExportDeclaration(it) => match &it.declaration {
                Declaration::VariableDeclaration(it) => {
                    self.variables(it, frame)?;
                    Ok(Flow::Normal)
                }
                _ => Err(Stop::Bail),
            },
            _ => Err(Stop::Bail),
        }
    }

    fn variables(&self, declaration: &'a VariableDeclaration<'a>, frame: &Rc<Frame>) -> Res<()> {
        for declarator in &declaration.declarations {
            match &declarator.init {
                Some(init) => {
                    let value = self.eval(init, Some(frame))?;
                    self.bind(&declarator.id, value, frame)?;
                }
                // `var x;` again keeps what `x` holds.
                None => {
                    let symbol = declarator.id.get_binding_identifier().and_then(|id| id.symbol_id.get());
                    if let Some(symbol) = symbol
                        && (!declaration.kind.is_var() || frame.get(symbol).is_none())
                    {
                        frame.declare(symbol, UNDEFINED);
                    }
                }
            }
        }
        Ok(())
    }

    fn condition(&self, it: &'a IfStatement<'a>, frame: &Rc<Frame>) -> Res<Flow<'a>> {
        let test = self.eval(&it.test, Some(frame))?;
        match self.truth(&test) {
            Some(true) => self.statement(&it.consequent, frame),
            Some(false) => match &it.alternate {
                Some(alternate) => self.statement(alternate, frame),
                None => Ok(Flow::Normal),
            },
            None => self.both(it, frame),
        }
    }

    /// Follows both ways of a condition that is not known.
    fn both(&self, it: &'a IfStatement<'a>, frame: &Rc<Frame>) -> Res<Flow<'a>> {
        let writes = self.heap_writes.get();
        let before = frame.variables.borrow().clone();
        let first = self.statement(&it.consequent, frame)?;
        let after_first = std::mem::replace(&mut *frame.variables.borrow_mut(), before);
        let second = match &it.alternate {
            Some(alternate) => self.statement(alternate, frame)?,
            None => Flow::Normal,
        };
        if self.heap_writes.get() != writes {
            return Err(Stop::Bail);
        }
        match (first, second) {
            (Flow::Return(first), Flow::Return(second)) => {
                Ok(Flow::Return(Js::V(join([self.export(&first), self.export(&second)]))))
            }
            (Flow::Return(first), Flow::Normal) => {
                frame.returned.borrow_mut().push(self.export(&first));
                Ok(Flow::Normal)
            }
            (Flow::Normal, Flow::Return(second)) => {
                frame.returned.borrow_mut().push(self.export(&second));
                *frame.variables.borrow_mut() = after_first;
                Ok(Flow::Normal)
            }
            (Flow::Normal, Flow::Normal) => {
                for (symbol, value) in after_first {
                    let now = frame.get(symbol);
                    let joined = match now {
                        Some(now) if self.strictly_equal(&now, &value) == Some(true) => now,
                        Some(now) => Js::V(join([self.export(&now), self.export(&value)])),
                        None => value,
                    };
                    frame.declare(symbol, joined);
                }
                Ok(Flow::Normal)
            }
            _ => Err(Stop::Bail),
        }
    }

    fn for_loop(&self, it: &'a ForStatement<'a>, label: Option<&'a str>, frame: &Rc<Frame>) -> Res<Flow<'a>> {
        match &it.init {
            Some(ForStatementInit::VariableDeclaration(declaration)) => self.variables(declaration, frame)?,
            Some(init) => {
                self.eval(init.to_expression(), Some(frame))?;
            }
            None => {}
        }
        loop {
            if let Some(test) = &it.test {
                let test = self.eval(test, Some(frame))?;
                if !self.truth(&test).ok_or(Stop::Bail)? {
                    break;
                }
            }
            match turn(self.statement(&it.body, frame)?, label) {
                Turn::Next => {}
                Turn::End => break,
                Turn::Leave(flow) => return Ok(flow),
            }
            if let Some(update) = &it.update {
                self.eval(update, Some(frame))?;
            }
            self.turned()?;
        }
        Ok(Flow::Normal)
    }

    /// Every turn of a loop takes a step, whatever is in it.
    fn turned(&self) -> Res<()> {
        if self.spend(1) { Ok(()) } else { Err(Stop::Bail) }
    }

    fn while_loop(
        &self,
        test: &'a Expression<'a>,
        body: &'a Statement<'a>,
        label: Option<&'a str>,
        mut body_first: bool,
        frame: &Rc<Frame>,
    ) -> Res<Flow<'a>> {
        loop {
            if !std::mem::take(&mut body_first) {
                let test = self.eval(test, Some(frame))?;
                if !self.truth(&test).ok_or(Stop::Bail)? {
                    return Ok(Flow::Normal);
                }
            }
            match turn(self.statement(body, frame)?, label) {
                Turn::Next => {}
                Turn::End => return Ok(Flow::Normal),
                Turn::Leave(flow) => return Ok(flow),
            }
            self.turned()?;
        }
    }

    fn for_of(&self, it: &'a ForOfStatement<'a>, label: Option<&'a str>, frame: &Rc<Frame>) -> Res<Flow<'a>> {
        let value = self.eval(&it.right, Some(frame))?;
        let (items, open) = self.iterated(&value).ok_or(Stop::Bail)?;
        if open {
            return Err(Stop::Bail);
        }
        for item in items {
            self.bind_left(&it.left, item, frame)?;
            match turn(self.statement(&it.body, frame)?, label) {
                Turn::Next => {}
                Turn::End => break,
                Turn::Leave(flow) => return Ok(flow),
            }
            self.turned()?;
        }
        Ok(Flow::Normal)
    }

    fn for_in(&self, it: &'a ForInStatement<'a>, label: Option<&'a str>, frame: &Rc<Frame>) -> Res<Flow<'a>> {
        let value = self.eval(&it.right, Some(frame))?;
        for (name, _) in self.own_properties(&value).ok_or(Stop::Bail)? {
            self.bind_left(&it.left, Js::V(Value::String(name)), frame)?;
            match turn(self.statement(&it.body, frame)?, label) {
                Turn::Next => {}
                Turn::End => break,
                Turn::Leave(flow) => return Ok(flow),
            }
            self.turned()?;
        }
        Ok(Flow::Normal)
    }

    fn bind_left(&self, left: &'a ForStatementLeft<'a>, value: Js, frame: &Rc<Frame>) -> Res<()> {
        match left {
            ForStatementLeft::VariableDeclaration(declaration) => {
                let declarator = declaration.declarations.first().ok_or(Stop::Bail)?;
                self.bind(&declarator.id, value, frame)
            }
            left => self.assign_target(left.to_assignment_target(), &value, frame),
        }
    }

    fn switch(&self, it: &'a SwitchStatement<'a>, frame: &Rc<Frame>) -> Res<Flow<'a>> {
        let value = self.eval(&it.discriminant, Some(frame))?;
        let mut start = None;
        for (index, case) in it.cases.iter().enumerate() {
            let Some(test) = &case.test else { continue };
            let test = self.eval(test, Some(frame))?;
            if self.strictly_equal(&value, &test).ok_or(Stop::Bail)? {
                start = Some(index);
                break;
            }
        }
        let start = start.or_else(|| it.cases.iter().position(|case| case.test.is_none()));
        for case in it.cases.iter().skip(start.unwrap_or(it.cases.len())) {
            match self.statements(&case.consequent, frame)? {
                Flow::Normal => {}
                Flow::Break(None) => break,
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Normal)
    }

    fn try_statement(&self, it: &'a TryStatement<'a>, frame: &Rc<Frame>) -> Res<Flow<'a>> {
        let mut result = self.statements(&it.block.body, frame);
        if let (Err(Stop::Throw(thrown)), Some(handler)) = (&result, &it.handler) {
            if let Some(parameter) = &handler.param {
                self.bind(&parameter.pattern, thrown.clone(), frame)?;
            }
            result = self.statements(&handler.body.body, frame);
        }
        if let Some(finalizer) = &it.finalizer
            && !matches!(result, Err(Stop::Bail))
        {
            match self.statements(&finalizer.body, frame)? {
                Flow::Normal => {}
                flow => return Ok(flow),
            }
        }
        result
    }

    fn labelled(&self, it: &'a LabeledStatement<'a>, frame: &Rc<Frame>) -> Res<Flow<'a>> {
        let label = Some(it.label.name.as_str());
        let flow = match &it.body {
            Statement::ForStatement(it) => self.for_loop(it, label, frame)?,
            Statement::ForOfStatement(it) => self.for_of(it, label, frame)?,
            Statement::ForInStatement(it) => self.for_in(it, label, frame)?,
            Statement::WhileStatement(it) => self.while_loop(&it.test, &it.body, label, false, frame)?,
            Statement::DoWhileStatement(it) => self.while_loop(&it.test, &it.body, label, true, frame)?,
            body => self.statement(body, frame)?,
        };
        Ok(match flow {
            Flow::Break(it) if it == label => Flow::Normal,
            flow => flow,
        })
    }
}

/// What a loop does after its body.
enum Turn<'a> {
    Next,
    End,
    Leave(Flow<'a>),
}

fn turn<'a>(flow: Flow<'a>, label: Option<&'a str>) -> Turn<'a> {
    match flow {
        Flow::Normal | Flow::Continue(None) => Turn::Next,
        Flow::Continue(it) if it == label => Turn::Next,
        Flow::Break(None) => Turn::End,
        Flow::Break(it) if it == label => Turn::End,
        flow => Turn::Leave(flow),
    }
}
