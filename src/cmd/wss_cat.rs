//! `wss-cat`: a WebSocket server's messages as records. It connects, waits for a server that is not there,
//! connects again, and rejects what it cannot use without losing the next message.
//!
//! The protocol itself is in [`crate::net::websocket`].

mod intake;
mod resume;
mod session;

use self::intake::{Binary, Intake, Rules};
use self::resume::{Escape, Last, Template};
use self::session::{Beat, End, Patience, Session};
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Events, Output, Source};
use crate::host::diag;
use crate::host::options::RetryArgs;
use crate::host::options::WebArgs;
use crate::host::options::{self, PayloadArgs, SourceArgs, TimeArgs};
use crate::host::secrets::{Secret, SecretSource};
use crate::host::stop::Stop;
use crate::net::backoff::Backoff;
use crate::net::dial::Dialer;
use crate::net::http::{self, Place};
use crate::net::wait::{Wait, unreachable};
use crate::net::websocket::client::{self, Handshake};
use crate::net::websocket::frames::Frames;
use crate::reading::error::{Code, Error, Kind, Result};
use crate::reading::link::Event;
use crate::reading::record::Origin;
use clap::ValueHint;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tungstenite::http::header::{HOST, HeaderMap, ORIGIN};
use tungstenite::protocol::frame::coding::CloseCode;

/// What a URL begins with, in the clear and by TLS.
const SCHEMES: [&str; 2] = ["ws", "wss"];

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo wss-cat ws://127.0.0.1:8080/ws -W 2s | kymo gapfill --every 1m";

/// Receive records from a WebSocket server
///
/// A message is one JSON value: an object is one record, an array of objects is several; lines with an object each are
/// several, too. Anything else is rejected. If
/// the server cannot be reached or the connection is lost, kymo reconnects. stdin is never read.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, after_help = options::WEB_ENVIRONMENT)]
pub(crate) struct Args {
    /// The server: `ws://HOST[:PORT][/PATH][?QUERY]`, or wss:// for TLS. In the path, the query and --send `{time}` is the time
    /// of the last record and `{last:FIELD}` another field of it; `{time|DEFAULT}`, `{last:FIELD|DEFAULT}` before the first
    #[arg(value_name = "URL", value_parser = Secret::word, value_hint = ValueHint::Url)]
    pub url: Secret,

    /// Find the records of a message at POINTER (RFC 6901, as /data/readings)
    #[arg(long, value_name = "POINTER", help_heading = "Messages")]
    pub each: Option<String>,

    /// What to do with binary messages: reject them, or read them as text
    #[arg(long, value_name = "HOW", value_enum, default_value_t = Binary::Reject, help_heading = "Messages")]
    pub binary: Binary,

    /// Reject messages larger than SIZE; they are never held in memory
    #[arg(long, value_name = "SIZE", value_parser = options::size, default_value = "1MiB", help_heading = "Messages")]
    pub max_message: u64,

    /// Offer compression of messages to the server (permessage-deflate)
    #[arg(long, help_heading = "Messages")]
    pub deflate: bool,

    /// Send TEXT after each connect, as one message; can be repeated
    #[arg(long, value_name = "TEXT", value_parser = Secret::word, help_heading = "Messages")]
    pub send: Vec<Secret>,

    /// Send the text in FILE after each connect, so that `ps` does not show it; can be repeated
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Messages")]
    pub send_file: Vec<PathBuf>,

    /// Send TEXT every DURATION, for servers that want to hear from their clients; can be repeated
    #[arg(long, value_names = ["DURATION", "TEXT"], num_args = 2, action = clap::ArgAction::Append, value_parser = Secret::word, help_heading = "Messages")]
    pub send_every: Vec<Secret>,

    /// Add what came with the message: peer (the server), received (the time)
    #[arg(long, help_heading = "Messages")]
    pub envelope: bool,

    /// Add records of the connection itself: `{"link":"connected"}`, and `{"link":"lost"}` with the reason. `gapfill --gaps`
    /// says with them why a gap is
    #[arg(long, help_heading = "Messages")]
    pub events: bool,

    /// Before the first record, {time} and {last:FIELD} are those of the newest record in this database
    #[arg(long, value_name = "DB", value_hint = ValueHint::FilePath, help_heading = "Messages")]
    pub after: Option<String>,

    /// The table of --after
    #[arg(long, value_name = "NAME", default_value = "readings", requires = "after", help_heading = "Messages")]
    pub table: String,

    #[command(flatten)]
    pub payload: PayloadArgs,

    #[command(flatten)]
    pub times: TimeArgs,

    /// End after N records
    #[arg(short = 'C', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "End")]
    pub count: Option<u64>,

    /// End after DURATION
    #[arg(short = 'W', long = "for", value_name = "DURATION", value_parser = options::duration, help_heading = "End")]
    pub within: Option<Duration>,

    /// End when a connection closes: 0 if the server closes it with code 1000, else 69
    #[arg(long, help_heading = "End")]
    pub once: bool,

    #[command(flatten)]
    pub web: WebArgs,

    /// The older name of --http-header
    #[arg(long, value_name = "FIELD", value_parser = Secret::word, hide = true)]
    pub header: Vec<Secret>,

    /// Ask for this subprotocol; can be repeated, in order of preference
    #[arg(long, value_name = "NAME", help_heading = "Connection")]
    pub protocol: Vec<String>,

    /// Send this Origin
    #[arg(long, value_name = "ORIGIN", help_heading = "Connection")]
    pub origin: Option<String>,

    /// Ping every DURATION; if nothing arrives between two pings, reconnect (0: never)
    #[arg(long, value_name = "DURATION", value_parser = options::duration, default_value = "30s", help_heading = "Connection")]
    pub ping: Duration,

    /// Reconnect if no message arrives for DURATION, even if the server answers pings
    #[arg(long, value_name = "DURATION", value_parser = options::duration, help_heading = "Connection")]
    pub idle_timeout: Option<Duration>,

    #[command(flatten)]
    pub retry: RetryArgs,

    #[command(flatten)]
    pub source: SourceArgs,
}

impl Args {
    /// The source for these flags.
    pub(crate) fn plan(self) -> Result<Plan> {
        let url = Template::of(&self.url, Escape::Url);
        let mut last = Last::new(&self.times.time);
        let place = Place::parse(&url.fill(&last), SCHEMES)?;
        url.name_fields(&mut last);
        let texts: Vec<Template> = self.send.iter().map(|text| Template::of(text, Escape::Json)).collect();
        texts.iter().for_each(|text| text.name_fields(&mut last));
        if self.after.is_some() && !last.has_fields() {
            return Err(Error::usage("--after: neither the URL nor --send has {time} or {last:FIELD}"));
        }
        let send = texts.into_iter().map(Message::Text);
        let send: Vec<Message> =
            send.chain(self.send_file.into_iter().map(|f| Message::File(SecretSource::File(f)))).collect();
        let secrets = self.web.secrets()?;
        let mut fields = HeaderMap::new();
        fields.insert(HOST, place.host.clone());
        if let Some(origin) = &self.origin {
            fields.insert(ORIGIN, http::value("--origin", origin)?);
        }
        for given in [&self.web.http_header, &self.header] {
            http::add(given, &client::OWN, &mut fields)?;
        }
        let door = self.times.keys(vec!["device".to_owned()]);
        let payload = self.payload.rules(self.source.rejects.max_record()?)?;
        if payload.form.is_some() && self.each.is_some() {
            return Err(Error::usage("--each is for JSON: it cannot be used with --from"));
        }
        let rules = Rules {
            each: self.each.map(checked_pointer).transpose()?,
            payload,
            binary: self.binary,
            max_message: options::bounded("--max-message", self.max_message)?,
            peer: self.envelope.then(|| place.name.clone()),
        };
        let mut dialer = self.web.dialer(&place)?;
        let beats =
            self.send_every.chunks_exact(2).map(|pair| Beat::parse(&pair[0], &pair[1])).collect::<Result<Vec<_>>>()?;
        let (tls, secure, retry) = (self.web.tls, place.secure, self.retry);
        let protocols = self.protocol;
        let handshake = Handshake { target: place.target, fields, secrets, protocols, deflate: self.deflate };
        let some = |time: Duration| (!time.is_zero()).then_some(time);
        let patience = Patience { ping: some(self.ping), idle: self.idle_timeout.and_then(some) };
        let (name, left, within, once) = (place.name, self.count, self.within, self.once);
        let (after, table) = (self.after, self.table);
        let events = self.events.then(|| Events { time: self.times.time.clone(), source: name.clone() });
        let plan = Plan::source(self.source, move || {
            // A file that is not there is reported before anything is connected.
            handshake.secrets.check()?;
            if let Some(db) = &after {
                last.begin_after(db, &table).map_err(|e| e.context("--after"))?;
            }
            for message in &send {
                message.read(&last)?;
            }
            dialer.tls = secure.then(|| tls.config()).transpose()?;
            let secret = handshake.secrets.what();
            let has_file = send.iter().any(|message| matches!(message, Message::File(_)));
            let secret = secret.or(http::names_secret(&handshake.fields).then_some("a secret of --http-header"));
            if let Some(secret) = secret.or(has_file.then_some("what --send-file says")) {
                dialer.warn_of_secret(secret);
            }
            let backoff = Backoff::new(&retry);
            let (messages, connections) = (0, 0);
            Ok(WssCat {
                name,
                dialer,
                handshake,
                send,
                beats,
                rules,
                patience,
                backoff,
                left,
                within,
                once,
                messages,
                connections,
                events,
                is_up: None,
                url,
                last,
            })
        });
        Ok(plan.receiving().with_door(door))
    }
}

/// One message to send.
#[derive(Debug)]
enum Message {
    Text(Template),
    File(SecretSource),
}

impl Message {
    fn read(&self, last: &Last) -> Result<Secret> {
        let secret = match self {
            Message::Text(text) => text.fill(last),
            Message::File(file) => file.read()?,
        };
        match secret.expose_text() {
            Some(_) => Ok(secret),
            None => Err(Error::usage("a message to send is not UTF-8")),
        }
    }
}

fn checked_pointer(pointer: String) -> Result<String> {
    let escapes = pointer.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if escapes && (pointer.is_empty() || pointer.starts_with('/')) {
        return Ok(pointer);
    }
    Err(Error::usage(format!("--each {pointer}: a pointer begins with / and has ~0 for ~ and ~1 for / (RFC 6901)")))
}

/// The source.
struct WssCat {
    /// Scheme, host, port and path.
    name: String,
    dialer: Dialer,
    handshake: Handshake,
    send: Vec<Message>,
    beats: Vec<Beat>,
    rules: Rules,
    patience: Patience,
    backoff: Backoff,
    /// Records still wanted; `None`: all.
    left: Option<u64>,
    within: Option<Duration>,
    once: bool,
    messages: u64,
    connections: u64,
    events: Option<Events>,
    /// What the last event said: it is up.
    is_up: Option<bool>,
    /// What the server is asked for may depend on the last record.
    url: Template,
    last: Last,
}

impl Source for WssCat {
    fn run(&mut self, mut out: Output, stop: &Stop) -> Result<()> {
        let until = self.within.and_then(|within| Instant::now().checked_add(within));
        let wait = Wait { stop, until };
        while !wait.is_over() && !out.is_closed() {
            let fault = match self.open(wait) {
                Ok((session, send)) => {
                    self.tell(Event::Connected, &mut out);
                    let since = Instant::now();
                    let end = self.converse(session, &send, &mut out, wait)?;
                    self.backoff.lasted(since.elapsed());
                    let right = matches!(&end, End::Closed(close) if close.code == Some(CloseCode::Normal));
                    match end.fault() {
                        None => return Ok(()),
                        Some(_) if self.once && right => return Ok(()),
                        Some(fault) if self.once => return Err(fault.context(&self.name)),
                        Some(fault) => {
                            self.tell(Event::Lost(fault.to_string()), &mut out);
                            fault.context(&self.name)
                        }
                    }
                }
                Err(why) if why.kind() == Kind::Closed => break,
                Err(why) if why.kind() == Kind::Unreachable => {
                    self.tell(Event::Lost(why.to_string()), &mut out);
                    why.context(format_args!("connect to {}", self.name))
                }
                Err(why) => return Err(why.context(format_args!("connect to {}", self.name))),
            };
            let pause = self.backoff.again(fault)?;
            if !wait.sleep(pause) {
                break;
            }
        }
        if self.connections > 0 || out.is_closed() { Ok(()) } else { wait.never_reached(&self.name) }
    }

    fn inputs(&self) -> Vec<String> {
        vec![self.name.clone()]
    }

    fn counts(&self) -> Counts {
        vec![("messages", self.messages), ("connections", self.connections)]
    }
}

impl WssCat {
    /// Of many attempts that fail the first one says it.
    fn tell(&mut self, event: Event, out: &mut Output) {
        let is_up = event == Event::Connected;
        if let Some(events) = &self.events
            && self.is_up.replace(is_up) != Some(is_up)
        {
            events.add(&event, Origin { input: 0, line: self.messages }, out);
        }
    }

    /// Connects and shakes hands. Gives the messages to begin with, too.
    fn open(&mut self, wait: Wait<'_>) -> Result<(Session, Vec<Secret>)> {
        let send = self.send.iter().map(|message| message.read(&self.last)).collect::<Result<Vec<_>>>();
        // A file that is away just now may come back.
        let send = send.map_err(|e| unreachable(e.to_string()))?;
        if self.url.has_places() {
            self.handshake.target = Place::parse(&self.url.fill(&self.last), SCHEMES)?.target;
        }
        let mut stream = self.dialer.dial(wait)?;
        let by = Instant::now() + self.dialer.timeout;
        let (behind, inflate) = self.handshake.shake(&mut stream, wait, by)?;
        self.connections += 1;
        let compressed = if inflate.is_some() { ", messages may be compressed" } else { "" };
        diag::info(Code::Connected, format_args!("connected to {}{compressed}", self.name));
        let frames = Frames::new(&behind, inflate, self.rules.max_message);
        Ok((Session::new(stream, frames, self.patience, &self.beats), send))
    }

    fn converse(&mut self, session: Session, send: &[Secret], out: &mut Output, wait: Wait<'_>) -> Result<End> {
        let mut intake = Intake {
            rules: &self.rules,
            out,
            stop: wait.stop,
            number: &mut self.messages,
            left: &mut self.left,
            last: &mut self.last,
            has_heard: false,
            ping: None,
            closed: None,
            members: Vec::new(),
        };
        session.run(send, &mut intake, wait)
    }
}
