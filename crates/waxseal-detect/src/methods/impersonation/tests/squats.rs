//! Two hundred made-up squats, by the rules of `squats.md` and one seed.

use std::collections::BTreeSet;

/// One made-up squat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Squat {
    pub(super) rule: &'static str,
    pub(super) target: &'static str,
    pub(super) name: String,
}

/// All of them, rule by rule.
pub(super) fn squats(names: &[&'static str]) -> Vec<Squat> {
    let listed: BTreeSet<&str> = names.iter().copied().collect();
    let mut dice = Dice(SEED);
    let mut out: Vec<Squat> = Vec::new();
    for (rule, make) in RULES {
        let mut used = BTreeSet::new();
        let before = out.len();
        for _ in 0..MAX_DRAWS {
            if out.len() - before == EACH {
                break;
            }
            let target = *dice.pick(names).unwrap();
            let Some(name) = make(target, &mut dice) else { continue };
            let known = listed.contains(name.as_str()) || out.iter().any(|squat| squat.name == name);
            if !known && is_name(&name) && used.insert(target) {
                out.push(Squat { rule, target, name });
            }
        }
    }
    out
}

type Rule = fn(&'static str, &mut Dice) -> Option<String>;

const RULES: [(&str, Rule); 10] = [
    ("omit", |name, dice| omit(unscoped(name, LONG)?, dice)),
    ("double", |name, dice| double(unscoped(name, LONG)?, dice)),
    ("swap", |name, dice| swap(unscoped(name, LONG)?, dice)),
    ("slip", |name, dice| slip(unscoped(name, LONG)?, dice)),
    ("look-alike", |name, dice| look_alike(unscoped(name, LONG)?, dice)),
    ("separator", |name, dice| separator(unscoped(name, LONG)?, dice)),
    ("scope", scope),
    ("words", |name, _| words(unscoped(name, 1)?)),
    ("affix", |name, dice| affix(unscoped(name, 1)?, dice)),
    ("number", |name, dice| number(unscoped(name, 1)?, dice)),
];

fn unscoped(name: &'static str, least: usize) -> Option<&'static str> {
    (!name.starts_with('@') && name.len() >= least).then_some(name)
}

fn omit(name: &str, dice: &mut Dice) -> Option<String> {
    let at = 1 + dice.below(name.len() - 1);
    Some(format!("{}{}", &name[..at], &name[at + 1..]))
}

fn double(name: &str, dice: &mut Dice) -> Option<String> {
    let letters = places(name, |at| name.as_bytes()[at].is_ascii_alphabetic());
    let at = *dice.pick(&letters)?;
    Some(format!("{}{}", &name[..=at], &name[at..]))
}

fn swap(name: &str, dice: &mut Dice) -> Option<String> {
    let bytes = name.as_bytes();
    let pairs = places(name, |at| {
        let (left, right) = (bytes[at], bytes.get(at + 1).copied().unwrap_or(bytes[at]));
        left != right && !is_separator(left) && !is_separator(right)
    });
    let at = *dice.pick(&pairs)?;
    let mut bytes = bytes.to_vec();
    bytes.swap(at, at + 1);
    String::from_utf8(bytes).ok()
}

fn slip(name: &str, dice: &mut Dice) -> Option<String> {
    let letters = places(name, |at| name.as_bytes()[at].is_ascii_lowercase());
    let at = *dice.pick(&letters)?;
    let letter = char::from(name.as_bytes()[at]);
    let row = ROWS.iter().find(|row| row.contains(letter))?;
    let place = row.find(letter)?;
    let neighbours: Vec<char> = row
        .char_indices()
        .filter(|(idx, _)| idx.abs_diff(place) == 1)
        .map(|(_, c)| c)
        .collect();
    let by = *dice.pick(&neighbours)?;
    Some(format!("{}{by}{}", &name[..at], &name[at + 1..]))
}

fn look_alike(name: &str, dice: &mut Dice) -> Option<String> {
    let found: Vec<(usize, &str, &str)> = ALIKE
        .iter()
        .flat_map(|(from, to)| name.match_indices(from).map(|(at, _)| (at, *from, *to)))
        .collect();
    let (at, from, to) = *dice.pick(&found)?;
    Some(format!("{}{to}{}", &name[..at], &name[at + from.len()..]))
}

fn separator(name: &str, dice: &mut Dice) -> Option<String> {
    let inner = places(name, |at| at > 0 && at + 1 < name.len());
    let found: Vec<usize> = inner
        .iter()
        .copied()
        .filter(|at| is_separator(name.as_bytes()[*at]))
        .collect();
    let Some(&at) = dice.pick(&found) else {
        return Some(match dice.below(4) {
            0 => format!("{name}_"),
            1 => format!("{name}-"),
            2 => format!("{name}.js"),
            _ => {
                let at = *dice.pick(&inner)?;
                format!("{}-{}", &name[..at], &name[at..])
            }
        });
    };
    let (left, own, right) = (&name[..at], &name[at..=at], &name[at + 1..]);
    let without = format!("{left}{right}");
    Some(match dice.below(3) {
        0 => without,
        1 => {
            let others: Vec<&str> = ["-", "_", "."].into_iter().filter(|it| *it != own).collect();
            format!("{left}{}{right}", dice.pick(&others)?)
        }
        _ => {
            let to = if dice.below(2) == 0 { at - 1 } else { at + 1 };
            format!("{}{own}{}", &without[..to], &without[to..])
        }
    })
}

fn scope(name: &'static str, dice: &mut Dice) -> Option<String> {
    let (scope, base) = name.strip_prefix('@')?.split_once('/')?;
    let form = dice.below(8);
    if form >= 4 && scope.len() < LONG {
        return None;
    }
    let other = match form {
        0 => return Some(format!("{scope}-{base}")),
        1 => return Some(format!("{scope}{base}")),
        2 => return Some(format!("{scope}_{base}")),
        3 => return Some(format!("{scope}.{base}")),
        4 => omit(scope, dice),
        5 => double(scope, dice),
        6 => swap(scope, dice),
        _ => slip(scope, dice),
    };
    Some(format!("@{}/{base}", other?))
}

fn words(name: &str) -> Option<String> {
    let (first, rest) = name.split_once('-')?;
    Some(format!("{rest}-{first}"))
}

fn affix(name: &str, dice: &mut Dice) -> Option<String> {
    let affix = dice.pick(&AFFIXES)?;
    Some(match affix.strip_suffix('-') {
        Some(_) => format!("{affix}{name}"),
        None => format!("{name}{affix}"),
    })
}

fn number(name: &str, dice: &mut Dice) -> Option<String> {
    match dice.below(5) {
        0 => Some(format!("{name}s")),
        1 => Some(format!("{name}2")),
        2 => Some(format!("{name}-2")),
        3 => Some(format!("{name}-v2")),
        _ => name.strip_suffix('s').map(str::to_owned),
    }
}

fn places(name: &str, wanted: impl Fn(usize) -> bool) -> Vec<usize> {
    (0..name.len()).filter(|at| wanted(*at)).collect()
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'-' | b'_' | b'.')
}

/// What npm accepts for a new package, as far as these rules can make it (validate-npm-package-name).
fn is_name(name: &str) -> bool {
    let plain = |part: &str| {
        let chars = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || is_separator(byte);
        !part.is_empty() && part.bytes().all(chars)
    };
    let parts = match name.strip_prefix('@') {
        Some(rest) => rest
            .split_once('/')
            .is_some_and(|(scope, base)| plain(scope) && plain(base)),
        None => plain(name) && !name.starts_with(['.', '_']),
    };
    parts && name.len() <= 214
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same names everywhere and always.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % u64::try_from(limit).unwrap()).unwrap()
    }

    fn pick<'t, T>(&mut self, from: &'t [T]) -> Option<&'t T> {
        match from.len() {
            0 => None,
            len => from.get(self.below(len)),
        }
    }
}

const SEED: u64 = 20_250_917;
const EACH: usize = 20;
/// Any rule finds its names long before.
const MAX_DRAWS: usize = 100_000;
/// Rules that change letters leave shorter names alone.
const LONG: usize = 5;

const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

const ALIKE: [(&str, &str); 10] = [
    ("l", "1"),
    ("1", "l"),
    ("i", "1"),
    ("i", "l"),
    ("o", "0"),
    ("0", "o"),
    ("m", "rn"),
    ("rn", "m"),
    ("w", "vv"),
    ("vv", "w"),
];

const AFFIXES: [&str; 14] = [
    "node-",
    "js-",
    "nodejs-",
    "npm-",
    "-js",
    "js",
    "-node",
    "-lib",
    "-pro",
    "-sdk",
    "-official",
    "-cli",
    "-api",
    "-npm",
];
