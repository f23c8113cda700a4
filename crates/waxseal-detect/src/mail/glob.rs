//! Patterns of a policy: a text in which `*` stands for anything, compared without regard to case.

/// A pattern, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Glob(String);

impl Glob {
    pub(super) fn new(pattern: &str) -> Self {
        Self(pattern.to_lowercase())
    }

    /// Whether it fits the whole text. Takes time proportional to both lengths at worst.
    pub(super) fn fits(&self, text: &str) -> bool {
        if !self.0.contains('*') {
            return self.0.eq_ignore_ascii_case(text) || self.0 == text.to_lowercase();
        }
        let text = text.to_lowercase();
        let mut parts = self.0.split('*');
        let (first, last) = (parts.next().unwrap_or(""), self.0.rsplit('*').next().unwrap_or(""));
        if text.len() < first.len() + last.len() || !text.starts_with(first) || !text.ends_with(last) {
            return false;
        }
        // What lies between the first and the last part, each found at its first place.
        let mut rest = &text[first.len()..text.len() - last.len()];
        let count = self.0.matches('*').count();
        for part in parts.take(count - 1) {
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        true
    }
}
