//! The detection methods, one folder each: what it finds (`mod.rs`), what a person should know (`manual.md`), and the cases
//! that prove both (`tests.rs`). No method uses another; what two of them need belongs in the evidence.

pub(crate) mod archive;
pub(crate) mod author;
pub(crate) mod canaries;
pub(crate) mod capabilities;
pub(crate) mod egress;
pub(crate) mod impersonation;
pub(crate) mod install_scripts;
pub(crate) mod installed;
pub(crate) mod known_malicious;
pub(crate) mod messages;
pub(crate) mod obfuscation;
pub(crate) mod package_diff;
pub(crate) mod phantom_dependency;
pub(crate) mod provenance;
pub(crate) mod recipients;
pub(crate) mod removed;
pub(crate) mod run_diff;
pub(crate) mod source_activity;
pub(crate) mod tampering;
pub(crate) mod velocity;
