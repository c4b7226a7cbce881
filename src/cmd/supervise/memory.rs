//! When the units that run at their times were last started: kept in a file, so that a run that was missed while nobody was
//! here is made up, once.

use super::status;
use crate::host::beside;
use crate::host::diag;
use crate::reading::error::{Code, Error, Result};
use crate::reading::time;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub(super) struct Memory {
    path: PathBuf,
    /// RFC 3339, by name.
    last: BTreeMap<String, String>,
}

impl Memory {
    /// Reads the file. One that is missing, or cannot be understood, is as one in which nothing stands.
    pub(super) fn open(path: &Path) -> Memory {
        let unknown = |why: &dyn std::fmt::Display| {
            diag::warn(Code::StateReset, format_args!("{} {why}: missed runs are unknown", path.display()));
            BTreeMap::new()
        };
        let last = match std::fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|why| unknown(&format!("is damaged ({why})"))),
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(why) => unknown(&format!("cannot be read ({why})")),
        };
        Memory { path: path.to_owned(), last }
    }

    /// When the unit of this name last ran; ns since 1970.
    pub(super) fn last(&self, name: &str) -> Option<i64> {
        time::parse_rfc3339(self.last.get(name)?.as_bytes()).ok()
    }

    /// It runs now.
    pub(super) fn ran(&mut self, name: &str, now: i64) {
        self.last.insert(name.to_owned(), status::spelled(now));
        self.save();
    }

    /// These are the units with times; those that are new count from now on.
    pub(super) fn keep(&mut self, names: &[String], now: i64) {
        let before = self.last.clone();
        self.last.retain(|name, _| names.contains(name));
        for name in names {
            self.last.entry(name.clone()).or_insert_with(|| status::spelled(now));
        }
        if self.last != before {
            self.save();
        }
    }

    /// From now on it is kept in another file.
    pub(super) fn keep_in(&mut self, path: &Path) {
        path.clone_into(&mut self.path);
        self.save();
    }

    fn save(&self) {
        if let Err(why) = self.write() {
            diag::warn(Code::StateReset, format_args!("{why}: missed runs will not be done later"));
        }
    }

    fn write(&self) -> Result<()> {
        let mut text = serde_json::to_vec_pretty(&self.last).map_err(|e| Error::io("spell the state", e))?;
        text.push(b'\n');
        beside::replace(&self.path, &text).map(drop)
    }
}
