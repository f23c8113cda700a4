//! Real clients, where they are installed: what they accept shows whether the simulated internet is one.

mod support;

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use support::Room;
use waxseal_model::Observation;

/// A file that is gone with the test.
struct Scrap(PathBuf);

impl Scrap {
    fn write(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("waxseal-{}-{name}", std::process::id()));
        std::fs::write(&path, text).expect("a temporary file");
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("a path of ours")
    }
}

impl Drop for Scrap {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Runs a program, if it is there.
fn run(program: &str, arguments: &[&str], stdin: &str) -> Option<Output> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_remove("NODE_OPTIONS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for proxy in [
        "http_proxy",
        "https_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "all_proxy",
    ] {
        command.env_remove(proxy);
    }
    let Ok(mut child) = command.spawn() else {
        // The test says so itself: a test that did not run must not look like one that passed.
        let _ = writeln!(std::io::stderr(), "SKIPPED: `{program}` is not installed");
        return None;
    };
    let mut input = child.stdin.take().expect("it is piped");
    let _ = input.write_all(stdin.as_bytes());
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert!(
        output.status.success(),
        "{program}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Some(output)
}

#[test]
fn curl_speaks_http2_and_sends_a_form() {
    let room = Room::open();
    let pem = Scrap::write("curl-h2.pem", &room.pem);
    let port = room.tcp.port();
    let (resolve, url) = (
        format!("api.example:{port}:127.0.0.1"),
        format!("https://api.example:{port}/form?x=1"),
    );
    let arguments = [
        "-sS",
        "--http2",
        "--cacert",
        pem.path(),
        "--resolve",
        &resolve,
        "-F",
        "field=secret",
        &url,
    ];
    let Some(output) = run("curl", &arguments, "") else {
        return;
    };
    assert_eq!(output.stdout, b"{\"ok\":true}");
    let told = room.told.wait_http();
    assert_eq!((told.version.as_str(), told.url.as_str()), ("HTTP/2", url.as_str()));
    assert!(told.body.bytes.windows(6).any(|it| it == b"secret"));
}

#[test]
fn curl_speaks_http2_with_prior_knowledge_and_through_a_proxy() {
    let room = Room::open();
    let pem = Scrap::write("curl-proxy.pem", &room.pem);
    let proxy = format!("http://{}", room.tcp);
    let arguments = [
        "-sS",
        "--proxytunnel",
        "-x",
        &proxy,
        "--cacert",
        pem.path(),
        "https://inside.example/a",
    ];
    if run("curl", &arguments, "").is_none() {
        return;
    }
    room.told
        .wait(|it| matches!(it, Observation::Tunnel { target, .. } if target == "inside.example:443").then_some(()));
    room.told
        .wait(|it| matches!(it, Observation::Http(it) if it.url == "https://inside.example/a").then_some(()));
    run("curl", &["-sS", "-x", &proxy, "http://plain.example/b"], "");
    room.told
        .wait(|it| matches!(it, Observation::Http(it) if it.url == "http://plain.example/b").then_some(()));
    run(
        "curl",
        &["-sS", "--http2-prior-knowledge", &format!("http://{}/c", room.tcp)],
        "",
    );
    room.told.wait(|it| {
        matches!(it, Observation::Http(it) if it.version == "HTTP/2" && it.url.ends_with("/c")).then_some(())
    });
    let (_, all) = room.finish();
    assert!(
        !all.iter()
            .any(|it| matches!(it, Observation::Raw { .. } | Observation::Opaque { .. })),
        "{all:#?}"
    );
}

#[test]
fn curl_that_trusts_no_authority_of_ours_is_opaque() {
    let room = Room::open();
    let url = format!("https://127.0.0.1:{}/", room.tcp.port());
    let Ok(output) = Command::new("curl").args(["-sS", &url]).output() else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: `curl` is not installed");
        return;
    };
    assert!(!output.status.success());
    room.told.wait_opaque();
}

#[test]
fn curl_sends_a_message_under_starttls() {
    let mut quick = support::world();
    quick.limits.silence = std::time::Duration::from_millis(20);
    let room = Room::open_with(quick);
    let pem = Scrap::write("curl-smtp.pem", &room.pem);
    let port = room.tcp.port();
    let (resolve, url) = (
        format!("mx.example:{port}:127.0.0.1"),
        format!("smtp://mx.example:{port}"),
    );
    let arguments = [
        "-sS",
        "--ssl-reqd",
        "--cacert",
        pem.path(),
        "--resolve",
        &resolve,
        "--mail-from",
        "a@sender.example",
        "--mail-rcpt",
        "b@collector.example",
        "-T",
        "-",
        &url,
    ];
    if run("curl", &arguments, "Subject: hi\r\n\r\nsecret\r\n").is_none() {
        return;
    }
    let told = room.told.wait(|it| {
        if let Observation::Smtp(it) = it {
            Some((**it).clone())
        } else {
            None
        }
    });
    assert!(
        told.tls && told.accepted && told.message.bytes.ends_with(b"secret\r\n"),
        "{told:?}"
    );
}

const NODE: &str = r#"
const fs = require('fs'), https = require('https'), http2 = require('http2'), tls = require('tls'), net = require('net');
const [, , port, pem] = process.argv, ca = fs.readFileSync(pem);
const at = (servername, more) => ({ host: '127.0.0.1', port, servername, ca, ...more });
const end = (emitter, ...names) => new Promise(go => names.forEach(it => emitter.on(it, go)));
(async () => {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  for (const path of ['/one', '/two'])
    await new Promise((go, no) => https.request(at('node.example', { path, method: 'POST', agent, headers: { host: 'node.example' } }),
      it => it.resume().on('end', go)).on('error', no).end(path));
  agent.destroy();
  const session = http2.connect('https://h2.example', at('h2.example'));
  await Promise.all([1, 2, 3].map(it => { const r = session.request({ ':path': '/' + it, ':method': 'POST' }); r.end('body'); r.resume(); return end(r, 'end'); }));
  session.close();
  await end(session, 'close');
  const pinned = tls.connect(at('pinned.example', { checkServerIdentity: () => new Error('pinned') }));
  await end(pinned, 'error', 'close');
  const two = tls.connect(at('old.example', { maxVersion: 'TLSv1.2', ALPNProtocols: ['mqtt'] }));
  await end(two, 'secureConnect');
  two.end('raw under TLS 1.2');
  await end(two, 'close');
  const raw = net.connect(port, '127.0.0.1');
  raw.end('raw in clear');
  await end(raw, 'close');
})().catch(it => { console.error(it); process.exit(1); });
"#;

#[test]
fn node_is_seen_whatever_it_speaks() {
    let room = Room::open();
    let (pem, script) = (Scrap::write("node.pem", &room.pem), Scrap::write("node.cjs", NODE));
    let port = room.tcp.port().to_string();
    if run("node", &[script.path(), &port, pem.path()], "").is_none() {
        return;
    }
    let (_, all) = room.finish();
    let urls: Vec<&str> = all
        .iter()
        .filter_map(|it| {
            if let Observation::Http(it) = it {
                Some(it.url.as_str())
            } else {
                None
            }
        })
        .collect();
    assert_eq!(urls[..2], ["https://node.example/one", "https://node.example/two"]);
    assert_eq!(
        urls.iter().filter(|it| it.starts_with("https://h2.example")).count(),
        3,
        "{urls:?}"
    );
    let opaque: Vec<_> = all
        .iter()
        .filter_map(|it| {
            if let Observation::Opaque { server_name, .. } = it {
                server_name.as_deref()
            } else {
                None
            }
        })
        .collect();
    assert_eq!(opaque, ["pinned.example"]);
    let raw: Vec<_> = all
        .iter()
        .filter_map(|it| {
            if let Observation::Raw { payload, tls, .. } = it {
                Some((payload.bytes.as_slice(), *tls))
            } else {
                None
            }
        })
        .collect();
    assert_eq!(
        raw,
        [
            (b"raw under TLS 1.2".as_slice(), true),
            (b"raw in clear".as_slice(), false)
        ]
    );
    assert!(
        all.iter().any(
            |it| matches!(it, Observation::Tls { version, alpn, .. } if version == "TLSv1.2" && alpn == &["mqtt"])
        )
    );
}

const PYTHON: &str = r#"
import smtplib, ssl, sys, urllib.request
port, pem = int(sys.argv[1]), sys.argv[2]
ctx = ssl.create_default_context(cafile=pem)
print(urllib.request.urlopen(f"https://127.0.0.1:{port}/py", data=b"secret", context=ctx).read())
mail = smtplib.SMTP("127.0.0.1", port)
mail.starttls(context=ctx)
mail.sendmail("a@sender.example", ["b@collector.example"], "Subject: hi\r\n\r\nsecret")
mail.quit()
"#;

#[test]
fn python_is_seen_over_https_and_mail() {
    let mut quick = support::world();
    quick.limits.silence = std::time::Duration::from_millis(20);
    let room = Room::open_with(quick);
    let pem = Scrap::write("python.pem", &room.pem);
    if run("python3", &["-c", PYTHON, &room.tcp.port().to_string(), pem.path()], "").is_none() {
        return;
    }
    assert_eq!(room.told.wait_http().body.bytes, b"secret");
    room.told
        .wait(|it| matches!(it, Observation::Smtp(it) if it.accepted && it.tls).then_some(()));
}

#[test]
fn openssl_verifies_the_chain() {
    let room = Room::open();
    let pem = Scrap::write("openssl.pem", &room.pem);
    let to = room.tcp.to_string();
    let arguments = [
        "s_client",
        "-connect",
        &to,
        "-servername",
        "x.example",
        "-CAfile",
        pem.path(),
        "-verify_return_error",
        "-quiet",
    ];
    if run(
        "openssl",
        &arguments,
        "GET / HTTP/1.1\r\nHost: x.example\r\nConnection: close\r\n\r\n",
    )
    .is_none()
    {
        return;
    }
    assert_eq!(room.told.wait_http().url, "https://x.example/");
}
