//! A file from any address, with npm's proxies, certificates and patience; its credentials only where they were set for that host.

use std::fs::File;

use url::Url;

use super::http::Registry;
use super::transport::{Failure, Request, host_of};
use super::{Progress, RegistryError};

/// A file to get.
#[derive(Debug, Clone, Copy)]
pub struct FileRequest<'a> {
    /// What it is, for messages: `the database of OSV`.
    pub what: &'a str,
    /// Its address, `http` or `https`.
    pub url: &'a str,
    /// What the server called the state that is here already; it is not sent again then.
    pub etag: Option<&'a str>,
    /// When the server said that state was changed.
    pub last_modified: Option<&'a str>,
    /// Most bytes of it.
    pub ceiling: u64,
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is as it was (HTTP status 304).
    Unchanged,
    /// The file was written.
    New {
        /// What the server calls this state of it.
        etag: Option<String>,
        /// When the server says it was changed.
        last_modified: Option<String>,
    },
}

impl Registry {
    /// Gets a file into `into`, whose content is lost if anything comes. Nothing of it is checked.
    ///
    /// # Errors
    /// Each way it can fail is told apart.
    pub fn file(&self, request: &FileRequest<'_>, into: &File) -> Result<Answer, RegistryError> {
        let refuse = |reason: String| RegistryError::Setting { reason };
        let url = Url::parse(request.url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let shown = request.url.escape_debug();
        let url = url.ok_or_else(|| refuse(format!("`{shown}` is no address of {}", request.what)))?;
        if self.is_offline() {
            return Err(RegistryError::OfflineMiss {
                what: request.what.to_owned(),
            });
        }
        let mut headers = vec![("accept", "*/*".to_owned()), ("accept-encoding", "identity".to_owned())];
        headers.extend(request.etag.map(|etag| ("if-none-match", etag.to_owned())));
        headers.extend(request.last_modified.map(|when| ("if-modified-since", when.to_owned())));
        let tell = |received, total| {
            self.tell(Progress {
                what: request.what,
                received,
                total,
            });
        };
        let response = self.get(&Request {
            url: &url,
            registry: self.config().registry(),
            headers: &headers,
            ceiling: request.ceiling,
            progress: &tell,
            again: true,
            file: Some(into),
        });
        let response = response.map_err(|failure| match failure {
            Failure::Passing(err) | Failure::Lasting(err) => err,
            Failure::TooLarge => RegistryError::TooLarge {
                what: request.what.to_owned(),
                limit: request.ceiling,
            },
        })?;
        let host = host_of(&url);
        match response.status {
            200 => {
                let promised = response
                    .header("content-length")
                    .and_then(|text| text.trim().parse().ok());
                let length = into.metadata().map(|meta| meta.len()).unwrap_or_default();
                if promised.is_some_and(|promised: u64| promised != length) {
                    let reason = "the answer is shorter than was promised".to_owned();
                    return Err(RegistryError::Connection { host, reason });
                }
                Ok(Answer::New {
                    etag: response.header("etag"),
                    last_modified: response.header("last-modified"),
                })
            }
            304 if request.etag.is_some() || request.last_modified.is_some() => Ok(Answer::Unchanged),
            429 => Err(RegistryError::TooManyRequests { host }),
            408 | 504 => Err(RegistryError::Timeout { host }),
            status => Err(RegistryError::Status { host, status }),
        }
    }
}
