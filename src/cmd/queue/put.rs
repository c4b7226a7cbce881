//! `queue put`: the sink. What it has committed has reached the disk.

use crate::flow::batch::Batch;
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Output, Patience, Sink, Stamps, States};
use crate::host::diag;
use crate::host::options::{self, InputArgs};
use crate::reading::error::{Code, Error, Kind, Result};
use crate::storage::queue::{Limits, OnFull, Putting};
use clap::ValueHint;
use std::path::PathBuf;
use std::time::Duration;

/// An example that runs, for the help.
const EXAMPLE: &str = "Example: kymo queue put q.db --archive archive examples/surfrad.ndjson";

/// Append records to a queue
///
/// QUEUE is created if it is missing. A record is committed when it is on the disk; in `kymo run` a message is then
/// acknowledged to its sender, and the states of the filters are kept in the same transaction. Several processes may
/// put into one queue.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(crate) struct PutArgs {
    /// The queue: the path of an SQLite file
    #[arg(value_name = "QUEUE", value_hint = ValueHint::FilePath)]
    pub queue: String,

    /// The queue is full when its records take SIZE bytes
    #[arg(long, value_name = "SIZE", value_parser = options::size)]
    pub max_size: Option<u64>,

    /// The queue is full when it has N records
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_records: Option<u64>,

    /// What to do when the queue is full; rejected records have the code `full`
    #[arg(long, value_enum, value_name = "HOW", default_value_t = OnFull::Block)]
    pub on_full: OnFull,

    /// Also append each record to DIR/YYYY-MM-DD.ndjson, the file of the day (UTC) on which it was put
    ///
    /// The file gets a record before the queue does. So after a crash some records may be in the file twice, and none
    /// is missing. A last line that a crash has cut off is removed.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub archive: Option<PathBuf>,

    /// Commit after N records
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub batch: u32,

    /// Commit at most DURATION after the first uncommitted record
    #[arg(long, value_name = "DURATION", default_value = "250ms", value_parser = options::duration)]
    pub flush: Duration,

    /// Pass the records on after they are committed
    #[arg(long)]
    pub pass: bool,

    /// Add the time of receipt, in FIELD, to records without that field; it stays the same however often they are taken
    #[arg(long, value_name = "FIELD", help_heading = "Records")]
    pub stamp: Option<String>,

    #[command(flatten)]
    pub input: InputArgs,
}

impl PutArgs {
    /// The sink for these flags.
    pub(crate) fn plan(self) -> Result<Plan> {
        if self.max_size == Some(0) {
            return Err(Error::usage("--max-size 0 leaves no room for a record"));
        }
        let limits = Limits { records: self.max_records, bytes: self.max_size };
        let (queue, on_full, archive, stamp) = (self.queue, self.on_full, self.archive, self.stamp.map(Stamps::new));
        let patience = Patience { records: self.batch as usize, time: self.flush };
        let open = move || {
            let putting = Putting::open(&queue, limits, on_full, archive.as_deref())?;
            Ok(Put { putting, stamp, patience, put: 0, committed: 0, commits: 0 })
        };
        Ok(Plan::sink(self.input, self.pass, open).keeping_rejects(true))
    }
}

struct Put {
    putting: Putting,
    stamp: Option<Stamps>,
    patience: Patience,
    put: u64,
    /// Of them.
    committed: u64,
    commits: u64,
}

impl Sink for Put {
    fn write(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        let stamped = self.stamp.as_mut().map(|stamps| stamps.received(batch));
        for record in stamped.as_ref().unwrap_or(batch).records() {
            match self.putting.put(record.raw()) {
                Ok(()) => {
                    self.put += 1;
                    out.pass(&record);
                }
                Err(why) if why.kind() == Kind::Data => out.reject(&record, &why)?,
                Err(why) => return Err(why),
            }
        }
        // Behind a source that acknowledges, rejects travel here, to be kept in the same transaction.
        self.putting.keep_rejects(batch.rejects());
        self.putting.keep_rejects(&out.take_rejects());
        Ok(())
    }

    fn commit(&mut self, states: Option<&States>) -> Result<()> {
        self.putting.commit(states)?;
        self.commits += 1;
        self.committed = self.put;
        Ok(())
    }

    fn states(&mut self, pipeline: &str) -> Result<Option<States>> {
        self.putting.states(pipeline).map(Some)
    }

    fn patience(&self) -> Option<Patience> {
        Some(self.patience)
    }

    fn close(&mut self) -> Result<()> {
        match self.putting.dropped() {
            0 => {}
            n => diag::warn(Code::Dropped, format_args!("the queue was full: its {n} oldest records were dropped")),
        }
        Ok(())
    }

    fn counts(&self) -> Counts {
        vec![("put", self.committed), ("dropped", self.putting.dropped()), ("commits", self.commits)]
    }
}
