//! `mqtt-cat`: a broker's messages as records. A message is confirmed to the broker when the sink behind has committed
//! it, so that nothing is lost whoever is killed.
//!
//! Two threads: one speaks with the broker and never waits for the pipeline (`receiver`), one makes records and does
//! (`intake`); between them is a bounded `inbox`.

mod copies;
mod inbox;
mod intake;
mod receiver;
mod topics;

use self::inbox::{Closer, Finisher, Inbox};
use self::intake::{ENVELOPE, Intake, Rules, Which};
use self::receiver::{Receiver, Wanted};
use self::topics::Filter;
use crate::flow::ack::Pending;
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Events, Output, Source};
use crate::host::options::BrokerArgs;
use crate::host::options::{self, PayloadArgs, SourceArgs, TimeArgs};
use crate::host::stop::Stop;
use crate::host::thread;
use crate::net::mqtt::packet::{Hello, QoS, Retained, Subscription};
use crate::net::mqtt::topic::Pattern;
use crate::net::mqtt::{self, Broker, Wake, talk};
use crate::net::wait::{Wait, unreachable};
use crate::reading::error::{Code, Error, Result};
use std::cell::Cell;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str =
    "Example: kymo run 'mqtt-cat mqtt://127.0.0.1 -t sensors/# --id lab1 -W 2s | store readings.db'";

/// How long a broker keeps the session of a client without --id after a broken connection, in s.
const SHORT: u32 = 300;

/// For ever (MQTT 5, 3.1.2.11.2).
const FOR_EVER: u32 = u32::MAX;

/// Receive records from an MQTT broker, and confirm them when they are committed
///
/// A payload that is a JSON object is one record, with its topic in a field. An array of objects is several records, and so
/// are lines with an object each. A number becomes `{"value":…}`. With --from, a payload is in another form: text for switches (`on`) and sensors
/// (`21.5 °C`), csv, influx, senml. Anything else is rejected, and confirmed too, so that the broker does not send it
/// again. In `kymo run` a message of QoS 1 or 2 is confirmed after the sink's commit; in a shell, when its records are
/// in the pipe. With --id, the broker keeps messages while kymo is away. If the broker cannot be reached or the
/// connection is lost, kymo reconnects. stdin is never read.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, after_help = AFTER)]
pub(crate) struct Args {
    #[command(flatten)]
    pub broker: BrokerArgs,

    /// Subscribe to this topic filter, in addition to that of the URL, at this quality of service or that of -q; can be
    /// repeated. Parts with a name become fields: tele/{device}/SENSOR, zigbee2mqtt/{device#}
    #[arg(short = 't', long, value_name = "TOPIC[@QOS]", value_parser = Filter::parse, help_heading = "Topics")]
    pub topic: Vec<Filter>,

    /// Leave out messages of topics that match this filter; can be repeated
    #[arg(short = 'T', long, value_name = "TOPIC", value_parser = topics::plain, help_heading = "Topics")]
    pub filter_out: Vec<Pattern>,

    /// Quality of service: 0 at most once, 1 at least once, 2 exactly once
    #[arg(short = 'q', long, value_name = "QOS", value_parser = mqtt::parse_qos, default_value = "1", help_heading = "Topics")]
    pub qos: QoS,

    /// End the subscription of the session to this topic filter; can be repeated
    #[arg(short = 'U', long, value_name = "TOPIC", requires = "id", help_heading = "Topics")]
    pub unsubscribe: Vec<String>,

    /// Share the messages with all clients of this group: each gets some of them. Give each its own --id: many brokers
    /// drop the unconfirmed messages of a member without one
    #[arg(long, value_name = "NAME", value_parser = group, help_heading = "Topics")]
    pub group: Option<String>,

    /// With --group: allow filters that remember a series, although other members get some of its records
    #[arg(long, help_heading = "Topics")]
    pub split_series: bool,

    /// Continue if the broker refuses some of the topics
    #[arg(long, help_heading = "Topics")]
    pub allow_partial: bool,

    /// What to do with retained messages [default: keep; with --stamp: skip those without a time of their own, which is not
    /// known]
    #[arg(long, value_name = "WHICH", value_enum, help_heading = "Topics")]
    pub retained: Option<Which>,

    /// Put the topic into FIELD; a payload that has this field keeps its own
    #[arg(long, value_name = "FIELD", default_value = "topic", help_heading = "Messages")]
    pub topic_field: String,

    /// Do not put the topic into the records
    #[arg(long, conflicts_with = "topic_field", help_heading = "Messages")]
    pub no_topic: bool,

    /// Put parts of the topic into fields, as `+/room/{room}/{quantity}`, or `z/{device#}` for all the rest; can be repeated,
    /// the first pattern that matches is used, before those of -t. A topic that none matches is reported
    #[arg(long, value_name = "PATTERN", value_parser = Pattern::parse, help_heading = "Messages")]
    pub topic_map: Vec<Pattern>,

    /// Add what came with the message: qos, retained, dup, received (the time); of MQTT 5 content_type,
    /// response_topic, correlation_data (in base64 if it is no UTF-8) and properties
    #[arg(long, help_heading = "Messages")]
    pub envelope: bool,

    /// Add records of the connection itself: `{"link":"connected"}`, and `{"link":"lost"}` with the reason. `gapfill --gaps`
    /// says with them why a gap is
    #[arg(long, help_heading = "Messages")]
    pub events: bool,

    /// Reject packets larger than SIZE; they are never held in memory
    #[arg(long, value_name = "SIZE", value_parser = options::size, default_value = "1MiB", help_heading = "Messages")]
    pub max_packet: u64,

    /// Receive at most N messages that are not confirmed yet; the broker may have a lower limit
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..), help_heading = "Messages")]
    pub max_inflight: u16,

    /// With --id: the broker keeps the session for DURATION after a disconnect (MQTT 5) [default: for ever]
    #[arg(long, value_name = "DURATION", value_parser = options::duration, help_heading = "Session")]
    pub session_expiry: Option<Duration>,

    /// Begin a new session: the broker drops what it has kept for --id
    #[arg(long, help_heading = "Session")]
    pub clean: bool,

    /// Create the session for --id, with its subscriptions, and end: the broker keeps messages from now on
    #[arg(long, help_heading = "Session")]
    pub init_session: bool,

    #[command(flatten)]
    pub payload: PayloadArgs,

    #[command(flatten)]
    pub times: TimeArgs,

    /// End after N messages
    #[arg(short = 'C', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "End")]
    pub count: Option<u64>,

    /// End after DURATION
    #[arg(short = 'W', long = "for", value_name = "DURATION", value_parser = options::duration, help_heading = "End")]
    pub within: Option<Duration>,

    #[command(flatten)]
    pub source: SourceArgs,
}

const AFTER: &str = options::BROKER_ENVIRONMENT;

fn group(text: &str) -> Result<String, String> {
    let plain = !text.is_empty() && !text.contains(['/', '+', '#', '\0']);
    plain.then(|| text.to_owned()).ok_or_else(|| "a group's name has no /, + or #".to_owned())
}

impl Args {
    /// The source for these flags.
    pub(crate) fn plan(mut self) -> Result<Plan> {
        self.broker.check()?;
        for (flag, given) in [
            ("--clean", self.clean),
            ("--init-session", self.init_session),
            ("--session-expiry", self.session_expiry.is_some()),
        ] {
            if given && !self.broker.has_id() {
                return Err(Error::usage(format!("{flag} is for a persistent session: give --id")));
            }
        }
        let max_packet = usize::try_from(self.max_packet).ok().filter(|max| (1..=256 << 20).contains(max));
        let max_packet = max_packet.ok_or_else(|| Error::usage("--max-packet must be between 1 byte and 256MiB"))?;
        let qos = self.qos;
        let in_url = self.broker.topic()?.map(|topic| Filter::parse(&topic)).transpose().map_err(Error::usage)?;
        let topics: Vec<Filter> = in_url.into_iter().chain(std::mem::take(&mut self.topic)).collect();
        let topic_map = topics::patterns(&self.topic_map, &topics);
        let subscription = |one: Filter| Subscription { qos: one.qos.unwrap_or(qos), filter: self.filter(&one.topic) };
        let subscriptions: Vec<Subscription> = topics.into_iter().map(subscription).collect();
        if subscriptions.is_empty() {
            return Err(Error::usage("no topic: give -t TOPIC; -t '#' means all"));
        }
        let topic_field = (!self.no_topic).then(|| self.topic_field.clone());
        let marks = self.source.stamp.is_some() && !self.envelope && self.retained.is_some();
        let added = if self.envelope { ENVELOPE } else { &["retained"][..usize::from(marks)] };
        topics::distinct(topic_field.as_deref(), &topic_map, added)?;
        let rules = Rules {
            topic_field,
            topic_map,
            filter_out: self.filter_out.clone(),
            envelope: self.envelope,
            retained: self.retained.unwrap_or(Which::Keep),
            undated: self.source.stamp.clone().filter(|_| self.retained.is_none()),
            events: None,
            marks,
            max_packet,
            payload: self.payload.rules(self.source.rejects.max_record()?)?,
        };
        let acknowledges = subscriptions.iter().any(|one| one.qos > QoS::Zero);
        let shared = subscriptions.iter().any(|one| one.filter.starts_with("$share/"));
        let splits = shared && !self.split_series;
        let source = self.source.clone();
        // A series is a topic, or what parts of it say.
        let by = std::iter::once("device".to_owned()).chain(rules.topic_field.clone()).collect();
        let door = self.times.keys(by);
        let open = move || self.open(subscriptions, rules, shared);
        let plan = Plan::source(source, open).receiving().acknowledging(acknowledges).sharing(splits);
        Ok(plan.with_door(door))
    }

    /// The filter of a topic, in our group.
    fn filter(&self, topic: &str) -> String {
        match &self.group {
            Some(group) => format!("$share/{group}/{topic}"),
            None => topic.to_owned(),
        }
    }

    fn open(self, subscriptions: Vec<Subscription>, mut rules: Rules, shared: bool) -> Result<MqttCat> {
        let id = self.broker.client_id()?;
        let broker = self.broker.broker(rules.max_packet)?;
        rules.events = self.events.then(|| Events { time: self.times.time.clone(), source: broker.name() });
        let expiry = match (&id, self.session_expiry) {
            // Nobody would fetch the share of a session that nobody comes back to.
            (None, _) if shared => 0,
            (None, _) => SHORT,
            (Some(_), None) => FOR_EVER,
            (Some(_), Some(time)) => u32::try_from(time.as_secs()).unwrap_or(FOR_EVER),
        };
        let wanted = Wanted {
            subscriptions,
            unsubscribe: self.unsubscribe.iter().map(|topic| self.filter(topic)).collect(),
            retained: if self.retained == Some(Which::Skip) { Retained::Never } else { Retained::Always },
            allow_partial: self.allow_partial,
            only_session: self.init_session,
            is_lasting: id.is_some(),
            max_inflight: self.max_inflight.into(),
        };
        let hello = Hello {
            clean: self.clean || id.is_none(),
            temporary: id.is_none(),
            expiry,
            receive_max: self.max_inflight,
            keepalive: self.broker.keepalive,
            login: None,
            will: None,
            client_id: id.unwrap_or_else(mqtt::own_id),
        };
        Ok(MqttCat { broker, hello, wanted, rules, count: self.count, within: self.within, messages: 0, unmapped: 0 })
    }
}

/// The source.
struct MqttCat {
    broker: Broker,
    hello: Hello,
    wanted: Wanted,
    rules: Rules,
    count: Option<u64>,
    within: Option<Duration>,
    messages: u64,
    /// Messages whose topic no `--topic-map` fits.
    unmapped: u64,
}

impl Source for MqttCat {
    fn run(&mut self, out: Output, stop: &Stop) -> Result<()> {
        let until = self.within.and_then(|within| Instant::now().checked_add(within));
        let wait = Wait { stop, until };
        let wake = Wake::new()?;
        let inbox = &Inbox::new(wake.clone());
        let settled = wake.clone();
        let pending = &Pending::new(Some(Box::new(move || settled.wake())));
        let MqttCat { broker, hello, wanted, rules, count, messages, unmapped, .. } = self;
        let mut receiver = Receiver {
            wanted,
            hello: hello.clone(),
            inbox,
            pending,
            wait,
            connection: 0,
            recent: VecDeque::new(),
            staged: Vec::new(),
            room: Cell::new(0),
            is_subscribed: false,
            answers: Vec::new(),
            tells: rules.events.is_some(),
            is_up: None,
        };
        let mut intake = Intake::new(rules, pending, out, *count);
        std::thread::scope(|scope| {
            let finisher = Finisher(inbox);
            let talking = thread::start_in(scope, "mqtt", move || {
                let _closer = Closer(inbox);
                talk(broker, &mut receiver, &wake, wait)?;
                if receiver.wanted.only_session && !receiver.is_subscribed && !stop.is_set() {
                    return Err(unreachable("no session was created in time"));
                }
                Ok(())
            });
            let talking = talking.map_err(|e| Error::io("start a thread", e))?;
            let taken = take_in(&mut intake, inbox);
            (*messages, *unmapped) = (intake.number, intake.unmapped);
            // Only when nothing more can come do the stages after see the end, and the last outcomes come.
            drop(intake);
            drop(finisher);
            let talked = talking.join().unwrap_or_else(|_| Err(Error::new(Code::Bug, "ended by a panic")));
            taken.and(talked)
        })
    }

    fn inputs(&self) -> Vec<String> {
        vec![self.broker.name()]
    }

    fn counts(&self) -> Counts {
        let mut counts = vec![("messages", self.messages), ("connections", self.broker.connections())];
        if !self.rules.topic_map.is_empty() {
            counts.push(("unmapped", self.unmapped));
        }
        counts
    }
}

/// Makes records of what comes, until it is over.
fn take_in(intake: &mut Intake<'_>, inbox: &Inbox) -> Result<()> {
    let mut waiting = VecDeque::new();
    loop {
        if !inbox.take(&mut waiting, false) {
            return Ok(());
        }
        if waiting.is_empty() {
            // Nothing waits: what there is goes out now.
            intake.out.flush();
            if intake.out.is_closed() || !inbox.take(&mut waiting, true) {
                return Ok(());
            }
        }
        for delivery in waiting.drain(..) {
            if !intake.take(delivery)? {
                return Ok(());
            }
        }
    }
}
