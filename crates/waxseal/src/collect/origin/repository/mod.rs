//! What the repository that a release names knows of it.

mod git;
mod reach;
mod tags;

use std::time::{Duration, Instant};

use waxseal_model::{Collected, PackageHistory, PackageRef, RepositoryFacts, Subject};
use waxseal_npm::repository::RepositoryAddress;

use super::{Collector, OriginOf, missing};
use git::{Git, Ref, Remote, Unanswered};

/// Whether and where repositories are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repositories {
    /// They are asked at all.
    pub ask: bool,
    /// Beginnings of addresses, and what stands in for each: an address over HTTPS, or an absolute path.
    pub mirrors: Vec<(String, String)>,
}

impl Default for Repositories {
    fn default() -> Self {
        Self {
            ask: true,
            mirrors: Vec::new(),
        }
    }
}

impl Collector<'_> {
    pub(super) fn repository(&self, of: &OriginOf, history: Option<&PackageHistory>) -> Collected<RepositoryFacts> {
        let (Subject::Package(package), true) = (&of.subject, self.repositories().ask) else {
            return Collected::NotRequested;
        };
        let release = history.and_then(|it| it.release(&package.version));
        let declared = of.manifest.as_ref().and_then(|it| it.repository.as_deref());
        let Some(declared) = declared.or(release.and_then(|it| it.repository.as_deref())) else {
            return Collected::NotRequested;
        };
        let commit = release
            .and_then(|it| it.git_head.clone())
            .filter(|it| git::is_object(it));
        let earlier = self.earlier(package, of.previous.as_ref(), history);
        match self.ask(declared, package, &earlier, commit.as_deref()) {
            Ok(facts) => Collected::Present(facts),
            Err(reason) => missing(
                &of.subject,
                METHOD,
                format!("the repository it names was not asked whether it knows this release: {reason}"),
            ),
        }
    }

    fn ask(
        &self,
        declared: &str,
        package: &PackageRef,
        earlier: &[String],
        commit: Option<&str>,
    ) -> Result<RepositoryFacts, String> {
        let (env, offline) = self.surroundings();
        let until = Instant::now() + WITHIN;
        let mirrors = &self.repositories().mirrors;
        let address = RepositoryAddress::parse(declared).map_err(|err| err.to_string())?;
        let remote = match mirror(&address.https(), mirrors) {
            Some(mirror) if !offline || !mirror.starts_with("https://") => Remote::Mirror(mirror),
            _ if offline => return Err("only what was downloaded before is used".to_owned()),
            _ => {
                let host = address.public_host().map_err(|err| err.to_string())?;
                // A proxy looks the name up itself, and is where the user's network decides who may be talked to.
                let proxied = PROXIES
                    .iter()
                    .any(|name| env.var(name).is_some_and(|it| !it.is_empty()));
                let addresses = match proxied {
                    true => Vec::new(),
                    false => reach::resolve(host, WITHIN)?,
                };
                Remote::Https {
                    url: address.https(),
                    host: host.to_owned(),
                    addresses,
                }
            }
        };
        let git = Git::new(env, &remote, until)?;
        let refs = git.refs().map_err(|reason: Unanswered| reason.to_owned())?;
        let mut facts = facts(&refs, package, earlier);
        facts.url = address.https();
        if let Some(commit) = commit {
            let tip = refs.iter().any(|it| it.object.eq_ignore_ascii_case(commit));
            facts.commit = Some(commit.to_owned());
            facts.commit_is_a_tip = Some(tip);
            facts.commit_exists = if tip { Some(true) } else { git.has(commit) };
        }
        Ok(facts)
    }

    /// Releases before this one, nearest first.
    fn earlier(
        &self,
        package: &PackageRef,
        previous: Option<&Subject>,
        history: Option<&PackageHistory>,
    ) -> Vec<String> {
        let mut earlier = self.versions_before(package, EARLIER);
        if earlier.is_empty() {
            let listed = history.into_iter().flat_map(|it| &it.releases);
            let before = listed
                .take_while(|it| it.version != package.version)
                .filter(|it| it.listed);
            earlier = before.map(|it| it.version.clone()).collect();
            earlier.reverse();
            earlier.truncate(EARLIER);
        }
        if let (true, Some(Subject::Package(previous))) = (earlier.is_empty(), previous) {
            earlier.push(previous.version.clone());
        }
        earlier
    }
}

/// What branches and tags say of a release.
fn facts(refs: &[Ref], package: &PackageRef, earlier: &[String]) -> RepositoryFacts {
    let tags: Vec<&str> = refs
        .iter()
        .filter_map(|it| it.name.strip_prefix("refs/tags/"))
        .filter(|it| !it.ends_with("^{}"))
        .collect();
    let find = |version: &str| tags::find(&tags, package.name.as_str(), version).map(str::to_owned);
    let before: Vec<Option<String>> = earlier.iter().map(|version| find(version)).collect();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    RepositoryFacts {
        url: String::new(),
        tags: count(tags.len()),
        tag: find(&package.version),
        previous_tag: before.first().cloned().flatten(),
        earlier: count(before.len()),
        earlier_tagged: count(before.iter().flatten().count()),
        commit: None,
        commit_is_a_tip: None,
        commit_exists: None,
    }
}

/// The address with the longest beginning that has a mirror replaced by it.
fn mirror(address: &str, mirrors: &[(String, String)]) -> Option<String> {
    let fits = |(beginning, instead): &(String, String)| {
        let rest = address.strip_prefix(beginning.trim_end_matches('/'))?;
        let whole = rest.is_empty() || rest.starts_with('/');
        whole.then(|| (beginning.len(), format!("{}{rest}", instead.trim_end_matches('/'))))
    };
    mirrors
        .iter()
        .filter_map(fits)
        .max_by_key(|(length, _)| *length)
        .map(|(_, instead)| instead)
}

const METHOD: &str = "source-activity";
/// How long a repository is asked, its host's name included.
const WITHIN: Duration = Duration::from_secs(10);
/// How many releases before this one say whether it is usual to tag them.
const EARLIER: usize = 5;
const PROXIES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

#[cfg(test)]
mod tests;
