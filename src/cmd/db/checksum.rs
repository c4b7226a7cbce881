//! A checksum over records that is the same in every order and every engine.
//!
//! Each record is spelled in one way: its fields by name, numbers as the shortest that mean them. Its hash is the first
//! 128 bits of the SHA-256 of that; the checksum is the sum of all, so that records can come in any order and none can
//! stand in for another.

use crate::reading::error::{Error, Result};
use crate::reading::json::{self, Kind, Member};
use crate::reading::record::{Field, Record};
use ring::digest::{SHA256, digest};
use serde::{Serialize, Serializer};

/// How many records there are, and the sum of their hashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Checksum {
    pub(super) records: u64,
    #[serde(rename = "checksum", serialize_with = "as_hex")]
    sum: u128,
}

impl Checksum {
    pub(super) fn add(&mut self, hash: u128) {
        self.records += 1;
        self.sum = self.sum.wrapping_add(hash);
    }
}

fn as_hex<S: Serializer>(sum: &u128, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&format!("{sum:032x}"))
}

/// Hashes records.
#[derive(Default)]
pub(super) struct Hasher {
    pub(super) members: Vec<Member>,
    text: Vec<u8>,
}

impl Hasher {
    /// The hash of a record; where its members are stays in `members`.
    pub(super) fn hash(&mut self, line: &[u8]) -> Result<u128> {
        self.members.clear();
        json::members(line, &mut self.members).map_err(|e| Error::io("read a record", e))?;
        let record = Record::kept(line, &self.members);
        let mut fields: Vec<Field<'_>> = record.fields().collect();
        fields.sort_by(|a, b| a.name().cmp(&b.name()));
        self.text.clear();
        for field in &fields {
            json::write_string(&field.name(), &mut self.text);
            self.text.push(b':');
            write_value(field, &mut self.text);
            self.text.push(b',');
        }
        let whole = digest(&SHA256, &self.text);
        let first = whole.as_ref().first_chunk::<16>().expect("it has 32 bytes");
        Ok(u128::from_be_bytes(*first))
    }
}

/// Appends a value in the spelling that all engines' spellings have in common. Not all know a negative zero.
fn write_value(field: &Field<'_>, to: &mut Vec<u8>) {
    let raw = field.raw();
    let digits = raw.strip_prefix(b"-").unwrap_or(raw);
    match field.kind() {
        Kind::Number if raw == b"-0" || !digits.iter().all(u8::is_ascii_digit) => match field.number() {
            Some(0.0) => to.extend_from_slice(b"0.0"),
            Some(x) if x.is_finite() => json::write_f64(x, to),
            _ => to.extend_from_slice(raw),
        },
        Kind::String if raw.contains(&b'\\') => json::write_string(&field.text().unwrap_or_default(), to),
        _ => to.extend_from_slice(raw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(line: &str) -> u128 {
        Hasher::default().hash(line.as_bytes()).unwrap()
    }

    #[test]
    fn the_same_record_has_one_hash_however_it_is_spelled() {
        let one = hash(r#"{"a":1,"b":2.5,"c":"x\n"}"#);
        assert_eq!(hash(r#"{"c":"x\u000a","b":2.50,"\u0061":1}"#), one);
        for other in [
            r#"{"a":1,"b":2.5,"c":"x"}"#,
            r#"{"a":1.0,"b":2.5,"c":"x\n"}"#,
            r#"{"a":"1","b":2.5,"c":"x\n"}"#,
            r#"{"a":1,"b":2.5,"c":"x\n","d":null}"#,
            r#"{"a":1,"c":2.5,"b":"x\n"}"#,
            "{}",
        ] {
            assert_ne!(hash(other), one, "{other}");
        }
        assert_eq!(hash(r#"{"a":-0.0}"#), hash(r#"{"a":0.0}"#));
        assert_ne!(hash(r#"{"a":0}"#), hash(r#"{"a":0.0}"#));
    }

    #[test]
    fn a_checksum_knows_no_order() {
        let (a, b) = (hash(r#"{"a":1}"#), hash(r#"{"a":2}"#));
        let sum = |hashes: &[u128]| {
            let mut sum = Checksum::default();
            hashes.iter().for_each(|hash| sum.add(*hash));
            sum
        };
        assert_eq!(sum(&[a, b]), sum(&[b, a]));
        assert_ne!(sum(&[a, b]), sum(&[a, a]));
        assert_ne!(sum(&[a]), sum(&[a, 0]));
    }

    /// As anybody can compute it: `printf '"a":1,' | sha256sum | head -c 32`.
    #[test]
    fn the_hash_is_that_of_sha_256() {
        assert_eq!(format!("{:032x}", hash(r#"{"a":1}"#)), "d6f73f37b6160ba06c8aca5747315d91");
    }
}
