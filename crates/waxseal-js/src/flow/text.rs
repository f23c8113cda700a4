//! Messages written as text: header lines, SMTP verbs, JSON and form fields, with parts that are not constant.

use std::ops::Range;

use oxc_ast::ast::{BinaryOperator, Expression};
use waxseal_model::{Mailbox, RecipientPlace};

use super::context::Context;
use super::index::{element, member_of};
use super::names::{self, Role};
use crate::fold::{Origins, Value};

/// A part of a text: constant, or only known by where it comes from.
#[derive(Debug, Clone, Default)]
pub(super) struct Segment {
    pub(super) text: String,
    /// Not empty if it is not constant.
    pub(super) origins: Origins,
    /// It is one of several, and another is the caller's or the configuration's.
    pub(super) optional: bool,
}

/// A field found in a text.
#[derive(Debug, Clone)]
pub(super) struct TextField {
    pub(super) role: Role,
    pub(super) name: String,
    pub(super) value: Vec<Segment>,
}

/// A text as a list of parts.
pub(super) fn flatten(value: &Value) -> Vec<Segment> {
    let mut out = Vec::new();
    flatten_into(value, false, 0, &mut out);
    out
}

fn flatten_into(value: &Value, optional: bool, depth: u8, out: &mut Vec<Segment>) {
    if depth > MAX_DEPTH || out.len() >= MAX_SEGMENTS {
        out.push(unknown(&Origins::of(Origins::OTHER)));
        return;
    }
    match value {
        Value::String(text) => out.push(constant(text, optional)),
        Value::Bytes(bytes) => out.push(constant(&String::from_utf8_lossy(bytes), optional)),
        Value::Number(number) => out.push(constant(&number.to_string(), optional)),
        Value::Concat(parts) => parts.iter().for_each(|it| flatten_into(it, optional, depth + 1, out)),
        Value::OneOf(alternatives) => {
            let open = alternatives
                .iter()
                .any(|it| it.constant_pieces().is_empty() && it.origins().has(Origins::CALLER | Origins::CONFIGURED));
            for (idx, alternative) in alternatives.iter().enumerate() {
                if idx > 0 && alternative.as_str() != Some("") {
                    out.push(constant(" ", false));
                }
                flatten_into(alternative, optional || open, depth + 1, out);
            }
        }
        Value::Array(array) => {
            for (idx, item) in array.items.iter().enumerate() {
                if idx > 0 {
                    out.push(constant(",", false));
                }
                flatten_into(item, optional, depth + 1, out);
            }
        }
        Value::Undefined | Value::Null | Value::Bool(_) => {}
        Value::Object(_) | Value::Unknown(_) | Value::Api(_) => out.push(unknown(&value.origins())),
        Value::RegExp { .. } | Value::Function(_) => out.push(unknown(&Origins::of(Origins::OTHER))),
    }
}

/// The parts of a text expression: folded whole if that works, else part by part.
pub(super) fn segments_of<'a>(ctx: &Context<'_, '_, 'a>, expression: &'a Expression<'a>) -> Vec<Segment> {
    let mut out = Vec::new();
    segments_into(ctx, expression, 0, &mut out);
    out
}

fn segments_into<'a>(ctx: &Context<'_, '_, 'a>, expression: &'a Expression<'a>, depth: u8, out: &mut Vec<Segment>) {
    let folded = ctx.folder.fold(expression);
    if matches!(folded.value, Value::String(_) | Value::Concat(_) | Value::Bytes(_)) || depth > MAX_DEPTH {
        flatten_into(&folded.value, false, 0, out);
        return;
    }
    match expression.get_inner_expression() {
        Expression::TemplateLiteral(template) => {
            for (idx, quasi) in template.quasis.iter().enumerate() {
                out.push(constant(quasi.value.cooked.unwrap_or(quasi.value.raw).as_str(), false));
                if let Some(part) = template.expressions.get(idx) {
                    segments_into(ctx, part, depth + 1, out);
                }
            }
        }
        Expression::BinaryExpression(binary) if binary.operator == BinaryOperator::Addition => {
            segments_into(ctx, &binary.left, depth + 1, out);
            segments_into(ctx, &binary.right, depth + 1, out);
        }
        Expression::ConditionalExpression(it) => {
            segments_into(ctx, &it.consequent, depth + 1, out);
            out.push(constant(" ", false));
            segments_into(ctx, &it.alternate, depth + 1, out);
        }
        Expression::CallExpression(call) if is_join(&call.callee) => {
            let Some(member) = member_of(&call.callee) else { return };
            lines_into(ctx, member.object(), depth + 1, out);
        }
        _ => flatten_into(&folded.value, false, 0, out),
    }
}

fn lines_into<'a>(ctx: &Context<'_, '_, 'a>, list: &'a Expression<'a>, depth: u8, out: &mut Vec<Segment>) {
    if let Expression::ArrayExpression(array) = list.get_inner_expression() {
        for item in array.elements.iter().filter_map(element) {
            segments_into(ctx, item, depth + 1, out);
            out.push(constant("\n", false));
        }
        return;
    }
    match ctx.folder.fold(list).value {
        Value::Array(array) => {
            for item in &array.items {
                flatten_into(item, false, 0, out);
                out.push(constant("\n", false));
            }
        }
        other => flatten_into(&other, false, 0, out),
    }
}

/// Whether a callee is `….join`.
pub(super) fn is_join(callee: &Expression<'_>) -> bool {
    matches!(callee.get_inner_expression(), Expression::StaticMemberExpression(it) if it.property.name == "join")
}

/// Whether a constant could hold a recipient field at all.
pub(super) fn may_hold_fields(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr2_iter(b':', b'=', bytes).any(|at| {
        let before = &bytes[..at];
        let before = before.strip_suffix(b"\"").unwrap_or(before).trim_ascii_end();
        let tail = &before[before.len().saturating_sub(4)..];
        let ends = |word: &[u8]| tail.len() >= word.len() && tail[tail.len() - word.len()..].eq_ignore_ascii_case(word);
        ends(b"to") || ends(b"cc") || ends(b"ents") || ends(b"ses") || ends(b"ress")
    })
}

/// The strongest place that a text may hold a field for: true for those that decide by themselves who gets a copy, false for
/// `to` and its like.
pub(super) fn strongest_place(text: &str) -> Option<bool> {
    let bytes = text.as_bytes();
    let mut found = None;
    for at in memchr::memchr2_iter(b':', b'=', bytes) {
        let before = &bytes[..at];
        let before = before.strip_suffix(b"\"").unwrap_or(before).trim_ascii_end();
        let ends =
            |word: &[u8]| before.len() >= word.len() && before[before.len() - word.len()..].eq_ignore_ascii_case(word);
        // A long word may be cut in two where the text begins.
        let is_end_of = |word: &[u8]| {
            ends(word)
                || (before.len() > 2
                    && word.len() > before.len()
                    && word[word.len() - before.len()..].eq_ignore_ascii_case(before))
        };
        if is_copy(before) || ends(b"rcpt to") || is_end_of(b"addresses") || is_end_of(b"recipients") {
            return Some(true);
        }
        if ends(b"to") || ends(b"ress") {
            found = Some(false);
        }
    }
    found
}

/// Whether a text ends with `cc` or `bcc` as a word, or as the last word of a name.
fn is_copy(text: &[u8]) -> bool {
    let Some((before, copy)) = text.len().checked_sub(2).map(|at| text.split_at(at)) else {
        return false;
    };
    if !copy.eq_ignore_ascii_case(b"cc") {
        return false;
    }
    let (rest, start) = match before {
        [rest @ .., start @ (b'b' | b'B')] => (rest, *start),
        _ => (before, copy[0]),
    };
    rest.last()
        .is_none_or(|last| !last.is_ascii_alphanumeric() || (start.is_ascii_uppercase() && last.is_ascii_lowercase()))
}

/// The text on one line of parts, a mark for each that is not constant, and where each part starts.
pub(super) fn line_of(segments: &[Segment]) -> (String, Vec<usize>) {
    let mut line = String::new();
    let mut starts = Vec::with_capacity(segments.len());
    for segment in segments {
        starts.push(line.len());
        if segment.origins.is_empty() {
            line.push_str(&segment.text);
        } else {
            line.push(MARK);
        }
    }
    (line, starts)
}

/// The part that holds a byte of the line.
pub(super) fn segment_at(starts: &[usize], at: usize) -> Option<usize> {
    starts.partition_point(|start| *start <= at).checked_sub(1)
}

/// Every mailbox in a line and where its `@` stands; one whose local part is not constant as a pattern.
pub(super) fn mailboxes(line: &str) -> Vec<(Result<Mailbox, String>, usize)> {
    let mut found = Vec::new();
    for mailbox in Mailbox::find_all(line, MAX_MAILBOXES) {
        let text = mailbox.to_string();
        let at = line
            .to_ascii_lowercase()
            .find(&text.to_ascii_lowercase())
            .map_or(0, |start| start + mailbox.local().len());
        // `${tag}x@host`: what stands before belongs to the local part too.
        let start = at.saturating_sub(mailbox.local().len());
        if line[..start].ends_with(MARK) {
            found.push((Err(format!("*{text}")), at));
        } else {
            found.push((Ok(mailbox), at));
        }
    }
    for (at, _) in line.match_indices('@') {
        if line[..at].ends_with(MARK)
            && let Some(mailbox) = Mailbox::find_all(&format!("x{}", domain_after(&line[at..])), 1).pop()
        {
            found.push((Err(format!("*@{}", mailbox.domain())), at));
        }
    }
    found
}

fn domain_after(text: &str) -> &str {
    let end = text
        .char_indices()
        .skip(1)
        .find(|(at, c)| *at > MAX_DOMAIN || !(c.is_alphanumeric() || matches!(c, '-' | '.')));
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// The message fields a text holds, whatever way it is written.
pub(super) fn fields(segments: &[Segment]) -> Vec<TextField> {
    let (line, starts) = line_of(segments);
    if line.len() > MAX_TEXT {
        return Vec::new();
    }
    let mut found: Vec<(Role, String, Range<usize>)> = smtp_verbs(&line);
    if found.is_empty() {
        found = header_lines(&line);
    }
    if found.is_empty() && line.contains('"') {
        found = json_fields(&line);
    }
    if found.is_empty() && line.contains('=') {
        found = form_fields(&line);
    }
    found
        .into_iter()
        .take(MAX_FIELDS)
        .map(|(role, name, range)| TextField {
            role,
            name,
            value: cut(segments, &starts, range),
        })
        .collect()
}

/// RFC 5321 §4.1.1.3: `RCPT TO:<forward-path>`.
fn smtp_verbs(line: &str) -> Vec<(Role, String, Range<usize>)> {
    let upper = line.to_ascii_uppercase();
    let mut found = Vec::new();
    for (verb, role) in [
        ("RCPT TO:", Role::Recipient(RecipientPlace::Envelope)),
        ("MAIL FROM:", Role::Sender),
    ] {
        for (at, _) in upper.match_indices(verb).take(MAX_FIELDS) {
            let start = at + verb.len();
            let end = line[start..]
                .find(['\r', '\n'])
                .map_or(line.len(), |length| start + length);
            found.push((role.clone(), "rcpt to".to_owned(), start..end));
        }
    }
    found
}

/// RFC 5322 §2.2: a name, a colon, a body that goes on over lines that begin with space.
fn header_lines(line: &str) -> Vec<(Role, String, Range<usize>)> {
    let mut found: Vec<(Role, String, Range<usize>)> = Vec::new();
    let mut at = 0;
    let mut recognised = 0;
    for piece in line.split_inclusive('\n') {
        let start = at;
        at += piece.len();
        let trimmed = piece.trim_end();
        // A conditional line may stand directly behind another, parted by a blank where alternatives are joined.
        let indent = piece.len() - piece.trim_start_matches([' ', MARK]).len();
        if trimmed.is_empty() {
            continue;
        }
        let Some((name, _)) = trimmed[indent.min(trimmed.len())..].split_once(':') else {
            continue;
        };
        let name = name.trim_end();
        if name.is_empty() || name.len() > 40 || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            continue;
        }
        let role = match name.to_ascii_lowercase().as_str() {
            "subject" | "mime-version" | "content-type" | "content-transfer-encoding" | "message-id" => {
                Role::Content { distinct: true }
            }
            "from" | "sender" => Role::Sender,
            _ => match names::header_place(name) {
                Some(place) => Role::Recipient(place),
                None => continue,
            },
        };
        recognised += 1;
        let value_start = start + piece.find(':').map_or(0, |colon| colon + 1);
        found.push((role, name.to_ascii_lowercase(), value_start..start + trimmed.len()));
    }
    let lone_copy = found.iter().any(|(role, ..)| {
        matches!(
            role,
            Role::Recipient(RecipientPlace::Bcc | RecipientPlace::Cc | RecipientPlace::Header(_))
        )
    });
    if recognised >= 2 || (lone_copy && line.contains('\n')) {
        found
    } else {
        Vec::new()
    }
}

/// `"name": value`, up to the next name.
fn json_fields(line: &str) -> Vec<(Role, String, Range<usize>)> {
    let mut keys: Vec<(Range<usize>, usize)> = Vec::new();
    for (colon, _) in line.match_indices("\"").take(MAX_TEXT) {
        let rest = &line[colon + 1..];
        let after = rest.trim_start();
        if !after.starts_with(':') {
            continue;
        }
        let name_start = line[..colon].rfind('"').map_or(0, |quote| quote + 1);
        if colon - name_start <= 40 {
            keys.push((name_start..colon, colon + 1 + (rest.len() - after.len()) + 1));
        }
    }
    let mut found = Vec::new();
    for (idx, (name, start)) in keys.iter().enumerate() {
        let end = keys
            .get(idx + 1)
            .map_or(line.len(), |next| next.0.start.saturating_sub(1))
            .max(*start);
        let name = &line[name.clone()];
        if let Some(role) = names::role(name)
            && !matches!(role, Role::Container | Role::Batch | Role::Headers)
        {
            // `"bcc":[{"email":"x@y"}]`: the mailbox stands behind the next name.
            let mut end = end;
            if matches!(role, Role::Recipient(_)) {
                let mut next = idx + 1;
                while let Some((inner, _)) = keys.get(next)
                    && matches!(
                        line[inner.clone()].to_ascii_lowercase().as_str(),
                        "email" | "address" | "name" | "emailaddress"
                    )
                {
                    next += 1;
                    end = keys
                        .get(next)
                        .map_or(line.len(), |it| it.0.start.saturating_sub(1))
                        .max(end);
                }
            }
            found.push((role, name.to_ascii_lowercase(), *start..end));
        }
    }
    if found.len() >= 2 { found } else { Vec::new() }
}

/// `name=value&…`
fn form_fields(line: &str) -> Vec<(Role, String, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    for pair in line.split_inclusive(['&', '?']) {
        let start = at;
        at += pair.len();
        let Some((name, value)) = pair.split_once('=') else {
            continue;
        };
        let value = value.trim_end_matches(['&', '?']);
        let name = name
            .rsplit(['[', '.'])
            .find(|part| names::role(part.trim_end_matches(']')).is_some())
            .unwrap_or(name);
        if let Some(role) = names::role(name.trim_end_matches(']'))
            && !matches!(role, Role::Container | Role::Batch | Role::Headers)
        {
            let value_start = start + pair.find('=').map_or(0, |equals| equals + 1);
            found.push((role, name.to_ascii_lowercase(), value_start..value_start + value.len()));
        }
    }
    if found.len() >= 2 { found } else { Vec::new() }
}

/// The parts that make up a range of the line, percent-encoding of `@`, `,` and blanks undone.
fn cut(segments: &[Segment], starts: &[usize], range: Range<usize>) -> Vec<Segment> {
    let mut out = Vec::new();
    for (idx, segment) in segments.iter().enumerate() {
        let start = starts[idx];
        let length = if segment.origins.is_empty() {
            segment.text.len()
        } else {
            MARK.len_utf8()
        };
        if start >= range.end || start + length <= range.start {
            continue;
        }
        if !segment.origins.is_empty() {
            out.push(segment.clone());
            continue;
        }
        let from = range.start.saturating_sub(start);
        let to = (range.end - start).min(length);
        let text = segment.text.get(from..to).unwrap_or(&segment.text);
        out.push(constant(
            &text.replace("%40", "@").replace("%2C", ",").replace("%20", " "),
            segment.optional,
        ));
    }
    out
}

fn constant(text: &str, optional: bool) -> Segment {
    Segment {
        text: text.to_owned(),
        origins: Origins::default(),
        optional,
    }
}

fn unknown(origins: &Origins) -> Segment {
    let origins = if origins.is_empty() {
        Origins::of(Origins::OTHER)
    } else {
        origins.clone()
    };
    Segment {
        text: String::new(),
        origins,
        optional: false,
    }
}

/// Stands for a part that is not constant: no letter, so that it never reads as part of a mailbox.
const MARK: char = '\u{FFFC}';
/// Nesting that is followed.
const MAX_DEPTH: u8 = 24;
/// Parts of one text.
const MAX_SEGMENTS: usize = 512;
/// Mailboxes of one text.
const MAX_MAILBOXES: usize = 16;
/// RFC 5321 §4.5.3.1.2, and the `@`.
const MAX_DOMAIN: usize = 256;
/// Longer texts are data, not a message's head.
const MAX_TEXT: usize = 64 << 10;
/// Fields of one text.
const MAX_FIELDS: usize = 48;
