//! The table of detection methods. Everything that lists, runs, explains or maps methods loops over it.

use waxseal_model::{Finding, Severity};

use crate::{Case, methods};

/// Every detection method, in the order reports list them. Adding one is one folder and one line here.
pub const METHODS: &[Method] = &[
    methods::known_malicious::METHOD,
    methods::messages::METHOD,
    methods::recipients::METHOD,
    methods::package_diff::METHOD,
    methods::install_scripts::METHOD,
    methods::phantom_dependency::METHOD,
    methods::impersonation::METHOD,
    methods::tampering::METHOD,
    methods::capabilities::METHOD,
    methods::obfuscation::METHOD,
    methods::archive::METHOD,
    methods::egress::METHOD,
    methods::canaries::METHOD,
    methods::run_diff::METHOD,
    methods::provenance::METHOD,
    methods::source_activity::METHOD,
    methods::installed::METHOD,
    methods::author::METHOD,
    methods::velocity::METHOD,
    methods::removed::METHOD,
];

/// One independent way to find bad releases.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// Stable id, the first part of its indicators' ids.
    pub id: &'static str,
    /// A few words, for a heading.
    pub title: &'static str,
    /// One sentence: what it looks at and what for.
    pub summary: &'static str,
    /// What it finds is context for a person: a note by itself, and a reason to look where the release can newly do something that
    /// matters.
    pub context: bool,
    /// The evidence without which it does not run.
    pub needs: &'static [Need],
    /// What it can find.
    pub indicators: &'static [Indicator],
    /// Looks at a case that has everything in `needs`.
    pub run: fn(&Case<'_>) -> Vec<Finding>,
    /// Its manual, Markdown with the fixed headings.
    pub manual: &'static str,
}

/// One named thing a method can find.
#[derive(Debug, Clone, Copy)]
pub struct Indicator {
    /// Stable id, `<method>/<what>`.
    pub id: &'static str,
    /// A few words, for a heading or a rule's name.
    pub title: &'static str,
    /// One sentence: what was found when this is.
    pub summary: &'static str,
    /// The severity it usually has; a finding's own may differ.
    pub severity: Severity,
    /// MITRE ATT&CK technique ids.
    pub attack: &'static [&'static str],
    /// Control ids, `iso27001:A.8.30`, `nist80053:SR-3`.
    pub controls: &'static [&'static str],
}

/// A part of the evidence a method cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// What the files hold and the code could do.
    Source,
    /// `package.json`.
    Manifest,
    /// The comparison with another release. Absent in a judgement of one release alone, which is no gap.
    Change,
    /// What it did in the locked room. Absent where nobody asked for it to be run, which is no gap.
    Runs,
    /// What differs from what another release did in the locked room. Absent where nobody asked for both to be run, which is no gap.
    RunChange,
    /// What the registry says of the name over time. Absent for what no registry lists, which is no gap.
    History,
    /// Who published it, as its registry tells. Absent for what no registry lists, which is no gap.
    Publishers,
    /// When it was published, as its registry tells. Absent for what no registry lists, which is no gap.
    Times,
    /// What was removed of its name, as its registry tells. Absent for what no registry lists, which is no gap.
    Removals,
    /// What is publicly known of it. Absent where nobody asked, which is no gap.
    Advisories,
    /// What its attestations say. Absent where there are none to ask for, which is no gap.
    Provenance,
    /// What the repository it names knows of it. Absent where nobody asked, which is no gap.
    Repository,
    /// Where it is installed, or what is installed in a place. Absent where nobody asked, which is no gap.
    Places,
}

/// What an id stands for.
#[derive(Debug, Clone, Copy)]
pub struct Explanation {
    /// The method.
    pub method: &'static Method,
    /// The indicator, if the id is one's.
    pub indicator: Option<&'static Indicator>,
}

/// The method or indicator with this id.
pub fn explain(id: &str) -> Option<Explanation> {
    if let Some(method) = method(id) {
        return Some(Explanation {
            method,
            indicator: None,
        });
    }
    indicators()
        .find(|(_, indicator)| indicator.id == id)
        .map(|(method, indicator)| Explanation {
            method,
            indicator: Some(indicator),
        })
}

/// The method with this id.
pub fn method(id: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.id == id)
}

/// The indicator with this id.
pub fn indicator(id: &str) -> Option<&'static Indicator> {
    explain(id)?.indicator
}

/// Every indicator with its method, in the table's order.
pub fn indicators() -> impl Iterator<Item = (&'static Method, &'static Indicator)> {
    METHODS
        .iter()
        .flat_map(|method| method.indicators.iter().map(move |indicator| (method, indicator)))
}
