//! Mail on a connection: bytes to a session and back, and TLS begun when the session says so.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use waxseal_model::Observation;

use super::{Heard, Io, Layer, Secrecy, answer, cipher, hear, raw};
use crate::sniff::Protocol;
use crate::{MailConnection, MailNext, MailSession};

/// A session that is ended however its connection ends.
struct Open {
    layer: Layer,
    session: Box<dyn MailSession>,
}

impl Open {
    fn begin(layer: &Layer) -> Self {
        let about = MailConnection {
            connection: layer.connection.id,
            host: layer.host.clone(),
            port: layer.port,
            tls: layer.tls,
        };
        let session = layer.connection.shared.world.mail.open(&about);
        Self {
            layer: layer.clone(),
            session,
        }
    }

    fn tell(&self, observations: Vec<Observation>) {
        for observation in observations {
            self.layer.tell(observation);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // A session that panicked is in no state to be asked, and a second panic would end the process.
        if std::thread::panicking() {
            return;
        }
        let observations = self.session.end();
        self.tell(observations);
    }
}

/// Greets a client that waits for it. One that speaks something else, before or behind the greeting, is answered in that.
pub(super) async fn greet(layer: Layer, mut io: Io, mut secrecy: Option<Secrecy>) {
    let mut early = Vec::new();
    match hear(&mut io, &mut early, Some(PAUSE)).await {
        Heard::Ended => return,
        Heard::Silent => {}
        Heard::Spoke(protocol) => {
            Secrecy::heard(secrecy.take());
            return match is_mail(&layer, protocol) {
                true => serve(layer, io, early).await,
                false => answer(layer, io, early, protocol).await,
            };
        }
    }
    let mut open = Open::begin(&layer);
    let greeting = open.session.greeting();
    if io.write_all(&greeting).await.is_err() || io.flush().await.is_err() {
        return;
    }
    let mut first = Vec::new();
    let Heard::Spoke(protocol) = hear(&mut io, &mut first, None).await else {
        return;
    };
    Secrecy::heard(secrecy.take());
    if is_mail(&open.layer, protocol) {
        return talk(open, io, first).await;
    }
    drop(open);
    answer(layer, io, first, protocol).await;
}

/// Whether the session is what the client means: commands of IMAP begin with a word of the client's own (RFC 3501 §2.2.1).
fn is_mail(layer: &Layer, protocol: Protocol) -> bool {
    protocol == Protocol::Smtp || (protocol == Protocol::Raw && crate::imap::PORTS.contains(&layer.port))
}

/// Greets a client that did not wait for it.
pub(super) async fn serve(layer: Layer, mut io: Io, first: Vec<u8>) {
    let mut open = Open::begin(&layer);
    let greeting = open.session.greeting();
    // A client that is gone already has still said something.
    let _ = io.write_all(&greeting).await;
    talk(open, io, first).await;
}

async fn talk(mut open: Open, mut io: Io, first: Vec<u8>) {
    let mut buffer = vec![0; READ];
    let mut bytes = first;
    let mut secrecy = None;
    loop {
        let step = open.session.receive(&bytes);
        open.tell(step.observations);
        let sent = io.write_all(&step.reply).await.is_ok() && io.flush().await.is_ok();
        match step.next {
            MailNext::Close => break,
            MailNext::Continue => {}
            MailNext::StartTls if !sent => return,
            MailNext::StartTls => match start_tls(&mut open, io).await {
                Some((inner, inside)) => (io, secrecy) = (inner, Some(inside)),
                None => return,
            },
        }
        // A client that no longer reads may have written before: what it wrote is taken to its end.
        match io.read(&mut buffer).await {
            Ok(read) if read > 0 => bytes = buffer[..read].to_vec(),
            _ => break,
        }
        Secrecy::heard(secrecy.take());
    }
    drop(open);
    let _ = io.shutdown().await;
}

/// RFC 3207 §4: the client begins TLS. What it sends instead is kept as bytes.
async fn start_tls(open: &mut Open, mut io: Io) -> Option<(Io, Secrecy)> {
    let mut first = Vec::new();
    let Heard::Spoke(protocol) = hear(&mut io, &mut first, None).await else {
        return None;
    };
    if protocol != Protocol::Tls || open.layer.tls {
        raw::listen(open.layer.clone(), io, first).await;
        return None;
    }
    let (inner, io, secrecy) = cipher::accept(&open.layer, io, first).await?;
    open.layer = inner;
    open.session.tls_started();
    Some((io, secrecy))
}

/// How long a client has to speak first, as one does that was told of a port of mail and speaks TLS or HTTP there: in the midst of a
/// handshake it would take a greeting for garbage. Clients of mail wait for theirs (RFC 5321 §4.3.1).
const PAUSE: Duration = Duration::from_millis(60);
/// A line is at most 1000 bytes (RFC 5321 §4.5.3.1.6); a message is as long as it likes.
const READ: usize = 16 << 10;
