//! Values that were folded already, taken apart into pieces.

use super::super::index::member_of;
use super::super::text::{self, Segment};
use super::literals::{handed_in, values_at};
use super::origin::origin_of;
use super::{Judge, MAX_DEPTH, MAX_PIECES, Piece, Wanted, Way, is_default_key, is_mailbox_key, with};
use crate::fold::{Origins, Value};
use oxc_ast::ast::Expression;
use oxc_span::GetSpan;
use waxseal_model::{Mailbox, Origin};

impl<'j, 'c, 'm, 'a> Judge<'j, 'c, 'm, 'a> {
    pub(super) fn folded(&mut self, expression: &'a Expression<'a>, way: &Way) {
        let folded = self.ctx.folder.fold(expression);
        self.value(&folded.value, &with(&folded, way));
    }

    /// A template or a sum: as one text if it folds, else part by part.
    pub(super) fn composed(&mut self, expression: &'a Expression<'a>, way: &Way) {
        let folded = self.ctx.folder.fold(expression);
        let before = self.pieces.len();
        self.value(&folded.value, &with(&folded, way));
        if self.pieces[before..].iter().any(|piece| piece.mailbox.is_some()) {
            self.note_conditions(expression, before);
            return;
        }
        let mut parts = Vec::new();
        super::super::index::parts(expression, &mut parts);
        for part in parts {
            if !matches!(part.get_inner_expression(), Expression::StringLiteral(_)) {
                self.expression(part, &way.deeper());
            }
        }
    }

    /// Finds the conditions inside of a text that mailboxes in it stand under.
    pub(super) fn note_conditions(&mut self, expression: &'a Expression<'a>, from: usize) {
        let mut work = vec![expression];
        for _ in 0..MAX_PARTS {
            let Some(current) = work.pop() else { return };
            let (test, branches) = match current.get_inner_expression() {
                Expression::ConditionalExpression(it) => (it.test.span(), vec![&it.consequent, &it.alternate]),
                Expression::LogicalExpression(it) if it.operator.is_and() => (it.left.span(), vec![&it.right]),
                _ => {
                    super::super::index::parts(current, &mut work);
                    continue;
                }
            };
            for branch in branches {
                let text = self.ctx.folder.fold(branch).value.constant_pieces().concat();
                for piece in &mut self.pieces[from..] {
                    if piece.condition.is_none() && piece.value.as_deref().is_some_and(|value| text.contains(value)) {
                        piece.condition = Some(test);
                    }
                }
            }
        }
    }

    /// `config.bcc`, `this.copy`, `list[0]`: what it folds to, or else what was written there in this file.
    pub(super) fn member(&mut self, expression: &'a Expression<'a>, way: &Way) {
        let folded = self.ctx.folder.fold(expression);
        let before = self.pieces.len();
        self.value(&folded.value, &with(&folded, way));
        if self.pieces[before..].iter().any(|piece| piece.mailbox.is_some()) {
            return;
        }
        let Some(member) = member_of(expression) else { return };
        let Some(name) = member.static_property_name() else {
            return;
        };
        let values = match member.object().get_inner_expression() {
            Expression::ThisExpression(_) => self.ctx.written_on_this(expression.span(), name),
            _ => values_at(self.ctx, member.object(), name),
        };
        let configured = handed_in(self.ctx, member.object()).into_iter().find_map(|given| {
            let object = self.ctx.folder.fold(given);
            let property = self.ctx.folder.property(&object.value, name);
            let origins = property.value.origins();
            (origins.has(Origins::CONFIGURED) && !origins.has(Origins::CALLER)).then_some(property)
        });
        if let (Some(property), true) = (configured, values.is_empty()) {
            // `env.MAIL_TO`, where the function is handed `process.env`.
            self.pieces.truncate(before);
            self.value(&property.value, &with(&property, way));
        }
        if !values.is_empty() {
            // What was written there says more than that a caller had a hand in it.
            self.pieces.truncate(before);
        }
        for value in values {
            self.expression(value, &way.deeper());
        }
    }

    pub(super) fn value(&mut self, value: &Value, way: &Way) {
        if way.depth > MAX_DEPTH || self.pieces.len() >= MAX_PIECES {
            return;
        }
        match value {
            Value::String(text) => self.text(text, way),
            Value::Bytes(bytes) => self.text(&String::from_utf8_lossy(bytes), way),
            Value::Concat(_) => self.segments(&text::flatten(value), way),
            Value::OneOf(alternatives) => {
                let choice = self.choice();
                let optional = alternatives.iter().any(|it| {
                    it.origins().has(Origins::CALLER | Origins::CONFIGURED) && it.constant_pieces().is_empty()
                });
                for (arm, alternative) in alternatives.iter().enumerate() {
                    let default = way.default || (optional && alternative.is_constant());
                    self.value(
                        alternative,
                        &Way {
                            default,
                            ..way.arm(choice, arm)
                        },
                    );
                }
            }
            Value::Array(array) => array.items.iter().for_each(|item| self.value(item, &way.deeper())),
            Value::Object(object) => {
                for property in &object.properties {
                    let inside = way.deeper();
                    if is_mailbox_key(&property.name) || self.wanted == Wanted::Text {
                        self.value(&property.value.value, &with(&property.value, &inside));
                    } else if is_default_key(&property.name) {
                        self.value(
                            &property.value.value,
                            &with(
                                &property.value,
                                &Way {
                                    default: true,
                                    ..inside
                                },
                            ),
                        );
                    }
                }
                if !object.rest.is_empty() {
                    self.unknown(&object.rest, way);
                }
            }
            Value::Unknown(origins) => self.unknown(origins, way),
            Value::Api(api) => self.unknown(&api.origins, way),
            Value::Undefined
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::RegExp { .. }
            | Value::Function(_) => {}
        }
    }

    pub(super) fn text(&mut self, text: &str, way: &Way) {
        let origin = if way.default { Origin::Default } else { Origin::Constant };
        match self.wanted {
            Wanted::Text => self.push(origin, Origins::default(), Some(text.to_owned()), None, way),
            Wanted::Mailboxes => {
                for mailbox in Mailbox::find_all(text, MAX_MAILBOXES) {
                    self.push(
                        origin.clone(),
                        Origins::default(),
                        Some(mailbox.to_string()),
                        Some(mailbox),
                        way,
                    );
                }
            }
        }
    }

    /// A text with parts that are not constant.
    pub(super) fn segments(&mut self, segments: &[Segment], way: &Way) {
        if self.wanted == Wanted::Text {
            let mut origins = Origins::default();
            segments.iter().for_each(|segment| origins.add(&segment.origins));
            for segment in segments.iter().filter(|it| it.optional && !it.text.trim().is_empty()) {
                self.push(
                    Origin::Default,
                    Origins::default(),
                    Some(segment.text.clone()),
                    None,
                    way,
                );
            }
            self.unknown(&origins, way);
            return;
        }
        let (line, starts) = text::line_of(segments);
        for (mailbox, at) in text::mailboxes(&line) {
            let optional = text::segment_at(&starts, at).is_some_and(|it| segments[it].optional);
            let origin = if way.default || optional {
                Origin::Default
            } else {
                Origin::Constant
            };
            match mailbox {
                Ok(mailbox) => {
                    self.push(
                        origin,
                        Origins::default(),
                        Some(mailbox.to_string()),
                        Some(mailbox),
                        way,
                    );
                }
                Err(pattern) => self.push(origin, Origins::default(), Some(pattern), None, way),
            }
        }
        for segment in segments {
            if !segment.origins.is_empty() {
                self.unknown(&segment.origins, way);
            }
        }
    }

    pub(super) fn unknown(&mut self, origins: &Origins, way: &Way) {
        if let Some(origin) = origin_of(origins) {
            self.push(origin, origins.clone(), None, None, way);
        }
    }

    pub(super) fn push(
        &mut self,
        origin: Origin,
        origins: Origins,
        value: Option<String>,
        mailbox: Option<Mailbox>,
        way: &Way,
    ) {
        let seen = self
            .pieces
            .iter_mut()
            .find(|it| it.mailbox == mailbox && it.value == value && it.value.is_some());
        if let Some(seen) = seen {
            seen.choices.retain(|it| way.choices.contains(it));
            if seen.origin == Origin::Default {
                seen.origin = origin;
            }
            seen.hidden &= way.hidden;
            seen.source = seen.source.or(way.source);
            return;
        }
        // One piece more than is looked at says that there were more; a list of thousands costs no more than that.
        if self.pieces.len() > MAX_PIECES {
            return;
        }
        // A mailbox that stands where it is written is not hidden by what is done to the rest of the text.
        let plain = way
            .source
            .zip(value.as_deref())
            .is_some_and(|(source, value)| self.ctx.slice(source).contains(value.trim_start_matches('*')));
        self.pieces.push(Piece {
            origin,
            origins,
            value,
            mailbox,
            hidden: way.hidden && !plain,
            source: way.source,
            condition: way.condition,
            choices: way.choices.clone(),
            place: way.place.clone(),
        });
    }
}

/// Parts of one text that are looked at for conditions.
const MAX_PARTS: usize = 64;
/// Mailboxes read from one constant.
const MAX_MAILBOXES: usize = 16;
