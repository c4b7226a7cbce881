//! What `--envelope` adds to a record: who sent it, and when it came.

use crate::reading::error::{Code, Error};
use crate::reading::json::{self, Appender, Member};
use crate::reading::time;

/// The fields.
pub(crate) const FIELDS: [&str; 2] = ["peer", "received"];

/// Why nothing can be added: whoever reads it could not know which of two values is true.
pub(crate) fn contradiction(object: &[u8], members: &[Member]) -> Option<Error> {
    let name = FIELDS.iter().find(|name| members.iter().any(|member| member.key_is(object, name)))?;
    Some(Error::data(Code::Envelope, format!("it already has a field {name}, which --envelope adds")))
}

/// Adds the fields to the object that a buffer ends with, and that has come now. `is_empty`: it has no member.
pub(crate) fn add(peer: &str, is_empty: bool, to: &mut Vec<u8>) {
    let mut record = Appender::open(to, is_empty);
    record.add("peer", |to| json::write_string(peer, to));
    record.add("received", |to| {
        to.push(b'"');
        time::write_rfc3339(time::now(), to);
        to.push(b'"');
    });
    record.close();
}
