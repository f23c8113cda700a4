//! What parent and reader say to each other. The parent asks, the reader answers; sources travel one way, facts the other.

use serde::{Deserialize, Serialize};
use waxseal_model::{Anomaly, Change, ExhibitLine, HumanDiff, Location, SourceEvidence, Subject};

use crate::diff::patch::Stat;

/// What the parent may ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Request {
    /// Take these sides: one for a look at a release, two for a comparison, the older first. Their bytes follow raw, in order.
    Open(Open),
    /// Unpack all sides at once.
    Unpack,
    /// Unpack and say what every side holds and could do, one after the other.
    Analyse(Analyse),
    /// Compare the two sides that were analysed.
    Compare,
    /// Make the readable difference of the two sides that were compared.
    Human,
    /// Say which environment variables the first side may read.
    Variables,
    /// Say what the first side's code looks out for.
    Hints,
    /// Show the source around these places.
    Excerpts(Vec<Place>),
    /// Write the raw difference of the two sides.
    Patch,
    /// Count the lines of the raw difference.
    Stat,
}

/// The sides, and the ceilings they are unpacked under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Open {
    pub(super) sides: Vec<SideHeader>,
    /// Bytes of one archive once inflated.
    pub(super) max_unpacked: u64,
}

/// What stands for one side, before its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SideHeader {
    /// What it is, for the gaps.
    pub(super) subject: Subject,
    pub(super) content: ContentHeader,
}

/// In which form a side comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum ContentHeader {
    /// A packed archive of this many bytes.
    Archive(u64),
    /// The files of a folder.
    Files(FilesHeader),
}

/// The files of a folder, before their bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FilesHeader {
    /// Path, permission bits and size, sorted by path.
    pub(super) files: Vec<(String, u32, u64)>,
    /// What was odd about the folder.
    pub(super) anomalies: Vec<Anomaly>,
}

/// How the sides are to be analysed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Analyse {
    /// Files that stopped an earlier reader: not to be looked into.
    pub(super) skip: Vec<SidePart>,
    /// Files of which one stopped an earlier reader: each is looked into alone and announced.
    pub(super) alone: Vec<SidePart>,
    /// The older side's sources are needed later, for the readable difference. Otherwise they are let go once analysed.
    pub(super) keep_old: bool,
}

/// One file of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SidePart {
    /// The side, from 0.
    pub side: u8,
    /// The position among its files, sorted by path.
    pub file: u32,
}

/// A place of which the source is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The side, from 0.
    pub side: u8,
    /// Where in it.
    pub location: Location,
}

/// The source around one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Excerpt {
    /// The lines are of the formatted form of a minified file.
    pub(super) formatted: bool,
    pub(super) lines: Vec<ExhibitLine>,
}

/// What the reader may say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Response {
    /// The first thing said, before anything was read.
    Hello(SealState),
    /// All sides were unpacked, one entry each.
    Unpacked(Vec<UnpackedSide>),
    /// The next side was unpacked and has so many files to analyse.
    Files(u32),
    /// A worker turns to these files. What the same worker announced before is done.
    Working { worker: u8, files: Vec<SidePart> },
    /// What one side holds and could do; sides in order.
    Evidence(Box<SourceEvidence>),
    /// What differs.
    Change(Box<Change>),
    /// The readable difference.
    Human(Box<HumanDiff>),
    /// One entry a place asked for; `None` where there is nothing to show.
    Excerpts(Vec<Option<Excerpt>>),
    /// Names of environment variables, the likeliest first, and those that have a default.
    Variables(Vec<String>, Vec<String>),
    /// Words, domains and names, and the last point in time that is written down.
    Hints {
        words: Vec<String>,
        domains: Vec<String>,
        names: Vec<String>,
        latest: Option<i64>,
    },
    /// The patch was written, in raw frames before this one.
    PatchEnd,
    /// Lines counted.
    Stats(Vec<Stat>),
    /// The reader gives up, in words of ours.
    Failed(String),
}

/// What came of unpacking one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UnpackedSide {
    /// Why it could not be unpacked, if it could not.
    pub(super) broken: Option<String>,
}

/// What seals the reader, as it says before it reads anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealState {
    /// The Landlock interface in force, or why there is none.
    pub landlock: Result<u32, String>,
    /// The filter of system calls and the limits are in force, or why they are not.
    pub syscalls: Result<(), String>,
}
