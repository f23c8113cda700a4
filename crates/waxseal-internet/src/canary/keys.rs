//! Keys in their file formats: OpenSSH, PKCS #8 and JWT. They are keys, and open nothing.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

use crate::chance::Chance;

/// An Ed25519 private key as `ssh-keygen` writes it (PROTOCOL.key of OpenSSH).
pub(crate) fn openssh(chance: &mut Chance) -> String {
    let seed: [u8; 32] = chance.bytes();
    let public = public_of(&seed);
    let check: [u8; 4] = chance.bytes();
    let mut private = [check, check].concat();
    put_string(&mut private, b"ssh-ed25519");
    put_string(&mut private, &public);
    put_string(&mut private, &[seed, public].concat());
    put_string(&mut private, b"");
    let padding = (1..=8_u8).take((8 - private.len() % 8) % 8);
    private.extend(padding);

    let mut file = b"openssh-key-v1\0".to_vec();
    put_string(&mut file, b"none");
    put_string(&mut file, b"none");
    put_string(&mut file, b"");
    file.extend(1_u32.to_be_bytes());
    put_string(&mut file, &public_blob(&public));
    put_string(&mut file, &private);
    armour("OPENSSH PRIVATE KEY", &file, 70)
}

/// The line of the `.pub` file that belongs to a key of [`openssh`].
pub(crate) fn openssh_public(private: &str, comment: &str) -> String {
    let body: String = private.lines().filter(|line| !line.starts_with('-')).collect();
    let file = STANDARD.decode(body).unwrap_or_default();
    // Behind the name of the format, three empty or `none` strings and the number of keys: the blob, with its length before.
    let blob = file.get(PUBLIC_BLOB).unwrap_or_default();
    format!("ssh-ed25519 {} {comment}\n", STANDARD.encode(blob))
}

/// Where the public blob is in a file of [`openssh`].
const PUBLIC_BLOB: std::ops::Range<usize> = 43..94;

/// An Ed25519 private key (RFC 8410 §7).
pub(crate) fn pkcs8(chance: &mut Chance) -> String {
    let seed: [u8; 32] = chance.bytes();
    let prefix: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    armour("PRIVATE KEY", &[&prefix[..], &seed].concat(), 64)
}

/// A token of a service account (RFC 7519), signed with nothing.
pub(crate) fn jwt(chance: &mut Chance) -> String {
    let header = r#"{"alg":"ES256","typ":"JWT"}"#;
    let claims = format!(
        r#"{{"iss":"https://cluster.brightfield.example","sub":"system:serviceaccount:default:deployer","jti":"{}","iat":1735689600,"exp":2051222400}}"#,
        chance.uuid()
    );
    let signature: [u8; 64] = chance.bytes();
    format!(
        "{}.{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims),
        URL_SAFE_NO_PAD.encode(signature)
    )
}

fn public_of(seed: &[u8; 32]) -> [u8; 32] {
    let mut public = [0; 32];
    if let Ok(pair) = Ed25519KeyPair::from_seed_unchecked(seed) {
        public.copy_from_slice(pair.public_key().as_ref());
    }
    public
}

fn public_blob(public: &[u8; 32]) -> Vec<u8> {
    let mut blob = Vec::new();
    put_string(&mut blob, b"ssh-ed25519");
    put_string(&mut blob, public);
    blob
}

/// RFC 4251 §5: a length of four bytes, then the bytes.
fn put_string(to: &mut Vec<u8>, bytes: &[u8]) {
    to.extend((bytes.len() as u32).to_be_bytes());
    to.extend_from_slice(bytes);
}

fn armour(label: &str, der: &[u8], width: usize) -> String {
    let body = STANDARD.encode(der);
    let lines: Vec<&str> = (0..body.len())
        .step_by(width)
        .map(|start| &body[start..body.len().min(start + width)])
        .collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
