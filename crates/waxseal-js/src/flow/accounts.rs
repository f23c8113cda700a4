//! Credentials and servers written into the code, that decide whose account mail is sent from.

use oxc_ast::ast::{Expression, ObjectPropertyKind};
use oxc_span::{GetSpan, Span};
use rustc_hash::FxHashSet;
use waxseal_model::{FlowKind, Origin};

use super::context::Context;
use super::index::{arguments, callee, symbol_of};
use super::names;
use super::pieces::{Piece, Wanted, judge, judge_folded, property_name, refined};
use super::sends::{Send, host_of};
use crate::fold::Value;
use crate::module::{BindingSource, CallNode, CallNote, FunctionIdx};

/// A credential or server of the package's own choice.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) kind: FlowKind,
    pub(super) piece: Piece,
    /// The credential cut down to what may be kept, or the server.
    pub(super) value: Option<String>,
    pub(super) channel: String,
    pub(super) span: Span,
    pub(super) function: FunctionIdx,
}

/// Every account place that something other than the caller fills.
pub(super) fn find(ctx: &Context<'_, '_, '_>, sends: &[Send]) -> Vec<Account> {
    let mut found = Vec::new();
    let exports: FxHashSet<&str> = ctx
        .sinks
        .iter()
        .flat_map(|sink| sink.clients)
        .map(|client| client.export)
        .collect();
    for call in &ctx.module.calls {
        clients(ctx, call, &exports, &mut found);
    }
    for send in sends {
        let call = &ctx.module.calls[send.call as usize];
        if let Some(sink) = send.sink {
            request_headers(ctx, call, ctx.sinks[sink].provider, &mut found);
        }
    }
    found.truncate(MAX_ACCOUNTS);
    found
}

fn clients<'a>(ctx: &Context<'_, '_, 'a>, call: &CallNote<'a>, exports: &FxHashSet<&str>, found: &mut Vec<Account>) {
    let Some(callee) = callee(call) else { return };
    let Some(name) = ctx.callee_name(callee) else { return };
    let listed = exports.contains(&*name);
    // A client that a module is, or that has another name here, is known by what it is.
    let may_be_client = listed || (ctx.senders.client && ctx.candidates.may_be_outside(callee));
    if !may_be_client {
        return;
    }
    let path = ctx.call_api(call).map(|api| api.path.replace("()", ""));
    let given = arguments(call);
    for sink in ctx.sinks {
        for client in sink.clients {
            let by_module = path.as_deref().is_some_and(|path| {
                sink.modules.iter().any(|module| match client.export {
                    "default" => path == *module,
                    export => path
                        .strip_prefix(module)
                        .is_some_and(|rest| rest.rsplit('.').next() == Some(export) && rest.starts_with('.')),
                })
            });
            let by_name = path.is_none() && client.export == name && client.export.len() >= MIN_DISTINCT;
            if !by_module && !by_name {
                continue;
            }
            let Some(argument) = client.argument.and_then(|it| given.get(it)) else {
                continue;
            };
            let channel = format!(
                "{}.{}",
                sink.provider,
                if client.export == "default" {
                    "()"
                } else {
                    client.export
                }
            );
            let at = At {
                call,
                channel: &channel,
            };
            if client.fields.is_empty() || is_text(ctx, argument) {
                let pieces = judged(ctx, argument);
                add(ctx, "credential", pieces, argument.span(), at, found);
            } else {
                for field in client.fields {
                    for (pieces, span) in along(ctx, argument, field) {
                        add(ctx, field, pieces, span, at, found);
                    }
                }
            }
            if by_module {
                return;
            }
        }
    }
}

#[derive(Clone, Copy)]
struct At<'c, 'a> {
    call: &'c CallNote<'a>,
    channel: &'c str,
}

fn is_text<'a>(ctx: &Context<'_, '_, 'a>, argument: &'a Expression<'a>) -> bool {
    matches!(ctx.folder.fold(argument).value, Value::String(_) | Value::Concat(_))
}

/// The headers of a request to a provider.
fn request_headers<'a>(ctx: &Context<'_, '_, 'a>, call: &CallNote<'a>, provider: &str, found: &mut Vec<Account>) {
    if matches!(call.node, CallNode::New(_)) {
        return;
    }
    for argument in arguments(call) {
        let Some(object) = literal_of(ctx, argument) else {
            continue;
        };
        for property in &object.properties {
            let ObjectPropertyKind::ObjectProperty(property) = property else {
                continue;
            };
            if property_name(ctx, &property.key).is_none_or(|name| !name.eq_ignore_ascii_case("headers")) {
                continue;
            }
            let Some(headers) = literal_of(ctx, &property.value) else {
                continue;
            };
            for header in &headers.properties {
                let ObjectPropertyKind::ObjectProperty(header) = header else {
                    continue;
                };
                let Some(name) = property_name(ctx, &header.key) else {
                    continue;
                };
                if is_credential_header(&name) {
                    let pieces = judged(ctx, &header.value);
                    let channel = format!("{provider} request");
                    add(
                        ctx,
                        &name,
                        pieces,
                        header.span,
                        At {
                            call,
                            channel: &channel,
                        },
                        found,
                    );
                }
            }
        }
    }
}

fn is_credential_header(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    matches!(
        lower.as_str(),
        "authorization" | "api-key" | "apikey" | "x-api-key" | "x-auth-token" | "token"
    ) || lower.ends_with("-token")
        || lower.ends_with("apikey")
}

fn add(
    ctx: &Context<'_, '_, '_>,
    field: &str,
    pieces: Vec<Piece>,
    span: Span,
    at: At<'_, '_>,
    found: &mut Vec<Account>,
) {
    for piece in pieces {
        let text = piece.value.clone().unwrap_or_default();
        let last = field.rsplit('.').next().unwrap_or(field).to_ascii_lowercase();
        let server = matches!(
            last.as_str(),
            "host" | "hostname" | "server" | "url" | "uri" | "baseurl" | "endpoint" | "proxy"
        );
        let detail = matches!(
            last.as_str(),
            "port" | "secure" | "type" | "region" | "service" | "name" | "method" | "tls"
        );
        if detail || matches!(piece.origin, Origin::Caller) {
            continue;
        }
        if let Some((credential, host)) = url_account(&text) {
            if !names::is_known_server(&host) && !is_sink_host(ctx, &host) {
                push(at, "host", piece.clone(), Some(host), span, found);
            }
            if let Some(credential) = credential
                && !names::is_placeholder(&credential)
            {
                push(at, "auth.pass", piece, Some(redacted(&credential)), span, found);
            }
            continue;
        }
        let constant = piece.value.is_some();
        if server {
            if constant && (names::is_known_server(&text) || is_sink_host(ctx, &text)) {
                continue;
            }
            push(at, field, piece, constant.then_some(text), span, found);
            continue;
        }
        let secret = ["Bearer ", "Basic ", "bearer ", "basic ", "Token ", "api:"]
            .iter()
            .find_map(|it| text.strip_prefix(it))
            .unwrap_or(&text);
        if constant && names::is_placeholder(secret) {
            continue;
        }
        let kept = match &piece.origin {
            Origin::Configured(name) => !name.is_empty(),
            Origin::Derived => piece.hidden,
            Origin::Fetched => true,
            _ => constant,
        };
        if kept {
            let value = constant.then(|| redacted(secret));
            push(at, field, piece, value, span, found);
        }
    }
}

/// Every text that can stand in an account place.
fn judged<'a>(ctx: &Context<'_, '_, 'a>, expression: &'a Expression<'a>) -> Vec<Piece> {
    let mut pieces = judge(ctx, expression, Wanted::Text);
    for piece in pieces.iter_mut().filter(|piece| piece.value.is_none()) {
        piece.origin = refined(ctx, piece.origin.clone(), expression);
    }
    pieces
}

fn push(at: At<'_, '_>, field: &str, piece: Piece, value: Option<String>, span: Span, found: &mut Vec<Account>) {
    found.push(Account {
        kind: FlowKind::Account(field.to_owned()),
        piece,
        value,
        channel: at.channel.to_owned(),
        span,
        function: at.call.function,
    });
}

fn is_sink_host(ctx: &Context<'_, '_, '_>, host: &str) -> bool {
    let host = host_of(host).unwrap_or_default();
    ctx.sinks.iter().any(|sink| super::sends::is_host_of(&host, sink))
}

/// `smtps://user:pass@host`: the password and the host.
fn url_account(text: &str) -> Option<(Option<String>, String)> {
    let (scheme, rest) = text.split_once("://")?;
    if !matches!(scheme, "smtp" | "smtps" | "http" | "https") {
        return None;
    }
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    let credential = authority
        .rsplit_once('@')
        .map(|(user, _)| user.split_once(':').map_or(user, |(_, it)| it).to_owned());
    Some((credential, host_of(text)?))
}

/// What may be kept of a credential: its first four characters and its length.
fn redacted(text: &str) -> String {
    let start: String = text.chars().take(4).collect();
    format!("{start}… ({} characters)", text.chars().count())
}

/// What stands at a dotted path of an object, as written or as folded.
fn along<'a>(ctx: &Context<'_, '_, 'a>, object: &'a Expression<'a>, path: &str) -> Vec<(Vec<Piece>, Span)> {
    let mut current = object;
    let mut steps = path.split('.').peekable();
    while let Some(step) = steps.peek() {
        let Some(literal) = literal_of(ctx, current) else { break };
        let next = literal.properties.iter().find_map(|property| match property {
            ObjectPropertyKind::ObjectProperty(property)
                if property_name(ctx, &property.key).is_some_and(|name| &*name == *step) =>
            {
                Some(&property.value)
            }
            _ => None,
        });
        match next {
            Some(value) => current = value,
            None => return Vec::new(),
        }
        steps.next();
    }
    if steps.peek().is_none() {
        return vec![(judged(ctx, current), current.span())];
    }
    let mut folded = ctx.folder.fold(current);
    if !matches!(folded.value, Value::Object(_)) {
        return Vec::new();
    }
    for step in steps {
        folded = ctx.folder.property(&folded.value, step);
    }
    vec![(judge_folded(ctx, &folded, Wanted::Text), current.span())]
}

/// The object literal that an expression is, or that its name was given.
pub(super) fn literal_of<'a>(
    ctx: &Context<'_, '_, 'a>,
    expression: &'a Expression<'a>,
) -> Option<&'a oxc_ast::ast::ObjectExpression<'a>> {
    match super::messages::peel(expression) {
        Expression::ObjectExpression(object) => Some(object),
        inner => {
            let note = ctx.module.symbols.get(&symbol_of(ctx.module, inner)?)?;
            note.bindings.iter().find_map(|binding| match binding.source {
                BindingSource::Expression { value, .. } if binding.path.is_empty() => {
                    match value.get_inner_expression() {
                        Expression::ObjectExpression(object) => Some(&**object),
                        _ => None,
                    }
                }
                _ => None,
            })
        }
    }
}

/// Shorter names of exports mean nothing without their module.
pub(super) const MIN_DISTINCT: usize = 9;
/// Accounts of one file.
const MAX_ACCOUNTS: usize = 200;
