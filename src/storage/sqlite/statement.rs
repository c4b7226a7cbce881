//! Records into tables that kymo did not make: one statement a batch, whose `$1` is the batch as a JSON array. What its
//! fields are and where they go is said in SQL, as `json_each($1)` and `value ->> 'time'` do.
//!
//! A batch that the database refuses for what one record says is halved until that record is found.

use super::file::File;
use super::write::only_elsewhere;
use crate::flow::batch::Batch;
use crate::flow::stage::States;
use crate::reading::error::{Code, Error, Result};
use crate::storage::engine::{Each, Stored, Writer};
use crate::storage::settings::WriteSettings;
use rusqlite::fallible_iterator::FallibleIterator as _;
use rusqlite::{Batch as Statements, ErrorCode, Statement};
use std::ops::Range;

/// What became of each record of a batch.
type Fates = Vec<Result<Stored>>;

/// An open file with the statement that is run.
pub(crate) struct Stating {
    file: File,
    sql: String,
    /// A transaction is open.
    open: bool,
}

impl Stating {
    /// Opens a file that is there. What is wrong with the statement is said before anything is taken: no records are
    /// inserted.
    pub(crate) fn open(path: &str, sql: &str, settings: &WriteSettings) -> Result<Stating> {
        only_elsewhere(path, settings)?;
        let file = File::open_foreign(path)?;
        file.set_sync(settings.sync)?;
        let sql = sql.trim().to_owned();
        let mut stating = Stating { file, sql, open: false };
        let wrong = |e| Error::usage("--insert").because(e);
        let parameters = {
            let mut statements = Statements::new(&stating.file.db, &stating.sql);
            let first = statements.next().map_err(wrong)?;
            let parameters = first.as_ref().map_or(0, Statement::parameter_count);
            drop(first);
            if statements.next().map_err(wrong)?.is_some() {
                return Err(Error::usage("--insert: more than one statement"));
            }
            parameters
        };
        if parameters != 1 {
            let why = format!("--insert: the statement has {parameters} parameters; it needs one, $1: the batch");
            return Err(Error::usage(why));
        }
        stating.begin()?;
        let tried = stating.execute(&[]);
        stating.file.run("end", "ROLLBACK")?;
        stating.open = false;
        tried.map_err(wrong)?;
        stating.check_key(settings.at_least_once)?;
        Ok(stating)
    }

    /// Without a unique index a record that comes twice is stored twice.
    fn check_key(&self, at_least_once: bool) -> Result<()> {
        let Some(table) = self.table().filter(|_| !at_least_once) else { return Ok(()) };
        let sql = "SELECT EXISTS (SELECT * FROM pragma_index_list(?1) WHERE \"unique\")";
        let has_key = self.file.db.query_row(sql, [&table], |row| row.get::<_, bool>(0));
        if has_key.map_err(|e| self.file.fault("look at", e))? {
            return Ok(());
        }
        Err(Error::usage(format!(
            "--insert: table {table} has no unique index: repeated records would be stored twice; give --at-least-once, \
             or create one"
        )))
    }

    /// The name of the table that it inserts into.
    fn table(&self) -> Option<String> {
        let lower = self.sql.to_ascii_lowercase();
        let at = lower.find("into")? + "into".len();
        let rest = self.sql[at..].trim_start();
        match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').map(|(name, _)| name.to_owned()),
            None => rest.split(|c: char| c.is_whitespace() || c == '(').next().map(str::to_owned),
        }
    }

    fn begin(&mut self) -> Result<()> {
        if !self.open {
            self.file.run("begin to write to", "BEGIN IMMEDIATE")?;
            self.open = true;
        }
        Ok(())
    }

    /// Gives how many rows it has changed.
    fn execute(&self, lines: &[&[u8]]) -> rusqlite::Result<usize> {
        let mut array = vec![b'['];
        for line in lines {
            if array.len() > 1 {
                array.push(b',');
            }
            array.extend_from_slice(line);
        }
        array.push(b']');
        let mut statement = self.file.db.prepare_cached(&self.sql)?;
        statement.raw_bind_parameter(1, String::from_utf8_lossy(&array))?;
        statement.raw_execute()
    }

    /// Inserts a range of records, or the halves of it.
    fn put(&self, lines: &[&[u8]], range: Range<usize>, fates: &mut Fates) -> Result<()> {
        self.file.run("insert into", "SAVEPOINT part")?;
        match self.execute(&lines[range.clone()]) {
            Ok(rows) => {
                self.file.run("insert into", "RELEASE part")?;
                // Which ones it left out only the statement knows.
                let left_out = range.len().saturating_sub(rows);
                fates[range.end - left_out..range.end].iter_mut().for_each(|fate| *fate = Ok(Stored::Superseded));
                Ok(())
            }
            Err(why) => {
                self.file.run("insert into", "ROLLBACK TO part; RELEASE part")?;
                if !self.is_of_a_row(&why) {
                    return Err(self.file.fault("insert into", why));
                }
                if range.len() == 1 {
                    let why = Error::data(Code::NotStored, "the database refuses it").because(why);
                    fates[range.start] = Err(why);
                    return Ok(());
                }
                let middle = range.start + range.len() / 2;
                self.put(lines, range.start..middle, fates)?;
                self.put(lines, middle..range.end, fates)
            }
        }
    }

    /// What one record says is the fault, and not the statement, which works without any.
    fn is_of_a_row(&self, why: &rusqlite::Error) -> bool {
        match why.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig) => true,
            Some(ErrorCode::Unknown) => self.execute(&[]).is_ok(),
            _ => false,
        }
    }
}

impl Writer for Stating {
    fn write(&mut self, batch: &Batch, each: &mut Each<'_>) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        self.begin()?;
        let lines: Vec<&[u8]> = batch.records().map(|record| record.raw()).collect();
        let mut fates: Fates = lines.iter().map(|_| Ok(Stored::New)).collect();
        self.put(&lines, 0..lines.len(), &mut fates)?;
        batch.records().zip(fates).try_for_each(|(record, fate)| each(&record, fate))
    }

    fn keep_rejects(&mut self, _: &[u8]) -> Result<()> {
        // Its statement writes records and nothing else; the plan says so.
        Ok(())
    }

    fn commit(&mut self, _: Option<&States>) -> Result<()> {
        if std::mem::take(&mut self.open) {
            self.file.commit()?;
        }
        Ok(())
    }

    fn states(&mut self, _: &str) -> Result<Option<States>> {
        Ok(None)
    }
}
