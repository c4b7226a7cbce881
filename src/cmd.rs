//! The commands, one file each: its flags, what it makes of them, and the stage or program that it is.

pub mod completions;
pub mod db;
pub mod every;
pub mod gapfill;
pub mod keep;
pub mod lock;
pub mod man;
pub mod map;
pub mod mqtt_cat;
pub mod mqtt_pub;
pub mod plot;
pub mod power;
pub mod query;
pub mod queue;
pub mod replay;
pub mod run;
pub mod serve;
pub mod sh;
pub mod simulate;
pub mod state;
pub mod store;
pub mod sys_cat;
pub mod tcp_listen;
pub mod trim;
pub mod validate;
pub mod wss_cat;
