//! Says by their names alone which calls could send: working out what is called is dear, and most calls are of something else.

use oxc_ast::ast::Expression;
use rustc_hash::FxHashMap;
use waxseal_model::{SendSpec, SinkSpec};

use super::super::context::Context;
use super::super::index::{callee, member_of};
use super::super::names;
use crate::module::CallNote;

/// What is asked of every call of one file.
pub(super) struct Screen {
    /// Calls that send, by the last part of their names: the position in the table of sinks and the call, in their order.
    by_name: FxHashMap<&'static str, Vec<(usize, &'static SendSpec)>>,
    /// Calls of a client, or of a module, itself.
    unnamed: Vec<(usize, &'static SendSpec)>,
    /// The file builds something with the fields of a mail, so that whatever sounds like sending may send it.
    any_mail: bool,
    exhaustive: bool,
}

impl Screen {
    pub(super) fn new(ctx: &Context<'_, '_, '_>, any_mail: bool) -> Self {
        let mut screen = Self {
            by_name: FxHashMap::default(),
            unnamed: Vec::new(),
            any_mail,
            exhaustive: ctx.candidates.is_exhaustive(),
        };
        for (idx, sends) in ctx.sinks.iter().map(|sink: &SinkSpec| sink.sends).enumerate() {
            for send in sends {
                match send.method {
                    "()" | "default" => screen.unnamed.push((idx, send)),
                    method => {
                        let last = method.rsplit('.').next().unwrap_or(method);
                        screen.by_name.entry(last).or_default().push((idx, send));
                    }
                }
            }
        }
        screen
    }

    /// Whether a call could send.
    pub(super) fn may_send(&self, ctx: &Context<'_, '_, '_>, call: &CallNote<'_>) -> bool {
        let Some(callee) = callee(call) else { return false };
        if self.exhaustive {
            return true;
        }
        let outside = || ctx.candidates.may_be_outside(callee);
        match callee.get_inner_expression() {
            Expression::Identifier(it) => {
                self.is_known(ctx, &it.name)
                    || ((self.any_mail || ctx.senders.client || ctx.senders.program) && outside())
            }
            _ => match member_of(callee).map(|it| it.static_property_name()) {
                Some(Some(name)) => {
                    self.is_known(ctx, name)
                        || (ctx.candidates.is_alias(name) && outside())
                        || matches!(name, "call" | "apply" | "bind" | "default")
                        || (self.any_mail && outside())
                }
                _ => true,
            },
        }
    }

    fn is_known(&self, ctx: &Context<'_, '_, '_>, name: &str) -> bool {
        let mail = names::sounds_like_mail(name);
        (self.by_name.contains_key(name) && (self.any_mail || ctx.senders.client || mail))
            || (ctx.senders.program && STARTERS.contains(&name))
            || ((self.any_mail || ctx.senders.host) && names::sounds_like_request(name))
            || ((self.any_mail || mail) && names::sounds_like_sending(name))
    }

    /// The calls that a callee of this name, or a client called itself, may be one of, in the order of the table.
    pub(super) fn sends(&self, name: Option<&str>, client: bool) -> Vec<(usize, &'static SendSpec)> {
        let named = name
            .and_then(|name| self.by_name.get(name))
            .map_or(&[][..], Vec::as_slice);
        let unnamed = if client { self.unnamed.as_slice() } else { &[] };
        let mut all = [named, unnamed].concat();
        if !named.is_empty() && !unnamed.is_empty() {
            all.sort_by_key(|(idx, _)| *idx);
        }
        all
    }
}

/// What starts a program that may be one that mails.
const STARTERS: [&str; 7] = [
    "exec",
    "execSync",
    "execFile",
    "execFileSync",
    "spawn",
    "spawnSync",
    "fork",
];
