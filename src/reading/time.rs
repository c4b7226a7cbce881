//! Time: how it is spelled at the edges, and what it is inside.
//!
//! Decision: inside, a time is one `i64` of nanoseconds since 1970-01-01T00:00:00Z, which reaches
//! from 1677-09-21 to 2262-04-11. A conversion is exact or refused; only the digits of a number
//! beyond a nanosecond are rounded. RFC 3339 and numbers, which nearly every record has, are read
//! and written by hand; whatever needs the time zone database or strptime is jiff's.

mod amount;
mod bucket;
mod fold;
mod instant;
mod iso;
mod leading;
mod local;
mod minute;
mod period;
mod rfc3339;
mod shown;
mod spelling;
mod step;
mod unit;

pub use jiff::tz::TimeZone;

pub use amount::{parse_duration, parse_size, write_duration};
pub use bucket::Buckets;
pub use fold::{Fold, Moment, Night};
pub use instant::now;
pub(crate) use instant::parse_http_date;
pub use leading::{Leading, leading};
pub use local::{next_at, parse_clock, parse_when, parse_zone, zone_name, zone_or_local};
pub use minute::Minute;
pub use period::{Period, parse_period};
pub(crate) use rfc3339::is_rfc3339_in_utc;
pub use rfc3339::{parse_rfc3339, write_rfc3339};
pub use shown::{Shown, stamp, write_local};
pub use spelling::Spelling;
pub use step::Step;
pub use unit::{Unit, is_old};
