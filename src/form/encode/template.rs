//! Records as text by a template: `{value}|{time}`.

use crate::reading::error::{Code, Error, Result};
use crate::reading::record::Record;
use std::str::FromStr;

/// A text with fields in it; `{{` and `}}` are braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// Its name, or a JSON pointer.
    Field(String),
}

impl FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Template, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let name = match brace {
                "{" => rest.split_once('}').filter(|(name, _)| !name.is_empty() && !name.contains('{')),
                _ => None,
            };
            let Some((name, after)) = name else {
                return Err(
                    "a template has fields in braces, as '{value}|{time}'; a brace itself is {{ or }}".to_owned()
                );
            };
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(Part::Field(name.to_owned()));
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Template(parts))
    }
}

impl Template {
    /// Appends a record, without a line break: text bare, anything else as JSON has it.
    pub(super) fn write(&self, record: &Record<'_>, to: &mut Vec<u8>) -> Result<()> {
        for part in &self.0 {
            match part {
                Part::Text(text) => to.extend_from_slice(text.as_bytes()),
                Part::Field(name) => {
                    let field = record.value(name).ok_or_else(|| {
                        Error::data(Code::Columns, format!("there is no field {name} for the template"))
                    })?;
                    match field.text() {
                        Some(text) => to.extend_from_slice(text.as_bytes()),
                        None => to.extend_from_slice(field.raw()),
                    }
                }
            }
        }
        Ok(())
    }
}
