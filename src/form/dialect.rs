//! How a line that is no record spells one: tab or comma separated, InfluxDB's line protocol, or nothing but text.
//!
//! Pure: bytes in, one JSON object out, or what is wrong. A line stands alone, except that the first one of a CSV
//! input may name the columns ([`Header`]), and that a line break may be inside of quotes ([`Dialect::stays_open`]). What a line spells as a JSON number becomes that number, digit by digit;
//! a time becomes RFC 3339 in UTC.

mod columns;
mod influx;
mod value;

pub use self::columns::Names;
pub use self::value::Times;

use self::columns::Form;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json;
use std::sync::Arc;

/// How the meters' server of old spelled its times, and the default of `tsv`.
pub const TSV_TIME: &str = "%Y.%m.%d %H:%M:%S%.f";

/// Why no line of an input can be used.
const NO_HEADER: &str = "the first line named no columns: --columns names them";

/// A spelling of records.
#[derive(Clone, Debug)]
pub enum Dialect {
    /// A record is a record.
    Ndjson,
    /// Values between tabs, no quotes: the columns have these names.
    Tsv(Names, Times),
    /// Values between commas, as RFC 4180 has them: of these columns, or of those that the first line names.
    Csv(Option<Names>, Times),
    /// `measurement,tag=x field=1,other=2 1714227835000000000`.
    Influx(Times),
    /// Text: `{"line":"…"}`.
    Raw,
}

/// What the lines of one input have said so far.
#[derive(Clone, Debug, Default)]
pub enum Header {
    /// The first line is still to come.
    #[default]
    Expected,
    /// The first line has named the columns.
    Named(Arc<Names>),
    /// The first line named nothing that could be used, and so no other can be.
    Unusable,
}

impl Header {
    /// A line was lost before it could be read. If it was the first one, nobody knows the names of the columns.
    pub fn lose(&mut self) {
        if let Header::Expected = self {
            *self = Header::Unusable;
        }
    }
}

impl Dialect {
    /// Appends the record that a line (without its line break) spells, without a line break. False: it spells none (a
    /// header, a comment). On an error `to` may hold a part of one.
    ///
    /// # Errors
    ///
    /// `Data`, with the codes `json`, `utf8`, `columns`, `time`, `influx`. [`Dialect::Ndjson`] is not checked here.
    pub fn record(&self, line: &[u8], header: &mut Header, to: &mut Vec<u8>) -> Result<bool> {
        if let Dialect::Ndjson = self {
            to.extend_from_slice(line);
            return Ok(true);
        }
        let text = str::from_utf8(line).map_err(|e| {
            header.lose();
            Error::data(Code::Utf8, format!("not UTF-8 at byte {}", e.valid_up_to() + 1))
        })?;
        match self {
            Dialect::Ndjson => {}
            Dialect::Raw => {
                to.extend_from_slice(b"{\"line\":");
                json::write_string(text, to);
                to.push(b'}');
            }
            Dialect::Tsv(names, times) => columns::record(text, Form::Tabs, names, times, to)?,
            Dialect::Csv(Some(names), times) => columns::record(text, Form::Commas, names, times, to)?,
            Dialect::Csv(None, times) => match header {
                Header::Named(names) => columns::record(text, Form::Commas, names, times, to)?,
                Header::Unusable => return Err(Error::data(Code::Columns, NO_HEADER)),
                Header::Expected => {
                    header.lose();
                    *header = Header::Named(Arc::new(Names::of_line(text, times)?));
                    return Ok(false);
                }
            },
            Dialect::Influx(times) => return influx::record(text, times, to),
        }
        Ok(true)
    }

    /// Whether a record goes on in the next line, because a quote is open at the end of this one. `open`: one is open
    /// at its beginning.
    pub fn stays_open(&self, line: &[u8], open: bool) -> bool {
        match self {
            Dialect::Csv(..) => columns::stays_open(line, open),
            Dialect::Influx(_) => influx::stays_open(line, open),
            Dialect::Ndjson | Dialect::Tsv(..) | Dialect::Raw => false,
        }
    }

    /// What is to be said of the time of a record that was read since the last call, if a number gave one that is in doubt.
    pub fn doubt(&self) -> Option<String> {
        match self {
            Dialect::Tsv(_, times) | Dialect::Csv(_, times) | Dialect::Influx(times) => {
                times.spelling.unit.doubt(times.doubtful.take()?)
            }
            Dialect::Ndjson | Dialect::Raw => None,
        }
    }

    /// The columns that a CSV input has named, if they lack the time.
    pub fn lacks_time<'h>(&self, header: &'h Header) -> Option<&'h Names> {
        match (self, header) {
            (Dialect::Csv(None, times), Header::Named(names)) => {
                Some(&**names).filter(|names| !names.has(&times.field))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
