//! What a stage is: a source, a filter or a sink. A stage is a state machine; threads,
//! channels, clocks, acknowledgements and exit codes belong to the runner (`pipe.rs`).

mod events;
mod next;
mod output;
mod stamp;
mod tally;
mod unread;

pub(crate) use self::events::Events;
pub(crate) use self::next::{Next, Nowhere, closed};
pub(crate) use self::output::Output;
pub(crate) use self::stamp::Stamps;
pub(crate) use self::tally::Tally;
pub(crate) use self::unread::{no_record, not_json};

use crate::flow::batch::Batch;
use crate::flow::fate::Fate;
use crate::host::stop::Stop;
use crate::reading::error::Result;
use crate::reading::record::Record;
use std::collections::BTreeMap;
use std::time::Duration;

/// One stage of a pipeline.
pub(crate) enum Stage {
    Source(Box<dyn Source>),
    Filter(Box<dyn Filter>),
    Sink(Box<dyn Sink>),
}

/// What a stage has counted beside its records: name and number, for `--summary`.
pub(crate) type Counts = Vec<(&'static str, u64)>;

/// Where records come from.
pub(crate) trait Source: Send {
    /// Sends records until there are no more, `out` is closed or `stop` is set.
    ///
    /// A source that acknowledges drops `out` before it waits for its last outcomes:
    /// only then do the stages behind it see the end of the input.
    fn run(&mut self, out: Output, stop: &Stop) -> Result<()>;

    /// The names of its inputs, for messages; `Origin::input` is an index into them.
    fn inputs(&self) -> Vec<String> {
        Vec::new()
    }

    fn counts(&self) -> Counts {
        Counts::new()
    }
}

/// Reads records and appends what shall go on.
pub(crate) trait Filter: Send {
    /// Reads one record, adds to `out` what it makes of it, and says what became of it. An error of the kind `Data` rejects
    /// this record only; any other ends the pipeline.
    fn record(&mut self, record: &Record<'_>, out: &mut Output) -> Result<Fate>;

    /// How many records it holds: those whose last fate was [`Fate::Held`].
    fn holds(&self) -> u64 {
        0
    }

    /// The input has ended, in order.
    fn finish(&mut self, out: &mut Output) -> Result<()> {
        let _ = out;
        Ok(())
    }

    /// After [`Filter::finish`], where nothing is remembered for a next run: what it still holds gets its fate now.
    fn release(&mut self, out: &mut Output) -> Result<()> {
        let _ = out;
        Ok(())
    }

    /// A mark passes: what is written beside the records (a report) must be out now. Where nothing is committed it
    /// is called behind each batch.
    fn sync(&mut self) -> Result<()> {
        Ok(())
    }

    /// Appends what it remembers between records.
    fn save(&self, to: &mut Vec<u8>) {
        let _ = to;
    }

    /// Takes back what `save` wrote, before the first record.
    fn restore(&mut self, from: &[u8]) -> Result<()> {
        let _ = from;
        Ok(())
    }

    /// It looks at fields: lines that are not JSON objects are rejected before it sees them.
    fn reads_fields(&self) -> bool {
        true
    }

    /// It sees events of links, too; else they pass by.
    fn sees_events(&self) -> bool {
        false
    }

    fn counts(&self) -> Counts {
        Counts::new()
    }
}

/// Where records go.
pub(crate) trait Sink: Send {
    /// The pipeline begins: it is sound, and signals are heard. Before anything else.
    fn start(&mut self) -> Result<()> {
        Ok(())
    }

    /// Takes the records of a batch. What became of each is said to `out` by the time of the commit: taken
    /// ([`Output::pass`]), left out ([`Output::leave`]) or rejected. Any error ends the pipeline.
    fn write(&mut self, batch: &Batch, out: &mut Output) -> Result<()>;

    /// A commit is about to come: what a remote refuses of what was written is rejected now.
    fn settle(&mut self, out: &mut Output) -> Result<()> {
        let _ = out;
        Ok(())
    }

    /// Makes all that was written permanent, with the states in the same transaction.
    /// `None`: the stages before it ended out of order; what they remember stays as it was.
    fn commit(&mut self, states: Option<&States>) -> Result<()> {
        let _ = states;
        Ok(())
    }

    /// The input has ended, in order; the last commit follows.
    fn finish(&mut self) -> Result<()> {
        Ok(())
    }

    /// At the start: what the last commit of the pipeline of this name kept. `None`: this sink cannot keep states.
    /// From here on nobody else may run a pipeline of this name (`Kind::Busy`).
    fn states(&mut self, pipeline: &str) -> Result<Option<States>> {
        let _ = pipeline;
        Ok(None)
    }

    /// Commit after this many records, or this long after the first of them. `None`: nothing to commit.
    fn patience(&self) -> Option<Patience> {
        None
    }

    /// Something to do between records: called when this time has passed without a call.
    fn tick_every(&self) -> Option<Duration> {
        None
    }

    /// See [`Sink::tick_every`].
    fn tick(&mut self) -> Result<()> {
        Ok(())
    }

    /// Nothing comes any more, in order or not; what is behind it has been told.
    fn close(&mut self) -> Result<()> {
        Ok(())
    }

    /// It looks at fields: lines that are not JSON objects are rejected before it sees them.
    fn reads_fields(&self) -> bool {
        true
    }

    /// It takes events of links, too; else they are left out.
    fn takes_events(&self) -> bool {
        true
    }

    fn counts(&self) -> Counts {
        Counts::new()
    }
}

/// See [`Sink::patience`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub records: usize,
    pub time: Duration,
}

/// What the filters of one pipeline remember, by stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct States {
    /// The pipeline's name.
    pub pipeline: String,
    /// By stage: its place and its words, so that a changed stage does not take another's state.
    pub stages: BTreeMap<String, Vec<u8>>,
}
