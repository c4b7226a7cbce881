//! Local times that come twice, because the clocks were put back between them.

/// Which of the two times is meant when a local time comes twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fold {
    /// The first one, until the times of the series step back.
    #[default]
    Infer,
    /// The first one, before the clocks were put back.
    Earlier,
    /// The second one.
    Later,
    /// Neither: it cannot be used.
    Reject,
}

/// What a time says that is spelled as text; ns since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// RFC 3339 with its offset.
    Plain(i64),
    /// Another spelling, or no offset.
    Local(i64),
    /// A local time that comes twice.
    Twice {
        /// Before the clocks were put back.
        first: i64,
        /// After it.
        second: i64,
    },
}

/// What a series has shown of one night in which the clocks were put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Night {
    /// The last of its times that come twice, as its first pass.
    pub first: i64,
    /// The series is in the second pass.
    pub in_second: bool,
}

impl Night {
    /// The time of a series that comes twice, after what it has shown (`None`: nothing), and what it has shown then.
    ///
    /// Within a series times rise, so one that is not later than the one before is in the second pass, as in pandas.
    pub fn resolve(before: Option<Night>, first: i64, second: i64) -> (i64, Night) {
        let length = second - first;
        let before = before.filter(|night| (night.first - first).abs() < length);
        let in_second = before.is_some_and(|night| night.in_second || first <= night.first);
        (if in_second { second } else { first }, Night { first, in_second })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600;

    fn resolved(times: &[i64]) -> Vec<i64> {
        let mut night = None;
        let read = |&time: &i64| {
            let (time, seen) = Night::resolve(night, time, time + HOUR);
            night = Some(seen);
            time
        };
        times.iter().map(read).collect()
    }

    #[test]
    fn a_step_back_is_the_second_pass() {
        assert_eq!(resolved(&[0, 1_800, 0, 1_800]), [0, 1_800, 3_600, 5_400]);
        // Hourly readings.
        assert_eq!(resolved(&[0, 0]), [0, 3_600]);
        // The next night begins anew.
        let next = 365 * 24 * HOUR;
        assert_eq!(resolved(&[0, 0, next, next + 60, next]), [0, HOUR, next, next + 60, next + HOUR]);
        // A night of an older file.
        assert_eq!(resolved(&[next, 0, 60]), [next, 0, 60]);
    }
}
