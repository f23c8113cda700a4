//! Asks a repository with the git of this machine, without a configuration, a credential or a helper of anybody, and for a short time.
//!
//! Nothing is checked out and nothing of the repository runs. git is given an environment of ours and an empty home: the
//! configurations of system and user are not read, since they may name helpers that run (`credential.helper`, `core.sshCommand`,
//! `url.*.insteadOf`), and neither is `~/.netrc`. Proxies and certificates are taken from the environment (`https_proxy`,
//! `SSL_CERT_FILE`), as curl does. Redirects are not followed: they lead where the host's addresses were not looked at.

use std::ffi::OsStr;
use std::io::Read;
use std::net::IpAddr;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use waxseal_npm::Environment;

/// Where to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Remote {
    /// A host, and the addresses it has: no others are talked to. Empty behind a proxy, which looks them up.
    Https {
        url: String,
        host: String,
        addresses: Vec<IpAddr>,
    },
    /// A mirror that the user configured: an address over HTTPS, or a path.
    Mirror(String),
}

/// A repository that answers, until a moment.
pub(super) struct Git<'a> {
    env: &'a Environment,
    remote: &'a Remote,
    /// An empty home, where git works too.
    home: tempfile::TempDir,
    until: Instant,
}

/// A tag or a branch, and the commit or tag object it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ref {
    pub(super) object: String,
    /// `refs/tags/v1.0.0`; `refs/tags/v1.0.0^{}` for the commit that a tag object names.
    pub(super) name: String,
}

/// Why nothing was learned: a sentence.
pub(super) type Unanswered = &'static str;

impl<'a> Git<'a> {
    /// # Errors
    /// No folder can be made.
    pub(super) fn new(env: &'a Environment, remote: &'a Remote, until: Instant) -> Result<Self, Unanswered> {
        let home = tempfile::Builder::new()
            .prefix("waxseal-git-")
            .tempdir()
            .map_err(|_| "no temporary folder could be made")?;
        Ok(Self {
            env,
            remote,
            home,
            until,
        })
    }

    /// Its branches and tags.
    ///
    /// # Errors
    /// It could not be asked, or says more than is read.
    pub(super) fn refs(&self) -> Result<Vec<Ref>, Unanswered> {
        let said = self.run(&["ls-remote", "--quiet", "--heads", "--tags", "--", self.url()])?;
        match said.status {
            true => Ok(parse(&said.out)),
            false => Err(excuse(&said.err)),
        }
    }

    /// Whether it has a commit that no branch or tag names; `None` where it does not say. Of the commit, only the commit itself is
    /// fetched where the host can do that (git documentation, partial clone).
    pub(super) fn has(&self, commit: &str) -> Option<bool> {
        if !is_object(commit) {
            return None;
        }
        let made = self.run(&["init", "--quiet", "--bare", "--template=", "store"]).ok()?;
        if !made.status {
            return None;
        }
        let fetch = [
            "--git-dir=store",
            "fetch",
            "--quiet",
            "--depth=1",
            "--filter=tree:0",
            "--no-tags",
            "--no-write-fetch-head",
        ];
        let rest = [
            "--no-auto-maintenance",
            "--no-recurse-submodules",
            "--",
            self.url(),
            commit,
        ];
        let said = self.run(&[&fetch[..], &rest[..]].concat()).ok()?;
        // git's own words, which the server sends (upload-pack.c).
        match said.status {
            true => Some(true),
            false => String::from_utf8_lossy(&said.err)
                .contains("not our ref")
                .then_some(false),
        }
    }

    fn url(&self) -> &str {
        match self.remote {
            Remote::Https { url, .. } | Remote::Mirror(url) => url,
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.env_clear();
        for name in KEPT {
            command.envs(self.env.var(name).map(|value| (name, value)));
        }
        let home = self.home.path();
        let file = matches!(self.remote, Remote::Mirror(url) if !url.starts_with("https://"));
        command
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home)
            .env("LC_ALL", "C")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_ALLOW_PROTOCOL", if file { "file" } else { "https" })
            .env("GIT_CEILING_DIRECTORIES", home.parent().unwrap_or(Path::new("/")))
            .current_dir(home);
        for setting in [
            "credential.helper=",
            "http.followRedirects=false",
            "protocol.version=2",
            "core.hooksPath=/dev/null",
        ] {
            command.args(["-c", setting]);
        }
        if let Remote::Https { host, addresses, .. } = self.remote
            && !addresses.is_empty()
        {
            command
                .arg("-c")
                .arg(format!("http.curloptResolve={host}:443:{}", listed(addresses)));
        }
        command.args(arguments.iter().map(OsStr::new));
        command
    }

    fn run(&self, arguments: &[&str]) -> Result<Said, Unanswered> {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        let child = command.spawn().map_err(|err| match err.kind() {
            std::io::ErrorKind::NotFound => "there is no `git` on this machine",
            _ => "`git` could not be started",
        })?;
        self.watch(child)
    }

    /// Waits for git, and ends it with all that it started when it takes too long, says too much or keeps too much.
    fn watch(&self, mut child: Child) -> Result<Said, Unanswered> {
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let full = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let out = scope.spawn(|| read(out, MAX_SAID, &full));
            let err = scope.spawn(|| read(err, MAX_COMPLAINT, &AtomicBool::new(false)));
            let ended = loop {
                match child.try_wait() {
                    Ok(Some(status)) => break Ok(status.success()),
                    Ok(None) if Instant::now() >= self.until => break Err("its host did not answer in time"),
                    Ok(None) if full.load(Ordering::Relaxed) => {
                        break Err("it has more branches and tags than are read");
                    }
                    Ok(None) if size(self.home.path()) > MAX_KEPT => break Err("it sent more than is kept"),
                    Ok(None) => std::thread::sleep(TICK),
                    Err(_) => break Err("`git` could not be waited for"),
                }
            };
            // What git started holds the pipes open until it ends too.
            if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
                let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
            }
            let _ = child.wait();
            let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
            let status = ended?;
            if full.load(Ordering::Relaxed) {
                return Err("it has more branches and tags than are read");
            }
            Ok(Said { status, out, err })
        })
    }
}

/// What git said.
struct Said {
    status: bool,
    out: Vec<u8>,
    err: Vec<u8>,
}

fn read(from: Option<impl Read>, limit: u64, full: &AtomicBool) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        let _ = from.take(limit + 1).read_to_end(&mut bytes);
    }
    if u64::try_from(bytes.len()).is_ok_and(|size| size > limit) {
        full.store(true, Ordering::Relaxed);
    }
    bytes
}

/// How many bytes lie in a folder, down to a bounded number of files.
fn size(folder: &Path) -> u64 {
    let mut waiting: Vec<PathBuf> = vec![folder.to_owned()];
    let (mut total, mut seen) = (0_u64, 0_usize);
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            seen += 1;
            if seen > MAX_FILES {
                return u64::MAX;
            }
            match entry.metadata() {
                Ok(known) if known.is_dir() => waiting.push(entry.path()),
                Ok(known) => total = total.saturating_add(known.len()),
                Err(_) => {}
            }
        }
    }
    total
}

/// `OBJECT<TAB>NAME`, a line each (gitprotocol-v2, `ls-refs`); other lines are left out.
fn parse(out: &[u8]) -> Vec<Ref> {
    let line = |line: &[u8]| {
        let (object, name) = std::str::from_utf8(line).ok()?.split_once('\t')?;
        let known = name.starts_with("refs/tags/") || name.starts_with("refs/heads/");
        (is_object(object) && known).then(|| Ref {
            object: object.to_owned(),
            name: name.to_owned(),
        })
    };
    out.split(|byte| *byte == b'\n').filter_map(line).collect()
}

/// The name of an object: SHA-1 or SHA-256 in hex.
pub(super) fn is_object(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn listed(addresses: &[IpAddr]) -> String {
    let each = |address: &IpAddr| match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    };
    addresses.iter().map(each).collect::<Vec<_>>().join(",")
}

/// Why it did not answer, by what git and curl say; their words are not shown, since the server may choose them.
fn excuse(err: &[u8]) -> Unanswered {
    let said = String::from_utf8_lossy(err);
    let any = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if any(&[
        "could not read Username",
        "Authentication failed",
        "not found",
        "does not appear to be a git repository",
        "error: 401",
        "error: 403",
    ]) {
        "it does not exist, or not for everybody"
    } else if any(&["error: 301", "error: 302", "error: 307", "error: 308"]) {
        "it has moved to another address, which is not followed"
    } else if any(&["Could not resolve"]) {
        "its host's name leads nowhere"
    } else if any(&["SSL", "certificate"]) {
        "its host's certificate does not hold"
    } else if any(&["not allowed"]) {
        "its host wants to be asked in another way"
    } else {
        "its host could not be reached"
    }
}

/// What git and curl need of the environment: programs, proxies, certificates. What is to go past a proxy is not kept: then nobody would have
/// looked whether the address is a public one.
const KEPT: [&str; 11] = [
    "PATH",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
    "TMPDIR",
];
/// A large repository has a hundred thousand tags, each a line of a hundred bytes.
const MAX_SAID: u64 = 16 << 20;
/// Enough of an error.
const MAX_COMPLAINT: u64 = 64 << 10;
/// A commit has a few hundred bytes; a host that cannot leave out its files sends those of one commit.
const MAX_KEPT: u64 = 16 << 20;
const MAX_FILES: usize = 20_000;
const TICK: Duration = Duration::from_millis(10);
