//! Any bytes, in every form with any options: nothing panics, no record is longer than it may be, pieces of any size say the
//! same, no line is lost, and what a form writes it reads as the same records. The first byte chooses the form, or else
//! `FORM`, a number.

#![no_main]

use kymo::json;
use kymo::trial::{MAX_RECORD, Read, Trial};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

/// The form that `FORM` names by its number: for a run of one alone.
static ONLY: LazyLock<Option<u8>> =
    LazyLock::new(|| std::env::var("FORM").ok().map(|number| number.parse().expect("FORM: a number")));

fuzz_target!(|input: &[u8]| {
    let [form, options, piece, bytes @ ..] = input else { return };
    let trial = Trial::new(ONLY.unwrap_or(*form), *options);
    let read = trial.read(bytes, 1 << 16).expect("rejects");
    // A time that is counted from now is another one later.
    let is_now = |record: &[u8]| trial.is_senml() && !is_fixed(record);
    let same = trial.read(bytes, usize::from(*piece).max(1)).expect("rejects");
    let is_packed = bytes.starts_with(b"\x1f\x8b") || bytes.starts_with(b"\x28\xb5\x2f\xfd");
    let is_damaged = |read: &Read| read.rejects.iter().any(|(line, _)| *line == 0);
    // How much of it is still unpacked depends on the pieces; and so does, without a checksum, what of the damage is found.
    if is_packed && (is_damaged(&read) || is_damaged(&same)) {
        return;
    }
    assert_eq!(read.rejects, same.rejects, "in pieces");
    assert_eq!(read.records.len(), same.records.len(), "in pieces");
    for ((line, record), (same_line, same)) in read.records.iter().zip(&same.records) {
        assert!(line == same_line && (record == same || is_now(record)), "in pieces");
    }
    let lines = read.records.iter().chain(&read.rejects).map(|(line, _)| *line);
    // What is packed may have more lines than bytes.
    assert!(is_packed || lines.clone().all(|line| line <= bytes.len() as u64 + 1));
    let is_marked = [&b"\xef\xbb\xbf"[..], b"\xff\xfe", b"\xfe\xff"].iter().any(|mark| bytes.starts_with(mark));
    if trial.is_of_lines() && !is_packed && !is_marked && !bytes.contains(&b'\r') {
        let is_blank = |line: &&[u8]| line.iter().all(|byte| matches!(byte, b' ' | b'\t'));
        let count = bytes.split(|byte| *byte == b'\n').filter(|line| !is_blank(line)).count();
        assert_eq!(lines.count(), count, "a line is lost");
    }
    let mut fields: Vec<String> = Vec::new();
    let mut records = Vec::new();
    for (_, record) in &read.records {
        assert!(record.len() <= MAX_RECORD);
        if record.contains(&b'\n') || record.contains(&b'\r') {
            // NDJSON is not looked at here; a line of it is.
            assert!(!record.contains(&b'\n'));
            return;
        }
        let mut members = Vec::new();
        if json::members(record, &mut members).is_err() {
            assert!(trial.is_of_lines());
            return;
        }
        if is_now(record) {
            return;
        }
        for member in &members {
            let name = member.key_text(record).into_owned();
            if !fields.contains(&name) {
                fields.push(name);
            }
        }
        records.push(record.clone());
    }
    // A row of nothing cannot be told from a blank line, and some names only stand in the first place for something else.
    let is_empty = records.iter().any(|record| record == b"{}");
    let first = fields.first().map_or("", String::as_str);
    if fields.is_empty()
        || is_empty
        || first.starts_with("TOA5")
        || first.starts_with(['#', '\u{feff}'])
        || fields.contains(&String::new())
    {
        return;
    }
    let Some((held, text)) = trial.write(&records, &fields) else { return };
    if held.is_empty() {
        return;
    }
    let again = trial.again().read(&text, 1 << 16).expect("rejects");
    if held.iter().any(|record| record.len() > MAX_RECORD / 4) || text.len() > MAX_RECORD {
        return;
    }
    let all = |records: &mut dyn Iterator<Item = &Vec<u8>>| records.map(|record| sorted(record)).collect::<Vec<_>>();
    let (held, found) = (all(&mut held.iter()), all(&mut again.records.iter().map(|(_, record)| record)));
    assert!(again.rejects.is_empty() && found == held, "{:?}: {found:?}, not {held:?}", String::from_utf8_lossy(&text));
});

/// Its time is long ago, or given.
fn is_fixed(record: &[u8]) -> bool {
    let year = record.get(9..13).and_then(|year| std::str::from_utf8(year).ok()).and_then(|year| year.parse().ok());
    year.is_some_and(|year: u32| (1980..2020).contains(&year))
}

/// The members of a record, by name: columns have an order of their own.
fn sorted(record: &[u8]) -> Vec<(String, String)> {
    let mut members = Vec::new();
    json::members(record, &mut members).expect("an object");
    let member = |member: &json::Member| {
        let value = String::from_utf8_lossy(member.value(record)).into_owned();
        (member.key_text(record).into_owned(), value)
    };
    let mut members: Vec<_> = members.iter().map(member).collect();
    members.sort();
    members
}
