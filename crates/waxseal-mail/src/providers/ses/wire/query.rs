//! Version 1 of the API of Amazon SES: <https://docs.aws.amazon.com/ses/latest/APIReference/>.

use std::fmt::Write as _;

use serde_json::Value;
use waxseal_model::{ContentKind, Submission};

use super::super::SES;
use super::message_id;
use crate::api::read::{self, Writing as _, at, each, text};
use crate::api::shape::Shape;
use crate::api::{Call, Reply};

const SHAPE: Shape = Shape {
    recipients: SES.sinks.recipients,
    from: &[("From", "Source")],
    subject: &["Message.Subject.Data"],
    contents: &[
        (ContentKind::Text, "Message.Body.Text.Data"),
        (ContentKind::Html, "Message.Body.Html.Data"),
        (ContentKind::Variables, "TemplateData"),
        (ContentKind::Variables, "DefaultTemplateData"),
    ],
    headers: &[],
    attachments: &[],
    template: &["Template", "TemplateName", "TemplateArn"],
};

/// The error that SES gives to who is not let in (<https://docs.aws.amazon.com/ses/latest/APIReference/CommonErrors.html>).
pub(super) fn refused(call: &mut Call<'_, '_>, key: Option<&str>) -> Reply {
    let (code, message) = match key {
        Some(_) => (
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
        ),
        None => ("MissingAuthenticationToken", "Missing Authentication Token"),
    };
    error(call, 403, code, message)
}

fn error(call: &mut Call<'_, '_>, status: u16, code: &str, message: &str) -> Reply {
    let id = call.desk.uuid();
    Reply::xml(
        status,
        format!(
            "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"
        ),
    )
}

pub(super) fn route(call: &mut Call<'_, '_>) -> Option<Reply> {
    let mut form = read::form(call.request);
    if form.fields.is_empty() {
        form = crate::form::url_encoded(call.request.query.as_bytes());
    }
    let Some(mut body) = form.nested() else {
        let mut message = call.message();
        message.complete = false;
        call.submits(message);
        return Some(error(call, 400, "InvalidParameterValue", "A name is too deep."));
    };
    let action = text(&body, "Action")?;
    match action.as_str() {
        "SendEmail" | "SendTemplatedEmail" | "SendRawEmail" | "SendCustomVerificationEmail" => {
            let message = message(call, &mut body, form.complete);
            call.submits(message);
            if call.lacks_recipients() {
                return Some(error(call, 400, "InvalidParameterValue", "Missing final '@domain'"));
            }
            let id = message_id(call);
            Some(done(call, &action, &format!("<MessageId>{id}</MessageId>")))
        }
        "SendBounce" => {
            let message = message(call, &mut body, form.complete);
            call.submits(message);
            let id = message_id(call);
            Some(done(call, &action, &format!("<MessageId>{id}</MessageId>")))
        }
        "SendBulkTemplatedEmail" => {
            call.submits_each_alone(body, "Destinations", |call, body| {
                let mut read = SHAPE.read(call, body);
                if let Some(own) = text(&body["Destinations"][0], "ReplacementTemplateData") {
                    read.says(ContentKind::Variables, &own);
                }
                read
            });
            let mut members = String::new();
            for _ in 0..call.told() {
                let id = message_id(call);
                // Writing to a text cannot fail.
                let _ = write!(
                    members,
                    "<member><Status>Success</Status><MessageId>{id}</MessageId></member>"
                );
            }
            Some(done(call, &action, &format!("<Status>{members}</Status>")))
        }
        _ => managed(call, &action, &body),
    }
}

fn message(call: &Call<'_, '_>, body: &mut Value, complete: bool) -> Submission {
    let raw = body
        .get_mut("RawMessage")
        .and_then(|it| it.get_mut("Data"))
        .map(Value::take);
    let mut read = SHAPE.read(call, body);
    read.complete &= complete;
    if let Some(raw) = raw {
        match raw.as_str().and_then(read::base64) {
            Some(raw) => read.raw(&raw),
            None => read.complete = false,
        }
    }
    read
}

/// What changes where mail, or word of it, goes; and what programs ask for when they start.
fn managed(call: &mut Call<'_, '_>, action: &str, body: &Value) -> Option<Reply> {
    let content = match action {
        "CreateReceiptRule" | "UpdateReceiptRule" => {
            let targets = each(at(body, "Rule.Actions")).flat_map(targets_of).collect::<Vec<_>>();
            call.forwards("receipt rule", targets);
            String::new()
        }
        "CreateConfigurationSetEventDestination" | "UpdateConfigurationSetEventDestination" => {
            let fields = [
                "EventDestination.SNSDestination.TopicARN",
                "EventDestination.KinesisFirehoseDestination.DeliveryStreamARN",
            ];
            call.forwards_to_fields("event destination", body, &fields);
            String::new()
        }
        "SetIdentityNotificationTopic" => {
            call.forwards_to_fields("notification topic", body, &["SnsTopic"]);
            String::new()
        }
        "GetSendQuota" => {
            "<Max24HourSend>50000.0</Max24HourSend><MaxSendRate>14.0</MaxSendRate><SentLast24Hours>310.0</SentLast24Hours>".to_owned()
        }
        "GetAccountSendingEnabled" => "<Enabled>true</Enabled>".to_owned(),
        "ListIdentities" => "<Identities><member>brightfield.example</member></Identities>".to_owned(),
        "ListVerifiedEmailAddresses" => {
            "<VerifiedEmailAddresses><member>hello@brightfield.example</member></VerifiedEmailAddresses>".to_owned()
        }
        "GetIdentityVerificationAttributes" => {
            "<VerificationAttributes><entry><key>brightfield.example</key><value><VerificationStatus>Success</VerificationStatus></value></entry></VerificationAttributes>".to_owned()
        }
        "ListTemplates" => {
            "<TemplatesMetadata><member><Name>welcome</Name><CreatedTimestamp>2024-03-04T08:11:52Z</CreatedTimestamp></member></TemplatesMetadata>".to_owned()
        }
        "ListReceiptRuleSets" => "<RuleSets/>".to_owned(),
        "ListConfigurationSets" => "<ConfigurationSets/>".to_owned(),
        "CreateTemplate" | "UpdateTemplate" | "VerifyEmailIdentity" | "CreateConfigurationSet" | "CreateReceiptRuleSet"
        | "SetActiveReceiptRuleSet" | "SetIdentityFeedbackForwardingEnabled" => String::new(),
        _ => return None,
    };
    Some(done(call, action, &content))
}

/// Where an action of a receipt rule puts mail (<https://docs.aws.amazon.com/ses/latest/APIReference/API_ReceiptAction.html>).
fn targets_of(action: &Value) -> Vec<String> {
    let fields = [
        "S3Action.BucketName",
        "S3Action.TopicArn",
        "SNSAction.TopicArn",
        "LambdaAction.FunctionArn",
        "LambdaAction.TopicArn",
        "WorkmailAction.OrganizationArn",
        "BounceAction.TopicArn",
        "StopAction.TopicArn",
        "ConnectAction.InstanceARN",
    ];
    fields.iter().filter_map(|field| text(action, field)).collect()
}

fn done(call: &mut Call<'_, '_>, action: &str, content: &str) -> Reply {
    let id = call.desk.uuid();
    Reply::xml(
        200,
        format!(
            "<{action}Response xmlns=\"{NAMESPACE}\"><{action}Result>{content}</{action}Result><ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{action}Response>"
        ),
    )
}

const NAMESPACE: &str = "http://ses.amazonaws.com/doc/2010-12-01/";
