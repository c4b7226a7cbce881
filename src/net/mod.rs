//! What the commands that speak over the network share: [`dial`] opens a connection (names, [`proxy`], TLS),
//! [`listener`] accepts some, [`guard`] says whom, [`stream`] is one, [`mod@poll`] waits for many, [`backoff`] says when to try again,
//! [`tls`] whom to trust, [`url`] splits URLs and [`address`] is the place that
//! they name. Each protocol is spoken in one room, in both directions: [`http`], [`websocket`], [`mod@mqtt`].
//!
//! Decision: sockets never block. Whoever waits, waits in `poll` for the peer, the clock and the signal at
//! once ([`wait`]), so that a stop is immediate in every phase, on TLS too.

pub(crate) mod address;
pub(crate) mod backoff;
pub(crate) mod dial;
pub(crate) mod guard;
pub(crate) mod http;
pub(crate) mod listener;
pub(crate) mod live;
pub(crate) mod mqtt;
pub(crate) mod poll;
pub(crate) mod proxy;
pub(crate) mod stream;
pub(crate) mod tls;
pub(crate) mod url;
pub(crate) mod wait;
pub(crate) mod websocket;
