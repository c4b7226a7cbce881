//! Looking after a database: what is in it, and tables made before there are records for them.

use super::beside::{self, Beside};
use super::cells::{self, Part};
use super::schema::{Kept, NAMING, check_name};
use super::server::Server;
use super::{check, timescale};
use crate::flow::stage::States;
use crate::reading::error::{Error, Result};
use crate::storage::admin::{Admin, ColumnInfo, Count, Info, LOOKED_AT, Reject, StateInfo, TableInfo};
use crate::storage::admin::{REJECTS, REJECTS_LENGTH, gather};
use crate::storage::columns::{Column, key_names, quoted};
use crate::storage::layout::Layout;
use crate::storage::settings::{Precision, WriteSettings};
use crate::storage::shape::Shape;
use tokio_postgres::types::{ToSql, Type as Sql};

/// What a user who stores with `--no-ddl` reads beside its table.
const READ: [&str; 3] = ["kymo_schema", "kymo_tables", "kymo_columns"];

/// A database that is looked after.
pub(crate) struct Tending {
    target: String,
    server: Server,
}

impl Tending {
    pub(crate) fn open(target: &str) -> Result<Tending> {
        Ok(Tending { target: target.to_owned(), server: Server::connect(target)? })
    }

    /// Does something in one transaction.
    fn transaction<T>(&mut self, how: impl FnOnce(&mut Tending) -> Result<T>) -> Result<T> {
        self.server.run("write to", "BEGIN")?;
        let done = how(self).and_then(|done| self.server.run("commit to", "COMMIT").map(|()| done));
        if done.is_err() {
            // The error that is on its way says why.
            let _ = self.server.run("undo in", "ROLLBACK");
        }
        done
    }

    /// We may read a table of kymo's.
    fn may_read(&self, table: &str) -> Result<bool> {
        let sql = "SELECT coalesce(has_table_privilege(to_regclass($1), 'SELECT'), false)";
        let rows = self.server.query("look at", sql, &[(&table, Sql::TEXT)])?;
        Ok(rows.first().is_some_and(|row| row.get(0)))
    }

    /// The rows of a table, from the last time that they were counted, and of its parts.
    fn about(&self, table: &str) -> Result<u64> {
        let sql = "SELECT sum(greatest(reltuples, 0))::bigint FROM pg_class WHERE oid = to_regclass($1)
            OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass($1))";
        self.server.number(sql, &[(&quoted(table), Sql::TEXT)])
    }

    fn describe(&mut self, table: &str) -> Result<TableInfo> {
        let columns = self.server.columns_of(table)?;
        let kept = self.server.kept(table)?;
        let records = self.count(table, None, None)?;
        let (name, key) = (quoted(table), key_names(&columns));
        let (time, series) = (&key[0], key[1..].join(", "));
        let found = match series.is_empty() {
            true => u64::from(records.number > 0),
            false => {
                // Without an index by time to sort would be dearer than what is looked for.
                let order = if kept.has_key { format!("ORDER BY {time} DESC") } else { String::new() };
                let newest = format!("SELECT {series} FROM {name} {order} LIMIT {LOOKED_AT}");
                let sql = format!("SELECT count(*) FROM (SELECT DISTINCT {series} FROM ({newest}) n) s");
                self.server.number(&sql, &[])?
            }
        };
        let end = |which: &str| {
            let rows = self.server.query("look at", &format!("SELECT {which}({time}) FROM {name}"), &[])?;
            let time = rows.first().map_or(Ok(None), cells::time);
            time.map_err(|e| self.server.fault("look at", e))
        };
        let (first, last) = (end("min")?, end("max")?);
        let last_trim = match self.may_read("kymo_trim")? {
            true => {
                let sql = "SELECT last_run FROM kymo_trim WHERE table_name = $1";
                self.server.query("look at", sql, &[(&table, Sql::TEXT)])?.first().map(|row| row.get(0))
            }
            false => None,
        };
        let hypertable = match timescale::schema(&self.server)? {
            Some(_) => Some(timescale::is_hypertable(&self.server, table)?),
            None => None,
        };
        let mut info = TableInfo {
            table: table.to_owned(),
            records: 0,
            series: 0,
            estimated: Vec::new(),
            first,
            last,
            bytes: Some(self.server.size_of(table)?),
            precision: kept.precision.word(),
            key: if kept.has_key { Column::key(&columns) } else { Vec::new() },
            hypertable,
            last_trim,
            columns: columns.iter().map(ColumnInfo::of).collect(),
        };
        info.set(records, Count { number: found, is_exact: records.is_exact && records.number <= LOOKED_AT });
        Ok(info)
    }
}

impl Admin for Tending {
    fn name(&self) -> &str {
        self.server.name()
    }

    fn tables(&mut self) -> Result<Vec<String>> {
        self.server.tables()
    }

    fn shape(&mut self, table: &str) -> Result<Option<Shape>> {
        let Some(columns) = self.server.columns(table)? else { return Ok(None) };
        let Kept { precision, has_key, by_series } = self.server.kept(table)?;
        Ok(Some(Shape::of(&columns, Some(precision), has_key, by_series)))
    }

    fn count(&mut self, table: &str, since: Option<i64>, until: Option<i64>) -> Result<Count> {
        let about = self.about(table)?;
        if about > LOOKED_AT {
            return Ok(Count { number: about, is_exact: false });
        }
        let precision = self.server.kept(table)?.precision;
        let time = key_names(&self.server.columns_of(table)?).swap_remove(0);
        let limits = [(since, ">="), (until, "<")];
        let limits: Vec<(Part, &str)> =
            limits.into_iter().filter_map(|(ns, is)| Some((Part::not_before(ns?, precision), is))).collect();
        let conditions: Vec<String> =
            limits.iter().enumerate().map(|(n, (_, is))| format!("{time} {is} ${}", n + 1)).collect();
        let all = if conditions.is_empty() { "true".to_owned() } else { conditions.join(" AND ") };
        let params: Vec<_> = limits.iter().map(|(part, _)| part.param(precision)).collect();
        let sql = format!("SELECT count(*) FROM {} WHERE {all}", quoted(table));
        Ok(Count { number: self.server.number(&sql, &params)?, is_exact: true })
    }

    fn has_precisions(&self) -> bool {
        true
    }

    fn precision(&mut self, table: &str) -> Result<Precision> {
        let precision = self.server.kept(table)?.precision;
        let time = key_names(&self.server.columns_of(table)?).swap_remove(0);
        if precision == Precision::Ns {
            let sql =
                format!("SELECT count(*) FROM (SELECT FROM {} WHERE {time} % 1000 <> 0 LIMIT 1) t", quoted(table));
            if self.server.number(&sql, &[])? > 0 {
                return Ok(Precision::Ns);
            }
        }
        Ok(Precision::Us)
    }

    fn init(&mut self) -> Result<()> {
        self.server.migrate()?;
        let tables = self.server.tables()?;
        tables.iter().try_for_each(|table| self.server.forget_dropped(table))
    }

    fn make(&mut self, settings: &WriteSettings, shape: &Shape) -> Result<()> {
        check_name(&settings.table)?;
        timescale::check(&self.server, &settings.timescale)?;
        self.server.migrate()?;
        self.server.forget_dropped(&settings.table)?;
        let kept = Kept {
            precision: settings.precision.or(shape.precision).unwrap_or(Precision::Us),
            has_key: shape.has_key && !settings.at_least_once,
            by_series: shape.by_series || settings.series_index,
        };
        let table = &settings.table;
        self.server.change(|server| match server.columns(table)? {
            Some(columns) => {
                let mut layout = Layout::new(settings.clone(), NAMING);
                layout.check_keys(&columns)?;
                check_kept(settings, server.kept(table)?)?;
                layout.set_columns(columns);
                let changes = layout.lacking(shape)?;
                server.add_all(&layout, changes)
            }
            None if server.is_taken(table)? => {
                Err(Error::usage(format!("--table {table:?}: {} has {table:?} already", server.name())))
            }
            None => server.create(settings, &shape.columns(NAMING), kept),
        })
    }

    fn grants(&mut self, table: &str, role: Option<&str>) -> Result<Vec<String>> {
        let role = role.map_or_else(|| ":\"role\"".to_owned(), quoted);
        // What everybody may is not said.
        let sql = "SELECT current_database()::text, current_schema()::text,
            has_database_privilege('public', current_database(), 'CONNECT'),
            has_database_privilege('public', current_database(), 'TEMPORARY'),
            has_schema_privilege('public', current_schema(), 'USAGE')";
        let rows = self.server.query("look at", sql, &[])?;
        let Some(row) = rows.first() else { return Ok(Vec::new()) };
        let (database, schema) = (quoted(row.get(0)), quoted(row.get(1)));
        let missing = [(2, "CONNECT"), (3, "TEMPORARY")].into_iter().filter(|(place, _)| !row.get::<_, bool>(*place));
        let missing: Vec<&str> = missing.map(|(_, privilege)| privilege).collect();
        let mut statements = Vec::new();
        if !missing.is_empty() {
            statements.push(format!("GRANT {} ON DATABASE {database} TO {role};", missing.join(", ")));
        }
        if !row.get::<_, bool>(4) {
            statements.push(format!("GRANT USAGE ON SCHEMA {schema} TO {role};"));
        }
        let read = READ.map(|name| format!("{schema}.{name}")).join(", ");
        statements.push(format!("GRANT SELECT ON {read} TO {role};"));
        if self.server.columns(table)?.is_some() {
            statements.push(format!("GRANT SELECT, INSERT ON {schema}.{} TO {role};", quoted(table)));
        }
        Ok(statements)
    }

    fn grant(&mut self, statements: &[String]) -> Result<()> {
        self.server.run("grant privileges in", &statements.concat())
    }

    fn info(&mut self) -> Result<Info> {
        let server = &mut self.server;
        let sql = "SELECT split_part(current_setting('server_version'), ' ', 1),
            pg_database_size(current_database()), (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb')";
        let rows = server.query("look at", sql, &[])?;
        let (version, bytes, timescaledb) = match rows.first() {
            Some(row) => (row.get(0), row.get::<_, i64>(1).unsigned_abs(), row.get(2)),
            None => (String::new(), 0, None),
        };
        let schema = if server.is_made()? { server.version()? } else { 0 };
        let tables = server.tables()?;
        let tables = tables.iter().map(|table| self.describe(table)).collect::<Result<Vec<_>>>()?;
        let states = match self.may_read("kymo_state")? {
            true => {
                let sql = "SELECT pipeline, count(*), sum(length(state))::bigint FROM kymo_state
                    GROUP BY pipeline ORDER BY pipeline COLLATE \"C\"";
                let rows = self.server.query("look at", sql, &[])?;
                let number = |row: &tokio_postgres::Row, place| row.get::<_, i64>(place).unsigned_abs();
                let state = |row: &tokio_postgres::Row| StateInfo {
                    pipeline: row.get(0),
                    stages: number(row, 1),
                    bytes: number(row, 2),
                };
                Some(rows.iter().map(state).collect())
            }
            false => None,
        };
        let rejects = match self.may_read("kymo_rejects")? {
            true => Some(self.server.number("SELECT count(*) FROM kymo_rejects", &[])?),
            false => None,
        };
        Ok(Info {
            database: self.server.name().to_owned(),
            engine: "PostgreSQL",
            version,
            timescaledb,
            bytes,
            schema: u32::try_from(schema).unwrap_or(u32::MAX),
            tables,
            states,
            rejects,
        })
    }

    fn check(&mut self) -> Result<Vec<String>> {
        check::check(&mut self.server)
    }

    fn states(&mut self) -> Result<Vec<States>> {
        if !self.server.is_made()? {
            return Ok(Vec::new());
        }
        let sql = "SELECT pipeline, stage, state FROM kymo_state ORDER BY pipeline COLLATE \"C\"";
        let rows = self.server.query("read the states in", sql, &[])?;
        Ok(gather(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()))
    }

    fn keep_states(&mut self, states: &States, replace: bool) -> Result<States> {
        let mut beside = Beside::default();
        let before = beside.states(&self.target, &mut self.server, &states.pipeline)?;
        if (before.stages.is_empty() || replace) && beside.is_news(states) {
            self.transaction(|tending| beside.write(&tending.target, &tending.server, states))?;
        }
        Ok(before)
    }

    fn rejects(&mut self, behind: i64) -> Result<Vec<Reject>> {
        if !self.server.is_made()? {
            return Ok(Vec::new());
        }
        let sql = "SELECT id, (extract(epoch FROM received) * 1000000)::bigint, reject FROM (
                SELECT id, received, reject, sum(length(reject)) OVER (ORDER BY id) - length(reject) AS before
                FROM (SELECT * FROM kymo_rejects WHERE id > $1 ORDER BY id LIMIT $2) page
            ) pages WHERE before < $3 ORDER BY id";
        let params: [(&(dyn ToSql + Sync), Sql); 3] =
            [(&behind, Sql::INT8), (&REJECTS, Sql::INT8), (&REJECTS_LENGTH, Sql::INT8)];
        let rows = self.server.query("read the rejects in", sql, &params)?;
        let reject = |row: &tokio_postgres::Row| Reject {
            number: row.get(0),
            received: row.get::<_, i64>(1).saturating_mul(1000),
            line: row.get(2),
        };
        Ok(rows.iter().map(reject).collect())
    }

    fn keep_rejects(&mut self, rejects: &[Reject]) -> Result<u64> {
        self.transaction(|tending| {
            let mut new = 0;
            for reject in rejects {
                new += u64::from(beside::keep_reject(&tending.server, Some(reject.received), &reject.line)?);
            }
            Ok(new)
        })
    }
}

/// The table must be as the flags say.
fn check_kept(settings: &WriteSettings, kept: Kept) -> Result<()> {
    let table = &settings.table;
    let how = match settings {
        WriteSettings { precision: Some(wanted), .. } if *wanted != kept.precision => "another --precision",
        WriteSettings { at_least_once: true, .. } if kept.has_key => "a key, not --at-least-once",
        WriteSettings { series_index: true, .. } if !kept.by_series => "no --series-index",
        _ => return Ok(()),
    };
    Err(Error::usage(format!("table {table} was created with {how}")))
}
