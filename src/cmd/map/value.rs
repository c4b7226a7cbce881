//! The values of a program. Each knows how large it is when it is written out, and how deep; so one that holds the same
//! value many times cannot grow without anybody noticing it.
//!
//! Decision: a value is shared, and changed in place while nobody else holds it.

use super::chars::{Name, Text};
use super::limits::{self, Held, Limit, MEMORY, NESTED};
use super::number::Number;
use std::collections::HashMap;
use std::sync::Arc;

/// A value.
#[derive(Clone, Debug, Default)]
pub(super) enum Value {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    Text(Arc<Text>),
    Array(Arc<Array>),
    Object(Arc<Object>),
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Value>() == 16);

/// Why a program does not go on.
#[derive(Debug)]
pub(super) enum Stop {
    /// An error, which a program may catch.
    Error(Value),
    /// It goes on after the label of this number.
    Break(u64),
    /// It has used up what it may use.
    Limit(Limit),
    /// `halt`, or another word that has no meaning for a record.
    Refused(&'static str),
    /// Nobody reads what it returns.
    Closed,
}

/// What a part of a program results in.
pub(super) type Outcome<T> = Result<T, Box<Stop>>;

impl From<Limit> for Box<Stop> {
    #[cold]
    fn from(limit: Limit) -> Box<Stop> {
        Box::new(Stop::Limit(limit))
    }
}

impl Stop {
    /// An error with this text.
    #[cold]
    pub(super) fn error(text: impl Into<String>) -> Box<Stop> {
        Box::new(Stop::Error(Value::text(text)))
    }
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Type {
    Null,
    Bool,
    Number,
    Text,
    Array,
    Object,
}

impl Type {
    /// The name that programs know.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Type::Null => "null",
            Type::Bool => "boolean",
            Type::Number => "number",
            Type::Text => "string",
            Type::Array => "array",
            Type::Object => "object",
        }
    }
}

impl Value {
    pub(super) fn text(text: impl Into<String>) -> Value {
        Value::Text(Arc::new(Text::new(text.into())))
    }

    pub(super) fn int(whole: i64) -> Value {
        Value::Number(Number::Int(whole))
    }

    /// A number of things.
    pub(super) fn count(count: usize) -> Value {
        Value::int(i64::try_from(count).unwrap_or(i64::MAX))
    }

    pub(super) fn double(double: f64) -> Value {
        Value::Number(Number::Float(double))
    }

    pub(super) fn array(items: Vec<Value>) -> Outcome<Value> {
        Ok(Value::Array(Arc::new(Array::new(items)?)))
    }

    pub(super) fn kind(&self) -> Type {
        match self {
            Value::Null => Type::Null,
            Value::Bool(_) => Type::Bool,
            Value::Number(_) => Type::Number,
            Value::Text(_) => Type::Text,
            Value::Array(_) => Type::Array,
            Value::Object(_) => Type::Object,
        }
    }

    /// Neither null nor false.
    #[inline]
    pub(super) fn is_true(&self) -> bool {
        !matches!(self, Value::Null | Value::Bool(false))
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text.as_str()) } else { None }
    }

    pub(super) fn as_array(&self) -> Option<&[Value]> {
        if let Value::Array(array) = self { Some(array.items()) } else { None }
    }

    pub(super) fn as_number(&self) -> Option<&Number> {
        if let Value::Number(number) = self { Some(number) } else { None }
    }

    /// About how many bytes it takes if it shares nothing.
    #[inline]
    pub(super) fn weight(&self) -> u64 {
        match self {
            Value::Null | Value::Bool(_) | Value::Number(_) => SLOT,
            Value::Text(text) => SLOT + text.as_str().len() as u64,
            Value::Array(array) => array.weight,
            Value::Object(object) => object.weight,
        }
    }

    /// How many containers are nested in it, itself among them.
    #[inline]
    pub(super) fn depth(&self) -> u32 {
        match self {
            Value::Array(array) => array.depth,
            Value::Object(object) => object.depth,
            _ => 0,
        }
    }
}

/// The memory of a value in a container.
const SLOT: u64 = 16;

fn fits(weight: u64, depth: u32) -> Outcome<()> {
    if weight > MEMORY as u64 {
        return Err(Limit::Memory.into());
    }
    if depth > NESTED {
        return Err(Limit::Nested.into());
    }
    Ok(())
}

/// An array.
#[derive(Debug)]
pub(super) struct Array {
    items: Vec<Value>,
    weight: u64,
    depth: u32,
    held: Held,
}

impl Clone for Array {
    fn clone(&self) -> Array {
        let held = Held::new(self.items.len() * SLOT as usize);
        Array { items: self.items.clone(), weight: self.weight, depth: self.depth, held }
    }
}

impl Array {
    fn new(items: Vec<Value>) -> Outcome<Array> {
        let (weight, depth) = items.iter().fold((SLOT, 0), |(weight, depth): (u64, u32), item| {
            (weight.saturating_add(item.weight()), depth.max(item.depth()))
        });
        fits(weight, depth + 1)?;
        let held = Held::new(40 + items.capacity() * SLOT as usize);
        Ok(Array { items, weight, depth: depth + 1, held })
    }

    #[inline]
    pub(super) fn items(&self) -> &[Value] {
        &self.items
    }

    /// The elements for a change; a copy of them if others hold them, too.
    pub(super) fn into_items(array: Arc<Array>) -> Outcome<Vec<Value>> {
        match Arc::try_unwrap(array) {
            Ok(array) => Ok(array.items),
            Err(shared) => {
                limits::work(shared.items.len() as u64 / 8)?;
                Ok(shared.items.clone())
            }
        }
    }

    /// Appends elements, in place where that is possible.
    pub(super) fn append(mut array: Arc<Array>, more: &[Value]) -> Outcome<Value> {
        own(&array, array.items.len())?;
        let this = Arc::make_mut(&mut array);
        for item in more {
            this.weight = this.weight.saturating_add(item.weight());
            this.depth = this.depth.max(item.depth() + 1);
        }
        fits(this.weight, this.depth)?;
        limits::work(more.len() as u64 / 8)?;
        this.held.grow(more.len() * SLOT as usize);
        this.items.extend_from_slice(more);
        Ok(Value::Array(array))
    }

    /// Changes one element by a function, in place where that is possible. Where there is none, nulls are filled in.
    pub(super) fn change(
        mut array: Arc<Array>,
        index: usize,
        f: impl FnOnce(Value) -> Outcome<Value>,
    ) -> Outcome<Value> {
        own(&array, array.items.len())?;
        let this = Arc::make_mut(&mut array);
        if index >= this.items.len() {
            let more = index + 1 - this.items.len();
            let weight = this.weight.saturating_add(SLOT.saturating_mul(more as u64));
            fits(weight, this.depth)?;
            limits::work(more as u64 / 8)?;
            this.weight = weight;
            this.held.grow(more * SLOT as usize);
            this.items.resize(index + 1, Value::Null);
        }
        let old = std::mem::take(&mut this.items[index]);
        let before = old.weight();
        let new = f(old)?;
        this.weight = (this.weight - before).saturating_add(new.weight());
        this.depth = this.depth.max(new.depth() + 1);
        fits(this.weight, this.depth)?;
        this.items[index] = new;
        Ok(Value::Array(array))
    }
}

/// A copy will be made if others hold the container, and costs as much as it is long.
fn own<T>(shared: &Arc<T>, length: usize) -> Result<(), Limit> {
    if Arc::strong_count(shared) > 1 { limits::work(length as u64 / 8) } else { Ok(()) }
}

/// From this many members on their places are kept in a table.
const MANY: usize = 12;

type Table = HashMap<Name, usize, foldhash::fast::RandomState>;

/// An object: its members in the order in which they came.
#[derive(Debug)]
pub(super) struct Object {
    members: Vec<(Arc<Text>, Value)>,
    /// The places of many members.
    places: Option<Table>,
    weight: u64,
    depth: u32,
    held: Held,
}

/// The memory of a member, and of its place in the table.
const MEMBER: u64 = 56;

impl Default for Object {
    fn default() -> Object {
        Object { members: Vec::new(), places: None, weight: SLOT, depth: 1, held: Held::new(72) }
    }
}

impl Clone for Object {
    fn clone(&self) -> Object {
        let held = Held::new(72 + self.members.len() * MEMBER as usize);
        let (members, places) = (self.members.clone(), self.places.clone());
        Object { members, places, weight: self.weight, depth: self.depth, held }
    }
}

impl Object {
    /// An object with room for this many members.
    pub(super) fn with_capacity(members: usize) -> Object {
        Object { members: Vec::with_capacity(members), ..Object::default() }
    }

    pub(super) fn members(&self) -> &[(Arc<Text>, Value)] {
        &self.members
    }

    /// The names in their order as texts.
    pub(super) fn sorted_names(&self) -> Vec<&Arc<Text>> {
        let mut names: Vec<&Arc<Text>> = self.members.iter().map(|(name, _)| name).collect();
        names.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
        names
    }

    fn place(&self, name: &str) -> Option<usize> {
        match &self.places {
            Some(places) => places.get(name).copied(),
            None => self.members.iter().position(|(known, _)| known.as_str() == name),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.place(name).map(|place| &self.members[place].1)
    }

    /// Adds a member, or gives the one of that name another value.
    pub(super) fn insert(&mut self, name: Arc<Text>, value: Value) -> Outcome<()> {
        self.update(name, |_| Ok(value))
    }

    fn update(&mut self, name: Arc<Text>, f: impl FnOnce(Value) -> Outcome<Value>) -> Outcome<()> {
        let place = match self.place(name.as_str()) {
            Some(place) => place,
            None => {
                let place = self.members.len();
                self.weight = self.weight.saturating_add(MEMBER + name.as_str().len() as u64 + SLOT);
                self.held.grow(MEMBER as usize);
                if let Some(places) = &mut self.places {
                    places.insert(Name(name.clone()), place);
                }
                self.members.push((name, Value::Null));
                if self.places.is_none() && place >= MANY {
                    self.index();
                }
                place
            }
        };
        let slot = &mut self.members[place].1;
        let old = std::mem::take(slot);
        let before = old.weight();
        let new = f(old)?;
        self.weight = (self.weight - before).saturating_add(new.weight());
        self.depth = self.depth.max(new.depth() + 1);
        *slot = new;
        fits(self.weight, self.depth)
    }

    fn index(&mut self) {
        let places = self.members.iter().enumerate().map(|(place, (name, _))| (Name(name.clone()), place));
        self.places = (self.members.len() > MANY).then(|| places.collect());
    }

    /// Takes the members away that are asked for.
    pub(super) fn remove(&mut self, is_gone: impl Fn(&str) -> bool) -> Outcome<()> {
        limits::work(self.members.len() as u64)?;
        let weight = &mut self.weight;
        self.members.retain(|(name, value)| {
            let gone = is_gone(name.as_str());
            if gone {
                *weight -= MEMBER + name.as_str().len() as u64 + value.weight();
            }
            !gone
        });
        self.index();
        Ok(())
    }

    /// Changes one member by a function, in place where that is possible; it gets null where there is none.
    pub(super) fn change(
        mut object: Arc<Object>,
        name: &Arc<Text>,
        f: impl FnOnce(Value) -> Outcome<Value>,
    ) -> Outcome<Value> {
        own(&object, object.members.len())?;
        Arc::make_mut(&mut object).update(name.clone(), f)?;
        Ok(Value::Object(object))
    }

    /// The object for a change; a copy of it if others hold it, too.
    pub(super) fn owned(object: Arc<Object>) -> Outcome<Object> {
        own(&object, object.members.len())?;
        Ok(Arc::unwrap_or_clone(object))
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Value {
        Value::Object(Arc::new(object))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::text(text)
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Value {
        Value::Bool(bool)
    }
}
