//! A small registry on the loopback address that serves the documents of `fixtures/registry`, with archives made of the fixtures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use waxseal_npm::integrity::Integrity;

use crate::support::{World, pack, read_tree};

pub(crate) use crate::server::Asked;
use crate::server::{Server, response};

/// A registry that is running, and the binary in surroundings that are configured with it.
pub(crate) struct Registry {
    pub(crate) world: World,
    server: Server,
}

/// What a path is answered with: the status and the body.
type Answers = BTreeMap<String, (String, Vec<u8>)>;

impl Registry {
    /// Serves one document. The newest of its times becomes `age`, and all others move with it.
    pub(crate) fn of(name: &str, age: SignedDuration) -> Self {
        let path = fixtures().join(format!("registry/{name}.json"));
        let mut document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        move_times(&mut document, age);
        Self::serving(name, document)
    }

    /// Serves a document as it stands.
    pub(crate) fn serving(name: &str, document: Value) -> Self {
        let name = name.to_owned();
        // The address is only known once the server runs, and stands in the document.
        let answers: Arc<std::sync::OnceLock<Answers>> = Arc::default();
        let known = Arc::clone(&answers);
        let server = Server::start(move |asked, _| answer(known.wait(), asked));
        assert!(answers.set(fill(&name, document, &server.host)).is_ok());
        let world = World::new();
        world.write(".npmrc", format!("registry=http://{}/\nfetch-retries=0\n", server.host));
        Self { world, server }
    }

    /// Judges what the registry serves, and insists on the exit status; the entry of the JSON report.
    #[track_caller]
    pub(crate) fn check(&self, arguments: &[&str], status: i32) -> Value {
        let all: Vec<&str> = ["check", "--format", "json"]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        let mut command = self.world.command(&all);
        command.env_remove("npm_config_registry");
        let ended = crate::support::ended(command.output().unwrap());
        assert_eq!(ended.status, status, "{arguments:?}\n{}", ended.all());
        ended.json()["packages"][0].clone()
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.server.asked()
    }
}

fn answer(answers: &Answers, asked: &Asked) -> Vec<u8> {
    let short = asked
        .header("accept")
        .is_some_and(|it| it.starts_with("application/vnd.npm.install-v1+json"));
    let path = asked.path().to_owned();
    let key = if short { format!("{path}#short") } else { path };
    match answers.get(&key) {
        Some((status, body)) => response(status, &[], body),
        None => response("404 Not Found", &[], b"{\"error\":\"not_found\"}"),
    }
}

/// Puts the archives into the document.
fn fill(name: &str, mut document: Value, host: &str) -> Answers {
    let mut answers = Answers::new();
    for (version, manifest) in document["versions"].as_object_mut().into_iter().flatten() {
        let dist = manifest["dist"].as_object_mut().unwrap();
        let fixture = dist.remove("_fixture").unwrap();
        let adds = dist.remove("_adds");
        let bytes = archive(
            name,
            version,
            fixture.as_str().unwrap(),
            adds.as_ref().and_then(Value::as_str),
        );
        let path = format!("/{name}/-/{name}-{version}.tgz");
        dist.insert("tarball".to_owned(), json!(format!("http://{host}{path}")));
        dist.insert("integrity".to_owned(), json!(Integrity::sha512_of(&bytes)));
        answers.insert(path, ("200 OK".to_owned(), bytes));
    }
    let status = match document.as_object_mut().unwrap().remove("_status") {
        Some(status) => format!("{status} As Recorded"),
        None => "200 OK".to_owned(),
    };
    let short = json!({ "name": name, "dist-tags": document["dist-tags"], "versions": short(&document["versions"]), "modified": document["time"]["modified"] });
    let short = if status.starts_with("200") {
        short
    } else {
        document.clone()
    };
    answers.insert(
        format!("/{name}#short"),
        (status.clone(), short.to_string().into_bytes()),
    );
    answers.insert(format!("/{name}"), (status, document.to_string().into_bytes()));
    answers
}

/// What npm's short form keeps of the versions.
fn short(versions: &Value) -> Value {
    let kept = ["name", "version", "dist"];
    let versions = versions.as_object().into_iter().flatten().map(|(version, manifest)| {
        let fields = kept.iter().map(|key| ((*key).to_owned(), manifest[*key].clone()));
        (version.clone(), Value::Object(fields.collect()))
    });
    Value::Object(versions.collect())
}

/// The fixture as a release of this name and version.
fn archive(name: &str, version: &str, fixture: &str, adds: Option<&str>) -> Vec<u8> {
    let mut files = read_tree(&fixtures().join(fixture));
    for (path, bytes) in &mut files {
        if path == "package.json" {
            let mut manifest: Value = serde_json::from_slice(bytes).unwrap();
            manifest["name"] = json!(name);
            manifest["version"] = json!(version);
            *bytes = manifest.to_string().into_bytes();
        } else if path == "index.js" {
            bytes.extend_from_slice(adds.unwrap_or_default().as_bytes());
        }
    }
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
        .collect();
    pack(&files)
}

/// Moves every time so that `modified` is `age` ago; a document without it stays as it is.
fn move_times(document: &mut Value, age: SignedDuration) {
    let read = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let Some(newest) = read(&document["time"]["modified"]) else {
        return;
    };
    let by = Timestamp::now() - age - newest;
    let times = document["time"].as_object_mut().unwrap();
    let unpublished = times
        .get_mut("unpublished")
        .and_then(Value::as_object_mut)
        .and_then(|it| it.remove("time"));
    for value in times.values_mut() {
        if let Some(when) = read(value) {
            *value = json!((when + by).to_string());
        }
    }
    if let (Some(when), Some(tombstone)) = (unpublished, times.get_mut("unpublished")) {
        tombstone["time"] = json!((read(&when).unwrap() + by).to_string());
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}
