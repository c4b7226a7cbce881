//! `http-listen`: records that devices send with POST or PUT. One thread serves them all (`server`); what the head of a
//! request is answered with is in `desk`, what becomes of a body in `intake`.
//!
//! Decision: a request is answered after the commit, so that a client that sends again what got no answer loses nothing.

mod answer;
mod connection;
mod desk;
mod intake;
mod media;
mod server;
mod token;

use self::connection::Shop;
use self::desk::Desk;
use self::intake::{Intake, Rules};
use self::server::{Counters, Server};
use self::token::Tokens;
use crate::flow::ack::Pending;
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Output, Source};
use crate::host::diag;
use crate::host::options::{self, MessageFormArgs, SourceArgs, TimeArgs, TlsServerArgs};
use crate::host::stop::Stop;
use crate::net::guard::{Guard, Network};
use crate::net::listener::{Door, Place};
use crate::net::mqtt::topic::Pattern;
use crate::net::poll::{Bell, allow_connections};
use crate::net::wait::Wait;
use crate::reading::error::{Code, Error, Result};
use clap::ValueHint;
use rustls::ServerConfig;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo http-listen :8080 --stamp time -W 2s | kymo validate";

/// Receive records that devices send over HTTP
///
/// The body of a POST or PUT is one record or many, in the form that its Content-Type says. In `run` it is answered after the
/// sink has committed: 200 with the number of records, and with the place, code and reason of each that was rejected; 400
/// if none is good. Who gets no answer, or 503, sends again. GET /healthz returns counts. stdin is never read.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, after_help = AFTER)]
pub(crate) struct Args {
    /// Where to listen: `:8080` (only this machine), `0.0.0.0:8080`, `[::1]:8080`, `unix:PATH`, `systemd`; port 0: a free port,
    /// which is reported
    #[arg(value_name = "ADDR", value_parser = Place::parse)]
    pub place: Place,

    /// Only let in requests with a token of FILE, one a line: Authorization: Bearer TOKEN. The file is read again when it
    /// changes
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Clients")]
    pub token_file: Option<PathBuf>,

    /// Accept at most N clients; for another one, leave the oldest that sends nothing, or refuse the new one (503)
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000), help_heading = "Clients")]
    pub max_clients: u32,

    /// Accept at most N clients of one address; refuse others (503)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Clients")]
    pub max_per_ip: Option<u32>,

    /// Accept only clients of this network: 10.0.0.0/8, fd00::/8 or an address (can be repeated)
    #[arg(long, value_name = "NETWORK", help_heading = "Clients")]
    pub allow: Vec<Network>,

    /// Also let pages of ORIGIN write here: `https://host`, or `*` for all (can be repeated)
    #[arg(long, value_name = "ORIGIN", help_heading = "Clients")]
    pub allow_origin: Vec<String>,

    /// Also answer requests that call this server HOST, as a proxy or a name in DNS makes them; `*`: by any name (can be
    /// repeated) [default: on loopback only localhost, 127.0.0.1 and ::1; elsewhere any]
    #[arg(long, value_name = "HOST", help_heading = "Clients")]
    pub allow_host: Vec<String>,

    /// A request must be there as a whole within DURATION (408); a connection without one is closed after that time
    #[arg(long, value_name = "DURATION", value_parser = options::duration, default_value = "30s", help_heading = "Clients")]
    pub timeout: Duration,

    /// Only take requests to paths like PATTERN, and put parts of the path into fields: `/in/{device}/{quantity}`, `+` is any
    /// part, `{name#}` all the rest. A record that has such a field keeps its own [default: any path]
    #[arg(long, value_name = "PATTERN", value_parser = pattern, help_heading = "Requests")]
    pub path: Option<Pattern>,

    /// Refuse bodies larger than SIZE, also when they are decompressed (413)
    #[arg(long, value_name = "SIZE", value_parser = options::size, default_value = "1MiB", help_heading = "Requests")]
    pub max_body: u64,

    /// Hold about SIZE of unfinished requests; a request that needs more is refused (503)
    #[arg(long, value_name = "SIZE", value_parser = options::size, default_value = "64MiB", help_heading = "Requests")]
    pub max_memory: u64,

    /// Add the sender's address as `peer`, the time of receipt as `received` and the path as `path` to each record
    #[arg(long, help_heading = "Requests")]
    pub envelope: bool,

    /// End after N records, with the request that has the last of them
    #[arg(short = 'C', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "End")]
    pub count: Option<u64>,

    /// End after DURATION
    #[arg(short = 'W', long = "for", value_name = "DURATION", value_parser = options::duration, help_heading = "End")]
    pub within: Option<Duration>,

    #[command(flatten)]
    pub form: MessageFormArgs,

    #[command(flatten)]
    pub times: TimeArgs,

    #[command(flatten)]
    pub tls: TlsServerArgs,

    #[command(flatten)]
    pub source: SourceArgs,
}

const AFTER: &str = "\
Forms without --from, by Content-Type (doc/http.md):
  application/json           objects, one or many, or arrays of them; also without a Content-Type, and what curl -d says
  application/x-ndjson       a line is a record
  text/csv                   the first line names the columns
  text/tab-separated-values  the same with tabs
  application/senml+json     SenML packs
  text/plain                 a bare value: 21.5 °C
A body may be compressed (Content-Encoding: gzip, deflate), and come in chunks.

Answers: {\"accepted\":2,\"rejected\":1,\"errors\":[{\"place\":3,\"code\":\"json\",\"reason\":\"…\"}]}. A place is a line of the body; in
json and senml the number of the value. At most 100 rejects are in an answer; all are counted, and kept.";

fn pattern(text: &str) -> Result<Pattern, String> {
    if text.starts_with('/') { Pattern::parse(text) } else { Err("a path begins with /".to_owned()) }
}

impl Args {
    /// The source for these flags.
    pub(crate) fn plan(self) -> Result<Plan> {
        if let Place::Udp(_) = self.place {
            return Err(Error::usage("udp: has no connections, which HTTP needs"));
        }
        let max_body = options::bounded("--max-body", self.max_body)?;
        let max_memory = usize::try_from(self.max_memory).unwrap_or(usize::MAX);
        if max_memory < max_body {
            return Err(Error::usage("--max-memory must be at least --max-body"));
        }
        if self.timeout.is_zero() {
            return Err(Error::usage("--timeout must be longer than 0"));
        }
        let rules = Rules {
            settings: self.form.settings()?.unwrap_or_default(),
            envelope: self.envelope,
            max_body,
            max_record: self.source.rejects.max_record()?,
        };
        self.distinct()?;
        let door = self.times.keys(vec!["device".to_owned()]);
        let source = self.source.clone();
        let open = move || {
            let tokens = self.token_file.clone().map(Tokens::read).transpose()?;
            let tls = self.tls.config()?;
            Ok(HttpListen {
                args: self,
                opened: Some((rules, tokens)),
                tls,
                max_body,
                max_memory,
                counters: Counters::default(),
            })
        };
        Ok(Plan::source(source, open).receiving().acknowledging(true).with_door(door))
    }

    /// Two values must not go into one field.
    fn distinct(&self) -> Result<()> {
        let fields: Vec<&str> = self.path.iter().flat_map(Pattern::fields).collect();
        for (i, field) in fields.iter().enumerate() {
            let is_added = self.envelope && ["peer", "received", "path"].contains(field);
            if is_added || fields[..i].contains(field) {
                return Err(Error::usage(format!("two values go into the field {field}")));
            }
        }
        Ok(())
    }
}

/// The source.
struct HttpListen {
    args: Args,
    /// Until it runs.
    opened: Option<(Rules, Option<Tokens>)>,
    tls: Option<Arc<ServerConfig>>,
    max_body: usize,
    max_memory: usize,
    counters: Counters,
}

impl Source for HttpListen {
    fn run(&mut self, out: Output, stop: &Stop) -> Result<()> {
        let Some((rules, tokens)) = self.opened.take() else { return Ok(()) };
        let args = &self.args;
        let doors = args.place.open(None)?;
        let guard = Guard::new(args.allow.clone(), args.max_clients as usize, args.max_per_ip.map(|n| n as usize));
        allow_connections(guard.max_clients);
        let wait = Wait { stop, until: args.within.and_then(|within| Instant::now().checked_add(within)) };
        let mut is_local = true;
        for door in &doors {
            let Door::Connections(listener) = door else {
                return Err(Error::usage(format!("{} has no connections, which HTTP needs", door.name())));
            };
            let scheme = if self.tls.is_some() { "https" } else { "http" };
            let address = listener.address();
            match address {
                Some(_) => diag::notice(Code::Listening, format_args!("listening on {scheme}://{}", listener.name())),
                None => diag::notice(Code::Listening, format_args!("listening on {} ({scheme})", listener.name())),
            }
            is_local &= address.is_none_or(|address| address.ip().to_canonical().is_loopback());
        }
        if !is_local && tokens.is_none() && args.tls.client_ca.is_none() {
            let why = "everybody who reaches this address can write: --token-file lets in those with a token";
            diag::warn(Code::Insecure, why);
        }
        let desk = Desk {
            form: args.form.from,
            pattern: args.path.clone(),
            tokens,
            origins: args.allow_origin.clone(),
            hosts: (is_local || !args.allow_host.is_empty()).then(|| args.allow_host.clone()),
            max_body: self.max_body,
        };
        let bell = Arc::new(Bell::new().map_err(|e| Error::io("create an eventfd", e))?);
        let ringer = Arc::clone(&bell);
        let shop = Shop {
            desk,
            intake: Intake::new(rules, out, args.count),
            pending: Pending::new(Some(Box::new(move || ringer.ring()))),
            timeout: args.timeout,
            room: 0,
            clients: 0,
        };
        let (tls, counters) = (self.tls.as_ref(), &mut self.counters);
        let server = Server::new(doors, guard, tls, counters, (shop, self.max_memory), bell, wait);
        server.map_err(|e| Error::io("create a poll", e))?.run(wait)
    }

    fn inputs(&self) -> Vec<String> {
        vec![self.args.place.to_string()]
    }

    fn counts(&self) -> Counts {
        let Counters { clients, refused, requests } = self.counters;
        vec![("clients", clients), ("refused", refused), ("requests", requests)]
    }
}
