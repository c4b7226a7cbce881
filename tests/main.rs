//! One test binary: everything that a user can see, through the binary. A module a subcommand;
//! `cases/` holds golden runs (a directory each, no code).

mod cases;
mod docs;
mod faults;
mod gapfill;
mod garbage;
mod harness;
mod help;
mod install;
mod kill;
mod laws;
mod layers;
mod lock;
mod map;
mod plot;
mod query;
mod readme;
mod replay;
mod run;
mod serve;
mod signals;
mod station;
mod stdio;
mod store;
mod trim;
mod validate;
mod wss_cat;
