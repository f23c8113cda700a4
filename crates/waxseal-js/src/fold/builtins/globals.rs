//! Global functions that only compute.

use std::rc::Rc;

use oxc_span::Span;

use super::super::heap::{Js, Res, Stop, UNDEFINED};
use super::super::text;
use super::super::{Folder, MAX_ITEMS, MAX_STRING, Value};
use super::bytes::from_base64;

impl Folder<'_, '_> {
    /// A global function by its path. `None` if it is none that only computes.
    pub(super) fn global_call(&self, path: &str, arguments: &[Js], span: Span) -> Option<Res> {
        let path = path.strip_prefix("node:buffer.").unwrap_or(path);
        if let Some((owner, name)) = path.split_once('.') {
            return match owner {
                "Object" => self.object_function(name, arguments),
                "Reflect" => self.reflect_function(name, arguments, span),
                "Promise" => self.promise_function(name, arguments),
                "Math" => self.math(name, arguments),
                "Number" => self.number_function(name, arguments),
                "String" => self.string_function(name, arguments),
                "Array" => self.array_function(name, arguments, span),
                "JSON" => Some(match name {
                    "parse" => self
                        .string(arguments.first()?)
                        .map_or(Err(Stop::Bail), |it| self.json_parse(&it)),
                    "stringify" => self.json_stringify(arguments.first()?),
                    _ => return None,
                }),
                "Buffer" => self.buffer_function(name, arguments),
                "Uint8Array" | "Uint8ClampedArray" => Some(match name {
                    "from" if arguments.len() > 1 => self
                        .array_function("from", arguments, span)?
                        .and_then(|it| self.bytes_of(&it).ok_or(Stop::Bail))
                        .and_then(|it| self.make_bytes(it)),
                    "from" => self
                        .bytes_of(arguments.first()?)
                        .map_or(Err(Stop::Bail), |it| self.make_bytes(it)),
                    "of" => arguments
                        .iter()
                        .map(|it| self.number(it).map(|it| text::int32(it) as u8))
                        .collect::<Option<Vec<u8>>>()
                        .map_or(Err(Stop::Bail), |it| self.make_bytes(it)),
                    _ => return None,
                }),
                "node:path" => self.path_function(name, arguments),
                "RegExp" | "Symbol" | "BigInt" => None,
                _ => None,
            };
        }
        let first = arguments.first().unwrap_or(&UNDEFINED);
        let known = || self.string(first).ok_or(Stop::Bail);
        Some(match path {
            "String" if arguments.is_empty() => Ok(Js::str("")),
            "String" => self.concatenate(vec![first.clone(), Js::str("")]),
            "Number" => self.number(first).map(Js::number).ok_or(Stop::Bail),
            "BigInt" => self.number(first).map(Js::number).ok_or(Stop::Bail),
            "Boolean" => self.truth(first).map(Js::bool).ok_or(Stop::Bail),
            "parseInt" => {
                let radix = arguments.get(1).map_or(Some(0.0), |it| self.number(it));
                known().and_then(|text| {
                    Ok(Js::number(text::parse_int(
                        &text,
                        text::int32(radix.ok_or(Stop::Bail)?),
                    )))
                })
            }
            "parseFloat" => known().map(|text| Js::number(text::parse_float(&text))),
            "isNaN" => self.number(first).map(|it| Js::bool(it.is_nan())).ok_or(Stop::Bail),
            "isFinite" => self.number(first).map(|it| Js::bool(it.is_finite())).ok_or(Stop::Bail),
            "atob" => known().and_then(|it| self.make_text(from_base64(&it).into_iter().map(char::from).collect())),
            "btoa" => known().and_then(|it| {
                let bytes: Vec<u8> = it.chars().map(|it| u32::from(it) as u8).collect();
                self.make_text(base64::Engine::encode(
                    &base64::engine::general_purpose::STANDARD,
                    bytes,
                ))
            }),
            "decodeURIComponent" | "decodeURI" => known().and_then(|it| {
                let decoded = percent_decode(&it).ok_or_else(|| match self.live.get() {
                    true => Stop::Throw(Js::str("URIError")),
                    false => Stop::Bail,
                })?;
                self.make_text(decoded)
            }),
            "encodeURIComponent" => known().and_then(|it| self.make_text(percent_encode(&it, b"-_.!~*'()"))),
            "encodeURI" => known().and_then(|it| self.make_text(percent_encode(&it, b"-_.!~*'();/?:@&=+$,#"))),
            "unescape" => known().and_then(|it| self.make_text(unescape(&it))),
            "escape" => known().and_then(|it| self.make_text(escape(&it))),
            "Array" => self.new_array(arguments),
            "Uint16Array" | "Uint32Array" | "Int32Array" | "Int8Array" | "Float64Array" => match first {
                Js::V(Value::Number(length)) if (0.0..=MAX_ITEMS as f64).contains(length) => {
                    self.make_array(vec![Js::number(0.0); *length as usize])
                }
                first => self
                    .items(first)
                    .ok_or(Stop::Bail)
                    .and_then(|(items, _)| self.make_array(items)),
            },
            "Uint8Array" | "Uint8ClampedArray" => self.buffer_from(arguments),
            "Buffer" => self.buffer_from(arguments),
            "Object" => Ok(first.clone()),
            "structuredClone" => Ok(Js::V(self.export(first))),
            "RegExp" => known().and_then(|pattern| {
                let flags = arguments
                    .get(1)
                    .map_or(Some(Rc::from("")), |it| self.string(it))
                    .ok_or(Stop::Bail)?;
                match first {
                    Js::V(Value::RegExp { .. }) => Ok(first.clone()),
                    _ => Ok(Js::V(Value::RegExp { pattern, flags })),
                }
            }),
            _ => return None,
        })
    }

    fn new_array(&self, arguments: &[Js]) -> Res {
        match arguments {
            [Js::V(Value::Number(length))] if (0.0..=MAX_ITEMS as f64).contains(length) => {
                self.make_array(vec![UNDEFINED; *length as usize])
            }
            [Js::V(Value::Number(_))] => Err(Stop::Bail),
            items => self.make_array(items.to_vec()),
        }
    }

    fn array_function(&self, name: &str, arguments: &[Js], span: Span) -> Option<Res> {
        let first = arguments.first().unwrap_or(&UNDEFINED);
        Some(match name {
            "isArray" => match first {
                Js::V(Value::Unknown(_) | Value::OneOf(_) | Value::Api(_)) => Err(Stop::Bail),
                Js::V(Value::Array(_)) => Ok(Js::bool(true)),
                Js::H(_) => Ok(Js::bool(self.items(first).is_some())),
                Js::V(_) => Ok(Js::bool(false)),
            },
            "of" => self.make_array(arguments.to_vec()),
            "from" => {
                let items = match self.iterated(first) {
                    Some((items, false)) => Ok(items),
                    Some((items, true)) => return Some(Ok(self.make_open_array(&items))),
                    None => match self.get(first, "length").ok().and_then(|it| self.number(&it)) {
                        Some(length) if (0.0..=MAX_ITEMS as f64).contains(&length) => {
                            Ok(vec![UNDEFINED; length as usize])
                        }
                        _ => Err(Stop::Bail),
                    },
                };
                items.and_then(|items| match arguments.get(1) {
                    None | Some(Js::V(Value::Undefined)) => self.make_array(items),
                    Some(callback) => {
                        let mut mapped = Vec::with_capacity(items.len());
                        for (index, item) in items.into_iter().enumerate() {
                            let arguments = vec![item, Js::number(index as f64)];
                            mapped.push(self.invoke(callback, &UNDEFINED, arguments, span)?);
                        }
                        self.make_array(mapped)
                    }
                })
            }
            _ => return None,
        })
    }

    fn string_function(&self, name: &str, arguments: &[Js]) -> Option<Res> {
        let numbers: Option<Vec<f64>> = arguments.iter().map(|it| self.number(it)).collect();
        Some(match name {
            "fromCharCode" => {
                let units: Vec<u16> = numbers?.into_iter().map(|it| text::int32(it) as u16).collect();
                self.make_text(String::from_utf16_lossy(&units))
            }
            "fromCodePoint" => {
                let characters: Option<String> = numbers?.into_iter().map(|it| char::from_u32(it as u32)).collect();
                self.make_text(characters?)
            }
            "raw" => {
                let (pieces, _) = self
                    .get(arguments.first()?, "raw")
                    .ok()
                    .and_then(|it| self.items(&it))?;
                let mut all = Vec::new();
                let mut values = arguments.iter().skip(1);
                for piece in pieces {
                    all.push(piece);
                    all.extend(values.next().cloned());
                }
                self.concatenate(all)
            }
            _ => return None,
        })
    }

    fn number_function(&self, name: &str, arguments: &[Js]) -> Option<Res> {
        let first = arguments.first().unwrap_or(&UNDEFINED);
        match name {
            "parseInt" | "parseFloat" => self.global_call(name, arguments, Span::default()),
            "isInteger" | "isSafeInteger" => Some(
                self.number(first)
                    .map(|it| Js::bool(it.fract() == 0.0))
                    .ok_or(Stop::Bail),
            ),
            "isNaN" => Some(self.number(first).map(|it| Js::bool(it.is_nan())).ok_or(Stop::Bail)),
            "isFinite" => Some(self.number(first).map(|it| Js::bool(it.is_finite())).ok_or(Stop::Bail)),
            _ => None,
        }
    }

    fn math(&self, name: &str, arguments: &[Js]) -> Option<Res> {
        if name == "random" {
            return None;
        }
        let numbers: Option<Vec<f64>> = arguments.iter().map(|it| self.number(it)).collect();
        let Some(numbers) = numbers else {
            return Some(Err(Stop::Bail));
        };
        let first = numbers.first().copied().unwrap_or(f64::NAN);
        let second = numbers.get(1).copied().unwrap_or(f64::NAN);
        Some(Ok(Js::number(match name {
            "floor" => first.floor(),
            "ceil" => first.ceil(),
            "round" => (first + 0.5).floor(),
            "trunc" => first.trunc(),
            "abs" => first.abs(),
            "sqrt" => first.sqrt(),
            "cbrt" => first.cbrt(),
            "pow" => first.powf(second),
            "sign" if first == 0.0 || first.is_nan() => first,
            "sign" => first.signum(),
            "min" => numbers.iter().copied().fold(f64::INFINITY, f64::min),
            "max" => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            "log" => first.ln(),
            "log2" => first.log2(),
            "log10" => first.log10(),
            "exp" => first.exp(),
            "sin" => first.sin(),
            "cos" => first.cos(),
            "imul" => f64::from(text::int32(first).wrapping_mul(text::int32(second))),
            _ => return None,
        })))
    }

    fn buffer_function(&self, name: &str, arguments: &[Js]) -> Option<Res> {
        Some(match name {
            "from" => self.buffer_from(arguments),
            "concat" => self.buffer_concat(arguments),
            "alloc" | "allocUnsafe" => {
                let length = self.number(arguments.first()?)?;
                if !(0.0..=MAX_STRING as f64).contains(&length) {
                    return Some(Err(Stop::Bail));
                }
                let fill = arguments.get(1).map_or(Some(0.0), |it| self.number(it))?;
                self.make_bytes(vec![text::int32(fill) as u8; length as usize])
            }
            "isBuffer" => match arguments.first()? {
                Js::V(Value::Bytes(_)) => Ok(Js::bool(true)),
                Js::V(Value::String(_) | Value::Number(_)) => Ok(Js::bool(false)),
                _ => Err(Stop::Bail),
            },
            "byteLength" => self
                .string(arguments.first()?)
                .map(|it| Js::number(it.len() as f64))
                .ok_or(Stop::Bail),
            _ => return None,
        })
    }

    /// `path.join` and the like: pieces that are not known keep their place.
    fn path_function(&self, name: &str, arguments: &[Js]) -> Option<Res> {
        match name {
            "join" | "resolve" => {
                let mut pieces = Vec::new();
                for (index, argument) in arguments.iter().enumerate() {
                    if index > 0 {
                        pieces.push(Js::str("/"));
                    }
                    pieces.push(argument.clone());
                }
                let joined = self.concatenate(pieces);
                Some(match joined {
                    Ok(Js::V(Value::String(path))) => self.make_text(normal_path(&path)),
                    joined => joined,
                })
            }
            "normalize" => Some(self.make_text(normal_path(&self.string(arguments.first()?)?))),
            "basename" if arguments.len() == 1 => {
                let path = self.string(arguments.first()?)?;
                Some(Ok(Js::str(path.rsplit('/').next().unwrap_or(&path))))
            }
            _ => None,
        }
    }
}

fn normal_path(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|it| *it != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

fn percent_decode(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            let digits = text.get(at + 1..at + 3)?;
            out.push(u8::from_str_radix(digits, 16).ok()?);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(out).ok()
}

fn percent_encode(text: &str, keep: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || keep.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn unescape(text: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let long = rest
            .strip_prefix("%u")
            .and_then(|it| it.get(..4))
            .and_then(|it| u16::from_str_radix(it, 16).ok());
        let short = rest
            .strip_prefix('%')
            .and_then(|it| it.get(..2))
            .and_then(|it| u16::from_str_radix(it, 16).ok());
        match (long, short) {
            (Some(unit), _) => {
                units.push(unit);
                rest = &rest[6..];
            }
            (_, Some(unit)) => {
                units.push(unit);
                rest = &rest[3..];
            }
            _ => {
                units.extend(first.encode_utf16(&mut [0; 2]).iter());
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    String::from_utf16_lossy(&units)
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii_alphanumeric() || b"@*_+-./".contains(&byte) => out.push(char::from(byte)),
            Ok(byte) => out.push_str(&format!("%{byte:02X}")),
            Err(_) => out.push_str(&format!("%u{unit:04X}")),
        }
    }
    out
}
