//! TOML.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{MAX_DEPTH, NESTED, Node, Value};

/// Reads the table of a text.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, &'static str> {
    let table = DeTable::parse(text).map_err(|_| "it is not TOML")?;
    let span = table.span();
    let value = map(table.get_ref(), 0)?;
    Ok(vec![Node { value, span }])
}

fn map(table: &DeTable<'_>, depth: usize) -> Result<Value, &'static str> {
    let entries = table
        .iter()
        .map(|(key, value)| Ok((key.get_ref().to_string(), node(value, depth + 1)?)));
    let mut entries: Vec<(String, Node)> = entries.collect::<Result<_, &'static str>>()?;
    // The table is sorted by key; what is told is in the order of the text.
    entries.sort_by_key(|(_, node)| node.span.start);
    Ok(Value::Map(entries))
}

fn node(value: &Spanned<DeValue<'_>>, depth: usize) -> Result<Node, &'static str> {
    if depth > MAX_DEPTH {
        return Err(NESTED);
    }
    let span = value.span();
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Boolean(flag) => Value::Word(flag.to_string()),
        DeValue::Integer(number) => Value::Word(number.as_str().to_owned()),
        DeValue::Float(number) => Value::Word(number.as_str().to_owned()),
        DeValue::Datetime(moment) => Value::Word(moment.to_string()),
        DeValue::Array(list) => {
            let items = list.iter().map(|it| node(it, depth + 1));
            Value::List(items.collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => map(table, depth)?,
    };
    Ok(Node { value, span })
}
