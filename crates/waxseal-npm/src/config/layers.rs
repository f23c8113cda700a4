//! Gathers npm's settings from its files and the environment, the stronger over the weaker.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::ConfigError;
use super::ini::{self, Value};
use crate::Environment;

/// npm's settings; the values never show in `Debug`.
#[derive(Clone, Default)]
pub(super) struct Settings {
    values: BTreeMap<String, Setting>,
}

#[derive(Clone)]
struct Setting {
    value: Value,
    place: String,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

impl Settings {
    /// Reads the global, the user's and the project's file and the environment.
    pub(super) fn load(env: &Environment) -> Result<Self, ConfigError> {
        let environment = from_environment(env);
        let project_file = local_prefix(&env.cwd).join(".npmrc");
        // Each file may say where the next weaker one is.
        let mut layers = vec![environment];
        let user_file = |layers: &[Self]| {
            find_path(layers, "userconfig", env).or_else(|| env.home.as_ref().map(|home| home.join(".npmrc")))
        };
        if user_file(&layers).as_ref() != Some(&project_file) {
            layers.push(from_file(&project_file, env)?);
        }
        if let Some(file) = user_file(&layers) {
            layers.push(from_file(&file, env)?);
        }
        let global_file = find_path(&layers, "globalconfig", env).or_else(|| {
            find_path(&layers, "prefix", env)
                .or_else(|| global_prefix(env))
                .map(|prefix| prefix.join("etc/npmrc"))
        });
        if let Some(file) = global_file {
            layers.push(from_file(&file, env)?);
        }
        let mut all = Self::default();
        for layer in layers.into_iter().rev() {
            all.values.extend(layer.values);
        }
        Ok(all)
    }

    /// A setting that is one text, unless it is empty or `null`.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        let text = match &self.values.get(key)?.value {
            Value::One(text) => text,
            Value::Many(list) => list.last()?,
        };
        (!text.is_empty() && text != "null" && text != "undefined").then_some(text)
    }

    /// A setting that may be several texts.
    pub(super) fn list(&self, key: &str) -> Vec<&str> {
        match self.values.get(key).map(|setting| &setting.value) {
            Some(Value::Many(list)) => list.iter().map(String::as_str).collect(),
            // In the environment a list is parted by empty lines.
            Some(Value::One(text)) if text != "null" => text.split("\n\n").filter(|text| !text.is_empty()).collect(),
            _ => Vec::new(),
        }
    }

    /// Every key that is set.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    /// A number of milliseconds, a count or a factor.
    pub(super) fn number(&self, key: &str, default: u64) -> u64 {
        self.text(key)
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(default)
    }

    /// Where a setting was made: a file, or the environment.
    pub(super) fn place(&self, key: &str) -> &str {
        self.values.get(key).map_or("no file", |setting| setting.place.as_str())
    }

    fn insert(&mut self, key: String, value: Value, place: &str) {
        self.values.insert(
            key,
            Setting {
                value,
                place: place.to_owned(),
            },
        );
    }
}

/// `npm_config_KEY`, in any case; `_` within the key stands for `-` unless the key is an address.
fn from_environment(env: &Environment) -> Settings {
    let mut settings = Settings::default();
    for (name, value) in &env.vars {
        let Some((prefix, key)) = name.split_at_checked(ENV_PREFIX.len()) else {
            continue;
        };
        if !prefix.eq_ignore_ascii_case(ENV_PREFIX) || value.is_empty() {
            continue;
        }
        let key = if key.starts_with("//") {
            key.to_owned()
        } else {
            let dashed = key
                .char_indices()
                .map(|(at, c)| if c == '_' && at > 0 { '-' } else { c });
            dashed.collect::<String>().to_lowercase()
        };
        settings.insert(
            expand(&key, env),
            Value::One(expand(value.trim(), env)),
            "the environment",
        );
    }
    settings
}

/// A file that does not exist has no settings.
fn from_file(path: &Path, env: &Environment) -> Result<Settings, ConfigError> {
    let shown = path.display().to_string();
    let bytes = match fs::metadata(path).and_then(|meta| {
        if meta.len() > MAX_FILE {
            Err(io::Error::other("it is too large"))
        } else {
            fs::read(path)
        }
    }) {
        Ok(bytes) => bytes,
        Err(err) if matches!(err.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Settings::default());
        }
        Err(err) => {
            return Err(ConfigError::File {
                path: shown,
                reason: err.to_string(),
            });
        }
    };
    let mut settings = Settings::default();
    for (key, value) in ini::parse(&String::from_utf8_lossy(&bytes)) {
        let value = match value {
            Value::One(text) => Value::One(expand(text.trim(), env)),
            Value::Many(list) => Value::Many(list.iter().map(|text| expand(text.trim(), env)).collect()),
        };
        settings.insert(expand(&key, env), value, &shown);
    }
    Ok(settings)
}

/// `${NAME}` and `${NAME?}`; an odd number of backslashes before it keeps it as it is. An unset variable stays written out,
/// or becomes nothing with the question mark.
pub(super) fn expand(text: &str, env: &Environment) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, after) = rest.split_at(at);
        let plain = before.trim_end_matches('\\');
        let escapes = before.len() - plain.len();
        let end = after.find('}');
        let name = end.map(|end| &after[2..end]);
        let (name, optional) = match name {
            Some(name) => (name.strip_suffix('?').unwrap_or(name), name.ends_with('?')),
            None => ("", false),
        };
        if name.is_empty() || name.contains(['$', '{', '?']) {
            out.push_str(before);
            out.push_str("${");
            rest = &after[2..];
            continue;
        }
        let whole = &after[..end.unwrap_or(0) + 1];
        out.push_str(plain);
        out.push_str(&"\\".repeat(escapes / 2));
        if escapes % 2 == 1 {
            out.push_str(whole);
        } else if let Some(value) = env.vars.get(name) {
            out.push_str(value);
        } else if !optional {
            out.push_str(whole);
        }
        rest = &after[whole.len()..];
    }
    out.push_str(rest);
    out
}

/// A setting that is a path, in the strongest layer that has it; `~/` is the home folder.
fn find_path(layers: &[Settings], key: &str, env: &Environment) -> Option<PathBuf> {
    let text = layers.iter().find_map(|layer| layer.text(key))?;
    Some(path_of(text, env))
}

/// A path as npm takes it.
pub(super) fn path_of(text: &str, env: &Environment) -> PathBuf {
    match (text.strip_prefix("~/"), &env.home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => env.cwd.join(text),
    }
}

/// The prefix of the Node installation npm runs on: `PREFIX`, else two folders above the program.
pub(super) fn global_prefix(env: &Environment) -> Option<PathBuf> {
    if let Some(prefix) = env.var("PREFIX") {
        return Some(PathBuf::from(prefix));
    }
    let node = fs::canonicalize(env.find_program("node")?).ok()?;
    let prefix = node.parent()?.parent()?.to_owned();
    match env.var("DESTDIR") {
        Some(destination) => Some(Path::new(destination).join(prefix.strip_prefix("/").unwrap_or(&prefix))),
        None => Some(prefix),
    }
}

/// The project npm would work on: the nearest folder above with a `package.json` or `node_modules`, or the root of the
/// workspaces it belongs to.
fn local_prefix(cwd: &Path) -> PathBuf {
    let is_project = |path: &&Path| path.join("package.json").is_file() || path.join("node_modules").is_dir();
    let Some(nearest) = cwd.ancestors().find(is_project) else {
        return cwd.to_owned();
    };
    let roots = nearest.ancestors().skip(1);
    let root = roots
        .into_iter()
        .find(|root| nearest.strip_prefix(root).is_ok_and(|below| has_workspace(root, below)));
    root.unwrap_or(nearest).to_owned()
}

/// Whether `root`'s `package.json` names the folder `below` it as a workspace.
fn has_workspace(root: &Path, below: &Path) -> bool {
    #[derive(serde::Deserialize)]
    struct Root {
        workspaces: Workspaces,
    }
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Workspaces {
        List(Vec<String>),
        Map { packages: Vec<String> },
    }
    let Ok(bytes) = fs::read(root.join("package.json")) else {
        return false;
    };
    let Ok(Root {
        workspaces: Workspaces::List(patterns) | Workspaces::Map { packages: patterns },
    }) = serde_json::from_slice(&bytes)
    else {
        return false;
    };
    let below: Vec<String> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    patterns.iter().take(MAX_PATTERNS).any(|pattern| {
        let pattern: Vec<&str> = pattern
            .split('/')
            .filter(|part| !matches!(*part, "" | "."))
            .take(below.len() * 2 + 1)
            .collect();
        matches_path(&pattern, &below)
    })
}

/// Globs of whole parts: `**` stands for any number of them, `*` for any text within one.
fn matches_path(pattern: &[&str], path: &[String]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), None) => matches_path(rest, path),
        (Some((&"**", rest)), Some((_, below))) => matches_path(rest, path) || matches_path(pattern, below),
        (Some((part, rest)), Some((name, below))) => matches_part(part, name) && matches_path(rest, below),
        _ => false,
    }
}

fn matches_part(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut left) = name.strip_prefix(start) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

/// What npm's settings in the environment begin with.
const ENV_PREFIX: &str = "npm_config_";

/// No `.npmrc` holds more; certificates are the largest things in it.
const MAX_FILE: u64 = 4 << 20;

/// Most workspace patterns that are looked at.
const MAX_PATTERNS: usize = 256;
