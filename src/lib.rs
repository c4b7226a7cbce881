//! kymo: collect, check, gap-fill, combine, keep and draw sensor readings as NDJSON.
//!
//! The crate is one binary and this library of layers; imports point down, never across
//! (`tests/layers.rs` checks it):
//!
//! 1. pure: [`error`], [`digits`], [`time`], [`json`], [`mod@unit`], [`pace`], [`grid`], [`dialect`], [`level`],
//!    [`key`]
//! 2. what travels: [`record`], [`ack`]
//! 3. how it travels: [`stage`], [`pipeline`], [`pipe`], [`stdio`], [`reject`], [`report`], [`stop`], [`logfile`],
//!    [`diag`], [`exit`],
//!    [`state`], [`document`], [`lock`], [`journal`], [`clock`], [`keeper`], [`options`], and what commands share: [`net`],
//!    [`mqtt`], [`db`], [`queue`], [`draw`], [`live`], [`cells`], [`help`], [`doc`]
//! 4. the commands: [`cmd`], one file a subcommand, listed in [`cli`]

pub mod ack;
pub mod cells;
pub mod cli;
pub mod clock;
pub mod cmd;
pub mod db;
pub mod diag;
pub mod dialect;
pub mod digits;
pub mod doc;
pub mod document;
pub mod draw;
pub mod error;
pub mod exit;
pub mod grid;
pub mod help;
pub mod journal;
pub mod json;
pub mod keeper;
pub mod key;
pub mod level;
pub mod live;
pub mod lock;
pub mod logfile;
pub mod mqtt;
pub mod net;
pub mod options;
pub mod pace;
pub mod pipe;
pub mod pipeline;
pub mod queue;
pub mod record;
pub mod reject;
pub mod report;
pub mod stage;
pub mod state;
pub mod stdio;
pub mod stop;
pub mod time;
pub mod unit;
