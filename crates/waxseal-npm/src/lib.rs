//! The npm world, without running any of it: what a user's text means, where npm would get it, and what npm would install.
//!
//! Read in this order: [`spec`] turns text into a request, [`config`] says which registry npm is configured with,
//! [`registry`] fetches documents and archives through the [`cache`], [`resolve`] picks one release as npm would,
//! [`integrity`] checks the bytes, [`attestation`] what is said of their origin, [`tarball`] unpacks them by npm's rules under
//! limits, [`manifest`] reads `package.json`, [`lockfile`] which releases an install would bring, [`installed`] and [`clients`] what is
//! installed and what would be started, [`osv`] what is publicly known of malicious packages.
//!
//! Everything a registry or a package wrote is hostile here: every size, depth and count has a ceiling.

pub mod attestation;
pub mod cache;
pub mod clients;
pub mod config;
pub mod environment;
pub mod folder;
pub mod installed;
pub mod integrity;
mod lenient;
pub mod lockfile;
pub mod manifest;
pub mod osv;
pub mod packument;
pub mod registry;
pub mod repository;
pub mod resolve;
pub mod secret;
pub mod spec;
pub mod tarball;
pub mod version;

pub use environment::Environment;
pub use packument::{Dist, Packument, VersionInfo};
pub use registry::{Form, PackageSource, Recorded, Registry, RegistryError};
pub use spec::{PackageSpec, SpecError, Wanted};
pub use tarball::{Limits, PackageFile, TarballError, Unpacked};
