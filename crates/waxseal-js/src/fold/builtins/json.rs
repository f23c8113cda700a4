//! `JSON.parse` and `JSON.stringify`.

use std::rc::Rc;

use super::super::heap::{Js, Res, Stop};
use super::super::{Folder, MAX_ITEMS, MAX_STRING, Value};

impl Folder<'_, '_> {
    pub(super) fn json_parse(&self, text: &str) -> Res {
        if text.len() > MAX_STRING || !self.spend(text.len() as u64 / 4) {
            return Err(Stop::Bail);
        }
        match serde_json::from_str(text) {
            Ok(value) => self.json_value(&value),
            Err(_) if self.live.get() => Err(Stop::Throw(Js::str("SyntaxError"))),
            Err(_) => Err(Stop::Bail),
        }
    }

    fn json_value(&self, value: &serde_json::Value) -> Res {
        if !self.enter() {
            return Err(Stop::Bail);
        }
        let result = match value {
            serde_json::Value::Null => Ok(Js::V(Value::Null)),
            serde_json::Value::Bool(it) => Ok(Js::bool(*it)),
            serde_json::Value::Number(it) => Ok(Js::number(it.as_f64().unwrap_or(f64::NAN))),
            serde_json::Value::String(it) => Ok(Js::str(it.as_str())),
            serde_json::Value::Array(items) => items
                .iter()
                .map(|it| self.json_value(it))
                .collect::<Res<Vec<_>>>()
                .and_then(|items| self.make_array(items)),
            serde_json::Value::Object(entries) => entries
                .iter()
                .map(|(name, it)| Ok((Rc::from(name.as_str()), self.json_value(it)?)))
                .collect::<Res<Vec<_>>>()
                .and_then(|properties| self.make_object(properties)),
        };
        self.leave();
        result
    }

    /// `JSON.stringify(value)`: `*` has no place in it, so what is not constant stays a piece of its own.
    pub(super) fn json_stringify(&self, value: &Js) -> Res {
        let mut pieces = Vec::new();
        self.to_json(value, &mut pieces)?;
        self.concatenate(pieces)
    }

    fn to_json(&self, value: &Js, pieces: &mut Vec<Js>) -> Res<()> {
        if pieces.len() > MAX_ITEMS || !self.enter() {
            return Err(Stop::Bail);
        }
        let result = self.to_json_entered(value, pieces);
        self.leave();
        result
    }

    fn to_json_entered(&self, value: &Js, pieces: &mut Vec<Js>) -> Res<()> {
        match value {
            Js::V(Value::String(text)) => pieces.push(Js::str(quoted(text))),
            Js::V(Value::Undefined | Value::Function(_)) => pieces.push(Js::str("null")),
            Js::V(Value::Number(number)) if !number.is_finite() => pieces.push(Js::str("null")),
            Js::V(Value::Null | Value::Bool(_) | Value::Number(_)) => {
                pieces.push(Js::V(Value::String(self.string(value).ok_or(Stop::Bail)?)));
            }
            Js::V(Value::Concat(inner)) => {
                pieces.push(Js::str("\""));
                for piece in inner.iter() {
                    pieces.push(match piece {
                        Value::String(text) => Js::str(quoted(text).trim_matches('"')),
                        piece => Js::V(piece.clone()),
                    });
                }
                pieces.push(Js::str("\""));
            }
            Js::V(Value::Object(object)) => {
                pieces.push(Js::str("{"));
                for (index, property) in object.properties.iter().enumerate() {
                    let comma = if index > 0 { "," } else { "" };
                    pieces.push(Js::str(format!("{comma}{}:", quoted(&property.name))));
                    self.to_json(&Js::V(property.value.value.clone()), pieces)?;
                }
                if !object.rest.is_empty() {
                    pieces.push(Js::unknown(object.rest.clone()));
                }
                pieces.push(Js::str("}"));
            }
            value => {
                if let Some((items, open)) = self.items(value) {
                    pieces.push(Js::str("["));
                    for (index, item) in items.iter().enumerate() {
                        if index > 0 {
                            pieces.push(Js::str(","));
                        }
                        self.to_json(item, pieces)?;
                    }
                    if open {
                        pieces.push(self.unknown_from(&items));
                    }
                    pieces.push(Js::str("]"));
                } else if let Js::H(_) = value {
                    let exported = Js::V(self.export(value));
                    if let Js::V(Value::Unknown(_)) = exported {
                        return Err(Stop::Bail);
                    }
                    self.to_json(&exported, pieces)?;
                } else {
                    pieces.push(value.clone());
                }
            }
        }
        Ok(())
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}
