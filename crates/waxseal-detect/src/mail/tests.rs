use waxseal_model::{Delivery, EnvelopeSender, MailSeen, Moment, NamedBy, RecipientSeen, Severity, Visible};

use super::*;

/// A mail from the shop, at a moment in seconds.
fn mail<'a>(at: i64, recipients: &'a [RecipientSeen<'a>], visible: Visible<'a>) -> MailSeen<'a> {
    MailSeen {
        source: "test",
        host: "mx1",
        id: "4jX9",
        at: Some(Moment(at)),
        sender: EnvelopeSender::Address("shop@shop.example"),
        from: "shop@shop.example",
        login: "",
        client: "10.0.0.5",
        listener: "submission",
        list_id: "",
        recipients,
        visible,
        announced: None,
        bcc_header: false,
    }
}

fn to(address: &str) -> RecipientSeen<'_> {
    RecipientSeen {
        address,
        original: "",
        named: NamedBy::Envelope,
        delivery: Delivery::Sent,
    }
}

fn policy(toml: &str) -> MailPolicy {
    toml::from_str(toml).unwrap()
}

/// The classes of the hidden recipients of one mail.
fn classes(mail: &MailSeen<'_>, policy: &MailPolicy) -> Vec<(String, Class)> {
    classify(mail, policy)
        .hidden
        .into_iter()
        .map(|it| (it.key, it.class))
        .collect()
}

fn hidden(recipients: &[&str], named: &[&str], policy: &MailPolicy) -> Vec<(String, Class)> {
    let recipients: Vec<_> = recipients.iter().map(|it| to(it)).collect();
    classes(&mail(0, &recipients, Visible::Known(named)), policy)
}

fn unexplained(address: &str) -> Vec<(String, Class)> {
    vec![(address.to_owned(), Class::Unexplained)]
}

#[test]
fn whoever_no_header_names_is_hidden_and_whoever_one_names_is_not() {
    let none = MailPolicy::default();
    let alice = "alice@customer.example";
    assert_eq!(
        hidden(&[alice, "spy@giftshop.example"], &[alice], &none),
        unexplained("spy@giftshop.example")
    );
    assert_eq!(
        hidden(
            &[alice, "spy@giftshop.example"],
            &[alice, "spy@giftshop.example"],
            &none
        ),
        []
    );
    // The same domain is no excuse, and neither is a name that only looks alike.
    assert_eq!(
        hidden(&[alice, "bob@customer.example"], &[alice], &none),
        unexplained("bob@customer.example")
    );
    assert_eq!(
        hidden(&["alice@customer.example.evil.example"], &[alice], &none),
        unexplained("alice@customer.example.evil.example")
    );
}

#[test]
fn one_mailbox_may_be_written_in_many_ways() {
    let none = MailPolicy::default();
    for (envelope, header) in [
        ("Alice@Customer.Example", "alice@customer.example"),
        ("<alice@customer.example>", "alice@customer.example"),
        ("alice@customer.example.", "alice@customer.example"),
        ("\"alice\"@customer.example", "alice@customer.example"),
        ("\"al\\ice\"@customer.example", "alice@customer.example"),
        ("alice+orders@customer.example", "alice@customer.example"),
        ("alice@customer.example", "alice+orders@customer.example"),
        ("alice@xn--bcher-kva.example", "alice@bücher.example"),
        ("ÄRGER@bücher.example", "ärger@BÜCHER.example"),
        ("root", "root"),
    ] {
        assert_eq!(hidden(&[envelope], &[header], &none), [], "{envelope} is {header}");
    }
    let strict = policy("recipient-delimiters = ''");
    assert_eq!(
        hidden(&["alice+x@c.example"], &["alice@c.example"], &strict),
        unexplained("alice+x@c.example")
    );
}

#[test]
fn an_alias_is_named_by_what_the_sender_wrote() {
    let none = MailPolicy::default();
    let bob = RecipientSeen {
        original: "team@shop.example",
        ..to("bob@customer.example")
    };
    assert_eq!(
        classes(&mail(0, &[bob], Visible::Known(&["team@shop.example"])), &none),
        []
    );
    assert_eq!(
        classes(&mail(0, &[bob], Visible::Known(&["sales@shop.example"])), &none),
        unexplained("bob@customer.example")
    );
}

#[test]
fn what_is_missing_is_undecided_and_never_hidden() {
    let none = MailPolicy::default();
    let both = [to("alice@customer.example"), to("spy@giftshop.example")];
    for visible in [Visible::Partial(&["alice@customer.example"]), Visible::Unknown] {
        let found = classify(&mail(0, &both, visible), &none);
        assert_eq!(found.hidden, [], "{visible:?}");
        assert!(found.undecided > 0, "{visible:?}");
    }
    // But a source that says so itself needs no header.
    let declared = RecipientSeen {
        named: NamedBy::Bcc,
        ..to("spy@giftshop.example")
    };
    let found = classes(
        &mail(0, &[to("alice@customer.example"), declared], Visible::Unknown),
        &none,
    );
    assert_eq!(found, [("spy@giftshop.example".to_owned(), Class::Declared)]);
    // Even where a header names it, as when both a Bcc and a To do: what the source says is what is true.
    let found = classes(
        &mail(0, &[declared], Visible::Known(&["alice@customer.example"])),
        &none,
    );
    assert_eq!(found, [("spy@giftshop.example".to_owned(), Class::Declared)]);
}

#[test]
fn known_reasons_are_taken_out_by_name() {
    let alice = "alice@customer.example";
    let rules = policy(
        "domains = ['shop.example']
         [journals]
         addresses = ['archive@journal.example']
         [lists]
         domains = ['lists.shop.example']
         clients = ['127.0.0.1']
         [[applications]]
         name = 'shop'
         senders = ['*@shop.example']
         allow = ['crm@crm.example', '@partner.example', '@*.group.example']
         reason = 'agreed'
         owner = 'ops'",
    );
    for (address, class) in [
        ("archive@journal.example", Class::Journal),
        ("crm@crm.example", Class::Approved),
        ("any@partner.example", Class::Approved),
        ("any@deep.below.group.example", Class::Approved),
        ("any@group.example", Class::Approved),
        ("shop@shop.example", Class::SelfCopy),
        ("shop+sent@shop.example", Class::SelfCopy),
        ("other@crm.example", Class::Unexplained),
        ("any@sub.partner.example", Class::Unexplained),
        ("any@evilgroup.example", Class::Unexplained),
        ("boss@shop.example", Class::Unexplained),
    ] {
        assert_eq!(
            hidden(&[alice, address], &[alice], &rules),
            [(address.to_owned(), class)]
        );
    }
    let bounce = MailSeen {
        sender: EnvelopeSender::Address("dev-bounces+alice=customer.example@lists.shop.example"),
        client: "127.0.0.1",
        ..mail(0, &[], Visible::Known(&["dev@lists.shop.example"]))
    };
    let one = [to(alice)];
    let list = MailSeen {
        recipients: &one,
        ..bounce
    };
    assert_eq!(classes(&list, &rules), [(alice.to_owned(), Class::List)]);
    // An envelope sender is whatever an application writes: from elsewhere it is no list.
    let forged = MailSeen {
        client: "10.0.0.5",
        ..list
    };
    assert_eq!(classes(&forged, &rules), unexplained(alice));
}

#[test]
fn a_notice_goes_to_one_beside_the_servers_own_copies() {
    let rules = policy("[journals]\naddresses = ['archive@journal.example']");
    let recipients = [to("alice@customer.example"), to("archive@journal.example")];
    let notice = MailSeen {
        sender: EnvelopeSender::Null,
        ..mail(0, &recipients, Visible::Known(&[]))
    };
    let classes_of = |rules: &MailPolicy| {
        classes(&notice, rules)
            .into_iter()
            .map(|(_, class)| class)
            .collect::<Vec<_>>()
    };
    assert_eq!(classes_of(&rules), [Class::Notice, Class::Journal]);
    assert_eq!(
        classes_of(&MailPolicy::default()),
        [Class::NobodyNamed, Class::NobodyNamed]
    );
}

#[test]
fn whoever_writes_himself_as_the_sender_gets_no_self_copy() {
    let rules = policy("domains = ['shop.example']");
    let recipients = [to("alice@customer.example"), to("spy@giftshop.example")];
    let named = ["alice@customer.example"];
    let forged = MailSeen {
        sender: EnvelopeSender::Address("spy@giftshop.example"),
        from: "spy@giftshop.example",
        ..mail(0, &recipients, Visible::Known(&named))
    };
    assert_eq!(classes(&forged, &rules), unexplained("spy@giftshop.example"));
    let own = MailSeen {
        login: "spy@giftshop.example",
        ..forged
    };
    assert_eq!(
        classes(&own, &rules),
        [("spy@giftshop.example".to_owned(), Class::SelfCopy)]
    );
}

#[test]
fn mail_that_names_nobody_is_a_class_of_its_own() {
    let two = [to("alice@customer.example"), to("bob@customer.example")];
    let nobody = mail(0, &two, Visible::Known(&[]));
    let class = |toml: &str| classes(&nobody, &policy(toml)).first().map(|(_, class)| *class);
    assert_eq!(class(""), Some(Class::NobodyNamed));
    assert_eq!(class("all-hidden = 'allow'"), Some(Class::AllHidden));
    assert_eq!(class("all-hidden = 'enforce'"), Some(Class::Unexplained));

    let mut ledger = Ledger::new();
    let first = ledger.observe(&nobody, &policy(""));
    assert_eq!(first.findings[0].indicator, "mail/all-hidden");
    assert_eq!(ledger.observe(&nobody, &policy("")).findings, [], "it is said once");
}

/// A shop that writes to five customers' domains, again and again.
fn known_shop(ledger: &mut Ledger, rules: &MailPolicy, mails: usize) {
    for n in 0..mails {
        let address = format!("user{n}@customer{}.example", n % 5);
        let recipients = [to(&address)];
        let named = [address.as_str()];
        let judgement = ledger.observe(&mail(n as i64 * 3_600, &recipients, Visible::Known(&named)), rules);
        assert_eq!(judgement, Judgement::default(), "mail {n}");
    }
}

#[test]
fn the_same_hidden_address_beside_different_people_is_critical() {
    let none = MailPolicy::default();
    let mut ledger = Ledger::new();
    let mut worst = Vec::new();
    for n in 0..5 {
        let customer = format!("user{n}@customer.example");
        let recipients = [to(&customer), to("spy@giftshop.example")];
        let named = [customer.as_str()];
        let judgement = ledger.observe(&mail(n, &recipients, Visible::Known(&named)), &none);
        assert_eq!(judgement.hidden, ["spy@giftshop.example"]);
        worst.push(
            judgement
                .findings
                .iter()
                .map(|it| (it.indicator, it.severity))
                .max_by_key(|it| it.1)
                .unwrap(),
        );
    }
    assert_eq!(worst[0], ("mail/hidden-recipient", Severity::High));
    assert_eq!(worst[1], ("mail/hidden-recipient", Severity::High));
    assert_eq!(worst[2], ("mail/constant-copy", Severity::Critical));
    let [finding] = &ledger.conclusions(&none)[..] else {
        panic!("one finding")
    };
    assert_eq!(
        (finding.indicator, finding.recipient.as_str()),
        ("mail/constant-copy", "spy@giftshop.example")
    );
    assert!(
        finding.summary.contains("5 mails") && finding.summary.contains("5 different"),
        "{}",
        finding.summary
    );

    // The clean twin: the same mails, signed.
    let signed = policy(
        "[[applications]]\nname = 'shop@shop.example'\nsenders = ['shop@shop.example']\nallow = ['spy@giftshop.example']\nreason = 'x'\nowner = 'y'",
    );
    assert_eq!(ledger.conclusions(&signed), [], "what is signed since is silent");
}

#[test]
fn a_second_mail_is_seen_by_what_the_sender_did_before() {
    let rules = policy("[baseline]\nlearn-days = 0\nmin-mails = 20");
    let mut ledger = Ledger::new();
    known_shop(&mut ledger, &rules, 100);
    let spy = [to("spy@giftshop.example")];
    let second = mail(400_000, &spy, Visible::Known(&["spy@giftshop.example"]));
    let judgement = ledger.observe(&second, &rules);
    assert_eq!(judgement.findings.len(), 1);
    assert_eq!(judgement.findings[0].indicator, "mail/new-recipient-domain");
    assert_eq!(judgement.findings[0].recipient, "giftshop.example");
    assert_eq!(ledger.observe(&second, &rules).findings, [], "it is new once");
    assert!(
        ledger
            .conclusions(&rules)
            .iter()
            .any(|it| it.indicator == "mail/new-recipient-domain")
    );

    // A shop that is not known yet, and one whose customers are new all the time, are left alone.
    let mut young = Ledger::new();
    known_shop(&mut young, &rules, 10);
    assert_eq!(young.observe(&second, &rules).findings, []);
    let mut open = Ledger::new();
    for n in 0..100 {
        let address = format!("user@customer{n}.example");
        let recipients = [to(&address)];
        assert_eq!(
            open.observe(&mail(n, &recipients, Visible::Known(&[&address])), &rules)
                .findings,
            []
        );
    }
}

#[test]
fn a_shadow_after_each_mail_is_told_and_a_busy_customer_is_not() {
    let none = MailPolicy::default();
    let mut ledger = Ledger::new();
    for n in 0..60 {
        let address = format!("user{n}@customer{n}.example");
        for (at, address) in [(n * 600, address.as_str()), (n * 600 + 2, "spy@giftshop.example")] {
            let recipients = [to(address)];
            ledger.observe(&mail(at, &recipients, Visible::Known(&[address])), &none);
        }
    }
    let found = ledger.conclusions(&none);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].indicator, found[0].recipient.as_str()),
        ("mail/shadow-copy", "spy@giftshop.example")
    );

    let mut busy = Ledger::new();
    for n in 0..60 {
        let address = format!("user{n}@customer{n}.example");
        for (at, address) in [(n * 600, address.as_str()), (n * 600 + 300, "regular@customer.example")] {
            let recipients = [to(address)];
            busy.observe(&mail(at, &recipients, Visible::Known(&[address])), &none);
        }
    }
    assert_eq!(busy.conclusions(&none), []);
}

#[test]
fn without_headers_the_one_who_is_never_alone_is_told() {
    let rules = policy("[journals]\naddresses = ['archive@journal.example']");
    let mut ledger = Ledger::new();
    for n in 0..200 {
        let customer = format!("user{n}@customer{n}.example");
        let mut recipients = vec![to(&customer), to("archive@journal.example")];
        if n % 10 == 0 {
            recipients.push(to("spy@giftshop.example"));
        }
        // A couple that is always written to together, and a colleague who gets mail alone too.
        let couple = [to("she@home.example"), to("he@home.example")];
        let colleague = [to("boss@shop.example")];
        let beside = [to(&customer), to("boss@shop.example")];
        for recipients in [&recipients[..], &couple[..], &colleague[..], &beside[..]] {
            ledger.observe(&mail(n, recipients, Visible::Unknown), &rules);
        }
    }
    let found = ledger.conclusions(&rules);
    let told: Vec<_> = found.iter().map(|it| (it.indicator, it.recipient.as_str())).collect();
    assert_eq!(told, [("mail/companion", "spy@giftshop.example")]);
}

#[test]
fn a_policy_decides_what_is_done_and_leaves_the_unknown_alone() {
    let recipients = [to("alice@customer.example"), to("spy@giftshop.example")];
    let named = ["alice@customer.example"];
    let leak = mail(1_000_000, &recipients, Visible::Known(&named));
    // Nobody has written a line about it, and it is not known yet: told, not stopped.
    let rules = policy("mode = 'hold'\n[baseline]\nlearn-days = 0\nmin-mails = 20");
    let mut ledger = Ledger::new();
    assert_eq!(ledger.observe(&leak, &rules).action, MailAction::Report);
    let eager = policy("mode = 'hold'\n[baseline]\nenforce-new = true");
    assert_eq!(Ledger::new().observe(&leak, &eager).action, MailAction::Hold);
    let mut ledger = Ledger::new();
    known_shop(&mut ledger, &rules, 30);
    assert_eq!(ledger.observe(&leak, &rules).action, MailAction::Hold);
    for (word, action) in [
        ("report", MailAction::Report),
        ("tag", MailAction::Tag),
        ("hold", MailAction::Hold),
        ("reject", MailAction::Reject),
        ("strip", MailAction::Strip),
    ] {
        let rules = policy(&format!(
            "[[applications]]\nname = 'shop'\nsenders = ['shop@*']\nmode = '{word}'"
        ));
        let judgement = Ledger::new().observe(&leak, &rules);
        assert_eq!((judgement.action, judgement.hidden.len()), (action, 1));
        let clean = [to("alice@customer.example")];
        let judgement = Ledger::new().observe(&mail(0, &clean, Visible::Known(&named)), &rules);
        assert_eq!(judgement.action, MailAction::Report);
    }
}

#[test]
fn mail_from_elsewhere_is_counted_and_not_judged() {
    let rules = policy("domains = ['shop.example']\nlisteners = ['submission']");
    let recipients = [to("alice@shop.example")];
    let foreign = MailSeen {
        sender: EnvelopeSender::Address("news@elsewhere.example"),
        from: "news@elsewhere.example",
        ..mail(0, &recipients, Visible::Known(&["list@elsewhere.example"]))
    };
    let mut ledger = Ledger::new();
    assert_eq!(ledger.observe(&foreign, &rules), Judgement::default());
    let other = MailSeen {
        listener: "smtpd",
        ..mail(0, &recipients, Visible::Known(&[]))
    };
    assert_eq!(ledger.observe(&other, &rules), Judgement::default());
    assert_eq!((ledger.totals().mails, ledger.totals().elsewhere), (2, 2));
    // With a login it is ours, whatever it calls itself.
    let login = MailSeen {
        login: "app",
        ..foreign
    };
    assert_eq!(ledger.observe(&login, &rules).findings.len(), 1);
    // And so is a mail whose envelope lies while its header says who it is.
    let ours = MailSeen {
        from: "shop@shop.example",
        ..foreign
    };
    assert_eq!(ledger.observe(&ours, &rules).findings.len(), 1);
}

#[test]
fn memory_has_limits_and_says_so() {
    let none = MailPolicy::default();
    let mut ledger = Ledger::new();
    for n in 0..Ledger::MAX_APPLICATIONS + 10 {
        let sender = format!("app{n}@shop.example");
        let recipients = [to("alice@customer.example")];
        let one = MailSeen {
            sender: EnvelopeSender::Address(&sender),
            ..mail(0, &recipients, Visible::Known(&["alice@customer.example"]))
        };
        ledger.observe(&one, &none);
    }
    assert_eq!(ledger.applications().len(), Ledger::MAX_APPLICATIONS + 1);
    assert_eq!(ledger.totals().unremembered, 10);
    let mut ledger = Ledger::new();
    for n in 0..Application::MAX_COPIES + 5 {
        let spy = format!("spy{n}@giftshop.example");
        let recipients = [to("alice@customer.example"), to(&spy)];
        let judgement = ledger.observe(
            &mail(0, &recipients, Visible::Known(&["alice@customer.example"])),
            &none,
        );
        assert_eq!(judgement.hidden.len(), 1, "each mail is judged, whatever is remembered");
    }
    assert_eq!(ledger.applications()[0].1.further_copies, 5);
    assert_eq!(ledger.limits_met().len(), 1);
}

#[test]
fn a_list_that_writes_to_each_by_an_address_of_its_own_is_one_application() {
    let none = MailPolicy::default();
    let mut ledger = Ledger::new();
    for n in 0..20 {
        let sender = format!("Dev-Bounces+user{n}=customer.example@Lists.shop.example");
        let recipients = [to("alice@customer.example")];
        let one = MailSeen {
            sender: EnvelopeSender::Address(&sender),
            ..mail(0, &recipients, Visible::Known(&["alice@customer.example"]))
        };
        ledger.observe(&one, &none);
    }
    let names: Vec<_> = ledger
        .applications()
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(names, ["dev-bounces@lists.shop.example"]);
}

#[test]
fn lines_that_are_missing_are_told_where_more_were_counted_than_named() {
    let none = MailPolicy::default();
    let one = [to("alice@customer.example")];
    let counted = MailSeen {
        announced: Some(2),
        ..mail(0, &one, Visible::Known(&["alice@customer.example"]))
    };
    assert_eq!(
        Ledger::new().observe(&counted, &none).findings[0].indicator,
        "mail/more-than-named"
    );
    let journal = policy("[journals]\naddresses = ['archive@journal.example']");
    assert_eq!(Ledger::new().observe(&counted, &journal).findings, []);
}

#[test]
fn questions_are_asked_once() {
    let none = MailPolicy::default();
    let mut ledger = Ledger::new();
    for n in 0..10 {
        let customer = format!("user{n}@customer.example");
        let extra = format!("desk{}@crm.example", n % 5);
        let recipients = [to(&customer), to("archive@journal.example"), to(&extra)];
        ledger.observe(&mail(n, &recipients, Visible::Known(&[&customer])), &none);
    }
    let [proposal] = &proposals(&ledger, &none)[..] else {
        panic!("one application")
    };
    let asked: Vec<_> = proposal
        .questions
        .iter()
        .map(|it| (it.recipient.as_str(), it.copies, it.constant))
        .collect();
    assert_eq!(
        asked,
        [("@crm.example", 10, false), ("archive@journal.example", 10, true)]
    );
    let signed = policy(
        "[[applications]]\nname = 'shop@shop.example'\nsenders = ['shop@shop.example']\nallow = ['@crm.example', 'archive@journal.example']\nreason = 'x'\nowner = 'y'",
    );
    assert_eq!(proposals(&ledger, &signed), []);
    // What was refused is not asked again, and stays a finding.
    let refused = policy(
        "[[applications]]\nname = 'shop@shop.example'\nsenders = ['shop@shop.example']\nallow = ['@crm.example']\nrefuse = ['archive@journal.example', 'desk1@crm.example']\nreason = 'x'\nowner = 'y'",
    );
    assert_eq!(proposals(&ledger, &refused), []);
    let found: Vec<_> = ledger
        .conclusions(&refused)
        .into_iter()
        .map(|it| it.recipient)
        .collect();
    assert_eq!(found, ["archive@journal.example", "desk1@crm.example"]);
}

#[test]
fn a_policy_with_a_mistake_is_refused_in_a_sentence() {
    for (toml, says) in [
        ("mode = 'drop'", "`report`, `tag`, `hold`, `reject` or `strip`"),
        ("on-error = 'discard'", "`accept` or `tempfail`"),
        ("journal = 1", "unknown field"),
        ("[journals]\naddresses = ['archive']", "no recipient"),
        ("domains = ['@shop.example']", "no domain"),
        ("[baseline]\nconstant-copies = 1", "constant"),
        ("[[applications]]\nname = 'x'", "names no mail"),
        ("[[applications]]\nsenders = ['x']", "no `name`"),
        (
            "[[applications]]\nname = 'x'\nsenders = ['shop.example']",
            "fits no sender",
        ),
        (
            "[[applications]]\nname = 'x'\nclients = ['10.0.0.0/8']",
            "fits no client",
        ),
        (
            "[[applications]]\nname = 'x'\nsenders = ['x']\nallow = ['a@b.example']",
            "no `reason`",
        ),
        (
            "[[applications]]\nname = 'x'\nsenders = ['x']\nallow = ['@*.com']\nreason = 'x'\nowner = 'x'",
            "public suffix",
        ),
        (
            "[[applications]]\nname = 'x'\nsenders = ['x']\nallow = ['*@b.example']\nreason = 'x'\nowner = 'x'",
            "no recipient",
        ),
        (
            "[[applications]]\nname = 'x'\nsenders = ['x']\n[[applications]]\nname = 'x'\nlogins = ['x']",
            "two",
        ),
    ] {
        let err = toml::from_str::<MailPolicy>(toml).unwrap_err().to_string();
        assert!(err.contains(says), "{toml}: {err}");
    }
}

#[test]
fn a_pattern_fits_as_it_reads() {
    use super::glob::Glob;
    for (pattern, text, fits) in [
        ("*@shop.example", "App@Shop.Example", true),
        ("*@shop.example", "app@shop.example.evil.example", false),
        ("a*a", "a", false),
        ("a*b*c", "aXbYc", true),
        ("a*b*c", "acb", false),
        ("*b*", "abc", true),
        ("**", "", true),
        ("10.0.*", "10.0.0.5", true),
        ("", "", true),
        ("x", "xx", false),
    ] {
        assert_eq!(Glob::new(pattern).fits(text), fits, "{pattern} on {text}");
    }
}

#[test]
fn the_quick_form_of_an_address_is_the_slow_one() {
    let mut key = String::new();
    for written in [
        "Alice@Customer.Example",
        "<a@b.example>",
        "a@b.example.",
        "\"q q\"@b.example",
        "root",
        "",
        "ä@bücher.example",
        "a b@c.example",
        "a@B.Example ",
        "\"a\\\"b\"@c.example",
        "@c.example",
        "a@",
        "a@@c.example",
        "<>",
        "A\u{212a}@x.example",
    ] {
        super::address::compare_key_into(&mut key, written);
        assert_eq!(key, compare_key(written), "{written:?}");
    }
}

#[test]
fn headers_that_are_more_than_a_milter_reads_are_the_senders_doing() {
    let recipients = [to("alice@customer.example"), to("spy@giftshop.example")];
    let seen = mail(0, &recipients, Visible::Partial(&["alice@customer.example"]));
    let rules = policy("[[applications]]\nname = 'shop'\nsenders = ['shop@*']\nmode = 'hold'");
    let milter = MailSeen {
        source: "milter",
        ..seen
    };
    let judgement = Ledger::new().observe(&milter, &rules);
    assert_eq!((judgement.action, judgement.hidden.len()), (MailAction::Hold, 0));
    assert_eq!(judgement.findings[0].indicator, "mail/unreadable-headers");
    // In a log headers are cut off all the time.
    assert_eq!(Ledger::new().observe(&seen, &rules).findings, []);
}

#[test]
fn what_others_wrote_is_remembered_up_to_a_length() {
    let long = format!("{}@giftshop.example", "ä".repeat(100_000));
    let recipients = [to("alice@customer.example"), to(&long)];
    for visible in [Visible::Known(&["alice@customer.example"][..]), Visible::Unknown] {
        let seen = MailSeen {
            login: &long,
            client: &long,
            host: &long,
            id: &long,
            ..mail(0, &recipients, visible)
        };
        let mut ledger = Ledger::new();
        for _ in 0..10 {
            ledger.observe(&seen, &MailPolicy::default());
        }
        let text = serde_json::to_string(&ledger).unwrap();
        assert!(text.len() < 60_000, "{}", text.len());
    }
}

#[test]
fn who_was_refused_is_refused_whatever_the_envelope_says() {
    let rules = policy(
        "[lists]
         domains = ['lists.shop.example']
         [[applications]]
         name = 'any'
         clients = ['*']
         allow = ['@giftshop.example']
         refuse = ['spy@giftshop.example']
         reason = 'x'
         owner = 'y'",
    );
    let spy = [to("spy@giftshop.example")];
    let seen = mail(0, &spy, Visible::Known(&["alice@customer.example"]));
    for sender in [
        EnvelopeSender::Null,
        EnvelopeSender::Address("x@lists.shop.example"),
        EnvelopeSender::Address("shop@shop.example"),
    ] {
        assert_eq!(
            classes(&MailSeen { sender, ..seen }, &rules),
            unexplained("spy@giftshop.example"),
            "{sender:?}"
        );
    }
}

#[test]
fn a_bounce_that_names_somebody_else_is_no_notice() {
    let spy = [to("x7@giftshop.example")];
    let seen = MailSeen {
        sender: EnvelopeSender::Null,
        ..mail(0, &spy, Visible::Known(&["alice@customer.example"]))
    };
    assert_eq!(
        classes(&seen, &MailPolicy::default()),
        unexplained("x7@giftshop.example")
    );
}

#[test]
fn details_do_not_make_another_address_and_a_reason_that_was_missing_counts() {
    let none = MailPolicy::default();
    let mut ledger = Ledger::new();
    let nobody = [to("evil@giftshop.example")];
    ledger.observe(&mail(0, &nobody, Visible::Known(&[])), &none);
    for n in 0..5 {
        let (customer, evil) = (
            format!("user{n}@customer.example"),
            format!("evil+{n}@giftshop.example"),
        );
        let recipients = [to(&customer), to(&evil)];
        ledger.observe(&mail(n, &recipients, Visible::Known(&[&customer])), &none);
    }
    let found: Vec<_> = ledger
        .conclusions(&none)
        .into_iter()
        .map(|it| (it.indicator, it.recipient))
        .collect();
    assert_eq!(found, [("mail/constant-copy", "evil@giftshop.example".to_owned())]);
}

#[test]
fn an_application_that_names_people_is_told_of_for_each_it_does_not() {
    let rules = policy("[baseline]\nlearn-days = 0\nmin-mails = 20");
    let mut ledger = Ledger::new();
    known_shop(&mut ledger, &rules, 100);
    for address in ["a@giftshop.example", "b@giftshop.example"] {
        let nobody = [to(address)];
        let seen = mail(400_000, &nobody, Visible::Known(&[]));
        let said: Vec<_> = ledger
            .observe(&seen, &rules)
            .findings
            .into_iter()
            .map(|it| it.indicator)
            .collect();
        assert!(said.contains(&"mail/all-hidden"), "{address}: {said:?}");
        assert_eq!(ledger.observe(&seen, &rules).findings, [], "once for each");
    }
}

#[test]
fn a_mail_to_very_many_is_judged_in_time_proportional_to_them() {
    let names: Vec<String> = (0..50_000).map(|n| format!("user{n}+x@customer.example")).collect();
    let named: Vec<&str> = names.iter().map(String::as_str).collect();
    let addresses: Vec<String> = (0..50_000).map(|n| format!("other{n}@domain{n}.example")).collect();
    let recipients: Vec<_> = addresses.iter().map(|it| to(it)).collect();
    // Every one against every one would take minutes here.
    let judgement = Ledger::new().observe(&mail(0, &recipients, Visible::Known(&named)), &MailPolicy::default());
    assert_eq!(judgement.hidden.len(), 50_000);
}

#[test]
fn all_applications_together_have_a_limit() {
    let mut ledger = Ledger::new();
    ledger.totals.room.left = 600;
    for n in 0..5 {
        let (customer, evil) = (
            format!("user{n}@customer{n}.example"),
            format!("evil{n}@giftshop.example"),
        );
        let recipients = [to(&customer), to(&evil)];
        let judgement = ledger.observe(
            &mail(n, &recipients, Visible::Known(&[&customer])),
            &MailPolicy::default(),
        );
        assert_eq!(judgement.hidden.len(), 1, "each mail is judged");
    }
    assert!(
        ledger.limits_met().iter().any(|it| it.contains("not remembered")),
        "{:?}",
        ledger.limits_met()
    );
}

#[test]
fn a_client_is_known_by_its_address_and_by_its_name_however_it_is_written() {
    let rules = policy(
        "[lists]\ndomains = ['lists.shop.example']\nclients = ['127.0.0.1']\n[[applications]]\nname = 'web'\nclients = ['10.0.0.*', 'web1']\nsenders = ['@shop.example']",
    );
    let one = [to("alice@customer.example")];
    for client in ["10.0.0.5", "unknown[10.0.0.5]", "web1 [192.0.2.1]", "web1[192.0.2.1]"] {
        let seen = MailSeen {
            client,
            ..mail(0, &one, Visible::Unknown)
        };
        let mut ledger = Ledger::new();
        ledger.observe(&seen, &rules);
        assert_eq!(ledger.applications()[0].0, "web", "{client}");
    }
    let list = MailSeen {
        sender: EnvelopeSender::Address("dev-bounces@lists.shop.example"),
        client: "localhost[127.0.0.1]",
        ..mail(0, &one, Visible::Known(&["dev@lists.shop.example"]))
    };
    assert_eq!(classes(&list, &rules)[0].1, Class::List);
}
