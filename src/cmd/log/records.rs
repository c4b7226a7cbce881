//! `log --to`: records become lines of a form in files that rotate. It is a sink as any other: what it cannot write ends it,
//! because a record that is lost is no message that is.
//!
//! Decision: a file that is there says its columns, as a restart must not ask its first record for them.

use crate::flow::batch::Batch;
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Output, Patience, Sink, States};
use crate::form::cells::Fields;
use crate::form::dialect::{self, Names, Numbers, Table};
use crate::form::{Encoder, Target};
use crate::host::diag;
use crate::host::logfile::{LogFile, Settings, Told};
use crate::host::options::{InputArgs, ToArgs};
use crate::host::stop::Hangup;
use crate::host::thread;
use crate::reading::error::{Error, Kind, Result};
use crate::reading::key::Keys;
use crate::reading::time::{Spelling, TimeZone};
use clap::Args;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often it is looked whether the file is to be put away while nothing comes.
const LOOK: Duration = Duration::from_secs(1);

/// The names of the columns of a file are at most this long.
const HEAD_BYTES: u64 = 1 << 20;

/// Records instead of messages.
#[derive(Args, Clone, Debug)]
pub(super) struct RecordArgs {
    /// The field with the time of measurement
    #[arg(long, value_name = "FIELD", default_value = "time", help_heading = "Fields")]
    time: String,

    /// The field or fields that identify a record's series: the tags of influx
    #[arg(long, value_name = "FIELD,…", value_delimiter = ',', default_value = "device", help_heading = "Fields")]
    by: Vec<String>,

    #[command(flatten)]
    pub(super) to: ToArgs,

    #[command(flatten)]
    input: InputArgs,
}

/// Where records are written.
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) settings: Settings,
}

impl RecordArgs {
    /// Without `--to` the others say nothing.
    pub(super) fn check_unused(&self) -> Result<()> {
        let (to, input) = (&self.to, &self.input);
        let rejects = &input.rejects;
        let is_given = input.form.is_given(false)
            || !input.files.is_empty()
            || to.template.is_some()
            || to.measurement.is_some()
            || input.state.is_some()
            || rejects.rejects.is_some()
            || rejects.strict
            || self.time != "time"
            || self.by != ["device"];
        if is_given { Err(Error::usage("the flags of records, and files to read, need --to FORM")) } else { Ok(()) }
    }

    pub(super) fn plan(self, place: Place, zone: Option<TimeZone>) -> Result<Plan> {
        let keys = Keys::new(self.time, Spelling::new(None, Vec::new(), zone), self.by, Vec::new());
        let (target, columns) = self.to.beside(&self.input.form)?.unwrap_or((Target::Ndjson, None));
        if matches!(target, Target::Json | Target::Senml) {
            return Err(Error::usage("a log has a line for each record: --to ndjson, csv, tsv, influx or text"));
        }
        let (door, columns) = (keys.clone(), columns.map(|names| names.list().to_vec()));
        let open = move || {
            let named = match (&target, columns) {
                (Target::Cells(_), None) if !place.settings.clear => header_of(&place.path, &target)?,
                (_, columns) => columns,
            };
            let mut log = Log {
                file: LogFile::open(&place.path, place.settings)?,
                hangup: Hangup::listen()?,
                target,
                keys,
                encoder: None,
                rows: Vec::new(),
                ends: Vec::new(),
                is_unsynced: false,
            };
            if named.is_some() || !matches!(log.target, Target::Cells(_)) {
                log.begin(named.unwrap_or_default())?;
            }
            Ok(log)
        };
        Ok(Plan::sink(self.input, false, open).with_door(door).in_form(true))
    }
}

/// The names of the columns of a file that is there; `None`: it is empty, or not there.
fn header_of(path: &Path, target: &Target) -> Result<Option<Vec<String>>> {
    let Target::Cells(style) = target else { return Ok(None) };
    let mut text = Vec::new();
    // What cannot be read is reported where it is opened.
    let Ok(file) = File::open(path) else { return Ok(None) };
    if !file.metadata().is_ok_and(|meta| meta.is_file()) || file.take(HEAD_BYTES).read_to_end(&mut text).is_err() {
        return Ok(None);
    }
    let table = Table { separator: Some(style.separator()), quote: style.quote(), ..Table::of_names() };
    let table = Table { numbers: Numbers { decimal: style.decimal() }, ..table };
    let why = |why: Error| Error::usage(format!("log file {} begins with no names of columns: {why}", path.display()));
    dialect::header(&table, &text).map(|names| names.map(|names: Names| names.list().to_vec())).map_err(why)
}

/// The sink.
struct Log {
    file: LogFile,
    hangup: Hangup,
    target: Target,
    keys: Keys,
    /// Once the columns are known.
    encoder: Option<Encoder>,
    /// Of one batch.
    rows: Vec<u8>,
    ends: Vec<usize>,
    is_unsynced: bool,
}

impl Log {
    fn begin(&mut self, named: Vec<String>) -> Result<()> {
        let fields = || Ok(Fields { named, rest: None });
        let encoder = Encoder::new(self.target.clone(), self.keys.clone(), fields)?.with_all_fields();
        let mut head = Vec::new();
        if encoder.begin(&mut head) {
            head.push(b'\n');
        }
        self.file.begin_with(head);
        self.encoder = Some(encoder);
        Ok(())
    }
}

impl Sink for Log {
    fn takes_events(&self) -> bool {
        self.target.holds_all()
    }

    fn write(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        if self.hangup.has_come() {
            self.file.reopen();
        }
        self.rows.clear();
        self.ends.clear();
        for record in batch.records() {
            if self.encoder.is_none() {
                self.begin(record.fields().map(|field| field.name().into_owned()).collect())?;
            }
            let Some(encoder) = &mut self.encoder else { continue };
            let written = encoder.record(record.raw(), &mut self.rows);
            match written {
                Ok(()) => {
                    self.rows.push(b'\n');
                    self.ends.push(self.rows.len());
                }
                Err(why) if why.kind() == Kind::Data => out.reject(&record, &why)?,
                Err(why) => return Err(why),
            }
        }
        let mut failed = Ok(());
        self.file.write_rows(&self.rows, &self.ends, &mut |told| match told {
            Told::Failed(why) => failed = Err(why),
            told => report(&told),
        });
        failed?;
        self.is_unsynced |= !self.ends.is_empty();
        out.count_passed(self.ends.len() as u64);
        Ok(())
    }

    fn commit(&mut self, _states: Option<&States>) -> Result<()> {
        if std::mem::take(&mut self.is_unsynced) { self.file.sync() } else { Ok(()) }
    }

    fn patience(&self) -> Option<Patience> {
        Some(Patience { records: 10_000, time: Duration::from_millis(250) })
    }

    fn tick_every(&self) -> Option<Duration> {
        Some(LOOK)
    }

    fn tick(&mut self) -> Result<()> {
        if self.hangup.has_come() {
            self.file.reopen();
        }
        self.file.look(&mut |told| report(&told));
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        self.file.finish(&mut |told| report(&told));
        Ok(())
    }

    fn counts(&self) -> Counts {
        self.file.counts().into_iter().filter(|(name, _)| *name == "rotated").collect()
    }
}

fn report(told: &Told) {
    let (level, code, message) = diag::log_trouble(told);
    diag::tell(level, &thread::stage(), code, &message);
}
