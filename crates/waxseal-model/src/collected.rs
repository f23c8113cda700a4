//! "Could not look" is never "saw nothing": every part of the evidence says whether it was had.

use serde::{Deserialize, Serialize};

use crate::Subject;

/// One part of the evidence: not asked for, asked for and not had, or had.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub enum Collected<T> {
    /// Nobody asked for this part.
    #[default]
    NotRequested,
    /// It was asked for and could not be had; the gap says why.
    Missing(Gap),
    /// It was had.
    Present(T),
}

impl<T> Collected<T> {
    /// The value, if it was had.
    pub fn present(&self) -> Option<&T> {
        match self {
            Self::Present(value) => Some(value),
            _ => None,
        }
    }

    /// The gap, if the part was asked for and not had.
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Missing(gap) => Some(gap),
            _ => None,
        }
    }
}

/// Evidence asked for and not had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// What it is about.
    pub subject: Subject,
    /// The id of the method that needed it, or the collector's name where no single method did.
    pub method: String,
    /// One sentence: what could not be looked at, and why. Holds no raw text of a package.
    pub reason: String,
    /// Whether the question itself stays unanswered.
    pub weight: GapWeight,
}

/// How much a gap matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum GapWeight {
    /// Printed; no effect on the exit status.
    Partial,
    /// The question could not be answered: the verdict is incomplete.
    Decisive,
}
