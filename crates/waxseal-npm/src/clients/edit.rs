//! Writes exact versions into a configuration, and changes nothing else in it.
