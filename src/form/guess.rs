//! What a line looks like that is no record: a hint for people, never a decision.

use crate::reading::json;

/// As many bytes are looked at.
const LOOK: usize = 512;

/// What to do with a line that is no JSON object.
pub(crate) fn hint(line: &[u8]) -> Option<&'static str> {
    let line = json::trimmed(&line[..line.len().min(LOOK)]);
    let text = match str::from_utf8(line) {
        Ok(text) => text,
        Err(why) => str::from_utf8(line.get(..why.valid_up_to())?).ok()?,
    };
    let has = |c: char| text.contains(c);
    if text.starts_with('[') || text == "{" {
        return Some("this looks like JSON that is not one object a line: --from json");
    }
    if text.is_empty() || has('{') || has('<') || text.contains('\0') {
        return None;
    }
    let sentence = text.strip_prefix(['$', '!']).and_then(|text| text.split_once(','));
    if sentence.is_some_and(|(name, _)| name.len() >= 3 && name.bytes().all(|b| b.is_ascii_alphanumeric())) {
        return Some("this looks like NMEA 0183: --from nmea");
    }
    let fields = text.split_once(' ').map(|(_, fields)| fields);
    if fields.is_some_and(|fields| !fields.starts_with('=') && fields.split(' ').next().is_some_and(is_field)) {
        return Some("this looks like InfluxDB line protocol: --from influx");
    }
    if has('\t') {
        Some("this looks like values between tabs: --from tsv")
    } else if has(',') || has(';') {
        Some("this looks like CSV: --from csv")
    } else if text.parse::<f64>().is_ok() {
        Some("this looks like a bare value: --from text")
    } else {
        None
    }
}

/// `temperature=21.5,ok=t`.
fn is_field(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, value)| !name.is_empty() && !value.is_empty())
}
