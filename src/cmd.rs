//! The commands, one file each: its flags, what it makes of them, and the stage or program that it is.

pub mod gapfill;
pub mod map;
pub mod run;
pub mod validate;
