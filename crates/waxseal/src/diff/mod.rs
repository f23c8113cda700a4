//! The raw difference between two releases: every line of text that differs, in the form `git apply` and `patch` take.

pub mod patch;
