use super::called;
use crate::testing::*;

const README: &str = "impersonation/readme";
const DESCRIPTION: &str = "impersonation/description";
const REPOSITORY: &str = "impersonation/repository";

const COPIED: &str = "# Nodemailer\n\nSend e-mails from Node.js.\n\n```sh\nnpm install --save nodemailer@7\n```\n";

pub(super) fn samples() -> Vec<Sample> {
    let mut samples = readmes();
    samples.extend(descriptions());
    samples.extend(repositories());
    samples
}

fn readmes() -> Vec<Sample> {
    vec![
        flagged(
            README,
            "medium medium allow",
            "title and command of another",
            called("nodejs-smtp").introduced(COPIED),
        ),
        flagged(
            README,
            "medium medium allow",
            "a title that is underlined, and yarn",
            called("nodejs-smtp").introduced("Nodemailer\n==========\n\n    yarn add nodemailer\n"),
        ),
        flagged(
            README,
            "low medium allow",
            "of a fork",
            called("@ada/nodemailer").introduced(&format!("{COPIED}\nA fork of the original.\n")),
        ),
        flagged(
            README,
            "low medium allow",
            "the command of what its name resembles",
            called("nodmailer").introduced("## Use\n\n    npm i nodemailer\n"),
        ),
        flagged(
            README,
            "medium medium allow",
            "that only the registry has",
            history(called("nodejs-smtp"), None, Some(COPIED)),
        ),
        clean(
            README,
            "it names itself",
            called("nodejs-smtp").introduced(&format!("{COPIED}\nor `npm install nodejs-smtp`\n")),
        ),
        clean(
            README,
            "it has something installed beside itself",
            called("mail-tool").introduced("# mail-tool\n\n    npm install nodemailer mail-tool\n"),
        ),
        clean(
            README,
            "it has a tool installed and is titled otherwise",
            called("mail-tool").introduced("# Mail for all\n\n    npm install typescript\n"),
        ),
        clean(
            README,
            "no command",
            called("mail-tool").introduced("# Nodemailer\n\nHow to use it.\n"),
        ),
        clean(
            README,
            "of the same family",
            called("@babel/other").introduced("# @babel/core\n\n    npm i @babel/core\n"),
        ),
        clean(
            README,
            "of one nobody knows",
            called("mail-tool").introduced("# my-own-thing\n\n    npm i my-own-thing\n"),
        ),
    ]
}

fn descriptions() -> Vec<Sample> {
    let text = "Easy as cake e-mail sending from your Node.js applications";
    vec![
        flagged(
            DESCRIPTION,
            "low medium allow",
            "word for word",
            called("nodejs-smtp").described(text),
        ),
        flagged(
            DESCRIPTION,
            "low medium allow",
            "with more behind it",
            called("nodejs-smtp").described(&format!("{text} (2026)")),
        ),
        flagged(
            DESCRIPTION,
            "medium medium allow",
            "and the name resembles it",
            called("nodmailer").described(text),
        ),
        flagged(
            DESCRIPTION,
            "low medium allow",
            "that only the registry has",
            history(called("nodejs-smtp"), Some(text), None),
        ),
        clean(
            DESCRIPTION,
            "its own words",
            called("nodejs-smtp").described("Sends e-mail from Node.js"),
        ),
        clean(
            DESCRIPTION,
            "a part of what it describes",
            called("nodemailer-templates").described(text),
        ),
        clean(
            DESCRIPTION,
            "short ones are said by many",
            called("mail-tool").described("Parse e-mails"),
        ),
    ]
}

fn repositories() -> Vec<Sample> {
    let address = "git+https://code.example/nodemailer/nodemailer.git";
    vec![
        flagged(
            REPOSITORY,
            "low low allow",
            "as an address",
            called("nodejs-smtp").kept_at(address),
        ),
        flagged(
            REPOSITORY,
            "low low allow",
            "as a short form, with a folder",
            called("nodejs-smtp").kept_at("github:Nodemailer/nodemailer#packages/smtp"),
        ),
        flagged(
            REPOSITORY,
            "low low allow",
            "for ssh",
            called("nodejs-smtp").kept_at("git@code.example:nodemailer/nodemailer.git"),
        ),
        flagged(
            REPOSITORY,
            "medium low allow",
            "and the name resembles it",
            called("nodmailer").kept_at(address),
        ),
        flagged(
            REPOSITORY,
            "medium low allow",
            "called like the package of which the name is a slip",
            called("nodmailer").kept_at("somebody/nodemailer"),
        ),
        clean(REPOSITORY, "its own", called("nodejs-smtp").kept_at("ada/nodejs-smtp")),
        clean(REPOSITORY, "the popular package", called("nodemailer").kept_at(address)),
        clean(
            REPOSITORY,
            "a part of it",
            called("nodemailer-templates").kept_at(address),
        ),
        clean(REPOSITORY, "no address", called("nodejs-smtp").kept_at("///")),
    ]
}

/// What a registry has of it.
fn history(mut world: World, description: Option<&str>, readme: Option<&str>) -> World {
    world.current.history = waxseal_model::Collected::Present(waxseal_model::PackageHistory {
        description: description.map(str::to_owned),
        readme: readme.map(str::to_owned),
        ..Default::default()
    });
    world
}

#[test]
fn the_finding_names_what_is_borrowed() {
    let finding = only(&called("nodejs-smtp").introduced(COPIED), README);
    assert_eq!(
        finding.summary,
        "its README is titled `nodemailer`, has that installed, and never names `nodejs-smtp`"
    );
    assert_eq!(
        finding.evidence[0].values,
        values(&[("installs", "nodemailer"), ("name", "nodejs-smtp")])
    );
}

#[test]
fn a_readme_of_strange_bytes_is_read_all_the_same() {
    for text in [
        "npm install ",
        "# \u{1F4E7}\n npm i é@1 @ @@ `",
        "<h1",
        "\u{0}\n===\nnpx -y \u{feff}nodemailer",
        &"npm i a ".repeat(10_000),
    ] {
        called("mail-tool").introduced(text).detect();
    }
}
