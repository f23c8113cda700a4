//! The process that plays the internet: takes its sockets, seals itself, and only then does the package start.

use std::fs::File;
use std::io::BufReader;
use std::os::fd::AsFd;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use waxseal_internet::{
    Answer, Answers, Bait, Ca, Canaries, HttpAnswer, HttpRequest, ImapServer, MailApis, MailConnection, MailServer,
    MailServers, MailSession, Server, SmtpAccounts, SmtpServer, Sockets, World, serve,
};
use waxseal_model::Counters;
use waxseal_sandbox::{Limits, Role, take_descriptors};

use super::mouth::Mouth;
use super::protocol::{Order, Word};
use super::registry::{Parts, RegistryAnswers, What};
use crate::reader::wire::{self, Inbox, WireError};

/// Plays the role, in a process that is there for nothing else. Standard input is a socket to the parent.
pub(super) fn play() -> u8 {
    // What a panic would print may hold text of a package.
    std::panic::set_hook(Box::new(|_| ()));
    run().map_or(FAULT, |()| 0)
}

fn run() -> Result<(), WireError> {
    std::env::set_current_dir("/")?;
    let socket = std::io::stdin().as_fd().try_clone_to_owned()?;
    let room = waxseal_sandbox::enter(Role::Internet).map_err(|err| std::io::Error::other(err.to_string()))?;
    let mut orders = Inbox::new(
        BufReader::with_capacity(1, File::from(socket.try_clone()?)),
        MAX_ORDER,
        u64::MAX,
    );
    let mut direct = File::from(socket.try_clone()?);
    let Order::Make {
        seed,
        epoch,
        keys,
        stacks,
        own,
        users,
        reports,
        names,
    } = orders.message()?
    else {
        return Err(WireError::Malformed);
    };
    let mouth = Mouth::default();
    let mut ca = Ca::generate();
    if keys {
        let mouth = mouth.clone();
        ca = ca.with_key_log(move |line| {
            mouth.say(&Word::Key(line.to_owned()));
        });
    }
    wire::send(&mut direct, &Word::Made { authority: ca.pem() })?;
    let registry = known(&mut orders)?;
    let sockets = sockets(&socket)?;
    let writer = mouth.open(direct);
    let world = World {
        stacks,
        reports,
        ..world(epoch, ca, registry, Made::new(seed, own, users, names))
    };
    let server = serve(sockets, world, Arc::new(mouth.clone()))?;
    let limits = Limits {
        address_space: ADDRESS_SPACE,
        cpu_seconds: CPU_SECONDS,
    };
    let sealed = room.seal(&limits).map(|_| ()).map_err(|err| err.to_string());
    mouth.answer(&Word::Sealed(sealed));
    let counters = obey(&mut orders, server, &mouth)?;
    mouth.answer(&Word::Finished(counters));
    mouth.close();
    let _ = writer.join();
    Ok(())
}

/// What npm finds where its registry is, if there is one: until it is to serve.
fn known<R: std::io::Read>(orders: &mut Inbox<R>) -> Result<Option<RegistryAnswers>, WireError> {
    let mut registry = None;
    loop {
        match orders.message()? {
            Order::Serve => return Ok(registry),
            Order::Registry {
                host,
                prefix,
                documents,
                archives,
                optional,
            } => {
                let archives = archives
                    .into_iter()
                    .map(|(path, length)| Ok((path, orders.bytes(length)?.into())))
                    .collect::<Result<_, WireError>>()?;
                registry = Some(RegistryAnswers::from_parts(Parts {
                    host,
                    prefix,
                    documents,
                    archives,
                    optional,
                }));
            }
            _ => return Err(WireError::Malformed),
        }
    }
}

fn sockets(socket: impl AsFd) -> Result<Sockets, WireError> {
    let mut taken = take_descriptors(socket)?.into_iter();
    let mut next = || taken.next().ok_or(WireError::Malformed);
    Ok(Sockets {
        tcp: next()?.into(),
        udp: [next()?.into(), next()?.into()],
        dns: [next()?.into(), next()?.into()],
        tap: Some(next()?),
    })
}

fn world(epoch: u64, ca: Ca, registry: Option<RegistryAnswers>, made: Made) -> World {
    let since = Duration::from_nanos(super::clock().saturating_sub(epoch));
    let now = Instant::now();
    let made = Arc::new(made);
    World {
        ca,
        answer: Arc::new(Hosts {
            registry,
            rest: Arc::clone(&made),
        }),
        mail: made,
        own_addresses: vec![waxseal_sandbox::OWN_IPV4.into(), waxseal_sandbox::OWN_IPV6.into()],
        stacks: None,
        reports: None,
        limits: waxseal_internet::Limits::default(),
        start: now.checked_sub(since).unwrap_or(now),
    }
}

/// What is made up, at the first question: most commands ask none.
struct Made {
    seed: u64,
    /// What a person gave to be shown to mail APIs.
    own: Vec<String>,
    /// Names under which the package's code keeps addresses.
    names: Vec<String>,
    /// Names of accounts that were handed out.
    users: Vec<String>,
    parts: OnceLock<(MailApis<Answers>, MailServers)>,
}

impl Made {
    fn new(seed: u64, own: Vec<String>, users: Vec<String>, names: Vec<String>) -> Self {
        Self {
            seed,
            own,
            users,
            names,
            parts: OnceLock::new(),
        }
    }

    fn parts(&self) -> &(MailApis<Answers>, MailServers) {
        self.parts.get_or_init(|| {
            let canaries = Canaries::mint(self.seed);
            let planted = canaries.iter().map(|canary| canary.value.clone());
            let secrets: Vec<String> = planted.chain(self.own.iter().cloned()).collect();
            let users = self.users.iter().chain(&self.own).cloned().collect();
            let accounts = SmtpAccounts::new(vec![canaries.smtp_account()]).handed_out(users, secrets.clone());
            let mail = MailServers {
                smtp: SmtpServer::new(accounts.clone()),
                imap: ImapServer::new(accounts, unix_now()),
            };
            let bait = Arc::new(Bait::mint(self.seed));
            let unknown = Answers::new(self.seed, bait, canaries).with_names(self.names.clone());
            (MailApis::new(self.seed, secrets, unix_now, unknown), mail)
        })
    }
}

impl MailServer for Made {
    fn open(&self, about: &MailConnection) -> Box<dyn MailSession> {
        self.parts().1.open(about)
    }
}

/// Seconds since 1970.
fn unix_now() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Who answers HTTP: npm's registry where there is one, else whoever fits.
struct Hosts {
    registry: Option<RegistryAnswers>,
    rest: Arc<Made>,
}

impl Answer for Hosts {
    fn answer(&self, request: &HttpRequest<'_>) -> HttpAnswer {
        let registry = self.registry.as_ref().filter(|it| it.host() == request.host);
        let accept = request.header("accept").unwrap_or_default();
        match registry.and_then(|it| it.answer(request.method, request.path, accept)) {
            Some(answer) => HttpAnswer {
                status: answer.status,
                headers: vec![("content-type".to_owned(), answer.content_type.to_owned())],
                body: answer.body.to_vec().into(),
                observations: Vec::new(),
                answered_by: match answer.what {
                    What::Unknown { .. } => "registry/unforeseen".to_owned(),
                    What::Optional => "registry/optional".to_owned(),
                    _ => "registry".to_owned(),
                },
            },
            None => self.rest.parts().0.answer(request),
        }
    }
}

/// Until the parent wants the rest, or is gone.
fn obey<R: std::io::Read>(orders: &mut Inbox<R>, server: Server, mouth: &Mouth) -> Result<Counters, WireError> {
    loop {
        match orders.message()? {
            Order::Phase(phase) => server.phase(phase),
            Order::Idle => {
                mouth.answer(&Word::Idle {
                    still: u64::try_from(server.idle_for().as_micros()).unwrap_or(u64::MAX),
                    open: u32::try_from(server.active()).unwrap_or(u32::MAX),
                });
            }
            Order::Finish => return Ok(server.finish()),
            Order::Make { .. } | Order::Registry { .. } | Order::Serve => return Err(WireError::Malformed),
        }
    }
}

/// The documents of an install's packages.
const MAX_ORDER: usize = 256 << 20;
/// Twelve thousand connections with their buffers, and bodies of up to 256 MiB together.
const ADDRESS_SPACE: u64 = 8 << 30;
/// As long as the longest run.
const CPU_SECONDS: u64 = 3_600;
const FAULT: u8 = 70;
