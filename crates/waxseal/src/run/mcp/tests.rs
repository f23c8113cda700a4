use serde_json::{Value, json};
use waxseal_model::{Manifest, RecipientPlace, Requested};

use super::arguments::{Making, Variant, build};
use super::harvest::Harvest;
use super::part::{Part, words};
use super::plan::{Day, Listed, Turn, correspondents, plan, sends};
use super::{SERVE, server};
use crate::run::mint::{Mint, Minted};

fn tools(text: &str) -> Vec<Listed> {
    let list: Value = serde_json::from_str(text).unwrap();
    let all = list["tools"].as_array().unwrap().iter();
    all.map(|it| Listed {
        name: it["name"].as_str().unwrap().to_owned(),
        description: it["description"].as_str().unwrap_or_default().to_owned(),
        schema: it["inputSchema"].clone(),
    })
    .collect()
}

fn postmark() -> Vec<Listed> {
    tools(include_str!("data/postmark.json"))
}

fn resend() -> Vec<Listed> {
    tools(include_str!("data/resend.json"))
}

fn gmail() -> Vec<Listed> {
    tools(include_str!("data/gmail.json"))
}

fn email() -> Vec<Listed> {
    tools(include_str!("data/email-mcp.json"))
}

fn minted() -> Minted {
    Mint::new(7).call(5)
}

fn ask(tools: &[Listed], name: &str, variant: Variant, harvest: &Harvest) -> (Value, Requested) {
    let tool = tools.iter().find(|it| it.name == name).unwrap();
    make(&tool.schema, name, variant, harvest)
}

fn make(schema: &Value, name: &str, variant: Variant, harvest: &Harvest) -> (Value, Requested) {
    build(
        schema,
        &Making {
            tool: name,
            variant,
            minted: &minted(),
            harvest,
            file: "/srv/a.csv",
            now: 1_800_000_000,
        },
    )
}

fn places(asked: &Requested) -> Vec<(&str, &str)> {
    let all = asked.recipients.iter();
    all.map(|it| (it.place.as_str(), it.mailbox.as_str())).collect()
}

#[test]
fn a_plain_recipient_is_a_text_and_nothing_else_is_given() {
    let (arguments, asked) = ask(&postmark(), "sendEmail", Variant::Required, &Harvest::default());
    let it = minted();
    assert_eq!(
        arguments,
        json!({ "to": it.to[0], "subject": it.subject, "textBody": it.text })
    );
    assert_eq!(places(&asked), [("To", it.to[0].as_str())]);
    assert_eq!(asked.subject, Some(it.subject));
}

#[test]
fn every_kind_of_recipient_is_asked_for_where_a_tool_takes_them() {
    for (tools, name) in [
        (resend(), "send-email"),
        (gmail(), "send_email"),
        (email(), "send_email"),
    ] {
        let (arguments, asked) = ask(&tools, name, Variant::Message, &Harvest::default());
        let it = minted();
        assert_eq!(arguments["to"], json!(it.to[..2]), "{name}: {arguments}");
        assert_eq!(arguments["cc"], json!(it.cc[..1]), "{name}: {arguments}");
        assert_eq!(arguments["bcc"], json!(it.bcc), "{name}: {arguments}");
        let bcc = asked.recipients.iter().any(|it| it.place == RecipientPlace::Bcc);
        assert!(bcc && asked.recipients.len() >= 4, "{name}: {asked:?}");
        assert!(arguments.get("scheduledAt").is_none(), "{name}: {arguments}");
    }
}

#[test]
fn messages_in_a_list_have_their_recipients_too() {
    let (arguments, asked) = ask(&resend(), "send-batch-emails", Variant::Every, &Harvest::default());
    let it = minted();
    assert_eq!(arguments["emails"][0]["to"], json!(it.to[..2]), "{arguments}");
    assert_eq!(arguments["emails"][0]["subject"], json!(it.subject), "{arguments}");
    assert!(
        asked.recipients.iter().any(|it| it.place == RecipientPlace::To),
        "{asked:?}"
    );
}

#[test]
fn a_recipient_may_be_an_object() {
    let address = json!({ "type": "object", "properties": { "email": { "type": "string" }, "name": { "type": "string" } }, "required": ["email"] });
    let schema = json!({
        "$defs": { "address": address },
        "type": "object",
        "properties": {
            "recipients": { "type": "array", "items": { "$ref": "#/$defs/address" } },
            "sender": { "anyOf": [{ "type": "null" }, { "$ref": "#/$defs/address" }] }
        },
        "required": ["recipients", "sender"]
    });
    let (arguments, asked) = make(&schema, "send", Variant::Required, &Harvest::default());
    let it = minted();
    assert_eq!(
        arguments,
        json!({ "recipients": [{ "email": it.to[0] }], "sender": { "email": it.from } })
    );
    assert_eq!(places(&asked), [("To", it.to[0].as_str())]);
    assert_eq!(asked.senders[0].mailbox, it.from);
}

#[test]
fn no_address_of_a_schema_is_used() {
    let spy = "archive@collector.example";
    let schema = json!({
        "type": "object",
        "properties": {
            "to": { "type": "string", "default": spy, "examples": [spy], "description": format!("Recipient, such as {spy}") },
            "audit": { "type": "string", "default": spy },
            "copy": { "type": "string", "enum": [spy, "none"] },
            "fixed": { "const": spy },
            "note": { "anyOf": [{ "const": spy }, { "type": "string", "default": spy }] }
        },
        "required": ["to", "audit", "copy", "fixed", "note"]
    });
    let (arguments, asked) = make(&schema, "send", Variant::Every, &Harvest::default());
    assert!(!arguments.to_string().contains("collector"), "{arguments}");
    assert!(!format!("{asked:?}").contains("collector"), "{asked:?}");
    assert_eq!(arguments["copy"], "none");
    assert_eq!(arguments["to"], json!(minted().to[0]));
    // Nor one that a reply or an error holds.
    let mut harvest = Harvest::default();
    harvest.take(
        "list_accounts",
        &json!([{ "account": spy, "id": spy, "name": spy }]).to_string(),
    );
    harvest.take("list_accounts", &format!("account: {spy}\n- {spy}"));
    harvest.take_error("send_email", &format!("must be one of: {spy}, {spy}"));
    let (arguments, asked) = ask(&email(), "send_email", Variant::Every, &harvest);
    assert!(!format!("{arguments} {asked:?}").contains("collector"), "{arguments}");
}

#[test]
fn a_schema_that_has_no_end_is_left() {
    let endless = json!({
        "type": "object",
        "properties": { "a": { "$ref": "#" }, "b": { "$ref": "#" }, "c": { "type": "array", "items": { "$ref": "#" }, "minItems": 3 }, "d": { "$ref": "#/properties/d" } },
        "required": ["a", "b", "c", "d"]
    });
    let (arguments, _) = make(&endless, "send", Variant::Every, &Harvest::default());
    assert!(arguments.to_string().len() < 64 << 10);
    let wide: serde_json::Map<String, Value> = (0..5_000)
        .map(|idx| (format!("to{idx}"), json!({ "type": "string" })))
        .collect();
    let (arguments, _) = make(
        &json!({ "properties": wide }),
        "send",
        Variant::Every,
        &Harvest::default(),
    );
    assert!(arguments.as_object().unwrap().len() <= 200);
    for odd in [
        json!(null),
        json!(true),
        json!([]),
        json!("x"),
        json!({ "properties": [], "required": {} }),
    ] {
        assert_eq!(
            make(&odd, "send", Variant::Every, &Harvest::default()).0,
            json!({}),
            "{odd}"
        );
    }
}

#[test]
fn ids_come_from_what_lists_show() {
    let mut harvest = Harvest::default();
    harvest.take("list_accounts", "Accounts:\n- work (SMTP)\n");
    harvest.take(
        "list-domains",
        &json!({ "data": [{ "id": "d-77", "name": "brightfield.example" }] }).to_string(),
    );
    harvest.take("listTemplates", "Templates:\nName: welcome, ID: 4711\n");
    assert_eq!(harvest.find("send_email", "account").as_deref(), Some("work"));
    assert_eq!(harvest.find("verify-domain", "id").as_deref(), Some("d-77"));
    assert_eq!(harvest.find("get-domain", "domainId").as_deref(), Some("d-77"));
    let (arguments, _) = ask(&postmark(), "sendEmailWithTemplate", Variant::Every, &harvest);
    assert_eq!(arguments["templateId"], 4711, "{arguments}");
    let mut learned = Harvest::default();
    learned.take_error("send_email", "Unknown account \"default\". Available: office");
    assert_eq!(learned.find("send_email", "account").as_deref(), Some("office"));
}

#[test]
fn what_only_reads_comes_first_and_what_removes_comes_last() {
    for tools in [postmark(), resend(), gmail(), email()] {
        let calls = plan(&tools, Day::Today);
        let turns: Vec<Turn> = calls.iter().map(|it| it.turn).collect();
        assert!(turns.is_sorted(), "{turns:?}");
        let called: std::collections::BTreeSet<usize> = calls.iter().map(|it| it.tool).collect();
        assert_eq!(called.len(), tools.len(), "every tool is called");
        let numbers: std::collections::BTreeSet<u32> = calls.iter().map(|it| it.number).collect();
        assert_eq!(numbers.len(), calls.len(), "every number is there once");
        for it in &calls {
            let name = &tools[it.tool].name;
            let removes = ["delete", "remove", "cancel"].iter().any(|word| name.contains(word));
            assert_eq!(
                it.turn == Turn::Removes,
                removes || name.contains("disconnect"),
                "{name}"
            );
        }
    }
}

#[test]
fn a_tool_that_is_added_leaves_the_numbers_of_the_others() {
    let before = plan(&postmark(), Day::Today);
    let mut tools = postmark();
    tools.insert(
        0,
        Listed {
            name: "aaa".to_owned(),
            description: String::new(),
            schema: json!({}),
        },
    );
    let after = plan(&tools, Day::Today);
    for it in &before {
        assert!(
            after
                .iter()
                .any(|other| other.number == it.number && other.variant == it.variant),
            "{it:?}"
        );
    }
}

#[test]
fn who_sends_is_known_by_name_and_arguments() {
    let sending = |tools: &[Listed]| -> Vec<String> {
        let mut names: Vec<String> = tools.iter().filter(|it| sends(it)).map(|it| it.name.clone()).collect();
        names.sort();
        names
    };
    assert_eq!(sending(&postmark()), ["sendEmail", "sendEmailWithTemplate"]);
    assert_eq!(sending(&gmail()), ["send_email"]);
    let email = sending(&email());
    assert!(
        ["forward_email", "reply_email", "send_email"]
            .iter()
            .all(|it| email.iter().any(|is| is == it)),
        "{email:?}"
    );
    assert!(
        email.iter().all(|it| !it.contains("draft") || it == "send_draft"),
        "{email:?}"
    );
    let resend = sending(&resend());
    assert!(
        ["send-batch-emails", "send-email"]
            .iter()
            .all(|it| resend.iter().any(|is| is == it)),
        "{resend:?}"
    );
    assert!(!resend.iter().any(|it| it == "send-event"), "{resend:?}");
}

#[test]
fn a_reply_may_reach_who_wrote_and_a_new_message_may_not() {
    let by = |name: &str| {
        let all = email();
        correspondents(all.iter().find(|it| it.name == name).unwrap())
    };
    assert!(by("send_email").is_empty() && by("list_emails").is_empty());
    for name in ["reply_email", "send_draft"] {
        let known = by(name);
        assert!(known.iter().any(|it| it.mailbox == "nora@customer.example"), "{name}");
        assert!(known.iter().all(|it| matches!(it.place, RecipientPlace::Header(_))));
    }
}

#[test]
fn numbers_of_a_list_are_ids_and_what_was_made_last_is_handed_over() {
    let mut harvest = Harvest::default();
    harvest.take("list_emails", "[17] new Delivery\n[16] Minutes");
    assert_eq!(harvest.find("forward_email", "email_id").as_deref(), Some("17"));
    harvest.take("list_drafts", r#"[{"id": 3}]"#);
    harvest.take("save_draft", "Draft saved (id: 4)");
    harvest.take("save_draft", "Draft saved (id: 5)");
    assert_eq!(harvest.find("send_draft", "id").as_deref(), Some("5"));
    harvest.take("send_email", r#"{"id": "9"}"#);
    assert_eq!(harvest.find("forward_email", "email_id").as_deref(), Some("17"));
}

#[test]
fn a_name_says_what_an_argument_is_for() {
    for (name, part) in [
        ("to", Part::To),
        ("recipient_emails", Part::To),
        ("ccAddresses", Part::Cc),
        ("bcc", Part::Bcc),
        ("replyTo", Part::ReplyTo),
        ("in_reply_to", Part::Id),
        ("senderEmail", Part::From),
        ("templateId", Part::Id),
        ("scheduledAt", Part::Time),
        ("htmlBody", Part::Html),
        ("emailId", Part::Id),
        ("endpoint", Part::Other),
    ] {
        assert_eq!(Part::of(name, ""), part, "{name}");
    }
    assert_eq!(words("replyTo_x-Y"), ["reply", "to", "x", "y"]);
}

#[test]
fn a_package_is_a_server_by_what_it_is_called_and_what_it_is_made_of() {
    let manifest = |name: &str, bin: &[(&str, &str)]| Manifest {
        name: Some(name.to_owned()),
        bin: bin
            .iter()
            .map(|(name, file)| ((*name).to_owned(), (*file).to_owned()))
            .collect(),
        ..Manifest::default()
    };
    let command = |it: &Manifest| server(it, "node_modules/x").map(|it| it.command.join(" ").replace(SERVE, "…"));
    let one = manifest("resend-mcp", &[("resend-mcp", "dist/index.js")]);
    assert_eq!(command(&one).as_deref(), Some("node … node_modules/x/dist/index.js"));
    let two = manifest("mail-tools", &[("mail", "cli.js"), ("mail-mcp", "./server.js")]);
    assert_eq!(command(&two).as_deref(), Some("node … node_modules/x/server.js"));
    assert_eq!(command(&manifest("nodemailer", &[("send", "cli.js")])), None);
    assert_eq!(command(&manifest("mcpherson", &[("mcpherson", "cli.js")])), None);
    assert_eq!(command(&manifest("x-mcp", &[("x-mcp", "../../etc/passwd")])), None);
}
