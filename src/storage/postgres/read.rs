//! Reading: rows back into records, a page at a time. A page is one statement, which ends before its records are
//! given: a reader that is slow, or waits, holds back neither who changes the table nor who cleans it up.

use super::cells::Part;
use super::scan::Scan;
use super::server::Server;
use super::table::{Table, first, newest};
use crate::form::cells::Fields;
use crate::reading::error::Result;
use crate::storage::columns::{self, Role, quoted};
use crate::storage::engine::{Query, Reader, span};

/// An open database to read.
pub(crate) struct Reading {
    server: Server,
}

impl Reading {
    pub(crate) fn open(target: &str) -> Result<Reading> {
        Ok(Reading { server: Server::connect(target)? })
    }
}

impl Reader for Reading {
    fn is_fresh(&mut self) -> Result<bool> {
        Ok(self.server.tables()?.is_empty())
    }

    fn has(&mut self, table: &str) -> Result<bool> {
        Ok(self.server.columns(table)?.is_some())
    }

    fn fields(&mut self, table: &str) -> Result<Fields> {
        self.server.fields_of(table)
    }

    fn key(&mut self, table: &str) -> Result<(String, Vec<String>)> {
        Ok(columns::key_fields(&self.server.columns_of(table)?))
    }

    fn read(&mut self, query: &Query, each: &mut dyn FnMut(&[u8]) -> Result<bool>) -> Result<()> {
        let table = Table::load(&mut self.server, &query.table)?;
        let Some(mut scan) = Scan::new(&self.server, &table, query)? else { return Ok(()) };
        let mut asked = scan.ask(&self.server);
        while let Some(page) = asked.take() {
            let mut page = page.wait(&self.server)?;
            loop {
                if !page.is_open() {
                    asked = scan.ask_after(&self.server, &page)?;
                }
                for line in page.lines() {
                    if !each(line)? {
                        return Ok(());
                    }
                }
                if !page.is_open() {
                    break;
                }
                page.next(&self.server)?;
            }
        }
        Ok(())
    }

    fn last_of_each(
        &mut self,
        table: &str,
        before: Option<i64>,
        each: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let table = Table::load(&mut self.server, table)?;
        let statement = match before {
            None => table.statement(table.last_of_each(), Vec::new()),
            Some(before) => {
                table.statement(table.last_of_each_before(), vec![Part::not_before(before, table.precision)])
            }
        };
        let mut page = statement.ask(&self.server).wait(&self.server)?;
        loop {
            page.lines().try_for_each(&mut *each)?;
            if !page.is_open() {
                return Ok(());
            }
            page.next(&self.server)?;
        }
    }

    fn span(&mut self, query: &Query) -> Result<Option<(i64, i64)>> {
        let table = Table::load(&mut self.server, &query.table)?;
        let newest = newest(&self.server, &table)?;
        let Some(first) = first(&self.server, &table)? else { return Ok(None) };
        let since = first.max(query.since.unwrap_or(i64::MIN));
        let until = newest.map(|newest| newest.min(query.until.unwrap_or(i64::MAX)));
        Ok(span(until.filter(|until| *until > since).map(|until| (since, until)), newest, query.last))
    }

    fn used_series(&mut self, table: &str) -> Result<Vec<String>> {
        let columns = self.server.columns_of(table)?;
        let mut used = Vec::new();
        for column in columns.iter().filter(|column| column.role == Role::Series) {
            let (name, table) = (quoted(&column.name), quoted(table));
            let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE {name} <> '')");
            let rows = self.server.query("read", &sql, &[])?;
            let is = rows.first().is_some_and(|row| row.try_get(0).unwrap_or(true));
            used.extend(is.then(|| column.field.clone()));
        }
        Ok(used)
    }
}
