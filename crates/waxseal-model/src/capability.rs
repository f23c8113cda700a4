//! What the code of a package could do, seen without running it.

use serde::{Deserialize, Serialize};

use crate::{Mailbox, RecipientPlace};

/// The position of a file in [`SourceEvidence::files`](crate::SourceEvidence::files).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileIdx(pub u32);

/// A place in a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// Which file.
    pub file: FileIdx,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters (Unicode scalar values), from 1.
    pub column: u32,
    /// How many characters of that line the place spans, at least 1.
    pub width: u32,
}

/// The class of a capability: the word a person would use for what the code can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CapabilityKind {
    /// Sends mail: provider SDK calls, provider API requests, SMTP.
    Mail,
    /// Reaches the network: fetch, http(s), http2, net, tls, dgram, dns, client libraries.
    Network,
    /// Starts a process.
    Process,
    /// Reads or writes files.
    FileSystem,
    /// Reads environment variables.
    Environment,
    /// Turns data into code: eval, Function, vm, a module name that cannot be folded.
    DynamicCode,
    /// Loads a native addon or WebAssembly.
    Native,
    /// Writes to what belongs to others: built-ins, prototypes, `require.cache`, loaders, another module's exports.
    Tampering,
    /// Hides a literal by computing it. Context, never a verdict alone.
    Obfuscation,
}

impl CapabilityKind {
    /// All kinds, in the order reports list them.
    pub const ALL: [Self; 9] = [
        Self::Mail,
        Self::Network,
        Self::Process,
        Self::FileSystem,
        Self::Environment,
        Self::DynamicCode,
        Self::Native,
        Self::Tampering,
        Self::Obfuscation,
    ];

    /// The kind's stable id in reports and policies.
    pub fn id(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Network => "network",
            Self::Process => "process",
            Self::FileSystem => "file-system",
            Self::Environment => "environment",
            Self::DynamicCode => "dynamic-code",
            Self::Native => "native",
            Self::Tampering => "tampering",
            Self::Obfuscation => "obfuscation",
        }
    }
}

/// What a capability is aimed at: a host or URL, a command, a path, a variable's name, a module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Target {
    /// The API takes no target, or none was given.
    None,
    /// Folded to one constant.
    Constant(String),
    /// Some pieces are constant; `*` stands for the rest.
    Pattern(String),
    /// Could not be folded. Reported, not dropped.
    Dynamic,
}

/// One thing the code could do, at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capability {
    /// Its class.
    pub kind: CapabilityKind,
    /// The canonical name of the API whatever it is called in this file: `fetch`, `node:child_process.exec`, `eval`,
    /// `postmark.ServerClient.sendEmail`, `process.env`.
    pub api: String,
    /// What it is aimed at. Bounded to 1,024 bytes.
    pub target: Target,
    /// The target is sensitive by itself: a credential file, a token variable, a shell, a raw IP address.
    pub sensitive: bool,
    /// The API's name or its target was hidden and had to be computed by more than plain concatenation.
    pub hidden: bool,
    /// Where.
    pub location: Location,
    /// The enclosing function's name, if it has one.
    pub function: Option<String>,
    /// How an importer's code can get there.
    pub reach: Reach,
}

impl Capability {
    /// What two releases are compared by: nothing that renaming, formatting, minifying or bundling changes.
    pub fn key(&self) -> (CapabilityKind, &str, &Target) {
        (self.kind, &self.api, &self.target)
    }
}

/// How code is reached from what an importer, a user or npm starts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
pub enum Reach {
    /// No entry point was found to lead here. It may still be loaded by its path.
    #[default]
    Unreached,
    /// Runs when npm installs the package.
    Install(Vec<String>),
    /// Runs as soon as an entry point is loaded; the steps lead from the entry point to the enclosing file.
    Import(Vec<String>),
    /// Runs when a function is called; the steps lead from the entry point over files and functions.
    Call(Vec<String>),
    /// The file is loaded from an entry point, but who calls the function could not be said.
    Loaded(Vec<String>),
}

impl Reach {
    /// The steps from the entry point, outermost first; empty if unreached.
    pub fn steps(&self) -> &[String] {
        match self {
            Self::Unreached => &[],
            Self::Install(steps) | Self::Import(steps) | Self::Call(steps) | Self::Loaded(steps) => steps,
        }
    }

    /// Whether an entry point leads here.
    pub fn is_reached(&self) -> bool {
        !matches!(self, Self::Unreached)
    }
}

/// Something of a message that the caller did not supply reaches a place that decides who gets the mail,
/// whose account it is sent from, or where a copy of it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailFlow {
    /// What reaches what.
    pub kind: FlowKind,
    /// Where the value comes from.
    pub origin: Origin,
    /// The value as it was folded: a mailbox, a host. `None` if it is dynamic. A credential is never kept here,
    /// only its first 4 characters and its length. Bounded to 320 bytes.
    pub value: Option<String>,
    /// The mailbox, if the value is one.
    pub mailbox: Option<Mailbox>,
    /// The call, provider or kind of object through which it leaves: `postmark.sendEmail`, `POST api.postmarkapp.com/email`,
    /// `SMTP`, `message object`.
    pub channel: String,
    /// The message it belongs to.
    pub message: MessageShape,
    /// The value was hidden and had to be computed by more than plain concatenation.
    pub hidden: bool,
    /// A condition stands in front of it: the condition's text, bounded to 200 bytes.
    pub condition: Option<String>,
    /// Where the value is put into its place.
    pub location: Location,
    /// Where the value itself is written, if elsewhere.
    pub source: Option<Location>,
    /// The enclosing function's name, if it has one.
    pub function: Option<String>,
    /// How an importer's code can get there.
    pub reach: Reach,
}

/// What a flow decides about a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FlowKind {
    /// A recipient.
    Recipient(RecipientPlace),
    /// The credential of the account it is sent from, or the server it is handed to; the field's name.
    Account(String),
    /// A second destination: message content goes to this host beside the mail.
    SecondDestination,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// Written in the code, possibly hidden.
    Constant,
    /// The default of an optional parameter, option or environment variable: used when the caller says nothing.
    Default,
    /// Read from an answer of the network.
    Fetched,
    /// Read from a file that the package itself ships.
    Shipped,
    /// Computed from constants alone, in a way that could not be folded.
    Derived,
    /// Read from configuration (an environment variable or a file of the user's): its name.
    Configured(String),
    /// Supplied by the caller.
    Caller,
    /// Could not be said.
    Unknown,
}

/// What is known of the message a flow belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct MessageShape {
    /// It has recipients that the caller supplied.
    pub caller_recipients: bool,
    /// It carries content that the caller supplied, or the content of a message whose recipients the caller supplied.
    pub caller_content: bool,
    /// The object was seen reaching a call that sends.
    pub sent: bool,
    /// The same function or its callers also send a message whose recipients the caller supplied.
    pub beside_caller_message: bool,
    /// Names of the message fields seen on the object, lower case, sorted, at most 24.
    pub fields: Vec<String>,
}
