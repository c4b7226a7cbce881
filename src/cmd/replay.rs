//! `replay`: records out of files, at the pace of their own times, or as fast as they can be read.
//!
//! Where no time is needed (`--speed max` without `--restamp`) whole batches of lines pass
//! untouched and nobody looks into them. Else each record has its moment: the start of the replay plus its
//! distance from the first record, divided by the speed. What is late goes at once.

use crate::flow::batch::Batch;
use crate::flow::door::Door;
use crate::flow::plan::Plan;
use crate::flow::stage::{Output, Source};
use crate::flow::stdio::Lines;
use crate::host::diag;
use crate::host::options::SourceArgs;
use crate::host::options::{FormArgs, KeyArgs};
use crate::host::pace::{Pace, Speed};
use crate::host::stop::Stop;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json;
use crate::reading::key::{Keys, TimeStyle};
use crate::reading::record::Record;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use clap::ValueHint;
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo replay --speed 86400x --restamp examples/outages.ndjson";

/// Replay recorded readings at the pace of their own times
///
/// The first record is written at once, each later one when it is due. A record that is earlier than the one before it
/// is written at once too; one without a time is rejected. `--speed max` does not wait, and passes all lines byte for
/// byte, whatever they are.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(crate) struct Args {
    /// Files to read, one after the other; `-`: stdin
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,

    /// The speed, relative to the records' times: `60x`, `0.5x`; `max`: as fast as they can be read
    #[arg(long, value_name = "N", default_value = "1x")]
    pub speed: Speed,

    /// Begin again at the end, for ever
    #[arg(long = "loop")]
    pub again: bool,

    /// Move times to now: the first record gets the time of its replay, the others keep their distances, divided by the
    /// speed (undivided with `max`)
    ///
    /// With --loop, times continue to rise: the next round begins one mean step after the last record.
    #[arg(long)]
    pub restamp: bool,

    /// Read files that --rejects has written, and replay the rejected lines
    #[arg(long)]
    pub from_rejects: bool,

    #[command(flatten)]
    pub form: FormArgs,

    #[command(flatten)]
    pub keys: KeyArgs,

    #[command(flatten)]
    pub source: SourceArgs,
}

/// A line of a rejects file is this much longer than the rejected line at most: each byte may be spelled `\u0001`,
/// and the reason stands before it.
const SPELLED: usize = 6;
const REASON: usize = 64 << 10;

impl Args {
    /// The source for these flags.
    pub(crate) fn plan(self) -> Result<Plan> {
        if self.again && self.files.iter().any(|path| path == Path::new("-")) {
            return Err(Error::usage("--loop cannot read stdin a second time"));
        }
        let max_record = self.source.rejects.max_record()?;
        let longest = match self.from_rejects {
            true => max_record.saturating_mul(SPELLED).saturating_add(REASON).min(1 << 30),
            false => max_record,
        };
        let mut form = self.form.settings()?;
        form.unit = self.keys.time_unit;
        if self.from_rejects && !form.is_plain(None) {
            return Err(Error::usage(
                "a file of rejects has a form of its own: --from cannot be used with --from-rejects",
            ));
        }
        let keys = self.keys.keys();
        let replay = Replay {
            lines: Lines::until_signal(&self.files, longest).in_form(form),
            again: self.again,
            player: Player {
                door: Door::new(keys.clone()),
                timed: self.restamp || self.speed != Speed::Max || !keys.spelling().is_plain(),
                keys,
                restamp: self.restamp,
                from_rejects: self.from_rejects,
                max_record,
                pace: Pace::new(self.speed),
                any: false,
                read: Batch::default(),
                rejected: Batch::default(),
            },
        };
        Ok(Plan::source(self.source, move || Ok(replay)))
    }
}

struct Replay {
    lines: Lines,
    again: bool,
    player: Player,
}

impl Source for Replay {
    fn run(&mut self, mut out: Output, stop: &Stop) -> Result<()> {
        let Replay { lines, again, player } = self;
        loop {
            player.any = false;
            lines.read(&mut out, stop, &mut |out, stop| player.take(out, stop))?;
            if !*again || out.is_closed() || stop.is_set() {
                return Ok(());
            }
            if !player.any {
                diag::warn(Code::Empty, "end --loop: there is no record to repeat");
                return Ok(());
            }
            player.pace.rewind();
        }
    }

    fn inputs(&self) -> Vec<String> {
        self.lines.inputs()
    }
}

/// Sends what was read when it is due.
struct Player {
    keys: Keys,
    /// Reads local times.
    door: Door,
    /// The records' own times are needed.
    timed: bool,
    restamp: bool,
    from_rejects: bool,
    max_record: usize,
    pace: Pace,
    /// This round had a record.
    any: bool,
    /// What was read, while it is being sent.
    read: Batch,
    /// The lines that it rejected once.
    rejected: Batch,
}

impl Player {
    fn take(&mut self, out: &mut Output, stop: &Stop) -> Result<()> {
        if !self.timed && !self.from_rejects {
            self.any |= !out.batch().is_empty();
            out.flush();
            return Ok(());
        }
        std::mem::swap(out.batch(), &mut self.read);
        let mut read = std::mem::take(&mut self.read);
        if self.from_rejects {
            out.scan(&mut read)?;
            let mut lines = std::mem::take(&mut self.rejected);
            for reject in read.records() {
                match self.line(&reject) {
                    Ok(line) => lines.add(reject.origin(), |to| to.extend_from_slice(&line)),
                    Err(why) => out.reject(&reject, &why)?,
                }
            }
            self.rejected = std::mem::replace(&mut read, lines);
            self.rejected.clear();
        }
        if self.timed {
            out.scan(&mut read)?;
        }
        for record in read.records() {
            if out.is_closed() || !self.send(&record, out, stop)? {
                break;
            }
        }
        out.flush();
        read.clear();
        self.read = read;
        Ok(())
    }

    /// Sends one record when it is due. False: a signal came first.
    fn send(&mut self, record: &Record<'_>, out: &mut Output, stop: &Stop) -> Result<bool> {
        if !self.timed {
            self.any = true;
            out.copy(record);
            return Ok(true);
        }
        let local = self.door.time(record);
        let (time, style) =
            match local.map_or_else(|| self.keys.time_and_style(record), |time| Ok((time, TimeStyle::Text))) {
                Ok(found) => found,
                Err(why) => return out.reject(record, &why).map(|()| true),
            };
        self.any = true;
        let moment = self.pace.moment(time);
        if let Some(wait) = self.pace.wait(moment) {
            out.flush();
            if stop.wait(wait) {
                return Ok(false);
            }
        }
        let new = if self.restamp { self.pace.restamped(moment) } else { time };
        if self.restamp || local.is_some() {
            out.add_from(record.origin(), |line| self.keys.write_at(record, new, style, line));
        } else {
            out.copy(record);
        }
        Ok(true)
    }

    /// The line that a line of a rejects file keeps.
    fn line<'a>(&self, reject: &Record<'a>) -> Result<Cow<'a, [u8]>> {
        let why = |why: &str| Error::data(Code::Replay, why);
        let text = |name: &str| reject.field(name).and_then(|field| field.text());
        let line = match (text("raw"), text("raw_base64")) {
            (Some(Cow::Borrowed(text)), _) => Cow::Borrowed(text.as_bytes()),
            (Some(Cow::Owned(text)), _) => Cow::Owned(text.into_bytes()),
            (None, Some(base64)) => match BASE64.decode(base64.as_bytes()) {
                Ok(bytes) => Cow::Owned(bytes),
                Err(_) => return Err(why("raw_base64 is not base64")),
            },
            (None, None) => return Err(why("not a line of a rejects file: it has neither raw nor raw_base64")),
        };
        match &line {
            line if line.contains(&b'\n') => Err(why("the rejected text is not one line")),
            line if json::is_blank(line) => Err(why("the rejected text is empty")),
            line if line.len() > self.max_record => {
                Err(Error::data(Code::TooLong, format!("longer than --max-record {} bytes", self.max_record)))
            }
            _ => Ok(line),
        }
    }
}
