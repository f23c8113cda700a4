//! JSON with comments and trailing commas, as editors read their settings.

use jsonc_parser::ast::Value as Ast;
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{MAX_DEPTH, NESTED, Node, Value};

/// Reads the one value of a text.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, &'static str> {
    let options = ParseOptions {
        allow_missing_commas: false,
        ..ParseOptions::default()
    };
    let read = parse_to_ast(text, &CollectOptions::default(), &options).map_err(|_| NOT_JSON)?;
    read.value
        .map(|value| node(value, 0))
        .transpose()
        .map(|root| root.into_iter().collect())
}

fn node(value: Ast<'_>, depth: usize) -> Result<Node, &'static str> {
    if depth > MAX_DEPTH {
        return Err(NESTED);
    }
    let range = value.range();
    let value = match value {
        Ast::StringLit(text) => Value::Text(text.value.into_owned()),
        Ast::NumberLit(number) => Value::Word(number.value.to_owned()),
        Ast::BooleanLit(flag) => Value::Word(flag.value.to_string()),
        Ast::NullKeyword(_) => Value::Word(String::from("null")),
        Ast::Array(list) => {
            let items = list.elements.into_iter().map(|it| node(it, depth + 1));
            Value::List(items.collect::<Result<_, _>>()?)
        }
        Ast::Object(map) => {
            let entries = map.properties.into_iter().map(|it| {
                let value = node(it.value, depth + 1)?;
                Ok::<_, &'static str>((it.name.into_string(), value))
            });
            Value::Map(entries.collect::<Result<_, _>>()?)
        }
    };
    Ok(Node {
        value,
        span: range.start..range.end,
    })
}

const NOT_JSON: &str = "it is not JSON, or is nested deeper than is read";
