//! `plot`: draws readings over time into a file, in constant memory: of each column of pixels it keeps
//! what can be seen of it.
//!
//! A picture keeps no records: it is drawn when the input has ended, or now and then with `--follow`, but
//! not at every commit of the sink before it.

mod lines;

use self::lines::{Lines, Panels};
use crate::draw::{self, Format, Page, Theme};
use crate::flow::batch::Batch;
use crate::flow::named::Named;
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Output, Sink, States};
use crate::flow::stdio;
use crate::host::beside::{beside, fault};
use crate::host::diag;
use crate::host::options::{self, InputArgs};
use crate::host::options::{KeyArgs, MemoryArgs};
use crate::reading::error::{Code, Error, Kind, Result};
use crate::reading::time;
use clap::ValueHint;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo plot /tmp/day.svg --value temperature,humidity --unit temperature=°C,humidity=% examples/surfrad.ndjson";

/// The width of a picture, and the least height, where none is given.
const SIZE: (u32, u32) = (1200, 560);
/// What a panel adds to the height.
const PANEL: u32 = 130;
/// More panels are not drawn.
const MOST_PANELS: usize = 12;
/// The longer side of a picture, at most; and its pixels.
const MOST: u32 = 8192;
const MOST_PIXELS: u64 = 16 << 20;

/// Draw readings over time into an SVG or PNG file
///
/// Each series and field is a line. Lines with the same unit share a panel; each field without a unit has a panel of
/// its own. A line is interrupted at a null, and where two readings are further apart than 2.5 times the series' usual
/// step (three of four steps are no longer than this). Filled readings are dashed.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(crate) struct Args {
    /// The picture's file, ending in .svg or .png; `-` for stdout
    #[arg(value_name = "OUT", value_hint = ValueHint::FilePath)]
    pub out: PathBuf,

    /// The picture's format, whatever the file's name is
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub format: Option<Format>,

    /// A line above the picture
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,

    /// The unit of values whose records have no field `unit`: of all fields, or of one
    #[arg(long, value_name = "UNIT|FIELD=UNIT,…", value_delimiter = ',')]
    pub unit: Vec<String>,

    /// Which lines share a panel and its axis: those of one unit, of one field, of one series, or all
    #[arg(long, value_name = "WHICH", value_enum, default_value_t = Panels::Unit)]
    pub panels: Panels,

    /// Show longer distances between two readings of a series as gaps; `none`: show no gaps
    #[arg(long, value_name = "DURATION", value_parser = gap)]
    pub gap: Option<i64>,

    /// The field that marks a filled record
    #[arg(long, value_name = "FIELD", default_value = "filled")]
    pub mark: String,

    /// Draw only the last DURATION before the newest record
    #[arg(long, value_name = "DURATION", value_parser = options::step)]
    pub last: Option<i64>,

    /// Width and height in pixels [default: 1200x560, higher for more than four panels]
    #[arg(long, value_name = "WxH", value_parser = size)]
    pub size: Option<(u32, u32)>,

    /// Dark lines on white, or light ones on black
    #[arg(long, value_name = "THEME", value_enum, default_value_t = Theme::Light)]
    pub theme: Theme,

    /// Draw at most N lines; report the others
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub max_series: usize,

    /// Rewrite the file every DURATION while records arrive
    #[arg(long, value_name = "DURATION", value_parser = options::step)]
    pub follow: Option<i64>,

    /// Pass the records on to the next stage, or to stdout
    #[arg(long)]
    pub pass: bool,

    #[command(flatten)]
    pub memory: MemoryArgs,

    #[command(flatten)]
    pub keys: KeyArgs,

    #[command(flatten)]
    pub input: InputArgs,
}

impl Args {
    /// The sink for these flags. The file must be writable from the start.
    pub(crate) fn plan(self) -> Result<Plan> {
        let format = match self.format {
            Some(format) => format,
            None => by_ending(&self.out)?,
        };
        if self.out == Path::new("-") && (self.pass || self.follow.is_some()) {
            return Err(Error::usage("with OUT `-` there can be no --pass and no --follow: stdout takes one picture"));
        }
        let mut named = Named::of(&self.keys);
        for (field, _) in self.unit.iter().filter_map(|unit| unit.split_once('=')) {
            named.add("--unit", field);
        }
        let (out, input, pass) = (self.out, self.input, self.pass);
        let door = self.keys.keys();
        let width = self.size.unwrap_or(SIZE).0;
        let mut plot = Plot {
            target: Target::Stdout,
            title: self.title,
            zone: self.keys.zone(),
            size: self.size,
            format,
            theme: self.theme,
            follow: self.follow.map(|ns| Duration::from_nanos(ns.unsigned_abs())),
            lines: Lines::new(
                &self.keys,
                lines::Settings {
                    mark: self.mark,
                    units: self.unit,
                    panels: self.panels,
                    gap: self.gap,
                    last: self.last,
                    // Three columns for one of pixels: where two of unlike width meet in one, no beat is seen.
                    columns: 3 * width as usize,
                    most: self.max_series,
                    memory: self.memory.max_memory,
                },
            ),
            changed: true,
            told: false,
        };
        let open = move || {
            if out != Path::new("-") {
                plot.target = Target::file(out)?;
            }
            Ok(plot)
        };
        Ok(Plan::sink(input, pass, open).with_door(door).naming(named))
    }
}

/// Where the picture goes.
enum Target {
    /// A file that is replaced as a whole.
    File(PathBuf),
    /// Something that cannot be replaced (a device, a pipe).
    Special(PathBuf),
    Stdout,
}

struct Plot {
    target: Target,
    title: Option<String>,
    zone: time::TimeZone,
    size: Option<(u32, u32)>,
    format: Format,
    theme: Theme,
    follow: Option<Duration>,
    lines: Lines,
    /// Since it was drawn.
    changed: bool,
    /// That there are too many panels.
    told: bool,
}

impl Sink for Plot {
    fn takes_events(&self) -> bool {
        false
    }

    fn write(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        for record in batch.records() {
            match self.lines.add(&record) {
                Ok(true) => out.pass(&record),
                Ok(false) => {
                    out.leave(Code::NotDrawn, &record);
                    out.forward(&record);
                }
                Err(why) if why.kind() == Kind::Data => out.reject(&record, &why)?,
                Err(why) => return Err(why),
            }
        }
        self.changed |= !batch.is_empty();
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.draw()?;
        if self.lines.count() == 0 {
            return Err(Error::new(Code::NothingDrawn, "nothing is drawn: no record has a number for the picture"));
        }
        Ok(())
    }

    fn commit(&mut self, states: Option<&States>) -> Result<()> {
        // What came before the stages ended out of order is still worth seeing.
        if states.is_none() { self.draw() } else { Ok(()) }
    }

    fn tick_every(&self) -> Option<Duration> {
        self.follow
    }

    fn tick(&mut self) -> Result<()> {
        self.draw()
    }

    fn counts(&self) -> Counts {
        vec![("lines", self.lines.count()), ("undrawn", self.lines.undrawn())]
    }
}

impl Plot {
    fn draw(&mut self) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        let picture = self.lines.picture(self.title.as_deref(), &self.zone);
        let panels = picture.panels.len().min(MOST_PANELS) as u32;
        let (width, height) = self.size.unwrap_or((SIZE.0, SIZE.1.max(panels * PANEL)));
        let page = Page { width, height, format: self.format, theme: self.theme };
        let left_out = picture.panels.len().saturating_sub(draw::fitting(page));
        if left_out > 0 && !self.told {
            let what =
                format_args!("{left_out} panels are not drawn: there is no room for them (--size, --value, --panels)");
            diag::warn(Code::NotDrawn, what);
            self.told = true;
        }
        let bytes = draw::draw(&picture, page)?;
        self.target.write(&bytes)?;
        self.changed = false;
        Ok(())
    }
}

impl Target {
    /// The file of this name, or what a link of this name means.
    fn file(path: PathBuf) -> Result<Target> {
        let path = std::fs::canonicalize(&path).unwrap_or(path);
        let failed = |e| fault("write", &path, e);
        match std::fs::metadata(&path) {
            Ok(what) if what.is_dir() => Err(failed(std::io::ErrorKind::IsADirectory.into())),
            Ok(what) if !what.is_file() => Ok(Target::Special(path)),
            _ => {
                // Better told now than after a day.
                let new = beside(&path, "new");
                File::create(&new).and_then(|_| std::fs::remove_file(&new)).map_err(failed)?;
                Ok(Target::File(path))
            }
        }
    }

    fn write(&self, bytes: &[u8]) -> Result<()> {
        let (path, written) = match self {
            Target::Stdout => return stdio::print(bytes),
            Target::Special(path) => {
                (path, File::options().write(true).open(path).and_then(|mut f| f.write_all(bytes)))
            }
            Target::File(path) => (path, replace(path, bytes)),
        };
        written.map_err(|e| fault("write", path, e))
    }
}

/// Replaces a file, so that whoever reads it sees one whole picture. It does not wait for the disk: a picture
/// can be drawn again.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let new = beside(path, "new");
    let mut file = File::create(&new)?;
    if let Ok(old) = std::fs::metadata(path) {
        file.set_permissions(old.permissions())?;
    }
    let written = file.write_all(bytes).and_then(|()| std::fs::rename(&new, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&new);
    }
    written
}

fn by_ending(path: &Path) -> Result<Format> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("svg") => Ok(Format::Svg),
        Some("png") => Ok(Format::Png),
        _ => Err(Error::usage(format!("{} ends in neither .svg nor .png: give --format", path.display()))),
    }
}

fn gap(text: &str) -> std::result::Result<i64, String> {
    if text == "none" { Ok(i64::MAX) } else { options::step(text) }
}

fn size(text: &str) -> std::result::Result<(u32, u32), String> {
    let number = |text: &str| text.parse::<u32>().ok().filter(|n| (100..=MOST).contains(n));
    text.split_once('x')
        .and_then(|(width, height)| Some((number(width)?, number(height)?)))
        .filter(|(width, height)| u64::from(*width) * u64::from(*height) <= MOST_PIXELS)
        .ok_or_else(|| format!("write it like 1200x560: each from 100 to {MOST}, at most {MOST_PIXELS} pixels"))
}
