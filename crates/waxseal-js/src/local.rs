//! Facts of one file before its package is known: a place is a byte span and the position of a function.

use oxc_span::Span;
use waxseal_model::{CapabilityKind, FlowKind, Mailbox, MessageShape, Origin, Target};

use crate::module::FunctionIdx;

/// A [`waxseal_model::Capability`] whose file and reach are not known yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LocalCapability {
    pub(crate) kind: CapabilityKind,
    pub(crate) api: String,
    pub(crate) target: Target,
    pub(crate) sensitive: bool,
    pub(crate) hidden: bool,
    pub(crate) span: Span,
    pub(crate) function: FunctionIdx,
}

/// A [`waxseal_model::MailFlow`] whose file and reach are not known yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LocalFlow {
    pub(crate) kind: FlowKind,
    pub(crate) origin: Origin,
    pub(crate) value: Option<String>,
    pub(crate) mailbox: Option<Mailbox>,
    pub(crate) channel: String,
    pub(crate) message: MessageShape,
    pub(crate) hidden: bool,
    pub(crate) condition: Option<String>,
    pub(crate) span: Span,
    /// Where the value itself is written, if elsewhere in this file.
    pub(crate) source: Option<Span>,
    pub(crate) function: FunctionIdx,
}
