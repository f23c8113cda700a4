//! Runs the binary in surroundings of its own, on tiny packages made here.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;

/// A folder of its own, and the binary with nothing of this machine in its surroundings.
pub(crate) struct World {
    folder: tempfile::TempDir,
}

/// How a command ended.
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_waxseal"));
        // What runs in the room has tests of its own.
        let arguments: Vec<&str> = match arguments {
            ["check", rest @ ..] => ["check", "--no-run"].iter().chain(rest).copied().collect(),
            all => all.to_vec(),
        };
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("XDG_CACHE_HOME", self.path("cache"))
            // Nobody listens there.
            .env("npm_config_registry", "http://127.0.0.1:9/")
            .env("npm_config_fetch_retries", "0")
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        ended(self.command(arguments).output().unwrap())
    }

    /// Runs and insists on the exit status.
    #[track_caller]
    pub(crate) fn check(&self, arguments: &[&str], status: i32) -> Ended {
        let ended = self.run(arguments);
        assert_eq!(
            ended.status, status,
            "{arguments:?}\n--- stdout\n{}\n--- stderr\n{}",
            ended.stdout, ended.stderr
        );
        assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
        ended
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Writes the files into a folder.
    pub(crate) fn folder(&self, name: &str, files: &[(&str, &[u8])]) {
        std::fs::create_dir_all(self.path(name)).unwrap();
        for (path, bytes) in files {
            self.write(&format!("{name}/{path}"), bytes);
        }
    }

    /// Packs the files as `npm pack` would.
    pub(crate) fn archive(&self, name: &str, files: &[(&str, &[u8])]) {
        self.write(name, pack(files));
    }
}

pub(crate) fn ended(output: Output) -> Ended {
    Ended {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ended {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|err| panic!("{err}\n{}\n{}", self.stdout, self.stderr))
    }

    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// A packed archive with these files below `package/`.
pub(crate) fn pack(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    std::io::Write::write_all(&mut encoder, &tar(files)).unwrap();
    encoder.finish().unwrap()
}

/// POSIX ustar.
fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (path, bytes) in files {
        let mut header = [0_u8; 512];
        let mut put = |at: usize, text: &[u8]| header[at..at + text.len()].copy_from_slice(text);
        put(0, format!("package/{path}").as_bytes());
        put(100, b"0000644\0");
        put(108, b"0000000\0");
        put(116, b"0000000\0");
        put(124, format!("{:011o}\0", bytes.len()).as_bytes());
        put(136, b"00000000000\0");
        put(148, b"        ");
        put(156, b"0");
        put(257, b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out.extend_from_slice(&header);
        out.extend_from_slice(bytes);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

/// A manifest of this version.
pub(crate) fn manifest(version: &str) -> Vec<u8> {
    format!("{{\"name\":\"tiny\",\"version\":\"{version}\",\"main\":\"index.js\"}}\n").into_bytes()
}

/// Every file below a folder, by its path.
pub(crate) fn read_tree(root: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((
                    path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(),
                    std::fs::read(&path).unwrap(),
                ));
            }
        }
    }
    found.sort();
    found
}
