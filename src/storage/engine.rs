//! What an engine does: writes, reads and deletes records. Looking after a database is in `admin.rs`.

use super::rollup::Rollup;
use crate::flow::batch::Batch;
use crate::flow::stage::States;
use crate::form::cells::Fields;
use crate::reading::error::Result;
use crate::reading::record::Record;
use std::sync::Arc;

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    /// It is new.
    New,
    /// An equal one was there.
    Equal,
    /// It took the place of another: a measured one of a filled one, or as `--on-conflict replace` says.
    Replaced,
    /// It gave way to another: a filled one to a measured one, or as `--on-conflict ignore` says.
    Superseded,
}

/// Is told what became of a record.
pub(crate) type Each<'a> = dyn FnMut(&Record<'_>, Result<Stored>) -> Result<()> + 'a;

/// Writes records. Nothing is permanent before `commit`.
pub(crate) trait Writer: Send {
    /// Writes the records of a batch, and tells `each` what became of them, now or in `settle`. An error there with
    /// `Kind::Data`: this record cannot be stored (its type, a conflict); the others can.
    fn write(&mut self, batch: &Batch, each: &mut Each<'_>) -> Result<()>;
    /// A commit is about to come: tells what became of the records that `write` has not told of.
    fn settle(&mut self, each: &mut Each<'_>) -> Result<()> {
        let _ = each;
        Ok(())
    }
    /// Keeps rejects (NDJSON lines) with the records.
    fn keep_rejects(&mut self, rejects: &[u8]) -> Result<()>;
    /// Makes everything permanent, with the states in the same transaction.
    fn commit(&mut self, states: Option<&States>) -> Result<()>;
    /// What the last commit of this pipeline kept. From here on it is this process's alone; else `Busy`.
    /// `None`: nothing but records can be written here.
    fn states(&mut self, pipeline: &str) -> Result<Option<States>>;
}

/// Which records to read. Times in ns; a record at `until` is not among them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pub table: String,
    pub since: Option<i64>,
    pub until: Option<i64>,
    /// From so long before the newest record of the table on, ns.
    pub last: Option<i64>,
    /// The series in words: several fields with commas between.
    pub series: Option<String>,
    pub limit: Option<u64>,
}

/// Reads records.
pub(crate) trait Reader: Send {
    /// There is no table of readings at all: nothing was stored yet.
    fn is_fresh(&mut self) -> Result<bool>;
    /// There is such a table of readings.
    fn has(&mut self, table: &str) -> Result<bool>;
    /// The fields, in the order in which they are written.
    fn fields(&mut self, table: &str) -> Result<Fields>;
    /// The names of the time field and of the series fields.
    fn key(&mut self, table: &str) -> Result<(String, Vec<String>)>;
    /// Gives each record as one JSON line, in order of time, until `each` says false. Memory is constant.
    fn read(&mut self, query: &Query, each: &mut dyn FnMut(&[u8]) -> Result<bool>) -> Result<()>;
    /// Gives the last record of each series; with `before` the last one before that time, ns.
    fn last_of_each(
        &mut self,
        table: &str,
        before: Option<i64>,
        each: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()>;
    /// The times, ns, of the first and the last of the records that are asked for, of whatever series.
    fn span(&mut self, query: &Query) -> Result<Option<(i64, i64)>>;
    /// The series fields that at least one record has.
    fn used_series(&mut self, table: &str) -> Result<Vec<String>>;
}

/// From the first to the last time of what is asked for, with `--last` from so long before the newest one on.
pub(super) fn span(all: Option<(i64, i64)>, newest: Option<i64>, last: Option<i64>) -> Option<(i64, i64)> {
    let begin = newest.zip(last).map(|(newest, last)| newest.saturating_sub(last));
    all.map(|(first, end)| (begin.map_or(first, |begin| begin.max(first)), end))
}

/// Records of some series, before a time.
#[derive(Clone, Debug)]
pub(crate) struct Old {
    /// ns.
    pub before: i64,
    /// `None`: all.
    pub series: Option<Chosen>,
}

/// The series of some devices, or of all others. Devices are compared as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub devices: Arc<[String]>,
    /// Those of all other devices.
    pub others: bool,
}

/// What a trim deletes: whatever one of the limits says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Limits {
    /// Records that are too old. No record is in two of them.
    pub old: Vec<Old>,
    /// The oldest records beyond this number.
    pub max_rows: Option<u64>,
    /// The oldest records, until the data take no more than this many bytes.
    pub max_size: Option<u64>,
    /// The oldest records, until the file system has this many bytes for others.
    pub min_free: Option<u64>,
}

impl Limits {
    /// Each limit that is set, alone. What is too old in every series comes first: an engine may have a short way for it.
    pub(crate) fn each(&self) -> impl Iterator<Item = Limits> + use<> {
        let none = Limits::default;
        let is_of_all = self.old.len() > 1 && self.old.iter().any(|old| old.series.as_ref().is_none_or(|s| s.others));
        let least = self.old.iter().map(|old| old.before).min().filter(|_| is_of_all);
        let least = least.map(|before| Old { before, series: None });
        let old: Vec<_> = least.into_iter().chain(self.old.iter().cloned()).collect();
        let old = old.into_iter().map(move |old| Limits { old: vec![old], ..none() });
        let all = [
            self.max_rows.map(|_| Limits { max_rows: self.max_rows, ..none() }),
            self.max_size.map(|_| Limits { max_size: self.max_size, ..none() }),
            self.min_free.map(|_| Limits { min_free: self.min_free, ..none() }),
        ];
        old.chain(all.into_iter().flatten())
    }
}

/// Keeps what is about to be deleted.
pub(crate) trait Archive {
    /// Where it is; the database remembers by this name how much of it belongs to what is deleted.
    fn name(&self) -> &str;
    /// Appends records, as JSON lines, and waits until the disk has them. Gives the archive's length in bytes.
    fn append(&mut self, lines: &[Vec<u8>]) -> Result<u64>;
    /// Its length in bytes.
    fn length(&self) -> Result<u64>;
    /// Takes back what was appended since it had this length: it was not deleted.
    fn cut(&mut self, length: u64) -> Result<()>;
}

/// Who else gets the records that a chunk deletes, before it is committed.
#[derive(Default)]
pub(crate) struct Takers<'a> {
    pub archive: Option<&'a mut dyn Archive>,
    pub rollup: Option<&'a Rollup<'a>>,
}

impl Takers<'_> {
    /// Nobody wants the records.
    pub(super) fn is_empty(&self) -> bool {
        self.archive.is_none() && self.rollup.is_none()
    }

    /// The archive's length in bytes; 0: there is none.
    pub(super) fn length(&self) -> Result<u64> {
        self.archive.as_ref().map_or(Ok(0), |archive| archive.length())
    }

    /// Takes back what the archive got since it had this length.
    pub(super) fn cut(&mut self, length: u64) -> Result<()> {
        self.archive.as_mut().map_or(Ok(()), |archive| archive.cut(length))
    }
}

/// Deletes old records in chunks, so that writers come in between.
pub(crate) trait Trimmer: Send {
    /// There is no table of readings at all: nothing was stored yet.
    fn is_fresh(&mut self) -> Result<bool>;
    /// The fields, in the order in which they are written.
    fn fields(&mut self, table: &str) -> Result<Fields>;
    /// How many rows the limits ask to delete now: by size an estimate.
    fn excess(&mut self, table: &str, limits: &Limits) -> Result<u64>;
    /// Deletes the oldest `rows` records, of those that are old where that is given, in one transaction; first the
    /// archive and the rollup get them. Gives how many there were; 0: there is nothing more to delete.
    fn chunk(&mut self, table: &str, old: Option<&Old>, rows: u64, takers: &mut Takers<'_>) -> Result<u64>;
    /// The length in bytes of the archive of this name when a chunk was last deleted into it.
    fn archived(&mut self, name: &str) -> Result<Option<u64>>;
    /// Gives space back to the file system, in steps; false: there is no more.
    fn give_back(&mut self) -> Result<bool>;
    /// Why the database takes as much of the disk as before; `None`: for no reason that is known, or it does not.
    fn holds_room(&mut self) -> Result<Option<String>> {
        Ok(None)
    }
    /// The bytes that the database takes on the disk.
    fn size(&mut self) -> Result<u64>;
    /// When this table was trimmed last: ns.
    fn last_run(&mut self, table: &str) -> Result<Option<i64>>;
    /// Keeps when this table was trimmed.
    fn ran(&mut self, table: &str, at: i64) -> Result<()>;
}
