//! `exports`, `imports` and `browser`: trees of conditions, flattened to their leaves.

use std::cell::Cell;
use std::collections::BTreeMap;

use serde::de::{MapAccess, SeqAccess};
use waxseal_model::EntryPoint;

use crate::lenient::{Field, Key, Shape, Text, skip_list, skip_map};

/// A value of any nesting, as far as it is read.
pub(super) enum Tree {
    /// A file.
    Leaf(String),
    /// Alternatives, or conditions and subpaths by their key. A list has empty keys.
    Branch(Vec<(String, Tree)>),
    /// `false` in `browser`: replaced by nothing.
    Nothing,
    /// Too deep or too much to be read.
    Cut,
}

thread_local! {
    /// How deep the value being read stands, and how many were read; serde gives a [`Shape`] no other way to know.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

/// Counts one level while a branch is read.
struct Level;

impl Level {
    fn enter() -> Option<Self> {
        let depth = DEPTH.get();
        if depth == 0 {
            COUNT.set(0);
        }
        COUNT.set(COUNT.get() + 1);
        if depth >= MAX_DEPTH || COUNT.get() > MAX_NODES {
            return None;
        }
        DEPTH.set(depth + 1);
        Some(Self)
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

impl Shape for Tree {
    fn from_text(text: &str) -> Option<Self> {
        COUNT.set(COUNT.get() + 1);
        if DEPTH.get() > 0 && COUNT.get() > MAX_NODES {
            return Some(Self::Cut);
        }
        Some(Text::from_text(text).map_or(Self::Cut, |text| Self::Leaf(text.0)))
    }

    fn from_bool(_value: bool) -> Option<Self> {
        Some(Self::Nothing)
    }

    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        let Some(_level) = Level::enter() else {
            return skip_map(map).map(|()| Some(Self::Cut));
        };
        let mut branches = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            let key = if key.len() > MAX_KEY {
                String::from("…")
            } else {
                key.into_owned()
            };
            keep(&mut branches, key, map.next_value()?);
        }
        Ok(Some(Self::Branch(branches)))
    }

    fn from_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        let Some(_level) = Level::enter() else {
            return skip_list(list).map(|()| Some(Self::Cut));
        };
        let mut branches = Vec::new();
        while let Some(value) = list.next_element()? {
            keep(&mut branches, String::new(), value);
        }
        Ok(Some(Self::Branch(branches)))
    }
}

/// Adds what was read, unless nothing more is to be kept; of what is cut off, one is enough to know it.
fn keep(branches: &mut Vec<(String, Tree)>, key: String, value: Field<Tree>) {
    let full = COUNT.get() > MAX_NODES;
    match value {
        Field::Present(Tree::Cut) if full && matches!(branches.last(), Some((_, Tree::Cut))) => {}
        Field::Present(tree) => branches.push((key, tree)),
        Field::Absent | Field::Wrong => {}
    }
}

/// Every leaf of `exports`, labelled `./subpath [condition, condition]` (Node documentation, "Package entry points").
pub(super) fn exports(tree: Tree, cut: &mut bool) -> Vec<EntryPoint> {
    let mut found = Vec::new();
    walk(
        tree,
        &mut Path {
            subpath: String::from("."),
            conditions: Vec::new(),
        },
        &mut found,
        cut,
    );
    found
}

/// Every leaf of `imports`, by its `#name`.
pub(super) fn imports(tree: Tree, cut: &mut bool) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let Tree::Branch(names) = tree else { return all };
    for (name, tree) in names.into_iter().filter(|(name, _)| name.starts_with('#')) {
        let mut found = Vec::new();
        walk(
            tree,
            &mut Path {
                subpath: name.clone(),
                conditions: Vec::new(),
            },
            &mut found,
            cut,
        );
        all.entry(name)
            .or_default()
            .extend(found.into_iter().map(|entry| entry.target));
    }
    all
}

/// `browser` is one file, or files that take the place of others.
pub(super) fn browser(tree: Tree, cut: &mut bool) -> Vec<EntryPoint> {
    match tree {
        Tree::Leaf(target) => vec![EntryPoint {
            label: String::from("browser"),
            target,
        }],
        Tree::Branch(files) => {
            let entries = files.into_iter().filter_map(|(file, tree)| match tree {
                Tree::Leaf(target) => Some(EntryPoint {
                    label: format!("browser {file}"),
                    target,
                }),
                Tree::Cut => {
                    *cut = true;
                    None
                }
                _ => None,
            });
            entries.collect()
        }
        Tree::Nothing => Vec::new(),
        Tree::Cut => {
            *cut = true;
            Vec::new()
        }
    }
}

struct Path {
    subpath: String,
    conditions: Vec<String>,
}

/// Recurses no deeper than [`MAX_DEPTH`], which the reader saw to.
fn walk(tree: Tree, path: &mut Path, found: &mut Vec<EntryPoint>, cut: &mut bool) {
    match tree {
        Tree::Leaf(target) => {
            let conditions = path.conditions.join(", ");
            let label = if conditions.is_empty() {
                path.subpath.clone()
            } else {
                format!("{} [{conditions}]", path.subpath)
            };
            found.push(EntryPoint { label, target });
        }
        Tree::Branch(branches) => {
            for (key, tree) in branches {
                if key.starts_with('.') && path.conditions.is_empty() {
                    let outer = std::mem::replace(&mut path.subpath, key);
                    walk(tree, path, found, cut);
                    path.subpath = outer;
                } else if key.is_empty() {
                    walk(tree, path, found, cut);
                } else {
                    path.conditions.push(key);
                    walk(tree, path, found, cut);
                    path.conditions.pop();
                }
            }
        }
        Tree::Nothing => {}
        Tree::Cut => *cut = true,
    }
}

/// Deeper conditions are in no package; Node itself has no ceiling.
const MAX_DEPTH: usize = 32;

/// Most values in one tree; the largest known package has some thousands of subpaths.
const MAX_NODES: usize = 50_000;

/// Longest subpath.
const MAX_KEY: usize = 4 << 10;
