//! WebSocket (RFC 6455), spoken by a client and by a server: the opening handshake of each ([`client`], [`server`]),
//! frames of both ([`head`], [`writer`]), and what each does with those that come: a client takes messages
//! ([`frames`], [`mod@inflate`]), a server that only sends hears pings and closes ([`ear`]), and another protocol has its bytes carried ([`carrier`]).

pub(crate) mod carrier;
pub(crate) mod client;
pub(crate) mod ear;
pub(crate) mod frames;
pub(crate) mod head;
pub(crate) mod inflate;
pub(crate) mod message;
pub(crate) mod server;
pub(crate) mod writer;
