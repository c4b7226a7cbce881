//! `tcp-listen`: lines that any number of clients send, as records. One thread serves them all (`server`): it reads
//! what has come, hands whole lines on, and reads no further when the pipeline is full, so that TCP slows the senders.
//!
//! With `--reply` an answer says how many of a client's lines are committed, so that one that sends the others again
//! loses nothing, whatever dies.

mod connection;
mod framing;
mod intake;
mod server;

use self::intake::{Delimiter, Intake, Rules};
use self::server::{Counters, Server, Settings};
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Output, Source};
use crate::form::Form;
use crate::form::dialect::{Dialect, Names, TSV_TIME, Times};
use crate::host::diag;
use crate::host::options::TlsServerArgs;
use crate::host::options::{self, MessageFormArgs, SourceArgs};
use crate::host::stop::Stop;
use crate::net::guard::{Guard, Network};
use crate::net::listener::{Door, Place};
use crate::net::poll::allow_connections;
use crate::net::wait::Wait;
use crate::reading::error::{Code, Error, Result};
use crate::reading::key::Keys;
use crate::reading::time::{self, Fold, Spelling, Unit};
use rustix::fs::Mode;
use std::time::{Duration, Instant};

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo tcp-listen :4444 --tsv device,time,value -W 2s | kymo validate";

/// Receive records as lines from any number of clients over TCP
///
/// A line is a record, however it is split into packets. A line that cannot be used is rejected, and affects no other.
/// A last line without a line break is used if its client closes the connection, and rejected if the connection breaks or
/// kymo ends before it. A connection that begins with a request of HTTP is closed: web pages must not write here. When
/// the next stage accepts no more, nothing is read: the senders wait. stdin is never read.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, after_help = AFTER)]
pub(crate) struct Args {
    /// Where to listen: `:4444` (only this machine), `0.0.0.0:4444`, `[::1]:4444`, `unix:PATH`, `udp:ADDR`, `systemd`;
    /// port 0: a free port, which is reported
    #[arg(value_name = "ADDR", value_parser = Place::parse)]
    pub place: Place,

    /// The permissions of the socket of unix:PATH, as chmod takes them: 660 lets its group write [default: by the umask]
    #[arg(long, value_name = "OCTAL", value_parser = mode, help_heading = "Clients")]
    pub mode: Option<Mode>,

    /// The older name of --from
    #[arg(long, value_name = "FORM", conflicts_with = "from", hide = true)]
    pub lines: Option<Form>,

    /// Values with tabs between, of these columns; short for --from tsv --columns NAME,…
    #[arg(long, value_name = "NAME,…", value_parser = Names::parse, conflicts_with = "columns", help_heading = "Lines")]
    pub tsv: Option<Names>,

    /// What ends a line
    #[arg(long, value_name = "WHICH", value_enum, default_value_t, help_heading = "Lines")]
    pub delimiter: Delimiter,

    #[command(flatten)]
    pub form: MessageFormArgs,

    /// Reject lines longer than SIZE; they are never held in memory
    #[arg(long, value_name = "SIZE", value_parser = options::size, default_value = "64KiB", help_heading = "Lines")]
    pub max_line: u64,

    /// Add the sender's address as `peer` and the time of receipt as `received` to each record
    #[arg(long, help_heading = "Lines")]
    pub envelope: bool,

    /// Answer {"ack":N} when the first N lines of a connection are committed
    #[arg(long, help_heading = "Clients")]
    pub reply: bool,

    /// Accept at most N clients; for another one, leave the oldest that has sent nothing, or refuse the new one
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000), help_heading = "Clients")]
    pub max_clients: u32,

    /// Accept at most N clients of one address; refuse others
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Clients")]
    pub max_per_ip: Option<u32>,

    /// Disconnect a client that has sent nothing for DURATION [default: never]. What it sends next would be lost; one that is
    /// gone without a word is noticed without this, within minutes
    #[arg(long, value_name = "DURATION", value_parser = options::duration, help_heading = "Clients")]
    pub idle_timeout: Option<Duration>,

    /// Accept only clients of this network: 10.0.0.0/8, fd00::/8 or an address (can be repeated)
    #[arg(long, value_name = "NETWORK", help_heading = "Clients")]
    pub allow: Vec<Network>,

    /// End after N records
    #[arg(short = 'C', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "End")]
    pub count: Option<u64>,

    /// End after DURATION
    #[arg(short = 'W', long = "for", value_name = "DURATION", value_parser = options::duration, help_heading = "End")]
    pub within: Option<Duration>,

    #[command(flatten)]
    pub tls: TlsServerArgs,

    /// The column with the time of measurement; the field of an influx timestamp
    #[arg(long, value_name = "FIELD", default_value = "time", help_heading = "Fields")]
    pub time: String,

    /// The unit of times that are numbers [default: s; of influx: ns]
    #[arg(long, value_name = "s|ms|us|ns", help_heading = "Fields")]
    pub time_unit: Option<Unit>,

    /// A format of times beside RFC 3339 and numbers (strptime); may be repeated [default: in tsv '%Y.%m.%d %H:%M:%S%.f']
    #[arg(long, value_name = "FORMAT", help_heading = "Fields")]
    pub time_format: Vec<String>,

    /// The time zone of times without an offset: an IANA name, `local`, or an offset [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = time::parse_zone, help_heading = "Fields")]
    pub tz: Option<time::TimeZone>,

    /// Which time is meant when a local time comes twice, because the clocks were put back
    #[arg(long, value_name = "WHICH", default_value = "infer", help_heading = "Fields")]
    pub fold: Fold,

    #[command(flatten)]
    pub source: SourceArgs,
}

const AFTER: &str = "\
Forms of --from (doc/forms.md):
  ndjson  a line is a record
  tsv     values with tabs between, of the columns device, time and value: numbers are numbers, empty values are omitted
  csv     the same with commas; quoted values are text, and may have line breaks
  influx  InfluxDB line protocol: measurement, tags and fields become fields, the timestamp the time
  nmea    sentences of NMEA 0183
  text    a bare value: 21.5 °C
  raw     a line is text: {\"line\":\"…\"}
Times become RFC 3339 in UTC. A datagram of udp: has one or several lines.

Answers of --reply, in `run`, one a line:
  {\"ack\":N}      the first N lines of this connection are committed, as records or as rejects
                 (blank ones count too)
  {\"error\":\"…\"}  why the connection is closed now
A client that sends unacknowledged lines again loses nothing; `store` keeps each record once.

Memory: unfinished lines take at most --max-clients times --max-line; in csv and influx, where a quoted text may have
line breaks, twice that.";

/// Permissions as chmod(1) takes them in digits.
fn mode(text: &str) -> Result<Mode, String> {
    let bits = u32::from_str_radix(text, 8).ok().filter(|bits| *bits <= 0o777);
    bits.map(Mode::from_raw_mode).ok_or_else(|| "three octal digits: 660".to_owned())
}

impl Args {
    /// The source for these flags.
    pub(crate) fn plan(self) -> Result<Plan> {
        let rules = Rules {
            dialect: self.dialect()?,
            delimiter: self.delimiter,
            flatten: self.form.flattener(),
            envelope: self.envelope,
            stamps: self.source.stamp.is_some(),
            max_line: options::bounded("--max-line", self.max_line)?,
            max_record: self.source.rejects.max_record()?,
        };
        if let Place::Udp(_) = self.place {
            let needs = [
                (self.reply, "--reply"),
                (self.tls.is_wanted(), "--tls-cert"),
                (self.max_per_ip.is_some(), "--max-per-ip"),
                (self.form()? == Form::Csv && self.form.columns.is_none(), "--from csv without --columns"),
            ];
            if let Some((_, flag)) = needs.iter().find(|(given, _)| *given) {
                return Err(Error::usage(format!("udp: has no connections, which {flag} needs")));
            }
        }
        if self.mode.is_some() && !matches!(self.place, Place::Unix(_)) {
            return Err(Error::usage("--mode is for unix:PATH"));
        }
        let idle = self.idle_timeout.filter(|time| !time.is_zero());
        let guard = Guard::new(self.allow, self.max_clients as usize, self.max_per_ip.map(|n| n as usize));
        let zoned = Spelling::new(None, Vec::new(), self.tz.clone()).folding(self.fold);
        let door = Keys::new(self.time.clone(), zoned, vec!["device".to_owned()], Vec::new());
        let (place, mode, left, within) = (self.place, self.mode, self.count, self.within);
        let (tls, replies) = (self.tls, self.reply);
        let open = move || {
            Ok(TcpListen {
                place,
                mode,
                rules: Some(rules),
                guard: Some(guard),
                settings: Settings { tls: tls.config()?, replies, idle },
                left,
                within,
                counters: Counters::default(),
            })
        };
        Ok(Plan::source(self.source, open).receiving().acknowledging(replies).with_door(door))
    }

    fn form(&self) -> Result<Form> {
        match (self.form.from.or(self.lines), &self.tsv) {
            (None, None) => Ok(Form::Ndjson),
            (None | Some(Form::Tsv), Some(_)) => Ok(Form::Tsv),
            (Some(form), None) => Ok(form),
            (Some(_), Some(_)) => Err(Error::usage("--tsv means --from tsv")),
        }
    }

    fn dialect(&self) -> Result<Dialect> {
        let form = self.form()?;
        let mut said = self.form.clone();
        said.from = Some(form);
        let mut settings = said.settings()?.unwrap_or_default();
        settings.columns = self.tsv.clone().or(settings.columns);
        let spelled = self.time_unit.is_some() || !self.time_format.is_empty() || self.tz.is_some();
        match form {
            Form::Csv | Form::Tsv => {}
            Form::Influx if !self.time_format.is_empty() || self.tz.is_some() => {
                return Err(Error::usage("a timestamp of influx is a number: only --time-unit says what it means"));
            }
            Form::Influx => {}
            _ if spelled => {
                return Err(Error::usage("the time in a line is not changed: give the time flags to the next command"));
            }
            _ => {}
        }
        let unit = self.time_unit.unwrap_or(if form == Form::Influx { Unit::Nanos } else { Unit::Seconds });
        let mut formats = self.time_format.clone();
        if form == Form::Tsv && formats.is_empty() {
            // Unless the user says how times are spelled, the meters' old spelling is understood.
            formats.push(TSV_TIME.to_owned());
        }
        if form == Form::Tsv && settings.columns.is_none() {
            settings.columns = Some(Names::parse("device,time,value").map_err(Error::usage)?);
        }
        let spelling = Spelling::new(Some(unit), formats, self.tz.clone()).folding(self.fold);
        settings
            .dialect(form, Some(Times::new(&self.time, spelling)))
            .ok_or_else(|| Error::usage("a connection has lines: --from json and senml are for messages and files"))
    }
}

/// The source.
struct TcpListen {
    place: Place,
    mode: Option<Mode>,
    /// Until it runs.
    rules: Option<Rules>,
    guard: Option<Guard>,
    settings: Settings,
    /// Records still wanted; `None`: all.
    left: Option<u64>,
    within: Option<Duration>,
    counters: Counters,
}

impl Source for TcpListen {
    fn run(&mut self, out: Output, stop: &Stop) -> Result<()> {
        let (Some(rules), Some(guard)) = (self.rules.take(), self.guard.take()) else { return Ok(()) };
        let doors = self.place.open(self.mode)?;
        allow_connections(guard.max_clients);
        let wait = Wait { stop, until: self.within.and_then(|within| Instant::now().checked_add(within)) };
        for door in &doors {
            let tls = if self.settings.tls.is_some() { " (TLS)" } else { "" };
            diag::notice(Code::Listening, format_args!("listening on {}{tls}", door.name()));
            if let (Door::Datagrams(_), true) = (door, self.settings.replies || self.settings.tls.is_some()) {
                return Err(Error::usage(format!("{} has no connections, which --reply and TLS need", door.name())));
            }
        }
        let server = Server::new(doors, guard, &self.settings, &mut self.counters, wait);
        server.map_err(|e| Error::io("create a poll", e))?.run(Intake::new(rules, out, self.left), wait)
    }

    fn inputs(&self) -> Vec<String> {
        vec![self.place.to_string()]
    }

    fn counts(&self) -> Counts {
        let Counters { clients, refused, lines } = self.counters;
        vec![("clients", clients), ("refused", refused), ("lines", lines)]
    }
}
