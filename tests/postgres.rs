//! PostgreSQL, against a real one that the tests start and end.

pub(crate) mod server;
