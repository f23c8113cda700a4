//! XML as the same tree that JSON gives: names of elements and attributes are keys, repeated ones arrays.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};

/// The document, or what could be read of it; `None` for a page of HTML, and for what is no XML.
pub(super) fn read(bytes: &[u8]) -> Option<Value> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(64)]).to_ascii_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        return None;
    }
    let mut reader = Reader::from_reader(bytes);
    reader.config_mut().check_end_names = false;
    let mut open: Vec<(String, Map<String, Value>, String)> = vec![Default::default()];
    let mut events = 0;
    loop {
        events += 1;
        let event = reader.read_event();
        match event {
            Ok(Event::Start(element)) if open.len() < MAX_DEPTH && events < MAX_EVENTS => {
                let name = local(element.local_name().as_ref());
                open.push((name, attributes(&element), String::new()));
            }
            Ok(Event::Empty(element)) => {
                let name = local(element.local_name().as_ref());
                let value = Value::Object(attributes(&element));
                if let Some((_, fields, _)) = open.last_mut() {
                    put(fields, name, value);
                }
            }
            Ok(Event::Text(text)) => {
                if let (Some((_, _, own)), Ok(text)) = (open.last_mut(), text.decode()) {
                    own.push_str(&text);
                }
            }
            Ok(Event::CData(text)) => {
                if let (Some((_, _, own)), Ok(text)) = (open.last_mut(), text.decode()) {
                    own.push_str(&text);
                }
            }
            Ok(Event::GeneralRef(reference)) => {
                if let Some((_, _, own)) = open.last_mut() {
                    own.push_str(&character(&local(&reference)));
                }
            }
            Ok(Event::End(_)) if open.len() > 1 => close(&mut open),
            Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
            // The end, what is broken, and what is too deep or too much.
            _ => break,
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    let (_, fields, _) = open.pop()?;
    (!fields.is_empty()).then_some(Value::Object(fields))
}

fn close(open: &mut Vec<(String, Map<String, Value>, String)>) {
    let Some((name, mut fields, text)) = open.pop() else {
        return;
    };
    let text = text.trim();
    let value = match fields.is_empty() {
        true => Value::String(text.to_owned()),
        false => {
            if !text.is_empty() {
                fields.insert("value".to_owned(), text.into());
            }
            Value::Object(fields)
        }
    };
    if let Some((_, parent, _)) = open.last_mut() {
        put(parent, name, value);
    }
}

fn put(fields: &mut Map<String, Value>, name: String, value: Value) {
    match fields.get_mut(&name) {
        Some(Value::Array(all)) => all.push(value),
        Some(first) => {
            let first = std::mem::take(first);
            fields.insert(name, Value::Array(vec![first, value]));
        }
        None => {
            fields.insert(name, value);
        }
    }
}

fn attributes(element: &quick_xml::events::BytesStart<'_>) -> Map<String, Value> {
    let mut all = element.attributes();
    let all = all.with_checks(false).take(MAX_ATTRIBUTES).flatten();
    all.filter(|it| !it.key.as_ref().starts_with(b"xmlns"))
        .map(|it| (local(it.key.local_name().as_ref()), local(&it.value).into()))
        .collect()
}

fn local(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The five entities that XML has (XML 1.0 §4.6), and characters by number.
fn character(name: &str) -> String {
    let number = name.strip_prefix('#').and_then(|it| match it.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => it.parse().ok(),
    });
    match (name, number.and_then(char::from_u32)) {
        (_, Some(c)) => c.to_string(),
        ("lt", _) => "<".to_owned(),
        ("gt", _) => ">".to_owned(),
        ("amp", _) => "&".to_owned(),
        ("quot", _) => "\"".to_owned(),
        ("apos", _) => "'".to_owned(),
        _ => String::new(),
    }
}

/// Deeper than any envelope of SOAP.
const MAX_DEPTH: usize = 64;
const MAX_EVENTS: usize = 500_000;
const MAX_ATTRIBUTES: usize = 64;
