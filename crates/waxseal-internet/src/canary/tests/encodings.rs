//! Each encoding is seen through, and nothing else is taken for a secret.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::canaries;
use crate::canary::Canaries;
use crate::canary::needles::{base32, hex, rot13};
use crate::chance::Chance;

/// Every canary is found in what `encode` makes of it, within other text.
#[track_caller]
fn check(encode: impl Fn(&str) -> Vec<u8>) {
    let canaries = canaries();
    for canary in canaries.iter() {
        for around in ["", "a", "ab", "{\"stolen\":\"", "line one\nline two\n"] {
            let encoded = encode(&format!("{around}{}{around}", canary.value));
            let hits = canaries.found_in(&encoded);
            let text = String::from_utf8_lossy(&encoded[..encoded.len().min(400)]);
            assert!(
                hits.iter().any(|hit| hit.canary == canary.id),
                "{} behind {around:?} in {text}",
                canary.id
            );
            assert!(
                hits.iter().all(|hit| hit.canary == canary.id),
                "{} is not alone: {hits:?}",
                canary.id
            );
        }
    }
}

#[track_caller]
fn check_encoding(id: &'static str, bytes: &[u8], encoding: &str) {
    let hits = canaries().found_in(bytes);
    let told: Vec<(&str, &str)> = hits
        .iter()
        .map(|hit| (hit.canary.as_str(), hit.encoding.as_str()))
        .collect();
    assert_eq!(told, [(id, encoding)]);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut stream = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    stream.write_all(bytes).expect("a vector takes everything");
    stream.finish().expect("a vector takes everything")
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[test]
fn plain_in_any_case_and_backwards() {
    check(|text| text.as_bytes().to_vec());
    check(|text| text.to_ascii_lowercase().into_bytes());
    check(|text| text.bytes().rev().collect());
    check(|text| text.bytes().map(rot13).collect());
}

#[test]
fn base64_in_every_alignment_and_alphabet() {
    check(|text| STANDARD.encode(text).into_bytes());
    check(|text| URL_SAFE_NO_PAD.encode(text).into_bytes());
    check(|text| STANDARD.encode(STANDARD.encode(text)).into_bytes());
    check(|text| STANDARD.encode(utf16(text)).into_bytes());
    check(|text| STANDARD.encode(text).bytes().rev().collect());
    check(|text| STANDARD.encode(gzip(text.as_bytes())).into_bytes());
    check(|text| format!("/collect/{}", URL_SAFE_NO_PAD.encode(gzip(text.as_bytes()))).into_bytes());
    check(|text| percent(&STANDARD.encode(text)).into_bytes());
}

#[test]
fn base64_in_lines() {
    let wrapped = |text: &str, end: &str| {
        let encoded = STANDARD.encode(text);
        let lines: Vec<&str> = encoded
            .as_bytes()
            .chunks(76)
            .map(|line| std::str::from_utf8(line).expect("ASCII"))
            .collect();
        lines.join(end).into_bytes()
    };
    check(|text| wrapped(text, "\r\n"));
    check(|text| wrapped(text, "\\n"));
    check(|text| wrapped(&STANDARD.encode(gzip(text.as_bytes())), "\r\n"));
}

#[test]
fn digits_of_other_bases() {
    check(|text| hex(text.as_bytes()).into_bytes());
    check(|text| hex(text.as_bytes()).to_uppercase().into_bytes());
    check(|text| base32(text.as_bytes()).into_bytes());
    check(|text| base32(text.as_bytes()).to_lowercase().into_bytes());
    check(|text| hex(STANDARD.encode(text).as_bytes()).into_bytes());
    check(|text| STANDARD.encode(hex(text.as_bytes())).into_bytes());
    check(|text| format!("{{\"type\":\"Buffer\",\"data\":{:?}}}", text.as_bytes()).into_bytes());
}

#[test]
fn escapes() {
    check(|text| percent(text).into_bytes());
    check(|text| {
        text.bytes()
            .map(|byte| format!("%{byte:02x}"))
            .collect::<String>()
            .into_bytes()
    });
    check(|text| {
        text.bytes()
            .map(|byte| format!("\\u{byte:04x}"))
            .collect::<String>()
            .into_bytes()
    });
    check(|text| {
        text.bytes()
            .map(|byte| format!("\\x{byte:02X}"))
            .collect::<String>()
            .into_bytes()
    });
    check(|text| {
        serde_json::to_string(text)
            .expect("text is JSON")
            .replace('/', "\\/")
            .into_bytes()
    });
    check(utf16);
    check(|text| text.encode_utf16().flat_map(u16::to_be_bytes).collect());
}

/// What Node's `zlib.brotliCompressSync` makes of a text of 64 letters and digits.
#[test]
fn brotli() {
    const PACKED: &str = "G0cA4EW3eX4eKorfKyrBCLoqmMiBQ8s4AL88Y6ecUW3LoPSB3Pi++aiUe90g8K70iuGlMAI=";
    let needles = crate::Needles::new(&[("text".to_owned(), "k3v9x7m2p4".to_owned())]);
    let packed = STANDARD.decode(PACKED).expect("it is base64");
    assert_eq!(needles.found_in(&packed).len(), 1);
    assert_eq!(needles.found_in(PACKED.as_bytes()).len(), 1);
}

/// RFC 2045 §6.7: lines end in `=` before 76 characters.
#[test]
fn quoted_printable_lines() {
    check(|text| {
        let escaped = text.replace('=', "=3D");
        let lines: Vec<String> = escaped
            .as_bytes()
            .chunks(20)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        lines.join("=\r\n").into_bytes()
    });
}

#[test]
fn compressed_streams() {
    check(|text| gzip(text.as_bytes()));
    check(|text| {
        let mut stream = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        stream.write_all(text.as_bytes()).expect("a vector takes everything");
        stream.finish().expect("a vector takes everything")
    });
    check(|text| {
        let mut stream = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        stream.write_all(text.as_bytes()).expect("a vector takes everything");
        STANDARD
            .encode(stream.finish().expect("a vector takes everything"))
            .into_bytes()
    });
}

/// RFC 1035 §2.3.4: labels of at most 63 octets.
#[test]
fn labels_of_a_name() {
    let labels = |digits: String, size: usize| {
        let labels: Vec<String> = digits
            .as_bytes()
            .chunks(size)
            .map(|label| String::from_utf8_lossy(label).into_owned())
            .collect();
        format!("{}.collector.example", labels.join(".")).into_bytes()
    };
    for size in [8, 30, 63] {
        check(|text| labels(hex(text.as_bytes()), size));
        check(|text| labels(base32(text.as_bytes()).to_lowercase(), size));
    }
}

/// A piece per name, counted.
#[test]
fn pieces_in_many_names() {
    let canaries = canaries();
    for canary in canaries.iter() {
        for digits in [
            hex(canary.value.as_bytes()),
            base32(canary.value.as_bytes()).to_lowercase(),
        ] {
            let pieces = digits.as_bytes().chunks(10).enumerate();
            let names: Vec<String> = pieces
                .map(|(number, piece)| format!("{number}.{}.x.collector.example", String::from_utf8_lossy(piece)))
                .collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let hits = canaries.found_in_names(&names);
            assert!(hits.iter().any(|hit| hit.canary == canary.id), "{}", canary.id);
        }
    }
    assert_eq!(canaries.found_in_names(&[]), []);
    assert_eq!(canaries.found_in_names(&["a.example", "a.example", "example"]), []);
}

/// A value cut in two leaves halves that each suffice.
#[test]
fn halves_in_two_fields() {
    let canaries = canaries();
    // Half of a mailbox is its domain.
    for canary in canaries
        .iter()
        .filter(|canary| canary.value.len() >= 24 && canary.id != "smtp-user")
    {
        let (first, second) = canary.value.split_at(canary.value.len() / 2);
        let both = format!(
            "{}\n{}",
            serde_json::json!({"a": second, "x": 1}),
            serde_json::json!({"b": first})
        );
        assert!(
            canaries
                .found_in(both.as_bytes())
                .iter()
                .any(|hit| hit.canary == canary.id),
            "{}",
            canary.id
        );
        let pieces = format!("{{\"a\":\"{}\"}}", STANDARD.encode(second));
        assert!(
            canaries
                .found_in(pieces.as_bytes())
                .iter()
                .any(|hit| hit.canary == canary.id),
            "half of {}",
            canary.id
        );
    }
    let id = canaries.value("aws-key-id");
    let concatenated = format!("'{}' + '{}'", &id[..10], &id[10..]);
    check_encoding("aws-key-id", concatenated.as_bytes(), "pieces");
}

#[test]
fn the_encoding_is_named() {
    let canaries = canaries();
    let token = canaries.value("npm-token");
    check_encoding("npm-token", token.as_bytes(), "plain");
    check_encoding("npm-token", STANDARD.encode(token).as_bytes(), "base64");
    check_encoding(
        "npm-token",
        STANDARD.encode(STANDARD.encode(token)).as_bytes(),
        "base64, base64",
    );
    check_encoding(
        "npm-token",
        STANDARD.encode(gzip(token.as_bytes())).as_bytes(),
        "base64, compressed",
    );
    check_encoding("npm-token", &gzip(hex(token.as_bytes()).as_bytes()), "compressed, hex");
}

#[test]
fn nothing_else_is_a_secret() {
    let canaries = canaries();
    let others = Canaries::mint(43);
    let mut chance = Chance::new(5, "noise");
    let words: Vec<&str> = include_str!("../words.rs").split('"').collect();
    let mut text = String::new();
    while text.len() < 1 << 20 {
        text.push_str(chance.pick::<&str>(&words));
        text.push_str(chance.pick::<&str>(&[" ", "\n", ".", "%20"]));
    }
    assert_eq!(canaries.found_in(text.as_bytes()), []);
    let noise: Vec<u8> = (0..1 << 20).map(|_| chance.next() as u8).collect();
    assert_eq!(canaries.found_in(&noise), []);
    assert_eq!(canaries.found_in(STANDARD.encode(&noise).as_bytes()), []);
    for file in others.files("/home/ann", "ann") {
        assert_eq!(canaries.found_in(&file.bytes), [], "{}", file.path);
    }
    assert_eq!(canaries.found_in(b""), []);
}
