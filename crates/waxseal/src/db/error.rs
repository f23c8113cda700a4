//! Why the database cannot be used: one sentence and a hint each, and never "nothing found".

use super::OSV;

/// Why the database of known-malicious packages cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// There is none.
    #[error("there is no database of known-malicious packages")]
    Absent,
    /// The system refuses to read it.
    #[error("cannot read the database of known-malicious packages at `{path}`: {reason}")]
    Unreadable {
        /// The file or folder.
        path: String,
        /// The system's reason.
        reason: String,
    },
    /// It is not as it was written.
    #[error("the database of known-malicious packages at `{path}` is damaged: {what}")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Its form is of another version of waxseal.
    #[error("the database of known-malicious packages at `{path}` was written by another version of waxseal")]
    Schema {
        /// The file.
        path: String,
    },
    /// It cannot be written; what was there before is still there.
    #[error("cannot write the database of known-malicious packages at `{path}`: {reason}")]
    Unwritable {
        /// The file or folder.
        path: String,
        /// The system's reason.
        reason: String,
    },
}

impl DatabaseError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Absent => "run `waxseal db update`".to_owned(),
            Self::Unreadable { .. } | Self::Unwritable { .. } => {
                "mend its permissions, or set `XDG_DATA_HOME` to a folder of your own".to_owned()
            }
            Self::Damaged { path, .. } | Self::Schema { path } => {
                let name = std::path::Path::new(path)
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy();
                if name == OSV {
                    "run `waxseal db update` to have it again".to_owned()
                } else {
                    format!(
                        "import the list again with `waxseal db import PATH --name {name}`, or take it out with `waxseal db import --remove {name}`"
                    )
                }
            }
        }
    }
}
