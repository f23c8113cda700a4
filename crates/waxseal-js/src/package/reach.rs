//! How an importer, a user or npm gets to each function of the package: the shortest way from an entry point.

use std::collections::VecDeque;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use waxseal_model::Reach;

use super::InputFile;
use super::entries::Entry;
use super::graph::{Exported, FileGraph};
use crate::capabilities::bounded;

/// One file as the search sees it.
pub(super) struct Node<'p> {
    pub(super) graph: &'p FileGraph,
    /// The files each of [`FileGraph::specifiers`] means.
    pub(super) targets: &'p [Vec<u32>],
}

/// How every function of a package is reached.
pub(super) struct ReachMap<'p> {
    files: &'p [InputFile<'p>],
    nodes: &'p [Option<Node<'p>>],
    entries: &'p [Entry],
    /// Number of each file's first function.
    offsets: Vec<u32>,
    /// For every function: the class it is reached by, and from where.
    found: Vec<Found>,
    ways: FxHashMap<u32, Way>,
}

/// How one function is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Found {
    class: Class,
    previous: Previous,
}

/// The classes of [`Reach`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Class {
    #[default]
    Unreached,
    Install,
    Import,
    Call,
}

/// The step before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Previous {
    #[default]
    None,
    Entry(u32),
    Function(u32),
}

/// What an edge asks for: a function number, and whether it runs when the other does.
struct Step {
    to: u32,
    runs: bool,
}

/// What one search remembers about looking up exports, and what it may still spend.
struct Lookup {
    /// Files all of whose exports were listed.
    listed: Vec<bool>,
    /// Files visited for one name.
    visited: FxHashSet<u32>,
    budget: usize,
}

impl Lookup {
    fn new(files: usize) -> Self {
        Self {
            listed: vec![false; files],
            visited: FxHashSet::default(),
            budget: MAX_LOOKUPS,
        }
    }
}

impl<'p> ReachMap<'p> {
    /// Searches from every entry point.
    pub(super) fn new(files: &'p [InputFile<'p>], nodes: &'p [Option<Node<'p>>], entries: &'p [Entry]) -> Self {
        let mut offsets = Vec::with_capacity(nodes.len() + 1);
        let mut total = 0;
        for node in nodes {
            offsets.push(total);
            total += node.as_ref().map_or(1, |it| it.graph.names.len().max(1) as u32);
        }
        offsets.push(total);
        let found = vec![Found::default(); total as usize];
        let mut map = Self {
            files,
            nodes,
            entries,
            offsets,
            found,
            ways: FxHashMap::default(),
        };
        map.search_installed();
        map.search_imported();
        map
    }

    /// How a function of a file is reached.
    pub(super) fn reach(&mut self, file: u32, function: u32) -> Reach {
        let number = self.number(file, function);
        let Found { class, .. } = self.found[number as usize];
        match class {
            Class::Install => Reach::Install(self.steps(number)),
            Class::Import => Reach::Import(self.steps(number)),
            Class::Call => Reach::Call(self.steps(number)),
            Class::Unreached => {
                let top = self.number(file, 0);
                if self.found[top as usize].class == Class::Unreached {
                    return Reach::Unreached;
                }
                Reach::Loaded(self.steps(top))
            }
        }
    }

    /// Whatever install scripts start or hand on is reached by installing.
    fn search_installed(&mut self) {
        let mut queue = VecDeque::new();
        let mut lookup = Lookup::new(self.files.len());
        self.start(true, Class::Install, &mut queue);
        while let Some(from) = queue.pop_front() {
            for step in self.steps_from(from, &mut lookup) {
                self.mark(step.to, Class::Install, Previous::Function(from), &mut queue);
            }
        }
    }

    /// First what runs on loading, then what can be called.
    fn search_imported(&mut self) {
        let mut queue = VecDeque::new();
        let mut callable = VecDeque::new();
        let mut lookup = Lookup::new(self.files.len());
        self.start(false, Class::Import, &mut queue);
        let mut mentioned: Vec<(u32, u32)> = Vec::new();
        while let Some(from) = queue.pop_front() {
            for step in self.steps_from(from, &mut lookup) {
                if step.runs {
                    self.mark(step.to, Class::Import, Previous::Function(from), &mut queue);
                } else {
                    mentioned.push((from, step.to));
                }
            }
        }
        for (from, to) in mentioned {
            self.mark(to, Class::Call, Previous::Function(from), &mut callable);
        }
        self.start_exports(&mut callable, &mut lookup);
        while let Some(from) = callable.pop_front() {
            for step in self.steps_from(from, &mut lookup) {
                self.mark(step.to, Class::Call, Previous::Function(from), &mut callable);
            }
        }
    }

    fn start(&mut self, install: bool, class: Class, queue: &mut VecDeque<u32>) {
        let entries = self.entries;
        for (idx, entry) in (0..).zip(entries).filter(|(_, it)| it.install == install) {
            for file in &entry.files {
                let top = self.number(*file, 0);
                self.mark(top, class, Previous::Entry(idx), queue);
            }
        }
    }

    /// An importer can call whatever an entry file exports.
    fn start_exports(&mut self, queue: &mut VecDeque<u32>, lookup: &mut Lookup) {
        let entries = self.entries;
        for entry in entries.iter().filter(|it| !it.install) {
            for file in &entry.files {
                let top = self.number(*file, 0);
                for function in self.find_export(*file, "*", lookup) {
                    self.mark(function, Class::Call, Previous::Function(top), queue);
                }
            }
        }
    }

    fn mark(&mut self, number: u32, class: Class, previous: Previous, queue: &mut VecDeque<u32>) {
        let found = &mut self.found[number as usize];
        if found.class == Class::Unreached {
            *found = Found { class, previous };
            queue.push_back(number);
        }
    }

    /// Everything one function leads to.
    fn steps_from(&self, from: u32, lookup: &mut Lookup) -> Vec<Step> {
        let (file, function) = self.place(from);
        let Some(node) = &self.nodes[file as usize] else {
            return Vec::new();
        };
        let graph = node.graph;
        let base = self.offsets[file as usize];
        let mut steps = Vec::new();
        let first = graph.loads.partition_point(|it| it.from < function);
        for load in graph.loads[first..].iter().take_while(|it| it.from == function) {
            for target in &node.targets[load.specifier as usize] {
                steps.push(Step {
                    to: self.number(*target, 0),
                    runs: true,
                });
            }
        }
        let first = graph.edges.partition_point(|it| it.from < function);
        for edge in graph.edges[first..].iter().take_while(|it| it.from == function) {
            steps.push(Step {
                to: base + edge.to,
                runs: edge.runs,
            });
        }
        let first = graph.uses.partition_point(|it| it.from < function);
        for usage in graph.uses[first..].iter().take_while(|it| it.from == function) {
            for target in &node.targets[usage.specifier as usize] {
                let exported = self.find_export(*target, &usage.name, lookup);
                // A module's namespace is no function: what is called is one of its exports, and which is not known.
                let runs = usage.runs && &*usage.name != "*";
                steps.extend(exported.into_iter().map(|to| Step { to, runs }));
            }
        }
        steps
    }

    /// The functions that an export of a file stands for. All of a file's exports are listed only once a search.
    fn find_export(&self, file: u32, name: &str, lookup: &mut Lookup) -> Vec<u32> {
        let mut found = Vec::new();
        if name != "*" {
            lookup.visited.clear();
            self.find_named(file, name, 0, lookup, &mut found);
        }
        // A method of what is exported, or a name given to `exports` in a way that was not seen.
        if found.is_empty() {
            self.find_all(file, 0, lookup, &mut found);
        }
        found
    }

    fn find_all(&self, file: u32, depth: usize, lookup: &mut Lookup, found: &mut Vec<u32>) {
        let Some(node) = &self.nodes[file as usize] else { return };
        if depth > MAX_REEXPORTS || std::mem::replace(&mut lookup.listed[file as usize], true) {
            return;
        }
        for export in &node.graph.exports {
            match &export.value {
                Exported::Function(function) => found.push(self.offsets[file as usize] + function),
                Exported::From { specifier, name } => {
                    for target in &node.targets[*specifier as usize] {
                        if &**name == "*" {
                            self.find_all(*target, depth + 1, lookup, found);
                        } else {
                            lookup.visited.clear();
                            self.find_named(*target, name, depth + 1, lookup, found);
                        }
                    }
                }
            }
        }
    }

    fn find_named(&self, file: u32, name: &str, depth: usize, lookup: &mut Lookup, found: &mut Vec<u32>) {
        let Some(node) = &self.nodes[file as usize] else { return };
        if depth > MAX_REEXPORTS || lookup.budget == 0 || !lookup.visited.insert(file) {
            return;
        }
        lookup.budget -= 1;
        for wanted in [name, "*"] {
            let exports = &node.graph.exports;
            let first = exports.partition_point(|it| &*it.name < wanted);
            for export in exports[first..].iter().take_while(|it| &*it.name == wanted) {
                match &export.value {
                    Exported::Function(function) => found.push(self.offsets[file as usize] + function),
                    Exported::From {
                        specifier,
                        name: imported,
                    } => {
                        let imported: &str = if wanted == "*" || &**imported == "*" {
                            name
                        } else {
                            imported
                        };
                        for target in &node.targets[*specifier as usize] {
                            self.find_named(*target, imported, depth + 1, lookup, found);
                        }
                    }
                }
            }
        }
    }

    fn number(&self, file: u32, function: u32) -> u32 {
        let (first, next) = (self.offsets[file as usize], self.offsets[file as usize + 1]);
        (first + function).min(next - 1)
    }

    fn place(&self, number: u32) -> (u32, u32) {
        let file = self.offsets.partition_point(|first| *first <= number) - 1;
        (file as u32, number - self.offsets[file])
    }

    /// The way from the entry point: its label, then files and functions.
    fn steps(&mut self, number: u32) -> Vec<String> {
        let mut back = Vec::new();
        let mut at = Some(number);
        let mut way = Way::default();
        // The search marks each function once, so the way back cannot turn in a circle.
        while let Some(here) = at {
            if let Some(known) = self.ways.get(&here) {
                way = known.clone();
                break;
            }
            back.push(here);
            at = match self.found[here as usize].previous {
                Previous::Function(before) => Some(before),
                Previous::Entry(entry) => {
                    way.push(self.entries[entry as usize].label.as_str().into());
                    None
                }
                Previous::None => None,
            };
        }
        for here in back.into_iter().rev() {
            let (file, function) = self.place(here);
            if way.file != Some(file) {
                way.push(self.files[file as usize].path.into());
                way.file = Some(file);
            }
            let name = self.nodes[file as usize]
                .as_ref()
                .and_then(|it| it.graph.names.get(function as usize)?.as_deref());
            if let Some(name) = name.filter(|_| function != 0) {
                way.push(format!("{}()", bounded(name, MAX_NAME)).into());
            }
            self.ways.insert(here, way.clone());
        }
        way.steps()
    }
}

/// The way to a function: both ends of it, if it is long.
#[derive(Debug, Clone, Default)]
struct Way {
    steps: Vec<Rc<str>>,
    /// Steps behind the first [`KEPT_HEAD`] were left out.
    shortened: bool,
    /// The file it has come to.
    file: Option<u32>,
}

impl Way {
    fn push(&mut self, step: Rc<str>) {
        self.steps.push(step);
        self.shortened |= self.steps.len() > MAX_STEPS;
        while self.shortened && self.steps.len() >= MAX_STEPS {
            self.steps.remove(KEPT_HEAD);
        }
    }

    fn steps(&self) -> Vec<String> {
        let mut steps: Vec<String> = self.steps.iter().map(|it| it.to_string()).collect();
        if self.shortened {
            steps.insert(KEPT_HEAD, "…".to_owned());
        }
        steps
    }
}

/// Chains of `export … from` longer than this are not followed.
const MAX_REEXPORTS: usize = 16;
/// Names looked up through `export *` in one search; beyond it every export of the module counts.
const MAX_LOOKUPS: usize = 2_000_000;
/// More steps than this help nobody.
const MAX_STEPS: usize = 8;
const KEPT_HEAD: usize = 3;
const MAX_NAME: usize = 120;
