use serde_json::{Value, json};

use super::*;

/// The policy's own words for what is wrong, or `fine`.
#[track_caller]
fn check(value: Value, expected: &str) {
    let got = match serde_json::from_value::<Policy>(value) {
        Ok(_) => "fine".to_owned(),
        Err(err) => err.to_string(),
    };
    assert_eq!(got, expected);
}

fn waiver(change: &Value) -> Value {
    let mut waiver = json!({
        "indicator": "recipients/hidden-copy",
        "package": "resend@6.1.0",
        "reason": "our own archive",
        "owner": "mail team",
        "expires": "2027-01-31",
    });
    for (key, value) in change.as_object().unwrap() {
        if value.is_null() {
            waiver.as_object_mut().unwrap().remove(key);
        } else {
            waiver[key] = value.clone();
        }
    }
    json!({ "waivers": [waiver] })
}

#[test]
fn an_empty_policy_is_the_default_one() {
    assert_eq!(serde_json::from_value::<Policy>(json!({})).unwrap(), Policy::default());
}

#[test]
fn a_whole_policy_is_read() {
    let policy: Policy = serde_json::from_value(json!({
        "decisions": { "recipients/constant": "review", "obfuscation": "allow" },
        "recipients": { "allow": ["archive@ourcrm.example", "@ourdomain.example"] },
        "network": { "allow": ["API.ourcrm.example", ".ourdomain.example"] },
        "capabilities": { "allow": ["network", "file-system"] },
        "install-scripts": { "allow": ["sharp", "@scope/native"] },
        "publishers": { "mail-server": ["ann"], "@scope/*": ["bob", "GitHub Actions"] },
        "origin": { "minimum-age-days": 3 },
        "waivers": waiver(&json!({ "values": { "recipient": "a@b.example" } }))["waivers"],
    }))
    .unwrap();
    assert_eq!(policy.decisions["recipients/constant"], Decision::Review);
    assert_eq!(
        policy.recipients[1],
        AllowedRecipient::Domain("ourdomain.example".to_owned())
    );
    assert_eq!(policy.hosts[0], AllowedHost::Host("api.ourcrm.example".to_owned()));
    assert_eq!(policy.hosts[1], AllowedHost::Domain("ourdomain.example".to_owned()));
    assert_eq!(
        policy.capabilities,
        [CapabilityKind::Network, CapabilityKind::FileSystem]
    );
    let of = |name: &str| {
        policy
            .publishers_of(&PackageName::parse(name).unwrap())
            .map(<[String]>::to_vec)
    };
    assert_eq!(of("mail-server").unwrap(), ["ann"]);
    assert_eq!(of("@scope/mail").unwrap(), ["bob", "GitHub Actions"]);
    assert_eq!((of("mail-server-two"), of("@scoped/mail")), (None, None));
    assert_eq!(policy.minimum_age_days, Some(3));
    assert_eq!(policy.waivers[0].package.to_string(), "resend@6.1.0");
    assert_eq!(policy.waivers[0].expires.to_string(), "2027-01-31");
}

#[test]
fn an_unknown_key_is_refused() {
    let sections =
        "`decisions`, `recipients`, `network`, `capabilities`, `install-scripts`, `publishers`, `origin`, `waivers`";
    check(
        json!({ "recipient": {} }),
        &format!("unknown field `recipient`, expected one of {sections}"),
    );
    check(
        json!({ "network": { "alow": [] } }),
        "unknown field `alow`, expected `allow`",
    );
}

#[test]
fn an_id_or_word_that_means_nothing_is_refused() {
    let unknown = "`recipients/nothing` is neither a method nor an indicator; `waxseal explain` lists them";
    check(json!({ "decisions": { "recipients/nothing": "allow" } }), unknown);
    check(waiver(&json!({ "indicator": "recipients/nothing" })), unknown);
    check(
        json!({ "decisions": { "recipients": "deny" } }),
        "`recipients = \"deny\"` is no decision; write `allow`, `review` or `block`",
    );
    check(
        json!({ "recipients": { "allow": ["ourdomain.example"] } }),
        "`ourdomain.example` is no recipient; write a mailbox as `archive@crm.example` or a domain as `@crm.example`",
    );
    check(
        json!({ "network": { "allow": ["https://api.crm.example/"] } }),
        "`https://api.crm.example/` is no host; write `api.crm.example`, or `.crm.example` for a domain with all hosts below it",
    );
    check(
        json!({ "capabilities": { "allow": ["net"] } }),
        "`net` is no capability; there are `mail`, `network`, `process`, `file-system`, `environment`, `dynamic-code`, `native`, \
         `tampering`, `obfuscation`",
    );
    check(
        json!({ "install-scripts": { "allow": ["sharp@1"] } }),
        "`sharp@1` is no package: a package name cannot hold the character '@'",
    );
}

#[test]
fn publishers_are_named_for_a_package_or_a_scope() {
    let exact: Policy =
        serde_json::from_value(json!({ "publishers": { "@scope/*": ["bob"], "@scope/mail": ["ann"] } })).unwrap();
    assert_eq!(
        exact
            .publishers_of(&PackageName::parse("@scope/mail").unwrap())
            .unwrap(),
        ["ann"]
    );
    for accounts in [json!([]), json!([" "]), json!(["ann", ""])] {
        check(
            json!({ "publishers": { "mail-server": accounts } }),
            "`[publishers]` names no account for `mail-server`; write `\"mail-server\" = [\"account\"]` as the registry names it, \
             or leave the line out",
        );
    }
    for name in ["mail-*", "scope/*", "*", "@scope/mail-*", "@*/x", "@scope", "mail@1"] {
        check(
            json!({ "publishers": { name: ["ann"] } }),
            &format!(
                "`{name}` in `[publishers]` is neither a package nor a scope; write `name`, `@scope/name` or `@scope/*`"
            ),
        );
    }
    check(
        json!({ "publishers": { "mail-server": "ann" } }),
        "invalid type: string \"ann\", expected a sequence",
    );
    check(
        json!({ "origin": { "minimum-age": 3 } }),
        "unknown field `minimum-age`, expected `minimum-age-days`",
    );
    check(
        json!({ "origin": { "minimum-age-days": -1 } }),
        "invalid value: integer `-1`, expected u32",
    );
}

#[test]
fn a_waiver_says_why_who_and_until_when() {
    let missing = |field: &str| {
        format!(
            "the waiver of `recipients/hidden-copy` for `resend@6.1.0` has no `{field}`; a waiver says why (`reason`), \
             who answers for it (`owner`) and until when (`expires`)"
        )
    };
    check(waiver(&json!({})), "fine");
    for field in ["reason", "owner", "expires"] {
        check(waiver(&json!({ field: null })), &missing(field));
    }
    check(waiver(&json!({ "reason": "  " })), &missing("reason"));
    check(
        waiver(&json!({ "expires": "soon" })),
        "`soon` is not a date; a date is written YYYY-MM-DD",
    );
    check(
        waiver(&json!({ "package": null })),
        "the waiver of `recipients/hidden-copy` has no `package`; write what it is accepted in",
    );
    check(
        waiver(&json!({ "indicator": null })),
        "the waiver for `resend@6.1.0` needs either `indicator` or `method`",
    );
    check(
        waiver(&json!({ "method": "recipients" })),
        "the waiver for `resend@6.1.0` needs either `indicator` or `method`",
    );
}

#[test]
fn a_waiver_is_for_a_package_one_release_or_a_path() {
    for package in [
        "resend",
        "@scope/mail",
        "@scope/mail@1.2.3-rc.1",
        "./server",
        "../a",
        "/srv/x.tgz",
        "x.tgz",
        "fixtures/a",
    ] {
        check(waiver(&json!({ "package": package })), "fine");
    }
    for package in [
        "resend@^6.1.0",
        "resend@6.1",
        "resend@6.1.x",
        "resend@latest",
        "@scope/mail@*",
        "resend@",
    ] {
        check(
            waiver(&json!({ "package": package })),
            &format!("the waiver for `{package}` names a range; name one exact version, or none for every release"),
        );
    }
    check(
        waiver(&json!({ "package": "two words" })),
        "`two words` is no package: a package name cannot hold the character ' '",
    );
}

#[test]
fn a_date_without_quotes_comes_as_a_map_of_one() {
    check(
        waiver(&json!({ "expires": { "$__toml_private_datetime": "2027-01-31" } })),
        "fine",
    );
    check(waiver(&json!({ "expires": {} })), "a date is written YYYY-MM-DD");
}

#[test]
fn an_allowed_domain_is_not_a_suffix_of_letters() {
    let policy: Policy =
        serde_json::from_value(json!({ "network": { "allow": [".crm.example", "one.example"] } })).unwrap();
    for host in ["crm.example", "api.crm.example", "a.b.CRM.example", "one.example"] {
        assert!(policy.allows_host(host), "{host}");
    }
    for host in ["evilcrm.example", "crm.example.evil.example", "x.one.example", ""] {
        assert!(!policy.allows_host(host), "{host}");
    }
}

#[test]
fn an_allowed_host_does_not_allow_mail_to_be_copied_there() {
    assert!(
        ALLOWED_BY
            .iter()
            .all(|(indicator, list)| { !(matches!(list, Allowlist::Hosts) && indicator.starts_with("recipients/")) })
    );
}
