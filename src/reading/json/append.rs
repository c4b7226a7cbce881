//! Members behind those that an object has.

use super::member::Member;
use super::text::write_string;
use super::walk::compact;

/// Adds members to the object that a buffer ends with.
#[derive(Debug)]
pub(crate) struct Appender<'t> {
    to: &'t mut Vec<u8>,
    is_empty: bool,
}

impl<'t> Appender<'t> {
    /// Opens the object at the end of `to`, a checked one. `is_empty`: it has no member.
    pub(crate) fn open(to: &'t mut Vec<u8>, is_empty: bool) -> Appender<'t> {
        let end = to.iter().rposition(|&b| b == b'}').unwrap_or(to.len());
        to.truncate(end);
        Appender { to, is_empty }
    }

    /// Adds a member; `value` writes its value as JSON.
    pub(crate) fn add(&mut self, name: &str, value: impl FnOnce(&mut Vec<u8>)) {
        if !std::mem::take(&mut self.is_empty) {
            self.to.push(b',');
        }
        write_string(name, self.to);
        self.to.push(b':');
        value(self.to);
    }

    /// Closes the object.
    pub(crate) fn close(self) {
        self.to.push(b'}');
    }
}

/// Appends `object`, a checked one, with one member more and the blanks that are around it; `value` writes the member's
/// value as JSON. `is_empty`: it has no member.
pub(crate) fn append_member(
    object: &[u8],
    is_empty: bool,
    name: &str,
    value: impl FnOnce(&mut Vec<u8>),
    to: &mut Vec<u8>,
) {
    let end = object.iter().rposition(|&b| b == b'}').unwrap_or(object.len());
    let (open, close) = object.split_at(end);
    to.extend_from_slice(open);
    Appender { to, is_empty }.add(name, value);
    to.extend_from_slice(close);
}

/// Appends `object`, a checked one of these members, without those that `leave` names, and without blanks. True: nothing is
/// left in it.
pub(crate) fn write_without(
    object: &[u8],
    members: &[Member],
    leave: impl Fn(&Member) -> bool,
    to: &mut Vec<u8>,
) -> bool {
    to.push(b'{');
    let mut is_empty = true;
    for member in members.iter().filter(|member| !leave(member)) {
        if !std::mem::take(&mut is_empty) {
            to.push(b',');
        }
        to.push(b'"');
        to.extend_from_slice(member.key(object));
        to.extend_from_slice(b"\":");
        compact(member.value(object), to);
    }
    to.push(b'}');
    is_empty
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_appended() {
        let appended = |object: &[u8], is_empty| {
            let mut line = b"before ".to_vec();
            append_member(object, is_empty, "b\"", |to| to.extend_from_slice(b"2"), &mut line);
            String::from_utf8_lossy(&line).into_owned()
        };
        assert_eq!(appended(b"{\"a\":{}}", false), "before {\"a\":{},\"b\\\"\":2}");
        assert_eq!(appended(b"{}", true), "before {\"b\\\"\":2}");
        assert_eq!(appended(b" {\"a\":1 } \r", false), "before  {\"a\":1 ,\"b\\\"\":2} \r");
    }
}
