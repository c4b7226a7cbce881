//! `simulate`: meters that do not exist, for tests, demonstrations and load.
//!
//! Each meter has a voltage and a current, each a series of its own (`simulate/device.rs`). What they say depends on
//! the seed and the flags alone; when they say it, on the pace.

mod device;
mod send;
mod spoken;

use self::device::{Device, Faults, Habits, Random, Said};
use self::send::Clients;
use self::spoken::{Spoken, SpokenArgs};
use crate::flow::plan::Plan;
use crate::flow::stage::{Output, Source};
use crate::host::exit::Exit;
use crate::host::options::{self, SourceArgs};
use crate::host::pace::{Pace, Speed};
use crate::host::stop::{SIGINT, Stop};
use crate::net::address::Address;
use crate::net::url::Url;
use crate::reading::error::{Error, Kind, Result};
use crate::reading::record::Origin;
use crate::reading::time;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo simulate --devices 3 --for 1m --speed max --gaps 0.1 --torn 0.01";

/// Write readings of simulated meters: a voltage and a current each
///
/// A reading has `time`, `device`, `value`, `unit` and `meter`. The same --seed and --start give the same bytes.
/// Without --count or --for it never ends.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(crate) struct Args {
    /// Simulate N meters, with two series each
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub devices: u32,

    /// Write HZ readings a second for each series
    #[arg(long, value_name = "HZ", default_value_t = 1.0, value_parser = rate)]
    pub rate: f64,

    /// Another seed gives other readings
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,

    /// End after N lines
    #[arg(long, short = 'C', value_name = "N")]
    pub count: Option<u64>,

    /// End after DURATION, by the readings' times
    #[arg(long = "for", short = 'W', value_name = "DURATION", value_parser = options::step)]
    pub length: Option<i64>,

    /// The time of the first step: RFC 3339, a day, `midnight`, `now`, or `12h` (ago); days are those of --tz, or UTC's, so
    /// that they are the same everywhere
    #[arg(long, value_name = "WHEN", default_value = "now", allow_hyphen_values = true)]
    pub start: String,

    /// The speed, relative to the readings' times: `60x`, `0.5x`; `max`: as fast as they can be generated
    #[arg(long, value_name = "N", default_value = "1x")]
    pub speed: Speed,

    /// The mean voltage
    #[arg(long, value_name = "V", default_value_t = 230.0, value_parser = amount)]
    pub voltage: f64,

    /// The mean current
    #[arg(long, value_name = "A", default_value_t = 5.0, value_parser = amount)]
    pub current: f64,

    /// The standard deviation from the mean, as a share of the mean
    #[arg(long, value_name = "SHARE", default_value_t = 0.01, value_parser = share)]
    pub noise: f64,

    /// Compute each value from the previous one: a random walk with steps of --noise
    #[arg(long)]
    pub walk: bool,

    /// Shift times by up to DURATION, earlier or later
    #[arg(long, value_name = "DURATION", value_parser = time::parse_duration, default_value = "0")]
    pub jitter: i64,

    /// Keep each series silent for this share of the time, up to 0.99
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = gaps)]
    pub gaps: f64,

    /// The mean length of a gap
    #[arg(long, value_name = "DURATION", value_parser = options::step, default_value = "30s")]
    pub gap_length: i64,

    /// Make this share of the values a hundred times too large
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub out_of_range: f64,

    /// Write values with N decimals, at most 3
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub decimals: u8,

    /// Cut this share of the lines off somewhere
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub torn: f64,

    /// Replace this share of the lines with text that is not JSON
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub not_json: f64,

    /// Send the lines over TCP instead of writing them: `tcp://HOST:PORT`
    #[arg(long, value_name = "URL", value_parser = target)]
    pub send: Option<Address>,

    /// With --send: use N connections; each meter always uses the same one
    #[arg(long, value_name = "N", default_value_t = 1, requires = "send", value_parser = clap::value_parser!(u32).range(1..=60_000))]
    pub clients: u32,

    /// With --send: send each line in two segments
    #[arg(long, requires = "send")]
    pub split: bool,

    #[command(flatten)]
    pub spoken: SpokenArgs,

    #[command(flatten)]
    pub source: SourceArgs,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate: &f64| (1e-6..=1e6).contains(rate));
    rate.ok_or_else(|| "a rate is a number from 0.000001 to 1000000 (Hz)".to_owned())
}

fn amount(text: &str) -> Result<f64, String> {
    let amount = text.parse().ok().filter(|amount: &f64| (0.0..=1e9).contains(amount));
    amount.ok_or_else(|| "give a number from 0 to 1000000000".to_owned())
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share: &f64| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "a share is a number from 0 to 1".to_owned())
}

fn gaps(text: &str) -> Result<f64, String> {
    share(text).ok().filter(|share| *share <= 0.99).ok_or_else(|| "give a number from 0 to 0.99".to_owned())
}

fn target(text: &str) -> Result<Address, String> {
    let url = Url::parse(text).filter(|url| url.scheme == "tcp" && url.is_bare());
    let address = url.and_then(|url| url.address(None));
    address.ok_or_else(|| "give tcp://HOST:PORT".to_owned())
}

impl Args {
    /// The source for these flags.
    pub(crate) fn plan(self) -> Result<Plan> {
        let spoken = self.spoken.spoken(false)?;
        if spoken.is_some() && self.source.stamp.is_some() {
            return Err(Error::usage("--stamp is for NDJSON: --to and its flags write the fields that there are"));
        }
        let source = Simulate { meters: self.meters()?, spoken };
        let is_text = source.spoken.is_some();
        Ok(Plan::source(self.source, move || Ok(source)).in_form(is_text))
    }

    /// With `--send`: sends everything, until the end or a signal.
    pub(crate) fn send(self, address: &Address) -> Result<Exit> {
        let mut spoken = self.spoken.spoken(true)?;
        let mut meters = self.meters()?;
        let stop = Stop::on_signals()?;
        let head = spoken.as_ref().map(Spoken::head).unwrap_or_default();
        let mut run = || {
            let mut clients = Clients::connect(address, self.clients as usize, self.split, &head, &stop)?;
            let mut line = Vec::new();
            while let Some((meter, device, time)) = meters.next() {
                if let Some(wait) = meters.pace.wait(meters.moment)
                    && !clients.rest(wait, &stop)?
                {
                    break;
                }
                line.clear();
                meters.write(device, time, spoken.as_mut(), &mut line)?;
                line.push(b'\n');
                if !clients.send(meter, &line, &stop)? {
                    break;
                }
            }
            clients.finish(&stop)
        };
        run()?;
        Ok(if stop.signal() == Some(SIGINT) { Exit::Signal(SIGINT) } else { Exit::Code(0) })
    }

    fn meters(&self) -> Result<Meters> {
        let Faults { out_of_range, torn, not_json } =
            Faults { out_of_range: self.out_of_range, torn: self.torn, not_json: self.not_json };
        if out_of_range + torn + not_json > 1.0 {
            return Err(Error::usage("--out-of-range, --torn and --not-json are more than all lines"));
        }
        let now = time::now() / 1_000_000 * 1_000_000;
        let start = time::parse_when(&self.start, now, Some(self.spoken.tz.as_ref().unwrap_or(&time::TimeZone::UTC)))
            .map_err(|why| Error::usage(format!("--start: {why}")))?;
        let period = (1e9 / self.rate).round().max(1.0);
        let habits = Habits {
            noise: self.noise,
            walk: self.walk,
            jitter: self.jitter,
            gaps: self.gaps,
            gap_length: (self.gap_length as f64 / period).max(1.0),
            faults: Faults { out_of_range, torn, not_json },
            decimals: self.decimals.into(),
        };
        let mut devices = Vec::with_capacity(2 * self.devices as usize);
        for meter in 0..u64::from(self.devices) {
            // Each meter has its own phase in the step, and the current follows the voltage at once.
            let offset = Random::new(self.seed, u64::MAX - meter).share() * 0.9 * period;
            let name = format!("m{}", meter + 1);
            for (side, unit, mean) in [(0, "V", self.voltage), (1, "A", self.current)] {
                let offset = (offset + side as f64 * 0.05 * period) as i64 / 1_000 * 1_000;
                let device = Device::new(self.seed, meter * 2 + side, &name, unit, mean, offset);
                devices.push((meter as usize, device));
            }
        }
        devices.sort_by_key(|(_, device)| device.offset);
        Ok(Meters {
            devices,
            habits,
            start,
            period,
            step: 0,
            place: 0,
            left: self.count.unwrap_or(u64::MAX),
            length: self.length.unwrap_or(i64::MAX),
            pace: Pace::new(self.speed),
            moment: 0,
        })
    }
}

/// All series, one step after another.
struct Meters {
    /// With their meters, in the order in which they speak in a step.
    devices: Vec<(usize, Device)>,
    habits: Habits,
    /// ns
    start: i64,
    /// ns
    period: f64,
    step: u64,
    /// The next to speak.
    place: usize,
    left: u64,
    length: i64,
    pace: Pace,
    /// When the reading at hand is due.
    moment: i64,
}

impl Meters {
    /// The next reading: its meter, who says it, and its time. `None`: there are no more.
    fn next(&mut self) -> Option<(usize, usize, i64)> {
        loop {
            if self.left == 0 {
                return None;
            }
            // By the number of the step, so that nothing adds up.
            let step = (self.step as f64 * self.period) as i64;
            if step >= self.length {
                return None;
            }
            let place = self.place;
            self.place += 1;
            if self.place == self.devices.len() {
                self.place = 0;
                self.step += 1;
            }
            let (meter, device) = &mut self.devices[place];
            if let Said::Line(jitter) = device.step(&self.habits) {
                let due = self.start.checked_add(step)?.checked_add(device.offset)?;
                self.left -= 1;
                self.moment = self.pace.moment(due);
                return Some((*meter, place, due.saturating_add(jitter)));
            }
        }
    }

    /// Appends the line of a reading, without a line break.
    fn write(&mut self, device: usize, time: i64, spoken: Option<&mut Spoken>, to: &mut Vec<u8>) -> Result<()> {
        let spell = |to: &mut Vec<u8>| {
            to.push(b'"');
            time::write_rfc3339(time, to);
            to.push(b'"');
        };
        let start = to.len();
        let device = &mut self.devices[device].1;
        let fault = match spoken {
            None => device.write(&self.habits, spell, to),
            Some(spoken) => spoken.write(|record| device.write(&self.habits, spell, record), to)?,
        };
        if let Some(fault) = fault {
            fault.spoil(start, to);
        }
        Ok(())
    }
}

struct Simulate {
    meters: Meters,
    spoken: Option<Spoken>,
}

impl Source for Simulate {
    fn run(&mut self, mut out: Output, stop: &Stop) -> Result<()> {
        let Simulate { meters, spoken } = self;
        let head = spoken.as_ref().map(Spoken::head).unwrap_or_default();
        if let Some(head) = head.strip_suffix(b"\n") {
            out.add(|to| to.extend_from_slice(head));
        }
        let mut line = Vec::new();
        while let Some((_, device, time)) = meters.next() {
            let wait = meters.pace.wait(meters.moment);
            if let Some(wait) = wait {
                out.flush();
                if stop.wait(wait) {
                    break;
                }
            }
            line.clear();
            match meters.write(device, time, spoken.as_mut(), &mut line) {
                Ok(()) => out.add(|to| to.extend_from_slice(&line)),
                Err(why) if why.kind() == Kind::Data => out.reject_raw(b"", Origin::default(), &why)?,
                Err(why) => return Err(why),
            }
            if out.is_closed() || stop.is_set() {
                break;
            }
        }
        let mut end = Vec::new();
        if spoken.as_ref().is_some_and(|spoken| spoken.end(&mut end)) {
            out.add(|to| to.extend_from_slice(&end));
        }
        Ok(())
    }
}
