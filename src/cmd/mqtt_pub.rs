//! `mqtt-pub`: records to a broker. A record is committed when the broker has confirmed it; what it has not confirmed is
//! sent again after a broken connection, also if the broker has forgotten us.
//!
//! A thread of its own speaks with the broker (`sender`); between it and the sink is a bounded `outbox`.

mod guard;
mod outbox;
mod pace;
mod profile;
mod sender;

use self::outbox::{Message, Outbox};
use self::pace::Limits;
use self::profile::{Profile, Speaker};
use self::sender::{Manner, Sender};
use crate::flow::batch::Batch;
use crate::flow::named::Named;
use crate::flow::plan::Plan;
use crate::flow::stage::{Counts, Output, Patience, Sink};
use crate::form::cells::Fields;
use crate::form::{Encoder, Target};
use crate::host::options::BrokerArgs;
use crate::host::options::{self, InputArgs, KeyArgs, ToArgs};
use crate::host::stop::Stop;
use crate::host::thread;
use crate::net::mqtt::packet::{Hello, QoS};
use crate::net::mqtt::topic::Template;
use crate::net::mqtt::{self, Broker, Wake, talk};
use crate::net::wait::Wait;
use crate::reading::error::{Code, Error, Result};
use crate::reading::record::Record;
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str =
    "Example: kymo mqtt-pub --host 127.0.0.1 --topic 'sensors/{device}' examples/meters.ndjson";

/// How long a broker keeps our session after a broken connection, in s: longer than its restart.
const SESSION: u32 = 3600;

/// Publish records to an MQTT broker, and send again what it has not confirmed
///
/// Each record is one message; its topic is built from its fields. At QoS 1 and 2 a record is committed when the broker
/// has confirmed it. So `kymo run 'queue take Q | mqtt-pub …'` removes a record from the queue only then. If the broker
/// cannot be reached or the connection is lost, kymo reconnects, and the input waits. A record that the broker refuses
/// is rejected.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE, after_help = options::BROKER_ENVIRONMENT)]
pub(crate) struct Args {
    /// The topic: text with names of fields in braces, as `sensors/{device}/{quantity}` [default: that of the URL]. A value
    /// is one level of the topic; that of `{name#}` may have several, with / between
    #[arg(short = 't', long, value_name = "TEMPLATE", value_parser = Template::parse, help_heading = "Messages")]
    pub topic: Option<Template>,

    /// Quality of service: 0 at most once, 1 at least once, 2 exactly once
    #[arg(short = 'q', long, value_name = "QOS", value_parser = mqtt::parse_qos, default_value = "1", help_heading = "Messages")]
    pub qos: QoS,

    /// Have the broker keep the last message of each topic for later subscribers
    #[arg(short = 'r', long, help_heading = "Messages")]
    pub retain: bool,

    /// The payload: `record` for the whole record, in the form of --to, or the value of this field
    #[arg(long, value_name = "FIELD", default_value = "record", help_heading = "Messages")]
    pub payload: String,

    /// Send at most N messages that are not confirmed yet [default: what the broker says, up to 1000; 20 with MQTT
    /// 3.1.1]
    ///
    /// A broker of MQTT 3.1.1 cannot say how many it accepts, and mosquitto ends the connection when there are more.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..60_000), help_heading = "Messages")]
    pub max_inflight: Option<u16>,

    /// Reconnect, and send again, when the broker has confirmed nothing for DURATION although messages wait for it
    /// [default: never; it is reported]
    #[arg(long, value_name = "DURATION", value_parser = options::duration, help_heading = "Messages")]
    pub ack_timeout: Option<Duration>,

    /// Publish `online` to TOPIC, retained, at each connect, and `offline` at the end; if the connection is lost, the
    /// broker publishes `offline`
    #[arg(long, value_name = "TOPIC", value_parser = mqtt::topic::check_name, help_heading = "Messages")]
    pub status_topic: Option<String>,

    /// Pass the records on after the broker has answered
    #[arg(long, help_heading = "Messages")]
    pub pass: bool,

    /// Speak as a service wants it, instead of -t, --payload and --to: see `doc/remote.md`
    #[arg(long, value_name = "SERVICE", value_enum, conflicts_with_all = ["topic", "payload", "to", "retain"], help_heading = "Service")]
    pub profile: Option<Profile>,

    /// All records are of the device that has connected: --profile thingsboard uses the device API for them
    #[arg(long, help_heading = "Service")]
    pub single_device: bool,

    /// Send at most 80 % of what a server allows, as `messages=100:1,3000:60;points=1000:1`: counts and seconds
    #[arg(long, value_name = "LIMITS", value_parser = Limits::parse, help_heading = "Service")]
    pub limits: Option<Limits>,

    /// The sensor of --profile tenta [default: the field of --by]
    #[arg(long, value_name = "UUID", value_parser = profile::sensor, help_heading = "Service")]
    pub sensor: Option<String>,

    /// The revision of the configuration, for --profile tenta, of records without a field `revision`
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=i64::from(i32::MAX)), help_heading = "Service")]
    pub revision: Option<u32>,

    #[command(flatten)]
    pub broker: BrokerArgs,

    #[command(flatten)]
    pub to: ToArgs,

    #[command(flatten)]
    pub keys: KeyArgs,

    #[command(flatten)]
    pub input: InputArgs,
}

impl Args {
    /// The sink for these flags.
    pub(crate) fn plan(mut self) -> Result<Plan> {
        self.input.files.splice(0..0, self.broker.take_file());
        self.broker.check()?;
        let in_url = self.broker.topic()?.map(|topic| Template::parse(&topic)).transpose().map_err(Error::usage)?;
        let of_service = [
            (self.single_device, "--single-device"),
            (self.limits.is_some(), "--limits"),
            (self.sensor.is_some(), "--sensor"),
            (self.revision.is_some(), "--revision"),
        ];
        if let Some((_, flag)) = of_service.iter().find(|(is_given, _)| *is_given && self.profile.is_none()) {
            return Err(Error::usage(format!("{flag} is for --profile")));
        }
        if self.profile.is_some() && self.qos == QoS::Two {
            return Err(Error::usage("--profile: these services know QoS 0 and 1"));
        }
        let topic = match (self.topic.or(in_url), self.profile) {
            (Some(_), Some(_)) => return Err(Error::usage("--profile chooses the topics: the URL has none")),
            (topic, Some(_)) => topic,
            (topic, None) => Some(topic.ok_or_else(|| Error::usage("no topic: give -t TEMPLATE"))?),
        };
        let manner = Manner {
            qos: self.qos,
            retain: self.retain,
            max_inflight: self.max_inflight,
            ack_timeout: self.ack_timeout.filter(|time| !time.is_zero()),
            status_topic: self.status_topic,
            limits: self.limits.unwrap_or_default(),
            is_guarded: self.profile.is_some() && self.qos == QoS::One,
        };
        let (keys, named) = (self.keys.keys(), Named::of(&self.keys));
        let payload = match self.to.beside(&self.input.form)? {
            Some((Target::Cells(_), _)) => {
                return Err(Error::usage(
                    "a message is one record, without a header: --to text --template '{time};{value}'",
                ));
            }
            Some(_) if self.payload != "record" => {
                return Err(Error::usage("--to is for whole records: drop --payload"));
            }
            Some((target, _)) => Payload::Form(Box::new(Encoder::new(target, keys.clone(), || Ok(Fields::default()))?)),
            None if self.payload != "record" => Payload::Field(self.payload),
            None => match self.profile {
                Some(profile) => {
                    let (keys, single, sensor) = (keys.clone(), self.single_device, self.sensor);
                    Payload::Service(Box::new(Speaker { profile, keys, single, sensor, revision: self.revision }))
                }
                None => Payload::Record,
            },
        };
        let args = self.broker;
        let open = move || {
            let hello = Hello {
                client_id: args.client_id()?.unwrap_or_else(mqtt::own_id),
                // What an earlier process has left under our id would make the broker take new messages for old ones.
                clean: true,
                temporary: true,
                expiry: SESSION,
                receive_max: 100,
                keepalive: args.keepalive,
                login: None,
                will: None,
            };
            // Only answers come in.
            let broker = args.broker(1 << 20)?;
            Ok(MqttPub {
                topic,
                payload,
                start: Some((broker, manner, hello)),
                talking: None,
                messages: Vec::new(),
                unsettled: 0,
                spelled: String::new(),
                published: Arc::default(),
                connections: Arc::default(),
            })
        };
        Ok(Plan::sink(self.input, self.pass, open).with_door(keys).naming(named))
    }
}

/// The sink.
struct MqttPub {
    /// `None`: the service has topics of its own.
    topic: Option<Template>,
    payload: Payload,
    start: Option<(Broker, Manner, Hello)>,
    talking: Option<Talking>,
    /// Of one batch.
    messages: Vec<Message>,
    /// Messages of which it is not known yet what the broker says to them.
    unsettled: u64,
    /// The topic of one record.
    spelled: String,
    published: Arc<AtomicU64>,
    connections: Arc<AtomicU64>,
}

/// What a message has in it.
enum Payload {
    Record,
    /// The value of this field.
    Field(String),
    /// The record in another form.
    Form(Box<Encoder>),
    /// As a service wants it.
    Service(Box<Speaker>),
}

/// The thread that speaks with the broker.
struct Talking {
    outbox: Arc<Outbox>,
    /// Ends its waiting for a broker that is not there.
    stop: Stop,
    thread: JoinHandle<()>,
}

impl MqttPub {
    fn message(&mut self, record: &Record<'_>) -> Result<Message> {
        let bad = |why: String| Error::data(Code::Topic, why);
        if let Some(topic) = &self.topic {
            topic.fill(record, &mut self.spelled).map_err(bad)?;
        }
        let mut points = 0;
        let raw = || Bytes::copy_from_slice(record.raw());
        let (payload, whole) = match &mut self.payload {
            Payload::Record => (raw(), None),
            Payload::Service(speaker) => {
                let mut payload = Vec::new();
                points = profile::spell(speaker, record, &mut self.spelled, &mut payload)?;
                (Bytes::from(payload), Some(raw()))
            }
            Payload::Form(encoder) => {
                let mut payload = Vec::new();
                encoder.alone(record.raw(), &mut payload)?;
                (Bytes::from(payload), Some(raw()))
            }
            Payload::Field(name) => {
                let field = record.field(name).ok_or_else(|| Error::data(Code::Type, format!("no field {name}")))?;
                let payload = match field.text() {
                    Some(text) => Bytes::copy_from_slice(text.as_bytes()),
                    None => Bytes::copy_from_slice(field.raw()),
                };
                (payload, Some(raw()))
            }
        };
        let topic = Bytes::copy_from_slice(self.spelled.as_bytes());
        Ok(Message { topic, payload, record: whole, origin: record.origin(), points })
    }

    fn outbox(&self) -> Result<&Outbox> {
        let outbox = self.talking.as_ref().map(|talking| &*talking.outbox);
        outbox.ok_or_else(|| Error::new(Code::Bug, "there is no connection to the broker"))
    }
}

impl Sink for MqttPub {
    fn takes_events(&self) -> bool {
        matches!(self.payload, Payload::Record)
    }

    fn start(&mut self) -> Result<()> {
        let Some((mut broker, manner, hello)) = self.start.take() else { return Ok(()) };
        let wake = Wake::new()?;
        let outbox = Arc::new(Outbox::new(wake.clone()));
        let stop = Stop::silent()?;
        let (published, connections) = (Arc::clone(&self.published), Arc::clone(&self.connections));
        let (ours, told) = (Arc::clone(&outbox), stop.clone());
        let thread = thread::start("mqtt", move || {
            // Whoever waits for it is told of its end, however it comes.
            let ending = Ending(&ours);
            let mut sender = Sender::new(manner, hello, &ours, &published);
            let wait = Wait { stop: &told, until: None };
            let talked = talk(&mut broker, &mut sender, &wake, wait);
            connections.store(broker.connections(), Ordering::Relaxed);
            ours.end(talked.err());
            drop(ending);
        });
        let thread = thread.map_err(|e| Error::io("start a thread", e))?;
        self.talking = Some(Talking { outbox, stop, thread });
        Ok(())
    }

    fn write(&mut self, batch: &Batch, out: &mut Output) -> Result<()> {
        for record in batch.records() {
            match self.message(&record) {
                Ok(message) => {
                    self.messages.push(message);
                    self.unsettled += 1;
                    out.forward(&record);
                }
                Err(why) => out.reject(&record, &why)?,
            }
        }
        let mut messages = std::mem::take(&mut self.messages);
        let put = self.outbox()?.put(&mut messages);
        self.messages = messages;
        put
    }

    fn settle(&mut self, out: &mut Output) -> Result<()> {
        let refused = self.outbox()?.settle()?;
        out.count_passed(std::mem::take(&mut self.unsettled).saturating_sub(refused.len() as u64));
        for (message, why) in refused {
            let raw = message.record.as_ref().unwrap_or(&message.payload);
            out.reject_raw(raw, message.origin, &Error::data(Code::NotSent, why))?;
        }
        Ok(())
    }

    fn patience(&self) -> Option<Patience> {
        Some(Patience { records: 10_000, time: Duration::from_millis(250) })
    }

    fn close(&mut self) -> Result<()> {
        let Some(Talking { outbox, stop, thread }) = self.talking.take() else { return Ok(()) };
        if !outbox.close() {
            // Not everything is confirmed, and nobody waits for it any more.
            stop.abort();
            outbox.end(None);
        }
        thread.join().map_err(|_| Error::new(Code::Bug, "ended by a panic"))
    }

    fn counts(&self) -> Counts {
        let count = |of: &AtomicU64| of.load(Ordering::Relaxed);
        vec![("published", count(&self.published)), ("connections", count(&self.connections))]
    }
}

/// Ends the outbox when its thread ends.
struct Ending<'o>(&'o Outbox);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let fault = std::thread::panicking().then(|| Error::new(Code::Bug, "ended by a panic"));
        self.0.end(fault);
    }
}
