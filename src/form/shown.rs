//! `--tz`, `--time-format` of what is written: the times of records as people want to see them.

use crate::reading::error::{Error, Result};
use crate::reading::json::{self, Member};
use crate::reading::record::Record;
use crate::reading::time::{self, Shown};

/// Spells the times in a record.
pub(crate) struct ShownTimes {
    shown: Shown,
    /// The fields that are times.
    names: Vec<String>,
    members: Vec<Member>,
    text: Vec<u8>,
    line: Vec<u8>,
}

impl ShownTimes {
    pub(crate) fn new(shown: Shown, names: Vec<String>) -> ShownTimes {
        ShownTimes { shown, names, members: Vec::new(), text: Vec::new(), line: Vec::new() }
    }

    /// The record with its times so spelled; everything else stays as it is.
    pub(crate) fn spell(&mut self, line: &[u8]) -> Result<&[u8]> {
        self.members.clear();
        json::members(line, &mut self.members).map_err(|e| Error::io("read a stored record", e))?;
        let record = Record::kept(line, &self.members);
        self.line.clear();
        for (i, field) in record.fields().enumerate() {
            self.line.extend_from_slice(if i == 0 { b"{\"" } else { b",\"" });
            self.line.extend_from_slice(field.raw_name());
            self.line.extend_from_slice(b"\":");
            let is_time = self.names.iter().any(|name| field.is(name));
            let time = field.text().filter(|_| is_time).and_then(|text| time::parse_rfc3339(text.as_bytes()).ok());
            match time {
                None => self.line.extend_from_slice(field.raw()),
                Some(time) => {
                    self.text.clear();
                    self.shown.write(time, &mut self.text);
                    json::write_string(&String::from_utf8_lossy(&self.text), &mut self.line);
                }
            }
        }
        self.line.push(b'}');
        Ok(&self.line)
    }
}
