//! TimescaleDB, where the extension is there: a table of readings may be a hypertable of it, made of chunks, each a
//! span of time. A chunk that is old as a whole is dropped at once, and its space is free.
//!
//! Its functions may stand in any schema, and are called by their full names.

use super::cells::Part;
use super::server::Server;
use crate::host::options::{Timescale, TimescaleSettings};
use crate::reading::error::{Code, Error, Result};
use crate::storage::columns::{Column, key_names, quoted};
use crate::storage::settings::Precision;
use std::time::{Duration, Instant};
use tokio_postgres::types::{ToSql, Type as Sql};

/// What the policies take for now where times are numbers.
const NOW: &str = "CREATE OR REPLACE FUNCTION kymo_now_ns() RETURNS bigint LANGUAGE sql STABLE AS
    $$ SELECT (extract(epoch FROM now()) * 1000000000)::bigint $$";

/// For a transaction: it may change compressed chunks, however many rows it has to decompress. Without the extension it
/// changes nothing. By default 100,000 rows are the limit, which one record can pass.
pub(super) const ANY_CHUNK: &str = "SELECT set_config(name, '0', true)
    FROM (VALUES ('timescaledb.max_tuples_decompressed_per_dml_transaction')) AS kymo_limit (name)
    WHERE current_setting(name, true) IS NOT NULL";

/// A condition that no row fulfils, which is found out row by row. A change under it decompresses what its other
/// conditions select, and the statement after it finds plain rows: in one statement TimescaleDB (2.22) misses rows that it
/// has just decompressed where others of the chunk were plain already.
pub(super) const NO_ROW: &str = "random() < 0";

/// For the transaction that changes such rows: by a bitmap of them TimescaleDB (2.22) finds rows that are not to be seen,
/// and fails with "attempted to delete invisible tuple".
pub(super) const NO_BITMAP: &str = "SET LOCAL enable_bitmapscan = off";

/// What the policy of a hypertable drops.
pub(super) struct Retention {
    /// The policy drops what is before this time, as it was when this was looked up.
    since: i64,
    looked: Instant,
    /// The length of a chunk, ns: chunks are dropped as a whole.
    chunk: i64,
    /// How long records are kept, in the words of the policy: always the same, unlike the time.
    words: String,
}

impl Retention {
    /// That of a hypertable, if it has such a policy.
    pub(super) fn of(server: &Server, table: &str, precision: Precision) -> Result<Option<Retention>> {
        let since = match precision {
            Precision::Us => "extract(epoch FROM now() - (config ->> 'drop_after')::interval) * 1000000000",
            Precision::Ns => "extract(epoch FROM now()) * 1000000000 - (config ->> 'drop_after')::numeric",
        };
        let chunk = chunk_of(precision);
        let sql = format!(
            "SELECT ({since})::bigint, ({chunk})::bigint, config ->> 'drop_after' FROM timescaledb_information.jobs
                JOIN timescaledb_information.dimensions USING (hypertable_schema, hypertable_name)
                WHERE proc_name = 'policy_retention' AND config ? 'drop_after' AND dimension_number = 1
                AND format('%I.%I', hypertable_schema, hypertable_name)::regclass = to_regclass($1)"
        );
        let rows = server.query("look at", &sql, &[(&quoted(table), Sql::TEXT)])?;
        let Some(row) = rows.first() else { return Ok(None) };
        let Some((since, chunk)) = row.get::<_, Option<i64>>(0).zip(row.get::<_, Option<i64>>(1)) else {
            return Ok(None);
        };
        let unit = if precision == Precision::Ns { " ns" } else { "" };
        let words = format!("{}{unit}", row.get::<_, String>(2));
        Ok(Some(Retention { since, looked: Instant::now(), chunk: chunk.max(1), words }))
    }

    /// Refuses a record that the policy would drop at once, with the chunk that it belongs to.
    pub(super) fn check(&self, ns: i64) -> Result<()> {
        let waited = i64::try_from(self.looked.elapsed().as_nanos()).unwrap_or(i64::MAX);
        let since = self.since.saturating_add(waited);
        // Chunks begin at multiples of their length since 1970.
        let end = ns.div_euclid(self.chunk).saturating_add(1).saturating_mul(self.chunk);
        if end > since {
            return Ok(());
        }
        let why = format!("it is older than {}, and the retention policy of the table drops it at once", self.words);
        Err(Error::data(Code::Expired, why))
    }
}

/// The extension is there if the settings ask for it.
pub(super) fn check(server: &Server, settings: &TimescaleSettings) -> Result<()> {
    if settings.mode == Timescale::On && schema(server)?.is_none() {
        let why = "has no TimescaleDB: CREATE EXTENSION timescaledb, or --timescale auto";
        return Err(Error::usage(format!("--timescale on: {} {why}", server.name())));
    }
    Ok(())
}

/// Makes a hypertable of a new table, in the transaction that is open.
pub(super) fn make(
    server: &Server,
    table: &str,
    columns: &[Column],
    precision: Precision,
    settings: &TimescaleSettings,
) -> Result<()> {
    if settings.mode == Timescale::Off {
        return Ok(());
    }
    let Some(schema) = schema(server)? else { return Ok(()) };
    let (table, key) = (quoted(table), key_names(columns));
    let span = |length: Duration| match precision {
        Precision::Us => format!("INTERVAL '{} microseconds'", length.as_micros()),
        Precision::Ns => format!("BIGINT '{}'", length.as_nanos()),
    };
    // The name of the time's column as the function has it: bare.
    let time = columns.iter().find(|c| quoted(&c.name) == key[0]).map_or("", |c| &c.name);
    let sql = format!(
        "SELECT {schema}.create_hypertable(to_regclass($1), $2::name, chunk_time_interval => {},
            create_default_indexes => false)",
        span(settings.chunk)
    );
    let params: [(&(dyn ToSql + Sync), Sql); 2] = [(&table, Sql::TEXT), (&time, Sql::TEXT)];
    server.query("create a hypertable in", &sql, &params)?;
    let literal = format!("'{}'", table.replace('\'', "''"));
    let mut policies = Vec::new();
    if let Some(after) = settings.compress_after {
        let segments = key[1..].join(", ").replace('\'', "''");
        policies.push(format!(
            "ALTER TABLE {table} SET (timescaledb.compress, timescaledb.compress_segmentby = '{segments}',
                timescaledb.compress_orderby = '{}');
            SELECT {schema}.add_compression_policy({literal}, {})",
            key[0].replace('\'', "''"),
            span(after)
        ));
    }
    if let Some(after) = settings.retain {
        policies.push(format!("SELECT {schema}.add_retention_policy({literal}, {})", span(after)));
    }
    if policies.is_empty() {
        return Ok(());
    }
    if precision == Precision::Ns {
        policies.insert(0, format!("{NOW}; SELECT {schema}.set_integer_now_func({literal}, 'kymo_now_ns')"));
    }
    server.run("set the policies of a table in", &policies.join(";"))
}

/// The schema of the extension's functions, in SQL; `None`: the database does not have it.
pub(super) fn schema(server: &Server) -> Result<Option<String>> {
    let sql = "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'timescaledb'";
    Ok(server.query("look at", sql, &[])?.first().map(|row| row.get(0)))
}

/// The table is a hypertable.
pub(super) fn is_hypertable(server: &Server, table: &str) -> Result<bool> {
    if schema(server)?.is_none() {
        return Ok(false);
    }
    let sql = "SELECT EXISTS (SELECT FROM timescaledb_information.hypertables
        WHERE format('%I.%I', hypertable_schema, hypertable_name)::regclass = to_regclass($1))";
    let rows = server.query("look at", sql, &[(&quoted(table), Sql::TEXT)])?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

/// How long a chunk of a hypertable is, ns, if its chunks may be compressed.
pub(super) fn compressed_chunk(server: &Server, table: &str, precision: Precision) -> Result<Option<i64>> {
    if schema(server)?.is_none() {
        return Ok(None);
    }
    let chunk = chunk_of(precision);
    let sql = format!(
        "SELECT ({chunk})::bigint FROM timescaledb_information.hypertables
            JOIN timescaledb_information.dimensions USING (hypertable_schema, hypertable_name)
            WHERE compression_enabled AND dimension_number = 1
            AND format('%I.%I', hypertable_schema, hypertable_name)::regclass = to_regclass($1)"
    );
    let rows = server.query("look at", &sql, &[(&quoted(table), Sql::TEXT)])?;
    Ok(rows.first().and_then(|row| row.get::<_, Option<i64>>(0)))
}

/// The length of a chunk, ns, in SQL.
fn chunk_of(precision: Precision) -> &'static str {
    match precision {
        Precision::Us => "extract(epoch FROM time_interval) * 1000000000",
        Precision::Ns => "integer_interval",
    }
}

/// Drops the chunks of a hypertable that are before a time (ns) as a whole. Gives how many rows they had.
pub(super) fn drop_chunks(server: &mut Server, table: &str, precision: Precision, before: i64) -> Result<u64> {
    let Some(schema) = schema(server)? else { return Ok(0) };
    let time = key_names(&server.columns_of(table)?).swap_remove(0);
    let (name, before) = (quoted(table), Part::not_before(before, precision));
    let (limit, of) = before.param(precision);
    let number = |sql: &str| -> Result<i64> {
        let rows = server.query("trim", sql, &[(&name, Sql::TEXT), (limit, of.clone())])?;
        Ok(rows.first().map_or(0, |row| row.get(0)))
    };
    let chunks = |function: &str| {
        number(&format!("SELECT count(*) FROM {schema}.{function}(to_regclass($1), older_than => $2)"))
    };
    if chunks("show_chunks")? == 0 {
        return Ok(0);
    }
    // What is old in a chunk that stays is counted twice, and so not at all.
    let count = || {
        let rows =
            server.query("trim", &format!("SELECT count(*) FROM {name} WHERE {time} < $1"), &[(limit, of.clone())])?;
        Ok(rows.first().map_or(0, |row| row.get::<_, i64>(0)))
    };
    server.run("trim", "BEGIN")?;
    let dropped = (|| {
        let there = count()?;
        chunks("drop_chunks")?;
        let left = count()?;
        server.run("trim", "COMMIT").map(|()| u64::try_from(there - left).unwrap_or(0))
    })();
    if dropped.is_err() {
        // The error that is on its way says why.
        let _ = server.run("trim", "ROLLBACK");
    }
    dropped
}

/// The bytes that a hypertable takes on the disk, with its chunks and indexes.
pub(super) fn size(server: &Server, table: &str) -> Result<u64> {
    let Some(schema) = schema(server)? else { return Ok(0) };
    let sql = format!("SELECT {schema}.hypertable_size(to_regclass($1))");
    let rows = server.query("look at", &sql, &[(&quoted(table), Sql::TEXT)])?;
    Ok(rows.first().and_then(|row| row.get::<_, Option<i64>>(0)).and_then(|n| u64::try_from(n).ok()).unwrap_or(0))
}
