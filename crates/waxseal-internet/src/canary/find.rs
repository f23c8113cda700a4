//! Finds planted secrets in what a package sent: all forms at once on the bytes themselves, then on what they decode to.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::needles::forms;
use super::views;

/// How many encodings may lie on top of each other, beside the one in which a secret is recognised.
const MAX_LAYERS: usize = 4;

/// What all decoded texts together may hold beyond a few times the input.
const MAX_DECODED: usize = 8 * 1024 * 1024;

/// A secret that was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Which canary, or other text that was looked for.
    pub canary: String,
    /// How it was encoded, from the outside: `plain`, `base64`, `base64, gzip, hex`.
    pub encoding: String,
}

/// Looks for all canaries of a room.
#[derive(Debug)]
pub(crate) struct Finder {
    /// Nothing is found without one; there always is.
    automaton: Option<AhoCorasick>,
    /// What each of its patterns means: the text, by its place in the list, and the encoding.
    meanings: Vec<(usize, &'static str)>,
    names: Vec<String>,
}

/// A text to be looked at, and how it was got from the one before.
struct View<'b> {
    bytes: Cow<'b, [u8]>,
    layers: Vec<&'static str>,
}

impl Finder {
    /// A finder for these texts: each a name, and the pieces that each suffice to recognise it.
    pub(crate) fn new<'t>(texts: impl Iterator<Item = (&'t str, &'t [String])>) -> Self {
        let mut needles = BTreeMap::new();
        let mut names = Vec::new();
        for (name, pieces) in texts {
            let idx = names.len();
            names.push(name.to_owned());
            for (needle, encoding) in pieces.iter().flat_map(|piece| forms(piece)) {
                // Names are sent in any case, and some clients write hexadecimal in capitals: case is ignored, in base64 too, which
                // costs a bit per letter of what makes a hit certain.
                needles.entry(needle.to_ascii_lowercase()).or_insert((idx, encoding));
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(needles.keys());
        Self {
            automaton: automaton.ok(),
            meanings: needles.into_values().collect(),
            names,
        }
    }

    /// Finds canaries; a view of the bytes that has to be decoded only tells of canaries that a simpler view did not show.
    pub(crate) fn find(&self, bytes: &[u8]) -> Vec<Hit> {
        let mut hits = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut budget = MAX_DECODED + bytes.len().saturating_mul(4);
        let mut views = VecDeque::from([View {
            bytes: Cow::Borrowed(bytes),
            layers: Vec::new(),
        }]);
        while let Some(view) = views.pop_front() {
            let found = self.look(&view);
            let new: Vec<Hit> = found.into_iter().filter(|hit| !seen.contains(&hit.canary)).collect();
            seen.extend(new.iter().map(|hit| hit.canary.clone()));
            hits.extend(new);
            if view.layers.len() >= MAX_LAYERS || view.layers.last() == Some(&"pieces") {
                continue;
            }
            for (bytes, layer) in derived(&view.bytes) {
                let Some(left) = budget.checked_sub(bytes.len()) else {
                    continue;
                };
                budget = left;
                let layers = view.layers.iter().copied().chain([layer]).collect();
                views.push_back(View {
                    bytes: Cow::Owned(bytes),
                    layers,
                });
            }
        }
        hits.into_iter().collect()
    }

    fn look(&self, view: &View<'_>) -> Vec<Hit> {
        let Some(automaton) = &self.automaton else {
            return Vec::new();
        };
        let mut hits = BTreeSet::new();
        for found in automaton.find_iter(&view.bytes) {
            let (idx, encoding) = self.meanings[found.pattern().as_usize()];
            let inner = (encoding != "plain" || view.layers.is_empty()).then_some(encoding);
            let layers: Vec<&str> = view.layers.iter().copied().chain(inner).collect();
            hits.insert(Hit {
                canary: self.names.get(idx).cloned().unwrap_or_default(),
                encoding: layers.join(", "),
            });
        }
        hits.into_iter().collect()
    }
}

/// The other readings of a text.
fn derived(bytes: &[u8]) -> Vec<(Vec<u8>, &'static str)> {
    let mut derived = Vec::new();
    // Escapes are of texts: in noise, every two hexadecimal digits behind the right byte would look like one.
    if views::is_text(bytes) {
        derived.extend(views::percent(bytes).map(|view| (view, "percent")));
        derived.extend(views::escapes(bytes).map(|view| (view, "escapes")));
        derived.extend(views::quoted_printable(bytes).map(|view| (view, "quoted-printable")));
    }
    derived.extend(views::narrowed(bytes).map(|view| (view, "utf-16")));
    derived.extend(views::inflated(bytes).into_iter().map(|view| (view, "compressed")));
    derived.extend(views::base64_runs(bytes).into_iter().map(|view| (view, "base64")));
    derived.extend(views::hex_runs(bytes).into_iter().map(|view| (view, "hex")));
    derived.push((views::squeezed(bytes), "pieces"));
    derived
}
