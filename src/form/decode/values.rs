//! JSON that is not one record a line: objects one after the other however they are laid out, and arrays of objects. A
//! value is taken when it has ended, so that an array of any length needs no more memory than its longest element.

use super::pending::Pending;
use super::senml::Pack;
use crate::form::dialect::{Dialect, Header, Nulls};
use crate::form::take::Take;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json;

/// See [`super::Decoder::Values`].
pub(crate) struct Values {
    /// What takes words for missing values out of it.
    words: Option<Dialect>,
    /// Elements are those of SenML packs.
    pack: Option<Pack>,
    /// Where between values the text is.
    place: Place,
    /// The value at hand, as far as it came.
    begun: Pending,
    /// How many brackets are open in it.
    depth: u32,
    /// What it is.
    kind: Kind,
    /// A backslash hides the next byte.
    is_hidden: bool,
    is_in_text: bool,
    line: u64,
    first: u64,
    record: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Outside of everything.
    Outside,
    /// In an array, where an element may begin; `true`: or the array may end, as it has none yet.
    Element(bool),
    /// In an array, after an element.
    Comma,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// None is at hand.
    Nothing,
    /// An object, an array in an array, or a text.
    Bracket,
    Text,
    /// A number or a word, or what is none.
    Word,
}

impl Values {
    pub(super) fn new(is_senml: bool, nulls: Nulls, begun: Pending) -> Values {
        Values {
            words: (!nulls.is_empty()).then_some(Dialect::Ndjson(nulls)),
            pack: is_senml.then(Pack::default),
            place: Place::Outside,
            begun,
            depth: 0,
            kind: Kind::Nothing,
            is_hidden: false,
            is_in_text: false,
            line: 1,
            first: 1,
            record: Vec::new(),
        }
    }

    pub(super) fn feed(&mut self, bytes: &[u8], to: &mut dyn Take) -> Result<()> {
        let mut from = 0;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let is_taken = match self.kind {
                Kind::Nothing => {
                    from = at;
                    self.outside(byte, to)?;
                    true
                }
                Kind::Word if is_end_of_word(byte) => {
                    self.gather(&bytes[from..at], to)?;
                    self.end(to)?;
                    false
                }
                Kind::Word => true,
                Kind::Bracket | Kind::Text => {
                    if self.inside(byte) {
                        self.gather(&bytes[from..=at], to)?;
                        self.end(to)?;
                    }
                    true
                }
            };
            if is_taken {
                at += 1;
                self.line += u64::from(byte == b'\n');
            }
        }
        if self.kind != Kind::Nothing {
            self.gather(&bytes[from..], to)?;
        }
        Ok(())
    }

    /// A byte of a value: whether it ends it.
    fn inside(&mut self, byte: u8) -> bool {
        if self.is_in_text {
            match byte {
                _ if std::mem::take(&mut self.is_hidden) => {}
                b'\\' => self.is_hidden = true,
                b'"' => self.is_in_text = false,
                _ => {}
            }
            return !self.is_in_text && self.depth == 0;
        }
        match byte {
            b'"' => self.is_in_text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth -= 1,
            _ => {}
        }
        self.depth == 0 && !self.is_in_text
    }

    /// A byte between values.
    fn outside(&mut self, byte: u8, to: &mut dyn Take) -> Result<()> {
        match (byte, self.place) {
            (b' ' | b'\t' | b'\r' | b'\n', _) => {}
            (b'[', Place::Outside) => {
                self.place = Place::Element(true);
                if let Some(pack) = &mut self.pack {
                    *pack = Pack::default();
                }
            }
            (b',', Place::Comma) => self.place = Place::Element(false),
            (b']', Place::Comma | Place::Element(true)) => self.place = Place::Outside,
            (b',' | b']' | b'}' | b':', place) => {
                if byte == b']' && place != Place::Outside {
                    self.place = Place::Outside;
                }
                self.stray(&[byte], to)?;
            }
            (_, place) => {
                if place == Place::Comma {
                    let why = Error::data(Code::Json, "there is no comma between two elements of an array");
                    to.reject(self.line, &[byte], &why)?;
                }
                self.first = self.line;
                self.kind = match byte {
                    b'{' | b'[' => Kind::Bracket,
                    b'"' => Kind::Text,
                    _ => Kind::Word,
                };
                self.depth = u32::from(self.kind == Kind::Bracket);
                self.is_in_text = self.kind == Kind::Text;
            }
        }
        Ok(())
    }

    fn stray(&self, bytes: &[u8], to: &mut dyn Take) -> Result<()> {
        let what = format!("not JSON: `{}` is where a value should be", String::from_utf8_lossy(bytes));
        to.reject(self.line, bytes, &Error::data(Code::Json, what))
    }

    fn gather(&mut self, bytes: &[u8], to: &mut dyn Take) -> Result<()> {
        self.begun.gather(bytes, self.first, to).map(drop)
    }

    /// A value has ended.
    fn end(&mut self, to: &mut dyn Take) -> Result<()> {
        self.kind = Kind::Nothing;
        if self.place != Place::Outside {
            self.place = Place::Comma;
        }
        if self.begun.end_long(to)? {
            return Ok(());
        }
        let mut value = std::mem::take(&mut self.begun.bytes);
        let taken = self.take(&value, to);
        value.clear();
        self.begun.bytes = value;
        taken
    }

    fn take(&mut self, value: &[u8], to: &mut dyn Take) -> Result<()> {
        let bad = |why: json::Bad| {
            Error::data(Code::Json, format!("not a JSON object: {} at byte {}", why.what, why.offset + 1))
        };
        let mut mended = Vec::new();
        let value = match &self.words {
            Some(words) if words.record(value, &mut Header::default(), &mut mended, &mut Vec::new()).is_ok() => &mended,
            _ => value,
        };
        match json::check(value) {
            Err(why) => return to.reject(self.first, value, &bad(why)),
            Ok(json::Kind::Object) => {}
            Ok(_) => {
                return to.reject(self.first, value, &Error::data(Code::Type, "a value that is not an object"));
            }
        }
        self.record.clear();
        match &mut self.pack {
            // On one line it leaves byte for byte as it came.
            None if memchr::memchr2(b'\n', b'\r', value).is_none() => {
                return self.begun.hand_on(self.first, value, (value, &[]), to);
            }
            None => json::compact(value, &mut self.record),
            Some(pack) => match pack.resolve(value, &mut self.record) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(why) => return to.reject(self.first, value, &why),
            },
        }
        self.begun.hand_on(self.first, value, (&self.record, &[]), to)
    }

    pub(super) fn finish(&mut self, to: &mut dyn Take) -> Result<()> {
        // A number at the end of a text has nothing after it.
        if self.kind == Kind::Word {
            self.end(to)?;
        } else if self.kind != Kind::Nothing && !self.abandon(to)? {
            let begun = std::mem::take(&mut self.begun.bytes);
            to.reject(self.first, &begun, &Error::data(Code::Torn, "its end is missing"))?;
        }
        self.kind = Kind::Nothing;
        if std::mem::replace(&mut self.place, Place::Outside) != Place::Outside {
            to.reject(self.line, b"[", &Error::data(Code::Torn, "the end of the array is missing"))?;
        }
        Ok(())
    }

    pub(super) fn abandon(&mut self, to: &mut dyn Take) -> Result<bool> {
        self.begun.end_long(to)
    }
}

fn is_end_of_word(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b'[' | b']' | b'{' | b'}' | b'"')
}
