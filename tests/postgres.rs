//! PostgreSQL, against a real one that the tests start and end.

mod connect;
mod gate;
mod insert;
mod killed;
mod kraken;
mod login;
mod outages;
mod pooler;
mod secure;
pub(crate) mod server;
mod tables;
