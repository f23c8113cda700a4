//! Constants that one file of the package gives another: exports of code, and the content of JSON files.

use serde_json::Value;

use crate::fold::Constant;

/// The content of a JSON file as a constant, if it is JSON of a size worth keeping.
pub(super) fn read_json(bytes: &[u8]) -> Option<Constant> {
    if bytes.len() > MAX_JSON {
        return None;
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let value: Value = serde_json::from_slice(bytes).ok()?;
    Some(constant(value))
}

/// JSON that was parsed cannot nest deeper than its parser allows (128 levels).
fn constant(value: Value) -> Constant {
    match value {
        Value::Null => Constant::Null,
        Value::Bool(flag) => Constant::Bool(flag),
        Value::Number(number) => Constant::Number(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => Constant::String(text),
        Value::Array(items) => Constant::Array(items.into_iter().map(constant).collect()),
        Value::Object(map) => Constant::Object(map.into_iter().map(|(name, value)| (name, constant(value))).collect()),
    }
}

/// Larger JSON is data, not configuration.
const MAX_JSON: usize = 1 << 20;
