//! A scan: a release that is known to be malicious in two places, a server without a version, and a folder that could not be read.

use super::*;

fn contents(kind: PlaceKind, tool: &str, path: &str) -> PlaceContents {
    PlaceContents {
        place: Place {
            kind,
            tool: tool.to_owned(),
            path: path.to_owned(),
        },
        packages: Vec::new(),
        differences: Vec::new(),
        problems: Vec::new(),
        notes: Vec::new(),
    }
}

fn occurrence(presence: Presence, path: &str, line: Option<u32>) -> Occurrence {
    Occurrence {
        name: "postmark-mcp-replica".to_owned(),
        version: (presence != Presence::Unknown).then(|| "1.0.16".to_owned()),
        requested: None,
        presence,
        path: path.to_owned(),
        line,
        alias: None,
        integrity: Some("sha512-AA==".to_owned()),
        source: OccurrenceSource::Registry,
    }
}

fn judged(subject: Subject, places: Vec<PlaceContents>, matches: Vec<AdvisoryMatch>) -> ReportEntry {
    let mut evidence = Evidence::new(subject);
    evidence.places = Collected::Present(places.clone());
    evidence.advisories = Collected::Present(Advisories {
        database: database(),
        matches,
        gap: None,
    });
    let policy = Policy::default();
    let case = Case {
        subject: &evidence.subject,
        current: &evidence,
        previous: None,
        change: None,
        run_change: None,
        question: waxseal_detect::Question::Release,
        policy: &policy,
        // 2026-11-22T00:00:00Z
        now: Moment(1_795_305_600),
    };
    ReportEntry {
        verdict: judge(detect(&case), &case),
        places,
        counts: Counts::default(),
        capabilities: Vec::new(),
        ..allowed_entry("left-pad", "1.3.0")
    }
}

fn database() -> DatabaseInfo {
    DatabaseInfo {
        records: 231_402,
        // Three hours before.
        updated: Some(Moment(1_795_294_800)),
        sources: vec!["osv".to_owned()],
    }
}

fn record() -> AdvisoryMatch {
    AdvisoryMatch {
        id: "MAL-2025-1".to_owned(),
        source: "osv".to_owned(),
        listed: false,
        summary: "Malicious code in postmark-mcp-replica (npm)".to_owned(),
        aliases: Vec::new(),
        matched: Matched::Range(">=1.0.16".to_owned()),
        malicious: true,
        published: None,
        withdrawn: None,
        references: Vec::new(),
    }
}

/// What the sample says.
pub(crate) fn scanned() -> Report {
    let lockfile = PlaceContents {
        packages: vec![occurrence(
            Presence::CouldHaveRun,
            "node_modules/postmark-mcp-replica",
            Some(214),
        )],
        ..contents(PlaceKind::Lockfile, "npm", "/srv/shop/package-lock.json")
    };
    let modules = PlaceContents {
        packages: vec![occurrence(Presence::Present, "node_modules/postmark-mcp-replica", None)],
        ..contents(PlaceKind::NodeModules, "npm", "/srv/shop")
    };
    let mut server = occurrence(Presence::Unknown, "mcpServers.mail", Some(3));
    server.alias = Some("mail\u{1b}[31m".to_owned());
    let config = PlaceContents {
        packages: vec![server],
        ..contents(PlaceKind::ClientConfig, "Cursor", "/home/ada/.cursor/mcp.json")
    };
    let unpinned = PlaceContents {
        differences: vec![Difference {
            kind: DifferenceKind::Unpinned,
            name: "postmark-mcp-replica".to_owned(),
            path: "mcpServers.mail".to_owned(),
            expected: None,
            found: None,
        }],
        ..contents(PlaceKind::ClientConfig, "Cursor", "/home/ada/.cursor/mcp.json")
    };
    let unread = PlaceContents {
        problems: vec![PlaceProblem {
            path: "/srv/private".to_owned(),
            reason: "it cannot be read: permission denied".to_owned(),
        }],
        ..contents(PlaceKind::Folder, "", "/srv")
    };
    let place = |contents: PlaceContents| {
        let subject = Subject::Place(contents.place.path.clone());
        judged(subject, vec![contents], Vec::new())
    };
    let summary = |contents: &PlaceContents, packages, affected| PlaceSummary {
        place: contents.place.clone(),
        packages,
        unknown: 0,
        problems: 0,
        affected,
    };
    let scan = Scan {
        roots: vec!["/srv".to_owned()],
        asked: vec![AskedFor {
            typed: "event-stream@3.3.6".to_owned(),
            found: None,
            releases: Vec::new(),
        }],
        places: vec![
            summary(&lockfile, 812, Some(Presence::CouldHaveRun)),
            summary(&modules, 811, Some(Presence::Present)),
            summary(&config, 1, Some(Presence::Unknown)),
        ],
        releases: 812,
        problems: unread.problems.clone(),
    };
    let entries = vec![
        judged(
            release("postmark-mcp-replica", "1.0.16"),
            vec![lockfile, modules],
            vec![record()],
        ),
        judged(
            Subject::Unresolved("postmark-mcp-replica".to_owned()),
            vec![config],
            vec![AdvisoryMatch {
                matched: Matched::Every,
                ..record()
            }],
        ),
        place(unpinned),
        place(unread),
    ];
    Report {
        database: Some(database()),
        made: Moment(1_795_305_600),
        scan: Some(scan),
        ..report("scan", entries)
    }
}
