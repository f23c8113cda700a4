//! Every way a registry can fail, told apart, each one sentence and a hint.

use waxseal_model::{PackageName, PackageRef};

use crate::integrity::IntegrityError;

/// Why a registry did not give what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// 401.
    #[error("{registry} wants credentials for `{name}`")]
    Unauthorized {
        /// What was asked for.
        name: PackageName,
        /// The registry.
        registry: String,
    },
    /// 403.
    #[error("{registry} refuses to give `{name}`")]
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
        String::new()
    }
}
