//! What an error of SQLite means to whoever looks after the station.

use crate::reading::error::{Code, Error};
use rusqlite::ErrorCode;
use rusqlite::ffi::{SQLITE_IOERR_SHMSIZE, SQLITE_READONLY_DBMOVED};

/// An error of SQLite: "`verb` `path`: `its words`", with the kind that a supervisor needs.
pub(super) fn fault(path: &str, verb: &str, error: rusqlite::Error) -> Error {
    let code = match error.sqlite_error_code() {
        // It is no permission that is missing: the file has left its path.
        _ if error.sqlite_error().is_some_and(|e| e.extended_code == SQLITE_READONLY_DBMOVED) => Code::Moved,
        Some(ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied | ErrorCode::ReadOnly) => {
            Code::Refused
        }
        Some(ErrorCode::NotADatabase) => Code::NotADatabase,
        Some(ErrorCode::DatabaseCorrupt) => Code::Damaged,
        Some(ErrorCode::DiskFull) => Code::DiskFull,
        _ if error.sqlite_error().is_some_and(|e| e.extended_code == SQLITE_IOERR_SHMSIZE) => Code::DiskFull,
        _ => Code::Io,
    };
    Error::new(code, format!("{verb} {path}")).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    /// What SQLite calls read-only then is an end that a supervisor mends by another start.
    #[test]
    fn a_file_that_was_taken_away_is_no_missing_permission() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let db = Connection::open(&path).expect("a database");
        db.execute_batch("CREATE TABLE t (a)").expect("a table");
        std::fs::remove_file(&path).expect("a file");
        let why = db.execute_batch("INSERT INTO t VALUES (1)").expect_err("no file");
        assert_eq!(fault("a.db", "write", why).code(), Code::Moved);
    }
}
