//! Only the one argument changes, and what is not certain is left alone.

#![allow(clippy::unwrap_used)]

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use super::super::tests::client;
use super::*;
use crate::clients::servers;

fn wish(server: usize) -> Wish {
    Wish {
        server,
        package: 0,
        version: String::from("1.0.15"),
    }
}

/// Rewrites the given servers; everything but the given texts must stay, byte for byte.
#[track_caller]
fn check(id: &str, name: &str, text: &str, wishes: &[usize], changed: &[(&str, &str)]) {
    let wishes: Vec<Wish> = wishes.iter().map(|server| wish(*server)).collect();
    let done = rewrite(client(id), Path::new(name), text.as_bytes(), &wishes).unwrap();
    let mut expected = text.to_owned();
    for (from, to) in changed {
        assert_eq!(expected.matches(from).count(), 1, "{from}");
        expected = expected.replacen(from, to, 1);
    }
    assert_eq!(String::from_utf8(done.bytes.clone()).unwrap(), expected);
    // Once more changes nothing.
    let again = rewrite(client(id), Path::new(name), &done.bytes, &wishes).unwrap();
    assert_eq!(again.bytes, done.bytes);
    for wish in &wishes {
        let server = &servers(client(id), Path::new(name), &done.bytes).servers[wish.server];
        let Launch::Package(launch) = &server.launch else {
            panic!("{server:?}")
        };
        assert!(launch.packages[wish.package].is_pinned());
    }
}

#[test]
fn only_the_argument_is_changed() {
    check(
        "claude-desktop",
        "c.json",
        include_str!("../tests/files/claude_desktop_config.json"),
        &[2, 0],
        &[
            ("\"-y\", \"mail-server\",", "\"-y\", \"mail-server@1.0.15\","),
            ("mail-server@latest", "mail-server@1.0.15"),
        ],
    );
    check(
        "claude-code",
        "c.json",
        include_str!("../tests/files/claude.json"),
        &[0],
        &[("shop-mcp@^2.0.0", "shop-mcp@1.0.15")],
    );
    check(
        "vscode",
        "mcp.json",
        include_str!("../tests/files/vscode.json"),
        &[0],
        &[("\"mail-server\",", "\"mail-server@1.0.15\",")],
    );
    check(
        "zed",
        "settings.json",
        include_str!("../tests/files/zed.json"),
        &[0],
        &[("mail-server@~1.2.0", "mail-server@1.0.15")],
    );
    check(
        "opencode",
        "o.jsonc",
        include_str!("../tests/files/opencode.jsonc"),
        &[0],
        &[("mail-server", "mail-server@1.0.15")],
    );
}

#[test]
fn toml_and_yaml_keep_their_comments() {
    check(
        "codex",
        "config.toml",
        include_str!("../tests/files/codex.toml"),
        &[0, 1],
        &[
            ("\"mail-server\"", "\"mail-server@1.0.15\""),
            ("'mail-server@next'", "'mail-server@1.0.15'"),
        ],
    );
    check(
        "continue",
        "config.yaml",
        include_str!("../tests/files/continue.yaml"),
        &[0],
        &[("- mail-server   #", "- mail-server@1.0.15   #")],
    );
    check(
        "continue",
        "config.yaml",
        include_str!("../tests/files/continue.yaml"),
        &[1],
        &[("'@shop/files@1.2.3'", "'@shop/files@1.0.15'")],
    );
    check(
        "goose",
        "c.yaml",
        "extensions:\r\n  ä: {cmd: npx, args: [-y, mail]}\r\n",
        &[0],
        &[("mail", "mail@1.0.15")],
    );
}

#[test]
fn every_form_of_launch() {
    for (args, from, to) in [
        (r#"["--package=mail", "bin"]"#, "=mail", "=mail@1.0.15"),
        (r#"["-p", "mail", "mail"]"#, "-p\", \"mail", "-p\", \"mail@1.0.15"),
        (r#"["a@npm:mail@^1"]"#, "mail@^1", "mail@1.0.15"),
        (r#"["@shop/mail"]"#, "mail", "mail@1.0.15"),
        (r#"["-c", "npx  mail --x \"y\""]"#, "mail", "mail@1.0.15"),
    ] {
        let text = format!("\u{feff}{{\"mcpServers\": {{\"s\": {{\"command\": \"npx\", \"args\": {args}}}}}}}");
        check("cursor", "m.json", &text, &[0], &[(from, to)]);
    }
    for (command, args, from, to) in [
        (
            "sh",
            r#"["-c", "A=\"é\\\" \ud83d\ude00\" npx -y mail@latest"]"#,
            "mail@latest",
            "mail@1.0.15",
        ),
        ("cmd", r#"["/c", "npx", "mail"]"#, "mail", "mail@1.0.15"),
        ("npx -y mail", "[]", "mail", "mail@1.0.15"),
        ("deno", r#"["run", "npm:mail"]"#, "npm:mail", "npm:mail@1.0.15"),
        (
            "bash",
            r#"["-lc", "cd \/x && pnpm dlx mail"]"#,
            "dlx mail",
            "dlx mail@1.0.15",
        ),
    ] {
        let text = format!("{{\"mcpServers\": {{\"s\": {{\"command\": \"{command}\", \"args\": {args}}}}}}}");
        check("cursor", "m.json", &text, &[0], &[(from, to)]);
    }
}

#[test]
fn what_is_not_certain_is_refused() {
    let refused =
        |id, name: &str, text: &[u8], server| rewrite(client(id), Path::new(name), text, &[wish(server)]).unwrap_err();
    let json = |args: &str| format!("{{\"mcpServers\": {{\"s\": {{\"command\": \"npx\", \"args\": {args}}}}}}}");
    assert_eq!(
        refused("cursor", "m.json", json(r#"["m\u0061il"]"#).as_bytes(), 0),
        EditError::Spelling
    );
    assert_eq!(
        refused("cursor", "m.json", json(r#"["github:shop/mail"]"#).as_bytes(), 0),
        EditError::NoSuch
    );
    assert_eq!(
        refused("cursor", "m.json", json(r#"["mail"]"#).as_bytes(), 1),
        EditError::NoSuch
    );
    assert_eq!(
        refused(
            "goose",
            "c.yaml",
            b"extensions: {a: {cmd: npx, args: [\"ma\\\n  il\"]}}",
            0
        ),
        EditError::Spelling
    );
    let wide: Vec<u8> = format!("\u{feff}{}", json(r#"["mail"]"#))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(refused("cursor", "m.json", &wide, 0), EditError::Recoded);
    let twice = [wish(0), wish(0)];
    let err = rewrite(
        client("cursor"),
        Path::new("m.json"),
        json(r#"["mail"]"#).as_bytes(),
        &twice,
    );
    assert_eq!(err, Err(EditError::Unsafe));
}

#[test]
fn a_file_is_replaced_with_its_mode_and_a_copy_stays() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("mcp.json");
    std::fs::write(&path, "old").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let link = place.path().join("link.json");
    symlink("mcp.json", &link).unwrap();
    let written = Target::of(&link).unwrap().replace(b"old", b"new").unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"new");
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(std::fs::read(&written.backup).unwrap(), b"old");
    assert!(written.backup.ends_with("mcp.json.waxseal-backup-1"));
    for file in [&path, &written.backup] {
        assert_eq!(std::fs::metadata(file).unwrap().mode() & 0o777, 0o640);
    }
    let written = Target::of(&path).unwrap().replace(b"new", b"newer").unwrap();
    assert!(written.backup.ends_with("mcp.json.waxseal-backup-2"));
    // Nothing else was left behind.
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 4);
}

#[test]
fn a_file_that_may_not_be_replaced_is_left() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("mcp.json");
    let say = |path: &Path| Target::of(path).unwrap_err().to_string();
    assert_eq!(say(&path), "it is no file that can be replaced");
    assert_eq!(say(place.path()), "it is no file that can be replaced");
    std::fs::write(&path, "old").unwrap();
    let target = Target::of(&path).unwrap();
    std::fs::write(&path, "other").unwrap();
    let changed = "it was changed by somebody else meanwhile, so nothing was written";
    assert_eq!(target.replace(b"old", b"new").unwrap_err().to_string(), changed);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
    assert_eq!(
        target.replace(b"other", b"new").unwrap_err().to_string(),
        "it is read-only"
    );
    assert_eq!(say(&path), "it is read-only");
    assert_eq!(std::fs::read(&path).unwrap(), b"other");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::hard_link(&path, place.path().join("second")).unwrap();
    assert_eq!(
        say(&path),
        "the file has a second name (a hard link), which would keep the old text"
    );
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 2);
}

#[test]
fn a_link_to_somebody_elses_file_is_not_followed() {
    // Everybody has a file of somebody else's: root's, or, for root, one that is given away here.
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("theirs");
    std::fs::write(&file, "x").unwrap();
    let target = if std::os::unix::fs::chown(&file, Some(4321), None).is_ok() {
        file
    } else {
        std::path::PathBuf::from("/etc/passwd")
    };
    let link = place.path().join("mcp.json");
    symlink(target, &link).unwrap();
    assert_eq!(
        Target::of(&link).unwrap_err().to_string(),
        "it is a link to a file that belongs to somebody else"
    );
}
