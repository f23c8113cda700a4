//! Lasting orders: copies of mail, or word of it, go somewhere from then on.

use super::*;

/// What was ordered, and where to.
fn orders(reply: &Reply) -> Vec<String> {
    let acts = reply.acts.iter();
    acts.filter_map(|act| match act {
        Act::Forwarded(order) => Some(format!("{}: {}", order.what, order.targets.join(" "))),
        _ => None,
    })
    .collect()
}

#[test]
fn every_way_to_have_mail_sent_on_is_told() {
    for (method, target, body, expected) in ORDERS {
        let header = match target.split('.').next() {
            _ if target.starts_with("api.postmarkapp") => ("x-postmark-server-token", "k"),
            _ if target.starts_with("api.brevo") => ("api-key", "k"),
            _ if target.starts_with("api.sparkpost") => ("authorization", "k"),
            _ if target.starts_with("api.mailgun") || target.starts_with("api.mailjet") => {
                ("authorization", "Basic YXBpOms=")
            }
            _ if target.starts_with("api.elasticemail") => ("x-elasticemail-apikey", "k"),
            _ if target.starts_with("email.") => {
                ("authorization", "AWS4-HMAC-SHA256 Credential=k/1/2/ses/aws4_request")
            }
            _ => ("authorization", "Bearer k"),
        };
        let reply = Room::new(&["k"]).send(method, target, &[header], body.as_bytes());
        assert_eq!(orders(&reply), [*expected], "{target}");
        assert!(reply.status < 300, "{target}");
        assert!(messages(&reply).is_empty(), "{target}");
    }
}

/// Method, target, body, order.
const ORDERS: &[(&str, &str, &str, &str)] = &[
    (
        "POST",
        "api.postmarkapp.com/webhooks",
        r#"{"Url":"https://x.example/"}"#,
        "webhook: https://x.example/",
    ),
    (
        "PUT",
        "api.postmarkapp.com/server",
        r#"{"InboundHookUrl":"https://x.example/","Name":"n"}"#,
        "inbound hook: https://x.example/",
    ),
    (
        "PATCH",
        "api.sendgrid.com/v3/user/webhooks/event/settings",
        r#"{"url":"https://x.example/"}"#,
        "webhook: https://x.example/",
    ),
    (
        "POST",
        "api.sendgrid.com/v3/user/webhooks/parse/settings",
        r#"{"hostname":"h","url":"https://x.example/"}"#,
        "inbound route: https://x.example/",
    ),
    (
        "PATCH",
        "api.sendgrid.com/v3/mail_settings/forward_bounce",
        r#"{"enabled":true,"email":"z@d.example"}"#,
        "bounce forwarding: z@d.example",
    ),
    ("POST", "api.sendgrid.com/v3/api_keys", r#"{"name":"n"}"#, "api key: "),
    (
        "POST",
        "api.mailgun.net/v3/routes",
        "action=forward%28%22z%40d.example%22%29&action=stop%28%29",
        "route: z@d.example",
    ),
    (
        "POST",
        "api.mailgun.net/v3/domains/d/webhooks",
        "id=delivered&url=https%3A%2F%2Fx.example%2F",
        "webhook: https://x.example/",
    ),
    (
        "POST",
        "email.eu-west-1.amazonaws.com/",
        "Action=CreateReceiptRule&Rule.Actions.member.1.LambdaAction.FunctionArn=arn",
        "receipt rule: arn",
    ),
    (
        "POST",
        "email.eu-west-1.amazonaws.com/",
        "Action=SetIdentityNotificationTopic&SnsTopic=arn",
        "notification topic: arn",
    ),
    (
        "POST",
        "email.eu-west-1.amazonaws.com/v2/email/configuration-sets/c/event-destinations",
        r#"{"EventDestination":{"SnsDestination":{"TopicArn":"arn"}}}"#,
        "event destination: arn",
    ),
    (
        "PUT",
        "email.eu-west-1.amazonaws.com/v2/email/configuration-sets/c/archiving-options",
        r#"{"ArchiveArn":"arn"}"#,
        "archive: arn",
    ),
    (
        "POST",
        "api.resend.com/webhooks",
        r#"{"endpoint":"https://x.example/"}"#,
        "webhook: https://x.example/",
    ),
    ("POST", "api.resend.com/api-keys", r#"{"name":"n"}"#, "api key: "),
    (
        "POST",
        "api.mailjet.com/v3/REST/parseroute",
        r#"{"Url":"https://x.example/"}"#,
        "inbound route: https://x.example/",
    ),
    (
        "POST",
        "api.sparkpost.com/api/v1/relay-webhooks",
        r#"{"target":"https://x.example/"}"#,
        "webhook: https://x.example/",
    ),
    (
        "POST",
        "api.brevo.com/v3/webhooks",
        r#"{"url":"https://x.example/"}"#,
        "webhook: https://x.example/",
    ),
    (
        "POST",
        "api.mailersend.com/v1/inbound",
        r#"{"forwards":[{"type":"email","value":"z@d.example"}]}"#,
        "inbound route: z@d.example",
    ),
    (
        "POST",
        "mandrillapp.com/api/1.3/webhooks/add",
        r#"{"key":"k","url":"https://x.example/"}"#,
        "webhook: https://x.example/",
    ),
    (
        "POST",
        "api.elasticemail.com/v4/inboundroute",
        r#"{"EmailAddress":"z@d.example"}"#,
        "inbound route: z@d.example",
    ),
    (
        "POST",
        "gmail.googleapis.com/gmail/v1/users/me/settings/filters",
        r#"{"action":{"forward":"z@d.example"}}"#,
        "filter: z@d.example",
    ),
    (
        "POST",
        "gmail.googleapis.com/gmail/v1/users/me/settings/forwardingAddresses",
        r#"{"forwardingEmail":"z@d.example"}"#,
        "forwarding address: z@d.example",
    ),
    (
        "PUT",
        "gmail.googleapis.com/gmail/v1/users/me/settings/autoForwarding",
        r#"{"enabled":true,"emailAddress":"z@d.example"}"#,
        "forwarding: z@d.example",
    ),
    (
        "POST",
        "gmail.googleapis.com/gmail/v1/users/me/settings/delegates",
        r#"{"delegateEmail":"z@d.example"}"#,
        "delegate: z@d.example",
    ),
    (
        "POST",
        "gmail.googleapis.com/gmail/v1/users/me/settings/sendAs",
        r#"{"sendAsEmail":"z@d.example"}"#,
        "send-as: z@d.example",
    ),
    (
        "POST",
        "graph.microsoft.com/v1.0/me/mailFolders/inbox/messageRules",
        r#"{"actions":{"redirectTo":[{"emailAddress":{"address":"z@d.example"}}]}}"#,
        "rule: z@d.example",
    ),
    (
        "POST",
        "graph.microsoft.com/v1.0/subscriptions",
        r#"{"notificationUrl":"https://x.example/"}"#,
        "subscription: https://x.example/",
    ),
];
