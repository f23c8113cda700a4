//! A stable hash for counting: FNV-1a of 64 bits (the algorithm's page: isthe.com/chongo/tech/comp/fnv), so that a ledger written by one
//! release is read by the next. Whoever finds two addresses with the same hash makes a statistic miss one; no class of a recipient rests on it.

/// The hash of a text in the form it is compared in.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
