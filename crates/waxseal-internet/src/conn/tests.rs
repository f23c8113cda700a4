use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use waxseal_model::DnsTransport;

use super::*;
use crate::shared::Shared;
use crate::support::{DEADLINE, Told, world};

/// A conversation with the server of `host` at `port`, in memory.
fn talk(told: &Arc<Told>, host: &str, port: u16, alpn: Option<&[u8]>) -> (DuplexStream, JoinHandle<()>) {
    let shared = Arc::new(Shared::new(world(), Arc::<Told>::clone(told)));
    let (address, _) = shared.names.addresses(host).expect("it could exist");
    let from = SocketAddr::from(([10, 0, 2, 15], 40_000));
    let connection = Connection::begin(&shared, from, SocketAddr::from((address, port)));
    let (ours, theirs) = duplex(1 << 16);
    let layer = Layer {
        host: connection.host.clone(),
        port,
        tls: alpn.is_some(),
        alpn: alpn.map(<[u8]>::to_vec),
        depth: 0,
        connection: Arc::clone(&connection),
    };
    let io: Io = Box::new(Metered::new(ours, connection));
    (theirs, tokio::spawn(converse(layer, io, None)))
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async { timeout(DEADLINE, test).await.expect("it ends in time") });
}

async fn read(client: &mut DuplexStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    client.read_exact(&mut bytes).await.expect("it is answered");
    bytes
}

#[test]
fn the_name_of_a_connection_is_the_one_that_was_asked_for() {
    run(async {
        let told = Arc::new(Told::default());
        let (mut client, done) = talk(&told, "api.example", 8080, None);
        client.write_all(b"GET /a HTTP/1.0\r\n\r\n").await.expect("it is read");
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.expect("it is answered");
        drop(client);
        done.await.expect("no panic");
        assert_eq!(told.wait_http().url, "http://api.example:8080/a");
        assert!(matches!(&told.all()[0], Observation::Connect { host: Some(it), .. } if it == "api.example"));
        assert!(matches!(told.all().last(), Some(Observation::Closed { .. })));
    });
}

#[test]
fn a_server_of_mail_greets_at_once_and_answers_tls_and_http_all_the_same() {
    run(async {
        for port in MAIL_PORTS {
            let told = Arc::new(Told::default());
            let (mut client, done) = talk(&told, "mx.example", port, None);
            assert_eq!(read(&mut client, 22).await, b"220 mx.example ESMTP\r\n");
            client
                .write_all(b"GET /a HTTP/1.1\r\nHost: mx.example\r\nConnection: close\r\n\r\n")
                .await
                .expect("it is read");
            let mut answer = Vec::new();
            client.read_to_end(&mut answer).await.expect("it is answered");
            drop(client);
            done.await.expect("no panic");
            assert_eq!(told.wait_http().url, "http://mx.example/a");
        }
    });
}

#[test]
fn a_client_that_opens_early_where_clients_speak_first_is_not_greeted() {
    run(async {
        let told = Arc::new(Told::default());
        let (mut client, done) = talk(&told, "api.example", 443, None);
        // Longer than a client may be silent elsewhere; time stands still but for this.
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(10)).await;
        client
            .write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
            .await
            .expect("it is read");
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.expect("it is answered");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        drop(client);
        done.await.expect("no panic");
    });
}

#[test]
fn questions_under_tls_are_answered_as_such() {
    run(async {
        let told = Arc::new(Told::default());
        let (mut client, done) = talk(&told, "resolver.example", 853, Some(b"dot"));
        let question = b"\x00\x1b\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x07example\x00\x00\x01\x00\x01";
        client.write_all(question).await.expect("it is read");
        let length = read(&mut client, 2).await;
        let answer = read(&mut client, usize::from(u16::from_be_bytes([length[0], length[1]]))).await;
        assert!(answer.windows(4).any(|it| it == [104, 16, 0, 10]), "{answer:?}");
        drop(client);
        done.await.expect("no panic");
        let tls = DnsTransport::Tls;
        told.wait(|it| matches!(it, Observation::DnsQuery { transport, .. } if *transport == tls).then_some(()));
    });
}

#[test]
fn a_client_that_stops_in_its_first_word_is_taken_by_what_it_said() {
    run(async {
        tokio::time::pause();
        let told = Arc::new(Told::default());
        let (mut client, done) = talk(&told, "c2.example", 4444, None);
        client.write_all(b"GE").await.expect("it is read");
        tokio::time::advance(HESITATION * 2).await;
        client.shutdown().await.expect("it is open");
        done.await.expect("no panic");
        assert_eq!(told.wait_raw().0.bytes, b"GE");
    });
}

#[test]
fn no_first_bytes_break_a_conversation() {
    run(async {
        tokio::time::pause();
        let starts: [&[u8]; 9] = [
            b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
            b"GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
            b"CONNECT : HTTP/1.1\r\n\r\n",
            b"GET http://[::1 HTTP/1.1\r\n\r\n",
            b"EHLO a\r\nSTARTTLS\r\nEHLO b\r\n",
            b"\x00\x11\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x0c\x00\x01\x00\x01",
            b"SSH-2.0-x\r\n",
        ];
        for start in starts {
            for end in 1..=start.len() {
                let told = Arc::new(Told::default());
                let (mut client, done) = talk(&told, "a.example", 4000, None);
                client.write_all(&start[..end]).await.expect("it is read");
                drop(client);
                done.await.expect("no panic");
                assert!(matches!(told.all().last(), Some(Observation::Closed { .. })));
                // A preface and empty settings say nothing, and what a mail client said is for its session to tell.
                let settings = start.starts_with(b"PRI") && matches!(end, 24 | 33);
                let quiet = settings || start[..end].starts_with(b"EHLO ");
                assert!(quiet || told.all().len() > 2, "{:?} left no trace", &start[..end]);
            }
        }
    });
}
