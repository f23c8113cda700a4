//! What can be typed behind `waxseal db`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::help::{DB_EXPORT_HELP, DB_HELP, DB_IMPORT_HELP, DB_STATUS_HELP, DB_UPDATE_HELP};
use crate::config::Seconds;
use crate::db::export::Form;

/// `db`.
#[derive(Debug, Args)]
#[command(after_help = DB_HELP)]
pub struct Db {
    /// What to do with it.
    #[command(subcommand)]
    pub command: DbCommand,
}

/// What can be done with the database of known-malicious packages.
#[derive(Debug, Subcommand)]
pub enum DbCommand {
    /// Download what OSV knows, if it has changed
    Update(DbUpdate),
    /// Say what is in the database and how old it is
    Status(DbStatus),
    /// Take in a list of your own, or OSV's records from a folder or an archive
    Import(DbImport),
    /// Write lists out for others
    Export(DbExport),
}

/// `db update`.
#[derive(Debug, Args)]
#[command(after_help = DB_UPDATE_HELP)]
pub struct DbUpdate {
    /// The address of a ZIP archive of records, instead of OSV's own
    #[arg(long, value_name = "URL")]
    pub from: Option<String>,
}

/// `db status`.
#[derive(Debug, Args)]
#[command(after_help = DB_STATUS_HELP)]
pub struct DbStatus {
    /// How it is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: StatusFormat,
}

/// How the state of the database is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatusFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// `db import`.
#[derive(Debug, Args)]
#[command(after_help = DB_IMPORT_HELP)]
pub struct DbImport {
    /// A list (.csv, package URLs one a line, a STIX 2.1 bundle), or OSV's records: a folder, a .zip, a .json
    #[arg(value_name = "PATH", required_unless_present = "remove")]
    pub paths: Vec<PathBuf>,
    /// The name it is kept by; what had that name before is replaced as a whole [default: the file's name; `osv` for OSV's records]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Take this list out again
    #[arg(long, value_name = "NAME", conflicts_with_all = ["paths", "name"])]
    pub remove: Option<String>,
}

/// `db export`.
#[derive(Debug, Args)]
#[command(after_help = DB_EXPORT_HELP)]
pub struct DbExport {
    /// How it is written
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Form,
    /// Only this list, or `osv` [default: all lists]
    #[arg(long, value_name = "NAME")]
    pub only: Option<String>,
}

/// How old what is publicly known may be.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Database")]
pub struct Known {
    /// The oldest that the database of known-malicious packages may be, such as `7d`; an older one, or none, leaves the answer incomplete
    #[arg(long, value_name = "TIME")]
    pub max_db_age: Option<Seconds>,
}
