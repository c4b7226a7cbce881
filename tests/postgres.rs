//! PostgreSQL, against a real one that the tests start and end.

mod connect;
mod gate;
mod login;
mod secure;
pub(crate) mod server;
