//! When a queue will be full, and when it will be empty, if records go on coming and going as they did in the last
//! minutes. What began less than a minute ago counts from its beginning: a drain of ten seconds is no tenth of a drain.

use super::file::Depth;
use super::put::Limits;
use rusqlite::Connection;

/// The rate is the mean of at most this many seconds.
const MINUTE: i64 = 60;

/// Of fewer whole seconds nothing can be said.
const FEWEST: i64 = 2;

/// Seconds until then; `None`: never, or nobody knows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Outlook {
    pub(super) full_in: Option<f64>,
    pub(super) empty_in: Option<f64>,
}

/// Looks ahead from a second.
pub(super) fn outlook(db: &Connection, depth: Depth, limits: Limits, second: i64) -> rusqlite::Result<Outlook> {
    let growth = rate(db, "put", second)? - rate(db, "taken", second)?;
    Ok(ahead(depth, limits, growth))
}

/// Records a second, of the seconds before this one that are whole.
fn rate(db: &Connection, column: &str, second: i64) -> rusqlite::Result<f64> {
    let sql = format!("SELECT min(second) FROM kymo_seconds WHERE {column} > 0 AND second < ?1");
    let Some(first) = db.query_row(&sql, [second], |row| row.get::<_, Option<i64>>(0))? else { return Ok(0.0) };
    // In the middle of its first second it began.
    let from = (first + 1).max(second - MINUTE);
    if second - from < FEWEST {
        return Ok(0.0);
    }
    let sql = format!("SELECT coalesce(sum({column}), 0) FROM kymo_seconds WHERE second >= ?1 AND second < ?2");
    let sum: i64 = db.query_row(&sql, [from, second], |row| row.get(0))?;
    Ok(sum as f64 / (second - from) as f64)
}

/// With so many records more a second.
fn ahead(depth: Depth, limits: Limits, growth: f64) -> Outlook {
    let until = |room: u64, growth: f64| match room {
        0 => Some(0.0),
        _ if growth > 0.0 => Some(((room as f64 / growth) * 10.0).round() / 10.0),
        _ => None,
    };
    let mean = depth.bytes as f64 / (depth.records as f64).max(1.0);
    let full = [
        limits.records.and_then(|max| until(max.saturating_sub(depth.records), growth)),
        limits.bytes.and_then(|max| until(max.saturating_sub(depth.bytes), growth * mean)),
    ];
    Outlook { full_in: full.into_iter().flatten().reduce(f64::min), empty_in: until(depth.records, -growth) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearer_limit_counts() {
        let depth = Depth { records: 100, bytes: 5000 };
        let limits = |records, bytes| Limits { records, bytes };
        let at = |limits, growth| {
            let Outlook { full_in, empty_in } = ahead(depth, limits, growth);
            (full_in, empty_in)
        };
        assert_eq!(at(limits(Some(1100), None), 2.0), (Some(500.0), None));
        assert_eq!(at(limits(Some(1100), Some(6000)), 2.0), (Some(10.0), None));
        assert_eq!(at(limits(None, None), 2.0), (None, None));
        assert_eq!(at(limits(Some(1100), None), -2.0), (None, Some(50.0)));
        assert_eq!(at(limits(Some(1100), None), 0.0), (None, None));
        assert_eq!(at(limits(Some(100), None), -1.0), (Some(0.0), Some(100.0)));
        assert_eq!(
            ahead(Depth::default(), limits(None, Some(10)), 5.0),
            Outlook { full_in: None, empty_in: Some(0.0) }
        );
    }
}
