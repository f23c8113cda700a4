//! `waxseal run --save`: the packets of a run, as they were on the room's network.

use std::process::Command;

/// Runs a script of Node's; gives the bytes of every packet that was kept.
fn packets(script: &str) -> (Vec<Vec<u8>>, serde_json::Value) {
    let folder = tempfile::tempdir().expect("a folder");
    let out = Command::new(env!("CARGO_BIN_EXE_waxseal"))
        .args(["run", "--format", "json", "--save", "proof", "--", "node", "-e", script])
        .current_dir(folder.path())
        .output()
        .expect("waxseal starts");
    let mut report: serde_json::Value = serde_json::from_slice(&out.stdout)
        .unwrap_or_else(|err| panic!("{err}: {}", String::from_utf8_lossy(&out.stderr)));
    let summary = report["packages"][0]["runs"][0].take();
    let file = std::fs::read(folder.path().join("proof/capture.pcapng")).expect("a capture");
    let number = |bytes: &[u8]| u32::from_le_bytes(*bytes.first_chunk().expect("a number")) as usize;
    let (mut rest, mut found) = (file.as_slice(), Vec::new());
    while !rest.is_empty() {
        let (block, later) = rest.split_at(number(&rest[4..]));
        // Enhanced packet block: its packet is at 28, its length at 20.
        if number(block) == 6 {
            found.push(block[28..28 + number(&block[20..])].to_vec());
        }
        rest = later;
    }
    assert_eq!(summary["packets"]["kept"], found.len(), "{summary:#}");
    assert_eq!(
        (&summary["packets"]["cut"], &summary["packets"]["dropped"]),
        (&0.into(), &0.into())
    );
    (found, summary)
}

fn holding(packets: &[Vec<u8>], text: &str) -> usize {
    let holds = |packet: &&Vec<u8>| memchr::memmem::find(packet, text.as_bytes()).is_some();
    packets.iter().filter(holds).count()
}

#[test]
fn every_packet_is_kept_and_once() {
    let script = "
        const dgram = require('node:dgram'), net = require('node:net')
        const send = (family, port, address, text, broadcast) => new Promise((resolve, reject) => {
          const socket = dgram.createSocket(family)
          socket.bind(() => { socket.setBroadcast(!!broadcast); socket.send(text, port, address, err => { socket.close(); err ? reject(err) : resolve() }) })
        })
        const server = net.createServer(it => it.end('own-answer')).listen(0, '127.0.0.1')
        ;(async () => {
          await new Promise(resolve => dgram.createSocket('udp4').bind(9999, '127.0.0.1', resolve))
          await send('udp4', 9999, '198.51.100.8', 'unicast-4')
          await send('udp6', 9999, '2001:db8::8', 'unicast-6')
          await send('udp4', 9999, '239.1.1.1', 'multicast-4')
          // The kernel lets nothing out there for its first moments.
          for (let tries = 0; tries < 100; tries += 1) {
            try { await send('udp6', 9999, 'ff05::1%eth0', 'multicast-6'); break } catch { await new Promise(resolve => setTimeout(resolve, 50)) }
          }
          await send('udp4', 9999, '255.255.255.255', 'broadcast-4', true)
          await send('udp4', 9999, '127.0.0.1', 'to-itself')
          await new Promise(resolve => net.connect(server.address().port, '127.0.0.1').on('data', () => 0).on('close', resolve))
          await new Promise(resolve => { const it = net.connect(4444, '198.51.100.2'); it.end('over-tcp'); it.resume(); it.on('close', resolve) })
          process.exit(0)
        })()";
    let (packets, summary) = packets(script);
    for text in [
        "unicast-4",
        "unicast-6",
        "multicast-4",
        "multicast-6",
        "broadcast-4",
        "to-itself",
        "own-answer",
        "over-tcp",
    ] {
        assert_eq!(holding(&packets, text), 1, "{text}: {summary:#}");
    }
}

#[test]
fn large_packets_are_kept_whole_and_nothing_is_lost_of_many() {
    let script = "
        const net = require('node:net')
        const one = idx => new Promise(resolve => { const it = net.connect(4444, '198.51.100.2', () => it.end('connection-' + String(idx).padStart(6, '0'))); it.resume(); it.on('close', resolve) })
        ;(async () => {
          for (let idx = 0; idx < 1000; idx += 50) await Promise.all(Array.from({ length: 50 }, (_, at) => one(idx + at)))
          const it = net.connect(4445, '198.51.100.2')
          it.end(Buffer.alloc(16 << 20, 'mark-of-a-large-upload..'.slice(0, 16)))
          it.resume()
          await new Promise(resolve => it.on('close', resolve))
          process.exit(0)
        })()";
    let (packets, _) = packets(script);
    let small: Vec<Vec<u8>> = packets.iter().filter(|it| it.len() < 200).cloned().collect();
    for idx in 0..1000 {
        assert_eq!(holding(&small, &format!("connection-{idx:06}")), 1, "{idx}");
    }
    // Every byte of the upload is in a segment to its port: Ethernet, IPv4 without options, TCP with a header as long as it says.
    let segments: Vec<(u32, u32)> = packets
        .iter()
        .filter(|it| it[12..14] == [8, 0] && it[23] == 6 && it[36..38] == 4445_u16.to_be_bytes())
        .map(|it| {
            let length = it.len() - 34 - usize::from(it[46] >> 4) * 4;
            (
                u32::from_be_bytes(*it[38..].first_chunk().expect("a number")),
                length as u32,
            )
        })
        .collect();
    // Of the first, which opens the connection, one number is used up; what is sent again counts once.
    let first = segments[0].0.wrapping_add(1);
    let mut whole = std::collections::BTreeMap::new();
    for (at, length) in segments[1..].iter().filter(|(_, length)| *length > 0) {
        let most: &mut u32 = whole.entry(at.wrapping_sub(first)).or_default();
        *most = (*most).max(*length);
    }
    let mut end = 0;
    for (at, length) in whole {
        assert!(at <= end, "nothing between {end} and {at}");
        end = end.max(at + length);
    }
    assert_eq!(end, 16 << 20);
    assert!(
        packets.iter().any(|it| it.len() > 9000),
        "no packet larger than any network's frame"
    );
}
