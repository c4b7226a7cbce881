//! Plans: what the words of a stage mean, before anything is opened.
//!
//! Decision: understanding words touches nothing, neither files nor sockets nor databases. Only a pipeline whose every
//! plan is right is opened, so that a wrong command line leaves no trace.

use crate::flow::door::Door;
use crate::flow::named::Named;
use crate::flow::stage::{Filter, Sink, Source, Stage};
use crate::form::Target;
use crate::form::dialect::Names;
use crate::host::options::{InputArgs, RejectArgs, SourceArgs, ToArgs};
use crate::host::thread;
use crate::reading::error::{Code, Error, Result};
use crate::reading::key::Keys;

/// What a stage is, as far as its place in a pipeline depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Source {
        /// It answers its senders after the sink has committed.
        acknowledges: bool,
        /// It has only a share of the messages: others may have those before and after of the same series.
        shares: bool,
        /// It keeps what it rejects itself.
        keeps_rejects: bool,
    },
    Filter {
        /// It remembers something between records.
        has_state: bool,
    },
    Sink {
        /// It keeps rejects that travel with the records.
        keeps_rejects: bool,
    },
}

/// Which part of its stage a plan is. Where a stage has more than one, they are counted together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Part {
    /// The stage itself.
    #[default]
    Whole,
    /// It reads for the stage that comes next.
    Before,
    /// It takes on what the stage before it sends.
    After,
}

/// One stage of a pipeline, with the settings that the runner heeds.
pub(crate) struct Plan {
    /// The subcommand's name, which `cli` sets.
    pub name: &'static str,
    pub role: Role,
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
    /// A source whose records come from a sender now.
    pub receives: bool,
    /// A source that `cli` put before a stage, and that reads stdin.
    pub reads_stdin: bool,
    /// Where its records come in: their local times are read there.
    pub door: Option<Box<Keys>>,
    /// Whether it is all of its stage.
    pub part: Part,
    /// How large a stack its thread needs, in bytes, if it recurses on what it is given.
    pub stack: Option<usize>,
    /// The fields that its flags name.
    pub named: Named,
    /// How its records are written, if it stands last.
    pub written: Option<Written>,
    /// It writes another form than NDJSON itself, which no other stage can read.
    pub in_form: bool,
    /// See [`Plan::hearing`].
    pub on_end: Option<OnEnd>,
    open: Option<Open>,
}

/// How records are written.
pub(crate) struct Written {
    pub target: Target,
    /// `None`: those of the first record.
    pub columns: Option<Names>,
    pub keys: Keys,
}

type Open = Box<dyn FnOnce() -> Result<Stage>>;

/// Hears how a pipeline ended.
type OnEnd = Box<dyn FnOnce(Option<&Error>)>;

impl Plan {
    /// A source; `open` is called once every word of the pipeline is right.
    pub(crate) fn source<S: Source + 'static>(args: SourceArgs, open: impl FnOnce() -> Result<S> + 'static) -> Plan {
        let SourceArgs { stamp, rejects } = args;
        let role = Role::Source { acknowledges: false, shares: false, keeps_rejects: false };
        Plan { rejects, stamp, ..Plan::new(role, move || Ok(Stage::Source(Box::new(open()?)))) }
    }

    /// A filter.
    pub(crate) fn filter<F: Filter + 'static>(input: InputArgs, open: impl FnOnce() -> Result<F> + 'static) -> Plan {
        let open = move || Ok(Stage::Filter(Box::new(open()?)));
        Plan { rejects: input.rejects.clone(), input, ..Plan::new(Role::Filter { has_state: false }, open) }
    }

    /// A sink; `pass`: it hands its records on after it has committed them.
    pub(crate) fn sink<S: Sink + 'static>(
        input: InputArgs,
        pass: bool,
        open: impl FnOnce() -> Result<S> + 'static,
    ) -> Plan {
        let open = move || Ok(Stage::Sink(Box::new(open()?)));
        Plan { rejects: input.rejects.clone(), input, pass, ..Plan::new(Role::Sink { keeps_rejects: false }, open) }
    }

    fn new(role: Role, open: impl FnOnce() -> Result<Stage> + 'static) -> Plan {
        let (rejects, input) = (RejectArgs::default(), InputArgs::default());
        let (name, words) = ("", String::new());
        Plan {
            name,
            role,
            words,
            rejects,
            input,
            pass: false,
            stamp: None,
            receives: false,
            reads_stdin: false,
            door: None,
            part: Part::Whole,
            stack: None,
            named: Named::default(),
            written: None,
            in_form: false,
            on_end: None,
            open: Some(Box::new(open)),
        }
    }

    /// The same plan under this name.
    pub(crate) fn named(mut self, name: &'static str) -> Plan {
        self.name = name;
        self
    }

    /// A part of its stage.
    pub(crate) fn in_part(self, part: Part) -> Plan {
        Plan { part, ..self }
    }

    /// A source that answers its senders after the commit, if `does`.
    pub(crate) fn acknowledging(mut self, does: bool) -> Plan {
        if let Role::Source { acknowledges, .. } = &mut self.role {
            *acknowledges = does;
        }
        self
    }

    /// A source whose records come from a sender now, and not from what was kept.
    pub(crate) fn receiving(self) -> Plan {
        Plan { receives: true, ..self }
    }

    /// A source that has only a share of the messages, if `does`.
    pub(crate) fn sharing(mut self, does: bool) -> Plan {
        if let Role::Source { shares, .. } = &mut self.role {
            *shares = does;
        }
        self
    }

    /// A source or sink that keeps rejects, if `does`.
    pub(crate) fn keeping_rejects(mut self, does: bool) -> Plan {
        if let Role::Source { keeps_rejects, .. } | Role::Sink { keeps_rejects } = &mut self.role {
            *keeps_rejects = does;
        }
        self
    }

    /// A filter that remembers something between records.
    pub(crate) fn with_state(mut self) -> Plan {
        self.role = Role::Filter { has_state: true };
        self
    }

    /// A stage whose records come in with times as these keys spell them.
    pub(crate) fn with_door(mut self, keys: Keys) -> Plan {
        self.door = (!keys.spelling().is_plain()).then(|| Box::new(keys));
        self
    }

    /// The filter that reads the times of the records for this stage.
    pub(crate) fn take_door(&mut self) -> Option<Plan> {
        let keys = self.door.take()?;
        let infers = keys.spelling().infers();
        let door = Plan::filter(InputArgs::default(), move || Ok(Door::new(*keys))).named(self.name);
        let door = Plan { rejects: self.rejects.clone(), words: self.words.clone(), ..door.in_part(Part::Before) };
        Some(if infers { door.with_state() } else { door })
    }

    /// A stage whose thread needs a stack of this many bytes.
    pub(crate) fn with_stack(mut self, bytes: usize) -> Plan {
        self.stack = Some(bytes);
        self
    }

    /// A stage whose flags name these fields.
    pub(crate) fn naming(mut self, named: Named) -> Plan {
        self.named = named;
        self
    }

    /// A stage that writes its records in a form, if the flags say so.
    pub(crate) fn writing(self, to: &ToArgs, keys: Keys) -> Result<Plan> {
        let written = to.beside(&self.input.form)?.map(|(target, columns)| Written { target, columns, keys });
        Ok(Plan { written, ..self })
    }

    /// A source or sink; `in_form`: it writes another form than NDJSON itself.
    pub(crate) fn in_form(self, in_form: bool) -> Plan {
        Plan { in_form, ..self }
    }

    /// A stage that hears, after all stages have ended, which fault has ended them. Not if the process is killed.
    pub(crate) fn hearing(self, on_end: impl FnOnce(Option<&Error>) + 'static) -> Plan {
        Plan { on_end: Some(Box::new(on_end)), ..self }
    }

    pub(crate) fn is_source(&self) -> bool {
        matches!(self.role, Role::Source { .. })
    }

    pub(crate) fn is_sink(&self) -> bool {
        matches!(self.role, Role::Sink { .. })
    }

    /// It remembers something between records.
    pub(crate) fn has_state(&self) -> bool {
        self.role == Role::Filter { has_state: true }
    }

    /// Opens what it needs. Its messages begin with its name meanwhile.
    pub(in crate::flow) fn open(&mut self) -> Result<Stage> {
        thread::enter(self.name);
        let opened = self.open.take().map_or_else(|| Err(Error::new(Code::Bug, "opened twice")), |open| open());
        opened.map_err(|why| why.at(self.name))
    }
}
