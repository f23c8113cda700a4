//! The calls that send mail, and which messages reach them.

mod candidates;
mod requests;
mod screen;
mod trace;

#[cfg(test)]
pub(super) use candidates::MAIL_PROGRAMS;
use candidates::candidate;
pub(super) use requests::{host_of, is_host_of, is_network_api, request_target};
use screen::Screen;
use trace::Trace;

use oxc_ast::ast::{Expression, ObjectPropertyKind};
use oxc_span::Span;
use waxseal_model::{RecipientPlace, Target};

use super::context::Context;
use super::index::arguments;
use super::messages::{Key, Messages};
use super::names::Role;
use crate::module::FunctionIdx;

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
    let screen = Screen::new(ctx, any_mail);
    let mut candidates = Vec::new();
    for (idx, call) in ctx.module.calls.iter().enumerate() {
        if !screen.may_send(ctx, call) {
            continue;
        }
        let Some(candidate) = candidate(ctx, &screen, call) else {
            continue;
        };
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
        let Some(send) = sends
            .iter()
            .position(|send| ctx.around(send.function).contains(&function))
        else {
            continue;
        };
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
/// Calls that send, in one file.
const MAX_SENDS: usize = 2_000;
/// Literals of one schema that are looked at.
const MAX_SCHEMA: usize = 64;
