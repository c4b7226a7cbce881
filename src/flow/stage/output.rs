//! A stage's way out, and what is counted there.

use super::Next;
use crate::flow::batch::Batch;
use crate::flow::reject::Rejects;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{self, Bad};
use crate::reading::record::{Origin, Record};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What a stage has sent and rejected so far; and what went wrong on its way out.
#[derive(Default)]
pub(crate) struct Tally {
    sent: AtomicU64,
    rejected: AtomicU64,
    kept: AtomicU64,
    started: AtomicBool,
    fault: Mutex<Option<Error>>,
}

impl Tally {
    /// Records that have left.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Records that were rejected.
    pub(crate) fn rejected(&self) -> u64 {
        self.rejected.load(Ordering::Relaxed)
    }

    /// Records that the sink has kept: committed, where there is something to commit.
    pub(crate) fn kept(&self) -> u64 {
        self.kept.load(Ordering::Relaxed)
    }

    /// The stage is a sink that is ready for its first record.
    pub(crate) fn start(&self) {
        self.started.store(true, Ordering::Relaxed);
    }

    /// See [`Tally::start`].
    pub(crate) fn has_started(&self) -> bool {
        self.started.load(Ordering::Relaxed)
    }

    /// What went wrong on the way out (the rejects could not be written).
    pub(crate) fn fault(&self) -> Option<Error> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A stage's way out: records to the next stage, what cannot be used to the rejects.
///
/// Whole batches leave when they are full, and at [`Output::flush`]. Once it is closed
/// everything more is dropped; long loops ask [`Output::is_closed`].
pub(crate) struct Output {
    batch: Batch,
    next: Box<dyn Next>,
    rejects: Rejects,
    stamp: Option<String>,
    /// The stage behind a source looks at fields: the source's thread finds them, which has time for it.
    scans: bool,
    /// Names of the source's inputs, for the rejects.
    inputs: Arc<[String]>,
    /// Batches of a sink that passes, until it has committed them.
    held: Option<Vec<Batch>>,
    closed: bool,
    tally: Arc<Tally>,
}

impl Output {
    pub(crate) fn new(next: Box<dyn Next>, rejects: Rejects, inputs: Arc<[String]>) -> Output {
        Output {
            batch: Batch::default(),
            next,
            rejects,
            stamp: None,
            scans: false,
            inputs,
            held: None,
            closed: false,
            tally: Arc::default(),
        }
    }

    /// Gives every record that has no such field the time of receipt in it.
    pub(crate) fn stamping(mut self, field: Option<String>) -> Output {
        self.stamp = field;
        self
    }

    /// Finds the members of all lines before they are sent.
    pub(crate) fn scanning(mut self, scans: bool) -> Output {
        self.scans = scans;
        self
    }

    /// Holds what a sink passes on until [`Output::release`].
    pub(crate) fn holding(mut self) -> Output {
        self.held = Some(Vec::new());
        self
    }

    /// The counts, readable after the output is gone.
    pub(crate) fn tally(&self) -> Arc<Tally> {
        Arc::clone(&self.tally)
    }

    /// So many more records are kept.
    pub(crate) fn kept(&self, records: u64) {
        self.tally.kept.fetch_add(records, Ordering::Relaxed);
    }

    /// The batch that is being filled. A source that fills it by itself calls [`Output::flush`] often.
    pub(crate) fn batch(&mut self) -> &mut Batch {
        &mut self.batch
    }

    /// Passes a record on as it came.
    pub(crate) fn copy(&mut self, record: &Record<'_>) {
        self.batch.copy(record);
        self.send_if_full();
    }

    /// A sink has taken the record: it goes on after the commit, if the sink passes.
    pub(crate) fn pass(&mut self, record: &Record<'_>) {
        if self.held.is_some() {
            self.copy(record);
        }
    }

    /// Adds a new record: `write` appends one JSON object without a line break.
    pub(crate) fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.add_from(Origin::default(), write);
    }

    /// As [`Output::add`], for a record made of that line of an input.
    pub(crate) fn add_from(&mut self, origin: Origin, write: impl FnOnce(&mut Vec<u8>)) {
        self.batch.add(origin, write);
        self.send_if_full();
    }

    fn send_if_full(&mut self) {
        if self.batch.is_full() {
            self.flush();
        }
    }

    /// Sends what there is. Rejects are on the disk before the tokens of their messages leave.
    pub(crate) fn flush(&mut self) {
        let settled = if self.batch.acks.is_empty() { self.rejects.flush() } else { self.rejects.sync() };
        if let Err(error) = settled {
            self.fail(error);
        }
        if self.batch.is_void() {
            return;
        }
        if self.closed {
            self.batch.clear();
            return;
        }
        let mut batch = std::mem::take(&mut self.batch);
        if let Some(field) = &self.stamp {
            let mut with_time = stamped(&batch, field, crate::reading::time::now());
            with_time.acks.append(&mut batch.acks);
            with_time.rejects.append(&mut batch.rejects);
            batch = with_time;
        }
        if self.scans {
            batch.scan_ahead();
        }
        match &mut self.held {
            Some(held) => held.push(batch),
            None => self.send(batch),
        }
    }

    /// Sends what there is; what was rejected so far is on the disk.
    pub(crate) fn sync(&mut self) {
        self.flush();
        if let Err(error) = self.rejects.sync() {
            self.fail(error);
        }
    }

    /// What was rejected so far is on the disk.
    pub(crate) fn sync_rejects(&mut self) -> Result<()> {
        self.rejects.sync()
    }

    /// Sends what was held.
    pub(crate) fn release(&mut self) {
        self.flush();
        for batch in self.held.as_mut().map(std::mem::take).unwrap_or_default() {
            self.send(batch);
        }
    }

    fn send(&mut self, batch: Batch) {
        self.tally.sent.fetch_add(batch.len() as u64, Ordering::Relaxed);
        match self.next.send(batch) {
            Ok(empty) => self.batch = empty,
            Err(_) => self.closed = true,
        }
    }

    fn fail(&mut self, error: Error) {
        self.closed = true;
        self.tally.fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    /// Nobody takes records any more: a source or a long loop may end.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Puts a record that cannot be used to the rejects. An error only with `--strict` or if they cannot be written.
    pub(crate) fn reject(&mut self, record: &Record<'_>, why: &Error) -> Result<()> {
        self.reject_raw(record.raw(), record.origin(), why)
    }

    /// As [`Output::reject`], for bytes that are no record.
    pub(crate) fn reject_raw(&mut self, raw: &[u8], origin: Origin, why: &Error) -> Result<()> {
        let input = self.inputs.get(origin.input as usize).map(String::as_str);
        self.tally.rejected.fetch_add(1, Ordering::Relaxed);
        self.rejects.add(raw, origin.line, input, why, &mut self.batch.rejects)
    }

    /// As [`Output::reject_raw`], for one of many senders: its name stands for the input's.
    pub(crate) fn reject_from(&mut self, sender: &str, line: u64, raw: &[u8], why: &Error) -> Result<()> {
        self.tally.rejected.fetch_add(1, Ordering::Relaxed);
        self.rejects.add(raw, line, Some(sender), why, &mut self.batch.rejects)
    }

    /// More bytes of what [`Output::reject_from`] began: kept, and not counted again.
    pub(crate) fn reject_further(&mut self, sender: &str, line: u64, raw: &[u8], why: &Error) -> Result<()> {
        self.rejects.add_further(raw, line, sender, why, &mut self.batch.rejects)
    }

    /// Finds the members of a batch's lines; those that are not JSON objects are taken out, to the rejects.
    pub(crate) fn scan(&mut self, batch: &mut Batch) -> Result<()> {
        batch.scan(|record, why| self.reject(record, &not_json(why)))
    }

    /// Begins a reject whose bytes come in pieces, because they are too many to hold.
    pub(crate) fn begin_reject(&mut self, origin: Origin, why: &Error) -> Result<()> {
        let input = self.inputs.get(origin.input as usize).map(String::as_str);
        self.tally.rejected.fetch_add(1, Ordering::Relaxed);
        self.rejects.begin(origin.line, input, why, &mut self.batch.rejects)
    }

    /// Some more of its bytes.
    pub(crate) fn reject_piece(&mut self, bytes: &[u8]) -> Result<()> {
        self.rejects.piece(bytes)
    }

    /// Its end.
    pub(crate) fn end_reject(&mut self) -> Result<()> {
        self.rejects.end(&mut self.batch.rejects)
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // A panicking stage sends nothing more: what it was about to say may be half said.
        if !std::thread::panicking() {
            self.flush();
            if let Err(error) = self.rejects.conclude() {
                self.fail(error);
            }
        }
    }
}

/// Why a line cannot be used that is not one JSON object.
pub(crate) fn not_json(why: Bad) -> Error {
    Error::data(Code::Json, format!("not a JSON object: {} at byte {}", why.what, why.offset + 1))
}

/// The records of a batch with this time (ns since 1970 UTC) in `field`, where they have none.
pub(crate) fn stamped(batch: &Batch, field: &str, time: i64) -> Batch {
    let mut to = Batch::default();
    let mut spelled = Vec::with_capacity(32);
    crate::reading::time::write_rfc3339(time, &mut spelled);
    // What is not an object goes on as it is: the stage that reads it says what is wrong with it.
    let mut members = Vec::new();
    for record in batch.records() {
        members.clear();
        let raw = record.raw();
        let open = json::members(raw, &mut members).is_ok() && !members.iter().any(|m| m.key_is(raw, field));
        match raw.iter().rposition(|&b| b == b'}') {
            Some(end) if open => to.add(record.origin(), |line| {
                line.extend_from_slice(&raw[..end]);
                if !members.is_empty() {
                    line.push(b',');
                }
                json::write_string(field, line);
                line.extend_from_slice(b":\"");
                line.extend_from_slice(&spelled);
                line.extend_from_slice(b"\"}");
            }),
            _ => to.copy(&record),
        }
    }
    to
}
