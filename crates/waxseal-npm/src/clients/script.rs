//! The package that a script on this disk belongs to.

use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use crate::lenient::{Field, Text, fields, read};

/// The package a script lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptOwner {
    /// The package's folder.
    pub folder: PathBuf,
    /// Its name.
    pub name: String,
    /// Its version, where it says one.
    pub version: Option<String>,
}

#[derive(Debug, Default)]
struct Named {
    name: Field<Text>,
    version: Field<Text>,
}

fields!(Named { "name" => name, "version" => version });

/// The nearest `package.json` above a script that has a name.
///
/// A relative path is taken from the folder a project's configuration is for; of a configuration elsewhere nobody knows where its client starts things.
pub fn owner_of(script: &str, config: &Path) -> Option<ScriptOwner> {
    let script = Path::new(script);
    let script = if script.is_absolute() {
        script.to_owned()
    } else {
        project_of(config)?.join(script)
    };
    // Links are what npm makes of a program's name: `node_modules/.bin/mail` leads to the package.
    let script = script.canonicalize().ok()?;
    let mut folder = script.parent();
    for _ in 0..MAX_ABOVE {
        let here = folder?;
        if let Some(owner) = named(here) {
            return Some(owner);
        }
        folder = here.parent();
    }
    None
}

/// The folder of the project that a configuration such as `.cursor/mcp.json` is for.
fn project_of(config: &Path) -> Option<PathBuf> {
    let mut folder = config.parent()?;
    let hidden = |it: &Path| matches!(it.components().next_back(), Some(Component::Normal(name)) if name.to_string_lossy().starts_with('.'));
    for _ in 0..2 {
        if hidden(folder) {
            return folder.parent().map(Path::to_owned);
        }
        if config.parent() != Some(folder) {
            break;
        }
        if !matches!(
            folder.file_name().and_then(|it| it.to_str()),
            Some("settings" | "mcpServers" | "agents" | "cli-agents")
        ) {
            break;
        }
        folder = folder.parent()?;
    }
    config.parent().map(Path::to_owned)
}

fn named(folder: &Path) -> Option<ScriptOwner> {
    let path = folder.join("package.json");
    // Before it is opened: a pipe would wait for somebody to write.
    if !std::fs::metadata(&path).ok()?.is_file() {
        return None;
    }
    let file = File::open(path).ok()?;
    let mut bytes = Vec::new();
    file.take(MAX_MANIFEST + 1).read_to_end(&mut bytes).ok()?;
    if bytes.len() as u64 > MAX_MANIFEST {
        return None;
    }
    let Ok(Field::Present(manifest)) = read::<Named>(&bytes) else {
        return None;
    };
    let text = |field: Field<Text>| match field {
        Field::Present(Text(text)) if !text.is_empty() => Some(text),
        _ => None,
    };
    Some(ScriptOwner {
        folder: folder.to_owned(),
        name: text(manifest.name)?,
        version: text(manifest.version),
    })
}

/// Folders above a script.
const MAX_ABOVE: usize = 64;
/// The largest `package.json` that is read.
const MAX_MANIFEST: u64 = 4 << 20;
