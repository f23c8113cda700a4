//! Names, descriptions and READMEs that borrow a brand or a popular package.

mod brands;
mod letters;
mod likeness;
mod names;
mod prose;
mod slips;
mod table;

use waxseal_model::{Confidence, Finding, Manifest, Proof, Severity, Subject};

use crate::proof::{self, Values};
use crate::{Case, Indicator, Method, Need};
use likeness::{Kind, Likeness};
use names::{Names, split};

pub(crate) const METHOD: Method = Method {
    id: "impersonation",
    title: "Impersonation",
    summary: "Compares a package's name, description, README and repository with those of popular packages and of brands.",
    context: true,
    needs: &[Need::Source, Need::Manifest],
    indicators: &[
        indicator(
            NAME,
            "Name like a popular package's",
            "The package's name is one that a popular package's is easily mistaken for.",
            Severity::Medium,
        ),
        indicator(
            BRAND,
            "Brand's name on somebody else's package",
            "The package's name or text says that it is a brand's own, and it is not known to be.",
            Severity::Medium,
        ),
        indicator(
            README,
            "README of another package",
            "The README has a popular package installed and never names the package it lies in.",
            Severity::Medium,
        ),
        indicator(
            DESCRIPTION,
            "Description of another package",
            "The description is, word for word, that of a popular package.",
            Severity::Low,
        ),
        indicator(
            REPOSITORY,
            "Repository of another package",
            "The package says that it comes from the repository of a popular package.",
            Severity::Low,
        ),
        indicator(
            LETTERS,
            "Letters of another script",
            "A name is written with letters of another script that look like its own, or with letters that are not drawn.",
            Severity::Medium,
        ),
    ],
    run,
    manual: include_str!("manual.md"),
};

const fn indicator(id: &'static str, title: &'static str, summary: &'static str, severity: Severity) -> Indicator {
    Indicator {
        id,
        title,
        summary,
        severity,
        attack: &["T1036.005", "T1195.002"],
        controls: &[
            "iso27001:A.8.30",
            "iso27001:A.5.21",
            "nist80053:SR-3",
            "nist80053:SR-11",
        ],
    }
}

const NAME: &str = "impersonation/name";
const BRAND: &str = "impersonation/brand";
const README: &str = "impersonation/readme";
const DESCRIPTION: &str = "impersonation/description";
const REPOSITORY: &str = "impersonation/repository";
const LETTERS: &str = "impersonation/letters";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(manifest) = case.manifest() else {
        return Vec::new();
    };
    let Some(name) = name(case, manifest) else {
        return Vec::new();
    };
    let names = Names::popular();
    // A known name is itself; a brand's own packages are not looked at either.
    if names.find(name).is_some() || brands::is_owned(name) {
        return Vec::new();
    }
    let says = Says::of(case, manifest);
    let looks = Looks {
        case,
        names,
        name,
        like: likeness::likeness(name, names),
        says,
    };
    let mut findings = Vec::new();
    findings.extend(looks.letters());
    findings.extend(looks.name(manifest));
    findings.extend(looks.brand());
    findings.extend(looks.readme());
    findings.extend(looks.description());
    findings.extend(looks.repository());
    findings
}

/// The name it is asked for by: the registry's, or its own manifest's for a folder or an archive.
fn name<'a>(case: &Case<'a>, manifest: &'a Manifest) -> Option<&'a str> {
    match case.subject {
        Subject::Package(package) => Some(package.name.as_str()),
        _ => manifest.name.as_deref().filter(|name| name.len() <= MAX_NAME),
    }
}

/// What the package says of itself: what is in it, or else what the registry has of it.
struct Says<'a> {
    description: Option<&'a str>,
    readme: Option<&'a str>,
    repository: Option<&'a str>,
}

impl<'a> Says<'a> {
    fn of(case: &Case<'a>, manifest: &'a Manifest) -> Self {
        let history = case.history();
        Self {
            description: manifest
                .description
                .as_deref()
                .or_else(|| history.and_then(|it| it.description.as_deref())),
            readme: case
                .source()
                .and_then(|it| it.readme.as_deref())
                .or_else(|| history.and_then(|it| it.readme.as_deref())),
            repository: manifest.repository.as_deref(),
        }
    }
}

/// What is compared, and what the name was found to resemble.
struct Looks<'c, 'a> {
    case: &'c Case<'a>,
    names: Names<'static>,
    name: &'a str,
    like: Option<Likeness>,
    says: Says<'a>,
}

impl Looks<'_, '_> {
    fn finding(&self, id: &'static str, weight: (Severity, Confidence), summary: String, proof: Proof) -> Finding {
        proof::finding(self.case, id, weight, summary, vec![proof], None)
    }

    fn name(&self, manifest: &Manifest) -> Option<Finding> {
        let like = self.like.as_ref()?;
        // What is built on a package needs it, or is meant to be put beside it.
        let needed = manifest.dependencies.iter().any(|it| it.name == like.target);
        let severity = if needed && like.kind.is_built_on() {
            Severity::Info
        } else {
            like.severity
        };
        let confidence = match like.kind {
            Kind::Separators | Kind::LookAlike | Kind::Scope | Kind::ScopeSlip => Confidence::Medium,
            _ if severity == Severity::Medium => Confidence::Medium,
            _ => Confidence::Low,
        };
        let summary = format!(
            "its name `{}` is that of the popular package `{}` {}",
            self.name,
            like.target,
            like.kind.words()
        );
        let proof = proof::in_manifest().with("name", self.name).with("like", like.target);
        Some(self.finding(NAME, (severity, confidence), summary, proof))
    }

    fn brand(&self) -> Option<Finding> {
        let texts = [("description", self.says.description), ("readme", self.says.readme)];
        for (place, text) in texts {
            let Some(brand) = text.and_then(|text| brands::claimed(self.name, text)) else {
                continue;
            };
            let summary = format!(
                "its {} says that it is official, of {}, of whose packages it is none that is known",
                if place == "readme" { "README" } else { place },
                brand.title
            );
            let proof = self.place(place).with("brand", brand.title).with("name", self.name);
            return Some(self.finding(BRAND, (Severity::Medium, Confidence::Medium), summary, proof));
        }
        let brand = brands::reads_like(self.name, self.names)?;
        let summary = format!(
            "its name `{}` reads like {}'s own, of whose packages it is none that is known",
            self.name, brand.title
        );
        let proof = proof::in_manifest().with("name", self.name).with("brand", brand.title);
        Some(self.finding(BRAND, (Severity::Low, Confidence::Low), summary, proof))
    }

    fn readme(&self) -> Option<Finding> {
        let found = prose::readme(self.name, self.says.readme?, self.names)?;
        let severity = match (found.titled, self.is_like(found.target)) {
            (true, _) if found.fork => Severity::Low,
            (true, _) => Severity::Medium,
            (false, true) => Severity::Low,
            (false, false) => return None,
        };
        let titled = if found.titled { "is titled" } else { "installs" };
        let summary = format!(
            "its README {titled} `{}`, has that installed, and never names `{}`",
            found.target, self.name
        );
        let proof = self
            .place("readme")
            .with("installs", found.target)
            .with("name", self.name);
        Some(self.finding(README, (severity, Confidence::Medium), summary, proof))
    }

    fn description(&self) -> Option<Finding> {
        let borrowed = prose::description(self.says.description?)?;
        if self.belongs_to(borrowed.name) {
            return None;
        }
        let summary = format!("its description is, word for word, that of `{}`", borrowed.name);
        let proof = self.place("description").with("of", borrowed.name);
        Some(self.finding(
            DESCRIPTION,
            (self.weight(borrowed.name), Confidence::Medium),
            summary,
            proof,
        ))
    }

    fn repository(&self) -> Option<Finding> {
        let text = self.says.repository?;
        let (target, repository) = match prose::repository(text) {
            Some(borrowed) if !self.belongs_to(borrowed.name) => (borrowed.name, borrowed.repository.to_owned()),
            Some(_) => return None,
            None => self.named_like_its_repository(text)?,
        };
        let summary = format!("it says that it comes from `{repository}`, the repository of `{target}`");
        let proof = proof::in_manifest().with("repository", text).with("of", target);
        Some(self.finding(REPOSITORY, (self.weight(target), Confidence::Low), summary, proof))
    }

    /// A repository that is called as the popular package is, where the package itself is called otherwise. Whose it is is not known.
    fn named_like_its_repository(&self, text: &str) -> Option<(&'static str, String)> {
        let like = self.like.as_ref()?;
        let repository = prose::repository_name(text)?;
        let is_slip = matches!(like.kind, Kind::Slip | Kind::LookAlike);
        (is_slip && repository.eq_ignore_ascii_case(like.target)).then_some((like.target, repository))
    }

    fn letters(&self) -> Option<Finding> {
        if let Some(drawn) = letters::drawn(self.name) {
            let like = self
                .names
                .find(&drawn)
                .map(|target| format!(", and looks like `{target}`"));
            let severity = if like.is_some() {
                Severity::Medium
            } else {
                Severity::Low
            };
            let summary = format!(
                "its name is written with letters of another script or such as are not drawn{}",
                like.unwrap_or_default()
            );
            let proof = proof::in_manifest().with("name", self.name).with("drawn", drawn);
            return Some(self.finding(LETTERS, (severity, Confidence::High), summary, proof));
        }
        let texts = [("description", self.says.description), ("readme", self.says.readme)];
        let known = |word: &String| word.len() >= LEAST_LETTERS && self.names.find(word).is_some();
        texts.into_iter().find_map(|(place, text)| {
            let word = letters::disguised(text?).into_iter().find(known)?;
            let summary = format!(
                "its {} writes `{word}` with letters of another script or such as are not drawn",
                if place == "readme" { "README" } else { place }
            );
            let proof = self.place(place).with("drawn", word);
            Some(self.finding(LETTERS, (Severity::Medium, Confidence::Medium), summary, proof))
        })
    }

    fn is_like(&self, target: &str) -> bool {
        self.like.as_ref().is_some_and(|it| it.target == target)
    }

    /// A name that resembles what it borrows from is no fork's.
    fn weight(&self, target: &str) -> Severity {
        if self.is_like(target) {
            Severity::Medium
        } else {
            Severity::Low
        }
    }

    /// Called as parts of a package are (`lodash.merge`), and not like the package itself.
    fn belongs_to(&self, target: &str) -> bool {
        let (_, base) = split(self.name);
        let part = base
            .strip_prefix(target)
            .is_some_and(|rest| rest.starts_with(['-', '.', '_']));
        part && !self.is_like(target)
    }

    /// The file a text stands in, or the registry's record of it.
    fn place(&self, what: &str) -> Proof {
        let own = self.case.manifest().is_some_and(|it| it.description.is_some());
        match what {
            "description" if own => proof::in_manifest(),
            "readme" if self.case.source().is_some_and(|it| it.readme.is_some()) => proof::in_file(self.readme_path()),
            _ => Proof::default(),
        }
    }

    fn readme_path(&self) -> &str {
        let files = self.case.source().map(|it| it.files.as_slice()).unwrap_or_default();
        let is_readme = |path: &str| path.len() <= 20 && path.to_ascii_lowercase().starts_with("readme");
        files
            .iter()
            .map(|file| file.path.as_str())
            .find(|path| is_readme(path))
            .unwrap_or("README.md")
    }
}

/// npm's longest package name.
const MAX_NAME: usize = 214;
/// Shorter words mean too much else.
const LEAST_LETTERS: usize = 5;

#[cfg(test)]
pub(crate) mod tests;
