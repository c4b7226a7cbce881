//! PostgreSQL, against a real one that the tests start and end.

mod altered;
mod connect;
mod gate;
mod insert;
mod killed;
mod kraken;
mod login;
mod outages;
mod pooler;
mod reading;
mod secure;
pub(crate) mod server;
mod tables;
mod timescale;
