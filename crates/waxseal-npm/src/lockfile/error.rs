//! Why a lockfile could not be read.

/// Why a lockfile could not be read, without text of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LockfileError {
    /// No format goes by this name.
    #[error("a file of this name is no lockfile that waxseal knows")]
    UnknownName,
    /// Larger than [`super::MAX_BYTES`].
    #[error("the lockfile is larger than {} MB", super::MAX_BYTES >> 20)]
    TooLarge,
    /// Neither UTF-8 nor UTF-16 with a byte order mark.
    #[error("the lockfile is not text")]
    NotText,
    /// Lists or maps in each other deeper than any tool writes them.
    #[error("the lockfile is nested too deep (line {0})")]
    TooDeep(u32),
    /// More values than the largest lockfiles have.
    #[error("the lockfile holds more values than waxseal reads")]
    TooMany,
    /// The syntax breaks.
    #[error("the lockfile breaks off or is not what its name says (line {0})")]
    Broken(u32),
    /// Git left both sides of a merge in it.
    #[error("the lockfile holds the marks of a merge that was not finished (line {0})")]
    Unmerged(u32),
    /// YAML's `&name` and `*name`, with which a small file stands for a huge one.
    #[error("the lockfile uses anchors, which no package manager writes (line {0})")]
    Anchor(u32),
    /// The syntax is right, but it is not a lockfile of this tool.
    #[error("the file is not a lockfile of {0}")]
    OtherFormat(&'static str),
    /// Of a version that no reader is written for.
    #[error("the lockfile is of a version of {0} that waxseal does not know")]
    UnknownVersion(&'static str),
    /// `bun.lockb`.
    #[error("`bun.lockb` is binary and is not read; `bun install --save-text-lockfile` writes what can be read")]
    BinaryBun,
}
