//! Databases: what commands need of one, whichever engine it is. A target that is a path is an SQLite file.
//!
//! One table of readings has a time column, one column a series field and one column a field; its key is
//! (time, series). What a record said comes back as it said it: numbers as they were, absent fields absent.
//!
//! `engine` is what each engine does, `settings` how a table is written, `open` finds the engine of a target.

mod admin;
mod cell;
mod check;
mod columns;
mod engine;
mod layout;
mod open;
mod postgres;
mod properties;
pub(crate) mod queue;
mod rollup;
mod row;
mod settings;
mod shape;
mod sqlite;

pub(crate) use admin::{Admin, Info, TableInfo};
pub(crate) use engine::{Archive, Chosen, Limits, Old, Query, Reader, Stored, Takers, Trimmer, Writer};
pub(crate) use open::{admin, backup, exists, foreign, is_server, reader, trimmer, writer};
pub(crate) use postgres::ENVIRONMENT;
pub(crate) use properties::schema_columns;
pub(crate) use rollup::Rollup;
pub(crate) use settings::{Evolve, MOST_COLUMNS, OnConflict, Precision, Sync, Type, WriteSettings};
pub(crate) use shape::Shape;
