//! The shape of what differs between two releases, for programs.

use schemars::JsonSchema;
use serde::Serialize;
use waxseal_model::{Capability, Change, FlowKind, Gained, MailFlow, Novelty, Origin, Reach, Target};

use super::shape::text;

/// What differs between the older and the newer release.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Change")]
pub(crate) struct ChangeShape {
    /// Differences of `package.json`.
    manifest: Vec<Field>,
    /// Capabilities the newer release has in more places.
    gained: Vec<GainedShape>,
    /// Capabilities the older release had in more places; positions are in the older release.
    lost: Vec<CapabilityShape>,
    /// New ways in which something the caller did not supply decides about a message.
    flows: Vec<FlowShape>,
    /// Files.
    files: Files,
}

/// One difference of `package.json`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Field {
    /// The dotted field.
    field: String,
    /// The older value; null if there was none.
    old: Option<String>,
    /// The newer value; null if there is none.
    new: Option<String>,
}

/// A capability the newer release has in more places.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Gained")]
pub(crate) struct GainedShape {
    /// How much of it is new.
    novelty: NoveltyShape,
    /// How many places the newer release has beyond the older.
    more: u32,
    /// The first new place of it.
    #[serde(flatten)]
    capability: CapabilityShape,
}

/// How new a capability is: `more` of the same, newly `reached`, a new `target`, a new `api`, or the first of its `kind`.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Novelty")]
pub(crate) enum NoveltyShape {
    More,
    Reached,
    Target,
    Api,
    Kind,
}

/// Something the code can do, and where.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Capability")]
pub(crate) struct CapabilityShape {
    /// The kind: `mail`, `network`, `process`, …
    kind: String,
    /// The API's canonical name.
    api: String,
    /// What it is aimed at, `*` for what is not known; null if it takes no target, or one that is computed.
    target: Option<String>,
    /// The target is computed and could not be said.
    computed: bool,
    /// The target is sensitive by itself.
    sensitive: bool,
    /// The name or the target was hidden.
    hidden: bool,
    /// The file.
    path: Option<String>,
    /// Line, from 1.
    line: u32,
    /// Column in characters, from 1.
    column: u32,
    /// The enclosing function.
    function: Option<String>,
    /// How an importer's code gets there.
    reach: ReachShape,
    /// The steps from an entry point to it.
    reached_by: Vec<String>,
}

/// How code is reached: at `install`, at `import`, by a `call`; `loaded` if the caller is not known, `unreached` if nobody is.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Reach")]
pub(crate) enum ReachShape {
    Unreached,
    Install,
    Import,
    Call,
    Loaded,
}

/// Something the caller did not supply decides about a message.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Flow")]
pub(crate) struct FlowShape {
    /// What it decides: `recipient`, `account` or `second-destination`.
    kind: FlowKindShape,
    /// The place of a recipient, or the field of an account.
    place: Option<String>,
    /// Where the value comes from: `constant`, `default`, `fetched`, `shipped`, `derived`, `configured`, `caller`, `unknown`.
    origin: OriginShape,
    /// The value, if it is known. Of a credential, only the beginning and the length.
    value: Option<String>,
    /// The call or provider through which it leaves.
    channel: String,
    /// The file.
    path: Option<String>,
    /// Line, from 1.
    line: u32,
    /// Column in characters, from 1.
    column: u32,
}

/// What a flow decides.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "FlowKind")]
pub(crate) enum FlowKindShape {
    Recipient,
    Account,
    SecondDestination,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Origin")]
pub(crate) enum OriginShape {
    Constant,
    Default,
    Fetched,
    Shipped,
    Derived,
    Configured,
    Caller,
    Unknown,
}

/// How the files differ.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Files {
    /// Paths only the newer release has.
    added: Vec<String>,
    /// Paths only the older release has.
    removed: Vec<String>,
    /// Paths both have, with different content.
    changed: Vec<String>,
    /// How many are identical.
    identical: u32,
}

impl ChangeShape {
    pub(super) fn of(change: &Change, paths: &[String], old_paths: &[String]) -> Self {
        let all = |paths: &[String]| paths.iter().map(|path| text(path)).collect();
        Self {
            manifest: change
                .manifest
                .iter()
                .map(|it| Field {
                    field: text(&it.field),
                    old: it.old.as_deref().map(text),
                    new: it.new.as_deref().map(text),
                })
                .collect(),
            gained: change
                .gained
                .iter()
                .map(|gained| GainedShape::of(gained, paths))
                .collect(),
            lost: change
                .lost
                .iter()
                .map(|lost| CapabilityShape::of(lost, old_paths))
                .collect(),
            flows: change.flows.iter().map(|flow| FlowShape::of(flow, paths)).collect(),
            files: Files {
                added: all(&change.files.added),
                removed: all(&change.files.removed),
                changed: all(&change.files.changed),
                identical: change.files.identical,
            },
        }
    }
}

impl GainedShape {
    fn of(gained: &Gained, paths: &[String]) -> Self {
        let novelty = match gained.novelty {
            Novelty::More => NoveltyShape::More,
            Novelty::Reached => NoveltyShape::Reached,
            Novelty::Target => NoveltyShape::Target,
            Novelty::Api => NoveltyShape::Api,
            Novelty::Kind => NoveltyShape::Kind,
        };
        Self {
            novelty,
            more: gained.more,
            capability: CapabilityShape::of(&gained.capability, paths),
        }
    }
}

impl CapabilityShape {
    fn of(capability: &Capability, paths: &[String]) -> Self {
        let reach = match capability.reach {
            Reach::Unreached => ReachShape::Unreached,
            Reach::Install(_) => ReachShape::Install,
            Reach::Import(_) => ReachShape::Import,
            Reach::Call(_) => ReachShape::Call,
            Reach::Loaded(_) => ReachShape::Loaded,
        };
        let target = match &capability.target {
            Target::Constant(target) | Target::Pattern(target) => Some(text(target)),
            Target::None | Target::Dynamic => None,
        };
        Self {
            kind: capability.kind.id().to_owned(),
            api: text(&capability.api),
            target,
            computed: capability.target == Target::Dynamic,
            sensitive: capability.sensitive,
            hidden: capability.hidden,
            path: paths.get(capability.location.file.0 as usize).map(|path| text(path)),
            line: capability.location.line,
            column: capability.location.column,
            function: capability.function.as_deref().map(text),
            reach,
            reached_by: capability.reach.steps().iter().map(|step| text(step)).collect(),
        }
    }
}

impl FlowShape {
    fn of(flow: &MailFlow, paths: &[String]) -> Self {
        let (kind, place) = match &flow.kind {
            FlowKind::Recipient(place) => (FlowKindShape::Recipient, Some(text(place.as_str()))),
            FlowKind::Account(field) => (FlowKindShape::Account, Some(text(field))),
            FlowKind::SecondDestination => (FlowKindShape::SecondDestination, None),
        };
        let origin = match flow.origin {
            Origin::Constant => OriginShape::Constant,
            Origin::Default => OriginShape::Default,
            Origin::Fetched => OriginShape::Fetched,
            Origin::Shipped => OriginShape::Shipped,
            Origin::Derived => OriginShape::Derived,
            Origin::Configured(_) => OriginShape::Configured,
            Origin::Caller => OriginShape::Caller,
            Origin::Unknown => OriginShape::Unknown,
        };
        Self {
            kind,
            place,
            origin,
            value: flow.value.as_deref().map(text),
            channel: text(&flow.channel),
            path: paths.get(flow.location.file.0 as usize).map(|path| text(path)),
            line: flow.location.line,
            column: flow.location.column,
        }
    }
}
