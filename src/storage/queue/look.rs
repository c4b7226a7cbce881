//! Looking: what is in a queue, without taking it. The file stays as it is.

use super::file::{Depth, QUEUE, Row, damaged, depth, fault, rows, unsigned};
use super::pace::{Outlook, outlook};
use super::put::Limits;
use super::trial::{self, Trial};
use crate::reading::error::Result;
use crate::storage::sqlite::{Access, File};
use rusqlite::OptionalExtension as _;
use serde::Serialize;

/// The minute that rates are the mean of.
const MINUTE: i64 = 60;

/// A queue that is open to look at.
pub(crate) struct Looking {
    file: File,
}

/// How a queue is doing.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Stat {
    #[serde(skip)]
    pub depth: Depth,
    /// When the oldest record was put: ns.
    #[serde(skip)]
    pub oldest: Option<i64>,
    /// Records a second, mean of the last minute.
    pub in_per_second: f64,
    pub out_per_second: f64,
    /// Seconds until it is full, if its last writer had a limit, and until it is empty, as the rates are. `None`: never.
    pub full_in: Option<f64>,
    pub empty_in: Option<f64>,
    /// Since the queue was made.
    pub put: u64,
    pub taken: u64,
    pub dropped: u64,
    pub purged: u64,
    pub damaged: u64,
    /// Records that `--max-attempts` rejected.
    pub dead: u64,
    pub rejects: u64,
    pub failing: Option<Failing>,
}

/// A record that ended the run that took it alone.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Failing {
    pub record: i64,
    /// How often.
    pub failures: u64,
    /// How the last of those runs ended.
    pub reason: Option<String>,
}

impl From<Trial> for Failing {
    fn from(trial: Trial) -> Failing {
        let Trial { record, failures, reason, .. } = trial;
        Failing { record, failures, reason }
    }
}

impl Looking {
    /// Opens a queue that is there.
    pub(crate) fn open(path: &str) -> Result<Looking> {
        Ok(Looking { file: File::open(path, Access::Read, &QUEUE).map_err(|e| damaged(path, e))? })
    }

    /// How it is doing at a time, ns.
    pub(crate) fn stat(&self, now: i64) -> Result<Stat> {
        let depth = depth(&self.file)?;
        let db = &self.file.db;
        let second = now.div_euclid(1_000_000_000);
        let ask = || {
            let sql = "SELECT put FROM kymo_queue ORDER BY id LIMIT 1";
            let oldest = db.query_row(sql, [], |row| row.get(0)).optional()?;
            let sql = "SELECT coalesce(sum(put), 0), coalesce(sum(taken), 0) FROM kymo_seconds \
                       WHERE second > ?1 AND second <= ?2";
            let rates = db.query_row(sql, [second - MINUTE, second], |row| Ok([row.get(0)?, row.get(1)?]))?;
            let [came, went] = rates.map(|n: i64| (n as f64 / MINUTE as f64 * 100.0).round() / 100.0);
            let rejects = db.query_row("SELECT count(*) FROM kymo_rejects", [], |row| row.get(0))?;
            // What came with version 2 is not there until somebody puts or takes.
            let is_old = self.file.pragma("user_version").is_ok_and(|version| version < 2);
            let (dead, fails) = if is_old { (0, None) } else { trial::look(db)? };
            let limits = if is_old { Limits::default() } else { Limits::kept(db)? };
            let Outlook { full_in, empty_in } = outlook(db, depth, limits, second)?;
            let sql = "SELECT put, taken, dropped, purged, damaged FROM kymo_counts";
            db.query_row(sql, [], |row| {
                Ok(Stat {
                    depth,
                    oldest,
                    in_per_second: came,
                    out_per_second: went,
                    full_in,
                    empty_in,
                    put: unsigned(row.get(0)?),
                    taken: unsigned(row.get(1)?).saturating_sub(dead),
                    dropped: unsigned(row.get(2)?),
                    purged: unsigned(row.get(3)?),
                    damaged: unsigned(row.get(4)?),
                    dead,
                    rejects: unsigned(rejects),
                    failing: fails.map(Failing::from),
                })
            })
        };
        ask().map_err(|e| fault(&self.file, "read", e))
    }

    /// Gives the records behind an id, in order, at most this many and about this many bytes. Gives the last id.
    pub(crate) fn read(
        &self,
        after: i64,
        limit: u64,
        bytes: usize,
        each: &mut dyn FnMut(Row<'_>) -> Result<bool>,
    ) -> Result<Option<i64>> {
        rows(&self.file, after, limit, bytes, each)
    }

    /// Gives the rejects that are kept in the queue, as lines of a rejects file.
    pub(crate) fn rejects(&self, each: &mut dyn FnMut(&str) -> Result<()>) -> Result<()> {
        let read = |e| fault(&self.file, "read", e);
        let mut statement = self.file.db.prepare("SELECT reject FROM kymo_rejects ORDER BY id").map_err(read)?;
        let mut found = statement.query([]).map_err(read)?;
        while let Some(row) = found.next().map_err(read)? {
            each(row.get_ref(0).and_then(|v| Ok(v.as_str()?)).map_err(read)?)?;
        }
        Ok(())
    }
}
