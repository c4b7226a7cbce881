//! `db info`: what a database is and holds, on a page for people or as an object for programs.

use crate::flow::stdio;
use crate::host::exit::Exit;
use crate::reading::error::{Error, Result};
use crate::reading::time;
use crate::storage::{self, Info, TableInfo};
use clap::ValueHint;
use indicatif::{HumanBytes, HumanCount};
use std::fmt::Write as _;

/// An example that runs, for the help.
const EXAMPLE: &str = "Example: kymo store readings.db examples/surfrad.ndjson && kymo db info readings.db";

/// Report what a database is and contains
///
/// Prints engine, version and size; for each table the number of records and series, the first and last time, and the
/// columns; the states of pipelines; the number of rejects. If a table is so large that counting would take long, it
/// prints PostgreSQL's own estimate, and the number of series among the newest million records. Such numbers are marked
/// `about`, or listed under `estimated` in the JSON object.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, after_help = storage::ENVIRONMENT)]
pub(super) struct Args {
    /// The database: the path of an SQLite file; or a PostgreSQL database, postgres://… or libpq's words host=… dbname=…
    #[arg(value_name = "DB", value_hint = ValueHint::FilePath)]
    db: String,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> Result<Exit> {
        let info = storage::admin(&self.db)?.info()?;
        let text = match self.json {
            true => serde_json::to_string(&info).map_err(|e| Error::io("spell a report", e))? + "\n",
            false => page(&info),
        };
        stdio::print(text.as_bytes()).map(|()| Exit::Code(0))
    }
}

/// Lines of a name and what is said of it.
struct Page(String);

impl Page {
    fn line(&mut self, indent: usize, name: &str, value: &str) {
        let width = 11 - indent;
        let _ = writeln!(self.0, "{:indent$}{name:width$}{value}", "");
    }
}

fn page(info: &Info) -> String {
    let mut page = Page(String::new());
    page.line(0, "database", &info.database);
    let extension = info.timescaledb.as_ref().map_or(String::new(), |version| format!(", TimescaleDB {version}"));
    page.line(0, "engine", &format!("{} {}{extension}", info.engine, info.version));
    page.line(0, "size", &HumanBytes(info.bytes).to_string());
    let schema = if info.schema == 0 { "not created by kymo".to_owned() } else { format!("version {}", info.schema) };
    page.line(0, "schema", &schema);
    let unread = || "no permission to read it".to_owned();
    if info.schema > 0 {
        let rejects = info.rejects.map_or_else(unread, |n| format!("{} kept", HumanCount(n)));
        page.line(0, "rejects", &rejects);
        let states = info.states.as_ref().map_or_else(unread, |all| {
            let each = all.iter().map(|state| {
                let stages = if state.stages == 1 { "stage" } else { "stages" };
                format!("{} ({} {stages}, {})", state.pipeline, state.stages, HumanBytes(state.bytes))
            });
            if all.is_empty() { "none".to_owned() } else { each.collect::<Vec<_>>().join(", ") }
        });
        page.line(0, "states", &states);
    }
    for table in &info.tables {
        add_table(table, &mut page);
    }
    page.0
}

fn add_table(table: &TableInfo, page: &mut Page) {
    let _ = writeln!(page.0, "\ntable {}", table.table);
    let about = |name: &str| if table.estimated.contains(&name) { "about " } else { "" };
    let when = |ns: Option<i64>| ns.map_or_else(|| "-".to_owned(), rfc3339);
    page.line(2, "records", &format!("{}{}", about("records"), HumanCount(table.records)));
    page.line(2, "series", &format!("{}{}", about("series"), HumanCount(table.series)));
    page.line(2, "first", &when(table.first));
    page.line(2, "last", &when(table.last));
    if let Some(bytes) = table.bytes {
        page.line(2, "size", &HumanBytes(bytes).to_string());
    }
    page.line(2, "times", if table.precision == "ns" { "nanoseconds" } else { "microseconds" });
    let key = if table.key.is_empty() { "none".to_owned() } else { table.key.join(", ") };
    page.line(2, "key", &key);
    if let Some(is) = table.hypertable {
        page.line(2, "kind", if is { "hypertable" } else { "plain table" });
    }
    page.line(2, "trimmed", &when(table.last_trim));
    let width = table.columns.iter().map(|c| c.column.chars().count()).max().unwrap_or(0);
    for (n, column) in table.columns.iter().enumerate() {
        let of = if column.field == column.column || column.field.is_empty() {
            column.word.to_owned()
        } else {
            format!("{} of {}", column.word, column.field)
        };
        page.line(2, if n == 0 { "columns" } else { "" }, &format!("{:width$}  {of}", column.column));
    }
}

fn rfc3339(ns: i64) -> String {
    let mut text = Vec::with_capacity(32);
    time::write_rfc3339(ns, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}
