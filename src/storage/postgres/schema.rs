//! The tables: those beside the readings, with their versions, and how a table of readings is made and grows.
//!
//! A column that has known only null is not made yet: `kymo_columns` remembers it, and it costs no rewrite of the table
//! when its type is known.

use super::columns::type_of;
use super::server::{Params, Server};
use super::timescale;
use crate::form::cells::Fields;
use crate::host::diag;
use crate::reading::error::{Code, Error, Result};
use crate::storage::columns::{self, Column, Naming, Role, quoted};
use crate::storage::layout::{Change, Layout};
use crate::storage::settings::{Precision, WriteSettings};
use std::collections::HashMap;
use tokio_postgres::types::{ToSql, Type as Sql};

/// PostgreSQL cuts names, and its rows have columns of their own.
pub(super) const NAMING: Naming =
    Naming { most_bytes: 63, reserved: &["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"] };

/// Who changes tables holds this lock until the transaction ends; a number like any other.
pub(super) const DDL_LOCK: i64 = 0x6b79_6d6f_0001;

/// What makes version n+1 out of version n.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE kymo_schema (version integer NOT NULL);
    INSERT INTO kymo_schema VALUES (0);
    CREATE TABLE kymo_tables (
        table_name text PRIMARY KEY,
        precision text NOT NULL CHECK (precision IN ('us', 'ns')),
        has_key boolean NOT NULL,
        by_series boolean NOT NULL
    );
    CREATE TABLE kymo_columns (
        table_name text NOT NULL, position integer NOT NULL, field text NOT NULL, column_name text NOT NULL,
        type text NOT NULL
            CHECK (type IN ('time', 'series', 'number', 'text', 'bool', 'json', 'unset', 'nulls', 'more')),
        PRIMARY KEY (table_name, position)
    );
    CREATE TABLE kymo_state (
        pipeline text NOT NULL, stage text NOT NULL, state bytea NOT NULL, PRIMARY KEY (pipeline, stage)
    );
    CREATE TABLE kymo_owners (pipeline text PRIMARY KEY, generation bigint NOT NULL);
    CREATE TABLE kymo_rejects (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, received timestamptz NOT NULL DEFAULT now(),
        stage text, reason text, raw text, reject text NOT NULL
    );
    CREATE UNIQUE INDEX ON kymo_rejects (md5(reject));
    CREATE TABLE kymo_trim (table_name text PRIMARY KEY, last_run bigint NOT NULL);
    CREATE TABLE kymo_archive (path text PRIMARY KEY, bytes bigint NOT NULL);
"];

/// What is known of a table beside its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) precision: Precision,
    /// No two rows have one time and series.
    pub(super) has_key: bool,
    /// There is an index by series, then time.
    pub(super) by_series: bool,
}

impl Server {
    /// There is something of this name. By way of a table, since only who opens one is told of what others have made
    /// while he waited for a lock.
    fn has_relation(&self, name: &str) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass($1))";
        let rows = self.query("look at", sql, &[(&name, Sql::TEXT)])?;
        Ok(rows.first().is_some_and(|row| row.get(0)))
    }

    /// The version of the tables beside the readings; 0: there are none.
    pub(super) fn version(&mut self) -> Result<usize> {
        if !self.has_relation("kymo_schema")? {
            return Ok(0);
        }
        let rows = self.query("look at", "SELECT version FROM kymo_schema", &[])?;
        Ok(rows.first().and_then(|row| usize::try_from(row.get::<_, i32>(0)).ok()).unwrap_or(0))
    }

    /// The database has tables that kymo created, of a version that is known.
    pub(super) fn is_made(&mut self) -> Result<bool> {
        let version = self.version()?;
        let known = MIGRATIONS.len();
        if version > known {
            let name = self.name();
            return Err(Error::usage(format!(
                "{name} is of version {version}; this kymo knows versions up to {known}"
            )));
        }
        Ok(version > 0)
    }

    /// Brings the tables around the readings to this version; two processes may try at once.
    pub(super) fn migrate(&mut self) -> Result<()> {
        if self.is_made()? && self.version()? == MIGRATIONS.len() {
            return Ok(());
        }
        self.change(|server| {
            let from = server.version()?;
            for part in MIGRATIONS.iter().skip(from) {
                server.run("prepare", part)?;
            }
            server.run("prepare", &format!("UPDATE kymo_schema SET version = {}", MIGRATIONS.len()))
        })
    }

    /// Changes tables, in one transaction, alone among kymo's processes.
    pub(super) fn change(&mut self, how: impl FnOnce(&mut Server) -> Result<()>) -> Result<()> {
        self.run("change", &format!("BEGIN; SELECT pg_advisory_xact_lock({DDL_LOCK})"))?;
        let changed = how(self).and_then(|()| self.run("change", "COMMIT"));
        if changed.is_err() {
            // The error that is on its way says why.
            let _ = self.run("change", "ROLLBACK");
        }
        changed
    }

    /// The columns of a table, in order; `None`: there is no such table.
    pub(super) fn columns(&mut self, table: &str) -> Result<Option<Vec<Column>>> {
        if !self.is_made()? {
            return Ok(None);
        }
        let sql = "SELECT field, column_name, type FROM kymo_columns WHERE table_name = $1 ORDER BY position";
        let rows = self.query("read the columns of", sql, &[(&table, Sql::TEXT)])?;
        let words = rows.iter().map(|row| (row.get(0), row.get(1), row.get(2)));
        let columns = words.map(|words| Column::kept(words, self.name())).collect::<Result<Vec<_>>>()?;
        Ok((!columns.is_empty()).then_some(columns))
    }

    /// As [`Server::columns`], but the table must be there.
    pub(super) fn columns_of(&mut self, table: &str) -> Result<Vec<Column>> {
        self.columns(table)?.ok_or_else(|| columns::no_table(table, self.name()))
    }

    /// The fields of a table, in the order in which they are written.
    pub(super) fn fields_of(&mut self, table: &str) -> Result<Fields> {
        Ok(columns::fields(self.columns_of(table)?))
    }

    /// The tables of readings, by name.
    pub(super) fn tables(&mut self) -> Result<Vec<String>> {
        if !self.is_made()? {
            return Ok(Vec::new());
        }
        let rows =
            self.query("look at", "SELECT table_name FROM kymo_tables ORDER BY table_name COLLATE \"C\"", &[])?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// The bytes that a table takes on the disk, with its indexes.
    pub(super) fn size_of(&self, table: &str) -> Result<u64> {
        if timescale::is_hypertable(self, table)? {
            return timescale::size(self, table);
        }
        self.number("SELECT pg_total_relation_size(to_regclass($1))", &[(&quoted(table), Sql::TEXT)])
    }

    /// The number that a query gives: not below 0, which stands for NULL as well.
    pub(super) fn number(&self, sql: &str, params: Params<'_>) -> Result<u64> {
        let rows = self.query("look at", sql, params)?;
        let number = rows.first().and_then(|row| row.get::<_, Option<i64>>(0));
        Ok(number.and_then(|n| u64::try_from(n).ok()).unwrap_or(0))
    }

    /// What else is known of a table of readings.
    pub(super) fn kept(&mut self, table: &str) -> Result<Kept> {
        let sql = "SELECT precision = 'ns', has_key, by_series FROM kymo_tables WHERE table_name = $1";
        let rows = self.query("look at", sql, &[(&table, Sql::TEXT)])?;
        let row = rows.first().ok_or_else(|| columns::no_table(table, self.name()))?;
        let precision = if row.get(0) { Precision::Ns } else { Precision::Us };
        Ok(Kept { precision, has_key: row.get(1), by_series: row.get(2) })
    }

    /// There is a table, view or index of this name already.
    pub(super) fn is_taken(&mut self, table: &str) -> Result<bool> {
        self.has_relation(&quoted(table))
    }

    /// The rows of a table have owners: COPY is not for us there, INSERT may be.
    pub(super) fn has_row_security(&self, table: &str) -> Result<bool> {
        let rows =
            self.query("look at", "SELECT row_security_active(to_regclass($1))", &[(&quoted(table), Sql::TEXT)])?;
        Ok(rows.first().and_then(|row| row.get::<_, Option<bool>>(0)).unwrap_or(false))
    }

    /// The columns are of the types that rows are made for. In a transaction they stay so until its end: others wait with
    /// changes. `Altered`: they are not, or the table is gone.
    pub(super) fn check_types(&self, table: &str, columns: &[Column], precision: Precision) -> Result<()> {
        let name = quoted(table);
        let literal = name.replace('\'', "''");
        // That it is read, though no row of it, is what makes others wait.
        let sql = format!(
            "SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = '{literal}'::regclass
                AND attnum > 0 AND NOT attisdropped AND NOT EXISTS (SELECT FROM {name} WHERE false)"
        );
        let altered = |what: String| Error::new(Code::Altered, format!("table {table} of {}: {what}", self.name()));
        let rows = match self.query("look at", &sql, &[]) {
            Err(why) if why.code() == Code::NoTable => {
                return Err(altered(
                    "another program has dropped it: store creates it again when it starts".to_owned(),
                ));
            }
            rows => rows?,
        };
        let found: HashMap<&str, &str> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        for column in columns {
            let Some(wanted) = type_of(column, precision).and_then(|of| of.split(" COLLATE").next()) else { continue };
            let wanted = if wanted == "timestamptz" { "timestamp with time zone" } else { wanted };
            match found.get(&*column.name) {
                Some(of) if *of == wanted => {}
                Some(of) => {
                    let why =
                        format!("another program has changed column {} to {of}, and kymo writes {wanted}", column.name);
                    return Err(altered(why));
                }
                None => return Err(altered(format!("another program has dropped column {}", column.name))),
            }
        }
        Ok(())
    }

    /// What is noted of a table that another program has dropped is forgotten, so that it can be created again.
    pub(super) fn forget_dropped(&mut self, table: &str) -> Result<()> {
        if self.columns(table)?.is_none() || self.is_taken(table)? {
            return Ok(());
        }
        self.change(|server| {
            if server.is_taken(table)? {
                return Ok(());
            }
            for notes in ["kymo_columns", "kymo_tables"] {
                let sql = format!("DELETE FROM {notes} WHERE table_name = $1");
                server.execute("change", &sql, &[(&table, Sql::TEXT)])?;
            }
            let name = server.name();
            diag::warn(Code::Altered, format_args!("table {table} of {name} was dropped: it is created again"));
            Ok(())
        })
    }

    /// Makes the table of readings that the settings name.
    pub(super) fn create(&mut self, settings: &WriteSettings, columns: &[Column], kept: Kept) -> Result<()> {
        let name = &settings.table;
        let mut parts: Vec<String> = columns.iter().filter_map(|c| definition(c, kept.precision)).collect();
        let key = columns::key_names(columns);
        if kept.has_key {
            // Time first: records come in its order, so the index grows at its end (doc/adr/0010).
            parts.push(format!("PRIMARY KEY ({})", key.join(", ")));
        }
        let table = quoted(name);
        let kept = Kept { by_series: kept.by_series && key.len() > 1, ..kept };
        let mut sql = format!("CREATE TABLE {table} ({});", parts.join(", "));
        if !kept.has_key {
            sql += &format!("CREATE INDEX ON {table} USING brin ({});", key[0]);
        }
        if kept.by_series {
            sql += &format!("CREATE INDEX ON {table} ({}, {});", key[1..].join(", "), key[0]);
        }
        self.run("create a table in", &sql)?;
        timescale::make(self, name, columns, kept.precision, &settings.timescale)?;
        let precision = if kept.precision == Precision::Ns { "ns" } else { "us" };
        let values: [(&(dyn ToSql + Sync), Sql); 4] =
            [(name, Sql::TEXT), (&precision, Sql::TEXT), (&kept.has_key, Sql::BOOL), (&kept.by_series, Sql::BOOL)];
        self.execute("create a table in", "INSERT INTO kymo_tables VALUES ($1, $2, $3, $4)", &values)?;
        for (position, column) in columns.iter().enumerate() {
            self.note(name, position, column)?;
        }
        Ok(())
    }

    /// Adds columns, or makes those whose types are known now.
    pub(super) fn add_all(&mut self, layout: &Layout, changes: Vec<Change>) -> Result<()> {
        for made in layout.changed(changes).1 {
            self.add(&layout.settings.table, made.position, &made.column)?;
        }
        Ok(())
    }

    /// Adds a column, or makes one whose type is known now.
    fn add(&mut self, table: &str, position: usize, column: &Column) -> Result<()> {
        if let Some(definition) = definition(column, Precision::Us) {
            let sql = format!("ALTER TABLE {} ADD COLUMN {definition}", quoted(table));
            self.run("add a column in", &sql)?;
        }
        self.note(table, position, column)
    }

    /// Keeps what a column is for.
    fn note(&mut self, table: &str, position: usize, column: &Column) -> Result<()> {
        let sql = "INSERT INTO kymo_columns VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (table_name, position) DO UPDATE SET type = excluded.type";
        let (position, word) = (position as i32, column.role.word());
        let values: [(&(dyn ToSql + Sync), Sql); 5] = [
            (&table, Sql::TEXT),
            (&position, Sql::INT4),
            (&column.field, Sql::TEXT),
            (&column.name, Sql::TEXT),
            (&word, Sql::TEXT),
        ];
        self.execute("create a column in", sql, &values).map(drop)
    }
}

/// A name that a table of readings cannot have is refused.
pub(super) fn check_name(name: &str) -> Result<()> {
    match name.is_empty() || name.to_ascii_lowercase().starts_with("kymo_") || name.contains('\0') || name.len() > 63 {
        true => Err(Error::usage(format!("--table {name:?} cannot be a table of readings"))),
        false => Ok(()),
    }
}

fn definition(column: &Column, precision: Precision) -> Option<String> {
    let not_null = if matches!(column.role, Role::Time | Role::Series) { " NOT NULL" } else { "" };
    type_of(column, precision).map(|of| format!("{} {of}{not_null}", quoted(&column.name)))
}
