//! What a registry holds of a release beside its archive: attestations, and the keys it signs with.

use url::Url;
use waxseal_model::PackageRef;

use super::RegistryError;
use super::http::{Registry, refusal, too_large};
use super::transport::{Request, host_of};
use crate::attestation::{MAX_ANSWER, RegistryKeys};
use crate::cache::CachedDocument;

impl Registry {
    /// The list of a release's attestations, as the registry sends it; `None` where it has none. What was had once is not asked for
    /// again: a release's attestations do not change.
    ///
    /// # Errors
    /// As [`super::PackageSource::packument`].
    pub fn attestations(&self, package: &PackageRef) -> Result<Option<Vec<u8>>, RegistryError> {
        let release = format!("{}@{}", package.name.as_str().replace('/', "%2f"), package.version);
        self.beside(package, &format!("./-/npm/v1/attestations/{release}"), Keep::Forever)
    }

    /// The keys that the registry of a release signs with; `None` where it lists none that can be read.
    ///
    /// # Errors
    /// As [`super::PackageSource::packument`].
    pub fn keys(&self, package: &PackageRef) -> Result<Option<RegistryKeys>, RegistryError> {
        let answer = self.beside(package, "./-/npm/v1/keys", Keep::AsValidated)?;
        Ok(answer.as_deref().and_then(RegistryKeys::parse))
    }

    fn beside(&self, package: &PackageRef, path: &str, keep: Keep) -> Result<Option<Vec<u8>>, RegistryError> {
        let registry = self.registry_of(&package.name)?;
        let url = registry.join(path).map_err(|_| RegistryError::Address {
            host: host_of(&registry),
            reason: "an attestation's address cannot be made",
        })?;
        let stored = self.cache.document(url.as_str());
        if let Some(stored) = stored
            .as_ref()
            .filter(|_| keep == Keep::Forever || self.options.offline)
        {
            return Ok(Some(stored.body.clone()));
        }
        let what = format!("what attests to `{package}`");
        if self.options.offline {
            return Err(RegistryError::OfflineMiss { what });
        }
        self.ask_beside(package, (&url, &registry), stored, &what)
    }

    fn ask_beside(
        &self,
        package: &PackageRef,
        (url, registry): (&Url, &Url),
        stored: Option<CachedDocument>,
        what: &str,
    ) -> Result<Option<Vec<u8>>, RegistryError> {
        let mut headers = vec![("accept", "application/json".to_owned())];
        if let Some(stored) = &stored {
            headers.extend(stored.etag.clone().map(|etag| ("if-none-match", etag)));
            headers.extend(stored.last_modified.clone().map(|when| ("if-modified-since", when)));
        }
        let request = Request {
            url,
            registry,
            headers: &headers,
            again: false,
            file: None,
            ceiling: MAX_ANSWER,
            progress: &|_, _| {},
        };
        let response = self
            .fetch(&package.to_string(), &request)
            .map_err(|failure| too_large(failure, what, MAX_ANSWER))?;
        match (response.status, stored) {
            (304, Some(stored)) => Ok(Some(stored.body)),
            (200, _) => {
                let document = CachedDocument {
                    etag: response.header("etag"),
                    last_modified: response.header("last-modified"),
                    body: response.body,
                };
                // What is no JSON is not kept: another day's answer may be better.
                if serde_json::from_slice::<serde::de::IgnoredAny>(&document.body).is_ok() {
                    let _ = self.cache.store_document(url.as_str(), &document);
                }
                Ok(Some(document.body))
            }
            (404 | 410, _) => Ok(None),
            (status, _) => Err(refusal(status, &package.name, registry, response.host)),
        }
    }
}

/// How long an answer is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Forever,
    AsValidated,
}
