//! What a registry holds beside archives, asked of servers on the loopback address.

#![allow(clippy::unwrap_used)]

#[path = "support/server.rs"]
mod server;

use std::collections::BTreeMap;
use std::path::Path;

use server::{Server, json, response};
use waxseal_model::{PackageName, PackageRef};
use waxseal_npm::cache::Cache;
use waxseal_npm::config::NpmConfig;
use waxseal_npm::registry::Options;
use waxseal_npm::{Environment, Registry, RegistryError};

#[test]
fn attestations_are_asked_for_once() {
    let temp = tempfile::tempdir().unwrap();
    let server = Server::start(|_, _| json(r#"{"attestations": []}"#));
    let release = package("@scope/x", "1.0.0-rc.1");
    for offline in [false, false, true] {
        let got = open(temp.path(), &server.host, offline).attestations(&release).unwrap();
        assert_eq!(got.as_deref(), Some(br#"{"attestations": []}"#.as_slice()));
    }
    let asked: Vec<String> = server.asked().into_iter().map(|it| it.line).collect();
    assert_eq!(*asked, ["GET /-/npm/v1/attestations/@scope%2fx@1.0.0-rc.1 HTTP/1.1"]);
}

#[test]
fn a_registry_that_has_none_says_so() {
    let temp = tempfile::tempdir().unwrap();
    let server = Server::start(|_, _| response("404 Not Found", &[], b"{}"));
    let registry = open(temp.path(), &server.host, false);
    assert_eq!(registry.attestations(&package("x", "1.0.0")).unwrap(), None);
    assert_eq!(registry.keys(&package("x", "1.0.0")).unwrap(), None);
}

#[test]
fn what_is_too_large_is_not_read() {
    let temp = tempfile::tempdir().unwrap();
    let server = Server::start(|_, _| json(&"[".repeat(5 << 20)));
    let err = open(temp.path(), &server.host, false).attestations(&package("x", "1.0.0"));
    assert!(matches!(err, Err(RegistryError::TooLarge { .. })), "{err:?}");
}

#[test]
fn an_answer_that_is_no_json_is_not_kept() {
    let temp = tempfile::tempdir().unwrap();
    let server = Server::start(|_, _| json("{\"attestations\": ["));
    for _ in 0..2 {
        assert!(
            open(temp.path(), &server.host, false)
                .attestations(&package("x", "1.0.0"))
                .unwrap()
                .is_some()
        );
    }
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn without_a_network_only_what_was_had_is_used() {
    let temp = tempfile::tempdir().unwrap();
    let err = open(temp.path(), "localhost:1", true).attestations(&package("x", "1.0.0"));
    assert!(matches!(err, Err(RegistryError::OfflineMiss { .. })), "{err:?}");
}

fn open(home: &Path, host: &str, offline: bool) -> Registry {
    std::fs::write(
        home.join(".npmrc"),
        format!("registry=http://{host}/\nfetch-retries=0\n"),
    )
    .unwrap();
    let env = Environment {
        vars: BTreeMap::from([(String::from("PREFIX"), String::from("/nonexistent"))]),
        cwd: home.to_owned(),
        home: Some(home.to_owned()),
        npm: None,
    };
    let cache = Cache::open(&home.join("cache")).unwrap();
    Registry::new(NpmConfig::load(&env).unwrap(), cache, Options { offline }).unwrap()
}

fn package(name: &str, version: &str) -> PackageRef {
    PackageRef {
        name: PackageName::parse(name).unwrap(),
        version: version.to_owned(),
    }
}
