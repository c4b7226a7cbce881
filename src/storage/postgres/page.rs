//! A page: the records that one statement selects. It is asked for ahead, and taken and made into lines by the thread
//! that serves the socket, while those of the page before are given.

use super::cells::{Part, Selected};
use super::server::Server;
use crate::reading::error::{Code, Error, Result};
use crate::storage::settings::Precision;
use futures_util::TryStreamExt as _;
use std::pin::Pin;
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Row, RowStream};

/// Of a page whose records are larger than this, bytes, the first are given before the last are there.
const HELD: usize = 2 << 20;

/// A statement, with its parameters, and what its rows are.
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) parts: Vec<Part>,
    pub(super) precision: Precision,
    pub(super) selected: Arc<Selected>,
}

/// A page that is on its way. Dropped, it is no longer waited for.
pub(super) struct Asked(JoinHandle<Result<Page, tokio_postgres::Error>>);

/// Records that are there and not given yet.
pub(super) struct Page {
    statement: Statement,
    rows: Pin<Box<RowStream>>,
    /// There may be more than is held.
    is_open: bool,
    bytes: Vec<u8>,
    /// Where each record ends.
    ends: Vec<usize>,
    last: Option<Row>,
    /// How many rows were taken.
    count: u64,
}

impl Statement {
    pub(super) fn ask(self, server: &Server) -> Asked {
        Asked(server.spawn(|client| self.start(client)))
    }

    async fn start(self, client: Arc<Client>) -> Result<Page, tokio_postgres::Error> {
        let params = self.parts.iter().map(|part| part.param(self.precision));
        let rows = Box::pin(client.query_typed_raw(&self.sql, params).await?);
        let (bytes, ends) = (Vec::with_capacity(HELD), Vec::new());
        let mut page = Page { statement: self, rows, is_open: true, bytes, ends, last: None, count: 0 };
        page.fill().await?;
        Ok(page)
    }
}

impl Asked {
    /// Waits until it is there, or as much of it as is held.
    pub(super) fn wait(mut self, server: &Server) -> Result<Page> {
        let page = server.block_on(&mut self.0);
        page.map_err(|e| Error::new(Code::Bug, "read a page").because(e))?.map_err(|e| server.fault("read", e))
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Page {
    async fn fill(&mut self) -> Result<(), tokio_postgres::Error> {
        self.bytes.clear();
        self.bytes.shrink_to(HELD);
        self.ends.clear();
        while self.is_open && self.bytes.len() < HELD {
            match self.rows.try_next().await? {
                Some(row) => {
                    self.statement.selected.write_row(&row, &mut self.bytes)?;
                    self.ends.push(self.bytes.len());
                    self.last = Some(row);
                    self.count += 1;
                }
                None => self.is_open = false,
            }
        }
        Ok(())
    }

    /// Takes the next records, when those that were held are given.
    pub(super) fn next(&mut self, server: &Server) -> Result<()> {
        server.block_on(self.fill()).map_err(|e| server.fault("read", e))
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// How many rows were taken.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The key of the last row.
    pub(super) fn last_key(&self, server: &Server) -> Result<Vec<Part>> {
        let key = self.last.as_ref().map(|row| self.statement.selected.key(row)).transpose();
        key.map(Option::unwrap_or_default).map_err(|e| server.fault("read", e))
    }

    /// The records that are held.
    pub(super) fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.bytes[start..end])
    }
}
