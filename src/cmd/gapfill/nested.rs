//! Values inside objects and arrays, which `--value` names by JSON pointers.
//!
//! The rule is that of a record's own fields, at every depth: a number that is named is computed, anything else is carried if
//! both sides agree. An element of an array cannot be omitted: then the array is.

use crate::reading::counterpart::Counterparts;
use crate::reading::json::{self, Kind};
use crate::reading::record::{Field, Record};

/// Writes the value between two; false: there is none.
type Compute<'c> = dyn FnMut(&Field<'_>, &Field<'_>, &mut Vec<u8>) -> bool + 'c;

/// What is left of the paths that begin with this name.
pub(super) fn below<'p>(paths: &[&'p [String]], name: &str) -> Vec<&'p [String]> {
    paths
        .iter()
        .filter_map(|path| path.split_first().filter(|(first, _)| *first == name).map(|(_, rest)| rest))
        .collect()
}

/// Appends the value that stands between two, of which some numbers lie on these paths; false: there is none.
pub(super) fn write(
    a: &Field<'_>,
    b: &Field<'_>,
    paths: &[&[String]],
    compute: &mut Compute<'_>,
    to: &mut Vec<u8>,
) -> bool {
    if paths.iter().any(|path| path.is_empty()) {
        return compute(a, b, to);
    }
    match (a.kind(), b.kind()) {
        _ if paths.is_empty() => carry(a, b, to),
        (Kind::Object, Kind::Object) => object(a.raw(), b.raw(), paths, compute, to),
        (Kind::Array, Kind::Array) => array(a.raw(), b.raw(), paths, compute, to),
        _ => carry(a, b, to),
    }
}

fn carry(a: &Field<'_>, b: &Field<'_>, to: &mut Vec<u8>) -> bool {
    let same = a.raw() == b.raw();
    if same {
        to.extend_from_slice(a.raw());
    }
    same
}

fn object(a: &[u8], b: &[u8], paths: &[&[String]], compute: &mut Compute<'_>, to: &mut Vec<u8>) -> bool {
    let (mut of_a, mut of_b) = (Vec::new(), Vec::new());
    if json::members(a, &mut of_a).is_err() || json::members(b, &mut of_b).is_err() {
        return false;
    }
    let (a, b) = (Record::kept(a, &of_a), Counterparts::of(Record::kept(b, &of_b)));
    let begin = to.len();
    let mut separator = b'{';
    for (place, field) in a.fields().enumerate() {
        let Some(other) = b.find(place, &field) else { continue };
        let start = to.len();
        to.push(separator);
        to.push(b'"');
        to.extend_from_slice(field.raw_name());
        to.extend_from_slice(b"\":");
        if write(&field, &other, &below(paths, &field.name()), compute, to) {
            separator = b',';
        } else {
            to.truncate(start);
        }
    }
    to.push(b'}');
    if separator == b'{' {
        to.truncate(begin);
    }
    separator == b','
}

fn array(a: &[u8], b: &[u8], paths: &[&[String]], compute: &mut Compute<'_>, to: &mut Vec<u8>) -> bool {
    let begin = to.len();
    let (mut of_a, mut of_b) = (json::elements(a), json::elements(b));
    to.push(b'[');
    for at in 0.. {
        let (one, other) = match (of_a.next(), of_b.next()) {
            (None, None) => break,
            (Some(one), Some(other)) => (one, other),
            // Of unlike lengths: nothing says which elements belong together.
            _ => {
                to.truncate(begin);
                return false;
            }
        };
        if at > 0 {
            to.push(b',');
        }
        let [one, other] = [one, other].map(Field::alone);
        if !write(&one, &other, &below(paths, &at.to_string()), compute, to) {
            to.truncate(begin);
            return false;
        }
    }
    to.push(b']');
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(a: &str, b: &str, pointers: &[&str]) -> Option<String> {
        let paths: Vec<Vec<String>> = pointers.iter().map(|pointer| json::tokens(pointer).unwrap()).collect();
        let paths: Vec<&[String]> = paths.iter().map(Vec::as_slice).collect();
        let mut mean = |a: &Field<'_>, b: &Field<'_>, to: &mut Vec<u8>| match (a.number(), b.number()) {
            (Some(a), Some(b)) => {
                json::write_f64((a + b) / 2.0, to);
                true
            }
            _ => false,
        };
        let mut to = Vec::new();
        let [a, b] = [a, b].map(|text| Field::alone(text.as_bytes()));
        write(&a, &b, &paths, &mut mean, &mut to).then(|| String::from_utf8(to).unwrap())
    }

    #[test]
    fn numbers_on_paths_are_computed_and_the_rest_is_carried() {
        let a = r#"{"t":20,"u":"C","deep":{"x~/y":[1,{"z":2}]},"n":1}"#;
        let b = r#"{"n":2,"deep":{"x~/y":[3,{"z":6}]},"u":"C","t":22}"#;
        assert_eq!(between(a, b, &["/t"]).unwrap(), r#"{"t":21.0,"u":"C"}"#);
        assert_eq!(
            between(a, b, &["/deep/x~0~1y/1/z", "/deep/x~0~1y/0"]).unwrap(),
            r#"{"u":"C","deep":{"x~/y":[2.0,{"z":4.0}]}}"#
        );
        assert_eq!(between(a, b, &["/deep/x~0~1y/1/z"]).unwrap(), r#"{"u":"C"}"#);
        assert_eq!(between("[1]", "[1,2]", &["/0"]), None);
        assert_eq!(between(r#"{"t":1}"#, r#"{"t":null}"#, &["/t"]), None);
    }
}
