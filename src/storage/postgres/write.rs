//! Writing: records in, rows out, in one transaction a commit.
//!
//! What is not committed is kept here as it came, so that a transaction that was lost with its connection, or stood in
//! another's way, is done again. Which rows become of records is the business of a `Way`: into a table of readings
//! (`direct.rs`) or by a statement of the user's (`statement.rs`).

use super::beside::{self, Beside};
use super::direct::Direct;
use super::fault::{is_transient, state};
use super::link::Link;
use super::statement::Statement;
use super::way::{Fates, Way};
use crate::flow::batch::Batch;
use crate::flow::reject::{From, write_reject};
use crate::flow::stage::States;
use crate::host::diag;
use crate::reading::error::{Code, Error, Kind, Result};
use crate::reading::record::Record;
use crate::storage::engine::{Each, Stored, Writer};
use crate::storage::settings::WriteSettings;

/// The SQLSTATE of a server that takes no writes.
const READ_ONLY: &str = "25006";

/// A database that is written to.
pub(crate) struct Writing {
    link: Link,
    way: Box<dyn Way>,
    /// What is not committed, as it came.
    records: Batch,
    rejects: Vec<u8>,
    beside: Beside,
    /// There are tables for what is kept beside the records.
    has_beside: bool,
}

impl Writing {
    pub(crate) fn open(target: &str, settings: WriteSettings) -> Result<Writing> {
        let link = Link::new(target, &settings.retry, settings.sync);
        let has_beside = settings.ddl && settings.insert.is_none();
        let way: Box<dyn Way> = match &settings.insert {
            Some(sql) => Box::new(Statement::new(sql, settings.at_least_once)),
            None => Box::new(Direct::new(settings)?),
        };
        let (records, rejects, beside) = (Batch::default(), Vec::new(), Beside::default());
        let mut writing = Writing { link, way, records, rejects, beside, has_beside };
        // A server that is not there yet is no error; one that will not have us is.
        match writing.connect() {
            Err(why) if is_transient(&why) => writing.wait(why)?,
            connected => connected?,
        }
        Ok(writing)
    }

    /// Connects if need be.
    fn connect(&mut self) -> Result<()> {
        if self.link.is_up() {
            return Ok(());
        }
        self.way.undone();
        self.link.connect()?;
        let ready = self.way.ready(&mut self.link);
        if ready.is_err() {
            // The next attempt has to look as well.
            self.link.give_up();
        }
        ready
    }

    /// After a fault that may pass.
    fn wait(&mut self, why: Error) -> Result<()> {
        self.way.undone();
        self.link.undo();
        if state(&why) == Some(READ_ONLY) {
            // By now another server may be the one that is written to.
            self.link.give_up();
        }
        self.link.wait(why)
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
                    if failed && done.is_ok() {
                        let name = self.link.server()?.name();
                        diag::info(Code::Resumed, format_args!("{name} is written to again"));
                    }
                    return done;
                }
            }
        }
    }

    fn take(&mut self, record: &Record<'_>) -> Result<()> {
        let mut taken = self.way.take(&mut self.link, record);
        if let Err(why) = &taken
            && why.kind() != Kind::Data
            && (is_transient(why) || !self.link.is_up())
        {
            taken = self.insist(|writing| writing.way.take(&mut writing.link, record));
        }
        taken?;
        self.records.copy(record);
        Ok(())
    }

    fn store(&mut self) -> Result<Fates> {
        self.way.store(&mut self.link, &self.records)
    }

    /// Does again what was lost before it was permanent. What comes out otherwise than it was told is rejected here.
    fn again(&mut self) -> Result<()> {
        if self.records.is_empty() {
            return Ok(());
        }
        let fates = self.store()?;
        for (record, fate) in self.records.records().zip(fates) {
            if let Err(why) = fate {
                // Another process was faster. Told twice, it is kept once.
                let from = From { stage: "store", line: record.origin().line, ..From::default() };
                write_reject(&mut self.rejects, from, &why, record.raw());
            }
        }
        Ok(())
    }

    fn write_beside(&mut self, states: Option<&States>) -> Result<()> {
        let target = self.link.target.clone();
        let server = self.link.begin()?;
        beside::keep_rejects(server, &self.rejects)?;
        if let Some(states) = states {
            self.beside.write(&target, server, states)?;
        }
        self.link.commit()
    }
}

impl Writer for Writing {
    fn write(&mut self, batch: &Batch, each: &mut Each<'_>) -> Result<()> {
        for record in batch.records() {
            match self.take(&record) {
                Err(why) if why.kind() == Kind::Data => each(&record, Err(why))?,
                taken => taken?,
            }
        }
        if self.link.is_up() && self.way.send(&mut self.link).is_err() {
            // What is wrong is found again when it is settled.
            self.way.undone();
            self.link.undo();
        }
        Ok(())
    }

    fn settle(&mut self, each: &mut Each<'_>) -> Result<()> {
        if self.records.is_empty() {
            return Ok(());
        }
        let mut fates = self.insist(Writing::store)?.into_iter();
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
        let states = states.filter(|states| self.has_beside && self.beside.is_news(states));
        if self.records.is_empty() && self.rejects.is_empty() && states.is_none() {
            return Ok(());
        }
        self.insist(|writing| {
            if !writing.link.is_open() {
                writing.again()?;
            }
            writing.write_beside(states)
        })?;
        if let Some(states) = states {
            self.beside.written(states);
        }
        self.records.clear();
        self.rejects.clear();
        self.way.committed();
        Ok(())
    }

    fn states(&mut self, pipeline: &str) -> Result<Option<States>> {
        if !self.has_beside {
            return Ok(None);
        }
        let states = self.insist(|writing| {
            let target = writing.link.target.clone();
            writing.beside.states(&target, writing.link.server()?, pipeline)
        });
        states.map(Some)
    }
}
