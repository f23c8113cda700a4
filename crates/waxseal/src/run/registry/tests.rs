//! What the registry in the room answers, without npm.

use serde_json::{Value, json};
use waxseal_model::PackageRef;

use super::*;
use crate::run::closure::{Archive, read};

fn answers() -> RegistryAnswers {
    let lockfile = json!({
        "lockfileVersion": 3,
        "packages": {
            "": { "dependencies": { "a": "^1", "@s/b": "next" } },
            "node_modules/a": {
                "version": "1.10.0",
                "integrity": "sha512-AA==",
                "dependencies": { "@s/b": "^1" },
                "bin": { "a": "cli.js" },
                "peerDependencies": { "@s/b": "*", "maybe": "*" },
                "peerDependenciesMeta": { "maybe": { "optional": true } },
            },
            "node_modules/x/node_modules/a": { "version": "1.9.0" },
            "node_modules/@s/b": {
                "version": "2.0.0-rc.1",
                "resolved": "https://registry.example/download/@s/b/2.0.0-rc.1/0123.tgz",
            },
        },
    });
    let closure = read(lockfile.to_string().as_bytes()).expect("a lockfile");
    let mut archives = Archives::default();
    for package in &closure.packages {
        let archive = Archive {
            bytes: package.version.as_bytes().into(),
            verified: "sha512-BB==".to_owned(),
        };
        archives.archives.insert(package.release(), archive);
    }
    let base = Url::parse("http://registry.example:8080/npm").expect("an address");
    RegistryAnswers::new(&closure, &archives, &base)
}

fn get(path: &str, accept: &str) -> (RegistryAnswer, Value) {
    let answer = answers().answer("GET", path, accept).expect("an answer");
    let value = serde_json::from_slice(&answer.body).unwrap_or_default();
    (answer, value)
}

#[test]
fn a_document_holds_the_locked_versions_and_nothing_else() {
    let (answer, value) = get("/npm/a", "application/json");
    assert_eq!((answer.status, answer.what), (200, What::Packument));
    let versions: Vec<&String> = value["versions"].as_object().expect("versions").keys().collect();
    assert_eq!(versions, ["1.10.0", "1.9.0"]);
    assert_eq!(value["dist-tags"], json!({ "latest": "1.10.0" }));
    let version = &value["versions"]["1.10.0"];
    assert_eq!(
        version["dist"]["tarball"],
        "http://registry.example:8080/npm/a/-/a-1.10.0.tgz"
    );
    assert_eq!(version["dist"]["integrity"], "sha512-AA==");
    assert_eq!(version["dependencies"], json!({ "@s/b": "^1" }));
    assert_eq!(version["bin"], json!({ "a": "cli.js" }));
    // Where the lockfile promises nothing, the hash that was verified does.
    assert_eq!(value["versions"]["1.9.0"]["dist"]["integrity"], "sha512-BB==");
    assert!(value["time"]["1.9.0"].is_string());
}

#[test]
fn the_abbreviated_form_is_had_by_asking_for_it() {
    let accept = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*";
    let (answer, value) = get("/npm/a", accept);
    assert_eq!(answer.content_type, "application/vnd.npm.install-v1+json");
    assert!(value.get("time").is_none() && value["versions"]["1.9.0"]["hasInstallScript"] == true);
}

#[test]
fn a_scope_may_be_encoded_or_not() {
    for path in [
        "/npm/@s%2fb",
        "/npm/@s%2Fb",
        "/npm/%40s%2fb",
        "/npm/@s/b",
        "/@s/b",
        "/npm/@s%2fb?write=true",
    ] {
        let (answer, value) = get(path, "*/*");
        assert_eq!(answer.what, What::Packument, "{path}");
        assert_eq!(value["dist-tags"]["next"], "2.0.0-rc.1");
    }
}

#[test]
fn an_archive_is_where_the_document_says_and_where_the_lockfile_says() {
    for path in [
        "/npm/@s/b/-/b-2.0.0-rc.1.tgz",
        "/npm/@s%2fb/-/b-2.0.0-rc.1.tgz",
        "/download/@s/b/2.0.0-rc.1/0123.tgz",
    ] {
        let (answer, _) = get(path, "*/*");
        assert_eq!(
            (answer.what, &*answer.body),
            (What::Tarball, b"2.0.0-rc.1".as_slice()),
            "{path}"
        );
    }
}

#[test]
fn what_the_closure_does_not_have_is_a_second_stage() {
    for path in [
        "/npm/evil",
        "/npm/a/-/a-9.9.9.tgz",
        "/npm/@s%2fb%2f..%2f..%2fetc",
        "/npm/%zz%",
    ] {
        let (answer, _) = get(path, "*/*");
        assert_eq!(answer.status, 404);
        let below = decoded(path.strip_prefix("/npm/").expect("the prefix"));
        assert_eq!(answer.what, What::Unknown { path: below });
    }
    let name = |name: &str| waxseal_model::PackageName::parse(name).expect("a name");
    assert!(answers().knows(&name("@s/b")) && !answers().knows(&name("evil")));
}

#[test]
fn what_may_be_done_without_is_no_second_stage() {
    let (answer, _) = get("/npm/maybe", "*/*");
    assert_eq!((answer.status, answer.what), (404, What::Optional));
    let again = RegistryAnswers::from_parts(answers().parts()).answer("GET", "/npm/maybe", "*/*");
    assert_eq!(again.map(|it| it.what), Some(What::Optional));
}

#[test]
fn what_every_npm_asks_for() {
    assert_eq!(get("/npm/-/ping", "*/*").0.status, 200);
    assert_eq!(get("/npm/-/whoami", "*/*").0.status, 401);
    let post = |path: &str| answers().answer("POST", path, "*/*").expect("an answer");
    let bulk = post("/npm/-/npm/v1/security/advisories/bulk");
    assert_eq!((&*bulk.body, bulk.what), (b"{}".as_slice(), What::Service));
    let quick = post("/npm/-/npm/v1/security/audits/quick");
    let value: Value = serde_json::from_slice(&quick.body).expect("JSON");
    assert_eq!(value["metadata"]["vulnerabilities"]["critical"], 0);
    assert_eq!(answers().answer("PUT", "/npm/a", "*/*"), None);
    assert_eq!(answers().answer("POST", "/npm/a", "*/*"), None);
    assert_eq!(answers().answer("GET", "a", "*/*"), None);
}

#[test]
fn our_own_client_reads_what_is_answered() {
    let (answer, _) = get("/npm/@s%2fb", "*/*");
    let packument = waxseal_npm::Packument::parse(&answer.body).expect("a document");
    assert_eq!(packument.oddities, Vec::<String>::new());
    let package = PackageRef {
        name: waxseal_model::PackageName::parse("@s/b").expect("a name"),
        version: "2.0.0-rc.1".to_owned(),
    };
    assert!(packument.versions.contains_key(&package.version));
}
