//! Version 2 of the API of Amazon SES: <https://docs.aws.amazon.com/ses/latest/APIReference-V2/>.

use serde_json::{Value, json};
use waxseal_model::{ContentKind, Submission};

use super::super::SES;
use super::message_id;
use crate::api::read::{self, Writing as _, text};
use crate::api::shape::Shape;
use crate::api::{Call, Reply};

const SHAPE: Shape = Shape {
    recipients: SES.sinks.recipients,
    from: &[("From", "FromEmailAddress")],
    subject: &[
        "Content.Simple.Subject.Data",
        "Content.Template.TemplateContent.Subject",
    ],
    contents: &[
        (ContentKind::Text, "Content.Simple.Body.Text.Data"),
        (ContentKind::Html, "Content.Simple.Body.Html.Data"),
        (ContentKind::Variables, "Content.Template.TemplateData"),
        (ContentKind::Text, "Content.Template.TemplateContent.Text"),
        (ContentKind::Html, "Content.Template.TemplateContent.Html"),
        (ContentKind::Variables, "DefaultContent.Template.TemplateData"),
    ],
    headers: &[
        "Content.Simple.Headers",
        "Content.Template.Headers",
        "DefaultContent.Template.Headers",
    ],
    attachments: &["Content.Simple.Attachments", "Content.Template.Attachments"],
    template: &[
        "Content.Template.TemplateName",
        "Content.Template.TemplateArn",
        "DefaultContent.Template.TemplateName",
        "DefaultContent.Template.TemplateArn",
        "TemplateName",
    ],
};

/// <https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html>.
pub(super) fn refused(key: Option<&str>) -> Reply {
    let (kind, message) = match key {
        Some(_) => (
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ),
        None => ("MissingAuthenticationTokenException", "Missing Authentication Token"),
    };
    Reply::json(403, &json!({ "message": message })).with("x-amzn-errortype", kind)
}

pub(super) fn route(call: &mut Call<'_, '_>) -> Option<Reply> {
    let path = call.request.segments();
    let mut body = read::json(call.request).unwrap_or_default();
    let rest = path.get(2..)?;
    match (call.request.method, rest) {
        ("POST", ["outbound-emails" | "outbound-custom-verification-emails"]) => {
            let message = message(call, &mut body);
            call.submits(message);
            if call.lacks_recipients() {
                let error = json!({ "message": "Must have at least one recipient in the destination." });
                return Some(Reply::json(400, &error).with("x-amzn-errortype", "BadRequestException"));
            }
            Some(Reply::json(200, &json!({ "MessageId": message_id(call) })))
        }
        ("POST", ["outbound-bulk-emails"]) => {
            call.submits_each_alone(body, "BulkEmailEntries", |call, body| {
                let mut read = SHAPE.read(call, body);
                let own = &body["BulkEmailEntries"][0]["ReplacementEmailContent"]["ReplacementTemplate"];
                if let Some(own) = text(own, "ReplacementTemplateData") {
                    read.says(ContentKind::Variables, &own);
                }
                read
            });
            let results: Vec<Value> = (0..call.told())
                .map(|_| json!({ "Status": "SUCCESS", "MessageId": message_id(call) }))
                .collect();
            Some(Reply::json(200, &json!({ "BulkEmailEntryResults": results })))
        }
        ("POST" | "PUT", path) => changed(call, path, &body),
        ("GET", path) => listed(path),
        _ => None,
    }
}

fn message(call: &Call<'_, '_>, body: &mut Value) -> Submission {
    let raw = body
        .get_mut("Content")
        .and_then(|it| it.get_mut("Raw"))
        .and_then(|it| it.get_mut("Data"))
        .map(Value::take);
    let mut read = SHAPE.read(call, body);
    if let Some(raw) = raw {
        match raw.as_str().and_then(read::base64) {
            Some(raw) => read.raw(&raw),
            None => read.complete = false,
        }
    }
    read
}

/// Where mail, or word of it, goes from then on.
fn changed(call: &mut Call<'_, '_>, path: &[&str], body: &Value) -> Option<Reply> {
    match path {
        ["configuration-sets", _, "event-destinations", ..] => {
            let fields = [
                "EventDestination.SnsDestination.TopicArn",
                "EventDestination.KinesisFirehoseDestination.DeliveryStreamArn",
                "EventDestination.EventBridgeDestination.EventBusArn",
                "EventDestination.PinpointDestination.ApplicationArn",
            ];
            call.forwards_to_fields("event destination", body, &fields);
        }
        ["configuration-sets", _, "archiving-options"] => {
            call.forwards_to_fields("archive", body, &["ArchiveArn"]);
        }
        [
            "configuration-sets" | "identities" | "templates" | "contact-lists" | "account",
            ..,
        ] => {}
        _ => return None,
    }
    Some(Reply::json(200, &json!({})))
}

/// What programs ask for when they start.
fn listed(path: &[&str]) -> Option<Reply> {
    let value = match path {
        ["account"] => json!({
            "DedicatedIpAutoWarmupEnabled": false, "EnforcementStatus": "HEALTHY", "ProductionAccessEnabled": true, "SendingEnabled": true,
            "SendQuota": { "Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 310.0 },
        }),
        ["identities"] => {
            json!({ "EmailIdentities": [{ "IdentityName": "brightfield.example", "IdentityType": "DOMAIN", "SendingEnabled": true, "VerificationStatus": "SUCCESS" }] })
        }
        ["identities", _] => {
            json!({ "IdentityType": "DOMAIN", "VerifiedForSendingStatus": true, "VerificationStatus": "SUCCESS", "FeedbackForwardingStatus": true })
        }
        ["templates"] => {
            json!({ "TemplatesMetadata": [{ "TemplateName": "welcome", "CreatedTimestamp": 1_709_539_912.0 }] })
        }
        ["templates", name] => {
            json!({ "TemplateName": name, "TemplateContent": { "Subject": "Welcome, {{name}}", "Text": "Hello {{name}}", "Html": "<p>Hello {{name}}</p>" } })
        }
        ["configuration-sets"] => json!({ "ConfigurationSets": [] }),
        ["suppression", ..] => json!({ "SuppressedDestinationSummaries": [] }),
        ["contact-lists", ..] => json!({ "ContactLists": [] }),
        _ => return None,
    };
    Some(Reply::json(200, &value))
}
