use waxseal_model::{CapabilityKind, DependencyKind, Novelty};

use super::{called, named};
use crate::testing::*;

const NAME: &str = "impersonation/name";
const BRAND: &str = "impersonation/brand";
const LETTERS: &str = "impersonation/letters";

pub(super) fn samples() -> Vec<Sample> {
    let mut samples = strong();
    samples.extend(weak());
    samples.extend(honest());
    samples.extend(raised());
    samples.extend(brands());
    samples.extend(letters());
    samples
}

fn strong() -> Vec<Sample> {
    [
        ("a separator added", "node-mailer"),
        ("a separator behind", "nodemailer_"),
        ("a separator left out", "crossenv"),
        ("another separator", "cross.env"),
        ("the scope written into the name", "types-node"),
        ("the scope left out", "babel-helper-module-imports"),
        ("a scope written as no registry would", "@types-node"),
        ("another scope by one letter", "@bable/core"),
        ("another scope by its separators", "@awssdk/types"),
        ("two letters swapped", "loadsh"),
        ("a letter doubled", "nodemailerr"),
        ("a letter left out", "nodemaier"),
        ("a neighbour on the keyboard", "nodemailwr"),
        ("a digit for a letter", "1odash"),
        ("a zero for an o", "axi0s"),
        ("two letters for one", "cornmander"),
        ("two v for a w", "vvinston"),
        ("an honest word added", "nodemailer-official"),
    ]
    .into_iter()
    .map(|(why, name)| flagged(NAME, "medium medium allow", why, called(name)))
    .collect()
}

fn weak() -> Vec<Sample> {
    [
        ("something added behind", "nodemailer-js"),
        ("something added before", "node-nodemailer"),
        ("a number added", "nodemailer2"),
        ("words in another order", "env-cross"),
        ("a letter left out of a short name", "lodsh"),
        ("something added that says nothing", "axios-pro"),
    ]
    .into_iter()
    .map(|(why, name)| flagged(NAME, "low low allow", why, called(name)))
    .chain([flagged(
        NAME,
        "info low allow",
        "something added to what it needs",
        called("nodemailer-cli").needs("nodemailer", "^7.0.0", DependencyKind::Peer),
    )])
    .collect()
}

fn honest() -> Vec<Sample> {
    [
        ("the popular name itself", "nodemailer"),
        ("a plug-in", "nodemailer-mailgun-transport"),
        ("a plug-in of a linter", "eslint-plugin-mail-rules"),
        ("types", "@types/some-mailer"),
        ("below the popular one's own scope", "@babel/cores"),
        ("a native component", "react-native-mail-button"),
        ("a short name", "wss"),
        ("a fork below a scope of its own", "@ada/nodemailer"),
        ("another word", "is-string-list"),
        ("a word that others use", "jest-mailer"),
        ("one letter before it", "saxios"),
    ]
    .into_iter()
    .map(|(why, name)| clean(NAME, why, called(name)))
    .collect()
}

fn raised() -> Vec<Sample> {
    let network = || capability(CapabilityKind::Network, "fetch", "https://host.example/");
    vec![
        flagged(
            NAME,
            "high medium review",
            "and the release newly reaches the network",
            named(update(), "loadsh").gained(network(), Novelty::Kind),
        ),
        flagged(
            NAME,
            "high medium review",
            "and the first release reaches the network",
            called("loadsh").can(network()).first(),
        ),
        flagged(
            NAME,
            "medium medium allow",
            "and it reaches the network as it did before",
            named(update(), "loadsh").can(network()),
        ),
    ]
}

fn brands() -> Vec<Sample> {
    vec![
        flagged(
            BRAND,
            "low low allow",
            "the brand and what it offers",
            called("postmark-mcp"),
        ),
        flagged(
            BRAND,
            "low low allow",
            "a scope that is called so",
            called("@postmark/mcp"),
        ),
        flagged(
            BRAND,
            "low low allow",
            "the other way round",
            called("mcp-server-sendgrid"),
        ),
        flagged(
            BRAND,
            "high low review",
            "and the first release sends mail",
            called("postmark-mcp")
                .can(capability(CapabilityKind::Mail, "postmark.sendEmail", ""))
                .first(),
        ),
        flagged(
            BRAND,
            "medium medium allow",
            "and the description says official",
            called("postmark-mcp").described("The official MCP server for Postmark"),
        ),
        flagged(
            BRAND,
            "medium medium allow",
            "official by its README only",
            called("mail-tools-for-agents")
                .introduced("# mail-tools-for-agents\n\nOfficial SendGrid tools for agents.\n"),
        ),
        clean(BRAND, "below the brand's scope", called("@activecampaign/postmark-mcp")),
        clean(
            BRAND,
            "a package of the brand's",
            called("postmark").described("Official client for Postmark"),
        ),
        clean(BRAND, "somebody's own scope", called("@ada/postmark-mcp")),
        clean(BRAND, "a plug-in", called("strapi-provider-email-postmark")),
        clean(BRAND, "the brand is a word", called("loops-lib")),
        clean(
            BRAND,
            "unofficial",
            called("mail-tools-for-agents").described("Unofficial Postmark tools"),
        ),
        clean(
            BRAND,
            "around the official one",
            called("mail-tools-for-agents").described("A wrapper around the official Postmark client"),
        ),
        clean(
            BRAND,
            "somebody's official part for it",
            called("mail-tools-for-agents").described("The official Postmark integration for Example Mail"),
        ),
        clean(
            BRAND,
            "official of nobody known",
            called("mail-tools-for-agents").described("The official tools of Example Mail"),
        ),
    ]
}

fn letters() -> Vec<Sample> {
    vec![
        flagged(
            LETTERS,
            "medium high allow",
            "a name in Cyrillic letters",
            called("nоdemailer"),
        ),
        flagged(
            LETTERS,
            "low high allow",
            "a name that looks like none",
            called("mаil-server"),
        ),
        flagged(
            LETTERS,
            "medium high allow",
            "a name with something not drawn",
            called("node\u{200b}mailer"),
        ),
        flagged(
            LETTERS,
            "medium medium allow",
            "a popular name in the description",
            called("mail-tool").described("All that nоdemailer can do"),
        ),
        flagged(
            LETTERS,
            "medium medium allow",
            "a popular name in the README",
            called("mail-tool").introduced("# ｎｏｄｅｍａｉｌｅｒ\n"),
        ),
        clean(
            LETTERS,
            "a text in Cyrillic letters",
            called("mail-tool").described("Отправка почты"),
        ),
        clean(
            LETTERS,
            "punctuation of another script, and something not drawn",
            called("mail-tool").described("nodemailer，for\u{200b}lodash"),
        ),
        clean(
            LETTERS,
            "an accent",
            called("mail-tool").described("Envoyé par nodemailer, naïve café"),
        ),
        clean(
            LETTERS,
            "ASCII",
            called("mail-tool").described("All that nodemailer can do"),
        ),
    ]
}
