//! Bytes in any pieces and encodings, damage, limits.
