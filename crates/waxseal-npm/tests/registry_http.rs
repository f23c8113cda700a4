//! The registry client against servers on the loopback address: every refusal, every trick, no waiting.

#![allow(clippy::unwrap_used)]

#[path = "support/server.rs"]
mod server;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use server::{HANG, Server, json, response};
use waxseal_model::{PackageName, PackageRef};
use waxseal_npm::cache::Cache;
use waxseal_npm::config::NpmConfig;
use waxseal_npm::integrity::Integrity;
use waxseal_npm::registry::{Options, Progress};
use waxseal_npm::{Dist, Environment, Form, PackageSource, Packument, Registry, RegistryError, Wanted};

const DOCUMENT: &str =
    r#"{"name":"x","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{"dist":{"tarball":"http://t.example/x.tgz"}}}}"#;

/// A home with a `.npmrc` and a cache of its own.
struct Client {
    temp: tempfile::TempDir,
    settings: String,
    vars: BTreeMap<String, String>,
    waits: Arc<Mutex<Vec<Duration>>>,
}

impl Client {
    fn of(host: &str, settings: &str) -> Self {
        let temp = tempfile::tempdir().unwrap();
        let vars = BTreeMap::from([(String::from("PREFIX"), String::from("/nonexistent"))]);
        let settings = format!("registry=http://{host}/\n{settings}");
        Self {
            temp,
            settings,
            vars,
            waits: Arc::default(),
        }
    }

    fn open(&self, offline: bool) -> Registry {
        std::fs::write(self.temp.path().join(".npmrc"), &self.settings).unwrap();
        let home = self.temp.path().to_owned();
        let env = Environment {
            vars: self.vars.clone(),
            cwd: home.clone(),
            home: Some(home),
            npm: None,
        };
        let cache = Cache::open(&self.temp.path().join("cache")).unwrap();
        let waits = Arc::clone(&self.waits);
        let registry = Registry::new(NpmConfig::load(&env).unwrap(), cache, Options { offline }).unwrap();
        registry.waiting_by(move |wait| waits.lock().unwrap().push(wait))
    }

    fn packument(&self) -> Result<Packument, RegistryError> {
        self.open(false).packument(&name(), Form::Full)
    }

    fn waited(&self) -> Vec<u64> {
        self.waits.lock().unwrap().iter().map(Duration::as_secs).collect()
    }
}

fn name() -> PackageName {
    PackageName::parse("x").unwrap()
}

fn package() -> PackageRef {
    PackageRef {
        name: name(),
        version: String::from("1.0.0"),
    }
}

fn dist(url: &str, bytes: &[u8]) -> Dist {
    Dist {
        tarball: Some(url.to_owned()),
        integrity: Some(Integrity::sha512_of(bytes)),
        ..Dist::default()
    }
}

/// One answer to everything gives this error, with a hint.
fn check(answer: Vec<u8>, expected: &str) {
    let server = Server::start(move |_, _| answer.clone());
    let err = Client::of(&server.host, "fetch-retries=1").packument().unwrap_err();
    assert_eq!(err.to_string().replace(&server.host, "HOST"), expected);
    assert!(!err.hint().is_empty());
}

#[test]
fn refusals_are_told_apart() {
    check(
        response("401 Unauthorized", &[], b""),
        "http://HOST/ wants credentials for `x` (HTTP status 401)",
    );
    check(
        response("403 Forbidden", &[], b""),
        "http://HOST/ refuses to give `x` (HTTP status 403)",
    );
    check(
        response("404 Not Found", &[], b"{\"error\":\"not found\"}"),
        "`x` is not on http://HOST/",
    );
    check(
        response("410 Gone", &[], b""),
        "`x` is not on http://HOST/ any more (HTTP status 410)",
    );
    check(
        response("451 Withheld", &[], b""),
        "http://HOST/ withholds `x` for legal reasons (HTTP status 451)",
    );
    check(response("418 Teapot", &[], b""), "HOST answered with status 418");
    check(
        response("429 Too Many", &[], b""),
        "HOST says there were too many requests",
    );
    check(response("503 Busy", &[], b""), "HOST answered with status 503");
    check(
        json("<html>"),
        "the document of `x` cannot be read: it is not JSON (line 1, column 1)",
    );
    check(json("[]"), "the document of `x` cannot be read: it is not an object");
    check(
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"name\"".to_vec(),
        "the connection to HOST failed: Peer disconnected",
    );
}

#[test]
fn a_history_is_asked_for_once_and_taken_from_the_store_offline() {
    let server = Server::start(|_, number| match number {
        0 => response("503 Busy", &[], b""),
        _ => json(DOCUMENT),
    });
    let client = Client::of(&server.host, "fetch-retries=2");
    let err = client.open(true).history(&name()).unwrap_err();
    assert_eq!(
        err.to_string(),
        "the full document of `x` is not in the cache, and the network is switched off"
    );
    assert!(client.open(false).history(&name()).is_err());
    assert_eq!((server.asked().len(), client.waited().len()), (1, 0));
    let history = client.open(false).history(&name()).unwrap();
    assert_eq!(server.asked()[1].header("accept"), Some("application/json"));
    assert_eq!(history.releases.len(), 1);
    assert_eq!(client.open(true).history(&name()).unwrap(), history);
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_tombstone_is_a_history_whatever_the_status() {
    for status in ["200 OK", "404 Not Found", "410 Gone"] {
        let tombstone =
            r#"{"name":"x","time":{"unpublished":{"name":"ann","time":"2022-02-02","versions":["1.0.0"]}}}"#;
        let server = Server::start(move |_, _| response(status, &[], tombstone.as_bytes()));
        let history = Client::of(&server.host, "").open(false).history(&name()).unwrap();
        assert_eq!(history.unpublished.unwrap().versions, ["1.0.0"], "{status}");
    }
}

#[test]
fn a_server_that_is_not_there_is_a_failed_connection() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let client = Client::of(&free, "");
    let err = client.packument().unwrap_err();
    assert!(matches!(err, RegistryError::Connection { .. }), "{err}");
    assert_eq!(client.waited(), [10, 60]);
    let err = Client::of("no-such-host.invalid", "").packument().unwrap_err();
    assert!(matches!(err, RegistryError::Dns { .. }), "{err}");
}

#[test]
fn a_silent_server_is_a_time_out() {
    let server = Server::start(|_, _| HANG.to_vec());
    let client = Client::of(&server.host, "fetch-timeout=50\nfetch-retries=1");
    let begun = Instant::now();
    let err = client.packument().unwrap_err();
    assert!(matches!(err, RegistryError::Timeout { .. }), "{err}");
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_server_without_tls_is_a_tls_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = Client::of("registry.example", "");
    client.settings = format!("registry=https://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    let err = client.packument().unwrap_err();
    assert!(matches!(err, RegistryError::Tls { .. }), "{err}");
    assert_eq!(client.waited(), [0; 0]);
}

#[test]
fn busy_servers_are_asked_again_with_growing_patience() {
    for status in ["429 Too Many", "503 Busy", "500 Broken", "408 Late"] {
        let server = Server::start(move |_, number| {
            if number < 2 {
                response(status, &[], b"")
            } else {
                json(DOCUMENT)
            }
        });
        let client = Client::of(&server.host, "fetch-retry-mintimeout=1000\nfetch-retry-factor=3");
        assert!(client.packument().is_ok(), "{status}");
        assert_eq!(client.waited(), [1, 3], "{status}");
    }
}

#[test]
fn a_server_may_say_how_long_to_wait_within_reason() {
    let busy = |after: &'static str| {
        let server = Server::start(move |_, number| {
            if number == 0 {
                response("429 Too Many", &[("Retry-After", after)], b"")
            } else {
                json(DOCUMENT)
            }
        });
        let client = Client::of(&server.host, "");
        assert!(client.packument().is_ok());
        client.waited()
    };
    assert_eq!(busy("7"), [7]);
    assert_eq!(busy("999999999"), [60]);
    assert_eq!(busy("tomorrow"), [10]);
}

#[test]
fn an_unchanged_document_is_not_sent_again() {
    let server = Server::start(|asked, _| {
        if asked.header("if-none-match") == Some("\"v1\"") && asked.header("if-modified-since") == Some("then") {
            response("304 Not Modified", &[], b"")
        } else {
            response(
                "200 OK",
                &[("ETag", "\"v1\""), ("Last-Modified", "then")],
                DOCUMENT.as_bytes(),
            )
        }
    });
    let client = Client::of(&server.host, "");
    let first = client.packument().unwrap();
    assert_eq!(client.packument().unwrap(), first);
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(
        (asked[0].header("if-none-match"), asked[1].header("if-none-match")),
        (None, Some("\"v1\""))
    );
}

#[test]
fn each_form_is_asked_for_by_its_type() {
    let server = Server::start(|asked, _| {
        if asked.header("accept").unwrap().starts_with("application/vnd.npm") {
            response("404 No", &[], b"")
        } else {
            json(DOCUMENT)
        }
    });
    let client = Client::of(&server.host, "");
    let scoped = PackageName::parse("@s/x").unwrap();
    assert!(
        client.open(false).packument(&scoped, Form::Abbreviated).is_ok(),
        "falls back to the full form"
    );
    assert_eq!(
        server
            .asked()
            .iter()
            .map(|asked| asked.path().to_owned())
            .collect::<Vec<_>>(),
        ["/@s%2fx", "/@s%2fx"]
    );
}

#[test]
fn compressed_documents_are_read_up_to_the_ceiling() {
    let packed = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let body = packed(DOCUMENT.as_bytes());
    let server = Server::start(move |asked, _| {
        assert!(asked.header("accept-encoding").unwrap().contains("gzip"));
        response("200 OK", &[("Content-Encoding", "gzip")], &body)
    });
    assert!(Client::of(&server.host, "").packument().is_ok());
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![b' '; 1 << 20];
    (0..257).for_each(|_| encoder.write_all(&zeros).unwrap());
    let bomb = encoder.finish().unwrap();
    let server = Server::start(move |_, _| response("200 OK", &[("Content-Encoding", "gzip")], &bomb));
    let err = Client::of(&server.host, "").packument().unwrap_err();
    assert_eq!(err.to_string(), "the document of `x` holds more than 268435456 bytes");
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn broken_compression_is_a_failed_connection() {
    check(
        response("200 OK", &[("Content-Encoding", "gzip")], b"not gzip at all"),
        "the connection to HOST failed: the compressed answer is broken",
    );
}

#[test]
fn a_tombstone_is_read_whatever_its_status() {
    let tombstone = r#"{"name":"x","time":{"unpublished":{"time":"2022-02-02"}}}"#;
    for status in ["200 OK", "404 Not Found"] {
        let server = Server::start(move |_, _| response(status, &[], tombstone.as_bytes()));
        let packument = Client::of(&server.host, "").packument().unwrap();
        let err = waxseal_npm::resolve::resolve(&packument, &name(), &Wanted::Default).unwrap_err();
        assert_eq!(err.to_string(), "`x` was unpublished on 2022-02-02");
    }
}

#[test]
fn a_token_goes_to_its_own_host_and_not_along_a_redirect_to_another() {
    let other = Server::start(|_, _| json(DOCUMENT));
    let target = format!("http://{}/x", other.host);
    let server = Server::start(move |asked, _| match asked.path() {
        "/x" => response("302 Found", &[("Location", "/moved")], b""),
        "/moved" => response("307 Temporary", &[("Location", &target)], b""),
        _ => response("404 No", &[], b""),
    });
    let token = format!(
        "//{}/:_authToken=hunter2\n//{}/:_authToken=others",
        server.host, other.host
    );
    assert!(Client::of(&server.host, &token).packument().is_ok());
    let asked = server.asked();
    assert_eq!(
        asked
            .iter()
            .map(|asked| asked.header("authorization"))
            .collect::<Vec<_>>(),
        [Some("Bearer hunter2"); 2]
    );
    assert_eq!(other.asked()[0].header("authorization"), None);
}

#[test]
fn redirects_end() {
    let server = Server::start(|_, _| response("302 Found", &[("Location", "/x")], b""));
    let err = Client::of(&server.host, "").packument().unwrap_err();
    assert!(err.to_string().ends_with("it leads on and on"), "{err}");
    assert_eq!(server.asked().len(), 20);
    for location in ["file:///etc/passwd", "ftp://h.example/", "data:text/plain,x"] {
        let server = Server::start(move |_, _| response("302 Found", &[("Location", location)], b""));
        let err = Client::of(&server.host, "").packument().unwrap_err();
        assert!(matches!(err, RegistryError::Address { .. }), "{err}");
    }
}

#[test]
fn an_archive_is_verified_and_kept() {
    let server = Server::start(|_, _| response("200 OK", &[], b"archive"));
    let client = Client::of(&server.host, "");
    let dist = dist(&format!("http://{}/x.tgz", server.host), b"archive");
    for _ in 0..2 {
        let tarball = client.open(false).tarball(&package(), &dist).unwrap();
        assert_eq!(
            (&*tarball.bytes, tarball.verified),
            (b"archive".as_slice(), Integrity::sha512_of(b"archive"))
        );
    }
    assert_eq!(server.asked().len(), 1);
    assert!(
        client.open(true).tarball(&package(), &dist).is_ok(),
        "needs no network any more"
    );
}

#[test]
fn a_damaged_archive_is_fetched_once_more_then_refused() {
    let server = Server::start(|_, number| response("200 OK", &[], if number == 0 { b"damaged" } else { b"archive" }));
    let url = format!("http://{}/x.tgz", server.host);
    let client = Client::of(&server.host, "");
    assert!(client.open(false).tarball(&package(), &dist(&url, b"archive")).is_ok());
    let err = client
        .open(false)
        .tarball(&package(), &dist(&url, b"another"))
        .unwrap_err();
    assert!(matches!(err, RegistryError::Integrity { .. }), "{err}");
    assert!(
        err.to_string()
            .starts_with("the archive of `x@1.0.0` is not what the registry promised: expected sha512-"),
        "{err}"
    );
    assert_eq!(server.asked().len(), 4);
    assert!(matches!(
        client.open(true).tarball(&package(), &dist(&url, b"another")),
        Err(RegistryError::OfflineMiss { .. })
    ));
}

#[test]
fn an_archive_that_cannot_be_had_says_why() {
    let server = Server::start(|_, _| response("404 No", &[], b""));
    let registry = Client::of(&server.host, "").open(false);
    let shown = |dist: &Dist| {
        registry
            .tarball(&package(), dist)
            .unwrap_err()
            .to_string()
            .replace(&server.host, "HOST")
    };
    let url = format!("http://{}/x.tgz", server.host);
    assert_eq!(
        shown(&dist(&url, b"a")),
        "the archive of `x@1.0.0` is not on http://HOST/, which lists the version"
    );
    assert_eq!(
        shown(&Dist::default()),
        "the registry gives no hash that can be checked for `x@1.0.0`"
    );
    assert_eq!(
        shown(&Dist {
            tarball: None,
            ..dist(&url, b"a")
        }),
        "the registry gives no archive for `x@1.0.0`"
    );
    for address in ["file:///etc/passwd", "nonsense", "ftp://h.example/x.tgz"] {
        assert!(
            shown(&dist(address, b"a")).starts_with("HOST points to an address that cannot be followed"),
            "{address}"
        );
    }
}

#[test]
fn no_token_goes_to_an_archive_on_another_host() {
    let cdn = Server::start(|_, _| response("200 OK", &[], b"archive"));
    let server = Server::start(|_, _| json(DOCUMENT));
    let client = Client::of(&server.host, &format!("//{}/:_authToken=hunter2", server.host));
    client
        .open(false)
        .tarball(&package(), &dist(&format!("http://{}/x.tgz", cdn.host), b"archive"))
        .unwrap();
    assert_eq!(cdn.asked()[0].header("authorization"), None);
    assert!(server.asked().is_empty());
}

#[test]
fn offline_uses_only_what_is_kept() {
    let server = Server::start(|_, _| json(DOCUMENT));
    let client = Client::of(&server.host, "");
    let err = client.open(true).packument(&name(), Form::Full).unwrap_err();
    assert_eq!(
        err.to_string(),
        "the document of `x` is not in the cache, and the network is switched off"
    );
    assert!(err.hint().contains("--offline") && server.asked().is_empty());
    client.packument().unwrap();
    let offline = client.open(true);
    assert!(offline.packument(&name(), Form::Full).is_ok());
    assert!(
        offline.packument(&name(), Form::Abbreviated).is_ok(),
        "the full form holds the other"
    );
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_pinned_version_needs_no_network_once_its_document_is_kept() {
    let server = Server::start(|_, _| json(DOCUMENT));
    let registry = Client::of(&server.host, "");
    let registry = registry.open(false);
    let ask = |spec: &str| {
        registry
            .packument_for(&name(), Form::Abbreviated, &Wanted::parse(spec).unwrap())
            .unwrap()
    };
    ask("1.0.0");
    ask("1.0.0");
    assert_eq!(server.asked().len(), 1);
    ask("^1");
    ask("2.0.0");
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn a_proxy_is_asked_to_connect() {
    let server = Server::start(|_, _| json(DOCUMENT));
    let proxy = Server::start(|_, _| b"HTTP/1.1 200 OK\r\n\r\n".to_vec());
    let client = Client::of(&server.host, &format!("proxy=http://user:pass@{}/", proxy.host));
    assert!(client.packument().is_ok());
    let asked = proxy.asked();
    assert_eq!(asked[0].line, format!("CONNECT {} HTTP/1.1", server.host));
    assert_eq!(asked[0].header("proxy-authorization"), Some("Basic dXNlcjpwYXNz"));
    assert_eq!(server.asked()[0].header("proxy-authorization"), None);
}

#[test]
fn a_proxy_that_fails_is_named_as_the_proxy() {
    let server = Server::start(|_, _| json(DOCUMENT));
    let proxy = Server::start(|_, _| response("407 Proxy Authentication Required", &[], b""));
    for settings in [
        format!("proxy=http://{}/", proxy.host),
        String::from("proxy=http://no-such-host.invalid:1/"),
        String::from("proxy=socks5://h.example/"),
    ] {
        let err = Client::of(&server.host, &settings).packument().unwrap_err();
        assert!(matches!(err, RegistryError::Proxy { .. }), "{settings}: {err}");
    }
    let mut excepted = Client::of(&server.host, &format!("proxy=http://{}/", proxy.host));
    excepted
        .vars
        .insert(String::from("NO_PROXY"), String::from("127.0.0.1"));
    assert!(excepted.packument().is_ok());
}

#[test]
fn progress_is_told() {
    let body = vec![7u8; 500_000];
    let sent = body.clone();
    let server = Server::start(move |_, _| response("200 OK", &[], &sent));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let registry = Client::of(&server.host, "");
    let registry = registry
        .open(false)
        .on_progress(move |Progress { what, received, total }| {
            log.lock().unwrap().push((what.to_owned(), received, total));
        });
    registry
        .tarball(&package(), &dist(&format!("http://{}/x.tgz", server.host), &body))
        .unwrap();
    let seen = seen.lock().unwrap();
    assert!(
        seen.len() > 2
            && seen
                .iter()
                .all(|(what, _, total)| what == "x@1.0.0" && *total == Some(500_000))
    );
    assert_eq!(seen.last().unwrap().1, 500_000);
}

#[test]
fn a_certificate_file_that_holds_none_is_an_error() {
    let client = Client::of("registry.example", "cafile=~/bad.pem");
    std::fs::write(client.temp.path().join("bad.pem"), "no pem").unwrap();
    std::fs::write(client.temp.path().join(".npmrc"), &client.settings).unwrap();
    let env = Environment {
        vars: client.vars.clone(),
        cwd: client.temp.path().to_owned(),
        home: Some(client.temp.path().to_owned()),
        npm: None,
    };
    let cache = Cache::open(&client.temp.path().join("cache")).unwrap();
    let err = Registry::new(NpmConfig::load(&env).unwrap(), cache, Options::default())
        .err()
        .unwrap();
    assert_eq!(
        err.to_string(),
        "npm's setting `cafile` names a file that cannot be used: it holds no certificate"
    );
}
