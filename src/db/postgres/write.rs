//! Writing: records in, rows out, in one transaction a commit.
//!
//! Rows are copied straight into the table while the next ones are made: new records, nearly all, need no more. Only
//! when the server refuses that (a key is there already, a constraint) the batch takes the sure way (`staged.rs`).
//! What is not committed is kept here as it came, so that a transaction that was lost with its connection, or stood in
//! another's way, is done again.

use super::beside::{self, Beside};
use super::copy::{Copying, SLICE_BYTES};
use super::encode;
use super::rows::Cells;
use super::schema::{Kept, NAMING, is_there};
use super::staged::{Staging, is_of_a_row};
use super::{Server, is_transient};
use crate::db::columns::{Column, quoted};
use crate::db::layout::Layout;
use crate::db::{Each, Precision, Stored, Sync, WriteSettings, Writer};
use crate::diag;
use crate::error::{Error, Kind, Result};
use crate::net::backoff::Backoff;
use crate::record::{Batch, Record};
use crate::reject::write_reject;
use crate::stage::States;
use std::time::Instant;

/// A table that is written.
pub struct Writing {
    target: String,
    /// None: the connection is lost, or there was none yet.
    server: Option<Server>,
    connected: Instant,
    backoff: Backoff,
    layout: Layout,
    kept: Kept,
    /// What is not committed, as it came.
    records: Batch,
    /// Their rows, as far as they are not sent.
    rows: Vec<u8>,
    /// A transaction is open.
    open: bool,
    copying: Option<Copying>,
    /// What was sent is undone: all rows are to be made again.
    undone: bool,
    /// So many batches take the sure way at once, since the fast one failed.
    sure: u32,
    /// How many that was the last time.
    last_sure: u32,
    rejects: Vec<u8>,
    beside: Beside,
}

/// After the fast way has failed, at most so many batches do not try it.
const MOST_SURE: u32 = 64;

impl Writing {
    pub fn open(target: &str, settings: WriteSettings) -> Result<Writing> {
        let name = &settings.table;
        if name.is_empty() || name.to_ascii_lowercase().starts_with("kymo_") || name.contains('\0') || name.len() > 63 {
            return Err(Error::usage(format!("--table {name:?} cannot be a table of readings")));
        }
        let kept = Kept {
            precision: settings.precision.unwrap_or(Precision::Us),
            has_key: !settings.at_least_once,
            by_series: settings.series_index,
        };
        let mut writing = Writing {
            target: target.to_owned(),
            server: None,
            connected: Instant::now(),
            backoff: Backoff::new(&settings.retry),
            layout: Layout::new(settings, NAMING),
            kept,
            records: Batch::default(),
            rows: Vec::new(),
            open: false,
            copying: None,
            undone: false,
            sure: 0,
            last_sure: 0,
            rejects: Vec::new(),
            beside: Beside::default(),
        };
        // A server that is not there yet is no error; one that will not have us is.
        match writing.connect() {
            Err(why) if is_transient(&why) => drop(writing.wait(why)?),
            connected => connected?,
        }
        Ok(writing)
    }

    /// Connects if need be, and takes the table's columns as they are.
    fn connect(&mut self) -> Result<()> {
        if self.server.as_ref().is_some_and(|server| !server.is_closed()) {
            return Ok(());
        }
        self.forget();
        self.server = None;
        let mut server = Server::connect(&self.target)?;
        if self.layout.settings.ddl {
            server.migrate()?;
        } else if !server.is_made()? {
            let why = format!("{} has no tables of kymo's, and --no-ddl makes none: kymo db init", server.name());
            return Err(Error::usage(why));
        }
        self.server = Some(server);
        self.connected = Instant::now();
        self.load()?;
        if self.layout.columns.is_empty() && !self.layout.settings.columns.is_empty() {
            self.make(None).map_err(|e| if e.kind() == Kind::Data { Error::usage(e.to_string()) } else { e })?;
        }
        Ok(())
    }

    /// Takes the columns as the database has them now; another process may have changed them.
    fn load(&mut self) -> Result<()> {
        let Some(server) = &mut self.server else { return Ok(()) };
        let table = self.layout.settings.table.clone();
        match server.columns(&table)? {
            Some(columns) => {
                self.layout.check_keys(&columns)?;
                self.kept = server.kept(&table)?;
                check_kept(&self.layout.settings, self.kept)?;
                if columns != self.layout.columns {
                    self.layout.set_columns(columns);
                }
            }
            None if server.is_taken(&table)? => {
                return Err(Error::usage(format!("--table {table:?}: {} has {table:?} already", server.name())));
            }
            None => self.layout.set_columns(Vec::new()),
        }
        Ok(())
    }

    /// Drops what was begun: the transaction and the rows that were sent in it.
    fn forget(&mut self) {
        self.copying = None;
        self.undone = !self.records.is_empty();
        self.rows.clear();
        let rolled = match &self.server {
            Some(server) if std::mem::take(&mut self.open) => server.run("undo in", "ROLLBACK"),
            _ => Ok(()),
        };
        if rolled.is_err() {
            self.server = None;
        }
    }

    /// After a fault that may pass: tells it, waits.
    fn wait(&mut self, why: Error) -> Result<()> {
        self.forget();
        self.backoff.lasted(self.connected.elapsed());
        let pause = self.backoff.again("store", why)?;
        std::thread::sleep(pause);
        self.connected = Instant::now();
        Ok(())
    }

    /// Does something until it is done, or is no fault that may pass.
    fn insist<T>(&mut self, mut what: impl FnMut(&mut Writing) -> Result<T>) -> Result<T> {
        let mut failed = false;
        loop {
            match self.connect().and_then(|()| what(self)) {
                Err(why) if is_transient(&why) => {
                    failed = true;
                    self.wait(why)?;
                }
                done => {
                    if failed && let (Ok(_), Some(server)) = (&done, &self.server) {
                        diag::info("store", "resumed", format_args!("{} is written to again", server.name()));
                    }
                    return done;
                }
            }
        }
    }

    fn server(&self) -> Result<&Server> {
        self.server.as_ref().ok_or_else(|| Error::new(Kind::Bug, "no connection"))
    }

    fn begin(&mut self) -> Result<()> {
        if self.open {
            return Ok(());
        }
        let mut sql = "BEGIN ISOLATION LEVEL READ COMMITTED;".to_owned();
        sql += match self.layout.settings.sync {
            // A stronger setting stays.
            Sync::Full => {
                "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'"
            }
            Sync::Normal => "SET LOCAL synchronous_commit = off",
        };
        self.server()?.run("begin to write to", &sql)?;
        self.open = true;
        Ok(())
    }

    /// Makes the table, or finds that another process has.
    fn make(&mut self, first: Option<&Record<'_>>) -> Result<()> {
        self.may_change("it has no such table")?;
        let (layout, kept) = (&self.layout, self.kept);
        if let Some(server) = &mut self.server {
            server.change(|server| match server.columns(&layout.settings.table)? {
                Some(_) => Ok(()),
                None => server.create(layout, first, kept),
            })?;
        }
        self.load()
    }

    fn may_change(&self, why: &str) -> Result<()> {
        match self.layout.settings.ddl {
            true => Ok(()),
            false => Err(Error::usage(format!("--no-ddl: {why}: table {}", self.layout.settings.table))),
        }
    }

    /// Sees to it that the table has a column for each field of a record.
    fn evolve(&mut self, record: &Record<'_>) -> Result<()> {
        loop {
            let changes = self.layout.resolve(record)?;
            if changes.is_empty() {
                return Ok(());
            }
            self.check(record, self.layout.changed(changes).0)?;
            if !self.layout.settings.ddl {
                return Err(Error::data("field", "it needs a column that the table has not, and --no-ddl adds none"));
            }
            // In a transaction of its own, so that nobody waits for this batch.
            self.forget();
            let layout = &mut self.layout;
            if let Some(server) = &mut self.server {
                server.change(|server| {
                    let table = layout.settings.table.clone();
                    layout.set_columns(server.columns_of(&table)?);
                    let changes = layout.resolve(record)?;
                    for made in layout.changed(changes).1 {
                        server.add(&table, made.position, &made.column)?;
                    }
                    Ok(())
                })?;
            }
            self.load()?;
        }
    }

    /// A record must be sound before the table changes for it: in these columns it could be written.
    fn check(&mut self, record: &Record<'_>, columns: Vec<Column>) -> Result<()> {
        let before = std::mem::take(&mut self.layout.columns);
        self.layout.set_columns(columns);
        let layout = &mut self.layout;
        let checked = layout
            .resolve(record)
            .and_then(|_| Cells::default().write(layout, self.kept, record, |_, _| {}, &mut Vec::new()));
        layout.set_columns(before);
        checked
    }

    /// Takes a record: from here on it is among those that the next commit is to keep.
    fn take<'r>(&mut self, record: &Record<'r>, cells: &mut Cells<'r>) -> Result<()> {
        if self.layout.columns.is_empty() {
            self.layout.settings.keys.time(record)?;
            self.check(record, self.layout.first_columns(Some(record))?)?;
            self.insist(|writing| if writing.layout.columns.is_empty() { writing.make(Some(record)) } else { Ok(()) })?;
        }
        if !self.layout.resolve(record)?.is_empty() {
            self.insist(|writing| writing.evolve(record))?;
            self.layout.resolve(record)?;
        }
        cells.write(&self.layout, self.kept, record, encode::begin_row, &mut self.rows)?;
        self.records.copy(record);
        Ok(())
    }

    /// The fast way: rows go to the server while the next ones are made.
    fn send(&mut self) -> Result<()> {
        self.begin()?;
        if self.copying.is_none() {
            let names: Vec<String> =
                self.layout.columns.iter().filter(|c| is_there(c)).map(|c| quoted(&c.name)).collect();
            let table = quoted(&self.layout.settings.table);
            let sql = format!("COPY {table} ({}) FROM STDIN BINARY", names.join(", "));
            let mut copying = Copying::begin(self.server()?, &sql)?;
            copying.send(self.server()?, &mut encode::HEADER.to_vec())?;
            self.copying = Some(copying);
        }
        let (Some(copying), Some(server)) = (&mut self.copying, &self.server) else { return Ok(()) };
        copying.send(server, &mut self.rows)
    }

    /// Stores what is not committed yet in the open transaction; `None`: all of it is new.
    fn attempt(&mut self) -> Result<Option<Vec<Result<Stored>>>> {
        if self.sure == 0 && !self.undone {
            match self.finish() {
                Ok(()) => return Ok(None),
                Err(why) if is_of_a_row(&why) => {
                    self.forget();
                    self.last_sure = (self.last_sure * 2).clamp(1, MOST_SURE);
                    self.sure = self.last_sure;
                }
                Err(why) => return Err(why),
            }
        }
        self.forget();
        self.begin()?;
        let Writing { server, layout, kept, records, .. } = self;
        let server = server.as_ref().ok_or_else(|| Error::new(Kind::Bug, "no connection"))?;
        let updates = layout.settings.ddl;
        let fates = Staging { server, layout, kept: *kept, updates }.store(records)?;
        self.sure = self.sure.saturating_sub(1);
        if fates.iter().all(|fate| matches!(fate, Ok(Stored::New))) {
            (self.sure, self.last_sure) = (0, 0);
        }
        Ok(Some(fates))
    }

    fn finish(&mut self) -> Result<()> {
        self.rows.extend_from_slice(encode::TRAILER);
        self.send()?;
        if let (Some(copying), Some(server)) = (self.copying.take(), &self.server) {
            copying.finish(server)?;
        }
        Ok(())
    }

    /// Does again what was lost before it was permanent. What comes out otherwise than it was told is rejected here.
    fn again(&mut self) -> Result<()> {
        if self.records.is_empty() {
            return Ok(());
        }
        let Some(fates) = self.attempt()? else { return Ok(()) };
        for (record, fate) in self.records.records().zip(fates) {
            if let Err(why) = fate {
                // Another process was faster. Told twice it is kept once.
                let origin = record.origin();
                write_reject(&mut self.rejects, "store", origin.line, None, &why, record.raw());
            }
        }
        Ok(())
    }

    fn write_beside(&mut self, states: Option<&States>) -> Result<()> {
        self.begin()?;
        let Writing { server, beside, target, rejects, .. } = self;
        let Some(server) = server else { return Ok(()) };
        beside::keep_rejects(server, rejects)?;
        if let Some(states) = states {
            beside.write(target, server, states)?;
        }
        server.run("commit to", "COMMIT")
    }
}

impl Writer for Writing {
    fn write(&mut self, batch: &Batch, each: &mut Each<'_>) -> Result<()> {
        let mut cells = Cells::default();
        for record in batch.records() {
            match self.take(&record, &mut cells) {
                Err(why) if why.kind() == Kind::Data => each(&record, Err(why))?,
                taken => taken?,
            }
        }
        if self.sure > 0 || self.undone {
            // They are made again.
            self.rows.clear();
        } else if self.rows.len() >= SLICE_BYTES && self.server.is_some() && self.send().is_err() {
            // What is wrong is found again when it is settled.
            self.forget();
        }
        Ok(())
    }

    fn settle(&mut self, each: &mut Each<'_>) -> Result<()> {
        if self.records.is_empty() {
            return Ok(());
        }
        let fates = self.insist(Writing::attempt)?;
        let mut fates = fates.unwrap_or_default().into_iter();
        for record in self.records.records() {
            each(&record, fates.next().unwrap_or(Ok(Stored::New)))?;
        }
        Ok(())
    }

    fn keep_rejects(&mut self, rejects: &[u8]) -> Result<()> {
        self.rejects.extend_from_slice(rejects);
        Ok(())
    }

    fn commit(&mut self, states: Option<&States>) -> Result<()> {
        let states = states.filter(|states| self.beside.is_news(states));
        if self.records.is_empty() && self.rejects.is_empty() && states.is_none() {
            return Ok(());
        }
        self.insist(|writing| {
            if !writing.open {
                writing.again()?;
            }
            writing.write_beside(states)
        })?;
        self.open = false;
        if let Some(states) = states {
            self.beside.written(states);
        }
        self.records.clear();
        self.rejects.clear();
        self.rows.clear();
        self.undone = false;
        Ok(())
    }

    fn states(&mut self, pipeline: &str) -> Result<Option<States>> {
        if !self.layout.settings.ddl {
            return Ok(None);
        }
        self.insist(|writing| {
            let Writing { server, beside, target, .. } = writing;
            let server = server.as_mut().ok_or_else(|| Error::new(Kind::Bug, "no connection"))?;
            beside.states(target, server, pipeline)
        })
        .map(Some)
    }

    fn keeps_rejects(&self) -> bool {
        self.layout.settings.ddl
    }
}

/// The table must be as the flags say.
fn check_kept(settings: &WriteSettings, kept: Kept) -> Result<()> {
    let table = &settings.table;
    if settings.precision.is_some_and(|wanted| wanted != kept.precision) {
        return Err(Error::usage(format!("table {table} was made with another --precision")));
    }
    if settings.at_least_once == kept.has_key {
        let how = if kept.has_key { "has a key: store without" } else { "has no key: store with" };
        return Err(Error::usage(format!("table {table} {how} --at-least-once")));
    }
    Ok(())
}
