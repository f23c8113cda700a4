//! Reading and writing files: which paths.

use waxseal_model::CapabilityKind;

use super::aim::{Aim, Text, aims, plain_text};
use super::{Call, Family};
use crate::fold::{Api, Folded, Value};

/// Everything known that touches files.
#[rustfmt::skip]
pub(super) const FAMILIES: &[Family] = &[
    family("node:fs.", &NODE, &READS, first_path),
    family("node:fs.", &NODE, &WRITES, written_path),
    family("node:fs.", &NODE, &PAIRS, both_paths),
    family("", &["fs-extra", "graceful-fs", "mz/fs", "@npmcli/fs", "memfs"], &READS, first_path),
    family("", &["fs-extra", "graceful-fs", "mz/fs", "@npmcli/fs", "memfs"], &WRITES, written_path),
    family("", &["fs-extra", "graceful-fs", "mz/fs", "@npmcli/fs", "memfs"], &PAIRS, both_paths),
    family("", &["fs-extra"], &EXTRA, written_path),
    family("", &["write-file-atomic", "rimraf", "del", "mkdirp", "make-dir", "write-json-file", "trash"], &WHOLE, written_path),
    family("", &["jsonfile"], &["readFile", "readFileSync"], first_path),
    family("", &["jsonfile"], &["writeFile", "writeFileSync"], written_path),
    family("", &["glob", "fast-glob", "globby", "tinyglobby", "load-json-file", "read-pkg", "find-up"], &GLOBS, first_path),
    family("", &[""], &["Deno.readFile", "Deno.readTextFile", "Deno.readDir", "Deno.open", "Bun.file"], first_path),
    family("", &[""], &["Deno.writeFile", "Deno.writeTextFile", "Deno.remove", "Bun.write"], written_path),
];

const NODE: [&str; 3] = ["node:fs", "node:fs/promises", "node:fs.promises"];

#[rustfmt::skip]
const READS: [&str; 26] = [
    "readFile", "readFileSync", "createReadStream", "open", "openSync", "openAsBlob", "readdir", "readdirSync", "opendir", "opendirSync",
    "readlink", "readlinkSync", "access", "accessSync", "exists", "existsSync", "stat", "statSync", "lstat", "lstatSync", "realpath",
    "realpathSync", "watch", "watchFile", "glob", "globSync",
];
#[rustfmt::skip]
const WRITES: [&str; 27] = [
    "writeFile", "writeFileSync", "appendFile", "appendFileSync", "createWriteStream", "mkdir", "mkdirSync", "mkdtemp", "mkdtempSync",
    "rm", "rmSync", "rmdir", "rmdirSync", "unlink", "unlinkSync", "truncate", "truncateSync", "chmod", "chmodSync", "chown", "chownSync",
    "lchown", "lchownSync", "utimes", "utimesSync", "lchmod", "lchmodSync",
];
#[rustfmt::skip]
const PAIRS: [&str; 10] = [
    "copyFile", "copyFileSync", "cp", "cpSync", "rename", "renameSync", "link", "linkSync", "symlink", "symlinkSync",
];
#[rustfmt::skip]
const EXTRA: [&str; 22] = [
    "outputFile", "outputFileSync", "outputJson", "outputJsonSync", "outputJSON", "writeJson", "writeJsonSync", "writeJSON", "readJson",
    "readJsonSync", "readJSON", "remove", "removeSync", "emptyDir", "emptyDirSync", "ensureDir", "ensureDirSync", "ensureFile",
    "ensureFileSync", "mkdirp", "mkdirpSync", "pathExists",
];
const WHOLE: [&str; 5] = ["", "sync", "rimraf", "rimrafSync", "manual"];
const GLOBS: [&str; 7] = ["", "sync", "glob", "globSync", "globby", "findUp", "findUpSync"];

const fn family(
    name: &'static str,
    modules: &'static [&'static str],
    members: &'static [&'static str],
    aim: fn(&Call<'_, '_, '_>) -> Vec<Aim>,
) -> Family {
    Family {
        kind: CapabilityKind::FileSystem,
        name,
        modules,
        members,
        aim,
    }
}

fn first_path(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    path_aims(call.argument(0))
}

/// Writing into other packages is as bad as writing a start-up file.
fn written_path(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    let mut found = path_aims(call.argument(0));
    for aim in &mut found {
        aim.sensitive |= aim.text().is_some_and(|path| path.contains("node_modules/"));
    }
    found
}

fn both_paths(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    let mut found = path_aims(call.argument(0));
    found.extend(
        path_aims(call.argument(1))
            .into_iter()
            .filter(|aim| aim.text().is_some()),
    );
    found
}

/// The aims of an argument that is a path.
pub(super) fn path_aims(argument: Option<&Folded>) -> Vec<Aim> {
    let judged = |aim: Aim| Aim {
        sensitive_if_hidden: true,
        ..aim.sensitive_if(is_sensitive)
    };
    aims(argument, &|value| path_text(value, 0))
        .into_iter()
        .map(judged)
        .collect()
}

/// A path, with `~` for the user's folder, `.` for the file's own, and `*` for what is not known.
fn path_text(value: &Value, depth: usize) -> Text {
    if depth > MAX_DEPTH {
        return Text::unknown();
    }
    match value {
        Value::Api(api) => api_path(api, depth),
        Value::Concat(pieces) => {
            let mut whole = Text {
                text: String::new(),
                exact: true,
            };
            for piece in pieces.iter() {
                whole.push(&path_text(piece, depth + 1));
            }
            whole
        }
        value => plain_text(value),
    }
}

fn api_path(api: &Api, depth: usize) -> Text {
    let home = |text: &str| Text {
        text: text.to_owned(),
        exact: false,
    };
    match &*api.path {
        "node:os.homedir()"
        | "process.env.HOME"
        | "process.env.USERPROFILE"
        | "os-homedir()"
        | "node:os.userInfo().homedir" => home("~"),
        "process.env.APPDATA" | "process.env.LOCALAPPDATA" => home("~/AppData"),
        "node:os.tmpdir()" | "process.env.TMPDIR" | "process.env.TEMP" => home("/tmp"),
        "__dirname" | "import.meta.dirname" => home("."),
        "__filename" | "import.meta.filename" | "import.meta.url" => home("./*"),
        path => match JOINS
            .iter()
            .find(|joins| path.strip_prefix("node:path").is_some_and(|rest| rest == **joins))
        {
            Some(_) => joined(api, depth),
            None if PASSED_ON.contains(&path) => first_of(api, depth),
            None if is_url_path(path) => url_path(api, depth),
            None => Text::unknown(),
        },
    }
}

/// `path.join(a, b)`, with its `..`s as they are.
fn joined(api: &Api, depth: usize) -> Text {
    let Some(call) = api.calls.last() else {
        return Text::unknown();
    };
    let mut whole = Text {
        text: String::new(),
        exact: true,
    };
    for argument in &call.arguments {
        let part = path_text(argument, depth + 1);
        if part.text.is_empty() || (part.text == "." && !whole.text.is_empty()) {
            continue;
        }
        if !whole.text.is_empty() && !whole.text.ends_with('/') {
            whole.push(&Text::exact("/"));
        }
        let part = if whole.text.is_empty() {
            part
        } else {
            let text = part.text.trim_start_matches("./").trim_start_matches('/').to_owned();
            Text {
                text,
                exact: part.exact,
            }
        };
        whole.push(&part);
    }
    whole
}

fn first_of(api: &Api, depth: usize) -> Text {
    let first = api.calls.last().and_then(|call| call.arguments.first());
    first.map_or_else(Text::unknown, |it| path_text(it, depth + 1))
}

fn is_url_path(path: &str) -> bool {
    let rest = path.strip_prefix("node:url.").unwrap_or(path);
    rest.strip_prefix("URL()")
        .is_some_and(|rest| matches!(rest, "" | ".pathname" | ".href" | ".toString()"))
}

/// `new URL('./x', import.meta.url)` is a file beside this one.
fn url_path(api: &Api, depth: usize) -> Text {
    let text = first_of(api, depth);
    Text {
        text: text.text.trim_start_matches("file://").to_owned(),
        exact: false,
    }
}

/// Whether a path holds credentials, starts something by itself, or tells a client which servers to trust.
pub(super) fn is_sensitive(path: &str) -> bool {
    let path = path.replace('\\', "/");
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let has_part = parts
        .iter()
        .any(|part| SENSITIVE_NAMES.contains(part) || part.starts_with(".env."));
    let has_run = SENSITIVE_RUNS.iter().any(|run| contains_run(&parts, run));
    has_part || has_run || (parts.first() == Some(&"proc") && parts.last() == Some(&"environ"))
}

fn contains_run(parts: &[&str], run: &str) -> bool {
    let run: Vec<&str> = run.split('/').collect();
    parts.windows(run.len()).any(|window| window == run.as_slice())
}

/// Names of files and folders that are sensitive wherever they stand.
#[rustfmt::skip]
const SENSITIVE_NAMES: [&str; 58] = [
    // Credentials.
    ".ssh", "id_rsa", "id_ed25519", "id_ecdsa", "id_dsa", "authorized_keys", "known_hosts", ".npmrc", ".yarnrc.yml", ".aws", ".azure", ".env",
    ".netrc", "_netrc", ".git-credentials", ".kube", ".gnupg", ".pypirc", ".vault-token", ".htpasswd", ".pgpass", ".my.cnf",
    // Browsers, wallets, keychains.
    "Login Data", "Cookies", "Local State", "key4.db", "logins.json", "cookies.sqlite", "wallet.dat", ".electrum", ".ethereum",
    "Exodus", "exodus.wallet", ".solana", ".bitcoin", "Keychains", "login.keychain", "login.keychain-db", "keyrings", "nkbihfbeogaeaoehlefnkodbefgpgknn",
    // What starts by itself.
    ".bashrc", ".bash_profile", ".profile", ".zshrc", ".zprofile", ".zshenv", ".bash_history", ".zsh_history", "crontab", "crontabs",
    "LaunchAgents", "LaunchDaemons",
    // Which servers an assistant trusts.
    "claude_desktop_config.json", "mcp_config.json", ".claude.json", ".mcp.json", "cline_mcp_settings.json", "mcp_settings.json",
];

/// Paths that are sensitive as a whole.
#[rustfmt::skip]
const SENSITIVE_RUNS: [&str; 22] = [
    ".docker/config.json", ".config/gcloud", ".config/gh", ".config/autostart", ".config/systemd", "systemd/system", "systemd/user",
    "Google/Chrome", "google-chrome/Default", "BraveSoftware/Brave-Browser", ".mozilla/firefox", "Firefox/Profiles", "Start Menu/Programs",
    "etc/passwd", "etc/shadow", "etc/sudoers", "etc/hosts", "etc/cron.d", ".git/hooks", ".git/config", ".cursor/mcp.json",
    ".vscode/mcp.json",
];

/// Joins of path parts, behind `node:path`.
#[rustfmt::skip]
const JOINS: [&str; 8] = [
    ".join()", ".resolve()", ".posix.join()", ".posix.resolve()", ".win32.join()", ".win32.resolve()", "/posix.join()",
    "/posix.resolve()",
];

/// Calls that give back the path they are given.
#[rustfmt::skip]
const PASSED_ON: [&str; 6] = [
    "node:path.normalize()", "node:url.fileURLToPath()", "node:url.pathToFileURL()", "node:fs.realpathSync()", "node:path.toNamespacedPath()",
    "String()",
];

/// Joins within joins that are followed.
const MAX_DEPTH: usize = 8;
