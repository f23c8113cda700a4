//! What is said to be installed, on trees that the tests build.

#![allow(clippy::unwrap_used)]

mod caches;
mod differences;
mod folder;
mod hostile;
mod modules;
mod places;
mod verify;
mod walk;
