//! Taking: rows in their order, by one process at a time. What is handed on is noted first, so that after a kill its
//! next taker knows that it comes again; what is confirmed is deleted. Neither waits for the disk: a deletion that a
//! power cut takes back is a record that comes twice, not one that is lost.

use super::file::{self, Change, Row, count, depth, fault, remove, rows};
use super::trial::{self, Ending, Trial};
use crate::host::lock::FileLock;
use crate::reading::error::{Code, Result};
use crate::reading::time;
use crate::storage::settings::Sync;
use crate::storage::sqlite::{Access, FEW_ROWS, File, Turns, lock_path};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// With no more free pages than these (16 MiB) it is not worth the while.
const FREE_PAGES: i64 = 4096;

/// An open queue that records are taken from.
pub(crate) struct Taking {
    file: File,
    path: PathBuf,
    turns: Turns,
    /// The last id that was read.
    last: i64,
    /// The file's `data_version` when nothing more was found.
    empty_at: Option<i64>,
    /// Space is being given back.
    shrinks: bool,
    turn: Turn,
    _lock: FileLock,
}

/// Who has it is the one that takes from the queue, until the last one that shares it is gone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turn(Arc<Mutex<Option<FileLock>>>);

impl Turn {
    /// It has come.
    pub(crate) fn has_come(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn comes(&self, lock: FileLock) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(lock);
    }
}

/// How a taker begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Began {
    /// Some records were on their way when a run ended with a fault.
    pub trial: Option<Trial>,
}

/// What a taker writes down.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Note<'a> {
    /// What stands up to this id is confirmed.
    pub confirmed: Option<i64>,
    /// How many of those were damaged.
    pub damaged: u64,
    /// How many of those are dead letters now.
    pub dead: u64,
    /// What stands up to this id is handed on now.
    pub taken: Option<i64>,
    /// Rejects (NDJSON lines).
    pub rejects: &'a [u8],
}

impl Taking {
    /// Opens a queue; makes it if it is not there. `Busy` while it is checked.
    /// `turn`: until it and its clones are gone nobody else takes.
    pub(crate) fn open(path: &str, turn: Turn) -> Result<Taking> {
        let (file, lock) = file::open(path, Access::Create)?;
        file.set_sync(Sync::Normal)?;
        file.keep_reserve();
        let path = lock_path(path, "take.lock");
        Ok(Taking {
            file,
            path,
            turns: Turns::new(),
            last: i64::MIN,
            empty_at: None,
            shrinks: false,
            turn,
            _lock: lock,
        })
    }

    /// Becomes the one that takes, if nobody else is; then what an earlier one took and did not confirm counts as
    /// one attempt more. `None`: somebody else is. `tries`: those are taken so that the one to blame is found.
    pub(crate) fn begin(&mut self, tries: bool) -> Result<Option<Began>> {
        let Some(lock) = FileLock::try_exclusive(&self.path)? else { return Ok(None) };
        self.turn.comes(lock);
        let trial = self.write(|file| {
            let killed = tries.then(Ending::killed);
            trial::judge(&file.db, killed.as_ref()).map_err(|e| fault(file, "write to", e))
        })?;
        Ok(Some(Began { trial }))
    }

    /// Reads what comes next, at most this many records of about this many bytes. Gives the last one's id.
    pub(crate) fn read(
        &mut self,
        limit: u64,
        bytes: usize,
        each: &mut dyn FnMut(Row<'_>) -> Result<()>,
    ) -> Result<Option<i64>> {
        // Asked before it is read: what is put between the two is seen the next time.
        let version = self.file.pragma("data_version")?;
        if self.empty_at == Some(version) {
            // Others put into a file that was put in its place; nothing would ever come here.
            self.file.check_places()?;
            return Ok(None);
        }
        let last = rows(&self.file, self.last, limit, bytes, &mut |row| each(row).map(|()| true))?;
        match last {
            Some(id) => self.last = id,
            None => self.empty_at = Some(version),
        }
        Ok(last)
    }

    /// Writes down what became of records, in one transaction.
    pub(crate) fn note(&mut self, mut note: Note<'_>) -> Result<()> {
        match self.note_at_once(note) {
            Err(why) if why.code() == Code::DiskFull && note.confirmed.is_some() => {
                note.damaged -= self.remove_by_and_by(note)?;
                self.note_at_once(note)
            }
            noted => noted,
        }
    }

    /// On a full disk: what is confirmed is removed in steps, each with less to write. Gives how many damaged ones it counted.
    fn remove_by_and_by(&mut self, note: Note<'_>) -> Result<u64> {
        let mut damaged = 0;
        let Some(confirmed) = note.confirmed else { return Ok(damaged) };
        let sql = "SELECT max(id) FROM (SELECT id FROM kymo_queue WHERE id <= ?1 ORDER BY id LIMIT ?2)";
        loop {
            let ask = self.file.db.prepare_cached(sql);
            let last =
                ask.and_then(|mut s| s.query_row([confirmed, FEW_ROWS as i64], |row| row.get::<_, Option<i64>>(0)));
            let Some(last) = last.map_err(|e| fault(&self.file, "read", e))? else { return Ok(damaged) };
            damaged += self.file.freeing(|file| {
                let (records, bytes) = remove(file, "id <= ?1", last)?;
                let damaged = ((note.damaged - damaged) as i64).min(records);
                count(
                    file,
                    Change { taken: records - damaged, damaged, bytes: -bytes, ..Change::default() },
                    time::now(),
                )?;
                Ok(damaged as u64)
            })?;
        }
    }

    fn note_at_once(&mut self, note: Note<'_>) -> Result<()> {
        self.write(|file| {
            file.keep_rejects(note.rejects)?;
            let mut change = Change::default();
            if let Some(id) = note.confirmed {
                let (records, bytes) = remove(file, "id <= ?1", id)?;
                // Some may have been dropped or purged meanwhile.
                change.damaged = (note.damaged as i64).min(records);
                change.taken = records - change.damaged;
                change.bytes = -bytes;
            }
            if note.dead > 0 {
                trial::count(&file.db, note.dead).map_err(|e| fault(file, "write to", e))?;
            }
            if let Some(id) = note.taken {
                let sql = "UPDATE kymo_counts SET taken_to = ?1";
                let noted = file.db.prepare_cached(sql).and_then(|mut s| s.execute([id]));
                noted.map_err(|e| fault(file, "write to", e))?;
            }
            count(file, change, time::now())
        })
    }

    /// Gives some space of an empty queue back to the file system: a backlog that is gone need not be kept room for.
    pub(crate) fn shrink(&mut self) -> Result<()> {
        if !self.shrinks && self.file.pragma("freelist_count")? <= FREE_PAGES {
            return Ok(());
        }
        // The file becomes shorter with the last step only.
        self.shrinks = depth(&self.file)?.records == 0 && self.file.give_back()?;
        if !self.shrinks {
            self.file.keep_reserve();
        }
        Ok(())
    }

    fn write<T>(&mut self, write: impl FnMut(&File) -> Result<T>) -> Result<T> {
        self.turns.begin();
        let written = self.file.freeing(write);
        self.turns.ended();
        written
    }
}
