//! From one time of a series to the next: by a length, or by whole days of a zone, of which one has 23 hours and one 25.

use super::bucket::{Buckets, DAY, civil, first};
use jiff::tz::TimeZone;

/// Up to this many steps are looked at one by one: in a few nights a zone has left out a whole day.
const COUNTED: u64 = 10_000;

/// A length in ns; in a zone whole days are those of its clocks.
#[derive(Clone, Debug)]
pub struct Step {
    every: i64,
    /// Of whole days.
    zone: Option<TimeZone>,
    grid: Buckets,
    /// Where no clock is changed: what each time of the grid leaves when it is divided by `every`.
    phase: Option<i64>,
}

impl Step {
    /// Steps of `every` ns, more than 0. `zone`: whose days they are, if they are days.
    pub fn new(every: i64, zone: Option<TimeZone>) -> Step {
        let zone = zone.filter(|zone| every % DAY == 0 && *zone != TimeZone::UTC);
        let grid = Buckets::new(every, zone.clone());
        let phase = zone.is_none().then(|| grid.start(0).rem_euclid(every));
        Step { every, grid, zone, phase }
    }

    /// ns from one time to another, as the clocks show them.
    #[inline]
    pub fn length(&self, from: i64, to: i64) -> i64 {
        self.shown(to).saturating_sub(self.shown(from))
    }

    /// The time this many steps later; `None`: beyond all times.
    pub fn after(&self, from: i64, steps: u64) -> Option<i64> {
        let length = self.every.checked_mul(i64::try_from(steps).ok()?)?;
        let shown = self.shown(from).checked_add(length)?;
        Some(match &self.zone {
            None => shown,
            Some(zone) => first(shown, zone),
        })
    }

    /// How many times are missing between two neighbours: their distance in steps, rounded half up, less one.
    #[inline]
    pub fn missing(&self, from: i64, to: i64) -> u64 {
        // Most often none.
        if self.zone.is_none() && to.saturating_sub(from) < self.every {
            return 0;
        }
        let about = self.rounded(from, to);
        if self.zone.is_none() || about > COUNTED { about } else { self.between(from, to).count() as u64 }
    }

    /// The times that are missing between two neighbours.
    pub fn between(&self, from: i64, to: i64) -> impl Iterator<Item = i64> + use<'_> {
        let mut last = from;
        (1..=self.rounded(from, to)).map_while(move |steps| self.after(from, steps)).filter(move |&time| {
            // A day that a zone left out begins when the next one does.
            let is_new = self.zone.is_none() || last < time && time < to;
            last = time;
            is_new
        })
    }

    fn rounded(&self, from: i64, to: i64) -> u64 {
        let (from, to, every) = (self.shown(from), self.shown(to), self.every);
        let twice = to.checked_sub(from).and_then(|length| length.checked_mul(2)?.checked_add(every));
        match twice.zip(every.checked_mul(2)) {
            Some((twice, every)) => u64::try_from(twice / every - 1).unwrap_or(0),
            None => {
                let (length, every) = (i128::from(to) - i128::from(from), i128::from(every));
                u64::try_from((2 * length + every) / (2 * every) - 1).unwrap_or(0)
            }
        }
    }

    /// It is one of the times at which spans of this length begin: see [`Buckets`].
    pub fn is_on_grid(&self, time: i64) -> bool {
        match self.phase {
            Some(phase) => time.rem_euclid(self.every) == phase,
            None => self.grid.start(time) == time,
        }
    }

    /// The times of the grid after `from`, up to and with `to`.
    pub fn grid(&self, from: i64, to: i64) -> impl Iterator<Item = i64> + use<'_> {
        let after = move |time: i64| Some(self.grid.next(self.grid.start(time))).filter(|next| *next > time);
        let next = move |time: i64| match self.phase {
            Some(_) => time.checked_add(self.every),
            None => after(time),
        };
        let mut at = match self.phase {
            Some(phase) => {
                let since = from.checked_sub(phase).map(|from| from.rem_euclid(self.every));
                since.and_then(|since| from.checked_add(self.every - since))
            }
            None => after(from),
        };
        std::iter::from_fn(move || {
            let time = at.filter(|&time| time <= to)?;
            at = next(time);
            Some(time)
        })
    }

    #[inline]
    fn shown(&self, time: i64) -> i64 {
        self.zone.as_ref().map_or(time, |zone| civil(time, zone))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{parse_duration, parse_rfc3339, parse_zone, write_rfc3339};
    use super::*;

    fn plain(every: i64) -> Step {
        Step::new(every, None)
    }

    #[test]
    fn what_is_missing_is_rounded_half_up() {
        let missing = |length: i64| plain(10).missing(100, 100 + length);
        assert_eq!([1, 5, 14, 15, 16, 24, 25, 100].map(missing), [0, 0, 0, 1, 1, 1, 2, 9]);
        assert_eq!(plain(1).missing(i64::MIN, i64::MAX), u64::MAX - 1);
    }

    #[test]
    fn steps_are_anchored_at_the_last_record() {
        assert_eq!(plain(10).between(3, 34).collect::<Vec<_>>(), [13, 23]);
    }

    #[test]
    fn the_grid_is_anchored_at_zero() {
        let grid = |from, to| plain(10).grid(from, to).collect::<Vec<_>>();
        assert_eq!(grid(3, 30), [10, 20, 30]);
        assert_eq!(grid(10, 11), [0; 0]);
        assert_eq!(grid(-15, 1), [-10, 0]);
        assert_eq!(plain(i64::MAX).grid(i64::MAX - 1, i64::MAX).count(), 1);
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let times = |texts: &[&str]| texts.iter().map(|t| parse_rfc3339(t.as_bytes()).unwrap()).collect::<Vec<_>>();
        for (every, zone, from, to, between) in [
            (
                "1d",
                "Europe/Berlin",
                "2026-10-23T22:00:00Z",
                "2026-10-26T23:00:00Z",
                &["2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"][..],
            ),
            ("1d", "Europe/Berlin", "2026-03-28T07:30:00Z", "2026-03-30T06:30:00Z", &["2026-03-29T06:30:00Z"]),
            ("1w", "America/New_York", "2026-10-26T04:00:00Z", "2026-11-09T05:00:00Z", &["2026-11-02T05:00:00Z"]),
            // 02:30 never was; then what the clocks show first after it.
            ("1d", "Europe/Berlin", "2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z", &["2026-03-29T01:00:00Z"]),
            // Samoa had no 30 December.
            ("1d", "Pacific/Apia", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", &[]),
            ("12h", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T22:00:00Z", &["2026-10-25T10:00:00Z"]),
        ] {
            let step = Step::new(parse_duration(every).unwrap(), Some(parse_zone(zone).unwrap()));
            let ends = times(&[from, to]);
            let found: Vec<i64> = step.between(ends[0], ends[1]).collect();
            let text = |ns: &i64| {
                let mut to = Vec::new();
                write_rfc3339(*ns, &mut to);
                String::from_utf8(to).unwrap()
            };
            assert_eq!(found.iter().map(text).collect::<Vec<_>>(), between, "{every} {zone} {from}");
            assert_eq!(step.missing(ends[0], ends[1]), found.len() as u64);
        }
    }
}
