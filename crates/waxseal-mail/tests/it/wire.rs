//! Requests recorded from the real npm clients, with only the headers that say how to read the body.

use std::path::Path;

use waxseal_mail::form::{decode, is_multipart};
use waxseal_mail::providers::at_host;

use crate::{from_json, recipients};

#[test]
#[expect(clippy::disallowed_methods, reason = "the test reads its recorded requests")]
fn every_recorded_request_gives_its_provider_and_its_recipients() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    for (file, provider, expected) in RECORDED {
        let text = std::fs::read_to_string(folder.join(file)).expect("the recorded request");
        assert_eq!(
            &read(&text),
            &(provider.to_string(), expected.iter().map(|it| it.to_string()).collect()),
            "{file}"
        );
    }
    let files = std::fs::read_dir(&folder)
        .expect("the folder of recorded requests")
        .filter(|entry| {
            entry
                .as_ref()
                .is_ok_and(|it| it.path().extension().is_some_and(|end| end == "http"))
        })
        .count();
    assert_eq!(files, RECORDED.len(), "a file in {} is in no test", folder.display());
}

fn read(text: &str) -> (String, Vec<String>) {
    let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
    let header = |name: &str| {
        let line = head
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .expect("the header field");
        line.trim_start_matches(':').trim()
    };
    let provider = at_host(header("host")).expect("a known host");
    let kind = header("content-type");
    let found = if is_multipart(kind) {
        recipients(provider, &from_json(&decode(kind, body.as_bytes()).flat()))
    } else if kind == "application/x-www-form-urlencoded" {
        let form = decode(kind, body.as_bytes()).nested().expect("a form");
        recipients(provider, &from_json(&form))
    } else {
        recipients(provider, &from_json(&serde_json::from_str(body).expect("JSON")))
    };
    (provider.id.to_owned(), found)
}

/// File, provider, recipients. The first is an empty request that a client sends before it has a key; routes, filters and
/// receipt rules send no mail themselves, and a receipt rule names nobody to send to.
pub(crate) const RECORDED: &[(&str, &str, &[&str])] = &[
    ("001_api.resend.com.http", "resend", &[]),
    (
        "002_api.postmarkapp.com.http",
        "postmark",
        &[
            "Bcc spy@giftshop.example",
            "Cc carol@customer.example",
            "Reply-To reply@sender.example",
            "To alice@customer.example",
        ],
    ),
    (
        "003_api.postmarkapp.com.http",
        "postmark",
        &["Bcc spy@giftshop.example", "To alice@customer.example"],
    ),
    (
        "004_api.postmarkapp.com.http",
        "postmark",
        &["Bcc spy@giftshop.example", "To alice@customer.example"],
    ),
    (
        "005_api.postmarkapp.com.http",
        "postmark",
        &["To alice@customer.example"],
    ),
    (
        "006_api.postmarkapp.com.http",
        "postmark",
        &["To alice@customer.example"],
    ),
    (
        "007_api.sendgrid.com.http",
        "sendgrid",
        &[
            "Bcc spy@giftshop.example",
            "Cc carol@customer.example",
            "Reply-To reply@sender.example",
            "To alice@customer.example",
        ],
    ),
    (
        "008_api.sendgrid.com.http",
        "sendgrid",
        &["To alice@customer.example", "To carol@customer.example"],
    ),
    ("009_api.sendgrid.com.http", "sendgrid", &["To alice@customer.example"]),
    (
        "010_api.sendgrid.com.http",
        "sendgrid",
        &["Bcc spy@giftshop.example", "To alice@customer.example"],
    ),
    (
        "011_email.us-east-1.amazonaws.com.http",
        "ses",
        &[
            "Bcc spy@giftshop.example",
            "Cc carol@customer.example",
            "Reply-To reply@sender.example",
            "Return-Path bounce@sender.example",
            "To alice@customer.example",
        ],
    ),
    (
        "012_email.us-east-1.amazonaws.com.http",
        "ses",
        &[
            "RCPT TO alice@customer.example",
            "RCPT TO spy@giftshop.example",
            "To alice@customer.example",
        ],
    ),
    (
        "013_email.us-east-1.amazonaws.com.http",
        "ses",
        &["Bcc spy@giftshop.example", "To alice@customer.example"],
    ),
    ("014_email.us-east-1.amazonaws.com.http", "ses", &[]),
    (
        "015_email.us-east-1.amazonaws.com.http",
        "ses",
        &[
            "Bcc spy@giftshop.example",
            "Cc carol@customer.example",
            "Reply-To reply@sender.example",
            "To alice@customer.example",
        ],
    ),
    (
        "016_email.us-east-1.amazonaws.com.http",
        "ses",
        &["To alice@customer.example", "To spy@giftshop.example"],
    ),
    (
        "017_email.us-east-1.amazonaws.com.http",
        "ses",
        &["Bcc spy@giftshop.example", "To alice@customer.example"],
    ),
    (
        "018_email.us-east-1.amazonaws.com.http",
        "ses",
        &["To alice@customer.example", "To spy@giftshop.example"],
    ),
    (
        "019_api.resend.com.http",
        "resend",
        &[
            "Bcc spy@giftshop.example",
            "Cc carol@customer.example",
            "Reply-To reply@sender.example",
            "To alice@customer.example",
        ],
    ),
    (
        "020_api.resend.com.http",
        "resend",
        &["Bcc spy@giftshop.example", "To alice@customer.example"],
    ),
    (
        "021_api.mailjet.com.http",
        "mailjet",
        &[
            "Bcc spy@giftshop.example",
            "Cc carol@customer.example",
            "Reply-To reply@sender.example",
            "To alice@customer.example",
        ],
    ),
    (
        "022_api.sparkpost.com.http",
        "sparkpost",
        &[
            "Cc carol@customer.example",
            "RCPT TO alice@customer.example",
            "RCPT TO carol@customer.example",
            "RCPT TO spy@giftshop.example",
            "To alice@customer.example",
        ],
    ),
    (
        "023_api.brevo.com.http",
        "brevo",
        &[
            "Bcc spy@giftshop.example",
            "Cc carol@customer.example",
            "Reply-To reply@sender.example",
            "To alice@customer.example",
        ],
    ),
    (
        "024_api.mailersend.com.http",
        "mailersend",
        &[
            "Bcc spy@giftshop.example",
            "Cc carol@customer.example",
            "Reply-To reply@sender.example",
            "To alice@customer.example",
        ],
    ),
    (
        "025_api.mailersend.com.http",
        "mailersend",
        &[
            "Bcc spy@giftshop.example",
            "Cc carol@customer.example",
            "Reply-To reply@sender.example",
            "To alice@customer.example",
        ],
    ),
    (
        "026_mandrillapp.com.http",
        "mandrill",
        &[
            "Bcc spy@giftshop.example",
            "Cc carol@customer.example",
            "Reply-To reply@sender.example",
            "To alice@customer.example",
        ],
    ),
    (
        "027_mandrillapp.com.http",
        "mandrill",
        &[
            "RCPT TO alice@customer.example",
            "RCPT TO spy@giftshop.example",
            "To alice@customer.example",
        ],
    ),
    (
        "028_api.elasticemail.com.http",
        "elastic-email",
        &[
            "Bcc spy@giftshop.example",
            "Cc carol@customer.example",
            "Reply-To reply@sender.example",
            "To alice@customer.example",
        ],
    ),
    ("029_app.loops.so.http", "loops", &["To alice@customer.example"]),
    (
        "030_api.useplunk.com.http",
        "plunk",
        &["Reply-To reply@sender.example", "To alice@customer.example"],
    ),
    (
        "031_api.zeptomail.com.http",
        "zeptomail",
        &[
            "Bcc spy@giftshop.example",
            "Cc carol@customer.example",
            "Reply-To reply@sender.example",
            "To alice@customer.example",
        ],
    ),
    (
        "032_gmail.googleapis.com.http",
        "gmail",
        &["Bcc spy@giftshop.example", "To alice@customer.example"],
    ),
    (
        "033_graph.microsoft.com.http",
        "microsoft-graph",
        &["Bcc spy@giftshop.example", "To alice@customer.example"],
    ),
    (
        "034_api.mailgun.net.http",
        "mailgun",
        &[
            "Bcc spy@giftshop.example",
            "Cc carol@customer.example",
            "Reply-To reply@sender.example",
            "To alice@customer.example",
        ],
    ),
    (
        "035_api.mailgun.net.http",
        "mailgun",
        &["To alice@customer.example", "To spy@giftshop.example"],
    ),
    (
        "036_api.mailgun.net.http",
        "mailgun",
        &["forwarding rule spy@giftshop.example"],
    ),
    ("037_api.postmarkapp.com.http", "postmark", &[]),
    (
        "038_api.postmarkapp.com.http",
        "postmark",
        &["To canary-to-1@canary.example"],
    ),
    (
        "039_api.postmarkapp.com.http",
        "postmark",
        &["To canary-to-4@canary.example"],
    ),
    ("040_api.postmarkapp.com.http", "postmark", &[]),
    (
        "041_api.postmarkapp.com.http",
        "postmark",
        &["Bcc spy@giftshop.example", "To canary-to-1@canary.example"],
    ),
    (
        "042_api.postmarkapp.com.http",
        "postmark",
        &["Bcc spy@giftshop.example", "To canary-to-4@canary.example"],
    ),
    ("043_api.resend.com.http", "resend", &["To canary-to-1@canary.example"]),
    ("044_api.resend.com.http", "resend", &["To canary-to-4@canary.example"]),
    (
        "045_gmail.googleapis.com.http",
        "gmail",
        &["To canary-to-1@canary.example"],
    ),
    (
        "046_gmail.googleapis.com.http",
        "gmail",
        &["forwarding rule spy@giftshop.example"],
    ),
    (
        "047_gmail.googleapis.com.http",
        "gmail",
        &["Bcc boss@customer.example", "To alice@customer.example"],
    ),
];
