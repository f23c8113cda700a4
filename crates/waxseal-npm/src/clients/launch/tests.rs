//! Command lines, and what they start.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::clients::tests::shown;

#[track_caller]
fn check(line: &[&str], expected: &str) {
    let arguments: Vec<String> = line[1..].iter().map(|word| (*word).to_owned()).collect();
    let launch = parse(line[0], &arguments);
    assert_eq!(shown(&launch), expected, "{line:?}");
    let Launch::Package(launch) = launch else { return };
    // Every place leads back to the text it was read from.
    for requested in launch.packages {
        let text = match requested.at.argument {
            None => line[0],
            Some(at) => line[at + 1],
        };
        let there = &text[requested.at.start..requested.at.end];
        if matches!(requested.wanted, RequestedKind::Registry { .. }) {
            assert_eq!(there, requested.spec, "{line:?}");
        }
    }
}

#[test]
fn npx_and_its_options() {
    for line in [
        &["npx", "mail"][..],
        &["npx", "-y", "mail"],
        &["npx", "--yes", "--", "mail", "--stdio"],
        &["npx", "--prefix", "/opt", "-y", "mail"],
        &["npx", "--quiet", "mail", "other"],
        &["npx", "-p", "mail", "bin"],
        &["npx", "-p=mail", "bin"],
        &["npx", "--package", "mail", "bin"],
        &["npx", "--package=mail", "-c", "bin --x"],
        &["npx", "--registry", "https://registry.example", "mail"],
        &["npx", "--unknown", "value", "mail"],
        &["npx", "--no-install", "mail"],
        &["npx", "-c", "npx mail"],
        &["/usr/bin/npx", "mail"],
        &["C:\\Program Files\\nodejs\\npx.cmd", "-y", "mail"],
        &["C:/nodejs/npx.cmd", "-y", "mail"],
        &["npx.exe", "mail"],
        &["npx -y mail"],
        &["/usr/bin/npx -y mail"],
        &["npm", "exec", "mail"],
        &["npm", "exec", "--yes", "--", "mail", "--x"],
        &["npm", "x", "-y", "mail"],
        &["npm", "--silent", "exec", "--package=mail", "--", "bin"],
        &["npm.cmd", "exec", "-c", "npx mail"],
    ] {
        check(line, "npx mail ~");
    }
    check(
        &["npm", "run", "start"],
        "unclear: it runs what a project's package.json says",
    );
    check(&["npx"], "unclear: it names no package to fetch");
    check(
        &["npx", "-c", "mail --stdio"],
        "unclear: it runs what a project's package.json says",
    );
}

#[test]
fn what_is_fetched_beside_a_package_is_told_too() {
    for line in [
        &["npx", "-p", "mail@1.0.0", "-c", "npx -y postmark-mcp"][..],
        &["npx", "-p", "mail@1.0.0", "--", "npx", "-y", "postmark-mcp"],
        &["npm", "exec", "--package=mail@1.0.0", "-c", "npx -y postmark-mcp"],
    ] {
        check(line, "npx mail = 1.0.0 + postmark-mcp ~");
    }
    for call in ["bin | npx evil", "bin && npx evil", "bin \"$(npx -y evil)\""] {
        check(
            &["npx", "-p", "mail@1.0.0", "-c", call],
            "unclear: its command line is for a shell to read",
        );
    }
    check(&["npx", "-p", "mail@1.0.0"], "npx mail = 1.0.0");
    let many = ["npx", "-p", "mail@1.0.0"].repeat(1_000);
    check(&many, "unclear: its command line is longer than is read");
}

#[test]
fn other_runners() {
    check(&["pnpm", "dlx", "mail@1.0.0"], "pnpm dlx mail = 1.0.0");
    check(&["pnpm", "--package=mail@1.0.0", "dlx", "bin"], "pnpm dlx mail = 1.0.0");
    check(&["pnpx", "mail@1"], "pnpm dlx mail ~ 1");
    check(&["yarn", "dlx", "-p", "mail", "bin"], "yarn dlx mail ~");
    check(&["yarn", "dlx", "-q", "mail"], "yarn dlx mail ~");
    check(
        &["yarn", "start"],
        "unclear: it runs what a project's package.json says",
    );
    check(&["bunx", "--bun", "mail"], "bunx mail ~");
    check(&["bun", "x", "@shop/mail@2.0.0"], "bunx @shop/mail = 2.0.0");
    check(&["bun", "run", "/opt/server.ts"], "script /opt/server.ts");
    check(
        &["deno", "run", "-A", "npm:@shop/mail@1.2.3"],
        "deno @shop/mail = 1.2.3",
    );
    check(&["deno", "run", "main.ts"], "other deno");
}

#[test]
fn specs_of_every_kind() {
    check(&["npx", "mail@1.2.3"], "npx mail = 1.2.3");
    check(&["npx", "mail@v1.2.3"], "npx mail = 1.2.3");
    check(&["npx", "@shop/mail@latest"], "npx @shop/mail ~ latest");
    check(&["npx", "mail@^1.2 || 2"], "npx mail ~ ^1.2 || 2");
    check(&["npx", "post@npm:mail@1.2.3"], "npx mail = 1.2.3");
    check(&["npx", "github:shop/mail"], "npx git github:shop/mail ~");
    let commit = "0123456789abcdef0123456789abcdef01234567";
    check(
        &["npx", &format!("github:shop/mail#{commit}")],
        &format!("npx git github:shop/mail {commit}"),
    );
    check(&["npx", "./server"], "npx local ./server");
    check(
        &["npx", "mail@$VERSION"],
        "unclear: which program or package it starts depends on a variable",
    );
    check(
        &["npx", "${PKG}"],
        "unclear: which program or package it starts depends on a variable",
    );
    check(
        &["npx", "UPPER CASE"],
        "unclear: what it asks to fetch is no package spec",
    );
}

#[test]
fn windows() {
    check(&["cmd", "/c", "npx", "-y", "mail@1.0.0"], "npx mail = 1.0.0");
    check(&["cmd.exe", "/d", "/s", "/C", "npx -y mail"], "npx mail ~");
    check(
        &["C:\\Windows\\System32\\CMD.EXE", "/c", "npx.cmd", "mail"],
        "npx mail ~",
    );
    check(&["powershell", "-NoProfile", "-Command", "npx -y mail"], "npx mail ~");
    check(&["cmd", "/c", "start.bat"], "program start.bat");
    check(
        &["cmd", "/c", "npx", "mail@1.0.0", "&&", "npx", "evil"],
        "unclear: its command line is for a shell to read",
    );
    check(&["wsl", "-d", "Debian", "npx", "mail"], "npx mail ~");
}

#[test]
fn shells_and_only_simple_words() {
    check(&["sh", "-c", "npx -y mail"], "npx mail ~");
    check(
        &["bash", "-lc", "exec npx -y 'mail@1.0.0' --dir \"$HOME\""],
        "npx mail = 1.0.0",
    );
    check(
        &["bash", "-l", "-c", "source ~/.nvm/nvm.sh && nvm use 20; npx mail"],
        "npx mail ~",
    );
    check(&["zsh", "-c", "A=1 B=2 npx mail"], "npx mail ~");
    check(
        &["sh", "-c", "export PATH=\"$HOME/bin:${PATH}\"; npx mail"],
        "npx mail ~",
    );
    check(&["sh", "-c", ". ./evil.sh"], "unclear: it runs a script of a shell");
    for line in [
        "npx mail | tee log",
        "npx $(pick)",
        "npx mail 2>&1",
        "a && npx mail",
        "npx mail & x",
        "npx 'mail",
        ". ./evil.sh && npx mail@1.0.0",
        "source ./nvm.sh && npx mail@1.0.0",
        ". /opt/../tmp/nvm.sh && npx mail@1.0.0",
        "export X=\"$(npx -y evil)\"; npx mail@1.0.0",
        "export X=\"`npx -y evil`\"; npx mail@1.0.0",
        "export X=`evil`; npx mail@1.0.0",
        "X=\"$(npx -y evil)\" npx mail@1.0.0",
        "X=a\"$(npx -y evil)\" npx mail@1.0.0",
        "X='$(evil)'; export Y=\"${X@P}\"; npx mail@1.0.0",
        "npx mail@1.0.0 \"$(npx -y evil)\"",
        "eval 'npx -y evil'",
    ] {
        check(&["sh", "-c", line], "unclear: its command line is for a shell to read");
    }
    check(
        &["sh", "-c", "npx ma\"il\""],
        "unclear: which program or package it starts depends on a variable",
    );
    check(&["sh", "/opt/start.sh"], "unclear: it runs a script of a shell");
}

#[test]
fn programs_that_only_start_another() {
    for line in [
        &["env", "A=1", "npx", "mail"][..],
        &["/usr/bin/env", "-u", "B", "npx", "-y", "mail"],
        &["mise", "exec", "node@20", "--", "npx", "mail"],
        &["mise", "x", "--", "npx", "mail"],
        &["volta", "run", "--node", "20", "npx", "mail"],
        &["fnm", "exec", "--using=20", "npx", "mail"],
        &["fnm", "exec", "--using", "20", "npx", "mail"],
        &["asdf", "exec", "npx", "mail"],
        &["op", "run", "--env-file=.env", "--", "npx", "mail"],
        &["timeout", "60", "npx", "mail"],
        &["sudo", "-u", "ada", "env", "npx", "mail"],
        &["bash", "-lc", "nvm exec 20 npx mail"],
    ] {
        check(line, "npx mail ~");
    }
    check(&["corepack", "pnpm", "dlx", "mail"], "pnpm dlx mail ~");
    check(
        &["mise", "exec", "npx"],
        "unclear: its command line is for a shell to read",
    );
    let many = vec!["env"; 100];
    check(&many, "unclear: its command line is longer than is read");
}

#[test]
fn scripts_and_what_is_none() {
    check(
        &["node", "/opt/node_modules/mail/dist/index.js"],
        "script /opt/node_modules/mail/dist/index.js",
    );
    check(
        &["node.exe", "--import", "tsx", "C:\\srv\\index.js"],
        "script C:\\srv\\index.js",
    );
    check(
        &["node", "-e", "1"],
        "unclear: it runs code that no file of its own holds",
    );
    check(
        &["node", "${workspaceFolder}/a.js"],
        "unclear: which program or package it starts depends on a variable",
    );
    check(&["python3.12", "-m", "mail"], "other python");
    check(&["uvx", "mail"], "other uvx");
    check(
        &[
            "docker",
            "run",
            "-i",
            "--rm",
            "--mount",
            "type=bind,src=/x,dst=/y",
            "mail/server",
        ],
        "container mail/server",
    );
    check(&["docker", "compose", "up"], "container ?");
    check(&["/opt/mail server/bin/mail"], "program mail");
    check(&[""], "unclear: it names no program");
}
