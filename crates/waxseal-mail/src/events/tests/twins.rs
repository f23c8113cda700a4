//! Each sample as it is saved, and the same with one recipient more whom nobody sees.
