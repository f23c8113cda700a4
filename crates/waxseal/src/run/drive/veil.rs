//! Keeps what the drivers are made of unreadable in the room until they start: an install script that looks around finds bytes, not the
//! list of recipients that will be asked for.
//!
//! The key is in the command line of the last step, which nobody sees before it. This hides from whoever looks; it is no secrecy against
//! whoever takes the room apart.

use sha2::Digest as _;

/// Bytes of a key.
pub(super) const KEY: usize = 16;

/// Covers, or uncovers: each block of 32 bytes is added without carry to the SHA-256 of the key and the block's number.
pub(super) fn veil(key: &[u8; KEY], bytes: &mut [u8]) {
    for (number, block) in bytes.chunks_mut(32).enumerate() {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let digest = sha2::Sha256::new()
            .chain_update(key)
            .chain_update(number.to_be_bytes())
            .finalize();
        for (byte, mask) in block.iter_mut().zip(digest) {
            *byte ^= mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_covered_twice_is_as_it_was() {
        let text = b"a plan of more than one block: amelia@kestrel-logistics.example".to_vec();
        let mut bytes = text.clone();
        veil(&[7; KEY], &mut bytes);
        assert_ne!(bytes, text);
        assert!(!bytes.windows(6).any(|it| it == b"amelia"));
        veil(&[8; KEY], &mut bytes.clone());
        veil(&[7; KEY], &mut bytes);
        assert_eq!(bytes, text);
    }
}
