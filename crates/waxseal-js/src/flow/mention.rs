//! Says cheaply, by the names and strings of a file alone, whether it could say anything about mail: most files cannot.
//!
//! Mail needs a place for recipients, or a client, host or program that sends. Those that decide by themselves who gets a copy
//! (`bcc`, `RCPT TO`) count alone. `to` and its like name many other things: they count beside a mailbox, the other fields of a
//! message, or a request. What is hidden behind a decoder counts as far as it is called, or is a key: it is folded here.

use std::mem::Discriminant;
use std::sync::LazyLock;

use oxc_ast::ast::{ClassElement, Expression, MemberExpression, ObjectPropertyKind, PropertyKey, PropertyKind};
use rustc_hash::FxHashSet;
use waxseal_model::{RecipientPlace, SinkSpec};

use super::index::{arguments, callee, member_of};
use super::names::{self, Role};
use super::sends::is_network_api;
use super::text;
use crate::fold::Value;
use crate::module::{CallNode, CallNote, FunctionNode, Module, PropertyKeyNote};
use crate::textual::Texts;

/// Who may be sending in a file, as far as it is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Senders {
    /// A call that means mail by its name.
    pub(super) named: bool,
    /// The client of a provider, or a module whose name is not written.
    pub(super) client: bool,
    /// The host of a provider.
    pub(super) host: bool,
    /// One of these stands in the file as it is, rather than that it could be made there.
    pub(super) written: bool,
    /// A program that takes mail.
    pub(super) program: bool,
}

impl Senders {
    /// Anything.
    pub(super) const ANY: Self = Self {
        named: true,
        client: true,
        host: true,
        written: true,
        program: true,
    };
}

/// Who may be sending, if a file could say anything about mail.
pub(super) fn mentions_mail(texts: Texts<'_, '_, '_>, sinks: &[SinkSpec]) -> Option<Senders> {
    let module = texts.module;
    let mut mention = Mention::new(sinks, module.source);
    // A module whose name is not written may be any.
    let unnamed = module.calls.iter().any(loads_unnamed) || renames_require(module.source);
    mention.process |= unnamed;
    mention.names(module);
    mention.strings(module);
    let mentions = mention.is_enough() || mention.counts_together(module);
    let hides = !mentions && hides_mail(texts, &mention);
    if hides {
        return Some(Senders::ANY);
    }
    mentions.then(|| Senders {
        named: mention.named,
        client: mention.client || unnamed,
        host: mention.host || makes_texts(module),
        written: mention.named || mention.client || mention.host,
        program: mention.process && (mention.program || makes_texts(module)),
    })
}

/// Whether a call loads a module whose name is not written there.
fn loads_unnamed(call: &CallNote<'_>) -> bool {
    let loaded = match call.node {
        CallNode::Import(import) => Some(&import.source),
        CallNode::Call(node) => match &node.callee {
            Expression::Identifier(name) if name.name == "require" => {
                node.arguments.first().and_then(|it| it.as_expression())
            }
            _ => None,
        },
        _ => None,
    };
    loaded.is_some_and(|it| !matches!(it.get_inner_expression(), Expression::StringLiteral(_)))
}

/// What was met so far.
struct Mention<'s> {
    sinks: &'s [SinkSpec],
    /// The part of each provider's hosts that nobody else has: `postmarkapp`.
    labels: FxHashSet<&'static str>,
    /// Names of calls and clients that mean mail whatever they are called on.
    senders: FxHashSet<&'static str>,
    /// A place or a sender that counts by itself.
    certain: bool,
    /// A place that counts beside something else.
    place: bool,
    first_place: Option<Discriminant<RecipientPlace>>,
    /// The other fields of a message.
    distinct: bool,
    plain: bool,
    sender: bool,
    /// A text that may be a mailbox, a URL, a module or a function that makes requests.
    mailbox: bool,
    url: bool,
    network: bool,
    named: bool,
    client: bool,
    host: bool,
    /// A module that starts programs, and a program that mails.
    process: bool,
    program: bool,
    /// A listener that may be handed a message.
    hook: bool,
}

impl<'s> Mention<'s> {
    fn new(sinks: &'s [SinkSpec], source: &str) -> Self {
        // Of a name that does not say mail by itself something else must, or its message. `emails.send` is such a name only
        // where `emails` stands somewhere.
        let methods = sinks
            .iter()
            .flat_map(|sink| sink.sends)
            .filter(|send| !send.needs_client && send.method.to_ascii_lowercase().contains("mail"))
            .filter_map(|send| match send.method.rsplit_once('.') {
                None => Some(send.method),
                Some((before, last)) => memchr::memmem::find(source.as_bytes(), before.as_bytes()).map(|_| last),
            });
        let exports = sinks.iter().flat_map(|sink| sink.clients).map(|client| client.export);
        Self {
            sinks,
            labels: sinks
                .iter()
                .flat_map(|sink| sink.hosts)
                .filter_map(|host| host.rsplit('.').nth(1))
                .collect(),
            senders: methods
                .chain(exports.filter(|it| it.len() >= super::accounts::MIN_DISTINCT))
                .chain(["sendMail", "sendEmail", "send_email", "sendmail"])
                .collect(),
            certain: false,
            place: false,
            first_place: None,
            distinct: false,
            plain: false,
            sender: false,
            mailbox: false,
            url: false,
            network: false,
            named: false,
            client: false,
            host: false,
            process: false,
            program: false,
            hook: false,
        }
    }

    fn is_enough(&self) -> bool {
        self.certain || self.client || self.host || (self.process && self.program)
    }

    /// Whether what does not count alone counts together.
    fn counts_together(&self, module: &Module<'_>) -> bool {
        let copies = self.url && self.network;
        let shaped = self.distinct || (self.sender && self.plain);
        (self.place && (shaped || self.mailbox || copies || makes_texts(module)))
            || (self.hook && (copies || self.network))
    }

    /// The names of keys, properties, methods and what is called.
    fn names(&mut self, module: &Module<'_>) {
        for object in &module.objects {
            for property in &object.node.properties {
                if let ObjectPropertyKind::ObjectProperty(property) = property {
                    // A method holds no mailbox, unless it is read as a property.
                    if property.kind == PropertyKind::Get || !is_function(&property.value) {
                        self.key(&property.key);
                    }
                }
            }
        }
        for write in &module.property_writes {
            if let PropertyKeyNote::Name(name) = write.key
                && write.value.is_some_and(|value| !is_function(value))
            {
                self.name(name);
            }
            self.member(write.object);
        }
        for function in &module.functions {
            let FunctionNode::Class(class) = function.node else {
                continue;
            };
            for element in &class.body.body {
                match element {
                    ClassElement::PropertyDefinition(it) => self.key(&it.key),
                    ClassElement::MethodDefinition(it) if it.kind.is_get() => self.key(&it.key),
                    _ => {}
                }
            }
        }
        for call in &module.calls {
            let Some(callee) = callee(call) else { continue };
            match callee.get_inner_expression() {
                Expression::Identifier(name) => self.called_alone(name.name.as_str()),
                _ => {
                    if let Some(member) = member_of(callee) {
                        let given = arguments(call);
                        if member.static_property_name().is_none() {
                            self.hook |= given.iter().any(|it| is_function(it))
                                && given.first().is_some_and(|first| may_be_mail_event(first));
                        }
                        if let Some(name) = member.static_property_name() {
                            self.called(name);
                            self.hook |=
                                is_listener(name) && given.first().is_some_and(|first| may_be_mail_event(first));
                        }
                        // `message.bcc.push(…)`
                        self.member(member.object());
                    }
                }
            }
        }
    }

    /// Whether a name that came to light would have counted, had it been written.
    fn is_word(&self, name: &str) -> bool {
        let mut alone = Mention::new(&[], "");
        alone.called(name);
        alone.name(name);
        alone.certain || alone.place || self.senders.contains(name)
    }

    fn key(&mut self, key: &PropertyKey<'_>) {
        match key {
            PropertyKey::StaticIdentifier(name) => self.name(name.name.as_str()),
            PropertyKey::PrivateIdentifier(name) => self.name(name.name.as_str()),
            PropertyKey::StringLiteral(name) => self.name(name.value.as_str()),
            _ => {}
        }
    }

    /// The last member of an expression that something is done to.
    fn member(&mut self, object: &Expression<'_>) {
        if let Expression::StaticMemberExpression(member) = object {
            self.name(member.property.name.as_str());
        }
    }

    /// A function that is called by its name alone: nothing is there whose field it could fill.
    fn called_alone(&mut self, name: &str) {
        self.network = self.network || names::sounds_like_request(name) || is_network_api(name);
        self.named |= self.senders.contains(name);
        self.certain |= self.named;
    }

    fn called(&mut self, name: &str) {
        self.network = self.network || names::sounds_like_request(name) || is_network_api(name);
        self.named |= self.senders.contains(name);
        if self.certain {
            return;
        }
        self.certain |= self.named;
        match names::builder_place(name) {
            Some(place) => self.place(&place),
            None => {
                let stripped = ["set", "add", "with"].iter().find_map(|it| name.strip_prefix(it));
                self.role(names::role(stripped.unwrap_or(name)));
            }
        }
    }

    fn name(&mut self, name: &str) {
        self.named |= self.senders.contains(name);
        if self.certain {
            return;
        }
        self.certain |= self.named;
        self.role(names::role(name));
    }

    fn role(&mut self, role: Option<Role>) {
        match role {
            Some(Role::Recipient(place)) => self.place(&place),
            Some(Role::Content { distinct: true } | Role::Raw) => self.distinct = true,
            Some(Role::Content { distinct: false } | Role::Container) => self.plain = true,
            Some(Role::Sender) => self.sender = true,
            Some(Role::Headers | Role::Batch) | None => {}
        }
    }

    fn place(&mut self, place: &RecipientPlace) {
        match place {
            RecipientPlace::To | RecipientPlace::ReplyTo | RecipientPlace::Header(_) => {
                self.place = true;
                // Two places are a message.
                let kind = std::mem::discriminant(place);
                self.distinct |= self.first_place.replace(kind).is_some_and(|before| before != kind);
            }
            RecipientPlace::Cc | RecipientPlace::Bcc | RecipientPlace::Envelope => self.certain = true,
        }
    }

    /// Strings as names, modules, hosts, programs and texts.
    fn strings(&mut self, module: &Module<'_>) {
        let specifiers = module.imports.iter().map(|it| it.specifier);
        for text in module.strings.iter().copied().chain(specifiers) {
            self.string(text);
        }
    }

    fn string(&mut self, string: &str) {
        // The sign, or a part of a mailbox that is joined with the rest; what begins with it and goes on as a path is a scope.
        self.mailbox = self.mailbox
            || string.ends_with('@')
            || (string.starts_with('@') && memchr::memchr(b'/', string.as_bytes()).is_none());
        if string.len() < 2 {
            return;
        }
        if string.len() <= LONGEST_NAME {
            self.name(string);
            self.client = self.client || self.is_client(string);
            let bare = string.strip_prefix("node:").unwrap_or(string);
            self.process |= bare == "child_process";
            self.network = self.network || is_network_api(bare);
        }
        let bytes = string.as_bytes();
        self.url = self.url || memchr::memmem::find(bytes, b"://").is_some();
        self.mailbox = self.mailbox || memchr::memchr_iter(b'@', bytes).any(|at| at > 0);
        self.program |= !self.program
            && PROGRAMS
                .iter()
                .any(|it| memchr::memmem::find(bytes, it.as_bytes()).is_some());
        self.host = self.host || self.holds_host(string);
        if self.certain {
            return;
        }
        match text::strongest_place(string) {
            Some(true) => self.certain = true,
            Some(false) => self.place = true,
            None => {}
        }
    }

    fn is_client(&self, specifier: &str) -> bool {
        self.sinks.iter().flat_map(|sink| sink.modules).any(|it| {
            specifier
                .strip_prefix(it)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/']))
        })
    }

    /// Whether a text may hold a provider's host.
    fn holds_host(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        memchr::memchr_iter(b'.', bytes).take(MAX_DOTS).any(|at| {
            let label = bytes[..at].iter().rev();
            let length = label
                .take_while(|it| it.is_ascii_alphanumeric() || **it == b'-')
                .count();
            text.get(at - length..at)
                .is_some_and(|label| self.labels.contains(label))
        })
    }
}

fn is_function(value: &Expression<'_>) -> bool {
    matches!(
        value.get_inner_expression(),
        Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) | Expression::ClassExpression(_)
    )
}

/// Whether a listener of this event may be handed a message.
fn may_be_mail_event(event: &Expression<'_>) -> bool {
    match event.get_inner_expression() {
        Expression::StringLiteral(name) => {
            matches!(name.value.as_str(), "compile" | "stream" | "mail" | "message" | "send")
        }
        Expression::NumericLiteral(_) | Expression::ObjectExpression(_) => false,
        _ => true,
    }
}

fn is_listener(method: &str) -> bool {
    matches!(
        method,
        "use" | "on" | "hook" | "intercept" | "once" | "addListener" | "tap"
    )
}

/// Whether a file can make a text that stands nowhere in it: a mailbox may be among what it makes.
fn makes_texts(module: &Module<'_>) -> bool {
    static MAKERS: LazyLock<Vec<memchr::memmem::Finder<'static>>> = LazyLock::new(|| {
        [
            "Buffer",
            "atob",
            "fromCharCode",
            "fromCodePoint",
            "decodeURI",
            "unescape",
            "TextDecoder",
            "readFile",
        ]
        .iter()
        .map(|it| memchr::memmem::Finder::new(it.as_bytes()))
        .collect()
    });
    let source = module.source.as_bytes();
    MAKERS.iter().any(|it| it.find(source).is_some())
}

/// Whether a key, a callee or the name that a field is set by comes to a word of mail only when it is worked out.
fn hides_mail(texts: Texts<'_, '_, '_>, mention: &Mention<'_>) -> bool {
    let module = texts.module;
    let called = module.calls.iter().filter_map(|call| match member_of(callee(call)?)? {
        MemberExpression::ComputedMemberExpression(it) => Some(&it.expression),
        _ => None,
    });
    let written = module.property_writes.iter().filter_map(|write| match write.key {
        PropertyKeyNote::Computed(key) => Some(key),
        PropertyKeyNote::Name(_) => None,
    });
    let keys = module
        .objects
        .iter()
        .flat_map(|object| &object.node.properties)
        .filter_map(|property| match property {
            ObjectPropertyKind::ObjectProperty(it) if it.computed => it.key.as_expression(),
            _ => None,
        });
    let classes = module.functions.iter().filter_map(|function| match function.node {
        FunctionNode::Class(class) => Some(&class.body.body),
        _ => None,
    });
    let elements = classes.flatten().filter_map(|element| match element {
        ClassElement::PropertyDefinition(it) if it.computed => it.key.as_expression(),
        ClassElement::MethodDefinition(it) if it.computed => it.key.as_expression(),
        _ => None,
    });
    let set = module.calls.iter().flat_map(|call| set_names(call)).flatten();
    let hidden = called
        .chain(written)
        .chain(keys)
        .chain(elements)
        .chain(set)
        .filter(|key| !matches!(key, Expression::StringLiteral(_) | Expression::NumericLiteral(_)));
    for (count, key) in hidden.enumerate() {
        // Who would have more worked out may hide one among them.
        if count >= MAX_HIDDEN {
            return true;
        }
        let Some(folded) = texts.folded(key) else { continue };
        let tells = match &folded.value {
            Value::String(name) => mention.is_word(name),
            value @ (Value::OneOf(_) | Value::Concat(_)) => {
                folded.hidden || value.constant_pieces().iter().any(|piece| mention.is_word(piece))
            }
            _ => false,
        };
        if tells {
            return true;
        }
    }
    false
}

/// What stands where a call may name the field that it sets: `append(name, …)`, `defineProperty(object, name, …)`, and the names of
/// pairs in `fromEntries([[name, …]])`.
fn set_names<'a>(call: &CallNote<'a>) -> [Option<&'a Expression<'a>>; 3] {
    let method = callee(call)
        .and_then(member_of)
        .and_then(|it| it.static_property_name());
    let given = arguments(call);
    match method {
        Some("defineProperty" | "__defineGetter__") => [given.first().copied(), given.get(1).copied(), None],
        Some("set") => [given.first().copied(), given.get(1).copied(), None],
        Some("fromEntries") => {
            let mut names = given
                .first()
                .into_iter()
                .flat_map(|list| match list.get_inner_expression() {
                    Expression::ArrayExpression(list) => list.elements.as_slice(),
                    _ => &[],
                });
            let mut name = || match names.next()?.as_expression()?.get_inner_expression() {
                Expression::ArrayExpression(pair) => pair.elements.first()?.as_expression(),
                _ => None,
            };
            [name(), name(), name()]
        }
        Some(method) if names::is_field_setter(method) => [given.first().copied(), None, None],
        _ => [None; 3],
    }
}

/// Whether `require` is used other than by calling it with a literal, so that a module may be loaded under another name.
fn renames_require(source: &str) -> bool {
    static REQUIRE: LazyLock<memchr::memmem::Finder<'static>> =
        LazyLock::new(|| memchr::memmem::Finder::new(b"require"));
    let bytes = source.as_bytes();
    let is_word = |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'$');
    REQUIRE.find_iter(bytes).any(|at| {
        let (before, after) = (&bytes[..at], &bytes[at + b"require".len()..]);
        if after.first().is_some_and(is_word) || before.last().is_some_and(is_word) {
            return false;
        }
        let rest = after.trim_ascii_start();
        let plain = match rest {
            [b'(', argument @ ..] => matches!(argument.trim_ascii_start(), [b'"' | b'\'' | b'`', ..]),
            [b'.', ..] => true,
            _ => before.ends_with(b"typeof "),
        };
        !plain || before.ends_with(b".")
    }) || memchr::memmem::find(bytes, b"createRequire").is_some()
}

/// Programs that take mail, by what their names have in common.
const PROGRAMS: [&str; 5] = ["mail", "smtp", "mutt", "exim", "swaks"];

/// Dots of one text before which the label of a host is looked for.
const MAX_DOTS: usize = 256;

/// Longer strings are no names.
const LONGEST_NAME: usize = 64;

/// Computed keys that are worked out before the file is looked at whole.
const MAX_HIDDEN: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::PROGRAMS;
    use crate::flow::sends::MAIL_PROGRAMS;

    #[test]
    fn every_program_that_takes_mail_is_noticed() {
        for program in MAIL_PROGRAMS {
            assert!(PROGRAMS.iter().any(|it| program.contains(it)), "{program}");
        }
    }
}
