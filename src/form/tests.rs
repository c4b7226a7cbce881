//! There and back: what a form writes without an error, it reads as the same record.

use super::cells::{Fields, Style};
use super::{Encoder, Form, Input, Settings, Take, Target};
use crate::form::dialect::{Naming, Numbers};
use crate::reading::error::{Error, Result};
use crate::reading::json;
use crate::reading::key::Keys;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

/// What an input gave.
#[derive(Debug, Default)]
struct Given {
    records: Vec<String>,
    rejects: Vec<(u64, String)>,
}

impl Take for Given {
    fn record(&mut self, _line: u64, object: &[u8]) -> Result<()> {
        self.records.push(String::from_utf8(object.to_vec()).expect("UTF-8"));
        Ok(())
    }

    fn begin_reject(&mut self, line: u64, why: &Error) -> Result<()> {
        self.rejects.push((line, why.to_string()));
        Ok(())
    }

    fn reject_piece(&mut self, _bytes: &[u8]) -> Result<()> {
        Ok(())
    }

    fn end_reject(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Writes records one after the other; those that the form holds, and the text.
fn write(target: Target, named: &[String], records: &[String]) -> (Vec<String>, Vec<u8>) {
    let keys = Keys::named("time".to_owned(), vec!["device".to_owned()]);
    let fields = || Ok(Fields { named: named.to_vec(), rest: None });
    let mut encoder = Encoder::new(target, keys, fields).expect("an encoder");
    let mut text = Vec::new();
    if encoder.begin(&mut text) {
        text.push(b'\n');
    }
    let mut held = Vec::new();
    for record in records {
        if encoder.record(record.as_bytes(), &mut text).is_ok() {
            text.push(b'\n');
            held.push(record.clone());
        }
    }
    encoder.end(&mut text);
    (held, text)
}

/// Reads a text in pieces of this many bytes.
fn read(settings: &Settings, text: &[u8], piece: usize) -> Given {
    let mut input = Input::new(settings, None, 1 << 20);
    let mut given = Given::default();
    for bytes in text.chunks(piece.max(1)) {
        input.feed(bytes, &mut given).expect("read");
    }
    input.finish(true, &mut given).expect("read");
    given
}

fn text(value: &str) -> String {
    let mut to = Vec::new();
    json::write_string(value, &mut to);
    String::from_utf8(to).expect("UTF-8")
}

/// An object of those members that are there.
fn object(members: impl IntoIterator<Item = (String, Option<String>)>) -> String {
    let there = members.into_iter().filter_map(|(name, value)| Some(format!("{}:{}", text(&name), value?)));
    format!("{{{}}}", there.collect::<Vec<_>>().join(","))
}

/// A text of all that forms have a use for.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-c ]{0,6}",
        3 => "[ab,;=\"\\\\\t\r\n #'{}\\[\\]|:-]{0,6}",
        1 => prop_oneof!["true", "false", "null", "NaN", "-?[0-9]{1,3}([.,][0-9]{1,2})?", "\\+1", "\\.5", "1e5", "2024-04-27"],
        1 => "\\PC{0,4}",
        1 => "\u{feff}[a-z]{0,2}",
        1 => "[\u{1}-\u{1f}\u{7f}\u{85}\u{a0}\u{2028}]{1,3}",
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-z_]{1,6}".boxed(), 2 => any_text().prop_filter("a name", |name| !name.is_empty()).boxed()]
        .prop_filter("not of the key", |name| !matches!(name.as_str(), "time" | "device" | "measurement" | "unit"))
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "-?(0|[1-9][0-9]{0,5})(\\.[0-9]{1,6})?",
        1 => "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,2})?",
    ]
}

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![number(), prop_oneof!["true", "false"], any_text().prop_map(|value| text(&value))]
}

fn moment() -> impl Strategy<Value = String> {
    (prop_oneof![0_i64..4_000_000_000_000_000_000, -1_000_000_000_000_000_000_i64..0, 0_i64..1_000_000_000_000])
        .prop_map(|ns| {
            let mut to = b"\"".to_vec();
            crate::reading::time::write_rfc3339(ns, &mut to);
            to.push(b'"');
            String::from_utf8(to).expect("UTF-8")
        })
}

/// Names, and records with some of them.
fn table() -> impl Strategy<Value = (Vec<String>, Vec<Vec<Option<String>>>)> {
    btree_set(name(), 1..5).prop_flat_map(|names| {
        let names: Vec<String> = names.into_iter().collect();
        let row = vec(proptest::option::weighted(0.8, scalar()), names.len());
        (Just(names), vec(row, 1..4))
    })
}

fn records((names, rows): &(Vec<String>, Vec<Vec<Option<String>>>)) -> Vec<String> {
    rows.iter().map(|row| object(names.iter().cloned().zip(row.iter().cloned()))).collect()
}

fn same(given: &Given, held: &[String], text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    assert!(given.rejects.is_empty() && given.records == held, "{text:?} is {given:?} and not {held:?}");
}

fn of(form: Form) -> Settings {
    Settings { form: Some(form), naming: Naming::Yes, ..Settings::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, max_global_rejects: 100_000, max_local_rejects: 1_000_000, ..ProptestConfig::default() })]

    #[test]
    fn json_comes_back(table in table(), piece in 1_usize..40) {
        let records = records(&table);
        for target in [Target::Json, Target::Ndjson] {
            let (held, text) = write(target, &[], &records);
            prop_assert_eq!(&held, &records);
            same(&read(&of(Form::Json), &text, piece), &held, &text);
        }
    }

    /// Text, numbers and truths stay what they are; of one column, a row of nothing is the text of nothing.
    #[test]
    fn csv_comes_back(table in table(), piece in 1_usize..40, decimal in prop_oneof![Just('.'), Just(',')], separator in prop_oneof![Just(None), Just(Some('|')), Just(Some('\t'))]) {
        let (names, rows) = &table;
        prop_assume!(names.len() > 1 || rows.iter().all(|row| row[0].is_some()));
        // A row of nothing between tabs is a blank line.
        prop_assume!(separator != Some('\t') || rows.iter().all(|row| row.iter().any(Option::is_some)));
        prop_assume!(names[0] != "TOA5");
        let records = records(&table);
        let (held, text) = write(Target::Cells(Style::new(separator, Some(decimal))), names, &records);
        prop_assert_eq!(&held, &records);
        let settings = Settings { separator, numbers: Numbers { decimal }, ..of(Form::Csv) };
        same(&read(&settings, &text, piece), &held, &text);
    }

    /// There is nothing that could say that a cell is text: what looks like something else is that.
    #[test]
    fn tsv_comes_back(table in table(), piece in 1_usize..40) {
        let (names, rows) = &table;
        let bare = |text: &str| text.trim_matches(' ') == text && !text.starts_with(['#', '\u{feff}']) && !text.is_empty();
        prop_assume!(names.iter().all(|name| bare(name) && !name.contains(['\t', '\n', '\r'])));
        let is_itself = |value: &String| match serde_json::from_str::<serde_json::Value>(value) {
            Ok(serde_json::Value::String(text)) => bare(&text) && !matches!(text.as_str(), "true" | "false") && !Numbers::default().is_number(&text),
            _ => true,
        };
        prop_assume!(rows.iter().flatten().flatten().all(is_itself));
        // A row of nothing is a blank line.
        prop_assume!(rows.iter().all(|row| row.iter().any(Option::is_some)));
        let (held, text) = write(Target::Cells(Style::tabs(None)), names, &records(&table));
        same(&read(&of(Form::Tsv), &text, piece), &held, &text);
    }

    #[test]
    fn influx_comes_back(measurement in any_text(), device in any_text(), table in table(), time in moment(), piece in 1_usize..40) {
        let records: Vec<String> = records(&table)
            .iter()
            .map(|record| {
                let device = if device.is_empty() { String::new() } else { format!(",\"device\":{}", text(&device)) };
                let fields = record.strip_prefix('{').and_then(|record| record.strip_suffix('}')).unwrap_or_default();
                let comma = if fields.is_empty() { "" } else { "," };
                format!("{{\"measurement\":{}{device}{comma}{fields},\"time\":{time}}}", text(&measurement))
            })
            .collect();
        let (held, text) = write(Target::Influx("m".to_owned()), &[], &records);
        same(&read(&of(Form::Influx), &text, piece), &held, &text);
    }

    #[test]
    fn senml_comes_back(device in any_text(), value in scalar(), unit in proptest::option::of(any_text()), sum in proptest::option::of(number()), time in moment(), piece in 1_usize..40) {
        let name = match value.as_bytes()[0] {
            b'"' => "text",
            b't' | b'f' => "on",
            _ => "value",
        };
        // As the reader has them: the sum after a number, before anything else.
        let (first, second) = ((name, Some(value)), ("sum", sum));
        let (first, second) = if name == "value" { (first, second) } else { (second, first) };
        let members = [("time", Some(time)), ("device", Some(text(&device))), first, second, ("unit", unit.map(|unit| text(&unit)))];
        let record = object(members.map(|(name, value)| (name.to_owned(), value)));
        let (held, text) = write(Target::Senml, &[], &[record]);
        same(&read(&of(Form::Senml), &text, piece), &held, &text);
    }
}
