//! Every way a registry can fail, told apart, each one sentence and a hint.

use waxseal_model::{PackageName, PackageRef};

use crate::integrity::IntegrityError;

/// Why a registry did not give what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// 401.
    #[error("{registry} wants credentials for `{name}` (HTTP status 401)")]
    Unauthorized {
        /// What was asked for.
        name: PackageName,
        /// The registry.
        registry: String,
    },
    /// 403.
    #[error("{registry} refuses to give `{name}` (HTTP status 403)")]
    Forbidden {
        /// What was asked for.
        name: PackageName,
        /// The registry.
        registry: String,
    },
    /// 404: no such package.
    #[error("`{name}` is not on {registry}")]
    NotFound {
        /// What was asked for.
        name: PackageName,
        /// The registry.
        registry: String,
    },
    /// 410: it was there once.
    #[error("`{name}` is not on {registry} any more (HTTP status 410)")]
    Gone {
        /// What was asked for.
        name: PackageName,
        /// The registry.
        registry: String,
    },
    /// 451 (RFC 7725): it is withheld for legal reasons.
    #[error("{registry} withholds `{name}` for legal reasons (HTTP status 451)")]
    Withheld {
        /// What was asked for.
        name: PackageName,
        /// The registry.
        registry: String,
    },
    /// The archive of a listed version is gone (404 or 410).
    #[error("the archive of `{package}` is not on {registry}, which lists the version")]
    TarballGone {
        /// The release.
        package: PackageRef,
        /// The registry.
        registry: String,
    },
    /// All versions were unpublished.
    #[error("`{name}` was unpublished on {when}")]
    Unpublished {
        /// The package.
        name: PackageName,
        /// When, as the registry says.
        when: String,
    },
    /// The registry holds the name in place of a package it removed for security reasons.
    #[error("`{name}` was removed for security reasons, and the registry holds its name with `{holder}`")]
    SecurityHolder {
        /// The package.
        name: PackageName,
        /// The holding version.
        holder: String,
    },
    /// This version was published once and is gone.
    #[error("`{package}` was published on {when} and has been removed")]
    Removed {
        /// The release.
        package: PackageRef,
        /// When it was published.
        when: String,
    },
    /// Nothing satisfies the request.
    #[error("`{name}` has no {wanted}")]
    NoSuchVersion {
        /// The package.
        name: PackageName,
        /// What was asked for: `version 9.9.9`, `version in ^9`, `tag beta`.
        wanted: String,
        /// The nearest version that exists.
        nearest: Option<String>,
    },
    /// The registry gives no archive or no hash for this version.
    #[error("the registry gives no {what} for `{package}`")]
    NoDist {
        /// The release.
        package: PackageRef,
        /// `archive` or `hash that can be checked`.
        what: &'static str,
    },
    /// The archive is not what was promised: a finding, not only an error.
    #[error("the archive of `{package}` is not what the registry promised: {source}")]
    Integrity {
        /// The release.
        package: PackageRef,
        /// Expected and actual hash.
        source: IntegrityError,
    },
    /// No answer in time.
    #[error("{host} did not answer in time")]
    Timeout {
        /// The host.
        host: String,
    },
    /// Still 429 after all retries.
    #[error("{host} says there were too many requests")]
    TooManyRequests {
        /// The host.
        host: String,
    },
    /// Another status.
    #[error("{host} answered with status {status}")]
    Status {
        /// The host.
        host: String,
        /// The status.
        status: u16,
    },
    /// TLS failed.
    #[error("no trusted TLS connection to {host}: {reason}")]
    Tls {
        /// The host.
        host: String,
        /// The library's reason.
        reason: String,
    },
    /// The proxy failed.
    #[error("the proxy did not connect to {host}: {reason}")]
    Proxy {
        /// The host behind it.
        host: String,
        /// The reason.
        reason: String,
    },
    /// No such host.
    #[error("the name {host} cannot be resolved")]
    Dns {
        /// The host.
        host: String,
    },
    /// The connection failed or broke.
    #[error("the connection to {host} failed: {reason}")]
    Connection {
        /// The host.
        host: String,
        /// The reason.
        reason: String,
    },
    /// A redirect or archive URL that cannot be followed.
    #[error("{host} points to an address that cannot be followed: {reason}")]
    Address {
        /// The host.
        host: String,
        /// The reason.
        reason: &'static str,
    },
    /// `--offline`, and the cache does not have it.
    #[error("{what} is not in the cache, and the network is switched off")]
    OfflineMiss {
        /// `the document of x` or `the archive of x@1.0.0`.
        what: String,
    },
    /// The document cannot be read.
    #[error("the document of `{name}` cannot be read: {reason}")]
    Malformed {
        /// The package.
        name: PackageName,
        /// What is wrong with it, in our words.
        reason: String,
    },
    /// npm's configuration names a registry that cannot be asked.
    #[error("{reason}")]
    Setting {
        /// The sentence.
        reason: String,
    },
    /// A certificate or key npm is configured with cannot be used.
    #[error("npm's setting `{key}` names a file that cannot be used: {reason}")]
    Certificate {
        /// The setting.
        key: String,
        /// What is wrong.
        reason: String,
    },
    /// More bytes than the ceiling.
    #[error("{what} holds more than {limit} bytes")]
    TooLarge {
        /// `the document of x` or `the archive of x@1.0.0`.
        what: String,
        /// The ceiling.
        limit: u64,
    },
}

impl RegistryError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Unauthorized { .. } => {
                String::from("log in with `npm login`, or put a token for this registry into your `.npmrc`")
            }
            Self::Forbidden { .. } => {
                String::from("ask who runs the registry whether your account may read this package")
            }
            Self::NotFound { .. } => {
                String::from("check the spelling; a private package needs its registry and token in your `.npmrc`")
            }
            Self::Gone { .. } => {
                String::from("find out why before trusting a copy of it; what is installed somewhere still runs")
            }
            Self::Withheld { .. } => String::from("ask who runs the registry why"),
            Self::TarballGone { package, .. } => format!(
                "it may just be on its way out or in: try `{}` again later",
                package.name
            ),
            Self::Unpublished { .. } => {
                String::from("nobody can install it from here any more; look for copies in caches and lockfiles")
            }
            Self::SecurityHolder { .. } => String::from(
                "whoever has an older version installed should treat it as malicious until it is known why",
            ),
            Self::Removed { package, .. } => {
                format!(
                    "find out why before trusting a copy of it; `npm view {} time` lists the releases",
                    package.name
                )
            }
            Self::NoSuchVersion {
                nearest: Some(nearest), ..
            } => format!("the nearest published version is `{nearest}`"),
            Self::NoSuchVersion { name, .. } => format!("`npm view {name} versions` lists what there is"),
            Self::NoDist { .. } => String::from("the registry's document is incomplete; ask who runs the registry"),
            Self::Integrity { .. } => {
                String::from("do not install it: either the registry or something on the way to it changed the archive")
            }
            Self::Timeout { .. } => String::from("try again, or raise npm's `fetch-timeout`"),
            Self::TooManyRequests { .. } => String::from("wait some minutes and try again"),
            Self::Status { .. } => String::from("try again later; if it stays, ask who runs the registry"),
            Self::Tls { .. } => String::from(
                "behind a company proxy, name its certificate in npm's `cafile` or in `NODE_EXTRA_CA_CERTS`",
            ),
            Self::Proxy { .. } => {
                String::from("check npm's `https-proxy` and `noproxy`, or `HTTPS_PROXY` and `NO_PROXY`")
            }
            Self::Dns { .. } => String::from("check the network, and the `registry` in your `.npmrc`"),
            Self::Connection { .. } => String::from("check the network, and try again"),
            Self::Address { .. } => String::from("the registry's answer is wrong; ask who runs the registry"),
            Self::OfflineMiss { .. } => String::from("run the same command once without `--offline`"),
            Self::Malformed { .. } => {
                String::from("check that npm's `registry` is a package registry and no login page")
            }
            Self::TooLarge { .. } => String::from("no package in use comes near this size"),
            Self::Setting { .. } => String::from("`npm config ls -l` shows where npm takes its settings from"),
            Self::Certificate { .. } => String::from("check the path in your `.npmrc`; the file must hold PEM"),
        }
    }
}
