use crate::testing::capability;

use super::*;

#[track_caller]
fn check(kind: CapabilityKind, api: &str, target: &str, expected: bool) {
    let hidden = Capability {
        hidden: true,
        sensitive: true,
        ..capability(kind, api, target)
    };
    assert_eq!(hides(&hidden), expected, "{api} {target}");
    assert_eq!(is_sensitive(&hidden), expected, "{api} {target}");
    let plain = Capability {
        hidden: false,
        ..hidden
    };
    assert!(!hides(&plain) && is_sensitive(&plain), "{api} {target} in plain sight");
}

#[test]
fn what_came_to_light_was_hidden() {
    check(
        CapabilityKind::Network,
        "fetch",
        "https://mirror.collector.example/",
        true,
    );
    check(
        CapabilityKind::Network,
        "fetch",
        "https://mirror.collector.example/*",
        true,
    );
    check(CapabilityKind::Process, "node:child_process.exec", "curl *", true);
    check(CapabilityKind::DynamicCode, "require", "child_process", true);
    check(CapabilityKind::DynamicCode, "eval", "?", true);
    check(CapabilityKind::FileSystem, "node:fs.readFile", "~/.npmrc", true);
}

#[test]
fn what_is_put_together_or_not_known_is_not_hidden() {
    check(CapabilityKind::DynamicCode, "require", "./package.json", false);
    check(CapabilityKind::DynamicCode, "require", "@scope/linux-x64/*", false);
    check(
        CapabilityKind::FileSystem,
        "node:fs.exists",
        "*/node_modules/.cache/*",
        false,
    );
    check(CapabilityKind::Process, "node:child_process.spawn", "?", false);
    check(CapabilityKind::Network, "fetch", "?", false);
}
