//! Calls that may send: those of the table of sinks, and those that sound like it.

use super::super::context::Context;
use super::super::index::{arguments, callee, function_expression, member_of};
use super::super::names::{self};
use super::requests::provider_request;
use super::screen::Screen;
use crate::module::{CallNode, CallNote};
use oxc_ast::ast::Expression;
use waxseal_model::{FieldPlace, MessageArgument, SendSpec, SinkSpec, Target};

pub(super) struct Candidate<'a> {
    /// What it is given goes into every message that is sent later.
    pub(super) defaults: bool,
    /// Where arguments of their own are recipients.
    pub(super) positional: &'static [(usize, FieldPlace)],
    pub(super) sink: Option<usize>,
    pub(super) channel: String,
    pub(super) capability: Option<(String, Target)>,
    pub(super) hidden: bool,
    pub(super) certain: bool,
    pub(super) payload: Vec<&'a Expression<'a>>,
}

pub(super) fn candidate<'a>(ctx: &Context<'_, '_, 'a>, screen: &Screen, call: &CallNote<'a>) -> Option<Candidate<'a>> {
    let callee = callee(call)?;
    let api = ctx.call_api(call);
    let path = api.as_ref().map(|api| api.path.replace("()", ""));
    // `promisify(…)(…)` is called by the name that holds it.
    let names = match &path {
        Some(path) if api.as_ref().is_none_or(|api| !api.path.ends_with("()")) => {
            path.rsplit('.').take(3).map(str::to_owned).collect::<Vec<_>>()
        }
        _ => ctx.callee_names(callee),
    };
    let given = arguments(call);
    if let Some(found) = mail_program(ctx, path.as_deref(), &given) {
        return Some(found);
    }
    let mut payload: Vec<&'a Expression<'a>> = given
        .iter()
        .copied()
        .filter(|it| function_expression(ctx.module, it).is_none())
        .collect();
    if let Some(found) = known_send(ctx, screen, call, api.as_ref().map(|api| &*api.path), &names, &payload) {
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
    let local = ctx
        .calls()
        .call_at(call.span)
        .is_some_and(|it| ctx.calls().callees.contains_key(&it));
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
fn mail_program<'a>(
    ctx: &Context<'_, '_, 'a>,
    path: Option<&str>,
    given: &[&'a Expression<'a>],
) -> Option<Candidate<'a>> {
    let path = path.filter(|it| it.starts_with("node:child_process."))?;
    let command = ctx.folder.fold(given.first()?).value.to_pattern();
    let program = command.split([' ', '\t']).next()?.rsplit(['/', '\\']).next()?;
    if !MAIL_PROGRAMS.contains(&program) {
        return None;
    }
    Some(Candidate {
        defaults: false,
        positional: if command.contains(' ') {
            COMMAND_LINE
        } else {
            ARGUMENT_LIST
        },
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
    screen: &Screen,
    call: &CallNote<'a>,
    raw: Option<&str>,
    names: &[String],
    payload: &[&'a Expression<'a>],
) -> Option<Candidate<'a>> {
    let path = raw.map(|raw| raw.replace("()", ""));
    let path = path.as_deref();
    let mut best: Option<(bool, usize, &SendSpec)> = None;
    for (idx, send) in screen.sends(names.first().map(String::as_str), path.is_some()) {
        let sink = &ctx.sinks[idx];
        let client = path.is_some_and(|path| is_of_module(path, sink));
        let named = match send.method {
            // The client, or the module, is called itself.
            "()" => raw.is_some_and(|raw| raw.ends_with("()")) && client,
            "default" => path.is_some_and(|path| sink.modules.contains(&path)),
            method => ends_with(names, method),
        };
        let plausible = client || !send.needs_client;
        if named && plausible && best.is_none_or(|(known, ..)| client && !known) {
            best = Some((client, idx, send));
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
    let target = sink
        .hosts
        .first()
        .map_or(Target::None, |host| Target::Constant((*host).to_owned()));
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
        hidden: callee(call)
            .and_then(member_of)
            .is_some_and(|it| it.static_property_name().is_none()),
        certain: client || send.method.to_ascii_lowercase().contains("mail"),
        payload: Vec::new(),
    })
}

fn is_of_module(path: &str, sink: &SinkSpec) -> bool {
    sink.modules.iter().any(|module| {
        path.strip_prefix(module)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/']))
    })
}

/// Whether a callee's names, the last first, end with a dotted tail.
fn ends_with(names: &[String], tail: &str) -> bool {
    tail.rsplit('.')
        .enumerate()
        .all(|(idx, part)| names.get(idx).is_some_and(|name| name == part))
}

/// Where a shell command names its recipients.
const COMMAND_LINE: &[(usize, FieldPlace)] = &[(0, FieldPlace::Envelope)];
/// Where a program's arguments name them.
const ARGUMENT_LIST: &[(usize, FieldPlace)] = &[(1, FieldPlace::Envelope)];

/// Programs that take mail.
pub(in crate::flow) const MAIL_PROGRAMS: [&str; 8] =
    ["sendmail", "msmtp", "mailx", "mail", "mutt", "exim", "swaks", "ssmtp"];
