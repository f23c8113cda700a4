//! Oddities of RFC 5322 and of what passes for it, each with whom it names, held to `mail-parser` as well.
//!
//! The rule of the comparison: on valid text both name the same mailboxes, unless the line says [`Theirs::Loses`], which is a fault of
//! `mail-parser` 0.11 with a form that the standard allows. On text that no rule of the standard allows there is nothing to agree on: what
//! is asserted there is our own choice, which is that nobody is named who only stands in a name, a comment or a quoted string, and that
//! what could not be read is said.

use super::differential::{theirs, visited};

/// What `mail-parser` 0.11 makes of a valid text.
enum Theirs {
    /// The same mailboxes.
    Agrees,
    /// Others, or none: the reason, as read in its source (`parsers/fields/address.rs`).
    Loses(&'static str),
}

use Theirs::{Agrees, Loses};

/// It collects what stands outside quotes only: a quoted local part becomes part of the name.
const QUOTED: Theirs = Loses("a quoted string is always taken for a name outside angle brackets");
/// It has a token per run of characters, and only the one with the at sign is an address.
const SPACED: Theirs = Loses("white space and comments end an address");
const ROUTE: Theirs = Loses("a route is kept as part of the address");
const LITERAL: Theirs = Loses("a colon outside angle brackets always ends the name of a group");

/// Valid by §3.4, §4.4, or RFC 6532: the text, whom it names, and the other parser.
const VALID: &[(&str, &[&str], Theirs)] = &[
    // Plain.
    ("", &[], Agrees),
    ("alice@a.example", &["alice@a.example"], Agrees),
    ("alice@localhost", &["alice@localhost"], Agrees),
    ("ALICE@A.EXAMPLE", &["ALICE@a.example"], Agrees),
    (
        "alice@a.example,bob@b.example",
        &["alice@a.example", "bob@b.example"],
        Agrees,
    ),
    (
        "!#$%&'*+-/=?^_`{|}~@a.example",
        &["!#$%&'*+-/=?^_`{|}~@a.example"],
        Agrees,
    ),
    ("alice+tag=x/y@a.example", &["alice+tag=x/y@a.example"], Agrees),
    ("a.b.c.d@e.f.g.example", &["a.b.c.d@e.f.g.example"], Agrees),
    // Names.
    ("Alice <alice@a.example>", &["alice@a.example"], Agrees),
    ("Alice<alice@a.example>", &["alice@a.example"], Agrees),
    ("Alice  \t Example <alice@a.example>", &["alice@a.example"], Agrees),
    ("\"Alice\" <alice@a.example>", &["alice@a.example"], Agrees),
    (
        "\"Example, Alice; Dr. : <x>\" <alice@a.example>",
        &["alice@a.example"],
        Agrees,
    ),
    ("\"Alice\"\"Example\"<alice@a.example>", &["alice@a.example"], Agrees),
    ("\"\" <alice@a.example>", &["alice@a.example"], Agrees),
    ("A. L. Ice <alice@a.example>", &["alice@a.example"], Agrees),
    (
        "\"a \\\"quoted\\\" name\" <alice@a.example>",
        &["alice@a.example"],
        Agrees,
    ),
    ("\"back\\\\slash\" <alice@a.example>", &["alice@a.example"], Agrees),
    ("<alice@a.example>", &["alice@a.example"], Agrees),
    // Names that look like addresses.
    ("\"spy@x.example\" <alice@y.example>", &["alice@y.example"], Agrees),
    ("\"<spy@x.example>\" <alice@y.example>", &["alice@y.example"], Agrees),
    ("\"spy@x.example, \" <alice@y.example>", &["alice@y.example"], Agrees),
    (
        "\"\\\"<spy@x.example>, \" <alice@y.example>",
        &["alice@y.example"],
        Agrees,
    ),
    (
        "=?utf-8?q?spy=40x.example?= <alice@y.example>",
        &["alice@y.example"],
        Agrees,
    ),
    (
        "=?utf-8?b?PHNweUB4LmV4YW1wbGU+LA==?= <alice@y.example>",
        &["alice@y.example"],
        Agrees,
    ),
    // Encoded words.
    ("=?utf-8?q?Jos=C3=A9?= <jose@a.example>", &["jose@a.example"], Agrees),
    (
        "=?utf-8?q?Jos=C3=A9=2C?= =?utf-8?q?A?= <jose@a.example>",
        &["jose@a.example"],
        Agrees,
    ),
    (
        "=?iso-8859-1?Q?Andr=E9?=\r\n =?us-ascii?Q?_P?= <andre@a.example>, b@b.example",
        &["andre@a.example", "b@b.example"],
        Agrees,
    ),
    ("=?utf-8?q?never closed <a@a.example>", &["a@a.example"], Agrees),
    // Comments.
    ("alice@a.example (Alice)", &["alice@a.example"], Agrees),
    ("(Alice) alice@a.example", &["alice@a.example"], Agrees),
    ("alice@a.example (spy@x.example)", &["alice@a.example"], Agrees),
    ("alice@a.example (a (b (c) d) e)", &["alice@a.example"], Agrees),
    ("alice@a.example (\\) spy@x.example)", &["alice@a.example"], Agrees),
    ("alice@a.example (, spy@x.example, )", &["alice@a.example"], Agrees),
    (
        "alice@a.example (\"), bob@b.example",
        &["alice@a.example", "bob@b.example"],
        Agrees,
    ),
    (
        "alice@a.example (;), bob@b.example",
        &["alice@a.example", "bob@b.example"],
        Agrees,
    ),
    ("Alice (\\( x) <alice@a.example>", &["alice@a.example"], Agrees),
    ("Alice () <alice@a.example> ()", &["alice@a.example"], Agrees),
    ("(a)(b)alice@a.example(c)(d)", &["alice@a.example"], Agrees),
    ("(only a comment)", &[], Agrees),
    ("(only a comment), alice@a.example", &["alice@a.example"], Agrees),
    // White space and folding.
    (
        "alice@a.example,\r\n\tbob@b.example",
        &["alice@a.example", "bob@b.example"],
        Agrees,
    ),
    ("Alice\r\n <alice@a.example>", &["alice@a.example"], Agrees),
    ("\"Ali\r\n ce\" <alice@a.example>", &["alice@a.example"], Agrees),
    ("   alice@a.example   ", &["alice@a.example"], Agrees),
    ("Alice <\r\n alice@a.example\r\n >", &["alice@a.example"], Agrees),
    ("Alice < alice@a.example >", &["alice@a.example"], Agrees),
    // Groups.
    ("undisclosed-recipients:;", &[], Agrees),
    ("undisclosed-recipients: ;", &[], Agrees),
    ("Team: alice@a.example;", &["alice@a.example"], Agrees),
    (
        "Team: alice@a.example, Bob <bob@b.example>;",
        &["alice@a.example", "bob@b.example"],
        Agrees,
    ),
    ("\"Team, A\": alice@a.example;", &["alice@a.example"], Agrees),
    (
        "A: a@a.example;, B: b@b.example;",
        &["a@a.example", "b@b.example"],
        Agrees,
    ),
    ("A: a@a.example;, b@b.example", &["a@a.example", "b@b.example"], Agrees),
    (
        "a@a.example, B: b@b.example;, c@c.example",
        &["a@a.example", "b@b.example", "c@c.example"],
        Agrees,
    ),
    ("(x) Team (y) : (z) alice@a.example (w) ;", &["alice@a.example"], Agrees),
    ("\"spy@x.example\": alice@a.example;", &["alice@a.example"], Agrees),
    ("Team:,,alice@a.example,,;", &["alice@a.example"], Agrees),
    ("Empty:(nobody);", &[], Agrees),
    // Empty elements (obs-addr-list).
    (",,alice@a.example,,", &["alice@a.example"], Agrees),
    (" , \r\n ,alice@a.example", &["alice@a.example"], Agrees),
    (",", &[], Agrees),
    // Quoted local parts.
    ("\"alice\"@a.example", &["alice@a.example"], QUOTED),
    ("\"alice smith\"@a.example", &["\"alice smith\"@a.example"], QUOTED),
    ("\"alice@b\"@a.example", &["\"alice@b\"@a.example"], QUOTED),
    (
        "\"a,b\"@a.example, c@c.example",
        &["\"a,b\"@a.example", "c@c.example"],
        QUOTED,
    ),
    (
        "\"spy@x.example>\"@a.example",
        &["\"spy@x.example>\"@a.example"],
        QUOTED,
    ),
    ("\"a\\\"b\"@a.example", &["\"a\\\"b\"@a.example"], QUOTED),
    ("\" \"@a.example", &["\" \"@a.example"], QUOTED),
    ("\"a\".b.\"c\"@a.example", &["a.b.c@a.example"], QUOTED),
    ("<\"alice smith\"@a.example>", &["\"alice smith\"@a.example"], Agrees),
    (
        "<\"alice\"@a.example>",
        &["alice@a.example"],
        Loses("quotes are kept inside angle brackets"),
    ),
    // White space and comments inside an address (obs-local-part, obs-domain).
    ("alice @ a.example", &["alice@a.example"], SPACED),
    ("alice . b @ a . example", &["alice.b@a.example"], SPACED),
    ("alice(x)@(y)a(z).example", &["alice@a.example"], SPACED),
    ("alice\r\n @a.example", &["alice@a.example"], SPACED),
    ("alice(spy@x.example)@a.example", &["alice@a.example"], SPACED),
    (
        "Alice <alice . b @ a . example>",
        &["alice.b@a.example"],
        Loses("white space inside angle brackets is kept"),
    ),
    ("Alice <(x)alice(y)@(z)a.example(w)>", &["alice@a.example"], Agrees),
    // Routes (obs-route).
    ("<@relay.example:alice@a.example>", &["alice@a.example"], ROUTE),
    (
        "<@relay.example,@other.example:alice@a.example>",
        &["alice@a.example"],
        ROUTE,
    ),
    (
        "Alice <@relay.example,,@[192.0.2.1]:alice@a.example>",
        &["alice@a.example"],
        ROUTE,
    ),
    (
        "<@spy.example:alice@a.example>, b@b.example",
        &["alice@a.example", "b@b.example"],
        ROUTE,
    ),
    // Domain literals.
    ("alice@[192.0.2.1]", &["alice@[192.0.2.1]"], Agrees),
    ("<alice@[IPv6:2001:db8::1]>", &["alice@[ipv6:2001:db8::1]"], Agrees),
    ("alice@[IPv6:2001:db8::1]", &["alice@[ipv6:2001:db8::1]"], LITERAL),
    ("alice@[ 192.0.2.1 ]", &["alice@[192.0.2.1]"], SPACED),
    // Other scripts (RFC 6532) and A-labels.
    ("josé@bücher.example", &["josé@bücher.example"], Agrees),
    ("用户 <用户@例子.example>", &["用户@例子.example"], Agrees),
    ("alice@xn--bcher-kva.example", &["alice@xn--bcher-kva.example"], Agrees),
    ("Ünï <Alice@BÜCHER.example>", &["Alice@bücher.example"], Agrees),
];

/// No rule of the standard allows these. Whom they name for sure, and whether all of it was understood.
const INVALID: &[(&str, &[&str], bool)] = &[
    // Nobody who only stands in a name, a comment or a string, however that ends.
    ("spy@x.example <alice@y.example>", &["alice@y.example"], true),
    ("(spy@x.example <alice@y.example>", &[], false),
    ("\"spy@x.example <alice@y.example>", &[], false),
    ("alice@y.example (spy@x.example", &["alice@y.example"], false),
    ("alice@y.example \"spy@x.example", &["alice@y.example"], false),
    ("<alice@y.example> spy@x.example", &["alice@y.example"], true),
    ("[spy@x.example] <alice@y.example>", &["alice@y.example"], true),
    ("[spy@x.example", &[], false),
    // Two in one element: whom it names is not sure.
    ("spy@x.example alice@y.example", &[], false),
    ("<spy@x.example> <alice@y.example>", &[], false),
    (
        "Alice <alice@y.example> Spy <spy@x.example>, b@b.example",
        &["b@b.example"],
        false,
    ),
    ("<spy@x.example, alice@y.example>", &[], false),
    ("spy@x.example: alice@y.example;", &[], false),
    ("<spy@x.example>: alice@y.example;", &[], false),
    // Forms that mail clients write, and that say one thing.
    ("Alice alice@y.example", &["alice@y.example"], true),
    (
        "alice@y.example; bob@b.example",
        &["alice@y.example", "bob@b.example"],
        true,
    ),
    (
        "alice@y.example; bob@b.example, c@c.example;",
        &["alice@y.example", "bob@b.example", "c@c.example"],
        true,
    ),
    ("Alice <alice@y.example", &["alice@y.example"], true),
    ("alice@y.example>", &[], false),
    ("undisclosed-recipients:", &[], true),
    ("Team: alice@y.example", &["alice@y.example"], true),
    ("alice@y.example.", &["alice@y.example"], true),
    // Several at signs: the last one parts.
    ("spy@x.example@y.example", &["\"spy@x.example\"@y.example"], true),
    ("<spy@x.example@y.example>", &["\"spy@x.example\"@y.example"], true),
    ("@@", &[], false),
    ("alice@@y.example", &["\"alice@\"@y.example"], true),
    // No mailboxes.
    ("alice", &[], false),
    ("alice@", &[], false),
    ("@y.example", &[], false),
    ("alice@-y.example", &[], false),
    ("alice@y..example", &[], false),
    ("alice..b@y.example", &["\"alice..b\"@y.example"], true),
    (".alice@y.example", &["\".alice\"@y.example"], true),
    ("alice@under_score.example", &[], false),
    ("a\0lice@y.example", &[], false),
    ("alice@y\0.example", &[], false),
    ("\0, alice@y.example", &["alice@y.example"], false),
    ("Al\0ice <alice@y.example>", &["alice@y.example"], true),
    ("alice@y.example\0", &[], false),
    ("alice@y.example\u{7f}", &[], false),
    ("alice\u{a0}@y.example", &["alice@y.example"], true),
    ("\u{feff}alice@y.example", &["\"\u{feff}alice\"@y.example"], true),
    ("\u{202e}alice@y.example", &["\"\u{202e}alice\"@y.example"], true),
];

#[test]
fn valid_oddities_name_whom_the_standard_says() {
    let mut wrong = Vec::new();
    for (text, expected, other) in VALID {
        super::check(text, expected);
        let expected: Vec<String> = expected.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(visited(text), (expected.clone(), true), "in {text:?}");
        let theirs = theirs(text);
        match other {
            Agrees if theirs != expected => wrong.push(format!("{text:?}: the other parser finds {theirs:?}")),
            Loses(reason) if theirs == expected => {
                wrong.push(format!("{text:?}: the other parser agrees now ({reason})"))
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn invalid_text_names_nobody_who_is_not_shown_as_a_recipient() {
    let mut wrong = Vec::new();
    for (text, expected, complete) in INVALID {
        let found = visited(text);
        if (
            found.0.iter().map(String::as_str).collect::<Vec<_>>().as_slice(),
            found.1,
        ) != (*expected, *complete)
        {
            wrong.push(format!("{text:?}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
