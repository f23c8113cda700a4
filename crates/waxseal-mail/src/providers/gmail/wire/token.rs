//! Where access tokens come from (RFC 6749 §3.2).

use serde_json::json;

use super::ID;
use crate::api::read::{self, text};
use crate::api::{Answered, Call, Desk, Reply, Request};

/// A refresh token that was planted is let in. What only a person or a key outside can prove is not: an authorization code, or an
/// assertion that is signed.
pub(super) fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let mut body = read::form(request).flat();
    if let Some(json) = read::json(request) {
        body = json;
    }
    let shown = ["refresh_token", "code", "assertion"];
    let secret = shown.iter().find_map(|field| text(&body, field));
    let client = text(&body, "client_id");
    let mut call = Call::new(ID, request, desk);
    call.login(client.as_deref(), secret.as_deref());
    let token = format!("ya29.a0{}", call.desk.hex(180));
    if call.accepted() {
        call.desk.admit(token.clone());
    }
    let granted = json!({ "access_token": token, "expires_in": 3_599, "scope": "https://mail.google.com/", "token_type": "Bearer" });
    let refused = json!({ "error": "invalid_grant", "error_description": "Bad Request" });
    call.end(Some(Reply::json(200, &granted)), Reply::json(400, &refused))
}
