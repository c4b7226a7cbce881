//! Some records of the source, in order, and which of them the destination lacks.

use super::checksum::Hasher;
use crate::flow::batch::Batch;
use crate::reading::error::Result;
use crate::reading::key::Keys;
use crate::reading::record::Record;
use crate::storage::{Query, Reader};
use std::collections::HashMap;

/// A span is looked up and stored when it has this many records or bytes.
const RECORDS: usize = 10_000;
const BYTES: usize = 4 << 20;

/// Records of the source that follow each other.
pub(super) struct Span {
    keys: Keys,
    batch: Batch,
    hashes: Vec<u128>,
    bytes: usize,
    /// The times of the first and the last one.
    first: i64,
    last: i64,
    hasher: Hasher,
}

impl Span {
    pub(super) fn new(keys: Keys) -> Span {
        let (batch, hashes, hasher) = (Batch::default(), Vec::with_capacity(RECORDS), Hasher::default());
        Span { keys, batch, hashes, bytes: 0, first: 0, last: 0, hasher }
    }

    /// Takes the next record. Gives its hash.
    pub(super) fn add(&mut self, line: &[u8]) -> Result<u128> {
        let hash = self.hasher.hash(line)?;
        let record = Record::kept(line, &self.hasher.members);
        self.last = self.keys.time(&record)?;
        if self.hashes.is_empty() {
            self.first = self.last;
        }
        self.batch.copy(&record);
        self.hashes.push(hash);
        self.bytes += line.len();
        Ok(hash)
    }

    pub(super) fn len(&self) -> usize {
        self.hashes.len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.hashes.len() >= RECORDS || self.bytes >= BYTES
    }

    pub(super) fn clear(&mut self) {
        self.batch.clear();
        self.hashes.clear();
        self.bytes = 0;
    }

    /// The records that a table has not as they are. `once`: it has none twice.
    pub(super) fn lacking(&mut self, reader: &mut dyn Reader, table: &str, once: bool) -> Result<Batch> {
        let mut found: HashMap<u128, u32> = self.hashes.iter().map(|hash| (*hash, 0)).collect();
        let until = self.last.checked_add(1);
        let query = Query { table: table.to_owned(), since: Some(self.first), until, ..Query::default() };
        let hasher = &mut self.hasher;
        reader.read(&query, &mut |line| {
            if let Some(times) = found.get_mut(&hasher.hash(line)?) {
                *times += 1;
            }
            Ok(true)
        })?;
        let mut lacking = Batch::default();
        for (record, hash) in self.batch.records().zip(&self.hashes) {
            match found.get_mut(hash) {
                Some(times) if *times > 0 => *times -= u32::from(!once),
                _ => lacking.copy(&record),
            }
        }
        Ok(lacking)
    }

    /// All of them, where nothing is to be looked up.
    pub(super) fn take(&mut self) -> Batch {
        std::mem::take(&mut self.batch)
    }
}
