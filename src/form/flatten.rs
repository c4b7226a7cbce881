//! Nested objects as fields of one object: `{"ENERGY":{"Power":5}}` is `{"ENERGY_Power":5}`; arrays of numbers by index.

use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Kind, Member};
use std::collections::HashSet;

/// Flattens records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flatten {
    /// What is between two names, as JSON spells it.
    separator: Vec<u8>,
}

impl Flatten {
    /// With this between the names.
    pub(crate) fn new(separator: &str) -> Flatten {
        let mut quoted = Vec::new();
        json::write_string(separator, &mut quoted);
        Flatten { separator: quoted[1..quoted.len() - 1].to_vec() }
    }

    /// Appends the object without objects in it; false, and nothing, if it has none. A name stands before each of its fields, so
    /// that few bytes can become many: `TooLong` beyond `most`.
    pub(crate) fn write(&self, object: &[u8], most: usize, to: &mut Vec<u8>) -> Result<bool> {
        let mut members = Vec::new();
        // What is no object is rejected by who reads it.
        if json::members(object, &mut members).is_err() {
            return Ok(false);
        }
        if !members.iter().any(|member| is_taken_apart(member.value(object), member.kind())) {
            return Ok(false);
        }
        let mut work = Work { flatten: self, name: Vec::new(), most, begin: to.len(), names: HashSet::new(), to };
        work.to.push(b'{');
        let done = work.members(object, &members);
        let begin = work.begin;
        match done {
            Ok(()) => to.push(b'}'),
            Err(why) => {
                to.truncate(begin);
                return Err(why);
            }
        }
        Ok(true)
    }
}

/// An object with fields, or an array of numbers.
fn is_taken_apart(value: &[u8], kind: Kind) -> bool {
    match kind {
        Kind::Object => !json::is_blank(&value[1..value.len() - 1]),
        Kind::Array => {
            let mut elements = json::elements(value).peekable();
            elements.peek().is_some() && elements.all(|element| matches!(element[0], b'-' | b'0'..=b'9'))
        }
        _ => false,
    }
}

/// One record.
struct Work<'w> {
    flatten: &'w Flatten,
    /// That of the object at hand, as JSON spells it, with a separator after it.
    name: Vec<u8>,
    most: usize,
    begin: usize,
    /// Of the fields that were written.
    names: HashSet<Vec<u8>>,
    to: &'w mut Vec<u8>,
}

impl Work<'_> {
    fn members(&mut self, object: &[u8], members: &[Member]) -> Result<()> {
        for member in members {
            self.value(member.key(object), member.value(object), member.kind())?;
        }
        Ok(())
    }

    fn value(&mut self, key: &[u8], value: &[u8], kind: Kind) -> Result<()> {
        let outer = self.name.len();
        if !is_taken_apart(value, kind) {
            return self.field(key, value);
        }
        self.name.extend_from_slice(key);
        self.name.extend_from_slice(&self.flatten.separator);
        if kind == Kind::Object {
            let mut members = Vec::new();
            // It is part of one that was looked through.
            json::members(value, &mut members).map_err(|bad| Error::data(Code::Json, bad.to_string()))?;
            self.members(value, &members)?;
        } else {
            for (n, element) in json::elements(value).enumerate() {
                self.field(n.to_string().as_bytes(), element)?;
            }
        }
        self.name.truncate(outer);
        Ok(())
    }

    fn field(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        let length = self.to.len() - self.begin + self.name.len() + key.len() + value.len();
        if length + 6 > self.most {
            return Err(Error::data(
                Code::TooLong,
                format!("flattened, it is longer than --max-record {} bytes", self.most),
            ));
        }
        let name = [&self.name[..], key].concat();
        if self.names.contains(&name) {
            let name = String::from_utf8_lossy(&name).into_owned();
            return Err(Error::data(
                Code::DuplicateKey,
                format!("flattened, it has the field {name} twice: another separator, as --flatten=."),
            ));
        }
        self.to.extend_from_slice(if self.names.is_empty() { b"\"" } else { b",\"" });
        self.to.extend_from_slice(&name);
        self.to.extend_from_slice(b"\":");
        self.to.extend_from_slice(value);
        self.names.insert(name);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(object: &str, most: usize) -> String {
        let mut to = Vec::new();
        match Flatten::new("_").write(object.as_bytes(), most, &mut to) {
            Ok(true) => String::from_utf8(to).unwrap(),
            Ok(false) => "as it is".to_owned(),
            Err(why) => format!("! {:?}", why.code()),
        }
    }

    #[test]
    fn names_are_joined() {
        assert_eq!(
            flat(
                r#"{"Time":"t","ENERGY":{"Power":5,"Phase":[1,-2.5],"x\"y":{"z":null}},"s":["a"],"e":{},"f":[]}"#,
                999
            ),
            r#"{"Time":"t","ENERGY_Power":5,"ENERGY_Phase_0":1,"ENERGY_Phase_1":-2.5,"ENERGY_x\"y_z":null,"s":["a"],"e":{},"f":[]}"#
        );
        assert_eq!(flat(r#"{"a":1,"b":[],"c":{}}"#, 999), "as it is");
        assert_eq!(flat(r#"{"a":{"b":1},"a_b":2}"#, 999), "! DuplicateKey");
        let wide = format!(r#"{{"{}":{{"a":1,"b":2,"c":3}}}}"#, "x".repeat(100));
        assert_eq!(flat(&wide, 300), "! TooLong");
    }
}
