//! Attestations: signed statements of where a release was built and by whom it was published, verified without a network.
//!
//! What a registry answers below `/-/npm/v1/attestations/NAME@VERSION` is a list of Sigstore bundles, each around an in-toto
//! statement. A bundle holds when its signature, its certificate and its entry in the public log are those of an instance that
//! is trusted, the digest it names is that of the archive that was verified, and its subject is the release that was asked for.

mod crypto;
mod keys;
mod reason;

use std::sync::OnceLock;

use serde::Deserialize;
use sigstore_verify::crypto::FulcioCiClaims;
use sigstore_verify::trust_root::{SigstoreInstance, TrustedRoot};
use sigstore_verify::types::bundle::VerificationMaterialContent;
use sigstore_verify::types::{Artifact, ArtifactDigest, Bundle, DerPublicKey, HashAlgorithm, SignatureContent};
use sigstore_verify::{PublicKeyVerificationPolicy, VerificationPolicy, VerificationResult, Verifier};
use waxseal_model::{Attestation, PackageRef};

pub use keys::RegistryKeys;
use reason::Outcome;

use crate::integrity::Integrity;

/// Who is believed: certificate authorities and public logs.
#[derive(Debug, Clone)]
pub struct Trust(TrustedRoot);

impl Trust {
    /// The public instance of Sigstore, as it was when this program was built. Keys that came later make what they signed
    /// [`Attestation::unchecked`].
    pub fn built_in() -> Option<&'static Self> {
        static ROOT: OnceLock<Option<Trust>> = OnceLock::new();
        let root = || TrustedRoot::from_embedded(SigstoreInstance::PublicGood).ok().map(Self);
        ROOT.get_or_init(root).as_ref()
    }

    /// Another instance, from its `trusted_root.json` (Sigstore protobuf-specs, `TrustedRoot`).
    pub fn from_json(json: &str) -> Option<Self> {
        TrustedRoot::from_json(json).ok().map(Self)
    }
}

/// What is asked of attestations: that they are about this release, and about these bytes.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The release.
    pub package: &'a PackageRef,
    /// The hash its archive was verified against: `sha512-…`.
    pub integrity: &'a str,
}

/// A registry's answer that is no list of attestations.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the registry's list of attestations cannot be read: {reason}")]
pub struct MalformedAttestations {
    /// What is wrong, in our words.
    pub reason: &'static str,
}

#[derive(Deserialize)]
struct Answer {
    attestations: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "predicateType", default)]
    predicate: String,
    #[serde(default)]
    bundle: serde_json::Value,
}

/// The part of an in-toto statement that says what it is about (in-toto attestation framework, "Statement").
#[derive(Deserialize)]
struct Statement {
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate: String,
}

#[derive(Deserialize)]
struct Subject {
    name: String,
    #[serde(default)]
    digest: Digest,
}

#[derive(Deserialize, Default)]
struct Digest {
    sha512: Option<String>,
}

/// Verifies each attestation of a registry's answer.
///
/// # Errors
/// The answer as a whole is not one, or is larger than [`MAX_ANSWER`].
pub fn verify(
    answer: &[u8],
    about: About<'_>,
    keys: Option<&RegistryKeys>,
    trust: &Trust,
) -> Result<Vec<Attestation>, MalformedAttestations> {
    let malformed = |reason| MalformedAttestations { reason };
    if u64::try_from(answer.len()).map_or(true, |size| size > MAX_ANSWER) {
        return Err(malformed("it is too large"));
    }
    let answer: Answer = serde_json::from_slice(answer).map_err(|_| malformed("it has another form"))?;
    if answer.attestations.len() > MAX_ATTESTATIONS {
        return Err(malformed("it holds too many"));
    }
    crypto::install();
    let verifier = Verifier::new(&trust.0).map_err(|_| malformed("what is trusted cannot be used"))?;
    let checks = Checks {
        about,
        keys,
        verifier,
        trust,
    };
    Ok(answer.attestations.iter().map(|entry| checks.entry(entry)).collect())
}

struct Checks<'a> {
    about: About<'a>,
    keys: Option<&'a RegistryKeys>,
    verifier: Verifier,
    trust: &'a Trust,
}

impl Checks<'_> {
    fn entry(&self, entry: &Entry) -> Attestation {
        let mut made = Attestation {
            predicate: bounded(&entry.predicate),
            ..Attestation::default()
        };
        if let Err(outcome) = self.check(entry, &mut made) {
            match outcome {
                Outcome::Broken(reason) => made.broken = Some(reason),
                Outcome::Unchecked(reason) => made.unchecked = Some(reason),
            }
            // Nothing of what did not hold is repeated as if it did.
            (made.identity, made.issuer, made.repository, made.commit) = Default::default();
        }
        made
    }

    fn check(&self, entry: &Entry, made: &mut Attestation) -> Result<(), Outcome> {
        let bundle = read(&entry.bundle)?;
        let Some(digest) = sha512(self.about.integrity) else {
            return Err(Outcome::unchecked(
                "the archive was not verified by SHA-512, which attestations name",
            ));
        };
        self.knows_log(&bundle)?;
        match &bundle.verification_material.content {
            VerificationMaterialContent::PublicKey(key) => self.by_key(&bundle, &key.hint, digest)?,
            _ => {
                let policy = VerificationPolicy::any_identity();
                let result = self
                    .verifier
                    .verify(digest, &bundle, &policy)
                    .map_err(|err| reason::of(&err))?;
                describe(&result, made);
            }
        }
        self.subject(entry, &bundle)
    }

    /// A log that came into use after what is trusted was written down says nothing against a bundle.
    fn knows_log(&self, bundle: &Bundle) -> Result<(), Outcome> {
        let known = |id: &[u8]| self.trust.0.tlogs.iter().any(|log| log.log_id.key_id.as_bytes() == id);
        let mut entries = bundle.verification_material.tlog_entries.iter();
        match entries.all(|entry| known(entry.log_id.key_id.as_bytes())) {
            true => Ok(()),
            false => Err(Outcome::unchecked(
                "it is in a public log that was not known when waxseal was built",
            )),
        }
    }

    /// What the registry itself signed, without a certificate (npm documentation, "ECDSA registry signatures").
    fn by_key(&self, bundle: &Bundle, hint: &str, digest: Artifact<'static>) -> Result<(), Outcome> {
        let Some(keys) = self.keys else {
            return Err(Outcome::unchecked("the registry's keys could not be had"));
        };
        let Some(key) = keys.get(hint) else {
            return Err(Outcome::unchecked(
                "the registry lists no key of the name that it is signed with",
            ));
        };
        let policy = PublicKeyVerificationPolicy::new(DerPublicKey::from_bytes(&key.spki));
        let failed = match self.verifier.verify(digest.clone(), bundle, &policy) {
            Ok(result) => return in_time(&result, key.expires),
            Err(err) => reason::of(&err),
        };
        // The signature alone tells a forgery from a log that cannot be asked.
        match self.verifier.verify(digest, bundle, &policy.skip_tlog_unsafe()) {
            Ok(_) => Err(Outcome::unchecked(
                "its signature holds, and its entry in the public log could not be checked",
            )),
            Err(_) => Err(failed),
        }
    }

    /// Whom the statement is about. The library compares digests only.
    fn subject(&self, entry: &Entry, bundle: &Bundle) -> Result<(), Outcome> {
        let SignatureContent::DsseEnvelope(envelope) = &bundle.content else {
            return Err(Outcome::broken("it signs no statement"));
        };
        let statement: Statement = serde_json::from_slice(envelope.payload.as_bytes())
            .map_err(|_| Outcome::broken("its statement cannot be read"))?;
        if statement.predicate != entry.predicate {
            return Err(Outcome::broken("it is listed as another kind of statement than it is"));
        }
        let (purl, digest) = (self.about.package.purl(), hex(self.about.integrity));
        let ours = |subject: &&Subject| subject.digest.sha512.is_some() && subject.digest.sha512 == digest;
        let mut matching = statement.subject.iter().filter(ours).peekable();
        if matching.peek().is_none() {
            return Err(Outcome::broken("it is about other bytes than the archive's"));
        }
        if matching.any(|subject| subject.name == purl) {
            return Ok(());
        }
        let other_version =
            |name: &str| name.rsplit_once('@').map(|(name, _)| name) == purl.rsplit_once('@').map(|it| it.0);
        Err(Outcome::broken(
            match statement.subject.iter().any(|it| other_version(&it.name)) {
                true => "it names another version as its subject",
                false => "it names another package as its subject",
            },
        ))
    }
}

/// A key is good for what was signed before it expired.
fn in_time(result: &VerificationResult, expires: Option<i64>) -> Result<(), Outcome> {
    match (result.integrated_time(), expires) {
        (_, None) => Ok(()),
        (Some(signed), Some(expires)) if signed.as_second() < expires => Ok(()),
        (Some(_), Some(_)) => Err(Outcome::broken("it was signed after its key had expired")),
        (None, Some(_)) => Err(Outcome::unchecked(
            "its key has an end, and when it was signed is not known",
        )),
    }
}

/// Reads a bundle. One of a version that is not known is not one that is broken.
fn read(bundle: &serde_json::Value) -> Result<Bundle, Outcome> {
    let media = bundle.get("mediaType").and_then(serde_json::Value::as_str);
    let Some(media) = media else {
        return Err(Outcome::broken("it is no Sigstore bundle"));
    };
    if media.parse::<sigstore_verify::types::MediaType>().is_err() {
        return Err(Outcome::unchecked(
            "it is a bundle of a version that waxseal does not know",
        ));
    }
    serde_json::from_value(bundle.clone()).map_err(|_| Outcome::broken("its bundle is not well-formed"))
}

/// Who signed, and from what: the certificate's words, since anybody could write the statement's.
fn describe(result: &VerificationResult, made: &mut Attestation) {
    let claims: Option<&FulcioCiClaims> = result.certificate().map(|it| &it.ci_claims);
    made.identity = result.identity().map(|it| bounded(it.as_str()));
    made.issuer = result.issuer().map(bounded);
    made.repository = claims.and_then(|it| it.source_repository_uri.as_deref()).map(bounded);
    made.commit = claims
        .and_then(|it| it.source_repository_digest.as_deref())
        .map(bounded);
}

/// The digest of an integrity, if it is one that attestations name.
fn sha512(integrity: &str) -> Option<Artifact<'static>> {
    let integrity = Integrity::parse(integrity).ok()?;
    ArtifactDigest::new(HashAlgorithm::Sha2512, integrity.sha512()?.to_vec())
        .ok()
        .map(Artifact::Digest)
}

fn hex(integrity: &str) -> Option<String> {
    let integrity = Integrity::parse(integrity).ok()?;
    Some(crate::integrity::to_hex(integrity.sha512()?))
}

fn bounded(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

/// Answers have some tens of kilobytes.
pub const MAX_ANSWER: u64 = 4 << 20;
/// npm lists two.
const MAX_ATTESTATIONS: usize = 16;
/// Longer than any workflow's address.
const MAX_TEXT: usize = 500;

#[cfg(test)]
mod tests;
