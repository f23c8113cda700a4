//! Packets in the format that Wireshark and tcpdump read (pcapng, draft-ietf-opsawg-pcapng), with the secrets to decrypt them inside.
//!
//! Every block is its type, its length, its body filled up to four bytes, and its length again (§3.1). Numbers are little-endian.

use std::io::{Result, Write};
use std::time::Duration;

/// The first block of a file (§4.1), and who wrote it (§4.1, `shb_userappl`).
pub(super) fn section(out: &mut impl Write) -> Result<()> {
    let mut body = Vec::new();
    body.extend(BYTE_ORDER.to_le_bytes());
    body.extend([1, 0, 0, 0]); // Version 1.0.
    body.extend(u64::MAX.to_le_bytes()); // The length of the section is not said.
    option(
        &mut body,
        USER_APPLICATION,
        concat!("waxseal ", env!("CARGO_PKG_VERSION")).as_bytes(),
    );
    end_of_options(&mut body);
    block(out, SECTION_HEADER, &body)
}

/// The only interface (§4.2): Ethernet, packets of any length, times in nanoseconds.
pub(super) fn interface(out: &mut impl Write) -> Result<()> {
    let mut body = Vec::new();
    body.extend(ETHERNET.to_le_bytes());
    body.extend([0, 0]);
    body.extend(0_u32.to_le_bytes());
    option(&mut body, INTERFACE_NAME, b"room");
    let description = b"every interface of the locked room; each packet as it leaves, and once";
    option(&mut body, INTERFACE_DESCRIPTION, description);
    option(&mut body, TIME_RESOLUTION, &[9]);
    end_of_options(&mut body);
    block(out, INTERFACE, &body)
}

/// A key log of TLS (§4.7), in as many blocks as readers like. They stand before the packets that they open.
pub(super) fn secrets(out: &mut impl Write, keys: &str) -> Result<()> {
    let mut rest = keys;
    while !rest.is_empty() {
        let most = rest.floor_char_boundary(MAX_SECRETS);
        let end = rest[..most].rfind('\n').map_or(most, |end| end + 1);
        let (now, later) = rest.split_at(end);
        let mut body = Vec::new();
        body.extend(TLS_KEY_LOG.to_le_bytes());
        body.extend(u32::try_from(now.len()).unwrap_or(0).to_le_bytes());
        body.extend(now.as_bytes());
        fill(&mut body);
        block(out, SECRETS, &body)?;
        rest = later;
    }
    Ok(())
}

/// A packet (§4.3), that left so long after 1970 and had `length` bytes.
pub(in crate::run) fn packet(out: &mut impl Write, at: Duration, length: u32, bytes: &[u8]) -> Result<()> {
    let at = u64::try_from(at.as_nanos()).unwrap_or(u64::MAX);
    let kept = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let total = u32::try_from(packet_size(bytes.len())).map_err(|_| std::io::ErrorKind::InvalidInput)?;
    let [high, low] = [(at >> 32) as u32, at as u32];
    let mut head = [0; 28];
    for (idx, number) in [PACKET, total, 0, high, low, kept, length].into_iter().enumerate() {
        head[idx * 4..idx * 4 + 4].copy_from_slice(&number.to_le_bytes());
    }
    out.write_all(&head)?;
    out.write_all(bytes)?;
    out.write_all(&[0; 3][..filling(bytes.len())])?;
    out.write_all(&total.to_le_bytes())
}

/// Bytes that a packet takes in a file.
pub(in crate::run) fn packet_size(bytes: usize) -> usize {
    32 + bytes + filling(bytes)
}

/// How many packets there were, and how many of them are not in the file (§4.6).
pub(super) fn statistics(out: &mut impl Write, at: Duration, seen: u64, dropped: u64) -> Result<()> {
    let at = u64::try_from(at.as_nanos()).unwrap_or(u64::MAX);
    let mut body = Vec::new();
    for number in [0, (at >> 32) as u32, at as u32] {
        body.extend(number.to_le_bytes());
    }
    option(&mut body, RECEIVED, &seen.to_le_bytes());
    option(&mut body, DROPPED, &dropped.to_le_bytes());
    end_of_options(&mut body);
    block(out, STATISTICS, &body)
}

fn block(out: &mut impl Write, kind: u32, body: &[u8]) -> Result<()> {
    let total = u32::try_from(body.len() + 12).map_err(|_| std::io::ErrorKind::InvalidInput)?;
    out.write_all(&kind.to_le_bytes())?;
    out.write_all(&total.to_le_bytes())?;
    out.write_all(body)?;
    out.write_all(&total.to_le_bytes())
}

/// An option (§3.5): its code, its length, its value filled up.
fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    body.extend(code.to_le_bytes());
    body.extend(u16::try_from(value.len()).unwrap_or(0).to_le_bytes());
    body.extend(value);
    fill(body);
}

/// `opt_endofopt`
fn end_of_options(body: &mut Vec<u8>) {
    body.extend([0; 4]);
}

fn fill(body: &mut Vec<u8>) {
    body.resize(body.len() + filling(body.len()), 0);
}

/// Bytes until the next multiple of four.
fn filling(length: usize) -> usize {
    length.wrapping_neg() % 4
}

const BYTE_ORDER: u32 = 0x1a2b_3c4d;
const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const STATISTICS: u32 = 5;
const PACKET: u32 = 6;
const SECRETS: u32 = 10;
const USER_APPLICATION: u16 = 4;
const INTERFACE_NAME: u16 = 2;
const INTERFACE_DESCRIPTION: u16 = 3;
const TIME_RESOLUTION: u16 = 9;
const RECEIVED: u16 = 4;
const DROPPED: u16 = 5;
/// `LINKTYPE_ETHERNET`
const ETHERNET: u16 = 1;
/// `TLSK`
const TLS_KEY_LOG: u32 = 0x544c_534b;
/// Wireshark refuses blocks of more than 16 MiB.
const MAX_SECRETS: usize = 1 << 20;
