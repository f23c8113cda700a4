use waxseal_model::CapabilityKind::FileSystem;

use super::{check, check_twins};

#[test]
fn every_way_to_a_file() {
    check_twins(
        FileSystem,
        &[
            (
                "require('fs').readFileSync('/a/b')",
                "node:fs.readFile /a/b",
                "require('memory').readFileSync('/a/b')",
            ),
            (
                "require('fs').promises.readFile('/a/b')",
                "node:fs.readFile /a/b",
                "this.promises.readFile('/a/b')",
            ),
            (
                "import { writeFile } from 'fs/promises'; writeFile('/a', x)",
                "node:fs.writeFile /a",
                "import { writeFile } from './io'; writeFile('/a', x)",
            ),
            (
                "const { unlinkSync: rm } = require('fs'); rm('/a')",
                "node:fs.unlink /a",
                "const { unlinkSync: rm } = io; rm('/a')",
            ),
            (
                "require('fs-extra').outputFile('/a', x)",
                "fs-extra.outputFile /a",
                "require('fs-extra').constants",
            ),
            (
                "require('graceful-fs').chmod('/a', 7)",
                "graceful-fs.chmod /a",
                "require('graceful-fs').gracefulify(fs)",
            ),
            ("require('rimraf')('/a')", "rimraf /a", "require('rimworld')('/a')"),
        ],
    );
}

#[test]
fn a_path_is_built_from_what_is_known() {
    for (source, expected) in [
        (
            "require('fs').readFileSync(require('path').join(require('os').homedir(), '.ssh', 'id_rsa'))",
            "node:fs.readFile /~/.ssh/id_rsa/!",
        ),
        (
            "require('fs').readFileSync(process.env.HOME + '/.npmrc')",
            "node:fs.readFile /~/.npmrc/!",
        ),
        (
            "require('fs').readFileSync(require('path').join(root, 'package.json'))",
            "node:fs.readFile /*/package.json/",
        ),
        (
            "require('fs').readFileSync(require('path').join(__dirname, 'templates', name))",
            "node:fs.readFile /./templates/*/",
        ),
        ("require('fs').readFileSync(file)", "node:fs.readFile ?"),
    ] {
        check(FileSystem, source, &[expected]);
    }
}

#[test]
fn paths_of_credentials_and_start_up_files_are_sensitive() {
    for (path, sensitive) in [
        ("/home/x/.ssh/id_rsa", true),
        ("/home/x/.ssh.md", false),
        ("/home/x/.npmrc", true),
        ("/home/x/.aws/credentials", true),
        ("/app/.env", true),
        ("/app/.env.local", true),
        ("/app/.environment", false),
        ("/home/x/.docker/config.json", true),
        ("/home/x/config.json", false),
        ("/etc/passwd", true),
        ("/srv/passwd", false),
        ("/proc/self/environ", true),
        ("/proc/cpuinfo", false),
        ("/home/x/.bashrc", true),
        ("/etc/systemd/system/x.service", true),
        ("/x/Claude/claude_desktop_config.json", true),
        ("/x/.cursor/mcp.json", true),
        ("/x/mcp.json", false),
        ("/x/Google/Chrome/User Data/Default/Login Data", true),
        ("/x/.ssh/authorized_keys", true),
    ] {
        let expected = format!("node:fs.readFile {path}{}", if sensitive { "!" } else { "" });
        check(
            FileSystem,
            &format!("require('fs').readFileSync('{path}')"),
            &[&expected],
        );
    }
}

#[test]
fn writing_into_other_packages_is_sensitive() {
    check(
        FileSystem,
        "require('fs').writeFileSync('node_modules/x/index.js', y)",
        &["node:fs.writeFile node_modules/x/index.js!"],
    );
    check(
        FileSystem,
        "require('fs').readFileSync('node_modules/x/index.js')",
        &["node:fs.readFile node_modules/x/index.js"],
    );
}

#[test]
fn both_ends_of_a_copy_are_targets() {
    check(
        FileSystem,
        "require('fs').copyFileSync('/a', '/home/x/.profile')",
        &["node:fs.copyFile /a", "node:fs.copyFile /home/x/.profile!"],
    );
}

#[test]
fn an_alternative_that_says_there_is_none_is_no_target() {
    check(
        FileSystem,
        "require('fs').unlink(cached ? '/tmp/x' : false)",
        &["node:fs.unlink /tmp/x"],
    );
    check(
        FileSystem,
        "require('fs').unlink(cached ? '/tmp/x' : '')",
        &["node:fs.unlink /tmp/x"],
    );
}
