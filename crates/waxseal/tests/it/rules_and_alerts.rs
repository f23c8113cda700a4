//! `waxseal mail rules` and `waxseal mail alerts`, as they are typed.

use crate::support::World;

#[test]
fn the_command_line_tries_targets_and_shows_what_waits() {
    let world = World::new();
    world.write("hook.sh", "#!/bin/sh\ncat > \"$(dirname \"$0\")/told\"\n");
    std::fs::set_permissions(
        world.path("hook.sh"),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let policy = |text: &str| world.write("mail.toml", text);
    let arguments = |what: &'static str| ["mail", "alerts", what, "--policy", "mail.toml", "--state", "state"];
    policy(&format!(
        "[[alerts]]\nkind = \"command\"\nargv = [\"{}\"]\n\n[[alerts]]\nkind = \"syslog\"\naddress = \"unix:/nonexistent/log\"\n",
        world.path("hook.sh").display()
    ));
    let status = world.check(&arguments("status"), 0);
    assert_eq!(
        status.stdout,
        "command: was told nothing yet\nsyslog: was told nothing yet\n"
    );
    let tried = world.check(&arguments("test"), 4);
    let lines: Vec<&str> = tried.stdout.lines().collect();
    assert_eq!(
        lines[0],
        format!("command, {}: took it", world.path("hook.sh").display())
    );
    assert!(
        lines[1].starts_with("syslog, /nonexistent/log: did not take it: it cannot be reached: No such file"),
        "{lines:?}"
    );
    let told: serde_json::Value = serde_json::from_slice(&std::fs::read(world.path("told")).unwrap()).unwrap();
    assert_eq!(told["type"], "waxseal.alert.test");
    // A test leaves nothing behind that would belong to whoever ran it.
    assert!(!world.path("state").exists());
    policy("[[alerts]]\nkind = \"pager\"\n");
    let ended = world.check(&arguments("test"), 2);
    assert!(
        ended.stderr.contains("there is no kind of alert `pager`"),
        "{}",
        ended.stderr
    );
    policy("");
    let ended = world.check(&arguments("test"), 2);
    assert!(ended.stderr.contains("nobody is told"), "{}", ended.stderr);
}

#[test]
fn rules_are_listed_printed_and_filled_in() {
    let world = World::new();
    let listed = world.check(&["mail", "rules"], 0);
    assert!(
        listed.stdout.contains(
            "\nrspamd                rspamd: recipients whom no header names, as a symbol [--domain, --exempt]\n"
        ),
        "{}",
        listed.stdout
    );
    for line in listed.stdout.lines() {
        let printed = world.check(&["mail", "rules", line.split(' ').next().unwrap()], 0);
        assert!(printed.stdout.contains("cannot see:"), "{line}");
    }
    let filled = world.check(&["mail", "rules", "rspamd", "--exempt", "CRM@own.example"], 0);
    assert!(
        filled
            .stdout
            .contains("\nlocal exempt = { [\"crm@own.example\"] = true }\n")
    );
    let wrong = world.check(&["mail", "rules", "rspand"], 2);
    assert!(wrong.stderr.contains("did you mean `rspamd`?"), "{}", wrong.stderr);
    let wrong = world.check(&["mail", "rules", "sigma", "--exempt", "a@b.example"], 2);
    assert!(
        wrong.stderr.contains("`--exempt` has no place in the rule `sigma`"),
        "{}",
        wrong.stderr
    );
}
