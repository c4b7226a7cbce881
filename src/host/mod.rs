//! This machine: messages and log files, signals, the clock, locks, processes, and the flags that every command has.

pub(crate) mod again;
pub(crate) mod beside;
pub(crate) mod budget;
pub(crate) mod clock;
pub(crate) mod diag;
pub(crate) mod document;
pub(crate) mod exit;
pub(crate) mod fifo;
pub(crate) mod grid;
pub(crate) mod journal;
pub(crate) mod keeper;
pub(crate) mod lock;
pub(crate) mod logfile;
pub(crate) mod options;
pub(crate) mod pace;
pub(crate) mod place;
pub(crate) mod progress;
pub(crate) mod registry;
pub(crate) mod report;
pub(crate) mod secrets;
pub(crate) mod stop;
pub(crate) mod thread;
pub(crate) mod variables;
