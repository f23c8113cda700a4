//! A release that is to be run, and what must be fetched for that.

use std::path::Path;
use std::sync::Arc;

use waxseal_model::{Manifest, ReportError, Subject};
use waxseal_npm::{PackageSpec, Wanted};

use super::Kitchen;
use crate::collect::{Found, Target};
use crate::commands::screen::Problem;
use crate::commands::survey::Survey;
use crate::reader::SideInput;
use crate::run::closure::LocalArchive;
use crate::run::{Install, RunSpec, attachable, drive, prepare, server};

/// A release that is to be run.
#[derive(Debug)]
pub(in crate::commands) struct Candidate {
    typed: String,
    spec: PackageSpec,
    archive: Option<Arc<[u8]>>,
}

impl Candidate {
    /// The release that was had, and no other: an archive on disk is taken into memory, so that what is read is what is installed.
    pub(in crate::commands) fn of(target: &Target, found: &mut Found) -> Result<Self, ReportError> {
        let spec = match (&target.spec, &found.subject) {
            (PackageSpec::Registry { name, alias, .. }, Subject::Package(release)) => PackageSpec::Registry {
                name: name.clone(),
                wanted: Wanted::Version(release.version.clone()),
                alias: alias.clone(),
            },
            (other, _) => other.clone(),
        };
        Ok(Self {
            typed: target.typed.clone(),
            spec,
            archive: in_memory(found)?,
        })
    }

    /// What was typed, where nothing could be had: npm may say why.
    pub(in crate::commands) fn unknown(target: &Target) -> Self {
        Self {
            typed: target.typed.clone(),
            spec: target.spec.clone(),
            archive: None,
        }
    }
}

impl Candidate {
    /// What an install needs can be found out before anything of the package was read.
    pub(in crate::commands) fn is_known_by_name(&self) -> bool {
        self.archive.is_none()
    }

    /// Finds out and fetches what the install needs. Nothing of it is run.
    pub(in crate::commands) fn install(
        &self,
        manifest: Option<&Manifest>,
        kitchen: Kitchen<'_>,
    ) -> Result<Install, ReportError> {
        let registry = kitchen.collector.registry()?;
        let (env, offline) = kitchen.collector.surroundings();
        let nothing = Manifest::default();
        let archive = self.archive.as_deref().map(|bytes| LocalArchive {
            path: &self.typed,
            bytes,
            manifest: manifest.unwrap_or(&nothing),
        });
        let config = registry.config();
        let unpacker = kitchen.unpacker(env);
        let install = prepare(&self.spec, archive.as_ref(), env, registry, config, offline, unpacker);
        install.map_err(|err| not_had(&err, err.hint()))
    }

    /// The run of what was installed.
    pub(in crate::commands) fn spec(&self, install: Install, survey: &Survey, kitchen: Kitchen<'_>) -> RunSpec {
        if let (Some(why), true) = (&install.no_tree, kitchen.screen.shows_notes()) {
            kitchen
                .screen
                .note(&format!("everything is unpacked in the room: {why}"));
        }
        let mut spec = kitchen.options.blank();
        spec.tree = install.tree.map(Arc::new);
        let manifest = survey.manifest.as_ref();
        spec.steps = install.steps;
        spec.steps.extend(manifest.and_then(|it| server(it, &install.folder)));
        spec.project = install.project;
        spec.files = install.files;
        spec.files.push(attachable());
        spec.registry = Some(install.registry);
        spec.env = install.env;
        spec.gaps = install.gaps;
        spec.title = vec![self.typed.clone()];
        spec.names.clone_from(&survey.names);
        spec.hints.clone_from(&survey.hints);
        spec
    }
}

/// The archive on disk that was asked for, in memory.
fn in_memory(found: &mut Found) -> Result<Option<Arc<[u8]>>, ReportError> {
    let SideInput::File(file) = &found.input else {
        return Ok(None);
    };
    let bytes = file.bytes().map_err(|err| not_had(&err, ""))?;
    if bytes.len() > MAX_ARCHIVE {
        let message = format!("`{}` holds more than {MAX_ARCHIVE} bytes", found.subject);
        return Err(not_had(&message, ""));
    }
    found.input = SideInput::Archive(Arc::clone(&bytes));
    Ok(Some(bytes))
}

fn not_had(message: &dyn std::fmt::Display, hint: &str) -> ReportError {
    ReportError {
        message: message.to_string(),
        hint: Some(hint.to_owned()).filter(|hint| !hint.is_empty()),
        kind: "gap".to_owned(),
    }
}

/// A person's own scenario, from its file.
pub(super) fn scenario(path: &Path) -> Result<drive::PersonScenario, Problem> {
    let hint = || "name a file that ends in .mjs, .cjs or .js".to_owned();
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let ordinary = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let ends = [".mjs", ".cjs", ".js"].iter().any(|ending| name.ends_with(ending));
    if !ends || !name.chars().all(ordinary) {
        return Err(Problem::usage(format!("`{}` is no scenario", path.display()), hint()));
    }
    let text = std::fs::read(path).map_err(|err| {
        Problem::usage(
            format!("the scenario `{}` cannot be read: {err}", path.display()),
            hint(),
        )
    })?;
    Ok(drive::PersonScenario {
        name: name.to_owned(),
        text,
    })
}

/// An archive is handed to the room in one piece.
const MAX_ARCHIVE: usize = 128 << 20;
