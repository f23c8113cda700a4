//! The API of Amazon SES: version 1 is the AWS query protocol, version 2 JSON, both at the same hosts and signed in the same way.

mod query;
mod rest;

use crate::api::{Answered, Api, Call, Desk, Request};

pub(super) const API: Api = Api {
    hosts: &["email.*.amazonaws.com", "email-fips.*.amazonaws.com", "email.*.api.aws"],
    other_hosts: &[],
    answer,
};

fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let key = key_id(request);
    let mut call = Call::new("ses", request, desk);
    // The secret key is never sent, and whether it made the signature is not looked at: the id is what lets in.
    call.login(key, key);
    if request.segments().first() == Some(&"v2") {
        let reply = rest::route(&mut call);
        return call.end(reply, rest::refused(key));
    }
    let reply = query::route(&mut call);
    let refused = query::refused(&mut call, key);
    call.end(reply, refused)
}

/// `AWS4-HMAC-SHA256 Credential=ID/20260101/eu-central-1/ses/aws4_request, …`
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html>).
fn key_id<'a>(request: &Request<'a>) -> Option<&'a str> {
    let (_, scope) = request.header("authorization")?.split_once("Credential=")?;
    scope.split(['/', ',']).next().filter(|id| !id.is_empty())
}

/// A message id as SES gives it.
fn message_id(call: &mut Call<'_, '_>) -> String {
    let uuid = call.desk.uuid();
    format!("0100{}-{uuid}-000000", call.desk.hex(12))
}
