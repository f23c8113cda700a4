//! An instance of our own for tests: a registry that signs what is published, and a public log that takes it in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::attestation::{RegistryKeys, Trust};

pub(super) struct Key(EcdsaKeyPair);

pub(super) struct Instance {
    pub(super) registry: Key,
    log: Key,
}

impl Key {
    fn new() -> Self {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, made.as_ref(), &random).unwrap())
    }

    /// SubjectPublicKeyInfo of a point on P-256 (RFC 5480 §2).
    fn spki(&self) -> Vec<u8> {
        let mut spki = STANDARD.decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgA=").unwrap();
        spki.extend_from_slice(self.0.public_key().as_ref());
        spki
    }

    fn pem(&self) -> String {
        let text = STANDARD.encode(self.spki());
        let (first, second) = text.split_at(64);
        format!("-----BEGIN PUBLIC KEY-----\n{first}\n{second}\n-----END PUBLIC KEY-----\n")
    }

    fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.sign(&SystemRandom::new(), bytes).unwrap().as_ref().to_vec()
    }

    /// As `/-/npm/v1/keys` lists it.
    pub(super) fn listed(&self, id: &str, expires: Option<&str>) -> RegistryKeys {
        let keys = json!({"keys": [{"keyid": id, "key": STANDARD.encode(self.spki()), "expires": expires}]});
        RegistryKeys::parse(keys.to_string().as_bytes()).unwrap()
    }
}

impl Instance {
    pub(super) fn new() -> Self {
        Self {
            registry: Key::new(),
            log: Key::new(),
        }
    }

    /// The trusted root of an instance that has this log only.
    pub(super) fn trust(&self) -> Trust {
        let root = json!({"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "certificateAuthorities": [], "ctlogs": [], "timestampAuthorities": [],
            "tlogs": [{"baseUrl": "https://log.example", "hashAlgorithm": "SHA2_256",
                "publicKey": {"rawBytes": STANDARD.encode(self.log.spki()), "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "validFor": {"start": "2021-01-01T00:00:00Z"}},
                "logId": {"keyId": STANDARD.encode(self.log_id())}}]});
        Trust::from_json(&root.to_string()).unwrap()
    }

    /// What a registry signs when a release is published (npm publish attestation v0.1), as the only entry of the log.
    pub(super) fn publish(&self, subject: &str, sha512: &str) -> Value {
        let statement = json!({"_type": "https://in-toto.io/Statement/v0.1", "predicateType": super::PUBLISH,
            "subject": [{"name": subject, "digest": {"sha512": sha512}}], "predicate": {"name": "sigstore"}})
        .to_string();
        // DSSE, "Protocol": what is signed.
        let signed = format!("DSSEv1 28 application/vnd.in-toto+json {} {statement}", statement.len());
        let signature = STANDARD.encode(self.registry.sign(signed.as_bytes()));
        let hash =
            |text: &str| json!({"algorithm": "sha256", "value": crate::integrity::to_hex(&Sha256::digest(text))});
        let body = json!({"apiVersion": "0.0.1", "kind": "dsse", "spec": {"envelopeHash": hash(&signed), "payloadHash": hash(&statement),
            "signatures": [{"signature": signature, "verifier": STANDARD.encode(self.registry.pem())}]}})
        .to_string();
        json!({"mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.2",
            "verificationMaterial": {"publicKey": {"hint": super::KEY}, "tlogEntries": [self.entry(&body)],
                "timestampVerificationData": {"rfc3161Timestamps": []}},
            "dsseEnvelope": {"payloadType": "application/vnd.in-toto+json", "payload": STANDARD.encode(&statement),
                "signatures": [{"keyid": super::KEY, "sig": signature}]}})
    }

    /// A log of one entry: its root is the entry's hash (RFC 6962 §2.1).
    fn entry(&self, body: &str) -> Value {
        let root = STANDARD.encode(Sha256::digest([&[0], body.as_bytes()].concat()));
        let note = format!("log.example - 1\n1\n{root}\n");
        let hint = [&self.log_id()[..4], &self.log.sign(note.as_bytes())].concat();
        let checkpoint = format!("{note}\n\u{2014} log.example {}\n", STANDARD.encode(hint));
        let body = STANDARD.encode(body);
        // The receipt is over the entry in canonical form (RFC 8785).
        let log_id = crate::integrity::to_hex(&self.log_id());
        let promised = format!(r#"{{"body":"{body}","integratedTime":{SIGNED},"logID":"{log_id}","logIndex":0}}"#);
        json!({"logIndex": "0", "logId": {"keyId": STANDARD.encode(self.log_id())},
            "kindVersion": {"kind": "dsse", "version": "0.0.1"}, "integratedTime": SIGNED.to_string(),
            "inclusionPromise": {"signedEntryTimestamp": STANDARD.encode(self.log.sign(promised.as_bytes()))},
            "inclusionProof": {"logIndex": "0", "rootHash": root, "treeSize": "1", "hashes": [], "checkpoint": {"envelope": checkpoint}},
            "canonicalizedBody": body})
    }

    fn log_id(&self) -> Vec<u8> {
        Sha256::digest(self.log.spki()).to_vec()
    }
}

/// 2023-11-14.
const SIGNED: i64 = 1_700_000_000;
