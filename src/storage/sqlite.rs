//! SQLite behind [`crate::storage`]: `file` opens a file and knows it again.

mod admin;
mod backup;
mod beside;
mod bind;
mod check;
mod fault;
mod file;
mod foreign;
mod read;
mod reserve;
mod rolled;
mod room;
mod statement;
mod table;
mod trim;
mod write;

pub(crate) use admin::Tending;
pub(crate) use backup::backup;
pub(crate) use beside::Beside;
pub(crate) use file::{Access, BESIDE, File, Format, QUEUE_ID, Turns, exists, lock_path};
pub(crate) use foreign::Foreign;
pub(crate) use read::Reading;
pub(crate) use room::FEW_ROWS;
pub(crate) use statement::Stating;
pub(crate) use trim::Trimming;
pub(crate) use write::Writing;
