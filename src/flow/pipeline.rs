//! What a pipeline is: plans in an order that makes sense, with the settings that the runner heeds; how it is opened,
//! and what the filters remembered when it last ran.

use crate::flow::fate::Books;
use crate::flow::plan::{Part, Plan, Role};
use crate::flow::reject::Rejects;
use crate::flow::stage::{Counts, Stage};
use crate::flow::state::StateFile;
use crate::host::diag;
use crate::host::thread;
use crate::reading::error::{Code, Error, Result};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The name of a stage that is not kymo's: a sink that writes to a command, and after it a source that reads from it.
pub(crate) const SHELL: &str = "sh";

/// The name of the sink that `cli` adds where nothing else takes what is written.
pub(crate) const STDOUT: &str = "stdout";

/// A source, filters, a sink, and sinks after one that passes.
pub(crate) struct Pipeline {
    pub plans: Vec<Plan>,
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
    pub counts: Vec<Counted>,
    /// The grace was over before everything was finished.
    pub cut_short: bool,
    /// What has ended it before its end.
    pub fault: Option<Error>,
}

impl Outcome {
    /// Records were rejected or lost.
    pub(crate) fn is_partial(&self) -> bool {
        self.rejected > 0 || self.counts.iter().any(|counted| counted.books.has_losses())
    }
}

/// What one stage counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    pub name: &'static str,
    pub part: Part,
    pub books: Books,
    /// Its own counts.
    pub own: Counts,
}

/// A stage that is open.
pub(super) struct Staged {
    pub(super) plan: Plan,
    pub(super) stage: Stage,
    pub(super) rejects: Rejects,
}

/// A pipeline that is open.
pub(super) struct Opened {
    pub(super) stages: Vec<Staged>,
    /// The file that keeps the states, if the sink cannot.
    pub(super) keeper: Option<StateFile>,
    /// What filters remember is kept for the next run.
    pub(super) keeps_state: bool,
}

impl Pipeline {
    /// A source first, a sink last, between them filters; behind a sink only sinks, if it passes.
    pub(crate) fn check(&self) -> Result<()> {
        let mut sink: Option<&str> = None;
        for (i, plan) in self.plans.iter().enumerate() {
            let last = i + 1 == self.plans.len();
            let fault = match (plan.role, sink) {
                (Role::Source { .. }, Some(SHELL)) => {
                    sink = None;
                    continue;
                }
                (Role::Source { .. }, _) if i > 0 => "a source reads no records: it can only be the first stage".to_owned(),
                (Role::Sink { .. }, _) if plan.name == SHELL && self.acknowledges() && !self.ack_on_written => {
                    "kymo does not know what it does with a message: give --ack-on written to acknowledge what was written to it"
                        .to_owned()
                }
                (Role::Filter { has_state: true }, None) if self.shares() => {
                    "it remembers series, and others of the group get some of their records: give --split-series if each series comes whole"
                        .to_owned()
                }
                (Role::Filter { .. }, Some(sink)) => {
                    format!("no filter can come after {sink}: what passes a sink is only drawn or shown")
                }
                (Role::Sink { .. }, Some(sink)) if !matches!(plan.name, "plot" | "serve" | "stdout") => {
                    format!("after {sink} only plot, serve and stdout can come: a second sink could miss what the first has")
                }
                (Role::Sink { .. }, _) if !last && !plan.pass && plan.name != SHELL => {
                    "it is a sink: give it --pass to hand its records on".to_owned()
                }
                _ => String::new(),
            };
            if !fault.is_empty() {
                return Err(Error::usage(fault).at(plan.name));
            }
            if plan.is_sink() {
                sink.get_or_insert(plan.name);
            }
        }
        self.reject_ways().map(drop)
    }

    /// As [`Pipeline::check`], where nobody sits before it: it reads from a source, and something keeps what it reads.
    pub(crate) fn check_unattended(&self) -> Result<()> {
        self.check()?;
        match (self.plans.first(), self.plans.last()) {
            (Some(first), _) if first.reads_stdin => {
                Err(Error::usage("its first stage reads stdin, which is empty there: begin with a source"))
            }
            (_, Some(last)) if last.name == STDOUT => {
                Err(Error::usage("nothing keeps what its last stage writes: end with a sink"))
            }
            _ => Ok(()),
        }
    }

    /// The source answers its senders.
    pub(crate) fn acknowledges(&self) -> bool {
        self.plans.iter().any(|plan| matches!(plan.role, Role::Source { acknowledges: true, .. }))
    }

    /// The source has only a share of the messages.
    fn shares(&self) -> bool {
        self.plans.iter().any(|plan| matches!(plan.role, Role::Source { shares: true, .. }))
    }

    /// Opens the stages: the sinks first, then the filters, the source last. Everything before this is words.
    pub(super) fn open(mut self) -> Result<Opened> {
        let ways = self.reject_ways()?;
        let (acknowledges, receives) = (self.acknowledges(), self.plans.iter().any(|plan| plan.receives));
        let count = self.plans.len();
        let mut stages: Vec<Option<Stage>> = (0..count).map(|_| None).collect();
        let rank = |plan: &Plan| match plan.role {
            Role::Sink { .. } => 0,
            Role::Filter { .. } => 1,
            Role::Source { .. } => 2,
        };
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|&index| rank(&self.plans[index]));
        for index in order {
            stages[index] = Some(self.plans[index].open()?);
        }
        let (name, state_file, fresh) = (self.name.take(), self.state_file.take(), self.fresh);
        let mut staged = Vec::with_capacity(count);
        for ((plan, stage), way) in self.plans.into_iter().zip(stages.into_iter().flatten()).zip(ways) {
            let rejects = way.open(&plan, acknowledges)?.receiving(receives);
            staged.push(Staged { plan, stage, rejects });
        }
        let (keeper, keeps_state) = restore(&mut staged, name.as_deref(), state_file.as_deref(), fresh)?;
        Ok(Opened { stages: staged, keeper, keeps_state })
    }

    /// Where each stage's rejects go. After a source that acknowledges nothing may be only counted.
    fn reject_ways(&self) -> Result<Vec<Way>> {
        let acknowledges = self.acknowledges();
        let sink_keeps = self.plans.iter().any(|plan| plan.role == Role::Sink { keeps_rejects: true });
        let to_stdout = self.plans.iter().find(|plan| plan.is_sink()).is_some_and(|sink| sink.name == STDOUT);
        let way = |plan: &Plan| match (&plan.rejects.rejects, plan.role) {
            (Some(_), _) => Ok(Way::File),
            (None, Role::Source { keeps_rejects: true, .. }) => Ok(Way::Sink),
            _ if acknowledges && sink_keeps => Ok(Way::Sink),
            _ if acknowledges && to_stdout => Ok(Way::ShownWhole),
            _ if acknowledges => {
                let why = "what cannot be used would be acknowledged and lost: give --rejects FILE";
                Err(Error::usage(why).at(plan.name))
            }
            _ => Ok(Way::Shown),
        };
        self.plans.iter().map(way).collect()
    }
}

/// Where the rejects of a stage go.
#[derive(Clone, Copy)]
enum Way {
    File,
    Sink,
    Shown,
    ShownWhole,
}

impl Way {
    fn open(self, plan: &Plan, acknowledges: bool) -> Result<Rejects> {
        let (name, strict) = (plan.name, plan.rejects.strict);
        match (self, &plan.rejects.rejects) {
            (Way::File, Some(path)) => Rejects::to_file(name, strict, path, plan.rejects.max_rejects, acknowledges),
            (Way::Sink, _) => Ok(Rejects::to_sink(name, strict)),
            (Way::ShownWhole, _) => Ok(Rejects::told_all(name, strict)),
            (Way::Shown | Way::File, _) => Ok(Rejects::told(name, strict)),
        }
    }
}

/// Gives the filters back what they remembered. Returns the file that keeps it, if the sink cannot; and whether anything does.
///
/// What comes before a command remembers nothing: no commit after it could keep its state and its position together.
fn restore(
    all: &mut [Staged],
    name: Option<&str>,
    state_file: Option<&Path>,
    fresh: bool,
) -> Result<(Option<StateFile>, bool)> {
    let begin = all.iter().rposition(|staged| staged.plan.is_source()).unwrap_or(0);
    let keys: Vec<String> =
        all.iter().enumerate().skip(begin).map(|(i, staged)| state_key(i, &staged.plan.words)).collect();
    let stages = &mut all[begin..];
    let Some(name) = name.filter(|_| stages.iter().any(|staged| staged.plan.has_state())) else {
        return Ok((None, false));
    };
    let sink = stages.iter_mut().find_map(|staged| match &mut staged.stage {
        Stage::Sink(sink) => Some((staged.plan.name, sink)),
        _ => None,
    });
    let kept = match sink {
        Some((at, sink)) => sink.states(name).map_err(|e| e.at(at))?,
        None => None,
    };
    let (states, file) = match (kept, state_file) {
        (Some(states), _) => (states, None),
        (None, Some(path)) => {
            let (file, states) = StateFile::open(path, name)?;
            (states, Some(file))
        }
        (None, None) => return Ok((None, false)),
    };
    if fresh || states.stages.is_empty() {
        return Ok((file, true));
    }
    if !states.stages.keys().all(|key| keys.contains(key)) {
        thread::enter("run");
        diag::warn(Code::StateReset, format_args!("pipeline {name} has changed: it starts without its old state"));
        return Ok((file, true));
    }
    for (staged, key) in stages.iter_mut().zip(&keys) {
        if let (Stage::Filter(filter), Some(state)) = (&mut staged.stage, states.stages.get(key)) {
            thread::enter(staged.plan.name);
            filter.restore(state).map_err(|e| e.at(staged.plan.name))?;
        }
    }
    Ok((file, true))
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
