//! What the room looks like from inside: an ordinary machine of an ordinary person.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use waxseal_internet::Canaries;
use waxseal_sandbox::{
    Bind, CellLimits, CellSpec, FileCopy, Keep, NAME_SERVER, OWN_IPV4, Overlay, ROOM_USER, RoomFile,
};

use super::stacks;

/// What a room is furnished for.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    /// Programs and their arguments, one after the other.
    pub(super) commands: &'a [&'a [String]],
    /// Files of the project's place, by their paths in it or in the room.
    pub(super) files: &'a [(String, Vec<u8>)],
    /// The project it works in, which it may change without the change leaving the room.
    pub(super) project: Option<&'a Path>,
    /// What the project's place is called, if not by the project's name.
    pub(super) called: Option<&'a str>,
    /// Dependencies that lie unpacked already, which it may change as well.
    pub(super) tree: Option<&'a Path>,
    /// A folder of this machine that the project's place is copied to afterwards.
    pub(super) keep: Option<&'a Path>,
    /// Variables that the package reads: each is given a well-formed value.
    pub(super) names: &'a [String],
    /// Environment beside the ordinary one; wins over it.
    pub(super) env: &'a [(String, String)],
    /// Signs the servers' certificates, PEM.
    pub(super) authority: &'a str,
    /// What is planted.
    pub(super) canaries: &'a Canaries,
    /// What everything random is made from.
    pub(super) seed: u64,
    /// Where Node is, if not among the system's programs.
    pub(super) node: Option<&'a Path>,
    /// Where Node tells which lines of code send, if it is to.
    pub(super) stacks: Option<SocketAddr>,
    /// Every packet can be seen.
    pub(super) capture: bool,
    pub(super) limits: CellLimits,
}

/// Who lives in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    user: &'static str,
    hostname: String,
    home: String,
}

impl Person {
    /// Somebody else for another seed.
    fn new(seed: u64) -> Self {
        let pick =
            |list: &[&'static str], salt: u64| list[usize::try_from((seed >> salt) % list.len() as u64).unwrap_or(0)];
        let user = pick(USERS, 3);
        Self {
            user,
            hostname: format!("{user}-{}", pick(MACHINES, 11)),
            home: format!("/home/{user}"),
        }
    }
}

/// The room for a command.
pub(super) fn furnish(wanted: &Wanted<'_>) -> CellSpec {
    let person = Person::new(wanted.seed);
    let planted = wanted.canaries.files(&person.home, person.user);
    let place = wanted.called.map(Path::new).or(wanted.project);
    let cwd = match place {
        None if wanted.files.is_empty() && wanted.tree.is_none() => person.home.clone(),
        place => project_in_room(&person, place.unwrap_or(Path::new("app"))),
    };
    let mut files = system_files(&person, wanted.authority);
    let watched = planted.iter().map(|it| it.path.clone()).collect();
    files.extend(planted.into_iter().map(|it| RoomFile {
        path: it.path,
        bytes: it.bytes,
        mode: it.mode,
    }));
    files.extend(wanted.files.iter().map(|(name, bytes)| RoomFile {
        path: if name.starts_with('/') {
            name.clone()
        } else {
            format!("{cwd}/{name}")
        },
        bytes: bytes.clone(),
        mode: 0o644,
    }));
    files.extend(wanted.stacks.map(|to| RoomFile {
        path: stacks::PATH.to_owned(),
        bytes: stacks::preload(to),
        mode: 0o644,
    }));
    let mut commands = wanted.commands.iter().map(|command| command.to_vec());
    CellSpec {
        command: commands.next().unwrap_or_default(),
        then: commands.collect(),
        env: environment(&person, wanted),
        hostname: person.hostname.clone(),
        binds: binds(wanted.node),
        overlays: overlays(wanted, &cwd).into_iter().collect(),
        keep: wanted.keep.map(|target| Keep {
            source: cwd.clone(),
            target: target.to_owned(),
        }),
        cwd,
        folders: vec![person.home],
        links: links(),
        files,
        copies: copies(wanted.authority),
        watched,
        notices: true,
        capture: wanted.capture,
        limits: wanted.limits,
    }
}

/// The project, over what it depends on.
fn overlays(wanted: &Wanted<'_>, cwd: &str) -> Option<Overlay> {
    let sources: Vec<PathBuf> = wanted
        .project
        .into_iter()
        .chain(wanted.tree)
        .map(Path::to_owned)
        .collect();
    (!sources.is_empty()).then(|| Overlay {
        sources,
        target: cwd.to_owned(),
    })
}

/// Where a project is in the room: it keeps its name, as far as that is an ordinary one.
fn project_in_room(person: &Person, project: &Path) -> String {
    let name = project
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let ordinary = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let name: String = name.chars().filter(|c| ordinary(*c)).take(64).collect();
    let name = match name.trim_matches('.') {
        "" => "project",
        name => name,
    };
    format!("{}/projects/{name}", person.home)
}

fn binds(node: Option<&Path>) -> Vec<Bind> {
    let mut binds = vec![Bind {
        source: PathBuf::from("/usr"),
        target: "/usr".to_owned(),
    }];
    for path in ["/etc/alternatives", "/etc/ld.so.conf.d"] {
        if Path::new(path).is_dir() {
            binds.push(Bind {
                source: PathBuf::from(path),
                target: path.to_owned(),
            });
        }
    }
    for name in TOP_LEVEL {
        let path = Path::new("/").join(name);
        // Merged into /usr almost everywhere; where not, shown as it is.
        if path.is_dir() && !path.is_symlink() {
            binds.push(Bind {
                source: path,
                target: format!("/{name}"),
            });
        }
    }
    binds.extend(node.map(|prefix| Bind {
        source: prefix.to_owned(),
        target: NODE_PREFIX.to_owned(),
    }));
    binds
}

fn links() -> Vec<(String, String)> {
    TOP_LEVEL
        .iter()
        .filter(|name| Path::new("/").join(name).is_symlink())
        .map(|name| (format!("/{name}"), format!("usr/{name}")))
        .collect()
}

fn environment(person: &Person, wanted: &Wanted<'_>) -> Vec<(String, String)> {
    let path = match wanted.node {
        Some(_) => format!("{NODE_PREFIX}/bin:{SYSTEM_PATH}"),
        None => SYSTEM_PATH.to_owned(),
    };
    let mut env: Vec<(String, String)> = [
        ("PATH", path.as_str()),
        ("HOME", &person.home),
        ("USER", person.user),
        ("LOGNAME", person.user),
        ("SHELL", "/bin/bash"),
        ("LANG", "C.UTF-8"),
        ("TERM", "xterm-256color"),
        ("EDITOR", "vim"),
        ("NODE_EXTRA_CA_CERTS", AUTHORITY),
        ("SSL_CERT_FILE", BUNDLE),
        ("REQUESTS_CA_BUNDLE", BUNDLE),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    env.extend(wanted.canaries.environment(wanted.names));
    for (name, value) in wanted.env {
        env.retain(|(known, _)| known != name);
        env.push((name.clone(), value.clone()));
    }
    if wanted.stacks.is_some() {
        stacks::switch_on(&mut env);
    }
    env
}

fn system_files(person: &Person, authority: &str) -> Vec<RoomFile> {
    let Person { user, hostname, home } = person;
    let text = |path: &str, text: String| RoomFile {
        path: path.to_owned(),
        bytes: text.into_bytes(),
        mode: 0o644,
    };
    let id = ROOM_USER;
    vec![
        text(
            "/etc/passwd",
            format!(
                "root:x:0:0:root:/root:/bin/bash\n{user}:x:{id}:{id}:{user},,,:{home}:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
            ),
        ),
        text(
            "/etc/group",
            format!("root:x:0:\nsudo:x:27:{user}\n{user}:x:{id}:\nnogroup:x:65534:\n"),
        ),
        text("/etc/hostname", format!("{hostname}\n")),
        text(
            "/etc/hosts",
            format!("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n{OWN_IPV4} {hostname}\n"),
        ),
        text("/etc/resolv.conf", format!("nameserver {NAME_SERVER}\noptions edns0\n")),
        text(
            "/etc/nsswitch.conf",
            "passwd: files\ngroup: files\nhosts: files dns\n".to_owned(),
        ),
        text("/etc/shells", "/bin/sh\n/bin/bash\n".to_owned()),
        text("/etc/machine-id", format!("{}\n", machine_id(person))),
        text(AUTHORITY, authority.to_owned()),
    ]
}

/// What the machine and its room have alike.
fn copies(authority: &str) -> Vec<FileCopy> {
    let bundle = FileCopy {
        source: BUNDLE.into(),
        target: BUNDLE.to_owned(),
        rest: authority.as_bytes().to_vec(),
    };
    let alike = [
        "/etc/os-release",
        "/etc/debian_version",
        "/etc/ld.so.cache",
        "/etc/ld.so.conf",
        "/etc/localtime",
        "/etc/ssl/openssl.cnf",
        "/etc/protocols",
        "/etc/services",
        "/etc/mime.types",
    ];
    let alike = alike.map(|path| FileCopy {
        source: path.into(),
        target: path.to_owned(),
        rest: Vec::new(),
    });
    std::iter::once(bundle).chain(alike).collect()
}

/// 32 hexadecimal digits (`man 5 machine-id`), the same for the same person.
fn machine_id(person: &Person) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(person.hostname.as_bytes());
    digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// First names that are common in many places.
const USERS: &[&str] = &[
    "anna", "daniel", "elena", "jonas", "laura", "marta", "nadia", "peter", "sofia", "tomas",
];
const MACHINES: &[&str] = &["thinkpad", "xps13", "latitude", "elitebook", "framework", "workstation"];
const TOP_LEVEL: [&str; 5] = ["bin", "sbin", "lib", "lib64", "lib32"];
const SYSTEM_PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";
const NODE_PREFIX: &str = "/opt/node";
/// Where Debian and Alpine keep what they trust; the other families link to it or are told by `SSL_CERT_FILE`.
const BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";
/// Node reads all its roots anew for this variable: one certificate costs least.
const AUTHORITY: &str = "/etc/ssl/certs/GTS_Root_R7.pem";

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(
        project: Option<&str>,
        files: &[(String, Vec<u8>)],
        names: &[String],
        env: &[(String, String)],
    ) -> CellSpec {
        furnish(&Wanted {
            capture: false,
            commands: &[&["true".to_owned()]],
            files,
            project: project.map(Path::new),
            called: None,
            tree: None,
            keep: None,
            names,
            env,
            authority: "",
            canaries: &Canaries::mint(1),
            seed: 1,
            node: None,
            stacks: None,
            limits: CellLimits::default(),
        })
    }

    fn value<'c>(cell: &'c CellSpec, name: &str) -> Vec<&'c str> {
        let named = cell.env.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    #[test]
    fn a_package_is_installed_beside_the_home_and_not_into_it() {
        let files = [
            ("package.json".to_owned(), Vec::new()),
            ("/opt/a.cjs".to_owned(), Vec::new()),
        ];
        let cell = cell(None, &files, &[], &[]);
        assert!(cell.cwd.ends_with("/projects/app"), "{}", cell.cwd);
        let has = |path: &str| cell.files.iter().any(|file| file.path == path);
        assert!(has(&format!("{}/package.json", cell.cwd)) && has("/opt/a.cjs"));
    }

    #[test]
    fn a_project_keeps_its_name_as_far_as_that_is_an_ordinary_one() {
        let place = |project: &str| cell(Some(project), &[], &[], &[]).cwd;
        assert!(place("/srv/shop-api").ends_with("/projects/shop-api"));
        assert!(place("/srv/a b\u{1b}[2J").ends_with("/projects/ab2J"));
        assert!(place("/srv/..").ends_with("/projects/project"));
        assert!(!cell(None, &[], &[], &[]).cwd.contains("projects"));
    }

    #[test]
    fn what_the_code_reads_is_made_up_and_what_was_asked_for_wins() {
        let names = ["POSTMARK_SERVER_TOKEN".to_owned()];
        assert_eq!(value(&cell(None, &[], &names, &[]), &names[0]).len(), 1);
        let own = [(names[0].clone(), "mine".to_owned())];
        assert_eq!(value(&cell(None, &[], &names, &own), &names[0]), ["mine"]);
    }
}
