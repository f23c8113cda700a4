//! The certificate authority of a run, and TLS as every server of the simulated internet speaks it.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::ClientHello;
use rustls::{KeyLog, ServerConfig};

/// A name, and the protocol that is answered.
type ConfigKey = (String, Option<Vec<u8>>);

/// Signs a certificate for any name. Made anew for each run, and nothing outside of the room trusts it.
pub struct Ca {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// One key for all servers: what is told apart by keys is nothing to a client, and making one takes time.
    leaf: KeyPair,
    provider: Arc<rustls::crypto::CryptoProvider>,
    key_log: Option<Arc<KeyLines>>,
    configs: Mutex<HashMap<ConfigKey, Arc<ServerConfig>>>,
}

impl Ca {
    /// Makes a new authority with ECDSA P-256 keys.
    pub fn generate() -> Self {
        let key = KeyPair::generate().expect("the system has random bytes for a P-256 key");
        let issuer = CertifiedIssuer::self_signed(authority(), key).expect("a P-256 key signs a certificate of ours");
        Self {
            issuer,
            leaf: KeyPair::generate().expect("the system has random bytes for a P-256 key"),
            provider: Arc::new(rustls::crypto::ring::default_provider()),
            key_log: None,
            configs: Mutex::default(),
        }
    }

    /// Calls `take` with each line of a key log (the format of `SSLKEYLOGFILE`), so that a packet capture can be read later.
    #[must_use]
    pub fn with_key_log(mut self, take: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.key_log = Some(Arc::new(KeyLines(Box::new(take))));
        self
    }

    /// The authority's certificate, to be trusted in the room.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// What a server called `name`, or at an address, speaks to a client that is answered `alpn`.
    pub(crate) fn config(&self, name: &str, alpn: Option<Vec<u8>>) -> Option<Arc<ServerConfig>> {
        let key = (name.to_owned(), alpn);
        let mut configs = self.configs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = configs.get(&key) {
            return Some(Arc::clone(config));
        }
        if configs.len() >= MAX_CONFIGS {
            configs.clear();
        }
        let config = Arc::new(self.make_config(name, key.1.clone())?);
        configs.insert(key, Arc::clone(&config));
        Some(config)
    }

    fn make_config(&self, name: &str, alpn: Option<Vec<u8>>) -> Option<ServerConfig> {
        let certificate = leaf(name)?.signed_by(&self.leaf, &self.issuer).ok()?;
        let chain = vec![certificate.der().clone(), self.issuer.der().clone()];
        let key = PrivateKeyDer::Pkcs8(self.leaf.serialize_der().into());
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .ok()?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .ok()?;
        config.alpn_protocols.extend(alpn);
        if let Some(lines) = &self.key_log {
            config.key_log = Arc::<KeyLines>::clone(lines);
        }
        Some(config)
    }
}

impl fmt::Debug for Ca {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ca").finish_non_exhaustive()
    }
}

/// What a client said before anything was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hello {
    pub(crate) server_name: Option<String>,
    /// The protocols it offered, as text.
    pub(crate) alpn: Vec<String>,
    /// The one of them it is answered.
    pub(crate) chosen: Option<Vec<u8>>,
}

impl Hello {
    pub(crate) fn read(hello: &ClientHello<'_>) -> Self {
        let offered: Vec<&[u8]> = hello.alpn().into_iter().flatten().take(MAX_OFFERED).collect();
        Self {
            server_name: hello.server_name().map(str::to_ascii_lowercase),
            alpn: offered
                .iter()
                .map(|it| String::from_utf8_lossy(it).into_owned())
                .collect(),
            chosen: choose(&offered),
        }
    }

    /// The name that the certificate is for: the one that was asked for, else the one of the address, else the address.
    pub(crate) fn certified(&self, host: Option<&str>, address: IpAddr) -> String {
        let named = self.server_name.as_deref().or(host);
        named.map_or_else(|| address.to_canonical().to_string(), str::to_owned)
    }
}

/// The protocol that is spoken (RFC 7301 §3.2): of those we speak the first that is offered, else whatever the client wants, as a
/// refusal would end what is to be seen.
fn choose(offered: &[&[u8]]) -> Option<Vec<u8>> {
    let known = SPOKEN.iter().find(|it| offered.contains(it)).copied();
    known.or(offered.first().copied()).map(<[u8]>::to_vec)
}

fn authority() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "US");
    params
        .distinguished_name
        .push(DnType::OrganizationName, "Northway Trust Network");
    params
        .distinguished_name
        .push(DnType::CommonName, "Northway Global Root E2");
    // Wide, because a run may be told that it is another year.
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
    params
}

fn leaf(name: &str) -> Option<CertificateParams> {
    let mut params = CertificateParams::new(vec![name.to_owned()]).ok()?;
    params.distinguished_name = DistinguishedName::new();
    // RFC 5280 appendix A: a common name is at most 64 characters; the name itself is in the alternative names.
    if name.len() <= 64 {
        params.distinguished_name.push(DnType::CommonName, name);
    }
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
    Some(params)
}

/// Hands secrets on as lines.
struct KeyLines(Box<dyn Fn(&str) + Send + Sync>);

impl KeyLog for KeyLines {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        (self.0)(&format!("{label} {} {}", hex(client_random), hex(secret)));
    }
}

impl fmt::Debug for KeyLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyLines")
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

/// What we speak, the best first. In all of them the client begins.
pub(crate) const SPOKEN: [&[u8]; 3] = [b"h2", b"http/1.1", b"dot"];

/// Browsers offer two, and nobody more than a few; the list is told of.
const MAX_OFFERED: usize = 16;

/// A configuration takes some kilobytes; a program that asks for more names than this makes us sign them again.
const MAX_CONFIGS: usize = 2048;

#[cfg(test)]
mod tests;
