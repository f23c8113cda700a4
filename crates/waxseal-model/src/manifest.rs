//! One version's `package.json`, as far as it decides what is installed, run and loaded.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The parts of a `package.json` that waxseal reads. Every map and string is bounded by the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Manifest {
    /// `name`, as written.
    pub name: Option<String>,
    /// `version`, as written.
    pub version: Option<String>,
    /// `description`, cut to 1 KiB; what its author wrote, not safe to print raw.
    pub description: Option<String>,
    /// `license`, or the joined `licenses`.
    pub license: Option<String>,
    /// `type`.
    pub module_type: Option<String>,
    /// `scripts`.
    pub scripts: BTreeMap<String, String>,
    /// All kinds of dependencies but `devDependencies`, which are not installed with a package.
    pub dependencies: Vec<Dependency>,
    /// `bin`: command to file.
    pub bin: BTreeMap<String, String>,
    /// Where loading starts: `main`, `module`, `browser` and every leaf of `exports`, each with the condition that leads to it.
    pub entries: Vec<EntryPoint>,
    /// Every leaf of `imports`: `#name` and the files it can stand for.
    pub imports: BTreeMap<String, Vec<String>>,
    /// `engines`.
    pub engines: BTreeMap<String, String>,
    /// `os`.
    pub os: Vec<String>,
    /// `cpu`.
    pub cpu: Vec<String>,
    /// `files`.
    pub files: Vec<String>,
    /// `repository`, as one string.
    pub repository: Option<String>,
    /// A `binding.gyp` stands at the root and no install script does, so npm runs `node-gyp rebuild` by itself
    /// (npm documentation, "scripts", npm install).
    pub implicit_gyp: bool,
    /// `gypfile: false`, which turns that off.
    pub gypfile_off: bool,
    /// `bundleDependencies`, by name.
    pub bundled: Vec<String>,
}

/// One dependency as declared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Dependency {
    /// The name it is loaded by.
    pub name: String,
    /// The spec as written: a range, a tag, a URL, a git address, an alias.
    pub spec: String,
    /// Under which key.
    pub kind: DependencyKind,
    /// What the spec points at.
    pub source: DependencySource,
}

/// Under which key a dependency is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DependencyKind {
    /// `dependencies`.
    Regular,
    /// `optionalDependencies`.
    Optional,
    /// `peerDependencies`.
    Peer,
    /// `peerDependencies` marked optional in `peerDependenciesMeta`.
    OptionalPeer,
}

/// What a dependency's spec points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DependencySource {
    /// A range or tag at the registry, an alias included.
    Registry,
    /// A git repository, hosted shorthand included: mutable, may run `prepare`.
    Git,
    /// A tarball by URL.
    Url,
    /// A folder or file.
    File,
}

/// One file that loading can start at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntryPoint {
    /// The subpath and conditions: `.`, `./client [import]`, `main`, `bin:tool`.
    pub label: String,
    /// The file as written, a pattern with `*` included.
    pub target: String,
}

/// The scripts npm runs when a package is installed from the registry (npm documentation, "scripts", life cycle).
pub const INSTALL_SCRIPTS: [&str; 3] = ["preinstall", "install", "postinstall"];

/// The scripts npm runs beside those when a package is installed from git or a folder.
pub const PREPARE_SCRIPTS: [&str; 4] = ["prepublish", "preprepare", "prepare", "postprepare"];

impl Manifest {
    /// The scripts that npm runs on installing this release, in npm's order, the implicit one included.
    pub fn install_scripts(&self) -> Vec<(String, String)> {
        let mut scripts: Vec<(String, String)> = INSTALL_SCRIPTS
            .iter()
            .filter_map(|name| self.scripts.get(*name).map(|body| ((*name).to_owned(), body.clone())))
            .collect();
        if self.implicit_gyp && !self.gypfile_off {
            scripts.push((
                "install (implicit, binding.gyp)".to_owned(),
                "node-gyp rebuild".to_owned(),
            ));
        }
        scripts
    }
}
