//! Which packages we have written a scenario for, and what must stand beside each so that it can be used at all.

/// A scenario for one library, or for several that are used alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scenario {
    /// The packages.
    pub(super) packages: &'static [&'static str],
    /// What is done with them: the body of a module that exports a function. See `drive/child.cjs`.
    pub(super) source: &'static str,
    /// What they are a part of, by package and range.
    pub(super) beside: &'static [(&'static str, &'static str)],
}

/// The scenario for a package.
pub(super) fn of(package: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|it| it.packages.contains(&package))
}

macro_rules! scenario {
    ($packages:expr, $file:literal, $beside:expr) => {
        Scenario {
            packages: &$packages,
            source: include_str!(concat!("scenarios/", $file, ".cjs")),
            beside: &$beside,
        }
    };
    ($packages:expr, $file:literal) => {
        scenario!($packages, $file, [])
    };
}

const SCENARIOS: &[Scenario] = &[
    scenario!(["nodemailer"], "nodemailer"),
    scenario!(["postmark"], "postmark"),
    scenario!(["@sendgrid/mail"], "sendgrid"),
    scenario!(["resend"], "resend"),
    scenario!(["mailgun.js"], "mailgun"),
    scenario!(["node-mailjet"], "mailjet"),
    scenario!(["sparkpost"], "sparkpost"),
    scenario!(["@getbrevo/brevo"], "brevo"),
    scenario!(["mailersend"], "mailersend"),
    scenario!(["@aws-sdk/client-sesv2"], "sesv2"),
    scenario!(["@aws-sdk/client-ses"], "ses"),
    scenario!(["emailjs"], "emailjs"),
    scenario!(["zeptomail"], "zeptomail"),
    scenario!(["gmail-send"], "gmail-send"),
    scenario!(["@googleapis/gmail", "googleapis"], "gmail"),
    scenario!(["@azure/communication-email"], "azure"),
    scenario!(["email-templates"], "email-templates"),
    scenario!(
        ["nodemailer-mailgun-transport", "nodemailer-sendgrid"],
        "nodemailer-transports",
        [("nodemailer", "*")]
    ),
    scenario!(["@strapi/provider-email-nodemailer"], "strapi"),
    scenario!(["@payloadcms/email-nodemailer"], "payload"),
    scenario!(
        ["fastify-mailer"],
        "fastify-mailer",
        [("fastify", "*"), ("nodemailer", "*")]
    ),
    scenario!(["winston-mail"], "winston-mail", [("winston", "*")]),
    scenario!(["@mailchimp/mailchimp_transactional"], "mandrill"),
    scenario!(["loops"], "loops"),
    scenario!(["@plunk/node"], "plunk"),
    scenario!(["mailtrap"], "mailtrap"),
];
