//! Checking: SQLite's own check of the file, then each record's checksum. What is damaged is set aside, the rest is
//! kept; where the file itself is damaged, `salvage.rs` makes a new one of what can still be read.

use super::aside::{Found, SetAside};
use super::file::{Change, Depth, QUEUE, count, fault, is_damage, rows};
use super::salvage;
use crate::host::lock::FileLock;
use crate::reading::error::{Code, Error, Result};
use crate::reading::time;
use crate::storage::sqlite::{Access, File, lock_path};
use rusqlite::params;

/// Rows looked at in one transaction.
const PAGE: u64 = 5000;

/// Checks a queue that is there, and mends it. `Busy` if anybody uses it.
pub(crate) fn check(path: &str) -> Result<Found> {
    let lock = FileLock::try_exclusive(&lock_path(path, "lock"))?;
    let busy = || Error::new(Code::Busy, format!("{path} is in use: end the commands that put, take or purge first"));
    let _lock = lock.ok_or_else(busy)?;
    match File::open(path, Access::Change, &QUEUE) {
        Ok(mut file) => {
            let is_sound = is_sound(&mut file)?;
            let found = match is_sound {
                true => file.with_progress(format_args!("check {path}"), 1, records),
                false => Err(Error::new(Code::Damaged, format!("{path} is damaged"))),
            };
            match found {
                Err(why) if why.code() == Code::Damaged => {
                    // Closed by the last that has it open, its log is taken into the file.
                    drop(file);
                    salvage::salvage(path, why)
                }
                found => found,
            }
        }
        Err(why) if matches!(why.code(), Code::Damaged | Code::NotADatabase) => salvage::salvage(path, why),
        Err(why) => Err(why),
    }
}

/// SQLite finds no fault with the file.
fn is_sound(file: &mut File) -> Result<bool> {
    let name = format!("check {}", file.path);
    // SQLite reads its pages, then the rows in them.
    file.with_progress(name, 2, |file| {
        match file.db.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0)) {
            Ok(word) => Ok(word == "ok"),
            Err(e) if is_damage(&e) => Ok(false),
            Err(e) => Err(fault(file, "check", e)),
        }
    })
}

/// Sets aside the records whose checksums are wrong, and counts the others.
fn records(file: &File) -> Result<Found> {
    let mut found = Found { lost: Some(0), ..Found::default() };
    let mut aside = SetAside::new(&file.path);
    let mut depth = Depth::default();
    let mut after = i64::MIN;
    loop {
        let mut ids = Vec::new();
        let last = rows(file, after, PAGE, usize::MAX, &mut |row| {
            match row.damage {
                Some(why) => {
                    aside.add(row.id, row.record, why)?;
                    ids.push((row.id, row.record.len()));
                }
                None => depth = depth.and(row.record.len()),
            }
            Ok(true)
        })?;
        let Some(last) = last else { break };
        after = last;
        if ids.is_empty() {
            continue;
        }
        aside.write()?;
        found.damaged += file.freeing(|file| {
            let mut change = Change::default();
            for &(id, bytes) in &ids {
                let deleted =
                    file.db.prepare_cached("DELETE FROM kymo_queue WHERE id = ?1").and_then(|mut s| s.execute([id]));
                deleted.map_err(|e| fault(file, "remove records from", e))?;
                change.damaged += 1;
                change.bytes -= bytes as i64;
            }
            count(file, change, time::now())?;
            Ok(change.damaged as u64)
        })?;
    }
    // What was counted wrong is counted right from here on.
    let sql = "UPDATE kymo_counts SET records = ?1, bytes = ?2 WHERE records <> ?1 OR bytes <> ?2";
    let counted = file.db.execute(sql, params![depth.records as i64, depth.bytes as i64]);
    counted.map_err(|e| fault(file, "write to", e))?;
    found.records = depth.records;
    found.set_aside = aside.path();
    Ok(found)
}
