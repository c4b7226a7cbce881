//! Opens databases: a target that is no server's is a file's path.

use super::admin::Admin;
use super::engine::{Limits, Reader, Trimmer, Writer};
use super::settings::WriteSettings;
use super::{postgres, sqlite};
use crate::net::url::Url;
use crate::reading::error::{Error, Result};
use std::path::Path;

/// Opens a database to write one table; makes it if it is not there.
pub(crate) fn writer(target: &str, settings: WriteSettings) -> Result<Box<dyn Writer>> {
    if postgres::is_target(target) {
        return Ok(Box::new(postgres::Writing::open(target, settings)?));
    }
    let path = file(target)?;
    match &settings.insert {
        Some(sql) => Ok(Box::new(sqlite::Stating::open(path, sql, &settings)?)),
        None => Ok(Box::new(sqlite::Writing::open(path, settings)?)),
    }
}

/// Opens a table of another program's SQLite file.
pub(crate) fn foreign(target: &str, table: &str) -> Result<sqlite::Foreign> {
    if postgres::is_target(target) {
        return Err(Error::usage("this reads SQLite files: psql writes CSV, which kymo store reads"));
    }
    sqlite::Foreign::open(file(target)?, table)
}

/// Opens a database to read.
pub(crate) fn reader(target: &str) -> Result<Box<dyn Reader>> {
    if postgres::is_target(target) {
        return Ok(Box::new(postgres::Reading::open(target)?));
    }
    Ok(Box::new(sqlite::Reading::open(file(target)?)?))
}

/// There is such a database, and it is made to its end.
pub(crate) fn exists(target: &str) -> Result<bool> {
    if postgres::is_target(target) {
        return postgres::exists(target);
    }
    sqlite::exists(file(target)?)
}

/// The target is a server's database, and no file.
pub(crate) fn is_server(target: &str) -> bool {
    postgres::is_target(target)
}

/// Opens a database to delete what is old. `Busy` if another process does. `Usage`: the engine does not know such a limit.
pub(crate) fn trimmer(target: &str, limits: &Limits) -> Result<Box<dyn Trimmer>> {
    if postgres::is_target(target) {
        if limits.min_free.is_some() {
            return Err(Error::usage("--min-free is for SQLite files: nobody here sees a server's disk"));
        }
        return Ok(Box::new(postgres::Trimming::open(target)?));
    }
    Ok(Box::new(sqlite::Trimming::open(file(target)?)?))
}

/// Copies a database into a file, while others write to it. Nothing is left of a copy that is not whole. Gives its bytes.
/// `replace`: the place of an older copy is taken. `Usage`: the engine has its own way.
pub(crate) fn backup(target: &str, to: &str, replace: bool) -> Result<u64> {
    if postgres::is_target(target) {
        return Err(Error::usage("this copies SQLite files: of a PostgreSQL database pg_dump makes a copy"));
    }
    if postgres::is_target(to) {
        return Err(Error::usage("a copy is a file: kymo db move copies into a server"));
    }
    sqlite::backup(file(target)?, Path::new(file(to)?), replace)
}

/// Opens a database to look after it. A file is opened when something is asked of it.
pub(crate) fn admin(target: &str) -> Result<Box<dyn Admin>> {
    if postgres::is_target(target) {
        return Ok(Box::new(postgres::Tending::open(target)?));
    }
    Ok(Box::new(sqlite::Tending::new(file(target)?)))
}

fn file(target: &str) -> Result<&str> {
    match Url::parse(target) {
        Some(Url { scheme, .. }) => {
            Err(Error::usage(format!("no database engine for {scheme}://: give the path of an SQLite file")))
        }
        None if target.is_empty() => Err(Error::usage("the database's path is empty")),
        None => Ok(target),
    }
}
