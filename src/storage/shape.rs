//! What a table of readings is like, whichever engine has it: its fields with their types, in order, and how it keeps
//! its rows. So a table can be made as another one is, also elsewhere.

use super::columns::{Column, Naming, Role};
use super::settings::{Precision, Type};
use crate::reading::key::Keys;

/// What a table is like. What an engine has not (a table without a key) it makes as near as it can.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    /// The fields, with what their columns are for.
    fields: Vec<(String, Role)>,
    /// `None`: as the engine has them by itself.
    pub precision: Option<Precision>,
    /// No two records have one time and series.
    pub has_key: bool,
    /// There is an index by series beside the key.
    pub by_series: bool,
}

impl Shape {
    /// Of these fields; time and series come last where they are not among them. There is a column for the names of
    /// fields that are null, and, if `more`, one for further fields: nobody need add one later.
    pub(crate) fn new(keys: &Keys, columns: &[(String, Type)], more: bool) -> Shape {
        let mut fields: Vec<(String, Role)> = Vec::new();
        let mut add = |field: &str, role: Role| {
            if !fields.iter().any(|(other, _)| other == field) {
                let role = match field {
                    field if field == keys.time_name() => Role::Time,
                    field if keys.by().iter().any(|by| by == field) => Role::Series,
                    _ => role,
                };
                fields.push((field.to_owned(), role));
            }
        };
        for (field, of) in columns {
            add(field, Role::Field(*of));
        }
        add(keys.time_name(), Role::Time);
        for by in keys.by() {
            add(by, Role::Series);
        }
        fields.push((String::new(), Role::Nulls));
        fields.extend(more.then_some((String::new(), Role::More)));
        Shape { fields, precision: None, has_key: true, by_series: false }
    }

    /// As this table is.
    pub(super) fn of(columns: &[Column], precision: Option<Precision>, has_key: bool, by_series: bool) -> Shape {
        let fields = columns.iter().map(|c| (c.field.clone(), c.role)).collect();
        Shape { fields, precision, has_key, by_series }
    }

    /// The time field and the series fields.
    pub(crate) fn keys(&self) -> Keys {
        let of = |role| self.fields.iter().filter(move |(_, of)| *of == role).map(|(field, _)| field.clone());
        Keys::named(of(Role::Time).next().unwrap_or_default(), of(Role::Series).collect())
    }

    /// There is a column for fields that have none of their own.
    pub(crate) fn has_more(&self) -> bool {
        self.fields.iter().any(|(_, role)| *role == Role::More)
    }

    pub(super) fn fields(&self) -> &[(String, Role)] {
        &self.fields
    }

    /// Its columns, by names that the engine can have.
    pub(super) fn columns(&self, naming: Naming) -> Vec<Column> {
        let mut columns = Vec::with_capacity(self.fields.len());
        for (field, role) in &self.fields {
            let name = naming.free(&role.wish(field), &columns);
            columns.push(Column { field: field.clone(), name, role: *role });
        }
        columns
    }
}
