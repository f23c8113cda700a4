use waxseal_model::CapabilityKind::Environment;

use super::{check, check_twins};

#[test]
fn every_way_to_read_a_variable() {
    check_twins(
        Environment,
        &[
            ("f(process.env.HOME)", "process.env HOME", "f(settings.env.HOME)"),
            (
                "const { HOME } = process.env",
                "process.env HOME",
                "const { HOME } = settings",
            ),
            (
                "const { HOME: h = '/' } = process.env",
                "process.env HOME",
                "const { HOME: h = '/' } = {}",
            ),
            (
                "const { env: { HOME } } = process",
                "process.env HOME",
                "const { title } = process",
            ),
            (
                "f(process.env['HO' + 'ME'])",
                "process.env HOME#",
                "f(process['ti' + 'tle'])",
            ),
            ("f(process.env[name])", "process.env ?", "f(process.versions[name])"),
            (
                "const e = process.env; f(e.HOME)",
                "process.env HOME",
                "const e = process; f(e.title)",
            ),
            ("f(import.meta.env.MODE)", "process.env MODE", "f(import.meta.url)"),
            ("f(Deno.env.get('HOME'))", "process.env HOME", "f(Deno.cwd())"),
            ("f(Bun.env.HOME)", "process.env HOME", "f(Bun.version)"),
        ],
    );
}

#[test]
fn names_of_credentials_are_sensitive() {
    for (name, sensitive) in [
        ("NPM_TOKEN", true),
        ("GITHUB_TOKEN", true),
        ("AWS_REGION", true),
        ("DB_PASSWORD", true),
        ("SENDGRID_API_KEY", true),
        ("CLIENT_SECRET", true),
        ("NODE_ENV", false),
        ("KEYBOARD", false),
        ("PATH", false),
    ] {
        let expected = format!("process.env {name}{}", if sensitive { "!" } else { "" });
        check(Environment, &format!("f(process.env.{name})"), &[&expected]);
    }
}

#[test]
fn the_whole_environment_as_text_is_sensitive() {
    check(Environment, "send(JSON.stringify(process.env))", &["process.env *!"]);
    check(
        Environment,
        "send(JSON.stringify({ id: 1, e: process.env }))",
        &["process.env *!"],
    );
    check(Environment, "send(Object.entries(process.env))", &["process.env *"]);
}

#[test]
fn the_environment_handed_to_a_child_is_not() {
    check(
        Environment,
        "require('child_process').spawn('ls', [], { env: { ...process.env, A: 1 } })",
        &["process.env *"],
    );
}
