//! What can still be read of a file that SQLite calls malformed, made into a new one.
//!
//! The leaves of its tables are read as they stand on the disk (SQLite's file format, sections 1.5, 1.6 and 2.1),
//! whether or not anything still points to them: a damaged page costs what stands on it, never what is reached
//! through it. A row is known by its five columns and its checksum. What the filters remember and the rejects are
//! copied by SQLite as far as it can.

use super::aside::{Found, SetAside};
use super::file::{self, Depth, QUEUE, crc, unsigned};
use crate::host::beside::beside;
use crate::host::diag;
use crate::reading::error::{Code, Error, Result};
use crate::storage::sqlite::{Access, File as Database, QUEUE_ID};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OpenFlags, params, params_from_iter};
use std::collections::HashSet;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// Makes a new file of the readable rows and puts it in the place of the old one, which is kept beside it. `why` is what
/// SQLite said of the file: it comes back, and the file stays, unless this was a queue of kymo's for certain.
pub(super) fn salvage(path: &str, why: Error) -> Result<Found> {
    let fault = |verb: &str, e: std::io::Error| Error::io(format!("{verb} {path}"), e);
    let head = Head::of(path).map_err(|e| fault("read", e))?;
    if head == Head::Foreign {
        return Err(why);
    }
    if std::fs::metadata(format!("{path}-wal")).is_ok_and(|log| log.len() > 0) {
        return Err(Error::new(Code::Busy, format!("{path} is in use: its log {path}-wal is not included")));
    }
    let new = beside(Path::new(path), "new").to_string_lossy().into_owned();
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{new}{ending}"));
    }
    let pages = match Pages::open(path) {
        Ok(pages) => pages,
        // Too short to have a page.
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => return Err(why),
        Err(e) => return Err(fault("read", e)),
    };
    let database = Database::open(&new, Access::Create, &QUEUE)?;
    database.run("write to", "BEGIN IMMEDIATE")?;
    let write = |e| file::fault(&database, "write to", e);
    let mut depth = Depth::default();
    let mut newest = 0;
    let mut damaged = 0;
    let mut aside = SetAside::new(path);
    let sql = "INSERT OR IGNORE INTO kymo_queue VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut insert = database.db.prepare(sql).map_err(write)?;
    let each = &mut |row: Salvaged| -> Result<()> {
        newest = newest.max(row.id);
        if row.crc != crc(&row.record) {
            damaged += 1;
            return aside.add(row.id, &row.record, "its checksum is wrong");
        }
        let text = ToSqlOutput::Borrowed(ValueRef::Text(&row.record));
        if insert.execute(params![row.id, row.put, text, row.crc, row.attempts]).map_err(write)? == 1 {
            depth = depth.and(row.record.len());
        }
        Ok(())
    };
    match pages.rows(each) {
        // What is no database ends in the middle of what would be a page of it.
        Err(Ok(e)) if head == Head::Unreadable && e.kind() == std::io::ErrorKind::UnexpectedEof => {}
        read => read.map_err(|e| e.map_or_else(|why| why, |e| fault("read", e)))?,
    }
    drop(insert);
    if head == Head::Unreadable && depth.records + damaged == 0 {
        // Nothing in it says that it ever was a queue.
        drop(database);
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{new}{ending}"));
        }
        return Err(why);
    }
    let others = copy_others(path, &database)?;
    finish(&database, depth, newest.max(others.last_id))?;
    drop(database);

    aside.write()?;
    let old_file = replace(path, &new).map_err(|e| fault("replace", e))?;
    let known = depth.records + damaged;
    Ok(Found {
        records: depth.records,
        damaged,
        set_aside: aside.path(),
        lost: others.records.saturating_sub(known),
        old_file: Some(old_file),
    })
}

/// What the first page of a file says it is (SQLite's file format, section 1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Head {
    /// A queue of kymo's.
    Queue,
    /// Another database.
    Foreign,
    Unreadable,
}

impl Head {
    fn of(path: &str) -> std::io::Result<Head> {
        let mut head = [0; 100];
        match File::open(path)?.read_exact_at(&mut head, 0) {
            Ok(()) if head.starts_with(b"SQLite format 3\0") => {
                let id = i32::from_be_bytes([head[68], head[69], head[70], head[71]]);
                Ok(if id == QUEUE_ID { Head::Queue } else { Head::Foreign })
            }
            Ok(()) => Ok(Head::Unreadable),
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Ok(Head::Unreadable),
            Err(e) => Err(e),
        }
    }
}

/// Counts what is there, and goes on with the ids where the old file was.
fn finish(database: &Database, depth: Depth, newest: i64) -> Result<()> {
    let write = |e| file::fault(database, "write to", e);
    let sql = "UPDATE kymo_counts SET records = ?1, bytes = ?2";
    database.db.execute(sql, params![depth.records as i64, depth.bytes as i64]).map_err(write)?;
    let sql = "UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'kymo_queue'";
    if database.db.execute(sql, [newest]).map_err(write)? == 0 {
        let sql = "INSERT INTO sqlite_sequence (name, seq) VALUES ('kymo_queue', ?1)";
        database.db.execute(sql, [newest]).map_err(write)?;
    }
    database.commit()
}

/// What the old file said of itself; 0 where that cannot be read.
#[derive(Default)]
struct Others {
    /// Records that it counted.
    records: u64,
    last_id: i64,
}

/// Copies the other tables as far as SQLite can read them.
fn copy_others(path: &str, to: &Database) -> Result<Others> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(from) = Connection::open_with_flags(Path::new(".").join(path), flags) else { return Ok(Others::default()) };
    for (table, columns) in [
        ("kymo_state", "pipeline, stage, state"),
        ("kymo_rejects", "id, received, stage, reason, raw, reject"),
        ("kymo_seconds", "second, put, taken"),
    ] {
        if copy(&from, to, table, columns)?.is_err() {
            diag::warn(Code::Damaged, format_args!("{table} of {path} cannot be read to its end"));
        }
    }
    let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'kymo_queue'";
    let last_id = from.query_row(sql, [], |row| row.get(0)).unwrap_or(0);
    let sql = "SELECT put, taken, dropped, purged, damaged, taken_to, records FROM kymo_counts";
    let counts = from.query_row(sql, [], |row| (0..7).map(|i| row.get(i)).collect::<rusqlite::Result<Vec<i64>>>());
    let Ok(mut counts) = counts else { return Ok(Others { records: 0, last_id }) };
    let records = counts.pop().map_or(0, unsigned);
    let sql = "UPDATE kymo_counts SET put = ?1, taken = ?2, dropped = ?3, purged = ?4, damaged = ?5, taken_to = ?6";
    to.db.execute(sql, params_from_iter(counts)).map_err(|e| file::fault(to, "write to", e))?;
    Ok(Others { records, last_id })
}

/// Copies a table; the inner error is one of reading.
fn copy(from: &Connection, to: &Database, table: &str, columns: &str) -> Result<rusqlite::Result<()>> {
    let width = columns.split(',').count();
    let marks = (1..=width).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ");
    let write = |e| file::fault(to, "write to", e);
    let sql = format!("INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})");
    let mut insert = to.db.prepare(&sql).map_err(write)?;
    let mut statement = match from.prepare(&format!("SELECT {columns} FROM {table}")) {
        Ok(statement) => statement,
        Err(e) => return Ok(Err(e)),
    };
    let mut rows = match statement.query([]) {
        Ok(rows) => rows,
        Err(e) => return Ok(Err(e)),
    };
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => (0..width).map(|i| row.get(i)).collect::<rusqlite::Result<Vec<Value>>>(),
            Ok(None) => return Ok(Ok(())),
            Err(e) => Err(e),
        };
        match row {
            Ok(values) => insert.execute(params_from_iter(values)).map_err(write)?,
            Err(e) => return Ok(Err(e)),
        };
    }
}

/// Puts the new file in the old one's place, which is never empty; gives where the old one is.
fn replace(path: &str, new: &str) -> std::io::Result<PathBuf> {
    let mut number = 1;
    let old = loop {
        let ending = if number == 1 { "damaged".to_owned() } else { format!("damaged.{number}") };
        let old = beside(Path::new(path), &ending);
        match std::fs::hard_link(path, &old) {
            Ok(()) => break old,
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
            // Not every file system has second names.
            Err(_) => {
                std::fs::copy(path, &old)?;
                File::open(&old)?.sync_all()?;
                break old;
            }
        }
    };
    std::fs::rename(new, path)?;
    let folder = Path::new(path).parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()?;
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{path}{ending}"));
    }
    Ok(old)
}

/// A row as it stands on a page.
struct Salvaged {
    id: i64,
    put: i64,
    record: Vec<u8>,
    crc: i64,
    attempts: i64,
}

/// The pages of a file.
struct Pages {
    file: File,
    size: usize,
    /// Without the bytes at each page's end that SQLite leaves to others.
    usable: usize,
    count: u32,
}

impl Pages {
    fn open(path: &str) -> std::io::Result<Pages> {
        let file = File::open(path)?;
        let mut header = [0; 100];
        file.read_exact_at(&mut header, 0)?;
        let size = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 65536,
            n if n.is_power_of_two() && n >= 512 => usize::from(n),
            _ => 4096,
        };
        let usable = size - usize::from(header[20]).min(size - 480);
        let count = u32::try_from(file.metadata()?.len() / size as u64).unwrap_or(u32::MAX);
        Ok(Pages { file, size, usable, count })
    }

    /// Pages are numbered from 1.
    fn page(&self, number: u32) -> std::io::Result<Vec<u8>> {
        let mut page = vec![0; self.size];
        self.file.read_exact_at(&mut page, u64::from(number - 1) * self.size as u64)?;
        Ok(page)
    }

    /// Pages that are free: what stands on them was deleted. As far as their list can be followed.
    fn free(&self) -> std::io::Result<HashSet<u32>> {
        let mut free = HashSet::new();
        let mut trunk = number(&self.page(1)?, 32);
        while (2..=self.count).contains(&trunk) && free.insert(trunk) {
            let page = self.page(trunk)?;
            let leaves = (number(&page, 4) as usize).min(self.usable / 4 - 2);
            free.extend((0..leaves).map(|i| number(&page, 8 + 4 * i)));
            trunk = number(&page, 0);
        }
        Ok(free)
    }

    /// Gives each row of a queue that can be read.
    fn rows(
        &self,
        each: &mut dyn FnMut(Salvaged) -> Result<()>,
    ) -> Result<(), std::result::Result<std::io::Error, Error>> {
        let free = self.free().map_err(Ok)?;
        for index in (2..=self.count).filter(|index| !free.contains(index)) {
            let page = self.page(index).map_err(Ok)?;
            // A leaf of a table, and how many cells it has.
            let (13, cells) = (page[0], usize::from(u16::from_be_bytes([page[3], page[4]]))) else { continue };
            for cell in 0..cells.min((self.usable - 8) / 2) {
                let at = usize::from(u16::from_be_bytes([page[8 + 2 * cell], page[9 + 2 * cell]]));
                if let Some(row) = self.cell(&page, at) {
                    each(row).map_err(Err)?;
                }
            }
        }
        Ok(())
    }

    fn cell(&self, page: &[u8], at: usize) -> Option<Salvaged> {
        let mut at = at;
        let length = usize::try_from(varint(page, &mut at)?).ok()?;
        let id = varint(page, &mut at)?;
        if length as u64 > u64::from(self.count) * self.size as u64 {
            return None;
        }
        let most = self.usable - 35;
        let least = (self.usable - 12) * 32 / 255 - 23;
        let local = match least + length.saturating_sub(least) % (self.usable - 4) {
            _ if length <= most => length,
            n if n <= most => n,
            _ => least,
        };
        let mut payload = page.get(at..at + local)?.to_vec();
        let mut next = if local < length { number(page.get(at + local..at + local + 4)?, 0) } else { 0 };
        while payload.len() < length {
            if !(2..=self.count).contains(&next) {
                return None;
            }
            let page = self.page(next).ok()?;
            let part = (length - payload.len()).min(self.usable - 4);
            payload.extend_from_slice(&page[4..4 + part]);
            next = number(&page, 0);
        }
        row(id, &payload)
    }
}

/// A row of a queue out of its record: five columns, of which the first is the id and stands elsewhere.
fn row(id: i64, payload: &[u8]) -> Option<Salvaged> {
    let mut at = 0;
    let header = usize::try_from(varint(payload, &mut at)?).ok()?;
    let mut types = [0; 5];
    for kind in &mut types {
        *kind = varint(payload, &mut at)?;
    }
    let [0, put, text, crc, attempts] = types else { return None };
    if at != header || text < 13 || text % 2 == 0 {
        return None;
    }
    let put = integer(payload, put, &mut at)?;
    let length = usize::try_from((text - 13) / 2).ok()?;
    let record = payload.get(at..at.checked_add(length)?)?.to_vec();
    at += length;
    let crc = integer(payload, crc, &mut at)?;
    let attempts = integer(payload, attempts, &mut at)?;
    (at == payload.len()).then_some(Salvaged { id, put, record, crc, attempts })
}

/// An integer of a record, big-endian, in as many bytes as its type says.
fn integer(bytes: &[u8], kind: i64, at: &mut usize) -> Option<i64> {
    let width = match kind {
        8 => return Some(0),
        9 => return Some(1),
        1..=4 => kind as usize,
        5 => 6,
        6 => 8,
        _ => return None,
    };
    let part = bytes.get(*at..*at + width)?;
    *at += width;
    let sign = if part[0] & 0x80 == 0 { 0 } else { -1 };
    Some(part.iter().fold(sign, |n, &byte| n << 8 | i64::from(byte)))
}

/// A number of one to nine bytes, seven bits each, the ninth whole.
fn varint(bytes: &[u8], at: &mut usize) -> Option<i64> {
    let mut n = 0;
    for i in 0..9 {
        let byte = *bytes.get(*at)?;
        *at += 1;
        if i == 8 {
            return Some(n << 8 | i64::from(byte));
        }
        n = n << 7 | i64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(n)
}

fn number(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_file_format() {
        for (bytes, wanted) in [(&[0x7f][..], 127), (&[0x81, 0x00], 128), (&[0xff; 9], -1)] {
            assert_eq!(varint(bytes, &mut 0), Some(wanted));
        }
        assert_eq!(varint(&[0x80], &mut 0), None);
        for (kind, bytes, wanted) in [(1, &[0xff][..], -1), (2, &[1, 0], 256), (3, &[0, 1, 0], 256), (8, &[], 0)] {
            assert_eq!(integer(bytes, kind, &mut 0), Some(wanted), "{kind}");
        }
        assert_eq!(integer(&[0; 8], 7, &mut 0), None);
    }

    #[test]
    fn what_is_no_row_of_a_queue_is_none() {
        for bytes in [&[][..], &[6, 0, 1, 13, 1, 1], &[9; 40], &[0xff; 40], &[6, 0, 1, 15, 1, 8, 1, b'x']] {
            assert!(row(1, bytes).is_none(), "{bytes:?}");
        }
        let whole = row(7, &[6, 0, 1, 17, 1, 8, 5, b'{', b'}', 9]).expect("a row");
        assert_eq!((whole.id, whole.put, &whole.record[..], whole.crc, whole.attempts), (7, 5, &b"{}"[..], 9, 0));
    }
}
