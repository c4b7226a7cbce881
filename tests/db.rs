//! `db`: each of its commands, and each engine.

mod backup;
mod check;
mod import;
mod info;
mod init;
mod kept;
mod killed;
mod moving;

use crate::databases::{Database, Engine};
use serde_json::Value;

/// What a command of `db` prints as one JSON object.
fn object(db: &Database, words: &str) -> Value {
    let out = db.kymo(&format!("db {words}")).ok();
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{words}: {e}: {out}"))
}

/// What `db info` tells.
fn info(db: &Database) -> Value {
    object(db, &format!("info {} --json", target(db)))
}

/// What it is called in whatever folder.
fn target(db: &Database) -> String {
    match db.engine {
        Engine::Sqlite => db.path(db.target()).to_str().expect("a path").to_owned(),
        Engine::Postgres => db.target().to_owned(),
    }
}

/// The engines that can be tried here.
fn engines() -> impl Iterator<Item = Engine> {
    [Engine::Sqlite, Engine::Postgres].into_iter().filter(|engine| engine.is_here())
}

/// What `query` writes, to the byte.
fn bytes(db: &Database, flags: &str) -> String {
    db.kymo(&format!("query {} {flags}", db.target())).ok()
}

/// Behind a source that acknowledges: gaps are filled, and rejects and states go into the database.
fn run_from_queue(db: &Database, name: &str, records: &str) {
    db.kymo("queue put q.db").stdin(records).ok();
    let pipeline = format!("queue take q.db --drain | gapfill --every 1s --max-gap 1m | store {}", db.target());
    let ended = db.kymo(&format!("run --name {name} {}", shell_words::quote(&pipeline))).end();
    ended.assert(ended.output.status.code().is_some_and(|code| code < 2), "an end");
}
