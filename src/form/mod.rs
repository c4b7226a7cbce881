//! Forms: how bytes become records, and back.

pub mod dialect;
