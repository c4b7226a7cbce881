//! A [`Record`]: one line, with the places of its fields.
//!
//! Raw lines travel and stay as they came; fields are found when somebody asks for them.

use crate::reading::json::{self, Kind, Member, Name};
use std::borrow::Cow;

/// Where a line came from: for messages and rejects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Index into the source's list of inputs (files, addresses).
    pub input: u32,
    /// Its number there, from 1; 0 for a record that a stage made.
    pub line: u64,
}

/// One record: a line, and where its members are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a> {
    raw: &'a [u8],
    members: &'a [Member],
    scanned: bool,
    origin: Origin,
}

impl<'a> Record<'a> {
    /// A line without its line break, with its members if somebody has looked for them.
    #[inline]
    pub(crate) fn new(raw: &'a [u8], members: Option<&'a [Member]>, origin: Origin) -> Record<'a> {
        Record { raw, members: members.unwrap_or_default(), scanned: members.is_some(), origin }
    }

    /// A record out of a line that a stage has kept, with the members that it had.
    pub(crate) fn kept(raw: &'a [u8], members: &'a [Member]) -> Record<'a> {
        Record { raw, members, scanned: true, origin: Origin::default() }
    }

    /// The same record, that came from there.
    pub(crate) fn of(self, origin: Origin) -> Record<'a> {
        Record { origin, ..self }
    }

    /// Where its members are, for [`Record::kept`].
    pub(crate) fn members(&self) -> &'a [Member] {
        self.members
    }

    /// Its members, if somebody has looked for them.
    pub(crate) fn scanned_members(&self) -> Option<&'a [Member]> {
        self.scanned.then_some(self.members)
    }

    /// The line as it came, without its line break.
    pub(crate) fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Where it came from.
    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    /// Its top-level members, in order.
    pub(crate) fn fields(&self) -> impl DoubleEndedIterator<Item = Field<'a>> + ExactSizeIterator + use<'a> {
        let line = self.raw;
        self.members.iter().map(move |&member| Field { line, member })
    }

    /// The member at this place.
    pub(crate) fn at(&self, place: usize) -> Option<Field<'a>> {
        self.members.get(place).map(|&member| Field { line: self.raw, member })
    }

    /// The member of this name; of several the last, as jq and serde_json have it.
    pub(crate) fn field(&self, name: &str) -> Option<Field<'a>> {
        self.fields().rev().find(|field| field.is(name))
    }

    /// The member of this name, which is looked for in many records; of several the last.
    #[inline]
    pub(crate) fn named(&self, name: &Name) -> Option<Field<'a>> {
        // Asked several times a record: a loop, which is inlined where an adapter is not.
        for member in self.members.iter().rev() {
            if member.key_is_named(self.raw, name) {
                return Some(Field { line: self.raw, member: *member });
            }
        }
        None
    }

    /// The member of this name; or, where there is none and the name is a JSON pointer (`/air/temp`), what it points to.
    pub(crate) fn value(&self, name: &str) -> Option<Field<'a>> {
        self.field(name).or_else(|| {
            let member = name.strip_prefix('/').and_then(|_| json::member_at(self.raw, name))?;
            Some(Field { line: self.raw, member })
        })
    }
}

/// One member of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    line: &'a [u8],
    member: Member,
}

impl<'a> Field<'a> {
    /// A checked JSON value on its own, without a name.
    pub(crate) fn alone(text: &'a [u8]) -> Field<'a> {
        let member = json::lone(text).or_else(|| json::lone(b"null"));
        Field { line: text, member: member.expect("null is a value") }
    }

    /// Its name is `name` (escapes in the line are seen through).
    pub(crate) fn is(&self, name: &str) -> bool {
        self.member.key_is(self.line, name)
    }

    /// As [`Field::is`], of a name that is looked for in many records.
    #[inline]
    pub(crate) fn is_named(&self, name: &Name) -> bool {
        self.member.key_is_named(self.line, name)
    }

    /// Its name as it is spelled between the quotes, escapes and all.
    pub(crate) fn raw_name(&self) -> &'a [u8] {
        self.member.key(self.line)
    }

    /// Its name is spelled just like `name`, without escapes.
    #[inline]
    pub(crate) fn is_spelled(&self, name: &Name) -> bool {
        self.member.key_is_spelled(self.line, name)
    }

    /// Its name.
    pub(crate) fn name(&self) -> Cow<'a, str> {
        self.member.key_text(self.line)
    }

    /// Its value as it is spelled; a string with its quotes.
    #[inline]
    pub(crate) fn raw(&self) -> &'a [u8] {
        self.member.value(self.line)
    }

    /// What kind of JSON value it has.
    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        self.member.kind()
    }

    /// Its value, if that is a string.
    pub(crate) fn text(&self) -> Option<Cow<'a, str>> {
        self.member.text(self.line)
    }

    /// As [`Field::text`], as it stands there; `None` also if there are escapes in it.
    #[inline]
    pub(crate) fn plain_text(&self) -> Option<&'a [u8]> {
        self.member.plain_text(self.line)
    }

    /// Its value as the nearest double, if that is a number.
    #[inline]
    pub(crate) fn number(&self) -> Option<f64> {
        self.member.number(self.line)
    }

    /// Its value, if that is a number spelled as an integer that fits.
    pub(crate) fn integer(&self) -> Option<i64> {
        self.member.integer(self.line)
    }
}
