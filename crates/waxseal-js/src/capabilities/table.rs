//! The tables of all kinds as one, by the canonical path of each API.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use waxseal_model::CapabilityKind;

use super::aim::Aim;
use super::{Call, dynamic_code, environment, file_system, native, network, process};
use crate::fold::{Api, Origins};

/// A row of a table: members that some modules share, and how to read what a call of one is aimed at.
pub(super) struct Family {
    pub(super) kind: CapabilityKind,
    /// What the API is called in reports: with a dot at its end it stands for the module, without for the whole; empty for the
    /// module's own name.
    pub(super) name: &'static str,
    /// Canonical paths; empty for globals.
    pub(super) modules: &'static [&'static str],
    /// Members; empty for the module itself.
    pub(super) members: &'static [&'static str],
    /// Reads the target.
    pub(super) aim: fn(&Call<'_, '_, '_>) -> Vec<Aim>,
}

/// The row of the tables that an API belongs to, and the name it has in reports. A member whose name could not be folded,
/// `module[]`, may be any of the module's.
pub(super) fn lookup(api: &Api) -> Option<(&'static Row, String)> {
    let row = TABLE.get(&*api.path)?;
    // A global may have the name of a package, `open` or `request`: only what was loaded is the package.
    if row.is_package && !api.origins.has(Origins::FOREIGN) {
        return None;
    }
    let unknown = if api.path.ends_with("[]") { "[]" } else { "" };
    Some((row, format!("{}{unknown}", row.name())))
}

/// One path of the tables.
pub(super) struct Row {
    pub(super) family: &'static Family,
    pub(super) module: &'static str,
    pub(super) member: &'static str,
    pub(super) is_package: bool,
}

impl Row {
    fn new(family: &'static Family, module: &'static str, member: &'static str) -> Self {
        let is_package =
            module.starts_with(|c: char| c.is_ascii_lowercase() || c == '@') && !module.starts_with("node:");
        Self {
            family,
            module,
            member,
            is_package: is_package && module != "process",
        }
    }

    /// Whether the path begins with a global.
    pub(super) fn is_global(&self) -> bool {
        !self.is_package && !self.module.starts_with("node:")
    }

    fn name(&self) -> String {
        let member = self.member.strip_suffix("Sync").unwrap_or(self.member);
        match self.family.name {
            "" => join_path(self.module, member),
            name => match name.strip_suffix('.') {
                Some(module) => join_path(module, member),
                None => name.to_owned(),
            },
        }
    }
}

fn join_path(module: &str, member: &str) -> String {
    match (module, member) {
        ("", member) => member.to_owned(),
        (module, "") => module.to_owned(),
        (module, member) => format!("{module}.{member}"),
    }
}

/// Every path of every table.
pub(super) static TABLE: LazyLock<FxHashMap<String, Row>> = LazyLock::new(|| {
    let mut table = FxHashMap::default();
    let tables = [
        network::FAMILIES,
        process::FAMILIES,
        file_system::FAMILIES,
        dynamic_code::FAMILIES,
        native::FAMILIES,
        environment::FAMILIES,
    ];
    for family in tables.into_iter().flatten() {
        for module in family.modules {
            for member in family.members {
                table
                    .entry(join_path(module, member))
                    .or_insert(Row::new(family, module, member));
            }
            if !module.is_empty() {
                table
                    .entry(format!("{module}[]"))
                    .or_insert(Row::new(family, module, ""));
            }
        }
    }
    table
});
