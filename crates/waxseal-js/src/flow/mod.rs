//! Whom the mail of a file goes to: recipients, accounts and second destinations that the caller did not supply.
//!
//! `messages` gathers every object, builder and text that could be a message, `sends` finds the calls that send and follows what
//! they are given back to messages, `pieces` says of each recipient where it comes from, and here the three become flows.

mod accounts;
mod context;
mod copies;
mod index;
mod mention;
mod messages;
mod names;
mod pieces;
mod sends;
mod shape;
mod text;

use std::cmp::Reverse;

use oxc_span::Span;
use waxseal_model::{CapabilityKind, FlowKind, MessageShape, Origin, RecipientPlace, SinkSpec, Target};

use crate::capabilities::Candidates;
use crate::fold::Folder;
use crate::local::{LocalCapability, LocalFlow};
use crate::module::{FunctionIdx, Module, StringNote};
use crate::textual::Texts;
pub(crate) use index::{member_of, symbol_of};

use context::Context;
use mention::Senders;
use messages::{FieldValue, Key, Messages};
use names::Role;
use pieces::{Piece, Wanted, is_schema, judge, judge_folded, refined};
use shape::Shapes;

/// What one file says about mail.
#[derive(Debug, Default)]
pub(crate) struct MailFacts {
    /// A limit was hit: there may be more than is said.
    pub(crate) truncated: bool,
    /// In the order of their places.
    pub(crate) flows: Vec<LocalFlow>,
    /// Of the kind [`CapabilityKind::Mail`], in the order of their places.
    pub(crate) capabilities: Vec<LocalCapability>,
}

/// Finds every mail flow and every way of sending mail in one file.
pub(crate) fn mail_flows<'a>(
    module: &Module<'a>,
    folder: &Folder<'_, 'a>,
    sinks: &[SinkSpec],
    candidates: &Candidates<'_, 'a>,
) -> MailFacts {
    let senders = if candidates.is_exhaustive() {
        Some(Senders::ANY)
    } else {
        let texts = Texts {
            module,
            folder,
            exhaustive: false,
        };
        mention::mentions_mail(texts, sinks)
    };
    let Some(senders) = senders else {
        return MailFacts::default();
    };
    let ctx = Context::new(module, folder, sinks, candidates, senders);
    let mut messages = Messages::gather(&ctx);
    let sends = sends::find(&ctx, &mut messages);
    let recipients = recipients(&ctx, &messages);
    let shapes = Shapes::new(&ctx, &messages, &sends, &recipients);
    let mut flows = Vec::new();
    for recipient in &recipients {
        if flows.len() >= MAX_FLOWS {
            break;
        }
        flows.extend(recipient_flow(&ctx, &messages, &shapes, recipient));
    }
    flows.extend(
        accounts::find(&ctx, &sends)
            .into_iter()
            .map(|account| account_flow(&ctx, &shapes, account)),
    );
    flows.extend(
        copies::find(&ctx, &messages, &sends)
            .into_iter()
            .map(|copy| copy_flow(&ctx, &shapes, copy)),
    );
    flows.sort_by_key(|flow| {
        let shape = &flow.message;
        let telling = (
            shape.sent && shape.caller_recipients,
            shape.caller_recipients,
            shape.sent,
            shape.caller_content,
        );
        (
            flow.span.start,
            flow.span.end,
            flow.kind.clone(),
            flow.value.clone(),
            flow.origin.clone(),
            Reverse(telling),
        )
    });
    flows.dedup_by(|a, b| a.span == b.span && a.kind == b.kind && a.value == b.value && a.origin == b.origin);
    drop_fragments(&messages, &recipients, &mut flows);
    let truncated = flows.len() >= MAX_FLOWS || recipients.len() > MAX_RECIPIENTS || messages.truncated;
    flows.truncate(MAX_FLOWS);
    MailFacts {
        truncated,
        flows,
        capabilities: capabilities(&sends, &messages),
    }
}

/// One judged part of one recipient field.
struct Recipient {
    message: usize,
    field: usize,
    place: RecipientPlace,
    piece: Piece,
}

/// A header line in a constant counts where it is put into a message, if it is.
fn drop_fragments(messages: &Messages<'_>, recipients: &[Recipient], flows: &mut Vec<LocalFlow>) {
    let spans: Vec<Span> = recipients
        .iter()
        .filter(|it| messages.all[it.message].is_fragment)
        .map(|it| messages.all[it.message].fields[it.field].span)
        .collect();
    let whole: Vec<(FlowKind, Option<String>)> = flows
        .iter()
        .filter(|flow| !spans.contains(&flow.span))
        .map(|flow| (flow.kind.clone(), flow.value.clone()))
        .collect();
    flows.retain(|flow| {
        !spans.contains(&flow.span)
            || !whole
                .iter()
                .any(|(kind, value)| *kind == flow.kind && *value == flow.value)
    });
}

/// Every part of every recipient field.
fn recipients<'a>(ctx: &Context<'_, '_, 'a>, messages: &Messages<'a>) -> Vec<Recipient> {
    let mut found = Vec::new();
    for (message, it) in messages.all.iter().enumerate() {
        for (field, note) in it.fields.iter().enumerate() {
            let Some(place) = place_of(ctx, messages, message, field) else {
                continue;
            };
            let pieces = match &note.value {
                FieldValue::Expression(expression) => judge(ctx, expression, Wanted::Mailboxes),
                FieldValue::Folded(folded) => judge_folded(ctx, folded, Wanted::Mailboxes),
                FieldValue::Text(segments, _) => pieces::judge_text(ctx, segments),
            };
            for mut piece in pieces {
                if let FieldValue::Expression(expression) | FieldValue::Text(_, expression) = &note.value
                    && piece.value.is_none()
                {
                    piece.origin = refined(ctx, piece.origin, expression);
                    if piece.origin == Origin::Unknown && is_schema(expression) {
                        piece.origin = Origin::Caller;
                    }
                }
                if it.is_default && piece.origin == Origin::Constant {
                    piece.origin = Origin::Default;
                }
                let place = piece.place.clone().unwrap_or_else(|| place.clone());
                found.push(Recipient {
                    message,
                    field,
                    place,
                    piece,
                });
            }
            if found.len() > MAX_RECIPIENTS {
                return found;
            }
        }
    }
    found
}

/// The place a field stands for, also by the table of the provider its message is sent through.
fn place_of(
    ctx: &Context<'_, '_, '_>,
    messages: &Messages<'_>,
    message: usize,
    field: usize,
) -> Option<RecipientPlace> {
    let it = &messages.all[message];
    let note = &it.fields[field];
    match &note.role {
        Role::Recipient(place) => Some(place.clone()),
        Role::Container => {
            let sink = &ctx.sinks[it.sink?];
            let path = sink
                .recipients
                .iter()
                .find(|spec| spec.path.eq_ignore_ascii_case(&note.name))?;
            Some(path.place.place())
        }
        _ => None,
    }
}

fn recipient_flow(
    ctx: &Context<'_, '_, '_>,
    messages: &Messages<'_>,
    shapes: &Shapes,
    recipient: &Recipient,
) -> Option<LocalFlow> {
    let Recipient {
        message,
        field,
        place,
        piece,
    } = recipient;
    let note = &messages.all[*message].fields[*field];
    if piece.origin == Origin::Caller {
        return None;
    }
    let shape = shapes.of(ctx, messages, recipient);
    let worth = match piece.origin {
        _ if piece.mailbox.is_some() => {
            let telling = !messages.all[*message].is_fragment
                && !matches!(
                    place,
                    RecipientPlace::To | RecipientPlace::ReplyTo | RecipientPlace::Header(_)
                );
            shape.is_message || shape.shape.sent || telling
        }
        Origin::Unknown => shape.is_message && shape.seen_leaving,
        _ => shape.is_message && shape.shape.sent,
    };
    if !worth {
        return None;
    }
    let written = literal_of(ctx, recipient, note.function);
    let source = piece.source.or(written.map(|it| it.span));
    // In a text the place is where the line itself is written, which may be far from where the lines are joined.
    let line = written.filter(|it| {
        matches!(messages.all[*message].key, Key::Text(_))
            && it.function == note.function
            && !index::contains(it.span, note.span)
    });
    let span = line.map_or(note.span, |it| it.span);
    Some(LocalFlow {
        kind: FlowKind::Recipient(place.clone()),
        origin: piece.origin.clone(),
        value: piece.value.as_deref().map(|value| bounded(value, MAX_VALUE)),
        mailbox: piece.mailbox.clone(),
        channel: bounded(&shape.channel, MAX_VALUE),
        message: shape.shape,
        hidden: piece.hidden || note.hidden,
        condition: condition(ctx, piece.condition.or(note.condition), source, span),
        span,
        source: source.filter(|source| !index::contains(span, *source)),
        function: note.function,
    })
}

/// Where a mailbox that is nowhere in its field is written, in the same function rather than elsewhere.
fn literal_of<'c, 'a>(
    ctx: &Context<'c, '_, 'a>,
    recipient: &Recipient,
    function: FunctionIdx,
) -> Option<&'c StringNote<'a>> {
    let value = recipient.piece.value.as_deref()?.trim_start_matches('*');
    let holding = || ctx.module.marked_strings.iter().filter(|it| it.text.contains(value));
    holding()
        .find(|it| it.function == function)
        .or_else(|| holding().next())
}

fn account_flow(ctx: &Context<'_, '_, '_>, shapes: &Shapes, account: accounts::Account) -> LocalFlow {
    LocalFlow {
        kind: account.kind,
        origin: account.piece.origin.clone(),
        value: account.value.map(|value| bounded(&value, MAX_VALUE)),
        mailbox: None,
        channel: bounded(&account.channel, MAX_VALUE),
        message: shapes.of_account(),
        hidden: account.piece.hidden,
        condition: condition(ctx, account.piece.condition, account.piece.source, account.span),
        span: account.span,
        source: account
            .piece
            .source
            .filter(|source| !index::contains(account.span, *source)),
        function: account.function,
    }
}

fn copy_flow(ctx: &Context<'_, '_, '_>, shapes: &Shapes, copy: copies::Copy) -> LocalFlow {
    LocalFlow {
        kind: FlowKind::SecondDestination,
        origin: copy.origin,
        value: copy.host.map(|host| bounded(&host, MAX_VALUE)),
        mailbox: None,
        channel: bounded(&copy.channel, MAX_VALUE),
        message: shapes.of_copy(ctx, copy.function),
        hidden: copy.hidden,
        condition: condition(ctx, copy.condition, None, copy.span),
        span: copy.span,
        source: None,
        function: copy.function,
    }
}

/// The text of the innermost condition around a flow: the one nearest to its value, to its place, or around both.
fn condition(ctx: &Context<'_, '_, '_>, known: Option<Span>, source: Option<Span>, place: Span) -> Option<String> {
    let span = known.or_else(|| {
        let function = index::enclosing(ctx.module, place);
        index::statement_condition(ctx.module, function, place)
    });
    let span = span.or_else(|| {
        let source = source?;
        let function = index::enclosing(ctx.module, source);
        index::statement_condition(ctx.module, function, source)
    })?;
    Some(bounded(ctx.slice(span), MAX_CONDITION))
}

fn capabilities(sends: &[sends::Send], messages: &Messages<'_>) -> Vec<LocalCapability> {
    let mut found: Vec<LocalCapability> = sends
        .iter()
        .filter_map(|send| {
            let (api, target) = send.capability.clone()?;
            Some(LocalCapability {
                kind: CapabilityKind::Mail,
                api: bounded(&api, MAX_VALUE),
                target,
                sensitive: false,
                hidden: send.hidden,
                span: send.span,
                function: send.function,
            })
        })
        .collect();
    for message in &messages.all {
        if let Key::Text(span) = message.key
            && message.is_smtp
        {
            found.push(LocalCapability {
                kind: CapabilityKind::Mail,
                api: "SMTP RCPT TO".to_owned(),
                target: Target::Dynamic,
                sensitive: false,
                hidden: false,
                span,
                function: message.function,
            });
        }
    }
    found.sort_by_key(|it| (it.span.start, it.span.end));
    found.dedup_by(|a, b| a.span == b.span && a.api == b.api);
    found
}

fn bounded(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    let end = (0..=max).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text[..end].to_owned()
}

/// What is said of a message that was not found.
pub(super) fn nothing() -> MessageShape {
    MessageShape::default()
}

/// Bytes of a value (RFC 5321 §4.5.3.1: 64 + 1 + 255).
const MAX_VALUE: usize = 320;
/// Bytes of a condition's text.
const MAX_CONDITION: usize = 200;
/// Flows of one file.
const MAX_FLOWS: usize = 1_000;
/// Parts of recipient fields of one file.
const MAX_RECIPIENTS: usize = 20_000;

#[cfg(test)]
mod tests;
