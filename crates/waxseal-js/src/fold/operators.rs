//! Operators, on known values and on values of which some pieces are known.

use std::rc::Rc;

use oxc_ast::ast::*;

use super::eval::In;
use super::heap::{Js, Res, Stop, UNDEFINED, derived, join};
use super::text;
use super::{Folder, MAX_STRING, Origins, Value};

mod conversion;

impl<'a> Folder<'_, 'a> {
    pub(super) fn unary(&self, unary: &'a UnaryExpression<'a>, frame: In<'_>) -> Res {
        if unary.operator == UnaryOperator::Delete {
            return self.delete(&unary.argument, frame);
        }
        let value = self.eval(&unary.argument, frame)?;
        self.unary_value(unary.operator, &value)
    }

    fn unary_value(&self, operator: UnaryOperator, value: &Js) -> Res {
        if let Js::V(Value::OneOf(values)) = value {
            let values = values.iter().map(|it| self.unary_value(operator, &Js::V(it.clone())));
            let values = values.collect::<Res<Vec<_>>>()?;
            return Ok(Js::V(join(values.iter().map(|it| self.export(it)))));
        }
        match operator {
            UnaryOperator::Void => return Ok(UNDEFINED),
            UnaryOperator::LogicalNot => {
                return Ok(match self.truth(value) {
                    Some(truth) => Js::bool(!truth),
                    None => Js::unknown(self.origins(value)),
                });
            }
            UnaryOperator::Typeof => {
                return Ok(match self.type_of(value) {
                    Some(name) => Js::str(name),
                    None => Js::unknown(self.origins(value)),
                });
            }
            _ => {}
        }
        let Some(number) = self.number(value) else {
            return Ok(Js::V(derived(self.origins(value))));
        };
        Ok(Js::number(match operator {
            UnaryOperator::UnaryNegation => -number,
            UnaryOperator::BitwiseNot => f64::from(!text::int32(number)),
            _ => number,
        }))
    }

    pub(super) fn binary(&self, operator: BinaryOperator, left: &Js, right: &Js) -> Res {
        if operator == BinaryOperator::Addition {
            return self.add_all(vec![left.clone(), right.clone()]);
        }
        let (several, other) = match (left, right) {
            (Js::V(Value::OneOf(values)), Js::V(Value::OneOf(_))) => (Some(values), self.origins(right)),
            (Js::V(Value::OneOf(values)), _) => (Some(values), Origins::default()),
            _ => (None, Origins::default()),
        };
        if let Some(values) = several {
            let right = if other.is_empty() {
                right.clone()
            } else {
                Js::unknown(other)
            };
            let values = values
                .iter()
                .map(|it| self.binary(operator, &Js::V(it.clone()), &right));
            let values = values.collect::<Res<Vec<_>>>()?;
            return Ok(Js::V(join(values.iter().map(|it| self.export(it)))));
        }
        if let Js::V(Value::OneOf(values)) = right {
            let values = values.iter().map(|it| self.binary(operator, left, &Js::V(it.clone())));
            let values = values.collect::<Res<Vec<_>>>()?;
            return Ok(Js::V(join(values.iter().map(|it| self.export(it)))));
        }
        match operator {
            BinaryOperator::Equality | BinaryOperator::Inequality => Ok(self.truth_value(
                self.loosely_equal(left, right),
                operator == BinaryOperator::Equality,
                left,
                right,
            )),
            BinaryOperator::StrictEquality | BinaryOperator::StrictInequality => {
                let wanted = operator == BinaryOperator::StrictEquality;
                Ok(self.truth_value(self.strictly_equal(left, right), wanted, left, right))
            }
            BinaryOperator::LessThan
            | BinaryOperator::LessEqualThan
            | BinaryOperator::GreaterThan
            | BinaryOperator::GreaterEqualThan => Ok(self.compare(operator, left, right)),
            BinaryOperator::In => Ok(self.is_in(left, right)),
            BinaryOperator::Instanceof => Ok(Js::unknown(self.both_origins(left, right))),
            _ => {
                let (Some(first), Some(second)) = (self.number(left), self.number(right)) else {
                    return Ok(Js::V(derived(self.both_origins(left, right))));
                };
                self.hide();
                Ok(Js::number(arithmetic(operator, first, second)))
            }
        }
    }

    fn truth_value(&self, equal: Option<bool>, wanted: bool, left: &Js, right: &Js) -> Js {
        match equal {
            Some(equal) => Js::bool(equal == wanted),
            None => Js::unknown(self.both_origins(left, right)),
        }
    }

    pub(super) fn origins(&self, value: &Js) -> Origins {
        match value {
            Js::V(value) => value.origins(),
            Js::H(_) => self.export(value).origins(),
        }
    }

    fn both_origins(&self, left: &Js, right: &Js) -> Origins {
        let mut origins = self.origins(left);
        origins.add(&self.origins(right));
        origins
    }

    fn is_in(&self, left: &Js, right: &Js) -> Js {
        if let (Some(key), Some(properties)) = (self.key_text(left), self.own_properties(right)) {
            return Js::bool(properties.iter().any(|(name, _)| *name == key));
        }
        Js::unknown(self.both_origins(left, right))
    }

    fn compare(&self, operator: BinaryOperator, left: &Js, right: &Js) -> Js {
        let ordering = match (left, right) {
            (Js::V(Value::String(left)), Js::V(Value::String(right))) => {
                Some(left.encode_utf16().cmp(right.encode_utf16()))
            }
            _ => match (self.number(left), self.number(right)) {
                (Some(left), Some(right)) => left.partial_cmp(&right),
                _ => return Js::unknown(self.both_origins(left, right)),
            },
        };
        Js::bool(ordering.is_some_and(|ordering| match operator {
            BinaryOperator::LessThan => ordering.is_lt(),
            BinaryOperator::LessEqualThan => ordering.is_le(),
            BinaryOperator::GreaterThan => ordering.is_gt(),
            _ => ordering.is_ge(),
        }))
    }

    /// `a + b + …` from the left.
    pub(super) fn add_all(&self, values: Vec<Js>) -> Res {
        let mut values = values.into_iter();
        let mut sum = values.next().unwrap_or(UNDEFINED);
        while !self.is_text(&sum) {
            let Some(next) = values.next() else { return Ok(sum) };
            sum = self.add(&sum, &next)?;
        }
        let mut pieces = vec![sum];
        pieces.extend(values);
        if pieces.len() == 1 {
            return pieces.pop().ok_or(Stop::Bail);
        }
        self.concatenate(pieces)
    }

    /// Whether what is added to it is joined as text.
    fn is_text(&self, value: &Js) -> bool {
        match value {
            Js::V(Value::String(_) | Value::Concat(_) | Value::Array(_) | Value::Object(_) | Value::Bytes(_)) => true,
            Js::V(Value::RegExp { .. }) => true,
            Js::V(Value::OneOf(values)) => values.iter().any(|it| self.is_text(&Js::V(it.clone()))),
            Js::H(_) => true,
            Js::V(_) => false,
        }
    }

    fn add(&self, left: &Js, right: &Js) -> Res {
        if self.is_text(left) || self.is_text(right) {
            return self.concatenate(vec![left.clone(), right.clone()]);
        }
        if let (Some(first), Some(second)) = (self.number(left), self.number(right)) {
            if !matches!((left, right), (Js::V(Value::Number(_)), Js::V(Value::Number(_)))) {
                self.hide();
            }
            return Ok(Js::number(first + second));
        }
        // Something unknown added: as text its pieces stay visible, and text is what is asked for.
        self.concatenate(vec![left.clone(), right.clone()])
    }

    /// Joins values as text; those that are not known stay pieces of their own.
    pub(super) fn concatenate(&self, pieces: Vec<Js>) -> Res {
        // Alternatives multiply: only one piece may stand for several.
        let several = pieces.iter().position(|it| matches!(it, Js::V(Value::OneOf(_))));
        if let Some(several) = several
            && pieces.len() <= MAX_PIECES
            && let Js::V(Value::OneOf(values)) = &pieces[several]
        {
            let mut all = Vec::with_capacity(values.len());
            for value in values.iter() {
                let mut pieces: Vec<Js> = pieces.clone();
                pieces[several] = Js::V(value.clone());
                for other in &mut pieces[several + 1..] {
                    if let Js::V(Value::OneOf(_)) = other {
                        *other = Js::unknown_pieces(other);
                    }
                }
                all.push(self.export(&self.concatenate(pieces)?));
                if !self.spend(8) {
                    return Err(Stop::Bail);
                }
            }
            return Ok(Js::V(join(all)));
        }
        let mut text = String::new();
        let mut joined: Vec<Value> = Vec::new();
        for piece in &pieces {
            // What is copied costs, or a loop that grows a text would cost its square.
            let copied = match piece {
                Js::V(Value::String(text)) => text.len() / BYTES_A_STEP,
                Js::V(Value::Concat(values)) => values.len(),
                _ => 0,
            };
            if !self.spend(1 + copied as u64) {
                return Err(Stop::Bail);
            }
            match self.string(piece).filter(|_| !matches!(piece, Js::V(Value::Api(_)))) {
                Some(constant) => {
                    if text.len() + constant.len() > MAX_STRING {
                        return Ok(Js::V(derived(Origins::default())));
                    }
                    text.push_str(&constant);
                }
                None => match self.export(piece) {
                    Value::Concat(inner) => {
                        for value in inner.iter() {
                            add_piece(value.clone(), &mut text, &mut joined);
                        }
                    }
                    value => add_piece(value, &mut text, &mut joined),
                },
            }
            if joined.len() > MAX_PIECES {
                let mut origins = Origins::default();
                joined.iter().for_each(|it| origins.add(&it.origins()));
                return Ok(Js::V(derived(origins)));
            }
        }
        if joined.is_empty() {
            return Ok(Js::str(text));
        }
        if !text.is_empty() {
            joined.push(Value::String(text.into()));
        }
        if joined.len() == 1 && !matches!(joined[0], Value::String(_)) && pieces.len() == 1 {
            return Ok(Js::V(joined.swap_remove(0)));
        }
        Ok(Js::V(Value::Concat(joined.into())))
    }
}

impl Js {
    /// Several alternatives inside a longer text: a piece that is not known, unless one of them marks a mailbox.
    fn unknown_pieces(value: &Self) -> Self {
        match value {
            Self::V(Value::OneOf(values)) => Self::V(Value::Concat(Rc::from([Value::OneOf(Rc::clone(values))]))),
            other => other.clone(),
        }
    }
}

fn add_piece(value: Value, text: &mut String, joined: &mut Vec<Value>) {
    if let Value::String(constant) = &value {
        text.push_str(constant);
        return;
    }
    if !text.is_empty() {
        joined.push(Value::String(std::mem::take(text).into()));
    }
    joined.push(value);
}

fn arithmetic(operator: BinaryOperator, left: f64, right: f64) -> f64 {
    let (left_bits, right_bits) = (text::int32(left), text::int32(right));
    let shift = right_bits as u32 & 31;
    match operator {
        BinaryOperator::Subtraction => left - right,
        BinaryOperator::Multiplication => left * right,
        BinaryOperator::Division => left / right,
        BinaryOperator::Remainder => left % right,
        BinaryOperator::Exponential => left.powf(right),
        BinaryOperator::ShiftLeft => f64::from(left_bits << shift),
        BinaryOperator::ShiftRight => f64::from(left_bits >> shift),
        BinaryOperator::ShiftRightZeroFill => f64::from(left_bits as u32 >> shift),
        BinaryOperator::BitwiseAnd => f64::from(left_bits & right_bits),
        BinaryOperator::BitwiseOR => f64::from(left_bits | right_bits),
        BinaryOperator::BitwiseXOR => f64::from(left_bits ^ right_bits),
        _ => f64::NAN,
    }
}

/// Bytes of a text that are copied in one step.
const BYTES_A_STEP: usize = 32;

/// Pieces of one text that are kept apart.
const MAX_PIECES: usize = 256;
