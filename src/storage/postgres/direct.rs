//! Records into a table of readings.
//!
//! Rows are copied straight into the table while the next ones are made: new records, nearly all, need no more. Only
//! when the server refuses that (a key is there already, a constraint) the batch takes the sure way (`staged.rs`).

use super::columns::is_there;
use super::copy::{Copying, SLICE_BYTES};
use super::encode;
use super::fault;
use super::link::Link;
use super::rows::Cells;
use super::schema::{Kept, NAMING, check_name};
use super::staged::{Staging, is_of_a_row, refused};
use super::timescale::{self, Retention};
use super::way::{Fates, Way};
use crate::flow::batch::Batch;
use crate::reading::error::{Code, Error, Kind, Result};
use crate::reading::record::Record;
use crate::storage::columns::{Column, quoted};
use crate::storage::engine::Stored;
use crate::storage::layout::Layout;
use crate::storage::settings::{Precision, WriteSettings};

/// A table that is written.
pub(super) struct Direct {
    layout: Layout,
    kept: Kept,
    /// The rows of what is not committed, as far as they are not sent.
    rows: Vec<u8>,
    copying: Option<Copying>,
    /// There is something that is not committed.
    taken: bool,
    /// Its rows are lost with what was sent, and are to be made again.
    undone: bool,
    /// How many rows were made since the last commit.
    count: u64,
    /// Rows may be copied into the table; not where they have owners (row-level security).
    copies: bool,
    /// The table is one of TimescaleDB's.
    is_hypertable: bool,
    /// The table's policy that drops what is old.
    retention: Option<Retention>,
    /// How many batches take the sure way at once, since the fast one failed.
    sure: u32,
    /// How many that was the last time.
    last_sure: u32,
}

/// After the fast way has failed, at most this many batches do not try it.
const MOST_SURE: u32 = 64;

impl Direct {
    pub(super) fn new(settings: WriteSettings) -> Result<Direct> {
        check_name(&settings.table)?;
        let kept = Kept {
            precision: settings.precision.unwrap_or(Precision::Us),
            has_key: !settings.at_least_once,
            by_series: settings.series_index,
        };
        let layout = Layout::new(settings, NAMING);
        Ok(Direct {
            layout,
            kept,
            rows: Vec::new(),
            copying: None,
            taken: false,
            undone: false,
            count: 0,
            copies: true,
            is_hypertable: false,
            retention: None,
            sure: 0,
            last_sure: 0,
        })
    }

    /// Takes the columns as the database has them now; another process may have changed them.
    fn load(&mut self, link: &mut Link) -> Result<()> {
        let server = link.server()?;
        let table = self.layout.settings.table.clone();
        if self.layout.settings.ddl {
            server.forget_dropped(&table)?;
        }
        let mut columns = server.columns(&table)?;
        if columns.is_none() && server.is_taken(&table)? {
            // It may have been made just now.
            columns = server.columns(&table)?;
            if columns.is_none() {
                return Err(Error::usage(format!("--table {table:?}: {} has {table:?} already", server.name())));
            }
        }
        match columns {
            Some(columns) => {
                self.layout.check_keys(&columns)?;
                self.kept = server.kept(&table)?;
                check_kept(&self.layout.settings, self.kept)?;
                server.check_types(&table, &columns, self.kept.precision)?;
                self.copies = !server.has_row_security(&table)?;
                self.is_hypertable = timescale::is_hypertable(server, &table)?;
                self.retention = match self.is_hypertable {
                    true => Retention::of(server, &table, self.kept.precision)?,
                    false => None,
                };
                if columns != self.layout.columns {
                    self.layout.set_columns(columns);
                }
            }
            None => self.layout.set_columns(Vec::new()),
        }
        Ok(())
    }

    /// Makes the table, or finds that another process has.
    fn make(&mut self, link: &mut Link, first: Option<&Record<'_>>) -> Result<()> {
        let (layout, kept) = (&self.layout, self.kept);
        if !layout.settings.ddl {
            let name = &layout.settings.table;
            return Err(Error::usage(format!(
                "--no-ddl: there is no table {name} of readings: kymo db init creates it"
            )));
        }
        let made = link.server()?.change(|server| match server.columns(&layout.settings.table)? {
            Some(_) => Ok(()),
            None => server.create(&layout.settings, &layout.first_columns(first)?, kept),
        });
        made.map_err(refused)?;
        self.load(link)
    }

    /// Sees to it that the table has a column for each field of a record.
    fn evolve(&mut self, link: &mut Link, record: &Record<'_>) -> Result<()> {
        loop {
            let changes = self.layout.resolve(record)?;
            if changes.is_empty() {
                return Ok(());
            }
            self.check(record, self.layout.changed(changes).0)?;
            if !self.layout.settings.ddl {
                return Err(Error::data(
                    Code::Field,
                    "it needs a column that the table has not, and --no-ddl adds none",
                ));
            }
            // In a transaction of its own, so that nobody waits for this batch.
            self.undone();
            link.undo();
            let layout = &mut self.layout;
            let changed = link.server()?.change(|server| {
                let table = layout.settings.table.clone();
                layout.set_columns(server.columns_of(&table)?);
                let changes = layout.resolve(record)?;
                server.add_all(layout, changes)
            });
            changed.map_err(refused)?;
            self.load(link)?;
        }
    }

    /// A record must be sound before the table changes for it: in these columns it could be written.
    fn check(&mut self, record: &Record<'_>, columns: Vec<Column>) -> Result<()> {
        if let Some(column) = columns.iter().find(|column| column.field.contains('\0')) {
            return Err(Error::data(
                Code::Nul,
                format!("PostgreSQL keeps no NUL, as in the field name {:?}", column.field),
            ));
        }
        let before = std::mem::take(&mut self.layout.columns);
        self.layout.set_columns(columns);
        let layout = &mut self.layout;
        let checked = layout
            .resolve(record)
            .and_then(|_| Cells::default().write(layout, self.kept, record, |_, _| {}, &mut Vec::new()));
        layout.set_columns(before);
        checked
    }

    /// The fast way: rows go to the server while the next ones are made.
    fn copy(&mut self, link: &mut Link) -> Result<()> {
        let server = link.begin()?;
        let copying = match &mut self.copying {
            Some(copying) => copying,
            None => {
                let names = self.layout.columns.iter().filter(|c| is_there(c)).map(|c| quoted(&c.name));
                let names = names.collect::<Vec<_>>().join(", ");
                let table = quoted(&self.layout.settings.table);
                server.check_types(&self.layout.settings.table, &self.layout.columns, self.kept.precision)?;
                let mut copying = Copying::begin(server, &format!("COPY {table} ({names}) FROM STDIN BINARY"))?;
                copying.send(server, &mut encode::HEADER.to_vec())?;
                self.copying.insert(copying)
            }
        };
        copying.send(server, &mut self.rows)
    }

    fn finish(&mut self, link: &mut Link) -> Result<()> {
        self.rows.extend_from_slice(encode::TRAILER);
        self.copy(link)?;
        if let Some(copying) = self.copying.take() {
            let server = link.server()?;
            let taken = copying.finish(server)?;
            if taken < self.count {
                return Err(fault::left_out(format!("write to {}", server.name()), self.count, taken));
            }
        }
        Ok(())
    }

    fn is_fast(&self) -> bool {
        self.copies && self.sure == 0 && !self.undone
    }
}

impl Way for Direct {
    fn ready(&mut self, link: &mut Link) -> Result<()> {
        let server = link.server()?;
        timescale::check(server, &self.layout.settings.timescale)?;
        if self.layout.settings.ddl {
            server.migrate()?;
        } else if !server.is_made()? {
            let why = format!("--no-ddl: {} has no tables of kymo's: kymo db init creates them", server.name());
            return Err(Error::usage(why));
        }
        self.load(link)?;
        if self.layout.columns.is_empty() && !self.layout.settings.columns.is_empty() {
            let made = self.make(link, None);
            made.map_err(|e| if e.kind() == Kind::Data { Error::usage(e.to_string()) } else { e })?;
        }
        Ok(())
    }

    fn take(&mut self, link: &mut Link, record: &Record<'_>) -> Result<()> {
        if self.layout.columns.is_empty() {
            self.layout.settings.keys.time(record)?;
            self.check(record, self.layout.first_columns(Some(record))?)?;
            self.make(link, Some(record))?;
        }
        if let Some(retention) = &self.retention {
            retention.check(self.layout.settings.keys.time(record)?)?;
        }
        if !self.layout.resolve(record)?.is_empty() {
            self.evolve(link, record)?;
        }
        Cells::default().write(&self.layout, self.kept, record, encode::begin_row, &mut self.rows)?;
        self.taken = true;
        self.count += 1;
        Ok(())
    }

    fn send(&mut self, link: &mut Link) -> Result<()> {
        if !self.is_fast() {
            // They are made again.
            self.rows.clear();
            return Ok(());
        }
        if self.rows.len() >= SLICE_BYTES { self.copy(link) } else { Ok(()) }
    }

    fn store(&mut self, link: &mut Link, records: &Batch) -> Result<Fates> {
        if self.is_fast() {
            match self.finish(link) {
                Ok(()) => return Ok(Vec::new()),
                Err(why) if is_of_a_row(&why) => {
                    self.last_sure = (self.last_sure * 2).clamp(1, MOST_SURE);
                    self.sure = self.last_sure;
                }
                Err(why) => return Err(why),
            }
        }
        self.undone();
        link.undo();
        let server = link.begin()?;
        server.check_types(&self.layout.settings.table, &self.layout.columns, self.kept.precision)?;
        let (updates, copies, is_hypertable) = (self.layout.settings.ddl, self.copies, self.is_hypertable);
        let mut staging = Staging { server, layout: &mut self.layout, kept: self.kept, updates, copies, is_hypertable };
        let fates = staging.store(records)?;
        self.sure = self.sure.saturating_sub(1);
        if fates.iter().all(|fate| matches!(fate, Ok(Stored::New))) {
            (self.sure, self.last_sure) = (0, 0);
        }
        Ok(fates)
    }

    fn undone(&mut self) {
        self.copying = None;
        self.rows.clear();
        self.undone = self.taken;
    }

    fn committed(&mut self) {
        self.rows.clear();
        self.count = 0;
        self.taken = false;
        self.undone = false;
    }
}

/// The table must be as the flags say.
fn check_kept(settings: &WriteSettings, kept: Kept) -> Result<()> {
    let table = &settings.table;
    if settings.precision.is_some_and(|wanted| wanted != kept.precision) {
        return Err(Error::usage(format!("table {table} was created with another --precision")));
    }
    if settings.at_least_once == kept.has_key {
        let how = if kept.has_key { "has a key: store without" } else { "has no key: store with" };
        return Err(Error::usage(format!("table {table} {how} --at-least-once")));
    }
    Ok(())
}
