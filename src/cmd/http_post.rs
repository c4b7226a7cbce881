//! `http-post`: records to a web server, many in one request. A record is committed when the server has answered that it
//! took the request it was in.
//!
//! What a status says is in `verdict`, how a request looks in `request`; here is what is sent when, and again.

mod request;
mod verdict;

use self::request::{Coding, Request};
use self::verdict::{Verdict, may_pass};
use crate::flow::batch::Batch;
use crate::flow::named::Named;
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Output, Patience, Sink};
use crate::host::diag;
use crate::host::options::{self, InputArgs, KeyArgs, RetryArgs, ToArgs, WebArgs};
use crate::host::secrets::Secret;
use crate::host::stop::Stop;
use crate::net::backoff::Backoff;
use crate::net::http::{Client, Place, names_secret};
use crate::net::wait::Wait;
use crate::reading::error::{Code, Error, Kind, Result};
use crate::reading::record::{Origin, Record};
use clap::ValueHint;
use std::ops::Range;
use std::time::Duration;

/// What a URL begins with, in the clear and by TLS.
const SCHEMES: [&str; 2] = ["http", "https"];

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str =
    "Example: kymo http-post http://127.0.0.1:8086/write?db=lab --to influx --retries 0 examples/meters.ndjson";

/// Send records to a web server, and send again what it has not taken
///
/// Many records are sent in one request. They are committed when the server answers with 2xx: `kymo run 'queue take Q |
/// http-post …'` removes a record from the queue only then. A request that fails is sent again, also after 429 and 5xx, and
/// not before the time that Retry-After says. After 400, 413 and 422 the request is halved until the records at fault are
/// alone: these are rejected, with the server's words. 401, 403 and 407 end the command with status 77, and 404, 405 and 410
/// with status 2: no record is rejected for them.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, after_help = options::WEB_ENVIRONMENT)]
pub(crate) struct Args {
    /// Where to send them: `http://HOST[:PORT][/PATH][?QUERY]`, or https:// for TLS
    #[arg(value_name = "URL", value_parser = Secret::word, value_hint = ValueHint::Url)]
    pub url: Secret,

    /// Send requests of this method: POST or PUT
    #[arg(long, value_name = "METHOD", default_value = "POST", ignore_case = true, value_parser = ["POST", "PUT"], help_heading = "Requests")]
    pub method: String,

    /// Send at most N records in one request. With 1 --to json is one object, else it is an array
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000), help_heading = "Requests")]
    pub batch: u32,

    /// Send at most SIZE in one request, before it is compressed. A larger record is sent alone
    #[arg(long, value_name = "SIZE", value_parser = options::size, default_value = "1MiB", help_heading = "Requests")]
    pub max_body: u64,

    /// Send fewer than --batch records this long after the first of them
    #[arg(long, value_name = "DURATION", value_parser = options::duration, default_value = "1s", help_heading = "Requests")]
    pub flush: Duration,

    /// Compress requests with gzip
    #[arg(long, help_heading = "Requests")]
    pub gzip: bool,

    /// Send the request again if the server neither reads nor answers for DURATION
    #[arg(long, value_name = "DURATION", value_parser = options::duration, default_value = "30s", help_heading = "Requests")]
    pub timeout: Duration,

    /// Pass the records on after the server has taken them
    #[arg(long, help_heading = "Requests")]
    pub pass: bool,

    #[command(flatten)]
    pub web: WebArgs,

    #[command(flatten)]
    pub retry: RetryArgs,

    #[command(flatten)]
    pub to: ToArgs,

    #[command(flatten)]
    pub keys: KeyArgs,

    #[command(flatten)]
    pub input: InputArgs,
}

impl Args {
    /// The sink for these flags.
    pub(crate) fn plan(self) -> Result<Plan> {
        let place = Place::parse(&self.url, SCHEMES)?;
        let (keys, named) = (self.keys.keys(), Named::of(&self.keys));
        let target = self.to.beside(&self.input.form)?.map(|(target, _)| target);
        let coding = Coding::of(target.unwrap_or_default(), keys.clone(), self.batch == 1)?;
        let secrets = self.web.secrets()?;
        let request = Request::new(&place, self.method, &self.web.http_header, secrets, &coding, self.gzip)?;
        let mut dialer = self.web.dialer(&place)?;
        let (tls, secure) = (self.web.tls, place.secure);
        let (most, flush, timeout, retry) = (self.batch as usize, self.flush, self.timeout, self.retry);
        let max_body = options::bounded("--max-body", self.max_body)?;
        let name = place.name;
        let open = move || {
            request.secrets.check()?;
            dialer.tls = secure.then(|| tls.config()).transpose()?;
            let secret = request.secrets.what();
            if let Some(secret) = secret.or(names_secret(&request.fields).then_some("a secret of --http-header")) {
                dialer.warn_of_secret(secret);
            }
            Ok(HttpPost {
                name,
                request,
                coding,
                client: Client::new(dialer, timeout),
                backoff: Backoff::new(&retry),
                stop: Stop::silent()?,
                patience: Patience { records: most, time: flush },
                limit: most,
                max_body,
                pending: Pending::default(),
                sent: 0,
                requests: 0,
            })
        };
        Ok(Plan::sink(self.input, self.pass, open).with_door(keys).naming(named))
    }
}

/// The sink.
struct HttpPost {
    /// The server, for messages.
    name: String,
    request: Request,
    coding: Coding,
    client: Client,
    backoff: Backoff,
    /// It is never set: a pipeline that ends does not wait for this sink.
    stop: Stop,
    patience: Patience,
    /// How many records a request has at most just now: fewer after one that broke off.
    limit: usize,
    max_body: usize,
    pending: Pending,
    sent: u64,
    requests: u64,
}

/// Records that are not sent yet.
#[derive(Default)]
struct Pending {
    raw: Vec<u8>,
    body: Vec<u8>,
    all: Vec<Waiting>,
}

struct Waiting {
    raw: Range<usize>,
    body: Range<usize>,
    origin: Origin,
}

impl Pending {
    fn add(&mut self, record: &Record<'_>, coding: &mut Coding) -> Result<()> {
        let (raw, body) = (self.raw.len(), self.body.len());
        coding.piece(record.raw(), &mut self.body)?;
        self.raw.extend_from_slice(record.raw());
        let (raw, body) = (raw..self.raw.len(), body..self.body.len());
        self.all.push(Waiting { raw, body, origin: record.origin() });
        Ok(())
    }

    fn clear(&mut self) {
        self.raw.clear();
        self.body.clear();
        self.all.clear();
    }

    /// So many of them from the first on that they are no more than `records`, and no more than `bytes` if there are several.
    fn first(&self, of: &Range<usize>, records: usize, bytes: usize) -> Range<usize> {
        let begin = self.all[of.start].body.start;
        let fits = self.all[of.clone()].iter().take(records).take_while(|one| one.body.end - begin <= bytes).count();
        of.start..of.start + fits.max(1)
    }

    fn bodies(&self, of: &Range<usize>) -> impl Iterator<Item = &[u8]> {
        self.all[of.clone()].iter().map(|one| &self.body[one.body.clone()])
    }
}

impl HttpPost {
    /// Sends some records until it is known what the server says to them. Whoever is at fault is rejected.
    fn deliver(&mut self, all: Range<usize>, out: &mut Output) -> Result<()> {
        // What is left, the next part last.
        let mut parts = vec![all];
        while let Some(part) = parts.pop() {
            let now = self.pending.first(&part, self.limit, self.max_body);
            if now.end < part.end {
                parts.push(now.end..part.end);
            }
            match self.insist(&now)? {
                Verdict::Taken => {
                    self.backoff.succeeded();
                    self.sent += now.len() as u64;
                    for one in &self.pending.all[now] {
                        out.pass(&Record::new(&self.pending.raw[one.raw.clone()], None, one.origin));
                    }
                    self.limit = (self.limit * 2).min(self.patience.records);
                }
                Verdict::Bad(why) if now.len() == 1 => {
                    let one = &self.pending.all[now.start];
                    let why = Error::data(Code::NotSent, format!("the server refuses it: {why}"));
                    out.reject_raw(&self.pending.raw[one.raw.clone()], one.origin, &why)?;
                }
                Verdict::Bad(_) => {
                    let middle = now.start + now.len() / 2;
                    parts.extend([middle..now.end, now.start..middle]);
                }
                // It broke off: what was too much for the network or the server may pass in pieces.
                Verdict::Again(..) => parts.push(now),
                Verdict::End(why) => return Err(why),
            }
        }
        Ok(())
    }

    /// Sends one request, also again where that is of use. `Again`: it is to be sent in smaller pieces.
    fn insist(&mut self, range: &Range<usize>) -> Result<Verdict> {
        let body = self.coding.body(self.pending.bodies(range));
        loop {
            self.requests += 1;
            let wait = Wait { stop: &self.stop, until: None };
            let answer = self.request.write(&body).and_then(|request| self.client.send(&request, wait));
            let (why, pause, breaks) = match answer {
                Ok(answer) => match Verdict::of(&answer) {
                    Verdict::Again(why, pause) => (why, pause, false),
                    verdict => return Ok(verdict),
                },
                Err(why) if why.kind() != Kind::Unreachable => return Err(why),
                Err(why) => (why, None, true),
            };
            let why = why.context(format_args!("send to {}", self.name));
            let backoff = self.backoff.again(why)?;
            let pause = pause.unwrap_or(backoff).max(backoff);
            if pause > backoff {
                diag::info(Code::Waiting, format_args!("the server asks to wait for {} s", pause.as_secs()));
            }
            std::thread::sleep(pause);
            if breaks && range.len() > 1 {
                self.limit = range.len().div_ceil(2);
                return Ok(Verdict::Again(may_pass("it broke off"), None));
            }
        }
    }
}

impl Sink for HttpPost {
    fn takes_events(&self) -> bool {
        self.coding.holds_all()
    }

    fn write(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        for record in batch.records() {
            match self.pending.add(&record, &mut self.coding) {
                Err(why) if why.kind() == Kind::Data => out.reject(&record, &why)?,
                added => added?,
            }
            // No more waits than one request may have.
            if self.pending.body.len() >= self.max_body || self.pending.all.len() >= self.patience.records {
                self.settle(out)?;
            }
        }
        Ok(())
    }

    fn settle(&mut self, out: &mut Output) -> Result<()> {
        if !self.pending.all.is_empty() {
            self.deliver(0..self.pending.all.len(), out)?;
            self.pending.clear();
        }
        Ok(())
    }

    fn patience(&self) -> Option<Patience> {
        Some(self.patience)
    }

    fn counts(&self) -> Counts {
        vec![("sent", self.sent), ("requests", self.requests), ("connections", self.client.connections())]
    }
}
