//! What a value looks like that is not what was expected: a hint for people, never a decision.

use crate::reading::error::{Code, Fault};

/// What to say of a value that is of the wrong type, or out of range.
pub(crate) fn of(fault: &Fault) -> &'static str {
    match fault.code {
        Code::Range | Code::Type => decimal(&fault.found),
        _ => "",
    }
}

/// What to say of a JSON text that stands where a number was expected: `"10,3"` has a comma before its decimals.
pub(crate) fn decimal(found: &str) -> &'static str {
    let text = found.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default().trim();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.trim_start_matches(['-', '+']).split_once(',');
    match number {
        Some((whole, decimals)) if digits(whole) && digits(decimals) => " (--decimal ,?)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn a_comma_before_decimals_is_seen() {
        for text in ["\"10,3\"", "\"-0,5\"", "\" +1,25 \"", "\"1,234\""] {
            assert_eq!(decimal(text), " (--decimal ,?)", "{text}");
        }
        for text in ["10,3", "\"10.3\"", "\"a,b\"", "\",5\"", "\"1,2,3\"", "\"\"", "", "\"", "\"1,2 V\""] {
            assert_eq!(decimal(text), "", "{text}");
        }
    }
}
