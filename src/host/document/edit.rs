//! Changes to the text of a JSON object: found by a key, made in place, everything else left as it is spelled.

use crate::reading::error::{Error, Result};
use crate::reading::json::{self, Kind};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// Where in a document: names and indexes from the outside in.
///
/// `a.b.0`, as people say it; a dot that belongs to a name is spelled `\.`. Or a JSON pointer (RFC 6901) with its
/// slashes, `/a/b/0`, for names with many dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    tokens: Vec<String>,
    text: String,
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Key, String> {
        let tokens = match text.strip_prefix('/') {
            Some(pointer) => pointer.split('/').map(unescaped).collect::<Option<Vec<_>>>(),
            None => dotted(text),
        };
        let tokens = tokens.ok_or_else(|| format!("`{text}` is not a key: write it like a.b.0, or /a/b/0"))?;
        Ok(Key { tokens, text: text.to_owned() })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn dotted(text: &str) -> Option<Vec<String>> {
    let mut tokens = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '.' => tokens.push(String::new()),
            '\\' => tokens.last_mut()?.push(chars.next()?),
            c => tokens.last_mut()?.push(c),
        }
    }
    tokens.iter().all(|token| !token.is_empty()).then_some(tokens)
}

/// A token of a pointer: `~1` is a slash, `~0` a tilde, and nothing else has one.
fn unescaped(token: &str) -> Option<String> {
    let mut parts = token.split('~');
    let mut whole = parts.next()?.to_owned();
    for part in parts {
        whole.push(match part.chars().next()? {
            '0' => '~',
            '1' => '/',
            _ => return None,
        });
        whole.push_str(&part[1..]);
    }
    Some(whole)
}

impl Key {
    /// The pointer to its first `count` tokens.
    fn pointer(&self, count: usize) -> String {
        let token = |token: &String| format!("/{}", token.replace('~', "~0").replace('/', "~1"));
        self.tokens[..count].iter().map(token).collect()
    }

    fn find<'t>(&self, text: &'t [u8], count: usize) -> Option<&'t [u8]> {
        json::pointer(text, &self.pointer(count))
    }
}

/// What is there, as it is spelled.
pub(crate) fn get<'t>(text: &'t [u8], key: &Key) -> Option<&'t [u8]> {
    key.find(text, key.tokens.len())
}

/// Two values mean the same: the order of members and blanks do not count.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    let value = |text: &[u8]| serde_json::from_slice::<serde_json::Value>(text).ok();
    value(a).is_some_and(|a| Some(a) == value(b))
}

/// One change; values are JSON texts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    Set(Key, Vec<u8>),
    Add(Key, Vec<u8>),
    Subtract(Key, Vec<u8>),
    Multiply(Key, Vec<u8>),
    Append(Key, Vec<u8>),
    Delete(Key),
}

impl Change {
    /// Makes it in the text of an object. `Usage`: what is there cannot be changed so; the text is as it was.
    pub(crate) fn make(&self, text: &mut Vec<u8>) -> Result<()> {
        match self {
            Change::Set(key, value) => set(text, key, value),
            Change::Add(key, value) => calculate(text, key, value, '+'),
            Change::Subtract(key, value) => calculate(text, key, value, '-'),
            Change::Multiply(key, value) => calculate(text, key, value, '*'),
            Change::Append(key, value) => append(text, key, value),
            Change::Delete(key) => {
                delete(text, key);
                Ok(())
            }
        }
    }
}

fn set(text: &mut Vec<u8>, key: &Key, value: &[u8]) -> Result<()> {
    if let Some(found) = get(text, key) {
        let range = range_in(text, found);
        text.splice(range, value.iter().copied());
        return Ok(());
    }
    // What is there of the way, and the rest as objects in it.
    let there = (0..key.tokens.len()).rev().find_map(|count| Some((count, key.find(text, count)?)));
    let (count, outer) = there.unwrap_or((0, text));
    let range = range_in(text, outer);
    if outer.first() != Some(&b'{') {
        let outer = key.tokens[..count].join(".");
        let why = match text[range].first() {
            Some(b'[') => format!("{key}: the array {outer} has no such element (append adds one)"),
            _ => format!("{key}: {outer} is not an object"),
        };
        return Err(Error::usage(why));
    }
    let mut member = Vec::new();
    for (depth, token) in key.tokens[count..].iter().enumerate() {
        if depth > 0 {
            member.push(b'{');
        }
        json::write_string(token, &mut member);
        member.push(b':');
    }
    member.extend_from_slice(value);
    member.extend(std::iter::repeat_n(b'}', key.tokens.len() - count - 1));
    insert(text, range, &member);
    Ok(())
}

fn append(text: &mut Vec<u8>, key: &Key, value: &[u8]) -> Result<()> {
    let Some(array) = get(text, key) else {
        return set(text, key, &[b"[", value, b"]"].concat());
    };
    if array.first() != Some(&b'[') {
        return Err(Error::usage(format!("{key} is not an array: nothing can be appended")));
    }
    let range = range_in(text, array);
    insert(text, range, value);
    Ok(())
}

/// Puts one more into the object or the array that is there, at its end.
fn insert(text: &mut Vec<u8>, range: Range<usize>, what: &[u8]) {
    let inner = &text[range.start + 1..range.end - 1];
    // Behind the last value, before the blanks after that.
    let end = inner.iter().rposition(|b| !b.is_ascii_whitespace()).map_or(0, |at| at + 1);
    let comma: &[u8] = if end == 0 { b"" } else { b"," };
    let at = range.start + 1 + end;
    text.splice(at..at, [comma, what].concat());
}

fn delete(text: &mut Vec<u8>, key: &Key) {
    let Some((last, outer)) = key.tokens.last().zip(key.find(text, key.tokens.len() - 1)) else { return };
    let whole = range_in(text, outer);
    let values: Vec<Range<usize>> = match outer.first() {
        Some(b'{') => {
            let mut members = Vec::new();
            // It was checked as a whole.
            let _ = json::members(outer, &mut members);
            let place = members.iter().rposition(|member| member.key_is(outer, last));
            let Some(place) = place else { return };
            cut(text, &whole, members.iter().map(json::Member::value_range).collect(), place);
            // Of several of the name all go.
            return delete(text, key);
        }
        Some(b'[') => json::elements(outer).map(|element| range_in(outer, element)).collect(),
        _ => return,
    };
    if let Some(place) = last.parse().ok().filter(|place| *place < values.len()) {
        cut(text, &whole, values, place);
    }
}

/// Takes out one of the values of what is at `whole`, with its name and a comma. The ranges are in that.
fn cut(text: &mut Vec<u8>, whole: &Range<usize>, values: Vec<Range<usize>>, place: usize) {
    let out = match (place.checked_sub(1).map(|before| &values[before]), values.get(place + 1)) {
        (Some(before), _) => before.end..values[place].end,
        // Up to the comma, and the blanks after it.
        (None, Some(_)) => {
            let inner = &text[whole.clone()];
            let comma = inner[values[place].end..].iter().position(|&b| b == b',').unwrap_or(0);
            let behind = values[place].end + comma + 1;
            let blanks = inner[behind..].iter().take_while(|b| b.is_ascii_whitespace()).count();
            1..behind + blanks
        }
        (None, None) => 1..values[place].end,
    };
    text.drain(whole.start + out.start..whole.start + out.end);
}

fn calculate(text: &mut Vec<u8>, key: &Key, value: &[u8], operator: char) -> Result<()> {
    let result = {
        let old = match get(text, key) {
            Some(old) => old,
            // What was never counted is nothing yet.
            None if operator != '*' => b"0",
            None => return Err(Error::usage(format!("{key} does not exist: nothing can be multiplied"))),
        };
        for number in [old, value] {
            if json::check(number) != Ok(Kind::Number) {
                let found = crate::reading::error::excerpt(&String::from_utf8_lossy(number));
                return Err(Error::usage(format!("{key} {operator}= …: {found} is not a number")));
            }
        }
        number(old, value, operator).ok_or_else(|| {
            let found = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
            Error::usage(format!("{key}: {} {operator} {} is too large", found(old), found(value)))
        })?
    };
    set(text, key, &result)
}

/// Whole numbers exactly, from -2^63 to 2^64 - 1; others as doubles. `None`: beyond that.
fn number(a: &[u8], b: &[u8], operator: char) -> Option<Vec<u8>> {
    let whole = |text: &[u8]| str::from_utf8(text).ok()?.parse::<i128>().ok();
    let mut spelled = Vec::new();
    if let (Some(a), Some(b)) = (whole(a), whole(b)) {
        let result = match operator {
            '+' => a.checked_add(b),
            '-' => a.checked_sub(b),
            _ => a.checked_mul(b),
        };
        let range = i128::from(i64::MIN)..=i128::from(u64::MAX);
        spelled.extend_from_slice(result.filter(|result| range.contains(result))?.to_string().as_bytes());
        return Some(spelled);
    }
    let (a, b) = (json::parse_f64(a)?, json::parse_f64(b)?);
    let result = match operator {
        '+' => a + b,
        '-' => a - b,
        _ => a * b,
    };
    json::write_f64(Some(result).filter(|result| result.is_finite())?, &mut spelled);
    Some(spelled)
}

/// Where a part of a text is in it.
fn range_in(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr() - whole.as_ptr().addr();
    start..start + part.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        text.parse().unwrap()
    }

    fn changed(text: &str, change: Change) -> String {
        let mut bytes = text.as_bytes().to_vec();
        let result = change.make(&mut bytes);
        let after = String::from_utf8(bytes).unwrap();
        match result {
            Ok(()) => {
                json::check(after.as_bytes()).unwrap_or_else(|why| panic!("{after}: {why}"));
                after
            }
            Err(why) => {
                assert_eq!(after, text, "a change that fails changes nothing");
                format!("! {why}")
            }
        }
    }

    #[test]
    fn keys() {
        for (text, tokens) in [
            ("a", vec!["a"]),
            ("a.b.0", vec!["a", "b", "0"]),
            (r"a\.b.c\\d", vec!["a.b", r"c\d"]),
            ("/a/b.c/d~1e~0", vec!["a", "b.c", "d/e~"]),
            ("/", vec![""]),
            ("ü ü", vec!["ü ü"]),
        ] {
            assert_eq!(key(text).tokens, tokens, "{text}");
        }
        for text in ["", ".", "a.", ".a", "a..b", "a\\", "/a~", "/a~2"] {
            assert!(text.parse::<Key>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_not_touched_stays_as_it_is() {
        let text = "{ \"n\" : 1.50, \"big\":12345678901234567890123, \"a\" : [ 1, {\"b\":2e5} ]\n}\n";
        for (what, value, after) in [
            ("n", "2", text.replace("1.50", "2")),
            ("a.1.b", "null", text.replace("2e5", "null")),
            ("a.0", "{}", text.replace("[ 1", "[ {}")),
            ("a.1.c", "3", text.replace("2e5}", "2e5,\"c\":3}")),
            ("x.y.z", "\"t\"", text.replace("} ]\n", "} ],\"x\":{\"y\":{\"z\":\"t\"}}\n")),
        ] {
            assert_eq!(changed(text, Change::Set(key(what), value.into())), after);
        }
        assert_eq!(changed("{}", Change::Set(key("a"), b"1".to_vec())), "{\"a\":1}");
        assert_eq!(changed("{ }", Change::Set(key("/a\"b"), b"1".to_vec())), "{\"a\\\"b\":1 }");
        // Of several of a name the last counts.
        assert_eq!(changed("{\"a\":1,\"a\":2}", Change::Set(key("a"), b"3".to_vec())), "{\"a\":1,\"a\":3}");
        for (what, why) in [
            ("n.x", "! n.x: n is not an object"),
            ("a.2", "! a.2: the array a has no such element (append adds one)"),
            ("a.x.y", "! a.x.y: the array a has no such element (append adds one)"),
        ] {
            assert_eq!(changed(text, Change::Set(key(what), b"1".to_vec())), why);
        }
    }

    #[test]
    fn members_and_elements_come_and_go() {
        for (text, what, after) in [
            ("{\"a\":1}", "a", "{}"),
            ("{ \"a\" : 1 }", "a", "{ }"),
            ("{\"a\":1, \"b\":2,\"c\":3}", "a", "{\"b\":2,\"c\":3}"),
            ("{\"a\":1, \"b\":2,\"c\":3}", "b", "{\"a\":1,\"c\":3}"),
            ("{\"a\":1, \"b\":2, \"c\":3}", "c", "{\"a\":1, \"b\":2}"),
            ("{\"a\":1,\"b\":2,\"a\":3}", "a", "{\"b\":2}"),
            ("{\"a\":1}", "b", "{\"a\":1}"),
            ("{\"a\":1}", "a.b", "{\"a\":1}"),
            ("{\"a\":[1,2,3]}", "a.1", "{\"a\":[1,3]}"),
            ("{\"a\":[[1,2] , 3]}", "a.0", "{\"a\":[3]}"),
            ("{\"a\":[1]}", "a.0", "{\"a\":[]}"),
            ("{\"a\":[1]}", "a.1", "{\"a\":[1]}"),
            ("{\"a\":{\"b\":{\"c\":1}}}", "a.b", "{\"a\":{}}"),
        ] {
            assert_eq!(changed(text, Change::Delete(key(what))), after, "{text} {what}");
        }
        for (text, after) in [
            ("{}", "{\"a\":[7]}"),
            ("{\"a\":[ ]}", "{\"a\":[7 ]}"),
            ("{\"a\":[1, 2 ]}", "{\"a\":[1, 2,7 ]}"),
            ("{\"a\":3}", "! a is not an array: nothing can be appended"),
        ] {
            assert_eq!(changed(text, Change::Append(key("a"), b"7".to_vec())), after);
        }
    }

    #[test]
    fn whole_numbers_are_exact() {
        let sum = |old: &str, value: &str| changed(&format!("{{\"n\":{old}}}"), Change::Add(key("n"), value.into()));
        for (old, value, after) in [
            ("1", "1", "{\"n\":2}"),
            ("9007199254740993", "2", "{\"n\":9007199254740995}"),
            ("18446744073709551614", "1", "{\"n\":18446744073709551615}"),
            ("18446744073709551615", "1", "! n: 18446744073709551615 + 1 is too large"),
            ("-9223372036854775808", "-1", "! n: -9223372036854775808 + -1 is too large"),
            ("1", "0.5", "{\"n\":1.5}"),
            ("1e308", "1e308", "! n: 1e308 + 1e308 is too large"),
            ("\"1\"", "1", "! n += …: \"1\" is not a number"),
            ("1", "\"1\"", "! n += …: \"1\" is not a number"),
            ("null", "1", "! n += …: null is not a number"),
        ] {
            assert_eq!(sum(old, value), after);
        }
        assert_eq!(changed("{}", Change::Add(key("n"), b"1".to_vec())), "{\"n\":1}");
        assert_eq!(changed("{}", Change::Subtract(key("n.m"), b"1".to_vec())), "{\"n\":{\"m\":-1}}");
        assert_eq!(changed("{\"n\":6}", Change::Multiply(key("n"), b"7".to_vec())), "{\"n\":42}");
        assert_eq!(
            changed("{}", Change::Multiply(key("n"), b"7".to_vec())),
            "! n does not exist: nothing can be multiplied"
        );
    }

    #[test]
    fn values_are_the_same_however_they_are_spelled() {
        assert!(same(b"{\"a\":1, \"b\":[2]}", b"{\"b\":[ 2 ],\"a\":1}"));
        assert!(!same(b"1", b"\"1\"") && !same(b"null", b"") && !same(b"", b""));
    }
}
