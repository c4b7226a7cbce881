//! Registries in JSON.

use super::column::{Column, Form, Take};
use super::place::line_of;
use crate::reading::json::{self, Kind, Member};
use std::borrow::Cow;

/// An array of objects, or an object by device; either perhaps as the one member `meters` of an object.
pub(super) fn read(text: &[u8], take: &mut Take<'_>) -> Result<(), String> {
    let at = |bad: json::Bad| format!("line {}: {}", line_of(text, bad.offset), bad.what);
    let kind = json::check(text).map_err(at)?;
    let mut whole = text;
    let mut members = Vec::new();
    if kind == Kind::Object {
        json::members(text, &mut members).map_err(at)?;
        if let [only] = members[..]
            && only.key_is(text, "meters")
        {
            whole = only.value(text);
            members.clear();
            if only.kind() == Kind::Object {
                json::members(whole, &mut members).map_err(|bad| bad.to_string())?;
            }
        }
    }
    // Both slices are of one text: the difference of their addresses is an offset into it.
    let line = |part: &[u8]| line_of(text, part.as_ptr().addr().saturating_sub(text.as_ptr().addr()));
    if !members.is_empty() || whole.trim_ascii_start().first() == Some(&b'{') {
        for member in &members {
            let value = member.value(whole);
            add(value, Some(&member.key_text(whole)), take).map_err(|why| format!("line {}: {why}", line(value)))?;
        }
        return Ok(());
    }
    for element in json::elements(whole) {
        add(element, None, take).map_err(|why| format!("line {}: {why}", line(element)))?;
    }
    Ok(())
}

/// Adds one entry: of this device, or of the one that is named in it.
fn add(entry: &[u8], device: Option<&str>, take: &mut Take<'_>) -> Result<(), String> {
    let mut members = Vec::new();
    json::members(entry, &mut members).map_err(|_| "a meter must be an object".to_owned())?;
    let mut cells: Vec<(Column, Cow<'_, str>)> = Vec::new();
    for member in &members {
        let Some(column) = Column::named(&member.key_text(entry)) else { continue };
        if cells.iter().any(|(other, _)| *other == column) {
            return Err(format!("{} occurs twice", column.word()));
        }
        if member.kind() != Kind::Null {
            cells.push((column, text_of(column, member, entry)?));
        }
    }
    if let Some(device) = device {
        cells.retain(|(column, _)| *column != Column::Device);
        cells.push((Column::Device, device.into()));
    } else if !cells.iter().any(|(column, _)| *column == Column::Device) {
        return Err("there is no device".to_owned());
    }
    take(&cells)
}

fn text_of<'e>(column: Column, member: &Member, entry: &'e [u8]) -> Result<Cow<'e, str>, String> {
    let number = || String::from_utf8_lossy(member.value(entry));
    let what = match (column.json(), member.kind()) {
        (Form::Number | Form::Either, Kind::Number) => return Ok(number()),
        (Form::Text | Form::Either, Kind::String) => return Ok(member.text(entry).unwrap_or_default()),
        (Form::Number, _) => "a number",
        (Form::Text, _) => "text",
        (Form::Either, _) => "text or a number",
    };
    Err(format!("{} {} is not {what}", column.word(), number()))
}
