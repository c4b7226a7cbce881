//! A table of a TOML file that is read key by key. What is asked for is what is known: a key that nobody has asked for at
//! the end is a fault, told with the nearest one that was. Every fault is gathered, with its line, so that one look at the
//! messages mends the whole file.

use crate::reading::error::{Code, Error};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Names that are less alike than this are not suggested (Jaro-Winkler, 1: equal).
const ALIKE: f64 = 0.8;

/// A file and what is wrong with it.
pub(super) struct Source<'i> {
    name: &'i str,
    text: &'i str,
    faults: RefCell<Vec<(usize, String, Code)>>,
}

/// What is wrong with a file, a line each, and the code that all of it has; else `Usage`.
#[derive(Debug)]
pub(super) struct Faults {
    pub(super) code: Code,
    pub(super) lines: Vec<String>,
}

impl Faults {
    /// The one fault that makes the file unusable.
    pub(super) fn one(line: String) -> Faults {
        Faults { code: Code::Usage, lines: vec![line] }
    }
}

impl<'i> Source<'i> {
    pub(super) fn new(name: &'i str, text: &'i str) -> Source<'i> {
        Source { name, text, faults: RefCell::default() }
    }

    /// The whole file; what cannot be read as TOML is left out of it, and told.
    pub(super) fn parse(&'i self) -> Table<'i> {
        let (table, faults) = DeTable::parse_recoverable(self.text);
        for fault in faults {
            let at = fault.span().map_or(self.text.len(), |span| span.start);
            self.fault(at, fault.message().trim().replace('\n', ", "));
        }
        Table::new(self, String::new(), 0, table.into_inner())
    }

    /// One more fault, at this byte.
    pub(super) fn fault(&self, at: usize, what: impl Into<String>) {
        self.fault_of(at, what, Code::Usage);
    }

    /// The same, of another kind than wrong words.
    pub(super) fn fault_of(&self, at: usize, what: impl Into<String>, code: Code) {
        self.faults.borrow_mut().push((at, what.into(), code));
    }

    /// `station.toml:7: …` for each fault, from the first line to the last.
    pub(super) fn faults(&self) -> Faults {
        let mut faults = self.faults.take();
        faults.sort();
        faults.dedup();
        let code =
            faults.iter().map(|(.., code)| *code).reduce(|one, other| if one == other { one } else { Code::Usage });
        let line =
            |at: usize| 1 + self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|&&b| b == b'\n').count();
        let lines = faults.into_iter().map(|(at, what, _)| format!("{}:{}: {what}", self.name, line(at))).collect();
        Faults { code: code.unwrap_or(Code::Usage), lines }
    }
}

/// A table with what has not been asked for yet.
pub(super) struct Table<'i> {
    source: &'i Source<'i>,
    /// `pipeline.collect`; empty: the file itself.
    path: String,
    /// Where its name stands.
    pub(super) at: usize,
    left: BTreeMap<String, (usize, Spanned<DeValue<'i>>)>,
    asked: Vec<&'static str>,
    /// Where the keys stand.
    places: BTreeMap<String, usize>,
}

impl<'i> Table<'i> {
    fn new(source: &'i Source<'i>, path: String, at: usize, table: DeTable<'i>) -> Table<'i> {
        let entry = |(key, value): (Spanned<Cow<'i, str>>, _)| {
            let at = key.span().start;
            (key.into_inner().into_owned(), (at, value))
        };
        let left: BTreeMap<_, _> = table.into_iter().map(entry).collect();
        let places = left.iter().map(|(key, (at, _))| (key.clone(), *at)).collect();
        Table { source, path, at, left, asked: Vec::new(), places }
    }

    /// A key of this table, as one finds it in the file.
    fn full(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn take(&mut self, key: &'static str) -> Option<(usize, DeValue<'i>)> {
        self.asked.push(key);
        self.left.remove(key).map(|(at, value)| (at, value.into_inner()))
    }

    /// Where a key stands, if it does.
    pub(super) fn place(&self, key: &str) -> Option<usize> {
        self.places.get(key).copied()
    }

    /// One more fault of this key.
    pub(super) fn fault(&self, at: usize, key: &str, what: impl std::fmt::Display) {
        self.source.fault(at, format!("{}: {what}", self.full(key)));
    }

    /// The same, for a file that the key names and that cannot be used.
    pub(super) fn fault_of_file(&self, at: usize, key: &str, why: &Error) {
        let code = if why.code() == Code::Refused { Code::Refused } else { Code::Usage };
        self.source.fault_of(at, format!("{}: {why}", self.full(key)), code);
    }

    /// A value that `read` makes of what is there; `None` if the key is missing, or if its value is wrong, which is reported.
    pub(super) fn get<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue<'i>) -> Result<T, String>,
    ) -> Option<T> {
        let (at, value) = self.take(key)?;
        read(&value).map_err(|why| self.fault(at, key, why)).ok()
    }

    /// As [`Table::get`], with the place, for faults that show only later.
    pub(super) fn get_at<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue<'i>) -> Result<T, String>,
    ) -> Option<(usize, T)> {
        let (at, value) = self.take(key)?;
        read(&value).map(|value| (at, value)).map_err(|why| self.fault(at, key, why)).ok()
    }

    /// A table in this one; an empty one if there is no value.
    pub(super) fn table(&mut self, key: &'static str) -> Table<'i> {
        let (at, value) = self.take(key).unwrap_or((self.at, DeValue::Table(DeTable::new())));
        let path = self.full(key);
        match value {
            DeValue::Table(table) => Table::new(self.source, path, at, table),
            _ => {
                self.fault(at, key, "must be a table");
                Table::new(self.source, path, at, DeTable::new())
            }
        }
    }

    /// The tables in this one, whose names the user chooses.
    pub(super) fn tables(&mut self) -> Vec<(String, Table<'i>)> {
        let left = std::mem::take(&mut self.left);
        let named = left.into_iter().filter_map(|(name, (at, value))| match value.into_inner() {
            DeValue::Table(table) => {
                let path = self.full(&name);
                Some((name, Table::new(self.source, path, at, table)))
            }
            _ => {
                self.fault(at, &name, "must be a table");
                None
            }
        });
        named.collect()
    }

    /// Names that the user chooses, with their texts.
    pub(super) fn texts(&mut self) -> Vec<(String, String)> {
        let left = std::mem::take(&mut self.left);
        let pair = |(name, (at, value)): (String, (usize, Spanned<DeValue<'i>>))| {
            let text = text(value.get_ref()).map_err(|why| self.fault(at, &name, why)).ok()?;
            Some((name, text))
        };
        left.into_iter().filter_map(pair).collect()
    }

    /// Tells what nobody asked for.
    pub(super) fn finish(self) {
        for (key, (at, _)) in &self.left {
            let near = nearest(key, &self.asked).map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
            self.source.fault(*at, format!("{}: unknown key{near}", self.full(key)));
        }
    }
}

/// The name that is most like this one, if any is.
pub(super) fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    let alike = known.iter().map(|&known| (strsim::jaro_winkler(name, known), known));
    alike.filter(|(alike, _)| *alike >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}

/// A text.
pub(super) fn text(value: &DeValue<'_>) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| "must be a text in quotes".to_owned())
}

/// A list of texts.
pub(super) fn texts(value: &DeValue<'_>) -> Result<Vec<String>, String> {
    let item = |item: &Spanned<DeValue<'_>>| item.get_ref().as_str().map(str::to_owned);
    let list: Option<Vec<String>> = value.as_array().and_then(|list| list.iter().map(item).collect());
    list.ok_or_else(|| "must be a list of texts: [\"…\", \"…\"]".to_owned())
}

/// A text that something else reads.
pub(super) fn parsed<T>(read: impl Fn(&str) -> Result<T, String>) -> impl Fn(&DeValue<'_>) -> Result<T, String> {
    move |value| read(&text(value)?)
}

/// A whole number in a range.
pub(super) fn whole(value: &DeValue<'_>, least: i64, most: i64) -> Result<i64, String> {
    let number = match value {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    };
    let number = number.filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("must be a whole number from {least} to {most}"))
}

/// A list of whole numbers in a range.
pub(super) fn wholes(value: &DeValue<'_>, least: i64, most: i64) -> Result<Vec<i64>, String> {
    let item = |item: &Spanned<DeValue<'_>>| whole(item.get_ref(), least, most).ok();
    let list: Option<Vec<i64>> = value.as_array().and_then(|list| list.iter().map(item).collect());
    list.ok_or_else(|| format!("must be a list of whole numbers from {least} to {most}: [2, 77]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_told_with_its_line() {
        let text = "kymo = 1\nnaem = 'x'\n[pipeline.a]\nrun = 7\nrestrat = 'always'\nqqq = 1\n[pipeline]\nb = 3\n";
        let source = Source::new("f.toml", text);
        let mut file = source.parse();
        assert_eq!(file.get("name", super::text), None);
        let mut pipelines = file.table("pipeline");
        for (_, mut table) in pipelines.tables() {
            assert!(table.get("run", super::text).is_none());
            assert!(table.get("restart", super::text).is_none());
            table.finish();
        }
        pipelines.finish();
        file.finish();
        let faults = source.faults().lines.join("\n");
        for told in [
            "f.toml:2: naem: unknown key: did you mean `name`?",
            "f.toml:4: pipeline.a.run: must be a text in quotes",
            "f.toml:5: pipeline.a.restrat: unknown key: did you mean `restart`?",
            "f.toml:6: pipeline.a.qqq: unknown key",
        ] {
            assert!(faults.contains(told), "{told}\n{faults}");
        }
        assert!(!faults.contains("qqq: unknown key:"), "{faults}");
    }

    #[test]
    fn numbers_have_a_range() {
        let source = Source::new("f", "a = 7\nb = 300\nc = [2, 0x4d]\nd = -1");
        let mut file = source.parse();
        assert_eq!(file.get("a", |v| whole(v, 0, 9)), Some(7));
        assert_eq!(file.get("b", |v| whole(v, 0, 255)), None);
        assert_eq!(file.get("c", |v| wholes(v, 0, 255)), Some(vec![2, 77]));
        assert_eq!(file.get("d", |v| whole(v, -20, 19)), Some(-1));
        file.finish();
        assert_eq!(source.faults().lines, ["f:2: b: must be a whole number from 0 to 255"]);
    }
}
