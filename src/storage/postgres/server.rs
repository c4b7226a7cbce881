//! `Server` is one open connection to PostgreSQL, and speaks in plain calls. Nobody outside of here
//! sees that the library beneath is asynchronous.
//!
//! Decision: one worker thread serves the socket, so that the server is fed while our threads encode. Nothing but unnamed
//! statements is used, and no setting of a session: behind a pooler in transaction mode each transaction may be with
//! another backend.

use super::settings::Settings;
use super::{connect, fault};
use crate::host::variables;
use crate::reading::error::{Error, Result};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};

/// There is such a database, with tables that kymo made.
pub(crate) fn exists(target: &str) -> Result<bool> {
    Server::connect(target)?.is_made()
}

/// An open connection, with its name for messages.
pub(super) struct Server {
    /// Before the worker, which ends when there is nobody to serve any more.
    client: Arc<Client>,
    worker: Worker,
    /// `host:port/database`.
    name: String,
}

/// Parameters of a statement, with their types.
pub(super) type Params<'a> = &'a [(&'a (dyn ToSql + Sync), Type)];

impl Server {
    /// Connects, one attempt a host. The target and the environment are read anew each time, so that a secret can be
    /// changed while kymo runs. `Usage`: the target says nothing that could be connected to, or no such database;
    /// `Unreachable`: nobody answers; `Refused`: who does will not have us.
    pub(super) fn connect(target: &str) -> Result<Server> {
        let settings = Settings::read(target, &|name| variables::get(name))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("postgres")
            .enable_all()
            .build()
            .map_err(|e| Error::io("start a thread for PostgreSQL", e))?;
        let mut worker = Worker { runtime: Some(runtime), connection: None, lost: Arc::default() };
        let opened = worker.block_on(connect::open(&settings))?;
        worker.serve(opened.connection);
        Ok(Server { client: Arc::new(opened.client), worker, name: opened.name })
    }

    /// `host:port/database`.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The library's client, for COPY.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Waits for an answer.
    pub(super) fn block_on<T>(&self, answer: impl Future<Output = T>) -> T {
        self.worker.block_on(answer)
    }

    /// Lets the thread that serves the socket do something beside.
    pub(super) fn spawn<F>(&self, what: impl FnOnce(Arc<Client>) -> F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.worker.spawn(what(Arc::clone(&self.client)))
    }

    /// Runs statements without parameters, as one transaction if they do not say otherwise. «`verb` NAME: its words».
    pub(super) fn run(&self, verb: &str, sql: &str) -> Result<()> {
        self.block_on(self.client.batch_execute(sql)).map_err(|e| self.fault(verb, e))
    }

    /// The rows that a statement gives: all of them are held.
    pub(super) fn query(&self, verb: &str, sql: &str, params: Params<'_>) -> Result<Vec<Row>> {
        self.block_on(self.client.query_typed(sql, params)).map_err(|e| self.fault(verb, e))
    }

    /// Runs a statement, and gives how many rows it touched.
    pub(super) fn execute(&self, verb: &str, sql: &str, params: Params<'_>) -> Result<u64> {
        self.block_on(self.client.execute_typed(sql, params)).map_err(|e| self.fault(verb, e))
    }

    /// What is wrong: «`verb` NAME: its words (SQLSTATE)».
    pub(super) fn fault(&self, verb: &str, error: tokio_postgres::Error) -> Error {
        let why = if error.is_closed() { self.worker.lost.get() } else { None };
        fault::of(format!("{verb} {}", self.name), why.unwrap_or(&error))
    }

    /// Nothing more can be asked: a new connection is needed.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }
}

/// The thread that serves the socket.
struct Worker {
    runtime: Option<Runtime>,
    connection: Option<JoinHandle<()>>,
    /// Why the connection ended. Who waits for an answer is only told that it did.
    lost: Arc<OnceLock<tokio_postgres::Error>>,
}

/// So long a server is waited for at the end, to be told that nobody comes any more.
const FAREWELL: Duration = Duration::from_secs(1);

impl Worker {
    fn serve(&mut self, mut connection: connect::Connection) {
        let lost = Arc::clone(&self.lost);
        let runtime = self.runtime.as_ref().expect("it is there until the end");
        self.connection = Some(runtime.spawn(async move {
            // Kept before the connection is dropped, which is what others are told of.
            if let Err(why) = (&mut connection).await {
                let _ = lost.set(why);
            }
        }));
    }

    fn spawn<F: Future<Output: Send> + Send + 'static>(&self, what: F) -> JoinHandle<F::Output> {
        self.runtime.as_ref().expect("it is there until the end").spawn(what)
    }

    fn block_on<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.as_ref().expect("it is there until the end").block_on(answer)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        if let Some(connection) = self.connection.take() {
            let _ = runtime.block_on(async { tokio::time::timeout(FAREWELL, connection).await });
        }
        // A name that is still looked up must not be waited for.
        runtime.shutdown_background();
    }
}
