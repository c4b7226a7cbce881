//! What is said over a connection of MQTT.

use bytes::Bytes;
use std::time::Duration;

/// Which MQTT is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    V5,
    V311,
}

/// How sure a delivery is (MQTT 5, 4.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum QoS {
    /// At most once.
    Zero,
    /// At least once.
    #[default]
    One,
    /// Exactly once, between two neighbours.
    Two,
}

/// A message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Publish {
    pub topic: Bytes,
    pub payload: Bytes,
    pub qos: QoS,
    pub retain: bool,
    /// It was sent before.
    pub dup: bool,
    /// Its number; 0 with QoS 0.
    pub id: u16,
    /// MQTT 5: what its sender said of it.
    pub properties: Properties,
    /// MQTT 5: the numbers of the subscriptions that it comes for.
    pub subscriptions: Vec<u32>,
    /// MQTT 5: its topic is a number, which we have not allowed.
    pub has_alias: bool,
}

/// What a sender says of a message beside its payload (MQTT 5, 3.3.2.3).
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Properties {
    /// Names and values.
    pub user: Vec<(String, String)>,
    pub content_type: Option<String>,
    pub response_topic: Option<String>,
    pub correlation_data: Option<Bytes>,
}

impl Properties {
    /// The bytes that they take.
    pub(crate) fn size(&self) -> usize {
        let user: usize = self.user.iter().map(|(name, value)| name.len() + value.len()).sum();
        let texts = [&self.content_type, &self.response_topic].into_iter().flatten().map(String::len);
        user + texts.sum::<usize>() + self.correlation_data.as_ref().map_or(0, |data| data.len())
    }
}

/// What the broker said to a subscription: how sure its deliveries will be, or why there is none.
pub(crate) type Answer = std::result::Result<QoS, &'static str>;

/// What a broker sends.
#[derive(Debug)]
pub(crate) enum Packet {
    Welcome(Welcome),
    Publish(Publish),
    PubAck(u16, Verdict),
    PubRec(u16, Verdict),
    PubRel(u16),
    PubComp(u16),
    /// The number of the subscription; for each of its topic filters, in their order.
    SubAck(u16, Vec<Answer>),
    PingResp,
    /// MQTT 5: the broker ends the connection.
    Disconnect(Farewell),
    /// Nothing that concerns us.
    Other,
}

/// What became of a message at the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Taken,
    /// This message will never be taken.
    Refused(&'static str),
    /// Not now.
    Later(&'static str),
}

/// Why the broker ends the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Farewell {
    /// Another client has connected with the same id.
    TakenOver,
    Other(&'static str),
}

/// The broker's answer to a connect.
#[derive(Clone, Debug, Default)]
pub(crate) struct Welcome {
    /// It still has the session of this client id.
    pub session_present: bool,
    /// How many messages may wait for its answer.
    pub receive_max: Option<u16>,
    /// The largest packet that it takes.
    pub max_packet: Option<u32>,
    pub max_qos: Option<u8>,
    pub no_retain: bool,
    /// It wants to hear from us at least so often.
    pub keepalive: Option<Duration>,
    /// It has no subscriptions that several clients share.
    pub no_shared: bool,
    /// It cannot say for which subscription a message comes.
    pub no_subscription_ids: bool,
    /// How long it keeps the session, if not as long as it was asked to, in s.
    pub expiry: Option<u32>,
}

/// A message that the broker publishes when the connection breaks.
#[derive(Clone, Debug)]
pub(crate) struct Will {
    pub topic: String,
    pub payload: Vec<u8>,
    pub qos: QoS,
    pub retain: bool,
}

/// What is said first.
#[derive(Clone, Debug)]
pub(crate) struct Hello {
    pub client_id: String,
    /// The broker forgets what it has of this client id.
    pub clean: bool,
    /// The session need not outlive the process: MQTT 3.1.1, which knows no expiry, keeps none.
    pub temporary: bool,
    /// How long it keeps the session without a connection, in s (MQTT 5).
    pub expiry: u32,
    pub receive_max: u16,
    pub keepalive: Duration,
    pub login: Option<(String, Option<String>)>,
    pub will: Option<Will>,
}

/// What is subscribed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub filter: String,
    pub qos: QoS,
}

/// When a subscription brings the messages that the broker retains (MQTT 5, 3.8.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retained {
    Always,
    IfNew,
    Never,
}

/// Packets that confirm: two bytes of number, and success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "the standard's own names")]
pub(crate) enum Confirm {
    PubAck = 0x40,
    PubRec = 0x50,
    PubRel = 0x62,
    PubComp = 0x70,
}
