//! What is kept beside records, in one transaction with them: what the filters of a pipeline remember, and rejects.

use super::file::{File, lock_path};
use crate::flow::pipeline;
use crate::flow::reject::lasting;
use crate::flow::stage::States;
use crate::host::lock::FileLock;
use crate::reading::error::{Code, Error, Result};
use crate::reading::time;
use rusqlite::params;

/// Endings of locks that are no pipeline's.
const RESERVED: [&str; 2] = ["trim", "take"];

/// What was kept last of a pipeline that is this process's alone.
#[derive(Default)]
pub(crate) struct Beside {
    kept: States,
    lock: Option<FileLock>,
}

impl Beside {
    /// What the last commit of this pipeline kept. From here on it is this process's alone; else `Busy`.
    pub(crate) fn states(&mut self, file: &File, pipeline: &str) -> Result<States> {
        let plain = pipeline.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        let name = match plain && !RESERVED.contains(&pipeline) {
            true => pipeline.to_owned(),
            false => pipeline::name_of(pipeline),
        };
        let lock = FileLock::try_exclusive(&lock_path(&file.path, &format!("{name}.lock")))?;
        let busy = || Error::new(Code::Busy, format!("pipeline {pipeline} of {} runs in another process", file.path));
        self.lock = Some(lock.ok_or_else(busy)?);
        let fault = |e| file.fault("read the state in", e);
        let sql = "SELECT stage, state FROM kymo_state WHERE pipeline = ?1";
        let mut rows = file.db.prepare_cached(sql).map_err(fault)?;
        let rows = rows.query_map([pipeline], |row| Ok((row.get(0)?, row.get(1)?))).map_err(fault)?;
        let stages = rows.collect::<rusqlite::Result<_>>().map_err(fault)?;
        self.kept = States { pipeline: pipeline.to_owned(), stages };
        Ok(self.kept.clone())
    }

    /// There is something in these states that is not kept yet.
    pub(crate) fn is_news(&self, states: &States) -> bool {
        !states.stages.is_empty() && *states != self.kept
    }

    /// Keeps them, in the transaction that is open.
    pub(crate) fn keep(&mut self, file: &File, states: &States) -> Result<()> {
        let fault = |e| file.fault("keep the state in", e);
        let forget = "DELETE FROM kymo_state WHERE pipeline = ?1";
        file.db.prepare_cached(forget).and_then(|mut s| s.execute([&states.pipeline])).map_err(fault)?;
        let keep = "INSERT INTO kymo_state (pipeline, stage, state) VALUES (?1, ?2, ?3)";
        let mut keep = file.db.prepare_cached(keep).map_err(fault)?;
        for (stage, state) in &states.stages {
            keep.execute(params![states.pipeline, stage, state]).map_err(fault)?;
        }
        self.kept = states.clone();
        Ok(())
    }
}

impl File {
    /// Keeps rejects (NDJSON lines), in the transaction that is open; each once.
    pub(crate) fn keep_rejects(&self, rejects: &[u8]) -> Result<()> {
        for line in rejects.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
            self.keep_reject(time::now(), &String::from_utf8_lossy(&lasting(line)))?;
        }
        Ok(())
    }

    /// Keeps a reject that came at a time (ns), in the transaction that is open; false: it is there already.
    pub(super) fn keep_reject(&self, received: i64, line: &str) -> Result<bool> {
        let reject: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        let text = |name: &str| reject.get(name).and_then(|v| v.as_str()).map(str::to_owned);
        let sql =
            "INSERT OR IGNORE INTO kymo_rejects (received, stage, reason, raw, reject) VALUES (?1, ?2, ?3, ?4, ?5)";
        let raw = text("raw").or_else(|| text("raw_base64"));
        let values = params![received, text("stage"), text("reason"), raw, line];
        let kept = self.db.prepare_cached(sql).and_then(|mut s| s.execute(values));
        kept.map(|rows| rows > 0).map_err(|e| self.fault("write rejects to", e))
    }
}
