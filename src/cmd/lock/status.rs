//! `lock status`: what is known of one lock, or of all of this user's.

use super::holding::held_by;
use crate::flow::stdio;
use crate::host::diag;
use crate::host::exit::Exit;
use crate::host::lock::{Holder, Place, State};
use crate::reading::error::{Error, Kind, Result};
use crate::reading::text::printable;
use serde::Serialize;
use std::ffi::OsString;
use std::path::PathBuf;

/// An example that runs, for the help.
pub(crate) const EXAMPLE: &str = "Example: kymo lock status nightly --json";

/// Report whether a lock is held, how, and by whom
///
/// Exit status: 0 the lock is free, or no NAME was given; 75 it is held.
#[derive(clap::Args, Debug)]
#[command(before_help = EXAMPLE)]
pub(super) struct StatusArgs {
    /// The lock, as `lock run` names it; without NAME, each lock that this user has taken by name
    #[arg(value_name = "NAME")]
    name: Option<OsString>,

    /// The folder of locks that have a name, as for `lock run`
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    lock_dir: Option<PathBuf>,

    /// Print one JSON object for each lock: name, path, held, mode (exclusive, shared, slots), holders (each with pid,
    /// host, since, command, slot if known), last_start, network
    #[arg(long)]
    json: bool,
}

/// What `--json` tells.
#[derive(Serialize)]
struct Report<'a> {
    name: &'a str,
    path: String,
    held: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'static str>,
    holders: &'a [Holder],
    #[serde(skip_serializing_if = "Option::is_none")]
    last_start: &'a Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<&'static str>,
}

impl StatusArgs {
    pub(super) fn run(self) -> Result<Exit> {
        let Some(name) = &self.name else {
            let mut text = String::new();
            for place in Place::all(self.lock_dir.as_deref()) {
                match place.state() {
                    Ok(state) => text += &self.spell(&place, &state)?,
                    // The others are told all the same.
                    Err(why) => diag::warn(why.code(), why),
                }
            }
            stdio::print(text.as_bytes())?;
            return Ok(Exit::Code(0));
        };
        let place = Place::of(name, self.lock_dir.as_deref())?;
        let state = place.state()?;
        stdio::print(self.spell(&place, &state)?.as_bytes())?;
        Ok(Exit::Code(if state.holders.is_empty() { 0 } else { Kind::Busy.exit_code() }))
    }

    /// A line for each holder, or one object.
    fn spell(&self, place: &Place, state: &State) -> Result<String> {
        if self.json {
            let report = Report {
                name: place.name(),
                path: place.path().display().to_string(),
                held: !state.holders.is_empty(),
                mode: mode(state),
                holders: &state.holders,
                last_start: &state.last_start,
                network: state.network,
            };
            let text = serde_json::to_string(&report).map_err(|e| Error::io("spell the status", e))?;
            return Ok(text + "\n");
        }
        let note = state.network.map(|network| format!(" (on a network file system: {network})")).unwrap_or_default();
        let free = || match &state.last_start {
            Some(start) => format!("free; last start {start}"),
            None => "free".to_owned(),
        };
        let mut lines: Vec<String> = state.holders.iter().map(|holder| held_by(state, holder)).collect();
        if lines.is_empty() {
            lines.push(free());
        }
        // Command lines are anybody's words.
        Ok(lines.iter().map(|line| format!("{}\n", printable(&format!("{}: {line}{note}", place.name())))).collect())
    }
}

fn mode(state: &State) -> Option<&'static str> {
    Some(match &state.holders[..] {
        [] => return None,
        _ if !state.shared => "exclusive",
        holders if holders.iter().any(|holder| holder.slot.is_some()) => "slots",
        _ => "shared",
    })
}
