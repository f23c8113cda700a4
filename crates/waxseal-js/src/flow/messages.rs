//! Every object, builder or text of a file that could be a message, with its fields, and what is copied into what.

use oxc_ast::ast::{Expression, MemberExpression, ObjectExpression, ObjectPropertyKind, PropertyKind};
use oxc_semantic::SymbolId;
use oxc_span::{GetSpan, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use waxseal_model::{FieldPlace, RecipientPlace};

use super::context::Context;
use super::index::{self, arguments, callee, element, function_expression, member_of, symbol_of};
use super::names::{self, Role};
use super::pieces::property_name;
use super::text::{self, Segment, TextField};
use crate::fold::{Folded, Origins, Value};
use crate::module::{BindingSource, CallNote, FunctionIdx, FunctionNode, PropertyKeyNote};

/// What a message is known by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// An object literal, by where it starts.
    Literal(u32),
    Symbol(SymbolId),
    /// `Object.assign(…)` or a builder that no name holds, by its span.
    Call(Span),
    /// Instances of a class.
    Class(FunctionIdx),
    Text(Span),
    /// A member of something that is not a name: the text that names it.
    Path(String),
}

/// The value of a field.
#[derive(Debug, Clone)]
pub(super) enum FieldValue<'a> {
    Expression(&'a Expression<'a>),
    Folded(Folded),
    Text(Vec<Segment>),
}

/// One field of a message.
#[derive(Debug, Clone)]
pub(super) struct Field<'a> {
    pub(super) role: Role,
    pub(super) name: String,
    pub(super) value: FieldValue<'a>,
    pub(super) span: Span,
    pub(super) function: FunctionIdx,
    /// Its name was hidden.
    pub(super) hidden: bool,
    /// The innermost condition around the place, as far as notes say.
    pub(super) condition: Option<Span>,
}

/// One possible message.
#[derive(Debug)]
pub(super) struct Message<'a> {
    pub(super) key: Key,
    pub(super) function: FunctionIdx,
    pub(super) fields: Vec<Field<'a>>,
    /// What is copied into it.
    pub(super) includes: Vec<usize>,
    /// Objects that a field of it holds.
    pub(super) parts: Vec<usize>,
    /// The message it is a version of.
    pub(super) parent: Option<usize>,
    /// Origins of what is copied into it and not known.
    pub(super) rest: Origins,
    /// The object came from a caller.
    pub(super) foreign: bool,
    /// It is only used when the caller gives none.
    pub(super) is_default: bool,
    /// The send it reaches.
    pub(super) sent: Option<usize>,
    /// The provider of that send, by its position in the table of sinks.
    pub(super) sink: Option<usize>,
    /// It is one constant header line, that may be put into a text elsewhere.
    pub(super) is_fragment: bool,
    /// It is an SMTP command.
    pub(super) is_smtp: bool,
}

/// All possible messages of a file.
pub(super) struct Messages<'a> {
    pub(super) all: Vec<Message<'a>>,
    by_key: FxHashMap<Key, usize>,
    /// Which message the literals nested in another belong to.
    owners: FxHashMap<u32, usize>,
    parents: FxHashMap<u32, usize>,
    /// A limit was hit.
    pub(super) truncated: bool,
}

impl<'a> Messages<'a> {
    pub(super) fn gather(ctx: &Context<'_, '_, 'a>) -> Self {
        let mut messages = Self {
            all: Vec::new(),
            by_key: FxHashMap::default(),
            owners: FxHashMap::default(),
            parents: FxHashMap::default(),
            truncated: false,
        };
        messages.literals(ctx);
        messages.writes(ctx);
        messages.calls(ctx);
        messages.classes(ctx);
        messages.texts(ctx);
        messages.truncated |= messages.all.len() >= MAX_MESSAGES;
        messages
    }

    /// The message a key stands for, if it is one.
    pub(super) fn find(&self, key: &Key) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// The message an object literal is, or belongs to.
    pub(super) fn of_literal(&self, start: u32) -> Option<usize> {
        self.owners.get(&start).copied().or_else(|| self.find(&Key::Literal(start)))
    }

    /// A message with everything that is copied into it, itself first, at most [`MAX_MEMBERS`].
    pub(super) fn copied(&self, message: usize) -> Vec<usize> {
        self.reachable(message, |_| &[])
    }

    /// A message with everything that is copied into it or held by a field of it, itself first, at most [`MAX_MEMBERS`].
    pub(super) fn members(&self, message: usize) -> Vec<usize> {
        self.reachable(message, |it| &it.parts)
    }

    fn reachable(&self, message: usize, also: for<'x> fn(&'x Message<'a>) -> &'x [usize]) -> Vec<usize> {
        let mut seen = vec![message];
        let mut at = 0;
        while let Some(current) = seen.get(at).copied() {
            at += 1;
            for included in self.all[current].includes.iter().chain(also(&self.all[current])) {
                if seen.len() < MAX_MEMBERS && !seen.contains(included) {
                    seen.push(*included);
                }
            }
        }
        seen
    }

    /// A message whose fields are the arguments of a call.
    pub(super) fn positional(&mut self, call: &CallNote<'a>, places: &[(usize, FieldPlace)]) -> usize {
        let message = self.add(Key::Call(call.span), call.function);
        let place = Place { function: call.function, condition: call.conditions.last().copied() };
        let given = arguments(call);
        for (position, value) in given.iter().enumerate() {
            if !places.iter().any(|it| it.0 == position) {
                let at = At { span: value.span(), name: "content", hidden: false, place };
                self.field(message, Role::Content { distinct: false }, FieldValue::Expression(value), at);
            }
        }
        for (position, recipient) in places {
            if let Some(value) = given.get(*position) {
                let recipient = recipient.place();
                let at = At { span: value.span(), name: &recipient.to_string(), hidden: false, place };
                self.field(message, Role::Recipient(recipient), FieldValue::Expression(value), at);
            }
        }
        message
    }

    fn add(&mut self, key: Key, function: FunctionIdx) -> usize {
        if let Some(known) = self.find(&key) {
            return known;
        }
        let idx = self.all.len();
        self.by_key.insert(key.clone(), idx);
        self.all.push(Message {
            key,
            function,
            fields: Vec::new(),
            includes: Vec::new(),
            parts: Vec::new(),
            parent: None,
            rest: Origins::default(),
            foreign: false,
            is_default: false,
            sent: None,
            sink: None,
            is_smtp: false,
            is_fragment: false,
        });
        idx
    }

    /// Notes that one message is copied into another.
    pub(super) fn include(&mut self, message: usize, other: usize) {
        let includes = &self.all[message].includes;
        if message != other && includes.len() < MAX_MEMBERS && !includes.contains(&other) {
            self.all[message].includes.push(other);
        }
    }

    fn literals(&mut self, ctx: &Context<'_, '_, 'a>) {
        let mut order: Vec<usize> = (0..ctx.module.objects.len()).collect();
        order.sort_by_key(|idx| {
            let span = ctx.module.objects[*idx].node.span;
            (span.start, std::cmp::Reverse(span.end))
        });
        for idx in order {
            let note = &ctx.module.objects[idx];
            if self.all.len() < MAX_MESSAGES
                && !self.owners.contains_key(&note.node.span.start)
                && is_candidate(note.node)
            {
                let message = self.add(Key::Literal(note.node.span.start), note.function);
                self.all[message].parent = self.parents.get(&note.node.span.start).copied();
                let place = Place { function: note.function, condition: note.conditions.last().copied() };
                self.literal(ctx, message, note.node, place, 0);
            }
        }
    }

    fn literal(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        message: usize,
        object: &'a ObjectExpression<'a>,
        place: Place,
        depth: u8,
    ) {
        if depth > MAX_DEPTH {
            return;
        }
        if depth > 0 {
            self.owners.insert(object.span.start, message);
        }
        for property in &object.properties {
            match property {
                ObjectPropertyKind::SpreadProperty(spread) => {
                    self.absorb(ctx, message, &spread.argument, place, depth + 1);
                }
                ObjectPropertyKind::ObjectProperty(property) => {
                    let Some(name) = property_name(ctx, &property.key) else {
                        continue;
                    };
                    let Some(role) = names::role(&name) else { continue };
                    let at = At { span: property.span, name: &name, hidden: is_hidden_key(property), place };
                    if property.kind == PropertyKind::Get {
                        if let Some(function) = function_expression(ctx.module, &property.value) {
                            for value in ctx.index.returns(ctx.module, function).iter() {
                                self.field(message, role.clone(), FieldValue::Expression(value), at);
                            }
                        }
                    } else if function_expression(ctx.module, &property.value).is_none() {
                        self.property(ctx, message, role, &property.value, at, depth);
                    }
                }
            }
        }
    }

    fn property(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        message: usize,
        role: Role,
        value: &'a Expression<'a>,
        at: At<'_>,
        depth: u8,
    ) {
        let inner = peel(value);
        match role {
            Role::Recipient(_) => match inner {
                Expression::ObjectExpression(object) if holds_recipients(object) => {
                    self.literal(ctx, message, object, at.place, depth + 1);
                }
                _ => {
                    self.claim(message, inner);
                    self.field(message, role, FieldValue::Expression(value), at);
                }
            },
            Role::Headers => self.headers(ctx, message, inner, at.place, depth + 1),
            Role::Container | Role::Content { .. } => {
                match inner {
                    Expression::ObjectExpression(object) => {
                        let before = self.all[message].fields.len();
                        self.literal(ctx, message, object, at.place, depth + 1);
                        if at.name.eq_ignore_ascii_case("envelope") {
                            self.all[message].fields[before..].iter_mut().for_each(put_in_envelope);
                        }
                    }
                    Expression::Identifier(_) if role == Role::Container => {
                        if let Some(symbol) = symbol_of(ctx.module, inner) {
                            let part = self.symbol(ctx, symbol, at.place.function, depth + 1);
                            if self.all[message].parts.len() < MAX_MEMBERS {
                                self.all[message].parts.push(part);
                            }
                        }
                    }
                    _ => {}
                }
                self.field(message, role, FieldValue::Expression(value), at);
            }
            Role::Batch => {
                let versions = at.name.eq_ignore_ascii_case("personalizations");
                if let Expression::ArrayExpression(array) = inner {
                    for item in array.elements.iter().filter_map(element) {
                        if let Expression::ObjectExpression(object) = item.get_inner_expression() {
                            if versions {
                                self.literal(ctx, message, object, at.place, depth + 1);
                            } else {
                                self.parents.insert(object.span.start, message);
                            }
                        }
                    }
                } else if let Expression::Identifier(_) = inner
                    && versions
                {
                    self.absorb(ctx, message, inner, at.place, depth + 1);
                }
            }
            Role::Raw => {
                if let Expression::ObjectExpression(object) = inner {
                    self.literal(ctx, message, object, at.place, depth + 1);
                }
                self.field(message, role, FieldValue::Expression(value), at);
            }
            Role::Sender => self.field(message, role, FieldValue::Expression(value), at),
        }
    }

    /// Header fields: an object, a list of `{ name, value }`, a list of pairs.
    fn headers(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        message: usize,
        value: &'a Expression<'a>,
        place: Place,
        depth: u8,
    ) {
        match value {
            Expression::ObjectExpression(object) => self.literal(ctx, message, object, place, depth),
            Expression::ArrayExpression(array) => {
                for item in array.elements.iter().filter_map(element) {
                    self.header_item(ctx, message, item.get_inner_expression(), place);
                }
            }
            _ => self.absorb(ctx, message, value, place, depth),
        }
    }

    fn header_item(&mut self, ctx: &Context<'_, '_, 'a>, message: usize, item: &'a Expression<'a>, place: Place) {
        let pair = match item {
            Expression::ObjectExpression(object) => {
                self.owners.insert(object.span.start, message);
                let find = |wanted: &[&str]| {
                    object.properties.iter().find_map(|property| match property {
                        ObjectPropertyKind::ObjectProperty(property) => property_name(ctx, &property.key)
                            .filter(|name| wanted.iter().any(|it| name.eq_ignore_ascii_case(it)))
                            .map(|_| &property.value),
                        ObjectPropertyKind::SpreadProperty(_) => None,
                    })
                };
                find(&["name", "key", "header", "field"]).zip(find(&["value", "content"]))
            }
            Expression::ArrayExpression(array) => {
                let mut items = array.elements.iter().filter_map(element);
                items.next().zip(items.next())
            }
            _ => None,
        };
        if let Some((name, value)) = pair
            && let folded = ctx.folder.fold(name)
            && let Value::String(text) = &folded.value
            && let Some(recipient) = names::header_place(text)
        {
            let at = At { span: item.span(), name: text, hidden: folded.hidden, place };
            self.field(message, Role::Recipient(recipient), FieldValue::Expression(value), at);
        }
    }

    /// Notes that everything of `value` is copied into a message.
    fn absorb(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        message: usize,
        value: &'a Expression<'a>,
        place: Place,
        depth: u8,
    ) {
        if depth > MAX_DEPTH {
            return;
        }
        match peel(value) {
            Expression::ObjectExpression(object) => self.literal(ctx, message, object, place, depth + 1),
            Expression::ConditionalExpression(it) => {
                let inside = Place { condition: Some(it.test.span()), ..place };
                self.absorb(ctx, message, &it.consequent, inside, depth + 1);
                self.absorb(ctx, message, &it.alternate, inside, depth + 1);
            }
            Expression::LogicalExpression(it) => {
                let inside = Place { condition: Some(it.left.span()), ..place };
                if !it.operator.is_and() {
                    self.absorb(ctx, message, &it.left, place, depth + 1);
                }
                self.absorb(ctx, message, &it.right, inside, depth + 1);
            }
            Expression::AwaitExpression(it) => self.absorb(ctx, message, &it.argument, place, depth + 1),
            Expression::ArrayExpression(array) => {
                for item in array.elements.iter().filter_map(element) {
                    if !self.pair(ctx, message, item, place, depth) {
                        self.absorb(ctx, message, item, place, depth + 1);
                    }
                }
            }
            inner @ Expression::Identifier(_) => match symbol_of(ctx.module, inner) {
                Some(symbol) => {
                    let other = self.symbol(ctx, symbol, place.function, depth + 1);
                    self.include(message, other);
                    let mut origins = ctx.folder.fold(inner).value.origins();
                    if self.all[other].foreign {
                        origins.add(&Origins::of(Origins::CALLER));
                    }
                    self.all[message].rest.add(&origins);
                }
                None => self.all[message].rest.add(&Origins::of(Origins::OTHER)),
            },
            Expression::CallExpression(call) => {
                let called = ctx.index.call_at(call.span).and_then(|note| ctx.index.callees.get(&note).copied());
                if let Some(function) = called {
                    for returned in ctx.index.returns(ctx.module, function).iter() {
                        if let Expression::ObjectExpression(object) = returned.get_inner_expression() {
                            let other = self.add(Key::Literal(object.span.start), function);
                            self.include(message, other);
                        }
                    }
                }
                self.absorb_folded(ctx, message, value, place);
            }
            Expression::ThisExpression(_) => {
                if let Some(class) = class_around(ctx, place.function) {
                    let other = self.add(Key::Class(class), class);
                    self.include(message, other);
                }
            }
            other => self.absorb_folded(ctx, message, other, place),
        }
    }

    /// `['bcc', value]`
    fn pair(&mut self, ctx: &Context<'_, '_, 'a>, message: usize, item: &'a Expression<'a>, place: Place, depth: u8) -> bool {
        let Expression::ArrayExpression(array) = item.get_inner_expression() else { return false };
        let mut items = array.elements.iter().filter_map(element);
        let (Some(name), Some(value), None) = (items.next(), items.next(), items.next()) else { return false };
        let folded = ctx.folder.fold(name);
        let Value::String(text) = &folded.value else { return false };
        if let Some(role) = names::role(text) {
            let at = At { span: item.span(), name: text, hidden: folded.hidden, place };
            self.property(ctx, message, role, value, at, depth + 1);
        }
        true
    }

    fn absorb_folded(&mut self, ctx: &Context<'_, '_, 'a>, message: usize, value: &'a Expression<'a>, place: Place) {
        match ctx.folder.fold(value).value {
            Value::Object(object) => {
                for property in object.properties.iter().take(MAX_FIELDS) {
                    if let Some(role) = names::role(&property.name) {
                        let at = At { span: value.span(), name: &property.name, hidden: property.value.hidden, place };
                        self.field(message, role, FieldValue::Folded(property.value.clone()), at);
                    }
                }
                self.all[message].rest.add(&object.rest);
            }
            other => {
                let origins = other.origins();
                self.all[message].rest.add(&origins);
            }
        }
    }

    /// The message that a name stands for.
    fn symbol(&mut self, ctx: &Context<'_, '_, 'a>, symbol: SymbolId, function: FunctionIdx, depth: u8) -> usize {
        let key = Key::Symbol(symbol);
        if let Some(known) = self.find(&key) {
            return known;
        }
        let message = self.add(key, function);
        let Some(note) = ctx.module.symbols.get(&symbol) else { return message };
        for binding in note.bindings.iter().take(MAX_BINDINGS) {
            let place = Place { function: binding.function, condition: None };
            match binding.source {
                BindingSource::Parameter { function, index, .. } => {
                    let calls = ctx.index.callers.get(&function).map_or(&[][..], Vec::as_slice);
                    if calls.is_empty() || ctx.index.is_exported(function) {
                        self.all[message].foreign = true;
                    }
                    if let (Some(default), true) = (binding.default, binding.path.is_empty()) {
                        let Expression::ObjectExpression(object) = default.get_inner_expression() else { continue };
                        let other = self.add(Key::Literal(object.span.start), place.function);
                        self.all[other].is_default = true;
                        self.include(message, other);
                    }
                    if binding.path.is_empty() {
                        for call in calls.iter().take(MAX_BINDINGS) {
                            let given = arguments(&ctx.module.calls[*call as usize]);
                            if let Some(value) = given.get(usize::from(index)) {
                                self.absorb(ctx, message, value, place, depth + 1);
                            }
                        }
                    }
                }
                BindingSource::Expression { value, .. } => {
                    if binding.path.is_empty() {
                        self.bound(ctx, message, value, place, depth);
                    } else if ctx.folder.fold_symbol(symbol).value.origins().has(Origins::CALLER) {
                        self.all[message].foreign = true;
                    }
                }
                BindingSource::ElementOf(list) => {
                    if ctx.folder.fold(list).value.origins().has(Origins::CALLER | Origins::FOREIGN) {
                        self.all[message].foreign = true;
                    }
                    self.absorb(ctx, message, list, place, depth + 1);
                }
                _ => {}
            }
        }
        message
    }

    /// A name is given a value: the same object, not a copy.
    fn bound(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        message: usize,
        value: &'a Expression<'a>,
        place: Place,
        depth: u8,
    ) {
        match peel(value) {
            Expression::ObjectExpression(object) => {
                if let Some(other) = self.of_literal(object.span.start) {
                    self.include(message, other);
                } else {
                    let other = self.add(Key::Literal(object.span.start), place.function);
                    self.include(message, other);
                }
            }
            Expression::NewExpression(new) => {
                let class = symbol_of(ctx.module, &new.callee)
                    .and_then(|symbol| index::function_of_symbol(ctx.module, symbol));
                if let Some(class) = class {
                    let other = self.add(Key::Class(class), class);
                    self.include(message, other);
                }
                for argument in new.arguments.iter().filter_map(|it| it.as_expression()) {
                    if matches!(argument.get_inner_expression(), Expression::ObjectExpression(_)) {
                        self.bound(ctx, message, argument, place, depth + 1);
                    }
                }
            }
            Expression::ThisExpression(_) => {}
            other => {
                self.absorb(ctx, message, other, place, depth + 1);
                let rest = &self.all[message].rest;
                if rest.has(Origins::CALLER) && self.all[message].fields.is_empty() {
                    self.all[message].foreign = true;
                }
            }
        }
    }

    fn writes(&mut self, ctx: &Context<'_, '_, 'a>) {
        for write in &ctx.module.property_writes {
            let Some(value) = write.value else { continue };
            let (name, hidden) = match write.key {
                PropertyKeyNote::Name(name) => (name.into(), false),
                PropertyKeyNote::Computed(key) => {
                    let folded = ctx.folder.fold(key);
                    match folded.value {
                        Value::String(name) => (name, folded.hidden),
                        _ => continue,
                    }
                }
            };
            let Some(role) = names::role(&name) else { continue };
            if function_expression(ctx.module, value).is_some() || self.all.len() >= MAX_MESSAGES {
                continue;
            }
            let place = Place { function: write.function, condition: write.conditions.last().copied() };
            let Some(message) = self.base(ctx, write.object, place) else { continue };
            let before = self.all[message].fields.len();
            let at = At { span: write.span, name: &name, hidden, place };
            self.property(ctx, message, role, value, at, 0);
            self.mark_envelope(message, before, write.object);
        }
    }

    /// Fields written onto an object named `envelope` are what `RCPT TO` names; some caller's message is inside.
    fn mark_envelope(&mut self, message: usize, from: usize, object: &Expression<'_>) {
        let named = match object.get_inner_expression() {
            Expression::Identifier(name) => Some(name.name.as_str()),
            _ => member_of(object).and_then(|it| it.static_property_name()),
        };
        if named.is_some_and(|name| name.trim_start_matches('_').eq_ignore_ascii_case("envelope")) {
            self.all[message].fields[from..].iter_mut().for_each(put_in_envelope);
            self.all[message].foreign |= matches!(self.all[message].key, Key::Path(_) | Key::Symbol(_));
        }
    }

    /// The message that the object of a write or a builder call belongs to.
    fn base(&mut self, ctx: &Context<'_, '_, 'a>, object: &'a Expression<'a>, place: Place) -> Option<usize> {
        let mut current = object.get_inner_expression();
        for _ in 0..MAX_CHAIN {
            match current {
                Expression::Identifier(_) => {
                    let symbol = symbol_of(ctx.module, current)?;
                    return Some(self.symbol(ctx, symbol, place.function, 0));
                }
                Expression::ThisExpression(_) => {
                    let class = class_around(ctx, place.function).unwrap_or(place.function);
                    return Some(self.add(Key::Class(class), class));
                }
                Expression::AwaitExpression(it) => current = it.argument.get_inner_expression(),
                Expression::CallExpression(call) => match member_of(&call.callee) {
                    // `new Mail().setTo(to).addBcc('x@y')`
                    Some(member) => current = member.object().get_inner_expression(),
                    None => {
                        let message = self.add(Key::Call(call.span), place.function);
                        let origins = ctx.folder.fold(current).value.origins();
                        self.all[message].foreign |= origins.has(Origins::CALLER);
                        return Some(message);
                    }
                },
                Expression::NewExpression(new) => return Some(self.add(Key::Call(new.span), place.function)),
                other => {
                    let member = member_of(other)?;
                    let name = member.static_property_name().unwrap_or("[]");
                    let through = matches!(names::role(name), Some(Role::Container | Role::Headers | Role::Batch | Role::Content { .. } | Role::Recipient(_)))
                        || name == "[]"
                        || member.static_property_name().is_none();
                    let this = matches!(member.object().get_inner_expression(), Expression::ThisExpression(_));
                    if through && !this {
                        current = member.object().get_inner_expression();
                        continue;
                    }
                    let text = ctx.slice(other.span()).chars().take(80).collect::<String>();
                    let scope = class_around(ctx, place.function).unwrap_or(FunctionIdx::TOP);
                    let message = self.add(Key::Path(format!("{}:{text}", scope.0)), place.function);
                    let origins = ctx.folder.fold(member.object()).value.origins();
                    self.all[message].foreign |= origins.has(Origins::CALLER) && !this;
                    return Some(message);
                }
            }
        }
        None
    }

    fn calls(&mut self, ctx: &Context<'_, '_, 'a>) {
        for call in &ctx.module.calls {
            if self.all.len() >= MAX_MESSAGES {
                return;
            }
            let Some(callee) = callee(call) else { continue };
            let Some(member) = member_of(callee) else {
                self.plain_call(ctx, call, callee);
                continue;
            };
            let (method, hidden) = match member.static_property_name() {
                Some(name) => (name.to_owned(), false),
                None => match ctx.method_name(callee) {
                    Some(name) => (name, true),
                    None => continue,
                },
            };
            let place = Place { function: call.function, condition: call.conditions.last().copied() };
            self.merging_call(ctx, call, member.object(), &method, place);
            // Only the last link of a chain of calls, not the whole chain.
            let start = match member {
                MemberExpression::StaticMemberExpression(it) => it.property.span.start,
                MemberExpression::ComputedMemberExpression(it) => it.expression.span().start,
                MemberExpression::PrivateFieldExpression(it) => it.field.span.start,
            };
            let link = Span::new(start, call.span.end);
            self.setting_call(ctx, call, link, &method, hidden, place);
            if matches!(method.as_str(), "push" | "unshift" | "splice" | "add") {
                self.growing_call(ctx, call, member.object(), place);
                self.header_call(ctx, call, member.object(), place);
            }
        }
    }

    /// `new Map([['bcc', …]])`, `merge(a, { bcc })`.
    fn plain_call(&mut self, ctx: &Context<'_, '_, 'a>, call: &CallNote<'a>, callee: &'a Expression<'a>) {
        let Expression::Identifier(name) = callee.get_inner_expression() else { return };
        let place = Place { function: call.function, condition: call.conditions.last().copied() };
        match name.name.as_str() {
            "Map" | "URLSearchParams" | "Headers" => self.entries(ctx, call, place),
            "merge" | "extend" | "assign" | "mixin" | "combine" | "defaults" | "override" => {
                self.merging_call(ctx, call, callee, "assign", place);
            }
            _ => {}
        }
    }

    /// A list of names and values that becomes an object.
    fn entries(&mut self, ctx: &Context<'_, '_, 'a>, call: &CallNote<'a>, place: Place) {
        let given = arguments(call);
        let Some(list) = given.first() else { return };
        if matches!(peel(list), Expression::ArrayExpression(_)) {
            let message = self.add(Key::Call(call.span), call.function);
            self.absorb(ctx, message, list, place, 0);
        }
    }

    /// `Object.assign(a, b)`, `Object.defineProperty(a, 'bcc', …)`, `Reflect.set(a, 'bcc', …)`, `_.merge(a, b)`.
    fn merging_call(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        call: &CallNote<'a>,
        object: &'a Expression<'a>,
        method: &str,
        place: Place,
    ) {
        let given = arguments(call);
        let Some((target, sources)) = given.split_first() else { return };
        match method {
            "assign" | "merge" | "extend" | "defaults" | "defaultsDeep" | "mergeWith" if !sources.is_empty() => {
                let any = given.iter().any(|it| self.is_message_like(ctx, it));
                if !any {
                    return;
                }
                let whole = self.add(Key::Call(call.span), call.function);
                for part in &given {
                    self.absorb(ctx, whole, part, place, 0);
                }
                let is_this = matches!(target.get_inner_expression(), Expression::ThisExpression(_));
                if (is_this || symbol_of(ctx.module, target).is_some())
                    && let Some(message) = self.base(ctx, target, place)
                {
                    for part in sources {
                        self.absorb(ctx, message, part, place, 0);
                    }
                }
            }
            "fromEntries" => self.entries(ctx, call, place),
            "create" | "defineProperties"
                if matches!(object.get_inner_expression(), Expression::Identifier(it) if it.name == "Object") =>
            {
                let Some(Expression::ObjectExpression(descriptors)) = sources.first().map(|it| it.get_inner_expression())
                else {
                    return;
                };
                let whole = self.add(Key::Call(call.span), call.function);
                self.absorb(ctx, whole, target, place, 0);
                self.owners.insert(descriptors.span.start, whole);
                for property in &descriptors.properties {
                    let ObjectPropertyKind::ObjectProperty(property) = property else { continue };
                    let Some(name) = property_name(ctx, &property.key) else { continue };
                    let Some(role @ Role::Recipient(_)) = names::role(&name) else { continue };
                    let at = At { span: property.span, name: &name, hidden: false, place };
                    for value in described(ctx, &property.value) {
                        self.field(whole, role.clone(), FieldValue::Expression(value), at);
                    }
                }
                if method == "defineProperties"
                    && let Some(message) = self.base(ctx, target, place)
                {
                    self.include(message, whole);
                }
            }
            "defineProperty" | "set" | "__defineGetter__"
                if matches!(object.get_inner_expression(), Expression::Identifier(it) if it.name == "Object" || it.name == "Reflect") =>
            {
                let [name, value, ..] = sources else { return };
                let folded = ctx.folder.fold(name);
                let Value::String(name) = &folded.value else { return };
                let Some(role @ Role::Recipient(_)) = names::role(name) else { return };
                let Some(message) = self.base(ctx, target, place) else { return };
                let at = At { span: call.span, name, hidden: folded.hidden, place };
                for value in described(ctx, value) {
                    self.field(message, role.clone(), FieldValue::Expression(value), at);
                }
            }
            _ => {}
        }
    }

    /// `form.append('bcc', …)`, `mail.addHeader('Bcc', …)`, `mail.addBcc(…)`, `smtp.rcpt(…)`.
    fn setting_call(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        call: &CallNote<'a>,
        link: Span,
        method: &str,
        hidden: bool,
        place: Place,
    ) {
        let given = arguments(call);
        let Some(object) = callee(call).and_then(member_of).map(MemberExpression::object) else { return };
        if names::is_field_setter(method)
            && let [name, value, ..] = given.as_slice()
        {
            let folded = ctx.folder.fold(name);
            if let Value::String(text) = &folded.value
                && let Some(role @ (Role::Recipient(_) | Role::Content { .. } | Role::Sender)) = names::role(text)
                && let Some(message) = self.base(ctx, object, place)
            {
                let at = At { span: link, name: text, hidden: folded.hidden, place };
                self.field(message, role, FieldValue::Expression(value), at);
            }
            return;
        }
        let Some(first) = given.first() else { return };
        if let Some(recipient) = names::builder_place(method) {
            let values: Vec<_> =
                given.iter().take(2).filter(|it| function_expression(ctx.module, it).is_none()).collect();
            if values.is_empty() {
                return;
            }
            let Some(message) = self.base(ctx, object, place) else { return };
            self.all[message].is_smtp |= recipient == RecipientPlace::Envelope;
            for value in values {
                let at = At { span: link, name: method, hidden, place };
                self.field(message, Role::Recipient(recipient.clone()), FieldValue::Expression(value), at);
            }
        } else if let Some(stripped) = ["set", "add", "with"].iter().find_map(|it| method.strip_prefix(it))
            && let Some(role @ (Role::Content { .. } | Role::Sender)) = names::role(stripped)
            && let Some(message) = self.base(ctx, object, place)
        {
            let at = At { span: link, name: stripped, hidden, place };
            self.field(message, role, FieldValue::Expression(first), at);
        }
    }

    /// `message.bcc.push(…)`, `this.envelope.to.unshift(…)`.
    fn growing_call(&mut self, ctx: &Context<'_, '_, 'a>, call: &CallNote<'a>, list: &'a Expression<'a>, place: Place) {
        let Some(member) = member_of(list) else { return };
        let Some(name) = member.static_property_name() else { return };
        let Some(role @ Role::Recipient(_)) = names::role(name) else { return };
        let Some(message) = self.base(ctx, member.object(), place) else { return };
        let before = self.all[message].fields.len();
        for value in arguments(call) {
            self.claim(message, value.get_inner_expression());
            let at = At { span: call.span, name, hidden: false, place };
            self.field(message, role.clone(), FieldValue::Expression(value), at);
        }
        self.mark_envelope(message, before, member.object());
    }

    /// `headers.push({ key: 'Bcc', value })`
    fn header_call(&mut self, ctx: &Context<'_, '_, 'a>, call: &CallNote<'a>, list: &'a Expression<'a>, place: Place) {
        for item in arguments(call) {
            let inner = item.get_inner_expression();
            let header_like = match inner {
                Expression::ObjectExpression(object) => object.properties.iter().any(|property| match property {
                    ObjectPropertyKind::ObjectProperty(property) => {
                        property.key.static_name().is_some_and(|name| name.eq_ignore_ascii_case("value"))
                    }
                    ObjectPropertyKind::SpreadProperty(_) => false,
                }),
                Expression::ArrayExpression(array) => array.elements.len() == 2,
                _ => false,
            };
            if header_like && let Some(message) = self.base(ctx, list, place) {
                self.header_item(ctx, message, inner, place);
            }
        }
    }

    /// Fields that classes give their instances in the class body.
    fn classes(&mut self, ctx: &Context<'_, '_, 'a>) {
        for (idx, function) in ctx.module.functions.iter().enumerate() {
            let FunctionNode::Class(class) = function.node else { continue };
            for member in &class.body.body {
                if let oxc_ast::ast::ClassElement::MethodDefinition(method) = member
                    && method.kind == oxc_ast::ast::MethodDefinitionKind::Get
                    && let Some(name) = property_name(ctx, &method.key)
                    && let Some(role @ Role::Recipient(_)) = names::role(&name)
                    && let Some(getter) = ctx.module.function_at(method.value.span.start)
                {
                    let class = FunctionIdx(idx as u32);
                    let message = self.add(Key::Class(class), class);
                    let place = Place { function: getter, condition: None };
                    let at = At { span: method.span, name: &name, hidden: false, place };
                    for value in ctx.index.returns(ctx.module, getter).iter() {
                        self.field(message, role.clone(), FieldValue::Expression(value), at);
                    }
                }
                let oxc_ast::ast::ClassElement::PropertyDefinition(property) = member else { continue };
                let Some(value) = &property.value else { continue };
                let Some(name) = property_name(ctx, &property.key) else { continue };
                if let Some(role) = names::role(&name)
                    && function_expression(ctx.module, value).is_none()
                {
                    let class = FunctionIdx(idx as u32);
                    let message = self.add(Key::Class(class), class);
                    let place = Place { function: class, condition: None };
                    let at = At { span: property.span, name: &name, hidden: false, place };
                    self.property(ctx, message, role, value, at, 0);
                }
            }
        }
    }

    /// Texts that hold header lines, SMTP verbs, JSON or form fields.
    fn texts(&mut self, ctx: &Context<'_, '_, 'a>) {
        let mut seen: FxHashSet<Span> = FxHashSet::default();
        let mut dialogues: FxHashMap<FunctionIdx, usize> = FxHashMap::default();
        for (expression, function) in text_roots(ctx) {
            if self.all.len() >= MAX_MESSAGES || !seen.insert(expression.span()) {
                continue;
            }
            let found = text::fields(&text::segments_of(ctx, expression));
            if !found.iter().any(|field| matches!(field.role, Role::Recipient(_))) {
                continue;
            }
            let message = self.add(Key::Text(expression.span()), function);
            self.all[message].is_smtp = found.iter().any(|field| field.name == "rcpt to");
            self.all[message].is_fragment = found.iter().all(|field| field.value.iter().all(|segment| segment.origins.is_empty()));
            if self.all[message].is_smtp {
                // The commands of one function are one dialogue.
                let first = *dialogues.entry(function).or_insert(message);
                self.include(first, message);
                self.include(message, first);
            }
            for TextField { role, name, value } in found {
                let span = written_in(ctx, expression.span(), &value).unwrap_or(expression.span());
                let place = Place { function, condition: None };
                let at = At { span, name: &name, hidden: false, place };
                self.field(message, role, FieldValue::Text(value), at);
            }
        }
    }

    fn field(&mut self, message: usize, role: Role, value: FieldValue<'a>, at: At<'_>) {
        let fields = &mut self.all[message].fields;
        if fields.len() < MAX_FIELDS {
            fields.push(Field {
                role,
                name: at.name.to_ascii_lowercase(),
                value,
                span: at.span,
                function: at.place.function,
                hidden: at.hidden,
                condition: at.place.condition,
            });
        } else {
            self.truncated = true;
        }
    }

    /// Literals inside a recipient's value are mailboxes, not messages.
    fn claim(&mut self, message: usize, value: &'a Expression<'a>) {
        match value {
            Expression::ObjectExpression(object) => {
                self.owners.insert(object.span.start, message);
                for property in &object.properties {
                    if let ObjectPropertyKind::ObjectProperty(property) = property
                        && let Expression::ObjectExpression(inner) = property.value.get_inner_expression()
                    {
                        self.owners.insert(inner.span.start, message);
                    }
                }
            }
            Expression::ArrayExpression(array) => {
                for item in array.elements.iter().filter_map(element) {
                    if let inner @ Expression::ObjectExpression(_) = item.get_inner_expression() {
                        self.claim(message, inner);
                    }
                }
            }
            _ => {}
        }
    }

    fn is_message_like(&self, ctx: &Context<'_, '_, 'a>, value: &'a Expression<'a>) -> bool {
        match peel(value) {
            Expression::ObjectExpression(object) => self
                .of_literal(object.span.start)
                .is_some_and(|it| self.all[it].fields.iter().any(|field| matches!(field.role, Role::Recipient(_)))),
            inner => symbol_of(ctx.module, inner)
                .and_then(|symbol| self.find(&Key::Symbol(symbol)))
                .is_some_and(|it| self.all[it].fields.iter().any(|field| matches!(field.role, Role::Recipient(_)))),
        }
    }
}

/// Where a field is put.
#[derive(Debug, Clone, Copy)]
struct Place {
    function: FunctionIdx,
    condition: Option<Span>,
}

/// A field's name and place.
#[derive(Debug, Clone, Copy)]
struct At<'n> {
    span: Span,
    name: &'n str,
    hidden: bool,
    place: Place,
}

/// What is inside of calls that hand on their argument unchanged, or as text.
pub(super) fn peel<'a>(value: &'a Expression<'a>) -> &'a Expression<'a> {
    let mut current = value.get_inner_expression();
    for _ in 0..8 {
        let next = match current {
            Expression::CallExpression(call) => {
                let method = member_of(&call.callee).and_then(|it| it.static_property_name());
                let hands_on = matches!(method, Some("stringify" | "freeze" | "seal" | "parse" | "fromEntries"))
                    || matches!(&call.callee, Expression::Identifier(it) if it.name == "structuredClone");
                match call.arguments.first().and_then(|it| it.as_expression()) {
                    Some(argument) if hands_on => argument,
                    _ => return current,
                }
            }
            Expression::NewExpression(new) => {
                let hands_on = matches!(&new.callee, Expression::Identifier(it)
                    if matches!(it.name.as_str(), "URLSearchParams" | "Headers" | "Map" | "FormData" | "Proxy"));
                match new.arguments.first().and_then(|it| it.as_expression()) {
                    Some(argument) if hands_on => argument,
                    _ => return current,
                }
            }
            Expression::AwaitExpression(it) => &it.argument,
            _ => return current,
        };
        current = next.get_inner_expression();
    }
    current
}

/// The class whose member a function is, or lies in.
pub(super) fn class_around(ctx: &Context<'_, '_, '_>, function: FunctionIdx) -> Option<FunctionIdx> {
    let mut current = function;
    for _ in 0..MAX_CHAIN {
        let note = ctx.module.function(current);
        if matches!(note.node, FunctionNode::Class(_)) {
            return Some(current);
        }
        if let Some(class) = note.class {
            return Some(class);
        }
        if current == FunctionIdx::TOP {
            return None;
        }
        current = note.parent;
    }
    None
}

/// The values of a property descriptor.
fn described<'a>(ctx: &Context<'_, '_, 'a>, value: &'a Expression<'a>) -> Vec<&'a Expression<'a>> {
    let Expression::ObjectExpression(object) = value.get_inner_expression() else { return vec![value] };
    let mut found = Vec::new();
    for property in &object.properties {
        let ObjectPropertyKind::ObjectProperty(property) = property else { continue };
        match property_name(ctx, &property.key).as_deref() {
            Some("value") => found.push(&property.value),
            Some("get") => {
                if let Some(function) = function_expression(ctx.module, &property.value) {
                    found.extend(ctx.index.returns(ctx.module, function).iter().copied());
                }
            }
            _ => {}
        }
    }
    found
}

/// Whether a literal could be a message, by its property names alone.
fn is_candidate(object: &ObjectExpression<'_>) -> bool {
    object.properties.iter().any(|property| match property {
        ObjectPropertyKind::SpreadProperty(_) => true,
        ObjectPropertyKind::ObjectProperty(property) => {
            property.computed || property.key.static_name().is_some_and(|name| names::role(&name).is_some())
        }
    })
}

/// `Recipients: { To: […], BCC: […] }`, rather than one mailbox.
fn holds_recipients(object: &ObjectExpression<'_>) -> bool {
    object.properties.iter().any(|property| match property {
        ObjectPropertyKind::ObjectProperty(property) => {
            property.key.static_name().is_some_and(|name| matches!(names::role(&name), Some(Role::Recipient(_))))
        }
        ObjectPropertyKind::SpreadProperty(_) => false,
    })
}

/// nodemailer's `envelope: { from, to }`: what `RCPT TO` names.
fn put_in_envelope(field: &mut Field<'_>) {
    if let Role::Recipient(place @ (RecipientPlace::To | RecipientPlace::Cc | RecipientPlace::Bcc)) = &mut field.role {
        *place = RecipientPlace::Envelope;
    }
}

fn is_hidden_key(property: &oxc_ast::ast::ObjectProperty<'_>) -> bool {
    property.computed
        && !matches!(
            property.key.as_expression().map(Expression::get_inner_expression),
            Some(Expression::StringLiteral(_) | Expression::Identifier(_)) | None
        )
}

/// Where the first mailbox of a text is written within an expression.
fn written_in(ctx: &Context<'_, '_, '_>, within: Span, value: &[Segment]) -> Option<Span> {
    let (line, _) = text::line_of(value);
    let mailbox = waxseal_model::Mailbox::find_all(&line, 1).pop()?.to_string();
    let source = ctx.slice(within);
    let at = source.find(&mailbox)?;
    let start = within.start + u32::try_from(at).ok()?;
    Some(Span::new(start, start + u32::try_from(mailbox.len()).ok()?))
}

/// Expressions whose text may hold fields.
fn text_roots<'a>(ctx: &Context<'_, '_, 'a>) -> Vec<(&'a Expression<'a>, FunctionIdx)> {
    let mut roots = Vec::new();
    let mut look = |expression: &'a Expression<'a>, function: FunctionIdx| {
        if roots.len() < MAX_TEXTS && is_text_root(expression) {
            roots.push((expression, function));
        }
    };
    for call in &ctx.module.calls {
        arguments(call).into_iter().for_each(|it| look(it, call.function));
        if let Some(callee) = callee(call)
            && let Some(object) = member_of(callee).map(|it| it.object())
        {
            // `[…].join('\r\n')` as the receiver of something else, or a template with a method behind it.
            look(object, call.function);
        }
    }
    for object in &ctx.module.objects {
        for property in &object.node.properties {
            if let ObjectPropertyKind::ObjectProperty(property) = property {
                look(&property.value, object.function);
            }
        }
    }
    for write in &ctx.module.property_writes {
        if let Some(value) = write.value {
            look(value, write.function);
        }
    }
    for symbol in ctx.sorted_symbols() {
        for binding in &ctx.module.symbols[&symbol].bindings {
            if let BindingSource::Expression { value, .. } = binding.source {
                look(value, binding.function);
            }
        }
    }
    for function in 0..ctx.module.functions.len() {
        let function = FunctionIdx(u32::try_from(function).unwrap_or(u32::MAX));
        for value in ctx.index.returns(ctx.module, function).iter() {
            look(value, function);
        }
    }
    roots
}

fn is_text_root(expression: &Expression<'_>) -> bool {
    match expression.get_inner_expression() {
        Expression::StringLiteral(literal) => {
            literal.value.len() > 3 && text::may_hold_fields(literal.value.as_str())
        }
        Expression::TemplateLiteral(template) => template
            .quasis
            .iter()
            .any(|quasi| text::may_hold_fields(quasi.value.cooked.unwrap_or(quasi.value.raw).as_str())),
        Expression::BinaryExpression(_) => {
            let mut current = expression.get_inner_expression();
            for _ in 0..MAX_LEAVES {
                let Expression::BinaryExpression(binary) = current else { return is_text_root_leaf(current) };
                if is_text_root_leaf(binary.right.get_inner_expression()) {
                    return true;
                }
                current = binary.left.get_inner_expression();
            }
            false
        }
        Expression::CallExpression(call) if text::is_join(&call.callee) => match member_of(&call.callee) {
            Some(member) => match member.object().get_inner_expression() {
                Expression::ArrayExpression(array) => {
                    array.elements.iter().filter_map(element).any(|it| match it.get_inner_expression() {
                        Expression::BinaryExpression(_) | Expression::TemplateLiteral(_) | Expression::StringLiteral(_) => {
                            is_text_root(it)
                        }
                        Expression::ConditionalExpression(it) => is_text_root(&it.consequent) || is_text_root(&it.alternate),
                        _ => false,
                    })
                }
                Expression::Identifier(_) => true,
                _ => false,
            },
            None => false,
        },
        _ => false,
    }
}

fn is_text_root_leaf(leaf: &Expression<'_>) -> bool {
    match leaf {
        Expression::StringLiteral(literal) => text::may_hold_fields(literal.value.as_str()),
        Expression::TemplateLiteral(template) => template
            .quasis
            .iter()
            .any(|quasi| text::may_hold_fields(quasi.value.cooked.unwrap_or(quasi.value.raw).as_str())),
        _ => false,
    }
}

/// Possible messages of one file.
const MAX_MESSAGES: usize = 20_000;
/// Fields of one message.
const MAX_FIELDS: usize = 2_048;
/// Messages copied into one.
const MAX_MEMBERS: usize = 32;
/// Nesting of one message: it bounds the stack.
const MAX_DEPTH: u8 = 16;
/// Assignments of one name that are followed.
const MAX_BINDINGS: usize = 12;
/// Links of one chain of members, calls or functions.
const MAX_CHAIN: usize = 64;
/// Texts looked into in one file.
const MAX_TEXTS: usize = 4_000;
/// Summands of one text that are looked at.
const MAX_LEAVES: usize = 400;
