//! Checking a database: that `kymo_columns` and `kymo_tables` agree with what the server has, that indexes are sound,
//! and that who owns kymo's tables may do all that they need.

use super::columns::{is_there, type_of};
use super::fault::state;
use super::server::Server;
use crate::host::progress::{Measure, Progress};
use crate::reading::error::{Kind, Result};
use crate::storage::check::{faults, keeps};
use crate::storage::columns::{Column, Role, key_names, quoted};
use crate::storage::settings::Precision;
use tokio_postgres::types::Type as Sql;

/// What is wrong with a database, which stays as it is.
pub(super) fn check(server: &mut Server) -> Result<Vec<String>> {
    if !server.is_made()? {
        return Ok(vec!["it has no tables of kymo's: kymo db init creates them".to_owned()]);
    }
    let mut all = own_tables(server)?;
    let unknown = "SELECT DISTINCT table_name FROM kymo_columns EXCEPT SELECT table_name FROM kymo_tables ORDER BY 1";
    for table in texts(server, unknown)? {
        all.push(format!("table {table}: kymo_columns names it, and kymo_tables does not"));
    }
    for table in server.tables()? {
        let found = match server.columns(&table) {
            // A type that is not known.
            Err(why) if why.kind() == Kind::Usage && state(&why).is_none() => vec![why.to_string()],
            columns => match columns? {
                Some(columns) => of_table(server, &table, &columns)?,
                None => vec!["kymo_tables names it, and kymo_columns has no column of it".to_owned()],
            },
        };
        all.extend(found.into_iter().map(|fault| format!("table {table}: {fault}")));
    }
    indexes(server, &mut all)?;
    Ok(all)
}

/// The first column of what a query gives.
fn texts(server: &Server, sql: &str) -> Result<Vec<String>> {
    Ok(server.query("check", sql, &[])?.iter().map(|row| row.get(0)).collect())
}

/// All tables that the others need are there, of one owner, and the next number of a reject is free.
fn own_tables(server: &Server) -> Result<Vec<String>> {
    let names = "VALUES ('kymo_columns'), ('kymo_state'), ('kymo_owners'), ('kymo_rejects'), ('kymo_trim'),
        ('kymo_archive')";
    let missing = format!("SELECT n FROM ({names}) AS names(n) WHERE to_regclass(n) IS NULL");
    let mut all: Vec<String> =
        texts(server, &missing)?.into_iter().map(|name| format!("table {name} is not there")).collect();
    let foreign = format!(
        "SELECT format('table %s belongs to %s, and kymo_schema to %s', n, pg_get_userbyid(t.relowner),
                pg_get_userbyid(s.relowner))
            FROM ({names} UNION ALL SELECT quote_ident(table_name) FROM kymo_tables) AS names(n)
            JOIN pg_class t ON t.oid = to_regclass(n) JOIN pg_class s ON s.oid = to_regclass('kymo_schema')
            WHERE NOT pg_has_role(s.relowner, t.relowner, 'USAGE')"
    );
    all.extend(texts(server, &foreign)?);
    let rejects = "SELECT 'kymo_rejects: its sequence gives numbers that are taken' FROM (
            SELECT pg_get_serial_sequence('kymo_rejects', 'id')::regclass AS oid
        ) own JOIN pg_sequences s ON format('%I.%I', schemaname, sequencename)::regclass = own.oid
        WHERE coalesce(s.last_value, 0) < (SELECT max(id) FROM kymo_rejects)";
    let may_read =
        "SELECT has_table_privilege('kymo_rejects', 'SELECT')::text WHERE to_regclass('kymo_rejects') IS NOT NULL";
    if texts(server, may_read)? == ["true"] {
        all.extend(texts(server, rejects)?);
    }
    Ok(all)
}

/// A column of the server's.
struct Found {
    name: String,
    of: String,
    collation: Option<String>,
    is_not_null: bool,
}

fn of_table(server: &mut Server, table: &str, columns: &[Column]) -> Result<Vec<String>> {
    let name = quoted(table);
    let sql = "SELECT attname::text, format_type(atttypid, atttypmod), collname::text, attnotnull
        FROM pg_attribute LEFT JOIN pg_collation c ON c.oid = attcollation
        WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped";
    let rows = server.query("check", sql, &[(&name, Sql::TEXT)])?;
    let found: Vec<Found> = rows
        .iter()
        .map(|row| Found { name: row.get(0), of: row.get(1), collation: row.get(2), is_not_null: row.get(3) })
        .collect();
    if found.is_empty() {
        return Ok(vec!["kymo_tables names it, and it is not there".to_owned()]);
    }
    let kept = server.kept(table)?;
    let key = "SELECT attname::text FROM pg_constraint, unnest(conkey) WITH ORDINALITY AS k(number, place)
        JOIN pg_attribute ON attnum = k.number
        WHERE conrelid = to_regclass($1) AND attrelid = conrelid AND contype = 'p' ORDER BY place";
    let rows = server.query("check", key, &[(&name, Sql::TEXT)])?;
    let key: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let names: Vec<String> = found.iter().map(|found| found.name.clone()).collect();
    let mut all = faults(columns, is_there, &names, kept.has_key.then_some(&key[..]));
    for column in columns.iter().filter(|c| is_there(c)) {
        let Some(found) = found.iter().find(|found| found.name == column.name) else { continue };
        all.extend(of_column(server, table, column, kept.precision, found)?);
    }
    if kept.by_series && !has_index_by_series(server, &name, columns)? {
        all.push("it has no index by series, and kymo_tables says that it has".to_owned());
    }
    Ok(all)
}

/// What is wrong with one column.
fn of_column(
    server: &Server,
    table: &str,
    column: &Column,
    precision: Precision,
    found: &Found,
) -> Result<Vec<String>> {
    let mut all = Vec::new();
    let wanted = type_of(column, precision).unwrap_or_default();
    let collated = wanted.strip_suffix(COLLATED);
    if found.of != spelled(collated.unwrap_or(wanted)) {
        let (name, keeps) = (&column.name, keeps(column));
        all.push(format!("column {name}, which keeps {keeps}, is of type {}, not {wanted}", found.of));
    } else if collated.is_some() && found.collation.as_deref() != Some("C") {
        all.push(format!(
            "column {} sorts as {}, not as \"C\"",
            column.name,
            found.collation.as_deref().unwrap_or("-")
        ));
    }
    if matches!(column.role, Role::Time | Role::Series) && !found.is_not_null {
        let sql = format!("SELECT count(*) FROM {} WHERE {} IS NULL", quoted(table), quoted(&column.name));
        all.push(format!("column {} may be NULL, and {} rows have it so", column.name, server.number(&sql, &[])?));
    }
    Ok(all)
}

/// How the type of a text is ended that is compared by its bytes.
const COLLATED: &str = " COLLATE \"C\"";

/// A type as `format_type` spells it.
fn spelled(of: &str) -> &str {
    if of == "timestamptz" { "timestamp with time zone" } else { of }
}

fn has_index_by_series(server: &Server, table: &str, columns: &[Column]) -> Result<bool> {
    let sql = "SELECT array_to_string(array(
            SELECT quote_ident(attname) FROM unnest(indkey::int2[]) WITH ORDINALITY AS k(number, place)
            JOIN pg_attribute ON attnum = k.number AND attrelid = indrelid ORDER BY place
        ), ', ') FROM pg_index WHERE indrelid = to_regclass($1)";
    let rows = server.query("check", sql, &[(&table, Sql::TEXT)])?;
    // As the server quotes names: those that need it.
    let mut wanted = key_names(columns);
    wanted.rotate_left(1);
    let bare = |names: &str| names.replace('"', "");
    let wanted = bare(&wanted.join(", "));
    Ok(rows.iter().any(|row| bare(row.get(0)) == wanted))
}

/// Indexes that the server does not use, and, where the extension `amcheck` is, those whose order is broken.
fn indexes(server: &Server, all: &mut Vec<String>) -> Result<()> {
    let ours = "SELECT i.indexrelid, i.indisvalid AND i.indisready AS valid, am.amname, i.indrelid
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam
        WHERE i.indrelid IN (
            SELECT to_regclass(quote_ident(table_name)) FROM kymo_tables
            UNION SELECT inhrelid FROM pg_inherits JOIN kymo_tables ON inhparent = to_regclass(quote_ident(table_name))
            UNION SELECT oid FROM pg_class WHERE relname LIKE 'kymo\\_%' AND relnamespace = current_schema()::regnamespace)";
    let invalid = format!(
        "SELECT format('table %s: index %s is not valid: rebuild it with REINDEX INDEX', indrelid::regclass, indexrelid::regclass)
            FROM ({ours}) AS ours WHERE NOT valid"
    );
    all.extend(texts(server, &invalid)?);
    let amcheck = "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'amcheck'
        AND has_function_privilege(format('%s.bt_index_check(regclass)', extnamespace::regnamespace), 'EXECUTE')";
    let Some(schema) = texts(server, amcheck)?.pop() else { return Ok(()) };
    let trees = format!("SELECT indexrelid::regclass::text FROM ({ours}) AS ours WHERE valid AND amname = 'btree'");
    let trees = texts(server, &trees)?;
    let progress = Progress::new("check", Measure::Number("indexes"), trees.len() as u64);
    for index in trees {
        progress.add(1);
        let sql = format!("SELECT {schema}.bt_index_check(to_regclass($1))");
        match server.query("check", &sql, &[(&index, Sql::TEXT)]) {
            Err(why) if state(&why).is_some_and(|state| state.starts_with("XX")) => {
                all.push(format!("index {index}: {why}"));
            }
            checked => drop(checked?),
        }
    }
    Ok(())
}
