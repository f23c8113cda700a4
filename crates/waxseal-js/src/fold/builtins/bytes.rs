//! Buffers and typed arrays, base64 and the like.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use oxc_span::Span;

use super::super::heap::{Heap, Js, Res, Stop, UNDEFINED};
use super::super::text;
use super::super::{Folder, MAX_STRING, Value};

impl Folder<'_, '_> {
    /// The bytes of a buffer, of an array of numbers, of text.
    pub(super) fn bytes_of(&self, value: &Js) -> Option<Vec<u8>> {
        match value {
            Js::V(Value::Bytes(bytes)) => return Some(bytes.to_vec()),
            Js::V(Value::String(text)) => return Some(text.as_bytes().to_vec()),
            Js::H(place) => {
                if let Heap::Bytes(bytes) = &self.heap.borrow()[*place] {
                    return Some(bytes.clone());
                }
            }
            Js::V(_) => {}
        }
        let (items, open) = self.items(value)?;
        if open {
            return None;
        }
        items
            .iter()
            .map(|it| self.number(it).map(|it| text::int32(it) as u8))
            .collect()
    }

    /// `Buffer.from(value, encoding)`.
    pub(super) fn buffer_from(&self, arguments: &[Js]) -> Res {
        let value = arguments.first().ok_or(Stop::Bail)?;
        let bytes = match value {
            Js::V(Value::String(text)) => {
                let encoding = match arguments.get(1) {
                    None | Some(Js::V(Value::Undefined)) => "utf8".into(),
                    Some(encoding) => self.string(encoding).ok_or(Stop::Bail)?,
                };
                encode(text, &encoding).ok_or(Stop::Bail)?
            }
            Js::V(Value::Number(length)) if (0.0..=MAX_STRING as f64).contains(length) => vec![0; *length as usize],
            value => self.bytes_of(value).ok_or(Stop::Bail)?,
        };
        self.make_bytes(bytes)
    }

    pub(super) fn buffer_concat(&self, arguments: &[Js]) -> Res {
        let (items, open) = self.items(arguments.first().ok_or(Stop::Bail)?).ok_or(Stop::Bail)?;
        let mut all = Vec::new();
        for item in &items {
            all.extend(self.bytes_of(item).ok_or(Stop::Bail)?);
            if open || all.len() > MAX_STRING {
                return Err(Stop::Bail);
            }
        }
        self.make_bytes(all)
    }

    pub(super) fn bytes_method(&self, receiver: &Js, name: &str, arguments: &[Js], span: Span) -> Res {
        self.hide();
        let Some(bytes) = self.bytes_of(receiver) else {
            return self.unmodelled(receiver, arguments);
        };
        let number = |index: usize, default: f64| match arguments.get(index) {
            None | Some(Js::V(Value::Undefined)) => Some(default),
            Some(value) => self.number(value),
        };
        let result = match name {
            "toString" | "toLocaleString" => {
                let encoding = match arguments.first() {
                    None | Some(Js::V(Value::Undefined)) => Some("utf8".into()),
                    Some(encoding) => self.string(encoding),
                };
                let range = number(1, 0.0).zip(number(2, bytes.len() as f64));
                encoding.zip(range).and_then(|(encoding, (start, end))| {
                    let (start, end) = (text::relative(start, bytes.len()), text::relative(end, bytes.len()));
                    decode(bytes.get(start..end).unwrap_or_default(), &encoding).map(|text| self.make_text(text))
                })
            }
            "slice" | "subarray" => number(0, 0.0).zip(number(1, bytes.len() as f64)).map(|(start, end)| {
                let (start, end) = (text::relative(start, bytes.len()), text::relative(end, bytes.len()));
                self.make_bytes(bytes.get(start..end).unwrap_or_default().to_vec())
            }),
            "reverse" | "swap16" | "fill" | "sort" => self.changed_bytes(receiver, bytes, name, arguments),
            "map" => self.mapped_bytes(&bytes, arguments, span),
            "readUInt8" | "readUint8" | "at" => number(0, 0.0).map(|at| {
                Ok(bytes
                    .get(at.max(0.0) as usize)
                    .map_or(UNDEFINED, |it| Js::number(f64::from(*it))))
            }),
            "join" | "reduce" | "forEach" | "indexOf" | "includes" | "every" | "some" | "filter" | "find"
            | "entries" | "keys" | "values" | "reduceRight" | "at_" => {
                let items = bytes.iter().map(|it| Js::number(f64::from(*it))).collect();
                let array = self.make_array(items)?;
                return self.array_method(&array, name, arguments, span);
            }
            "toJSON" | "equals" => None,
            _ => None,
        };
        match result {
            Some(Err(Stop::Bail)) | None => self.unmodelled(receiver, arguments),
            Some(result) => result,
        }
    }

    fn changed_bytes(&self, receiver: &Js, mut bytes: Vec<u8>, name: &str, arguments: &[Js]) -> Option<Res> {
        match name {
            "reverse" => bytes.reverse(),
            "sort" if arguments.is_empty() => bytes.sort_unstable(),
            "fill" => bytes.fill(text::int32(self.number(arguments.first()?)?) as u8),
            "swap16" => bytes.chunks_exact_mut(2).for_each(|pair| pair.swap(0, 1)),
            _ => return None,
        }
        let Js::H(place) = receiver else {
            return Some(self.make_bytes(bytes));
        };
        self.touch(*place);
        self.heap.borrow_mut()[*place] = Heap::Bytes(bytes);
        Some(Ok(receiver.clone()))
    }

    fn mapped_bytes(&self, bytes: &[u8], arguments: &[Js], span: Span) -> Option<Res> {
        let callback = arguments.first()?;
        let mut mapped = Vec::with_capacity(bytes.len());
        for (index, byte) in bytes.iter().enumerate() {
            let arguments = vec![Js::number(f64::from(*byte)), Js::number(index as f64)];
            match self.invoke(callback, &UNDEFINED, arguments, span) {
                Ok(value) => mapped.push(text::int32(self.number(&value)?) as u8),
                Err(stop) => return Some(Err(stop)),
            }
        }
        Some(self.make_bytes(mapped))
    }
}

/// Text as the bytes an encoding makes of it, as `Buffer.from` does.
fn encode(text: &str, encoding: &str) -> Option<Vec<u8>> {
    Some(match encoding.to_ascii_lowercase().as_str() {
        "utf8" | "utf-8" => text.as_bytes().to_vec(),
        "base64" | "base64url" => from_base64(text),
        "hex" => from_hex(text),
        "latin1" | "binary" | "ascii" => text.encode_utf16().map(|it| it as u8).collect(),
        "utf16le" | "utf-16le" | "ucs2" | "ucs-2" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => return None,
    })
}

/// Bytes as the text an encoding makes of them, as `buffer.toString` does.
fn decode(bytes: &[u8], encoding: &str) -> Option<String> {
    Some(match encoding.to_ascii_lowercase().as_str() {
        "utf8" | "utf-8" => String::from_utf8_lossy(bytes).into_owned(),
        "base64" => STANDARD.encode(bytes),
        "base64url" => URL_SAFE_NO_PAD.encode(bytes),
        "hex" => bytes.iter().map(|it| format!("{it:02x}")).collect(),
        "latin1" | "binary" => bytes.iter().map(|it| char::from(*it)).collect(),
        "ascii" => bytes.iter().map(|it| char::from(it & 0x7F)).collect(),
        "utf16le" | "utf-16le" | "ucs2" | "ucs-2" => {
            let units: Vec<u16> = bytes
                .chunks_exact(2)
                .map(|it| u16::from_le_bytes([it[0], it[1]]))
                .collect();
            String::from_utf16_lossy(&units)
        }
        _ => return None,
    })
}

/// Base64 of either alphabet, as forgiving as Node: what is no digit is skipped, padding ends it.
pub(super) fn from_base64(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .bytes()
        .take_while(|it| *it != b'=')
        .filter_map(|it| match it {
            b'-' => Some(b'+'),
            b'_' => Some(b'/'),
            it if it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/') => Some(it),
            _ => None,
        })
        .collect();
    let whole = if digits.len() % 4 == 1 {
        &digits[..digits.len() - 1]
    } else {
        &digits[..]
    };
    LENIENT.decode(whole).unwrap_or_default()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().map_while(|it| it.to_digit(16)).collect();
    digits
        .chunks_exact(2)
        .map(|pair| (pair[0] * 16 + pair[1]) as u8)
        .collect()
}

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
