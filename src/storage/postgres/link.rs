//! A connection that comes back: opened when it is needed, given up when it is lost, and the transaction on it.

use super::fault;
use super::server::Server;
use super::timescale::ANY_CHUNK;
use crate::host::diag;
use crate::host::options::RetryArgs;
use crate::net::backoff::Backoff;
use crate::reading::error::{Code, Error, Result};
use crate::storage::settings::Sync;
use std::time::Instant;

/// A connection, if there is one now.
pub(super) struct Link {
    pub(super) target: String,
    server: Option<Server>,
    connected: Instant,
    /// There was a connection before.
    was_up: bool,
    backoff: Backoff,
    sync: Sync,
    /// A transaction is open.
    open: bool,
}

impl Link {
    pub(super) fn new(target: &str, retry: &RetryArgs, sync: Sync) -> Link {
        Link {
            target: target.to_owned(),
            server: None,
            connected: Instant::now(),
            was_up: false,
            backoff: Backoff::new(retry),
            sync,
            open: false,
        }
    }

    /// There is a connection, as far as is known.
    pub(super) fn is_up(&self) -> bool {
        self.server.as_ref().is_some_and(|server| !server.is_closed())
    }

    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Connects, one attempt; tells it where it is not the first time.
    pub(super) fn connect(&mut self) -> Result<()> {
        self.give_up();
        self.server = Some(Server::connect(&self.target)?);
        self.connected = Instant::now();
        if std::mem::replace(&mut self.was_up, true) {
            let name = self.server()?.name();
            diag::info(Code::Reconnected, format_args!("connected to {name} again"));
        }
        Ok(())
    }

    /// The next attempt is on a new connection.
    pub(super) fn give_up(&mut self) {
        self.server = None;
        self.open = false;
    }

    pub(super) fn server(&mut self) -> Result<&mut Server> {
        // It may have been lost just now.
        self.server.as_mut().ok_or_else(|| fault::unreachable("ask PostgreSQL", "the connection is lost"))
    }

    /// Opens a transaction if none is.
    pub(super) fn begin(&mut self) -> Result<&mut Server> {
        if !self.open {
            let sync = match self.sync {
                // A stronger setting stays.
                Sync::Full => {
                    "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'"
                }
                Sync::Normal => "SET LOCAL synchronous_commit = off",
            };
            let sql = format!("BEGIN ISOLATION LEVEL READ COMMITTED; {sync}; {ANY_CHUNK}");
            self.server()?.run("begin to write to", &sql)?;
            self.open = true;
        }
        self.server()
    }

    pub(super) fn commit(&mut self) -> Result<()> {
        self.server()?.run("commit to", "COMMIT")?;
        self.open = false;
        Ok(())
    }

    /// Undoes the transaction that is open.
    pub(super) fn undo(&mut self) {
        if std::mem::take(&mut self.open) && self.server().and_then(|server| server.run("undo in", "ROLLBACK")).is_err()
        {
            self.server = None;
        }
    }

    /// After a fault that may pass: tells it, waits. The fault itself: no more attempts.
    pub(super) fn wait(&mut self, why: Error) -> Result<()> {
        self.backoff.lasted(self.connected.elapsed());
        let pause = self.backoff.again(why)?;
        std::thread::sleep(pause);
        self.connected = Instant::now();
        Ok(())
    }
}
