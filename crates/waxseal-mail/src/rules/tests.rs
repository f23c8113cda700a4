#![allow(clippy::unwrap_used)]

use saphyr_parser::{Event, Parser};

use super::*;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn exempt(names: &[&str]) -> Filling {
    Filling {
        exempt: names.iter().copied().map(name).collect(),
        ..Filling::default()
    }
}

fn plain(id: &str) -> String {
    find(id).unwrap().render(&Filling::default()).unwrap()
}

/// The rules of a regexp table: each expression, and what is done.
fn table(text: &str) -> Vec<(regex::Regex, String)> {
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let (expression, action) = line.strip_prefix('/').unwrap().rsplit_once("/ ").unwrap();
            // regexp_table(5): no notice of case is the default.
            (
                regex::Regex::new(&format!("(?i){expression}")).unwrap(),
                action.to_owned(),
            )
        })
        .collect()
}

/// What a table does with a header.
fn action<'a>(table: &'a [(regex::Regex, String)], header: &str) -> Option<&'a str> {
    table
        .iter()
        .find(|(expression, _)| expression.is_match(header))
        .map(|(_, action)| action.as_str())
}

#[test]
fn every_text_says_what_it_sees_what_it_cannot_and_how_to_try_it() {
    for kind in KINDS {
        let text = plain(kind.id);
        let head: String = text
            .lines()
            .take_while(|line| line.starts_with('#') || line.starts_with("--") || line.is_empty())
            .collect::<Vec<_>>()
            .join("\n");
        let sees = head.contains("sees:") || head.contains("What they see:");
        let blind = head.contains("cannot see:");
        assert!(sees && blind, "{}", kind.id);
        assert!(head.contains("How to try it:"), "{}", kind.id);
        for line in text.lines() {
            assert!(line.chars().count() <= 200, "{}: {line}", kind.id);
        }
    }
}

#[test]
fn ids_are_distinct_and_found() {
    for (at, kind) in KINDS.iter().enumerate() {
        assert!(KINDS[..at].iter().all(|other| other.id != kind.id));
        assert_eq!(find(kind.id).map(|found| found.title), Some(kind.title));
    }
    assert!(find("header").is_none());
}

#[test]
fn header_checks_tell_of_recipients_and_warn_of_bcc() {
    let table = table(&plain("header-checks"));
    for header in [
        "To: a@b.example",
        "cc: a@b.example",
        "Resent-To: a@b.example",
        "RESENT-CC: x",
        "List-Id: <l.example>",
        "From: a",
        "To : a@b.example",
        "cc\t:a@b.example",
    ] {
        assert_eq!(action(&table, header), Some("INFO"), "{header}");
    }
    for header in ["Bcc: a@b.example", "BCC: x", "resent-bcc: x", "Bcc: ", "Bcc : x"] {
        assert_eq!(action(&table, header), Some("WARN bcc header present"), "{header}");
    }
    for header in ["Subject: To: x", "X-To: a", "Reply-To: a", "X-Bcc: a", "Bccx: a"] {
        assert_eq!(action(&table, header), None, "{header}");
    }
}

#[test]
fn the_refusing_variant_lets_an_empty_bcc_and_exemptions_pass() {
    let refusing = Some("REJECT Unexpected BCC header in application email");
    let bare = table(&plain("header-checks-reject"));
    assert_eq!(action(&bare, "Bcc: spy@collector.example"), refusing);
    assert_eq!(action(&bare, "bcc:spy@collector.example"), refusing);
    assert_eq!(action(&bare, "Bcc : spy@collector.example"), refusing);
    assert_eq!(action(&bare, "Bcc: "), Some("DUNNO"));
    assert_eq!(action(&bare, "Bcc : "), Some("DUNNO"));
    // The blind spot that its comments name.
    assert_eq!(action(&bare, "Resent-Bcc: spy@collector.example"), None);

    let kind = find("header-checks-reject").unwrap();
    let filled = table(
        &kind
            .render(&exempt(&["crm+in@own.example", "archive.example"]))
            .unwrap(),
    );
    assert_eq!(action(&filled, "Bcc: crm+in@own.example"), Some("DUNNO"));
    assert_eq!(action(&filled, "Bcc: <anybody@archive.example>"), Some("DUNNO"));
    assert_eq!(action(&filled, "Bcc : crm+in@own.example"), Some("DUNNO"));
    for header in [
        "Bcc: crm+in@own.example, spy@collector.example",
        "Bcc: spy@collector.example, anybody@archive.example",
        "Bcc: crmmin@own.example",
        "Bcc: crm+in@ownxexample",
        "Bcc: spy@archive.example.collector.example",
        "Bcc: anybody@archive-example",
    ] {
        assert_eq!(action(&filled, header), refusing, "{header}");
    }
}

#[test]
fn names_that_could_leave_a_string_are_refused() {
    for text in [
        "",
        "@",
        "a@",
        "@b.example",
        "a@b@c.example",
        "a\"@b.example",
        "a]@b.example",
        "a\\@b.example",
        "a/@b.example",
        "a b@c.example",
        "a\n@b.example",
        "bücher.example",
        "-x.example",
        ".example",
        "a$@b.example",
        "a*@b.example",
    ] {
        assert!(matches!(text.parse::<Name>(), Err(RuleError::Name(_))), "{text}");
    }
    assert!(format!("{}@b.example", "a".repeat(300)).parse::<Name>().is_err());
    assert_eq!(name("CRM@Own.Example").as_str(), "crm@own.example");
    assert!(name("xn--bcher-kva.example").is_domain());
}

#[test]
fn an_option_without_a_place_is_refused_not_left_out() {
    let filling = exempt(&["a@b.example"]);
    let err = find("header-checks").unwrap().render(&filling).unwrap_err();
    assert_eq!(err.to_string(), "`--exempt` has no place in the rule `header-checks`");
    let filling = Filling {
        socket: Some("inet:127.0.0.1:8891".to_owned()),
        ..Filling::default()
    };
    assert!(find("rspamd").unwrap().render(&filling).is_err());
    let text = find("postconf").unwrap().render(&filling).unwrap();
    assert!(
        text.contains("\nsmtpd_milters = { inet:127.0.0.1:8891, default_action=tempfail"),
        "{text}"
    );
    assert!(!text.contains("unix:waxseal/"), "{text}");
    for socket in [
        "unix:",
        "unix:a b",
        "inet:127.0.0.1",
        "inet::8891",
        "inet:h:99999",
        "local:x",
        "unix:a}\nx = y",
    ] {
        let filling = Filling {
            socket: Some(socket.to_owned()),
            ..Filling::default()
        };
        assert!(
            matches!(find("postconf").unwrap().render(&filling), Err(RuleError::Socket(_))),
            "{socket}"
        );
    }
}

#[test]
fn rspamd_and_sieve_take_exemptions_as_data() {
    let filling = Filling {
        domains: vec![name("own.example")],
        ..exempt(&["crm@x.example", "journal.example"])
    };
    let lua = find("rspamd").unwrap().render(&filling).unwrap();
    assert!(
        lua.contains("\nlocal exempt = { [\"crm@x.example\"] = true, [\"journal.example\"] = true }\n"),
        "{lua}"
    );
    assert!(
        lua.contains("\nlocal own_domains = { [\"own.example\"] = true }\n"),
        "{lua}"
    );
    assert!(!lua.contains("waxseal:"), "{lua}");
    for needed in [
        "\"Resent-To\"",
        "\"Resent-Cc\"",
        "get_recipients({ \"smtp\", \"orig\" })",
        "header.value",
    ] {
        assert!(lua.contains(needed), "{needed}");
    }

    let sieve = find("sieve")
        .unwrap()
        .render(&exempt(&["crm@x.example", "journal.example"]))
        .unwrap();
    assert!(
        sieve.contains("not address :all :is [\"to\", \"cc\", \"resent-to\", \"resent-cc\"] [\"crm@x.example\"],\n"),
        "{sieve}"
    );
    assert!(
        sieve
            .contains("not address :domain :is [\"to\", \"cc\", \"resent-to\", \"resent-cc\"] [\"journal.example\"]\n"),
        "{sieve}"
    );
    assert!(!sieve.contains("nobody@alias.invalid"), "{sieve}");
    let only_domain = find("sieve").unwrap().render(&exempt(&["journal.example"])).unwrap();
    assert!(
        !only_domain.contains("[],") && only_domain.contains(":domain :is"),
        "{only_domain}"
    );
}

#[test]
fn sigma_is_three_yaml_documents_with_their_required_fields() {
    let text = plain("sigma");
    let mut documents = 0;
    let mut depth = 0_u32;
    let mut keys: Vec<Vec<String>> = Vec::new();
    let mut expects_key = true;
    for event in Parser::new_from_str(&text) {
        match event.unwrap().0 {
            Event::DocumentStart(_) => {
                documents += 1;
                keys.push(Vec::new());
            }
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                depth += 1;
                expects_key = true;
            }
            Event::MappingEnd | Event::SequenceEnd => {
                depth -= 1;
                expects_key = true;
            }
            Event::Scalar(value, ..) if depth == 1 => {
                if expects_key {
                    keys.last_mut().unwrap().push(value.into_owned());
                }
                expects_key = !expects_key;
            }
            _ => {}
        }
    }
    assert_eq!(documents, 3);
    for found in keys {
        for needed in ["title", "id", "logsource", "detection", "level", "falsepositives"] {
            assert!(found.iter().any(|key| key == needed), "{needed} in {found:?}");
        }
    }
}

/// A line as Postfix 3.7 wrote it, with and without what the syslog rules look for.
#[test]
fn the_syslog_expressions_match_the_whole_line_alone() {
    for id in ["rsyslog", "syslog-ng"] {
        let text = plain(id);
        let expressions: Vec<regex::Regex> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .flat_map(|line| line.split(['"', '\'']))
            .filter(|part| part.starts_with("^ *["))
            .map(|part| regex::Regex::new(part).unwrap())
            .collect();
        assert_eq!(expressions.len(), 2, "{id}");
        let matches = |line: &str| expressions.iter().any(|expression| expression.is_match(line));
        assert!(matches(
            " 4jXB3H6c2Bz6nKb: warning: header Bcc: spy@giftshop.example from local; from=<root@test.local>: bcc header present"
        ));
        assert!(matches(
            "A1B2C3D4: warning: header Resent-BCC: x from local; from=<a@b.example>: bcc header present"
        ));
        assert!(matches(
            "4jXB3H6c2Bz6nKb: milter-hold: END-OF-MESSAGE from unknown[127.0.0.1]: milter triggers HOLD action; from=<a@b.example>"
        ));
        // Header text that plays such a line.
        assert!(!matches(
            "4jXB3H6c2Bz6nKb: info: header To: x: warning: header Bcc: y: bcc header present from local; from=<a@b.example>"
        ));
        assert!(!matches(
            "4jXB3H6c2Bz6nKb: info: header To: milter-hold: END-OF-MESSAGE from x from local; from=<a@b.example>"
        ));
        assert!(!matches(
            "4jXB3H6c2Bz6nKb: warning: header Subject: x: bcc header present"
        ));
    }
}

#[test]
fn exim_bounds_what_it_logs_and_writes_raw_headers_in_base64() {
    let text = plain("exim");
    for header in ["To", "Cc", "Resent-To", "Resent-Cc", "From", "Bcc", "List-Id"] {
        let line = format!(
            "    condition = ${{if def:h_{header}:}}\n    logwrite  = waxseal-visible {} ${{base64:${{length_4000:$rh_{header}:}}}}\n",
            header.to_lowercase()
        );
        assert!(text.contains(&line), "{line}");
    }
    // Balanced, as Exim's expansion needs it.
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        assert_eq!(line.matches('{').count(), line.matches('}').count(), "{line}");
    }
}
