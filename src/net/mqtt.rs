//! MQTT, for `mqtt-cat` and `mqtt-pub`: where the broker is and who we are (`BrokerArgs`, [`Broker`]), what is said
//! ([`packet`]), how it is cut out of a connection (`framing`), and a conversation that outlives its connections
//! ([`mod@talk`]).
//!
//! Decision: the session is ours, on kymo's own connections (doc/adr/0007). A thread of its own drives it, so that the
//! broker hears from us however slow the pipeline is.

mod args;
mod broker;
mod connection;
mod framing;
pub(crate) mod packet;
mod talk;
pub(crate) mod topic;
mod wire;

pub(crate) use self::args::{own_id, parse_qos};
pub(crate) use self::broker::Broker;
pub(crate) use self::connection::{Connection, Heard};
pub(crate) use self::talk::{Conversation, Turn, Wake, talk};
