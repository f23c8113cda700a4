//! Whoever has no limits: keeps every connection and every byte. What overwhelms it is no empty threat.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Makes an attempt on this machine until the server holds so many bytes of so many connections, and insists that it comes to that.
#[track_caller]
pub(super) fn keeps(attempt: &str, bytes: usize, connections: usize) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let mut client = Command::new("node")
        .args(["run.cjs", attempt, &port, "127.0.0.1"])
        .current_dir(super::folder())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut open, mut kept) = (Vec::new(), Vec::new());
    let mut buffer = vec![0; 1 << 20];
    let deadline = Instant::now() + Duration::from_secs(60);
    while (kept.len() < bytes || open.len() < connections) && Instant::now() < deadline {
        let mut quiet = true;
        while let Ok((mut stream, _)) = listener.accept() {
            stream.set_nonblocking(true).unwrap();
            // A mail server speaks first; to the others it is an answer that nobody asked for.
            let _ = stream.write_all(b"220 naive.example\r\n");
            open.push(stream);
        }
        for stream in &mut open {
            match stream.read(&mut buffer) {
                Ok(got @ 1..) => {
                    kept.extend_from_slice(&buffer[..got]);
                    quiet = false;
                }
                Err(err) if err.kind() != ErrorKind::WouldBlock => {}
                _ => {}
            }
        }
        if quiet {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    let _ = client.kill();
    let _ = client.wait();
    assert!(
        kept.len() >= bytes && open.len() >= connections,
        "only {} bytes of {} connections",
        kept.len(),
        open.len()
    );
}

/// Decodes what an attempt would send, as it says that it is encoded.
#[track_caller]
pub(super) fn decodes(attempt: &str, bytes: u64) {
    let script = format!("console.log(require('./{attempt}.cjs').naive())");
    let out = Command::new("node")
        .args(["-e", &script])
        .current_dir(super::folder())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(said.trim().parse().is_ok_and(|it: u64| it >= bytes), "{said} {out:?}");
}
