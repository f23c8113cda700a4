//! Folders of globally installed packages.
//!
//! `npm root -g` is worked out from npm's configuration. Where the other tools keep theirs was read in their documentation and
//! source, which each entry names.

use std::path::{Path, PathBuf};

use waxseal_model::PlaceKind;

use super::files::{self, Kind, Trouble};
use super::{Contents, Limits, PlaceSource, Surroundings, tree};

/// `{prefix}/lib/node_modules`, on Windows `{prefix}\node_modules` (npm documentation, "folders"), and the prefixes that npm's
/// documentation and its users give to those who may not write there ("Resolving EACCES permissions errors": `~/.npm-global`).
pub(super) const NPM: PlaceSource = PlaceSource {
    id: "npm-global",
    kind: PlaceKind::Global,
    tool: "npm",
    find: |it| {
        let prefix = it.npm.prefix.iter().flat_map(|prefix| below_prefix(prefix));
        let own = [".npm-global", ".npm-packages", ".local"]
            .iter()
            .filter_map(|name| it.home(name));
        prefix.chain(own.flat_map(|prefix| below_prefix(&prefix))).collect()
    },
    read,
};

/// Where distributions and installers put Node, `NODE_PATH`, and Node's old folders in the home (Node.js documentation, "Loading
/// from the global folders").
pub(super) const SYSTEM: PlaceSource = PlaceSource {
    id: "node-global",
    kind: PlaceKind::Global,
    tool: "Node",
    find: |it| {
        let system = ["/usr/lib", "/usr/local/lib", "/opt/homebrew/lib", "/usr/local/share"];
        let system = system.iter().map(|folder| Path::new(folder).join("node_modules"));
        let named = it
            .env
            .var("NODE_PATH")
            .map(|list| std::env::split_paths(list).collect::<Vec<_>>());
        let named = named.unwrap_or_default().into_iter().filter(|path| path.is_absolute());
        let old = [".node_modules", ".node_libraries"]
            .iter()
            .filter_map(|name| it.home(name));
        system.chain(named).chain(old).collect()
    },
    read,
};

/// `$NVM_DIR/versions/node/<version>` (nvm README, "Installing and Updating": `$XDG_CONFIG_HOME/nvm`, else `~/.nvm`); nvm-windows:
/// `%NVM_HOME%`, `%APPDATA%\nvm`.
pub(super) const NVM: PlaceSource = PlaceSource {
    id: "nvm",
    kind: PlaceKind::Global,
    tool: "nvm",
    find: |it| {
        let homes = [it.var("NVM_DIR", ""), it.var("XDG_CONFIG_HOME", "nvm"), it.home(".nvm")];
        let nodes = each(homes, |home| children(&home.join("versions/node")));
        let windows = each([it.var("NVM_HOME", ""), it.var("APPDATA", "nvm")], |home| {
            children(home)
        });
        nodes
            .into_iter()
            .chain(windows)
            .flat_map(|node| below_prefix(&node))
            .collect()
    },
    read,
};

/// `$FNM_DIR/node-versions/<version>/installation` (fnm README, "Installation": `$XDG_DATA_HOME/fnm`, else `~/.local/share/fnm`, on
/// macOS `~/Library/Application Support/fnm`; `~/.fnm` of its earlier versions; the layout below as its issue 904 shows it).
pub(super) const FNM: PlaceSource = PlaceSource {
    id: "fnm",
    kind: PlaceKind::Global,
    tool: "fnm",
    find: |it| {
        let homes = [
            it.var("FNM_DIR", ""),
            it.var("XDG_DATA_HOME", "fnm"),
            it.home(".local/share/fnm"),
            it.home("Library/Application Support/fnm"),
            it.home(".fnm"),
        ];
        let nodes = each(homes, |home| children(&home.join("node-versions")));
        nodes
            .iter()
            .flat_map(|node| below_prefix(&node.join("installation")))
            .collect()
    },
    read,
};

/// `$VOLTA_HOME/tools/image/{node,packages}`, `~/.volta` by default (volta-cli/volta, `crates/volta-layout/src/v4.rs`): each package in
/// a prefix of its own, a scope being one more folder.
pub(super) const VOLTA: PlaceSource = PlaceSource {
    id: "volta",
    kind: PlaceKind::Global,
    tool: "Volta",
    find: |it| {
        each(
            [
                it.var("VOLTA_HOME", ""),
                it.home(".volta"),
                it.var("LOCALAPPDATA", "Volta"),
            ],
            |home| {
                let image = home.join("tools/image");
                let packages = children(&image.join("packages")).into_iter().flat_map(|package| {
                    let scope = package
                        .file_name()
                        .is_some_and(|name| name.to_string_lossy().starts_with('@'));
                    if scope { children(&package) } else { vec![package] }
                });
                let prefixes = children(&image.join("node")).into_iter().chain(packages);
                prefixes.flat_map(|prefix| below_prefix(&prefix)).collect()
            },
        )
    },
    read,
};

/// `global/<layout>/node_modules` below pnpm's data folder (pnpm/pnpm, `config/config/src/dirs.ts`, `getDataDir`); newer layouts have one
/// more folder for each group that was installed together.
pub(super) const PNPM: PlaceSource = PlaceSource {
    id: "pnpm-global",
    kind: PlaceKind::Global,
    tool: "pnpm",
    find: |it| {
        each(pnpm_data(it), |data| {
            let layouts = children(&data.join("global"));
            let groups = layouts.iter().flat_map(|layout| children(layout));
            let groups = groups.filter(|group| {
                let name = group.file_name().unwrap_or_default().to_string_lossy();
                name != "node_modules" && !name.starts_with('.')
            });
            let nodes = children(&data.join("nodejs"));
            let modules = layouts
                .iter()
                .cloned()
                .chain(groups)
                .map(|folder| folder.join("node_modules"));
            modules
                .chain(nodes.iter().flat_map(|node| below_prefix(node)))
                .collect()
        })
    },
    read,
};

/// `~/.config/yarn/global` (yarn 1 documentation, "yarn global"), for root `/usr/local/share/.config/yarn/global`, on Windows below
/// `%LOCALAPPDATA%\Yarn` (yarnpkg/yarn, `src/util/user-dirs.js`).
pub(super) const YARN: PlaceSource = PlaceSource {
    id: "yarn-global",
    kind: PlaceKind::Global,
    tool: "yarn",
    find: |it| {
        let folders = [
            it.home(".config/yarn/global"),
            it.var("XDG_DATA_HOME", "yarn/global"),
            it.var("XDG_CONFIG_HOME", "yarn/global"),
            Some(PathBuf::from("/usr/local/share/.config/yarn/global")),
            it.var("LOCALAPPDATA", "Yarn/Data/global"),
            it.var("LOCALAPPDATA", "Yarn/config/global"),
        ];
        each(folders, |folder| vec![folder.join("node_modules")])
    },
    read,
};

/// `$BUN_INSTALL_GLOBAL_DIR`, `$BUN_INSTALL/install/global`, `.bun/install/global` below `$XDG_CACHE_HOME` or the home (oven-sh/bun,
/// `PackageManagerOptions.zig`, `openGlobalDir`).
pub(super) const BUN: PlaceSource = PlaceSource {
    id: "bun-global",
    kind: PlaceKind::Global,
    tool: "bun",
    find: |it| {
        let folders = [
            it.var("BUN_INSTALL_GLOBAL_DIR", ""),
            it.var("BUN_INSTALL", "install/global"),
            it.var("XDG_CACHE_HOME", ".bun/install/global"),
            it.home(".bun/install/global"),
        ];
        each(folders, |folder| vec![folder.join("node_modules")])
    },
    read,
};

/// pnpm's data folder: `$PNPM_HOME`, `$XDG_DATA_HOME/pnpm`, or by system (`getDataDir`, as above).
pub(super) fn pnpm_data(it: &Surroundings) -> [Option<PathBuf>; 5] {
    [
        it.var("PNPM_HOME", ""),
        it.var("XDG_DATA_HOME", "pnpm"),
        it.home(".local/share/pnpm"),
        it.home("Library/pnpm"),
        it.var("LOCALAPPDATA", "pnpm"),
    ]
}

fn read(folder: &Path, limits: &Limits) -> Contents {
    let found = tree::read(folder, folder, "", limits);
    Contents {
        packages: found.packages,
        problems: found.problems,
        notes: Vec::new(),
    }
}

/// Where global packages lie below a prefix: on Unix, and on Windows.
fn below_prefix(prefix: &Path) -> [PathBuf; 2] {
    [prefix.join("lib/node_modules"), prefix.join("node_modules")]
}

/// What `find` makes of each folder that is known.
pub(super) fn each<const N: usize>(
    folders: [Option<PathBuf>; N],
    find: impl Fn(&Path) -> Vec<PathBuf>,
) -> Vec<PathBuf> {
    folders.iter().flatten().flat_map(|folder| find(folder)).collect()
}

/// The folders in a folder. One that may not be listed is given itself, so that it is told as a place that cannot be read.
pub(super) fn children(folder: &Path) -> Vec<PathBuf> {
    match files::list(folder, MAX_CHILDREN) {
        Ok((names, _)) => {
            let folders = names
                .iter()
                .filter(|(_, kind)| matches!(kind, Kind::Folder | Kind::Link));
            folders.map(|(name, _)| folder.join(name)).collect()
        }
        Err(Trouble::Missing) => Vec::new(),
        Err(Trouble::Unreadable(_)) => vec![folder.to_owned()],
    }
}

/// No one keeps as many versions of Node.
const MAX_CHILDREN: u32 = 100_000;
