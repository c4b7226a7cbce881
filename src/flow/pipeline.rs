//! What a pipeline is: stages in an order that makes sense, with the settings that the
//! runner heeds, and what the filters remembered when it last ran.

use crate::flow::reject::Rejects;
use crate::flow::stage::{Counts, Filter, Sink, Source, Stage};
use crate::flow::state::StateFile;
use crate::host::diag;
use crate::host::options::{InputArgs, RejectArgs, SourceArgs};
use crate::reading::error::{Code, Error, Result};
use std::path::PathBuf;
use std::time::Duration;

/// One stage with the settings that the runner heeds.
pub(crate) struct Staged {
    /// The subcommand's name.
    pub name: &'static str,
    pub stage: Stage,
    /// Its words, by which it finds its own state again.
    pub words: String,
    /// What becomes of records that it cannot use.
    pub rejects: RejectArgs,
    /// Where a filter or a sink that stands first reads from.
    pub input: InputArgs,
    /// `--pass`: a sink that hands its records on after it has committed them.
    pub pass: bool,
    /// `--stamp`: a source that gives its records the time of receipt.
    pub stamp: Option<String>,
}

impl Staged {
    /// A source.
    pub(crate) fn source(name: &'static str, source: impl Source + 'static, args: SourceArgs) -> Staged {
        let SourceArgs { stamp, rejects } = args;
        Staged { rejects, stamp, ..Staged::new(name, Stage::Source(Box::new(source))) }
    }

    /// A filter.
    pub(crate) fn filter(name: &'static str, filter: impl Filter + 'static, input: InputArgs) -> Staged {
        Staged { rejects: input.rejects.clone(), input, ..Staged::new(name, Stage::Filter(Box::new(filter))) }
    }

    /// A sink; `pass`: it hands its records on after it has committed them.
    pub(crate) fn sink(name: &'static str, sink: impl Sink + 'static, input: InputArgs, pass: bool) -> Staged {
        Staged { rejects: input.rejects.clone(), input, pass, ..Staged::new(name, Stage::Sink(Box::new(sink))) }
    }

    fn new(name: &'static str, stage: Stage) -> Staged {
        let (rejects, input) = (RejectArgs::default(), InputArgs::default());
        Staged { name, stage, words: name.to_owned(), rejects, input, pass: false, stamp: None }
    }
}

/// The name of a stage that is not kymo's: a sink that writes to a command, and behind it a source that reads from it.
pub(crate) const SHELL: &str = "sh";

/// A source, filters, a sink, and sinks behind one that passes.
pub(crate) struct Pipeline {
    pub stages: Vec<Staged>,
    /// By this name the sink keeps the states; `None`: nothing is restored or kept.
    pub name: Option<String>,
    /// Where the states are kept if the sink cannot.
    pub state_file: Option<PathBuf>,
    /// Begin without the old states.
    pub fresh: bool,
    /// `--ack-on written`: what was written to a command is acknowledged.
    pub ack_on_written: bool,
    /// How long after a signal the pipeline may take to finish what it has received.
    pub grace: Duration,
}

/// How a pipeline ended that ran to its end.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Records that could not be used, in all stages.
    pub rejected: u64,
    /// What each stage counted.
    pub counts: Vec<(&'static str, Counts)>,
    /// The grace was over before everything was finished.
    pub cut_short: bool,
}

impl Pipeline {
    /// A source first, a sink last, between them filters; behind a sink only sinks, if it passes.
    pub(crate) fn check(&self) -> Result<()> {
        let mut sink: Option<&str> = None;
        for (i, staged) in self.stages.iter().enumerate() {
            let last = i + 1 == self.stages.len();
            let fault = match (&staged.stage, sink) {
                (Stage::Source(_), Some(SHELL)) => {
                    sink = None;
                    continue;
                }
                (Stage::Source(_), _) if i > 0 => "a source reads no records: it can only stand first".to_owned(),
                (Stage::Sink(_), _) if staged.name == SHELL && self.acknowledges() && !self.ack_on_written => {
                    "what it does with a message nobody knows: say --ack-on written to acknowledge what was written to it"
                        .to_owned()
                }
                (Stage::Filter(filter), None) if filter.has_state() && self.shares() => {
                    "it remembers series, and others of the group get some of their records: say --split-series if they come whole"
                        .to_owned()
                }
                (Stage::Filter(_), Some(sink)) => {
                    format!("no filter can stand behind {sink}: what passes a sink is only drawn or shown")
                }
                (Stage::Sink(_), Some(sink)) if !matches!(staged.name, "plot" | "serve" | "stdout") => format!(
                    "behind {sink} only plot, serve and stdout can stand: a second sink could miss what the first has"
                ),
                (Stage::Sink(_), _) if !last && !staged.pass && staged.name != SHELL => {
                    "it is a sink: give it --pass to hand its records on".to_owned()
                }
                _ => String::new(),
            };
            if !fault.is_empty() {
                return Err(Error::usage(fault).at(staged.name));
            }
            if matches!(staged.stage, Stage::Sink(_)) {
                sink.get_or_insert(staged.name);
            }
        }
        Ok(())
    }

    /// The source tells its senders «received».
    pub(crate) fn acknowledges(&self) -> bool {
        self.stages.iter().any(|s| matches!(&s.stage, Stage::Source(source) if source.acknowledges()))
    }

    /// The source has only a share of the messages.
    fn shares(&self) -> bool {
        self.stages.iter().any(|s| matches!(&s.stage, Stage::Source(source) if source.shares()))
    }

    /// Gives the filters back what they remembered. Returns the file that keeps it, if the sink cannot.
    ///
    /// What stands before a command remembers nothing: no commit behind it could keep its state and its position together.
    pub(crate) fn restore(&mut self) -> Result<Option<StateFile>> {
        let begin = self.stages.iter().rposition(|s| matches!(s.stage, Stage::Source(_))).unwrap_or(0);
        let keys: Vec<String> = self.stages.iter().enumerate().map(|(i, s)| state_key(i, &s.words)).collect();
        let (stages, keys) = (&mut self.stages[begin..], &keys[begin..]);
        let stateful = stages.iter().any(|s| matches!(&s.stage, Stage::Filter(f) if f.has_state()));
        let Some(name) = self.name.clone().filter(|_| stateful) else {
            return Ok(None);
        };
        let sink = stages.iter_mut().find_map(|staged| match &mut staged.stage {
            Stage::Sink(sink) => Some((staged.name, sink)),
            _ => None,
        });
        let kept = match sink {
            Some((at, sink)) => sink.states(&name).map_err(|e| e.at(at))?,
            None => None,
        };
        let (states, file) = match (kept, &self.state_file) {
            (Some(states), _) => (states, None),
            (None, Some(path)) => {
                let (file, states) = StateFile::open(path, &name)?;
                (states, Some(file))
            }
            (None, None) => return Ok(None),
        };
        if self.fresh || states.stages.is_empty() {
            return Ok(file);
        }
        if !states.stages.keys().all(|key| keys.contains(key)) {
            diag::warn(Code::StateReset, format_args!("pipeline {name} has changed: it starts without its old state"));
            return Ok(file);
        }
        for (staged, key) in stages.iter_mut().zip(keys) {
            if let (Stage::Filter(filter), Some(state)) = (&mut staged.stage, states.stages.get(key)) {
                filter.restore(state).map_err(|e| e.at(staged.name))?;
            }
        }
        Ok(file)
    }

    /// Each stage's rejects. Behind a source that acknowledges nothing may be only counted.
    pub(crate) fn open_rejects(&self) -> Result<Vec<Rejects>> {
        let acknowledges = self.acknowledges();
        let sink_keeps = self.stages.iter().any(|s| matches!(&s.stage, Stage::Sink(sink) if sink.keeps_rejects()));
        let sink = self.stages.iter().find(|s| matches!(s.stage, Stage::Sink(_)));
        let to_stdout = sink.is_some_and(|sink| sink.name == "stdout");
        let open = |staged: &Staged| match &staged.rejects.rejects {
            Some(path) => Rejects::to_file(staged.name, staged.rejects.strict, path),
            None if matches!(&staged.stage, Stage::Source(source) if source.keeps_rejects()) => {
                Ok(Rejects::to_sink(staged.name, staged.rejects.strict))
            }
            None if acknowledges && sink_keeps => Ok(Rejects::to_sink(staged.name, staged.rejects.strict)),
            None if acknowledges && to_stdout => Ok(Rejects::told_all(staged.name, staged.rejects.strict)),
            None if acknowledges => {
                let why = "what cannot be used would be acknowledged and lost: give --rejects FILE";
                Err(Error::usage(why).at(staged.name))
            }
            None => Ok(Rejects::told(staged.name, staged.rejects.strict)),
        };
        self.stages.iter().map(open).collect()
    }
}

/// A stage's place and words: a changed stage does not take another's state.
pub(crate) fn state_key(index: usize, words: &str) -> String {
    format!("{index} {words}")
}

/// A pipeline's default name: 64-bit FNV-1a of its words, the same in every version.
pub(crate) fn name_of(text: &str) -> String {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}
