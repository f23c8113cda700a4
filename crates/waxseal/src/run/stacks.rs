//! What every Node in the room loads first, so that it tells which lines of code send. See `drive/stacks.cjs`.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::net::{Ipv4Addr, SocketAddr};

/// Where it is in the room: an editor's debugger is switched on in the same way, in a file of this name.
pub(super) const PATH: &str = "/opt/code/resources/app/extensions/ms-vscode.js-debug/src/bootloader.js";

/// An address that nobody in the room knows beforehand, though the seed be known: among those of carriers (RFC 6598), where nothing
/// else of a room is.
pub(super) fn address() -> SocketAddr {
    let chance = RandomState::new().build_hasher().finish().to_ne_bytes();
    let port = u16::from_ne_bytes([chance[3], chance[4]]);
    let address = Ipv4Addr::new(100, 64 | (chance[0] & 0x3f), chance[1], chance[2] | 1);
    // Above what anything is registered for, and never 53.
    (address, port | 0xc000).into()
}

/// The program, without what it says about itself.
pub(super) fn preload(to: SocketAddr) -> Vec<u8> {
    let lines = PRELOAD.lines().filter(|line| !line.trim_start().starts_with("//"));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    text.replace("%HOST%", &to.ip().to_string())
        .replace("%PORT%", &to.port().to_string())
        .into_bytes()
}

/// Makes Node load it, behind what a user asked Node for.
pub(super) fn switch_on(env: &mut Vec<(String, String)>) {
    let option = format!("--require={PATH}");
    match env.iter_mut().find(|(name, _)| name == VARIABLE) {
        Some((_, value)) if !value.is_empty() => *value = format!("{value} {option}"),
        Some((_, value)) => *value = option,
        None => env.push((VARIABLE.to_owned(), option)),
    }
}

/// <https://nodejs.org/api/cli.html#node_optionsoptions>
const VARIABLE: &str = "NODE_OPTIONS";
const PRELOAD: &str = include_str!("drive/stacks.cjs");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_says_nothing_of_us() {
        let text = String::from_utf8(preload("100.64.1.2:50000".parse().expect("it can be read"))).unwrap();
        assert!(text.contains("'100.64.1.2'") && text.contains("'50000'"), "{text}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("//")), "{text}");
        assert!(
            !text.contains('%') && !text.contains("waxseal") && !text.contains("room"),
            "{text}"
        );
    }

    #[test]
    fn what_a_user_asks_node_for_is_kept() {
        let check = |before: Option<&str>, expected: &str| {
            let mut env: Vec<(String, String)> = before
                .map(|it| (VARIABLE.to_owned(), it.to_owned()))
                .into_iter()
                .collect();
            switch_on(&mut env);
            assert_eq!(
                env,
                [(VARIABLE.to_owned(), expected.replace('%', &format!("--require={PATH}")))]
            );
        };
        check(None, "%");
        check(Some(""), "%");
        check(Some("--trace-warnings"), "--trace-warnings %");
    }

    #[test]
    fn an_address_is_another_each_time_and_never_one_of_the_rooms() {
        let (one, other) = (address(), address());
        assert_ne!(one, other);
        for it in [one, other] {
            assert!(it.to_string().starts_with("100.") && it.port() >= 0xc000, "{it}");
        }
    }
}
