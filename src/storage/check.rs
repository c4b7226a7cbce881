//! What must hold of a table's columns in every engine: that the table has those that `kymo_columns` tells, and the key
//! of time and series.

use super::columns::{Column, Role};
use std::collections::HashSet;

/// What is wrong with a table whose columns should be these, and which has columns and a key of these names.
/// `is_there`: a column that stands in `kymo_columns` must be in the table as well. No `key`: it was made without.
pub(super) fn faults(
    columns: &[Column],
    is_there: impl Fn(&Column) -> bool,
    found: &[String],
    key: Option<&[String]>,
) -> Vec<String> {
    let mut faults = Vec::new();
    let times = columns.iter().filter(|c| c.role == Role::Time).count();
    if times != 1 {
        faults.push(format!("kymo_columns names {times} columns of its time, not one"));
    }
    let mut fields = HashSet::new();
    for column in columns.iter().filter(|c| !matches!(c.role, Role::Marked | Role::Nulls | Role::More)) {
        if !fields.insert(&column.field) {
            faults.push(format!("kymo_columns names two columns of field {}", column.field));
        }
    }
    for column in columns.iter().filter(|c| is_there(c) && !found.contains(&c.name)) {
        faults.push(format!("it has no column {}, which keeps {}", column.name, keeps(column)));
    }
    let of = |role| columns.iter().filter(move |c| c.role == role).map(|c| c.name.clone());
    let wanted: Vec<String> = of(Role::Time).chain(of(Role::Series)).collect();
    if let Some(key) = key
        && wanted != key
    {
        let have = if key.is_empty() { "none".to_owned() } else { format!("({})", key.join(", ")) };
        faults.push(format!("its key is ({}), and it has {have}", wanted.join(", ")));
    }
    faults
}

/// What a column is for, in words.
pub(super) fn keeps(column: &Column) -> String {
    match column.role {
        Role::Time => "the time".to_owned(),
        Role::Series => format!("the series field {}", column.field),
        Role::Field(of) => format!("{} of field {}", of.words(), column.field),
        Role::Marked => "the names of fields that were filled".to_owned(),
        Role::Nulls => "the names of fields that are null".to_owned(),
        Role::More => "further fields".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::settings::Type;

    #[test]
    fn a_table_must_have_what_is_said_of_it() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let column = |name: &str, role| Column { field: name.to_owned(), name: name.to_owned(), role };
        let columns = [
            column("time", Role::Time),
            column("device", Role::Series),
            column("value", Role::Field(Type::Number)),
            column("new", Role::Field(Type::Unset)),
        ];
        let is_there = |column: &Column| column.role != Role::Field(Type::Unset);
        let found = names(&["value", "device", "time"]);
        assert!(faults(&columns, is_there, &found, Some(&names(&["time", "device"]))).is_empty());
        let wrong = faults(&columns, |_| true, &found[1..], Some(&names(&["device", "time"])));
        assert_eq!(
            wrong,
            [
                "it has no column value, which keeps numbers of field value",
                "it has no column new, which keeps null of field new",
                "its key is (time, device), and it has (device, time)"
            ]
        );
        let twice = [column("a", Role::Field(Type::Text)), column("a", Role::Field(Type::Text))];
        let wrong = faults(&twice, |_| true, &names(&["a"]), None);
        let wanted = ["kymo_columns names 0 columns of its time, not one", "kymo_columns names two columns of field a"];
        assert_eq!(wrong, wanted);
    }
}
