//! The keywords of a schema that compare numbers, by the digits of both: a double does not tell 18014398509481984.25 from
//! 18014398509481984.
//!
//! Decision: a schema in memory has doubles, too. What is written in the file and no double holds is kept beside it, as a text,
//! under a name that no draft has.

use super::document::{Document, Places};
use super::keywords;
use super::node::{At, InLine};
use crate::reading::json::{self, Decimal, Kind};
use jsonschema::json::{Array, JsonNumber as _, Node as _, Object};
use jsonschema::{Keyword, ValidationError, ValidationOptions};
use serde_json::{Map, Value};
use std::cmp::Ordering;

/// Begins the name under which the digits of a keyword's number are kept.
const KEPT: &str = "x-kymo-digits-of-";

/// The keywords with a limit, and what they allow.
const LIMITS: [(&str, Allows); 5] = [
    ("exclusiveMaximum", |number, limit| number.compare(limit) == Ordering::Less),
    ("exclusiveMinimum", |number, limit| number.compare(limit) == Ordering::Greater),
    ("maximum", |number, limit| number.compare(limit) != Ordering::Greater),
    ("minimum", |number, limit| number.compare(limit) != Ordering::Less),
    ("multipleOf", |number, limit| number.decimal().is_multiple_of(&limit.decimal())),
];

type Allows = fn(&Digits<'_>, &Digits<'_>) -> bool;

/// A number as it is spelled, and the double that is nearest to it.
struct Digits<'a> {
    text: std::borrow::Cow<'a, str>,
    double: f64,
}

impl<'a> Digits<'a> {
    fn of(text: std::borrow::Cow<'a, str>) -> Digits<'a> {
        let double = json::parse_f64(text.as_bytes()).unwrap_or(0.0);
        Digits { text, double }
    }

    fn decimal(&self) -> Decimal {
        Decimal::read(&self.text)
    }

    /// The doubles decide where they differ: rounding keeps the order.
    fn compare(&self, other: &Digits<'_>) -> Ordering {
        match self.double.partial_cmp(&other.double) {
            Some(order) if order != Ordering::Equal => order,
            _ if self.text == other.text => Ordering::Equal,
            _ => self.decimal().cmp(&other.decimal()),
        }
    }
}

/// Has the validator compare numbers by their digits. `has_const`: the schema's draft has that keyword.
pub(super) fn comparing<'o, R>(
    mut options: ValidationOptions<'o, R, InLine>,
    has_const: bool,
) -> ValidationOptions<'o, R, InLine> {
    for (name, allows) in LIMITS {
        options = options.with_keyword(name, move |parent, value, _| limit(name, allows, parent, value));
    }
    if has_const {
        options = options.with_keyword("const", |parent, value, _| constant("const", parent, value));
    }
    options.with_keyword("enum", |parent, value, _| constant("enum", parent, value))
}

type Compiled<'a> = Result<Box<dyn for<'i> Keyword<'i, InLine>>, ValidationError<'a>>;

/// The spelling of a keyword's value.
fn text_of(name: &str, parent: &Map<String, Value>, value: &Value) -> String {
    let kept = parent.get(&format!("{KEPT}{name}")).and_then(Value::as_str);
    kept.map_or_else(|| value.to_string(), str::to_owned)
}

fn limit<'a>(name: &'static str, allows: Allows, parent: &Map<String, Value>, value: &Value) -> Compiled<'a> {
    // Draft 4 says with `true` beside a limit that it is not allowed itself.
    let is_exclusive = |name: &str| parent.get(name) == Some(&Value::Bool(true));
    let allows = match name {
        "maximum" if is_exclusive("exclusiveMaximum") => LIMITS[0].1,
        "minimum" if is_exclusive("exclusiveMinimum") => LIMITS[1].1,
        _ => allows,
    };
    if !value.is_number() {
        return Ok(Box::new(Limit { limit: None, allows, words: String::new() }));
    }
    let text = text_of(name, parent, value);
    let words = match name {
        "exclusiveMaximum" => "less than",
        "exclusiveMinimum" => "more than",
        "maximum" => "at most",
        "minimum" => "at least",
        _ => "a multiple of",
    };
    let limit = Digits::of(text.into());
    if name == "multipleOf" && !limit.decimal().can_divide() {
        return Err(ValidationError::custom(format!("multipleOf {} has too many digits", limit.text)));
    }
    let words = format!("{words} {}", limit.text);
    Ok(Box::new(Limit { limit: Some(limit), allows, words }))
}

struct Limit {
    /// `None`: it says something about another keyword.
    limit: Option<Digits<'static>>,
    allows: Allows,
    words: String,
}

impl<'i> Keyword<'i, InLine> for Limit {
    fn is_valid(&self, instance: At<'i>) -> bool {
        let (Some(limit), Some(number)) = (&self.limit, instance.as_number()) else { return true };
        (self.allows)(&Digits::of(number.as_str()), limit)
    }

    fn validate(&self, instance: At<'i>) -> Result<(), ValidationError<'i>> {
        let is_valid = Keyword::<InLine>::is_valid(self, instance);
        if is_valid { Ok(()) } else { Err(ValidationError::custom(self.words.clone())) }
    }
}

fn constant<'a>(name: &'static str, parent: &Map<String, Value>, value: &Value) -> Compiled<'a> {
    let text = text_of(name, parent, value);
    let mut places = Places::default();
    let document = places.read(&text);
    let allowed = match (name, Constant::read(&document, 0)) {
        ("enum", Constant::Array(options)) => options,
        (_, only) => vec![only],
    };
    let words = match name {
        "enum" => format!("one of {}", crate::reading::error::excerpt(&text)),
        _ => crate::reading::error::excerpt(&text),
    };
    Ok(Box::new(OneOf { allowed, words }))
}

/// `enum`, or `const` with one value.
struct OneOf {
    allowed: Vec<Constant>,
    words: String,
}

impl<'i> Keyword<'i, InLine> for OneOf {
    fn is_valid(&self, instance: At<'i>) -> bool {
        self.allowed.iter().any(|constant| constant.is(&instance))
    }

    fn validate(&self, instance: At<'i>) -> Result<(), ValidationError<'i>> {
        let is_valid = Keyword::<InLine>::is_valid(self, instance);
        if is_valid { Ok(()) } else { Err(ValidationError::custom(self.words.clone())) }
    }
}

/// A value in a schema.
enum Constant {
    Null,
    Bool(bool),
    Number(Digits<'static>),
    Text(String),
    Array(Vec<Constant>),
    Object(Vec<(Box<str>, Constant)>),
}

impl Constant {
    fn read(document: &Document<'_>, at: usize) -> Constant {
        let Some(place) = document.places().get(at) else { return Constant::Null };
        match place.kind {
            Kind::Null => Constant::Null,
            Kind::False => Constant::Bool(false),
            Kind::True => Constant::Bool(true),
            Kind::Number => Constant::Number(Digits::of(document.raw(place).to_owned().into())),
            Kind::String => Constant::Text(document.string(place).unwrap_or_default().into_owned()),
            Kind::Array => Constant::Array(document.inside(at).map(|i| Constant::read(document, i)).collect()),
            Kind::Object => {
                let key = |i: usize| document.key(&document.places()[i]).into();
                Constant::Object(document.inside(at).map(|i| (key(i), Constant::read(document, i))).collect())
            }
        }
    }

    fn is(&self, node: &At<'_>) -> bool {
        match self {
            Constant::Null => node.is_null(),
            Constant::Bool(value) => node.as_boolean() == Some(*value),
            Constant::Number(value) => {
                node.as_number().is_some_and(|number| value.compare(&Digits::of(number.as_str())) == Ordering::Equal)
            }
            Constant::Text(value) => node.as_string().is_some_and(|text| text == *value),
            Constant::Array(values) => node.as_array().is_some_and(|array| {
                Array::len(&array) == values.len() && array.elements().zip(values).all(|(node, value)| value.is(&node))
            }),
            Constant::Object(members) => node.as_object().is_some_and(|object| {
                Object::len(&object) == members.len()
                    && members.iter().all(|(key, value)| object.get(key).is_some_and(|node| value.is(&node)))
            }),
        }
    }
}

/// Keeps, beside the numbers of a schema that no double holds, their digits. `text` is what `schema` was read from.
pub(super) fn keep_digits(text: &str, schema: &mut Value) {
    let mut places = Places::default();
    keep(&places.read(text), 0, schema, false);
}

/// `by_name`: an object of schemas by name, and no schema itself.
fn keep(document: &Document<'_>, at: usize, value: &mut Value, by_name: bool) {
    match value {
        Value::Array(values) => {
            for (i, value) in document.inside(at).zip(values) {
                keep(document, i, value, false);
            }
        }
        Value::Object(members) => {
            let mut kept = Vec::new();
            for i in document.inside(at) {
                let place = &document.places()[i];
                let key = document.key(place);
                let is_compared = !by_name
                    && match &*key {
                        "const" | "enum" => true,
                        name => place.kind == Kind::Number && LIMITS.iter().any(|(limit, _)| *limit == name),
                    };
                if is_compared {
                    if has_more_digits(document, i) {
                        kept.push((format!("{KEPT}{key}"), Value::from(document.raw(place))));
                    }
                } else if let Some(value) = members.get_mut(&*key) {
                    keep(document, i, value, !by_name && keywords::holds_by_name(&key));
                }
            }
            members.extend(kept);
        }
        _ => {}
    }
}

/// A number at this place, or in it, is not the one that is read of it.
fn has_more_digits(document: &Document<'_>, at: usize) -> bool {
    let Some(place) = document.places().get(at) else { return false };
    match place.kind {
        Kind::Number => {
            let raw = document.raw(place);
            let read: Option<Value> = serde_json::from_str(raw).ok();
            read.is_none_or(|read| Decimal::read(&read.to_string()) != Decimal::read(raw))
        }
        _ => document.inside(at).any(|i| has_more_digits(document, i)),
    }
}
