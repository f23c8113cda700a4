//! One package URL a line (purl-spec). A package URL names one version or all, so that ranges cannot be said.

use waxseal_npm::osv::Record;

use super::Exported;

pub(super) fn write(records: &[&Record]) -> Exported {
    let mut out = Exported::default();
    for record in records {
        for affected in &record.affected {
            let name = encode(&affected.name);
            if affected.is_every() {
                out.text.push_str(&format!("pkg:npm/{name}\n"));
                continue;
            }
            for version in &affected.versions {
                out.text.push_str(&format!("pkg:npm/{name}@{}\n", encode(version)));
            }
            out.left_out += affected.ranges.len() as u64 + u64::from(affected.unreadable);
        }
        out.left_out += u64::from(record.affected.is_empty());
    }
    out
}

/// Percent-encoding of all but the characters that a name's parts may hold, and the slash behind a scope (purl-spec, "Character
/// encoding").
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
