//! What a supervisor tells of its units: to people as a table, to programs as JSON.

use super::live::Live;
use super::phase::Phase;
use super::unit::{Job, Times};
use crate::host::keeper::End;
use crate::reading::text::printable;
use crate::reading::time;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// A supervisor and its units.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Status {
    pub(super) pid: u32,
    pub(super) file: String,
    /// RFC 3339
    pub(super) since: String,
    pub(super) uptime_s: i64,
    /// It ends its units.
    pub(super) ending: bool,
    /// What is wrong with the file, if that was read again and could not be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) config_fault: Option<String>,
    pub(super) units: Vec<UnitStatus>,
}

/// A unit. Counts are of all its runs under this supervisor.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct UnitStatus {
    pub(super) name: String,
    pub(super) kind: String,
    /// `waiting`, `running`, `ending`, `backoff`, `idle`, `stopped`, `over` or `refused`.
    pub(super) state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pid: Option<i32>,
    /// Of this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uptime_s: Option<i64>,
    pub(super) restarts: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_exit: Option<LastExit>,
    /// When it is started next: RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
    #[serde(rename = "in")]
    pub(super) taken: u64,
    #[serde(rename = "out")]
    pub(super) kept: u64,
    pub(super) rejected: u64,
    /// When the last record was kept: RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_record: Option<String>,
    /// How long ago that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lag_s: Option<i64>,
}

/// How the last run ended.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct LastExit {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signal: Option<i32>,
    /// RFC 3339
    pub(super) at: String,
    /// Why the supervisor ended it, or could not start it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<String>,
}

/// What is known of a unit.
pub(super) fn of(live: &Live) -> UnitStatus {
    let counts = live.counts();
    let (now, wall) = (Instant::now(), time::now());
    let next = match live.phase {
        Phase::Pausing { until } => Some(wall.saturating_add(nanoseconds(until.saturating_duration_since(now)))),
        Phase::Idle => live.due,
        _ => None,
    };
    let state = match live.phase {
        Phase::Waiting => "waiting",
        Phase::Running => "running",
        Phase::Ending { .. } | Phase::Clearing { .. } => "ending",
        Phase::Pausing { .. } => "backoff",
        Phase::Idle => "idle",
        Phase::Stopped => "stopped",
        Phase::Over => "over",
        Phase::Refused => "refused",
    };
    let kind = match (&live.unit.job, live.unit.times) {
        (Job::Pipeline(_), Times::Always) => "pipeline",
        (Job::Program(_), Times::Always) => "program",
        (Job::Pipeline(_), _) => "scheduled pipeline",
        (Job::Program(_), _) => "scheduled program",
    };
    let since = live.since.filter(|_| live.is_active());
    UnitStatus {
        name: live.unit.name.clone(),
        kind: kind.to_owned(),
        state: state.to_owned(),
        pid: live.pid,
        uptime_s: since.map(|since| i64::try_from(now.duration_since(since).as_secs()).unwrap_or(i64::MAX)),
        restarts: live.restarts,
        last_exit: live.last.as_ref().map(|last| LastExit {
            code: last.end.and_then(|end| if let End::Code(code) = end { Some(code) } else { None }),
            signal: last.end.and_then(|end| if let End::Signal(signal) = end { Some(signal) } else { None }),
            at: spelled(last.at),
            why: last.why.clone(),
        }),
        next: next.map(spelled),
        taken: counts.taken,
        kept: counts.kept,
        rejected: counts.rejected,
        last_record: counts.last.map(spelled),
        lag_s: counts.last.map(seconds_since),
    }
}

/// RFC 3339, in whole seconds.
pub(super) fn spelled(ns: i64) -> String {
    let mut text = Vec::new();
    time::write_rfc3339(ns.div_euclid(1_000_000_000).saturating_mul(1_000_000_000), &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// How long ago; a time that is still to come is now.
pub(super) fn seconds_since(ns: i64) -> i64 {
    (time::now().saturating_sub(ns) / 1_000_000_000).max(0)
}

fn nanoseconds(span: Duration) -> i64 {
    i64::try_from(span.as_nanos()).unwrap_or(i64::MAX)
}

/// For people: a line a unit, under one of what they mean.
pub(super) fn table(status: &Status) -> String {
    let mut rows = vec![
        ["unit", "state", "pid", "up", "restarts", "in", "out", "rejected", "last record", "last exit"]
            .map(String::from),
    ];
    for unit in &status.units {
        let dash = || "-".to_owned();
        let state = match (&unit.next, unit.state.as_str()) {
            (Some(next), "idle") => format!("idle until {next}"),
            (_, state) => state.to_owned(),
        };
        let exit = unit.last_exit.as_ref().map(|exit| match (exit.code, exit.signal, &exit.why) {
            (_, _, Some(why)) => why.clone(),
            (Some(code), ..) => code.to_string(),
            (_, Some(signal), _) => format!("signal {signal}"),
            _ => "killed".to_owned(),
        });
        rows.push([
            unit.name.clone(),
            state,
            unit.pid.map_or_else(dash, |pid| pid.to_string()),
            unit.uptime_s.map_or_else(dash, span),
            unit.restarts.to_string(),
            unit.taken.to_string(),
            unit.kept.to_string(),
            unit.rejected.to_string(),
            unit.lag_s.map_or_else(dash, |lag| format!("{} ago", span(lag))),
            exit.map_or_else(dash, |exit| printable(&exit).into_owned()),
        ]);
    }
    let ending = if status.ending { ", ends its units" } else { "" };
    let mut text = format!("{}: pid {}, up {}{ending}\n", status.file, status.pid, span(status.uptime_s));
    if let Some(fault) = &status.config_fault {
        text += &format!(
            "the file was changed and cannot be used; everything continues as before:\n  {}\n",
            fault.lines().map(printable).collect::<Vec<_>>().join("\n  ")
        );
    }
    for row in &rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let width = rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
            // Numbers stand to the right.
            let pad = " ".repeat(width - cell.chars().count());
            let is_number = matches!(column, 2 | 4..=7);
            line += &if is_number { format!("{pad}{cell}  ") } else { format!("{cell}{pad}  ") };
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

/// `3d4h`, `2h5m`, `40s`: the two largest parts.
fn span(seconds: i64) -> String {
    let parts = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    let first = parts.iter().position(|(_, length)| seconds >= *length).unwrap_or(3);
    let mut left = seconds;
    let mut text = String::new();
    for (unit, length) in parts.iter().skip(first).take(2) {
        if text.is_empty() || left >= *length {
            text += &format!("{}{unit}", left / length);
        }
        left %= length;
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn spans_have_two_parts() {
        for (seconds, text) in
            [(0, "0s"), (59, "59s"), (60, "1m"), (61, "1m1s"), (3_600, "1h"), (3_700, "1h1m"), (90_061, "1d1h")]
        {
            assert_eq!(super::span(seconds), text);
        }
    }
}
