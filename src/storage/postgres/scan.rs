//! The way through a table: the statement for one page after another.

use super::cells::{Part, series_named};
use super::page::{Asked, Page, Statement};
use super::server::Server;
use super::table::{Table, first, newest};
use super::timescale;
use crate::reading::error::{Error, Result};
use crate::storage::engine::Query;

/// Rows a page.
const PAGE: u64 = 10_000;

/// Rows a page of a table with compressed chunks: for one page it unpacks 1,000 rows of each series at least.
const COMPRESSED_PAGE: u64 = 50_000;

/// At most this many series that one name could mean are looked for: a name with commas can be split in many ways.
const MOST_SERIES: usize = 100;

/// The statement for one page after another.
pub(super) struct Scan<'t> {
    table: &'t Table,
    since: Option<Part>,
    until: Option<Part>,
    /// Only these, if there is a choice.
    series: Option<Vec<Vec<Part>>>,
    /// The key of the last row that was taken.
    after: Vec<Part>,
    /// How many more are wanted.
    left: u64,
    /// How many were asked for last.
    asked: u64,
    /// Of a table with compressed chunks.
    window: Option<Window>,
}

/// A span of time, in the unit of the column. A compressed chunk is ordered only within a series, so that a page without an
/// end unpacks all that is left of it; a page that ends with the window unpacks no more than what the window touches.
struct Window {
    length: i64,
    /// It becomes no shorter than this.
    least: i64,
    /// The time of the newest record, when the reading began.
    newest: i64,
    /// Where the page that was asked for ends. `None`: with the last record.
    end: Option<i64>,
}

impl<'t> Scan<'t> {
    /// `None`: nothing can be there.
    pub(super) fn new(server: &Server, table: &'t Table, query: &Query) -> Result<Option<Scan<'t>>> {
        let limit = |ns| Part::not_before(ns, table.precision);
        let mut since = query.since;
        if let Some(last) = query.last {
            let Some(newest) = newest(server, table)? else { return Ok(None) };
            since = since.max(Some(newest.saturating_sub(last)));
        }
        let series = query.series.as_ref().map(|words| series_named(words, table.key.len() - 1));
        match series.as_ref().map(Vec::len) {
            Some(0) => return Ok(None),
            Some(many) if many > MOST_SERIES => {
                return Err(Error::usage(format!("{many} series could have this name: it has too many commas")));
            }
            _ => {}
        }
        let window = if table.has_key { Window::of(server, table, &query.table)? } else { None };
        if window.is_some() && since.is_none() {
            since = first(server, table)?;
        }
        Ok(Some(Scan {
            table,
            since: since.map(limit),
            until: query.until.map(limit),
            series,
            after: Vec::new(),
            left: query.limit.unwrap_or(u64::MAX),
            asked: 0,
            window,
        }))
    }

    /// Asks for the page that comes now; `None`: no more are wanted.
    pub(super) fn ask(&mut self, server: &Server) -> Option<Asked> {
        // Without a key there is no place to go on from: all is one page.
        self.asked = match &self.window {
            _ if !self.table.has_key => self.left,
            Some(_) => self.left.min(COMPRESSED_PAGE),
            None => self.left.min(PAGE),
        };
        self.left -= self.asked;
        let begin = self.begin();
        if let (Some(window), Some(begin)) = (&mut self.window, begin) {
            window.open(begin, self.until.as_ref().map(Part::time));
        }
        (self.asked > 0).then(|| self.statement(self.asked).ask(server))
    }

    /// Asks for the page after one that is there as a whole; `None`: it was the last, or no more are wanted.
    pub(super) fn ask_after(&mut self, server: &Server, page: &Page) -> Result<Option<Asked>> {
        let count = page.count();
        if count == self.asked {
            let (begin, key) = (self.begin(), page.last_key(server)?);
            if let (Some(window), Some(begin), Some(last)) = (&mut self.window, begin, key.first()) {
                window.shrink(last.time().saturating_sub(begin));
            }
            self.after = key;
            return Ok(self.ask(server));
        }
        let Some((window, end)) = self.window.as_mut().and_then(|window| window.end.map(|end| (window, end))) else {
            return Ok(None);
        };
        window.grow(count, self.asked);
        self.left = self.left.saturating_add(self.asked - count);
        self.after.clear();
        self.since = Some(Part::Time(end));
        Ok(self.ask(server))
    }

    /// The earliest time that the next page can have, in the unit of the column.
    fn begin(&self) -> Option<i64> {
        self.after.first().or(self.since.as_ref()).map(Part::time)
    }

    /// The next rows: of each series by its own way through the index.
    fn statement(&self, rows: u64) -> Statement {
        let Table { name, selected, key, .. } = self.table;
        let (list, order) = (selected.list(), key.join(", "));
        let mut parts = Vec::new();
        let mut mark = |part: &Part| {
            parts.push(part.clone());
            format!("${}", parts.len())
        };
        let mut conditions: Vec<String> = Vec::new();
        let end = self.window.as_ref().and_then(|window| window.end).map(Part::Time);
        conditions.extend(end.iter().chain(&self.until).take(1).map(|end| format!("{} < {}", key[0], mark(end))));
        if self.after.is_empty() {
            conditions.extend(self.since.iter().map(|since| format!("{} >= {}", key[0], mark(since))));
        } else {
            let after: Vec<String> = self.after.iter().map(&mut mark).collect();
            // The time alone says which chunks of a hypertable cannot have it; a whole key does not.
            conditions.push(format!("{} >= {}", key[0], after[0]));
            conditions.push(format!("({order}) > ({})", after.join(", ")));
        }
        let end = i64::try_from(rows).map_or_else(|_| String::new(), |rows| format!(" LIMIT {rows}"));
        let mut select = |series: &[Part]| {
            let is = series.iter().zip(&key[1..]).map(|(part, name)| format!("{name} = {}", mark(part)));
            let all: Vec<String> = conditions.iter().cloned().chain(is).collect();
            let condition = if all.is_empty() { String::new() } else { format!(" WHERE {}", all.join(" AND ")) };
            format!("SELECT {list} FROM {name}{condition} ORDER BY {order}{end}")
        };
        let sql = match self.series.as_deref() {
            None => select(&[]),
            Some([only]) => select(only),
            Some(several) => {
                let all: Vec<String> = several.iter().map(|series| format!("({})", select(series))).collect();
                format!("{} ORDER BY {order}{end}", all.join(" UNION ALL "))
            }
        };
        self.table.statement(sql, parts)
    }
}

impl Window {
    fn of(server: &Server, table: &Table, name: &str) -> Result<Option<Window>> {
        let Some(chunk) = timescale::compressed_chunk(server, name, table.precision)? else { return Ok(None) };
        let Some(newest) = newest(server, table)? else { return Ok(None) };
        let length = Part::not_before(chunk, table.precision).time() - Part::not_before(0, table.precision).time();
        let newest = Part::not_before(newest, table.precision).time();
        Ok(Some(Window { length: (length >> 10).max(1), least: (length >> 20).max(1), newest, end: None }))
    }

    /// Sets where the page that begins at this time ends.
    fn open(&mut self, begin: i64, until: Option<i64>) {
        let end = begin.checked_add(self.length).filter(|end| *end <= self.newest);
        self.end = end.filter(|end| until.is_none_or(|until| *end < until));
    }

    /// After a page that was full: so long was the time that it had.
    fn shrink(&mut self, length: i64) {
        self.length = length.max(self.length / 8).max(self.least).min(self.length);
    }

    /// After a page that was not full.
    fn grow(&mut self, count: u64, asked: u64) {
        let times = match count {
            _ if count < asked / 16 => 8,
            _ if count < asked / 2 => 2,
            _ => 1,
        };
        self.length = self.length.saturating_mul(times);
    }
}
