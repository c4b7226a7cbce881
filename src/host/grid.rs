//! Ticks: when something that is done again and again is due.
//!
//! Decision: a tick is a moment of the clock's grid, 12:00:00, 12:00:10 …, and not a distance from the last one; so
//! nothing drifts, a restart goes on in the same rhythm, and neither midnight nor a change of the clocks disturbs it.
//! The grid is that of [`Buckets`]: what `query --bucket` sums up is what was measured on it. Nothing here looks at a clock;
//! whoever asks says what time it is.

use crate::reading::time::{self, Buckets, TimeZone};

const HOUR: i64 = 3_600_000_000_000;

/// Up to this many ticks are counted one by one, because those of a day with 23 hours are not all of one length.
const COUNTED: i64 = 10_000;

/// Where the ticks lie.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Align {
    /// On the grid of the clocks in this zone.
    Zone(TimeZone),
    /// From the first look on, whatever the clocks show then.
    Start,
}

impl Align {
    /// The grid of the system's zone; of UTC where the system does not know its own.
    pub(crate) fn local() -> Align {
        Align::Zone(time::zone_or_local(None))
    }
}

/// A period and where its ticks lie; which of them is the next.
///
/// A tick's time is later than that of the one before. Only a clock that is set back by more than an hour, and by
/// more than a period, begins anew: what it showed before was plainly wrong, and silence until then would be worse.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    every: i64,
    lines: Lines,
    due: i64,
    /// The last that was given.
    last: Option<i64>,
}

#[derive(Clone, Debug)]
enum Lines {
    Clock(Buckets),
    Start(i64),
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Nothing, for this many ns of the clock.
    Wait(i64),
    Due(Tick),
}

/// One that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    /// When it was due: ns since 1970 UTC.
    pub time: i64,
    /// How many ticks before it were missed.
    pub missed: u64,
}

impl Grid {
    /// Ticks every this many ns, more than 0. The first is the next of the grid, which may be `now`.
    pub(crate) fn new(every: i64, align: &Align, now: i64) -> Grid {
        let lines = match align {
            Align::Zone(zone) => Lines::Clock(Buckets::new(every, Some(zone.clone()))),
            Align::Start => Lines::Start(now),
        };
        let mut grid = Grid { every, lines, due: now, last: None };
        grid.due = grid.first(now);
        grid
    }

    /// When the next tick is due.
    pub(crate) fn due(&self) -> i64 {
        self.due
    }

    /// What is due now. Of several the latest is given, the others are missed.
    pub(crate) fn look(&mut self, now: i64) -> Look {
        self.begin_anew(now);
        if now < self.due {
            return Look::Wait(self.due - now);
        }
        let time = self.floor(now).max(self.due);
        let missed = self.between(self.due, time);
        self.last = Some(time);
        self.due = self.after(time);
        Look::Due(Tick { time, missed })
    }

    /// See [`Grid`]: the clock was set back, and far.
    fn begin_anew(&mut self, now: i64) {
        if self.last.is_some_and(|last| last.saturating_sub(now) > self.every.max(HOUR)) {
            self.last = None;
            self.due = self.first(now);
        }
    }

    /// The first tick at this time or later.
    fn first(&self, now: i64) -> i64 {
        if self.floor(now) == now { now } else { self.after(now) }
    }

    /// The last tick at this time or before.
    fn floor(&self, time: i64) -> i64 {
        self.start(time)
    }

    /// The first tick after this time.
    fn after(&self, time: i64) -> i64 {
        self.next(self.floor(time))
    }

    /// How many ticks from this one on, up to that one, without it.
    fn between(&self, from: i64, to: i64) -> u64 {
        let about = to.saturating_sub(from) / self.every;
        if about > COUNTED {
            return about.unsigned_abs();
        }
        let mut count = 0;
        let mut at = from;
        while at < to {
            count += 1;
            at = self.after(at);
        }
        count
    }

    fn start(&self, time: i64) -> i64 {
        match &self.lines {
            Lines::Clock(buckets) => buckets.start(time),
            Lines::Start(anchor) => time.saturating_sub(time.saturating_sub(*anchor).rem_euclid(self.every)),
        }
    }

    fn next(&self, start: i64) -> i64 {
        match &self.lines {
            Lines::Clock(buckets) => buckets.next(start),
            Lines::Start(_) => start.saturating_add(self.every),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::time::{parse_duration, parse_rfc3339, parse_zone, write_rfc3339};

    const SECOND: i64 = 1_000_000_000;

    fn ns(text: &str) -> i64 {
        parse_rfc3339(text.as_bytes()).unwrap()
    }

    fn text(ns: i64) -> String {
        let mut to = Vec::new();
        write_rfc3339(ns, &mut to);
        String::from_utf8(to).unwrap()
    }

    fn grid(every: &str, zone: &str, now: &str) -> Grid {
        let align = Align::Zone(parse_zone(zone).unwrap());
        Grid::new(parse_duration(every).unwrap(), &align, ns(now))
    }

    /// All ticks of a clock that is looked at just when they are due.
    fn ticks(grid: &mut Grid, count: usize) -> Vec<i64> {
        let due = |grid: &mut Grid| match grid.look(grid.due()) {
            Look::Due(Tick { time, missed: 0 }) => time,
            other => panic!("{other:?}"),
        };
        (0..count).map(|_| due(grid)).collect()
    }

    /// What the old scheduler waited, shown by runs of it. Where a period divides the day and the clock does not stand on the
    /// grid it was right. On the grid it lost a period; and a period that does not divide the day began anew at midnight.
    #[test]
    fn the_old_schedulers_waits_and_its_faults() {
        let (mut same, mut at_once, mut across) = (0, 0, 0);
        for line in include_str!("../../tests/fixtures/ivy/next_datapoint.ndjson").lines() {
            let old: serde_json::Value = serde_json::from_str(line).unwrap();
            let every = old["interval"].as_i64().unwrap();
            let now = ns(&format!("2024-05-01T{}Z", old["now"].as_str().unwrap()));
            let wait = (old["wait"].as_f64().unwrap() * 1e9).round() as i64;
            let grid = Grid::new(every * SECOND, &Align::Zone(TimeZone::UTC), now);
            let on_grid = now % (every * SECOND) == 0;
            if 86_400 % every != 0 {
                assert_eq!(grid.due() % (every * SECOND), 0, "{line}");
                across += 1;
            } else if on_grid {
                assert_eq!((grid.due() - now, wait), (0, every * SECOND), "{line}");
                at_once += 1;
            } else {
                assert_eq!(grid.due() - now, wait, "{line}");
                same += 1;
            }
        }
        assert_eq!((same, at_once, across), (6, 2, 3), "no line is passed over");
        // Through midnight in the same rhythm.
        let mut sevens = grid("7s", "UTC", "2024-05-01T23:59:00Z");
        let times = ticks(&mut sevens, 30);
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 7 * SECOND));
        assert!(times[0] < ns("2024-05-02T00:00:00Z") && times[29] > ns("2024-05-02T00:00:00Z"));
    }

    #[test]
    fn an_hour_is_an_hour_on_days_when_the_clocks_change() {
        for (from, zone) in [
            ("2024-03-30T20:00:00Z", "Europe/Berlin"),
            ("2024-10-26T20:00:00Z", "Europe/Berlin"),
            ("2024-11-03T00:00:00Z", "America/New_York"),
            ("2024-03-30T20:00:00Z", "UTC"),
        ] {
            let times = ticks(&mut grid("1h", zone, from), 30);
            assert_eq!(times[0], ns(from));
            assert!(times.windows(2).all(|pair| pair[1] - pair[0] == HOUR), "{from} {zone}");
        }
        // The days and the half days are the zone's.
        let days = ticks(&mut grid("1d", "Europe/Berlin", "2024-03-29T12:00:00Z"), 4);
        assert_eq!(
            days.iter().map(|&t| text(t)).collect::<Vec<_>>().join(" "),
            "2024-03-29T23:00:00Z 2024-03-30T23:00:00Z 2024-03-31T22:00:00Z 2024-04-01T22:00:00Z"
        );
        let days = ticks(&mut grid("12h", "Europe/Berlin", "2024-10-26T12:00:00Z"), 4);
        assert_eq!(
            days.iter().map(|&t| text(t)).collect::<Vec<_>>().join(" "),
            "2024-10-26T22:00:00Z 2024-10-27T11:00:00Z 2024-10-27T23:00:00Z 2024-10-28T11:00:00Z"
        );
    }

    /// Also where the clocks are changed by half an hour, or by what is no multiple of the period: each tick is one that
    /// the clocks show, none comes twice, none is left out for long.
    #[test]
    fn through_a_year_of_any_zone_times_rise_and_lie_on_the_grid() {
        for every in ["7m", "30m", "1h", "90m", "2h", "6h", "1d", "1w"] {
            for zone in ["Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu"]
            {
                let mut grid = grid(every, zone, "2011-09-01T12:34:56Z");
                let every = parse_duration(every).unwrap();
                let end = ns("2012-09-01T00:00:00Z");
                let mut last = ns("2011-09-01T12:34:56Z");
                while last < end {
                    let [time] = ticks(&mut grid, 1)[..] else { panic!() };
                    assert!(time > last && grid.start(time) == time, "{every} {zone} {}", text(time));
                    // The longest: the day that Samoa left out.
                    assert!(time - last <= 2 * every + 24 * HOUR, "{every} {zone} {}", text(time));
                    last = time;
                }
            }
        }
    }

    #[test]
    fn what_is_late_keeps_its_time_and_what_is_too_late_is_counted() {
        let mut grid = grid("10s", "UTC", "2024-05-01T12:00:03Z");
        assert_eq!(grid.look(ns("2024-05-01T12:00:03Z")), Look::Wait(7 * SECOND));
        assert_eq!(
            grid.look(ns("2024-05-01T12:00:13Z")),
            Look::Due(Tick { time: ns("2024-05-01T12:00:10Z"), missed: 0 })
        );
        // A clock that is put forward: what is gone is gone.
        assert_eq!(
            grid.look(ns("2024-05-01T13:00:09Z")),
            Look::Due(Tick { time: ns("2024-05-01T13:00:00Z"), missed: 358 })
        );
        assert_eq!(grid.look(ns("2024-05-01T13:00:09Z")), Look::Wait(SECOND));
        assert!(matches!(grid.look(ns("2024-05-01T13:00:30Z")), Look::Due(Tick { missed: 2, .. })));
        assert_eq!(grid.due(), ns("2024-05-01T13:00:40Z"));
        // By so much that nobody counts them one by one.
        let Look::Due(tick) = grid.look(ns("2034-05-01T13:00:00Z")) else { panic!() };
        assert_eq!(tick.missed, (tick.time - ns("2024-05-01T13:00:40Z")) as u64 / SECOND as u64 / 10);
    }

    #[test]
    fn a_clock_that_is_set_back_doubles_no_tick() {
        let mut grid = grid("10s", "UTC", "2024-05-01T12:00:00Z");
        ticks(&mut grid, 7);
        assert_eq!(grid.due(), ns("2024-05-01T12:01:10Z"));
        // Half a minute, half an hour: it is waited until the clock shows what it has not shown yet.
        assert_eq!(grid.look(ns("2024-05-01T12:00:35Z")), Look::Wait(35 * SECOND));
        assert_eq!(grid.look(ns("2024-05-01T11:31:00Z")), Look::Wait(1810 * SECOND));
        assert_eq!(ticks(&mut grid, 1), [ns("2024-05-01T12:01:10Z")]);
        // A machine without a battery, that was a year ahead until it heard the time: it does not stay silent for a year.
        assert_eq!(grid.look(ns("2023-05-01T12:00:03Z")), Look::Wait(7 * SECOND));
        assert_eq!(ticks(&mut grid, 2), [ns("2023-05-01T12:00:10Z"), ns("2023-05-01T12:00:20Z")]);
    }

    #[test]
    fn from_the_start_on() {
        let start = ns("2024-05-01T12:00:03.25Z");
        let mut grid = Grid::new(10 * SECOND, &Align::Start, start);
        assert_eq!(ticks(&mut grid, 3), [start, start + 10 * SECOND, start + 20 * SECOND]);
        assert_eq!(grid.look(start + 55 * SECOND), Look::Due(Tick { time: start + 50 * SECOND, missed: 2 }));
    }

    /// A busy machine: whatever is seen when, nothing is seen twice, and nothing is left uncounted.
    #[test]
    fn seen_and_missed_are_all() {
        let start = ns("2024-05-01T00:00:00Z");
        let mut grid = Grid::new(SECOND / 100, &Align::Zone(TimeZone::UTC), start);
        let (mut now, mut seen, mut missed, mut last) = (start, 0, 0, start - 1);
        let mut seed: u64 = 1;
        while now < start + 60 * SECOND {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            now += (seed >> 40) as i64 * 3;
            if let Look::Due(tick) = grid.look(now) {
                assert!(tick.time > last && tick.time <= now && tick.time % (SECOND / 100) == 0);
                last = tick.time;
                seen += 1;
                missed += tick.missed;
            }
        }
        assert_eq!(seen + missed, ((last - start) / (SECOND / 100) + 1) as u64);
        assert!(seen > 100 && missed > 100);
    }
}
