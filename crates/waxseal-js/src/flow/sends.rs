//! The calls that send mail, and which messages reach them.

use oxc_ast::ast::{Expression, ObjectPropertyKind};
use oxc_semantic::SymbolId;
use oxc_span::{GetSpan, Span};
use rustc_hash::FxHashSet;
use waxseal_model::{FieldPlace, MessageArgument, RecipientPlace, SendSpec, SinkSpec, Target};

use super::context::Context;
use super::index::{arguments, callee, element, function_expression, function_of_symbol, member_of, symbol_of};
use super::messages::{Key, Messages, class_around};
use super::names::{self, Role};
use crate::fold::Value;
use crate::module::{BindingSource, CallNode, CallNote, FunctionIdx};

/// One call that sends.
#[derive(Debug)]
pub(super) struct Send {
    pub(super) call: u32,
    /// The position of the provider in the table of sinks, if it is one of them.
    pub(super) sink: Option<usize>,
    pub(super) channel: String,
    /// The capability it is, unless it only hands on to code that may send.
    pub(super) capability: Option<(String, Target)>,
    pub(super) hidden: bool,
    pub(super) function: FunctionIdx,
    pub(super) span: Span,
    /// Messages that reach it.
    pub(super) messages: Vec<usize>,
    /// What it is given came from a caller.
    pub(super) caller_message: bool,
}

/// Finds every call that sends and marks the messages that reach one.
pub(super) fn find<'a>(ctx: &Context<'_, '_, 'a>, messages: &mut Messages<'a>) -> Vec<Send> {
    let mut sends = Vec::new();
    let any_mail = (0..messages.all.len()).any(|message| is_mail_shaped(messages, message));
    let mut candidates = Vec::new();
    for (idx, call) in ctx.module.calls.iter().enumerate() {
        let Some(candidate) = candidate(ctx, call) else { continue };
        if !candidate.positional.is_empty() {
            messages.positional(call, candidate.positional);
        }
        if candidate.certain || any_mail {
            candidates.push((idx, candidate));
        }
    }
    for (idx, candidate) in candidates {
        let call = &ctx.module.calls[idx];
        let mut trace = Trace::new(ctx, messages);
        for value in &candidate.payload {
            trace.expression(value);
        }
        trace.reach(trace.messages.find(&Key::Call(call.span)));
        trace.run();
        let (reached, caller_message) = (trace.reached, trace.caller);
        let is_mail = reached.iter().any(|message| is_mail_shaped(messages, *message));
        if !candidate.certain && !is_mail {
            continue;
        }
        let at = sends.len();
        for message in &reached {
            messages.all[*message].foreign |= candidate.defaults;
            if messages.all[*message].is_fragment {
                // A constant piece of text is put into what else is sent.
                reached.iter().for_each(|other| messages.include(*message, *other));
                messages.all[*message].foreign |= caller_message;
            }
        }
        for message in &reached {
            messages.all[*message].sent.get_or_insert(at);
            messages.all[*message].sink = messages.all[*message].sink.or(candidate.sink);
        }
        sends.push(Send {
            call: u32::try_from(idx).unwrap_or(u32::MAX),
            sink: candidate.sink,
            channel: candidate.channel,
            capability: candidate.capability,
            hidden: candidate.hidden,
            function: call.function,
            span: call.span,
            messages: reached,
            caller_message,
        });
        if sends.len() >= MAX_SENDS {
            break;
        }
    }
    schemas(ctx, messages, &sends);
    sends
}

/// `server.tool('send', { to: …, bcc: … }, handler)`: the schema describes what a handler that sends is given.
fn schemas<'a>(ctx: &Context<'_, '_, 'a>, messages: &mut Messages<'a>, sends: &[Send]) {
    for (function, (call, _)) in ctx.sorted_callbacks() {
        let Some(send) = sends.iter().position(|send| ctx.around(send.function).contains(&function)) else { continue };
        for argument in arguments(&ctx.module.calls[call as usize]) {
            let mut work = vec![argument];
            for _ in 0..MAX_SCHEMA {
                let Some(current) = work.pop() else { break };
                let Expression::ObjectExpression(object) = super::messages::peel(current) else {
                    continue;
                };
                for property in &object.properties {
                    if let ObjectPropertyKind::ObjectProperty(property) = property {
                        work.push(&property.value);
                    }
                }
                if let Some(message) = messages.of_literal(object.span.start)
                    && is_mail_shaped(messages, message)
                {
                    messages.all[message].foreign = true;
                    messages.all[message].sent.get_or_insert(send);
                }
            }
        }
    }
}

/// Whether a message, with what is copied into it, has the fields of a mail.
pub(super) fn is_mail_shaped(messages: &Messages<'_>, message: usize) -> bool {
    let mut places: Vec<&RecipientPlace> = Vec::new();
    let (mut distinct, mut plain, mut sender) = (false, false, false);
    for member in messages.members(message) {
        for field in &messages.all[member].fields {
            match &field.role {
                Role::Recipient(place) => {
                    if !places.contains(&place) {
                        places.push(place);
                    }
                }
                Role::Content { distinct: true } | Role::Raw => distinct = true,
                Role::Content { distinct: false } => plain = true,
                Role::Container => plain |= matches!(field.name.as_str(), "message" | "msg"),
                Role::Sender => sender = true,
                Role::Headers | Role::Batch => {}
            }
        }
    }
    !places.is_empty() && (distinct || (sender && plain) || places.len() > 1)
}

struct Candidate<'a> {
    /// What it is given goes into every message that is sent later.
    defaults: bool,
    /// Where arguments of their own are recipients.
    positional: &'static [(usize, FieldPlace)],
    sink: Option<usize>,
    channel: String,
    capability: Option<(String, Target)>,
    hidden: bool,
    certain: bool,
    payload: Vec<&'a Expression<'a>>,
}

fn candidate<'a>(ctx: &Context<'_, '_, 'a>, call: &CallNote<'a>) -> Option<Candidate<'a>> {
    let callee = callee(call)?;
    let api = ctx.folder.fold_call_api(call);
    let path = api.as_ref().map(|api| api.path.replace("()", ""));
    // `promisify(…)(…)` is called by the name that holds it.
    let names = match &path {
        Some(path) if api.as_ref().is_none_or(|api| !api.path.ends_with("()")) => path.rsplit('.').take(3).map(str::to_owned).collect::<Vec<_>>(),
        _ => ctx.callee_names(callee),
    };
    let given = arguments(call);
    if let Some(found) = mail_program(ctx, path.as_deref(), &given) {
        return Some(found);
    }
    let mut payload: Vec<&'a Expression<'a>> =
        given.iter().copied().filter(|it| function_expression(ctx.module, it).is_none()).collect();
    if let Some(found) = known_send(ctx, call, api.as_ref().map(|api| &*api.path), &names, &payload) {
        if let Some(member) = member_of(callee) {
            payload.push(member.object());
        }
        return Some(Candidate { payload, ..found });
    }
    let method = names.first()?.as_str();
    if let Some(found) = provider_request(ctx, path.as_deref(), method, &given) {
        return Some(Candidate { payload, ..found });
    }
    if given.is_empty() && !names::sounds_like_sending(method) {
        return None;
    }
    let is_member = member_of(callee).is_some();
    let sending = names::sounds_like_sending(method) && (is_member || matches!(call.node, CallNode::Call(_)));
    let requesting = names::sounds_like_request(method);
    let imported = path.as_deref().is_some_and(|path| path.starts_with('.'));
    if !sending && !requesting && !imported {
        return None;
    }
    if is_member && let Some(member) = member_of(callee) {
        payload.push(member.object());
    }
    let capability = (sending && is_member).then(|| match &path {
        Some(path) if !path.starts_with('.') => (path.clone(), Target::None),
        _ => (format!("*.{method}"), Target::None),
    });
    // A function of this file is followed through its body, so it needs no entry of its own.
    let local = ctx.index.call_at(call.span).is_some_and(|it| ctx.index.callees.contains_key(&it));
    let certain = sending && !local && matches!(method, "sendMail" | "sendEmail" | "send_email" | "sendmail");
    Some(Candidate {
        defaults: false,
        positional: &[],
        sink: None,
        channel: match &path {
            Some(path) if imported => path.clone(),
            _ if is_member => format!("*.{method}"),
            _ => format!("{method}()"),
        },
        capability: capability.filter(|_| !local),
        hidden: false,
        certain: certain && is_member,
        payload,
    })
}

/// `spawn('sendmail', ['-i', to])`
fn mail_program<'a>(ctx: &Context<'_, '_, 'a>, path: Option<&str>, given: &[&'a Expression<'a>]) -> Option<Candidate<'a>> {
    let path = path.filter(|it| it.starts_with("node:child_process."))?;
    let command = ctx.folder.fold(given.first()?).value.to_pattern();
    let program = command.split([' ', '\t']).next()?.rsplit(['/', '\\']).next()?;
    if !matches!(program, "sendmail" | "msmtp" | "mailx" | "mail" | "mutt" | "exim" | "swaks" | "ssmtp") {
        return None;
    }
    Some(Candidate {
        defaults: false,
        positional: if command.contains(' ') { COMMAND_LINE } else { ARGUMENT_LIST },
        sink: None,
        channel: program.to_owned(),
        capability: Some((path.to_owned(), Target::Constant(program.to_owned()))),
        hidden: false,
        certain: true,
        payload: given.to_vec(),
    })
}

/// A call from the table of sinks.
fn known_send<'a>(
    ctx: &Context<'_, '_, 'a>,
    call: &CallNote<'a>,
    raw: Option<&str>,
    names: &[String],
    payload: &[&'a Expression<'a>],
) -> Option<Candidate<'a>> {
    let path = raw.map(|raw| raw.replace("()", ""));
    let path = path.as_deref();
    let mut best: Option<(bool, usize, &SendSpec)> = None;
    for (idx, sink) in ctx.sinks.iter().enumerate() {
        let client = path.is_some_and(|path| is_of_module(path, sink));
        for send in sink.sends {
            let named = match send.method {
                // The client, or the module, is called itself.
                "()" => raw.is_some_and(|raw| raw.ends_with("()")) && client,
                "default" => path.is_some_and(|path| sink.modules.contains(&path)),
                method => ends_with(names, method),
            };
            if !named {
                continue;
            }
            let plausible = client || !send.needs_client;
            if plausible && best.is_none_or(|(known, ..)| client && !known) {
                best = Some((client, idx, send));
            }
        }
    }
    let (client, idx, send) = best?;
    let sink = &ctx.sinks[idx];
    let position = match send.message {
        MessageArgument::Object(position) | MessageArgument::Raw(position) => position,
        MessageArgument::Positional(fields) => fields.first().map_or(0, |it| it.0),
    };
    if payload.len() <= position && !matches!(call.node, CallNode::New(_)) && !client {
        return None;
    }
    // A relative module of the same name is the package's own code, which may call the provider itself.
    let own = path.is_some_and(|path| path.starts_with('.'));
    let target = sink.hosts.first().map_or(Target::None, |host| Target::Constant((*host).to_owned()));
    let api = match path {
        Some(path) if client => path.to_owned(),
        _ => format!("{}.{}", sink.provider, send.method),
    };
    Some(Candidate {
        defaults: sink.clients.iter().any(|client| client.export == send.method),
        positional: match send.message {
            MessageArgument::Positional(fields) => fields,
            _ => &[],
        },
        sink: (client || !own).then_some(idx),
        channel: format!("{}.{}", sink.provider, send.method),
        capability: Some((api, target)),
        hidden: callee(call).and_then(member_of).is_some_and(|it| it.static_property_name().is_none()),
        certain: client || send.method.to_ascii_lowercase().contains("mail"),
        payload: Vec::new(),
    })
}

/// A request to a host of a provider.
fn provider_request<'a>(
    ctx: &Context<'_, '_, 'a>,
    path: Option<&str>,
    method: &str,
    given: &[&'a Expression<'a>],
) -> Option<Candidate<'a>> {
    let network = path.is_some_and(is_network_api);
    if !network && !names::sounds_like_request(method) {
        return None;
    }
    let (url, hidden) = request_target(ctx, given)?;
    let host = host_of(&url)?;
    let sink = ctx.sinks.iter().position(|sink| is_host_of(&host, sink))?;
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let endpoint: String = rest.split(['?', '#']).next().unwrap_or(rest).chars().take(120).collect();
    if !is_sending_endpoint(&endpoint) {
        return None;
    }
    Some(Candidate {
        defaults: false,
        positional: &[],
        sink: Some(sink),
        channel: format!("POST {endpoint}"),
        capability: Some((path.unwrap_or("request").to_owned(), Target::Constant(host))),
        hidden,
        certain: true,
        payload: Vec::new(),
    })
}

/// Whether a path of a provider's API could be one that sends: not a read-only one.
fn is_sending_endpoint(endpoint: &str) -> bool {
    let path = endpoint.split_once('/').map_or("", |(_, path)| path).to_ascii_lowercase();
    path.is_empty()
        || ["mail", "send", "message", "transmission", "transactional", "outbound", "*"].iter().any(|it| path.contains(it))
}

/// The URL, or `host/path`, that a request goes to, `*` for what is not constant.
pub(super) fn request_target<'a>(ctx: &Context<'_, '_, 'a>, given: &[&'a Expression<'a>]) -> Option<(String, bool)> {
    for argument in given.iter().take(3) {
        let folded = ctx.folder.fold(argument);
        if let Some(url) = url_of(ctx, &folded.value, 0) {
            return Some((url, folded.hidden));
        }
    }
    None
}

fn url_of(ctx: &Context<'_, '_, '_>, value: &Value, depth: u8) -> Option<String> {
    if depth > 3 {
        return None;
    }
    match value {
        Value::String(_) | Value::Concat(_) => {
            let text = value.to_pattern();
            (text.contains("://") || looks_like_host(&text)).then_some(text)
        }
        Value::OneOf(values) => values.iter().find_map(|it| url_of(ctx, it, depth + 1)),
        Value::Api(api) => api.calls.last().and_then(|call| call.arguments.iter().find_map(|it| url_of(ctx, it, depth + 1))),
        Value::Object(object) => {
            let text = |wanted: &[&str]| {
                object
                    .properties
                    .iter()
                    .find(|it| wanted.contains(&&*it.name))
                    .map(|it| it.value.value.to_pattern())
                    .filter(|it| it != "*" && it != "undefined")
            };
            let base = text(&["url", "uri", "baseURL", "origin", "endpoint"]);
            base.or_else(|| {
                let host = text(&["hostname", "host", "Host"])?;
                let path = text(&["path", "pathname"]).unwrap_or_default();
                Some(format!("{host}{path}"))
            })
        }
        _ => None,
    }
}

fn looks_like_host(text: &str) -> bool {
    let host = text.split(['/', ':']).next().unwrap_or("");
    host.len() > 3
        && host.rsplit_once('.').is_some_and(|(left, last)| !left.is_empty() && last.len() >= 2)
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'*' | b'_'))
}

/// The host of a URL or of `host/path`.
pub(super) fn host_of(url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    };
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

/// Whether a host is one of a provider's.
pub(super) fn is_host_of(host: &str, sink: &SinkSpec) -> bool {
    sink.hosts.iter().any(|known| match known.strip_prefix('.') {
        Some(domain) => host == domain || host.ends_with(known),
        None => match known.split_once('*') {
            Some((start, end)) => host.len() >= start.len() + end.len() && host.starts_with(start) && host.ends_with(end),
            None => host == *known,
        },
    })
}

/// Whether an API of the outside world makes requests.
pub(super) fn is_network_api(path: &str) -> bool {
    let base = path.strip_prefix("node:").unwrap_or(path);
    let first = base.split(['.', '/', '(']).next().unwrap_or(base);
    matches!(
        first,
        "fetch" | "http" | "https" | "http2" | "net" | "tls" | "dgram" | "dns" | "axios" | "got" | "undici" | "node-fetch"
            | "request" | "superagent" | "needle" | "ky" | "ws" | "XMLHttpRequest" | "WebSocket" | "EventSource"
            | "cross-fetch" | "isomorphic-fetch" | "phin" | "bent" | "wretch" | "ofetch" | "request-promise"
            | "node-fetch-native" | "follow-redirects" | "unirest"
    ) || base.ends_with("sendBeacon")
}

fn is_of_module(path: &str, sink: &SinkSpec) -> bool {
    sink.modules.iter().any(|module| {
        path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/']))
    })
}

/// Whether a callee's names, the last first, end with a dotted tail.
fn ends_with(names: &[String], tail: &str) -> bool {
    tail.rsplit('.').enumerate().all(|(idx, part)| names.get(idx).is_some_and(|name| name == part))
}

/// Follows what a call is given back to the messages it comes from.
struct Trace<'t, 'c, 'm, 'a> {
    ctx: &'t Context<'c, 'm, 'a>,
    messages: &'t Messages<'a>,
    work: Vec<&'a Expression<'a>>,
    seen: FxHashSet<Span>,
    symbols: FxHashSet<SymbolId>,
    reached: Vec<usize>,
    caller: bool,
    fuel: u32,
}

impl<'t, 'c, 'm, 'a> Trace<'t, 'c, 'm, 'a> {
    fn new(ctx: &'t Context<'c, 'm, 'a>, messages: &'t Messages<'a>) -> Self {
        Self {
            ctx,
            messages,
            work: Vec::new(),
            seen: FxHashSet::default(),
            symbols: FxHashSet::default(),
            reached: Vec::new(),
            caller: false,
            fuel: FUEL,
        }
    }

    fn expression(&mut self, expression: &'a Expression<'a>) {
        self.work.push(expression);
    }

    fn run(&mut self) {
        while let Some(expression) = self.work.pop() {
            if self.fuel == 0 {
                return;
            }
            self.fuel -= 1;
            if self.seen.insert(expression.span()) {
                self.step(expression);
            }
        }
    }

    fn reach(&mut self, message: Option<usize>) {
        if let Some(message) = message
            && self.reached.len() < MAX_REACHED
            && !self.reached.contains(&message)
        {
            self.caller |= self.messages.all[message].foreign;
            self.reached.push(message);
        }
    }

    fn step(&mut self, expression: &'a Expression<'a>) {
        let inner = expression.get_inner_expression();
        self.reach(self.messages.find(&Key::Text(expression.span())));
        match inner {
            Expression::Identifier(_) => match symbol_of(self.ctx.module, inner) {
                Some(symbol) => self.symbol(symbol),
                None => {}
            },
            Expression::ThisExpression(_) => {
                let function = super::index::enclosing(self.ctx.module, inner.span());
                if let Some(class) = class_around(self.ctx, function) {
                    self.reach(self.messages.find(&Key::Class(class)));
                }
            }
            Expression::ObjectExpression(object) => {
                self.reach(self.messages.of_literal(object.span.start));
                for property in &object.properties {
                    match property {
                        ObjectPropertyKind::SpreadProperty(spread) => self.work.push(&spread.argument),
                        ObjectPropertyKind::ObjectProperty(property) => {
                            let role = property.key.static_name().and_then(|name| names::role(&name));
                            let follow = !matches!(role, Some(Role::Recipient(_) | Role::Sender));
                            if follow && function_expression(self.ctx.module, &property.value).is_none() {
                                self.work.push(&property.value);
                            }
                        }
                    }
                }
            }
            Expression::ArrayExpression(array) => self.work.extend(array.elements.iter().filter_map(element)),
            Expression::CallExpression(call) => {
                self.reach(self.messages.find(&Key::Call(call.span)));
                let called = self.ctx.index.call_at(call.span).and_then(|it| self.ctx.index.callees.get(&it).copied());
                if let Some(function) = called {
                    self.work.extend(self.ctx.index.returns(self.ctx.module, function).iter().copied());
                }
                for argument in call.arguments.iter().filter_map(|it| it.as_expression()) {
                    match function_expression(self.ctx.module, argument) {
                        Some(function) => {
                            self.work.extend(self.ctx.index.returns(self.ctx.module, function).iter().copied());
                        }
                        None => self.work.push(argument),
                    }
                }
                if let Some(member) = member_of(&call.callee) {
                    self.work.push(member.object());
                }
            }
            Expression::NewExpression(new) => {
                self.reach(self.messages.find(&Key::Call(new.span)));
                if let Some(class) = symbol_of(self.ctx.module, &new.callee)
                    .and_then(|symbol| function_of_symbol(self.ctx.module, symbol))
                {
                    self.reach(self.messages.find(&Key::Class(class)));
                }
                self.work.extend(new.arguments.iter().filter_map(|it| it.as_expression()));
            }
            _ => {
                if member_of(inner).is_some() {
                    self.path(inner);
                }
                super::index::parts(expression, &mut self.work);
            }
        }
    }

    /// `this.message`
    fn path(&mut self, member: &'a Expression<'a>) {
        let function = super::index::enclosing(self.ctx.module, member.span());
        let scope = class_around(self.ctx, function).unwrap_or(FunctionIdx::TOP);
        let text = self.ctx.slice(member.span()).chars().take(80).collect::<String>();
        self.reach(self.messages.find(&Key::Path(format!("{}:{text}", scope.0))));
        if let Some(name) = member_of(member).and_then(|it| it.static_property_name()) {
            let is_this = member_of(member)
                .is_some_and(|it| matches!(it.object().get_inner_expression(), Expression::ThisExpression(_)));
            if is_this {
                self.work.extend(self.ctx.written_on_this(member.span(), name));
            }
        }
    }

    fn symbol(&mut self, symbol: SymbolId) {
        if !self.symbols.insert(symbol) {
            return;
        }
        self.reach(self.messages.find(&Key::Symbol(symbol)));
        let Some(note) = self.ctx.module.symbols.get(&symbol) else { return };
        for binding in note.bindings.iter().take(MAX_BINDINGS) {
            match binding.source {
                BindingSource::Expression { value, .. } | BindingSource::ElementOf(value) => self.work.push(value),
                BindingSource::Parameter { function, index, .. } => self.parameter(function, index),
                _ => {}
            }
        }
        for mutation in note.mutations.iter().take(MAX_BINDINGS) {
            let call = &self.ctx.module.calls[*mutation as usize];
            self.reach(self.messages.find(&Key::Call(call.span)));
            self.work.extend(arguments(call));
        }
    }

    fn parameter(&mut self, function: FunctionIdx, index: u8) {
        let calls = self.ctx.index.callers.get(&function).map_or(&[][..], Vec::as_slice);
        if calls.is_empty() || self.ctx.index.is_exported(function) {
            self.caller = true;
        }
        for call in calls.iter().take(MAX_CALLS) {
            let given = arguments(&self.ctx.module.calls[*call as usize]);
            self.work.extend(given.get(usize::from(index)));
        }
        if let Some((call, _)) = self.ctx.module.callbacks.get(&function)
            && let Some(member) = callee(&self.ctx.module.calls[*call as usize]).and_then(member_of)
        {
            self.work.push(member.object());
        }
    }
}

/// Where a shell command names its recipients.
const COMMAND_LINE: &[(usize, FieldPlace)] = &[(0, FieldPlace::Envelope)];
/// Where a program's arguments name them.
const ARGUMENT_LIST: &[(usize, FieldPlace)] = &[(1, FieldPlace::Envelope)];
/// Calls that send, in one file.
const MAX_SENDS: usize = 2_000;
/// Literals of one schema that are looked at.
const MAX_SCHEMA: usize = 64;
/// Messages that one call sends.
const MAX_REACHED: usize = 64;
/// Expressions followed back from one call.
const FUEL: u32 = 1_500;
/// Assignments of one name that are followed.
const MAX_BINDINGS: usize = 12;
/// Calls of one function that are followed.
const MAX_CALLS: usize = 16;
