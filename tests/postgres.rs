//! PostgreSQL, against a real one that the tests start and end.

mod connect;
mod gate;
mod login;
mod pooler;
mod secure;
pub(crate) mod server;
