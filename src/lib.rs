//! kymo: collect, check, gap-fill, combine, keep and draw sensor readings as NDJSON.
//!
//! The crate is one binary and this library. Its folders are layers: imports point down, never across
//! (`tests/layers.rs` checks folders and files):
//!
//! 1. [`reading`]: what a reading is made of; pure
//! 2. [`form`]: how bytes become records, and back; pure
//! 3. [`host`]: this machine: messages, log files, signals, clock, locks, processes
//! 4. [`flow`]: how records travel: stages, the runner, acknowledgements
//! 5. [`net`]: protocols, each spoken in one place
//! 6. [`storage`]: databases and the queue
//! 7. [`cmd`]: the commands, a file each
//! 8. [`cli`]: words become plans, plans a pipeline
//!
//! [`draw`] makes pictures and stands on [`reading`] alone.

#![allow(rustdoc::private_intra_doc_links)] // The house is documented for who lives in it.

#[cfg(not(target_os = "linux"))]
compile_error!("kymo is for Linux: it needs /proc, pidfds, abstract sockets and flock(2) as Linux has them");

mod cli;
mod cmd;
mod draw;
mod flow;
mod form;
mod host;
mod net;
mod reading;
mod storage;

// All that the binary, the tests and the fuzz targets use: what else nobody needs the compiler finds.
pub use crate::cli::{StageKind, definition, main, stages};
pub use crate::form::{dialect, trial};
pub use crate::host::exit::Exit;
pub use crate::host::stop::end_by;
pub use crate::reading::code::{Code, Kind};
pub use crate::reading::{json, time};
