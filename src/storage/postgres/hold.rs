//! A name that one process holds at a time, also behind a pooler in transaction mode: an advisory lock of a transaction
//! that stays open, on a connection of its own. It is let go when the connection ends, however that happens.

use super::server::Server;
use crate::reading::error::Result;
use std::time::Duration;
use tokio_postgres::types::Type;

/// Who was killed a moment ago has it until the server finds out: so often, after so long, it is asked for again.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(100);

/// A name that is held.
pub(super) struct Hold {
    server: Server,
}

impl Hold {
    /// Takes a name; `None`: another process has it.
    pub(super) fn take(target: &str, name: &str) -> Result<Option<Hold>> {
        let server = Server::connect(target)?;
        server.run("hold a lock in", "BEGIN")?;
        let sql = "SELECT pg_try_advisory_xact_lock(hashtextextended('kymo ' || current_schema || ' ' || $1, 0))";
        for _ in 0..TRIES {
            let rows = server.query("hold a lock in", sql, &[(&name, Type::TEXT)])?;
            if rows.first().is_some_and(|row| row.get(0)) {
                // However long it is open: of the settings that would end it those can be set that the server knows, as
                // one is newer than the other. And what was asked last keeps its snapshot until something is asked in
                // the simple way; with it no vacuum could clean up what is deleted from here on.
                let sql = "SELECT set_config(name, '0', true) FROM pg_settings
                    WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')";
                server.run("hold a lock in", sql)?;
                return Ok(Some(Hold { server }));
            }
            std::thread::sleep(PAUSE);
        }
        Ok(None)
    }

    /// The connection that holds it is still there, as far as is known.
    pub(super) fn is_held(&self) -> bool {
        !self.server.is_closed()
    }
}
