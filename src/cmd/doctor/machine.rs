//! This machine: what runs, what time it is, and where.

use super::check::Check;
use crate::host::again;
use crate::reading::time;
use std::time::UNIX_EPOCH;

/// 2024-01-01: no kymo is older than that.
const EARLIEST: i64 = 1_704_067_200_000_000_000;

/// So much may an installed file be from a clock that is ahead, ns.
const TOLERANCE: i64 = 24 * 3600 * 1_000_000_000;

pub(super) fn checks() -> Vec<Check> {
    vec![version(), clock(time::now()), zone()]
}

fn version() -> Check {
    let system = rustix::system::uname();
    let word = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
    let (system, release, machine) = (word(system.sysname()), word(system.release()), word(system.machine()));
    let (kymo, sqlite) = (env!("CARGO_PKG_VERSION"), rusqlite::version());
    Check::ok("version", format!("kymo {kymo}, SQLite {sqlite}, {system} {release} {machine}"))
}

/// A clock that was never set is years late: it is before the time of kymo's own file.
fn clock(now: i64) -> Check {
    let installed = std::fs::metadata(again::own()).and_then(|file| file.modified()).ok();
    let installed = installed.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let installed = installed.and_then(|since| i64::try_from(since.as_nanos()).ok()).unwrap_or(0);
    let said = rfc3339(now);
    let advice = "set it, or let NTP set it: records get wrong times, and certificates are not believed";
    if now < EARLIEST {
        return Check::fault("clock", format!("it is {said}, which is before kymo was written"), advice);
    }
    if now < installed.saturating_sub(TOLERANCE) {
        let found = format!("it is {said}, but kymo was installed at {}", rfc3339(installed));
        return Check::warn("clock", found, advice);
    }
    Check::ok("clock", said)
}

fn zone() -> Check {
    match time::parse_zone("local") {
        Ok(zone) => Check::ok("zone", time::zone_name(&zone)),
        Err(why) => Check::warn("zone", why, "set TZ or /etc/localtime, or write --tz: times of day are those of UTC"),
    }
}

fn rfc3339(ns: i64) -> String {
    let mut text = Vec::with_capacity(32);
    time::write_rfc3339(ns.div_euclid(1_000_000_000) * 1_000_000_000, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::check::Status;
    use super::*;

    #[test]
    fn a_clock_that_was_never_set_is_a_fault() {
        assert_eq!(clock(0).status, Status::Fault);
        assert_eq!(clock(EARLIEST).status, Status::Warn);
        assert_eq!(clock(time::now()).status, Status::Ok);
    }
}
