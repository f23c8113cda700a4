//! The product: judges an npm package by what it does with your mail, compared with what you expect of it.
//!
//! Read in this order: [`cli`] is what can be typed and [`config`] what `waxseal.toml` can say; the commands obtain packages
//! ([`collect`]), hand their bytes to a sealed process ([`reader`]), let `waxseal-detect` judge the facts that come back, and write a
//! [`report`]. [`db`] is what is publicly known of malicious packages. [`diff`] is the raw difference of two releases, [`human_diff`] the
//! readable one. [`run`] serves `waxseal run`, which executes a package in the locked room, [`scan`] finds what
//! is installed, [`mail`] serves the people of a mail server. [`exit`] is how it all ends.

pub mod cli;
pub mod config;
pub mod exit;

pub mod collect;
pub mod db;
pub mod reader;

pub mod diff;
pub mod human_diff;
pub mod report;

pub mod alerts;
pub mod mail;
pub mod pins;
pub mod run;
pub mod scan;

mod commands;

pub use commands::main;
