//! A bare value: what switches and sensors send that say nothing but their reading.

use super::value::{Nulls, Numbers};
use crate::reading::json;

/// Words that are 1, and words that are 0.
const ON: [&str; 6] = ["on", "true", "open", "opened", "online", "yes"];
const OFF: [&str; 6] = ["off", "false", "closed", "close", "offline", "no"];

/// No unit is longer.
const LONGEST_UNIT: usize = 12;

/// Appends the record of a value: a number, with its unit if one follows it; `on` and `off` and their like are 1 and
/// 0; anything else is text. False: there is nothing.
pub(super) fn record(text: &str, numbers: &Numbers, nulls: &Nulls, to: &mut Vec<u8>) -> bool {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).trim();
    if text.is_empty() {
        return false;
    }
    let is = |words: &[&str]| words.iter().any(|word| inner.eq_ignore_ascii_case(word));
    if nulls.has(inner) {
        to.extend_from_slice(b"{\"value\":null}");
    } else if let Some(number) = numbers.read(inner) {
        to.extend_from_slice(format!("{{\"value\":{number}}}").as_bytes());
    } else if is(&ON) || is(&OFF) {
        to.extend_from_slice(if is(&ON) { b"{\"value\":1}" } else { b"{\"value\":0}" });
    } else if let Some((number, unit)) = with_unit(inner, numbers) {
        to.extend_from_slice(format!("{{\"value\":{number},\"unit\":").as_bytes());
        json::write_string(unit, to);
        to.push(b'}');
    } else {
        to.extend_from_slice(b"{\"text\":");
        json::write_string(inner, to);
        to.push(b'}');
    }
    true
}

/// `21.5 °C`, `230V`, `3,5 km/h`.
fn with_unit<'t>(text: &'t str, numbers: &Numbers) -> Option<(String, &'t str)> {
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | ',')).filter(|end| *end > 0)?;
    let (number, unit) = text.split_at(end);
    let unit = unit.trim_start();
    let begins = unit.starts_with(|c: char| c.is_alphabetic() || matches!(c, '°' | '%' | 'µ' | 'Ω'));
    let is_unit = begins && unit.chars().count() <= LONGEST_UNIT && !unit.contains(char::is_whitespace);
    let number = numbers.read(number)?;
    is_unit.then_some((number, unit))
}
