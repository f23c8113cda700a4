//! What a registry on the loopback address hands out, from the request to the evidence.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use waxseal_model::{GapWeight, Manifest, PackageName, Release};
use waxseal_npm::Environment;

use super::*;
use crate::collect::Bar;

/// What is learned of `sigstore@2.0.0` from a registry that answers everything with this, and what it was asked.
fn learn(answer: Option<&str>, history: Option<&PackageHistory>) -> (Collected<Provenance>, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let registry = format!("http://{}/", listener.local_addr().unwrap());
    let response = match answer {
        Some(body) => format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        ),
        None => "HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}".to_owned(),
    };
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut line = String::new();
            let mut lines = BufReader::new(stream.try_clone().unwrap());
            lines.read_line(&mut line).unwrap();
            tell.send(line.split(' ').nth(1).unwrap_or_default().to_owned())
                .unwrap();
            while lines.read_line(&mut line).unwrap() > 2 {}
            let _ = (&stream).write_all(response.as_bytes());
        }
    });
    let temp = tempfile::tempdir().unwrap();
    std::fs::write(
        temp.path().join(".npmrc"),
        format!("registry={registry}\nfetch-retries=0\n"),
    )
    .unwrap();
    let env = Environment {
        vars: BTreeMap::from([("PREFIX".to_owned(), "/nonexistent".to_owned())]),
        cwd: temp.path().to_owned(),
        home: Some(temp.path().to_owned()),
        npm: None,
    };
    let bar = Bar::default();
    let collector = Collector::new(env, false, 1 << 20, &bar);
    let of = OriginOf {
        files: Vec::new(),
        subject: Subject::Package(PackageRef {
            name: PackageName::parse("sigstore").unwrap(),
            version: "2.0.0".to_owned(),
        }),
        previous: None,
        integrity: Some(INTEGRITY.to_owned()),
        manifest: Some(Manifest {
            repository: Some("git+https://github.com/sigstore/sigstore-js.git".to_owned()),
            ..Manifest::default()
        }),
    };
    let learned = collector.provenance(&of, history);
    drop(collector);
    (learned, told.try_iter().collect())
}

fn history(attested: bool) -> PackageHistory {
    PackageHistory {
        releases: vec![Release {
            version: "2.0.0".to_owned(),
            listed: true,
            attested,
            ..Release::default()
        }],
        ..PackageHistory::default()
    }
}

fn answer() -> String {
    let bundle = include_str!("../../../../../waxseal-npm/src/attestation/fixtures/sigstore-2.0.0.json");
    format!(r#"{{"attestations": [{{"predicateType": "https://slsa.dev/provenance/v1", "bundle": {bundle}}}]}}"#)
}

#[test]
fn what_the_registry_hands_out_is_verified_and_its_repository_is_comparable() {
    let (learned, asked) = learn(Some(&answer()), Some(&history(true)));
    let provenance = learned.present().unwrap();
    let source = Some("https://github.com/sigstore/sigstore-js");
    assert_eq!(provenance.declared.as_deref(), source);
    let [attestation] = provenance.attestations.as_slice() else {
        panic!("{provenance:?}")
    };
    assert_eq!(
        (
            attestation.repository.as_deref(),
            &attestation.broken,
            &attestation.unchecked
        ),
        (source, &None, &None)
    );
    assert_eq!(asked, ["/-/npm/v1/attestations/sigstore@2.0.0"]);
}

#[test]
fn only_what_the_document_says_is_attested_is_asked_for() {
    let (learned, asked) = learn(Some(&answer()), Some(&history(false)));
    assert_eq!(learned.present().map(|it| it.attestations.len()), Some(0));
    assert!(asked.is_empty(), "{asked:?}");
    let mut unserved = history(false);
    unserved.unserved.push(Unserved::Signatures);
    for history in [None, Some(&unserved), Some(&PackageHistory::default())] {
        let (learned, asked) = learn(Some(&answer()), history);
        assert!(
            matches!(learned, Collected::NotRequested) && asked.is_empty(),
            "{learned:?} {asked:?}"
        );
    }
}

#[test]
fn what_cannot_be_had_or_read_is_a_gap_that_does_not_decide() {
    for (answer, reason) in [
        (None, "the registry says that there are some, and hands none out"),
        (
            Some("[1, 2"),
            "the registry's list of attestations cannot be read: it has another form",
        ),
    ] {
        let (learned, _) = learn(answer, Some(&history(true)));
        let gap = learned.gap().unwrap();
        assert_eq!(gap.reason, format!("its attestations were not checked: {reason}"));
        assert_eq!(gap.weight, GapWeight::Partial);
    }
}

const INTEGRITY: &str =
    "sha512-RtTi90xIdzFmQAAKb9+Ki1nx4IR2Z5c+mFn3dN0xuPHgk3gTt3f7ZqKsZ9UFQP40ZAlm7un8LMyjhwgrTIXNPA==";
