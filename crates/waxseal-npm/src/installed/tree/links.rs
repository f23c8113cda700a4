//! Links among packages: into a store, to a workspace, to anywhere else.

use std::path::{Path, PathBuf};

use waxseal_model::OccurrenceSource;

use super::{Link, Modules, Reading, join};
use crate::installed::files::{self, Kind, Trouble};

impl Reading<'_> {
    /// Follows a link to a folder that no real path has led to.
    pub(super) fn follow(&mut self, link: Link) {
        let target = match link.at.canonicalize() {
            Ok(target) => target,
            Err(err) => {
                let reason = match Trouble::from(err) {
                    Trouble::Missing => String::from("it is a link that leads nowhere"),
                    other => other.reason(),
                };
                self.problems.add(&link.shown, reason);
                return;
            }
        };
        if let Some(known) = self.seen.get(&target) {
            let known = &mut self.found.packages[*known];
            if known.alias.is_none() && known.name != link.alias {
                known.alias = Some(link.alias);
            }
            return;
        }
        if !matches!(files::kind(&target), Ok(Kind::Folder)) {
            return;
        }
        if link.alias.starts_with('@') && !link.alias.contains('/') {
            // A whole scope that is linked; what is in it by its own path is known by now.
            let modules = Modules {
                real: target.clone(),
                shown: link
                    .shown
                    .strip_suffix(&link.alias)
                    .unwrap_or_default()
                    .trim_end_matches('/')
                    .to_owned(),
                depth: link.depth,
                bundled: false,
            };
            return self.read_scope(&modules, &target, &link.shown, &link.alias);
        }
        let Some(modules) = modules_above(&target) else {
            self.linked_folder(&link, target);
            return;
        };
        // pnpm's store for all projects links a package's dependencies beside it (`enableGlobalVirtualStore`: `links/…`).
        if modules.components().any(|part| part.as_os_str() == "links") && !target.starts_with(&self.root) {
            let beside = modules.to_owned();
            let shown = files::text(modules);
            self.push(beside, shown, link.depth + 1, false);
        }
        self.package(
            target,
            link.shown,
            Some(&link.alias),
            link.depth,
            OccurrenceSource::Unknown,
        );
    }

    /// A workspace, or a folder somewhere else that was linked here: `npm link`, `file:`.
    fn linked_folder(&mut self, link: &Link, target: PathBuf) {
        let shown = relative(&self.root, &target);
        let source = OccurrenceSource::Local(shown.clone());
        // A link to a folder that holds the project leads nowhere new.
        let nested = target.join("node_modules");
        self.add(&target, link.shown.clone(), Some(&link.alias), source);
        if matches!(files::kind(&nested), Ok(Kind::Folder)) {
            self.push(nested, join(&shown, "node_modules"), link.depth + 1, false);
        }
    }
}

/// The `node_modules` folder that a package's folder lies in directly, or within its scope.
fn modules_above(package: &Path) -> Option<&Path> {
    let parent = package.parent()?;
    let is_scope = |path: &Path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('@'))
    };
    let folder = if is_scope(parent) { parent.parent()? } else { parent };
    (folder.file_name()? == "node_modules").then_some(folder)
}

/// `to` as seen from `from`, both real: `packages/a`, `../other`.
fn relative(from: &Path, to: &Path) -> String {
    let shared = from
        .components()
        .zip(to.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = from.components().skip(shared).map(|_| "..".into());
    let down = to
        .components()
        .skip(shared)
        .map(|part| part.as_os_str().to_string_lossy());
    let parts: Vec<_> = up.chain(down).collect();
    if parts.is_empty() {
        String::from(".")
    } else {
        parts.join("/")
    }
}
