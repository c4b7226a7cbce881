//! What a reading is made of, and what can be wrong with it: no files, no clocks, no threads.

pub(crate) mod aggregate;
pub(crate) mod circle;
pub(crate) mod code;
pub(crate) mod counterpart;
pub(crate) mod digits;
pub(crate) mod error;
pub(crate) mod hint;
pub mod json;
pub(crate) mod key;
pub(crate) mod level;
pub(crate) mod link;
pub(crate) mod mark;
pub(crate) mod record;
pub(crate) mod registry;
pub(crate) mod text;
pub mod time;
pub(crate) mod unit;
