use waxseal_model::*;

use crate::testing::*;

const BROKEN: &str = "provenance/broken";
const OTHER: &str = "provenance/other-source";
const LOST: &str = "provenance/lost";
const SOURCE: &str = "https://code.example/user/mail-server";

fn valid() -> Attestation {
    Attestation {
        predicate: "https://slsa.dev/provenance/v1".to_owned(),
        identity: Some(format!("{SOURCE}/.github/workflows/release.yml@refs/tags/v1.0.16")),
        repository: Some(SOURCE.to_owned()),
        ..Attestation::default()
    }
}

fn attested(mut world: World, attestations: Vec<Attestation>) -> World {
    world.current.provenance = Collected::Present(Provenance {
        attestations,
        declared: Some(SOURCE.to_owned()),
    });
    world
}

/// `version attested publisher`, oldest first, one day apart; the last is the one that is judged.
fn line(mut world: World, releases: &[(&str, bool, &str)]) -> World {
    let release = |(day, (version, attested, publisher)): (i64, &(&str, bool, &str))| Release {
        version: (*version).to_owned(),
        published: Some(Moment(NOW.0 - 100 * 86_400 + day * 86_400)),
        listed: true,
        attested: *attested,
        publisher: Some(Publisher {
            person: Person {
                name: (*publisher).to_owned(),
                email: None,
            },
            trusted: None,
        }),
        ..Release::default()
    };
    world.current.history = Collected::Present(PackageHistory {
        releases: (0..).zip(releases).map(release).collect(),
        ..PackageHistory::default()
    });
    attested(world, Vec::new())
}

fn gained_mail(world: World) -> World {
    world.gained(
        capability(CapabilityKind::Mail, "nodemailer.sendMail", ""),
        Novelty::Kind,
    )
}

fn lost_line() -> World {
    line(
        update(),
        &[
            ("1.0.14", true, "ci"),
            ("1.0.15", true, "ci"),
            ("1.0.16", false, "user"),
        ],
    )
}

pub(crate) fn samples() -> Vec<Sample> {
    let with = |change: fn(&mut Attestation)| {
        let mut attestation = valid();
        change(&mut attestation);
        attested(update(), vec![attestation])
    };
    vec![
        flagged(
            BROKEN,
            "high high review",
            "the signature is not over the statement",
            with(|it| it.broken = Some("its signature is not over its statement".to_owned())),
        ),
        clean(BROKEN, "it holds", with(|_| {})),
        flagged(
            OTHER,
            "medium medium allow",
            "another repository than the manifest's",
            with(|it| it.repository = Some("https://code.example/other/mail-server".to_owned())),
        ),
        flagged(
            OTHER,
            "high medium review",
            "another repository, and it newly sends mail",
            gained_mail(with(|it| {
                it.repository = Some("https://code.example/other/mail-server".to_owned())
            })),
        ),
        clean(
            OTHER,
            "the same repository in other letters",
            with(|it| it.repository = Some("https://code.example/User/Mail-Server".to_owned())),
        ),
        clean(OTHER, "none in the certificate", with(|it| it.repository = None)),
        flagged(LOST, "low medium allow", "attested twice before", lost_line()),
        flagged(
            LOST,
            "high medium review",
            "lost, and it newly sends mail",
            gained_mail(lost_line()),
        ),
        flagged(
            LOST,
            "info medium allow",
            "attested once before",
            line(update(), &[("1.0.15", true, "ci"), ("1.0.16", false, "user")]),
        ),
        flagged(
            LOST,
            "info medium allow",
            "the same person published by hand before, and it newly sends mail",
            gained_mail(line(
                update(),
                &[
                    ("1.0.13", true, "ci"),
                    ("1.0.14", false, "user"),
                    ("1.0.15", true, "ci"),
                    ("1.0.16", false, "user"),
                ],
            )),
        ),
        clean(
            LOST,
            "the line never had it",
            line(
                update(),
                &[
                    ("2.0.0", true, "ci"),
                    ("2.0.1", true, "ci"),
                    ("1.0.15", false, "user"),
                    ("1.0.16", false, "user"),
                ],
            ),
        ),
        clean(
            LOST,
            "attested only afterwards",
            line(
                update(),
                &[
                    ("1.0.15", false, "user"),
                    ("1.0.16", false, "user"),
                    ("1.0.17", true, "ci"),
                ],
            ),
        ),
        clean(
            LOST,
            "attested for the first time",
            attested(
                line(update(), &[("1.0.15", false, "user"), ("1.0.16", true, "ci")]),
                vec![valid()],
            ),
        ),
    ]
}

#[test]
fn every_attestation_is_weighed_as_the_manual_says() {
    check(&samples());
}

#[test]
fn below_one_a_line_is_a_minor_number() {
    let lost = |releases: &[(&str, bool, &str)]| {
        let world = line(update_between("0.3.0", "0.3.1"), releases);
        world.detect().findings.iter().any(|it| it.indicator == LOST)
    };
    assert!(!lost(&[
        ("0.2.0", true, "ci"),
        ("0.2.1", true, "ci"),
        ("0.3.0", false, "user"),
        ("0.3.1", false, "user")
    ]));
    assert!(lost(&[
        ("0.3.0-rc.1", true, "ci"),
        ("0.3.0", true, "ci"),
        ("0.3.1", false, "user")
    ]));
}

#[test]
fn a_registry_that_serves_no_attestations_says_nothing_of_loss() {
    let mut world = lost_line();
    if let Collected::Present(history) = &mut world.current.history {
        history.unserved.push(Unserved::Signatures);
    }
    let findings = world.detect().findings;
    assert!(
        !findings.iter().any(|it| it.indicator.starts_with("provenance/")),
        "{findings:?}"
    );
}

#[test]
fn what_could_not_be_checked_is_a_gap_that_does_not_decide() {
    let reason = "its certificate is of no authority that was known when waxseal was built";
    let unchecked = Attestation {
        unchecked: Some(reason.to_owned()),
        repository: None,
        ..valid()
    };
    let verdict = attested(update(), vec![unchecked.clone(), unchecked]).judge();
    let gaps: Vec<(&str, GapWeight)> = verdict
        .gaps
        .iter()
        .map(|gap| (gap.reason.as_str(), gap.weight))
        .collect();
    let expected = format!("an attestation of it could not be checked: {reason}");
    assert_eq!(gaps, [(expected.as_str(), GapWeight::Partial)]);
    assert!(verdict.complete && verdict.findings.is_empty());
}

#[test]
fn the_finding_says_which_release_was_attested_last() {
    let finding = only(&lost_line(), LOST);
    assert_eq!(
        finding.summary,
        "no attestation says where the release was built; `1.0.15` before it had one"
    );
    assert_eq!(
        finding.evidence[0].values,
        values(&[
            ("attested", "2 earlier releases"),
            ("last-attested", "1.0.15"),
            ("publisher", "user")
        ])
    );
}
