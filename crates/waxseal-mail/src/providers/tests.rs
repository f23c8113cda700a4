//! The table is complete and consistent.

use std::collections::BTreeSet;

use super::*;

#[test]
fn ids_are_unique_and_name_the_file() {
    let ids: BTreeSet<&str> = PROVIDERS.iter().map(|provider| provider.id).collect();
    assert_eq!(ids.len(), PROVIDERS.len());
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/providers");
    for provider in PROVIDERS {
        let id = provider.id;
        assert_eq!(id, provider.sinks.provider);
        assert!(
            id.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{id}"
        );
        let file = folder.join(id.replace('-', "_")).with_extension("rs");
        assert!(file.is_file(), "{} is missing", file.display());
        let text = source(&file);
        assert!(
            text.starts_with(&format!("//! {}: ", provider.title)),
            "{id} does not begin with its title"
        );
    }
    let files = folder.read_dir().expect("the folder");
    let files = files.flatten().filter(|it| it.path().is_file()).count();
    assert_eq!(
        files,
        PROVIDERS.len() + 1,
        "a file of {} is not in the table",
        folder.display()
    );
}

#[test]
fn no_module_and_no_host_belongs_to_two() {
    let mut modules = BTreeSet::new();
    let mut hosts = BTreeSet::new();
    for provider in PROVIDERS {
        let id = provider.id;
        for module in provider.sinks.modules {
            assert!(modules.insert(module), "{id}: {module} is there twice");
        }
        for host in provider.sinks.hosts {
            assert!(hosts.insert(host), "{id}: {host} is there twice");
            assert_eq!(host.to_lowercase(), **host, "{id}");
            assert!(
                host.chars().all(|c| c.is_ascii_alphanumeric() || ".-*".contains(c)),
                "{id}: {host}"
            );
            // A pattern that takes in a whole company would call any request to it mail.
            assert!(
                host.trim_start_matches('.')
                    .split('.')
                    .filter(|label| *label != "*")
                    .count()
                    >= 2,
                "{id}: {host}"
            );
        }
    }
}

#[test]
fn every_provider_has_what_the_analysis_needs() {
    for provider in PROVIDERS {
        let SinkSpec {
            modules,
            clients,
            sends,
            recipients,
            ..
        } = provider.sinks;
        let id = provider.id;
        assert!(
            !modules.is_empty() && !clients.is_empty() && !sends.is_empty() && !recipients.is_empty(),
            "{id}"
        );
        let mut seen = BTreeSet::new();
        for spec in recipients {
            assert!(
                seen.insert((spec.path, spec.place)),
                "{id}: {} is there twice",
                spec.path
            );
            assert!(
                !spec.path.is_empty() && spec.path.split('.').all(is_step),
                "{id}: {}",
                spec.path
            );
        }
        for client in clients {
            assert!(
                !client.export.contains('.'),
                "{id}: {} is more than the name of an export",
                client.export
            );
            assert!(
                client.argument.is_some() || client.fields.is_empty(),
                "{id}: {}",
                client.export
            );
        }
        assert!(
            recipients.iter().any(|spec| spec.place != FieldPlace::ReplyTo),
            "{id} can only be answered"
        );
    }
}

fn is_step(step: &str) -> bool {
    let name = step.split_once('[').map_or(step, |(name, _)| name);
    let key = &step[name.len()..];
    let is_name = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "_-:*".contains(c));
    is_name(name) && (key.is_empty() || (key.ends_with(']') && is_name(&key[1..key.len() - 1])))
}

#[test]
fn hosts_match_by_label() {
    let provider = |host: &str| at_host(host).map(|provider| provider.id);
    assert_eq!(provider("api.postmarkapp.com"), Some("postmark"));
    assert_eq!(provider("API.PostmarkApp.com."), Some("postmark"));
    assert_eq!(provider("email.eu-west-1.amazonaws.com"), Some("ses"));
    assert_eq!(provider("bucket.s3.amazonaws.com"), None);
    assert_eq!(provider("email.a.b.amazonaws.com"), None);
    assert_eq!(provider("email..amazonaws.com"), None);
    assert_eq!(
        provider("name.unitedstates.communication.azure.com"),
        Some("azure-email")
    );
    assert_eq!(provider("communication.azure.com"), None);
    assert_eq!(provider("evilcommunication.azure.com"), None);
    assert_eq!(provider("api.postmarkapp.com.collector.example"), None);
    assert_eq!(provider(""), None);
    assert_eq!(provider("é.example"), None);
}

#[expect(clippy::disallowed_methods, reason = "the test reads this crate's own source")]
fn source(file: &std::path::Path) -> String {
    std::fs::read_to_string(file).expect("the source")
}
