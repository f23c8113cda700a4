//! Results: the findings of all entries, as SARIF says them.

use std::collections::{BTreeMap, BTreeSet};

use waxseal_model::{Decision, Judged, Report, ReportEntry};

use super::shape::{Location, ResultProperties, SarifResult, Suppression};
use super::{fingerprint, location, message};
use crate::report::answer::{NAME_LIMIT, SENTENCE_LIMIT, identity};
use crate::report::escape::escape;

/// All results of a report, and what was left out of them.
pub(super) struct Results {
    /// The results, in the order of the entries.
    pub(super) list: Vec<SarifResult>,
    /// The ids of all rules; a result points into it.
    pub(super) rules: Vec<String>,
    /// How many results were left out.
    pub(super) dropped: usize,
    /// How many places of results were left out.
    pub(super) places_dropped: usize,
    used: BTreeSet<String>,
}

impl Results {
    /// The results of a report.
    pub(super) fn of(report: &Report) -> Self {
        let mut results = Self {
            list: Vec::new(),
            rules: waxseal_detect::indicators()
                .map(|(_, indicator)| indicator.id.to_owned())
                .collect(),
            dropped: 0,
            places_dropped: 0,
            used: BTreeSet::new(),
        };
        let mut index: BTreeMap<String, usize> = results
            .rules
            .iter()
            .enumerate()
            .map(|(idx, id)| (id.clone(), idx))
            .collect();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (idx, entry) in report.entries.iter().enumerate() {
            let base = location::base_id(report, idx);
            // What both releases have, where only the difference counts, is a note whatever it would lead to by itself.
            let shared = entry.verdict.shared.iter().map(|judged| Judged {
                decision: Decision::Allow,
                ..judged.clone()
            });
            let all: Vec<Judged> = entry.verdict.findings.iter().cloned().chain(shared).collect();
            for judged in &all {
                let id = escape(&judged.finding.indicator, NAME_LIMIT);
                let rule_index = *index.entry(id.clone()).or_insert_with(|| {
                    results.rules.push(id.clone());
                    results.rules.len() - 1
                });
                results.used.insert(id.clone());
                let print = fingerprint::of(&judged.finding, &entry.verdict.subject);
                // Two alike findings in one file are told apart by their order.
                let number = seen.entry(print.clone()).and_modify(|number| *number += 1).or_insert(1);
                results.push(entry, judged, &base, (id, rule_index), format!("{print}:{number}"));
            }
        }
        results
    }

    /// Whether a result has this rule.
    pub(super) fn uses(&self, rule: &str) -> bool {
        self.used.contains(rule)
    }

    /// Leaves out results beyond `limit`, the least pressing ones.
    pub(super) fn keep(&mut self, limit: usize) {
        if self.list.len() > limit {
            self.dropped += self.list.len() - limit;
            self.list.sort_by_key(|result| match result.level {
                "error" => 0,
                "warning" => 1,
                _ => 2,
            });
            self.list.truncate(limit);
        }
    }

    fn push(
        &mut self,
        entry: &ReportEntry,
        judged: &Judged,
        base: &str,
        (rule_id, rule_index): (String, usize),
        fingerprint: String,
    ) {
        let finding = &judged.finding;
        let first = finding.evidence.first();
        let rest = finding.evidence.get(1..).unwrap_or_default();
        self.places_dropped += rest.len().saturating_sub(MAX_RELATED);
        let related: Vec<Location> = rest
            .iter()
            .take(MAX_RELATED)
            .enumerate()
            .map(|(idx, proof)| location::of(entry, base, Some(proof), Some(idx + 1)))
            .collect();
        let mut text = escape(&finding.summary, SENTENCE_LIMIT);
        let steps: Vec<String> = first
            .map(|proof| {
                proof
                    .reached_by
                    .iter()
                    .take(MAX_STEPS)
                    .map(|step| escape(step, NAME_LIMIT))
                    .collect()
            })
            .unwrap_or_default();
        if !steps.is_empty() {
            text.push_str(&format!(" (reached by {})", escape(&steps.join(" › "), SENTENCE_LIMIT)));
        }
        let values = first.map(|proof| &proof.values).into_iter().flatten();
        self.list.push(SarifResult {
            rule_id,
            rule_index,
            level: match judged.decision {
                Decision::Block => "error",
                Decision::Review => "warning",
                Decision::Allow => "note",
            },
            message: message(&text),
            locations: vec![location::of(entry, base, first, None)],
            related_locations: related,
            // GitHub tells alerts apart by the first, other readers by any.
            partial_fingerprints: BTreeMap::from([
                ("primaryLocationLineHash", fingerprint.clone()),
                ("waxseal/v1", fingerprint),
            ]),
            suppressions: judged.waived.iter().map(|reason| suppression(reason)).collect(),
            properties: ResultProperties {
                package: identity(&entry.verdict.subject),
                decision: judged.decision.id(),
                severity: finding.severity.id(),
                confidence: finding.confidence.id(),
                new: finding.new,
                values: values
                    .map(|(key, value)| (escape(key, NAME_LIMIT), escape(value, SENTENCE_LIMIT)))
                    .collect(),
            },
        });
    }
}

/// A waiver is outside the code, in the policy (§3.35.2).
fn suppression(reason: &str) -> Suppression {
    Suppression {
        kind: "external",
        status: "accepted",
        justification: escape(reason, SENTENCE_LIMIT),
    }
}

/// GitHub accepts 1,000 places of one result, of which one is the result's own.
const MAX_RELATED: usize = 999;

/// Steps from an entry point that are said.
const MAX_STEPS: usize = 12;
