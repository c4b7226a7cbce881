//! The commands, one file each: its flags, what it makes of them, and the stage or program that it is.

pub mod gapfill;
pub mod run;
pub mod wss_cat;
