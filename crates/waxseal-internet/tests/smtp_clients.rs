//! Real mail clients against the simulated mail server, over loopback only.

use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use waxseal_internet::{MailConnection, MailNext, MailServer, SmtpAccounts, SmtpServer};
use waxseal_model::{ConnectionId, Observation, SmtpTransaction};

/// A server on a port of its own, for one connection after the other.
struct Loopback {
    port: u16,
    told: Receiver<Observation>,
}

fn serve() -> Loopback {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("a bound socket has an address").port();
    let (tell, told) = channel();
    let accounts = SmtpAccounts::new(vec![("app".to_owned(), "w0rd".to_owned())]);
    let server = SmtpServer::new(accounts).without_starttls();
    thread::spawn(move || {
        for (number, stream) in (1..).zip(listener.incoming().flatten()) {
            for observation in converse(&server, stream, number) {
                // The test may be over.
                let _unheard = tell.send(observation);
            }
        }
    });
    Loopback { port, told }
}

fn converse(server: &SmtpServer, mut stream: TcpStream, number: u32) -> Vec<Observation> {
    let host = Some("smtp.shop.example".to_owned());
    let mut session = server.open(&MailConnection {
        connection: ConnectionId(number),
        host,
        port: 25,
        tls: false,
    });
    let mut told = Vec::new();
    let mut reply = session.greeting();
    let mut next = MailNext::Continue;
    let mut buffer = [0; 4096];
    loop {
        if stream.write_all(&reply).is_err() || next != MailNext::Continue {
            break;
        }
        let Ok(length @ 1..) = stream.read(&mut buffer) else {
            break;
        };
        let step = session.receive(&buffer[..length]);
        told.extend(step.observations);
        (reply, next) = (step.reply, step.next);
    }
    told.extend(session.end());
    told
}

impl Loopback {
    /// What was seen once the client has ended.
    fn all(&self) -> Vec<Observation> {
        let first = self.told.recv().expect("the server tells something");
        let mut all = vec![first];
        while let Ok(observation) = self.told.recv_timeout(std::time::Duration::from_millis(200)) {
            all.push(observation);
        }
        all
    }

    fn mails(&self) -> Vec<SmtpTransaction> {
        let mail = |observation| match observation {
            Observation::Smtp(mail) => Some(*mail),
            _ => None,
        };
        self.all().into_iter().filter_map(mail).collect()
    }
}

/// Runs a client to its end. `None`: it is not there.
fn run(program: &str, arguments: &[impl AsRef<OsStr>], directory: &Path, input: &str) -> Option<(bool, String)> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    let mut stdin = child.stdin.take().expect("stdin was asked for");
    stdin.write_all(input.as_bytes()).expect("the client reads its input");
    drop(stdin);
    let output = child.wait_with_output().expect("the client ends");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Some((output.status.success(), said))
}

#[expect(
    clippy::print_stderr,
    reason = "whoever runs the tests has to see what was not tested"
)]
fn skip(client: &str, reason: &str) {
    eprintln!("SKIPPED {client}: {reason}");
}

/// Runs a script of Python with the port as its argument.
fn python(port: u16, script: &str) -> Option<String> {
    let script = format!("import sys, smtplib, socket\nport = int(sys.argv[1])\n{script}");
    let Some((success, said)) = run("python3", &["-c", &script, &port.to_string()], Path::new("/"), "") else {
        skip("smtplib", "python3 is not installed");
        return None;
    };
    assert!(success, "{said}");
    Some(said)
}

#[test]
fn smtplib_sends_with_a_hidden_recipient() {
    let server = serve();
    let script = r#"
from email.message import EmailMessage
mail = EmailMessage()
mail["From"], mail["To"], mail["Bcc"], mail["Subject"] = "a@shop.example", "b@shop.example", "spy@shop.example", "s"
mail.set_content("one\n.\n..two\n")
with smtplib.SMTP("127.0.0.1", port) as smtp:
    smtp.send_message(mail)
"#;
    if python(server.port, script).is_none() {
        return;
    }
    let [mail] = &server.mails()[..] else {
        panic!("one mail")
    };
    assert!(mail.accepted);
    assert_eq!(mail.from, "a@shop.example");
    assert_eq!(mail.recipients, ["b@shop.example", "spy@shop.example"]);
    let text = String::from_utf8_lossy(&mail.message.bytes);
    assert!(
        text.ends_with("\r\n\r\none\r\n.\r\n..two\r\n") && !text.contains("spy@"),
        "{text}"
    );
}

#[test]
fn smtplib_authenticates_in_each_of_its_ways() {
    let server = serve();
    let script = r#"
for way in ("auth_plain", "auth_login", "auth_cram_md5"):
    for secret in ("guess", "w0rd"):
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.ehlo()
            smtp.user, smtp.password = "app", secret
            name = way[5:].upper().replace("_", "-")
            try:
                smtp.auth(name, getattr(smtp, way))
            except smtplib.SMTPAuthenticationError as error:
                print(name, error.smtp_code)
"#;
    let Some(said) = python(server.port, script) else {
        return;
    };
    assert_eq!(said, "PLAIN 535\nLOGIN 535\nCRAM-MD5 535\n");
    let attempt = |observation| match observation {
        Observation::SmtpAuth {
            mechanism,
            user,
            accepted,
            ..
        } => Some((mechanism, user, accepted)),
        _ => None,
    };
    let attempts: Vec<_> = server.all().into_iter().filter_map(attempt).collect();
    let of = |mechanism: &str, accepted| (mechanism.to_owned(), "app".to_owned(), accepted);
    let expected = ["PLAIN", "LOGIN", "CRAM-MD5"]
        .into_iter()
        .flat_map(|name| [of(name, false), of(name, true)]);
    assert_eq!(attempts, expected.collect::<Vec<_>>());
}

#[test]
fn smtplib_sends_unicode_and_eight_bits() {
    let server = serve();
    let script = r#"
with smtplib.SMTP("127.0.0.1", port) as smtp:
    smtp.sendmail("jörg@bücher.example", ["用户@例え.example"], "Subject: ü\r\n\r\nü\r\n".encode(), mail_options=["SMTPUTF8", "BODY=8BITMIME"], rcpt_options=["NOTIFY=NEVER"])
"#;
    if python(server.port, script).is_none() {
        return;
    }
    let [mail] = &server.mails()[..] else {
        panic!("one mail")
    };
    assert_eq!(mail.from, "jörg@bücher.example");
    assert_eq!(mail.recipients, ["用户@例え.example NOTIFY=NEVER"]);
    assert_eq!(mail.message.bytes, "Subject: ü\r\n\r\nü\r\n".as_bytes());
}

#[test]
fn a_raw_socket_pipelines_everything() {
    let server = serve();
    let script = r#"
sock = socket.create_connection(("127.0.0.1", port))
sock.sendall(b"EHLO me\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nRCPT TO:<c@y.example>\r\nBDAT 4\r\nab\r\nBDAT 4 LAST\r\ncd\r\nQUIT\r\n")
replies = b"".join(iter(lambda: sock.recv(4096), b""))
print(b" ".join(line[:3] for line in replies.splitlines() if line[3:4] == b" ").decode())
"#;
    let Some(said) = python(server.port, script) else {
        return;
    };
    assert_eq!(said, "220 250 250 250 250 250 250 221\n");
    let [mail] = &server.mails()[..] else {
        panic!("one mail")
    };
    assert_eq!(mail.message.bytes, b"ab\r\ncd\r\n");
    assert_eq!(mail.recipients.len(), 2);
}

#[test]
fn curl_sends_a_file() {
    let server = serve();
    let url = format!("smtp://127.0.0.1:{}/me.example", server.port);
    let arguments = [
        "--silent",
        "--show-error",
        "--url",
        &url,
        "--user",
        "app:w0rd",
        "--mail-from",
        "a@shop.example",
        "--mail-rcpt",
        "b@shop.example",
        "--upload-file",
        "-",
    ];
    let input = "Subject: s\r\n\r\n.dot\r\nend\r\n";
    let Some((success, said)) = run("curl", &arguments, Path::new("/"), input) else {
        return skip("curl", "it is not installed");
    };
    if said.contains("not supported") {
        return skip("curl", said.trim());
    }
    assert!(success, "{said}");
    let [mail] = &server.mails()[..] else {
        panic!("one mail")
    };
    assert_eq!((mail.helo.as_str(), mail.user.as_deref()), ("me.example", Some("app")));
    assert_eq!(mail.recipients, ["b@shop.example"]);
    assert_eq!(String::from_utf8_lossy(&mail.message.bytes), input);
}

#[test]
fn nodemailer_sends_and_authenticates() {
    let directory = std::env::temp_dir().join(format!("waxseal-nodemailer-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("the temporary directory is writable");
    let result = try_nodemailer(&directory);
    // What is left behind does no harm.
    let _left = std::fs::remove_dir_all(&directory);
    if let Err(reason) = result {
        skip("nodemailer", &reason);
    }
}

fn try_nodemailer(directory: &Path) -> Result<(), String> {
    let install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "nodemailer"];
    let (installed, said) = run("npm", &install, directory, "").ok_or("npm is not installed")?;
    if !installed {
        return Err(said.lines().take(3).collect::<Vec<_>>().join("; "));
    }
    let script = r#"
const nodemailer = require("nodemailer");
const port = Number(process.argv[1]);
const send = async (auth, mail) => {
  const transport = nodemailer.createTransport({ host: "127.0.0.1", port, secure: false, auth });
  try { await transport.sendMail(mail); console.log("sent"); } catch (error) { console.log(error.responseCode); }
  transport.close();
};
const mail = { from: "a@shop.example", to: "b@shop.example", bcc: "spy@shop.example", subject: "s", text: "one\n.\ntwo" };
(async () => {
  await send({ user: "app", pass: "w0rd" }, mail);
  await send({ user: "app", pass: "guess" }, mail);
  await send({ type: "OAuth2", user: "app", accessToken: "ya29" }, mail);
  await send(undefined, { ...mail, to: "用户@例え.example", dsn: { notify: "failure", return: "headers", id: "x1" } });
})();
"#;
    let server = serve();
    let arguments = ["-e", script, &server.port.to_string()];
    let (success, said) = run("node", &arguments, directory, "").ok_or("node is not installed")?;
    assert!(success, "{said}");
    assert_eq!(said, "sent\n535\n535\nsent\n");
    let all = server.all();
    let attempt = |seen: &Observation| match seen {
        Observation::SmtpAuth {
            mechanism, accepted, ..
        } => Some(format!("{mechanism} {accepted}")),
        _ => None,
    };
    let mut attempts: Vec<String> = all.iter().filter_map(attempt).collect();
    // It tries a refused token twice.
    attempts.dedup();
    assert_eq!(attempts, ["PLAIN true", "PLAIN false", "XOAUTH2 false"], "{all:?}");
    let mails: Vec<&SmtpTransaction> = all
        .iter()
        .filter_map(|seen| {
            if let Observation::Smtp(mail) = seen {
                Some(&**mail)
            } else {
                None
            }
        })
        .filter(|mail| mail.accepted)
        .collect();
    let [first, second] = mails[..] else {
        panic!("two mails: {all:?}")
    };
    assert_eq!(
        (first.user.as_deref(), first.from.as_str()),
        (Some("app"), "a@shop.example")
    );
    assert_eq!(first.recipients, ["b@shop.example", "spy@shop.example"]);
    let text = String::from_utf8_lossy(&first.message.bytes);
    assert!(
        text.ends_with("\r\n\r\none\r\n.\r\ntwo\r\n") && !text.contains("spy@"),
        "{text}"
    );
    assert!(
        second.recipients[0].starts_with("用户@") && second.recipients[0].contains("NOTIFY=FAILURE"),
        "{:?}",
        second.recipients
    );
    Ok(())
}
