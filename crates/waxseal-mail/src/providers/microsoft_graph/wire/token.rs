//! Where access tokens come from: Microsoft Entra ID (RFC 6749 §3.2, OpenID Connect Discovery 1.0).

use serde_json::{Value, json};

use super::ID;
use crate::api::read::{self, cut, text};
use crate::api::{Answered, Call, Desk, Reply, Request};

pub(super) fn answer(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let segments = request.segments();
    match (request.method, segments.as_slice()) {
        ("POST", [_, "oauth2", "token"] | [_, "oauth2", "v2.0", "token"]) => grant(request, desk),
        ("GET", [tenant, .., ".well-known", "openid-configuration"]) => {
            Answered::Reply(Reply::json(200, &configuration(request.host, &cut(tenant))))
        }
        ("GET", ["common", "discovery", "instance"]) => Answered::Reply(Reply::json(200, &discovery(request))),
        _ => Answered::Unforeseen(Vec::new()),
    }
}

/// A planted secret, password or refresh token is let in; what only a person or a key outside can prove is not.
fn grant(request: &Request<'_>, desk: &mut Desk) -> Answered {
    let body = read::form(request).flat();
    let shown = [
        "refresh_token",
        "password",
        "client_secret",
        "client_assertion",
        "code",
        "device_code",
    ];
    let all: Vec<String> = shown.iter().filter_map(|field| text(&body, field)).collect();
    let secret = all.iter().find(|it| desk.lets_in(it)).or(all.first()).cloned();
    let client = text(&body, "username").or_else(|| text(&body, "client_id"));
    let mut call = Call::new(ID, request, desk);
    call.login(client.as_deref(), secret.as_deref());
    let token = format!(
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.{}.{}",
        call.desk.hex(400),
        call.desk.hex(342)
    );
    let mut granted =
        json!({ "token_type": "Bearer", "expires_in": 3_599, "ext_expires_in": 3_599, "access_token": token });
    let refresh = text(&body, "refresh_token").is_some() || text(&body, "password").is_some();
    let refreshed = format!("0.AXoA{}", call.desk.hex(300));
    if refresh {
        granted["refresh_token"] = refreshed.clone().into();
        granted["scope"] = "Mail.Send Mail.ReadWrite User.Read".into();
    }
    if call.accepted() {
        call.desk.admit(token);
        call.desk.admit(refreshed);
    }
    let (trace, correlation) = (call.desk.uuid(), call.desk.uuid());
    let description = format!(
        "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID. Trace ID: {trace} Correlation ID: {correlation}"
    );
    let refused = json!({
        "error": "invalid_client", "error_description": description, "error_codes": [7_000_215], "timestamp": call.desk.timestamp(),
        "trace_id": trace, "correlation_id": correlation,
    });
    call.end(Some(Reply::json(200, &granted)), Reply::json(401, &refused))
}

fn configuration(host: &str, tenant: &str) -> Value {
    let base = format!("https://{host}/{tenant}");
    json!({
        "token_endpoint": format!("{base}/oauth2/v2.0/token"), "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"), "end_session_endpoint": format!("{base}/oauth2/v2.0/logout"),
        "jwks_uri": format!("{base}/discovery/v2.0/keys"), "issuer": format!("{base}/v2.0"), "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
        "tenant_region_scope": "EU", "cloud_instance_name": "microsoftonline.com", "cloud_graph_host_name": "graph.windows.net", "msgraph_host": "graph.microsoft.com",
        "response_types_supported": ["code", "id_token"], "subject_types_supported": ["pairwise"], "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    })
}

/// What MSAL asks before it trusts a host.
fn discovery(request: &Request<'_>) -> Value {
    let form = crate::form::url_encoded(request.query.as_bytes());
    let asked = form.fields.iter().find(|it| it.name == "authorization_endpoint");
    let tenant = asked
        .and_then(|it| it.text().split('/').nth(3).map(cut))
        .unwrap_or_else(|| "common".to_owned());
    let aliases = [
        "login.microsoftonline.com",
        "login.windows.net",
        "login.microsoft.com",
        "sts.windows.net",
    ];
    json!({
        "tenant_discovery_endpoint": format!("https://{}/{tenant}/v2.0/.well-known/openid-configuration", request.host), "api-version": "1.1",
        "metadata": [{ "preferred_network": "login.microsoftonline.com", "preferred_cache": "login.windows.net", "aliases": aliases }],
    })
}
