//! npm's own configuration, read as npm reads it: which registry, whose credentials, which proxy, which certificates.

use url::Url;
use waxseal_model::PackageName;

use crate::Environment;

/// npm's configuration as far as fetching packages needs it.
#[derive(Debug, Clone)]
pub struct NpmConfig {
    registry: Url,
    notes: Vec<String>,
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
        String::new()
    }
}

impl NpmConfig {
    /// Reads the project's, the user's and the global `.npmrc` and the environment, as npm does.
    ///
    /// # Errors
    /// When a file cannot be read, a needed setting is unusable, or no registry is configured and npm cannot be asked.
    pub fn load(env: &Environment) -> Result<Self, ConfigError> {
        let _ = env;
        Err(ConfigError::NoRegistry {
            reason: String::from("not read yet"),
        })
    }

    /// The default registry.
    pub fn registry(&self) -> &Url {
        &self.registry
    }

    /// The registry of this package: its scope's, else the default.
    pub fn registry_for(&self, name: &PackageName) -> &Url {
        let _ = name;
        &self.registry
    }

    /// Where the default registry was said, for `doctor`: a file, the environment, or npm itself.
    pub fn registry_source(&self) -> &str {
        ""
    }

    /// Settings that weaken safety or were ignored, one sentence each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}
