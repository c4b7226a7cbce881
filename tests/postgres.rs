//! PostgreSQL, against a real one that the tests start and end.

mod connect;
mod gate;
mod killed;
mod login;
mod outages;
mod pooler;
mod reading;
mod secure;
pub(crate) mod server;
