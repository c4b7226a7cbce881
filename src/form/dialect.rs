//! How a line that is no record spells one: tab or comma separated, InfluxDB's line protocol, or nothing but text.
//!
//! Pure: bytes in, one JSON object out, or what is wrong. A line stands alone, except that the first one of a CSV
//! input may name the columns ([`Header`]), and that a line break may be inside of quotes ([`Dialect::stays_open`]). What a line spells as a JSON number becomes that number, digit by digit;
//! a time becomes RFC 3339 in UTC.

mod bare;
mod columns;
mod influx;
mod json;
mod names;
mod nmea;
mod row;
mod value;

pub use self::columns::{Naming, Table};
pub use self::names::Names;
pub use self::value::{Nulls, Numbers, Times};

use self::columns::Head;
use crate::reading::error::{Code, Error, Result};
use crate::reading::json::{Member, write_string};

/// How the meters' server of old spelled its times, and the default of `tsv`.
pub const TSV_TIME: &str = "%Y.%m.%d %H:%M:%S%.f";

/// Why no line of an input can be used.
const NO_HEADER: &str = "the first line named no columns: --columns names them";

/// A spelling of records.
#[derive(Clone, Debug)]
pub enum Dialect {
    /// A record is a record, but for these words, which stand for nothing.
    Ndjson(Nulls),
    /// Values in columns.
    Columns(Box<Table>),
    /// `measurement,tag=x field=1,other=2 1714227835000000000`.
    Influx(Times),
    /// `$WIMWV,214.8,R,0.1,K,A*28`.
    Nmea,
    /// A bare value: `21.5 °C`.
    Bare(Numbers, Nulls),
    /// Text: `{"line":"…"}`.
    Raw,
}

/// What the lines of one input have said so far.
#[derive(Clone, Debug, Default)]
pub enum Header {
    /// The first line is still to come.
    #[default]
    Expected,
    /// A title came; the line with the names is still to come.
    Titled,
    /// The first line has said what the others are.
    Known(Known),
    /// The first line named nothing that could be used, and so no other can be.
    Unusable,
}

/// See [`Header::Known`].
#[derive(Clone, Debug)]
pub struct Known(Head);

impl Header {
    /// A line was lost before it could be read. If it was the first one, nobody knows the names of the columns.
    pub fn lose(&mut self) {
        if let Header::Expected | Header::Titled = self {
            *self = Header::Unusable;
        }
    }

    fn head(&self) -> Option<&Head> {
        match self {
            Header::Known(Known(head)) => Some(head),
            _ => None,
        }
    }
}

impl Dialect {
    /// Values between tabs, no quotes: the columns have these names.
    pub fn tsv(names: Names, times: Times) -> Dialect {
        Dialect::Columns(Box::new(Table::tabs(names, times)))
    }

    /// Values between commas, as RFC 4180 has them: of these columns, or of those that the first line names.
    pub fn csv(names: Option<Names>, times: Times) -> Dialect {
        Dialect::Columns(Box::new(Table::commas(names, times)))
    }

    /// Writes the record that a line (without its line break) spells, without a line break, and where its members are, if that
    /// is known: else there are none. False: it spells none (a header, a comment). On an error a part of one may be written.
    ///
    /// # Errors
    ///
    /// `Data`, with the codes `json`, `utf8`, `columns`, `time`, `influx`. [`Dialect::Ndjson`] without words is not checked here.
    pub fn record(
        &self,
        line: &[u8],
        header: &mut Header,
        to: &mut Vec<u8>,
        members: &mut Vec<Member>,
    ) -> Result<bool> {
        to.clear();
        members.clear();
        match self {
            Dialect::Ndjson(nulls) if nulls.is_empty() => {
                to.extend_from_slice(line);
                return Ok(true);
            }
            Dialect::Ndjson(nulls) => return json::record(line, nulls, to).map(|()| true),
            _ => {}
        }
        let text = str::from_utf8(line).map_err(|e| {
            header.lose();
            Error::data(Code::Utf8, format!("not UTF-8 at byte {}", e.valid_up_to() + 1))
        })?;
        match self {
            Dialect::Ndjson(_) => {}
            Dialect::Raw => {
                to.extend_from_slice(b"{\"line\":");
                write_string(text, to);
                to.push(b'}');
            }
            Dialect::Columns(table) => return columns(table, text, header, to, members),
            Dialect::Influx(times) => return influx::record(text, times, to),
            Dialect::Nmea => return nmea::record(text, to),
            Dialect::Bare(numbers, nulls) => return Ok(bare::record(text, numbers, nulls, to)),
        }
        Ok(true)
    }

    /// Whether a record goes on in the next line, because a quote is open at the end of this one. `open`: one is open
    /// at its beginning.
    pub fn stays_open(&self, header: &Header, line: &[u8], open: bool) -> bool {
        match self {
            Dialect::Columns(table) => table.stays_open(header.head(), line, open),
            Dialect::Influx(_) => influx::stays_open(line, open),
            _ => false,
        }
    }

    /// A quote in a line is where none may be, or not closed.
    pub(crate) fn is_misquoted(&self, header: &Header, line: &[u8]) -> bool {
        match self {
            Dialect::Columns(table) => str::from_utf8(line).is_ok_and(|line| table.is_misquoted(header.head(), line)),
            _ => false,
        }
    }

    /// A carriage return alone may end its lines: files of old. In the others it is a byte of a text.
    pub(crate) fn may_end_at_return(&self) -> bool {
        matches!(self, Dialect::Columns(_) | Dialect::Nmea | Dialect::Bare(..) | Dialect::Raw)
    }

    /// What is around values that may have line breaks in them, and what stands before it, where that was said.
    pub(crate) fn quote(&self) -> Option<(u8, Option<u8>)> {
        match self {
            Dialect::Columns(table) => Some((table.quote? as u8, table.separator.map(|separator| separator as u8))),
            _ => None,
        }
    }

    /// What is to be said of the time of a record that was read since the last call, if a number gave one that is in doubt.
    pub fn doubt(&self) -> Option<String> {
        match self {
            Dialect::Influx(times) => times.spelling.unit.doubt(times.doubtful.take()?),
            Dialect::Columns(table) => {
                let times = table.times.as_ref()?;
                times.spelling.unit.doubt(times.doubtful.take()?)
            }
            _ => None,
        }
    }

    /// The columns that a CSV input has named, if they lack the time.
    pub fn lacks_time<'h>(&self, header: &'h Header) -> Option<&'h Names> {
        match (self, header) {
            (Dialect::Columns(table), Header::Known(Known(head))) if table.names.is_none() => {
                let field = &table.times.as_ref()?.field;
                Some(&*head.names).filter(|names| !names.has(field))
            }
            _ => None,
        }
    }
}

/// The names of the columns that a text begins with; `None`: it is empty.
pub(crate) fn header(table: &Table, text: &[u8]) -> Result<Option<Names>> {
    table.names_of(text)
}

fn columns(
    table: &Table,
    line: &str,
    header: &mut Header,
    to: &mut Vec<u8>,
    members: &mut Vec<Member>,
) -> Result<bool> {
    if table.is_comment(line, header.head()) {
        return Ok(false);
    }
    let titled = match header {
        Header::Known(Known(head)) => return table.record(line, head, to, members),
        Header::Unusable if table.is_named_by_line() => return Err(Error::data(Code::Columns, NO_HEADER)),
        Header::Expected if table.is_title(line) => {
            *header = Header::Titled;
            return Ok(false);
        }
        Header::Expected | Header::Unusable => false,
        Header::Titled => true,
    };
    header.lose();
    let (mut head, is_header) = table.begin(line, titled)?;
    let is_record = if is_header { Ok(false) } else { table.record(line, &mut head, to, members) };
    *header = Header::Known(Known(head));
    is_record
}

#[cfg(test)]
mod tests;
