//! Which certificates are trusted: the system's, with or without those npm is configured with.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use super::RegistryError;
use crate::config::NpmConfig;

/// npm's `ca` and `cafile` take the place of the system's certificates, `NODE_EXTRA_CA_CERTS` comes beside them.
pub(super) fn configure(config: &NpmConfig) -> Result<TlsConfig, RegistryError> {
    let mut own = Vec::new();
    for pem in config.own_certificates() {
        own.extend(certificates(pem.as_bytes(), "ca")?);
    }
    if let Some(path) = config.certificate_file() {
        own.extend(read_certificates(&path, "cafile")?);
    }
    let extra = match config.extra_certificate_file() {
        // Node warns about a file it cannot read, and goes on.
        Some(path) => read_certificates(&path, "NODE_EXTRA_CA_CERTS").unwrap_or_default(),
        None => Vec::new(),
    };
    let roots = match (own.is_empty(), extra.is_empty()) {
        (true, true) => RootCerts::PlatformVerifier,
        (true, false) => {
            let system = rustls_native_certs::load_native_certs().certs;
            let system = system.iter().map(|der| Certificate::from_der(der.as_ref()).to_owned());
            specific(system.chain(extra).collect())
        }
        (false, _) => specific(own.into_iter().chain(extra).collect()),
    };
    Ok(TlsConfig::builder()
        .root_certs(roots)
        .disable_verification(!config.strict_tls())
        .build())
}

fn specific(certificates: Vec<Certificate<'static>>) -> RootCerts {
    RootCerts::Specific(Arc::new(certificates))
}

/// The same, showing a client certificate.
pub(super) fn with_client_certificate(
    base: &TlsConfig,
    files: Option<&(PathBuf, PathBuf)>,
) -> Result<TlsConfig, RegistryError> {
    let Some((certificate, key)) = files else {
        return Ok(base.clone());
    };
    let chain = read_certificates(certificate, "certfile")?;
    let pem = std::fs::read(key).map_err(|err| unusable("keyfile", &err.to_string()))?;
    let key = PrivateKey::from_pem(&pem).map_err(|_| unusable("keyfile", "it holds no private key"))?;
    Ok(TlsConfig::builder()
        .root_certs(base.root_certs().clone())
        .disable_verification(base.disable_verification())
        .client_cert(Some(ClientCert::new_with_certs(&chain, key)))
        .build())
}

/// A file that does not exist holds none, as for npm.
fn read_certificates(path: &Path, key: &str) -> Result<Vec<Certificate<'static>>, RegistryError> {
    match std::fs::read(path) {
        Ok(pem) => certificates(&pem, key),
        Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(err) => Err(unusable(key, &err.to_string())),
    }
}

fn certificates(pem: &[u8], key: &str) -> Result<Vec<Certificate<'static>>, RegistryError> {
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(_) => return Err(unusable(key, "its PEM is broken")),
        }
    }
    if found.is_empty() {
        Err(unusable(key, "it holds no certificate"))
    } else {
        Ok(found)
    }
}

fn unusable(key: &str, reason: &str) -> RegistryError {
    RegistryError::Certificate {
        key: key.to_owned(),
        reason: reason.to_owned(),
    }
}
