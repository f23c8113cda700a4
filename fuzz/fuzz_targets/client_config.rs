//! Any bytes as a client's configuration in every format, and any words as a command line; what is pinned must read back as that.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use waxseal_npm::clients::edit::{Wish, rewrite};
use waxseal_npm::clients::launch::{Launch, parse};
use waxseal_npm::clients::{CLIENTS, contents, servers};

fuzz_target!(|bytes: &[u8]| {
    let (kind, rest) = match bytes.split_first() {
        Some((kind, rest)) => (usize::from(*kind), rest),
        None => return,
    };
    let name = ["c.json", "c.toml", "c.yaml"][kind % 3];
    let client = &CLIENTS[kind / 3 % CLIENTS.len()];
    let path = Path::new(name);
    let found = servers(client, path, rest);
    for (server, it) in found.servers.iter().enumerate() {
        let Launch::Package(launch) = &it.launch else { continue };
        for package in 0..launch.packages.len() {
            let version = String::from("1.0.15");
            let wish = Wish { server, package, version };
            if let Ok(done) = rewrite(client, path, rest, &[wish]) {
                let again = servers(client, path, &done.bytes);
                assert_eq!(again.servers.len(), found.servers.len());
                match &again.servers[server].launch {
                    Launch::Package(launch) => assert!(launch.packages[package].is_pinned()),
                    other => panic!("{other:?}"),
                }
            }
        }
    }
    let _ = contents(client, path, found);
    let text = String::from_utf8_lossy(rest);
    let words: Vec<String> = text.split('\n').map(str::to_owned).collect();
    if let Some((command, arguments)) = words.split_first() {
        let _ = parse(command, arguments);
    }
});
