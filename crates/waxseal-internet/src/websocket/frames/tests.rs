use super::*;

fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [1, 2, 3, 4];
    let mut bytes = vec![first];
    match payload.len() {
        0..126 => bytes.push(0x80 | payload.len() as u8),
        126..65536 => {
            bytes.push(0x80 | 126);
            bytes.extend((payload.len() as u16).to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 127);
            bytes.extend((payload.len() as u64).to_be_bytes());
        }
    }
    bytes.extend(mask);
    bytes.extend(payload.iter().enumerate().map(|(idx, it)| it ^ mask[idx % 4]));
    bytes
}

fn read_all(bytes: &[u8], step: usize) -> Vec<Said> {
    let mut reader = Reader::new(1 << 20);
    let mut said = Vec::new();
    for mut chunk in bytes.chunks(step) {
        while let Some(it) = reader.read(&mut chunk) {
            if it != Said::Reply(Vec::new()) {
                said.push(it);
            }
        }
    }
    said
}

fn check(bytes: &[u8], expected: &[Said]) {
    for step in [1, 2, 3, 7, bytes.len()] {
        assert_eq!(read_all(bytes, step), expected, "in steps of {step}");
    }
}

fn message(text: bool, bytes: &[u8]) -> Said {
    Said::Message {
        text,
        payload: Payload::cut(bytes, 1 << 20),
    }
}

#[test]
fn messages_are_unmasked_and_put_together_around_a_ping() {
    let mut bytes = frame(0x01, b"hel");
    bytes.extend(frame(0x89, b"p"));
    bytes.extend(frame(0x80, b"lo"));
    bytes.extend(frame(0x82, &[7; 300]));
    bytes.extend(frame(0x81, b""));
    check(
        &bytes,
        &[
            Said::Reply(vec![0x8a, 1, b'p']),
            message(true, b"hello"),
            message(false, &[7; 300]),
            message(true, b""),
        ],
    );
    check(&frame(0x82, &[9; 70_000]), &[message(false, &[9; 70_000])]);
}

#[test]
fn a_close_is_given_back() {
    check(&frame(0x88, &[0x03, 0xe8]), &[Said::Close(vec![0x88, 2, 0x03, 0xe8])]);
}

#[test]
fn what_is_no_frame_is_given_back_as_bytes() {
    assert!(matches!(read_all(b"\xc1\x80abcd", 1)[0], Said::Broken(_)));
    assert!(matches!(read_all(b"GET / HTTP/1.1\r\n", 64)[0], Said::Broken(_)));
    assert!(matches!(read_all(b"\x80\x80abcd", 64)[0], Said::Broken(_)));
    assert!(matches!(read_all(b"\x89\xfe\x01\x00", 64)[0], Said::Broken(_)));
}

#[test]
fn a_length_of_exabytes_takes_no_memory_and_what_came_is_kept() {
    let mut reader = Reader::new(4);
    let mut bytes: &[u8] = b"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0secret";
    assert_eq!(reader.read(&mut bytes), None);
    assert_eq!(
        reader.unfinished(),
        Some((
            false,
            Payload {
                bytes: b"secr".to_vec(),
                length: 6
            }
        ))
    );
}

#[test]
fn no_first_bytes_break_it() {
    for first in 0..=255u8 {
        for second in 0..=255u8 {
            let mut reader = Reader::new(16);
            let mut bytes: &[u8] = &[first, second, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
            while let Some(said) = reader.read(&mut bytes) {
                if matches!(said, Said::Broken(_) | Said::Close(_)) {
                    break;
                }
            }
        }
    }
}
