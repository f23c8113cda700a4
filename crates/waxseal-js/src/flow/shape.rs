//! What is known of the message that a recipient belongs to.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use oxc_ast::ast::Expression;
use oxc_span::GetSpan;
use rustc_hash::{FxHashMap, FxHashSet};
use waxseal_model::{MessageShape, Origin, RecipientPlace};

use super::Recipient;
use super::context::Context;
use super::index::symbol_of;
use super::messages::{FieldValue, Key, Messages, peel};
use super::names::Role;
use super::pieces::Piece;
use super::sends::{Send, is_mail_shaped};
use crate::fold::Origins;
use crate::module::FunctionIdx;

/// Facts about all messages that single flows are judged by.
pub(super) struct Shapes {
    /// Parts of recipient fields by message: the field, and the position in the list of recipients.
    by_message: FxHashMap<usize, Vec<Part>>,
    /// Messages that each message is copied into, itself included.
    containers: FxHashMap<usize, Vec<usize>>,
    /// Messages that carry content of the caller's.
    content: FxHashSet<usize>,
    /// Functions that send a message whose recipients the caller supplies, and the messages concerned.
    caller_sends: Vec<(FunctionIdx, Vec<usize>)>,
    /// The channel and the function of each send.
    sends: Vec<(String, FunctionIdx)>,
    summaries: RefCell<FxHashMap<usize, Rc<Summary>>>,
}

/// What holds for every recipient of one message.
struct Summary {
    /// The object came from a caller.
    foreign: bool,
    /// It carries content of the caller's.
    content: bool,
    /// It has the fields of a mail.
    shaped: bool,
    smtp: bool,
    send: Option<usize>,
    fields: Vec<String>,
    members: Vec<usize>,
}

/// One part of a recipient field.
struct Part {
    field: usize,
    piece: Piece,
    /// It receives this very message.
    receives: bool,
}

/// What is said of one recipient's message.
pub(super) struct Judged {
    pub(super) shape: MessageShape,
    pub(super) channel: String,
    /// A call was seen that sends it.
    pub(super) seen_leaving: bool,
    /// It has the fields of a message, or came from one.
    pub(super) is_message: bool,
}

impl Shapes {
    pub(super) fn new(
        ctx: &Context<'_, '_, '_>,
        messages: &Messages<'_>,
        sends: &[Send],
        recipients: &[Recipient],
    ) -> Self {
        let mut by_message: FxHashMap<usize, Vec<Part>> = FxHashMap::default();
        for recipient in recipients {
            by_message.entry(recipient.message).or_default().push(Part {
                field: recipient.field,
                piece: recipient.piece.clone(),
                receives: !matches!(recipient.place, RecipientPlace::ReplyTo | RecipientPlace::Header(_)),
            });
        }
        let mut containers: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
        for container in 0..messages.all.len() {
            for member in messages.members(container) {
                containers.entry(member).or_default().push(container);
            }
        }
        let mut shapes = Self {
            by_message,
            containers,
            content: FxHashSet::default(),
            caller_sends: Vec::new(),
            sends: sends.iter().map(|send| (send.channel.clone(), send.function)).collect(),
            summaries: RefCell::default(),
        };
        shapes.content = (0..messages.all.len())
            .filter(|it| carries_callers_content(ctx, messages, *it))
            .collect();
        for send in sends {
            let addressed: Vec<usize> = send
                .messages
                .iter()
                .copied()
                .filter(|message| !messages.all[*message].is_fragment)
                .filter(|message| shapes.has_callers(messages, *message, None))
                .collect();
            if !addressed.is_empty() || (send.caller_message && send.messages.is_empty()) {
                shapes.caller_sends.push((send.function, addressed.clone()));
                for message in addressed {
                    shapes
                        .caller_sends
                        .push((messages.all[message].function, vec![message]));
                }
            }
        }
        shapes
    }

    /// The shape of the message a recipient belongs to, as the most telling of the messages it is copied into shows it.
    pub(super) fn of(&self, ctx: &Context<'_, '_, '_>, messages: &Messages<'_>, recipient: &Recipient) -> Judged {
        let containers = self.containers.get(&recipient.message).map_or(&[][..], Vec::as_slice);
        containers
            .iter()
            .take(MAX_CONTAINERS)
            .map(|container| self.within(ctx, messages, recipient, *container))
            .max_by_key(|judged| {
                let shape = &judged.shape;
                (
                    shape.sent && shape.caller_recipients,
                    shape.sent && shape.caller_content,
                    shape.caller_recipients,
                    shape.sent,
                    shape.caller_content,
                    shape.beside_caller_message,
                )
            })
            .unwrap_or_else(|| Judged {
                shape: super::nothing(),
                channel: NO_CHANNEL.to_owned(),
                seen_leaving: false,
                is_message: false,
            })
    }

    fn within(
        &self,
        ctx: &Context<'_, '_, '_>,
        messages: &Messages<'_>,
        recipient: &Recipient,
        container: usize,
    ) -> Judged {
        let summary = self.summary(messages, container);
        let caller_recipients = self.has_callers(messages, container, Some(recipient));
        let caller_content = summary.content || ((summary.foreign || summary.smtp) && caller_recipients);
        let by_class = matches!(messages.all[container].key, Key::Class(_) | Key::Path(_)) && caller_recipients;
        let handed_out = summary.foreign || by_class || (caller_recipients && is_returned(ctx, messages, container));
        let beside = self.is_beside(ctx, messages, recipient, &summary.members);
        let sent = summary.send.is_some()
            || summary.smtp
            || (handed_out && (summary.shaped || recipient.piece.mailbox.is_some()));
        let channel = match summary.send {
            Some(send) => self.sends[send].0.clone(),
            None if summary.smtp => "SMTP".to_owned(),
            None => NO_CHANNEL.to_owned(),
        };
        Judged {
            shape: MessageShape {
                caller_recipients,
                caller_content,
                sent,
                beside_caller_message: beside,
                fields: summary.fields.clone(),
            },
            channel,
            seen_leaving: summary.send.is_some() || summary.smtp,
            is_message: summary.shaped || summary.foreign || summary.smtp,
        }
    }

    /// What holds for every recipient of one message.
    fn summary(&self, messages: &Messages<'_>, container: usize) -> Rc<Summary> {
        if let Some(known) = self.summaries.borrow().get(&container) {
            return Rc::clone(known);
        }
        let members = messages.members(container);
        let parent = messages.all[container].parent;
        let mut fields = BTreeSet::new();
        let mut summary = Summary {
            foreign: messages.copied(container).iter().any(|it| messages.all[*it].foreign),
            content: members.iter().chain(parent.iter()).any(|it| self.content.contains(it)),
            shaped: is_mail_shaped(messages, container) || parent.is_some_and(|it| is_mail_shaped(messages, it)),
            smtp: false,
            send: None,
            fields: Vec::new(),
            members: Vec::new(),
        };
        for member in members.iter().copied().chain(parent) {
            let message = &messages.all[member];
            summary.send = summary.send.or(message.sent);
            summary.smtp |= message.is_smtp;
            for field in &message.fields {
                if !matches!(field.role, Role::Container | Role::Headers | Role::Batch) {
                    fields.insert(field.name.as_str());
                }
            }
        }
        summary.fields = fields.into_iter().take(MAX_FIELDS).map(str::to_owned).collect();
        summary.members = members;
        let summary = Rc::new(summary);
        self.summaries.borrow_mut().insert(container, Rc::clone(&summary));
        summary
    }

    /// Whether a message has a recipient that the caller supplied and that can stand beside the given one.
    fn has_callers(&self, messages: &Messages<'_>, message: usize, beside: Option<&Recipient>) -> bool {
        let copied = messages.copied(message).into_iter();
        if copied
            .map(|it| &messages.all[it])
            .any(|it| it.foreign || it.rest.has(Origins::CALLER))
        {
            return true;
        }
        messages.members(message).iter().any(|member| {
            self.by_message.get(member).is_some_and(|parts| {
                parts.iter().any(|part| {
                    let own = beside.filter(|own| own.message == *member && own.field == part.field);
                    let stands_beside = own.is_none_or(|own| {
                        let itself = own.piece.origin == part.piece.origin && own.piece.choices == part.piece.choices;
                        !itself && own.piece.meets(&part.piece)
                    });
                    part.receives && is_callers(&part.piece) && stands_beside
                })
            })
        })
    }

    /// Whether the same path also sends a message that the caller addresses.
    fn is_beside(
        &self,
        ctx: &Context<'_, '_, '_>,
        messages: &Messages<'_>,
        recipient: &Recipient,
        members: &[usize],
    ) -> bool {
        // `urgent ? 'x@y' : to`: the other arm is the caller's message.
        let beside: Vec<&Part> = self.by_message.get(&recipient.message).map_or_else(Vec::new, |parts| {
            parts
                .iter()
                .filter(|part| part.field == recipient.field && is_callers(&part.piece))
                .collect()
        });
        let switched = !beside.is_empty() && beside.iter().all(|part| !recipient.piece.meets(&part.piece));
        if switched && recipient.piece.origin == Origin::Constant {
            return true;
        }
        let note = &messages.all[recipient.message].fields[recipient.field];
        let mut around: FxHashSet<FunctionIdx> = ctx.around(note.function).iter().copied().collect();
        if let Some(send) = messages.all[recipient.message].sent {
            around.extend(ctx.around(self.sends[send].1).iter().copied());
        }
        self.caller_sends.iter().any(|(function, concerned)| {
            around.contains(function) && (concerned.is_empty() || concerned.iter().any(|it| !members.contains(it)))
        })
    }

    /// The shape that stands for the mail of the whole file.
    pub(super) fn of_account(&self) -> MessageShape {
        let callers = !self.caller_sends.is_empty();
        MessageShape {
            caller_recipients: callers,
            caller_content: callers,
            sent: !self.sends.is_empty(),
            beside_caller_message: false,
            fields: Vec::new(),
        }
    }

    /// The shape of a copy: it carries what the mail of its path carries.
    pub(super) fn of_copy(&self, ctx: &Context<'_, '_, '_>, function: FunctionIdx) -> MessageShape {
        let around = ctx.around(function);
        let beside = self
            .caller_sends
            .iter()
            .any(|(it, _)| around.contains(it) || ctx.around(*it).contains(&function));
        MessageShape {
            caller_recipients: beside,
            caller_content: true,
            sent: true,
            beside_caller_message: beside,
            fields: Vec::new(),
        }
    }
}

/// Whether somebody other than the package supplied it: whoever calls, configures, or feeds what calls.
fn is_callers(piece: &Piece) -> bool {
    match piece.origin {
        Origin::Caller | Origin::Configured(_) | Origin::Unknown => true,
        Origin::Fetched => piece.origins.has(Origins::CALLER | Origins::FOREIGN),
        Origin::Constant | Origin::Default | Origin::Shipped | Origin::Derived => false,
    }
}

fn carries_callers_content(ctx: &Context<'_, '_, '_>, messages: &Messages<'_>, message: usize) -> bool {
    let it = &messages.all[message];
    it.foreign
        || it.rest.has(Origins::CALLER)
        || it.fields.iter().any(|field| {
            let content = matches!(field.role, Role::Content { .. } | Role::Raw)
                || (field.role == Role::Container
                    && matches!(field.name.as_str(), "message" | "msg" | "data" | "params"));
            content
                && match &field.value {
                    FieldValue::Expression(value) => ctx.folder.fold(value).value.origins().has(Origins::CALLER),
                    FieldValue::Folded(folded) => folded.value.origins().has(Origins::CALLER),
                    FieldValue::Text(segments, _) => segments.iter().any(|it| it.origins.has(Origins::CALLER)),
                }
        })
}

/// Whether a message is what a function of the file returns to callers outside of it.
fn is_returned(ctx: &Context<'_, '_, '_>, messages: &Messages<'_>, message: usize) -> bool {
    let it = &messages.all[message];
    if it.function == FunctionIdx::TOP {
        return false;
    }
    ctx.index.returns(ctx.module, it.function).iter().any(|value| {
        let inner = peel(value);
        match (&it.key, inner) {
            (Key::Literal(start), Expression::ObjectExpression(object)) => object.span.start == *start,
            (Key::Symbol(symbol), Expression::Identifier(_)) => symbol_of(ctx.module, inner) == Some(*symbol),
            (Key::Call(span) | Key::Text(span), other) => other.span() == *span,
            _ => false,
        }
    })
}

/// How a flow is said to leave when no call was seen.
const NO_CHANNEL: &str = "message object";
/// Messages that one recipient is looked at in.
const MAX_CONTAINERS: usize = 8;
/// Names of fields that are kept.
const MAX_FIELDS: usize = 24;
