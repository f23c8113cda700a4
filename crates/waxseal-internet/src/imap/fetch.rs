//! What is done with mailboxes and messages behind the login.

use std::collections::BTreeSet;

use super::message::{item, reads, string};
use super::search::{Numbers, fits, places};
use super::session::{Selected, Session, VALIDITY, say};
use super::store::Mailbox;
use super::words::Word;
use crate::mail_seam::MailStep;

impl Session {
    /// Commands that need a login; `UID` in front means that messages are numbered by their identifiers.
    pub(super) fn work(&mut self, tag: &str, verb: &str, rest: &[Word], step: &mut MailStep) {
        let numbers = if verb.starts_with("UID ") {
            Numbers::Uids
        } else {
            Numbers::Places
        };
        match verb.trim_start_matches("UID ") {
            "NAMESPACE" => step.reply.extend(b"* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n"),
            "ENABLE" => step.reply.extend(b"* ENABLED\r\n"),
            verb @ ("LIST" | "LSUB" | "XLIST") => self.list(verb, rest, step),
            "STATUS" => return self.status(tag, rest, step),
            verb @ ("SELECT" | "EXAMINE") => return self.select(tag, verb, rest, step),
            "CREATE" | "DELETE" | "RENAME" | "SUBSCRIBE" | "UNSUBSCRIBE" => return self.arrange(tag, verb, rest, step),
            "APPEND" => return self.append(tag, rest, step),
            "CLOSE" | "UNSELECT" | "EXPUNGE" | "FETCH" | "STORE" | "SEARCH" | "COPY" | "MOVE" => {
                let Some(selected) = self.selected.clone() else {
                    return say(step, tag, "BAD No mailbox selected.");
                };
                return self.inside(tag, verb.trim_start_matches("UID "), (rest, numbers), &selected, step);
            }
            _ => return say(step, tag, "BAD Unknown command."),
        }
        say(step, tag, &format!("OK {verb} completed."));
    }

    /// Commands on the selected mailbox.
    fn inside(
        &mut self,
        tag: &str,
        verb: &str,
        (rest, numbers): (&[Word], Numbers),
        selected: &Selected,
        step: &mut MailStep,
    ) {
        let changes = matches!(verb, "STORE" | "MOVE" | "EXPUNGE");
        if changes && selected.read_only {
            return say(step, tag, "NO Mailbox is read-only.");
        }
        match verb {
            "CLOSE" | "UNSELECT" => {
                if verb == "CLOSE" && !selected.read_only {
                    self.store()
                        .expunge(&selected.name, |it| it.flags.contains("\\Deleted"));
                }
                self.selected = None;
            }
            "EXPUNGE" => {
                let only = rest.first().map(|set| self.uids(&set.text(), selected, numbers));
                let gone = |uid| only.as_ref().is_none_or(|only| only.contains(&uid));
                let taken = self
                    .store()
                    .expunge(&selected.name, |it| it.flags.contains("\\Deleted") && gone(it.uid));
                tell_expunged(&taken, step);
            }
            "FETCH" => return self.fetch(tag, rest, numbers, selected, step),
            "STORE" => return self.keep_flags(tag, rest, numbers, selected, step),
            "SEARCH" => self.search(rest, numbers, selected, step),
            _ => return self.copy(tag, verb, (rest, numbers), selected, step),
        }
        say(step, tag, &format!("OK {verb} completed."));
    }

    /// RFC 3501 §6.3.10.
    fn status(&mut self, tag: &str, rest: &[Word], step: &mut MailStep) {
        let Some(name) = self.mailbox(rest) else {
            return say(step, tag, "NO [NONEXISTENT] Mailbox doesn't exist.");
        };
        let store = self.store();
        let Some(mailbox) = store.find(&name) else { return };
        let mut shown = Vec::new();
        for item in rest.get(1).map(Word::items).unwrap_or_default() {
            let name = item.upper();
            let value = match name.as_str() {
                "MESSAGES" => mailbox.messages.len().to_string(),
                "RECENT" => "0".to_owned(),
                "UIDNEXT" => mailbox.next_uid().to_string(),
                "UIDVALIDITY" => VALIDITY.to_string(),
                "UNSEEN" => unseen(mailbox).to_string(),
                _ => continue,
            };
            shown.push(format!("{name} {value}"));
        }
        step.reply.extend(b"* STATUS ");
        step.reply.extend(string(name.as_bytes()));
        step.reply.extend(format!(" ({})\r\n", shown.join(" ")).bytes());
        say(step, tag, "OK Status completed.");
    }

    /// RFC 3501 §6.3.1.
    fn select(&mut self, tag: &str, verb: &str, rest: &[Word], step: &mut MailStep) {
        self.selected = None;
        let Some(name) = self.mailbox(rest) else {
            return say(step, tag, "NO [NONEXISTENT] Mailbox doesn't exist.");
        };
        let (count, next) = match self.store().find(&name) {
            Some(mailbox) => (mailbox.messages.len(), mailbox.next_uid()),
            None => return,
        };
        let lines = format!(
            "* FLAGS ({FLAGS})\r\n* OK [PERMANENTFLAGS ({FLAGS} \\*)] Flags permitted.\r\n* {count} EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY {VALIDITY}] UIDs valid\r\n* OK [UIDNEXT {next}] Predicted next UID\r\n"
        );
        step.reply.extend(lines.bytes());
        let read_only = verb == "EXAMINE";
        self.selected = Some(Selected { name, read_only });
        let access = if read_only { "READ-ONLY" } else { "READ-WRITE" };
        say(step, tag, &format!("OK [{access}] {verb} completed."));
    }

    /// Makes, removes and names mailboxes.
    fn arrange(&mut self, tag: &str, verb: &str, rest: &[Word], step: &mut MailStep) {
        let name = rest.first().map(Word::text).unwrap_or_default();
        let done = match verb {
            "CREATE" => self.store().create(&name),
            "DELETE" => self.store().remove(&name),
            "RENAME" => {
                let new = rest.get(1).map(Word::text).unwrap_or_default();
                let mut store = self.store();
                let there = store.find(&name).is_some() && store.create(&new);
                let messages = store
                    .find_mut(&name)
                    .filter(|_| there)
                    .map(|it| std::mem::take(&mut it.messages));
                for it in messages.into_iter().flatten() {
                    store.add(&new, it.flags, it.came, it.raw);
                }
                there && store.remove(&name)
            }
            _ => self.store().find(&name).is_some(),
        };
        match done {
            true => say(step, tag, &format!("OK {verb} completed.")),
            false => say(step, tag, "NO [CANNOT] Not done."),
        }
    }

    fn fetch(&mut self, tag: &str, rest: &[Word], numbers: Numbers, selected: &Selected, step: &mut MailStep) {
        let [set, wanted, ..] = rest else {
            return say(step, tag, "BAD Missing arguments.");
        };
        let mut items: Vec<String> = wanted
            .items()
            .iter()
            .take(MAX_ITEMS)
            .flat_map(|it| unfolded(&it.text()))
            .collect();
        if numbers == Numbers::Uids && !items.iter().any(|it| it.eq_ignore_ascii_case("UID")) {
            items.push("UID".to_owned());
        }
        let mut store = self.store();
        let Some(mailbox) = store.find_mut(&selected.name) else {
            return say(step, tag, "NO Mailbox is gone.");
        };
        for idx in places(&set.text(), mailbox, numbers) {
            let Some(message) = mailbox.messages.get_mut(idx) else {
                continue;
            };
            if !selected.read_only && items.iter().any(|it| reads(it)) {
                message.flags.insert("\\Seen".to_owned());
            }
            let parts: Vec<Vec<u8>> = items.iter().filter_map(|it| item(message, it)).collect();
            step.reply.extend(format!("* {} FETCH (", idx + 1).bytes());
            step.reply.extend(parts.join(&b' '));
            step.reply.extend(b")\r\n");
            if step.reply.len() > MAX_REPLY {
                return say(step, tag, "NO [LIMIT] That is too much at once.");
            }
        }
        say(step, tag, "OK Fetch completed.");
    }

    /// RFC 3501 §6.4.6.
    fn keep_flags(&mut self, tag: &str, rest: &[Word], numbers: Numbers, selected: &Selected, step: &mut MailStep) {
        let [set, how, flags @ ..] = rest else {
            return say(step, tag, "BAD Missing arguments.");
        };
        let flags: BTreeSet<String> = flags
            .iter()
            .flat_map(Word::items)
            .filter_map(flag)
            .take(MAX_FLAGS)
            .collect();
        let (how, set) = (how.upper(), set.text());
        let mut store = self.store();
        let Some(mailbox) = store.find_mut(&selected.name) else {
            return say(step, tag, "NO Mailbox is gone.");
        };
        for idx in places(&set, mailbox, numbers) {
            let Some(message) = mailbox.messages.get_mut(idx) else {
                continue;
            };
            match how.chars().next() {
                Some('+') => message.flags.extend(flags.iter().cloned()),
                Some('-') => message.flags.retain(|it| !flags.contains(it)),
                _ => message.flags.clone_from(&flags),
            }
            while message.flags.len() > MAX_FLAGS {
                message.flags.pop_last();
            }
            if !how.ends_with(".SILENT") {
                let all: Vec<&str> = message.flags.iter().map(String::as_str).collect();
                let line = format!(
                    "* {} FETCH (UID {} FLAGS ({}))\r\n",
                    idx + 1,
                    message.uid,
                    all.join(" ")
                );
                step.reply.extend(line.bytes());
            }
        }
        say(step, tag, "OK Store completed.");
    }

    fn search(&mut self, rest: &[Word], numbers: Numbers, selected: &Selected, step: &mut MailStep) {
        let extended = rest.first().is_some_and(|it| it.upper() == "RETURN");
        let rest = if extended {
            rest.get(2..).unwrap_or_default()
        } else {
            rest
        };
        let rest = match rest {
            [charset, _, rest @ ..] if charset.upper() == "CHARSET" => rest,
            rest => rest,
        };
        let store = self.store();
        let Some(mailbox) = store.find(&selected.name) else {
            return;
        };
        let found = (0..mailbox.messages.len()).filter(|idx| fits(rest, *idx, mailbox));
        let numbers: Vec<String> = found
            .map(|idx| match numbers {
                Numbers::Places => (idx + 1).to_string(),
                Numbers::Uids => mailbox.messages[idx].uid.to_string(),
            })
            .collect();
        let gap = if numbers.is_empty() { "" } else { " " };
        step.reply
            .extend(format!("* SEARCH{gap}{}\r\n", numbers.join(" ")).bytes());
    }

    /// RFC 3501 §6.4.7 and RFC 6851.
    fn copy(
        &mut self,
        tag: &str,
        verb: &str,
        (rest, numbers): (&[Word], Numbers),
        selected: &Selected,
        step: &mut MailStep,
    ) {
        let Some(target) = rest.get(1..).and_then(|rest| self.mailbox(rest)) else {
            return say(step, tag, "NO [TRYCREATE] Mailbox doesn't exist.");
        };
        let set = rest.first().map(Word::text).unwrap_or_default();
        let uids = self.uids(&set, selected, numbers);
        let mut store = self.store();
        let messages = store
            .find(&selected.name)
            .map(|it| it.messages.clone())
            .unwrap_or_default();
        let mut copied = Vec::new();
        for message in messages.into_iter().filter(|it| uids.contains(&it.uid)) {
            let added = store.add(&target, message.flags, message.came, message.raw);
            copied.extend(added.map(|new| (message.uid, new)));
        }
        let list = |pick: fn(&(u32, u32)) -> u32| {
            copied
                .iter()
                .map(|it| pick(it).to_string())
                .collect::<Vec<_>>()
                .join(",")
        };
        let code = match copied.is_empty() {
            true => String::new(),
            false => format!("[COPYUID {VALIDITY} {} {}] ", list(|it| it.0), list(|it| it.1)),
        };
        if verb == "MOVE" {
            if !code.is_empty() {
                step.reply.extend(format!("* OK {code}Moved.\r\n").bytes());
            }
            let moved = |uid: u32| copied.iter().any(|(from, _)| *from == uid);
            tell_expunged(&store.expunge(&selected.name, |it| moved(it.uid)), step);
            return say(step, tag, "OK Move completed.");
        }
        say(step, tag, &format!("OK {code}Copy completed."));
    }

    /// The identifiers of the messages of a set.
    fn uids(&self, set: &str, selected: &Selected, numbers: Numbers) -> Vec<u32> {
        let store = self.store();
        let Some(mailbox) = store.find(&selected.name) else {
            return Vec::new();
        };
        let places = places(set, mailbox, numbers);
        places.into_iter().map(|idx| mailbox.messages[idx].uid).collect()
    }
}

/// A flag that may be kept: it is shown as it is.
pub(super) fn flag(word: &Word) -> Option<String> {
    let text = word.text();
    let plain = |c: char| c.is_ascii_graphic() && !"(){%*\"]".contains(c);
    (!text.is_empty() && text.len() <= MAX_FLAG && text.chars().all(plain)).then_some(text)
}

/// RFC 3501 §6.4.5: the words that stand for several items.
fn unfolded(item: &str) -> Vec<String> {
    let items: &[&str] = match item.to_ascii_uppercase().as_str() {
        "FAST" => &["FLAGS", "INTERNALDATE", "RFC822.SIZE"],
        "ALL" => &["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"],
        "FULL" => &["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"],
        _ => return vec![item.to_owned()],
    };
    items.iter().map(|it| (*it).to_owned()).collect()
}

fn tell_expunged(numbers: &[usize], step: &mut MailStep) {
    for number in numbers {
        step.reply.extend(format!("* {number} EXPUNGE\r\n").bytes());
    }
}

fn unseen(mailbox: &Mailbox) -> usize {
    mailbox
        .messages
        .iter()
        .filter(|it| !it.flags.contains("\\Seen"))
        .count()
}

const FLAGS: &str = "\\Answered \\Flagged \\Deleted \\Seen \\Draft";
const MAX_ITEMS: usize = 64;
/// Flags of one message, and bytes of one flag.
const MAX_FLAGS: usize = 32;
const MAX_FLAG: usize = 64;
/// Bytes that one command is answered with.
const MAX_REPLY: usize = 16 << 20;
