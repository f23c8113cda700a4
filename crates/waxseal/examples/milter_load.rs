//! Drives a milter as a mail server would, as fast as it answers: for `benches/milter.py`.
//!
//! `milter_load PLACE CONNECTIONS MAILS RECIPIENTS HEADERS [hold]`, where PLACE is a path or HOST:PORT. Each connection hands in its share of the
//! mails, one behind the other, in the no-reply steps of version 6. With `hold`, the connections stay open until standard input ends.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for measurements")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::sync::Barrier;
use std::time::Instant;

trait Stream: Read + Write + Send {}
impl<S: Read + Write + Send> Stream for S {}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| words[at].parse::<usize>().unwrap();
    let (place, connections, mails) = (words[0].as_str(), number(1), number(2));
    let mail = mail(number(3), number(4));
    let is_held = words.get(5).is_some_and(|it| it == "hold");
    let ready = Barrier::new(connections + 1);
    let began = std::thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(|| {
                let mut stream = connect(place);
                ready.wait();
                for _ in 0..mails / connections {
                    judge(&mut *stream, &mail);
                }
                if is_held {
                    ready.wait();
                    ready.wait();
                }
            });
        }
        ready.wait();
        let began = Instant::now();
        if is_held {
            ready.wait();
            println!("held");
            std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
            ready.wait();
        }
        began
    });
    println!("{:.0} mails/s", mails as f64 / began.elapsed().as_secs_f64());
}

fn connect(place: &str) -> Box<dyn Stream> {
    let mut stream: Box<dyn Stream> = match place.starts_with('/') {
        true => Box::new(UnixStream::connect(place).unwrap()),
        false => Box::new(TcpStream::connect(place).unwrap()),
    };
    let offer = packet(b'O', &[6_u32, 0x1ff, 0x1f_ffff].map(u32::to_be_bytes).concat());
    stream.write_all(&offer).unwrap();
    assert_eq!(receive(&mut *stream), b'O');
    let client = packet(
        b'D',
        b"Cj\0mail.brightfield.example\0{daemon_name}\0submission\0{client_addr}\x00192.0.2.7\0",
    );
    stream.write_all(&client).unwrap();
    stream
        .write_all(&packet(b'C', b"app.brightfield.example\x004\xc3\x50192.0.2.7\0"))
        .unwrap();
    stream
}

fn judge(stream: &mut dyn Stream, mail: &[u8]) {
    stream.write_all(mail).unwrap();
    while !matches!(receive(stream), b'c' | b'y') {}
}

/// The command of the next packet.
fn receive(stream: &mut dyn Stream) -> u8 {
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut bytes = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut bytes).unwrap();
    bytes[0]
}

/// A mail as an application writes it, whose header names everybody it goes to.
fn mail(recipients: usize, headers: usize) -> Vec<u8> {
    let addresses: Vec<String> = (0..recipients).map(|n| format!("customer{n}@inbox.example")).collect();
    let mut bytes = packet(b'D', b"Mi\x004jX9n95prFz6nKY\0{auth_authen}\0app\0");
    bytes.extend(packet(b'M', b"<app@brightfield.example>\0"));
    for address in &addresses {
        bytes.extend(packet(b'R', format!("<{address}>\0").as_bytes()));
    }
    let mut header = |name: &str, value: &str| bytes.extend(packet(b'L', format!("{name}\0{value}\0").as_bytes()));
    header("From", "Brightfield <app@brightfield.example>");
    header("To", &addresses.join(",\n\t"));
    header("Subject", "Your order has been shipped");
    for n in 3..headers {
        header(&format!("X-Header-{n}"), "some value of the length that values have");
    }
    bytes.extend(packet(b'D', b"Ei\x004jX9n95prFz6nKY\0"));
    bytes.extend(packet(b'E', b""));
    bytes
}

fn packet(command: u8, data: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(data.len() + 1).unwrap().to_be_bytes().to_vec();
    bytes.push(command);
    bytes.extend_from_slice(data);
    bytes
}
