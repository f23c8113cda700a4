//! A hash for counting that stays the same, so that a ledger written by one release is read by the next. Whoever finds two addresses with the same
//! hash makes a statistic miss one; no class of a recipient rests on it.

/// The hash of a text in the form it is compared in: eight bytes at a time, multiplied and folded.
pub(super) fn hash(text: &str) -> u64 {
    let mut sum = 0x9e37_79b9_7f4a_7c15 ^ text.len() as u64;
    let mut take = |word: u64| {
        let product = u128::from(sum ^ word) * u128::from(ODD);
        sum = (product as u64) ^ (product >> 64) as u64;
    };
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    for word in words {
        take(u64::from_le_bytes(*word));
    }
    let mut last = [0_u8; 8];
    last[..rest.len()].copy_from_slice(rest);
    take(u64::from_le_bytes(last));
    take(ODD >> 1);
    sum
}

/// Odd, and with as many ones as zeros in each byte or so.
const ODD: u64 = 0xa3b1_95c6_d92e_4f6b;

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn texts_that_differ_by_little_differ_in_it_and_it_stays_as_it_is() {
        let mut seen = std::collections::BTreeSet::new();
        for n in 0..100_000 {
            assert!(seen.insert(hash(&format!("user{n}@customer.example"))), "{n}");
        }
        for text in ["", "\0", "\0\0", "a", "aa", "aaaaaaaa", "aaaaaaaa\0"] {
            assert!(seen.insert(hash(text)), "{text:?}");
        }
        // What is on somebody's disk.
        assert_eq!(hash("alice@customer.example"), HASH_OF_ALICE);
    }

    const HASH_OF_ALICE: u64 = 17_209_108_671_508_526_415;
}
