//! Words in a schema that mean nothing there. JSON Schema ignores them, so that a misspelled `required` would
//! let everything pass; here they are told.

use super::document::push_token;
use jsonschema::Draft;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// Where in a keyword's value there are schemas again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Nothing,
    /// One schema, or an array of schemas.
    Schemas,
    /// An object of schemas by name.
    ByName,
}

use Holds::{ByName, Nothing, Schemas};

/// The keywords, each with the first and the last draft that knows it (4, 6, 7, 2019, 2020).
const KEYWORDS: [(&str, Holds, u16, u16); 63] = [
    ("$anchor", Nothing, 2019, 2020),
    ("$comment", Nothing, 4, 2020),
    ("$defs", ByName, 4, 2020),
    ("$dynamicAnchor", Nothing, 2020, 2020),
    ("$dynamicRef", Nothing, 2020, 2020),
    ("$id", Nothing, 6, 2020),
    ("$recursiveAnchor", Nothing, 2019, 2019),
    ("$recursiveRef", Nothing, 2019, 2019),
    ("$ref", Nothing, 4, 2020),
    ("$schema", Nothing, 4, 2020),
    ("$vocabulary", Nothing, 2019, 2020),
    ("additionalItems", Schemas, 4, 2019),
    ("additionalProperties", Schemas, 4, 2020),
    ("allOf", Schemas, 4, 2020),
    ("anyOf", Schemas, 4, 2020),
    ("const", Nothing, 6, 2020),
    ("contains", Schemas, 6, 2020),
    ("contentEncoding", Nothing, 6, 2020),
    ("contentMediaType", Nothing, 6, 2020),
    ("contentSchema", Schemas, 2019, 2020),
    ("default", Nothing, 4, 2020),
    ("definitions", ByName, 4, 2020),
    ("dependencies", ByName, 4, 2020),
    ("dependentRequired", Nothing, 2019, 2020),
    ("dependentSchemas", ByName, 2019, 2020),
    ("deprecated", Nothing, 4, 2020),
    ("description", Nothing, 4, 2020),
    ("else", Schemas, 7, 2020),
    ("enum", Nothing, 4, 2020),
    ("examples", Nothing, 4, 2020),
    ("exclusiveMaximum", Nothing, 4, 2020),
    ("exclusiveMinimum", Nothing, 4, 2020),
    ("format", Nothing, 4, 2020),
    ("id", Nothing, 4, 4),
    ("if", Schemas, 7, 2020),
    ("items", Schemas, 4, 2020),
    ("maxContains", Nothing, 2019, 2020),
    ("maxItems", Nothing, 4, 2020),
    ("maxLength", Nothing, 4, 2020),
    ("maxProperties", Nothing, 4, 2020),
    ("maximum", Nothing, 4, 2020),
    ("minContains", Nothing, 2019, 2020),
    ("minItems", Nothing, 4, 2020),
    ("minLength", Nothing, 4, 2020),
    ("minProperties", Nothing, 4, 2020),
    ("minimum", Nothing, 4, 2020),
    ("multipleOf", Nothing, 4, 2020),
    ("not", Schemas, 4, 2020),
    ("oneOf", Schemas, 4, 2020),
    ("pattern", Nothing, 4, 2020),
    ("patternProperties", ByName, 4, 2020),
    ("prefixItems", Schemas, 2020, 2020),
    ("properties", ByName, 4, 2020),
    ("propertyNames", Schemas, 6, 2020),
    ("readOnly", Nothing, 4, 2020),
    ("required", Nothing, 4, 2020),
    ("then", Schemas, 7, 2020),
    ("title", Nothing, 4, 2020),
    ("type", Nothing, 4, 2020),
    ("unevaluatedItems", Schemas, 2019, 2020),
    ("unevaluatedProperties", Schemas, 2019, 2020),
    ("uniqueItems", Nothing, 4, 2020),
    ("writeOnly", Nothing, 4, 2020),
];

/// In the value of this keyword there are schemas by name.
pub(super) fn holds_by_name(name: &str) -> bool {
    KEYWORDS.iter().any(|(keyword, holds, ..)| *holds == ByName && *keyword == name)
}

/// What is ignored in a schema, in words, one entry for each place.
pub(super) fn unknown(schema: &Value) -> Vec<String> {
    let draft = Draft::default().detect(schema);
    let year = match draft {
        Draft::Draft4 => 4,
        Draft::Draft6 => 6,
        Draft::Draft7 => 7,
        Draft::Draft201909 => 2019,
        Draft::Draft202012 => 2020,
        // Its own vocabulary decides what it knows.
        _ => return Vec::new(),
    };
    let mut found = Vec::new();
    let mut refs = Vec::new();
    look(schema, draft, year, String::new(), &mut found, &mut refs);
    // What `$ref` leads to is a schema too, wherever it is in the file; each place once.
    let mut seen: HashSet<String> = HashSet::new();
    while let Some(pointer) = refs.pop() {
        if !seen.contains(&pointer)
            && let Some(inner) = schema.pointer(&pointer)
        {
            seen.insert(pointer.clone());
            look(inner, draft, year, pointer, &mut found, &mut refs);
        }
    }
    let mut found_once = HashSet::new();
    found.retain(|text| found_once.insert(text.clone()));
    found
}

/// `refs`: places in the same file that `$ref` leads to.
fn look(schema: &Value, draft: Draft, year: u16, pointer: String, found: &mut Vec<String>, refs: &mut Vec<String>) {
    let Value::Object(members) = schema else { return };
    let inside = |name: &str| {
        let mut pointer = pointer.clone();
        push_token(&mut pointer, name);
        pointer
    };
    for (name, value) in members {
        let place = inside(name);
        let Some((_, holds, first, last)) = KEYWORDS.iter().find(|(keyword, ..)| keyword == name) else {
            // By custom the names of extensions begin so.
            if !name.starts_with("x-") {
                found.push(format!("the keyword at {place} is unknown and ignored"));
            }
            continue;
        };
        if year < *first || year > *last {
            found.push(format!("the keyword at {place} is not one of {}, and is ignored", name_of(year)));
            continue;
        }
        if let ("$ref" | "$dynamicRef" | "$recursiveRef", Some(to)) = (&name[..], value.as_str()) {
            refs.extend(to.strip_prefix('#').filter(|to| to.starts_with('/')).map(decoded));
        }
        if name == "format"
            && let Some(format) = value.as_str()
            && !jsonschema::options().is_known_format(draft, format)
        {
            found.push(format!("the format {format:?} at {place} is unknown and not checked"));
        }
        match (holds, value) {
            (Nothing, _) => {}
            (Schemas, Value::Array(schemas)) => {
                for (i, schema) in schemas.iter().enumerate() {
                    look(schema, draft, year, format!("{place}/{i}"), found, refs);
                }
            }
            (Schemas, schema) => look(schema, draft, year, place, found, refs),
            (ByName, Value::Object(schemas)) => by_name(schemas, draft, year, &place, found, refs),
            (ByName, _) => {}
        }
    }
}

/// A fragment of a URI without its `%XX`.
fn decoded(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let [first, others @ ..] = rest {
        let digits = others.get(..2).filter(|_| *first == b'%').and_then(|two| str::from_utf8(two).ok());
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &others[2..];
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn by_name(
    schemas: &Map<String, Value>,
    draft: Draft,
    year: u16,
    place: &str,
    found: &mut Vec<String>,
    refs: &mut Vec<String>,
) {
    for (name, schema) in schemas {
        let mut pointer = place.to_owned();
        push_token(&mut pointer, name);
        look(schema, draft, year, pointer, found, refs);
    }
}

fn name_of(year: u16) -> String {
    match year {
        2019 => "draft 2019-09".to_owned(),
        2020 => "draft 2020-12".to_owned(),
        number => format!("draft {number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted_by_key(|(name, ..)| *name));
    }

    #[test]
    fn misspelled_and_untimely_keywords_are_found_where_schemas_are() {
        let schema = json!({
            "requird": ["a"],
            "x-owner": "me",
            "enum": [{"notAKeyword": 1}],
            "properties": {"minimun": {"minimun": 1}, "a/b": {"allOf": [true, {"tpye": 1}]}},
            "if": {"not": {"foo": 1}},
            "additionalItems": {"bar": 1},
            "format": "date-tiem",
        });
        let found = unknown(&schema);
        let places = ["/requird", "/properties/minimun/minimun", "/properties/a~1b/allOf/1/tpye", "/if/not/foo"];
        for place in places {
            assert!(found.iter().any(|text| text.contains(&format!("at {place} is unknown"))), "{place}: {found:#?}");
        }
        assert!(found.iter().any(|text| text.contains("/additionalItems is not one of draft 2020-12")));
        assert!(found.iter().any(|text| text.contains("\"date-tiem\" at /format")));
        assert_eq!(found.len(), places.len() + 2, "{found:#?}");
    }

    /// Also behind a `$ref`, to a place that is no keyword's (K53).
    #[test]
    fn what_a_reference_leads_to_is_looked_at_once() {
        let schema = json!({
            "properties": {"a": {"$ref": "#/x-parts/when%20it%20was"}, "b": {"$ref": "#/$defs/c"}},
            "x-parts": {"when it was": {"format": "date-tiem", "not": {"$ref": "#/x-parts/when it was"}}},
            "$defs": {"c": {"format": "uri-lenient"}},
        });
        let found = unknown(&schema);
        assert_eq!(found.len(), 2, "{found:#?}");
        assert!(found.iter().any(|text| text.contains("\"date-tiem\" at /x-parts/when it was/format")), "{found:#?}");
    }

    #[test]
    fn each_draft_has_its_own() {
        let told = |schema: &str, body: Value| {
            let mut schema_of = json!({"$schema": schema});
            schema_of["properties"] = json!({"a": body});
            unknown(&schema_of).len()
        };
        let (four, seven) = ("http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-07/schema#");
        assert_eq!(told(four, json!({"id": "x", "const": 1, "if": true})), 2);
        assert_eq!(told(seven, json!({"const": 1, "if": true, "prefixItems": []})), 1);
        assert_eq!(
            told("https://json-schema.org/draft/2019-09/schema", json!({"$recursiveRef": "#", "minContains": 1})),
            0
        );
        assert_eq!(told("https://example.com/own", json!({"anything": 1})), 0);
    }
}
