//! What Postfix's own configuration explains: the mailboxes that it copies mail to (`always_bcc`, `sender_bcc_maps`,
//! `recipient_bcc_maps`), and what begins a detail in an address. In a log such copies look like any other recipient.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use waxseal_detect::mail::{Approved, MailPolicy, compare_key};

/// What a configuration says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostfixSettings {
    /// Mailboxes that get copies, as they are written.
    pub copies: Vec<String>,
    /// `recipient_delimiter`, if it is set.
    pub delimiters: Option<String>,
    /// What could not be read, in words.
    pub gaps: Vec<String>,
    /// What is worth knowing, in words.
    pub notes: Vec<String>,
}

impl PostfixSettings {
    /// Reads what `postconf -n` printed, or a `main.cf`: the file that is named, or the program's own output for `auto`.
    ///
    /// # Errors
    /// Neither can be had.
    pub fn load(from: &Path) -> std::io::Result<Self> {
        let text = match from.as_os_str() == "auto" {
            true => {
                let output = Command::new("postconf").arg("-n").stdin(Stdio::null()).output()?;
                if !output.status.success() {
                    return Err(std::io::Error::other(format!(
                        "`postconf -n` ended with {}",
                        output.status
                    )));
                }
                output.stdout
            }
            false => bounded(from)?,
        };
        Ok(Self::parse(&String::from_utf8_lossy(&text), &bounded))
    }

    /// Reads a configuration (postconf(5): a line that begins with white space goes on with the one before). `read` gives the source of a table.
    pub fn parse(text: &str, read: &dyn Fn(&Path) -> std::io::Result<Vec<u8>>) -> Self {
        let values = values(text);
        let mut settings = Self::default();
        if let Some(address) = settings.expanded(&values, "always_bcc") {
            settings
                .copies
                .extend(address.split([',', ' ']).filter(|it| !it.is_empty()).map(str::to_owned));
        }
        for name in ["sender_bcc_maps", "recipient_bcc_maps"] {
            if let Some(maps) = settings.expanded(&values, name) {
                for map in split_maps(&maps) {
                    settings.map(name, map, read);
                }
            }
        }
        let domain = values
            .get("myorigin")
            .or_else(|| values.get("myhostname"))
            .map(String::as_str);
        settings.complete(domain.filter(|it| !it.contains(['$', '/'])));
        settings.delimiters = values.get("recipient_delimiter").cloned();
        if values.contains_key("header_checks") && values.get("nested_header_checks").is_none_or(|it| !it.is_empty()) {
            settings.notes.push(
                "`nested_header_checks` is not empty: headers of attached messages are logged as if they were the mail's own, and name \
                 whomever a sender likes; set it to nothing"
                    .to_owned(),
            );
        }
        settings.copies.sort();
        settings.copies.dedup();
        settings
    }

    /// A policy with what the configuration explains.
    pub fn explain(&self, policy: &mut MailPolicy) {
        for address in &self.copies {
            let approved = Approved::Mailbox(compare_key(address));
            if !policy.journals.contains(&approved) {
                policy.journals.push(approved);
            }
        }
        if let Some(delimiters) = &self.delimiters {
            policy.delimiters.clone_from(delimiters);
        }
    }

    /// A value with the parameters in it replaced.
    fn expanded(&mut self, values: &BTreeMap<String, String>, name: &str) -> Option<String> {
        let mut value = values.get(name).filter(|it| !it.is_empty())?.clone();
        // Parameters may name each other; so deep, nobody does.
        for _ in 0..8 {
            let Some(at) = value.find('$') else { return Some(value) };
            let rest = &value[at + 1..];
            let is_braced = rest.starts_with(['{', '(']);
            let word = rest.trim_start_matches(['{', '(']);
            let len = word
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(word.len());
            let other = &word[..len];
            let known = values.get(other).map(String::as_str).or(match other {
                "config_directory" => Some("/etc/postfix"),
                "default_database_type" => Some("hash"),
                _ => None,
            });
            let Some(known) = known else { break };
            let end = at + 1 + len + if is_braced { 2 } else { 0 };
            value = format!("{}{known}{}", &value[..at], value.get(end..).unwrap_or_default());
        }
        self.gaps.push(format!(
            "`{name}` cannot be read: `{value}` names a parameter that is not in the file"
        ));
        None
    }

    /// One table of addresses to copy to: `TYPE:NAME`.
    fn map(&mut self, name: &str, map: &str, read: &dyn Fn(&Path) -> std::io::Result<Vec<u8>>) {
        let map = map.strip_prefix("proxy:").unwrap_or(map);
        let Some((kind, source)) = map.split_once(':') else {
            self.gaps.push(format!("`{name}`: `{map}` is no table"));
            return;
        };
        match kind {
            "static" => self.copies.push(source.trim_matches(['{', '}']).trim().to_owned()),
            "inline" => {
                for entry in source.trim_matches(['{', '}']).split(['{', '}', ',']) {
                    if let Some((_, value)) = entry.split_once('=') {
                        self.copy(name, value);
                    }
                }
            }
            "hash" | "btree" | "lmdb" | "cdb" | "dbm" | "sdbm" | "texthash" | "regexp" | "pcre" => {
                match read(Path::new(source)) {
                    Ok(bytes) => self.table(
                        name,
                        &String::from_utf8_lossy(&bytes),
                        matches!(kind, "regexp" | "pcre"),
                    ),
                    Err(err) => self.gaps.push(format!("`{name}`: cannot read `{source}`: {err}")),
                }
            }
            _ => self.gaps.push(format!(
                "`{name}`: what `{map}` answers is not in a file that waxseal reads"
            )),
        }
    }

    /// The source of a table: `PATTERN VALUE`, or `/PATTERN/FLAGS VALUE`, which may hold spaces.
    fn table(&mut self, name: &str, text: &str, has_expressions: bool) {
        for line in logical_lines(text) {
            let line = line.trim();
            if has_expressions && (line.starts_with("if ") || line.starts_with("if/") || line == "endif") {
                continue;
            }
            if let Some((_, value)) = line.rsplit_once(char::is_whitespace) {
                self.copy(name, value);
            }
        }
    }

    fn copy(&mut self, name: &str, value: &str) {
        let value = value.trim();
        match value.contains('$') {
            true => self.gaps.push(format!(
                "`{name}`: `{value}` is made of what matched, and cannot be known"
            )),
            false if !value.is_empty() => self.copies.push(value.to_owned()),
            false => {}
        }
    }

    /// `append_at_myorigin`: an address without a domain is at this server's.
    fn complete(&mut self, domain: Option<&str>) {
        for address in &mut self.copies {
            if address.contains('@') {
                continue;
            }
            match domain {
                Some(domain) => *address = format!("{address}@{domain}"),
                None => self.gaps.push(format!("`{address}` gets copies, and nothing says at which domain; write it among the journals of the policy")),
            }
        }
        self.copies.retain(|address| address.contains('@'));
    }
}

fn values(text: &str) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for line in logical_lines(text) {
        if let Some((name, value)) = line.split_once('=') {
            values.insert(name.trim().to_owned(), value.trim().to_owned());
        }
    }
    values
}

/// Lines without comments and empty ones, each with those that go on with it.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        match lines.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => {
                last.push(' ');
                last.push_str(line.trim());
            }
            _ => lines.push(line.trim_end().to_owned()),
        }
    }
    lines
}

/// Tables are parted by commas and spaces, except within braces.
fn split_maps(text: &str) -> Vec<&str> {
    let mut maps = Vec::new();
    let mut depth = 0_u32;
    let mut start = 0;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' | ' ' | '\t' if depth == 0 => {
                if at > start {
                    maps.push(&text[start..at]);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
    maps
}

fn bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_FILE).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A table with a million entries is smaller.
const MAX_FILE: u64 = 64 << 20;

#[cfg(test)]
mod tests;
