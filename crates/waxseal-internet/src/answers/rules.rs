//! The table of rules: who is answered what. The first rule that fits counts.

use super::ask::Ask;
use super::{Reply, generic, github, services, webhooks};

/// One rule.
pub struct Rule {
    /// Its stable name, told as `generic/<id>`.
    pub id: &'static str,
    /// What it answers, in one sentence.
    pub what: &'static str,
    pub(crate) fits: for<'r> fn(&Ask<'r>) -> bool,
    pub(crate) reply: for<'r> fn(&Ask<'r>) -> Reply,
}

const fn rule(
    id: &'static str,
    what: &'static str,
    fits: for<'r> fn(&Ask<'r>) -> bool,
    reply: for<'r> fn(&Ask<'r>) -> Reply,
) -> Rule {
    Rule { id, what, fits, reply }
}

/// What is answered when nothing else fits.
pub(crate) const LAST: Rule = rule(
    "object",
    "a JSON object with a mailbox and a link",
    |_| true,
    generic::object,
);

/// All rules, in their order.
pub const RULES: &[Rule] = &[
    rule(
        "cloud-lookup",
        "that this is a cloud, and the name of the project",
        services::is_metadata_lookup,
        services::metadata,
    ),
    rule(
        "cloud-metadata",
        "instance metadata of a cloud, with planted credentials",
        services::is_metadata,
        services::metadata,
    ),
    rule(
        "ip-echo",
        "the public address of the machine",
        services::is_ip_echo,
        services::ip_echo,
    ),
    rule(
        "geo-ip",
        "where the machine is said to be",
        services::is_geo,
        services::geo,
    ),
    rule("time", "the time", services::is_time, services::time),
    rule(
        "oauth-token",
        "an access token for any grant",
        services::is_token,
        services::token,
    ),
    rule(
        "telegram",
        "what the bot API of Telegram answers",
        webhooks::is_telegram,
        webhooks::telegram,
    ),
    rule(
        "discord",
        "a message was taken: 204, or the message itself",
        webhooks::is_discord,
        webhooks::discord,
    ),
    rule("slack", "a message was taken", webhooks::is_slack, webhooks::slack),
    rule(
        "github-raw",
        "the content of a file in a repository",
        github::is_raw,
        github::raw,
    ),
    rule(
        "github-api",
        "repositories, contents, users and gists",
        github::is_api,
        github::api,
    ),
    rule(
        "json-rpc",
        "a result for the id that was sent; a string for a contract's call",
        services::is_json_rpc,
        services::json_rpc,
    ),
    rule("graphql", "no data", |ask| ask.last() == "graphql", services::graphql),
    rule(
        "robots",
        "robots may read everything",
        |ask| ask.path == "/robots.txt",
        generic::robots,
    ),
    rule(
        "favicon",
        "an icon of one pixel",
        |ask| ask.last() == "favicon.ico",
        generic::pixel,
    ),
    rule(
        "probe",
        "404: files that no honest server gives away",
        generic::is_probe,
        generic::missing,
    ),
    rule("health", "all is well", generic::is_health, generic::health),
    rule(
        "options",
        "every method and origin is allowed",
        |ask| ask.request.method == "OPTIONS",
        generic::options,
    ),
    rule(
        "mailbox",
        "one mailbox as text, or settings with it as JSON",
        generic::is_mailbox,
        generic::mailbox,
    ),
    rule(
        "raw-text",
        "a few lines of settings as text",
        generic::is_raw_text,
        generic::raw_text,
    ),
    rule(
        "script",
        "a script that does nothing",
        generic::is_script,
        generic::script,
    ),
    rule("image", "a picture of one pixel", generic::is_image, generic::pixel),
    rule("style", "a style sheet", |ask| ask.extension() == "css", generic::style),
    rule(
        "download",
        "some bytes that are no program",
        generic::is_download,
        generic::download,
    ),
    rule(
        "missing",
        "404: one in sixteen reads, by the hash of host and path",
        generic::is_missing,
        generic::missing,
    ),
    rule(
        "delete",
        "204",
        |ask| ask.request.method == "DELETE",
        |_| Reply::empty(204),
    ),
    rule(
        "change",
        "what was sent, as it is now",
        |ask| matches!(ask.request.method, "PUT" | "PATCH"),
        generic::changed,
    ),
    rule(
        "create",
        "201 and an id, for a path that is a plural",
        generic::is_create,
        generic::created,
    ),
    rule(
        "accept",
        "200 and an id",
        |ask| ask.request.method == "POST",
        generic::accepted,
    ),
    rule("page", "a page for a browser", generic::is_page, generic::page),
    rule(
        "list",
        "a page of a list, for a path that is a plural",
        generic::is_list,
        generic::list,
    ),
    LAST,
];
