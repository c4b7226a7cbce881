//! One test binary: everything that a user can see, through the binary. A module a subcommand;
//! `cases/` holds golden runs (a directory each, no code).

mod cases;
mod faults;
mod gapfill;
#[expect(dead_code, reason = "the frame comes first, its users follow")]
mod harness;
mod laws;
mod layers;
mod query;
mod replay;
mod store;
mod trim;
