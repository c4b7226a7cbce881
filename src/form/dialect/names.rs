//! The names of columns, and the members that they become.

use crate::reading::error::{Code, Error};
use crate::reading::json::{self, Member};
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

/// The names of columns, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    pub(super) names: Vec<String>,
    /// The same as JSON.
    pub(super) keys: Vec<Key>,
}

/// A name as JSON text, between a comma and a colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    text: Vec<u8>,
    /// It has escapes.
    escaped: bool,
}

impl Names {
    /// `time,device,value`. An error says which is no name.
    pub fn parse(text: &str) -> Result<Names, String> {
        Names::new(text.split(',').map(|name| name.trim().to_owned()).collect())
    }

    /// All of them, in their order.
    pub(crate) fn list(&self) -> &[String] {
        &self.names
    }

    /// There is a column of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|one| one == name)
    }

    pub(super) fn new(names: Vec<String>) -> Result<Names, String> {
        let mut seen = HashSet::new();
        for (i, name) in names.iter().enumerate() {
            if name.is_empty() {
                return Err(format!("column {} has no name", i + 1));
            }
            if !seen.insert(name) {
                return Err(format!("the column {name} occurs twice"));
            }
        }
        let keys = names.iter().map(|name| Key::new(name)).collect();
        Ok(Names { names, keys })
    }

    pub(super) fn wrong(&self, found: usize) -> Error {
        let (wanted, names) = (self.names.len(), self.names.join(", "));
        let s = if found == 1 { "" } else { "s" };
        Error::data(Code::Columns, format!("{found} column{s}, not {wanted}: {names}"))
    }
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names.join(", "))
    }
}

impl Key {
    pub(super) fn new(name: &str) -> Key {
        let mut text = vec![b','];
        json::write_string(name, &mut text);
        text.push(b':');
        Key { escaped: text.len() > name.len() + 4, text }
    }

    /// Where the name is between its quotes, in a record in which the key begins at `at`.
    #[inline]
    fn name(&self, at: usize) -> Range<usize> {
        at + 2..at + self.text.len() - 2
    }
}

/// Writes a member whose value is `length` bytes of a text, and where it is.
#[inline]
pub(super) fn member<T>(
    key: &Key,
    length: usize,
    to: &mut Vec<u8>,
    members: &mut Vec<Member>,
    value: impl FnOnce(&mut Vec<u8>) -> T,
) -> T {
    let at = to.len();
    to.extend_from_slice(&key.text);
    let start = to.len();
    let written = value(to);
    // Two quotes; what else was added are backslashes.
    let escaped = to.len() - start > length + 2;
    members.push(Member::written(to, (key.name(at), key.escaped), (start..to.len(), escaped)));
    written
}
