//! TLS clients for tests, blocking.

#![allow(dead_code, unreachable_pub, reason = "each test takes what it needs")]

use std::io;
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// What `client` speaks over.
pub type Stream<S> = StreamOwned<ClientConnection, S>;

/// A configuration that trusts `pem`, or nothing, and offers `alpn`.
pub fn config(pem: Option<&str>, alpn: &[&[u8]]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = pem {
        roots
            .add(CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate"))
            .expect("an authority");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .expect("the provider speaks them")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|it| it.to_vec()).collect();
    Arc::new(config)
}

/// A stream on which the handshake is over.
pub fn client<S: io::Read + io::Write>(mut socket: S, name: &str, config: Arc<ClientConfig>) -> io::Result<Stream<S>> {
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let mut session = ClientConnection::new(config, name).expect("a configuration");
    while session.is_handshaking() {
        session.complete_io(&mut socket)?;
    }
    Ok(StreamOwned::new(session, socket))
}

/// As [`client`], over TCP.
pub fn connect(socket: TcpStream, name: &str, pem: &str, alpn: &[&[u8]]) -> Stream<TcpStream> {
    client(socket, name, config(Some(pem), alpn)).expect("the handshake succeeds")
}
