//! Second destinations: requests beside the mail that carry what the mail carries.

use oxc_ast::ast::Expression;
use oxc_span::Span;
use oxc_syntax::symbol::SymbolId;
use rustc_hash::FxHashSet;
use waxseal_model::Origin;

use super::context::Context;
use super::index::{arguments, callee, function_expression, member_of, parts, symbol_of};
use super::messages::{Key, Messages};
use super::names::{self, Role};
use super::sends::{Send, host_of, is_host_of, is_network_api, request_target};
use crate::fold::{Origins, Value};
use crate::module::{BindingSource, CallNote, FunctionIdx, PathStep};

/// A request that carries a message's data.
#[derive(Debug)]
pub(super) struct Copy {
    pub(super) host: Option<String>,
    pub(super) origin: Origin,
    pub(super) hidden: bool,
    pub(super) channel: String,
    pub(super) span: Span,
    pub(super) condition: Option<Span>,
    pub(super) function: FunctionIdx,
}

/// Every request that carries the data of mail handled on the same path to a host that has no part in sending it.
pub(super) fn find<'a>(ctx: &Context<'_, '_, 'a>, messages: &Messages<'a>, sends: &[Send]) -> Vec<Copy> {
    let handlers: FxHashSet<FunctionIdx> = sends
        .iter()
        .filter(|send| send.caller_message)
        .flat_map(|send| ctx.around(send.function).to_vec())
        .chain(handed_mail(ctx, messages))
        .collect();
    if handlers.is_empty() {
        return Vec::new();
    }
    let sending: FxHashSet<u32> = sends.iter().map(|send| send.call).collect();
    let mut found = Vec::new();
    for (idx, call) in ctx.module.calls.iter().enumerate() {
        let on_path = handlers.contains(&call.function)
            || ctx
                .around(call.function)
                .iter()
                .any(|function| handlers.contains(function));
        if found.len() >= MAX_COPIES || !on_path {
            continue;
        }
        let Some(request) = request(ctx, call) else { continue };
        let provider = request
            .host
            .as_deref()
            .is_some_and(|host| ctx.sinks.iter().any(|sink| is_host_of(host, sink)));
        let is_the_send = u32::try_from(idx).is_ok_and(|idx| sending.contains(&idx))
            && !sends
                .iter()
                .any(|send| send.call as usize != idx && send.caller_message);
        if provider || is_the_send {
            continue;
        }
        let mut carrier = Carrier {
            ctx,
            messages,
            handlers: &handlers,
            symbols: FxHashSet::default(),
            fuel: FUEL,
        };
        if request.payload.iter().any(|value| carrier.carries(value)) {
            found.push(Copy {
                host: request.host,
                origin: request.origin,
                hidden: request.hidden,
                channel: request.channel,
                span: call.span,
                condition: call.conditions.last().copied(),
                function: call.function,
            });
        }
    }
    found
}

/// Functions that are handed a message to change: hooks and plugins.
fn handed_mail(ctx: &Context<'_, '_, '_>, messages: &Messages<'_>) -> Vec<FunctionIdx> {
    let mut found = Vec::new();
    for (function, (call, _)) in &ctx.sorted_callbacks() {
        let call = &ctx.module.calls[*call as usize];
        let Some(method) = callee(call).and_then(|it| ctx.callee_name(it)) else {
            continue;
        };
        if matches!(
            &*method,
            "use" | "on" | "hook" | "intercept" | "once" | "addListener" | "tap"
        ) && arguments(call).first().is_some_and(|first| is_mail_hook(ctx, first))
        {
            found.push(*function);
        }
    }
    found.extend(
        messages
            .all
            .iter()
            .filter(|it| it.foreign && !it.fields.is_empty())
            .filter_map(|message| {
                let recipients = message
                    .fields
                    .iter()
                    .any(|field| matches!(field.role, Role::Recipient(_)));
                recipients.then_some(message.function)
            }),
    );
    found
}

fn is_mail_hook<'a>(ctx: &Context<'_, '_, 'a>, first: &'a Expression<'a>) -> bool {
    match ctx.folder.fold(first).value {
        Value::String(name) => matches!(&*name, "compile" | "stream" | "mail" | "message" | "send"),
        _ => false,
    }
}

struct Request<'a> {
    host: Option<String>,
    origin: Origin,
    hidden: bool,
    channel: String,
    payload: Vec<&'a Expression<'a>>,
}

/// A request whose destination the package decides.
fn request<'a>(ctx: &Context<'_, '_, 'a>, call: &CallNote<'a>) -> Option<Request<'a>> {
    let callee = callee(call)?;
    let given = arguments(call);
    let api = ctx.call_api(call);
    let path = api.as_ref().map(|api| api.path.replace("()", ""));
    let method = match &path {
        Some(path) => path.rsplit('.').next().unwrap_or(path).to_owned(),
        None => ctx.callee_names(callee).into_iter().next()?,
    };
    let network = path.as_deref().is_some_and(is_network_api);
    let process = path.as_deref().is_some_and(|it| it.starts_with("node:child_process."));
    if !network && !process && !names::sounds_like_request(&method) && method != "open" && method != "resolve4" {
        return None;
    }
    let payload: Vec<_> = given
        .iter()
        .copied()
        .filter(|it| function_expression(ctx.module, it).is_none())
        .collect();
    let chained = member_of(callee).map(|it| it.object());
    let target = request_target(ctx, &given).or_else(|| {
        // `https.request(options).end(body)`, `axios.create({ baseURL }).post('/x', body)`, a socket that was connected.
        let object = chained?;
        let folded = ctx.folder.fold(object);
        match &folded.value {
            Value::Api(api) if is_network_api(&api.path) => target_of_calls(api, folded.hidden),
            _ => None,
        }
    });
    let target = target.or_else(|| opened(ctx, call.function, chained?));
    if process {
        return shell_request(ctx, &given, payload);
    }
    match target {
        Some((url, hidden)) => {
            let host = host_of(&url)?;
            if host.starts_with('*') && !host.contains('.') {
                return None;
            }
            if is_local(&host) {
                return None;
            }
            let channel = format!("{} {host}", path.as_deref().unwrap_or(&method));
            let hidden = hidden && !ctx.is_written(&host);
            Some(Request {
                host: Some(host),
                origin: Origin::Constant,
                hidden,
                channel,
                payload,
            })
        }
        None if network => {
            let first = given.first()?;
            let folded = ctx.folder.fold(first);
            let origins = folded.value.origins();
            let derived =
                origins.has(Origins::DERIVED | Origins::FETCHED) && !origins.has(Origins::CALLER | Origins::CONFIGURED);
            let origin = if origins.has(Origins::FETCHED) {
                Origin::Fetched
            } else {
                Origin::Derived
            };
            derived.then(|| Request {
                host: None,
                origin,
                hidden: folded.hidden,
                channel: method.clone(),
                payload,
            })
        }
        None => None,
    }
}

/// The URL that an `XMLHttpRequest` was opened with.
fn opened<'a>(ctx: &Context<'_, '_, 'a>, function: FunctionIdx, object: &'a Expression<'a>) -> Option<(String, bool)> {
    let symbol = symbol_of(ctx.module, object)?;
    ctx.calls()
        .calls_of
        .get(&function)?
        .iter()
        .take(MAX_CALLS)
        .find_map(|call| {
            let call = &ctx.module.calls[*call as usize];
            let member = callee(call).and_then(member_of)?;
            let opens =
                member.static_property_name() == Some("open") && symbol_of(ctx.module, member.object()) == Some(symbol);
            opens.then(|| request_target(ctx, &arguments(call)))?
        })
}

fn target_of_calls(api: &crate::fold::Api, hidden: bool) -> Option<(String, bool)> {
    api.calls.iter().flat_map(|call| &call.arguments).find_map(|argument| {
        let text = match argument {
            Value::String(_) | Value::Concat(_) => argument.to_pattern(),
            Value::Object(object) => {
                let named = object
                    .properties
                    .iter()
                    .find(|it| matches!(&*it.name, "host" | "hostname" | "url" | "baseURL" | "uri" | "prefixUrl"))?;
                named.value.value.to_pattern()
            }
            _ => return None,
        };
        (text.contains("://") || text.contains('.')).then_some((text, hidden))
    })
}

/// `curl https://host -d …`
fn shell_request<'a>(
    ctx: &Context<'_, '_, 'a>,
    given: &[&'a Expression<'a>],
    payload: Vec<&'a Expression<'a>>,
) -> Option<Request<'a>> {
    for argument in given {
        let folded = ctx.folder.fold(argument);
        let text = folded.value.to_pattern();
        if let Some(at) = text.find("://") {
            let start = text[..at]
                .rfind(|c: char| !c.is_ascii_alphabetic())
                .map_or(0, |it| it + 1);
            let url = text[start..].split([' ', '"', '\'', ',']).next()?;
            let host = host_of(url).filter(|host| !host.starts_with('*') && !is_local(host))?;
            let channel = format!("node:child_process {host}");
            return Some(Request {
                host: Some(host),
                origin: Origin::Constant,
                hidden: folded.hidden,
                channel,
                payload,
            });
        }
    }
    None
}

fn is_local(host: &str) -> bool {
    host == "localhost" || host.starts_with("127.") || host == "::1" || host == "0.0.0.0" || host.is_empty()
}

/// Says whether an expression holds what a message holds.
struct Carrier<'k, 'c, 'm, 'a> {
    ctx: &'k Context<'c, 'm, 'a>,
    messages: &'k Messages<'a>,
    handlers: &'k FxHashSet<FunctionIdx>,
    symbols: FxHashSet<SymbolId>,
    fuel: u32,
}

impl<'a> Carrier<'_, '_, '_, 'a> {
    fn carries(&mut self, expression: &'a Expression<'a>) -> bool {
        let mut work = vec![expression];
        while let Some(current) = work.pop() {
            if self.fuel == 0 {
                return false;
            }
            self.fuel -= 1;
            let inner = current.get_inner_expression();
            if let Some(member) = member_of(inner)
                && let Some(name) = member.static_property_name()
            {
                if is_mail_field(name) && self.is_from_caller(member.object()) {
                    return true;
                }
                // `args.length`, `message.id`: not the message.
                if let Some(symbol) = symbol_of(self.ctx.module, member.object())
                    && self.is_parameter(symbol)
                    && !matches!(names::role(name), Some(Role::Container | Role::Batch))
                {
                    continue;
                }
            }
            if let Some(symbol) = symbol_of(self.ctx.module, inner) {
                if self.symbol(symbol, &mut work) {
                    return true;
                }
                continue;
            }
            parts(current, &mut work);
        }
        false
    }

    /// Whether a name is a message, or a field of one that a caller supplied.
    fn symbol(&mut self, symbol: SymbolId, work: &mut Vec<&'a Expression<'a>>) -> bool {
        if !self.symbols.insert(symbol) {
            return false;
        }
        if let Some(message) = self.messages.find(&Key::Symbol(symbol))
            && self.messages.all[message].sent.is_some()
        {
            return true;
        }
        let Some(note) = self.ctx.module.symbols.get(&symbol) else {
            return false;
        };
        for binding in note.bindings.iter().take(MAX_BINDINGS) {
            let named = binding.path.iter().rev().find_map(|step| match step {
                PathStep::Property(name) => Some(*name),
                _ => None,
            });
            match binding.source {
                BindingSource::Parameter { function, index, .. } => {
                    let handled = self.handlers.contains(&function);
                    match named {
                        Some(name) if is_mail_field(name) && handled => return true,
                        None if handled && binding.path.is_empty() && self.is_mail_parameter(symbol, function) => {
                            return true;
                        }
                        // What a function of this file is given is looked at where it is called.
                        _ => {}
                    }
                    if binding.path.is_empty() {
                        let calls = self.ctx.calls().callers.get(&function).map_or(&[][..], Vec::as_slice);
                        for call in calls.iter().take(MAX_BINDINGS) {
                            work.extend(arguments(&self.ctx.module.calls[*call as usize]).get(usize::from(index)));
                        }
                    }
                }
                BindingSource::Expression { value, .. } => match named {
                    Some(name) if is_mail_field(name) => {
                        if self.is_from_caller(value) {
                            return true;
                        }
                    }
                    Some(_) => {}
                    None => work.push(value),
                },
                _ => {}
            }
        }
        false
    }

    fn is_parameter(&self, symbol: SymbolId) -> bool {
        self.ctx.module.symbols.get(&symbol).is_some_and(|note| {
            note.bindings
                .iter()
                .any(|binding| matches!(binding.source, BindingSource::Parameter { .. }))
        })
    }

    /// Whether a whole parameter is a message, or one of its fields: by its name, or because fields are read from it.
    fn is_mail_parameter(&self, symbol: SymbolId, function: FunctionIdx) -> bool {
        let called_here = self.ctx.calls().callers.contains_key(&function) && !self.ctx.index.is_exported(function);
        if called_here {
            return false;
        }
        let name = self.ctx.module.scoping.symbol_name(symbol);
        if is_mail_field(name) {
            return true;
        }
        let sent = self.messages.find(&Key::Symbol(symbol)).is_some();
        let span = self.ctx.module.function(function).span;
        sent || self.ctx.reads_mail_fields(name, span)
    }

    fn is_from_caller(&self, expression: &'a Expression<'a>) -> bool {
        let origins = self.ctx.folder.fold(expression).value.origins();
        let message = symbol_of(self.ctx.module, expression).and_then(|it| self.messages.find(&Key::Symbol(it)));
        origins.has(Origins::CALLER) || message.is_some_and(|it| self.messages.all[it].sent.is_some())
    }
}

fn is_mail_field(name: &str) -> bool {
    match names::role(name) {
        Some(Role::Recipient(_) | Role::Raw) => true,
        Some(Role::Content { distinct }) => distinct || matches!(name, "text" | "body" | "content" | "message"),
        _ => matches!(name, "message" | "mail" | "email" | "mailOptions" | "emailData"),
    }
}

/// Copies of one file.
const MAX_COPIES: usize = 100;
/// Expressions looked at for one request.
const FUEL: u32 = 600;
/// Calls of one function that are looked at.
const MAX_CALLS: usize = 200;
/// Assignments and calls followed for one name.
const MAX_BINDINGS: usize = 12;
