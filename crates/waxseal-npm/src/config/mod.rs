//! npm's own configuration, read as npm reads it: which registry, whose credentials, which proxy, which certificates.
//!
//! No registry's address is written into this project: where no file and no variable names one, npm itself is asked.

mod ask;
mod credentials;
mod ini;
mod layers;
mod network;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use url::Url;
use waxseal_model::PackageName;

pub use credentials::Credentials;
pub use network::Patience;

use crate::Environment;
use crate::secret::Secret;
use layers::Settings;

/// npm's configuration as far as fetching packages needs it.
#[derive(Debug, Clone)]
pub struct NpmConfig {
    settings: Settings,
    env: Environment,
    registry: Url,
    registry_source: String,
    notes: Vec<String>,
    /// Asked for once, and only when an archive lies on another host than its registry.
    built_in: Arc<OnceLock<Option<Url>>>,
}

/// The configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No file and no variable names a registry, and npm could not be asked.
    #[error("no npm registry is configured, and npm could not be asked for its default: {reason}")]
    NoRegistry {
        /// Why npm could not be asked.
        reason: String,
    },
    /// A setting has a value that cannot be used.
    #[error("npm's setting `{key}` in {place} {reason}")]
    Setting {
        /// The key.
        key: String,
        /// The file or `the environment`.
        place: String,
        /// What is wrong; never the value, which may be a secret.
        reason: String,
    },
    /// A configuration file exists and cannot be read.
    #[error("cannot read npm's configuration `{path}`: {reason}")]
    File {
        /// The file.
        path: String,
        /// The system's reason.
        reason: String,
    },
}

impl ConfigError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::NoRegistry { .. } => {
                String::from("install npm, or name your registry as `registry=https://registry.example/` in `~/.npmrc`")
            }
            Self::Setting { key, .. } => format!("`npm config ls -l` shows where npm takes `{key}` from"),
            Self::File { .. } => String::from("make it readable for this user, or move it away"),
        }
    }
}

/// The folders npm is configured to keep things in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// npm's `cache`; `~/.npm` by default, on Windows `%LocalAppData%\npm-cache` (npm documentation, "config", `cache`).
    pub cache: PathBuf,
    /// npm's `prefix`, in which global packages lie; `None` where neither a setting nor a Node program says.
    pub prefix: Option<PathBuf>,
}

impl Folders {
    /// Reads npm's files and variables; npm is not started.
    ///
    /// # Errors
    /// When a file cannot be read; [`Folders::by_default`] is what npm would take without any.
    pub fn load(env: &Environment) -> Result<Self, ConfigError> {
        let settings = Settings::load(env)?;
        let default = Self::by_default(env);
        let path = |key| settings.text(key).map(|text| layers::path_of(text, env));
        Ok(Self {
            cache: path("cache").unwrap_or(default.cache),
            prefix: path("prefix").or(default.prefix),
        })
    }

    /// The folders of an npm that no file and no variable configures.
    pub fn by_default(env: &Environment) -> Self {
        let home = env.home.as_deref().unwrap_or(&env.cwd);
        let local = env.var("LOCALAPPDATA").filter(|_| cfg!(windows)).map(Path::new);
        Self {
            cache: local.map_or_else(|| home.join(".npm"), |local| local.join("npm-cache")),
            prefix: layers::global_prefix(env),
        }
    }
}

impl NpmConfig {
    /// Reads the project's, the user's and the global `.npmrc` and the environment, as npm does.
    ///
    /// # Errors
    /// When a file cannot be read, a needed setting is unusable, or no registry is configured and npm cannot be asked.
    pub fn load(env: &Environment) -> Result<Self, ConfigError> {
        let settings = Settings::load(env)?;
        let (registry, registry_source) = match settings.text("registry") {
            Some(text) => (
                checked_url(&settings, "registry", text)?,
                settings.place("registry").to_owned(),
            ),
            None => (ask::registry(env)?, String::from("npm itself")),
        };
        let notes = notes(&settings);
        Ok(Self {
            settings,
            env: env.clone(),
            registry,
            registry_source,
            notes,
            built_in: Arc::default(),
        })
    }

    /// The default registry; its path ends with a slash.
    pub fn registry(&self) -> &Url {
        &self.registry
    }

    /// The registry of this package: its scope's, else the default.
    ///
    /// # Errors
    /// When the scope's registry is not an address.
    pub fn registry_for(&self, name: &PackageName) -> Result<Url, ConfigError> {
        let key = name.scope().map(|scope| format!("@{scope}:registry"));
        match key.as_ref().and_then(|key| Some((key, self.settings.text(key)?))) {
            Some((key, text)) => checked_url(&self.settings, key, text),
            None => Ok(self.registry.clone()),
        }
    }

    /// The default registry and that of every scope; what is no address is left out.
    pub fn registries(&self) -> Vec<Url> {
        let scoped = self
            .settings
            .keys()
            .filter(|key| key.starts_with('@') && key.ends_with(":registry"));
        let scoped = scoped.filter_map(|key| registry_url(self.settings.text(key)?).ok());
        std::iter::once(self.registry.clone()).chain(scoped).collect()
    }

    /// Where the default registry was said, for `doctor`: a file, the environment, or npm itself.
    pub fn registry_source(&self) -> &str {
        &self.registry_source
    }

    /// Settings that weaken safety or were ignored, one sentence each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The tag that stands for no request: npm's `tag`.
    pub fn default_tag(&self) -> &str {
        self.settings.text("tag").unwrap_or("latest")
    }

    /// The credentials for an address of a package whose registry is `registry`. Never another host's.
    pub fn credentials_for(&self, url: &Url, registry: &Url) -> Credentials {
        credentials::find(&self.settings, &self.env, url, registry)
    }

    /// The proxy for an address; its own address may hold a password.
    pub fn proxy_for(&self, url: &Url) -> Option<Secret> {
        network::proxy(&self.settings, &self.env, url)
    }

    /// How long to wait, how often to try.
    pub fn patience(&self) -> Patience {
        Patience::of(&self.settings)
    }

    /// Whether servers must show a trusted certificate: npm's `strict-ssl`.
    pub fn strict_tls(&self) -> bool {
        self.settings.text("strict-ssl") != Some("false")
    }

    /// Certificates that take the place of the system's: npm's `ca`, as PEM.
    pub fn own_certificates(&self) -> Vec<String> {
        self.settings
            .list("ca")
            .into_iter()
            .map(|pem| pem.replace("\\n", "\n"))
            .collect()
    }

    /// A file with certificates that take the place of the system's: npm's `cafile`.
    pub fn certificate_file(&self) -> Option<PathBuf> {
        self.settings
            .text("cafile")
            .map(|text| layers::path_of(text, &self.env))
    }

    /// A file with certificates beside the system's: `NODE_EXTRA_CA_CERTS`.
    pub fn extra_certificate_file(&self) -> Option<PathBuf> {
        self.env.var("NODE_EXTRA_CA_CERTS").map(|text| self.env.cwd.join(text))
    }

    /// Where an archive is fetched from: as npm does it, its host gives way to the registry's where `replace-registry-host`
    /// says so, which is by default only for the registry npm was built with.
    pub(crate) fn tarball_url(&self, tarball: &Url, registry: &Url) -> Url {
        let host = tarball.host_str().unwrap_or_default();
        if tarball.host() == registry.host() && tarball.port() == registry.port() {
            return tarball.clone();
        }
        let replace = match self.settings.text("replace-registry-host") {
            Some("never") => false,
            Some("always") => true,
            None | Some("npmjs") => self
                .built_in()
                .is_some_and(|built_in| built_in.host_str() == Some(host)),
            Some(named) => named == host,
        };
        if replace {
            registry.join(tarball.path()).unwrap_or_else(|_| tarball.clone())
        } else {
            tarball.clone()
        }
    }

    fn built_in(&self) -> Option<&Url> {
        self.built_in
            .get_or_init(|| ask::built_in_registry(&self.env).ok())
            .as_ref()
    }
}

fn checked_url(settings: &Settings, key: &str, text: &str) -> Result<Url, ConfigError> {
    registry_url(text).map_err(|reason| ConfigError::Setting {
        key: key.to_owned(),
        place: settings.place(key).to_owned(),
        reason: reason.to_owned(),
    })
}

/// A registry's address: http or https, its path ending with a slash, without what no registry has.
fn registry_url(text: &str) -> Result<Url, &'static str> {
    let mut url = Url::parse(text.trim()).map_err(|_| "is not an address")?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("is not an http or https address");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user or password, which belong into a setting of their own");
    }
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

/// What a person should know about these settings.
fn notes(settings: &Settings) -> Vec<String> {
    let mut notes = Vec::new();
    if settings.text("strict-ssl") == Some("false") {
        let place = settings.place("strict-ssl");
        notes.push(format!(
            "npm's `strict-ssl` is off in {place}: any server can pass for the registry"
        ));
    }
    for key in ["_auth", "_authToken", "_password"] {
        if settings.text(key).is_some() {
            let place = settings.place(key);
            notes.push(format!(
                "`{key}` in {place} names no registry and is ignored, as npm ignores it"
            ));
        }
    }
    notes
}

#[cfg(test)]
mod tests;
