//! The columns that a JSON Schema asks for, so that a table can be made before there are records.

use super::settings::Type;
use crate::reading::error::{Error, Result};
use crate::reading::json;
use std::path::Path;

/// The columns that a JSON Schema's `properties` name, in their order.
pub(crate) fn schema_columns(path: &Path) -> Result<Vec<(String, Type)>> {
    let bad = |why: &str| Error::usage(format!("read schema {}: {why}", path.display()));
    let text = std::fs::read(path).map_err(|e| bad(&e.to_string()))?;
    json::check(&text).map_err(|e| bad(&e.to_string()))?;
    let properties = json::pointer(&text, "/properties").unwrap_or_default();
    let mut members = Vec::new();
    json::members(properties, &mut members).map_err(|_| bad("it has no properties"))?;
    if members.is_empty() {
        return Err(bad("it has no properties"));
    }
    let column = |member: &json::Member| (member.key_text(properties).into_owned(), type_of(member.value(properties)));
    Ok(members.iter().map(column).collect())
}

/// The type of a column for what a property's `type` allows, null aside. Several: the first value decides.
fn type_of(property: &[u8]) -> Type {
    let words = json::pointer(property, "/type").unwrap_or_default();
    let words: Vec<&[u8]> = if words.starts_with(b"[") { json::elements(words).collect() } else { vec![words] };
    let mut types: Vec<Type> = words
        .into_iter()
        .filter(|word| *word != b"\"null\"")
        .map(|word| match word {
            b"\"number\"" | b"\"integer\"" => Type::Number,
            b"\"string\"" => Type::Text,
            b"\"boolean\"" => Type::Bool,
            b"\"object\"" | b"\"array\"" => Type::Json,
            _ => Type::Unset,
        })
        .collect();
    types.dedup();
    match types[..] {
        [only] => only,
        _ => Type::Unset,
    }
}
