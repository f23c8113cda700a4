//! What makes one name of another by one slip of the finger.

/// One slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slip {
    /// Two neighbouring characters swapped.
    Swap,
    /// A letter written twice.
    Double,
    /// A character that looks like the one it stands for.
    LookAlike,
    /// A neighbour on the keyboard.
    Near,
    /// Another letter.
    Far,
    /// A letter left out.
    Omit,
    /// A letter too many.
    Insert,
    /// A letter before the first, or the first one left out: how names of one's own are made, too.
    First,
    /// An `s` at the end, or one that is missing there.
    Plural,
}

/// The one slip that makes `name` of `target`; `None` where it takes none, more than one, or one in a digit or a separator.
pub(super) fn between(name: &str, target: &str) -> Option<Slip> {
    let (name, target) = (name.as_bytes(), target.as_bytes());
    if name.len().abs_diff(target.len()) > 1 || name == target {
        return None;
    }
    let at = name
        .iter()
        .zip(target)
        .take_while(|(left, right)| left == right)
        .count();
    let (left, right) = (&name[at..], &target[at..]);
    match name.len().cmp(&target.len()) {
        std::cmp::Ordering::Equal => same_length(left, right),
        std::cmp::Ordering::Greater => (left.get(1..)? == right).then(|| inserted(name, at)).flatten(),
        std::cmp::Ordering::Less => (left == right.get(1..)?).then(|| omitted(target, at)).flatten(),
    }
}

fn same_length(left: &[u8], right: &[u8]) -> Option<Slip> {
    let (&by, &own) = (left.first()?, right.first()?);
    if left[1..] == right[1..] {
        return replaced(by, own);
    }
    let swapped = left.get(1) == Some(&own) && right.get(1) == Some(&by) && left[2..] == right[2..];
    (swapped && is_letter(by) && is_letter(own)).then_some(Slip::Swap)
}

fn replaced(by: u8, own: u8) -> Option<Slip> {
    if ALIKE.iter().any(|pair| pair.contains(&by) && pair.contains(&own)) {
        return Some(Slip::LookAlike);
    }
    if !is_letter(by) || !is_letter(own) {
        return None;
    }
    let near = |row: &&[u8]| {
        let place = |byte| row.iter().position(|it| *it == byte);
        place(by)
            .zip(place(own))
            .is_some_and(|(left, right)| left.abs_diff(right) == 1)
    };
    Some(if ROWS.iter().any(near) { Slip::Near } else { Slip::Far })
}

/// The character at `at` of the longer name is one too many.
fn inserted(name: &[u8], at: usize) -> Option<Slip> {
    let byte = name[at];
    if !is_letter(byte) {
        return None;
    }
    if at > 0 && name[at - 1] == byte || name.get(at + 1) == Some(&byte) {
        return Some(Slip::Double);
    }
    Some(match at {
        0 => Slip::First,
        _ if at + 1 == name.len() && byte == b's' => Slip::Plural,
        _ => Slip::Insert,
    })
}

/// The character at `at` of the longer name is left out.
fn omitted(target: &[u8], at: usize) -> Option<Slip> {
    let byte = target[at];
    if !is_letter(byte) {
        return None;
    }
    Some(match at {
        0 => Slip::First,
        _ if at + 1 == target.len() && byte == b's' => Slip::Plural,
        _ => Slip::Omit,
    })
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic()
}

/// Characters that look alike in one typeface or another.
const ALIKE: [&[u8]; 3] = [b"1il", b"0o", b"5s"];
/// A keyboard's rows (QWERTY; most of the neighbours are the same on QWERTZ and AZERTY).
const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];
