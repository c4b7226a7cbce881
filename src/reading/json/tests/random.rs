//! The same laws with random texts.

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// Numbers in every spelling that the grammar has, long ones and extreme ones among them.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "-?(0|[1-9][0-9]{0,5})(\\.[0-9]{1,6})?",
        2 => "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?",
        1 => "-?[1-9][0-9]{290,320}(\\.[0-9]{1,5})?([eE]-?[0-9]{1,3})?",
        1 => any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(|x| format!("{x:e}")),
        1 => any::<i64>().prop_map(|x| x.to_string()),
    ]
}

fn string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[a-zA-Z0-9 ._:-]{0,12}",
        1 => "\\PC{0,6}".prop_map(|s| s.replace(['\\', '"'], "")),
        1 => r#"\\["\\/bfnrt]"#,
        1 => any::<char>().prop_map(|c| c.encode_utf16(&mut [0; 2]).iter().map(|u| format!("\\u{u:04x}")).collect()),
        1 => "\\\\u[0-9a-fA-F]{4}",
    ];
    vec(piece, 0..4).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn blank() -> impl Strategy<Value = String> {
    prop_oneof![5 => Just(String::new()), 1 => "[ \t\r\n]{0,3}"]
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![number(), string(), prop_oneof!["true", "false", "null"],];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            1 => array(inner.clone()),
            2 => object_of(inner),
        ]
    })
}

fn array(inner: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    vec((blank(), inner, blank()), 0..6).prop_map(|elements| {
        let elements: Vec<_> = elements.into_iter().map(|(a, e, b)| format!("{a}{e}{b}")).collect();
        format!("[{}]", elements.join(","))
    })
}

fn object_of(inner: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    vec((blank(), string(), blank(), inner, blank()), 0..6).prop_map(|members| {
        let members: Vec<_> = members.into_iter().map(|(a, k, b, v, c)| format!("{a}{k}{b}:{b}{v}{c}")).collect();
        format!("{{{}}}", members.join(","))
    })
}

fn any_json() -> impl Strategy<Value = String> {
    (blank(), prop_oneof![1 => json(), 3 => object_of(json())], blank()).prop_map(|(a, v, b)| format!("{a}{v}{b}"))
}

const TOKENS: [&str; 44] = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\"a\"", "\"\"", "{\"a\":", "0", "1", "-", "9", ".", "e", "E", "+",
    "1e308", "1e309", "true", "false", "null", "nul", " ", "\n", "\t", "\u{b}", "\0", "\\u", "d83d", "\\ude00", "\\n",
    "é", "😀", "\u{feff}", "\u{2028}", "\u{7f}", "12345678", "abcdefgh", "/", "~", "NaN",
];

fn soup() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(proptest::sample::select(TOKENS.to_vec()), 0..14).prop_map(|t| t.concat().into_bytes()),
        "[\\[\\]{}:,\"\\\\0-9eE.+\\-tfn u\t]{0,24}".prop_map(String::into_bytes),
        vec(any::<u8>(), 0..32),
        vec(any::<u8>(), 0..24).prop_map(|b| [b"{\"k\":\"", &b[..], b"\"}"].concat()),
        "[0-9eE.+\\-]{0,30}".prop_map(|n| format!("{{\"k\":{n}}}").into_bytes()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_on_valid_text(text in any_json()) {
        agrees(text.as_bytes());
    }

    #[test]
    fn agrees_on_damaged_text(
        text in any_json(),
        damage in vec((any::<prop::sample::Index>(), any::<u8>(), 0..4), 1..4),
    ) {
        let mut bytes = text.into_bytes();
        for (at, byte, how) in damage {
            let at = at.index(bytes.len().max(1));
            match how {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => { bytes.remove(at); }
                2 => bytes.truncate(at),
                _ => {
                    let token = TOKENS[usize::from(byte) % TOKENS.len()];
                    bytes.splice(at..at, token.bytes());
                }
            }
        }
        agrees(&bytes);
    }

    #[test]
    fn agrees_on_soup(text in soup()) {
        agrees(&text);
        // Whatever it is, nothing here may panic on it.
        let text_lossy = String::from_utf8_lossy(&text);
        let _ = (unescape(&text), parse_f64(&text), elements(&text).count(), pointer(&text, &text_lossy));
        compact(&text, &mut Vec::new());
    }

    #[test]
    fn numbers_as_the_standard_library(text in number()) {
        let ours = parse_f64(text.as_bytes()).unwrap();
        for line in [format!("{{\"v\":{text}}}"), format!("{{\"v\":{text},\"u\":10}}")] {
            // As a member it may be out of range.
            if let Ok(members) = found(line.as_bytes()) {
                prop_assert_eq!(members[0].number(line.as_bytes()).unwrap().to_bits(), ours.to_bits());
            }
        }
        prop_assert_eq!(ours.to_bits(), text.parse::<f64>().unwrap().to_bits());
    }

    #[test]
    fn numbers_are_written_as_serde_json_does(x in any::<f64>().prop_filter("finite", |x| x.is_finite())) {
        let mut to = Vec::new();
        write_f64(x, &mut to);
        prop_assert_eq!(&to, &serde_json::to_vec(&x).unwrap());
        prop_assert_eq!(parse_f64(&to).unwrap().to_bits(), x.to_bits());
    }

    #[test]
    fn short_numbers_are_written_as_serde_json_does(thousandths in -110_000_000..110_000_000i32, per in 0..5) {
        let x = f64::from(thousandths) / 10f64.powi(per);
        for x in [x, x.next_up(), x.next_down()] {
            let mut to = Vec::new();
            write_f64(x, &mut to);
            prop_assert_eq!(&to, &serde_json::to_vec(&x).unwrap());
        }
    }

    #[test]
    fn keys_are_compared_in_any_length(name in "[ab]{0,18}", other in "[ab]{0,18}", twin in any::<bool>()) {
        let other = if twin { &name } else { &other };
        for line in [format!("{{\"{other}\":1}}"), format!("{{\"{other}\":\"more behind it\"}}")] {
            let members = found(line.as_bytes()).unwrap();
            prop_assert_eq!(members[0].key_is_spelled(line.as_bytes(), &Name::new(name.clone())), *other == name);
        }
    }

    #[test]
    fn strings_are_written_as_serde_json_does(text in any::<String>(), controls in "[\u{0}-\u{7f}]{0,40}") {
        for text in [text, controls] {
            let mut to = Vec::new();
            write_string(&text, &mut to);
            prop_assert_eq!(&to, &serde_json::to_vec(&text).unwrap());
            prop_assert_eq!(unescape(&to[1..to.len() - 1]), text);
        }
    }
}
