//! What a call is aimed at, read from the value of an argument.

use waxseal_model::Target;

use crate::fold::{Folded, Value};

/// A target, and what getting there showed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Aim {
    pub(super) target: Target,
    pub(super) sensitive: bool,
    pub(super) hidden: bool,
    pub(super) sensitive_if_hidden: bool,
}

impl Aim {
    /// No target at all.
    pub(super) fn none() -> Self {
        Self {
            target: Target::None,
            sensitive: false,
            hidden: false,
            sensitive_if_hidden: false,
        }
    }

    /// A target that could not be said.
    pub(super) fn dynamic() -> Self {
        Self {
            target: Target::Dynamic,
            ..Self::none()
        }
    }

    /// A constant of ours.
    pub(super) fn constant(text: &str) -> Self {
        Self {
            target: Target::Constant(bounded(text, MAX_TARGET).to_owned()),
            ..Self::none()
        }
    }

    /// The text, if any piece of it is known.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.target {
            Target::Constant(text) | Target::Pattern(text) => Some(text),
            Target::None | Target::Dynamic => None,
        }
    }

    /// Marks the target as sensitive by a test of its text.
    pub(super) fn sensitive_if(mut self, test: impl Fn(&str) -> bool) -> Self {
        self.sensitive = self.text().is_some_and(test);
        self
    }
}

/// A value's text with `*` for what is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) exact: bool,
}

impl Text {
    pub(super) fn exact(text: &str) -> Self {
        Self {
            text: bounded(text, MAX_TEXT).to_owned(),
            exact: true,
        }
    }

    pub(super) fn unknown() -> Self {
        Self {
            text: "*".to_owned(),
            exact: false,
        }
    }

    /// Appends another text.
    pub(super) fn push(&mut self, other: &Self) {
        if self.text.len() < MAX_TEXT {
            if !(self.text.ends_with('*') && !self.exact && other.text.starts_with('*')) {
                self.text.push_str(&other.text);
            } else {
                self.text.push_str(&other.text[1..]);
            }
        }
        self.exact &= other.exact;
    }

    /// As a target: a text of nothing but stars says nothing.
    pub(super) fn target(&self) -> Target {
        if self.exact {
            return Target::Constant(bounded(&self.text, MAX_TARGET).to_owned());
        }
        if self.text.chars().any(|c| c.is_alphanumeric()) {
            return Target::Pattern(bounded(&self.text, MAX_TARGET).to_owned());
        }
        Target::Dynamic
    }
}

/// The texts a value can be, at most [`MAX_TEXTS`]; `read` reads one alternative.
pub(super) fn texts(value: &Value, read: &dyn Fn(&Value) -> Text) -> Vec<Text> {
    let Value::OneOf(alternatives) = value else {
        return vec![read(value)];
    };
    let mut texts: Vec<Text> = Vec::new();
    for alternative in alternatives.iter().filter(|it| !is_nothing(it)) {
        for text in self::texts(alternative, read) {
            if !texts.contains(&text) && texts.len() < MAX_TEXTS {
                texts.push(text);
            }
        }
    }
    if texts.is_empty() {
        texts.push(Text::unknown());
    }
    texts
}

/// What stands for "not given" among alternatives.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Undefined | Value::Null | Value::Bool(_) => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

/// One value's text as JavaScript would make a string of it.
pub(super) fn plain_text(value: &Value) -> Text {
    match value {
        Value::String(text) => Text::exact(text),
        Value::Number(number) => Text::exact(&number.to_string()),
        Value::Bytes(bytes) => Text::exact(&String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_TEXT)])),
        Value::Concat(pieces) => {
            let mut whole = Text {
                text: String::new(),
                exact: true,
            };
            for piece in pieces.iter() {
                let piece = match piece {
                    Value::OneOf(_) => Text::unknown(),
                    piece => plain_text(piece),
                };
                whole.push(&piece);
            }
            whole
        }
        _ => Text::unknown(),
    }
}

/// The aims of a plain text argument.
pub(super) fn text_aims(argument: Option<&Folded>) -> Vec<Aim> {
    aims(argument, &plain_text)
}

/// The aims of an argument, each alternative one.
pub(super) fn aims(argument: Option<&Folded>, read: &dyn Fn(&Value) -> Text) -> Vec<Aim> {
    let Some(folded) = argument else {
        return vec![Aim::none()];
    };
    if matches!(folded.value, Value::Undefined | Value::Null | Value::Bool(_)) {
        return vec![Aim::none()];
    }
    let aim = |text: Text| Aim {
        target: text.target(),
        hidden: folded.hidden,
        ..Aim::none()
    };
    texts(&folded.value, read).into_iter().map(aim).collect()
}

/// The longest beginning of a text that fits.
pub(crate) fn bounded(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The model bounds a target to this.
const MAX_TARGET: usize = 1024;
/// Texts on the way to a target.
const MAX_TEXT: usize = 4096;
/// Alternatives of one target that are told apart.
const MAX_TEXTS: usize = 8;
