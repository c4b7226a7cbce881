//! A stage's way out: what it sends, what it rejects, and what became of each record.

use super::next::Next;
use super::stamp::Stamps;
use super::tally::Tally;
use super::unread::no_record;
use crate::flow::ack::Ack;
use crate::flow::batch::{Batch, Run};
use crate::flow::fate::{Books, Fate};
use crate::flow::named::Named;
use crate::flow::reject::Rejects;
use crate::host::progress::Measure;
use crate::reading::error::{Code, Error, Result};
use crate::reading::record::{Origin, Record};
use std::sync::Arc;

/// A stage's way out: records to the next stage, what cannot be used to the rejects.
///
/// Whole batches leave when they are full, and at [`Output::flush`]. Once it is closed
/// everything more is dropped; long loops ask [`Output::is_closed`].
pub(crate) struct Output {
    batch: Batch,
    next: Box<dyn Next>,
    rejects: Rejects,
    stamp: Option<Stamps>,
    /// The stage behind a source looks at fields: the source's thread finds them, which has time for it.
    scans: bool,
    /// Names of the source's inputs, for the rejects.
    inputs: Arc<[String]>,
    /// Batches of a sink that passes, until it has committed them.
    held: Option<Vec<Batch>>,
    closed: bool,
    tally: Arc<Tally>,
    books: Books,
    /// Rejects of records that have another fate.
    also_rejected: u64,
    named: Named,
    /// What the filter at work has received.
    input: Option<Input>,
    /// What goes on of it and of `batch`, in order; empty: all of `batch`.
    order: Vec<Run>,
    /// How many lines of `batch` are in `order`.
    ordered: usize,
}

/// A batch that a filter works on. Its lines go on where they are, so nobody may change it meanwhile.
struct Input {
    batch: Arc<Batch>,
    /// The record at hand.
    at: usize,
    /// It has its place among what goes on.
    placed: bool,
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
            books: Books::default(),
            also_rejected: 0,
            named: Named::default(),
            input: None,
            order: Vec::new(),
            ordered: 0,
        }
    }

    /// Gives every record that has no such field the time of receipt in it.
    pub(crate) fn stamping(mut self, field: Option<String>) -> Output {
        self.stamp = field.map(Stamps::new);
        self
    }

    /// Finds the members of all lines before they are sent.
    pub(crate) fn scanning(mut self, scans: bool) -> Output {
        self.scans = scans;
        self
    }

    /// Looks out for fields that flags name.
    pub(in crate::flow) fn looking_for(mut self, named: Named) -> Output {
        self.named = named;
        self
    }

    /// See [`Output::looking_for`].
    #[inline]
    pub(in crate::flow) fn named(&mut self) -> &mut Named {
        &mut self.named
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

    /// This many more records are kept.
    pub(crate) fn kept(&self, records: u64) {
        self.tally.keep(records);
    }

    /// The batch that is being filled. A source that fills it by itself calls [`Output::flush`] often.
    pub(crate) fn batch(&mut self) -> &mut Batch {
        &mut self.batch
    }

    /// Sends a record on as it came, which is not the one at hand.
    pub(crate) fn copy(&mut self, record: &Record<'_>) {
        self.batch.copy(record);
        self.send_if_full();
    }

    /// Begins to work on a batch: what passes of it goes on where it is.
    pub(in crate::flow) fn begin(&mut self, batch: Arc<Batch>) {
        self.input = Some(Input { batch, at: 0, placed: false });
    }

    /// Comes to the next record of the batch.
    #[inline]
    pub(in crate::flow) fn come_to(&mut self, at: usize) {
        if let Some(input) = &mut self.input {
            input.at = at;
            input.placed = false;
        }
    }

    /// The record at hand, which the filter is about to pass, goes on here: before what is added from now on.
    pub(crate) fn pass_first(&mut self) {
        let Some(Input { at, placed, .. }) = &mut self.input else { return };
        if std::mem::replace(placed, true) {
            return;
        }
        let at = *at;
        self.note_added();
        match self.order.last_mut() {
            Some(Run::Passed(run)) if run.end == at => run.end += 1,
            _ => self.order.push(Run::Passed(at..at + 1)),
        }
    }

    fn note_added(&mut self) {
        if self.batch.len() > self.ordered {
            self.order.push(Run::Added(self.ordered..self.batch.len()));
            self.ordered = self.batch.len();
        }
    }

    /// What became of the record at hand.
    #[inline]
    pub(in crate::flow) fn enter(&mut self, fate: Fate, record: &Record<'_>) {
        if fate == Fate::Pass {
            self.pass_first();
        }
        self.books.enter(fate, record.raw());
    }

    /// The end of a batch: everything of it goes on. Gives an empty one back.
    pub(in crate::flow) fn complete(&mut self) -> Batch {
        let Some(Input { batch, .. }) = self.input.take() else { return Batch::default() };
        let mut batch = match Arc::try_unwrap(batch) {
            Ok(batch) => batch,
            // Nobody else keeps one; if ever, its lines are copied.
            Err(shared) => Batch::gathered(&[Run::Passed(0..shared.len())], &shared, &Batch::default()),
        };
        if self.order.is_empty() {
            self.batch.acks.append(&mut batch.acks);
            self.batch.rejects.splice(0..0, std::mem::take(&mut batch.rejects));
            self.flush();
            return batch;
        }
        self.note_added();
        batch.arrange(&self.order, &self.batch);
        self.order.clear();
        self.ordered = 0;
        batch.acks.append(&mut self.batch.acks);
        batch.rejects.append(&mut self.batch.rejects);
        self.batch.clear();
        let spare = std::mem::replace(&mut self.batch, batch);
        self.flush();
        std::mem::replace(&mut self.batch, spare)
    }

    /// A record that was held came to this.
    pub(crate) fn settle(&mut self, fate: Fate, raw: &[u8]) {
        self.books.settle(fate, raw);
    }

    /// A record that was held cannot be used. An error as in [`Output::reject`].
    pub(crate) fn reject_held(&mut self, raw: &[u8], origin: Origin, why: &Error) -> Result<()> {
        self.books.settle_reject();
        self.reject_raw(raw, origin, why)
    }

    /// As [`Output::reject`], of a record that has its fate already: it is not counted in the books.
    pub(crate) fn reject_also(&mut self, raw: &[u8], origin: Origin, why: &Error) -> Result<()> {
        self.also_rejected += 1;
        self.reject_raw(raw, origin, why)
    }

    /// A sink has taken the record: it goes on after the commit, if the sink passes.
    pub(crate) fn pass(&mut self, record: &Record<'_>) {
        self.books.enter(Fate::Pass, record.raw());
        self.forward(record);
    }

    /// A sink hands a record on, after the commit, if it passes; what became of it is said elsewhere.
    pub(crate) fn forward(&mut self, record: &Record<'_>) {
        if self.held.is_some() {
            self.copy(record);
        }
    }

    /// A sink has left the record out.
    pub(crate) fn leave(&mut self, code: Code, record: &Record<'_>) {
        self.books.enter(Fate::Left(code), record.raw());
    }

    /// A source has files of this many bytes in all to read.
    pub(crate) fn expect(&self, bytes: u64) {
        self.tally.expect(Measure::Bytes, bytes);
    }

    /// It has read this many more of them.
    pub(crate) fn read(&self, bytes: u64) {
        self.tally.read(bytes);
    }

    /// A source has left a message out.
    pub(crate) fn leave_message(&mut self, code: Code) {
        self.tally.leave(code);
    }

    /// A sink has taken this many records that it had not said anything about.
    pub(crate) fn count_passed(&mut self, records: u64) {
        self.books.passed += records;
    }

    /// The token of a message: it leaves with what has been added so far.
    pub(crate) fn acknowledge(&mut self, ack: Ack) {
        self.batch.acks.push(ack);
    }

    /// Gives the records that are about to leave times from this one (ns since 1970 UTC) on, where they have none.
    pub(crate) fn stamp(&mut self, stamps: &mut Stamps, time: i64) {
        let with_time = stamps.from(&self.batch, time);
        let mut batch = std::mem::replace(&mut self.batch, with_time);
        self.batch.acks.append(&mut batch.acks);
        self.batch.rejects.append(&mut batch.rejects);
    }

    /// Takes out the rejects that were to travel with the records.
    pub(crate) fn take_rejects(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.batch.rejects)
    }

    /// Bytes of rejects that are to travel with the records.
    pub(crate) fn waiting_rejects(&self) -> usize {
        self.batch.rejects.len()
    }

    /// The books, as they are now.
    pub(in crate::flow) fn books(&mut self) -> &mut Books {
        self.books.rejected = self.tally.rejected() - self.also_rejected;
        self.books.sent = self.tally.sent();
        &mut self.books
    }

    /// Adds a new record: `write` appends one JSON object without a line break.
    pub(crate) fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.add_from(Origin::default(), write);
    }

    /// As [`Output::add`], for a record made of that line of an input.
    pub(crate) fn add_from(&mut self, origin: Origin, write: impl FnOnce(&mut Vec<u8>)) {
        self.batch.add(origin, write);
        self.books.made += 1;
        self.send_if_full();
    }

    /// Records get the time of their receipt in this field.
    pub(super) fn stamps(&self, field: &str) -> bool {
        self.stamp.as_ref().is_some_and(|stamps| stamps.field() == field)
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
        self.gather();
        if self.batch.is_void() {
            return;
        }
        if self.closed {
            self.batch.clear();
            return;
        }
        let mut batch = std::mem::take(&mut self.batch);
        if let Some(stamps) = &mut self.stamp {
            let mut with_time = stamps.received(&batch);
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

    /// In the middle of a batch what passed of it is copied: the rest of it is still needed.
    fn gather(&mut self) {
        let Some(input) = self.input.as_ref().filter(|_| !self.order.is_empty()) else { return };
        let batch = Arc::clone(&input.batch);
        self.note_added();
        let mut all = Batch::gathered(&self.order, &batch, &self.batch);
        all.acks.append(&mut self.batch.acks);
        all.rejects.append(&mut self.batch.rejects);
        self.order.clear();
        self.ordered = 0;
        self.batch = all;
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
        self.tally.send(batch.len() as u64);
        match self.next.send(batch) {
            Ok(empty) => self.batch = empty,
            Err(_) => self.closed = true,
        }
    }

    fn fail(&mut self, error: Error) {
        self.closed = true;
        self.tally.fail(error);
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
        self.tally.reject();
        self.rejects.add(raw, origin.line, input, why, &mut self.batch.rejects)
    }

    /// As [`Output::reject_raw`], for one of many senders: its name stands for the input's.
    pub(crate) fn reject_from(&mut self, sender: &str, line: u64, raw: &[u8], why: &Error) -> Result<()> {
        self.tally.reject();
        self.rejects.add(raw, line, Some(sender), why, &mut self.batch.rejects)
    }

    /// More bytes of what [`Output::reject_from`] began: kept, and not counted again.
    pub(crate) fn reject_further(&mut self, sender: &str, line: u64, raw: &[u8], why: &Error) -> Result<()> {
        self.rejects.add_further(raw, line, sender, why, &mut self.batch.rejects)
    }

    /// Finds the members of a batch's lines; those that are not JSON objects are taken out, to the rejects.
    pub(crate) fn scan(&mut self, batch: &mut Batch) -> Result<()> {
        batch.scan(|record, why| self.reject(record, &no_record(record.raw(), why)))
    }

    /// Begins a reject whose bytes come in pieces, because they are too many to hold.
    pub(crate) fn begin_reject(&mut self, origin: Origin, why: &Error) -> Result<()> {
        let input = self.inputs.get(origin.input as usize).map(String::as_str);
        self.tally.reject();
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
