//! What an argument of a tool is for, by its name and what is said about it.

/// What an argument is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A recipient.
    To,
    /// A recipient of a copy.
    Cc,
    /// A recipient of a copy that nobody sees.
    Bcc,
    /// The sender.
    From,
    /// Who gets the answer.
    ReplyTo,
    /// Somebody's mailbox, for whatever.
    Mailbox,
    /// The subject.
    Subject,
    /// Plain text, or the one text there is.
    Text,
    /// HTML.
    Html,
    /// What is attached.
    Attachment,
    /// The name of a file.
    FileName,
    /// The path of a file that is there.
    FilePath,
    /// The content of a file.
    FileContent,
    /// Values for a template, or anything under names of one's own.
    Values,
    /// What names something that is there already: an account, a template, a message.
    Id,
    /// Somebody's or something's name.
    Name,
    /// An address of the web.
    Url,
    /// A point in time that lies ahead.
    Time,
    /// How many.
    Count,
    /// Nothing that is known.
    Other,
}

impl Part {
    /// By the name of the argument, and its description.
    pub(super) fn of(name: &str, description: &str) -> Self {
        let words = words(name);
        let flat = words.concat();
        if let Some((_, part)) = EXACT.iter().find(|(known, _)| *known == flat) {
            return *part;
        }
        let has = |word: &str| words.iter().any(|it| it == word);
        let last = words.last().map_or("", String::as_str);
        match last {
            "id" | "ids" | "uid" | "uuid" | "alias" => return Self::Id,
            "html" => return Self::Html,
            "url" | "uri" | "link" | "href" | "website" => return Self::Url,
            "at" | "date" | "time" | "until" | "after" | "before" if words.len() > 1 => return Self::Time,
            "path" | "filepath" => return Self::FilePath,
            "filename" => return Self::FileName,
            _ => {}
        }
        if has("bcc") {
            return Self::Bcc;
        }
        if has("cc") {
            return Self::Cc;
        }
        if has("reply") && has("to") && !has("in") {
            return Self::ReplyTo;
        }
        if has("recipient") || has("recipients") || (has("to") && (has("email") || has("address") || has("emails"))) {
            return Self::To;
        }
        if has("from") || has("sender") {
            return if last == "name" { Self::Name } else { Self::From };
        }
        if has("subject") {
            return Self::Subject;
        }
        if has("attachment") || has("attachments") {
            return Self::Attachment;
        }
        if has("html") {
            return Self::Html;
        }
        if has("email") || has("emails") || has("mail") || last == "address" {
            return Self::Mailbox;
        }
        if has("body") || has("text") || has("message") || has("content") {
            return Self::Text;
        }
        if has("limit") || has("count") || last == "size" {
            return Self::Count;
        }
        if last == "name" {
            return Self::Name;
        }
        Self::by_description(description)
    }

    fn by_description(description: &str) -> Self {
        let text = description.to_ascii_lowercase();
        if text.contains("email address") || text.contains("e-mail address") {
            return if text.contains("recipient") {
                Self::To
            } else {
                Self::Mailbox
            };
        }
        Self::Other
    }

    /// It is a mailbox.
    pub(super) fn is_mailbox(self) -> bool {
        matches!(
            self,
            Self::To | Self::Cc | Self::Bcc | Self::From | Self::ReplyTo | Self::Mailbox
        )
    }

    /// It is a part of an ordinary message, which every tool that has it can be given.
    pub(super) fn is_of_message(self) -> bool {
        self.is_mailbox() || matches!(self, Self::Subject | Self::Text | Self::Html)
    }
}

/// The words of a name: `replyTo`, `reply_to` and `reply-to` are the same.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in name.chars().take(MAX_NAME) {
        let begins = letter.is_ascii_uppercase() && before.is_ascii_lowercase();
        if begins || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Names that are met, without what stands between their words.
const EXACT: [(&str, Part); 44] = [
    ("to", Part::To),
    ("tos", Part::To),
    ("toemail", Part::To),
    ("toaddress", Part::To),
    ("toaddresses", Part::To),
    ("recipient", Part::To),
    ("recipients", Part::To),
    ("forward", Part::To),
    ("forwardto", Part::To),
    ("cc", Part::Cc),
    ("bcc", Part::Bcc),
    ("from", Part::From),
    ("sender", Part::From),
    ("replyto", Part::ReplyTo),
    ("email", Part::Mailbox),
    ("emailaddress", Part::Mailbox),
    ("subject", Part::Subject),
    ("title", Part::Subject),
    ("body", Part::Text),
    ("text", Part::Text),
    ("message", Part::Text),
    ("content", Part::Text),
    ("textbody", Part::Text),
    ("plaintext", Part::Text),
    ("html", Part::Html),
    ("htmlbody", Part::Html),
    ("bodyhtml", Part::Html),
    ("attachments", Part::Attachment),
    ("attachment", Part::Attachment),
    ("filename", Part::FileName),
    ("templatemodel", Part::Values),
    ("templatedata", Part::Values),
    ("variables", Part::Values),
    ("params", Part::Values),
    ("data", Part::Values),
    ("payload", Part::Values),
    ("account", Part::Id),
    ("id", Part::Id),
    ("messagestream", Part::Id),
    ("mailbox", Part::Id),
    ("folder", Part::Id),
    ("date", Part::Time),
    ("limit", Part::Count),
    ("inreplyto", Part::Id),
];
/// Characters of a name that are looked at.
const MAX_NAME: usize = 128;
