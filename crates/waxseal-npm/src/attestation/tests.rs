//! What npm serves for a real release, and what can be done to it.

#![allow(clippy::unwrap_used)]

mod instance;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use waxseal_model::{Attestation, PackageName, PackageRef};

use instance::Instance;

use super::{About, RegistryKeys, Trust, verify};

#[test]
fn the_provenance_of_a_real_release_holds() {
    let made = one(&real(), "2.0.0", INTEGRITY);
    assert_eq!((&made.broken, &made.unchecked), (&None, &None));
    assert_eq!(made.predicate, SLSA);
    assert_eq!(
        made.repository.as_deref(),
        Some("https://github.com/sigstore/sigstore-js")
    );
    assert_eq!(made.commit.as_deref(), Some("f0b49a04e5a62250e0f60fb128004a73110fe311"));
    assert_eq!(
        made.issuer.as_deref(),
        Some("https://token.actions.githubusercontent.com")
    );
    assert_eq!(
        made.identity.as_deref(),
        Some("https://github.com/sigstore/sigstore-js/.github/workflows/release.yml@refs/heads/main")
    );
}

#[test]
fn other_bytes_are_not_what_it_is_about() {
    // One bit of the archive's digest.
    let other = INTEGRITY.replacen("sha512-R", "sha512-S", 1);
    broken(
        &one(&real(), "2.0.0", &other),
        "it is about other bytes than the archive's",
    );
}

#[test]
fn another_version_is_not_its_subject() {
    broken(
        &one(&real(), "2.0.1", INTEGRITY),
        "it names another version as its subject",
    );
}

#[test]
fn another_package_is_not_its_subject() {
    let other = package("sigstores", "2.0.0");
    let about = About {
        package: &other,
        integrity: INTEGRITY,
    };
    let made = verify(&answer(SLSA, &real()), about, None, trust()).unwrap();
    broken(&made[0], "it names another package as its subject");
}

#[test]
fn an_altered_signature_does_not_hold() {
    let mut bundle = real();
    let signature = bundle.pointer_mut("/dsseEnvelope/signatures/0/sig").unwrap();
    let mut bytes = STANDARD.decode(signature.as_str().unwrap()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    *signature = json!(STANDARD.encode(bytes));
    broken(
        &one(&bundle, "2.0.0", INTEGRITY),
        "its signature is not over its statement",
    );
}

#[test]
fn an_altered_statement_does_not_hold() {
    let mut bundle = real();
    let payload = bundle.pointer_mut("/dsseEnvelope/payload").unwrap();
    let text = String::from_utf8(STANDARD.decode(payload.as_str().unwrap()).unwrap()).unwrap();
    let altered = text.replace("pkg:npm/sigstore@2.0.0", "pkg:npm/sigstore@2.0.1");
    assert_ne!(altered, text);
    *payload = json!(STANDARD.encode(altered));
    broken(
        &one(&bundle, "2.0.1", INTEGRITY),
        "its signature is not over its statement",
    );
}

#[test]
fn an_altered_certificate_does_not_hold() {
    let mut bundle = real();
    let path = "/verificationMaterial/x509CertificateChain/certificates/0/rawBytes";
    let certificate = bundle.pointer_mut(path).unwrap();
    let mut bytes = STANDARD.decode(certificate.as_str().unwrap()).unwrap();
    let at = bytes.windows(11).position(|it| it == b"sigstore-js").unwrap();
    bytes[at] = b'b';
    *certificate = json!(STANDARD.encode(bytes));
    let made = one(&bundle, "2.0.0", INTEGRITY);
    assert!(made.broken.is_some() || made.unchecked.is_some(), "{made:?}");
    assert_eq!((made.repository, made.identity), (None, None));
}

#[test]
fn a_statement_listed_as_another_kind_is_told() {
    let made = verify(
        &answer("https://slsa.example/other", &real()),
        about(&package("sigstore", "2.0.0")),
        None,
        trust(),
    );
    broken(
        &made.unwrap()[0],
        "it is listed as another kind of statement than it is",
    );
}

#[test]
fn a_log_that_came_later_says_nothing_against_it() {
    let mut root: Value = serde_json::from_str(EMBEDDED).unwrap();
    root["tlogs"] = json!([]);
    let trust = Trust::from_json(&root.to_string()).unwrap();
    let made = verify(
        &answer(SLSA, &real()),
        about(&package("sigstore", "2.0.0")),
        None,
        &trust,
    )
    .unwrap();
    unchecked(
        &made[0],
        "it is in a public log that was not known when waxseal was built",
    );
}

#[test]
fn an_authority_that_came_later_says_nothing_against_it() {
    let mut root: Value = serde_json::from_str(EMBEDDED).unwrap();
    root["certificateAuthorities"] = json!([]);
    let trust = Trust::from_json(&root.to_string()).unwrap();
    let made = verify(
        &answer(SLSA, &real()),
        about(&package("sigstore", "2.0.0")),
        None,
        &trust,
    )
    .unwrap();
    unchecked(
        &made[0],
        "its certificate is of no authority that was known when waxseal was built",
    );
}

#[test]
fn a_version_of_the_format_that_came_later_says_nothing_against_it() {
    let mut bundle = real();
    bundle["mediaType"] = json!("application/vnd.dev.sigstore.bundle.v0.9+json");
    unchecked(
        &one(&bundle, "2.0.0", INTEGRITY),
        "it is a bundle of a version that waxseal does not know",
    );
}

#[test]
fn an_archive_verified_by_an_older_hash_cannot_be_compared() {
    let made = one(&real(), "2.0.0", "sha1-2+8ntwQNj6A1H6mqzEjmOtvwMLI=");
    unchecked(
        &made,
        "the archive was not verified by SHA-512, which attestations name",
    );
}

#[test]
fn what_lacks_parts_does_not_hold() {
    for lost in [
        "/dsseEnvelope",
        "/verificationMaterial",
        "/mediaType",
        "/verificationMaterial/tlogEntries/0/canonicalizedBody",
    ] {
        let mut bundle = real();
        let (parent, key) = lost.rsplit_once('/').unwrap();
        bundle
            .pointer_mut(parent)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove(key)
            .unwrap();
        let made = one(&bundle, "2.0.0", INTEGRITY);
        assert!(made.broken.is_some(), "{lost}: {made:?}");
    }
}

#[test]
fn what_is_no_list_is_refused_whatever_its_size() {
    let whole = answer(SLSA, &real());
    let release = package("sigstore", "2.0.0");
    let refused = |answer: &[u8]| verify(answer, about(&release), None, trust()).unwrap_err().reason;
    for end in [0, 1, whole.len() / 2, whole.len() - 1] {
        assert_eq!(refused(&whole[..end]), "it has another form", "{end}");
    }
    assert_eq!(refused(&vec![b'['; 1 << 20]), "it has another form");
    assert_eq!(refused(&[0xff; 1 << 20]), "it has another form");
    assert_eq!(refused(&vec![b' '; 5 << 20]), "it is too large");
    let many = json!({"attestations": vec![json!({"predicateType": "x"}); 17]}).to_string();
    assert_eq!(refused(many.as_bytes()), "it holds too many");
}

#[test]
fn text_of_the_answer_is_cut() {
    let made = verify(
        &answer(&"p".repeat(10_000), &json!({})),
        about(&package("sigstore", "2.0.0")),
        None,
        trust(),
    );
    assert_eq!(made.unwrap()[0].predicate.len(), 500);
}

#[test]
fn what_the_registry_signed_holds_with_its_key() {
    let ours = Instance::new();
    let published =
        |keys: Option<&RegistryKeys>| published(&ours, &ours.publish("pkg:npm/sigstore@2.0.0", DIGEST), keys);
    let made = published(Some(&ours.registry.listed(KEY, None)));
    assert_eq!((&made.broken, &made.unchecked), (&None, &None));
    unchecked(&published(None), "the registry's keys could not be had");
    let other = ours.registry.listed("SHA256:other", None);
    unchecked(
        &published(Some(&other)),
        "the registry lists no key of the name that it is signed with",
    );
    let forged = Instance::new().registry.listed(KEY, None);
    assert!(published(Some(&forged)).broken.is_some());
}

#[test]
fn a_key_is_good_for_what_was_signed_before_it_ended() {
    let ours = Instance::new();
    let until = |expires| {
        let keys = ours.registry.listed(KEY, Some(expires));
        published(&ours, &ours.publish("pkg:npm/sigstore@2.0.0", DIGEST), Some(&keys))
    };
    assert_eq!(
        (
            until("2025-01-29T00:00:00.000Z").broken,
            until("2025-01-29T00:00:00.000Z").unchecked
        ),
        (None, None)
    );
    broken(
        &until("2023-01-01T00:00:00.000Z"),
        "it was signed after its key had expired",
    );
}

#[test]
fn what_the_registry_signed_is_about_one_release() {
    let ours = Instance::new();
    let keys = ours.registry.listed(KEY, None);
    let made = published(&ours, &ours.publish("pkg:npm/sigstore@2.0.1", DIGEST), Some(&keys));
    broken(&made, "it names another version as its subject");
    let made = published(
        &ours,
        &ours.publish("pkg:npm/sigstore@2.0.0", &DIGEST.replace('4', "5")),
        Some(&keys),
    );
    broken(&made, "it is about other bytes than the archive's");
}

#[test]
fn an_entry_in_the_log_that_cannot_be_checked_says_nothing_against_a_signature_that_holds() {
    let ours = Instance::new();
    let keys = ours.registry.listed(KEY, None);
    let mut bundle = ours.publish("pkg:npm/sigstore@2.0.0", DIGEST);
    let entry = bundle.pointer_mut("/verificationMaterial/tlogEntries/0").unwrap();
    entry.as_object_mut().unwrap().remove("inclusionProof").unwrap();
    let made = published(&ours, &bundle, Some(&keys));
    unchecked(
        &made,
        "its signature holds, and its entry in the public log could not be checked",
    );
}

#[test]
fn a_list_of_keys_is_read_leniently() {
    let listed = r#"{"keys": [{"keyid": "a", "key": "AAAA", "expires": "2025-01-29T00:00:00.000Z"},
        {"keyid": "b", "key": "no base64!"}, {"keyid": "c", "key": "AAAA", "expires": "some day"}, {"keyid": "d", "key": "AAAA", "expires": null}]}"#;
    let keys = RegistryKeys::parse(listed.as_bytes()).unwrap();
    let expires = |id| keys.get(id).map(|key| key.expires);
    assert_eq!(expires("a"), Some(Some(1_738_108_800)));
    assert_eq!(
        (expires("b"), expires("c"), expires("d")),
        (None, Some(Some(0)), Some(None))
    );
    assert_eq!(RegistryKeys::parse(b"[]"), None);
}

fn published(ours: &Instance, bundle: &Value, keys: Option<&RegistryKeys>) -> Attestation {
    let made = verify(
        &answer(PUBLISH, bundle),
        about(&package("sigstore", "2.0.0")),
        keys,
        &ours.trust(),
    );
    made.unwrap().remove(0)
}

fn one(bundle: &Value, version: &str, integrity: &str) -> Attestation {
    let package = package("sigstore", version);
    let about = About {
        package: &package,
        integrity,
    };
    verify(&answer(SLSA, bundle), about, None, trust()).unwrap().remove(0)
}

fn about(package: &PackageRef) -> About<'_> {
    About {
        package,
        integrity: INTEGRITY,
    }
}

fn answer(predicate: &str, bundle: &Value) -> Vec<u8> {
    json!({"attestations": [{"predicateType": predicate, "bundle": bundle}]})
        .to_string()
        .into_bytes()
}

#[track_caller]
fn broken(made: &Attestation, reason: &str) {
    assert_eq!(
        (made.broken.as_deref(), made.unchecked.as_deref()),
        (Some(reason), None)
    );
    assert_eq!(
        (&made.identity, &made.repository),
        (&None, &None),
        "nothing of it is repeated"
    );
}

#[track_caller]
fn unchecked(made: &Attestation, reason: &str) {
    assert_eq!(
        (made.broken.as_deref(), made.unchecked.as_deref()),
        (None, Some(reason))
    );
    assert_eq!(
        (&made.identity, &made.repository),
        (&None, &None),
        "nothing of it is repeated"
    );
}

fn package(name: &str, version: &str) -> PackageRef {
    PackageRef {
        name: PackageName::parse(name).unwrap(),
        version: version.to_owned(),
    }
}

fn trust() -> &'static Trust {
    Trust::built_in().unwrap()
}

fn real() -> Value {
    serde_json::from_str(include_str!("fixtures/sigstore-2.0.0.json")).unwrap()
}

const INTEGRITY: &str =
    "sha512-RtTi90xIdzFmQAAKb9+Ki1nx4IR2Z5c+mFn3dN0xuPHgk3gTt3f7ZqKsZ9UFQP40ZAlm7un8LMyjhwgrTIXNPA==";
const DIGEST: &str = "46d4e2f74c4877316640000a6fdf8a8b59f1e0847667973e9859f774dd31b8f1e0937813b777fb66a2ac67d50540fe34640966eee9fc2ccca387082b4c85cd3c";
const KEY: &str = "SHA256:ours";
const SLSA: &str = "https://slsa.dev/provenance/v1";
const PUBLISH: &str = "https://github.com/npm/attestation/tree/main/specs/publish/v0.1";
const EMBEDDED: &str = sigstore_verify::trust_root::SIGSTORE_PRODUCTION_TRUSTED_ROOT;
