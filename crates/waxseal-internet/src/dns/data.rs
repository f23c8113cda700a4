//! What a name holds: made up, but the same each time and in itself consistent.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hickory_proto::rr::rdata::{A, AAAA, MX, NS, PTR, SOA, SRV, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use crate::names::{Names, could_exist, registrable_of};

/// What was found under a name.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) data: Vec<RData>,
    /// There is no such name.
    pub(super) denied: bool,
}

impl Found {
    /// The records of an answer.
    pub(super) fn records(self, owner: &Name, name: &str, kind: RecordType) -> Vec<Record> {
        let ttl = time_to_live(name, kind);
        self.data
            .into_iter()
            .map(|it| Record::from_rdata(owner.clone(), ttl, it))
            .collect()
    }
}

/// Looks `name` up, which is in lower case and without its last dot.
pub(super) fn find(names: &Names, name: &str, kind: RecordType) -> Found {
    if name.ends_with(".arpa") {
        return find_reverse(names, name, kind);
    }
    if !could_exist(name) {
        return Found {
            data: Vec::new(),
            denied: true,
        };
    }
    let data = match kind {
        RecordType::A | RecordType::AAAA => {
            let Some((v4, v6)) = names.addresses(name) else {
                return Found {
                    data: Vec::new(),
                    denied: true,
                };
            };
            vec![if kind == RecordType::A {
                RData::A(A(v4))
            } else {
                RData::AAAA(AAAA(v6))
            }]
        }
        RecordType::MX => under("mx", name)
            .map(|it| RData::MX(MX::new(10, it)))
            .into_iter()
            .collect(),
        RecordType::TXT => vec![RData::TXT(TXT::new(vec![text(name)]))],
        RecordType::SRV => service(name).into_iter().collect(),
        RecordType::NS => ["ns1", "ns2"]
            .iter()
            .filter_map(|it| under(it, name))
            .map(|it| RData::NS(NS(it)))
            .collect(),
        RecordType::SOA => start_of_authority(name).map(RData::SOA).into_iter().collect(),
        _ => Vec::new(),
    };
    Found { data, denied: false }
}

/// The authority record that comes with an answer that holds no data (RFC 2308 §2).
pub(super) fn negative(name: &str) -> Option<Record> {
    let zone = registrable_of(name);
    let owner = Name::from_ascii(format!("{zone}.")).ok()?;
    Some(Record::from_rdata(owner, 900, RData::SOA(start_of_authority(name)?)))
}

fn find_reverse(names: &Names, name: &str, kind: RecordType) -> Found {
    let host = parse_reverse(name).and_then(|it| names.host(it));
    let Some(host) = host.and_then(|it| Name::from_ascii(format!("{it}.")).ok()) else {
        return Found {
            data: Vec::new(),
            denied: true,
        };
    };
    let data = if kind == RecordType::PTR {
        vec![RData::PTR(PTR(host))]
    } else {
        Vec::new()
    };
    Found { data, denied: false }
}

/// The address that a name under `in-addr.arpa` (RFC 1035 §3.5) or `ip6.arpa` (RFC 3596 §2.5) stands for.
fn parse_reverse(name: &str) -> Option<IpAddr> {
    if let Some(labels) = name.strip_suffix(".in-addr.arpa") {
        let mut bytes = [0u8; 4];
        let mut labels = labels.split('.');
        for byte in bytes.iter_mut().rev() {
            *byte = labels.next()?.parse().ok()?;
        }
        return labels.next().is_none().then_some(IpAddr::V4(Ipv4Addr::from(bytes)));
    }
    let mut bits = 0u128;
    let mut labels = name.strip_suffix(".ip6.arpa")?.split('.');
    for idx in 0..32 {
        let label = labels.next()?;
        let nibble = u128::from_str_radix(label, 16).ok().filter(|_| label.len() == 1)?;
        bits |= nibble << (4 * idx);
    }
    labels.next().is_none().then_some(IpAddr::V6(Ipv6Addr::from(bits)))
}

fn under(label: &str, name: &str) -> Option<Name> {
    Name::from_ascii(format!("{label}.{}.", registrable_of(name))).ok()
}

fn text(name: &str) -> String {
    if name.starts_with("_dmarc.") {
        return "v=DMARC1; p=none".to_owned();
    }
    format!("v=spf1 include:_spf.{} ~all", registrable_of(name))
}

/// A service of which the port is known (RFC 2782); of any other there is no record.
fn service(name: &str) -> Option<RData> {
    let (label, rest) = name.split_once('.')?;
    let domain = rest.strip_prefix("_tcp.").or_else(|| rest.strip_prefix("_udp."))?;
    let port = SERVICES.iter().find(|it| it.0 == label)?.1;
    let target = Name::from_ascii(format!("{}.{domain}.", label.trim_start_matches('_'))).ok()?;
    Some(RData::SRV(SRV::new(0, 5, port, target)))
}

fn start_of_authority(name: &str) -> Option<SOA> {
    let serial = 2_024_010_100 + hash(&registrable_of(name)) % 20_000;
    Some(SOA::new(
        under("ns1", name)?,
        under("hostmaster", name)?,
        serial,
        10_000,
        2400,
        604_800,
        1800,
    ))
}

/// Like a resolver's: one of the values that zones are given, less what went by since the resolver asked; the same for the same
/// question.
fn time_to_live(name: &str, kind: RecordType) -> u32 {
    let hash = hash(name) ^ u32::from(u16::from(kind)).wrapping_mul(0x9e37_79b9);
    let given = ZONE_TTLS[hash as usize % ZONE_TTLS.len()];
    given - (hash >> 8) % (given / 2)
}

/// FNV-1a: short, the same on every machine, and nothing depends on its strength.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// What zones of content networks and companies have.
const ZONE_TTLS: [u32; 6] = [60, 300, 300, 600, 1800, 3600];

/// Services that programs look up by SRV.
const SERVICES: [(&str, u16); 9] = [
    ("_submission", 587),
    ("_submissions", 465),
    ("_smtp", 25),
    ("_imaps", 993),
    ("_mongodb", 27017),
    ("_ldap", 389),
    ("_sip", 5060),
    ("_xmpp-client", 5222),
    ("_https", 443),
];
