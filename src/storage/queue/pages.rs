//! A queue's file as it is on the disk, without SQLite: its pages, and the rows on the leaves of its tables (SQLite's file
//! format, sections 1.5, 1.6 and 2.1), whether or not anything still points to them.

use crate::reading::error::{Error, Result};
use std::collections::HashSet;
use std::fs::File;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt as _;

/// What `kymo_counts` keeps: records, bytes, put, taken, dropped, purged, damaged, taken_to.
pub(super) type Counts = [i64; 8];

/// What SQLite keeps of a record's bytes: the CRC-32 of gzip.
pub(super) fn crc(record: &[u8]) -> i64 {
    let mut crc = flate2::Crc::new();
    crc.update(record);
    crc.sum().into()
}

/// The file has a record of a queue: one whose checksum is right.
pub(super) fn has_records(path: &str) -> bool {
    let Ok(pages) = Pages::open(path) else { return false };
    let mut found = false;
    // A file of another kind ends in the middle of what would be a page.
    let _ = pages.cells(&mut |page, at| {
        found = pages.cell(page, at).is_some_and(|row| row.crc == crc(&row.record));
        if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    found
}

/// A row as it is on a page.
pub(super) struct Salvaged {
    pub(super) id: i64,
    pub(super) put: i64,
    pub(super) record: Vec<u8>,
    pub(super) crc: i64,
    pub(super) attempts: i64,
}

/// The pages of a file.
pub(super) struct Pages {
    file: File,
    size: usize,
    /// Without the bytes at each page's end that SQLite leaves to others.
    usable: usize,
    count: u32,
}

impl Pages {
    pub(super) fn open(path: &str) -> std::io::Result<Pages> {
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
    pub(super) fn rows(
        &self,
        each: &mut dyn FnMut(Salvaged) -> Result<()>,
    ) -> Result<(), std::result::Result<std::io::Error, Error>> {
        let mut failed = None;
        let read = self.cells(&mut |page, at| match self.cell(page, at).map_or(Ok(()), &mut *each) {
            Ok(()) => ControlFlow::Continue(()),
            Err(why) => {
                failed = Some(why);
                ControlFlow::Break(())
            }
        });
        read.map_err(Ok)?;
        failed.map_or(Ok(()), |why| Err(Err(why)))
    }

    /// The row of `kymo_counts`, if it can be read: no other table has nine columns.
    pub(super) fn counts(&self) -> Option<Counts> {
        let mut found = None;
        // What can be read is looked through.
        let _ = self.cells(&mut |page, at| {
            let mut at = at;
            let payload = varint(page, &mut at).and_then(|length| usize::try_from(length).ok());
            let is_one = varint(page, &mut at) == Some(1);
            found = payload.filter(|_| is_one).and_then(|length| counts(page.get(at..at.checked_add(length)?)?));
            if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        found
    }

    /// Gives each cell on a leaf of a table: its page, and where on it.
    fn cells(&self, each: &mut dyn FnMut(&[u8], usize) -> ControlFlow<()>) -> std::io::Result<()> {
        let free = self.free()?;
        for index in (2..=self.count).filter(|index| !free.contains(index)) {
            let page = self.page(index)?;
            // A leaf of a table, and how many cells it has.
            let (13, cells) = (page[0], usize::from(u16::from_be_bytes([page[3], page[4]]))) else { continue };
            for cell in 0..cells.min((self.usable - 8) / 2) {
                let at = usize::from(u16::from_be_bytes([page[8 + 2 * cell], page[9 + 2 * cell]]));
                if each(&page, at).is_break() {
                    return Ok(());
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

/// The row of `kymo_counts` out of its record: nine columns, of which the first is its number and not in it.
fn counts(payload: &[u8]) -> Option<Counts> {
    let mut at = 0;
    let header = usize::try_from(varint(payload, &mut at)?).ok()?;
    let mut types = [0; 9];
    for kind in &mut types {
        *kind = varint(payload, &mut at)?;
    }
    let [0, types @ ..] = types else { return None };
    if at != header {
        return None;
    }
    let mut counts = [0; 8];
    for (count, kind) in counts.iter_mut().zip(types) {
        *count = integer(payload, kind, &mut at)?;
    }
    (at == payload.len()).then_some(counts)
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
