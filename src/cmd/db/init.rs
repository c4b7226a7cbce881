//! `db init`: tables made by somebody who may, for those who may only store.

use crate::flow::stdio;
use crate::host::exit::Exit;
use crate::host::options::TimescaleSettings;
use crate::reading::error::Result;
use crate::reading::key::Keys;
use crate::storage::{self, Precision, Shape, Type, WriteSettings};
use clap::{ArgGroup, ValueEnum as _, ValueHint};
use std::path::PathBuf;

/// An example that runs, for the help.
const EXAMPLE: &str =
    "Example: kymo db init readings.db --schema examples/surfrad.schema.json && kymo db info readings.db";

/// Create a database's tables before anything is stored
///
/// Creates the tables that kymo needs and, with --schema or --columns, a table of readings, or the columns that this
/// table lacks. What exists is not changed, so it is safe to run this again at any time.
///
/// A user who may not create or change tables can then use `kymo store --no-ddl`. For a PostgreSQL database this prints
/// the GRANT statements for such a user, with psql's variable `role` for its name (psql -v role=NAME). --grant runs
/// them.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, after_help = storage::ENVIRONMENT)]
#[command(group = ArgGroup::new("fields").args(["schema", "columns"]))]
pub(super) struct Args {
    /// The database: the path of an SQLite file; or a PostgreSQL database, postgres://… or libpq's words host=… dbname=…
    #[arg(value_name = "TARGET", value_hint = ValueHint::FilePath)]
    target: String,

    /// The table
    #[arg(long, value_name = "NAME", default_value = "readings")]
    table: String,

    /// Create the columns that this JSON Schema names
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    schema: Option<PathBuf>,

    /// Create these columns; TYPE is number, text, bool or json
    #[arg(long, value_name = "FIELD:TYPE,…", value_delimiter = ',', value_parser = column)]
    columns: Vec<(String, Type)>,

    /// Add a column for all further fields: what `store --no-ddl --evolve json` needs
    #[arg(long, requires = "fields")]
    more: bool,

    /// The field with the time of measurement
    #[arg(long, value_name = "FIELD", default_value = "time", requires = "fields")]
    time: String,

    /// The field or fields that identify a record's series
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', default_value = "device", requires = "fields")]
    by: Vec<String>,

    /// How fine the times of a new table are (PostgreSQL) [default: us]
    #[arg(long, value_enum, value_name = "us|ns", requires = "fields")]
    precision: Option<Precision>,

    /// Create the table without a key, for `store --at-least-once` (PostgreSQL)
    #[arg(long, requires = "fields")]
    at_least_once: bool,

    /// Index a new table by series too: one series of many is read fast, all are written more slowly (PostgreSQL)
    #[arg(long, requires = "fields")]
    series_index: bool,

    /// Give this role the privileges to store with --no-ddl (PostgreSQL)
    #[arg(long, value_name = "ROLE")]
    grant: Option<String>,

    #[command(flatten)]
    timescale: TimescaleSettings,
}

impl Args {
    pub(super) fn run(self) -> Result<Exit> {
        let columns = match &self.schema {
            Some(path) => storage::schema_columns(path)?,
            None => self.columns,
        };
        let role = self.grant.as_deref();
        let mut admin = storage::admin(&self.target)?;
        if role.is_some() {
            // An engine without roles says so before anything is made.
            admin.grants(&self.table, role)?;
        }
        if columns.is_empty() {
            admin.init()?;
        } else {
            let keys = Keys::named(self.time, self.by);
            let shape = Shape::new(&keys, &columns, self.more);
            let settings = WriteSettings {
                precision: self.precision,
                at_least_once: self.at_least_once,
                series_index: self.series_index,
                timescale: self.timescale,
                ..WriteSettings::new(self.table.clone(), keys)
            };
            admin.make(&settings, &shape)?;
        }
        let statements = admin.grants(&self.table, role)?;
        if role.is_some() {
            admin.grant(&statements)?;
        }
        let lines: String = statements.iter().map(|statement| format!("{statement}\n")).collect();
        stdio::print(lines.as_bytes()).map(|()| Exit::Code(0))
    }
}

/// `FIELD:TYPE`.
fn column(text: &str) -> Result<(String, Type), String> {
    let (field, of) = text.rsplit_once(':').ok_or("FIELD:TYPE, as temperature:number")?;
    let of = Type::from_str(of, false).map_err(|_| format!("{of:?} is not one of number, text, bool, json"))?;
    Ok((field.to_owned(), of))
}
