use waxseal_model::{Capability, CapabilityKind, Novelty, Reach};

use crate::testing::*;

use CapabilityKind::{DynamicCode, Environment, FileSystem, Mail, Native, Network, Process};

fn fetch() -> Capability {
    capability(Network, "fetch", "https://api.crm.example/email")
}

fn reads(path: &str) -> Capability {
    Capability {
        sensitive: true,
        ..capability(FileSystem, "node:fs.readFileSync", path)
    }
}

fn packs() -> Capability {
    let mut packs = Capability {
        sensitive: true,
        ..capability(Environment, "process.env", "")
    };
    packs.target = waxseal_model::Target::Constant("*".to_owned());
    packs
}

fn with(it: Capability, reach: Reach) -> Capability {
    Capability { reach, ..it }
}

fn three(world: World) -> World {
    world
        .can(reads("~/.npmrc"))
        .can(reads("~/.ssh/id_rsa"))
        .can(reads("~/.aws/credentials"))
}

pub(crate) fn samples() -> Vec<Sample> {
    let mut samples = combinations();
    samples.extend(notes());
    samples
}

fn combinations() -> Vec<Sample> {
    const HARVEST: &str = "capabilities/credential-harvest";
    const LEAK: &str = "capabilities/environment-leak";
    let hidden = |it| Capability { hidden: true, ..it };
    vec![
        flagged(
            HARVEST,
            "high medium review",
            "three programs' credentials",
            three(release().can(fetch())),
        ),
        flagged(
            HARVEST,
            "medium low allow",
            "known from the release before",
            three(update().can(fetch())),
        ),
        flagged(
            HARVEST,
            "high medium review",
            "the third is new",
            update()
                .can(fetch())
                .can(reads("~/.npmrc"))
                .can(reads("~/.aws/credentials"))
                .gained(reads("~/.ssh/id_rsa"), Novelty::Target),
        ),
        flagged(
            HARVEST,
            "high medium review",
            "one, hidden",
            release().can(fetch()).can(hidden(reads("~/.npmrc"))),
        ),
        flagged(
            HARVEST,
            "medium low allow",
            "one, on installing",
            release().can(fetch()).can(with(reads("~/.npmrc"), installed())),
        ),
        clean(
            HARVEST,
            "one vendor's own",
            release().can(fetch()).can(reads("~/.config/gcloud/credentials.db")),
        ),
        clean(HARVEST, "three, and no way out", three(release())),
        clean(
            HARVEST,
            "the project's own settings",
            release()
                .can(fetch())
                .can(reads(".env"))
                .can(reads(".env.local"))
                .can(reads("*/.env.production")),
        ),
        flagged(
            LEAK,
            "high medium review",
            "new in a patch",
            update().can(fetch()).gained(packs(), Novelty::Target),
        ),
        flagged(
            LEAK,
            "medium low allow",
            "new in a major",
            update_between("1.0.0", "2.0.0")
                .can(fetch())
                .gained(packs(), Novelty::Target),
        ),
        flagged(
            LEAK,
            "high low review",
            "on installing",
            release().can(fetch()).can(with(packs(), installed())),
        ),
        flagged(
            LEAK,
            "medium low allow",
            "on being called",
            release().can(fetch()).can(packs()),
        ),
        clean(
            LEAK,
            "handed on to a process",
            release().can(fetch()).can(Capability {
                sensitive: false,
                ..packs()
            }),
        ),
        clean(LEAK, "no way out", release().can(packs())),
        clean(
            LEAK,
            "nothing loads it",
            release().can(fetch()).can(with(packs(), Reach::Unreached)),
        ),
    ]
}

fn notes() -> Vec<Sample> {
    let kinds = [
        ("capabilities/mail", Mail, "postmark.sendEmail"),
        ("capabilities/network", Network, "fetch"),
        ("capabilities/process", Process, "node:child_process.spawn"),
        ("capabilities/file-system", FileSystem, "node:fs.readFile"),
        ("capabilities/environment", Environment, "process.env"),
        ("capabilities/dynamic-code", DynamicCode, "eval"),
        ("capabilities/native", Native, "process.dlopen"),
    ];
    let mut samples = Vec::new();
    for (indicator, kind, api) in kinds {
        let twice = release()
            .can(capability(kind, api, "a"))
            .can(capability(kind, api, "b"));
        samples.push(flagged(indicator, "info high allow", "two places are one note", twice));
        samples.push(clean(indicator, "no place", release()));
    }
    samples
}

#[test]
fn every_capability_is_weighed_as_the_manual_says() {
    check(&samples());
}

#[test]
fn a_note_counts_and_shows_what_tells_most() {
    let spawn = |target: &str| capability(Process, "node:child_process.spawn", target);
    let mut world = release();
    for number in 0..40 {
        world = world.can(spawn(&format!("tool-{number:02}")));
    }
    world = world.can(Capability {
        sensitive: true,
        ..spawn("curl")
    });
    let finding = only(&world, "capabilities/process");
    assert_eq!(
        finding.summary,
        "uses process in 41 places, 41 of them reached, among them at `curl`"
    );
    assert_eq!(finding.evidence.len(), 5);
    assert_eq!(finding.evidence[0].values["target"], "curl");
    assert_eq!(finding.evidence[0].values["places"], "41");
}
