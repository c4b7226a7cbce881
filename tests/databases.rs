//! One list of cases, several engines: what is said of a database in records, counts and exit codes holds for each:
//! [`on_each_engine`] lists them. Where they differ on purpose a case says so, with [`Engine::either`].

use crate::harness::{PATIENCE, Work};
use crate::postgres::server::{self, USER};
use serde_json::Value;
use std::fmt::Write as _;
use std::ops::Deref;
use std::path::Path;
use tokio::runtime::Runtime;
use tokio_postgres::{NoTls, SimpleQueryMessage};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// Makes of each case, a function of the engine, a test for each engine.
macro_rules! on_each_engine {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $case() {
                super::$case(crate::databases::Engine::Sqlite);
            })*
        }

        mod postgres {
            $(#[test]
            fn $case() {
                if crate::databases::Engine::Postgres.is_here() {
                    super::$case(crate::databases::Engine::Postgres);
                }
            })*
        }
    };
}

pub(crate) use on_each_engine;

impl Engine {
    /// It can be tried on this machine; else that is told.
    pub(crate) fn is_here(self) -> bool {
        self == Engine::Sqlite || server::is_here()
    }

    /// A new database, with a folder of its own.
    pub(crate) fn database(self) -> Database {
        let work = Work::new();
        match self {
            Engine::Sqlite => Database { engine: self, work, target: "readings.db".to_owned(), server: None },
            Engine::Postgres => {
                let server = server::Database::new().expect("it was here");
                Database { engine: self, work, target: server.url(), server: Some(server) }
            }
        }
    }

    /// What holds for the one, and what for the other.
    pub(crate) fn either<T>(self, sqlite: T, postgres: T) -> T {
        match self {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        }
    }
}

/// The database of a test, and its folder.
pub(crate) struct Database {
    pub(crate) engine: Engine,
    work: Work,
    target: String,
    server: Option<server::Database>,
}

impl Deref for Database {
    type Target = Work;

    fn deref(&self) -> &Work {
        &self.work
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(own) = self.server.take().filter(|_| !std::thread::panicking()) {
            own.server.sql("postgres", &format!("DROP DATABASE {} WITH (FORCE)", own.name));
        }
    }
}

impl Database {
    /// An SQLite file, for what is said of it alone.
    pub(crate) fn sqlite() -> Database {
        Engine::Sqlite.database()
    }

    /// What it is called on a command line.
    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    /// Another name of it.
    pub(crate) fn other_name(&self) -> String {
        match &self.server {
            None => {
                std::os::unix::fs::symlink(&self.target, self.path("link.db")).expect("a link");
                "link.db".to_owned()
            }
            Some(own) => format!("'host=127.0.0.1 port={} dbname={} user={USER}'", own.server.port, own.name),
        }
    }

    /// The name of one that is not there.
    pub(crate) fn nowhere(&self) -> String {
        match &self.server {
            None => "no.db".to_owned(),
            Some(own) => own.server.url("nowhere"),
        }
    }

    /// What its readings take on the disk.
    pub(crate) fn bytes(&self) -> u64 {
        match &self.server {
            None => std::fs::metadata(self.path(&self.target)).expect("a file").len(),
            Some(_) => {
                let sql = "SELECT sum(pg_total_relation_size(quote_ident(table_name))) FROM kymo_tables";
                self.number(sql).unsigned_abs()
            }
        }
    }

    /// Stores records and gives the counts that `--summary` tells.
    pub(crate) fn store(&self, flags: &str, records: impl AsRef<[u8]>) -> Value {
        let ended = self.kymo(&format!("store {} {flags} --summary", self.target)).stdin(records).end();
        let counts = ended.stderr().lines().last().and_then(|line| serde_json::from_str::<Value>(line).ok());
        ended.assert(counts.is_some(), "a summary");
        counts.expect("a summary")
    }

    /// What is stored.
    pub(crate) fn query(&self, flags: &str) -> Vec<Value> {
        let out = self.kymo(&format!("query {} {flags}", self.target)).ok();
        out.lines().map(|line| serde_json::from_str(line).expect("a record")).collect()
    }

    /// An open connection of somebody else.
    pub(crate) fn other(&self) -> Other {
        match &self.server {
            None => {
                let db = rusqlite::Connection::open(self.path(&self.target)).expect("a database");
                db.busy_timeout(PATIENCE).expect("patience");
                Other::Sqlite(db)
            }
            Some(own) => Other::connect(&own.url()),
        }
    }

    /// The number that a query of somebody else gives.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.other().number(sql)
    }

    /// A statement of somebody else, which must go well.
    pub(crate) fn execute(&self, sql: &str) {
        self.other().execute(sql).expect(sql);
    }

    /// Whatever happened to it, the file is sound; a server sees to that itself.
    pub(crate) fn is_intact(&self) {
        if self.engine == Engine::Sqlite {
            assert_eq!(self.other().texts("PRAGMA integrity_check"), ["ok"]);
        }
    }
}

/// A connection beside kymo's.
pub(crate) enum Other {
    Sqlite(rusqlite::Connection),
    Postgres(tokio_postgres::Client, Runtime),
}

impl Other {
    /// A connection to a PostgreSQL.
    pub(crate) fn connect(url: &str) -> Other {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a thread");
        let connected = runtime.block_on(tokio_postgres::connect(url, NoTls));
        let (client, connection) = connected.expect("a connection");
        runtime.spawn(connection);
        Other::Postgres(client, runtime)
    }

    /// Statements of any kind; what they give is dropped.
    pub(crate) fn execute(&self, sql: &str) -> Result<(), String> {
        match self {
            Other::Sqlite(db) => db.execute_batch(sql).map_err(|e| e.to_string()),
            Other::Postgres(client, runtime) => runtime.block_on(client.batch_execute(sql)).map_err(|e| e.to_string()),
        }
    }

    /// The first column of each row, as text.
    pub(crate) fn texts(&self, sql: &str) -> Vec<String> {
        match self {
            Other::Sqlite(db) => {
                let mut statement = db.prepare(sql).expect(sql);
                let text = |row: &rusqlite::Row<'_>| {
                    Ok(match row.get_ref(0)? {
                        rusqlite::types::ValueRef::Integer(n) => n.to_string(),
                        value => value.as_str()?.to_owned(),
                    })
                };
                let rows = statement.query_map([], text).expect(sql);
                rows.collect::<rusqlite::Result<_>>().expect(sql)
            }
            Other::Postgres(client, runtime) => {
                let told = runtime.block_on(client.simple_query(sql)).expect(sql);
                let text = |message: &SimpleQueryMessage| match message {
                    SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                    _ => None,
                };
                told.iter().filter_map(text).collect()
            }
        }
    }

    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.texts(sql).first().and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("{sql}: no number"))
    }
}

/// The first column of each row that a query of somebody else gives, from an SQLite file.
pub(crate) fn texts(file: &Path, sql: &str) -> Vec<String> {
    let db = rusqlite::Connection::open(file).expect("a database");
    db.busy_timeout(PATIENCE).expect("patience");
    Other::Sqlite(db).texts(sql)
}

/// A record a second of two series.
pub(crate) fn readings(count: u32) -> String {
    let mut text = String::new();
    for n in 0..count {
        let device = if n % 2 == 0 { "a" } else { "b" };
        writeln!(text, r#"{{"time":{},"device":"{device}","value":{}.5}}"#, 1_700_000_000 + n / 2, n % 250)
            .expect("a line");
    }
    text
}
