//! Trials: a record that ends each run that takes it must not hold up the queue for ever, and must not take its
//! neighbours with it. After a fault the records that were on their way are taken in smaller parts, one part at a time,
//! until the one to blame is alone; only what fails alone is counted. All of it is in one row, which is written when a
//! taker begins and when its run has ended, never for a record.

use super::file::{self, fault, unsigned};
use crate::reading::error::Result;
use crate::storage::sqlite::Access;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// After a fault, one part in so many of what was on its way is taken at a time.
const PARTS: u64 = 8;

/// Some records are suspected of having ended a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trial {
    /// The last of them.
    pub upto: i64,
    /// How many are taken together, before anything else.
    pub step: u64,
    /// The one that failed alone, if it is still there.
    pub record: i64,
    /// How often.
    pub failures: u64,
    /// How its last run ended.
    pub reason: Option<String>,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub(crate) struct Ending {
    pub reason: String,
    /// A record may be to blame.
    pub blames: bool,
}

impl Ending {
    /// It could not say so any more.
    pub(super) fn killed() -> Ending {
        Ending { reason: "killed".to_owned(), blames: true }
    }
}

/// In the transaction in which a taker begins, or its run has ended: what was on its way and not confirmed has been taken
/// once more. `how` the run ended that had taken it; `None`: nobody looks for who is to blame.
pub(super) fn judge(db: &Connection, how: Option<&Ending>) -> rusqlite::Result<Option<Trial>> {
    let to: i64 = db.query_row("SELECT taken_to FROM kymo_counts", [], |row| row.get(0))?;
    let unconfirmed = db.execute("UPDATE kymo_queue SET attempts = attempts + 1 WHERE id <= ?1", [to])? as u64;
    db.execute("UPDATE kymo_counts SET taken_to = 0", [])?;
    let Some(how) = how else { return Ok(None) };
    let sql = "SELECT upto, step, record, failures, reason FROM kymo_trial";
    let mut trial = db.query_row(sql, [], trial).optional()?.unwrap_or_default();
    if unconfirmed > 0 && how.blames {
        trial.upto = trial.upto.max(to);
        trial.step = (unconfirmed / PARTS).max(1);
        if unconfirmed == 1 {
            let record = db.query_row("SELECT min(id) FROM kymo_queue WHERE id <= ?1", [to], |row| row.get(0))?;
            trial.failures = if trial.record == record { trial.failures + 1 } else { 1 };
            trial.record = record;
            trial.reason = Some(how.reason.clone());
        }
        let sql = "INSERT INTO kymo_trial VALUES (1, 0, ?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT DO UPDATE SET upto = ?1, step = ?2, record = ?3, failures = ?4, reason = ?5";
        let Trial { upto, step, record, failures, reason } = &trial;
        db.execute(sql, params![upto, *step as i64, record, *failures as i64, reason])?;
    }
    let left = db.query_row("SELECT id FROM kymo_queue WHERE id <= ?1 LIMIT 1", [trial.upto], |_| Ok(())).optional()?;
    Ok(left.map(|()| trial))
}

/// So many more are dead letters.
pub(super) fn count(db: &Connection, dead: u64) -> rusqlite::Result<()> {
    db.execute("UPDATE kymo_trial SET dead = dead + ?1", [dead as i64]).map(drop)
}

/// The dead letters so far, and the record that fails, if there is one.
pub(super) fn look(db: &Connection) -> rusqlite::Result<(u64, Option<Trial>)> {
    let sql =
        "SELECT upto, step, record, failures, reason, dead, record IN (SELECT id FROM kymo_queue) FROM kymo_trial";
    let found = |row: &Row<'_>| {
        let fails = row.get::<_, bool>(6)?.then(|| trial(row)).transpose()?;
        Ok((unsigned(row.get(5)?), fails))
    };
    Ok(db.query_row(sql, [], found).optional()?.unwrap_or_default())
}

fn trial(row: &Row<'_>) -> rusqlite::Result<Trial> {
    let (upto, step, record, failures) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    Ok(Trial { upto, step: unsigned(step), record, failures: unsigned(failures), reason: row.get(4)? })
}

/// Says how the run ended whose turn it still is: what it took and did not get confirmed is judged by that.
pub(crate) fn ended(path: &str, how: &Ending) -> Result<()> {
    let (file, _lock) = file::open(path, Access::Change)?;
    file.freeing(|file| judge(&file.db, Some(how)).map(drop).map_err(|e| fault(file, "write to", e)))
}
