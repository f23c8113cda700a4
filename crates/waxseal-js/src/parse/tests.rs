//! What the parser accepts and refuses.
