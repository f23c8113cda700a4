//! The registry over HTTP, through the cache.

use std::time::Duration;

use url::Url;
use waxseal_model::{PackageHistory, PackageName, PackageRef};

use super::transport::{Failure, Request, Response, Transport, host_of};
use super::{Form, PackageSource, RegistryError, Tarball};
use crate::cache::{Cache, CachedDocument};
use crate::config::NpmConfig;
use crate::integrity::Integrity;
use crate::{Dist, Packument, Wanted};

/// A registry client as npm is configured.
pub struct Registry {
    config: NpmConfig,
    pub(super) cache: Cache,
    pub(super) options: Options,
    transport: Transport,
    observer: Option<Observer>,
}

type Observer = Box<dyn Fn(Progress<'_>) + Send + Sync>;

/// How the client works, beside npm's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Use only what the cache has.
    pub offline: bool,
}

/// How far a download has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// What is being fetched, `name` or `name@version`.
    pub what: &'a str,
    /// Bytes received so far.
    pub received: u64,
    /// Bytes in all, if the server said.
    pub total: Option<u64>,
}

impl Registry {
    /// A client with npm's configuration and a cache.
    ///
    /// # Errors
    /// When a certificate or key that npm is configured with cannot be read.
    pub fn new(config: NpmConfig, cache: Cache, options: Options) -> Result<Self, RegistryError> {
        let transport = Transport::new(&config)?;
        Ok(Self {
            config,
            cache,
            options,
            transport,
            observer: None,
        })
    }

    /// Calls `observer` while something is downloaded.
    #[must_use]
    pub fn on_progress(mut self, observer: impl Fn(Progress<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Spends the waits between repetitions in another way than sleeping.
    #[must_use]
    pub fn waiting_by(mut self, sleep: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.transport.sleep = std::sync::Arc::new(sleep);
        self
    }

    /// npm's configuration.
    pub fn config(&self) -> &NpmConfig {
        &self.config
    }

    /// What the registry says of a name over time, by its full document. Asked for once: a judgement can do without.
    ///
    /// # Errors
    /// As [`PackageSource::packument`].
    pub fn history(&self, name: &PackageName) -> Result<PackageHistory, RegistryError> {
        let registry = self.registry_of(name)?;
        let url = document_url(&registry, name)?;
        if self.options.offline {
            let stored = self.stored_in(&url, Form::Full);
            return stored.map(|it| it.history()).ok_or_else(|| RegistryError::OfflineMiss {
                what: format!("the full document of `{name}`"),
            });
        }
        self.ask(name, &url, &registry, Form::Full, false)
            .map(|it| it.history())
    }

    pub(super) fn registry_of(&self, name: &PackageName) -> Result<Url, RegistryError> {
        self.config.registry_for(name).map_err(|err| RegistryError::Setting {
            reason: err.to_string(),
        })
    }

    pub(super) fn fetch(&self, what: &str, request: &Request<'_>) -> Result<Response, Failure> {
        let tell = |received, total| self.tell(Progress { what, received, total });
        self.get(&Request {
            progress: &tell,
            ..*request
        })
    }

    /// Gets an address as it is.
    pub(super) fn get(&self, request: &Request<'_>) -> Result<Response, Failure> {
        self.transport.get(&self.config, request)
    }

    pub(super) fn tell(&self, progress: Progress<'_>) {
        if let Some(observer) = &self.observer {
            observer(progress);
        }
    }

    pub(super) fn is_offline(&self) -> bool {
        self.options.offline
    }

    /// The stored document that can still be read.
    fn stored(&self, key: &str) -> Option<Packument> {
        Packument::parse(&self.cache.document(key)?.body).ok()
    }

    /// A stored document in this form, or in the full one, which holds all that the other does.
    fn stored_in(&self, url: &Url, form: Form) -> Option<Packument> {
        let forms = if form == Form::Full {
            [Form::Full].as_slice()
        } else {
            &[Form::Abbreviated, Form::Full]
        };
        forms.iter().find_map(|form| self.stored(&key_of(url, *form)))
    }

    /// Asks the registry, with the stored document's validators so that an unchanged one is not sent again.
    fn ask(
        &self,
        name: &PackageName,
        url: &Url,
        registry: &Url,
        form: Form,
        again: bool,
    ) -> Result<Packument, RegistryError> {
        let key = key_of(url, form);
        // It is only parsed where it turns out to be current.
        let stored = self.cache.document(&key);
        let mut headers = vec![("accept", accept(form).to_owned())];
        if let Some(document) = &stored {
            headers.extend(document.etag.clone().map(|etag| ("if-none-match", etag)));
            headers.extend(document.last_modified.clone().map(|when| ("if-modified-since", when)));
        }
        let request = Request {
            url,
            registry,
            headers: &headers,
            ceiling: MAX_DOCUMENT,
            progress: &|_, _| {},
            again,
            file: None,
        };
        let response = self
            .fetch(name.as_str(), &request)
            .map_err(|failure| too_large(failure, &document_of(name), MAX_DOCUMENT))?;
        match (response.status, stored) {
            (304, Some(document)) => parse(name, &document.body),
            (200, _) => self.keep(name, &key, response),
            (404 | 410, _) => match Packument::parse(&response.body) {
                Ok(tombstone) if tombstone.unpublished.is_some() => Ok(tombstone),
                // Some registries know only the full form, and npm asks again for it.
                _ if form == Form::Abbreviated => self.ask(name, url, registry, Form::Full, again),
                _ => Err(refusal(response.status, name, registry, response.host)),
            },
            (406, _) if form == Form::Abbreviated => self.ask(name, url, registry, Form::Full, again),
            (status, _) => Err(refusal(status, name, registry, response.host)),
        }
    }

    fn keep(&self, name: &PackageName, key: &str, response: Response) -> Result<Packument, RegistryError> {
        let packument = parse(name, &response.body)?;
        let (etag, last_modified) = (response.header("etag"), response.header("last-modified"));
        // Only a convenience for the next run: where it cannot be kept, it is fetched again.
        let _ = self.cache.store_document(
            key,
            &CachedDocument {
                body: response.body,
                etag,
                last_modified,
            },
        );
        Ok(packument)
    }

    /// Downloads an archive once.
    fn download(&self, package: &PackageRef, url: &Url, registry: &Url) -> Result<Vec<u8>, RegistryError> {
        let what = package.to_string();
        let headers = [
            ("accept", String::from("*/*")),
            ("accept-encoding", String::from("identity")),
        ];
        let request = Request {
            url,
            registry,
            headers: &headers,
            ceiling: MAX_TARBALL,
            progress: &|_, _| {},
            again: true,
            file: None,
        };
        let response = self
            .fetch(&what, &request)
            .map_err(|failure| too_large(failure, &archive_of(package), MAX_TARBALL))?;
        match response.status {
            200 => Ok(response.body),
            404 | 410 => Err(RegistryError::TarballGone {
                package: package.clone(),
                registry: shown(registry),
            }),
            status => Err(refusal(status, &package.name, registry, response.host)),
        }
    }
}

impl PackageSource for Registry {
    fn packument(&self, name: &PackageName, form: Form) -> Result<Packument, RegistryError> {
        let registry = self.registry_of(name)?;
        let url = document_url(&registry, name)?;
        if self.options.offline {
            return self.stored_in(&url, form).ok_or_else(|| RegistryError::OfflineMiss {
                what: document_of(name),
            });
        }
        self.ask(name, &url, &registry, form, true)
    }

    fn packument_for(&self, name: &PackageName, form: Form, wanted: &Wanted) -> Result<Packument, RegistryError> {
        if let Wanted::Version(version) = wanted {
            let url = document_url(&self.registry_of(name)?, name)?;
            if let Some(stored) = self
                .stored_in(&url, form)
                .filter(|stored| stored.versions.contains_key(version))
            {
                return Ok(stored);
            }
        }
        self.packument(name, form)
    }

    fn tarball(&self, package: &PackageRef, dist: &Dist) -> Result<Tarball, RegistryError> {
        let missing = |what| RegistryError::NoDist {
            package: package.clone(),
            what,
        };
        let integrity = Integrity::of_dist(dist).map_err(|_| missing("hash that can be checked"))?;
        let verified = |bytes: Vec<u8>| {
            let verified = integrity.verify(&bytes);
            verified.map(|verified| Tarball {
                bytes: bytes.into(),
                verified,
            })
        };
        if let Some(Ok(tarball)) = self.cache.tarball(&integrity).map(verified) {
            return Ok(tarball);
        }
        if self.options.offline {
            return Err(RegistryError::OfflineMiss {
                what: archive_of(package),
            });
        }
        let registry = self.registry_of(&package.name)?;
        let address = dist.tarball.as_deref().ok_or_else(|| missing("archive"))?;
        let broken = |reason| RegistryError::Address {
            host: host_of(&registry),
            reason,
        };
        let url = Url::parse(address).map_err(|_| broken("an archive's address cannot be read"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(broken("an archive's address is neither http nor https"));
        }
        let url = self.config.tarball_url(&url, &registry);
        let mut result = verified(self.download(package, &url, &registry)?);
        if result.is_err() {
            // npm tries once more too: bytes can be damaged on their way.
            result = verified(self.download(package, &url, &registry)?);
        }
        let tarball = result.map_err(|source| RegistryError::Integrity {
            package: package.clone(),
            source,
        })?;
        let _ = self.cache.store_tarball(&integrity, &tarball.bytes);
        Ok(tarball)
    }
}

fn parse(name: &PackageName, body: &[u8]) -> Result<Packument, RegistryError> {
    Packument::parse(body).map_err(|err| RegistryError::Malformed {
        name: name.clone(),
        reason: err.reason,
    })
}

/// `REGISTRY/name`, the slash of a scope encoded.
fn document_url(registry: &Url, name: &PackageName) -> Result<Url, RegistryError> {
    let escaped = name.as_str().replace('/', "%2f");
    registry
        .join(&format!("./{escaped}"))
        .map_err(|_| RegistryError::Address {
            host: host_of(registry),
            reason: "a document's address cannot be made",
        })
}

/// What the cache files a document by.
fn key_of(url: &Url, form: Form) -> String {
    let form = match form {
        Form::Full => "full",
        Form::Abbreviated => "abbreviated",
    };
    format!("{url}#{form}")
}

fn accept(form: Form) -> &'static str {
    match form {
        Form::Full => "application/json",
        Form::Abbreviated => "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*",
    }
}

pub(super) fn refusal(status: u16, name: &PackageName, registry: &Url, host: String) -> RegistryError {
    let (name, registry) = (name.clone(), shown(registry));
    match status {
        401 | 407 => RegistryError::Unauthorized { name, registry },
        403 => RegistryError::Forbidden { name, registry },
        404 => RegistryError::NotFound { name, registry },
        410 => RegistryError::Gone { name, registry },
        451 => RegistryError::Withheld { name, registry },
        429 => RegistryError::TooManyRequests { host },
        408 | 504 => RegistryError::Timeout { host },
        status => RegistryError::Status { host, status },
    }
}

pub(super) fn too_large(failure: Failure, what: &str, limit: u64) -> RegistryError {
    match failure {
        Failure::Passing(err) | Failure::Lasting(err) => err,
        Failure::TooLarge => RegistryError::TooLarge {
            what: what.to_owned(),
            limit,
        },
    }
}

fn document_of(name: &PackageName) -> String {
    format!("the document of `{name}`")
}

fn archive_of(package: &PackageRef) -> String {
    format!("the archive of `{package}`")
}

fn shown(registry: &Url) -> String {
    registry.as_str().escape_debug().to_string()
}

/// The largest documents in use have some tens of megabytes.
const MAX_DOCUMENT: u64 = 256 << 20;

/// The largest archives in use have a few hundred megabytes.
const MAX_TARBALL: u64 = 512 << 20;
