//! A [`Document`] as the `jsonschema` crate sees it: the crate's traits for our own representation.

use super::document::{Document, Inside, Place};
use crate::reading::json::{self, Kind};
use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;

/// JSON as it stands in a line.
pub(super) struct InLine;

/// One value of a document; or a key, which a schema can be about too.
#[derive(Clone, Copy)]
pub(super) enum At<'a> {
    Place(&'a Document<'a>, usize),
    Key(&'a str),
}

impl<'a> At<'a> {
    /// The whole document.
    pub(super) fn root(document: &'a Document<'a>) -> At<'a> {
        At::Place(document, 0)
    }

    fn place(&self) -> Option<(&'a Document<'a>, &'a Place)> {
        match self {
            At::Place(document, index) => Some((document, document.places().get(*index)?)),
            At::Key(_) => None,
        }
    }

    fn kind(&self) -> Kind {
        self.place().map_or(Kind::String, |(_, place)| place.kind)
    }

    fn container(&self, kind: Kind) -> Option<Container<'a>> {
        match self {
            At::Place(document, index) if self.kind() == kind => Some(Container { document, index: *index }),
            _ => None,
        }
    }
}

impl Json for InLine {
    type Node<'a> = At<'a>;
    type PreparedKey = Box<str>;
    type StringBuffer = String;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>(buffer: &mut String, string: &str, f: impl FnOnce(At<'_>) -> T) -> T {
        buffer.clear();
        buffer.push_str(string);
        f(At::Key(buffer))
    }
}

impl<'a> Node<'a, InLine> for At<'a> {
    type Object = Container<'a>;
    type Array = Container<'a>;
    type Number = Literal<'a>;

    fn as_object(&self) -> Option<Container<'a>> {
        self.container(Kind::Object)
    }

    fn as_array(&self) -> Option<Container<'a>> {
        self.container(Kind::Array)
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self {
            At::Key(key) => Some(Cow::Borrowed(key)),
            At::Place(..) => self.place().and_then(|(document, place)| document.string(place)),
        }
    }

    fn as_number(&self) -> Option<Literal<'a>> {
        let (document, place) = self.place().filter(|(_, place)| place.kind == Kind::Number)?;
        Some(Literal(document.raw(place)))
    }

    fn as_boolean(&self) -> Option<bool> {
        match self.kind() {
            Kind::True => Some(true),
            Kind::False => Some(false),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    fn is_number(&self) -> bool {
        self.kind() == Kind::Number
    }

    fn json_type(&self) -> JsonType {
        match self.kind() {
            Kind::Null => JsonType::Null,
            Kind::False | Kind::True => JsonType::Boolean,
            Kind::Number => JsonType::Number,
            Kind::String => JsonType::String,
            Kind::Object => JsonType::Object,
            Kind::Array => JsonType::Array,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (self.as_string(), expected) {
            (Some(text), Value::String(expected)) => text == *expected,
            (Some(_), _) => false,
            (None, expected) => jsonschema::json::cmp::equal(&self.to_value(), expected),
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(match self {
            At::Key(key) => Value::from(*key),
            At::Place(document, index) => match self.kind() {
                Kind::Null => Value::Null,
                Kind::False => Value::Bool(false),
                Kind::True => Value::Bool(true),
                Kind::Number => self.as_number().map_or(Value::Null, |n| Value::Number(n.to_number().into_owned())),
                Kind::String => self.as_string().map_or(Value::Null, |text| Value::String(text.into_owned())),
                Kind::Array => Value::Array(
                    document.inside(*index).map(|i| At::Place(document, i).to_value().into_owned()).collect(),
                ),
                Kind::Object => {
                    let object = Container { document, index: *index };
                    let owned = |(key, node): (Cow<'_, str>, At<'_>)| (key.into_owned(), node.to_value().into_owned());
                    Value::Object(object.members().map(owned).collect::<Map<_, _>>())
                }
            },
        })
    }

    /// Documents share the list that they are made in, so its address tells nothing: their serial number does.
    fn identity(&self) -> Option<NodeIdentity> {
        Some(match self {
            At::Place(document, index) => NodeIdentity::tagged(document.serial, *index as u32),
            // No place has this index: a line is shorter than 4 GiB.
            At::Key(key) => NodeIdentity::tagged(key.as_ptr().addr(), u32::MAX),
        })
    }
}

/// An object or an array.
#[derive(Clone, Copy)]
pub(super) struct Container<'a> {
    document: &'a Document<'a>,
    index: usize,
}

impl Container<'_> {
    fn count(&self) -> usize {
        self.document.places().get(self.index).map_or(0, |place| place.len as usize)
    }
}

impl<'a> Object<'a, InLine> for Container<'a> {
    type Node = At<'a>;
    type MemberName = Cow<'a, str>;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        self.count()
    }

    fn get(&self, key: &Box<str>) -> Option<At<'a>> {
        let document = self.document;
        let mut inside = document.inside(self.index);
        inside.find(|&i| document.key_is(&document.places()[i], key)).map(|i| At::Place(document, i))
    }

    fn members(&self) -> Members<'a> {
        Members { document: self.document, inside: self.document.inside(self.index) }
    }
}

/// See [`Object::members`].
pub(super) struct Members<'a> {
    document: &'a Document<'a>,
    inside: Inside<'a>,
}

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, At<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let index = self.inside.next()?;
        Some((self.document.key(&self.document.places()[index]), At::Place(self.document, index)))
    }
}

impl<'a> Array<'a, InLine> for Container<'a> {
    type Node = At<'a>;
    type ElementsIter = Elements<'a>;

    fn len(&self) -> usize {
        self.count()
    }

    fn elements(&self) -> Elements<'a> {
        Elements { document: self.document, inside: self.document.inside(self.index) }
    }
}

/// See [`Array::elements`].
pub(super) struct Elements<'a> {
    document: &'a Document<'a>,
    inside: Inside<'a>,
}

impl<'a> Iterator for Elements<'a> {
    type Item = At<'a>;

    fn next(&mut self) -> Option<At<'a>> {
        self.inside.next().map(|index| At::Place(self.document, index))
    }
}

/// A number as it is spelled. It counts as what `serde_json` makes of it: u64, i64, else f64.
pub(super) struct Literal<'a>(&'a str);

impl Literal<'_> {
    /// Only digits, perhaps a sign; and not the `-0` that is a double.
    fn is_plain(&self) -> bool {
        let digits = self.0.strip_prefix('-').unwrap_or(self.0);
        digits.bytes().all(|b| b.is_ascii_digit()) && self.0 != "-0"
    }
}

impl JsonNumber for Literal<'_> {
    fn as_u64(&self) -> Option<u64> {
        if self.is_plain() { self.0.parse().ok() } else { None }
    }

    fn as_i64(&self) -> Option<i64> {
        if self.is_plain() { self.0.parse().ok() } else { None }
    }

    fn as_f64(&self) -> Option<f64> {
        json::parse_f64(self.0.as_bytes())
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }

    fn to_number(&self) -> Cow<'_, Number> {
        let float = || self.as_f64().and_then(Number::from_f64);
        let number = self.as_u64().map(Number::from).or_else(|| self.as_i64().map(Number::from)).or_else(float);
        // A checked line has no number that is none of these.
        Cow::Owned(number.unwrap_or_else(|| Number::from(0)))
    }

    fn is_integer(&self) -> bool {
        self.is_plain() || json::Decimal::read(self.0).is_integer()
    }
}
