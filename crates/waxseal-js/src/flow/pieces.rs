//! What stands in a recipient place: each mailbox, and each part that is not constant, with where it comes from.

use std::rc::Rc;

use oxc_ast::ast::{CallExpression, Expression, NewExpression, ObjectPropertyKind, PropertyKey};
use oxc_semantic::SymbolId;
use oxc_span::{GetSpan, Span};
use rustc_hash::FxHashSet;
use waxseal_model::{Mailbox, Origin, RecipientPlace};

use super::context::Context;
use super::index::{arguments, element, function_expression, member_of, statement_condition, symbol_of};
use super::names;
use super::text::{self, Segment};
use crate::fold::{Folded, Origins, Value};
use crate::module::{Binding, BindingSource, PathStep};

/// One mailbox or one part that is not constant.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) origin: Origin,
    /// What the origin was read from; empty for constants.
    pub(super) origins: Origins,
    pub(super) value: Option<String>,
    pub(super) mailbox: Option<Mailbox>,
    pub(super) hidden: bool,
    /// Where it is written.
    pub(super) source: Option<Span>,
    pub(super) condition: Option<Span>,
    /// Which arm of which choice it stands in: two pieces in different arms of one choice never meet.
    pub(super) choices: Vec<(u32, u8)>,
    /// The object that holds it names its place: `{ email, type: 'bcc' }`.
    pub(super) place: Option<RecipientPlace>,
}

impl Piece {
    /// Whether the package itself decided it.
    pub(super) fn is_own(&self) -> bool {
        matches!(self.origin, Origin::Constant | Origin::Default | Origin::Derived | Origin::Fetched | Origin::Shipped)
    }

    /// Whether both can stand in one message.
    pub(super) fn meets(&self, other: &Self) -> bool {
        !self.choices.iter().any(|(choice, arm)| other.choices.iter().any(|(it, at)| it == choice && at != arm))
    }
}

/// What a constant counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Only the mailboxes in it.
    Mailboxes,
    /// The whole text.
    Text,
}

/// Judges one value.
pub(super) fn judge<'a>(ctx: &Context<'_, '_, 'a>, expression: &'a Expression<'a>, wanted: Wanted) -> Vec<Piece> {
    let mut judge = Judge::new(ctx, wanted);
    judge.expression(expression, &Way::default());
    judge.pieces
}

/// Judges a value that was folded already.
pub(super) fn judge_folded(ctx: &Context<'_, '_, '_>, folded: &Folded, wanted: Wanted) -> Vec<Piece> {
    let mut judge = Judge::new(ctx, wanted);
    let way = Way { hidden: folded.hidden, source: folded.source, ..Way::default() };
    judge.value(&folded.value, &way);
    judge.pieces
}

/// Judges a text that was taken apart already.
pub(super) fn judge_text(ctx: &Context<'_, '_, '_>, segments: &[Segment]) -> Vec<Piece> {
    let mut judge = Judge::new(ctx, Wanted::Mailboxes);
    judge.segments(segments, &Way::default());
    judge.pieces
}

/// How the walk came to a value.
#[derive(Debug, Clone, Default)]
struct Way {
    /// It is used when the caller says nothing.
    default: bool,
    hidden: bool,
    source: Option<Span>,
    condition: Option<Span>,
    choices: Vec<(u32, u8)>,
    place: Option<RecipientPlace>,
    depth: u8,
}

impl Way {
    fn deeper(&self) -> Self {
        Self { depth: self.depth + 1, ..self.clone() }
    }

    fn arm(&self, choice: u32, arm: usize) -> Self {
        let mut way = self.deeper();
        way.choices.push((choice, u8::try_from(arm).unwrap_or(u8::MAX)));
        way
    }
}

struct Judge<'j, 'c, 'm, 'a> {
    ctx: &'j Context<'c, 'm, 'a>,
    wanted: Wanted,
    pieces: Vec<Piece>,
    symbols: FxHashSet<SymbolId>,
    choices: u32,
    fuel: u32,
}

impl<'j, 'c, 'm, 'a> Judge<'j, 'c, 'm, 'a> {
    fn new(ctx: &'j Context<'c, 'm, 'a>, wanted: Wanted) -> Self {
        Self { ctx, wanted, pieces: Vec::new(), symbols: FxHashSet::default(), choices: 0, fuel: FUEL }
    }

    fn choice(&mut self) -> u32 {
        self.choices += 1;
        self.choices
    }

    fn expression(&mut self, expression: &'a Expression<'a>, way: &Way) {
        if self.fuel == 0 || way.depth > MAX_DEPTH || self.pieces.len() >= MAX_PIECES {
            self.unknown(&Origins::of(Origins::DERIVED | Origins::OTHER), way);
            return;
        }
        self.fuel -= 1;
        let inner = expression.get_inner_expression();
        match inner {
            Expression::StringLiteral(literal) => {
                let way = Way { source: Some(literal.span), ..way.clone() };
                self.text(literal.value.as_str(), &way);
            }
            Expression::ArrayExpression(array) => {
                for item in array.elements.iter().filter_map(element) {
                    self.expression(item, &way.deeper());
                }
            }
            Expression::ObjectExpression(_) => self.object(inner, way),
            Expression::Identifier(_) => match symbol_of(self.ctx.module, inner) {
                Some(symbol) => self.symbol(symbol, expression, way),
                None => self.folded(expression, way),
            },
            Expression::ConditionalExpression(it) => {
                let choice = self.choice();
                for (arm, branch) in [&it.consequent, &it.alternate].into_iter().enumerate() {
                    let way = Way { condition: Some(it.test.span()), ..way.arm(choice, arm) };
                    self.expression(branch, &way);
                }
            }
            Expression::LogicalExpression(it) if it.operator.is_and() => {
                let way = Way { condition: Some(it.left.span()), ..way.deeper() };
                self.expression(&it.right, &way);
            }
            Expression::LogicalExpression(it) => {
                let choice = self.choice();
                self.expression(&it.left, &way.arm(choice, 0));
                self.expression(&it.right, &Way { default: true, ..way.arm(choice, 1) });
            }
            Expression::SequenceExpression(it) => {
                if let Some(last) = it.expressions.last() {
                    self.expression(last, &way.deeper());
                }
            }
            Expression::AssignmentExpression(it) => self.expression(&it.right, &way.deeper()),
            Expression::AwaitExpression(it) => self.expression(&it.argument, &way.deeper()),
            Expression::CallExpression(call) => self.call(call, expression, way),
            Expression::NewExpression(new) => self.new_object(new, expression, way),
            Expression::TemplateLiteral(_) | Expression::BinaryExpression(_) => self.composed(expression, way),
            Expression::StaticMemberExpression(_)
            | Expression::ComputedMemberExpression(_)
            | Expression::PrivateFieldExpression(_)
            | Expression::ChainExpression(_) => self.member(expression, way),
            _ => self.folded(expression, way),
        }
    }

    fn folded(&mut self, expression: &'a Expression<'a>, way: &Way) {
        let folded = self.ctx.folder.fold(expression);
        self.value(&folded.value, &with(&folded, way));
    }

    /// A template or a sum: as one text if it folds, else part by part.
    fn composed(&mut self, expression: &'a Expression<'a>, way: &Way) {
        let folded = self.ctx.folder.fold(expression);
        let before = self.pieces.len();
        self.value(&folded.value, &with(&folded, way));
        if self.pieces[before..].iter().any(|piece| piece.mailbox.is_some()) {
            self.note_conditions(expression, before);
            return;
        }
        let mut parts = Vec::new();
        super::index::parts(expression, &mut parts);
        for part in parts {
            if !matches!(part.get_inner_expression(), Expression::StringLiteral(_)) {
                self.expression(part, &way.deeper());
            }
        }
    }

    /// Finds the conditions inside of a text that mailboxes in it stand under.
    fn note_conditions(&mut self, expression: &'a Expression<'a>, from: usize) {
        let mut work = vec![expression];
        for _ in 0..MAX_PARTS {
            let Some(current) = work.pop() else { return };
            let (test, branches) = match current.get_inner_expression() {
                Expression::ConditionalExpression(it) => (it.test.span(), vec![&it.consequent, &it.alternate]),
                Expression::LogicalExpression(it) if it.operator.is_and() => (it.left.span(), vec![&it.right]),
                _ => {
                    super::index::parts(current, &mut work);
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
    fn member(&mut self, expression: &'a Expression<'a>, way: &Way) {
        let folded = self.ctx.folder.fold(expression);
        let before = self.pieces.len();
        self.value(&folded.value, &with(&folded, way));
        if self.pieces[before..].iter().any(|piece| piece.mailbox.is_some()) {
            return;
        }
        let Some(member) = member_of(expression) else { return };
        let is_this = matches!(member.object().get_inner_expression(), Expression::ThisExpression(_));
        if let Some(name) = member.static_property_name()
            && is_this
        {
            for value in self.ctx.written_on_this(expression.span(), name) {
                self.expression(value, &way.deeper());
            }
        }
    }

    fn symbol(&mut self, symbol: SymbolId, expression: &'a Expression<'a>, way: &Way) {
        if !self.symbols.insert(symbol) {
            return;
        }
        let ctx = self.ctx;
        let Some(note) = ctx.module.symbols.get(&symbol) else {
            self.folded(expression, way);
            return;
        };
        for binding in note.bindings.iter().take(MAX_BINDINGS) {
            let condition = way.condition.or_else(|| statement_condition(ctx.module, binding.function, binding.span));
            let way = Way { condition, ..way.deeper() };
            self.binding(symbol, binding, &way);
        }
        for write in note.property_writes.iter().take(MAX_BINDINGS) {
            let write = &ctx.module.property_writes[*write as usize];
            if let Some(value) = write.value
                && symbol_of(ctx.module, write.object) == Some(symbol)
            {
                let condition = way.condition.or_else(|| write.conditions.last().copied());
                self.expression(value, &Way { condition, ..way.deeper() });
            }
        }
        for mutation in note.mutations.iter().take(MAX_BINDINGS) {
            let call = &ctx.module.calls[*mutation as usize];
            let condition = way.condition.or_else(|| call.conditions.last().copied());
            if let Some(callee) = super::index::callee(call)
                && let Some(method) = member_of(callee).and_then(|it| it.static_property_name())
                && matches!(method, "push" | "unshift" | "add" | "splice" | "fill" | "assign" | "append")
            {
                for argument in arguments(call) {
                    if symbol_of(ctx.module, argument) != Some(symbol) {
                        self.expression(argument, &Way { condition, ..way.deeper() });
                    }
                }
            }
        }
        self.symbols.remove(&symbol);
    }

    fn binding(&mut self, symbol: SymbolId, binding: &Binding<'a>, way: &Way) {
        match binding.source {
            BindingSource::Parameter { .. } => self.parameter(symbol, binding, way),
            BindingSource::Expression { value, .. } if binding.path.is_empty() => self.expression(value, way),
            BindingSource::ElementOf(list) if binding.path.is_empty() => self.each(list, way),
            BindingSource::Uninitialised | BindingSource::Function(_) => {}
            _ => self.folded_symbol(symbol, binding, way),
        }
    }

    /// The items of a list one by one: they never meet in one message.
    fn each(&mut self, list: &'a Expression<'a>, way: &Way) {
        let Expression::ArrayExpression(array) = list.get_inner_expression() else {
            let before = self.pieces.len();
            let choice = self.choice();
            self.expression(list, way);
            for (arm, piece) in self.pieces[before..].iter_mut().enumerate() {
                piece.choices.push((choice, u8::try_from(arm).unwrap_or(u8::MAX)));
            }
            return;
        };
        let choice = self.choice();
        for (arm, item) in array.elements.iter().filter_map(element).enumerate() {
            self.expression(item, &way.arm(choice, arm));
        }
    }

    fn folded_symbol(&mut self, symbol: SymbolId, binding: &Binding<'a>, way: &Way) {
        let folded = self.ctx.folder.fold_symbol(symbol);
        match binding.default {
            Some(default) => {
                let choice = self.choice();
                let without_default = match &folded.value {
                    Value::OneOf(values) => values.iter().filter(|it| !it.is_constant()).cloned().collect(),
                    value if value.is_constant() => Vec::new(),
                    value => vec![value.clone()],
                };
                for value in &without_default {
                    self.value(value, &with(&folded, &way.arm(choice, 0)));
                }
                self.expression(default, &Way { default: true, ..way.arm(choice, 1) });
            }
            None => self.value(&folded.value, &with(&folded, way)),
        }
    }

    /// A parameter: its default, what the calls in this file hand in, and what others may.
    fn parameter(&mut self, symbol: SymbolId, binding: &Binding<'a>, way: &Way) {
        let BindingSource::Parameter { function, index, rest } = binding.source else { return };
        let choice = self.choice();
        if let Some(default) = binding.default {
            self.expression(default, &Way { default: true, ..way.arm(choice, 0) });
        }
        let ctx = self.ctx;
        let calls = ctx.index.callers.get(&function).map_or(&[][..], Vec::as_slice);
        let mut handed_in = 0;
        for (at, call) in calls.iter().take(MAX_CALLS).enumerate() {
            let call = &ctx.module.calls[*call as usize];
            let given = arguments(call);
            let given = if rest { given.get(usize::from(index)..).unwrap_or(&[]) } else {
                given.get(usize::from(index)..=usize::from(index)).unwrap_or(&[])
            };
            for value in given {
                handed_in += 1;
                let way = Way { condition: way.condition.or(call.conditions.last().copied()), ..way.arm(choice, at + 2) };
                self.along(value, &binding.path, &way);
            }
        }
        if index == 0
            && binding.path.is_empty()
            && let Some((call, 0)) = ctx.module.callbacks.get(&function)
            && let Some(member) = super::index::callee(&ctx.module.calls[*call as usize]).and_then(member_of)
            && let Some("map" | "forEach" | "flatMap" | "each") = member.static_property_name()
        {
            let before = self.pieces.len();
            self.each(member.object(), way);
            if self.pieces.len() > before {
                return;
            }
        }
        if handed_in == 0 || ctx.index.is_exported(function) || calls.len() > MAX_CALLS {
            let mut origins = ctx.folder.fold_symbol(symbol).value.origins();
            origins.add(&Origins::of(Origins::CALLER));
            self.unknown(&origins, &way.arm(choice, 1));
        }
    }

    /// The value at the end of a destructuring path.
    fn along(&mut self, value: &'a Expression<'a>, path: &[PathStep<'a>], way: &Way) {
        let Some((first, rest)) = path.split_first() else {
            self.expression(value, way);
            return;
        };
        if let (Expression::ObjectExpression(object), PathStep::Property(name)) = (value.get_inner_expression(), first) {
            for property in &object.properties {
                if let ObjectPropertyKind::ObjectProperty(property) = property
                    && property_name(self.ctx, &property.key).as_deref() == Some(*name)
                {
                    self.along(&property.value, rest, way);
                    return;
                }
            }
        }
        let mut folded = self.ctx.folder.fold(value);
        for step in path {
            if matches!(folded.value, Value::Unknown(_)) {
                break;
            }
            folded = match step {
                PathStep::Property(name) => self.ctx.folder.property(&folded.value, name),
                PathStep::Index(at) => self.ctx.folder.property(&folded.value, &at.to_string()),
                PathStep::Computed(_) | PathStep::Rest => Folded::plain(Value::Unknown(folded.value.origins())),
            };
        }
        self.value(&folded.value, &with(&folded, way));
    }

    /// A mailbox as an object: `{ email }`, `{ name, address }`, `{ EmailAddress: { Address } }`.
    fn object(&mut self, expression: &'a Expression<'a>, way: &Way) {
        let Expression::ObjectExpression(object) = expression else { return };
        let mut inside = way.deeper();
        for property in &object.properties {
            if let ObjectPropertyKind::ObjectProperty(property) = property
                && property_name(self.ctx, &property.key).is_some_and(|name| name.eq_ignore_ascii_case("type"))
                && let Value::String(kind) = self.ctx.folder.fold(&property.value).value
            {
                inside.place = names::header_place(&kind);
            }
        }
        for property in &object.properties {
            match property {
                ObjectPropertyKind::SpreadProperty(spread) => self.expression(&spread.argument, &inside),
                ObjectPropertyKind::ObjectProperty(property) => {
                    let Some(name) = property_name(self.ctx, &property.key) else { continue };
                    if is_default_key(&name) {
                        self.expression(&property.value, &Way { default: true, ..inside.clone() });
                    } else if is_mailbox_key(&name) {
                        self.expression(&property.value, &inside);
                    }
                }
            }
        }
    }

    fn call(&mut self, call: &'a CallExpression<'a>, expression: &'a Expression<'a>, way: &Way) {
        let ctx = self.ctx;
        let note = ctx.index.call_at(call.span);
        if let Some(function) = note.and_then(|note| ctx.index.callees.get(&note)) {
            let before = self.pieces.len();
            for returned in ctx.index.returns(ctx.module, *function).iter() {
                self.expression(returned, &way.deeper());
            }
            if self.pieces.len() > before {
                return;
            }
        }
        let folded = ctx.folder.fold(expression);
        let before = self.pieces.len();
        self.value(&folded.value, &with(&folded, way));
        if self.pieces[before..].iter().any(|piece| piece.mailbox.is_some()) || folded.value.is_constant() {
            return;
        }
        let member = member_of(&call.callee);
        let method = member.and_then(|it| it.static_property_name());
        match (member, method) {
            (Some(member), Some(method)) => {
                let kind = method_kind(method);
                if kind != Method::Opaque && kind != Method::Default {
                    self.expression(member.object(), &way.deeper());
                }
                match kind {
                    Method::Adds => call.arguments.iter().filter_map(|it| it.as_expression()).for_each(|it| {
                        self.expression(it, &way.deeper());
                    }),
                    Method::Default => {
                        self.expression(member.object(), &way.deeper());
                        for argument in call.arguments.iter().filter_map(|it| it.as_expression()) {
                            self.expression(argument, &Way { default: true, ..way.deeper() });
                        }
                    }
                    Method::Maps => {
                        let callback = call.arguments.first().and_then(|it| it.as_expression());
                        if let Some(function) = callback.and_then(|it| function_expression(ctx.module, it)) {
                            for returned in ctx.index.returns(ctx.module, function).iter() {
                                self.expression(returned, &way.deeper());
                            }
                        }
                    }
                    Method::Keeps | Method::Opaque => {}
                }
            }
            (None, None) if takes_lists(&call.callee) => {
                for argument in call.arguments.iter().filter_map(|it| it.as_expression()) {
                    self.expression(argument, &way.deeper());
                }
            }
            _ => {}
        }
    }

    /// `new Set([…])`, `new EmailAddress('x@y')`.
    fn new_object(&mut self, new: &'a NewExpression<'a>, expression: &'a Expression<'a>, way: &Way) {
        let before = self.pieces.len();
        for argument in new.arguments.iter().filter_map(|it| it.as_expression()) {
            self.expression(argument, &way.deeper());
        }
        if self.pieces.len() == before {
            self.folded(expression, way);
        }
    }

    fn value(&mut self, value: &Value, way: &Way) {
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
                    self.value(alternative, &Way { default, ..way.arm(choice, arm) });
                }
            }
            Value::Array(array) => array.items.iter().for_each(|item| self.value(item, &way.deeper())),
            Value::Object(object) => {
                for property in &object.properties {
                    let inside = way.deeper();
                    if is_mailbox_key(&property.name) || self.wanted == Wanted::Text {
                        self.value(&property.value.value, &with(&property.value, &inside));
                    } else if is_default_key(&property.name) {
                        self.value(&property.value.value, &with(&property.value, &Way { default: true, ..inside }));
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

    fn text(&mut self, text: &str, way: &Way) {
        let origin = if way.default { Origin::Default } else { Origin::Constant };
        match self.wanted {
            Wanted::Text => self.push(origin, Origins::default(), Some(text.to_owned()), None, way),
            Wanted::Mailboxes => {
                for mailbox in Mailbox::find_all(text, MAX_MAILBOXES) {
                    self.push(origin.clone(), Origins::default(), Some(mailbox.to_string()), Some(mailbox), way);
                }
            }
        }
    }

    /// A text with parts that are not constant.
    fn segments(&mut self, segments: &[Segment], way: &Way) {
        if self.wanted == Wanted::Text {
            let mut origins = Origins::default();
            segments.iter().for_each(|segment| origins.add(&segment.origins));
            for segment in segments.iter().filter(|it| it.optional && !it.text.trim().is_empty()) {
                self.push(Origin::Default, Origins::default(), Some(segment.text.clone()), None, way);
            }
            self.unknown(&origins, way);
            return;
        }
        let (line, starts) = text::line_of(segments);
        for (mailbox, at) in text::mailboxes(&line) {
            let optional = text::segment_at(&starts, at).is_some_and(|it| segments[it].optional);
            let origin = if way.default || optional { Origin::Default } else { Origin::Constant };
            match mailbox {
                Ok(mailbox) => {
                    self.push(origin, Origins::default(), Some(mailbox.to_string()), Some(mailbox), way);
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

    fn unknown(&mut self, origins: &Origins, way: &Way) {
        if let Some(origin) = origin_of(origins) {
            self.push(origin, origins.clone(), None, None, way);
        }
    }

    fn push(&mut self, origin: Origin, origins: Origins, value: Option<String>, mailbox: Option<Mailbox>, way: &Way) {
        let seen = self.pieces.iter_mut().find(|it| it.mailbox == mailbox && it.value == value && it.value.is_some());
        if let Some(seen) = seen {
            seen.choices.retain(|it| way.choices.contains(it));
            if seen.origin == Origin::Default {
                seen.origin = origin;
            }
            seen.hidden &= way.hidden;
            seen.source = seen.source.or(way.source);
            return;
        }
        // A mailbox that stands where it is written is not hidden by what is done to the rest of the text.
        let plain = way.source.zip(value.as_deref()).is_some_and(|(source, value)| {
            self.ctx.slice(source).contains(value.trim_start_matches('*'))
        });
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

/// What the folder could not say is looked up in the syntax: what a parameter goes into is the caller's, and a file counts as
/// shipped only if its path begins at the package's own folder.
pub(super) fn refined<'a>(ctx: &Context<'_, '_, 'a>, origin: Origin, expression: &'a Expression<'a>) -> Origin {
    if !matches!(origin, Origin::Unknown | Origin::Derived | Origin::Shipped) {
        return origin;
    }
    let mut work = vec![expression];
    let mut symbols: FxHashSet<SymbolId> = FxHashSet::default();
    let mut own_folder = false;
    for _ in 0..MAX_REFINED {
        let Some(current) = work.pop() else { break };
        match current.get_inner_expression() {
            Expression::ImportMeta(_) => own_folder = true,
            Expression::ThisExpression(_) => return Origin::Caller,
            inner @ Expression::Identifier(name) => match symbol_of(ctx.module, inner) {
                None => own_folder |= matches!(name.name.as_str(), "__dirname" | "__filename"),
                Some(symbol) => {
                    let note = ctx.module.symbols.get(&symbol).filter(|_| symbols.insert(symbol));
                    for binding in note.iter().flat_map(|note| note.bindings.iter().take(MAX_BINDINGS)) {
                        match binding.source {
                            BindingSource::Parameter { .. } => return Origin::Caller,
                            BindingSource::Expression { value, .. } | BindingSource::ElementOf(value) => work.push(value),
                            _ => {}
                        }
                    }
                }
            },
            _ => super::index::parts(current, &mut work),
        }
    }
    match origin {
        Origin::Shipped if !own_folder => Origin::Unknown,
        origin => origin,
    }
}

/// Whether a value only describes what a caller may give: `z.string().optional()`.
pub(super) fn is_schema(expression: &Expression<'_>) -> bool {
    let mut current = expression.get_inner_expression();
    let mut first = None;
    for _ in 0..MAX_BINDINGS {
        let Expression::CallExpression(call) = current else { break };
        let Some(member) = member_of(&call.callee) else { return false };
        first = member.static_property_name();
        current = member.object().get_inner_expression();
    }
    matches!(current, Expression::Identifier(_))
        && matches!(
            first,
            Some("string" | "array" | "email" | "union" | "object" | "enum" | "optional" | "any" | "record" | "lazy")
        )
}

/// Where something unknown comes from, in one word. What the caller or the network had a hand in is theirs.
pub(super) fn origin_of(origins: &Origins) -> Option<Origin> {
    if origins.is_empty() {
        return None;
    }
    Some(if origins.has(Origins::CALLER) {
        Origin::Caller
    } else if origins.has(Origins::FETCHED) {
        Origin::Fetched
    } else if origins.has(Origins::CONFIGURED) {
        Origin::Configured(origins.names.iter().map(|it| &**it).collect::<Vec<_>>().join(", "))
    } else if origins.has(Origins::IMPORTED | Origins::FOREIGN | Origins::OTHER) {
        Origin::Unknown
    } else if origins.has(Origins::FILE) {
        Origin::Shipped
    } else if origins.has(Origins::DERIVED) {
        Origin::Derived
    } else {
        Origin::Unknown
    })
}

/// A property's name, computed or not.
pub(super) fn property_name<'a>(ctx: &Context<'_, '_, 'a>, key: &'a PropertyKey<'a>) -> Option<Rc<str>> {
    match key {
        PropertyKey::StaticIdentifier(name) => Some(name.name.as_str().into()),
        PropertyKey::StringLiteral(literal) => Some(literal.value.as_str().into()),
        PropertyKey::PrivateIdentifier(_) | PropertyKey::NumericLiteral(_) => None,
        key => match ctx.folder.fold(key.as_expression()?).value {
            Value::String(name) => Some(name),
            _ => None,
        },
    }
}

fn with(folded: &Folded, way: &Way) -> Way {
    let mut way = way.deeper();
    way.hidden |= folded.hidden;
    way.source = folded.source.or(way.source);
    way
}

/// What a method does with what it is called on and given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    /// Its result holds the receiver's parts: `trim`, `split`, `filter`.
    Keeps,
    /// And those of its arguments: `concat`.
    Adds,
    /// And what its callback returns.
    Maps,
    /// Its argument is used when nothing is given: a schema's `default`.
    Default,
    /// Nothing can be said.
    Opaque,
}

fn method_kind(method: &str) -> Method {
    match method {
        "trim" | "toLowerCase" | "toString" | "split" | "slice" | "reverse" | "sort" | "flat" | "filter" | "join" | "values"
        | "keys" | "optional" | "nullable" | "toArray" | "value" => Method::Keeps,
        "concat" | "push" | "append" | "prepend" | "union" | "uniq" | "compact" | "castArray" | "flatten" | "merge" | "from"
        | "of" | "assign" | "add" | "unshift" | "reduce" | "resolve" => Method::Adds,
        "map" | "flatMap" => Method::Maps,
        "default" | "catch" | "prefault" | "literal" => Method::Default,
        _ => Method::Opaque,
    }
}

/// Whether a plain function by this name can be taken to hand back what it is given.
fn takes_lists(callee: &Expression<'_>) -> bool {
    let Expression::Identifier(name) = callee.get_inner_expression() else { return false };
    let lower = name.name.as_str().to_ascii_lowercase();
    !["env", "get", "config", "describe", "valid", "assert", "is", "has", "find", "lookup", "require", "read", "t", "fetch"]
        .iter()
        .any(|word| lower == *word || (word.len() > 3 && lower.contains(word)) || (word.len() > 1 && lower.starts_with(word)))
}

fn is_mailbox_key(name: &str) -> bool {
    ["email", "address", "emailaddress", "email_address", "mail", "mailbox", "value", "addr", "emails"]
        .iter()
        .any(|key| name.eq_ignore_ascii_case(key))
}

fn is_default_key(name: &str) -> bool {
    name == "default"
}


/// Steps of one judgement.
const FUEL: u32 = 600;
/// Nesting of one judgement: it bounds the stack.
const MAX_DEPTH: u8 = 48;
/// Parts of one value that are kept.
const MAX_PIECES: usize = 32;
/// Parts of one text that are looked at for conditions.
const MAX_PARTS: usize = 64;
/// Expressions looked at to say where one value comes from.
const MAX_REFINED: usize = 80;
/// Mailboxes read from one constant.
const MAX_MAILBOXES: usize = 16;
/// Assignments of one symbol that are followed.
const MAX_BINDINGS: usize = 16;
/// Calls of one function that are followed.
const MAX_CALLS: usize = 12;
