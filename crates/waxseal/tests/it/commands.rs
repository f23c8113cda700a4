//! The small commands, the help, the configuration and the colours.

use clap::{CommandFactory, Parser};
use waxseal::cli::Cli;

use crate::support::{World, manifest};

/// Every example of the help, as words.
fn examples(command: &clap::Command) -> Vec<Vec<String>> {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let own = help
        .lines()
        .filter_map(|line| line.strip_prefix("  waxseal "))
        .map(|line| {
            // Behind two blanks stands what it is for.
            let line = line.split("  ").next().unwrap_or_default();
            std::iter::once("waxseal")
                .chain(line.split_whitespace())
                .map(str::to_owned)
                .collect()
        });
    own.chain(command.get_subcommands().flat_map(examples)).collect()
}

#[test]
fn every_command_has_examples_and_every_example_can_be_typed() {
    let command = Cli::command();
    for sub in command.get_subcommands() {
        assert!(!examples(sub).is_empty(), "`{}` shows no example", sub.get_name());
    }
    for example in examples(&command) {
        assert!(Cli::try_parse_from(&example).is_ok(), "{example:?}");
    }
}

#[test]
fn the_examples_that_need_no_network_run() {
    let world = World::new();
    for example in examples(&Cli::command()) {
        let words: Vec<&str> = example.iter().skip(1).map(String::as_str).collect();
        if matches!(words[0], "explain" | "init" | "completions" | "man") {
            world.check(&words, 0);
        }
    }
}

#[test]
fn the_help_shows_the_table_of_exit_statuses() {
    let help = World::new().check(&["--help"], 0).stdout;
    for (exit, meaning) in waxseal::exit::Exit::TABLE {
        let line = help
            .lines()
            .find(|line| line.trim_start().starts_with(&format!("{} ", exit as u8)));
        let line = line.unwrap_or_else(|| panic!("{} is not in the help", exit as u8));
        let words: Vec<&str> = meaning.split([' ', ',', '(']).take(2).collect();
        assert!(line.contains(words[0]), "{line} / {meaning}");
    }
}

#[test]
fn every_method_and_indicator_is_explained() {
    let world = World::new();
    let list = world.check(&["explain"], 0).stdout;
    for method in waxseal_detect::METHODS {
        assert!(list.contains(method.id));
        assert!(
            world
                .check(&["explain", method.id], 0)
                .stdout
                .contains("When it is wrong"),
            "{}",
            method.id
        );
        for indicator in method.indicators {
            assert!(list.contains(indicator.id));
        }
    }
    for indicator in waxseal_detect::mail::MAIL.indicators {
        assert!(list.contains(indicator.id));
        let one = world.check(&["explain", indicator.id], 0).stdout;
        assert!(
            one.contains("When it is wrong") && one.contains(indicator.summary),
            "{one}"
        );
        assert!(
            waxseal_detect::mail::MAIL.manual.contains(indicator.id),
            "{}",
            indicator.id
        );
    }
    let ended = world.check(&["explain", "recipient"], 2);
    assert!(
        ended.stderr.contains("hint: did you mean `recipients`?"),
        "{}",
        ended.stderr
    );
}

#[test]
fn init_writes_a_configuration_that_is_valid_and_never_overwrites_one() {
    let world = World::new();
    world.check(&["init"], 0);
    let written = std::fs::read_to_string(world.path("waxseal.toml")).unwrap();
    // As it is, and with every commented line in force.
    for text in [written.clone(), uncommented(&written)] {
        waxseal::config::Config::parse(&text, "waxseal.toml").unwrap_or_else(|err| panic!("{err}\n{text}"));
    }
    world.check(&["init", "--mail"], 0);
    let written = std::fs::read_to_string(world.path("mail.toml")).unwrap();
    for text in [written.clone(), uncommented(&written)] {
        waxseal::mail::settings::MailSettings::parse(&text, "mail.toml").unwrap_or_else(|err| panic!("{err}\n{text}"));
    }
    world.write("waxseal.toml", "# mine\n");
    world.check(&["init"], 2);
    assert_eq!(std::fs::read(world.path("waxseal.toml")).unwrap(), b"# mine\n");
}

/// Lines that hold a setting, without the mark in front.
fn uncommented(text: &str) -> String {
    let setting = |line: &str| line.contains(" = ") || line.starts_with("[[");
    text.lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| setting(rest)).unwrap_or(line))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_configuration_that_cannot_be_used_ends_with_2_and_names_the_line() {
    let world = World::new();
    world.folder("tiny", &[("package.json", &manifest("1.0.0"))]);
    world.write("waxseal.toml", "[report]\nfail_on = \"block\"\n");
    let ended = world.check(&["check", "./tiny"], 2);
    assert_eq!(
        ended.stderr,
        "error: waxseal.toml:2: unknown key `fail_on`\nhint: did you mean `fail-on`?\n"
    );
    world.write("waxseal.toml", "[report]\nformat = \"json\"\n");
    assert!(world.check(&["check", "./tiny"], 0).stdout.starts_with('{'));
    world.write("other.toml", "[report]\nformat = \"jsonl\"\n");
    let lines = world.check(&["check", "./tiny", "--config", "other.toml"], 0).stdout;
    assert!(
        lines.lines().all(|line| line.starts_with('{') && line.ends_with('}')),
        "{lines}"
    );
    world.check(&["check", "./tiny", "--config", "missing.toml"], 2);
}

#[test]
fn the_pages_of_the_manual_are_written() {
    let world = World::new();
    world.check(&["man", "--out", "man1"], 0);
    for sub in Cli::command().get_subcommands() {
        let page = std::fs::read_to_string(world.path(&format!("man1/waxseal-{}.1", sub.get_name()))).unwrap();
        assert!(page.contains(".TH"), "{page}");
    }
    assert!(world.check(&["completions", "bash"], 0).stdout.contains("waxseal"));
}

#[test]
fn doctor_says_what_is_wrong_and_ends_with_4() {
    let world = World::new();
    let ended = world.check(&["doctor"], 4);
    assert!(
        ended.stdout.contains("sealed by a filter of system calls"),
        "{}",
        ended.stdout
    );
    assert!(ended.stdout.contains("FAIL  network"), "{}", ended.stdout);
    let ended = world.check(&["doctor", "--offline"], 0);
    assert!(ended.stdout.contains("http://127.0.0.1:9/"), "{}", ended.stdout);
}

#[test]
fn colours_are_shown_where_they_are_wanted() {
    let world = World::new();
    world.folder("tiny", &[("package.json", &manifest("1.0.0"))]);
    let shown = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = world.command(&[&["check", "./tiny"], arguments].concat());
        let output = command.envs(variables.iter().copied()).output().unwrap();
        output.stdout.contains(&0x1b)
    };
    assert!(!shown(&[], &[]), "a pipe is no terminal");
    assert!(shown(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(shown(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!shown(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!shown(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}
