//! Rows as PostgreSQL gives them, in its binary format, back into what the fields of a record were; and keys on their
//! way into a statement. What the cells keep is said in `encode.rs`.

use super::columns::is_there;
use super::encode::{self, EPOCH_US, Read};
use super::numeric::Numeric;
use crate::reading::json;
use crate::storage::cell::Cell;
use crate::storage::columns::{Column, Role, quoted};
use crate::storage::row;
use crate::storage::settings::{Precision, Type};
use bytes::{BufMut as _, BytesMut};
use std::borrow::Cow;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type as Sql, to_sql_checked};

/// A part of a row's key; in order as the columns are, whose texts are compared byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// In the column's own unit and epoch.
    Time(i64),
    /// As the column keeps it.
    Series(String),
}

impl Part {
    /// The least time of a column that is not before `ns`.
    pub(super) fn not_before(ns: i64, precision: Precision) -> Part {
        Part::Time(match precision {
            Precision::Ns => ns,
            Precision::Us => ns.div_euclid(1000) + i64::from(ns.rem_euclid(1000) > 0) - EPOCH_US,
        })
    }

    /// In the unit of its column; a part of a series has none.
    pub(super) fn time(&self) -> i64 {
        match self {
            Part::Time(time) => *time,
            Part::Series(_) => 0,
        }
    }

    /// A row of nothing but a key, time first.
    pub(super) fn all(row: &Row) -> Result<Vec<Part>, tokio_postgres::Error> {
        (0..row.len()).map(|place| Part::of(row, place, place == 0)).collect()
    }

    fn of(row: &Row, place: usize, is_time: bool) -> Result<Part, tokio_postgres::Error> {
        match is_time {
            true => row.try_get::<_, Stored>(place).map(|time| Part::Time(time.0)),
            false => row.try_get(place).map(Part::Series),
        }
    }

    /// As a parameter, with its type.
    pub(super) fn param(&self, precision: Precision) -> (&(dyn ToSql + Sync), Sql) {
        let of = match (self, precision) {
            (Part::Time(_), Precision::Us) => Sql::TIMESTAMPTZ,
            (Part::Time(_), Precision::Ns) => Sql::INT8,
            (Part::Series(_), _) => Sql::TEXT,
        };
        (self, of)
    }
}

impl ToSql for Part {
    fn to_sql(&self, _: &Sql, to: &mut BytesMut) -> Read<IsNull> {
        match self {
            Part::Time(time) => to.put_i64(*time),
            Part::Series(text) => to.put_slice(text.as_bytes()),
        }
        Ok(IsNull::No)
    }

    fn accepts(of: &Sql) -> bool {
        matches!(*of, Sql::TIMESTAMPTZ | Sql::INT8 | Sql::TEXT)
    }

    to_sql_checked!();
}

/// The columns of a table, as a SELECT gives them.
pub(super) struct Selected {
    pub(super) columns: Vec<Column>,
    /// Where each stands in a row; those that are not made yet do not.
    places: Vec<Option<usize>>,
    /// Those of the key, time first.
    key: Vec<usize>,
}

impl Selected {
    pub(super) fn new(columns: Vec<Column>) -> Selected {
        let mut there = 0..;
        let places: Vec<_> = columns.iter().map(|c| is_there(c).then(|| there.next()).flatten()).collect();
        let of = |role| {
            let mine = columns.iter().zip(&places).filter(move |(c, _)| c.role == role);
            mine.filter_map(|(_, place)| *place)
        };
        let key = of(Role::Time).chain(of(Role::Series)).collect();
        Selected { columns, places, key }
    }

    /// The list of columns, in SQL.
    pub(super) fn list(&self) -> String {
        let names: Vec<String> = self.columns.iter().filter(|c| is_there(c)).map(|c| quoted(&c.name)).collect();
        names.join(", ")
    }

    /// The key of a row, time first.
    pub(super) fn key(&self, row: &Row) -> Result<Vec<Part>, tokio_postgres::Error> {
        self.key.iter().enumerate().map(|(n, &place)| Part::of(row, place, n == 0)).collect()
    }

    /// Appends a row as the record that it was.
    pub(super) fn write_row(&self, row: &Row, line: &mut Vec<u8>) -> Result<(), tokio_postgres::Error> {
        let cell = |i: usize| match self.places[i] {
            Some(place) => cell(self.columns[i].role, row, place),
            None => Ok(Cell::Null),
        };
        row::write_row(&self.columns, cell, line)
    }
}

/// What a column keeps of a row. An error: the column is not of the type that kymo made it with.
fn cell(role: Role, row: &Row, place: usize) -> Result<Cell<'_>, tokio_postgres::Error> {
    Ok(match role {
        Role::Time => Cell::Integer(row.try_get::<_, Nanos>(place)?.0),
        Role::Series => series_cell(row.try_get(place)?),
        Role::Field(Type::Number) => {
            row.try_get::<_, Option<Numeric<'_>>>(place)?.map_or(Cell::Null, |numeric| numeric.cell())
        }
        Role::Field(Type::Bool) => row.try_get::<_, Option<bool>>(place)?.map_or(Cell::Null, Cell::Bool),
        Role::Field(Type::Json) | Role::Marked => {
            row.try_get::<_, Option<Json<'_>>>(place)?.map_or(Cell::Null, |json| Cell::Json(Cow::Borrowed(json.0)))
        }
        Role::Field(Type::Text | Type::Unset) | Role::Nulls | Role::More => {
            row.try_get::<_, Option<&str>>(place)?.map_or(Cell::Null, |text| Cell::Text(Cow::Borrowed(text)))
        }
    })
}

/// The time, in ns, that is a row's first cell; `None`: NULL.
pub(super) fn time(row: &Row) -> Result<Option<i64>, tokio_postgres::Error> {
    Ok(row.try_get::<_, Option<Nanos>>(0)?.map(|time| time.0))
}

/// What a series' column says: nothing, JSON, or a bare text that is neither.
fn series_cell(text: &str) -> Cell<'_> {
    match text.as_bytes() {
        [] => Cell::Null,
        json if is_json(json) => Cell::Json(Cow::Borrowed(json)),
        _ => Cell::Text(Cow::Borrowed(text)),
    }
}

/// The keys of all series that have this name in words: the text of their fields, with commas between.
pub(super) fn series_named(words: &str, fields: usize) -> Vec<Vec<Part>> {
    match fields {
        0 if words.is_empty() => vec![Vec::new()],
        0 => Vec::new(),
        1 => field_named(words).map(|part| vec![part]).collect(),
        _ => {
            let mut all = Vec::new();
            for (comma, _) in words.match_indices(',') {
                for rest in series_named(&words[comma + 1..], fields - 1) {
                    all.extend(field_named(&words[..comma]).map(|part| [&[part], &rest[..]].concat()));
                }
            }
            all
        }
    }
}

/// What a series' column keeps of the fields that are this text, or look like it: `7` is a number or a text.
fn field_named(words: &str) -> impl Iterator<Item = Part> {
    let bare = (!words.starts_with('"')).then(|| words.to_owned());
    let quoted = encode::is_ambiguous(words.as_bytes()).then(|| {
        let mut text = Vec::new();
        json::write_string(words, &mut text);
        String::from_utf8_lossy(&text).into_owned()
    });
    bare.into_iter().chain(quoted).map(Part::Series)
}

/// What no other JSON text begins with is looked at no further.
fn is_json(text: &[u8]) -> bool {
    match text.first() {
        Some(b'"' | b'-' | b'0'..=b'9' | b'{' | b'[' | b't' | b'f' | b'n') => json::check(text).is_ok(),
        _ => false,
    }
}

/// A time in its column's own unit and epoch.
struct Stored(i64);

impl<'a> FromSql<'a> for Stored {
    fn from_sql(_: &Sql, raw: &'a [u8]) -> Read<Stored> {
        Ok(Stored(i64::from_be_bytes(raw.try_into()?)))
    }

    fn accepts(of: &Sql) -> bool {
        matches!(*of, Sql::TIMESTAMPTZ | Sql::INT8)
    }
}

/// A time in ns since 1970.
struct Nanos(i64);

impl<'a> FromSql<'a> for Nanos {
    fn from_sql(of: &Sql, raw: &'a [u8]) -> Read<Nanos> {
        let Stored(time) = Stored::from_sql(of, raw)?;
        if *of == Sql::INT8 {
            return Ok(Nanos(time));
        }
        let ns = time.checked_add(EPOCH_US).and_then(|us| us.checked_mul(1000));
        ns.map(Nanos).ok_or_else(|| "its time is before 1678 or after 2261".into())
    }

    fn accepts(of: &Sql) -> bool {
        Stored::accepts(of)
    }
}

/// JSON as it was given.
struct Json<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Json<'a> {
    fn from_sql(_: &Sql, raw: &'a [u8]) -> Read<Json<'a>> {
        Ok(Json(raw))
    }

    fn accepts(of: &Sql) -> bool {
        *of == Sql::JSON
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_what_it_was() {
        let text = |text: &'static str| Cell::Text(Cow::Borrowed(text));
        let json = |text: &'static str| Cell::Json(Cow::Borrowed(text.as_bytes()));
        for (kept, cell) in [
            ("", Cell::Null),
            ("a", text("a")),
            ("7a", text("7a")),
            ("192.168.1.10", text("192.168.1.10")),
            ("7", json("7")),
            ("\"7\"", json("\"7\"")),
            ("null", json("null")),
            ("nullify", text("nullify")),
            ("[1]", json("[1]")),
            ("[x", text("[x")),
        ] {
            assert_eq!(series_cell(kept), cell, "{kept}");
        }
    }

    #[test]
    fn a_name_may_mean_several_series() {
        let named = |words: &str, fields: usize| -> Vec<String> {
            let text = |part: &Part| match part {
                Part::Series(text) => text.clone(),
                Part::Time(_) => "a time".to_owned(),
            };
            let all = series_named(words, fields);
            all.iter().map(|parts| parts.iter().map(text).collect::<Vec<_>>().join("|")).collect()
        };
        assert_eq!(named("", 0), [""]);
        assert!(named("a", 0).is_empty());
        assert_eq!(named("a b", 1), ["a b"]);
        assert_eq!(named("7", 1), ["7", "\"7\""]);
        assert_eq!(named("", 1), ["", "\"\""]);
        assert_eq!(named("\"", 1), ["\"\\\"\""]);
        assert_eq!(named("a,b", 1), ["a,b"]);
        assert_eq!(named("x,1", 2), ["x|1", "x|\"1\""]);
        assert_eq!(named("a,b,c", 2), ["a|b,c", "a,b|c"]);
        assert!(named("a", 2).is_empty());
    }

    #[test]
    fn a_limit_between_two_times_is_the_later_one() {
        for (ns, us) in [(0, 0), (1, 1), (999, 1), (1000, 1), (1001, 2), (-1, 0), (-1000, -1), (-1001, -1)] {
            assert_eq!(Part::not_before(ns, Precision::Us), Part::Time(us - EPOCH_US), "{ns}");
            assert_eq!(Part::not_before(ns, Precision::Ns), Part::Time(ns));
        }
    }
}
