//! What is handed to programs: a command, and sendmail.

use std::io::Write as _;
use std::time::{Duration, Instant};

use super::{Outcome, letter, open};

fn script(folder: &tempfile::TempDir, text: &str) -> String {
    use std::os::unix::fs::OpenOptionsExt as _;
    let path = folder.path().join("script");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o755)
        .open(&path)
        .unwrap();
    writeln!(file, "#!/bin/sh\n{text}").unwrap();
    drop(file);
    path.display().to_string()
}

#[test]
fn sendmail_is_given_the_envelope_as_arguments() {
    let folder = tempfile::tempdir().unwrap();
    let program = script(
        &folder,
        &format!(
            "printf '%s\\n' \"$@\" > {0}/args; cat > {0}/mail",
            folder.path().display()
        ),
    );
    let target = open(&format!(
        "kind = \"email\"\ntransport = \"sendmail\"\nprogram = \"{program}\"\nfrom = \"wax@own.example\"\nto = [\"ops@own.example\"]"
    ));
    assert_eq!(target.send(&letter("wx_1")), Outcome::Delivered);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("args"), "-i\n-f\nwax@own.example\n--\nops@own.example\n");
    assert!(read("mail").contains("\nTo: ops@own.example\n") && !read("mail").contains('\r'));
}

#[test]
fn a_command_gets_json_no_environment_and_no_more_time_than_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().display();
    let program = script(
        &folder,
        &format!("cat > {at}/json; env | cut -d= -f1 | sort > {at}/env; echo \"$1\" > {at}/arg; pwd > {at}/pwd"),
    );
    let target = open(&format!("kind = \"command\"\nargv = [\"{program}\", \"$(id) a'b\"]"));
    assert_eq!(target.send(&letter("wx_1")), Outcome::Delivered);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let json: serde_json::Value = serde_json::from_str(&read("json")).unwrap();
    assert_eq!(json["id"], "wx_1");
    assert_eq!(read("arg"), "$(id) a'b\n");
    assert_eq!(read("pwd"), "/\n");
    let variables = read("env");
    let names: Vec<&str> = variables
        .lines()
        .filter(|name| !matches!(*name, "PWD" | "OLDPWD" | "SHLVL" | "_"))
        .collect();
    assert_eq!(names, ["LANG", "PATH"]);

    let (refuses, fails, noisy) = (
        script(&folder, "echo no; exit 65"),
        "exit 1",
        "yes | head -c 5000000; yes >&2 | head -c 100; printf '\\033[31mbad\\n'; exit 3",
    );
    let run =
        |program: &str| open(&format!("kind = \"command\"\nargv = [\"{program}\"]\ntimeout = 1")).send(&letter("wx_1"));
    assert_eq!(run(&refuses), Outcome::refused("it refused the letter: no"));
    let fails = script(&folder, fails);
    assert_eq!(run(&fails), Outcome::later("it ended with status 1"));
    let noisy = script(&folder, noisy);
    assert!(matches!(run(&noisy), Outcome::Later { .. }));
    assert!(matches!(run("/nonexistent/program"), Outcome::Later { .. }));
    // It goes on, and so does what it started: both are ended.
    let slow = script(&folder, &format!("sleep 60 & echo $! > {at}/pid; sleep 60"));
    let began = Instant::now();
    assert_eq!(run(&slow), Outcome::later("it took too long and was ended"));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let pid = read("pid").trim().to_owned();
    let gone = || std::fs::read_to_string(format!("/proc/{pid}/stat")).map_or(true, |stat| stat.contains(") Z "));
    let until = Instant::now() + Duration::from_secs(5);
    while !gone() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(gone(), "{pid} still runs");
}
