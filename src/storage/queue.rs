//! A durable queue of records in an SQLite file: what is put is there until it was taken and confirmed.
//!
//! Rows leave in the order of their ids, which are never used twice, so one number says what was taken. SQLite's pages
//! bear no checksums, so each record has one of its own. How many records and bytes there are is counted in the
//! transactions that change it: nobody counts rows. Whoever puts, takes or purges holds `FILE.lock` with
//! others, whoever checks holds it alone; `FILE.take.lock` belongs to the one that takes.

mod archive;
mod aside;
mod check;
mod file;
mod look;
mod pace;
mod pages;
mod purge;
mod put;
mod salvage;
mod take;
mod trial;

pub(crate) use aside::Found;
pub(crate) use check::check;
pub(crate) use file::{Depth, Row};
pub(crate) use look::{Failing, Looking, Stat};
pub(crate) use purge::Purging;
pub(crate) use put::{Limits, OnFull, Putting};
pub(crate) use take::{Note, Taking, Turn};
pub(crate) use trial::{Ending, Trial, ended};
