//! COPY into a table: rows go to the server while the next ones are made.

use super::server::Server;
use crate::reading::error::{Error, Result};
use bytes::Bytes;
use futures_util::SinkExt as _;
use std::pin::Pin;
use tokio_postgres::CopyInSink;

/// This many bytes are sent at once: as many as a socket takes without waiting for it often.
pub(super) const SLICE_BYTES: usize = 128 << 10;

/// A COPY that has begun. Dropped before its end it is undone.
pub(super) struct Copying {
    sink: Pin<Box<CopyInSink<Bytes>>>,
}

impl Copying {
    /// `sql`: COPY … FROM STDIN, in the transaction that is open.
    pub(super) fn begin(server: &Server, sql: &str) -> Result<Copying> {
        let sink = server.block_on(server.client().copy_in(sql)).map_err(|e| fault(server, e))?;
        Ok(Copying { sink: Box::pin(sink) })
    }

    /// Sends what is there, and leaves the buffer empty.
    pub(super) fn send(&mut self, server: &Server, rows: &mut Vec<u8>) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let slice = Bytes::from(std::mem::replace(rows, Vec::with_capacity(SLICE_BYTES + SLICE_BYTES / 8)));
        server.block_on(self.sink.send(slice)).map_err(|e| fault(server, e))
    }

    /// Waits until the server has all rows, and gives how many.
    pub(super) fn finish(mut self, server: &Server) -> Result<u64> {
        server.block_on(self.sink.as_mut().finish()).map_err(|e| fault(server, e))
    }
}

fn fault(server: &Server, error: tokio_postgres::Error) -> Error {
    server.fault("write to", error)
}
