//! Evaluates one expression: outside a frame by everything it can be, inside one by what it is.

use std::rc::Rc;

use oxc_ast::ast::*;
use oxc_span::{GetSpan, Span};

use super::heap::{Frame, Heap, Js, Res, Stop, UNDEFINED, derived, join};
use super::{Folder, Origins, Value};

mod composite;

/// The frame an expression is evaluated in; `None` where it stands.
pub(super) type In<'f> = Option<&'f Rc<Frame>>;

impl<'a> Folder<'_, 'a> {
    /// What an expression can be worth where it stands.
    pub(super) fn outside(&self, expression: &'a Expression<'a>) -> Value {
        let value = match self.standing(|| self.eval(expression, None)) {
            Ok(value) => self.export(&value),
            Err(_) => derived(Origins::default()),
        };
        match &value {
            Value::Unknown(origins) if origins.bits == Origins::DERIVED && is_composed(expression) => {
                self.followed(expression).unwrap_or(value)
            }
            _ => value,
        }
    }

    /// An expression interpreted as a whole: functions that keep variables of the one that made them have no value of their own.
    fn followed(&self, expression: &'a Expression<'a>) -> Option<Value> {
        if self.live.get() || self.attempts.get() == 0 {
            return None;
        }
        self.attempts.set(self.attempts.get() - 1);
        self.attempt(FOLLOW_FUEL, || {
            let frame = Frame::new(None, UNDEFINED, UNDEFINED);
            self.eval(expression, Some(&frame))
        })
    }

    pub(super) fn eval(&self, expression: &'a Expression<'a>, frame: In<'_>) -> Res {
        if !self.enter() {
            return if frame.is_some() {
                Err(Stop::Bail)
            } else {
                Ok(Js::V(derived(Origins::default())))
            };
        }
        let result = match expression {
            Expression::CallExpression(_) | Expression::NewExpression(_) if frame.is_none() && !self.live.get() => {
                self.remembered(expression)
            }
            _ => self.eval_entered(expression, frame),
        };
        self.leave();
        result
    }

    /// A call is worked out once where it stands.
    fn remembered(&self, expression: &'a Expression<'a>) -> Res {
        let span = expression.span();
        if let Some(folded) = self.results.borrow().get(&(span.end, span.start)) {
            self.adopt(folded);
            return Ok(Js::V(folded.value.clone()));
        }
        let cycles = self.cycles.get();
        let mut stop = None;
        let folded = self.tracked(|| match self.eval_entered(expression, None) {
            Ok(value) => self.export(&value),
            Err(error) => {
                stop = Some(error);
                Value::Undefined
            }
        });
        if let Some(stop) = stop {
            return Err(stop);
        }
        self.adopt(&folded);
        let value = folded.value.clone();
        if self.cycles.get() == cycles && self.allowance.get() > 0 {
            self.results.borrow_mut().insert((span.end, span.start), folded);
        }
        Ok(Js::V(value))
    }

    fn eval_entered(&self, expression: &'a Expression<'a>, frame: In<'_>) -> Res {
        match expression {
            Expression::StringLiteral(literal) => Ok(self.string_literal(literal)),
            Expression::NumericLiteral(literal) => Ok(Js::number(literal.value)),
            Expression::BooleanLiteral(literal) => Ok(Js::bool(literal.value)),
            Expression::NullLiteral(_) => Ok(Js::V(Value::Null)),
            Expression::BigIntLiteral(literal) => Ok(Js::number(literal.value.parse().unwrap_or(f64::NAN))),
            Expression::RegExpLiteral(literal) => Ok(Js::V(Value::RegExp {
                pattern: literal.regex.pattern.text.as_str().into(),
                flags: literal.regex.flags.to_inline_string().as_str().into(),
            })),
            Expression::TemplateLiteral(template) => self.template(template, frame),
            Expression::Identifier(identifier) => self.identifier(identifier, frame),
            Expression::ThisExpression(this) => self.this(this.span, frame),
            Expression::ArrayExpression(array) => self.array(array, frame),
            Expression::ObjectExpression(object) => self.object(object, frame),
            Expression::ArrowFunctionExpression(_)
            | Expression::FunctionExpression(_)
            | Expression::ClassExpression(_) => self.function(expression.span(), frame),
            Expression::AssignmentExpression(assignment) => self.assignment(assignment, frame),
            Expression::UpdateExpression(update) => self.update(update, frame),
            Expression::UnaryExpression(unary) => self.unary(unary, frame),
            Expression::BinaryExpression(_) => self.binary_chain(expression, frame),
            Expression::LogicalExpression(_) => self.logical_chain(expression, frame),
            Expression::ConditionalExpression(conditional) => self.conditional(conditional, frame),
            Expression::CallExpression(call) => self.call(call, frame),
            Expression::NewExpression(new) => self.construct(new, frame),
            Expression::TaggedTemplateExpression(tagged) => self.tagged(tagged, frame),
            Expression::ImportExpression(import) => self.dynamic_import(import, frame),
            Expression::StaticMemberExpression(member) => {
                let object = self.eval(&member.object, frame)?;
                self.read(
                    &object,
                    member.property.name.as_str(),
                    member.optional,
                    member.object.span(),
                    frame,
                )
            }
            Expression::PrivateFieldExpression(member) => {
                let object = self.eval(&member.object, frame)?;
                self.read(
                    &object,
                    member.field.name.as_str(),
                    member.optional,
                    member.object.span(),
                    frame,
                )
            }
            Expression::ComputedMemberExpression(member) => self.computed(member, frame),
            Expression::ChainExpression(chain) => self.chain(chain, frame),
            Expression::SequenceExpression(sequence) => self.sequence(sequence, frame),
            Expression::ImportMeta(_) => Ok(self.api_value("import.meta", Origins::default())),
            Expression::AwaitExpression(it) => {
                let value = self.eval(&it.argument, frame)?;
                self.awaited(value)
            }
            Expression::ParenthesizedExpression(it) => self.eval(&it.expression, frame),
            Expression::TSAsExpression(it) => self.eval(&it.expression, frame),
            Expression::TSSatisfiesExpression(it) => self.eval(&it.expression, frame),
            Expression::TSTypeAssertion(it) => self.eval(&it.expression, frame),
            Expression::TSNonNullExpression(it) => self.eval(&it.expression, frame),
            Expression::TSInstantiationExpression(it) => self.eval(&it.expression, frame),
            _ if frame.is_some() => Err(Stop::Bail),
            _ => Ok(Js::unknown(Origins::of(Origins::OTHER))),
        }
    }

    fn string_literal(&self, literal: &StringLiteral<'a>) -> Js {
        self.note_source(literal.value.as_str(), literal.span);
        Js::str(literal.value.as_str())
    }

    /// The literal that decides an answer is the first, or the first that holds an `@`.
    fn note_source(&self, text: &str, span: Span) {
        let decides = match self.source.get() {
            None => true,
            Some(earlier) => {
                let earlier = self
                    .module
                    .source
                    .get(earlier.start as usize..earlier.end as usize)
                    .unwrap_or("");
                !earlier.contains('@') && text.contains('@')
            }
        };
        if decides {
            self.source.set(Some(span));
        }
    }

    fn function(&self, span: Span, frame: In<'_>) -> Res {
        let Some(function) = self.module.function_at(span.start) else {
            return Err(Stop::Bail);
        };
        match frame {
            None => Ok(Js::V(Value::Function(function))),
            Some(frame) => self.alloc(Heap::Function {
                function,
                frame: Some(Rc::clone(frame)),
                properties: Vec::new(),
            }),
        }
    }

    fn conditional(&self, conditional: &'a ConditionalExpression<'a>, frame: In<'_>) -> Res {
        let test = self.unnoted(|| self.eval(&conditional.test, frame))?;
        match self.truth(&test) {
            Some(true) => self.eval(&conditional.consequent, frame),
            Some(false) => self.eval(&conditional.alternate, frame),
            None => {
                let first = self.eval(&conditional.consequent, frame)?;
                let second = self.eval(&conditional.alternate, frame)?;
                Ok(Js::V(join([self.export(&first), self.export(&second)])))
            }
        }
    }

    /// Evaluates something that decides between values but is no part of one.
    pub(super) fn unnoted<T>(&self, run: impl FnOnce() -> T) -> T {
        let outer = (self.hidden.get(), self.source.get());
        let value = run();
        self.hidden.set(outer.0);
        self.source.set(outer.1);
        value
    }

    fn logical_chain(&self, expression: &'a Expression<'a>, frame: In<'_>) -> Res {
        let mut links = Vec::new();
        let mut innermost = expression;
        while let Expression::LogicalExpression(logical) = innermost {
            links.push(logical);
            innermost = &logical.left;
        }
        let mut value = self.eval(innermost, frame)?;
        for link in links.iter().rev() {
            value = self.logical(link.operator, value, &link.right, frame)?;
            if !self.spend(1) {
                return Err(Stop::Bail);
            }
        }
        Ok(value)
    }

    pub(super) fn logical(&self, operator: LogicalOperator, left: Js, right: &'a Expression<'a>, frame: In<'_>) -> Res {
        let keeps = |value: &Js| match operator {
            LogicalOperator::Or => self.truth(value),
            LogicalOperator::And => self.truth(value).map(|it| !it),
            LogicalOperator::Coalesce => self.nullish(value).map(|it| !it),
        };
        match keeps(&left) {
            Some(true) => return Ok(left),
            Some(false) => return self.eval(right, frame),
            None => {}
        }
        let mut values = match self.export(&left) {
            Value::OneOf(alternatives) => {
                let kept = alternatives
                    .iter()
                    .filter(|it| keeps(&Js::V((*it).clone())) != Some(false));
                kept.cloned().collect()
            }
            value => vec![value],
        };
        values.push(self.export(&self.eval(right, frame)?));
        Ok(Js::V(join(values)))
    }

    fn binary_chain(&self, expression: &'a Expression<'a>, frame: In<'_>) -> Res {
        let mut links = Vec::new();
        let mut innermost = expression;
        while let Expression::BinaryExpression(binary) = innermost {
            links.push(binary);
            innermost = &binary.left;
        }
        let mut value = self.eval(innermost, frame)?;
        let mut index = links.len();
        while index > 0 {
            // A run of `+` is joined at once: joining it link by link would copy the front again and again.
            let run = links[..index]
                .iter()
                .rev()
                .take_while(|it| it.operator == BinaryOperator::Addition)
                .count();
            if run > 1 {
                let mut pieces = vec![value];
                for link in links[index - run..index].iter().rev() {
                    pieces.push(self.eval(&link.right, frame)?);
                }
                value = self.add_all(pieces)?;
                index -= run;
                continue;
            }
            index -= 1;
            let right = self.eval(&links[index].right, frame)?;
            value = self.binary(links[index].operator, &value, &right)?;
        }
        Ok(value)
    }

    fn sequence(&self, sequence: &'a SequenceExpression<'a>, frame: In<'_>) -> Res {
        let Some((last, before)) = sequence.expressions.split_last() else {
            return Ok(UNDEFINED);
        };
        if frame.is_some() {
            for expression in before {
                self.eval(expression, frame)?;
            }
        }
        self.eval(last, frame)
    }

    fn chain(&self, chain: &'a ChainExpression<'a>, frame: In<'_>) -> Res {
        match &chain.expression {
            ChainElement::CallExpression(call) => self.call(call, frame),
            ChainElement::TSNonNullExpression(it) => self.eval(&it.expression, frame),
            ChainElement::ComputedMemberExpression(member) => self.computed(member, frame),
            ChainElement::StaticMemberExpression(member) => {
                let object = self.eval(&member.object, frame)?;
                self.read(
                    &object,
                    member.property.name.as_str(),
                    true,
                    member.object.span(),
                    frame,
                )
            }
            ChainElement::PrivateFieldExpression(member) => {
                let object = self.eval(&member.object, frame)?;
                self.read(&object, member.field.name.as_str(), true, member.object.span(), frame)
            }
        }
    }

    fn computed(&self, member: &'a ComputedMemberExpression<'a>, frame: In<'_>) -> Res {
        let object = self.eval(&member.object, frame)?;
        let key = self.unnoted_key(&member.expression, frame)?;
        self.read_computed(&object, &key, member.optional, frame)
    }

    /// A computed key; if it is more than a literal, what it reads is hidden.
    pub(super) fn unnoted_key(&self, expression: &'a Expression<'a>, frame: In<'_>) -> Res {
        let outer = (self.hidden.get(), self.source.get());
        let key = self.eval(expression, frame)?;
        let hides = self.hidden.get()
            || matches!(
                expression,
                Expression::BinaryExpression(_) | Expression::CallExpression(_)
            );
        self.hidden.set(outer.0 || hides);
        self.source.set(outer.1);
        Ok(key)
    }

    /// `object.name` as an expression, thrown on `undefined` inside a frame as JavaScript does.
    pub(super) fn read(&self, object: &Js, name: &str, optional: bool, of: Span, frame: In<'_>) -> Res {
        if let Js::V(Value::Undefined | Value::Null) = object {
            return self.read_nothing(optional, frame);
        }
        if frame.is_none()
            && let Some(value) = self.this_member(of, name)
        {
            return Ok(Js::V(value));
        }
        self.get(object, name)
    }

    pub(super) fn read_nothing(&self, optional: bool, frame: In<'_>) -> Res {
        match frame {
            _ if optional => Ok(UNDEFINED),
            Some(_) => Err(Stop::Throw(Js::str("TypeError"))),
            None => Ok(Js::V(derived(Origins::default()))),
        }
    }
}

/// Whether an expression calls something, so that interpreting it as a whole may say more.
fn is_composed(expression: &Expression<'_>) -> bool {
    match expression {
        Expression::CallExpression(_) | Expression::BinaryExpression(_) | Expression::TemplateLiteral(_) => true,
        expression => expression.is_member_expression(),
    }
}

/// Steps for interpreting an expression as a whole.
const FOLLOW_FUEL: u64 = 100_000;
