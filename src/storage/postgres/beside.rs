//! What is kept beside records, in one transaction with them: what the filters of a pipeline remember, and rejects.
//!
//! One process at a time owns a pipeline's state: it holds the name, and each owner has a number of its own, so that one
//! whose connection was lost for a while cannot write over what the next owner has kept.

use super::hold::Hold;
use super::server::Server;
use crate::flow::reject::lasting;
use crate::flow::stage::States;
use crate::reading::error::{Code, Error, Result};
use tokio_postgres::types::{ToSql, Type as Sql};

/// What was kept last of a pipeline that is this process's alone.
#[derive(Default)]
pub(super) struct Beside {
    kept: States,
    hold: Option<Hold>,
    /// The owner's number.
    generation: i64,
}

impl Beside {
    /// What the last commit of this pipeline kept. From here on it is this process's alone; else `Busy`.
    pub(super) fn states(&mut self, target: &str, server: &mut Server, pipeline: &str) -> Result<States> {
        self.hold = Some(hold(target, server.name(), pipeline)?);
        let sql = "INSERT INTO kymo_owners VALUES ($1, 1)
            ON CONFLICT (pipeline) DO UPDATE SET generation = kymo_owners.generation + 1 RETURNING generation";
        let rows = server.query("own the state in", sql, &[(&pipeline, Sql::TEXT)])?;
        self.generation = rows.first().map_or(0, |row| row.get(0));
        let sql = "SELECT stage, state FROM kymo_state WHERE pipeline = $1";
        let rows = server.query("read the state in", sql, &[(&pipeline, Sql::TEXT)])?;
        let stages = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        self.kept = States { pipeline: pipeline.to_owned(), stages };
        Ok(self.kept.clone())
    }

    /// There is something in these states that is not kept yet.
    pub(super) fn is_news(&self, states: &States) -> bool {
        !states.stages.is_empty() && *states != self.kept
    }

    /// Writes them, in the transaction that is open. `Busy`: another process has taken the pipeline over.
    pub(super) fn write(&mut self, target: &str, server: &Server, states: &States) -> Result<()> {
        if !self.hold.as_ref().is_some_and(Hold::is_held) {
            self.hold = None;
            self.hold = Some(hold(target, server.name(), &states.pipeline)?);
        }
        let verb = "keep the state in";
        let pipeline: (&(dyn ToSql + Sync), Sql) = (&states.pipeline, Sql::TEXT);
        let own = "UPDATE kymo_owners SET generation = generation WHERE pipeline = $1 AND generation = $2";
        if server.execute(verb, own, &[pipeline.clone(), (&self.generation, Sql::INT8)])? == 0 {
            return Err(busy(server.name(), &states.pipeline));
        }
        server.execute(verb, "DELETE FROM kymo_state WHERE pipeline = $1", std::slice::from_ref(&pipeline))?;
        for (stage, state) in &states.stages {
            let params: [(&(dyn ToSql + Sync), Sql); 3] = [pipeline.clone(), (stage, Sql::TEXT), (state, Sql::BYTEA)];
            server.execute(verb, "INSERT INTO kymo_state VALUES ($1, $2, $3)", &params)?;
        }
        Ok(())
    }

    /// They are permanent.
    pub(super) fn written(&mut self, states: &States) {
        self.kept = states.clone();
    }
}

fn hold(target: &str, name: &str, pipeline: &str) -> Result<Hold> {
    Hold::take(target, &format!("pipeline {pipeline}"))?.ok_or_else(|| busy(name, pipeline))
}

fn busy(name: &str, pipeline: &str) -> Error {
    Error::new(Code::Busy, format!("pipeline {pipeline} of {name} runs in another process"))
}

/// Keeps rejects (NDJSON lines), in the transaction that is open; each once.
pub(super) fn keep_rejects(server: &Server, rejects: &[u8]) -> Result<()> {
    for line in rejects.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
        keep_reject(server, None, &String::from_utf8_lossy(&lasting(line)))?;
    }
    Ok(())
}

/// Keeps a reject that came at a time (ns) or now, in the transaction that is open; false: it is there already.
pub(super) fn keep_reject(server: &Server, received: Option<i64>, line: &str) -> Result<bool> {
    let sql = "INSERT INTO kymo_rejects (received, stage, reason, raw, reject)
        SELECT coalesce(timestamptz 'epoch' + $3 * interval '1 microsecond', now()), r->>'stage', r->>'reason', $2, $1
        FROM (SELECT $1::json) AS new(r) ON CONFLICT DO NOTHING";
    let reject: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    let text = |name: &str| reject.get(name).and_then(|v| v.as_str());
    // A text column keeps no NUL; the reject itself has it escaped.
    let raw = text("raw").or_else(|| text("raw_base64")).map(|raw| raw.replace('\0', "\u{fffd}"));
    let received = received.map(|ns| ns.div_euclid(1000));
    let params: [(&(dyn ToSql + Sync), Sql); 3] = [(&line, Sql::TEXT), (&raw, Sql::TEXT), (&received, Sql::INT8)];
    server.execute("write rejects to", sql, &params).map(|rows| rows > 0)
}
